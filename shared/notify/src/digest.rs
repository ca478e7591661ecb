//! The daily digest as a Slack message and as an e-mail: short enough to be read, the worst first.

mod lines;

use crate::words::Words as _;
use serde_json::{Value, json};

use rolewatch_live::wire::{Digest, Listed, Open};

use super::message::Message;
use super::message::parts::{header, role_name, section};
use super::text::{code, escape, fill, plain};
use super::view::View;
use super::words::DigestWords;

/// The most lines, headline included.
pub const MOST_LINES: usize = 20;

/// The most entries of a list, where there is room for so many.
const MOST_SHOWN: usize = 5;

/// How text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Slack,
    Mail,
}

/// A heading and what stands below it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Paragraph {
    title: String,
    lines: Vec<String>,
}

/// The digest in Slack.
pub fn message(view: &View, digest: &Digest) -> Message {
    let writer = Writer {
        view,
        words: view.language.digest(),
        place: Place::Slack,
    };
    let title = headline(view, digest);
    let summary = writer.summary(digest);
    let paragraphs = writer.paragraphs(digest);
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
    Message {
        text,
        blocks,
        minimal,
    }
}

/// The title; of one that stands alone only its beginning, as there are code spans in the rest.
fn strong(paragraph: &Paragraph) -> String {
    match paragraph.title.split_once(": ") {
        Some((title, rest)) if paragraph.lines.is_empty() => format!("*{title}:* {rest}"),
        _ => format!("*{}*", paragraph.title),
    }
}

/// The digest as an e-mail: subject and text.
pub fn mail(view: &View, digest: &Digest) -> (String, String) {
    let words = view.language.digest();
    let writer = Writer {
        view,
        words,
        place: Place::Mail,
    };
    let mut lines = vec![headline(view, digest), writer.summary(digest)];
    for paragraph in writer.paragraphs(digest) {
        lines.push(String::new());
        lines.push(paragraph.title);
        lines.extend(paragraph.lines.iter().map(|line| format!("- {line}")));
    }
    lines.push(format!("\n{}\n{}", span(view, digest), words.mail_note));
    (subject(digest), lines.join("\n"))
}

/// SNS takes at most 100 characters of ASCII.
fn subject(digest: &Digest) -> String {
    let broken: usize = digest.broken.iter().map(|broken| broken.count).sum();
    let day = digest.until.get(..10).unwrap_or_default();
    let said = if digest.is_quiet() {
        "nothing to report".to_owned()
    } else {
        format!(
            "{broken} violations, {} unproven, {} unacknowledged",
            digest.unproven.total, digest.unacknowledged.total
        )
    };
    let text = format!(
        "rolewatch digest {day}: {} switches, {said}",
        digest.switches
    );
    text.chars()
        .filter(|c| (' '..='~').contains(c))
        .take(100)
        .collect()
}

fn headline(view: &View, digest: &Digest) -> String {
    let mark = if digest.is_quiet() { "☀️" } else { "📋" };
    format!(
        "{mark} {} · {}",
        view.language.digest().title,
        escape(&view.date(&digest.until), 40)
    )
}

/// From when to when, with the zone.
fn span(view: &View, digest: &Digest) -> String {
    format!(
        "{} – {}",
        plain(&view.minute(&digest.since), 40),
        plain(&view.local(&digest.until), 80)
    )
}

fn context(view: &View, digest: &Digest) -> Value {
    let text = format!("rolewatch · {}", escape(&span(view, digest), 200));
    json!({"type": "context", "elements": [{"type": "mrkdwn", "text": text, "verbatim": true}]})
}

#[derive(Clone, Copy)]
struct Writer<'v> {
    view: &'v View,
    words: &'static DigestWords,
    place: Place,
}

