//! Every time limit of this function, in seconds.

/// No message takes longer. With less time left, none is begun, and the queue delivers it again.
pub(crate) const LONGEST_MESSAGE: i64 = 20;

/// The same for a message that has an account's setup read.
pub(crate) const LONGEST_REVIEW: i64 = 45;

/// When a copy of a record that is being judged is checked again.
pub(crate) const LOOK_AGAIN: u32 = 2;
