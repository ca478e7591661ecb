//! A finding in text, from what was found to what to do.

use std::io::{self, Write};

use rolewatch_guard::catalogue;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::untrusted::harmless;
use rolewatch_guard::{
    ChainLink, MembershipShown, RecordPart, SessionRow, SwitchStory, TimelineEntry, UsesShown,
    Verdict,
};

use super::{ToldFinding, ToldSession};
use crate::explain::records::write_answer;
use crate::report::circumstances::circumstances;
use crate::report::session_line::session_line;
use crate::report::table::TextPage;
use crate::report::table::paint::{self, BOLD, DIM};
use crate::report::words::{amount, counted, role_in_account};

/// The column at which the text after a time begins.
const AFTER_TIME: usize = 2 + 22;

/// The number of digits of an ID that a command needs.
const SHORT_ID: usize = 8;

pub(super) fn write(
    told: &ToldFinding<'_>,
    policy: &Policy,
    columns: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut page = TextPage { out, columns };
    write_head(told, policy, &mut page)?;
    let count = told.sessions.len();
    for (place, session) in told.sessions.iter().enumerate() {
        let heading = if count == 1 {
            "The session".to_owned()
        } else {
            format!("Session {} of {count}", place + 1)
        };
        page.heading(&heading)?;
        write_session(session, policy, &mut page)?;
    }
    if !told.attempts.is_empty() {
        let heading = if told.finding.denied {
            "Denied attempts"
        } else {
            "Records"
        };
        page.heading(heading)?;
        write_timeline(&told.attempts, &mut page)?;
    }
    if told.sessions.is_empty() {
        write_evidence(told, &mut page)?;
    }
    write_steps(told, policy, &mut page)
}

fn write_head(told: &ToldFinding<'_>, policy: &Policy, page: &mut TextPage<'_>) -> io::Result<()> {
    let finding = told.finding;
    let style = paint::severity(finding.verdict, finding.severity);
    writeln!(
        page.out,
        "{style}{}{style:#}  {BOLD}{} {}{BOLD:#}  {}",
        finding.severity.as_str().to_uppercase(),
        finding.rule,
        finding.name,
        finding.verdict.as_str()
    )?;
    page.text(0, &finding.message)?;
    writeln!(page.out)?;
    page.labelled("id", &finding.id)?;
    page.labelled("time", &finding.time.to_string())?;
    let caller = &finding.caller;
    let person = match (&caller.arn, &caller.account) {
        (Some(arn), _) if *arn != caller.name => format!("{} ({arn})", caller.name),
        (None, Some(account)) => format!("{} in account {account}", caller.name),
        _ => caller.name.clone(),
    };
    page.labelled("person", &person)?;
    let role = role_in_account(&finding.role, policy);
    if role == finding.role {
        page.labelled("role", &role)?;
    } else {
        page.labelled("role", &format!("{role} ({})", finding.role))?;
    }
    if let Some(owner) = &finding.owner {
        page.labelled("owner", &harmless(owner))?;
    }
    let line = session_line(&finding.context, finding.time);
    if !line.is_empty() {
        page.labelled("session", &line)?;
    }
    if let Some((until, owner, reason)) = &told.suppressed {
        let (owner, reason) = (harmless(owner), harmless(reason));
        page.labelled(
            "hidden",
            &format!("suppressed until {until} by {owner}: {reason}"),
        )?;
    }
    if !finding.supersedes.is_empty() {
        page.labelled("replaces", &finding.supersedes.join(" "))?;
    }
    Ok(())
}

fn write_session(
    session: &ToldSession,
    policy: &Policy,
    page: &mut TextPage<'_>,
) -> io::Result<()> {
    let story = &session.story;
    let row = &story.row;
    let role = role_in_account(&row.role, policy);
    page.labelled("entered", &format!("{role} at {}", row.time))?;
    page.labelled("held", &held_until(row))?;
    page.labelled("calls", &calls(row.uses.as_ref()))?;
    write_chain(story, policy, page)?;
    write_memberships(&story.memberships, page)?;
    subheading("timeline (UTC)", page)?;
    write_timeline(&story.timeline, page)?;
    subheading("what each rule says", page)?;
    for answer in &story.answers {
        write_answer(
            answer.verdict,
            answer.rule,
            answer.name,
            &answer.because,
            page.columns,
            page.out,
        )?;
        let allowed = session
            .allowed
            .iter()
            .find(|(rule, _)| *rule == answer.rule);
        if let Some((_, allowed)) = allowed {
            page.text(16, allowed)?;
        }
    }
    Ok(())
}

fn subheading(text: &str, page: &mut TextPage<'_>) -> io::Result<()> {
    writeln!(page.out, "\n  {BOLD}{text}{BOLD:#}")
}

fn held_until(row: &SessionRow) -> String {
    match (row.held_until, row.session.ended) {
        (Some(until), Some(left)) if left <= until => {
            format!("until {until}, when the person left the role")
        }
        (Some(until), _) => format!("until {until}, when the credentials expire"),
        (None, _) => "no record shows until when".to_owned(),
    }
}

/// How many calls there were in all. The timeline has only some of them.
fn calls(uses: Option<&UsesShown>) -> String {
    let Some(uses) = uses else {
        return "none seen".to_owned();
    };
    let about = if uses.estimated { "about " } else { "" };
    let all = counted(uses.reads.saturating_add(uses.writes), "call", "calls");
    let reads = counted(uses.reads, "read", "reads");
    let writes = counted(uses.writes, "write", "writes");
    format!(
        "{about}{all}: {reads}, {writes}, {} failed; the timeline has the first and the last of \
         each quarter of an hour",
        uses.errors
    )
}

