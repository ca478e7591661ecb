//! The daily digest as a Slack message.

use rolewatch_live::wire::Digest;
use serde_json::{Value, json};

use super::markup::{code_span, escape};
use super::message::SlackMessage;
use super::message::parts::{header, section};
use crate::digest::{DigestText, Paragraph, Script, span_shown, written};
use crate::view::View;

/// mrkdwn can't escape text that a caller may have chosen, except in a code span.
const MRKDWN: Script = Script {
    name: code_span,
    text: escape,
    own: str::to_owned,
};

/// The digest as a Slack message.
pub fn message(view: &View, digest: &Digest) -> SlackMessage {
    let DigestText {
        headline: title,
        summary,
        paragraphs,
    } = written(view, digest, MRKDWN);
    let mut blocks = vec![header(&title), section(&format!("*{summary}*"))];
    blocks.extend(paragraphs.iter().map(|paragraph| {
        let lines: Vec<String> = paragraph
            .lines
            .iter()
            .map(|line| format!("\n• {line}"))
            .collect();
        section(&format!("{}{}", strong(paragraph), lines.concat()))
    }));
    blocks.push(context(view, digest));
    let text = format!("{title}: {summary}");
    let titles: Vec<&str> = paragraphs
        .iter()
        .map(|paragraph| paragraph.title.as_str())
        .collect();
    let minimal = format!("{text}\n{}", titles.join("\n"));
    SlackMessage {
        text,
        blocks,
        minimal,
    }
}

/// The title in bold. If it is a whole paragraph, only its beginning, because the rest contains
/// code spans.
fn strong(paragraph: &Paragraph) -> String {
    // The Japanese colon has no space after it.
    let colon = |colon: &str| Some(paragraph.title.find(colon)? + colon.trim_end().len());
    let beginning = [": ", "："].into_iter().filter_map(colon).min();
    match beginning.and_then(|end| paragraph.title.split_at_checked(end)) {
        Some((title, rest)) if paragraph.lines.is_empty() => {
            format!("*{title}* {}", rest.trim_start())
        }
        _ => format!("*{}*", paragraph.title),
    }
}

fn context(view: &View, digest: &Digest) -> Value {
    let text = format!("rolewatch · {}", escape(&span_shown(view, digest), 200));
    json!({"type": "context", "elements": [{"type": "mrkdwn", "text": text, "verbatim": true}]})
}

#[cfg(test)]
mod tests;
