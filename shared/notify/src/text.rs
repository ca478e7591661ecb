//! Makes text safe to show: nothing that a caller chose can fake or hide something or exceed a
//! limit. The escaping for a service's markup is in the module of its notifier.
//!
//! Lengths are in UTF-16 code units, the strictest way to count characters.

use rolewatch_guard::untrusted::shows_as_itself;

/// The text without characters that could fake or hide something, and with access keys cut to their
/// last four characters. It isn't escaped yet.
pub fn clean(text: &str) -> String {
    mask_keys(
        &text
            .chars()
            .map(|c| if shows_as_itself(c) { c } else { '\u{fffd}' })
            .collect::<String>(),
    )
}

/// Text for a place without markup (an e-mail, a log line), at most `most` long.
pub fn plain_text(text: &str, most: usize) -> String {
    clipped(&clean(text), most, |_| None)
}

/// Fills in a template's `{names}` in one pass. The inserted text isn't searched for names again.
pub fn fill_template(template: &str, values: &[(&str, &str)]) -> String {
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

/// The length of a text in UTF-16 code units.
pub fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// As many whole characters as fit, each replaced by the result of `instead`, with an ellipsis if
/// some didn't fit.
pub(crate) fn clipped(
    text: &str,
    most: usize,
    instead: impl Fn(char) -> Option<&'static str>,
) -> String {
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

/// Replaces access key IDs with their last four characters.
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
    fn clipping_never_cuts_a_character() {
        assert_eq!(plain_text("😀😀", 3), "😀…");
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
            fill_template("{who} in {role}, {x}", &[("who", "{role}"), ("role", "R")]),
            "{role} in R, {x}"
        );
    }

    proptest::proptest! {
        #[test]
        fn no_text_runs_over_its_limit(text: String, most in 3_usize..60) {
            proptest::prop_assert!(length(&plain_text(&text, most)) <= most);
        }
    }
}
