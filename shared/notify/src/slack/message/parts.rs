//! The parts of a message.

use serde_json::{Value, json};

use rolewatch_guard::Verdict;
use rolewatch_guard::moment::Moment;
use rolewatch_live::wire::{Alert, EvidenceShown, NamedAccount, Status};

use crate::finding::{
    account_name, numbered, quoted, role_name, session_end, steps_of, when_label, who_label,
};
use crate::slack::markup::{code_block, code_span, escape};
use crate::text::fill_template;
use crate::told::Repeat;
use crate::view::{View, event_page, session_page};
use crate::words::Language;

/// How many events a message links to.
const EVENTS_SHOWN: usize = 5;
/// How many calls of a session a message names.
const CALLS_SHOWN: usize = 5;
/// How many repeats a follow-up lists.
const REPEATS_SHOWN: usize = 12;

/// Text in which Slack interprets only the markup that we added.
fn mrkdwn(text: &str) -> Value {
    json!({"type": "mrkdwn", "text": text, "verbatim": true})
}

pub(in crate::slack) fn header(text: &str) -> Value {
    // A headline consists only of our own words, so cutting it can't split an entity.
    let text: String = text.chars().take(140).collect();
    json!({"type": "header", "text": {"type": "plain_text", "text": text, "emoji": true}})
}

pub(in crate::slack) fn section(text: &str) -> Value {
    json!({"type": "section", "text": mrkdwn(text)})
}

/// What is wrong, in one sentence. In a language in which the alert doesn't have its sentence, the
/// rule has a general one, and the English one follows.
pub(super) fn sentence(view: &View, alert: &Alert) -> String {
    let own = escape(view.message(alert).trim(), 1_800);
    let own = if own.is_empty() {
        view.labels().unknown.to_owned()
    } else {
        own
    };
    let has_own = view.language == Language::Japanese && alert.message_ja.is_some();
    let general = general_sentence(view, alert).filter(|_| !has_own);
    let said = general.as_ref().unwrap_or(&own);
    // Struck through: it was reported but isn't true.
    let said = if alert.status == Status::Withdrawn {
        format!("~{}~", said.trim())
    } else {
        said.clone()
    };
    match general {
        Some(_) => format!("{said}\n> {}：{own}", view.labels().in_english),
        None => said,
    }
}

/// The sentence that a rule has for all its findings. `None` in English, where each finding has one
/// of its own.
fn general_sentence(view: &View, alert: &Alert) -> Option<String> {
    let words = view.rule_words(&alert.rule);
    let template = if alert.verdict == Verdict::Unproven {
        words.unproven
    } else {
        words.broken
    };
    let role = format!(
        "{} ({})",
        code_span(&role_name(&alert.role), 150),
        escape(&account_name(&alert.role_account), 100)
    );
    let who = code_span(&alert.caller.name, 300);
    (!template.is_empty()).then(|| fill_template(template, &[("role", &role), ("who", &who)]))
}

/// Who, where, when, until when: at most ten fields of two lines each.
pub(super) fn fields(view: &View, alert: &Alert) -> Vec<Value> {
    let words = view.labels();
    let mut fields: Vec<(&str, String)> = Vec::new();
    if let Some(label) = who_label(view, alert) {
        let account = caller_account(alert).map(|account| account_name(&account));
        let arn = alert.caller.arn.as_deref();
        fields.push((label, named(view, &alert.caller.name, account, arn)));
    }
    let role = role_name(&alert.role);
    let label = if role.is_empty() || alert.role.contains(":role/") {
        words.role
    } else {
        words.target
    };
    let account = account_name(&alert.role_account);
    let account = (!account.is_empty()).then_some(account);
    fields.push((
        label,
        if role.is_empty() {
            words.unknown.to_owned()
        } else {
            named(view, &role, account, Some(&alert.role))
        },
    ));
    fields.push((when_label(view, alert), time_shown(view, alert.time)));
    if let Some((label, time)) = session_end(view, alert) {
        fields.push((label, time_shown(view, time)));
    }
    if let Some(owner) = &alert.owner {
        fields.push((words.owner, escape(owner, 200)));
    }
    fields
        .into_iter()
        .map(|(label, text)| mrkdwn(&format!("*{label}*\n{text}")))
        .collect()
}

