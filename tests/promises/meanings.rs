//! The exact meaning of each rule, so that two readers come to the same verdict. One test for each
//! case that a rule's own examples don't cover.

mod chains;
mod console;
mod console_names_the_person;
mod depends_on_the_difference;
mod duplicates;
mod elevated_roles;
mod evasions;
mod evidence;
mod halves;
mod iam_regions;
mod kinds;
mod links;
mod membership;
mod mint_missing;
mod names;
mod refusals;
mod scope;
mod several_sessions;
mod suppression;
mod unread_details;

use rolewatch_guard::testing::{Story, Verdicts};
use rolewatch_guard::{Finding, Scope, Verdict, judge};
use serde_json::json;

fn rules(findings: &[Finding]) -> Vec<(&str, Verdict)> {
    findings
        .iter()
        .map(|finding| (finding.rule, finding.verdict))
        .collect()
}
