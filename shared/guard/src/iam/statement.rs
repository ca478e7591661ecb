//! One statement of a policy.

use serde_json::Value;

use super::condition::Condition;
use super::context::Context;
use super::pattern::{Pattern, PatternSyntax, action_fits};
use super::principal::Principals;
use super::truth::Truth;

/// The effect of a statement that applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It allows.
    Allow,
    /// It denies, even if others allow.
    Deny,
}

/// `Action` or `NotAction`, `Resource` or `NotResource`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementScope {
    /// `Not…`: everything except these.
    pub all_but: bool,
    /// The patterns, as written.
    pub patterns: Vec<String>,
}

impl StatementScope {
    fn covers(&self, matches: impl FnMut(&String) -> Truth) -> Truth {
        let matched = Truth::any(self.patterns.iter().map(matches));
        if self.all_but { matched.not() } else { matched }
    }
}

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Its `Sid`.
    pub sid: Option<String>,
    /// Allow or deny.
    pub effect: Effect,
    /// The actions.
    pub action: StatementScope,
    /// The resources. A trust policy has none, because it belongs to the resource.
    pub resource: Option<StatementScope>,
    /// The principals, in resource policies.
    pub principal: Option<Principals>,
    /// The conditions. All of them must hold.
    pub conditions: Vec<Condition>,
    /// The statement as written.
    pub json: Value,
    /// Whether `${…}` is a variable in it.
    pub(super) variables: bool,
}

impl Statement {
    /// Whether it covers an action, in any case.
    pub fn has_action(&self, action: &str) -> bool {
        self.action
            .patterns
            .iter()
            .any(|pattern| action_fits(pattern, action))
            != self.action.all_but
    }

    /// Whether it covers a resource.
    pub fn has_resource(&self, arn: &str, context: &Context) -> Truth {
        let reading = PatternSyntax {
            wildcards: true,
            variables: self.variables,
        };
        self.resource.as_ref().map_or(Truth::Yes, |scope| {
            scope.covers(|pattern| Pattern::read(pattern, reading, context).matches_resource(arn))
        })
    }

    /// Whether all its conditions hold.
    pub fn conditions_hold(&self, context: &Context) -> Truth {
        Truth::all(
            self.conditions
                .iter()
                .map(|condition| condition.evaluate(context)),
        )
    }

    /// Whether it applies to an action on a resource, for any caller.
    pub fn applies(&self, action: &str, resource: &str, context: &Context) -> Truth {
        if !self.has_action(action) {
            return Truth::No;
        }
        match self.has_resource(resource, context) {
            Truth::No => Truth::No,
            has => has.and(self.conditions_hold(context)),
        }
    }
}
