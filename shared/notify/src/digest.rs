//! The daily digest in words, and as an e-mail: short enough to be read, most severe first.
//!
//! A notifier uses the same words in its own markup. It passes a `Script` and gets the parts.

mod lines;

use rolewatch_guard::moment::Moment;
use rolewatch_live::wire::{Digest, Listed, Open};

use crate::finding::role_name;
use crate::text::{fill_template, plain_text};
use crate::view::View;
use crate::words::{DigestWords, Words as _};

/// The most lines, including the headline.
pub const MOST_LINES: usize = 20;

/// The most entries of a list, if there is room for them.
const MOST_SHOWN: usize = 5;

/// How foreign text is written where the digest is shown. Each function takes the text and the
/// maximum length of the result in characters.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Script {
    /// For text that a caller may have chosen.
    pub(crate) name: fn(&str, usize) -> String,
    /// For any other text.
    pub(crate) text: fn(&str, usize) -> String,
    /// For rolewatch's own text, which may have commands between backticks.
    pub(crate) own: fn(&str) -> String,
}

/// An e-mail is shown as plain text, without markup.
const MAIL: Script = Script {
    name: plain_text,
    text: plain_text,
    own: |text| text.replace('`', ""),
};

/// The parts of a digest, written for one destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DigestText {
    pub(crate) headline: String,
    pub(crate) summary: String,
    pub(crate) paragraphs: Vec<Paragraph>,
}

/// A heading and the lines below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Paragraph {
    pub(crate) title: String,
    pub(crate) lines: Vec<String>,
}

/// The digest in words.
pub(crate) fn written(view: &View, digest: &Digest, script: Script) -> DigestText {
    let writer = Writer {
        view,
        words: view.language.digest(),
        script,
    };
    DigestText {
        headline: writer.headline(digest),
        summary: writer.summary(digest),
        paragraphs: writer.paragraphs(digest),
    }
}

/// The digest as an e-mail: subject and text.
pub fn digest_mail(view: &View, digest: &Digest) -> (String, String) {
    let text = written(view, digest, MAIL);
    let mut lines = vec![text.headline, text.summary];
    for paragraph in text.paragraphs {
        lines.push(String::new());
        lines.push(paragraph.title);
        lines.extend(paragraph.lines.iter().map(|line| format!("- {line}")));
    }
    let note = view.language.digest().mail_note;
    lines.push(format!("\n{}\n{note}", span_shown(view, digest)));
    (subject(digest), lines.join("\n"))
}

/// SNS accepts at most 100 ASCII characters.
fn subject(digest: &Digest) -> String {
    let broken: usize = digest.broken.iter().map(|broken| broken.count).sum();
    let until = digest.until.to_string();
    let day = until.get(..10).unwrap_or_default();
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

/// The period with its time zone.
pub(crate) fn span_shown(view: &View, digest: &Digest) -> String {
    format!(
        "{} – {}",
        plain_text(&view.minute(digest.since), 40),
        plain_text(&view.local_time(digest.until), 80)
    )
}

#[derive(Clone, Copy)]
struct Writer<'v> {
    view: &'v View,
    words: &'static DigestWords,
    script: Script,
}

