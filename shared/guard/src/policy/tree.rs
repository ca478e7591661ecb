//! Parses YAML text into a tree of nodes that know their place.
//!
//! Scalars keep the text that was written. Nothing is interpreted as a number, a date or a Boolean,
//! so `000123456789` keeps its zeros and `no` stays a word.

use std::borrow::Cow;
use std::collections::HashMap;
use std::rc::Rc;

use granit_parser::{ErrorKind, Event, Options, Parser, ScalarStyle, ScanError, Span, Tag};

use super::problem::{Problems, TextSpan};
use crate::untrusted::harmless;

/// The deepest nesting that is accepted. A policy nests four deep.
const DEEPEST: usize = 16;

/// The most values in a file. Values behind an alias count each time the alias is used.
const MOST_VALUES: usize = 100_000;

/// A node with its place in the file.
pub(super) struct Node {
    pub(super) place: TextSpan,
    pub(super) value: NodeValue,
    /// The number of nodes in this one, with aliases expanded.
    size: usize,
}

/// What a node holds.
pub(super) enum NodeValue {
    /// An empty value, `~` or `null`.
    Nothing,
    Text(String),
    List(Vec<Rc<Node>>),
    /// In the order of the file. Keys are texts without duplicates.
    Map(Vec<(Rc<Node>, Rc<Node>)>),
}

impl Node {
    /// The text, if the node is a text.
    pub(super) fn as_text(&self) -> Option<&str> {
        match &self.value {
            NodeValue::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// Parses the only document of a file. `None` after an error that leaves nothing to judge.
pub(super) fn parse_tree(text: &str, problems: &mut Problems) -> Option<Rc<Node>> {
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
                    .report_at(place_of_scan_error(&error), || scan_error(&error));
                return None;
            }
        };
        grower.take_event(event, text_span(&span), &span)?;
    }
    let root = grower.root;
    if root.is_none() {
        problems.report_at(TextSpan::START, || {
            "the file is empty: a policy begins with `version: 1`".into()
        });
    }
    root
}

fn options() -> Options {
    granit_parser::options! { emit_unresolved_aliases: true, flow_nesting_limit: DEEPEST, block_nesting_limit: DEEPEST }
}

/// The tree under construction.
struct Grower<'p> {
    problems: &'p mut Problems,
    open: Vec<OpenNode>,
    anchors: HashMap<usize, Rc<Node>>,
    root: Option<Rc<Node>>,
    size: usize,
}

/// A list or a map that hasn't ended yet.
struct OpenNode {
    place: TextSpan,
    anchor: usize,
    items: Vec<Rc<Node>>,
    size_before: usize,
}

