//! `rolewatch init`: drafts a policy file.

use rolewatch_guard::review::draft_policy;

use crate::args::InitArgs;
use crate::exit::{Exit, Failure};
use crate::given;
use crate::review::inputs::ReviewInputs;
use crate::stdout;

pub(crate) fn run(args: &InitArgs) -> Result<Exit, Failure> {
    given::check_local("init", &args.paths)?;
    let mut inputs = ReviewInputs::default();
    inputs.read(&args.paths);
    inputs.finish();
    let accounts = inputs.setup.accounts().count();
    if accounts > 0 {
        let text = draft_policy(&inputs.setup, &inputs.account_names());
        stdout::print_plain(|out| out.write_all(text.as_bytes()))?;
    }
    // Faults are printed after the draft, because they say what is missing in it.
    inputs.tell_faults();
    if accounts == 0 {
        stdout::tell_error("no authorization details were read, so there is nothing to draft from");
    } else {
        stdout::line_on_stderr(
            "rolewatch: this is a draft: save it as rolewatch.yaml, answer the questions in its \
             comments, then run `rolewatch review`",
        );
    }
    Ok(if accounts > 0 && inputs.faults.is_empty() {
        Exit::Clean
    } else {
        Exit::Incomplete
    })
}
