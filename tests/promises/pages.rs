//! The Markdown pages: how to read them, and that their links lead somewhere.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use super::tool::project;
use super::vocabulary::files;

/// A page, taken apart.
pub(crate) struct Page {
    pub(crate) path: PathBuf,
    /// Everything but code blocks.
    pub(crate) prose: String,
    /// The lines of the code blocks, without comments.
    pub(crate) code: Vec<String>,
}

impl Page {
    /// The page at a path below the project.
    pub(crate) fn read(name: &str) -> Self {
        Self::at(&project().join(name))
    }

    fn at(path: &Path) -> Self {
        let (mut prose, mut code, mut fenced) = (String::new(), Vec::new(), false);
        let text = fs::read_to_string(path).unwrap_or_else(|error| {
            panic!("{}: {error}", path.display());
        });
        for line in text.lines() {
            if line.trim_start().starts_with("```") {
                fenced = !fenced;
            } else if fenced {
                code.push(without_comment(line).to_owned());
            } else {
                prose.push_str(line);
                prose.push('\n');
            }
        }
        Self {
            path: path.to_owned(),
            prose,
            code,
        }
    }

    /// What is written as code within sentences: names of keys, options, calls, files.
    pub(crate) fn names(&self) -> BTreeSet<String> {
        let parts = self.prose.split('`').skip(1).step_by(2);
        parts.map(one_line).collect()
    }

    /// The headings, each with its depth.
    pub(crate) fn headings(&self) -> Vec<(usize, &str)> {
        let lines = self.prose.lines().filter(|line| line.starts_with('#'));
        lines
            .filter_map(|line| line.split_once(' '))
            .map(|(marks, text)| (marks.len(), text))
            .collect()
    }

    /// How many lines begin with this text.
    pub(crate) fn lines_with(&self, start: &str) -> usize {
        let lines = self.prose.lines();
        lines.filter(|line| line.starts_with(start)).count()
    }

    /// The targets of the links and images.
    fn links(&self) -> Vec<&str> {
        let outside_code = self.prose.split('`').step_by(2);
        outside_code
            .flat_map(|text| text.split("](").skip(1))
            .filter_map(|rest| rest.split_once(')'))
            .map(|(target, _)| target)
            .collect()
    }

    /// The anchors of the headings, as GitHub makes them.
    fn anchors(&self) -> BTreeSet<String> {
        let mut seen = HashMap::new();
        let numbered = |(_, text)| {
            let slug = slug(text);
            let before = seen.entry(slug.clone()).or_insert(0_usize);
            *before += 1;
            match *before {
                1 => slug,
                count => format!("{slug}-{}", count - 1),
            }
        };
        self.headings().into_iter().map(numbered).collect()
    }
}

/// A text with each run of white space as one space.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A line of code up to a comment: a `#` between white space, or at the beginning.
fn without_comment(line: &str) -> &str {
    let is_comment = |(at, _): &(usize, &str)| line[..*at].ends_with(' ') || *at == 0;
    let comment = line.match_indices("# ").find(is_comment);
    comment.map_or(line, |(at, _)| &line[..at]).trim_end()
}

/// GitHub keeps letters, digits, `-` and `_`, in lower case, and turns spaces into `-`.
fn slug(heading: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || "-_ ".contains(*c);
    let text: String = heading.trim().chars().filter(kept).collect();
    text.to_lowercase().replace(' ', "-")
}

/// What is wrong with a link of a page, if anything.
fn fault(page: &Page, target: &str) -> Option<String> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
    let path = match file {
        "" => page.path.clone(),
        _ => page.path.parent().unwrap().join(file),
    };
    let ends = |ending: &str| path.to_string_lossy().ends_with(ending);
    if !path.exists() {
        return Some(format!("no such file: {target}"));
    }
    let lost = !anchor.is_empty() && ends(".md") && !Page::at(&path).anchors().contains(anchor);
    lost.then(|| format!("no such heading: {target}"))
}

#[test]
fn every_link_leads_to_a_file_and_a_heading() {
    let (mut checked, mut wrong) = (0, Vec::new());
    for path in files(project(), &[".md"]) {
        let page = Page::at(&path);
        for target in page.links() {
            checked += 1;
            let fault = fault(&page, target);
            wrong.extend(fault.map(|fault| format!("{}: {fault}", path.display())));
        }
    }
    assert!(checked > 300, "{checked}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn anchors_are_those_of_github() {
    assert_eq!(
        slug("What `--format` does: a_b, c-d"),
        "what---format-does-a_b-c-d"
    );
    assert_eq!(
        slug("証跡をもう 1 つの経路にする（任意）"),
        "証跡をもう-1-つの経路にする任意"
    );
}

#[test]
fn comments_of_code_are_left_out() {
    assert_eq!(
        without_comment("rolewatch audit    # over there"),
        "rolewatch audit"
    );
    assert_eq!(without_comment("# alone"), "");
    assert_eq!(
        without_comment("'{\"#p\": \"pk\"}' a#b"),
        "'{\"#p\": \"pk\"}' a#b"
    );
}
