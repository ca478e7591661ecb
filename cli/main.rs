//! The `rolewatch` command: connects the modules and nothing else.
//!
//! The modules, from the command line to the output:
//!
//! - [`args`]: the command line; [`given`]: checks that given paths exist, before anything is read;
//!   [`alike`]: what was probably meant instead.
//! - One module per subcommand: [`audit`], [`sessions`], [`review`], [`init`], [`explain`],
//!   [`revoke_plan`], [`rules`], [`policy`], [`push`] (`policy push`, `roster push`), [`take`]
//!   (`roster take`), [`trail`], [`switch_link`], [`shell`] (completions, man page).
//! - [`audit::inputs`] finds the policy and the rosters, and [`audit::scan`] reads logs in threads.
//!   `explain` and `revoke-plan` use them too.
//! - [`finding_id`]: finds a finding by the beginning of its ID, for `explain` and `revoke-plan`.
//! - [`report`]: the result of an audit, one file per format; [`review::report`] and
//!   [`sessions::report`]: the same for a review and a list of sessions.
//! - [`language`]: the language of what is printed, and its Japanese texts.
//! - [`limits`]: every limit that was chosen; [`clock`]: the only place that reads the time.
//! - [`stdout`]: data on stdout, the rest on stderr; [`exit`]: exit codes and why a run failed;
//!   [`environment`]: the environment variables that libraries read.
//!
//! Code for the feature `aws` is in files named `aws.rs`. Each has a `without_aws.rs` next to it
//! that tells the user what to do instead. All judging is in `rolewatch_guard`, which does no I/O.

mod alike;
mod args;
mod audit;
mod clock;
mod environment;
mod exit;
mod explain;
mod finding_id;
mod given;
mod init;
mod language;
mod limits;
mod policy;
mod push;
mod report;
mod review;
mod revoke_plan;
mod rules;
mod sessions;
mod shell;
mod stdout;
mod switch_link;
mod take;
mod trail;

use std::process::ExitCode;

use clap::Parser;

use args::{Args, Command, RosterCommand, TrailCommand};
use exit::{Exit, Failure};

fn main() -> ExitCode {
    let args = Args::parse();
    let language = match args.language() {
        Ok(language) => language,
        Err(why) => {
            stdout::tell_error(&why);
            return Exit::Error.into();
        }
    };
    language::choose(language);
    match run(args.command) {
        Ok(exit) => exit.into(),
        // Errors go to stderr, so that a pipe gets data or nothing.
        Err(failure) => {
            stdout::tell_error(&failure.to_string());
            Exit::Error.into()
        }
    }
}

fn run(command: Command) -> Result<Exit, Failure> {
    match command {
        Command::Audit(args) => audit::run(&args),
        Command::Sessions(args) => sessions::run(&args),
        Command::Review(args) => review::run(&args),
        Command::Init(args) => init::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::RevokePlan(args) => revoke_plan::run(&args),
        Command::Rules(args) => rules::run(&args),
        Command::Policy { command } => policy::run(command),
        Command::Roster {
            command: RosterCommand::Take(args),
        } => take::roster(&args).map(|()| Exit::Clean),
        Command::Roster {
            command: RosterCommand::Push(args),
        } => push::roster(&args),
        Command::Trail {
            command: TrailCommand::Connect(args),
        } => trail::connect(&args).map(|()| Exit::Clean),
        Command::SwitchLink(args) => switch_link::run(&args),
        Command::Completions { shell } => shell::completions(shell),
        Command::Man { format } => shell::man_page(format),
    }
}
