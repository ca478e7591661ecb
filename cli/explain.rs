//! `rolewatch explain`: a rule's documentation, a finding with everything behind it, or what records
//! mean and how each rule judges them.

mod center;
mod facts;
mod finding;
mod iam;
mod markdown;
mod missing;
mod records;

use rolewatch_guard::catalogue::{self, listed};
use rolewatch_guard::rule::Rule;

use crate::alike::{is_slip, likeness};
use crate::args::ExplainArgs;
use crate::audit::inputs::check_given;
use crate::exit::{Exit, Failure, shown_path};
use crate::finding_id::as_id;
use crate::given;
use crate::limits::ID_BEGINNING;
use crate::rules::documentation;
use crate::stdout;

pub(crate) fn run(args: &ExplainArgs) -> Result<Exit, Failure> {
    args.look.apply();
    let text = args.what.to_string_lossy();
    // A rule takes precedence over a file with its name. Such a file can be given as `./RW002`.
    if let Some(rule) = catalogue::find(&text) {
        refuse_paths(args, "a rule")?;
        stdout::print(|out| markdown::write(&documentation(rule), stdout::columns(), out))?;
        return Ok(Exit::Clean);
    }
    check_given([], &args.sources)?;
    if args.what.is_dir() {
        return Err(Failure::Usage(format!(
            "`{}` is a directory; `explain` reads one file, `audit` reads directories",
            shown_path(&args.what)
        )));
    }
    if let Some(why) = given::elsewhere("explain", &args.what) {
        return Err(Failure::Usage(why));
    }
    // A file takes precedence over a finding: its name is complete, and an ID can be longer.
    if given::is_stdin(&args.what) || given::missing(&args.what).is_none() {
        refuse_paths(args, "a file with records")?;
        return records::run(args);
    }
    if let Some(id) = as_id(&text) {
        return finding::run(args, &id);
    }
    let rule =
        nearest_rule(&text).map(|rule| format!("; did you mean `{}` ({})?", rule.code, rule.name));
    let meant = rule.unwrap_or_else(|| given::did_you_mean(&args.what));
    Err(Failure::Usage(format!(
        "`{}`: no such file or directory, and no rule of that name{meant}\n\
         give a rule (`rolewatch rules` lists them), a file with CloudTrail records in JSON, or the \
         id of a finding (at least {ID_BEGINNING} hexadecimal digits; `rolewatch audit --format \
         ndjson` prints ids)",
        shown_path(&args.what)
    )))
}

/// Only a finding is looked up in logs. Logs that nobody reads must not look as if they were.
fn refuse_paths(args: &ExplainArgs, what: &str) -> Result<(), Failure> {
    match args.paths.first() {
        None => Ok(()),
        Some(path) => Err(Failure::Usage(format!(
            "`{}` isn't used: `{}` is {what}, and only a finding's id goes with logs",
            shown_path(path),
            shown_path(&args.what)
        ))),
    }
}

/// The rule whose code or name is most similar to the text, if any is similar.
pub(crate) fn nearest_rule(text: &str) -> Option<&'static Rule> {
    let text = text.to_ascii_lowercase();
    // `RW2` and `rw0002` both mean number 2.
    if let Some(meant) = number_of(&text) {
        for rule in listed() {
            if number_of(&rule.code.to_ascii_lowercase()) == Some(meant) {
                return Some(rule);
            }
        }
    }
    let mut best: Option<(f64, &Rule)> = None;
    for rule in listed() {
        let code = rule.code.to_ascii_lowercase();
        // A code and a name are equally likely to be mistyped.
        let likeness = likeness(&text, &code).max(likeness(&text, rule.name));
        if best.is_none_or(|(most, _)| likeness >= most) {
            best = Some((likeness, rule));
        }
    }
    let (likeness, rule) = best?;
    is_slip(likeness).then_some(rule)
}

/// The `2` in `rw002`, with any number of zeros.
fn number_of(code: &str) -> Option<u16> {
    code.strip_prefix("rw")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_in_a_code_or_name_finds_the_rule() {
        for (slip, code) in [
            ("RW02", "RW002"),
            ("rw0002", "RW002"),
            ("switch-without-mfs", "RW002"),
            ("sesion-too-long", "RW003"),
        ] {
            assert_eq!(
                nearest_rule(slip).map(|rule| rule.code),
                Some(code),
                "{slip}"
            );
        }
        assert!(nearest_rule("event.json").is_none());
    }
}
