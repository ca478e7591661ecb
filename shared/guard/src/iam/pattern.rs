//! Patterns of a policy: wildcards, policy variables, and ARNs part by part.

use std::borrow::Cow;

use super::context::{Context, ContextValue};
use super::truth::Truth;

/// How many parts an ARN has; the last may have colons of its own.
pub(super) const ARN_PARTS: usize = 6;

/// One piece of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece {
    /// A character of the policy's text.
    Char(char),
    /// A character that a variable brought in; never a wildcard, never the end of an ARN's part.
    Given(char),
    /// `?`
    One,
    /// `*`, or a variable that may be anything.
    Run,
}

/// A text of a policy with its variables filled in.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    pieces: Vec<Piece>,
    /// Variables whose value is not known.
    unknown: Vec<String>,
    /// Whether there is a variable that the request does not carry: then nothing matches.
    missing: bool,
}

/// What is to be made of a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct PatternSyntax {
    /// Whether `*` and `?` are wildcards.
    pub(super) wildcards: bool,
    /// Whether `${…}` is a variable: from version 2012-10-17 on.
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
            // Documents of version 2008-10-17 have no variables: there `${` is text.
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

    /// `${*}`, `${?}` and `${$}` are the characters themselves; `${key, 'default'}` has a value for
    /// where the key is absent.
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
        match (context.held(key), default) {
            (ContextValue::Values(values), _) => match &**values {
                // As `Given`, not as pattern: a `*` in a user's name or tag must not become a
                // wildcard.
                [value] => self.pieces.extend(value.chars().map(Piece::Given)),
                // IAM fills in single values only; what it makes of several it does not say.
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
        // A value that is not known may be any text. A match is then only possible, which `judged`
        // says.
        self.pieces.push(Piece::Run);
    }

    /// Whether the text has a variable without a default that the request does not carry: nothing
    /// is equal to it or like it.
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

    /// Whether the text matches, in whole.
    pub(super) fn matches(&self, text: &str, ignore_case: bool) -> Truth {
        self.judged(fits(&self.pieces, text, ignore_case))
    }

    /// Texts that match, where the variables are known: with each `*` as nothing, and as something.
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

    /// Whether an ARN matches, as `Resource` compares it (IAM User Guide, *Resource* and *IAM
    /// identifiers*): a wildcard stays in its part, but a `*` that ends one may run on over
    /// colons; a pattern of fewer parts is filled up with `*`.
    pub(super) fn matches_resource(&self, arn: &str) -> Truth {
        // `*` alone is every resource, also one that is no ARN.
        if self.pieces.iter().all(|piece| *piece == Piece::Run) && !self.pieces.is_empty() {
            return self.judged(true);
        }
        let mut pattern = Cow::Borrowed(&*self.pieces);
        let mut matched = runs_over(&pattern, arn);
        if !matched && !pattern.is_empty() && self.parts().len() < ARN_PARTS {
            // `arn:aws:s3` and the like: AWS fills such patterns up, so they match more than they
            // seem to.
            pattern.to_mut().extend([Piece::Char(':'), Piece::Run]);
            matched = runs_over(&pattern, arn);
        }
        self.judged(matched)
    }

    /// Whether an ARN matches part by part, as `ArnLike` compares. `None`: the pattern is no whole
    /// ARN, and what IAM makes of that it does not say.
    pub(super) fn matches_arn(&self, arn: &str) -> Option<Truth> {
        let parts = self.parts();
        if parts.len() != ARN_PARTS {
            return None;
        }
        let given: Vec<&str> = arn.splitn(ARN_PARTS, ':').collect();
        let matched = given.len() == ARN_PARTS
            && parts
                .iter()
                .zip(given)
                .all(|(pieces, part)| fits(pieces, part, false));
        Some(self.judged(matched))
    }

    /// Whether it has as many parts as an ARN.
    pub(super) fn is_whole_arn(&self) -> bool {
        self.parts().len() == ARN_PARTS
    }

    fn parts(&self) -> Vec<&[Piece]> {
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
                    .map(|name| format!("the value of {name}"))
                    .collect(),
            ),
        }
    }
}

/// Whether an action, in any case, matches a pattern of a policy. Actions are plain ASCII and have
/// no variables, and every statement is asked.
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

/// `'text'`, where `''` is one quote.
fn quoted(text: &str) -> Option<String> {
    let inner = text.strip_prefix('\'')?.strip_suffix('\'')?;
    Some(inner.replace("''", "'"))
}

fn fits(pieces: &[Piece], text: &str, ignore_case: bool) -> bool {
    let text: Vec<char> = text.chars().collect();
    let same = |a: char, b: char| a == b || (ignore_case && a.to_lowercase().eq(b.to_lowercase()));
    let (mut p, mut t) = (0, 0);
    // Where to go on when a later character does not fit: after the last `*`, one character
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

/// `fits` for a whole ARN, whose wildcards do not all reach over colons: it follows every way to
/// match at once.
fn runs_over(pieces: &[Piece], arn: &str) -> bool {
    let mut colons = 0;
    // Whether a wildcard may take a colon: in the last part, and where it is a `*` that ends its
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
            // A `*` may take nothing, so with it the place behind it is reached too.
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
