//! Text that a caller chose. It's clipped and stripped before it's shown to anyone.

use std::fmt;
use std::sync::Arc;

/// The most characters of one attacker-chosen value that are ever shown.
const SHOWN: usize = 200;

/// A session name, user agent, tag, source identity, user name or any other text from an event.
///
/// `Display` gives the safe form: no control characters, no bidirectional or invisible formatting
/// characters, and clipped to a number of characters. The raw text stays available for comparison,
/// never for printing. Escaping for HTML, CSV or Slack is up to the code that prints it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Untrusted(Arc<str>);

impl Untrusted {
    /// The original text, only for joins and comparisons.
    pub fn raw(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Untrusted {
    fn from(text: &str) -> Self {
        Self(Arc::from(text))
    }
}

impl From<Arc<str>> for Untrusted {
    fn from(text: Arc<str>) -> Self {
        Self(text)
    }
}

impl fmt::Display for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&harmless(&self.0))
    }
}

impl fmt::Debug for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", harmless(&self.0))
    }
}

/// Replaces characters that could move a cursor, reorder a line, or hide or fake a line, and clips
/// the text to 200 characters.
///
/// Replaced characters become U+FFFD, so that the change is visible.
pub fn harmless(text: &str) -> String {
    harmless_up_to(text, SHOWN)
}

/// Like [`harmless`], clipped to `most` characters: for sentences that contain several texts, each
/// of which was already clipped.
pub fn harmless_up_to(text: &str, most: usize) -> String {
    let mut out = String::with_capacity(text.len().min(most.saturating_mul(4)));
    for (count, c) in text.chars().enumerate() {
        if count == most {
            out.push('…');
            break;
        }
        out.push(if shows_as_itself(c) { c } else { '\u{fffd}' });
    }
    out
}

/// Whether a character is visible as itself: not a control character, line or paragraph separator,
/// bidirectional control, zero-width or tag character, and not from the private use area or the
/// non-characters.
pub fn shows_as_itself(c: char) -> bool {
    !(c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e000}'..='\u{f8ff}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{10ffff}')
        || (c as u32) & 0xfffe == 0xfffe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_fake_a_line_is_replaced_visibly() {
        assert_eq!(
            harmless("a\u{1b}[31mb\r\nc\u{202e}d\u{200b}e\u{e0041}"),
            "a\u{fffd}[31mb\u{fffd}\u{fffd}c\u{fffd}d\u{fffd}e\u{fffd}"
        );
        assert_eq!(harmless("開発者 bob@example.com"), "開発者 bob@example.com");
    }

    #[test]
    fn long_text_is_clipped_by_character() {
        let shown = harmless(&"あ".repeat(1_000));
        assert_eq!(shown.chars().count(), 201);
        assert!(shown.ends_with('…'));
    }
}