impl Writer<'_> {
    fn summary(&self, digest: &Digest) -> String {
        let template = if digest.is_quiet() {
            self.words.quiet
        } else {
            self.words.summary
        };
        let (switches, people) = (
            counted(self.words.switches, digest.switches),
            counted(self.words.people, digest.people),
        );
        fill(
            template,
            &[
                ("switches", &switches),
                ("people", &people),
                ("time", &self.long(digest.elevated)),
            ],
        )
    }

    /// With as many entries as there is room for.
    fn paragraphs(&self, digest: &Digest) -> Vec<Paragraph> {
        let lines = |paragraphs: &[Paragraph]| {
            paragraphs
                .iter()
                .map(|paragraph| 1 + paragraph.lines.len())
                .sum::<usize>()
        };
        let mut paragraphs = self.at_most(digest, MOST_SHOWN);
        for most in (1..MOST_SHOWN).rev() {
            // Headline and summary are lines too.
            if lines(&paragraphs) + 2 <= MOST_LINES {
                break;
            }
            paragraphs = self.at_most(digest, most);
        }
        paragraphs
    }

    /// What somebody has to do something about, then what was done.
    fn at_most(&self, digest: &Digest, most: usize) -> Vec<Paragraph> {
        let words = self.words;
        let mut all = Vec::new();
        all.extend(self.recipients(digest).map(|text| alone(text.to_owned())));
        all.extend(
            self.listed(words.unacknowledged, &digest.unacknowledged, most, |open| {
                self.since(open)
            }),
        );
        all.extend(
            self.listed(words.unanswered, &digest.unanswered, most, |entry| {
                self.unanswered(entry)
            }),
        );
        all.extend(self.listed(words.silent, &digest.silent, most, |silent| {
            self.silent(silent)
        }));
        all.extend(self.quarantined(digest).map(alone));
        all.extend(self.broken(digest).map(alone));
        all.extend(self.listed(words.unproven, &digest.unproven, most, |open| {
            self.unproven(open)
        }));
        all.extend(
            self.listed(words.suppressions, &digest.suppressions, most, |entry| {
                self.suppression(entry)
            }),
        );
        all.extend(self.listed(words.held, &digest.held, most, |held| self.held(held)));
        all.extend(
            digest
                .longest
                .as_ref()
                .map(|longest| alone(self.longest(longest))),
        );
        all.extend(self.unused(&digest.unused, most.min(3)).map(alone));
        all
    }

    /// `None`: there is nothing to list.
    fn listed<T>(
        &self,
        title: &str,
        list: &Listed<T>,
        most: usize,
        line: impl Fn(&T) -> String,
    ) -> Option<Paragraph> {
        let mut lines: Vec<String> = list.first.iter().take(most).map(line).collect();
        let more = list.total.saturating_sub(lines.len());
        let last = lines.last_mut()?;
        if more > 0 {
            // No line of its own.
            last.push_str(" … ");
            last.push_str(&fill(self.view.labels().more, &[("n", &more.to_string())]));
        }
        Some(Paragraph {
            title: fill(title, &[("n", &list.total.to_string())]),
            lines,
        })
    }

    fn finding(&self, open: &Open) -> String {
        format!(
            "{} {}",
            self.said(&open.rule, 20),
            self.door(&open.who, &open.role)
        )
    }

    fn door(&self, who: &str, role: &str) -> String {
        let role = self.name(&role_name(role), 80);
        // Of a finding about the set-up, nobody may be known.
        if who.is_empty() {
            role
        } else {
            format!("{} → {role}", self.name(who, 80))
        }
    }

    fn minute(&self, time: &str) -> String {
        self.said(&self.view.minute(time), 40)
    }

    /// What a caller may have chosen.
    fn name(&self, text: &str, most: usize) -> String {
        match self.place {
            Place::Slack => code(text, most),
            Place::Mail => plain(text, most),
        }
    }

    fn said(&self, text: &str, most: usize) -> String {
        match self.place {
            Place::Slack => escape(text, most),
            Place::Mail => plain(text, most),
        }
    }

    /// How long, in whole minutes.
    fn long(&self, seconds: i64) -> String {
        let (hours, minutes) = (
            (seconds / 3_600).to_string(),
            (seconds % 3_600 / 60).to_string(),
        );
        match seconds {
            1..60 => self.words.moment.to_owned(),
            ..3_600 => fill(self.words.minutes, &[("m", &minutes)]),
            _ => fill(self.words.hours, &[("h", &hours), ("m", &minutes)]),
        }
    }
}

fn alone(title: String) -> Paragraph {
    Paragraph {
        title,
        lines: Vec::new(),
    }
}

fn counted([one, several]: [&str; 2], n: usize) -> String {
    if n == 1 {
        one.to_owned()
    } else {
        fill(several, &[("n", &n.to_string())])
    }
}

#[cfg(test)]
mod tests;
