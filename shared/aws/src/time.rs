//! Every limit of time of talking to AWS, once.

use std::time::Duration;

/// How long a call may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    pub(super) connect: Duration,
    /// From the request to the beginning of the answer.
    pub(super) read: Duration,
    pub(super) attempt: Duration,
    /// With all attempts and what is waited between them.
    pub(super) call: Duration,
}

/// A call that hangs must leave the invocation time to try again.
pub(super) const FUNCTION: Patience = Patience {
    connect: Duration::from_secs(1),
    read: Duration::from_secs(3),
    attempt: Duration::from_secs(4),
    call: Duration::from_secs(10),
};

/// An object of tens of megabytes is on its way for seconds before there is an answer.
pub(super) const LARGE_OBJECTS: Patience = Patience {
    connect: Duration::from_secs(1),
    read: Duration::from_secs(20),
    attempt: Duration::from_secs(25),
    call: Duration::from_secs(55),
};

/// IAM may think for half a minute before it answers with a page of an account's users, groups,
/// roles and policies.
pub(super) const SLOW_ANSWERS: Patience = Patience {
    connect: Duration::from_secs(1),
    read: Duration::from_secs(40),
    attempt: Duration::from_secs(45),
    call: Duration::from_secs(100),
};

/// A roster on a slow line takes its time.
pub(super) const PERSON: Patience = Patience {
    connect: Duration::from_secs(5),
    read: Duration::from_mins(5),
    attempt: Duration::from_mins(5),
    call: Duration::from_mins(10),
};

/// What is waited before the second attempt, at most; it doubles with each.
pub(super) const FIRST_WAIT: Duration = Duration::from_millis(100);
