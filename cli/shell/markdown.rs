//! The man page as Markdown: every command with its arguments, defaults and examples. The content
//! of `docs/reference.md` about the command line.

use std::fmt::Write;

use clap::Arg;
use clap::builder::StyledStr;

use super::{full_name, subcommands};
use crate::environment::VARIABLES;
use crate::exit::Exit;
use crate::report::words::wrap;

/// The width of the page. Tables and examples aren't wrapped.
const COLUMNS: usize = 100;

/// Help and the language are on every command, and the version on the first one.
const EVERYWHERE: [&str; 3] = ["help", "version", "lang"];

/// The page of a built command.
pub(super) fn page(command: &clap::Command) -> String {
    let mut page = format!("# {}\n", full_name(command));
    paragraph(&mut page, &about(command));
    paragraph(
        &mut page,
        "Every command has `-h` (a short help) and `--help` (the whole help). `rolewatch --version` \
         prints the version.",
    );
    paragraph(
        &mut page,
        "`--lang en` or `--lang ja` chooses the language of reports for people. Without it, \
         `ROLEWATCH_LANGUAGE` decides, then the locale. Errors, help, drafts of `rolewatch init`, \
         and formats that machines read are always in English.",
    );
    page.push_str("\n| command | what it does |\n|---|---|\n");
    list(&mut page, command);
    sections(&mut page, command);
    page.push_str("\n## Exit codes\n\n| code | meaning |\n|---|---|\n");
    for exit in Exit::ALL {
        row(&mut page, &[&exit.number().to_string(), exit.meaning()]);
    }
    paragraph(
        &mut page,
        "If the codes mean something else for a command, its help says what.",
    );
    page.push_str("\n## Environment variables of the command\n");
    paragraph(
        &mut page,
        "`ROLEWATCH_LANGUAGE` is the only one of rolewatch's own for the command line; libraries read \
         most of the others. The ones of AWS have an effect only on commands that call AWS, in a \
         build with `--features aws`. They are the usual ones of the AWS SDKs, and others of the \
         SDKs work too.",
    );
    page.push_str("\n| variable | read by | what it does |\n|---|---|---|\n");
    for variable in VARIABLES {
        let names = codes(variable.names.split(", "));
        let reader = if variable.for_aws {
            "commands that call AWS"
        } else {
            "every command"
        };
        row(&mut page, &[&names, reader, variable.about]);
    }
    page
}

/// All commands that do something, with links to their sections.
fn list(page: &mut String, command: &clap::Command) {
    for subcommand in subcommands(command) {
        if subcommand.has_subcommands() {
            list(page, subcommand);
            continue;
        }
        let name = full_name(subcommand);
        let link = format!("[`{name}`](#{})", name.replace(' ', "-"));
        row(page, &[&link, &about(subcommand)]);
    }
}

fn sections(page: &mut String, command: &clap::Command) {
    for subcommand in subcommands(command) {
        if subcommand.has_subcommands() {
            sections(page, subcommand);
        } else {
            section(page, subcommand);
        }
    }
}

fn section(page: &mut String, command: &clap::Command) {
    // Writing to a string can't fail.
    writeln!(page, "\n## {}", full_name(command)).ok();
    let long = command.get_long_about().map(ToString::to_string);
    for text in long.unwrap_or_else(|| about(command)).split("\n\n") {
        paragraph(page, text);
    }
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ");
    writeln!(page, "\n```\n{usage}\n```").ok();
    arguments(page, command);
    if let Some(after) = command.get_after_help() {
        after_help(page, after);
    }
}

fn about(command: &clap::Command) -> String {
    command
        .get_about()
        .map(ToString::to_string)
        .unwrap_or_default()
}