impl Grower<'_> {
    fn take_event(&mut self, event: Event<'_>, place: TextSpan, span: &Span) -> Option<()> {
        match event {
            Event::DocumentStart(..) if self.root.is_some() => {
                self.problems.report_at(place, || {
                    "a second document begins here: a policy is one document".into()
                });
                None
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.judge_tag(tag.as_deref(), place, span);
                self.scalar(text, style, anchor, place)
            }
            Event::SequenceStart(_, anchor, tag) | Event::MappingStart(_, anchor, tag) => {
                self.judge_tag(tag.as_deref(), place, span);
                self.begin_node(anchor, place)
            }
            Event::SequenceEnd => self.end_list(),
            Event::MappingEnd => self.end_map(),
            Event::Alias(anchor) => self.take_alias(anchor, place),
            Event::UnresolvedAlias(name) => self.unresolved_alias(&name, place),
            _ => Some(()),
        }
    }

    fn scalar(
        &mut self,
        text: Cow<'_, str>,
        style: ScalarStyle,
        anchor: usize,
        place: TextSpan,
    ) -> Option<()> {
        // Only unquoted: `"null"` in quotes is a text of four letters.
        let absent =
            style == ScalarStyle::Plain && matches!(&*text, "" | "~" | "null" | "Null" | "NULL");
        let value = if absent {
            NodeValue::Nothing
        } else {
            NodeValue::Text(text.into_owned())
        };
        self.count(1, place)?;
        let size = 1;
        self.place_node(Node { place, value, size }, anchor);
        Some(())
    }

    fn begin_node(&mut self, anchor: usize, place: TextSpan) -> Option<()> {
        let size_before = self.size;
        self.count(1, place)?;
        self.open.push(OpenNode {
            place,
            anchor,
            items: Vec::new(),
            size_before,
        });
        Some(())
    }

    fn end_list(&mut self) -> Option<()> {
        let open = self.open.pop()?;
        let node = Node {
            place: open.place,
            value: NodeValue::List(open.items),
            size: self.size - open.size_before,
        };
        self.place_node(node, open.anchor);
        Some(())
    }

    fn end_map(&mut self) -> Option<()> {
        let open = self.open.pop()?;
        let size = self.size - open.size_before;
        // A map in block form begins with its first key and has no bracket to mark.
        let first_key = open.items.first().filter(|_| open.place.length == 0);
        let place = first_key.map_or(open.place, |key| key.place);
        let value = NodeValue::Map(self.map_entries(open.items));
        self.place_node(Node { place, value, size }, open.anchor);
        Some(())
    }

    fn take_alias(&mut self, anchor: usize, place: TextSpan) -> Option<()> {
        // An anchor is registered when its node ends, so an alias inside it isn't found. That is
        // how an infinite tree is rejected.
        let Some(node) = self.anchors.get(&anchor).cloned() else {
            self.problems
                .report_at(place, || "this alias refers to itself".into());
            return None;
        };
        // A few lines of nested aliases would expand to millions of values. They are counted
        // expanded, though each is stored once.
        self.count(node.size, place)?;
        self.attach(node);
        Some(())
    }

    /// An empty value takes the alias's place, so that other errors are reported as well.
    fn unresolved_alias(&mut self, name: &str, place: TextSpan) -> Option<()> {
        self.problems.report_at(place, || {
            format!(
                "there is no anchor `&{0}`: put text that begins with `*` in quotes, as in `\"*{0}\"`",
                harmless(name)
            )
        });
        self.count(1, place)?;
        self.attach(Rc::new(Node {
            place,
            value: NodeValue::Nothing,
            size: 1,
        }));
        Some(())
    }

    fn judge_tag(&mut self, tag: Option<&Tag>, place: TextSpan, span: &Span) {
        // `!!str` and `!` only state what is true of every scalar here.
        if let Some(tag) = tag.filter(|tag| {
            !matches!(
                tag.to_string().as_str(),
                "!" | "!!str" | "tag:yaml.org,2002:str"
            )
        }) {
            let place = span.tag_span().map_or(place, |span| text_span(&span));
            self.problems.report_at(place, || {
                format!(
                    "the tag `{}` has no meaning here: write the plain value",
                    harmless(&tag.to_string())
                )
            });
        }
    }

    fn count(&mut self, nodes: usize, place: TextSpan) -> Option<()> {
        self.size = self.size.saturating_add(nodes);
        if self.size > MOST_VALUES {
            self.problems.report_at(place, || {
                "too many values: a policy can have at most 100,000, with aliases counted as written out"
                    .into()
            });
            return None;
        }
        Some(())
    }

    fn place_node(&mut self, node: Node, anchor: usize) {
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

    /// The keys and values of a map, without keys that aren't texts or are duplicates.
    fn map_entries(&mut self, items: Vec<Rc<Node>>) -> Vec<(Rc<Node>, Rc<Node>)> {
        let mut pairs = Vec::with_capacity(items.len() / 2);
        let mut first_lines: HashMap<String, usize> = HashMap::new();
        let mut items = items.into_iter();
        while let (Some(key), Some(value)) = (items.next(), items.next()) {
            let Some(text) = key.as_text() else {
                self.problems
                    .report_at(key.place, || "a key must be a plain word".into());
                continue;
            };
            if text == "<<" {
                self.problems.report_at(key.place, || {
                    "keys can't be merged in with `<<`: write them out".into()
                });
                continue;
            }
            if let Some(line) = first_lines.get(text) {
                self.problems.report_at(key.place, || {
                    format!("`{}` appears twice: first on line {line}", harmless(text))
                });
                continue;
            }
            first_lines.insert(text.to_owned(), key.place.line);
            pairs.push((key, value));
        }
        pairs
    }
}

fn text_span(span: &Span) -> TextSpan {
    let length = if span.start.line() == span.end.line() {
        span.end.col().saturating_sub(span.start.col())
    } else {
        usize::MAX
    };
    TextSpan {
        line: span.start.line(),
        column: span.start.col() + 1,
        length,
    }
}

fn place_of_scan_error(error: &ScanError) -> TextSpan {
    TextSpan {
        line: error.marker().line(),
        column: error.marker().col() + 1,
        length: 1,
    }
}

/// What stopped the parser; in our own words where the parser's message wouldn't help.
fn scan_error(error: &ScanError) -> String {
    match error.kind() {
        ErrorKind::RecursionLimitExceeded => {
            format!("nested more than {DEEPEST} levels deep: a policy needs four")
        }
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation => "there is a tab here: YAML is indented with spaces".into(),
        ErrorKind::MappingValueNotAllowed => {
            "a key isn't allowed here: is it indented too far, or does text with `: ` need quotes?"
                .into()
        }
        ErrorKind::InvalidColonPlacement => {
            "a `:` isn't allowed here: is a bracket or a quote left open above?".into()
        }
        ErrorKind::UnexpectedCharacter { character } => {
            format!(
                "text can't begin with `{}`: put it in quotes",
                harmless(&character.to_string())
            )
        }
        _ => format!("not valid YAML: {}", harmless(&error.info())),
    }
}

#[cfg(test)]
mod tests;
