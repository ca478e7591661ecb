//! Every limit of time of this function, once.

#[cfg(feature = "http")]
use std::time::Duration;

/// After so many seconds, a call begins with no further alert: the ones that are left come again,
/// and the call ends well within its time.
pub(crate) const BEGIN_WITHIN: i64 = 20;

/// How long Slack may take to answer. With what is waited between calls it stays far below a
/// claim's time.
#[cfg(feature = "http")]
pub(crate) const PATIENCE: Duration = Duration::from_secs(8);
