//! The `rolewatch` command: wires only.

mod alike;
mod args;
mod audit;
mod clock;
mod exit;
mod explain;
mod given;
mod init;
mod limits;
mod policy;
mod push;
mod report;
mod review;
mod revoke_plan;
mod rules;
mod shell;
mod stdout;
mod switch_link;
mod trail;

use std::process::ExitCode;

use clap::Parser;

use args::{Args, Command, RosterCommand, TrailCommand};
use exit::{Exit, Failure};

fn main() -> ExitCode {
    let args = Args::parse();
    match run(args.command) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            stdout::tell_error(&failure.to_string());
            Exit::Error.into()
        }
    }
}

fn run(command: Command) -> Result<Exit, Failure> {
    match command {
        Command::Audit(args) => audit::run(&args),
        Command::Review(args) => review::run(&args),
        Command::Init(args) => init::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::RevokePlan(args) => revoke_plan::run(&args),
        Command::Rules(args) => rules::run(&args),
        Command::Policy { command } => policy::run(command),
        Command::Roster {
            command: RosterCommand::Push(args),
        } => push::roster(&args),
        Command::Trail {
            command: TrailCommand::Connect(args),
        } => trail::connect(&args).map(|()| Exit::Clean),
        Command::SwitchLink(args) => switch_link::run(&args),
        Command::Completions { shell } => shell::completions(shell),
        Command::Man => shell::man_page(),
    }
}
