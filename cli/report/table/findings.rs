//! Findings by person, the worst first.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io;

use rolewatch_guard::catalogue;
use rolewatch_guard::{CallerShown, Finding, Verdict};

use super::TextPage;
use super::paint::{self, BOLD, DIM};
use crate::audit::allowed::SwitchAllowances;
use crate::limits::{EVENTS_TOLD, SENTENCES_TOLD, TIMES_TOLD};
use crate::report::words::{amount, counted, length, number, width};

/// The columns of a severity.
const SEVERITY: usize = 10;

/// Where the text of a finding begins: behind its time.
const TEXT: usize = 2 + 22;

pub(super) fn by_person(
    findings: &[&Finding],
    allowed: &SwitchAllowances,
    page: &mut TextPage<'_>,
) -> io::Result<()> {
    let mut people: BTreeMap<&CallerShown, Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        people.entry(&finding.caller).or_default().push(finding);
    }
    let mut people: Vec<_> = people.into_iter().collect();
    // Who is in more trouble comes first; then who was first.
    people.sort_by_key(|(_, theirs)| {
        let worst = theirs.iter().map(|finding| finding.severity).max();
        let first = theirs.iter().map(|finding| finding.time).min();
        (Reverse(worst), first)
    });
    for (person, theirs) in people {
        one_person(person, &theirs, allowed, page)?;
    }
    Ok(())
}

fn one_person(
    person: &CallerShown,
    theirs: &[&Finding],
    allowed: &SwitchAllowances,
    page: &mut TextPage<'_>,
) -> io::Result<()> {
    let whence = match (&person.arn, &person.account) {
        (Some(arn), _) if *arn == person.name => String::new(),
        (Some(arn), _) => format!("  {arn}"),
        (None, Some(account)) => format!("  in account {account}"),
        (None, None) => String::new(),
    };
    writeln!(page.out)?;
    if width(&person.name) + width(&whence) <= page.columns {
        writeln!(
            page.out,
            "{BOLD}{}{BOLD:#}{DIM}{whence}{DIM:#}",
            person.name
        )?;
    } else {
        page.text(0, &person.name)?;
        page.text(2, &whence)?;
    }
    // What to do is said once a rule, so its findings stand together.
    let mut by_rule: BTreeMap<_, Vec<&Finding>> = BTreeMap::new();
    for finding in theirs {
        by_rule
            .entry((Reverse(finding.severity), finding.rule))
            .or_default()
            .push(finding);
    }
    for findings in by_rule.values() {
        if let [first, ..] = &**findings {
            one_rule(first, findings, allowed, page)?;
        }
    }
    Ok(())
}

fn one_rule(
    first: &Finding,
    findings: &[&Finding],
    allowed: &SwitchAllowances,
    page: &mut TextPage<'_>,
) -> io::Result<()> {
    let style = paint::severity(first.verdict, first.severity);
    let severity = first.severity.as_str().to_uppercase();
    let verdict = if first.verdict == Verdict::Unproven {
        ", unproven"
    } else {
        ""
    };
    let times = if findings.len() > 1 {
        format!("  {}", counted(length(findings), "time", "times"))
    } else {
        String::new()
    };
    writeln!(
        page.out,
        "  {style}{severity:<SEVERITY$}{style:#}{BOLD}{} {}{BOLD:#}{DIM}{verdict}{times}{DIM:#}",
        first.rule, first.name
    )?;
    let alike = by_message(findings);
    for group in alike.iter().take(SENTENCES_TOLD) {
        if let [first, others @ ..] = &**group {
            one_message(first, others, allowed, page)?;
        }
    }
    let untold = alike.get(SENTENCES_TOLD..).unwrap_or_default().concat();
    if let [first, .., last] | [first @ last] = &*untold {
        let more = counted(length(&untold), "more finding", "more findings");
        let text = format!(
            "… and {more} like this, from {} to {}; `--format ndjson` lists all",
            first.time, last.time
        );
        page.text(TEXT, &text)?;
    }
    if let Some(step) = first_step(first) {
        page.hanging(
            &format!("  {BOLD}{:<22}{BOLD:#}", "what to do"),
            TEXT,
            &step,
        )?;
    }
    Ok(())
}

