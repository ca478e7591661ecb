//! Typed access to nodes. Each kind of error has one message here, so that every key reports it the
//! same way.

use std::rc::Rc;

use super::problem::{Problems, TextSpan};
use super::tree::{Node, NodeValue};
use crate::untrusted::harmless;

/// A map whose keys are all known.
pub(super) struct Fields<'a> {
    what: &'static str,
    place: TextSpan,
    entries: Vec<Field<'a>>,
    /// Known keys that the unknown keys were most likely meant to be.
    misspelt: Vec<&'static str>,
}

/// A key and its value.
pub(super) struct Field<'a> {
    pub(super) name: &'static str,
    key: &'a Node,
    value: &'a Rc<Node>,
}

/// A place in the file that must hold a value: the value of a key, or an entry of a list.
#[derive(Clone)]
pub(super) struct ValueSlot<'a> {
    /// Its name in messages: "`mfa`", "an entry of `groups`".
    pub(super) called: String,
    pub(super) place: TextSpan,
    pub(super) node: &'a Node,
}

impl<'a> Fields<'a> {
    /// The fields of a map that may have the keys `known`. `what` is the map's name in messages: "a
    /// role".
    pub(super) fn of_map(
        node: &'a Node,
        what: &'static str,
        known: &'static [&'static str],
        problems: &mut Problems,
    ) -> Option<Self> {
        let NodeValue::Map(pairs) = &node.value else {
            problems.report_at(node.place, || {
                format!(
                    "{what} has the keys {}; this is {}",
                    listing(known.iter().copied(), "and"),
                    sort_of(node)
                )
            });
            return None;
        };
        let mut entries = Vec::with_capacity(pairs.len());
        let mut misspelt = Vec::new();
        for (key, value) in pairs {
            let text = key.as_text().unwrap_or_default();
            match known.iter().find(|name| **name == text) {
                Some(name) => entries.push(Field { name, key, value }),
                None => problems.report_at(key.place, || {
                    let meant = nearest(text, known.iter().copied());
                    misspelt.extend(meant);
                    unknown_key(text, meant, what, known)
                }),
            }
        }
        Some(Self {
            what,
            place: node.place,
            entries,
            misspelt,
        })
    }

    /// A field that may be missing.
    pub(super) fn optional(&self, name: &str) -> Option<&Field<'a>> {
        self.entries.iter().find(|field| field.name == name)
    }

    /// Whether an unknown key was most likely meant to be this one.
    pub(super) fn has_misspelt(&self, name: &str) -> bool {
        self.misspelt.contains(&name)
    }

    /// A field that must be present; `why` says what it is for.
    pub(super) fn required(
        &self,
        name: &str,
        why: &str,
        problems: &mut Problems,
    ) -> Option<&Field<'a>> {
        let field = self.optional(name);
        // One mistake is reported as one error.
        if field.is_none() && !self.has_misspelt(name) {
            problems.report_at(self.place, || {
                format!("{} needs `{name}`: {why}", self.what)
            });
        }
        field
    }
}

fn unknown_key(text: &str, meant: Option<&str>, what: &str, known: &[&str]) -> String {
    let shown = harmless(text);
    match meant {
        Some(meant) => format!("unknown key `{shown}`, did you mean `{meant}`?"),
        None => format!(
            "unknown key `{shown}`: {what} has {}",
            listing(known.iter().copied(), "and")
        ),
    }
}

impl<'a> Field<'a> {
    /// The value, with a place to point at even if nothing was written.
    pub(super) fn value_slot(&self) -> ValueSlot<'a> {
        let place = if matches!(self.value.value, NodeValue::Nothing) {
            self.key.place
        } else {
            self.value.place
        };
        ValueSlot {
            called: format!("`{}`", self.name),
            place,
            node: self.value,
        }
    }

    /// The place of the key.
    pub(super) fn key_place(&self) -> TextSpan {
        self.key.place
    }

    /// The entries of a list.
    pub(super) fn list(
        &self,
        entries: &Entries,
        problems: &mut Problems,
    ) -> Option<Vec<ValueSlot<'a>>> {
        if let NodeValue::List(items) = &self.value.value {
            let called = format!("an entry of `{}`", self.name);
            return Some(
                items
                    .iter()
                    .map(|node| ValueSlot {
                        called: called.clone(),
                        place: node.place,
                        node,
                    })
                    .collect(),
            );
        }
        let name = self.name;
        problems.report_at(self.value_slot().place, || match (&self.value.value, entries) {
            (NodeValue::Nothing, Entries::Texts(such_as)) => {
                format!("`{name}` has no value: write a list such as `[{such_as}]`")
            }
            (NodeValue::Nothing, Entries::Maps(first)) => {
                format!(
                    "`{name}` has no value: write an entry that begins with `- {first}:`, or `[]`"
                )
            }
            (NodeValue::Text(text), Entries::Texts(_)) => {
                format!("`{name}` must be a list: write `[{}]`", harmless(text))
            }
            (_, Entries::Texts(such_as)) => format!(
                "`{name}` must be a list such as `[{such_as}]`; this is {}",
                sort_of(self.value)
            ),
            (_, Entries::Maps(first)) => {
                format!("`{name}` must be a list: each entry begins with `- {first}:`")
            }
        });
        None
    }
}

