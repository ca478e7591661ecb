//! `rolewatch completions` and `rolewatch man`.

mod markdown;
mod roff;

use clap::CommandFactory;

use crate::args::{Args, ManFormat};
use crate::exit::{Exit, Failure};
use crate::stdout;

pub(crate) fn completions(shell: clap_complete::Shell) -> Result<Exit, Failure> {
    // The generator panics if a write fails, so it writes to memory.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "rolewatch", &mut script);
    stdout::print_plain(|out| out.write_all(&script))?;
    Ok(Exit::Clean)
}

/// One page for the command and all its subcommands.
pub(crate) fn man_page(format: ManFormat) -> Result<Exit, Failure> {
    let mut command = Args::command();
    command.build();
    let page = match format {
        ManFormat::Roff => roff::page(&command).map_err(Failure::Output)?,
        ManFormat::Markdown => markdown::page(&command).into_bytes(),
    };
    stdout::print_plain(|out| out.write_all(&page))?;
    Ok(Exit::Clean)
}

/// The subcommands that somebody wrote: clap adds `help` to each level.
fn subcommands(command: &clap::Command) -> impl Iterator<Item = &clap::Command> {
    command
        .get_subcommands()
        .filter(|subcommand| !subcommand.is_hide_set() && subcommand.get_name() != "help")
}

/// `rolewatch policy check`.
fn full_name(command: &clap::Command) -> &str {
    command.get_bin_name().unwrap_or_else(|| command.get_name())
}
