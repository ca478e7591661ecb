//! `rules`: which rules are off or have another severity, and why.

use super::super::node::{Field, Fields, ValueSlot, nearest};
use super::super::problem::{Problems, TextSpan};
use super::super::tree::{Node, NodeValue};
use super::super::{RuleChange, RuleSetting, Severity};
use super::prose::read_prose;
use crate::catalogue;
use crate::rule::Rule;
use crate::untrusted::harmless;

/// The keys of an entry of `rules`.
pub(in crate::policy) const RULE_SETTING_KEYS: &[&str] = &["enabled", "severity", "reason"];

/// An entry, for messages.
const EXAMPLE: &str = "`RW013: {enabled: false, reason: \"…\"}`";

/// The entries that could be read, in the order of the file.
pub(super) fn read_all(field: &Field<'_>, problems: &mut Problems) -> Vec<RuleSetting> {
    let slot = field.value_slot();
    let NodeValue::Map(pairs) = &slot.node.value else {
        problems.report_at(slot.place, || match slot.node.value {
            NodeValue::Nothing => {
                format!("`rules` has no value: name a rule, such as {EXAMPLE}, or leave it out")
            }
            _ => format!("`rules` must name each rule with what changes, such as {EXAMPLE}"),
        });
        return Vec::new();
    };
    let mut known: Vec<(&str, usize)> = Vec::new();
    let mut settings = Vec::new();
    for (key, value) in pairs {
        let Some(rule) = read_rule(key, problems) else {
            continue;
        };
        if let Some((_, line)) = known.iter().find(|(code, _)| *code == rule.code) {
            let line = *line;
            problems.report_at(key.place, || {
                format!(
                    "`{}` is {} again, which is already on line {line}",
                    harmless(key.as_text().unwrap_or_default()),
                    rule.code
                )
            });
            continue;
        }
        known.push((rule.code, key.place.line));
        settings.extend(read(rule, key.place, value, problems));
    }
    settings
}

/// The rule that a key names, by code or name in any case.
fn read_rule(key: &Node, problems: &mut Problems) -> Option<&'static Rule> {
    let text = key.as_text().unwrap_or_default();
    let Some(rule) = catalogue::find(text) else {
        problems.report_at(key.place, || {
            let codes = catalogue::listed().map(|rule| rule.code);
            let words = codes.chain(catalogue::listed().map(|rule| rule.name));
            let meant = nearest(text, words).map_or_else(
                || ": write a code such as `RW013`, or a name such as `unused-elevation`".into(),
                |rule| format!(", did you mean `{rule}`?"),
            );
            format!("unknown rule `{}`{meant}", harmless(text))
        });
        return None;
    };
    if !rule.suppressible {
        problems.report_at(key.place, || {
            format!(
                "{} can't be turned off or given another severity: its findings are always \
                 reported, with their own severity",
                rule.code
            )
        });
        return None;
    }
    Some(rule)
}

fn read(
    rule: &'static Rule,
    place: TextSpan,
    value: &Node,
    problems: &mut Problems,
) -> Option<RuleSetting> {
    let name = rule.code;
    if matches!(value.value, NodeValue::Nothing) {
        problems.report_at(place, || {
            format!("{name} has no value: write what changes, such as {EXAMPLE}")
        });
        return None;
    }
    let fields = Fields::of_map(value, "an entry of `rules`", RULE_SETTING_KEYS, problems)?;
    let reason = fields
        .required("reason", "why the policy changes the rule", problems)
        .and_then(|field| read_prose(&field.value_slot(), "handled by the help desk", problems));
    let change = read_change(name, place, &fields, problems);
    Some(RuleSetting {
        rule: rule.code,
        change: change?,
        // A text in block form has several lines.
        reason: reason?.split_whitespace().collect::<Vec<_>>().join(" "),
        line: place.line,
    })
}

fn read_change(
    rule: &str,
    place: TextSpan,
    fields: &Fields<'_>,
    problems: &mut Problems,
) -> Option<RuleChange> {
    let enabled = fields.optional("enabled");
    let severity = fields.optional("severity");
    let slots = (
        enabled.map(Field::value_slot),
        severity.map(Field::value_slot),
    );
    let is_enabled = slots.0.as_ref().map(|slot| read_enabled(slot, problems));
    let read_severity = |slot: &ValueSlot<'_>, problems: &mut Problems| {
        slot.choice(&Severity::ALL, Severity::as_str, problems)
    };
    match (is_enabled, &slots.1) {
        (Some(None), _) => None,
        (Some(Some(false)), None) => Some(RuleChange::Off),
        (Some(Some(false)), Some(slot)) => {
            problems.report_at(slot.place, || {
                format!("{rule} is turned off, so it has no severity: remove `severity` or `enabled: false`")
            });
            None
        }
        (_, Some(slot)) => read_severity(slot, problems).map(RuleChange::Severity),
        (Some(Some(true)), None) => {
            let slot = slots.0.as_ref()?;
            problems.report_at(slot.place, || {
                format!("{rule} is on unless it's turned off: write `enabled: false`, give it a `severity`, or delete the entry")
            });
            None
        }
        (None, None) => {
            // One mistake is reported as one error.
            if !fields.has_misspelt("enabled") && !fields.has_misspelt("severity") {
                problems.report_at(place, || {
                    format!("{rule} needs `enabled: false` or `severity`: otherwise the entry changes nothing")
                });
            }
            None
        }
    }
}

fn read_enabled(slot: &ValueSlot<'_>, problems: &mut Problems) -> Option<bool> {
    let word = |is_enabled: bool| if is_enabled { "true" } else { "false" };
    slot.choice(&[false, true], word, problems)
}

#[cfg(test)]
mod tests;
