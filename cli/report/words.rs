//! Formats numbers, names and lines for people.

use rolewatch_guard::Verdict;
use rolewatch_guard::arn::RoleArn;
use rolewatch_guard::policy::{Policy, Severity, Suppression};
use rolewatch_guard::untrusted::harmless;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::language::say;

/// `4,321`
pub(crate) fn number(count: u64) -> String {
    let digits = count.to_string();
    let mut shown = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// `1 file`, `4,321 files`: for lines on stderr, which are always in English.
pub(crate) fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(count), if count == 1 { one } else { many })
}

/// A number for [`counted`].
pub(crate) fn amount(count: usize) -> u64 {
    // No machine can count higher.
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// The length of a list as a number for [`counted`].
pub(crate) fn length<T>(items: &[T]) -> u64 {
    amount(items.len())
}

/// The parts that aren't zero, separated by commas: `12 read, 1 skipped`. For lines on stderr.
pub(crate) fn listed(parts: impl IntoIterator<Item = (u64, String)>) -> String {
    parts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(_, text)| text)
        .collect::<Vec<_>>()
        .join(", ")
}

/// The name of an account in the policy, else `account` and its digits.
pub(crate) fn account_shown(account: &str, policy: &Policy) -> String {
    let id = account.parse().ok();
    let name = id.and_then(|id| policy.account_name(id));
    name.map_or_else(|| say!("account {account}", account), harmless)
}

/// `UpdateApp in production`. A text that isn't a role ARN stays as it is.
pub(crate) fn role_in_account(role: &str, policy: &Policy) -> String {
    let Ok(arn) = RoleArn::parse(role) else {
        return role.to_owned();
    };
    let account = policy.account_name(arn.account()).map_or_else(
        || say!("account {account}", account = arn.account()),
        harmless,
    );
    say!("{role} in {account}", role = harmless(arn.name()), account)
}

/// Who suppressed a finding, until when and why.
pub(crate) fn suppressed_by(entry: &Suppression) -> String {
    say!(
        "suppressed until {until} by {owner}: {reason} (line {line} of the policy)",
        until = entry.until.to_string(),
        owner = harmless(&entry.owner),
        reason = harmless(&entry.reason),
        line = entry.line
    )
}

/// The number of columns on a terminal.
pub(crate) fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// The text padded with spaces to a number of columns.
pub(crate) fn padded(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

/// The text at the right of a number of columns.
pub(crate) fn at_right(text: &str, columns: usize) -> String {
    format!("{}{text}", " ".repeat(columns.saturating_sub(width(text))))
}

/// A severity for a heading or a column.
pub(crate) fn severity_shown(severity: Severity) -> String {
    match severity {
        Severity::Low => say!("LOW"),
        Severity::Medium => say!("MEDIUM"),
        Severity::High => say!("HIGH"),
        Severity::Critical => say!("CRITICAL"),
    }
}

/// A severity in a sentence.
pub(crate) fn severity_word(severity: Severity) -> String {
    match severity {
        Severity::Low => say!("low"),
        Severity::Medium => say!("medium"),
        Severity::High => say!("high"),
        Severity::Critical => say!("critical"),
    }
}

/// A verdict for a heading or a column.
pub(crate) fn verdict_shown(verdict: Verdict) -> String {
    match verdict {
        Verdict::Allow => say!("allow"),
        Verdict::Violation => say!("violation"),
        Verdict::Unproven => say!("unproven"),
        Verdict::NotApplicable => say!("not-applicable"),
    }
}

/// The text cut to a number of columns, with an ellipsis if something is lost.
pub(crate) fn shortened(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut shown = String::new();
    // One column is reserved for the ellipsis.
    let mut used = 1;
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used > columns {
            break;
        }
        shown.push(c);
    }
    shown.push('…');
    shown
}

/// Lines of at most `columns` columns, broken at spaces, between wide characters, and anywhere in a
/// word that is longer than a line.
pub(crate) fn wrap(text: &str, columns: usize) -> Vec<String> {
    // With fewer columns, lines would be only a few letters of a word.
    let columns = columns.max(10);
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let mut gap = usize::from(!line.is_empty());
        for piece in pieces(word) {
            let wide = width(piece);
            if used + gap + wide > columns && !line.is_empty() {
                lines.push(std::mem::take(&mut line));
                // A line doesn't begin with the space that separated it from the previous one.
                used = 0;
                gap = 0;
            }
            if gap == 1 {
                line.push(' ');
                used += 1;
                gap = 0;
            }
            for c in piece.chars() {
                let wide = c.width().unwrap_or(0);
                if used + wide > columns {
                    lines.push(std::mem::take(&mut line));
                    used = 0;
                }
                line.push(c);
                used += wide;
            }
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// The parts of a word that must stay together. Each wide character may begin a line.
fn pieces(word: &str) -> impl Iterator<Item = &str> {
    let mut rest = word;
    std::iter::from_fn(move || {
        let mut ends = rest.char_indices().skip(1).filter(|(at, c)| {
            let before = rest
                .get(..*at)
                .and_then(|before| before.chars().next_back());
            // Brackets and other punctuation stay with the text that they open or close.
            let closes = matches!(c, '、' | '。' | '：' | '」' | '）' | '，' | '．' | 'ー');
            let opened = matches!(before, Some('「' | '（'));
            !closes
                && !opened
                && (c.width() == Some(2) || before.is_some_and(|before| before.width() == Some(2)))
        });
        let end = ends.next().map_or(rest.len(), |(at, _)| at);
        let (piece, after) = rest.split_at_checked(end)?;
        rest = after;
        (!piece.is_empty()).then_some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_commas() {
        let shown: Vec<_> = [0, 999, 1_000, 12_345, 1_234_567].map(number).into();
        assert_eq!(shown, ["0", "999", "1,000", "12,345", "1,234,567"]);
        assert_eq!(counted(1, "file", "files"), "1 file");
    }

    #[test]
    fn lines_break_at_spaces_and_long_words_anywhere() {
        assert_eq!(
            wrap("dora entered UpdateApp without MFA", 14),
            ["dora entered", "UpdateApp", "without MFA"]
        );
        assert_eq!(wrap("abcdefghijklmnop q", 10), ["abcdefghij", "klmnop q"]);
        assert_eq!(wrap("", 10), Vec::<String>::new());
    }

    #[test]
    fn wide_characters_count_twice_and_break_anywhere() {
        assert_eq!(
            wrap("開発者のロール切替、以上", 10),
            ["開発者の", "ロール切", "替、以上"]
        );
        assert_eq!(wrap("切り替えた（a）", 12), ["切り替えた", "（a）"]);
        assert_eq!(shortened("開発者", 5), "開発…");
        assert_eq!(padded("開発", 6), "開発  ");
    }

    #[test]
    fn no_line_is_wider_than_asked_and_nothing_is_lost() {
        let text =
            "x開発者 alice@example.com のロール/とても長い名前 0123456789abcdef0123456789abcdef ";
        for columns in 10..40 {
            let lines = wrap(text, columns);
            assert!(
                lines.iter().all(|line| width(line) <= columns),
                "{columns}: {lines:?}"
            );
            let without_spaces = |text: &str| text.replace(' ', "");
            assert_eq!(without_spaces(&lines.concat()), without_spaces(text));
        }
    }
}
