//! Findings by person, most severe first.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io;

use rolewatch_guard::catalogue;
use rolewatch_guard::steps::{Circumstances, RevokeLength};
use rolewatch_guard::{CallerShown, Finding, SwitchKey};

use super::TextPage;
use super::paint::{self, BOLD, DIM};
use crate::language::{self, counted, said, say};
use crate::limits::{PEOPLE_TOLD, SENTENCES_TOLD, STEPS_SHOWN, TIMES_TOLD};
use crate::report::AuditReport;
use crate::report::advice::{Advice, AdviceList};
use crate::report::people::{
    FoldedEntry, Folding, PersonFindings, distance, merged, short, short_id,
};
use crate::report::session_line::{evidence_shown, session_line};
use crate::report::words::{account_shown, amount, length, severity_shown, shortened, width};

/// The column at which the text of a finding begins.
const TEXT: usize = 4;

/// The column at which the text of a suppressed finding begins, after its time.
const AFTER_TIME: usize = 2 + 22;

/// Writes findings by person. Advice is written where a rule first needs it.
pub(super) struct FindingList<'r> {
    report: &'r AuditReport<'r>,
    advice: AdviceList<'r>,
    /// The switches of the finding that was written last.
    switches_shown: Vec<SwitchKey>,
    folding: Folding<'r>,
}

impl<'r> FindingList<'r> {
    pub(super) fn new(report: &'r AuditReport<'r>) -> Self {
        let shown = report.shown.select(&report.judgement.findings);
        Self {
            report,
            advice: AdviceList::new(&report.inputs.policy, RevokeLength::Short),
            switches_shown: Vec::new(),
            folding: Folding::new(&shown),
        }
    }

