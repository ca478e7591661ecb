//! Findings that the policy hides for a time.

use jiff::civil::{Date, date};

use crate::arn::glob_matches;
use crate::moment::Moment;

/// The codes of all rules, those of the review and of the live auditor included.
pub const KNOWN_RULES: [&str; 22] = [
    "RW001", "RW002", "RW003", "RW004", "RW005", "RW006", "RW007", "RW008", "RW009", "RW010",
    "RW011", "RW012", "RW013", "RW014", "RW015", "RW101", "RW102", "RW103", "RW104", "RW105",
    "RW106", "RW201",
];

/// Rules whose findings are told whatever the policy says.
pub const NEVER_SUPPRESSED: [&str; 2] = ["RW008", "RW201"];

/// One entry of `suppress`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// One of [`KNOWN_RULES`], never one of [`NEVER_SUPPRESSED`].
    pub rule: &'static str,
    /// An IAM glob of the origin's ARN.
    pub caller: String,
    /// Why it is hidden.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day on which it hides, in UTC.
    pub until: Date,
    /// Where the entry begins in the policy file, from 1.
    pub line: usize,
}

impl Suppression {
    /// Whether a finding of `rule` about `caller` (the ARN of the origin) at event time `time` is
    /// hidden.
    pub fn hides(&self, rule: &str, caller: &str, time: Moment) -> bool {
        self.rule == rule && !self.is_expired(time) && glob_matches(&self.caller, caller)
    }

    /// Whether `until` is over at `as_of`.
    pub fn is_expired(&self, as_of: Moment) -> bool {
        as_of >= self.end()
    }

    /// The first second that is not hidden any more: midnight in UTC after `until`.
    pub fn end(&self) -> Moment {
        const EPOCH: Date = date(1970, 1, 1);
        // The difference of two dates has days only. A time stamp would not do: jiff's end before
        // the last civil day does.
        let days = i64::from((self.until - EPOCH).get_days());
        Moment::from_epoch_seconds((days + 1) * 86_400)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn until(day: Date) -> Suppression {
        Suppression {
            rule: "RW003",
            caller: "*".into(),
            reason: "r".into(),
            owner: "o".into(),
            until: day,
            line: 1,
        }
    }

    #[test]
    fn the_last_day_is_hidden_whole() {
        assert_eq!(
            until(date(2026, 12, 31)).end().to_string(),
            "2027-01-01T00:00:00Z"
        );
        assert_eq!(until(date(1969, 12, 31)).end().epoch_seconds(), 0);
        assert_eq!(until(date(1, 1, 1)).end().epoch_seconds(), -62_135_510_400);
        assert_eq!(until(Date::MAX).end().epoch_seconds(), 253_402_300_800);
    }

    #[test]
    fn the_rules_that_are_always_told_are_known_and_codes_ascend() {
        assert!(KNOWN_RULES.is_sorted());
        assert!(
            NEVER_SUPPRESSED
                .iter()
                .all(|rule| KNOWN_RULES.contains(rule))
        );
    }
}
