//! Every time limit of calls to AWS.

use std::time::Duration;

/// How long a call may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    pub(super) connect: Duration,
    /// From the request to the first byte of the answer.
    pub(super) read: Duration,
    pub(super) attempt: Duration,
    /// For all attempts together, including the pauses between them.
    pub(super) call: Duration,
}

/// A call that hangs must leave the invocation enough time to retry.
pub(super) const FUNCTION: Patience = Patience {
    connect: Duration::from_secs(1),
    read: Duration::from_secs(3),
    attempt: Duration::from_secs(4),
    call: Duration::from_secs(10),
};

/// It takes seconds to send an object of tens of megabytes before there is an answer.
pub(super) const LARGE_OBJECTS: Patience = Patience {
    connect: Duration::from_secs(1),
    read: Duration::from_secs(20),
    attempt: Duration::from_secs(25),
    call: Duration::from_secs(55),
};

/// IAM may take half a minute to answer with a page of an account's users, groups, roles and
/// policies.
pub(super) const SLOW_ANSWERS: Patience = Patience {
    connect: Duration::from_secs(1),
    read: Duration::from_secs(40),
    attempt: Duration::from_secs(45),
    call: Duration::from_secs(100),
};

/// Uploading a roster on a slow line takes a while.
pub(super) const PERSON: Patience = Patience {
    connect: Duration::from_secs(5),
    read: Duration::from_mins(5),
    attempt: Duration::from_mins(5),
    call: Duration::from_mins(10),
};

/// The longest pause before the second attempt. It doubles with each further attempt.
pub(super) const FIRST_WAIT: Duration = Duration::from_millis(100);
