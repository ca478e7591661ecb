//! `rolewatch policy check|push|pattern|schema|example`.

mod pattern;

use std::fs;
use std::path::Path;

use rolewatch_guard::policy::{EXAMPLE, Policy, SCHEMA};

use crate::args::PolicyCommand;
use crate::exit::{Exit, Failure, shown_path};
use crate::given;
use crate::push;
use crate::report::words::{counted, length};
use crate::stdout;

pub(crate) fn run(command: PolicyCommand) -> Result<Exit, Failure> {
    match command {
        PolicyCommand::Check { file } => {
            given::check_files("policy check", [&file])?;
            check(&file).map(drop)?;
        }
        PolicyCommand::Push(args) => push::policy(&args)?,
        PolicyCommand::Pattern(args) => pattern::run(&args)?,
        PolicyCommand::Schema => stdout::print_plain(|out| out.write_all(SCHEMA.as_bytes()))?,
        PolicyCommand::Example => stdout::print_plain(|out| out.write_all(EXAMPLE.as_bytes()))?,
    }
    Ok(Exit::Clean)
}

/// Reads a policy and warns of what is odd in it.
fn read(file: &Path) -> Result<(Policy, Vec<u8>), Failure> {
    let bytes = fs::read(file).map_err(|why| Failure::unreadable(file, why))?;
    let name = shown_path(file);
    let policy = Policy::read(&bytes, &name)?;
    for note in &policy.warnings {
        stdout::tell_warning(&format!("{name}: {note}"));
    }
    Ok((policy, bytes))
}

/// Reads a policy and says what is wrong or odd in it, or that nothing is.
pub(crate) fn check(file: &Path) -> Result<(Policy, Vec<u8>), Failure> {
    let (policy, bytes) = read(file)?;
    let name = shown_path(file);
    let accounts = u64::try_from(policy.accounts.len()).unwrap_or(u64::MAX);
    stdout::print(|out| {
        writeln!(
            out,
            "{name} is a valid policy, version {}: {}, {}, {}",
            policy.version_hash,
            counted(length(&policy.roles), "role", "roles"),
            counted(accounts, "account", "accounts"),
            counted(length(&policy.suppress), "suppression", "suppressions"),
        )
    })?;
    Ok((policy, bytes))
}