/// Findings that say the same, in the order in which each sentence was first true. A script that
/// switches every hour would fill pages with one of them.
fn by_message<'f>(findings: &[&'f Finding]) -> Vec<Vec<&'f Finding>> {
    let mut at: BTreeMap<&str, usize> = BTreeMap::new();
    let mut alike: Vec<Vec<&Finding>> = Vec::new();
    for finding in findings {
        let next = alike.len();
        let group = *at.entry(&finding.message).or_insert(next);
        match alike.get_mut(group) {
            Some(group) => group.push(finding),
            None => alike.push(vec![finding]),
        }
    }
    alike
}

/// A sentence, when else it was true, and the events that prove it.
fn one_message(
    first: &Finding,
    others: &[&Finding],
    allowed: &SwitchAllowances,
    page: &mut TextPage<'_>,
) -> io::Result<()> {
    let time = first.time.to_string();
    page.hanging(&format!("  {time:<22}"), TEXT, &first.message)?;
    if !others.is_empty() {
        // The first few times are enough to find the rest in the logs.
        let mut times = Vec::new();
        for other in others.iter().take(TIMES_TOLD) {
            times.push(other.time.to_string());
        }
        let more = match others.len().saturating_sub(TIMES_TOLD) {
            0 => String::new(),
            more => format!(" +{}", number(amount(more))),
        };
        page.text(TEXT, &format!("also at {}{more}", times.join(" ")))?;
    }
    let events = events(first);
    if !events.is_empty() {
        page.hanging(&format!("{}{DIM}", " ".repeat(TEXT)), TEXT, &events)?;
        write!(page.out, "{DIM:#}")?;
    }
    if let Some(allowed_by) = allowed.of(first) {
        page.text(TEXT, &allowed_by.to_string())?;
    }
    Ok(())
}

/// `events ID ID +2`
fn events(finding: &Finding) -> String {
    let shown: Vec<String> = finding
        .events
        .iter()
        .take(EVENTS_TOLD)
        .map(ToString::to_string)
        .collect();
    let more = finding.events.len().saturating_sub(EVENTS_TOLD);
    match (shown.len(), more) {
        (0, _) => String::new(),
        (1, 0) => format!("event {}", shown.concat()),
        (_, 0) => format!("events {}", shown.join(" ")),
        (_, more) => format!("events {} +{more}", shown.join(" ")),
    }
}

/// The first step that the rule's documentation gives; for what is unproven, the one that speaks of
/// that, where there is one.
pub(super) fn first_step(finding: &Finding) -> Option<String> {
    step_to_do(finding.rule, finding.verdict)
}

/// The same for any rule and verdict.
pub(crate) fn step_to_do(rule: &str, verdict: Verdict) -> Option<String> {
    let steps = numbered_items(&catalogue::find(rule)?.section("What to do"));
    let unproven = steps
        .iter()
        .find_map(|step| step.strip_prefix("Unproven: "));
    match (verdict, unproven) {
        (Verdict::Unproven, Some(step)) => Some(capitalised(step)),
        _ => steps.first().cloned(),
    }
}

/// The items of a numbered list, each on one line.
fn numbered_items(list: &str) -> Vec<String> {
    let mut steps: Vec<String> = Vec::new();
    for line in list.lines() {
        let item = line
            .split_once(". ")
            .filter(|(number, _)| number.parse::<u8>().is_ok())
            .map(|(_, text)| text.to_owned());
        match (item, steps.last_mut()) {
            (Some(item), _) => steps.push(item),
            (None, Some(last)) => {
                last.push(' ');
                last.push_str(line.trim());
            }
            (None, None) => {}
        }
    }
    steps
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars).collect()
    })
}

/// The head of a finding on a line of its own, and its width.
pub(super) fn time_and_rule(finding: &Finding) -> (String, usize) {
    let time = finding.time.to_string();
    (
        format!("  {time:<22}{BOLD}{}{BOLD:#} ", finding.rule),
        TEXT + finding.rule.len() + 1,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_one_line() {
        let list = "1. Ask the person\n   on another channel.\n2. Unproven: read the logs.";
        assert_eq!(
            numbered_items(list),
            [
                "Ask the person on another channel.",
                "Unproven: read the logs."
            ]
        );
    }

    #[test]
    fn every_rule_has_a_first_step() {
        for rule in catalogue::listed() {
            let steps = numbered_items(&rule.section("What to do"));
            assert!(
                steps
                    .first()
                    .is_some_and(|step| !step.starts_with("Unproven")),
                "{}",
                rule.code
            );
        }
    }
}
