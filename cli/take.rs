//! `rolewatch roster take`: reads who is in which group from AWS, and writes a roster with the time
//! in its file name.

#[cfg(feature = "aws")]
mod aws;
#[cfg(any(feature = "aws", test))]
mod file;
#[cfg(any(feature = "aws", test))]
mod settled;
#[cfg(not(feature = "aws"))]
mod without_aws;

#[cfg(feature = "aws")]
use aws::take;
#[cfg(not(feature = "aws"))]
use without_aws::take;

use crate::args::RosterTakeArgs;
use crate::exit::{Failure, shown_path};
use crate::given;
use crate::stdout;

/// Takes a roster and prints the name of its file.
pub(crate) fn roster(args: &RosterTakeArgs) -> Result<(), Failure> {
    // A company's roster takes minutes, so a mistyped directory is reported first.
    given::check_local("--output", [&args.output])?;
    if !args.output.is_dir() {
        return Err(Failure::Usage(format!(
            "`{}` is not a directory",
            shown_path(&args.output)
        )));
    }
    let file = take(args)?;
    // Only the name, so that a script can pass it on.
    stdout::print_plain(|out| writeln!(out, "{}", file.display()))
}
