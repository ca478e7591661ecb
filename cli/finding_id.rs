//! Finds a finding by its ID or the beginning of it, for `explain` and `revoke-plan`.

use std::cmp::Reverse;

use rolewatch_guard::{Finding, Judgement};

use crate::alike::{is_slip, likeness};
use crate::exit::Failure;
use crate::limits::{FINDINGS_NAMED, ID_BEGINNING};

/// The number of digits in a finding's ID.
pub(crate) const DIGITS: usize = 32;

/// The ID or its beginning, in the form in which findings have it. `None` if the text can't be one.
pub(crate) fn as_id(text: &str) -> Option<String> {
    let id = text.trim().to_ascii_lowercase();
    let is_long_enough = (ID_BEGINNING..=DIGITS).contains(&id.len());
    (is_long_enough && is_hexadecimal(&id)).then_some(id)
}

/// Whether a text consists of the characters of IDs: digits and lowercase letters from `a` to `f`.
pub(crate) fn is_hexadecimal(text: &str) -> bool {
    text.bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// All findings, including suppressed ones: these can be explained, and their sessions revoked.
pub(crate) fn all_findings(judgement: &Judgement) -> Vec<&Finding> {
    let mut all: Vec<&Finding> = judgement.findings.iter().collect();
    all.extend(judgement.suppressed.iter().map(|hidden| &hidden.finding));
    all
}

/// The only finding whose ID begins with the text. `suggested`: the findings that may be meant if
/// there is none.
///
/// # Errors
/// If there is none or several. The message lists candidates.
pub(crate) fn with_id<'f>(
    beginning: &str,
    all: &[&'f Finding],
    suggested: fn(&Finding) -> bool,
) -> Result<&'f Finding, Failure> {
    let mut meant = Vec::new();
    for finding in all {
        if finding.id.starts_with(beginning) {
            meant.push(*finding);
        }
    }
    match &*meant {
        [one] => Ok(one),
        [] => Err(unknown(beginning, all, suggested)),
        several => Err(ambiguous(beginning, several)),
    }
}

/// The error for an ID that matches several findings.
fn ambiguous(id: &str, several: &[&Finding]) -> Failure {
    let more = match several.len().saturating_sub(FINDINGS_NAMED) {
        0 => String::new(),
        more => format!("\n  and {more} more"),
    };
    Failure::Finding(format!(
        "`{id}` is the beginning of {} ids; give more digits\n{}{more}",
        several.len(),
        first_lines(several)
    ))
}

/// The error for an ID that matches no finding, with what was probably meant.
fn unknown(id: &str, all: &[&Finding], suggested: fn(&Finding) -> bool) -> Failure {
    let near = nearly_called(id, all);
    let help = if all.is_empty() {
        "with this policy, these logs contain no findings".to_owned()
    } else if near.is_empty() {
        format!(
            "the latest findings are\n{}\n`rolewatch audit --format ndjson` prints them all",
            first_lines(&latest(all, suggested))
        )
    } else {
        format!("did you mean one of these?\n{}", first_lines(&near))
    };
    Failure::Finding(format!(
        "no finding has an id that begins with `{id}`; {help}"
    ))
}

/// Findings whose IDs begin similarly, most similar first.
fn nearly_called<'f>(id: &str, all: &[&'f Finding]) -> Vec<&'f Finding> {
    let mut near: Vec<(f64, &Finding)> = Vec::new();
    for finding in all {
        let beginning = finding.id.get(..id.len()).unwrap_or(&finding.id);
        let likeness = likeness(id, beginning);
        if is_slip(likeness) {
            near.push((likeness, finding));
        }
    }
    near.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    near.into_iter().map(|(_, finding)| finding).collect()
}

/// The findings that may be meant, latest first.
fn latest<'f>(all: &[&'f Finding], suggested: fn(&Finding) -> bool) -> Vec<&'f Finding> {
    let mut latest = all.to_vec();
    latest.retain(|finding| suggested(finding));
    latest.sort_by_key(|finding| Reverse(finding.time));
    latest
}

/// One line for each of the first findings: its ID, its rule and what distinguishes it.
fn first_lines(findings: &[&Finding]) -> String {
    let mut lines = Vec::new();
    for finding in findings.iter().take(FINDINGS_NAMED) {
        lines.push(format!(
            "  {}  {} {} {}",
            finding.id, finding.time, finding.rule, finding.caller.name
        ));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_hexadecimal_and_long_enough() {
        assert_eq!(as_id(" 00C0ffee ").as_deref(), Some("00c0ffee"));
        for odd in ["", "abc", "RW004", "nothing.json", &"a".repeat(33)] {
            assert_eq!(as_id(odd), None, "{odd}");
        }
    }
}
