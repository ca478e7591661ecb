//! Findings that the policy hides until a date.

use jiff::civil::{Date, date};

use crate::arn::glob_matches;
use crate::moment::Moment;

/// One entry of `suppress`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// The code of a rule that is [suppressible](crate::rule::Rule::suppressible).
    pub rule: &'static str,
    /// An IAM glob of the origin's ARN.
    pub caller: String,
    /// Why it is hidden.
    pub reason: String,
    /// The person or team responsible for the suppression.
    pub owner: String,
    /// The last day on which it applies, in UTC.
    pub until: Date,
    /// The line in the policy file where the entry begins, counted from 1.
    pub line: usize,
}

impl Suppression {
    /// Whether it hides a finding of `rule` about `caller` (the ARN of the origin) at event time
    /// `time`.
    pub fn hides(&self, rule: &str, caller: &str, time: Moment) -> bool {
        self.rule == rule && !self.is_expired(time) && glob_matches(&self.caller, caller)
    }

    /// Whether `until` has passed at `as_of`.
    pub fn is_expired(&self, as_of: Moment) -> bool {
        as_of >= self.end()
    }

    /// The first second that isn't hidden any more: midnight in UTC after `until`.
    pub fn end(&self) -> Moment {
        const EPOCH: Date = date(1970, 1, 1);
        // The difference of two dates consists of days only. A timestamp wouldn't work: jiff's
        // timestamps end before the last civil day does.
        let days = i64::from((self.until - EPOCH).get_days());
        Moment::from_epoch_seconds((days + 1) * 86_400)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suppression_until(day: Date) -> Suppression {
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
            suppression_until(date(2026, 12, 31)).end().to_string(),
            "2027-01-01T00:00:00Z"
        );
        assert_eq!(
            suppression_until(date(1969, 12, 31)).end().epoch_seconds(),
            0
        );
        assert_eq!(
            suppression_until(date(1, 1, 1)).end().epoch_seconds(),
            -62_135_510_400
        );
        assert_eq!(
            suppression_until(Date::MAX).end().epoch_seconds(),
            253_402_300_800
        );
    }
}
