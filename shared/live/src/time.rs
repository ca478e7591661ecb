//! Every limit of time of the live side, once, in seconds. What AWS does is in
//! [`rolewatch_guard::time::aws`].

use rolewatch_guard::time::{DAY, HOUR, aws, chosen};

// ---- How long rows and objects are kept ----

/// Facts in the ledger, the index of switches, and the rosters that they are judged by.
pub(crate) const FACTS_KEPT: i64 = 90 * DAY;

/// Links of chains: a session and what it was used for are never further apart.
pub(crate) const LINKS_KEPT: i64 = 14 * DAY;

/// Findings after they changed last, and how far they were told.
pub const FINDINGS_KEPT: i64 = 400 * DAY;

/// Which log files were read: longer than any sweep looks back.
pub(crate) const FILES_KEPT: i64 = 30 * DAY;

/// Notices to those who run rolewatch.
pub(crate) const NOTICES_KEPT: i64 = 30 * DAY;

/// That a notice was published.
pub(crate) const NOTICES_KNOWN: i64 = 400 * DAY;

/// Who changed what of a setup.
pub(crate) const CHANGERS_KEPT: i64 = 14 * DAY;

/// That a reading of a setup was asked for.
pub(crate) const READINGS_KEPT: i64 = DAY;

/// What is known of a watched session after it was written last: longer than the session is looked
/// for.
pub(crate) const WATCHED_KEPT: i64 = 14 * DAY;

// ---- How long evidence is waited for ----

/// An unproven finding waits so long before it is told. A record takes as long to arrive.
pub(crate) const EVIDENCE: i64 = aws::DELIVERY;

/// A change of membership may be under way to us for so long: until then absence proves nothing.
pub(crate) const MEMBERSHIP_SETTLES: i64 = aws::DELIVERY;

/// IAM has so long to tell of a change everywhere.
pub(crate) const SETUP_SETTLES: i64 = 60;

/// After so long a use has reached the event history: some runs of the schedule come on top.
pub(crate) const USE_SETTLES: i64 = aws::DELIVERY + 300;

/// After so long what was recovered has been judged, and it is looked whether that was all.
pub(crate) const RECOVERY_SETTLES: i64 = 600;

/// For so long after a switch IAM is asked again if it did not answer.
pub(crate) const ASKED_FOR: i64 = DAY;

/// Unproven findings are told of in the digest for so long. After that no evidence is to be
/// expected.
pub(crate) const UNPROVEN_TOLD: i64 = 7 * DAY;

// ---- Sessions ----

/// Sessions further apart than this cannot be in one stretch, nor in one sliding day: a day, the
/// longest session before it, and a margin.
pub(crate) const SESSIONS_APART: i64 = 2 * DAY;

/// A new policy or roster has switches judged again that began so long ago: no session of today is
/// older.
pub(crate) const OPEN_SESSIONS: i64 = aws::LONGEST_CREDENTIALS;

/// So far around a switch its other records are asked for. They lie within
/// [`chosen::SAME_CALL`]; a question to the event history may be wider.
pub(crate) const AROUND_SWITCH: i64 = 60;

/// Sessions are watched that began so long ago: the longest one, and two days in which its account
/// may let nobody in.
pub(crate) const WATCHED: i64 = 3 * DAY;

/// For so long after the end of a session it is asked for where nobody is let in.
pub(crate) const GIVES_UP: i64 = 2 * DAY;

/// A session that is no longer elevated is looked at again after so long.
pub(crate) const GONE_AGAIN: i64 = HOUR;

/// It is closed so long after it began.
pub(crate) const GONE: i64 = chosen::LAST_RECORD;

// ---- Trying again ----

/// The longest that an invocation of switch-guard runs (`Timeout` in template.yaml): what one began
/// with longer ago, it is no longer at work on.
pub(crate) const AT_WORK: i64 = 60;

/// After so long without an acknowledgement an alert is sent for the second time; then after twice
/// as long, and so on.
pub const FIRST_PAUSE: i64 = 300;

/// The longest of these pauses.
pub const LONGEST_PAUSE: i64 = 6 * HOUR;

/// So long after a finding was withdrawn unsaid, a message about it may still come out of a queue:
/// somebody was stopped after publishing it.
pub(crate) const STRAGGLES: i64 = DAY;

/// The guard judges so long after it was asked to: by then its clock is past the end of the
/// session, and what was sent before has arrived.
pub(crate) const JUDGED_SOON: u32 = 60;

/// Use of a session over its limit is asked for again after so long.
pub(crate) const USE_ASKED_AGAIN: i64 = 1_800;

/// Where nobody was let in, it is tried again after so long.
pub(crate) const REFUSED_AGAIN: i64 = HOUR;

/// Readings of one account begin so far apart, or further.
pub(crate) const READINGS_APART: i64 = 120;

/// How long an answer of the bucket is good.
pub(crate) const BUCKET_FRESH: i64 = 60;

/// How long it is taken for known who receives e-mail.
pub const RECIPIENTS_FRESH: i64 = 300;

/// Who left may have left so long before a sweep found out: two of its pauses.
pub(crate) const RECIPIENTS_LOOKED_AT: i64 = 600;

// ---- What is left of an invocation ----

/// No probe is begun with less time left: a call takes ten seconds at most, and then the result is
/// written.
pub(crate) const PROBE_TAKES: i64 = 45;

/// No account is read with less time left: it is read twice, and a page may take 30 seconds.
pub(crate) const ROSTER_TAKES: i64 = 75;

/// So much is left for noting how far the questions to the event history came.
pub(crate) const NOTING_TAKES: i64 = 20;

// ---- Probes ----

/// A probe may be on its way for so long. EventBridge mostly takes minutes.
pub(crate) const PROBE_ON_ITS_WAY: i64 = 1_800;

/// The clocks of a function and of CloudTrail differ by at most so much.
pub(crate) const PROBE_CLOCKS: i64 = 5;

/// A probe that was sent so long ago says nothing now: the place was left out since.
pub(crate) const PROBE_FORGOTTEN: i64 = 2 * DAY;

// ---- The digest ----

/// So long before its end a suppression is told of.
pub(crate) const SUPPRESSION_ENDS_SOON: i64 = 14 * DAY;
