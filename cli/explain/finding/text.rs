//! A finding in text, from what was found to what to do.

use std::io::{self, Write};

use rolewatch_guard::catalogue;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::steps::RevokeLength;
use rolewatch_guard::untrusted::harmless;
use rolewatch_guard::{
    ChainLink, MembershipShown, RecordPart, SessionRow, SwitchStory, TimelineEntry, UsesShown,
    Verdict,
};

use super::{ToldFinding, ToldSession};
use crate::explain::records::write_answer;
use crate::language::{self, counted, said, say};
use crate::report::circumstances::circumstances;
use crate::report::session_line::session_line;
use crate::report::table::TextPage;
use crate::report::table::paint::{self, BOLD, DIM};
use crate::report::words::{amount, role_in_account, severity_shown, verdict_shown};

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
            say!("The session")
        } else {
            say!("Session {number} of {count}", number = place + 1, count)
        };
        page.heading(&heading)?;
        write_session(session, policy, &mut page)?;
    }
    if !told.attempts.is_empty() {
        let heading = if told.finding.denied {
            say!("Denied attempts")
        } else {
            say!("Records")
        };
        page.heading(&heading)?;
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
        severity_shown(finding.severity),
        finding.rule,
        finding.name,
        verdict_shown(finding.verdict)
    )?;
    page.text(0, &said(&finding.message))?;
    writeln!(page.out)?;
    page.labelled(&say!("id"), &finding.id)?;
    page.labelled(&say!("time"), &finding.time.to_string())?;
    let caller = &finding.caller;
    let person = match (&caller.arn, &caller.account) {
        (Some(arn), _) if *arn != *caller.name => format!("{} ({arn})", said(&caller.name)),
        (None, Some(account)) => say!("{name} in account {account}", name = caller.name, account),
        _ => said(&caller.name),
    };
    page.labelled(&say!("person"), &person)?;
    let role = role_in_account(&finding.role, policy);
    if role == finding.role {
        page.labelled(&say!("role"), &role)?;
    } else {
        page.labelled(&say!("role"), &format!("{role} ({})", finding.role))?;
    }
    if let Some(owner) = &finding.owner {
        page.labelled(&say!("owner"), &harmless(owner))?;
    }
    let line = session_line(&finding.context, finding.time);
    if !line.is_empty() {
        page.labelled(&say!("session"), &line)?;
    }
    if let Some((until, owner, reason)) = &told.suppressed {
        let (owner, reason) = (harmless(owner), harmless(reason));
        page.labelled(
            &say!("hidden"),
            &say!(
                "suppressed until {until} by {owner}: {reason}",
                until,
                owner,
                reason
            ),
        )?;
    }
    if !finding.supersedes.is_empty() {
        page.labelled(&say!("replaces"), &finding.supersedes.join(" "))?;
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
    page.labelled(
        &say!("entered"),
        &say!("{role} at {time}", role, time = row.time),
    )?;
    page.labelled(&say!("held"), &held_until(row))?;
    page.labelled(&say!("calls"), &calls(row.uses.as_ref()))?;
    write_chain(story, policy, page)?;
    write_memberships(&story.memberships, page)?;
    subheading(&say!("timeline (UTC)"), page)?;
    write_timeline(&story.timeline, page)?;
    subheading(&say!("what each rule says"), page)?;
    for answer in &story.answers {
        write_answer(
            answer.verdict,
            answer.rule,
            answer.name,
            &said(&answer.because),
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
            say!("until {until}, when the person left the role", until)
        }
        (Some(until), _) => say!("until {until}, when the credentials expire", until),
        (None, _) => say!("no record shows until when"),
    }
}

/// How many calls there were in all. The timeline has only some of them.
fn calls(uses: Option<&UsesShown>) -> String {
    let Some(uses) = uses else {
        return say!("none seen");
    };
    let all = uses.reads.saturating_add(uses.writes);
    let all = if uses.estimated {
        counted!("about {n} call", "about {n} calls", all)
    } else {
        counted!("{n} call", "{n} calls", all)
    };
    let reads = counted!("{n} read", "{n} reads", uses.reads);
    let writes = counted!("{n} write", "{n} writes", uses.writes);
    say!(
        "{all}: {reads}, {writes}, {errors} failed; the timeline has the first and the last of each quarter of an hour",
        all,
        reads,
        writes,
        errors = uses.errors
    )
}

