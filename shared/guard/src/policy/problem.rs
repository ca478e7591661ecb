//! Errors in a policy file, printed the way a compiler does: place, sentence, and the line with a
//! mark under it.

use std::fmt;

use unicode_width::UnicodeWidthChar;

use crate::untrusted::harmless;

/// The most errors that are reported: more than anybody reads at once, but few enough that a
/// hostile file can't produce endless output.
const TOLD: usize = 100;

/// The most characters of a line that are quoted.
const QUOTED: usize = 150;

/// The number of characters kept before the mark when a line is too long to quote whole.
const KEPT_BEFORE: usize = 60;

/// All errors in a policy file, in the order of its lines.
///
/// `Display` is for people: several lines per error, no line break at the end, and every character
/// is safe to print on a terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyErrors {
    name: String,
    errors: Vec<PolicyError>,
    untold: usize,
}

impl PolicyErrors {
    /// The errors; at least one.
    pub fn errors(&self) -> &[PolicyError] {
        &self.errors
    }

    /// The number of errors beyond the first hundred.
    pub fn untold(&self) -> usize {
        self.untold
    }
}

impl std::error::Error for PolicyErrors {}

impl fmt::Display for PolicyErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (count, error) in self.errors.iter().enumerate() {
            if count > 0 {
                f.write_str("\n")?;
            }
            writeln!(
                f,
                "{}:{}:{}: {}",
                self.name, error.line, error.column, error.message
            )?;
            writeln!(f, "{:>5} | {}", error.line, error.quote)?;
            write!(f, "      | {}", error.mark)?;
        }
        if self.untold > 0 {
            write!(f, "\n{}: and {} more", self.name, self.untold)?;
        }
        Ok(())
    }
}

/// One error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyError {
    /// The line in the file, counted from 1.
    pub line: usize,
    /// The character in the line, counted from 1.
    pub column: usize,
    /// One sentence, without the place.
    pub message: String,
    quote: String,
    mark: String,
}

/// A range of characters in one line. Line and column are counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TextSpan {
    pub(super) line: usize,
    pub(super) column: usize,
    /// In characters. A part beyond the end of the line is ignored.
    pub(super) length: usize,
}

impl TextSpan {
    /// The place of an error about the whole file.
    pub(super) const START: Self = Self {
        line: 1,
        column: 1,
        length: 1,
    };
}

/// The errors found so far.
#[derive(Default)]
pub(super) struct Problems {
    found: Vec<(TextSpan, String)>,
    untold: usize,
}

