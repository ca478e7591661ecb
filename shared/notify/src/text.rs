//! Text for the places it is shown in: nothing that a caller chose can format, mention, link or run
//! over a limit.
//!
//! Lengths are UTF-16 code units, the strictest way to count characters.

use rolewatch_guard::untrusted::shows_as_itself;

/// The text with what could fake or hide something replaced, and access keys cut down to their last
/// four. It is not yet escaped.
pub fn clean(text: &str) -> String {
    mask_keys(
        &text
            .chars()
            .map(|c| if shows_as_itself(c) { c } else { '\u{fffd}' })
            .collect::<String>(),
    )
}

/// Text in a sentence of mrkdwn: escaped, its formatting characters replaced by ones that look
/// alike, at most `most` long.
pub fn escape(text: &str, most: usize) -> String {
    clipped(&inert(&clean(text)), most, entity)
}

/// A name, an id, an ARN: in a code span, where mrkdwn formats nothing and the text can be copied
/// as it is. At most `most` long in all.
pub fn code(text: &str, most: usize) -> String {
    let inner = clipped(&clean(text), most.saturating_sub(2), |c| {
        if c == '`' { Some("\u{2cb}") } else { entity(c) }
    });
    if inner.trim().is_empty() {
        "`?`".to_owned()
    } else {
        format!("`{inner}`")
    }
}

/// Lines that are shown as they are: a code block. At most `most` long in all.
pub fn block(text: &str, most: usize) -> String {
    let lines: Vec<String> = text.lines().map(clean).collect();
    let inner = clipped(&lines.join("\n"), most.saturating_sub(8), |c| {
        if c == '`' { Some("\u{2cb}") } else { entity(c) }
    });
    format!("```\n{inner}\n```")
}

/// Text that is not interpreted where it goes (an e-mail, a line of a log), at most `most` long.
pub fn plain(text: &str, most: usize) -> String {
    clipped(&clean(text), most, |_| None)
}

/// A template with its `{names}` replaced, in one pass: what is put in is not looked at again.
pub fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, from)) = rest.split_once('{') {
        out.push_str(before);
        let value = values
            .iter()
            .find_map(|(name, value)| Some((value, from.strip_prefix(name)?.strip_prefix('}')?)));
        if let Some((value, after)) = value {
            out.push_str(value);
            rest = after;
        } else {
            out.push('{');
            rest = from;
        }
    }
    out.push_str(rest);
    out
}

/// How Slack may count the length of a text.
pub fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// What Slack wants instead of the three characters that it reads.
fn entity(c: char) -> Option<&'static str> {
    match c {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        _ => None,
    }
}

/// As many whole characters as fit, each replaced by what `instead` has for it, with an ellipsis
/// where some did not fit.
fn clipped(text: &str, most: usize, instead: impl Fn(char) -> Option<&'static str>) -> String {
    let mut out = String::with_capacity(text.len().min(most * 3));
    let (mut used, mut fits) = (0, 0);
    for c in text.chars() {
        let piece = instead(c);
        used += piece.map_or(c.len_utf16(), length);
        if used > most {
            out.truncate(fits);
            if most > 0 {
                out.push('…');
            }
            return out;
        }
        match piece {
            Some(piece) => out.push_str(piece),
            None => out.push(c),
        }
        if used < most {
            fits = out.len();
        }
    }
    out
}

/// Formatting, mentions, emoji codes and links in plain text, made to be only what they look like.
///
/// mrkdwn has no escape for them. What stands inside a word (`john_doe`, `bob@example.com`) formats
/// nothing and stays as it is.
fn inert(text: &str) -> String {
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
            // `http://` and the like become a link by themselves.
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
    // `:30:` is a part of a time, `:100:` an emoji.
    let named = name > 2 || rest.iter().take(name).any(|c| !c.is_ascii_digit());
    name > 0 && named && rest.get(name) == Some(&':')
}

/// Access key ids, shown by their last four.
fn mask_keys(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = ["AKIA", "ASIA"]
        .iter()
        .filter_map(|prefix| rest.find(prefix))
        .min()
    {
        let (before, from) = rest.split_at(start);
        let end = from
            .find(|c: char| !c.is_ascii_alphanumeric())
            .unwrap_or(from.len());
        let (word, after) = from.split_at(end);
        out.push_str(before);
        let inside_word = before
            .chars()
            .next_back()
            .is_some_and(|c| c.is_ascii_alphanumeric());
        if word.len() >= 16 && !inside_word {
            out.push('…');
            out.push_str(word.get(word.len() - 4..).unwrap_or_default());
        } else {
            out.push_str(word);
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
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
        assert_eq!(code("a`<!here>`*b*", 200), "`aˋ&lt;!here&gt;ˋ*b*`");
        assert_eq!(code("", 200), "`?`");
    }

    #[test]
    fn a_code_block_cannot_be_left() {
        assert_eq!(
            block("{\n  \"a\": \"```<!here>\u{202e}\"\n}", 200),
            "```\n{\n  \"a\": \"ˋˋˋ&lt;!here&gt;\u{fffd}\"\n}\n```"
        );
    }

    #[test]
    fn clipping_never_cuts_a_character_or_an_entity() {
        assert_eq!(escape("あ&あ", 4), "あ…");
        assert_eq!(escape("abc", 3), "abc");
        assert_eq!(escape("abcd", 3), "ab…");
        assert_eq!(plain("😀😀", 3), "😀…");
    }

    #[test]
    fn access_keys_are_shown_by_their_last_four() {
        assert_eq!(
            clean("key AKIAIOSFODNN7EXAMPLE, ASIAIOSFODNN7EXAMPLE."),
            "key …MPLE, …MPLE."
        );
        assert_eq!(clean("ASIA is a continent"), "ASIA is a continent");
    }

    #[test]
    fn what_is_filled_in_is_not_filled_again() {
        assert_eq!(
            fill("{who} in {role}, {x}", &[("who", "{role}"), ("role", "R")]),
            "{role} in R, {x}"
        );
    }

    proptest::proptest! {
        #[test]
        fn no_text_runs_over_its_limit(text: String, most in 3_usize..60) {
            proptest::prop_assert!(length(&escape(&text, most)) <= most);
            proptest::prop_assert!(length(&code(&text, most)) <= most);
            proptest::prop_assert!(length(&plain(&text, most)) <= most);
            proptest::prop_assert!(length(&block(&text, most)) <= most.max(9));
        }
    }
}
