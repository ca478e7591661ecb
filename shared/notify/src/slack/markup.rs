//! Text in mrkdwn, Slack's markup: nothing that a caller chose can format, mention or link.

use crate::text::{clean, clipped};

/// Text for a sentence in mrkdwn: escaped, with formatting characters replaced by look-alikes, at
/// most `most` long.
pub fn escape(text: &str, most: usize) -> String {
    clipped(&make_inert(&clean(text)), most, entity)
}

/// A name, an ID or an ARN in a code span, where mrkdwn formats nothing and the text can be copied
/// as it is. At most `most` long in all.
pub fn code_span(text: &str, most: usize) -> String {
    let inner = clipped(&clean(text), most.saturating_sub(2), |c| {
        if c == '`' { Some("\u{2cb}") } else { entity(c) }
    });
    if inner.trim().is_empty() {
        "`?`".to_owned()
    } else {
        format!("`{inner}`")
    }
}

/// Lines in a code block, shown as they are. At most `most` long in all.
pub fn code_block(text: &str, most: usize) -> String {
    let lines: Vec<String> = text.lines().map(clean).collect();
    let inner = clipped(&lines.join("\n"), most.saturating_sub(8), |c| {
        if c == '`' { Some("\u{2cb}") } else { entity(c) }
    });
    format!("```\n{inner}\n```")
}

/// The escape sequences for the three characters that Slack interprets.
fn entity(c: char) -> Option<&'static str> {
    match c {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        _ => None,
    }
}

/// Makes formatting, mentions, emoji codes and links in plain text harmless.
///
/// mrkdwn can't escape them. Characters inside a word (`john_doe`, `bob@example.com`) format
/// nothing and stay as they are.
fn make_inert(text: &str) -> String {
    let all: Vec<char> = text.chars().collect();
    let word = |c: Option<&char>| c.is_some_and(|c| c.is_alphanumeric());
    let mut out = String::with_capacity(text.len());
    for (place, c) in all.iter().enumerate() {
        let before = place.checked_sub(1).and_then(|place| all.get(place));
        let after = all.get(place + 1);
        out.push(match c {
            '*' => '\u{2217}',
            '~' => '\u{223c}',
            '`' => '\u{2cb}',
            '_' if !(word(before) && word(after)) => '\u{ff3f}',
            '@' if !word(before) => '\u{ff20}',
            '#' if !word(before) => '\u{ff03}',
            // `:name:` is an emoji.
            ':' if opens_emoji(all.get(place + 1..).unwrap_or_default()) => '\u{ff1a}',
            // Slack turns `http://` and similar text into links automatically.
            '/' if before == Some(&'/') || after == Some(&'/') => '\u{2044}',
            other => *other,
        });
    }
    out
}

fn opens_emoji(rest: &[char]) -> bool {
    let name = rest
        .iter()
        .take_while(|c| {
            c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-' | '+' | '\'')
        })
        .count();
    // `:30:` is part of a time, `:100:` is an emoji.
    let named = name > 2 || rest.iter().take(name).any(|c| !c.is_ascii_digit());
    name > 0 && named && rest.get(name) == Some(&':')
}

#[cfg(test)]
mod tests {
    use crate::text::length;

    use super::*;

    #[test]
    fn a_sentence_cannot_format_mention_or_link() {
        assert_eq!(
            escape("<!channel> & <@U1> <http://x.example|y>", 200),
            "&lt;!channel&gt; &amp; &lt;＠U1&gt; &lt;http:⁄⁄x.example|y&gt;"
        );
        assert_eq!(
            escape("*a* _b_ ~c~ `d` @here #general :skull:", 200),
            "∗a∗ ＿b＿ ∼c∼ ˋdˋ ＠here ＃general ：skull:"
        );
    }

    #[test]
    fn what_formats_nothing_stays_as_it_is() {
        assert_eq!(
            escape("john_doe bob@example.com 12:30:05", 200),
            "john_doe bob@example.com 12:30:05"
        );
    }

    #[test]
    fn a_code_span_cannot_be_left() {
        assert_eq!(code_span("a`<!here>`*b*", 200), "`aˋ&lt;!here&gt;ˋ*b*`");
        assert_eq!(code_span("", 200), "`?`");
    }

    #[test]
    fn a_code_block_cannot_be_left() {
        assert_eq!(
            code_block("{\n  \"a\": \"```<!here>\u{202e}\"\n}", 200),
            "```\n{\n  \"a\": \"ˋˋˋ&lt;!here&gt;\u{fffd}\"\n}\n```"
        );
    }

    #[test]
    fn clipping_never_cuts_a_character_or_an_entity() {
        assert_eq!(escape("あ&あ", 4), "あ…");
        assert_eq!(escape("abc", 3), "abc");
        assert_eq!(escape("abcd", 3), "ab…");
    }

    proptest::proptest! {
        #[test]
        fn no_text_runs_over_its_limit(text: String, most in 3_usize..60) {
            proptest::prop_assert!(length(&escape(&text, most)) <= most);
            proptest::prop_assert!(length(&code_span(&text, most)) <= most);
            proptest::prop_assert!(length(&code_block(&text, most)) <= most.max(9));
        }
    }
}
