//! The seam between a report and its formats.

use std::io::{self, Write};
use std::path::Path;

use crate::exit::Failure;
use crate::stdout;

/// One way to show reports of the kind `R`: a file each in the room of that kind.
pub(crate) trait ReportFormat<R> {
    /// Whether people read it. Then it is colored where the terminal takes that; for machines
    /// every byte is written as it is.
    fn is_for_people(&self) -> bool {
        false
    }

    fn write(&self, report: &R, out: &mut dyn Write) -> io::Result<()>;
}

/// Prints a report in one of its formats, to a file if one is given.
pub(crate) fn print<R>(
    report: &R,
    format: &dyn ReportFormat<R>,
    output: Option<&Path>,
) -> Result<(), Failure> {
    if let Some(file) = output {
        return stdout::print_to(file, |out| format.write(report, out));
    }
    if format.is_for_people() {
        stdout::print(|out| format.write(report, out))
    } else {
        stdout::print_plain(|out| format.write(report, out))
    }
}
