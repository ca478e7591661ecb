//! The parameters of the templates, read from their YAML.

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use granit_parser::{Event, Parser};

use super::super::tool::project;
use super::{files, row};

/// A value of a template. Tags such as `!Ref` don't matter here.
#[derive(Debug)]
enum Node {
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
}

impl Node {
    fn get(&self, key: &str) -> Option<&Node> {
        self.entries()
            .iter()
            .find(|(name, _)| name.text() == key)
            .map(|(_, value)| value)
    }

    fn entries(&self) -> &[(Node, Node)] {
        match self {
            Self::Map(entries) => entries,
            _ => panic!("not a map: {self:?}"),
        }
    }

    fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            _ => panic!("not a text: {self:?}"),
        }
    }
}

fn parse(text: &str) -> Node {
    let mut events = Parser::new_from_str(text).map(|event| event.unwrap().0);
    let first = events.find(Event::is_node).unwrap();
    node(first, &mut events)
}

/// The node that this event begins.
fn node<'t>(first: Event<'t>, events: &mut impl Iterator<Item = Event<'t>>) -> Node {
    match first {
        Event::Scalar(text, ..) => Node::Text(text.into_owned()),
        Event::SequenceStart(..) => {
            let mut items = Vec::new();
            loop {
                match events.next().unwrap() {
                    Event::SequenceEnd => return Node::List(items),
                    event => items.push(node(event, events)),
                }
            }
        }
        Event::MappingStart(..) => {
            let mut entries = Vec::new();
            loop {
                match events.next().unwrap() {
                    Event::MappingEnd => return Node::Map(entries),
                    event => {
                        let key = node(event, events);
                        let first = events.next().unwrap();
                        entries.push((key, node(first, events)));
                    }
                }
            }
        }
        event => panic!("not expected in a template: {event:?}"),
    }
}

/// The templates that people deploy. Those of tests aren't.
fn templates() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = files(project())
        .into_iter()
        .filter(|path| path.extension().is_some_and(|ending| ending == "yaml"))
        .filter(|path| !path.starts_with(project().join("tests")))
        .filter(|path| {
            let text = fs::read_to_string(path).unwrap();
            text.starts_with("AWSTemplateFormatVersion")
        })
        .collect();
    // The hub comes first.
    found.sort_by_key(|path| (path.components().count(), path.clone()));
    found
}

/// A section for each template.
pub(super) fn sections() -> String {
    let mut text = String::new();
    for path in templates() {
        let place = path.strip_prefix(project()).unwrap().display();
        let name = path.file_name().unwrap().to_string_lossy();
        let template = parse(&fs::read_to_string(&path).unwrap());
        let about = template.get("Description").unwrap().text();
        writeln!(text, "\n## Parameters of {name}\n").unwrap();
        text.push_str(&wrapped(&format!("`{place}`: {about}")));
        text.push_str("\n| parameter | type | default | values | description |\n");
        text.push_str("|---|---|---|---|---|\n");
        for (name, parameter) in template.get("Parameters").unwrap().entries() {
            let field = |key| parameter.get(key).map(Node::text);
            let default = match field("Default") {
                None => "required".to_owned(),
                Some("") => "empty".to_owned(),
                Some(value) => format!("`{value}`"),
            };
            text.push_str(&row(&[
                &format!("`{}`", name.text()),
                field("Type").unwrap(),
                &default,
                &values(parameter),
                field("Description").unwrap(),
            ]));
        }
    }
    text
}

/// The values that are allowed, as far as a reader can use them: not patterns.
fn values(parameter: &Node) -> String {
    let field = |key| parameter.get(key).map(Node::text);
    if let Some(Node::List(allowed)) = parameter.get("AllowedValues") {
        let allowed = allowed.iter().map(|value| format!("`{}`", value.text()));
        return allowed.collect::<Vec<_>>().join(", ");
    }
    match (field("MinValue"), field("MaxValue")) {
        (Some(least), Some(most)) => format!("{least} to {most}"),
        _ => String::new(),
    }
}

/// The text in lines of at most 100 columns.
fn wrapped(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().unwrap();
        if line.len() + 1 + word.len() > 100 {
            lines.push(word.to_owned());
        } else {
            line.push_str(if line.is_empty() { "" } else { " " });
            line.push_str(word);
        }
    }
    lines.join("\n") + "\n"
}
