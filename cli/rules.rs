//! `rolewatch rules`: the list of rules, and their full documentation.

use std::io::{self, Write};

use anstyle::Style;
use rolewatch_guard::catalogue::listed;
use rolewatch_guard::rule::Rule;
use serde::Serialize;

use crate::args::{RulesArgs, RulesFormat};
use crate::exit::{Exit, Failure};
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
        for line in wrap(&summary(rule), columns.saturating_sub(indent)) {
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

/// The content of `docs/rules.md`.
fn markdown() -> String {
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
