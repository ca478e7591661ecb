//! The findings, by person.

use std::collections::HashMap;

use maud::{Markup, html};
use rolewatch_guard::steps::RevokeLength;
use rolewatch_guard::{Finding, Verdict};

use super::anchor;
use crate::language::{counted, said, say};
use crate::report::AuditReport;
use crate::report::advice::{Advice, AdviceList};
use crate::report::people::{FoldedEntry, Folding, PersonFindings, distance, short, short_id};
use crate::report::session_line::{evidence_shown, session_line};
use crate::report::words::{account_shown, length, number, severity_word};

/// The section of each verdict.
pub(super) fn findings(report: &AuditReport<'_>) -> Markup {
    let shown = report.shown.select(&report.judgement.findings);
    let mut list = HtmlFindings {
        report,
        folding: Folding::new(&shown),
        advice: AdviceList::new(&report.inputs.policy, RevokeLength::Long),
    };
    let with = |wanted| -> Vec<&Finding> {
        let of_verdict = shown.iter().filter(|finding| finding.verdict == wanted);
        of_verdict.copied().collect()
    };
    let violations = list.section(Verdict::Violation, &with(Verdict::Violation));
    let unproven = list.section(Verdict::Unproven, &with(Verdict::Unproven));
    html! {
        (violations)
        (unproven)
    }
}

/// Findings without anything around them.
pub(super) fn brief_findings(findings: &[&Finding]) -> Markup {
    html! {
        section {
            h2 { (say!("Findings: {count}", count = number(length(findings)))) }
            @for finding in findings {
                article.finding #(anchor(&finding.id)) {
                    p.head {
                        (badge(finding))
                        (head_parts(finding))
                    }
                    p { b { (said(&finding.caller.name)) } (say!(" in ")) (finding.role) }
                    p { (said(&finding.message)) }
                }
            }
        }
    }
}

struct HtmlFindings<'r> {
    report: &'r AuditReport<'r>,
    folding: Folding<'r>,
    advice: AdviceList<'r>,
}

impl<'r> HtmlFindings<'r> {
    fn section(&mut self, verdict: Verdict, findings: &[&'r Finding]) -> Markup {
        if findings.is_empty() {
            return html! {};
        }
        let people = self.folding.by_person(findings);
        let people: Vec<Markup> = people.iter().map(|person| self.person(person)).collect();
        let count = number(length(findings));
        let title = if verdict == Verdict::Unproven {
            say!("Unproven: {count}", count)
        } else {
            say!("Violations: {count}", count)
        };
        html! {
            section {
                h2 { (title) }
                @if verdict == Verdict::Unproven {
                    p.note {
                        (say!("The evidence isn't enough to tell whether these broke a rule. Each one says what is missing."))
                    }
                }
                @for person in people { (person) }
            }
        }
    }

    fn person(&mut self, person: &PersonFindings<'r>) -> Markup {
        let caller = person.caller;
        let account = caller.account.as_deref();
        let account = account.map(|account| account_shown(account, &self.report.inputs.policy));
        let arn = caller.arn.as_ref().filter(|arn| **arn != *caller.name);
        let mut entries = Vec::new();
        for of_rule in &person.by_rule {
            for alike in alike(of_rule) {
                entries.push(self.entry(&alike));
            }
        }
        html! {
            section.person {
                h3 {
                    (said(&caller.name))
                    @if let Some(account) = account { (say!(" in {account}", account)) }
                    @if let Some(arn) = arn { " " small { (arn) } }
                }
                @for entry in entries { (entry) }
            }
        }
    }

    /// Findings with the same sentence.
    fn entry(&mut self, alike: &[&FoldedEntry<'r>]) -> Markup {
        let [first, others @ ..] = alike else {
            return html! {};
        };
        let finding = first.finding;
        let advice = self.advice.next(finding);
        let allowed = self.report.allowed.for_finding(finding);
        let class = match finding.verdict {
            Verdict::Violation => "finding violation",
            _ => "finding unproven",
        };
        html! {
            article class=(class) #(anchor(&finding.id)) {
                p.head {
                    (badge(finding))
                    (head_parts(finding))
                    (self.distance(finding))
                    @if let Some(owner) = &finding.owner { span { (say!("owner {owner}", owner)) } }
                }
                p.message { (said(&finding.message)) }
                (session(finding))
                @if let Some(allowed) = allowed { p.note { (said(&allowed.in_short())) } }
                (steps(&advice))
                (evidence(finding))
                (self.under(first))
                (others_alike(others))
            }
        }
    }

    fn distance(&self, finding: &Finding) -> Markup {
        let as_of = self.report.judgement.as_of;
        html! {
            @if let Some(as_of) = as_of {
                span { (say!("{distance} earlier", distance = distance(as_of, finding.time))) }
            }
        }
    }

    fn under(&self, entry: &FoldedEntry<'_>) -> Markup {
        let rules: Vec<&str> = entry.under.iter().map(|finding| finding.rule).collect();
        html! {
            @if !rules.is_empty() {
                details {
                    summary { (entry.under_means()) " " (rules.join(", ")) }
                    @for finding in &entry.under {
                        div.folded #(anchor(&finding.id)) {
                            p.head { (badge(finding)) (head_parts(finding)) (self.distance(finding)) }
                            p { (said(&finding.message)) }
                        }
                    }
                }
            }
        }
    }
}

