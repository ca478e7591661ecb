//! Error messages for an ID that no finding has, or several.

use std::cmp::Reverse;

use rolewatch_guard::Finding;

use crate::alike::{is_slip, likeness};
use crate::exit::Failure;
use crate::limits::FINDINGS_NAMED;

/// The error for an ID that matches several findings.
pub(super) fn ambiguous(id: &str, several: &[&Finding]) -> Failure {
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
pub(super) fn unknown(id: &str, all: &[&Finding]) -> Failure {
    let near = nearly_called(id, all);
    let help = if all.is_empty() {
        "with this policy, these logs contain no findings".to_owned()
    } else if near.is_empty() {
        format!(
            "the latest findings are\n{}\n`rolewatch audit --format ndjson` prints them all",
            first_lines(&latest_with_sessions(all))
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

/// Findings for which a plan is possible, latest first.
fn latest_with_sessions<'f>(all: &[&'f Finding]) -> Vec<&'f Finding> {
    let mut latest = all.to_vec();
    latest.retain(|finding| !finding.subject.switches.is_empty());
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