impl Writer<'_> {
    fn headline(&self, digest: &Digest) -> String {
        let mark = if digest.is_quiet() { "☀️" } else { "📋" };
        let day = self.text_up_to(&self.view.date(digest.until), 40);
        format!("{mark} {} · {day}", self.words.title)
    }

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
        fill_template(
            template,
            &[
                ("switches", &switches),
                ("people", &people),
                ("time", &self.duration_shown(digest.elevated)),
            ],
        )
    }

    /// The paragraphs, with as many entries as there is room for. Every list gets the same number of
    /// entries, reduced by one until everything fits. The steps get the remaining lines.
    fn paragraphs(&self, digest: &Digest) -> Vec<Paragraph> {
        let steps = self.steps(digest);
        let wanted = match steps.total.min(MOST_SHOWN) {
            0 => 0,
            lines => 1 + lines,
        };
        let mut most = MOST_SHOWN;
        loop {
            let lists = self.at_most(digest, most, None);
            let lines = line_count(&lists);
            // The headline and the summary are lines too.
            let room = MOST_LINES.saturating_sub(2 + lines);
            if most == 1 || (2 + lines <= MOST_LINES && wanted <= room) {
                // One line of steps matters more than the last line of what was done.
                let room = room.max(1).min(wanted);
                let mut all = self.at_most(digest, most, self.first_steps(&steps, room));
                while 2 + line_count(&all) > MOST_LINES && all.pop().is_some() {}
                return all;
            }
            most -= 1;
        }
    }

    /// The first steps in at most `room` lines.
    fn first_steps(&self, steps: &Listed<String>, room: usize) -> Option<Paragraph> {
        let shown = room.saturating_sub(1).max(1);
        let list = self.listed(self.words.steps, steps, shown, String::clone)?;
        match room {
            0 => None,
            // There is no line for a heading.
            1 => {
                let step = list.lines.concat();
                Some(only_title(fill_template(
                    self.words.only_step,
                    &[("step", &step)],
                )))
            }
            _ => Some(list),
        }
    }

    /// First what somebody has to act on, then what was done.
    fn at_most(&self, digest: &Digest, most: usize, steps: Option<Paragraph>) -> Vec<Paragraph> {
        let words = self.words;
        let mut all = Vec::new();
        all.extend(
            self.recipients(digest)
                .map(|text| only_title(text.to_owned())),
        );
        all.extend(
            self.listed(words.unacknowledged, &digest.unacknowledged, most, |open| {
                self.open_line(open)
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
        all.extend(self.unread_directory(digest).map(only_title));
        let name = |who: &String| self.name(who, 60);
        let (weak, unlisted) = (&digest.signed_in_without_mfa, &digest.unlisted);
        all.extend(self.listed(words.signed_in_without_mfa, weak, most, name));
        all.extend(self.listed(words.unlisted, unlisted, most, name));
        all.extend(self.quarantined(digest).map(only_title));
        all.extend(self.broken(digest).map(only_title));
        all.extend(self.listed(words.unproven, &digest.unproven, most, |open| {
            self.unproven(open)
        }));
        all.extend(steps);
        all.extend(
            self.listed(words.suppressions, &digest.suppressions, most, |entry| {
                self.suppression(entry)
            }),
        );
        all.extend(self.rules_off(digest).map(only_title));
        all.extend(self.listed(words.held, &digest.held, most, |held| self.held_line(held)));
        all.extend(
            digest
                .longest
                .as_ref()
                .map(|longest| only_title(self.longest(longest))),
        );
        all.extend(self.unused(&digest.unused, most.min(3)).map(only_title));
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
            // Appended to the last line, so that it doesn't take a line of its own.
            last.push_str(" … ");
            last.push_str(&fill_template(
                self.view.labels().more,
                &[("n", &more.to_string())],
            ));
        }
        Some(Paragraph {
            title: fill_template(title, &[("n", &list.total.to_string())]),
            lines,
        })
    }

    fn finding(&self, open: &Open) -> String {
        format!(
            "{} {}",
            self.text_up_to(&open.rule, 20),
            self.who_in_role(&open.who, &open.role)
        )
    }

    fn who_in_role(&self, who: &str, role: &str) -> String {
        let role = self.name(&role_name(role), 80);
        // For a finding about the IAM setup, it may be unknown who made the change.
        if who.is_empty() {
            role
        } else {
            format!("{} → {role}", self.name(who, 80))
        }
    }

    fn minute(&self, time: Moment) -> String {
        self.text_up_to(&self.view.minute(time), 40)
    }

    /// Text that a caller may have chosen.
    fn name(&self, text: &str, most: usize) -> String {
        (self.script.name)(text, most)
    }

    fn text_up_to(&self, text: &str, most: usize) -> String {
        (self.script.text)(text, most)
    }

    /// A duration in whole minutes.
    fn duration_shown(&self, seconds: i64) -> String {
        let (hours, minutes) = (
            (seconds / 3_600).to_string(),
            (seconds % 3_600 / 60).to_string(),
        );
        match seconds {
            1..60 => self.words.moment.to_owned(),
            ..3_600 => fill_template(self.words.minutes, &[("m", &minutes)]),
            _ => fill_template(self.words.hours, &[("h", &hours), ("m", &minutes)]),
        }
    }
}

fn line_count(paragraphs: &[Paragraph]) -> usize {
    paragraphs.iter().map(|one| 1 + one.lines.len()).sum()
}

fn only_title(title: String) -> Paragraph {
    Paragraph {
        title,
        lines: Vec::new(),
    }
}

fn counted([one, several]: [&str; 2], n: usize) -> String {
    if n == 1 {
        one.to_owned()
    } else {
        fill_template(several, &[("n", &n.to_string())])
    }
}