/// From the person to the session.
fn write_chain(story: &SwitchStory, policy: &Policy, page: &mut TextPage<'_>) -> io::Result<()> {
    subheading("who it was", page)?;
    let person = &story.row.caller;
    let arn = person.arn.as_deref().filter(|arn| *arn != person.name);
    let arn = arn.map(|arn| format!(" ({arn})")).unwrap_or_default();
    page.text(2, &format!("{}{arn}", person.name))?;
    for link in &story.chain {
        let text = link_shown(link, policy);
        page.hanging(
            &format!("  {:<22}", link.time.to_string()),
            AFTER_TIME,
            &text,
        )?;
    }
    if let Some(broken) = &story.broken {
        page.text(2, &format!("can't identify the person: {broken}"))?;
    }
    Ok(())
}

fn link_shown(link: &ChainLink, policy: &Policy) -> String {
    let role = link.role.as_deref();
    let entered = role.map_or_else(String::new, |role| {
        format!(" and entered {}", role_in_account(role, policy))
    });
    let session = link.session.as_deref();
    let session = session.map_or_else(String::new, |name| format!(", session {name}"));
    format!(
        "{} called {}{entered}{session} (event {})",
        link.caller, link.call, link.event
    )
}

fn write_memberships(memberships: &[MembershipShown], page: &mut TextPage<'_>) -> io::Result<()> {
    subheading("groups at that moment", page)?;
    if memberships.is_empty() {
        return page.text(
            2,
            "none checked: the role requires no group, or the person isn't known",
        );
    }
    for membership in memberships {
        let is = match membership.verdict {
            Verdict::Allow => "a member",
            Verdict::Violation => "not a member",
            _ => "can't tell",
        };
        let text = format!("{}: {is}; {}", membership.group, membership.because);
        page.hanging("  ", 2, &text)?;
        for record in &membership.records {
            let time = record.time.map(|time| time.to_string()).unwrap_or_default();
            page.hanging(&format!("  {time:<22}"), AFTER_TIME, &record_shown(record))?;
        }
    }
    Ok(())
}

fn write_timeline(timeline: &[TimelineEntry], page: &mut TextPage<'_>) -> io::Result<()> {
    for entry in timeline {
        let time = match entry.time {
            Some(time) => time.to_string(),
            None => "time not known".to_owned(),
        };
        let text = format!("{}{}", part(entry.part), record_shown(entry));
        page.hanging(&format!("  {time:<22}"), AFTER_TIME, &text)?;
    }
    Ok(())
}

const fn part(part: RecordPart) -> &'static str {
    match part {
        RecordPart::Chain => "role chain: ",
        RecordPart::Issued => "session issued: ",
        RecordPart::Console => "console: ",
        RecordPart::Use => "call: ",
        RecordPart::Evidence => "evidence: ",
        RecordPart::Attempt => "",
    }
}

/// `AssumeRole in account 111122223333, us-east-1, from 192.0.2.7, event …`
fn record_shown(record: &TimelineEntry) -> String {
    let name = record.name.as_deref().unwrap_or("a record");
    let mut text = format!("{name} in account {}", record.account);
    for (before, detail) in [(", ", &record.region), (", from ", &record.source_ip)] {
        if let Some(detail) = detail {
            text.push_str(before);
            text.push_str(detail);
        }
    }
    format!("{text}, event {}", record.event)
}

/// The records that prove a finding without sessions, beyond those it is about.
fn write_evidence(told: &ToldFinding<'_>, page: &mut TextPage<'_>) -> io::Result<()> {
    let is_known = |event: &str| {
        let mut known = told.attempts.iter();
        known.any(|entry| entry.event.to_string() == event)
    };
    let mut others = told.finding.context.evidence.iter();
    if others.all(|record| is_known(&record.event)) {
        return Ok(());
    }
    page.heading(if told.attempts.is_empty() {
        "Evidence"
    } else {
        "Other evidence"
    })?;
    for record in &told.finding.context.evidence {
        if !is_known(&record.event) {
            let name = record.name.as_deref().unwrap_or("a record");
            let text = format!(
                "{name} in account {}, event {}",
                record.account, record.event
            );
            let time = record.time.map(|time| time.to_string()).unwrap_or_default();
            page.hanging(&format!("  {time:<22}"), AFTER_TIME, &text)?;
        }
    }
    Ok(())
}

fn write_steps(told: &ToldFinding<'_>, policy: &Policy, page: &mut TextPage<'_>) -> io::Result<()> {
    let finding = told.finding;
    page.heading("What to do")?;
    let steps = catalogue::find(finding.rule)
        .map(|rule| rule.steps(&circumstances(finding, Some(policy))))
        .unwrap_or_default();
    for (place, step) in steps.iter().enumerate() {
        let number = format!("  {}. ", amount(place + 1));
        page.hanging(&number, number.len(), step)?;
    }
    if told.sessions.is_empty() {
        return Ok(());
    }
    let id = finding.id.get(..SHORT_ID).unwrap_or(&finding.id);
    writeln!(
        page.out,
        "\n{DIM}To end the session:{DIM:#} rolewatch revoke-plan {id}"
    )
}
