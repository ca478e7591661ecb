//! YAML text to a tree of nodes that know their place.
//!
//! Scalars stay the text that was written: nothing is guessed to be a number, a date or a truth
//! value, so `000123456789` keeps its zeros and `no` stays a word.

use std::collections::HashMap;
use std::rc::Rc;

use granit_parser::{ErrorKind, Event, Options, Parser, ScalarStyle, ScanError, Span, Tag};

use super::problem::{Place, Problems};
use crate::untrusted::harmless;

/// A policy nests four deep.
const DEEPEST: usize = 16;

/// The most values in a file, those behind an alias counted as often as they are used.
const MOST_VALUES: usize = 100_000;

/// A node with its place in the file.
pub(super) struct Node {
    pub(super) place: Place,
    pub(super) value: Value,
    /// How many nodes this one is, written out.
    size: usize,
}

/// What a node holds.
pub(super) enum Value {
    /// An empty value, `~` or `null`.
    Nothing,
    Text(String),
    List(Vec<Rc<Node>>),
    /// In the order of the file; keys are text and stand once.
    Map(Vec<(Rc<Node>, Rc<Node>)>),
}

impl Node {
    /// The text of a node that is one.
    pub(super) fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// Reads the one document of a file. `None` after a problem that leaves nothing to judge.
pub(super) fn grow(text: &str, problems: &mut Problems) -> Option<Rc<Node>> {
    let mut grower = Grower {
        problems,
        open: Vec::new(),
        anchors: HashMap::new(),
        root: None,
        size: 0,
    };
    for event in Parser::new_from_str_with_options(text, options()) {
        let (event, span) = match event {
            Ok(event) => event,
            Err(error) => {
                grower
                    .problems
                    .at(place_of_scan_error(&error), || scan_error(&error));
                return None;
            }
        };
        grower.take(event, place(&span), &span)?;
    }
    let root = grower.root;
    if root.is_none() {
        problems.at(Place::START, || {
            "the file is empty: a policy begins with `version: 1`".into()
        });
    }
    root
}

fn options() -> Options {
    granit_parser::options! { emit_unresolved_aliases: true, flow_nesting_limit: DEEPEST, block_nesting_limit: DEEPEST }
}

/// The tree while it grows.
struct Grower<'p> {
    problems: &'p mut Problems,
    open: Vec<Open>,
    anchors: HashMap<usize, Rc<Node>>,
    root: Option<Rc<Node>>,
    size: usize,
}

/// A list or a map whose end has not come.
struct Open {
    place: Place,
    anchor: usize,
    items: Vec<Rc<Node>>,
    size_before: usize,
}

