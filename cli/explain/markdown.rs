//! Shows a rule's documentation on a terminal. It consists of headings, numbered lists and
//! paragraphs only.

use std::io::{self, Write};

use anstyle::Style;

use crate::report::words::wrap;

const TITLE: Style = Style::new().bold();
const HEADING: Style = Style::new().bold().underline();

/// A block of lines that belong together.
#[derive(Debug, PartialEq, Eq)]
enum MarkdownBlock {
    Heading(String),
    /// The list marker and the text.
    Item(String, String),
    Paragraph(String),
    /// Tables and code, shown unchanged.
    Verbatim(String),
}

/// The first line is the title.
pub(super) fn write(text: &str, columns: usize, out: &mut dyn Write) -> io::Result<()> {
    let (title, text) = text.split_once('\n').unwrap_or((text, ""));
    writeln!(out, "{TITLE}{title}{TITLE:#}")?;
    let mut before: Option<MarkdownBlock> = None;
    for block in blocks(text) {
        // No blank line after a heading, between list items, or between lines of a table.
        let close = matches!(
            (&before, &block),
            (Some(MarkdownBlock::Heading(_)), _)
                | (Some(MarkdownBlock::Item(..)), MarkdownBlock::Item(..))
                | (Some(MarkdownBlock::Verbatim(_)), MarkdownBlock::Verbatim(_))
        );
        if !close {
            writeln!(out)?;
        }
        match &block {
            MarkdownBlock::Heading(text) => writeln!(out, "{HEADING}{text}{HEADING:#}")?,
            MarkdownBlock::Paragraph(text) => hanging("", text, columns, out)?,
            MarkdownBlock::Item(mark, text) => hanging(mark, text, columns, out)?,
            MarkdownBlock::Verbatim(line) => writeln!(out, "{line}")?,
        }
        before = Some(block);
    }
    Ok(())
}

fn hanging(mark: &str, text: &str, columns: usize, out: &mut dyn Write) -> io::Result<()> {
    let mut first = mark.to_owned();
    for line in wrap(text, columns.saturating_sub(mark.len())) {
        writeln!(out, "{first}{line}")?;
        first = " ".repeat(mark.len());
    }
    Ok(())
}

fn blocks(text: &str) -> Vec<MarkdownBlock> {
    let mut blocks: Vec<MarkdownBlock> = Vec::new();
    let mut open = false;
    let mut fenced = false;
    for line in text.lines() {
        // The fence itself isn't shown: the blank line before it sets its content apart.
        if line.starts_with("```") {
            fenced = !fenced;
            open = false;
            continue;
        }
        if fenced || line.starts_with('|') {
            blocks.push(MarkdownBlock::Verbatim(line.to_owned()));
            open = false;
            continue;
        }
        let trimmed = line.trim();
        if trimmed.is_empty() {
            open = false;
        } else if let Some(heading) = trimmed.strip_prefix("## ") {
            blocks.push(MarkdownBlock::Heading(heading.to_owned()));
            open = false;
        } else if let Some((mark, rest)) = list_item(trimmed) {
            blocks.push(MarkdownBlock::Item(mark, rest.to_owned()));
            open = true;
        } else {
            // Sources wrap at 100 columns and terminals at any width, so lines are joined first.
            match blocks.last_mut() {
                Some(MarkdownBlock::Item(_, text) | MarkdownBlock::Paragraph(text)) if open => {
                    // Japanese has no spaces between sentences.
                    if !text.ends_with('。') {
                        text.push(' ');
                    }
                    text.push_str(trimmed);
                }
                _ => blocks.push(MarkdownBlock::Paragraph(trimmed.to_owned())),
            }
            open = true;
        }
    }
    blocks
}

fn list_item(line: &str) -> Option<(String, &str)> {
    if let Some(rest) = line.strip_prefix("- ") {
        return Some(("- ".to_owned(), rest));
    }
    let (number, rest) = line.split_once(". ")?;
    number
        .parse::<u8>()
        .is_ok()
        .then(|| (format!("{number}. "), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_one_paragraph_or_item_are_joined() {
        let text =
            "## What\nOne line\nand another.\n\nTwo.\n1. First\n   goes on.\n2. Second.\n| a | b |";
        assert_eq!(
            blocks(text),
            [
                MarkdownBlock::Heading("What".into()),
                MarkdownBlock::Paragraph("One line and another.".into()),
                MarkdownBlock::Paragraph("Two.".into()),
                MarkdownBlock::Item("1. ".into(), "First goes on.".into()),
                MarkdownBlock::Item("2. ".into(), "Second.".into()),
                MarkdownBlock::Verbatim("| a | b |".into()),
            ]
        );
    }
}
