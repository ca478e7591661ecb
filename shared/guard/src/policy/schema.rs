//! JSON Schema of the policy file.

use crate::catalogue;

/// The schema without the rule codes that a suppression can name.
const TEMPLATE: &str = include_str!("schema.json");

/// The placeholder for those codes in the template, with the indentation of its line.
const CODES: &str = "            \"CODES\"";

/// JSON Schema (draft 2020-12) of the policy file, for editors.
pub fn schema() -> String {
    TEMPLATE.replacen(CODES, &suppressible_codes(), 1)
}

/// The codes, one line for each hundred.
fn suppressible_codes() -> String {
    let mut lines: Vec<(&str, Vec<String>)> = Vec::new();
    for rule in catalogue::listed().filter(|rule| rule.suppressible) {
        let hundred = rule.code.get(..3).unwrap_or_default();
        let quoted = format!("\"{}\"", rule.code);
        match lines.last_mut() {
            Some((known, codes)) if *known == hundred => codes.push(quoted),
            _ => lines.push((hundred, vec![quoted])),
        }
    }
    let lines: Vec<String> = lines
        .iter()
        .map(|(_, codes)| format!("            {}", codes.join(", ")))
        .collect();
    lines.join(",\n")
}

#[cfg(test)]
mod tests;
