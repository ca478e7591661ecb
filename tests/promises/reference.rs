//! `docs/reference.md` is printed from the code: the commands by the command itself, the parameters
//! from the templates, and the environment variables from where they are read. `make docs` writes it.

mod parameters;
mod variables;

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use super::tool::{project, run_in};

/// Set by `make docs`: the test writes the page instead of comparing it.
const WRITE: &str = "ROLEWATCH_WRITE_DOCS";

/// The page's place in the project.
const PAGE: &str = "docs/reference.md";

const INTRODUCTION: &str = "\
# Reference

Every command, parameter and environment variable. This page is printed from the code by `make
docs`. The other pages say how to use these; see [all documentation](README.md).
";

/// The folders below the project that hold none of its own files.
const SKIPPED: [&str; 4] = ["target", ".git", ".aws-sam", ".venv"];

/// The project's files below a folder, in the order of their names.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    let mut found = Vec::new();
    for path in entries {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !path.is_dir() {
            found.push(path);
        } else if !SKIPPED.contains(&&*name) {
            found.extend(files(&path));
        }
    }
    found
}

/// The page as it should be.
fn printed() -> String {
    let commands = run_in(project(), &["man", "--format", "markdown"], b"").stdout;
    let parts = [
        nested(&commands),
        parameters::sections(),
        variables::of_functions(),
        variables::of_tests(),
    ];
    format!("{INTRODUCTION}{}{}", contents(&parts), parts.concat())
}

/// The commands' own page as a part of this one: headings move one level down.
fn nested(page: &str) -> String {
    let mut in_code = false;
    let mut text = String::from("\n");
    for line in page.lines() {
        in_code ^= line.starts_with("```");
        if line.starts_with('#') && !in_code {
            text.push('#');
        }
        text.push_str(line);
        text.push('\n');
    }
    text
}

/// Links to all headings but those of the commands, which have a list of their own.
fn contents(parts: &[String]) -> String {
    let mut text = String::from("\n");
    let headings = parts.iter().flat_map(|part| part.lines());
    let headings = headings
        .filter_map(|line| line.strip_prefix("## ").or(line.strip_prefix("### ")))
        .filter(|heading| !heading.starts_with("rolewatch "));
    for heading in headings {
        let anchor = heading.to_lowercase().replace(' ', "-");
        let kept = |c: &char| c.is_alphanumeric() || *c == '-' || *c == '_';
        let anchor: String = anchor.chars().filter(kept).collect();
        writeln!(text, "- [{heading}](#{anchor})").unwrap();
    }
    text
}

/// A row of a table. What Markdown would read as markup is escaped, outside of code.
fn row(cells: &[&str]) -> String {
    let mut text = String::new();
    for cell in cells {
        let parts = cell.split('`').enumerate();
        let parts = parts.map(|(at, part)| match at % 2 {
            0 => part.replace('*', "\\*"),
            _ => part.to_owned(),
        });
        let cell = parts.collect::<Vec<_>>().join("`").replace('|', "\\|");
        write!(text, "| {cell} ").unwrap();
    }
    text + "|\n"
}

#[test]
fn the_reference_says_what_the_code_says() {
    let printed = printed();
    let file = project().join(PAGE);
    if std::env::var_os(WRITE).is_some() {
        fs::write(&file, printed).unwrap();
        return;
    }
    let kept = fs::read_to_string(&file).unwrap_or_default();
    let lines = kept.lines().zip(printed.lines());
    let first = lines.enumerate().find(|(_, (kept, now))| kept != now);
    assert!(
        kept == printed,
        "{PAGE} is out of date: run `make docs`; the first difference: {first:?}"
    );
}

#[test]
fn the_reference_has_every_variable_that_a_source_names() {
    let page = printed();
    let mut missing = Vec::new();
    for (name, file) in variables::named_in_sources() {
        if !page.contains(&format!("`{name}`")) {
            missing.push(format!("{name} ({})", file.display()));
        }
    }
    assert!(
        missing.is_empty(),
        "not in {PAGE}: add these to shared/live/src/settings/variables.rs, or to \
         tests/promises/reference/variables.rs if only tests read them:\n{}",
        missing.join("\n")
    );
}

#[test]
fn no_variable_of_the_tests_is_out_of_date() {
    let named = variables::named_in_sources();
    for (name, _) in variables::TESTS_ONLY {
        let own = name.starts_with("ROLEWATCH_");
        assert!(!own || named.contains_key(name), "{name}");
    }
}

#[test]
fn the_templates_that_people_deploy_are_all_there() {
    let page = printed();
    for template in ["template.yaml", "spoke.yaml", "trail.yaml"] {
        let heading = format!("\n## Parameters of {template}\n");
        assert!(page.contains(&heading), "{template}");
    }
    assert!(page.contains("| `DigestHour` | Number | `7` | 0 to 23 |"));
    assert!(page.contains("| `SlackSecretArn` | String | required |"));
}