/// A name, its account, and the whole ARN on a line of its own.
fn named(view: &View, name: &str, account: Option<String>, arn: Option<&str>) -> String {
    let shown = code_span(name, 300);
    let shown = match account {
        Some(account) => fill_template(
            view.labels().in_account,
            &[("name", &shown), ("account", &escape(&account, 120))],
        ),
        None => shown,
    };
    match arn {
        Some(arn) if !arn.is_empty() && arn != name => {
            format!("{shown}\n{}", code_span(arn, 600))
        }
        _ => shown,
    }
}

/// The caller's account, if it is known.
fn caller_account(alert: &Alert) -> Option<NamedAccount> {
    Some(NamedAccount {
        id: alert.caller.account.clone()?,
        name: alert.caller_account_name.clone(),
    })
}

fn time_shown(view: &View, time: Moment) -> String {
    format!(
        "{}\n{}",
        escape(&view.local_time(time), 80),
        code_span(&time.to_string(), 40)
    )
}

/// The session, in one or two lines: where it came from, and what it did.
pub(super) fn session_lines(view: &View, alert: &Alert) -> Option<String> {
    let words = view.labels();
    let mut from = Vec::new();
    if let Some(address) = &alert.source_ip {
        from.push(fill_template(
            words.from_address,
            &[("address", &code_span(address, 120))],
        ));
    }
    if let Some(agent) = &alert.user_agent {
        from.push(code_span(program(agent), 80));
    }
    from.extend(alert.region.as_ref().map(|region| escape(region, 40)));
    if let Some(key) = alert
        .session
        .as_ref()
        .and_then(|session| session.key.as_ref())
    {
        from.push(fill_template(words.key, &[("key", &code_span(key, 20))]));
    }
    from.extend(novelty(view, alert));
    let mut lines = Vec::new();
    if !from.is_empty() {
        lines.push(from.join(" · "));
    }
    lines.extend(uses_line(view, alert));
    if let Some(page) = session_page(alert) {
        lines.push(format!("<{page}|{}>", words.session_events));
    }
    (!lines.is_empty()).then(|| format!("*{}*\n{}", words.session, lines.join("\n")))
}

/// The findings that were found together with this one, worst first.
pub(super) fn found_together(view: &View, alert: &Alert) -> Option<String> {
    let (lead, lines, place) = crate::finding::found_together(view, alert)?;
    let lines = lines.iter().map(|line| format!("• {}", escape(line, 300)));
    let lines: Vec<String> = lines.collect();
    Some(format!("⚠️ *{lead}*\n{}\n{place}", lines.join("\n")))
}

/// Whether the person is new in the role, or came from a new address, if the finding says so.
pub(crate) fn novelty(view: &View, alert: &Alert) -> Option<String> {
    let first = alert.first_seen.as_ref()?;
    let words = view.labels();
    let said = match first.from_source_ip {
        _ if first.in_role => words.first_in_role,
        Some(true) => words.first_from_address,
        _ => return None,
    };
    let days = first.days.to_string();
    Some(fill_template(said, &[("days", &days)]))
}

/// The quoted parts of a review finding, as sections.
pub(super) fn quotes(view: &View, alert: &Alert) -> Vec<Value> {
    quoted(view, alert)
        .into_iter()
        .map(|(title, text)| section(&format!("*{title}*\n{}", code_block(&text, 2_700))))
        .collect()
}

/// When and how often the sessions were used, in one line, if known.
pub(super) fn uses_line(view: &View, alert: &Alert) -> Option<String> {
    let (words, uses) = (view.labels(), alert.uses.as_ref()?);
    let count = |n: u64, [none, one, several]: [&'static str; 3]| match n {
        0 => none.to_owned(),
        1 => one.to_owned(),
        _ => fill_template(several, &[("n", &n.to_string())]),
    };
    let [console, api, both] = words.used_by;
    let by = match (uses.console, uses.api) {
        (_, 0) => console,
        (0, _) => api,
        _ => both,
    };
    let span = escape(&view.span_shown(uses.first, uses.last), 160);
    let (reads, writes) = (
        count(uses.reads, words.reads),
        count(uses.writes, words.writes),
    );
    let mut line = fill_template(
        words.used,
        &[
            ("span", &span),
            ("by", by),
            ("reads", &reads),
            ("writes", &writes),
        ],
    );
    if uses.errors > 0 {
        line.push_str(words.list_comma);
        line.push_str(&count(uses.errors, words.errors));
    }
    if !uses.calls.is_empty() {
        let names: Vec<String> = uses
            .calls
            .iter()
            .take(CALLS_SHOWN)
            .map(|call| escape(&call.name, 80))
            .collect();
        line.push_str(words.colon);
        line.push_str(&names.join(words.list_comma));
    }
    Some(line)
}

