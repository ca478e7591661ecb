//! Every limit of time of telling people, once, in seconds. How long rows are kept is in
//! [`rolewatch_live::time`].

/// Alerts about the same are folded into one message for so long.
pub const FOLDED: i64 = 15 * 60;

/// How long a claim on a message in Slack holds. The function's own timeout must be shorter.
pub const LEASE: i64 = 90;

/// How long another process is waited for. What takes longer has probably been stopped.
pub const OTHER_PROCESS: u32 = 8;

/// The most that one visit spends waiting for Slack. More than that is waited in the queue.
pub const SLACK_PATIENCE: u32 = 15;

/// How long a process waits after an e-mail: SNS deactivates a subscription that is sent more than
/// ten a second.
pub const BETWEEN_MAILS: u32 = 1;
