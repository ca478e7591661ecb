//! What of a finding a person would act on.

use rolewatch_guard::Verdict;
use rolewatch_guard::policy::Severity;

use super::{Alert, Status};

/// What a person would act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct AlertState {
    /// `violation` or `unproven`.
    pub verdict: Verdict,
    /// `low` to `critical`.
    pub severity: Severity,
    /// What became of it.
    pub status: Status,
}

impl AlertState {
    /// That of an alert.
    pub fn of(alert: &Alert) -> Self {
        Self {
            verdict: alert.verdict,
            severity: alert.severity,
            status: alert.status,
        }
    }

    /// How much it asks of the reader: proved before unproven, then by severity.
    pub fn weight(&self) -> (bool, Severity) {
        (self.verdict != Verdict::Unproven, self.severity)
    }
}
