//! Every time limit of this function.

#[cfg(feature = "http")]
use std::time::Duration;

/// After this many seconds, an invocation begins no further alert. The remaining ones are delivered
/// again, and the invocation ends well before its timeout.
pub(crate) const BEGIN_WITHIN: i64 = 20;

/// How long Slack may take to answer. Together with the pauses between calls, this is far shorter
/// than a claim.
#[cfg(feature = "http")]
pub(crate) const PATIENCE: Duration = Duration::from_secs(8);
