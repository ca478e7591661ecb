//! JSON Schema of the policy file.

use crate::catalogue;
use crate::rule::Rule;

/// The schema without the rules that a policy can name.
const TEMPLATE: &str = include_str!("schema.json");

/// The placeholder for the codes that a suppression can name, with the indentation of its line.
const CODES: &str = "            \"CODES\"";

/// The placeholder for the codes and names of the rules that a policy can change.
const RULES: &str = "        \"RULES\"";

/// JSON Schema (draft 2020-12) of the policy file, for editors.
pub fn schema() -> String {
    let codes = listed(|rule| rule.code, CODES);
    let names = listed(|rule| rule.name, RULES);
    let rules = [listed(|rule| rule.code, RULES), names].join(",\n");
    TEMPLATE
        .replacen(CODES, &codes, 1)
        .replacen(RULES, &rules, 1)
}

/// The codes or names of the rules that a policy can change, one line for each hundred, indented
/// like the placeholder.
fn listed(word: fn(&Rule) -> &'static str, placeholder: &str) -> String {
    let mut lines: Vec<(&str, Vec<String>)> = Vec::new();
    for rule in catalogue::listed().filter(|rule| rule.suppressible) {
        let hundred = rule.code.get(..3).unwrap_or_default();
        let quoted = format!("\"{}\"", word(rule));
        match lines.last_mut() {
            Some((known, words)) if *known == hundred => words.push(quoted),
            _ => lines.push((hundred, vec![quoted])),
        }
    }
    let indentation = placeholder.len() - placeholder.trim_start().len();
    let lines: Vec<String> = lines
        .iter()
        .map(|(_, words)| format!("{}{}", " ".repeat(indentation), words.join(", ")))
        .collect();
    lines.join(",\n")
}

#[cfg(test)]
mod tests;
