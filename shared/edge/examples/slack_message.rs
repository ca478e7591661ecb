//! Prints the Slack message of an example finding as JSON: `docs/slack-message.py` draws the picture of it.

use std::io::{self, Write};

use rolewatch_edge::slack::{Language, message, sample};
use serde_json::json;

fn main() -> io::Result<()> {
    let language = if std::env::args().nth(1).as_deref() == Some("ja") { Language::Japanese } else { Language::English };
    let shown = message::alert(&sample::view(language), &sample::alert(), None, &[]);
    let json = json!({"text": shown.text, "blocks": shown.blocks});
    writeln!(io::stdout(), "{json:#}")
}
