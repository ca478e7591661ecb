//! What of a finding a person would act on.

use super::{Alert, Status};

/// What a person would act on.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct AlertState {
    /// `violation` or `unproven`.
    pub verdict: String,
    /// `low` to `critical`.
    pub severity: String,
    /// What became of it.
    pub status: Status,
}

impl AlertState {
    /// That of an alert.
    pub fn of(alert: &Alert) -> Self {
        Self {
            verdict: alert.verdict.clone(),
            severity: alert.severity.clone(),
            status: alert.status,
        }
    }

    /// How much it asks of the reader: proved before unproven, then by severity.
    pub fn weight(&self) -> (bool, u8) {
        let severity = match self.severity.as_str() {
            "low" => 0,
            "medium" => 1,
            "critical" => 3,
            _ => 2,
        };
        (self.verdict != "unproven", severity)
    }
}
