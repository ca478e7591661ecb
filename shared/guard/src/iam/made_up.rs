//! Finds the shortest text that is in all of some sets of texts and in none of others.
//!
//! The sets are the patterns of conditions, and the shape that such a text must have (the ARN of a
//! user of some account). All patterns are followed at once, character by character, so they may
//! overlap, contradict or exclude each other in any way.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::pattern::{Pattern, Piece};

/// The number of steps after which the search gives up.
const STEPS: usize = 400_000;

/// Characters in names of users and roles besides letters and digits. `/` belongs to their paths.
const IN_NAMES: &str = "_+=,.@-/";

/// The characters that are allowed at a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    Any,
    /// A part of an ARN: everything except `:`.
    InPart,
    /// Everything except `/`.
    InSegment,
    Digit,
    /// The characters of names and paths of users and roles.
    InName,
}

impl Class {
    fn contains(self, c: char) -> bool {
        match self {
            Self::Any => true,
            Self::InPart => c != ':',
            Self::InSegment => c != '/',
            Self::Digit => c.is_ascii_digit(),
            Self::InName => c.is_ascii_alphanumeric() || IN_NAMES.contains(c),
        }
    }
}

/// One position of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Exact(char),
    AnyCase(char),
    One(Class),
    Run(Class),
}

impl Mark {
    fn accepts(self, c: char) -> bool {
        match self {
            Self::Exact(wanted) => wanted == c,
            Self::AnyCase(wanted) => wanted == c || wanted.to_lowercase().eq(c.to_lowercase()),
            Self::One(class) | Self::Run(class) => class.contains(c),
        }
    }
}

/// The texts that match at least one of some patterns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts(Vec<Vec<Mark>>);

/// The result of the search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MadeUp {
    /// This text.
    Text(String),
    /// No such text exists.
    None,
    /// The patterns are too many or too long to decide.
    TooHard,
}

impl Texts {
    /// Exactly this text.
    pub fn exactly(text: &str) -> Self {
        Self(vec![text.chars().map(Mark::Exact).collect()])
    }

    /// Every text.
    pub fn any() -> Self {
        Self(vec![vec![Mark::Run(Class::Any)]])
    }

    /// Any twelve digits.
    pub fn account() -> Self {
        Self(vec![vec![Mark::One(Class::Digit); 12]])
    }

    /// Any name of a user or role, with or without a path.
    pub fn name() -> Self {
        Self(vec![vec![
            Mark::One(Class::InName),
            Mark::Run(Class::InName),
        ]])
    }

    /// A path before a name, or none.
    pub fn any_path() -> Self {
        Self(vec![
            Vec::new(),
            vec![Mark::Run(Class::InName), Mark::Exact('/')],
        ])
    }

