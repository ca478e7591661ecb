//! Findings by person, most severe first.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io;

use rolewatch_guard::catalogue;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::steps::Circumstances;
use rolewatch_guard::{CallerShown, Finding, Verdict};

use super::TextPage;
use super::paint::{self, BOLD, DIM};
use crate::audit::allowed::SwitchAllowances;
use crate::limits::{EVENTS_TOLD, SENTENCES_TOLD, STEPS_SHOWN, TIMES_TOLD};
use crate::report::circumstances::circumstances;
use crate::report::words::{amount, counted, length, number, width};

/// The width of the severity column.
const SEVERITY: usize = 10;

/// The column at which the text of a finding begins, after its time.
const TEXT: usize = 2 + 22;

pub(super) fn by_person(
    findings: &[&Finding],
    allowed: &SwitchAllowances,
    policy: &Policy,
    page: &mut TextPage<'_>,
) -> io::Result<()> {
    let mut people: BTreeMap<&CallerShown, Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        people.entry(&finding.caller).or_default().push(finding);
    }
    let mut people: Vec<_> = people.into_iter().collect();
    // Sort people by severity, then by the time of their first finding.
    people.sort_by_key(|(_, theirs)| {
        let worst = theirs.iter().map(|finding| finding.severity).max();
        let first = theirs.iter().map(|finding| finding.time).min();
        (Reverse(worst), first)
    });
    for (person, theirs) in people {
        one_person(person, &theirs, allowed, policy, page)?;
    }
    Ok(())
}

fn one_person(
    person: &CallerShown,
    theirs: &[&Finding],
    allowed: &SwitchAllowances,
    policy: &Policy,
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
    // The steps are printed once per rule, so its findings are kept together.
    let mut by_rule: BTreeMap<_, Vec<&Finding>> = BTreeMap::new();
    for finding in theirs {
        by_rule
            .entry((Reverse(finding.severity), finding.rule))
            .or_default()
            .push(finding);
    }
    for findings in by_rule.values() {
        if let [first, ..] = &**findings {
            one_rule(first, findings, allowed, policy, page)?;
        }
    }
    Ok(())
}

fn one_rule(
    first: &Finding,
    findings: &[&Finding],
    allowed: &SwitchAllowances,
    policy: &Policy,
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
    let label = format!("  {BOLD}{:<22}{BOLD:#}", "what to do");
    let of = circumstances(first, Some(policy));
    write_steps(first.rule, &of, &label, TEXT, page)
}

/// The first steps, and where to find the others. `label` precedes the first step.
pub(crate) fn write_steps(
    rule: &str,
    of: &Circumstances<'_>,
    label: &str,
    indent: usize,
    page: &mut TextPage<'_>,
) -> io::Result<()> {
    let Some(rule) = catalogue::find(rule) else {
        return Ok(());
    };
    let steps = rule.steps(of);
    let blank = " ".repeat(indent);
    for (place, step) in steps.iter().take(STEPS_SHOWN).enumerate() {
        let first = if place == 0 { label } else { &blank };
        let number = format!("{first}{}. ", place + 1);
        page.hanging(&number, indent + 3, step)?;
    }
    let more = steps.len().saturating_sub(STEPS_SHOWN);
    if more > 0 {
        let steps = counted(amount(more), "more step", "more steps");
        page.text(indent, &format!("{steps}: rolewatch explain {}", rule.code))?;
    }
    Ok(())
}

/// Groups findings with the same sentence, in the order in which each sentence first applied. A
/// script that switches every hour would otherwise fill pages with one sentence.
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

/// A sentence, the other times when it applied, and the events that prove it.
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
    if let Some(allowed_by) = allowed.for_finding(first) {
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

/// The beginning of a finding on its own line, and its width.
pub(super) fn time_and_rule(finding: &Finding) -> (String, usize) {
    let time = finding.time.to_string();
    (
        format!("  {time:<22}{BOLD}{}{BOLD:#} ", finding.rule),
        TEXT + finding.rule.len() + 1,
    )
}