impl Grower<'_> {
    fn take(&mut self, event: Event<'_>, place: Place, span: &Span) -> Option<()> {
        match event {
            Event::DocumentStart(..) if self.root.is_some() => {
                self.problems.at(place, || {
                    "a second document begins here: a policy is one document".into()
                });
                None
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.judge_tag(tag.as_deref(), place, span);
                let absent = style == ScalarStyle::Plain
                    && matches!(&*text, "" | "~" | "null" | "Null" | "NULL");
                let value = if absent {
                    Value::Nothing
                } else {
                    Value::Text(text.into_owned())
                };
                self.count(1, place)?;
                self.place(
                    Node {
                        place,
                        value,
                        size: 1,
                    },
                    anchor,
                );
                Some(())
            }
            Event::SequenceStart(_, anchor, tag) | Event::MappingStart(_, anchor, tag) => {
                self.judge_tag(tag.as_deref(), place, span);
                let size_before = self.size;
                self.count(1, place)?;
                self.open.push(Open {
                    place,
                    anchor,
                    items: Vec::new(),
                    size_before,
                });
                Some(())
            }
            Event::SequenceEnd => {
                let open = self.open.pop()?;
                let size = self.size - open.size_before;
                self.place(
                    Node {
                        place: open.place,
                        value: Value::List(open.items),
                        size,
                    },
                    open.anchor,
                );
                Some(())
            }
            Event::MappingEnd => {
                let open = self.open.pop()?;
                let size = self.size - open.size_before;
                // A map in block form begins with its first key, and has no bracket that could be
                // marked.
                let first_key = open.items.first().filter(|_| open.place.length == 0);
                let place = first_key.map_or(open.place, |key| key.place);
                let value = Value::Map(self.pairs(open.items));
                self.place(Node { place, value, size }, open.anchor);
                Some(())
            }
            Event::Alias(anchor) => {
                let Some(node) = self.anchors.get(&anchor).cloned() else {
                    self.problems.at(place, || {
                        "this alias stands inside what it stands for".into()
                    });
                    return None;
                };
                self.count(node.size, place)?;
                self.attach(node);
                Some(())
            }
            Event::UnresolvedAlias(name) => {
                self.problems.at(place, || {
                    format!("nothing is anchored as `&{0}`: quote a text that begins with `*`, as in `\"*{0}\"`", harmless(&name))
                });
                self.count(1, place)?;
                self.attach(Rc::new(Node {
                    place,
                    value: Value::Nothing,
                    size: 1,
                }));
                Some(())
            }
            _ => Some(()),
        }
    }

    fn judge_tag(&mut self, tag: Option<&Tag>, place: Place, span: &Span) {
        // `!!str` and `!` only say what is true here of every scalar.
        if let Some(tag) = tag.filter(|tag| {
            !matches!(
                tag.to_string().as_str(),
                "!" | "!!str" | "tag:yaml.org,2002:str"
            )
        }) {
            let place = span.tag_span().map_or(place, |span| self::place(&span));
            self.problems.at(place, || {
                format!(
                    "the tag `{}` means nothing here: write the value itself",
                    harmless(&tag.to_string())
                )
            });
        }
    }

    fn count(&mut self, nodes: usize, place: Place) -> Option<()> {
        self.size = self.size.saturating_add(nodes);
        if self.size > MOST_VALUES {
            self.problems.at(place, || {
                "too many values: a policy has at most 100,000, aliases counted as written out"
                    .into()
            });
            return None;
        }
        Some(())
    }

    fn place(&mut self, node: Node, anchor: usize) {
        let node = Rc::new(node);
        if anchor != 0 {
            self.anchors.insert(anchor, Rc::clone(&node));
        }
        self.attach(node);
    }

    fn attach(&mut self, node: Rc<Node>) {
        match self.open.last_mut() {
            Some(open) => open.items.push(node),
            None => self.root = Some(node),
        }
    }

    /// Keys and values from what stood in a map, without keys that are no text or stand again.
    fn pairs(&mut self, items: Vec<Rc<Node>>) -> Vec<(Rc<Node>, Rc<Node>)> {
        let mut pairs = Vec::with_capacity(items.len() / 2);
        let mut first_lines: HashMap<String, usize> = HashMap::new();
        let mut items = items.into_iter();
        while let (Some(key), Some(value)) = (items.next(), items.next()) {
            let Some(text) = key.as_text() else {
                self.problems
                    .at(key.place, || "a key is a plain word".into());
                continue;
            };
            if text == "<<" {
                self.problems.at(key.place, || {
                    "keys cannot be merged in with `<<`: write them out".into()
                });
                continue;
            }
            if let Some(line) = first_lines.get(text) {
                self.problems.at(key.place, || {
                    format!("`{}` stands twice: first in line {line}", harmless(text))
                });
                continue;
            }
            first_lines.insert(text.to_owned(), key.place.line);
            pairs.push((key, value));
        }
        pairs
    }
}

fn place(span: &Span) -> Place {
    let length = if span.start.line() == span.end.line() {
        span.end.col().saturating_sub(span.start.col())
    } else {
        usize::MAX
    };
    Place {
        line: span.start.line(),
        column: span.start.col() + 1,
        length,
    }
}

fn place_of_scan_error(error: &ScanError) -> Place {
    Place {
        line: error.marker().line(),
        column: error.marker().col() + 1,
        length: 1,
    }
}

