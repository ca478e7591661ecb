//! Every time limit, defined once, in seconds. AWS's limits are separate from those that rolewatch
//! chose.

/// One hour.
pub const HOUR: i64 = 3_600;

/// One day.
pub const DAY: i64 = 24 * HOUR;

/// AWS's limits, which rolewatch can't change.
pub mod aws {
    use super::HOUR;

    /// The longest session of a role (`MaxSessionDuration`), and the longest session that the
    /// console requests.
    pub const LONGEST_SESSION: i64 = 12 * HOUR;

    /// The minimum `MaxSessionDuration` in IAM. It's also a session's duration if none is
    /// requested.
    pub const LEAST_SESSION_LIMIT: i64 = HOUR;

    /// The longest lifetime of STS credentials: those of a user (GetSessionToken,
    /// GetFederationToken).
    pub const LONGEST_CREDENTIALS: i64 = 36 * HOUR;

    /// The console renews a session shortly before its end, or at most this many seconds after it.
    pub const RENEWED_LATE: i64 = 300;

    /// CloudTrail delivers a record at most this many seconds after its event.
    pub const DELIVERY: i64 = 15 * 60;

    /// The longest time that SQS can delay a message.
    pub const LONGEST_DELAY: u32 = 15 * 60;
}

/// Limits that rolewatch chose. Other values would find more or less, but none is wrong.
pub mod chosen {
    use super::{HOUR, aws};

    /// Records of one call are at most this far apart: its two halves, a session's `creationDate`
    /// and its mint, the console's SwitchRole and AssumeRole. They have the same second, or
    /// consecutive ones. Access key ids are only reused after a long time.
    pub const SAME_CALL: i64 = 5;

    /// The access portal is called, and the session issued, at most so far apart.
    pub const PORTAL_CALL: i64 = 5;

    /// A session's own records are at most this long after its mint. Some sessions of services last
    /// a few minutes longer than all others.
    pub const LAST_RECORD: i64 = aws::LONGEST_SESSION + HOUR;

    /// A session that a user led to began at most this long before: twelve hours of credentials,
    /// twelve of a console opened with them, and twelve of credentials that this console requested.
    pub const LONGEST_LIFE: i64 = 3 * aws::LONGEST_SESSION;

    /// The clocks of AWS's services differ by less than this. A use this long after an expiration
    /// may have been before it.
    pub const CLOCKS_DIFFER: i64 = 60;

    /// Sessions at most this far apart are one stretch in an elevated role.
    pub const STRETCH_PAUSE: i64 = 15 * 60;

    /// Use of a session this long after access ended still counts as allowed.
    pub const ACCESS_LOST: i64 = 5 * 60;

    /// Denied attempts at most this far apart are one series.
    pub const ATTEMPTS_PAUSE: i64 = 10 * 60;
}
