//! What settling came to, as it is counted.

/// What settling came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SettleCounts {
    /// Findings that are new.
    pub found: u64,
    /// Findings that changed, withdrawn ones among them.
    pub changed: u64,
    /// Messages that the topic took.
    pub published: u64,
    /// Questions to IAM that were not answered.
    pub unanswered: u64,
}

impl SettleCounts {
    /// Adds up.
    pub fn add(&mut self, other: Self) {
        self.found += other.found;
        self.changed += other.changed;
        self.published += other.published;
        self.unanswered += other.unanswered;
    }
}
