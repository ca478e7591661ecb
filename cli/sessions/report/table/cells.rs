//! The texts of one session in the list.

use anstyle::Style;
use rolewatch_guard::UsesShown;
use rolewatch_guard::moment::{Moment, Span};
use rolewatch_guard::policy::Policy;
use rolewatch_guard::time::{DAY, HOUR};

use crate::language::{said, say};
use crate::report::table::paint::{BAD, DIM, UNSURE};
use crate::report::words::{number, role_in_account, width};
use crate::sessions::held::{HeldTime, SessionEnd};
use crate::sessions::list::{ListedSession, SessionRules};
use crate::sessions::report::mfa_word;

/// Stands for "not required" in a narrow column.
pub(super) const NOT_REQUIRED: &str = "-";

/// Stands for "not checked" in a narrow column.
pub(super) const NOT_CHECKED: &str = "n/a";

/// The texts of one session.
pub(super) struct SessionCells {
    pub(super) day: String,
    pub(super) entered: String,
    pub(super) person: String,
    pub(super) role: String,
    pub(super) held: String,
    /// The times of the first and the last call.
    pub(super) used: String,
    /// `12/3`: calls that only read, and other calls.
    pub(super) calls: String,
    pub(super) call_words: String,
    pub(super) mfa: String,
    pub(super) mfa_words: String,
    /// The codes of rules, violations first.
    pub(super) rules: Vec<String>,
    pub(super) rules_style: Style,
    pub(super) source_ip: String,
}

impl SessionCells {
    pub(super) fn new(session: &ListedSession, policy: &Policy) -> Self {
        let row = &session.row;
        let (day, entered) = day_and_time(row.time);
        let uses = row.uses.as_ref();
        let mfa_word = mfa_word(row);
        let mfa_words = mfa_shown(mfa_word);
        Self {
            used: uses.map_or_else(|| say!("never"), |uses| span_of(uses, row.time)),
            calls: uses.map(calls).unwrap_or_default(),
            call_words: uses.map(call_words).unwrap_or_default(),
            mfa: match mfa_word {
                "not required" => NOT_REQUIRED.to_owned(),
                "not checked" => NOT_CHECKED.to_owned(),
                _ => mfa_words.clone(),
            },
            mfa_words,
            day,
            entered,
            person: said(&row.caller.name),
            role: role_in_account(&row.role, policy),
            held: held(session.held),
            rules: codes(&session.rules),
            rules_style: style(&session.rules),
            source_ip: row.source_ip.clone().unwrap_or_default(),
        }
    }

    /// As many codes as fit into a number of columns, and how many more there are.
    pub(super) fn rules_within(&self, columns: usize) -> String {
        for shown in (0..=self.rules.len()).rev() {
            let text = self.first_rules(shown);
            if width(&text) <= columns {
                return text;
            }
        }
        self.first_rules(0)
    }

    fn first_rules(&self, shown: usize) -> String {
        let (first, more) = self.rules.split_at_checked(shown).unwrap_or_default();
        let mut parts = first.to_vec();
        if !more.is_empty() {
            parts.push(format!("+{}", more.len()));
        }
        parts.join(" ")
    }
}

/// The word for MFA in the language of the list.
fn mfa_shown(word: &'static str) -> String {
    match word {
        "yes" => say!("yes"),
        "no" => say!("no"),
        "unproven" => say!("unproven"),
        "not checked" => say!("not checked"),
        _ => say!("not required"),
    }
}

/// `2026-03-02` and `09:00:12`.
fn day_and_time(moment: Moment) -> (String, String) {
    let text = moment.to_string();
    match text.split_once('T') {
        Some((day, time)) => (day.to_owned(), time.trim_end_matches('Z').to_owned()),
        None => (text, String::new()),
    }
}

/// `09:01`
fn minute(moment: Moment) -> String {
    let (_, time) = day_and_time(moment);
    time.get(..5).unwrap_or(&time).to_owned()
}

/// `23:50-00:10+1d`: the first and the last call, and how many days after the entry the last was.
fn span_of(uses: &UsesShown, entered: Moment) -> String {
    let day = |moment: Moment| moment.epoch_seconds().div_euclid(DAY);
    let later = match day(uses.last) - day(entered) {
        days @ 1.. => format!("+{days}d"),
        _ => String::new(),
    };
    let (first, last) = (minute(uses.first), minute(uses.last));
    if first == last && later.is_empty() {
        return first;
    }
    format!("{first}-{last}{later}")
}

fn about(uses: &UsesShown) -> &'static str {
    if uses.estimated { "~" } else { "" }
}

fn calls(uses: &UsesShown) -> String {
    format!(
        "{}{}/{}",
        about(uses),
        number(uses.reads),
        number(uses.writes)
    )
}

fn call_words(uses: &UsesShown) -> String {
    format!(
        "{}{} R/{} W",
        about(uses),
        number(uses.reads),
        number(uses.writes)
    )
}

/// `1h 30m`, with `+` if the session is ongoing, and `?` if its end is unknown.
fn held(held: HeldTime) -> String {
    let seconds = held.seconds();
    // Of hours, nobody needs the seconds.
    let shown = if seconds >= HOUR {
        seconds - seconds.rem_euclid(60)
    } else {
        seconds
    };
    let sign = match held.end {
        SessionEnd::Ended => "",
        SessionEnd::Ongoing => "+",
        SessionEnd::Unknown => "?",
    };
    format!("{}{sign}", Span::from_seconds(shown))
}

fn codes(rules: &SessionRules) -> Vec<String> {
    let violations = rules.violations.iter().map(|code| (*code).to_owned());
    let unproven = rules.unproven.iter().map(|code| format!("{code}?"));
    let suppressed = rules.suppressed.iter().map(|code| format!("({code})"));
    violations.chain(unproven).chain(suppressed).collect()
}

fn style(rules: &SessionRules) -> Style {
    if !rules.violations.is_empty() {
        BAD
    } else if !rules.unproven.is_empty() {
        UNSURE
    } else {
        DIM
    }
}