    pub(super) fn write(
        &mut self,
        findings: &[&'r Finding],
        page: &mut TextPage<'_>,
    ) -> io::Result<()> {
        let people = self.folding.by_person(findings);
        let people = if self.report.verbose {
            people
        } else {
            merged(people)
        };
        let mut is_after_short = false;
        for person in &people {
            let is_short = self.is_short(person);
            if !(is_after_short && is_short) {
                writeln!(page.out)?;
            }
            self.write_person(person, page)?;
            is_after_short = is_short;
        }
        Ok(())
    }

    /// Whether a person has a few lines only. No empty line separates such people.
    fn is_short(&mut self, person: &PersonFindings<'r>) -> bool {
        let only = person.only_entry().filter(|_| person.alike.is_empty());
        only.is_some_and(|entry| self.advice.is_given(entry.finding))
    }

    fn write_person(
        &mut self,
        person: &PersonFindings<'r>,
        page: &mut TextPage<'_>,
    ) -> io::Result<()> {
        self.write_name(person.caller, page)?;
        for of_rule in &person.by_rule {
            self.write_rule(of_rule, page)?;
        }
        self.write_alike(&person.alike, page)
    }

    /// Other people with the finding that was written last.
    fn write_alike(
        &self,
        alike: &[(&CallerShown, FoldedEntry<'_>)],
        page: &mut TextPage<'_>,
    ) -> io::Result<()> {
        for (caller, entry) in alike.iter().take(PEOPLE_TOLD) {
            let text = format!(
                "{} · {}",
                self.name(caller),
                time_and_session(entry.finding)
            );
            self.write_also(&text, page)?;
        }
        let untold = alike.get(PEOPLE_TOLD..).unwrap_or_default();
        if untold.is_empty() {
            return Ok(());
        }
        let more = counted!("{n} more person", "{n} more people", length(untold));
        let text = say!("and {more}; `--verbose` lists all", more);
        page.text(TEXT, &text)
    }

    fn write_also(&self, text: &str, page: &mut TextPage<'_>) -> io::Result<()> {
        let before = say!("also ");
        let indent = TEXT + width(&before);
        let before = format!("{}{before}", " ".repeat(TEXT));
        let text = self.on_one_line(text, page.columns.saturating_sub(indent));
        page.hanging(&before, indent, &text)
    }

    /// A detail, cut to one line unless everything was asked for.
    fn on_one_line<'t>(&self, text: &'t str, columns: usize) -> Cow<'t, str> {
        if self.report.verbose {
            Cow::Borrowed(text)
        } else {
            Cow::Owned(shortened(text, columns))
        }
    }

    /// `dora in development`
    fn name(&self, person: &CallerShown) -> String {
        let policy = &self.report.inputs.policy;
        let account = person.account.as_deref();
        let name = &person.name;
        match account.map(|account| account_shown(account, policy)) {
            Some(account) => say!("{name} in {account}", name, account),
            None => said(name),
        }
    }

    fn write_name(&self, person: &CallerShown, page: &mut TextPage<'_>) -> io::Result<()> {
        let name = self.name(person);
        let arn = person.arn.as_ref().filter(|arn| **arn != *person.name);
        let arn = arn.map_or_else(String::new, |arn| format!("  {arn}"));
        if width(&name) + width(&arn) <= page.columns {
            return writeln!(page.out, "{BOLD}{name}{BOLD:#}{DIM}{arn}{DIM:#}");
        }
        page.hanging(&format!("{BOLD}"), 0, &name)?;
        write!(page.out, "{BOLD:#}")?;
        page.text(2, &arn)
    }

    /// Findings of one rule about one person. A script that switches every hour would otherwise
    /// fill pages with one sentence.
    fn write_rule(
        &mut self,
        entries: &[FoldedEntry<'r>],
        page: &mut TextPage<'_>,
    ) -> io::Result<()> {
        let alike = by_message(entries);
        let told = if self.report.verbose {
            alike.len()
        } else {
            SENTENCES_TOLD
        };
        for group in alike.iter().take(told) {
            if let [first, others @ ..] = &**group {
                self.write_entry(first, others, page)?;
            }
        }
        let untold = alike.get(told..).unwrap_or_default().concat();
        if let [first, .., last] | [first @ last] = &*untold {
            let more = counted!("{n} more finding", "{n} more findings", length(&untold));
            let text = say!(
                "… and {more} of {rule} like these, from {time} to {time2}; `--verbose` lists all",
                more,
                rule = first.finding.rule,
                time = first.finding.time,
                time2 = last.finding.time
            );
            page.text(TEXT, &text)?;
        }
        Ok(())
    }

    fn write_entry(
        &mut self,
        entry: &FoldedEntry<'r>,
        others: &[&FoldedEntry<'r>],
        page: &mut TextPage<'_>,
    ) -> io::Result<()> {
        let finding = entry.finding;
        let style = paint::severity(finding.verdict, finding.severity);
        let severity = severity_shown(finding.severity);
        let head = format!("  {style}{severity}{style:#} ");
        let advice = self.advice.next(finding);
        page.hanging(&head, TEXT, &self.headline(finding, &advice))?;
        page.text(TEXT, &said(&finding.message))?;
        self.write_session(finding, page)?;
        if let Some(allowed) = self.report.allowed.for_finding(finding) {
            let text = if self.report.verbose {
                said(&allowed.sentence())
            } else {
                shortened(
                    &said(&allowed.in_short()),
                    page.columns.saturating_sub(TEXT),
                )
            };
            page.text(TEXT, &text)?;
        }
        write_under(entry, page)?;
        self.write_others(others, page)?;
        match advice {
            Advice::Steps(mut steps) => {
                let indent = " ".repeat(TEXT);
                if steps.len() > STEPS_SHOWN
                    && let Some(last) = steps.get_mut(STEPS_SHOWN - 1)
                {
                    // The heading says where to find the others.
                    last.push_str(" …");
                }
                write_step_list(&steps, &indent, TEXT, page)
            }
            Advice::SameAs(_) | Advice::None => Ok(()),
        }
    }

    /// `3bc450ae  2026-03-08T12:00:00Z  RW001 caller-outside-group  8h 44m before as_of`
    fn headline(&self, finding: &Finding, advice: &Advice) -> String {
        let mut parts = vec![
            short_id(finding).to_owned(),
            finding.time.to_string(),
            format!("{} {}", finding.rule, finding.name),
        ];
        if let Some(as_of) = self.report.judgement.as_of {
            parts.push(say!(
                "{distance} earlier",
                distance = distance(as_of, finding.time)
            ));
        }
        parts.extend(
            finding
                .owner
                .as_ref()
                .map(|owner| say!("owner {owner}", owner)),
        );
        if let Advice::SameAs(first) = advice {
            parts.push(say!("steps: {short}", short = short(first)));
        }
        let id = parts.remove(0);
        format!("{id} {}", parts.join(" · "))
    }

    fn write_session(&mut self, finding: &Finding, page: &mut TextPage<'_>) -> io::Result<()> {
        let line = session_line(&finding.context, finding.time);
        // Several rules about one switch need its session only once.
        let repeated =
            !finding.subject.switches.is_empty() && self.switches_shown == finding.subject.switches;
        self.switches_shown.clone_from(&finding.subject.switches);
        if !line.is_empty() && !repeated {
            let before = format!("{}{DIM}", " ".repeat(TEXT));
            let line = self.on_one_line(&line, page.columns.saturating_sub(TEXT));
            page.hanging(&before, TEXT, &line)?;
            write!(page.out, "{DIM:#}")?;
        }
        if self.report.verbose {
            write_evidence(finding, page)?;
        }
        Ok(())
    }

    /// The other times when the same sentence applied, each with its own evidence.
    fn write_others(&self, others: &[&FoldedEntry<'_>], page: &mut TextPage<'_>) -> io::Result<()> {
        let told = if self.report.verbose {
            others.len()
        } else {
            TIMES_TOLD
        };
        for other in others.iter().take(told) {
            self.write_also(&time_and_session(other.finding), page)?;
        }
        let untold = others.get(told..).unwrap_or_default();
        if let [.., last] = untold {
            let text = say!(
                "and {untold} more times, the last at {time}; `--verbose` lists all",
                untold = untold.len(),
                time = last.finding.time
            );
            page.text(TEXT, &text)?;
        }
        Ok(())
    }
}

/// `3bc450ae 2026-03-08T12:00:00Z · from 203.0.113.7 · …`
fn time_and_session(finding: &Finding) -> String {
    let line = session_line(&finding.context, finding.time);
    let between = if line.is_empty() { "" } else { " · " };
    format!("{} {}{between}{line}", short_id(finding), finding.time)
}

/// The records that prove a finding, one per line.
fn write_evidence(finding: &Finding, page: &mut TextPage<'_>) -> io::Result<()> {
    for record in &finding.context.evidence {
        page.hanging(
            &format!("{}- ", " ".repeat(TEXT)),
            TEXT + 2,
            &evidence_shown(record),
        )?;
    }
    Ok(())
}

/// What is folded under a finding.
fn write_under(entry: &FoldedEntry<'_>, page: &mut TextPage<'_>) -> io::Result<()> {
    if entry.under.is_empty() {
        return Ok(());
    }
    let mut under = Vec::new();
    for finding in &entry.under {
        under.push(format!("{} ({})", finding.rule, short_id(finding)));
    }
    let text = format!("{} {}", entry.under_means(), under.join(", "));
    page.text(TEXT, &text)
}

/// Groups entries with the same sentence, in the order in which each sentence first applied.
fn by_message<'e, 'f>(entries: &'e [FoldedEntry<'f>]) -> Vec<Vec<&'e FoldedEntry<'f>>> {
    let mut at: HashMap<(&str, Vec<&str>), usize> = HashMap::new();
    let mut alike: Vec<Vec<&FoldedEntry<'f>>> = Vec::new();
    for entry in entries {
        let next = alike.len();
        let under = entry.under.iter().map(|finding| finding.rule).collect();
        let group = *at
            .entry((entry.finding.message.as_str(), under))
            .or_insert(next);
        match alike.get_mut(group) {
            Some(group) => group.push(entry),
            None => alike.push(vec![entry]),
        }
    }
    alike
}

/// The first steps, and where to find the others. `label` precedes the first step.
pub(crate) fn write_steps(
    rule: &str,
    of: &Circumstances<'_>,
    label: &str,
    indent: usize,
    page: &mut TextPage<'_>,
) -> io::Result<()> {
    let steps =
        catalogue::find(rule).map(|rule| rule.steps_in(language::chosen(), RevokeLength::Long, of));
    let steps = steps.unwrap_or_default();
    write_step_list(&steps, label, indent, page)?;
    let more = steps.len().saturating_sub(STEPS_SHOWN);
    if more > 0 {
        let steps = counted!("{n} more step", "{n} more steps", amount(more));
        page.text(
            indent,
            &say!("{steps}: rolewatch explain {rule}", steps, rule),
        )?;
    }
    Ok(())
}

fn write_step_list(
    steps: &[String],
    label: &str,
    indent: usize,
    page: &mut TextPage<'_>,
) -> io::Result<()> {
    let blank = " ".repeat(indent);
    let shown = steps.get(..STEPS_SHOWN).unwrap_or(steps);
    for (place, step) in shown.iter().enumerate() {
        let first = if place == 0 { label } else { &blank };
        let number = format!("{first}{}. ", place + 1);
        page.hanging(&number, indent + 3, step)?;
    }
    Ok(())
}

/// The beginning of a finding on its own line, and its width.
pub(super) fn time_and_rule(finding: &Finding) -> (String, usize) {
    let time = finding.time.to_string();
    (
        format!("  {time:<22}{BOLD}{}{BOLD:#} ", finding.rule),
        AFTER_TIME + finding.rule.len() + 1,
    )
}
