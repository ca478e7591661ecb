//! Every limit of time, once, in seconds: what AWS does, apart from what rolewatch chose.

/// One hour.
pub const HOUR: i64 = 3_600;

/// One day.
pub const DAY: i64 = 24 * HOUR;

/// What AWS does. Nothing here is ours to change.
pub mod aws {
    use super::HOUR;

    /// The longest session of a role (`MaxSessionDuration`), and the longest that the console takes
    /// a role for.
    pub const LONGEST_SESSION: i64 = 12 * HOUR;

    /// The least `MaxSessionDuration` that IAM takes; also how long a session lasts when nothing is
    /// asked for.
    pub const LEAST_SESSION_LIMIT: i64 = HOUR;

    /// The longest credentials of STS: those of a user (GetSessionToken, GetFederationToken).
    pub const LONGEST_CREDENTIALS: i64 = 36 * HOUR;

    /// The console asks for a renewal a little before the end of a session, or at most so much
    /// after it.
    pub const RENEWED_LATE: i64 = 300;

    /// CloudTrail delivers a record so long after its event, or sooner.
    pub const DELIVERY: i64 = 15 * 60;

    /// The longest that a queue of SQS holds a message back.
    pub const LONGEST_DELAY: u32 = 15 * 60;
}

/// What rolewatch chose. Another value finds more or less, but none is wrong.
pub mod chosen {
    use super::{HOUR, aws};

    /// Records of one call are at most so far apart: its two halves, a session's `creationDate` and
    /// its mint, the console's SwitchRole and AssumeRole. They bear the same second, or the next;
    /// access key ids are used again only after a long while.
    pub const SAME_CALL: i64 = 5;

    /// A session's own records lie at most so far after its mint: some sessions of services last a
    /// few minutes longer than any other.
    pub const LAST_RECORD: i64 = aws::LONGEST_SESSION + HOUR;

    /// What a user led to began at most so long before: twelve hours of credentials, twelve of a
    /// console opened with them, and twelve of what that console fetched.
    pub const LONGEST_LIFE: i64 = 3 * aws::LONGEST_SESSION;

    /// Clocks of AWS's services differ by less. A use so long after an expiration may have been
    /// within it.
    pub const CLOCKS_DIFFER: i64 = 60;

    /// Sessions that follow each other within so much time are one stretch in an elevated role.
    pub const STRETCH_PAUSE: i64 = 15 * 60;

    /// Refused attempts within so much time of each other are one run.
    pub const ATTEMPTS_PAUSE: i64 = 10 * 60;
}
