//! `rolewatch audit`: read, judge, report.

pub(crate) mod allowed;
pub(crate) mod inputs;
mod machine;
pub(crate) mod objects;
mod progress;
pub(crate) mod scan;
pub(crate) mod totals;
pub(crate) mod unread;

use std::path::Path;

use rolewatch_guard::world::World;
use rolewatch_guard::{Judgement, Scope, judge, unmatched};

use crate::args::AuditArgs;
use crate::exit::{Exit, Failure, shown_path};
use crate::report::format::print;
use crate::report::shown::ShownFindings;
use crate::report::{AuditReport, FinishedAudit};
use crate::stdout;
use allowed::SwitchAllowances;
use inputs::{AuditInputs, check_given};
use scan::{ScanOptions, ScannedLogs, scan};

pub(crate) fn run(args: &AuditArgs) -> Result<Exit, Failure> {
    args.look.apply();
    // Checked before anything is read: a typo in an argument must not cost the reading of a large
    // archive.
    check_span(args)?;
    check_given(&args.paths, &args.sources)?;
    if let Some(arn) = &args.state_machine {
        return machine::run(args, arn);
    }
    let how = ScanOptions {
        jobs: args.jobs,
        max_objects: args.max_objects,
    };
    // The policy is read before the logs, because its roles determine which records matter.
    let inputs = AuditInputs::find(&args.paths, &args.sources)?;
    // This also reports a misspelled account before the logs are read.
    let shown = ShownFindings::new(&args.filter, Some(&inputs.policy))?;
    let ScannedLogs {
        world,
        mut totals,
        unread,
        not_evidence,
        range,
        near,
    } = scan(&args.paths, &inputs.not_logs, &inputs.policy, how)?;
    let (mut judgement, allowed) = judged(&world, &inputs, args);
    // A policy entry that matches no role looks like one that nobody broke.
    judgement.note_unmatched(&unmatched(&world, &inputs.policy, &inputs.rosters, &near));
    totals.add_judgement(&judgement);
    let report = FinishedAudit::Local(AuditReport {
        paths: &args.paths,
        inputs: &inputs,
        since: args.since,
        until: args.until,
        range,
        judgement: &judgement,
        shown: &shown,
        allowed: &allowed,
        totals: &totals,
        unread: &unread,
        not_evidence: &not_evidence,
    });
    print(&report, args.format.writer(), args.output.as_deref())?;
    // These go to stderr after the report, so that they come last on a terminal.
    not_evidence.tell_not_evidence();
    unread.tell_unread();
    inputs.tell_roster_faults();
    tell_near_misses(&judgement.near_misses, &inputs.policy_file);
    shown.report_hidden(&judgement.findings);
    stdout::line_on_stderr(&format!("rolewatch: {}", totals::account_line(&totals)));
    Ok(Exit::of_audit(
        &judgement.findings,
        args.fail,
        unread.is_empty() && inputs.roster_faults.is_empty(),
    ))
}

/// An empty time span would give a report about nothing.
fn check_span(args: &AuditArgs) -> Result<(), Failure> {
    match (args.since, args.until) {
        (Some(since), Some(until)) if since >= until => Err(Failure::Usage(format!(
            "--since {since} must be before --until {until}"
        ))),
        _ => Ok(()),
    }
}

/// All findings, with what allowed the switches that they are about.
fn judged(world: &World, inputs: &AuditInputs, args: &AuditArgs) -> (Judgement, SwitchAllowances) {
    let scope = Scope {
        as_of: args.until,
        since: args.since,
        until: args.until,
    };
    let mut allowed = SwitchAllowances::default();
    let judgement = judge(
        world,
        &inputs.policy,
        &inputs.rosters,
        scope,
        &mut |examined| allowed.note_switch(examined, inputs),
    );
    (judgement, allowed)
}

/// Prints policy entries that narrowly miss a role on stderr, in every format: a role that isn't
/// judged looks like a clean one.
pub(crate) fn tell_near_misses(near_misses: &[String], policy_file: &Path) {
    for near_miss in near_misses {
        stdout::tell_warning(&format!("{}: {near_miss}", shown_path(policy_file)));
    }
}
