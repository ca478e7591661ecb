//! The parts of a finding that a person acts on.

use rolewatch_guard::Verdict;
use rolewatch_guard::policy::Severity;

use super::{Alert, Status};

/// The parts of a finding that a person acts on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct AlertState {
    /// `violation` or `unproven`.
    pub verdict: Verdict,
    /// `low` to `critical`.
    pub severity: Severity,
    /// The finding's status.
    pub status: Status,
}

impl AlertState {
    /// The state of an alert.
    pub fn from_alert(alert: &Alert) -> Self {
        Self {
            verdict: alert.verdict,
            severity: alert.severity,
            status: alert.status,
        }
    }

    /// How urgent it is: proven before unproven, then by severity.
    pub fn weight(&self) -> (bool, Severity) {
        (self.verdict != Verdict::Unproven, self.severity)
    }
}
