//! Patterns of a policy: wildcards, policy variables, and ARNs part by part.

use crate::text;
use std::borrow::Cow;

use super::context::{Context, ContextValue};
use super::truth::Truth;

/// The number of parts of an ARN. The last part may contain colons.
pub(super) const ARN_PARTS: usize = 6;

/// One piece of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece {
    /// A character of the policy's text.
    Char(char),
    /// A character from the value of a variable. Never a wildcard, and never ends a part of an ARN.
    Given(char),
    /// `?`
    One,
    /// `*`, or a variable with an unknown value.
    Run,
}

/// A text of a policy with its variables replaced.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    pieces: Vec<Piece>,
    /// Variables whose value isn't known.
    unknown: Vec<String>,
    /// Whether the request doesn't carry the key of a variable. Then nothing matches.
    missing: bool,
}

/// How a text is parsed.
#[derive(Debug, Clone, Copy)]
pub(super) struct PatternSyntax {
    /// Whether `*` and `?` are wildcards.
    pub(super) wildcards: bool,
    /// Whether `${…}` is a variable: from version 2012-10-17.
    pub(super) variables: bool,
}

impl Pattern {
    pub(super) fn read(text: &str, reading: PatternSyntax, context: &Context) -> Self {
        let mut pattern = Self {
            pieces: Vec::with_capacity(text.len()),
            unknown: Vec::new(),
            missing: false,
        };
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            // Documents of version 2008-10-17 have no variables; in them, `${` is text.
            if reading.variables
                && let Some((name, after)) = rest
                    .strip_prefix("${")
                    .and_then(|inner| inner.split_once('}'))
            {
                pattern.fill_in(name, context);
                rest = after;
                continue;
            }
            pattern.pieces.push(match c {
                '*' if reading.wildcards => Piece::Run,
                '?' if reading.wildcards => Piece::One,
                c => Piece::Char(c),
            });
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
        }
        pattern
    }

    /// `${*}`, `${?}` and `${$}` are these characters themselves. `${key, 'default'}` has a default
    /// for an absent key.
    fn fill_in(&mut self, inner: &str, context: &Context) {
        if let "*" | "?" | "$" = inner {
            self.pieces.extend(inner.chars().map(Piece::Given));
            return;
        }
        let (key, default) = match inner.split_once(',') {
            Some((key, default)) => (key.trim(), quoted(default.trim())),
            None => (inner.trim(), None),
        };
        let shown = format!("${{{key}}}");
        match (context.value(key), default) {
            (ContextValue::Values(values), _) => match &**values {
                // As `Given`, not as a pattern: a `*` in a user's name or tag must not become a
                // wildcard.
                [value] => self.pieces.extend(value.chars().map(Piece::Given)),
                // IAM only replaces single values; it doesn't document what happens with several.
                _ => self.leave_open(shown),
            },
            (ContextValue::Unknown, _) => self.leave_open(shown),
            (ContextValue::Absent, Some(default)) => {
                self.pieces.extend(default.chars().map(Piece::Given));
            }
            (ContextValue::Absent, None) => self.missing = true,
        }
    }

    fn leave_open(&mut self, shown: String) {
        self.unknown.push(shown);
        // An unknown value may be any text. A match is then only possible, which `judged` takes
        // into account.
        self.pieces.push(Piece::Run);
    }

    /// Whether the text has a variable without a default whose key the request doesn't carry.
    /// Nothing is equal to such a text or like it.
    pub(super) fn has_missing(&self) -> bool {
        self.missing
    }

    /// Whether the values of all its variables are known.
    pub(super) fn is_known(&self) -> bool {
        self.unknown.is_empty()
    }

    pub(super) fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// Whether the whole text matches.
    pub(super) fn matches(&self, text: &str, ignore_case: bool) -> Truth {
        self.judged(pieces_match(&self.pieces, text, ignore_case))
    }

    /// Example texts that match, if the variables are known: with each `*` as nothing, and as
    /// something.
    pub(super) fn examples(&self) -> impl Iterator<Item = String> {
        let known = self.unknown.is_empty() && !self.missing;
        let text = |run: Option<char>| -> String {
            let of_piece = |piece: &Piece| match piece {
                Piece::Char(c) | Piece::Given(c) => Some(*c),
                Piece::One => Some('x'),
                Piece::Run => run,
            };
            self.pieces.iter().filter_map(of_piece).collect()
        };
        let (least, more) = (text(None), text(Some('x')));
        let more = (more != least).then_some(more);
        std::iter::once(least).chain(more).filter(move |_| known)
    }

    /// Whether an ARN matches, compared like `Resource` (IAM User Guide, *Resource* and *IAM
    /// identifiers*): a wildcard stays in its part, but a `*` at the end of a part may continue
    /// across colons. A pattern with fewer parts is filled up with `*`.
    pub(super) fn matches_resource(&self, arn: &str) -> Truth {
        // `*` alone matches every resource, even one that isn't an ARN.
        if self.pieces.iter().all(|piece| *piece == Piece::Run) && !self.pieces.is_empty() {
            return self.judged(true);
        }
        let mut pattern = Cow::Borrowed(&*self.pieces);
        let mut matched = runs_over(&pattern, arn);
        if !matched && !pattern.is_empty() && self.arn_parts().len() < ARN_PARTS {
            // AWS fills up patterns such as `arn:aws:s3`, so they match more than they seem to.
            pattern.to_mut().extend([Piece::Char(':'), Piece::Run]);
            matched = runs_over(&pattern, arn);
        }
        self.judged(matched)
    }

    /// Whether an ARN matches part by part, compared like `ArnLike`. `None`: the pattern isn't a
    /// whole ARN, and IAM doesn't document how it treats that.
    pub(super) fn matches_arn(&self, arn: &str) -> Option<Truth> {
        let parts = self.arn_parts();
        if parts.len() != ARN_PARTS {
            return None;
        }
        let given: Vec<&str> = arn.splitn(ARN_PARTS, ':').collect();
        let matched = given.len() == ARN_PARTS
            && parts
                .iter()
                .zip(given)
                .all(|(pieces, part)| pieces_match(pieces, part, false));
        Some(self.judged(matched))
    }

    /// Whether it has as many parts as an ARN.
    pub(super) fn is_whole_arn(&self) -> bool {
        self.arn_parts().len() == ARN_PARTS
    }

    fn arn_parts(&self) -> Vec<&[Piece]> {
        self.pieces
            .splitn(ARN_PARTS, |piece| *piece == Piece::Char(':'))
            .collect()
    }

    fn judged(&self, matched: bool) -> Truth {
        match (&*self.unknown, matched) {
            _ if self.missing => Truth::No,
            (_, false) => Truth::No,
            ([], true) => Truth::Yes,
            (unknown, true) => Truth::Open(
                unknown
                    .iter()
                    .map(|name| text!("the value of {name}", name))
                    .collect(),
            ),
        }
    }
}

