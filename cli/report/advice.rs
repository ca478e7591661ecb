//! What to do about findings: each list of steps once in a report.

use std::collections::HashMap;

use rolewatch_guard::policy::Policy;
use rolewatch_guard::steps::Circumstances;
use rolewatch_guard::{Finding, catalogue};

use super::circumstances::circumstances;

/// What a report says to do about a finding.
pub(crate) enum Advice {
    /// These steps.
    Steps(Vec<String>),
    /// The same steps as for a finding that came before, by its id.
    SameAs(String),
    /// Its rule is unknown here.
    None,
}

/// The steps that a report has given so far.
#[derive(Default)]
pub(crate) struct AdviceList {
    /// The id of the finding with which they were given, by rule and steps.
    given: HashMap<(&'static str, Vec<String>), String>,
}

impl AdviceList {
    /// What to say about the next finding.
    pub(crate) fn next(&mut self, finding: &Finding, policy: &Policy) -> Advice {
        let Some(rule) = catalogue::find(finding.rule) else {
            return Advice::None;
        };
        let of = circumstances(finding, Some(policy));
        // Only the id differs between the steps of findings of one rule.
        let without_id = rule.steps(&Circumstances { id: "ID", ..of });
        let key = (rule.code, without_id);
        if let Some(first) = self.given.get(&key) {
            return Advice::SameAs(first.clone());
        }
        self.given.insert(key, finding.id.clone());
        let of = circumstances(finding, Some(policy));
        Advice::Steps(rule.steps(&of))
    }
}
