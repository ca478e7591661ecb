//! `rolewatch policy pattern`: what EventBridge has to forward because of the policy.

use rolewatch_guard::policy::{Forwarding, LONGEST_PATTERN};
use rolewatch_guard::untrusted::harmless;

use crate::args::PatternArgs;
use crate::audit::inputs::{InputFolders, policy_file};
use crate::exit::Failure;
use crate::stdout;

pub(super) fn run(args: &PatternArgs) -> Result<(), Failure> {
    // No logs are given, so the working directory is the only place to search.
    let places = InputFolders::near_paths(&[]);
    let file =
        policy_file(args.file.as_ref(), &places, &places.policies()?).map_err(|failure| {
            match failure {
                // This command has no `--policy` option to mention.
                Failure::NoPolicy { .. } => Failure::NoPolicyHere,
                other => other,
            }
        })?;
    let (policy, _) = super::read::read_and_warn(&file)?;
    let forwarding = Forwarding::for_policy(&policy);
    for (written, wide) in &forwarding.widened {
        // Forwarding more is safe: the engine drops what it doesn't need.
        stdout::tell_warning(&format!(
            "`{}` is forwarded as `{wide}`, which matches more: \
             an event pattern can't be more precise",
            harmless(written)
        ));
    }
    if args.parameter && !forwarding.fits_the_templates() {
        stdout::tell_warning(&format!(
            "with all these roles, the pattern of a rule is longer than EventBridge's limit of \
             {LONGEST_PATTERN} characters: shorten the list with `*`, \
             or create the EventBridge rules yourself from the patterns that \
             `rolewatch policy pattern` prints"
        ));
    }
    let lines = if args.parameter {
        vec![forwarding.parameter()]
    } else {
        forwarding.patterns()
    };
    stdout::print_plain(|out| lines.iter().try_for_each(|line| writeln!(out, "{line}")))
}
