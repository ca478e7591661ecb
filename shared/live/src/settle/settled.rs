//! The counters of settling.

/// What settling did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SettleCounts {
    /// New findings.
    pub found: u64,
    /// Findings that changed, including withdrawn ones.
    pub changed: u64,
    /// Messages that the topic accepted.
    pub published: u64,
    /// Questions that IAM didn't answer.
    pub unanswered: u64,
}

impl SettleCounts {
    /// Adds the counts of `other`.
    pub fn add(&mut self, other: Self) {
        self.found += other.found;
        self.changed += other.changed;
        self.published += other.published;
        self.unanswered += other.unanswered;
    }
}
