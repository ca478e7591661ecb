//! The interface between a report and its formats.

use std::io::{self, Write};
use std::path::Path;

use crate::exit::Failure;
use crate::stdout;

/// A format for reports of type `R`. Each format has its own file in the module of that report.
pub(crate) trait ReportFormat<R> {
    /// Whether the output is for people. If so, it is colored on terminals that support it. Output
    /// for machines is written byte for byte.
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
