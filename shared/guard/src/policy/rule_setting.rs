//! Rules that the policy turns off, or whose severity it changes.

use serde::Serialize;

use super::{Policy, Severity};
use crate::catalogue;
use crate::rule::{IfOff, Rule};
use crate::text;
use crate::text::Text;
use crate::untrusted::harmless;

/// One entry of `rules`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSetting {
    /// The code of a rule that is [suppressible](Rule::suppressible).
    pub rule: &'static str,
    /// What changes.
    pub change: RuleChange,
    /// Why, in one line.
    pub reason: String,
    /// The line in the policy file where the entry begins, counted from 1.
    pub line: usize,
}

/// What the policy changes about a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleChange {
    /// The rule has no findings.
    Off,
    /// The severity of all its findings.
    Severity(Severity),
}

/// A rule that is off, for a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleOff {
    /// The code, such as `RW013`.
    pub rule: &'static str,
    /// The name, such as `unused-elevation`.
    pub name: &'static str,
    /// Why it is off. One line that is safe to print.
    pub reason: String,
    /// The line of the entry in the policy file.
    pub line: usize,
}

impl RuleOff {
    /// The notice in a report.
    pub fn notice(&self) -> Text {
        let Self {
            rule,
            name,
            reason,
            line,
        } = self;
        let off = text!(
            "{rule} {name} is turned off (line {line} of the policy): {reason}",
            rule,
            name,
            line,
            reason
        );
        match catalogue::find(rule) {
            Some(Rule {
                if_off: IfOff::NotCleanIfAsked | IfOff::NotCleanIfFound,
                ..
            }) => text!(
                "{off}; switches that depend on it don't count as clean",
                off
            ),
            _ => off,
        }
    }
}

impl Policy {
    /// The entry that turns the rule off, if there is one.
    pub fn off(&self, rule: &Rule) -> Option<&RuleSetting> {
        let setting = self.setting(rule)?;
        (setting.change == RuleChange::Off).then_some(setting)
    }

    /// The rules that are off, by code.
    pub fn rules_off(&self) -> impl Iterator<Item = (&'static Rule, RuleOff)> {
        catalogue::listed().filter_map(|rule| {
            let setting = self.off(rule)?;
            let off = RuleOff {
                rule: rule.code,
                name: rule.name,
                reason: harmless(&setting.reason),
                line: setting.line,
            };
            Some((rule, off))
        })
    }

    /// The severity of a finding: the one that the policy gives the rule, else `own`, the rule's
    /// own or the role's. A policy that lowers the severity doesn't mean somebody who gave
    /// themselves the membership, so that finding is never lowered.
    pub(crate) fn severity_of(&self, rule: &Rule, own: Severity, self_granted: bool) -> Severity {
        match self.setting(rule).map(|setting| setting.change) {
            Some(RuleChange::Severity(severity)) if self_granted => severity.max(own),
            Some(RuleChange::Severity(severity)) => severity,
            Some(RuleChange::Off) | None => own,
        }
    }

    fn setting(&self, rule: &Rule) -> Option<&RuleSetting> {
        self.rules.iter().find(|setting| setting.rule == rule.code)
    }
}
