//! Prints the Slack message of an example finding as JSON, from which `docs/slack-message.py` draws
//! the picture. Arguments: `ja` for Japanese, `digest` for the daily digest of an example day.

use std::io::{self, Write};

use rolewatch_notify::slack::{digest, message};
use rolewatch_notify::{Language, sample};
use serde_json::json;

fn main() -> io::Result<()> {
    let asked = |word: &str| std::env::args().skip(1).any(|argument| argument == word);
    let view = sample::view(if asked("ja") {
        Language::Japanese
    } else {
        Language::English
    });
    let shown = if asked("digest") {
        digest::message(&view, &sample::digest())
    } else {
        message::alert_message(&view, &sample::of_engine(), None, &[])
    };
    let json = json!({"text": shown.text, "blocks": shown.blocks});
    writeln!(io::stdout(), "{json:#}")
}