/// A table for each heading, in the order of the help.
fn arguments(page: &mut String, command: &clap::Command) {
    let mut headings: Vec<Option<&str>> = Vec::new();
    let shown = |arg: &&Arg| !arg.is_hide_set() && !EVERYWHERE.contains(&arg.get_id().as_str());
    for arg in command.get_arguments().filter(shown) {
        if !headings.contains(&arg.get_help_heading()) {
            headings.push(arg.get_help_heading());
        }
    }
    for heading in headings {
        if let Some(heading) = heading {
            paragraph(page, &format!("{heading}:"));
        }
        page.push_str("\n| argument | default | meaning |\n|---|---|---|\n");
        let under = |arg: &&Arg| shown(arg) && arg.get_help_heading() == heading;
        for arg in command.get_arguments().filter(under) {
            row(page, &[&name(arg), &default(arg), &meaning(command, arg)]);
        }
    }
}

/// `` `-v`, `--verbose` ``
fn name(arg: &Arg) -> String {
    let short = arg.get_short().map(|short| format!("`-{short}`, "));
    format!("{}`{arg}`", short.unwrap_or_default())
}

fn default(arg: &Arg) -> String {
    if arg.is_required_set() {
        return "required".to_owned();
    }
    let takes_value = arg.get_action().takes_values();
    let values = arg.get_default_values().iter().filter(|_| takes_value);
    codes(values.map(|value| value.to_string_lossy()))
}

fn meaning(command: &clap::Command, arg: &Arg) -> String {
    let help = arg.get_long_help().or_else(|| arg.get_help());
    let help = help.map(ToString::to_string).unwrap_or_default();
    let mut lines: Vec<String> = help.split("\n\n").map(str::to_owned).collect();
    // A flag has possible values too: `true` and `false`.
    let values: Vec<_> = if arg.get_action().takes_values() {
        arg.get_possible_values()
    } else {
        Vec::new()
    };
    let shown = values.iter().filter(|value| !value.is_hide_set());
    if values.iter().any(|value| value.get_help().is_some()) {
        let explained = shown.map(|value| {
            let help = value.get_help().map(ToString::to_string);
            format!("`{}`: {}", value.get_name(), help.unwrap_or_default())
        });
        lines.extend(explained);
    } else if !values.is_empty() {
        lines.push(format!(
            "One of {}",
            codes(shown.map(clap::builder::PossibleValue::get_name))
        ));
    }
    let not_with = command.get_arg_conflicts_with(arg);
    if !not_with.is_empty() {
        let others = not_with.iter().map(ToString::to_string);
        lines.push(format!("Not together with {}", codes(others)));
    }
    lines.join("<br>")
}

/// Examples as code, the rest as text.
fn after_help(page: &mut String, text: &StyledStr) {
    for part in text.to_string().split("\n\n") {
        match part.strip_prefix("Examples:\n") {
            Some(examples) => {
                let lines = examples
                    .lines()
                    .map(|line| line.strip_prefix("  ").unwrap_or(line));
                let lines: Vec<&str> = lines.collect();
                writeln!(page, "\nExamples:\n\n```\n{}\n```", lines.join("\n")).ok();
            }
            None => paragraph(page, part),
        }
    }
}

fn paragraph(page: &mut String, text: &str) {
    page.push('\n');
    for line in wrap(&escaped(&text.replace('\n', " ")), COLUMNS) {
        page.push_str(&line);
        page.push('\n');
    }
}

fn row(page: &mut String, cells: &[&str]) {
    for cell in cells {
        write!(page, "| {} ", escaped(cell).replace('|', "\\|")).ok();
    }
    page.push_str("|\n");
}

fn codes(names: impl Iterator<Item = impl AsRef<str>>) -> String {
    let names = names.map(|name| format!("`{}`", name.as_ref()));
    names.collect::<Vec<_>>().join(", ")
}

/// Escapes what Markdown would read as markup, outside of code.
fn escaped(text: &str) -> String {
    let parts = text.split('`').enumerate().map(|(at, part)| match at % 2 {
        0 => part.replace('*', "\\*"),
        _ => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("`")
}