fn badge(finding: &Finding) -> Markup {
    let severity = finding.severity;
    html! { span class=(format!("badge {}", severity.as_str())) { (severity_word(severity)) } }
}

/// The id, the time and the rule.
fn head_parts(finding: &Finding) -> Markup {
    let time = finding.time.to_string();
    html! {
        a.id href=(format!("#{}", anchor(&finding.id))) { (short_id(finding)) }
        time datetime=(time) { (time) }
        span { (finding.rule) " " (finding.name) }
        @if finding.verdict == Verdict::Unproven { span.verdict { (say!("unproven")) } }
    }
}

fn session(finding: &Finding) -> Markup {
    let line = session_line(&finding.context, finding.time);
    html! { @if !line.is_empty() { p.session { (line) } } }
}

/// The records that prove a finding, folded.
fn evidence(finding: &Finding) -> Markup {
    let shown = &finding.context.evidence;
    let more = finding.events.len().saturating_sub(shown.len());
    let records = counted!("{n} record", "{n} records", length(&finding.events));
    html! {
        @if !shown.is_empty() {
            details {
                summary { (say!("Evidence: {records}", records)) }
                ul.evidence {
                    @for record in shown { li { (evidence_shown(record)) } }
                    @if more > 0 { li { (say!("and {more} more; `--format json` lists them", more)) } }
                }
            }
        }
    }
}

fn steps(advice: &Advice) -> Markup {
    html! {
        @match advice {
            Advice::Steps(steps) => {
                p.label { (say!("What to do")) }
                ol.steps { @for step in steps { li { (with_code(step)) } } }
            },
            Advice::SameAs(id) => p.label {
                (say!("What to do: see ")) a.id href=(format!("#{}", anchor(id))) { (short(id)) }
            },
            Advice::None => {},
        }
    }
}

/// The other times when the same sentence applied, each with its own session.
fn others_alike(others: &[&FoldedEntry<'_>]) -> Markup {
    html! {
        @if !others.is_empty() {
            details {
                summary { (counted!("The same {n} more time", "The same {n} more times", length(others))) }
                ul.others-alike {
                    @for other in others {
                        li #(anchor(&other.finding.id)) {
                            p.head { (head_parts(other.finding)) }
                            (session(other.finding))
                            (evidence(other.finding))
                        }
                    }
                }
            }
        }
    }
}

/// Groups entries with the same sentence, in the order in which each first applied.
fn alike<'e, 'f>(entries: &'e [FoldedEntry<'f>]) -> Vec<Vec<&'e FoldedEntry<'f>>> {
    let mut groups: Vec<Vec<&FoldedEntry<'f>>> = Vec::new();
    let mut at: HashMap<&str, usize> = HashMap::new();
    for entry in entries {
        // What is folded under a finding is only shown for the first of a group.
        if !entry.under.is_empty() {
            groups.push(vec![entry]);
            continue;
        }
        let next = groups.len();
        let group = *at.entry(&entry.finding.message).or_insert(next);
        match groups.get_mut(group) {
            Some(group) => group.push(entry),
            None => groups.push(vec![entry]),
        }
    }
    groups
}

/// A step, with what stands between backticks as code.
fn with_code(step: &str) -> Markup {
    html! {
        @for (place, part) in step.split('`').enumerate() {
            @if place % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}