impl Problems {
    /// Adds an error. The message is only computed if it will be reported, because that may include
    /// a search for what was meant.
    pub(super) fn report_at(&mut self, place: TextSpan, message: impl FnOnce() -> String) {
        if self.found.len() >= TOLD {
            self.untold += 1;
            return;
        }
        let problem = (place, message());
        // The target of an alias is judged wherever it's used, but it's wrong in one place only.
        if !self.found.contains(&problem) {
            self.found.push(problem);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Adds to each problem the line that it is in.
    pub(super) fn into_errors(mut self, name: &str, source: &str) -> PolicyErrors {
        self.found.sort();
        let lines = yaml_lines(source);
        let errors = self.found.into_iter().map(|(place, message)| {
            let line = place
                .line
                .checked_sub(1)
                .and_then(|at| lines.get(at))
                .copied()
                .unwrap_or_default();
            let (quote, mark) = quote_line(line, place);
            PolicyError {
                line: place.line,
                column: place.column,
                message,
                quote,
                mark,
            }
        });
        PolicyErrors {
            name: harmless(name),
            errors: errors.collect(),
            untold: self.untold,
        }
    }
}

/// The lines as YAML counts them: a lone carriage return also ends one.
fn yaml_lines(source: &str) -> Vec<&str> {
    source
        .split('\n')
        .flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'))
        .collect()
}

/// The quoted part of a line, and the carets under the place.
fn quote_line(line: &str, place: TextSpan) -> (String, String) {
    let marked_from = place.column.saturating_sub(1);
    let skipped = if marked_from < QUOTED - KEPT_BEFORE {
        0
    } else {
        marked_from - KEPT_BEFORE
    };
    let mut rest = line.chars().skip(skipped);
    let clipped: String = rest
        .by_ref()
        .take(QUOTED)
        .map(|c| if c == '\t' { ' ' } else { c })
        .collect();
    let shown = harmless(&clipped);
    let (before, after) = (
        if skipped > 0 { "…" } else { "" },
        if rest.next().is_some() { "…" } else { "" },
    );
    let width = |from: usize, count: usize| -> usize {
        shown
            .chars()
            .skip(from)
            .take(count)
            .filter_map(UnicodeWidthChar::width)
            .sum()
    };
    let in_front = before.chars().count() + width(0, marked_from - skipped);
    let marked = width(marked_from - skipped, place.length).max(1);
    (
        format!("{before}{shown}{after}"),
        format!("{}{}", " ".repeat(in_front), "^".repeat(marked)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(source: &str, places: &[(usize, usize, usize)]) -> String {
        let mut problems = Problems::default();
        for (line, column, length) in places {
            problems.report_at(
                TextSpan {
                    line: *line,
                    column: *column,
                    length: *length,
                },
                || "wrong".into(),
            );
        }
        problems.into_errors("p.yaml", source).to_string()
    }

    #[test]
    fn errors_are_told_by_line_each_once() {
        assert_eq!(
            rendered("one\ntwo: 2", &[(2, 6, 1), (1, 1, 3), (2, 6, 1)]),
            "p.yaml:1:1: wrong\n    1 | one\n      | ^^^\np.yaml:2:6: wrong\n    2 | two: 2\n      |      ^"
        );
    }

    #[test]
    fn a_mark_stands_under_wide_characters_and_tabs() {
        assert_eq!(
            rendered("a: 開発 bad", &[(1, 7, 3)]),
            "p.yaml:1:7: wrong\n    1 | a: 開発 bad\n      |         ^^^"
        );
        assert_eq!(
            rendered("a: 開発", &[(1, 4, 2)]),
            "p.yaml:1:4: wrong\n    1 | a: 開発\n      |    ^^^^"
        );
        assert_eq!(
            rendered("\t\tbad", &[(1, 3, 3)]),
            "p.yaml:1:3: wrong\n    1 |   bad\n      |   ^^^"
        );
    }

    #[test]
    fn a_mark_never_leaves_its_line() {
        assert_eq!(
            rendered("abc\r\ndef", &[(1, 2, usize::MAX)]),
            "p.yaml:1:2: wrong\n    1 | abc\n      |  ^^"
        );
        assert_eq!(
            rendered("abc", &[(9, 7, 2)]),
            "p.yaml:9:7: wrong\n    9 | \n      | ^"
        );
        assert_eq!(
            rendered("a\rb", &[(2, 1, 1)]),
            "p.yaml:2:1: wrong\n    2 | b\n      | ^"
        );
    }

    #[test]
    fn a_long_line_is_clipped_around_the_mark() {
        let source = format!("{}bad{}", "x".repeat(1_000), "y".repeat(1_000));
        let text = rendered(&source, &[(1, 1_001, 3)]);
        let (before, after) = ("x".repeat(60), "y".repeat(87));
        assert_eq!(
            text,
            format!(
                "p.yaml:1:1001: wrong\n    1 | …{before}bad{after}…\n      | {}^^^",
                " ".repeat(61)
            )
        );
    }

    #[test]
    fn the_quote_cannot_reach_the_terminal() {
        assert_eq!(
            rendered("a\u{1b}[31m\u{202e}b", &[(1, 8, 1)]),
            "p.yaml:1:8: wrong\n    1 | a\u{fffd}[31m\u{fffd}b\n      |        ^"
        );
    }

    #[test]
    fn a_flood_of_errors_is_counted() {
        let places: Vec<_> = (1..=150).map(|line| (line, 1, 1)).collect();
        let text = rendered("", &places);
        assert_eq!(text.lines().count(), 301);
        assert!(text.ends_with("\np.yaml: and 50 more"), "{text}");
    }
}
