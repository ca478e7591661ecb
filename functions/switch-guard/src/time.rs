//! Every limit of time of this function, once, in seconds.

/// No message takes longer. With less time left none is begun, and the queue delivers it again.
pub(crate) const LONGEST_MESSAGE: i64 = 20;

/// Nor does one that has an account's setup read.
pub(crate) const LONGEST_REVIEW: i64 = 45;

/// After so long a copy of a record that is being judged is looked at again.
pub(crate) const LOOK_AGAIN: u32 = 2;
