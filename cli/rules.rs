//! `rolewatch rules`: the list of rules, and their full documentation.

use std::io::{self, Write};

use anstyle::Style;
use rolewatch_guard::catalogue::listed;
use rolewatch_guard::language::Language;
use rolewatch_guard::rule::Rule;
use serde::Serialize;

use crate::args::{RulesArgs, RulesFormat};
use crate::exit::{Exit, Failure};
use crate::language;
use crate::report::words::wrap;
use crate::stdout;

#[derive(Serialize)]
struct RuleShown {
    code: &'static str,
    name: &'static str,
    summary: String,
}

pub(crate) fn run(args: &RulesArgs) -> Result<Exit, Failure> {
    args.look.apply();
    match args.format {
        RulesFormat::Table => stdout::print(|out| write_table(stdout::columns(), out))?,
        RulesFormat::Json => stdout::print_plain(write_json)?,
        RulesFormat::Markdown => stdout::print_plain(|out| out.write_all(markdown().as_bytes()))?,
    }
    Ok(Exit::Clean)
}

fn write_table(columns: usize, out: &mut dyn Write) -> io::Result<()> {
    // Columns are separated by two spaces.
    let names = listed().map(|rule| rule.name.len()).max().unwrap_or(0);
    let indent = 5 + 2 + names + 2;
    let code = Style::new().bold();
    for rule in listed() {
        let mut first = format!("{code}{}{code:#}  {:<names$}  ", rule.code, rule.name);
        for line in wrap(&shown_summary(rule), columns.saturating_sub(indent)) {
            writeln!(out, "{first}{line}")?;
            first = " ".repeat(indent);
        }
    }
    Ok(())
}

fn write_json(out: &mut dyn Write) -> io::Result<()> {
    let rules: Vec<_> = listed()
        .map(|rule| RuleShown {
            code: rule.code,
            name: rule.name,
            summary: summary(rule),
        })
        .collect();
    serde_json::to_writer_pretty(&mut *out, &rules)?;
    out.write_all(b"\n")
}

/// The page of the rules in Japanese. A test compares it with the documentation in the sources.
const IN_JAPANESE: &str = include_str!("../docs/rules.ja.md");

/// The documentation of a rule in the chosen language, with its title.
pub(crate) fn documentation(rule: &Rule) -> String {
    match language::chosen() {
        Language::English => rule.documentation(),
        Language::Japanese => in_japanese(rule).unwrap_or_else(|| rule.documentation()),
    }
}

/// The section of a rule on the Japanese page, with its headings one level up.
fn in_japanese(rule: &Rule) -> Option<String> {
    let title = format!("\n## {} ", rule.code);
    let (_, section) = IN_JAPANESE.split_once(&title)?;
    let section = section.split("\n## ").next().unwrap_or(section);
    let mut text = format!("{} ", rule.code);
    for line in section.trim_end().lines() {
        let heading = line.strip_prefix('#').filter(|_| line.starts_with("###"));
        text.push_str(heading.unwrap_or(line).trim_matches('*'));
        text.push('\n');
    }
    Some(text)
}

/// What the rule does in one sentence, in the chosen language.
fn shown_summary(rule: &Rule) -> String {
    let japanese = in_japanese(rule).filter(|_| language::chosen() == Language::Japanese);
    let first = japanese.and_then(|text| {
        let (_, does) = text.split_once("\n## 検知すること\n")?;
        Some(format!("{}。", does.trim_start().split_once('。')?.0))
    });
    first.unwrap_or_else(|| summary(rule))
}

/// The first sentence about what the rule does.
fn summary(rule: &Rule) -> String {
    let text = rule
        .section("What it does")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    match text.split_once(". ") {
        Some((first, _)) => format!("{first}."),
        None => text,
    }
}

/// The content of `docs/rules.md`, or of the Japanese page.
fn markdown() -> String {
    if language::chosen() == Language::Japanese {
        return IN_JAPANESE.to_owned();
    }
    let mut text = "# Rules\n\n[日本語](rules.ja.md)\n\n\
                    Printed by `rolewatch rules --format markdown` from the documentation in each \
                    rule's source.\n"
        .to_owned();
    for rule in listed() {
        text.push_str("\n## ");
        for line in rule.documentation().trim_end().lines() {
            // Headings move one level down. The title already has its own.
            if line.starts_with("## ") {
                text.push('#');
            }
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_a_summary_of_one_sentence() {
        for rule in listed() {
            let summary = summary(rule);
            assert!(
                summary.ends_with('.') && summary.len() > 20,
                "{}: {summary}",
                rule.code
            );
        }
    }

    #[test]
    fn every_rule_is_on_the_japanese_page() {
        for rule in listed() {
            let text = in_japanese(rule).unwrap();
            assert!(text.starts_with(&format!("{} {}\n", rule.code, rule.name)));
            for heading in ["検知すること", "なぜ重要か", "限界", "対応"] {
                assert!(text.contains(&format!("\n## {heading}\n")), "{}", rule.code);
            }
            assert!(!text.contains("###") && !text.contains(&format!("\n{} ", rule.code)));
        }
    }

    #[test]
    fn the_markdown_has_each_rule_under_its_own_heading() {
        let text = markdown();
        for rule in listed() {
            assert!(
                text.contains(&format!("\n## {} {}\n", rule.code, rule.name)),
                "{}",
                rule.code
            );
        }
        assert_eq!(text.matches("\n### What to do\n").count(), listed().len());
    }
}
