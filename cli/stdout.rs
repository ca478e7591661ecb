//! Data goes to stdout, everything else to stderr. A closed pipe isn't an error.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use anstyle::{AnsiColor, Style};

use crate::exit::Failure;
use crate::limits::{COLUMNS, COLUMNS_OF_TABLE, COLUMNS_ON_TERMINAL};

/// Writes data. Styles are dropped if the output isn't colored.
pub(crate) fn print(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    let mut out = BufWriter::new(anstream::stdout().lock());
    finish(write(&mut out).and_then(|()| out.flush()))
}

/// Writes data byte for byte, for formats that machines read.
pub(crate) fn print_plain(
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    let mut out = BufWriter::new(io::stdout().lock());
    finish(write(&mut out).and_then(|()| out.flush()))
}

/// Writes data to a file, without colors.
pub(crate) fn print_to(
    file: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    let written = File::create(file).and_then(|file| {
        let mut out = BufWriter::new(anstream::StripStream::new(file));
        write(&mut out)?;
        out.flush()
    });
    written.map_err(|why| Failure::unwritable(file, why))
}

fn finish(written: io::Result<()>) -> Result<(), Failure> {
    // `| head` closes the pipe when it has enough, which is normal use.
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::Output(error)),
        _ => Ok(()),
    }
}

/// Prints one line on stderr. If stderr itself is closed, the error is ignored.
pub(crate) fn line_on_stderr(line: &str) {
    writeln!(anstream::stderr(), "{line}").ok();
}

/// Prints `warning: …` on stderr.
pub(crate) fn tell_warning(text: &str) {
    labelled("warning", AnsiColor::Yellow, text);
}

/// Prints `error: …` on stderr.
pub(crate) fn tell_error(text: &str) {
    labelled("error", AnsiColor::Red, text);
}

fn labelled(label: &str, color: AnsiColor, text: &str) {
    let style = Style::new().bold().fg_color(Some(color.into()));
    line_on_stderr(&format!("{style}{label}{style:#}: {text}"));
}

/// The line width: that of the terminal, within readable limits.
pub(crate) fn columns() -> usize {
    columns_up_to(COLUMNS_ON_TERMINAL.1)
}

/// The line width for a table with many columns, which a wide terminal makes more readable.
pub(crate) fn columns_of_table() -> usize {
    columns_up_to(COLUMNS_OF_TABLE)
}

fn columns_up_to(most: usize) -> usize {
    let (fewest, _) = COLUMNS_ON_TERMINAL;
    match terminal_size::terminal_size() {
        Some((width, _)) => usize::from(width.0).clamp(fewest, most),
        None => COLUMNS,
    }
}
