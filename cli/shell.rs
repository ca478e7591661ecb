//! `rolewatch completions` and `rolewatch man`.

use std::io::Write;

use clap::CommandFactory;

use crate::args::Args;
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
pub(crate) fn man_page() -> Result<Exit, Failure> {
    let mut command = Args::command();
    command.build();
    let mut page = Vec::new();
    let rendered = clap_mangen::Man::new(command.clone())
        .render(&mut page)
        .and_then(|()| subcommands(&command, &mut page));
    rendered.map_err(Failure::Output)?;
    stdout::print_plain(|out| out.write_all(&page))?;
    Ok(Exit::Clean)
}

fn subcommands(command: &clap::Command, page: &mut Vec<u8>) -> std::io::Result<()> {
    for subcommand in command
        .get_subcommands()
        .filter(|subcommand| !subcommand.is_hide_set())
    {
        let name = subcommand
            .get_bin_name()
            .unwrap_or_else(|| subcommand.get_name())
            .to_uppercase();
        writeln!(page, ".SH \"{name}\"")?;
        // Rendered section by section, because a whole page would have its own title.
        let man = clap_mangen::Man::new(subcommand.clone());
        let mut section = Vec::new();
        man.render_description_section(&mut section)?;
        man.render_synopsis_section(&mut section)?;
        man.render_options_section(&mut section)?;
        let text = String::from_utf8_lossy(&section);
        for line in text
            .lines()
            .filter(|line| !line.starts_with(".ie") && !line.starts_with(".el"))
        {
            writeln!(page, "{}", line.replace(".SH ", ".SS "))?;
        }
        subcommands(subcommand, page)?;
    }
    Ok(())
}
