//! The result of an audit that the stack's state machine did.

use rolewatch_guard::text::Text;
use rolewatch_guard::{Finding, Totals};
use serde::Deserialize;
use serde_json::value::RawValue;

/// The result of a run of the state machine.
pub(crate) struct HistoryReport {
    pub(crate) findings: Vec<Finding>,
    pub(crate) summary: HistorySummary,
    /// The summary as it was written, including what a newer stack may add.
    pub(crate) written: Box<RawValue>,
}

/// The used parts of `summary.json`.
#[derive(Deserialize)]
pub(crate) struct HistorySummary {
    pub(crate) counts: Totals,
    pub(crate) unread: Vec<UnreadEntry>,
    pub(crate) unread_count: u64,
    // An older stack may not write the fields that have a default.
    #[serde(default)]
    pub(crate) not_evidence: Vec<UnreadEntry>,
    #[serde(default)]
    pub(crate) not_evidence_count: u64,
    pub(crate) notices: Vec<Text>,
    #[serde(default)]
    pub(crate) near_misses: Vec<Text>,
}

/// Something that the stack couldn't read, or that isn't evidence.
#[derive(Deserialize)]
pub(crate) struct UnreadEntry {
    pub(crate) file: String,
    pub(crate) record: Option<u64>,
    pub(crate) reason: String,
}
