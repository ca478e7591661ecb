//! What to do about findings: each list of steps once in a report.

use std::collections::HashMap;
use std::rc::Rc;

use rolewatch_guard::policy::Policy;
use rolewatch_guard::steps::{Circumstances, RevokeLength};
use rolewatch_guard::{Finding, Verdict, catalogue};

use super::circumstances::circumstances;
use crate::language;

/// What a report says to do about a finding.
pub(crate) enum Advice {
    /// These steps.
    Steps(Vec<String>),
    /// The same steps as for a finding that came before, by its id.
    SameAs(String),
    /// Its rule is unknown here.
    None,
}

/// What decides about the steps of a finding, besides its id.
#[derive(Debug, PartialEq, Eq, Hash)]
struct StepsQuestion<'r> {
    rule: &'static str,
    role: &'r str,
    verdict: Verdict,
    self_granted: bool,
    foreign_account: bool,
    denied: bool,
}

/// A rule and its steps, without the id.
type GivenSteps = (&'static str, Rc<[String]>);

/// The steps that a report has given so far.
pub(crate) struct AdviceList<'r> {
    policy: &'r Policy,
    revoke: RevokeLength,
    /// The id of the finding with which they were given.
    given: HashMap<GivenSteps, String>,
    /// Thousands of findings ask the same.
    known: HashMap<StepsQuestion<'r>, GivenSteps>,
}

impl<'r> AdviceList<'r> {
    /// `revoke`: the words for how to end a session.
    pub(crate) fn new(policy: &'r Policy, revoke: RevokeLength) -> Self {
        Self {
            policy,
            revoke,
            given: HashMap::new(),
            known: HashMap::new(),
        }
    }

    /// Whether the steps for a finding were given with an earlier one.
    pub(crate) fn is_given(&mut self, finding: &'r Finding) -> bool {
        let steps = self.steps(finding);
        steps.is_none_or(|steps| self.given.contains_key(&steps))
    }

    /// What to say about the next finding.
    pub(crate) fn next(&mut self, finding: &'r Finding) -> Advice {
        let Some(steps) = self.steps(finding) else {
            return Advice::None;
        };
        if let Some(first) = self.given.get(&steps) {
            return Advice::SameAs(first.clone());
        }
        self.given.insert(steps, finding.id.clone());
        let of = circumstances(finding, Some(self.policy));
        let rule = catalogue::find(finding.rule);
        Advice::Steps(rule.map_or_else(Vec::new, |rule| {
            rule.steps_in(language::chosen(), self.revoke, &of)
        }))
    }

    /// The rule of a finding, and its steps without the id. `None`: the rule is unknown here.
    fn steps(&mut self, finding: &'r Finding) -> Option<GivenSteps> {
        let rule = catalogue::find(finding.rule)?;
        let of = circumstances(finding, Some(self.policy));
        let question = StepsQuestion {
            rule: rule.code,
            role: of.role,
            verdict: of.verdict,
            self_granted: of.self_granted,
            foreign_account: of.foreign_account,
            denied: of.denied,
        };
        let steps = || {
            let of = Circumstances { id: "ID", ..of };
            (
                rule.code,
                Rc::from(rule.steps_in(language::chosen(), self.revoke, &of)),
            )
        };
        Some(self.known.entry(question).or_insert_with(steps).clone())
    }
}
