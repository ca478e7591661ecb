//! `rolewatch review`: what IAM allows, judged against the policy, from files alone.

pub(crate) mod inputs;
mod report;

use std::fs;
use std::path::PathBuf;

use rolewatch_guard::policy::Policy;
use rolewatch_guard::review::review;

use crate::args::ReviewArgs;
use crate::audit::inputs::{POLICY, Places};
use crate::clock::now;
use crate::exit::{Exit, Failure, shown_path, shown_paths};
use crate::stdout;
use inputs::Inputs;
use report::Report;

pub(crate) fn run(args: &ReviewArgs) -> Result<Exit, Failure> {
    args.look.apply();
    let (file, policy) = policy(args)?;
    let mut inputs = Inputs::default();
    inputs.read(&args.paths)?;
    inputs.read(&args.access_analyzer)?;
    for file in &args.credential_reports {
        inputs.read_credentials(file);
    }
    inputs.finish();
    let as_of = args.as_of.map_or_else(now, Ok)?;
    let reviewed = review(&inputs.setup, &policy, as_of);
    let report = Report { args, inputs: &inputs, policy: &policy, policy_file: &file, as_of, review: &reviewed };
    report.print(args.format)?;
    inputs.tell();
    stdout::tell(&format!("rolewatch: {}", report.account()));
    Ok(Exit::of_review(&reviewed.findings, args.fail_on, inputs.faults.is_empty()))
}

/// The policy that is given, else the nearest that is found; stderr says which.
fn policy(args: &ReviewArgs) -> Result<(PathBuf, Policy), Failure> {
    let places = Places::of(&args.paths);
    let found = places.having(POLICY, fs::Metadata::is_file)?;
    let file = match (&args.policy, found.first()) {
        (Some(given), _) => given.clone(),
        (None, Some(found)) => found.clone(),
        (None, None) => return Err(Failure::NoPolicy { looked: shown_paths(&places.files(POLICY)) }),
    };
    let bytes = fs::read(&file).map_err(|why| Failure::unreadable(&file, why))?;
    let policy = Policy::read(&bytes, &shown_path(&file))?;
    stdout::tell(&format!("rolewatch: policy `{}`, version {}", shown_path(&file), policy.version_hash));
    for note in &policy.warnings {
        stdout::tell_warning(&format!("{}: {note}", shown_path(&file)));
    }
    Ok((file, policy))
}
