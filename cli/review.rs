//! `rolewatch review`: judges what IAM allows with the policy, from files alone.

pub(crate) mod inputs;
pub(crate) mod report;

use std::path::PathBuf;

use rolewatch_guard::policy::Policy;
use rolewatch_guard::review::{Review, review};

use crate::args::ReviewArgs;
use crate::audit::inputs::{InputFolders, policy_file, read_policy};
use crate::audit::{tell_near_misses, tell_rules_off};
use crate::clock::now;
use crate::exit::{Exit, Failure, shown_path};
use crate::given;
use crate::report::format::print;
use crate::stdout;
use inputs::ReviewInputs;
use report::ReviewReport;

pub(crate) fn run(args: &ReviewArgs) -> Result<Exit, Failure> {
    args.look.apply();
    given::check_local("review", args.paths.iter().chain(&args.access_analyzer))?;
    given::check_files("--policy", &args.policy)?;
    given::check_files("--credential-report", &args.credential_reports)?;
    let (file, policy) = policy(args)?;
    let mut inputs = ReviewInputs::default();
    inputs.read(&args.paths);
    inputs.read(&args.access_analyzer);
    for file in &args.credential_reports {
        inputs.read_credentials(file);
    }
    inputs.finish();
    // The clock is read once, because the engine gets the time as data.
    let as_of = args.as_of.map_or_else(now, Ok)?;
    let reviewed = review(&inputs.setup, &policy, as_of);
    let report = ReviewReport {
        paths: &args.paths,
        inputs: &inputs,
        policy: &policy,
        policy_file: &file,
        as_of,
        review: &reviewed,
    };
    print(&report, args.format.writer(), args.output.as_deref())?;
    inputs.tell_faults();
    if !args.format.writer().is_for_people() {
        tell_rules_off(&reviewed.rules_off);
    }
    tell_near_misses(&reviewed.near_misses, &file);
    reviewed
        .empty_lists
        .iter()
        .for_each(|sentence| stdout::tell_warning(sentence));
    stdout::line_on_stderr(&format!("rolewatch: {}", report.account()));
    let complete = inputs.faults.is_empty() && !lacks_an_account(&reviewed, &policy);
    Ok(Exit::of_review(&reviewed.findings, args.fail, complete))
}

/// Whether something can't be judged because an account that the policy names is missing.
fn lacks_an_account(review: &Review, policy: &Policy) -> bool {
    // An account that isn't named is foreign, and nobody can be asked for its details.
    let mut gaps = review
        .findings
        .iter()
        .flat_map(|finding| &finding.wanting.gaps);
    gaps.any(|gap| policy.account_name(gap.account).is_some())
}

/// The given policy or, without one, the nearest that is found. Says on stderr which one is used.
fn policy(args: &ReviewArgs) -> Result<(PathBuf, Policy), Failure> {
    let places = InputFolders::near_paths(&args.paths);
    let file = policy_file(args.policy.as_ref(), &places, &places.policies()?)?;
    let policy = read_policy(&file)?;
    stdout::line_on_stderr(&format!(
        "rolewatch: policy `{}`, version {}",
        shown_path(&file),
        policy.version_hash
    ));
    for note in &policy.warnings {
        stdout::tell_warning(&format!("{}: {note}", shown_path(&file)));
    }
    Ok((file, policy))
}