/// Whether an action, in any case, matches a pattern of a policy. This is called for every
/// statement and can be simple: actions are plain ASCII and have no variables.
pub(super) fn action_fits(pattern: &str, action: &str) -> bool {
    let (pattern, action) = (pattern.as_bytes(), action.as_bytes());
    let (mut p, mut t) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while let Some(byte) = action.get(t) {
        match pattern.get(p) {
            Some(b'*') => {
                retry = Some((p + 1, t));
                p += 1;
            }
            Some(wanted) if *wanted == b'?' || wanted.eq_ignore_ascii_case(byte) => {
                (p, t) = (p + 1, t + 1);
            }
            _ => match retry {
                Some((after, from)) => {
                    retry = Some((after, from + 1));
                    (p, t) = (after, from + 1);
                }
                None => return false,
            },
        }
    }
    pattern
        .get(p..)
        .is_some_and(|rest| rest.iter().all(|byte| *byte == b'*'))
}

/// Reads `'text'`, in which `''` is one quote.
fn quoted(text: &str) -> Option<String> {
    let inner = text.strip_prefix('\'')?.strip_suffix('\'')?;
    Some(inner.replace("''", "'"))
}

fn pieces_match(pieces: &[Piece], text: &str, ignore_case: bool) -> bool {
    let text: Vec<char> = text.chars().collect();
    let same = |a: char, b: char| a == b || (ignore_case && a.to_lowercase().eq(b.to_lowercase()));
    let (mut p, mut t) = (0, 0);
    // Where to continue when a later character doesn't match: after the last `*`, one character
    // further.
    let mut retry: Option<(usize, usize)> = None;
    while let Some(c) = text.get(t) {
        match pieces.get(p) {
            Some(Piece::Run) => {
                retry = Some((p + 1, t));
                p += 1;
            }
            Some(Piece::One) => (p, t) = (p + 1, t + 1),
            Some(Piece::Char(wanted) | Piece::Given(wanted)) if same(*wanted, *c) => {
                (p, t) = (p + 1, t + 1);
            }
            _ => match retry {
                Some((after, from)) => {
                    retry = Some((after, from + 1));
                    (p, t) = (after, from + 1);
                }
                None => return false,
            },
        }
    }
    pieces
        .get(p..)
        .is_some_and(|rest| rest.iter().all(|piece| *piece == Piece::Run))
}

/// `fits` for a whole ARN, in which only some wildcards cross colons. It follows every possible
/// match at once.
fn runs_over(pieces: &[Piece], arn: &str) -> bool {
    let mut colons = 0;
    // Whether a wildcard may match a colon: in the last part, or if it's a `*` at the end of its
    // part.
    let wide: Vec<bool> = pieces
        .iter()
        .enumerate()
        .map(|(at, piece)| {
            colons += usize::from(*piece == Piece::Char(':'));
            let ends_part =
                *piece == Piece::Run && matches!(pieces.get(at + 1), None | Some(Piece::Char(':')));
            ends_part || colons >= ARN_PARTS - 1
        })
        .collect();
    let reach = |places: &mut Vec<usize>, mut place: usize| {
        while !places.contains(&place) {
            // A `*` may match nothing, so the next position is reached too.
            places.push(place);
            if pieces.get(place) != Some(&Piece::Run) {
                break;
            }
            place += 1;
        }
    };
    let mut places = Vec::new();
    reach(&mut places, 0);
    for c in arn.chars() {
        let mut next = Vec::new();
        for place in places {
            let takes = c != ':' || wide.get(place).copied().unwrap_or_default();
            match pieces.get(place) {
                Some(Piece::Run) if takes => reach(&mut next, place),
                Some(Piece::One) if takes => reach(&mut next, place + 1),
                Some(Piece::Char(wanted) | Piece::Given(wanted)) if *wanted == c => {
                    reach(&mut next, place + 1);
                }
                _ => {}
            }
        }
        places = next;
    }
    places.contains(&pieces.len())
}

#[cfg(test)]
mod tests;
