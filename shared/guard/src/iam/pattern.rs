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
                [value] => self.pieces.extend(value.chars().map(Piece::Given)),
                // IAM fills in single values only; what it makes of several it does not say.
                _ => self.leave_open(shown),
            },
            (ContextValue::Unknown, _) => self.leave_open(shown),
            (ContextValue::Absent, Some(default)) => {
                self.pieces.extend(default.chars().map(Piece::Given))
            }
            (ContextValue::Absent, None) => self.missing = true,
        }
    }

    fn leave_open(&mut self, shown: String) {
        self.unknown.push(shown);
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
        if self.pieces.iter().all(|piece| *piece == Piece::Run) && !self.pieces.is_empty() {
            return self.judged(true);
        }
        let mut pattern = Cow::Borrowed(&*self.pieces);
        let mut matched = runs_over(&pattern, arn);
        if !matched && !pattern.is_empty() && self.parts().len() < ARN_PARTS {
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
mod tests {
    use super::*;

    const FULL: PatternSyntax = PatternSyntax {
        wildcards: true,
        variables: true,
    };

    fn pattern(text: &str) -> Pattern {
        let context = Context::partial()
            .with("aws:username", "do*ra")
            .without("aws:PrincipalTag/team")
            .with("aws:userid", "a:b");
        Pattern::read(text, FULL, &context)
    }

    #[test]
    fn variables_bring_in_characters_and_no_wildcards() {
        assert!(
            pattern("home/${aws:username}/*")
                .matches("home/do*ra/x", false)
                .is_yes()
        );
        assert!(
            pattern("home/${aws:username}")
                .matches("home/doooora", false)
                .is_no()
        );
        assert!(
            pattern("a${*}b${?}${$}{x}")
                .matches("a*b?${x}", false)
                .is_yes()
        );
        assert!(pattern("a${*}").matches("ab", false).is_no());
    }

    #[test]
    fn an_absent_variable_matches_nothing_unless_it_has_a_default() {
        assert!(
            pattern("${aws:PrincipalTag/team}*")
                .matches("anything", false)
                .is_no()
        );
        assert!(pattern("${aws:PrincipalTag/team}").has_missing());
        assert!(
            pattern("${aws:PrincipalTag/team, 'it''s me'}")
                .matches("it's me", false)
                .is_yes()
        );
    }

    #[test]
    fn an_unknown_variable_leaves_open_only_what_it_could_change() {
        let unknown = pattern("arn:aws:iam::111122223333:mfa/${aws:SourceIdentity}");
        assert!(
            unknown
                .matches_resource("arn:aws:iam::111122223333:role/UpdateApp")
                .is_no()
        );
        let open = unknown.matches_resource("arn:aws:iam::111122223333:mfa/dora");
        assert_eq!(
            open.reasons().collect::<Vec<_>>(),
            ["the value of ${aws:SourceIdentity}"]
        );
    }

    #[test]
    fn the_old_version_has_no_variables() {
        let old = PatternSyntax {
            wildcards: true,
            variables: false,
        };
        assert!(
            Pattern::read("${aws:username}", old, &Context::complete())
                .matches("${aws:username}", false)
                .is_yes()
        );
    }

    #[test]
    fn resources_are_compared_part_by_part_and_short_ones_are_filled_up() {
        let role = "arn:aws:iam::444455556666:role/team/UpdateApp";
        for wide in [
            "*",
            "**",
            "arn:aws:iam::*:role/*",
            "arn:aws:iam",
            "arn:*:iam:*:444455556666:role/team/Update???",
            "arn:aws:iam::444455556666:*",
        ] {
            assert!(pattern(wide).matches_resource(role).is_yes(), "{wide}");
        }
        // "If the `*` wildcard is the last character of a resource ARN segment, it can expand to
        // match beyond the colon boundaries."
        for running_on in [
            "arn:aws:iam*:role/*",
            "arn*:role/team/UpdateApp",
            "arn:aws:iam::4*",
        ] {
            assert!(
                pattern(running_on).matches_resource(role).is_yes(),
                "{running_on}"
            );
        }
        // Any other wildcard stays in its part, and cases differ.
        for narrow in [
            "arn:*UpdateApp",
            "arn:aws:iam:*6:role/*",
            "arn:aws:iam?444455556666:role/*",
            "arn:aws:iam?:444455556666:role/*",
            "arn:aws:iam::*:Role/*",
            "arn:aws:iam::*:role/UpdateApp",
            "arn:aws:s3",
            "",
        ] {
            assert!(pattern(narrow).matches_resource(role).is_no(), "{narrow}");
        }
        // In the last part there is no boundary more.
        assert!(
            pattern("arn:aws:logs:*:1:log-group:a*b")
                .matches_resource("arn:aws:logs:r:1:log-group:a:x:b")
                .is_yes()
        );
        // The colon that a variable brings in ends no part.
        assert!(
            pattern("arn:aws:sts::1:x/${aws:userid}")
                .matches_resource("arn:aws:sts::1:x/a:b")
                .is_yes()
        );
    }

    #[test]
    fn arn_operators_want_whole_arns() {
        let user = "arn:aws:iam::111122223333:user/dora";
        assert!(
            pattern("arn:aws:iam::*:user/*")
                .matches_arn(user)
                .is_some_and(|truth| truth.is_yes())
        );
        assert!(
            pattern("arn:aws:iam::111122223333:group/*")
                .matches_arn(user)
                .is_some_and(|truth| truth.is_no())
        );
        assert!(pattern("arn:aws:iam::1*").matches_arn(user).is_none());
        assert!(
            pattern("arn:aws:iam::*:user/*")
                .matches_arn("dora")
                .is_some_and(|truth| truth.is_no())
        );
    }

    #[test]
    fn case_counts_unless_it_is_said_not_to() {
        assert!(
            pattern("sts:assume*")
                .matches("sts:AssumeRole", true)
                .is_yes()
        );
        assert!(
            pattern("sts:assume*")
                .matches("sts:AssumeRole", false)
                .is_no()
        );
        for wide in ["*", "sts:*", "STS:assumerole", "sts:Assume????", "*:*role"] {
            assert!(action_fits(wide, "sts:AssumeRole"), "{wide}");
        }
        for narrow in [
            "",
            "sts:AssumeRoleWithSAML",
            "sts:Assume",
            "s3:*",
            "sts:Assume???",
            "${*}",
        ] {
            assert!(!action_fits(narrow, "sts:AssumeRole"), "{narrow}");
        }
    }
}