/// From the person to the session.
fn write_chain(story: &SwitchStory, policy: &Policy, page: &mut TextPage<'_>) -> io::Result<()> {
    subheading(&say!("who it was"), page)?;
    let person = &story.row.caller;
    let arn = person.arn.as_deref().filter(|arn| **arn != *person.name);
    let arn = arn.map(|arn| format!(" ({arn})")).unwrap_or_default();
    page.text(2, &format!("{}{arn}", said(&person.name)))?;
    for link in &story.chain {
        let text = link_shown(link, policy);
        page.hanging(
            &format!("  {:<22}", link.time.to_string()),
            AFTER_TIME,
            &text,
        )?;
    }
    if let Some(broken) = &story.broken {
        page.text(2, &say!("can't identify the person: {broken}", broken))?;
    }
    Ok(())
}

fn link_shown(link: &ChainLink, policy: &Policy) -> String {
    let role = link.role.as_deref();
    let entered = role.map_or_else(String::new, |role| {
        say!(" and entered {role}", role = role_in_account(role, policy))
    });
    let session = link.session.as_deref();
    let session = session.map_or_else(String::new, |name| say!(", session {name}", name));
    say!(
        "{caller} called {call}{entered}{session} (event {event})",
        caller = link.caller,
        call = link.call,
        entered,
        session,
        event = link.event.to_string()
    )
}

fn write_memberships(memberships: &[MembershipShown], page: &mut TextPage<'_>) -> io::Result<()> {
    subheading(&say!("groups at that moment"), page)?;
    if memberships.is_empty() {
        return page.text(
            2,
            &say!("none checked: the role requires no group, or the person isn't known"),
        );
    }
    for membership in memberships {
        let is = match membership.verdict {
            Verdict::Allow => say!("a member"),
            Verdict::Violation => say!("not a member"),
            _ => say!("can't tell"),
        };
        let text = say!(
            "{group}: {is}; {because}",
            group = membership.group,
            is,
            because = membership.because
        );
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
            None => say!("time not known"),
        };
        let text = format!("{}{}", part(entry.part), record_shown(entry));
        page.hanging(&format!("  {time:<22}"), AFTER_TIME, &text)?;
    }
    Ok(())
}

fn part(part: RecordPart) -> String {
    match part {
        RecordPart::Chain => say!("role chain: "),
        RecordPart::Issued => say!("session issued: "),
        RecordPart::Console => say!("console: "),
        RecordPart::Use => say!("call: "),
        RecordPart::Evidence => say!("evidence: "),
        RecordPart::Attempt => String::new(),
    }
}

/// `AssumeRole in account 111122223333, us-east-1, from 192.0.2.7, event …`
fn record_shown(record: &TimelineEntry) -> String {
    let name = record.name.clone().unwrap_or_else(|| say!("a record"));
    let mut parts = vec![say!(
        "{name} in account {account}",
        name,
        account = record.account
    )];
    parts.extend(record.region.clone());
    let address = record.source_ip.as_ref();
    parts.extend(address.map(|address| say!("from {address}", address)));
    parts.push(say!("event {event}", event = record.event.to_string()));
    parts.join(&say!(", "))
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
    page.heading(&if told.attempts.is_empty() {
        say!("Evidence")
    } else {
        say!("Other evidence")
    })?;
    for record in &told.finding.context.evidence {
        if !is_known(&record.event) {
            let name = record.name.clone().unwrap_or_else(|| say!("a record"));
            let text = say!(
                "{name} in account {account}, event {event}",
                name,
                account = record.account,
                event = record.event
            );
            let time = record.time.map(|time| time.to_string()).unwrap_or_default();
            page.hanging(&format!("  {time:<22}"), AFTER_TIME, &text)?;
        }
    }
    Ok(())
}

fn write_steps(told: &ToldFinding<'_>, policy: &Policy, page: &mut TextPage<'_>) -> io::Result<()> {
    let finding = told.finding;
    page.heading(&say!("What to do"))?;
    let steps = catalogue::find(finding.rule)
        .map(|rule| {
            rule.steps_in(
                language::chosen(),
                RevokeLength::Long,
                &circumstances(finding, Some(policy)),
            )
        })
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
        "\n{DIM}{}{DIM:#} rolewatch revoke-plan {id}",
        say!("To end the session:")
    )
}
