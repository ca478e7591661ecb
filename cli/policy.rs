//! `rolewatch policy check|push|pattern|schema|example`.

mod pattern;
pub(crate) mod read;

use rolewatch_guard::policy::{EXAMPLE, schema};

use crate::args::PolicyCommand;
use crate::exit::{Exit, Failure};
use crate::given;
use crate::push;
use crate::stdout;

pub(crate) fn run(command: PolicyCommand) -> Result<Exit, Failure> {
    match command {
        PolicyCommand::Check { file } => {
            given::check_files("policy check", [&file])?;
            read::check_policy(&file).map(drop)?;
        }
        PolicyCommand::Push(args) => push::policy(&args)?,
        PolicyCommand::Pattern(args) => pattern::run(&args)?,
        PolicyCommand::Schema => stdout::print_plain(|out| out.write_all(schema().as_bytes()))?,
        PolicyCommand::Example => stdout::print_plain(|out| out.write_all(EXAMPLE.as_bytes()))?,
    }
    Ok(Exit::Clean)
}