/// What stopped the parser, in our words where its own would not help.
fn scan_error(error: &ScanError) -> String {
    match error.kind() {
        ErrorKind::RecursionLimitExceeded => format!("nested more than {DEEPEST} deep: a policy needs four"),
        ErrorKind::TabNotAllowed | ErrorKind::TabInBlockIndentation | ErrorKind::TabInIndentation => {
            "a tab stands here: YAML is indented with spaces".into()
        }
        ErrorKind::MappingValueNotAllowed => {
            "no key can stand here: is it indented too far, or does a text with `: ` lack its quotes?".into()
        }
        ErrorKind::InvalidColonPlacement => "a `:` cannot stand here: is a bracket or a quote left open above?".into(),
        ErrorKind::UnexpectedCharacter { character } => {
            format!("a text cannot begin with `{}`: put it in quotes", harmless(&character.to_string()))
        }
        _ => format!("this is no YAML: {}", harmless(&error.info())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> String {
        let mut problems = Problems::default();
        let root = grow(text, &mut problems);
        assert!(!problems.is_empty(), "{} should be wrong", root.is_some());
        problems.into_errors("p", text).to_string()
    }

    #[test]
    fn scalars_stay_as_written() {
        let mut problems = Problems::default();
        let root = grow(
            "[000123456789, no, 1e3, 0x10, 2026-12-31, '', \"a\\tb\", !!str 1]",
            &mut problems,
        )
        .unwrap();
        assert!(problems.is_empty());
        let Value::List(items) = &root.value else {
            panic!("a list")
        };
        let texts: Vec<_> = items.iter().filter_map(|item| item.as_text()).collect();
        assert_eq!(
            texts,
            [
                "000123456789",
                "no",
                "1e3",
                "0x10",
                "2026-12-31",
                "",
                "a\tb",
                "1"
            ]
        );
    }

    #[test]
    fn an_alias_stands_for_what_was_anchored() {
        let mut problems = Problems::default();
        let root = grow("a: &x [1, 2]\nb: *x\n", &mut problems).unwrap();
        assert!(problems.is_empty());
        let Value::Map(pairs) = &root.value else {
            panic!("a map")
        };
        assert!(
            pairs
                .iter()
                .all(|(_, value)| matches!(&value.value, Value::List(items) if items.len() == 2))
        );
        assert_eq!(root.size, 9);
    }

    #[test]
    fn aliases_of_aliases_cannot_blow_up() {
        let line = |level: usize| {
            let entry = level
                .checked_sub(1)
                .map_or("x".to_owned(), |below| format!("*a{below}"));
            format!("a{level}: &a{level} [{}]\n", vec![entry; 9].join(", "))
        };
        let bomb: String = (0..20).map(line).collect();
        assert_eq!(
            problem(&bomb),
            "p:6:10: too many values: a policy has at most 100,000, aliases counted as written out\n    \
                 6 | a5: &a5 [*a4, *a4, *a4, *a4, *a4, *a4, *a4, *a4, *a4]\n      |          ^^^"
        );
        assert_eq!(
            problem("a: &a [*a]"),
            "p:1:8: this alias stands inside what it stands for\n    1 | a: &a [*a]\n      |        ^^"
        );
    }

    #[test]
    fn an_alias_of_nothing_and_an_unquoted_star_are_told() {
        assert_eq!(
            problem("caller: *abc"),
            "p:1:9: nothing is anchored as `&abc`: quote a text that begins with `*`, as in `\"*abc\"`\n    1 | caller: *abc\n      |         ^^^^"
        );
    }

    #[test]
    fn deep_nesting_stops_at_once() {
        for unit in ["[", "{", "- ", "? ", "{a: ", "[a,"] {
            let text = problem(&unit.repeat(1 << 18));
            assert!(
                text.contains("nested more than 16 deep: a policy needs four")
                    || text.contains("this is no YAML"),
                "{unit}: {text}"
            );
        }
    }

    #[test]
    fn odd_yaml_is_told_with_its_line() {
        for (text, told) in [
            (
                "",
                "p:1:1: the file is empty: a policy begins with `version: 1`\n    1 | \n      | ^",
            ),
            (
                "# only this\n",
                "p:1:1: the file is empty: a policy begins with `version: 1`\n    1 | # only this\n      | ^",
            ),
            (
                "a: 1\n---\nb: 2\n",
                "p:2:1: a second document begins here: a policy is one document\n    2 | ---\n      | ^^^",
            ),
            (
                "a: 1\nb: 2\na: 3\n",
                "p:3:1: `a` stands twice: first in line 1\n    3 | a: 3\n      | ^",
            ),
            (
                "{a: 1, 'a': 3}",
                "p:1:8: `a` stands twice: first in line 1\n    1 | {a: 1, 'a': 3}\n      |        ^^^",
            ),
            (
                "[a]: 1",
                "p:1:1: a key is a plain word\n    1 | [a]: 1\n      | ^",
            ),
            (
                "a: &x {b: 1}\nc:\n  <<: *x\n",
                "p:3:3: keys cannot be merged in with `<<`: write them out\n    3 |   <<: *x\n      |   ^^",
            ),
            (
                "a: !Ref b",
                "p:1:4: the tag `!Ref` means nothing here: write the value itself\n    1 | a: !Ref b\n      |    ^^^^",
            ),
            (
                "a: [1, 2",
                "p:1:4: this is no YAML: unclosed bracket '['\n    1 | a: [1, 2\n      |    ^",
            ),
            (
                "a: [1\nb: 3",
                "p:2:2: a `:` cannot stand here: is a bracket or a quote left open above?\n    2 | b: 3\n      |  ^",
            ),
            (
                "a:\n\tb: 1",
                "p:2:2: a tab stands here: YAML is indented with spaces\n    2 |  b: 1\n      |  ^",
            ),
            (
                "a: b: c",
                "p:1:5: no key can stand here: is it indented too far, or does a text with `: ` lack its quotes?\n    1 | a: b: c\n      |     ^",
            ),
            (
                "a: `b`",
                "p:1:4: a text cannot begin with ```: put it in quotes\n    1 | a: `b`\n      |    ^",
            ),
        ] {
            assert_eq!(problem(text), told);
        }
    }
}
