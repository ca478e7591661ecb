//! A finding as a Slack message in Block Kit.
//!
//! Limits from docs.slack.dev: 50 blocks, 150 characters in a header, 3,000 in a section, ten
//! fields of 2,000, ten elements in a context, 4,000 in the text beside the blocks. Every part is
//! clipped well below its limit, and a property test checks this with hostile texts.

pub(super) mod parts;

use rolewatch_guard::Verdict;
use serde_json::{Value, json};

use rolewatch_live::wire::{Alert, Status};

use super::markup::{code_span, escape};
use crate::finding::{account_name, headline, numbered, quoted, role_name, steps_of, who_label};
use crate::text::fill_template;
use crate::told::{Change, Repeat};
use crate::view::View;
use parts::{context, events, fields, header, numbered_steps, section, sentence};

/// A message for Slack.
#[derive(Debug, Clone, PartialEq)]
pub struct SlackMessage {
    /// The text for notifications and screen readers; always set.
    pub text: String,
    /// The blocks.
    pub blocks: Vec<Value>,
    /// The whole message without blocks, for when Slack rejects the blocks.
    pub minimal: String,
}

/// The message of a finding. `change` marks a follow-up. `repeats` are those that were folded into
/// it and are still open although it isn't.
pub fn alert_message(
    view: &View,
    alert: &Alert,
    change: Option<Change>,
    repeats: &[Repeat],
) -> SlackMessage {
    let words = view.labels();
    let mut blocks = vec![header(&headline(view, alert, change.is_some()))];
    blocks.push(section(&sentence(view, alert)));
    if let Some(note) = note_text(view, alert, change) {
        blocks.push(section(&note));
    }
    if !repeats.is_empty() && alert.status == Status::Withdrawn {
        let lead = fill_template(words.repeats_stand, &[("n", &repeats.len().to_string())]);
        blocks.push(section(&format!(
            "⚠️ *{lead}*\n{}",
            parts::repeats(view, alert, repeats)
        )));
    }
    blocks.extend(parts::found_together(view, alert).map(|others| section(&others)));
    // A person on call reads the first screen: what happened, to whom, and what to do about it.
    blocks.push(json!({"type": "section", "fields": fields(view, alert)}));
    if alert.status != Status::Withdrawn {
        blocks.push(section(&format!(
            "*{}*\n{}",
            words.what_to_do,
            numbered_steps(view, alert)
        )));
    }
    blocks.extend(parts::quotes(view, alert));
    blocks.extend(parts::session_lines(view, alert).map(|session| section(&session)));
    blocks.push(section(&format!(
        "*{}*\n{}",
        words.proof,
        events(view, alert)
    )));
    blocks.push(context(view, alert));
    SlackMessage {
        text: fallback(view, alert, change.is_some()),
        blocks,
        minimal: minimal(view, alert, change),
    }
}

/// The follow-up for repeats of the finding `anchor`: how many more there were, and which. `alert`
/// is any one of them. With `doubling`, the text says that the next follow-up comes when the number
/// has doubled.
pub fn repeats_message(
    view: &View,
    alert: &Alert,
    anchor: &str,
    repeats: &[Repeat],
    doubling: bool,
) -> SlackMessage {
    let words = view.labels();
    let standing: Vec<Repeat> = repeats
        .iter()
        .filter(|repeat| repeat.status != Status::Withdrawn)
        .cloned()
        .collect();
    let gone = repeats.len() - standing.len();
    let count = standing.len().to_string();
    let title = format!(
        "🔁 {} · {}",
        fill_template(words.again, &[("n", &count)]),
        view.rule_words(&alert.rule).title
    );
    let who = code_span(&alert.caller.name, 300);
    let role = code_span(&role_name(&alert.role), 150);
    let mut said = again_sentence(view, &count, &who, &role);
    if gone > 0 {
        said = format!(
            "{said} {}",
            fill_template(words.again_withdrawn, &[("n", &gone.to_string())])
        );
    }
    let mut blocks = vec![header(&title), section(&said)];
    if !standing.is_empty() {
        blocks.push(section(&format!(
            "*{}*\n{}",
            words.repeats,
            parts::repeats(view, alert, &standing)
        )));
    }
    if doubling {
        blocks.push(section(&format!("_{}_", words.again_webhook)));
    }
    blocks.push(parts::context_of(alert, anchor, ""));
    let who = escape(&alert.caller.name, 200);
    let role = escape(&role_name(&alert.role), 100);
    let text = format!("{title}: {}", again_sentence(view, &count, &who, &role));
    let ids: Vec<&str> = standing
        .iter()
        .map(|repeat| repeat.id.as_str())
        .take(20)
        .collect();
    let minimal = format!("{text} {}", escape(&ids.join(", "), 1_000));
    SlackMessage {
        text,
        blocks,
        minimal,
    }
}