    /// Texts of either set.
    #[must_use]
    pub fn union(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Texts of the first set followed by a text of the second.
    #[must_use]
    pub fn followed_by(&self, next: &Self) -> Self {
        Self(
            self.0
                .iter()
                .flat_map(|first| {
                    next.0
                        .iter()
                        .map(move |second| [&first[..], &second[..]].concat())
                })
                .collect(),
        )
    }

    /// The same for a text that is one part of an ARN: no wildcard matches `:`.
    #[must_use]
    pub fn in_part(self) -> Self {
        self.narrowed(Class::InPart)
    }

    /// The same for a text that is the last segment of a path: no wildcard matches `/`.
    #[must_use]
    pub fn in_segment(self) -> Self {
        self.narrowed(Class::InSegment)
    }

    fn narrowed(mut self, to: Class) -> Self {
        for mark in self.0.iter_mut().flatten() {
            if let Mark::One(class @ Class::Any) | Mark::Run(class @ Class::Any) = mark {
                *class = to;
            }
        }
        self
    }

    /// The texts that a value of a policy matches. `by_parts`: compared as ARNs, whose wildcards
    /// stay in their part.
    pub(super) fn of_pattern(pattern: &Pattern, any_case: bool, by_parts: bool) -> Self {
        if pattern.has_missing() {
            return Self::default();
        }
        let mut colons = 0;
        let marks = pattern.pieces().iter().map(|piece| {
            colons += usize::from(*piece == Piece::Char(':'));
            let class = if by_parts && colons < super::pattern::ARN_PARTS - 1 {
                Class::InPart
            } else {
                Class::Any
            };
            match piece {
                Piece::Char(c) | Piece::Given(c) if any_case => Mark::AnyCase(*c),
                Piece::Char(c) | Piece::Given(c) => Mark::Exact(*c),
                Piece::One => Mark::One(class),
                Piece::Run => Mark::Run(class),
            }
        });
        Self(vec![marks.collect()])
    }

    fn start_positions(&self) -> PatternPositions {
        self.reached(self.0.iter().enumerate().map(|(which, _)| (which, 0)))
    }

    fn positions_after(&self, places: &PatternPositions, c: char) -> PatternPositions {
        self.reached(places.iter().filter_map(|(which, at)| {
            let mark = self.mark_at(*which, *at).filter(|mark| mark.accepts(c))?;
            Some((
                *which,
                if matches!(mark, Mark::Run(_)) {
                    *at
                } else {
                    at + 1
                },
            ))
        }))
    }

    /// Adds the positions after runs, which may be empty.
    fn reached(&self, places: impl Iterator<Item = (usize, usize)>) -> PatternPositions {
        let mut all = PatternPositions::new();
        for (which, mut at) in places {
            while all.insert((which, at)) && matches!(self.mark_at(which, at), Some(Mark::Run(_))) {
                at += 1;
            }
        }
        all
    }

    fn mark_at(&self, which: usize, at: usize) -> Option<Mark> {
        self.0.get(which)?.get(at).copied()
    }

    fn has_ended(&self, places: &PatternPositions) -> bool {
        places
            .iter()
            .any(|(which, at)| self.0.get(*which).is_some_and(|marks| marks.len() == *at))
    }
}

/// The possible positions in the patterns of a set: the pattern, and the mark in it.
type PatternPositions = BTreeSet<(usize, usize)>;

/// The shortest text that is in all sets of `within` and in none of `without`.
pub fn made_up(within: &[Texts], without: &[Texts]) -> MadeUp {
    let all: Vec<&Texts> = within.iter().chain(without).collect();
    let mut steps = STEPS;
    let start: Vec<PatternPositions> = all.iter().map(|texts| texts.start_positions()).collect();
    let mut came_from: BTreeMap<Vec<PatternPositions>, Option<(Vec<PatternPositions>, char)>> =
        BTreeMap::from([(start.clone(), None)]);
    let mut next = VecDeque::from([start]);
    while let Some(state) = next.pop_front() {
        let ended = |(texts, places): (&&Texts, &PatternPositions)| texts.has_ended(places);
        let (inside, outside) = state.split_at(within.len());
        if within
            .iter()
            .zip(inside)
            .all(|(texts, places)| texts.has_ended(places))
            && !all.iter().skip(within.len()).zip(outside).any(ended)
        {
            return MadeUp::Text(spelled(&came_from, state));
        }
        for c in candidates(&all, &state) {
            let Some(left) = steps.checked_sub(state.iter().map(BTreeSet::len).sum::<usize>() + 1)
            else {
                return MadeUp::TooHard;
            };
            steps = left;
            let after: Vec<PatternPositions> = all
                .iter()
                .zip(&state)
                .map(|(texts, places)| texts.positions_after(places, c))
                .collect();
            let dead = after.iter().take(within.len()).any(BTreeSet::is_empty);
            if !dead && !came_from.contains_key(&after) {
                came_from.insert(after.clone(), Some((state.clone(), c)));
                next.push_back(after);
            }
        }
    }
    MadeUp::None
}

fn spelled(
    came_from: &BTreeMap<Vec<PatternPositions>, Option<(Vec<PatternPositions>, char)>>,
    mut state: Vec<PatternPositions>,
) -> String {
    let mut text = Vec::new();
    while let Some(Some((before, c))) = came_from.get(&state) {
        text.push(*c);
        state.clone_from(before);
    }
    text.iter().rev().collect()
}

/// The characters to try: each one that a pattern expects, plus a letter and a digit that no
/// pattern expects, which represent all others.
fn candidates(all: &[&Texts], state: &[PatternPositions]) -> Vec<char> {
    let marks = all.iter().zip(state).flat_map(|(texts, places)| {
        places
            .iter()
            .filter_map(|(which, at)| texts.mark_at(*which, *at))
    });
    let mut waited_for = BTreeSet::new();
    for mark in marks {
        match mark {
            Mark::Exact(c) => drop(waited_for.insert(c)),
            Mark::AnyCase(c) => waited_for.extend(c.to_lowercase().chain(c.to_uppercase())),
            Mark::One(_) | Mark::Run(_) => {}
        }
    }
    let is_other = |c: &char| !waited_for.contains(c);
    let others = [('a'..='z').rfind(is_other), ('0'..='9').rfind(is_other)];
    others
        .into_iter()
        .flatten()
        .chain(waited_for.iter().copied())
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::context::Context;
    use super::super::pattern::PatternSyntax;
    use super::*;

    fn pattern(text: &str) -> Pattern {
        Pattern::read(
            text,
            PatternSyntax {
                wildcards: true,
                variables: false,
            },
            &Context::complete(),
        )
    }

    fn texts_like(text: &str) -> Texts {
        Texts::of_pattern(&pattern(text), false, false)
    }

    fn made_up_text(within: &[Texts], without: &[Texts]) -> Option<String> {
        match made_up(within, without) {
            MadeUp::Text(text) => Some(text),
            MadeUp::None => None,
            MadeUp::TooHard => panic!("too hard"),
        }
    }

    #[test]
    fn an_arn_is_made_up_that_meets_everything_asked_of_it() {
        let head = Texts::exactly("arn:aws:iam::");
        let user = head
            .followed_by(&Texts::account())
            .followed_by(&Texts::exactly(":user/"))
            .followed_by(&Texts::name());
        let all = |more: &[&str]| -> Vec<Texts> {
            std::iter::once(user.clone())
                .chain(more.iter().map(|text| texts_like(text)))
                .collect()
        };
        assert_eq!(
            made_up_text(&all(&[]), &[]).as_deref(),
            Some("arn:aws:iam::999999999999:user/z")
        );
        let dora = Some("arn:aws:iam::999988887777:user/team/dora");
        assert_eq!(
            made_up_text(
                &all(&["*:99998888*", "*7777:*", "*user/team/d*", "*ora"]),
                &[texts_like("*/team/dzora")]
            )
            .as_deref(),
            dora
        );
        assert_eq!(
            made_up_text(&all(&["arn:aws:iam::1111*", "*:2222*"]), &[]),
            None
        );
        assert_eq!(made_up_text(&all(&["*:role/*"]), &[]), None);
        assert_eq!(
            made_up_text(
                &all(&["arn:aws:iam::999988887777:*"]),
                &[texts_like("*:9999*")]
            ),
            None
        );
        let other = made_up_text(
            &all(&[]),
            &[head
                .followed_by(&texts_like("9*").in_part())
                .followed_by(&Texts::exactly(":"))
                .followed_by(&Texts::any())],
        );
        assert_eq!(other.as_deref(), Some("arn:aws:iam::899999999999:user/z"));
    }

    #[test]
    fn letters_count_or_not_and_wildcards_stay_in_their_parts() {
        let any_case = Texts::of_pattern(&pattern("AbC*"), true, false);
        assert_eq!(
            made_up_text(&[any_case.clone(), texts_like("aB*")], &[]).as_deref(),
            Some("aBC")
        );
        assert_eq!(made_up_text(&[any_case, texts_like("x*")], &[]), None);
        let by_parts = Texts::of_pattern(&pattern("a:*b:c:d:e:f*"), false, true);
        assert_eq!(
            made_up_text(&[by_parts.clone(), texts_like("a:x:b*")], &[]),
            None
        );
        assert_eq!(
            made_up_text(&[by_parts, texts_like("*:g")], &[]).as_deref(),
            Some("a:b:c:d:e:f:g")
        );
    }

    #[test]
    fn what_would_take_too_long_is_given_up() {
        let hard: Vec<Texts> = (0..40)
            .map(|at| texts_like(&format!("*{at:02}*")))
            .collect();
        assert_eq!(made_up(&hard, &[]), MadeUp::TooHard);
    }

    fn patterns() -> impl Strategy<Value = Vec<String>> {
        proptest::collection::vec("[ab*?]{0,5}", 0..3)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        /// The result is the shortest of all short texts that match, if there is one.
        #[test]
        fn what_is_made_up_is_what_trying_everything_finds(within in patterns(), without in patterns()) {
            let fits = |text: &str| {
                let matches = |wanted: &String| pattern(wanted).matches(text, false).is_yes();
                within.iter().all(matches) && !without.iter().any(matches)
            };
            let texts = |patterns: &[String]| patterns.iter().map(|text| texts_like(text)).collect::<Vec<_>>();
            let mut all = vec![String::new()];
            let mut shorter = all.clone();
            for _ in 0..7 {
                shorter = shorter.iter().flat_map(|text| ["a", "b", "z"].map(|c| format!("{text}{c}"))).collect();
                all.extend(shorter.iter().cloned());
            }
            let made = made_up_text(&texts(&within), &texts(&without));
            prop_assert!(made.as_ref().is_none_or(|text| fits(text)), "{:?}", made);
            let least = all.iter().find(|text| fits(text)).map(|text| text.chars().count());
            prop_assert_eq!(made.filter(|text| text.len() <= 7).map(|text| text.chars().count()), least);
        }
    }
}
