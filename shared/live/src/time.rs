//! Every time limit of the live side, in one place, in seconds. AWS's own limits are in
//! [`rolewatch_guard::time::aws`].

pub(crate) use rolewatch_guard::time::DAY;
use rolewatch_guard::time::{HOUR, aws, chosen};

// ---- How long rows and objects are kept ----

/// Facts in the ledger, the index of switches, and the rosters with which they are judged.
pub(crate) const FACTS_KEPT: i64 = 90 * DAY;

/// How much longer an ID leads to a name than the rows with the times of the name are kept.
pub(crate) const DAY_OR_TWO: i64 = 2 * DAY;

/// Links of chains. A session and its use are never further apart than this.
pub(crate) const LINKS_KEPT: i64 = 14 * DAY;

/// Findings and their delivery, after the last change.
pub const FINDINGS_KEPT: i64 = 400 * DAY;

/// Which log files were read. Longer than any sweep looks back.
pub(crate) const FILES_KEPT: i64 = 30 * DAY;

/// Notices to those who run rolewatch.
pub(crate) const NOTICES_KEPT: i64 = 30 * DAY;

/// That a notice was published.
pub(crate) const NOTICES_KNOWN: i64 = 400 * DAY;

/// Who changed what in a setup.
pub(crate) const CHANGERS_KEPT: i64 = 14 * DAY;

/// That a reading of a setup was requested.
pub(crate) const READINGS_KEPT: i64 = DAY;

/// The state of a watched session after it was last written. Longer than the session is watched.
pub(crate) const WATCHED_KEPT: i64 = 14 * DAY;

// ---- How long to wait for evidence ----

/// An unproven finding waits this long before it is published. A record can take this long to
/// arrive.
pub(crate) const EVIDENCE: i64 = aws::DELIVERY;

/// A record of a membership change can take this long to arrive. Until then, its absence proves
/// nothing.
pub(crate) const MEMBERSHIP_SETTLES: i64 = aws::DELIVERY;

/// How long IAM may take to return a change everywhere.
pub(crate) const SETUP_SETTLES: i64 = 60;

/// After this long, a use is in the event history. Includes a few runs of the schedule.
pub(crate) const USE_SETTLES: i64 = aws::DELIVERY + 300;

/// After this long, recovered records have been judged, and the session is checked again.
pub(crate) const RECOVERY_SETTLES: i64 = 600;

/// How long after a switch IAM is asked again if it didn't answer.
pub(crate) const ASKED_FOR: i64 = DAY;

/// How long unproven findings appear in the digest. After that, no more evidence is expected.
pub(crate) const UNPROVEN_TOLD: i64 = 7 * DAY;

// ---- Sessions ----

/// Sessions further apart than this can't be in one stretch, nor in one sliding 24 hours: a day,
/// plus the longest session before it, plus a margin.
pub(crate) const SESSIONS_APART: i64 = 2 * DAY;

/// A new policy or roster has the switches of this period judged again. No valid session is older.
pub(crate) const OPEN_SESSIONS: i64 = aws::LONGEST_CREDENTIALS;

/// How far around a switch its other records are searched. They lie within [`chosen::SAME_CALL`],
/// but a query to the event history may be wider.
pub(crate) const AROUND_SWITCH: i64 = 60;

/// Sessions are watched for this long after they began: the longest session, plus two days during
/// which the account's reader role may not work.
pub(crate) const WATCHED: i64 = 3 * DAY;

/// How long after the end of a session its use is still asked for if the reader role doesn't work.
pub(crate) const GIVES_UP: i64 = 2 * DAY;

/// When to look again at a session that is no longer elevated.
pub(crate) const GONE_AGAIN: i64 = HOUR;

/// When such a session is closed, counted from its beginning.
pub(crate) const GONE: i64 = chosen::LAST_RECORD;

// ---- Retries ----

/// The longest run of a switch-guard invocation (`Timeout` in template.yaml). Work that began
/// longer ago isn't in progress any more.
pub(crate) const AT_WORK: i64 = 60;

/// An alert that wasn't acknowledged for this long is sent a second time. Each further pause is
/// twice as long.
pub const FIRST_PAUSE: i64 = 300;

/// The longest of these pauses.
pub const LONGEST_PAUSE: i64 = 6 * HOUR;

/// How long after the withdrawal of an unpublished finding a message about it may still come out of
/// a queue, because an invocation was stopped after publishing.
pub(crate) const STRAGGLES: i64 = DAY;

/// The guard judges this long after the request. By then its clock is past the end of the session,
/// and the records sent before the request have arrived.
pub(crate) const JUDGED_SOON: u32 = 60;

/// How long after the last query the use of a session over its limit is queried again.
pub(crate) const USE_ASKED_AGAIN: i64 = 1_800;

/// How long to wait before the next attempt if an account refused the call.
pub(crate) const REFUSED_AGAIN: i64 = HOUR;

/// The minimum time between the beginnings of two readings of one account.
pub(crate) const READINGS_APART: i64 = 120;

/// How long an answer of the bucket is valid.
pub(crate) const BUCKET_FRESH: i64 = 60;

/// How long the known recipients of e-mail are valid.
pub const RECIPIENTS_FRESH: i64 = 300;

/// How long before a sweep noticed it a recipient may have left: two intervals between sweeps.
pub(crate) const RECIPIENTS_LOOKED_AT: i64 = 600;

// ---- The time left in an invocation ----

/// No probe begins with less time left: a call takes at most ten seconds, and then the result is
/// written.
pub(crate) const PROBE_TAKES: i64 = 45;

/// No account is read with less time left: it is read twice, and a page may take 30 seconds.
pub(crate) const ROSTER_TAKES: i64 = 75;

/// No reading of Identity Center begins with less time left. One that takes two minutes is given up.
pub(crate) const STORE_TAKES: i64 = 125;

/// A directory counts as not read for a day if its latest roster is older than this. A run may be
/// late or repeated for an hour.
pub(crate) const DIRECTORY_UNREAD: i64 = 26 * HOUR;

/// Reserved for noting how far the queries to the event history came.
pub(crate) const NOTING_TAKES: i64 = 20;

// ---- Updates ----

/// After an update of the stack, no function of the previous version runs longer than this: 15
/// minutes, and a reserve.
pub(crate) const OLD_VERSION_ENDS: i64 = 1_200;

// ---- Probes ----

/// How long a probe's event may take to arrive. EventBridge mostly takes minutes.
pub(crate) const PROBE_ON_ITS_WAY: i64 = 1_800;

/// The clocks of a function and of CloudTrail differ by at most this much.
pub(crate) const PROBE_CLOCKS: i64 = 5;

/// A probe sent longer ago than this says nothing: the place is no longer probed.
pub(crate) const PROBE_FORGOTTEN: i64 = 2 * DAY;

// ---- The digest ----

/// How long before its end a suppression appears in the digest.
pub(crate) const SUPPRESSION_ENDS_SOON: i64 = 14 * DAY;