/// The events, with a link for each that has a page.
pub(super) fn events(view: &View, alert: &Alert) -> String {
    let words = view.labels();
    if alert.reviewed.is_some() && alert.events.is_empty() {
        return words.no_change.to_owned();
    }
    let shown = alert.events.iter().take(EVENTS_SHOWN).enumerate();
    let mut pages = Vec::new();
    for (place, event) in shown {
        // The two lists have the same order, but a message from outside may not.
        let record = alert.evidence.get(place);
        let record = record.filter(|record| record.event == *event);
        let region = record.and_then(|record| record.region.as_deref());
        let page = event_page(alert, region.or(alert.region.as_deref()), event);
        pages.push((record_shown(record, event), page));
    }
    let any_page = pages.iter().any(|(_, page)| page.is_some());
    let mut lines: Vec<String> = pages
        .iter()
        .map(|(shown, page)| match page {
            Some(page) => format!("• <{page}|{shown}>"),
            None => format!("• {shown}"),
        })
        .collect();
    let more = alert
        .events_total
        .max(alert.events.len())
        .saturating_sub(lines.len());
    if more > 0 {
        lines.push(fill_template(words.more, &[("n", &more.to_string())]));
    }
    if lines.is_empty() {
        lines.push(words.unknown.to_owned());
    }
    if any_page {
        lines.push(format!("_{}_", words.event_hint));
    }
    lines.join("\n")
}

/// The name and version of the program. A browser's agent names several programs.
fn program(agent: &str) -> &str {
    let first = agent.trim_matches(['[', ']']).split(' ').next();
    first
        .filter(|first| !first.is_empty() && !first.starts_with("Mozilla/"))
        .unwrap_or(agent)
}

/// `AddUserToGroup · development · us-east-1`, or the event's ID if nothing else is known.
fn record_shown(record: Option<&EvidenceShown>, event: &str) -> String {
    let Some((record, name)) = record.and_then(|record| Some((record, record.name.as_ref()?)))
    else {
        return code_span(event, 80);
    };
    let account = record.account_name.as_ref().unwrap_or(&record.account);
    let mut parts = vec![escape(name, 80), escape(account, 80)];
    parts.extend(record.region.as_ref().map(|region| escape(region, 40)));
    // A link's text ends at these characters.
    parts.join(" · ").replace(['|', '<', '>'], " ")
}

fn linked(page: Option<&str>, event: &str) -> String {
    match page {
        Some(page) => format!("<{page}|{event}>"),
        None => code_span(event, 80),
    }
}

/// Each repeat: its time, its first event, its ID.
pub(super) fn repeats(view: &View, alert: &Alert, repeats: &[Repeat]) -> String {
    let line = |repeat: &Repeat| {
        let event = repeat.event.as_deref().map_or_else(String::new, |event| {
            let page = event_page(alert, repeat.region.as_deref(), event);
            format!(" · {}", linked(page.as_deref(), event))
        });
        format!(
            "• {}{event} · {}",
            escape(&view.local_time(repeat.time), 80),
            code_span(&repeat.id, 40)
        )
    };
    let mut lines: Vec<String> = repeats.iter().rev().take(REPEATS_SHOWN).map(line).collect();
    if repeats.len() > lines.len() {
        lines.push(fill_template(
            view.labels().more,
            &[("n", &(repeats.len() - lines.len()).to_string())],
        ));
    }
    lines.join("\n")
}

/// What to do, numbered, with a link to more.
pub(super) fn numbered_steps(view: &View, alert: &Alert) -> String {
    let said = numbered(&steps_of(view, alert));
    match view.runbook(&alert.rule, &alert.name) {
        Some(page) => format!(
            "{said}\n📖 <{}|{}>",
            page.replace('&', "&amp;"),
            view.labels().runbook
        ),
        None => said,
    }
}

/// Other details that a reader may want to quote.
pub(super) fn context(view: &View, alert: &Alert) -> Value {
    context_of(
        alert,
        &alert.id,
        &format!(
            " · v{} · {}",
            alert.version,
            escape(&view.local_time(alert.noticed), 80)
        ),
    )
}

/// The rule and the finding's ID.
pub(super) fn context_of(alert: &Alert, id: &str, more: &str) -> Value {
    let rule = format!("{} {}", escape(&alert.rule, 20), escape(&alert.name, 60));
    let text = format!("rolewatch · {rule} · {}{more}", code_span(id, 40));
    json!({"type": "context", "elements": [mrkdwn(&text)]})
}