/// What the entries of a list are, for an example in messages.
pub(super) enum Entries {
    /// Single values such as this one.
    Texts(&'static str),
    /// Maps that usually begin with this key.
    Maps(&'static str),
}

impl<'a> ValueSlot<'a> {
    /// The text of the value; `such_as` is an example for the message.
    pub(super) fn text(&self, such_as: &str, problems: &mut Problems) -> Option<&'a str> {
        match &self.node.value {
            NodeValue::Text(text) if text.is_empty() => {
                problems.report_at(self.place, || {
                    format!("{} is empty: write one such as `{such_as}`", self.called)
                });
                None
            }
            NodeValue::Text(text) => Some(text),
            NodeValue::Nothing => {
                problems.report_at(self.place, || {
                    format!(
                        "{} has no value: write one such as `{such_as}`",
                        self.called
                    )
                });
                None
            }
            NodeValue::List(_) | NodeValue::Map(_) => {
                problems.report_at(self.place, || {
                    format!(
                        "{} must be one value such as `{such_as}`; this is {}",
                        self.called,
                        sort_of(self.node)
                    )
                });
                None
            }
        }
    }

    /// One of the given words.
    pub(super) fn choice<T: Copy>(
        &self,
        choices: &[T],
        word: fn(T) -> &'static str,
        problems: &mut Problems,
    ) -> Option<T> {
        let first = choices.first().map_or("", |choice| word(*choice));
        let text = self.text(first, problems)?;
        let found = choices.iter().copied().find(|choice| word(*choice) == text);
        if found.is_none() {
            problems.report_at(self.place, || {
                let words = || choices.iter().map(|choice| word(*choice));
                format!(
                    "{} must be {}, not `{}`{}",
                    self.called,
                    listing(words(), "or"),
                    harmless(text),
                    did_you_mean(text, words())
                )
            });
        }
        found
    }
}

fn sort_of(node: &Node) -> &'static str {
    match node.value {
        NodeValue::Nothing => "nothing",
        NodeValue::Text(_) => "a single value",
        NodeValue::List(_) => "a list",
        NodeValue::Map(_) => "a mapping",
    }
}

/// `a`, `b` and `c`.
pub(super) fn listing<'w>(words: impl IntoIterator<Item = &'w str>, joined_by: &str) -> String {
    let mut words: Vec<String> = words.into_iter().map(|word| format!("`{word}`")).collect();
    match words.pop() {
        Some(last) if !words.is_empty() => format!("{} {joined_by} {last}", words.join(", ")),
        Some(only) => only,
        None => String::new(),
    }
}

/// ", did you mean `x`?", or an empty text when no word is near.
pub(super) fn did_you_mean<'w>(text: &str, words: impl IntoIterator<Item = &'w str>) -> String {
    nearest(text, words).map_or_else(String::new, |meant| format!(", did you mean `{meant}`?"))
}

/// The word that was most likely meant. Letter case, `-` and `_` don't count, and one in three
/// characters may be wrong.
pub(super) fn nearest<'w>(text: &str, words: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let text = normalized(text);
    let length = text.chars().count();
    // Nobody misspells a key into one of this length, and the cost of the distance is quadratic.
    if length > 100 {
        return None;
    }
    let distance = |word: &str| strsim::damerau_levenshtein(&text, &normalized(word));
    let (best, word) = words
        .into_iter()
        .map(|word| (distance(word), word))
        .min_by_key(|(distance, _)| *distance)?;
    (best <= (length / 3).max(1)).then_some(word)
}

fn normalized(text: &str) -> String {
    text.chars()
        .filter(|c| !matches!(c, '-' | '_'))
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_understood_and_another_word_is_not() {
        let words = ["max_session", "max_stretch", "arn", "groups"];
        for (text, meant) in [
            ("max_sesion", Some("max_session")),
            ("maxSession", Some("max_session")),
            ("MAX-STRETCH", Some("max_stretch")),
            ("group", Some("groups")),
            ("anr", Some("arn")),
            ("teams", None),
            ("", None),
        ] {
            assert_eq!(nearest(text, words), meant, "{text}");
        }
        assert_eq!(nearest(&"a".repeat(1 << 20), words), None);
    }

    #[test]
    fn words_are_listed_as_people_write_them() {
        assert_eq!(listing(["a"], "or"), "`a`");
        assert_eq!(listing(["a", "b"], "or"), "`a` or `b`");
        assert_eq!(listing(["a", "b", "c"], "and"), "`a`, `b` and `c`");
    }
}
