//! Every time limit of notifications, in seconds. How long rows are kept is in
//! [`rolewatch_live::time`].

/// Alerts about the same person, role and rule are folded into one message for this long.
pub const FOLDED: i64 = 15 * 60;

/// How long a claim on a Slack message lasts. The function's timeout must be shorter.
pub const LEASE: i64 = 90;

/// How long to wait for another process. One that takes longer has probably been stopped.
pub const OTHER_PROCESS: u32 = 8;

/// How long one invocation may wait for Slack. Longer waits are left to the queue.
pub const SLACK_PATIENCE: u32 = 15;

/// The pause after an e-mail: SNS deactivates a subscription that receives more than ten messages a
/// second.
pub const BETWEEN_MAILS: u32 = 1;
