//! Data on stdout, everything else on stderr. A reader that went away isn't an error.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use anstyle::{AnsiColor, Style};

use crate::exit::Failure;
use crate::limits::{COLUMNS, COLUMNS_ON_TERMINAL};

/// Writes data. Styles are dropped where nobody would see them.
pub(crate) fn print(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    let mut out = BufWriter::new(anstream::stdout().lock());
    finish(write(&mut out).and_then(|()| out.flush()))
}

/// Writes data byte by byte as it is: for formats that machines read.
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
    // `| head` closes the pipe when it has enough: that is how it is meant to be used.
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::Output(error)),
        _ => Ok(()),
    }
}

/// One line on stderr. There is nobody to tell when stderr itself is closed.
pub(crate) fn tell(line: &str) {
    writeln!(anstream::stderr(), "{line}").ok();
}

/// `warning: …` on stderr.
pub(crate) fn tell_warning(text: &str) {
    labelled("warning", AnsiColor::Yellow, text);
}

/// `error: …` on stderr.
pub(crate) fn tell_error(text: &str) {
    labelled("error", AnsiColor::Red, text);
}

fn labelled(label: &str, color: AnsiColor, text: &str) {
    let style = Style::new().bold().fg_color(Some(color.into()));
    tell(&format!("{style}{label}{style:#}: {text}"));
}

/// How wide lines may be: as the terminal, within what is readable.
pub(crate) fn columns() -> usize {
    let (fewest, most) = COLUMNS_ON_TERMINAL;
    match terminal_size::terminal_size() {
        Some((width, _)) => usize::from(width.0).clamp(fewest, most),
        None => COLUMNS,
    }
}