/// Who did the same again, how often and within which time. `who` and `role` must already be
/// escaped.
fn again_sentence(view: &View, count: &str, who: &str, role: &str) -> String {
    let minutes = (crate::time::FOLDED / 60).to_string();
    fill_template(
        view.labels().again_sentence,
        &[
            ("who", who),
            ("role", role),
            ("n", count),
            ("minutes", &minutes),
        ],
    )
}

fn note_text(view: &View, alert: &Alert, change: Option<Change>) -> Option<String> {
    let words = view.labels();
    let said = match (alert.status, change) {
        (Status::Withdrawn, _) if alert.reviewed.is_some() => words.resolved_note,
        (Status::Withdrawn, _) => words.withdrawn_note,
        (_, Some(Change::Reopened)) => words.reopened_note,
        (_, Some(Change::Proven)) => words.proven_note,
        (_, Some(Change::MoreSevere)) => words.more_severe_note,
        (Status::Ended, _) => words.ended_note,
        (Status::Open, _) if alert.verdict == Verdict::Unproven => words.unproven_note,
        (Status::Open, _) => return None,
    };
    Some(format!("_{said}_"))
}

/// One line that says everything on a locked phone.
fn fallback(view: &View, alert: &Alert, follow_up: bool) -> String {
    let headline = headline(view, alert, follow_up);
    let (who, role) = (
        escape(&alert.caller.name, 200),
        escape(&role_name(&alert.role), 100),
    );
    let who = if who_label(view, alert).is_some() {
        format!("{who} → ")
    } else {
        String::new()
    };
    let account = escape(&account_name(&alert.role_account), 100);
    format!(
        "{headline}: {who}{role} ({account}), {}",
        escape(&view.local_time(alert.time), 80)
    )
}

fn minimal(view: &View, alert: &Alert, change: Option<Change>) -> String {
    let words = view.labels();
    let mut lines = vec![
        fallback(view, alert, change.is_some()),
        escape(view.message(alert), 1_200),
    ];
    lines.extend(note_text(view, alert, change).map(|note| note.trim_matches('_').to_owned()));
    lines.extend(parts::uses_line(view, alert));
    lines.extend(
        quoted(view, alert)
            .into_iter()
            .map(|(title, text)| format!("{title}: {}", escape(&text, 600))),
    );
    if alert.status != Status::Withdrawn {
        lines.push(format!(
            "{}:\n{}",
            words.what_to_do,
            numbered(&steps_of(view, alert))
        ));
        lines.extend(
            view.runbook(&alert.rule, &alert.name)
                .map(|page| format!("{}: {}", words.runbook, page.replace('&', "&amp;"))),
        );
    }
    lines.push(format!(
        "{}: {}",
        words.proof,
        escape(
            &alert
                .events
                .iter()
                .take(5)
                .cloned()
                .collect::<Vec<_>>()
                .join(", "),
            400
        )
    ));
    lines.push(format!(
        "{} {}",
        escape(&alert.rule, 20),
        escape(&alert.id, 64)
    ));
    lines.join("\n")
}

#[cfg(test)]
mod tests;
