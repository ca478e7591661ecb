//! The man page.

use std::io::{self, Write};

use super::{full_name, subcommands};
use crate::environment::VARIABLES;
use crate::exit::Exit;

/// The page of a built command.
pub(super) fn page(command: &clap::Command) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut page)?;
    sections(command, &mut page)?;
    writeln!(page, ".SH \"EXIT STATUS\"")?;
    for exit in Exit::ALL {
        let term = exit.number().to_string();
        entry(&mut page, &term, exit.meaning())?;
    }
    writeln!(page, ".SH \"ENVIRONMENT\"")?;
    for variable in VARIABLES {
        entry(&mut page, variable.names, variable.about)?;
    }
    Ok(page)
}

fn sections(command: &clap::Command, page: &mut Vec<u8>) -> io::Result<()> {
    for subcommand in subcommands(command) {
        writeln!(page, ".SH \"{}\"", full_name(subcommand).to_uppercase())?;
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
        sections(subcommand, page)?;
    }
    Ok(())
}

/// A term in bold, and its text. The dash is escaped, or `man` may print another one.
fn entry(page: &mut Vec<u8>, term: &str, text: &str) -> io::Result<()> {
    writeln!(page, ".TP\n\\fB{term}\\fR")?;
    writeln!(page, "\\&{}.", text.replace('-', "\\-"))
}
