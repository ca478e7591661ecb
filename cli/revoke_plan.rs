//! `rolewatch revoke-plan`: how to revoke the sessions of a finding. It prints a plan and changes
//! nothing.

mod request;
mod stack;
mod subject;
mod text;

use std::path::PathBuf;

use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::revoke::{self, NoPlan, RevocationCase, RevocationPlan};
use rolewatch_guard::roster::Rosters;
use rolewatch_guard::text::Text;
use rolewatch_guard::world::World;
use rolewatch_guard::{Scope, judge};
use serde::Serialize;

use crate::args::{PlanFormat, RevokePlanArgs};
use crate::audit::inputs::{AuditInputs, check_given};
use crate::audit::scan::{ScanOptions, ScannedLogs, scan};
use crate::clock::now;
use crate::exit::{Exit, Failure};
use crate::stdout;
use request::FindingRequest;
use subject::PlanSubject;

/// A plan, and the finding that it is for.
#[derive(Serialize)]
struct PlanDocument {
    rule: String,
    name: String,
    time: String,
    message: Text,
    /// Whether all input could be read. If not, bystanders may be missing.
    complete: bool,
    #[serde(flatten)]
    plan: RevocationPlan,
}

impl PlanDocument {
    fn new(about: PlanSubject, complete: bool, plan: RevocationPlan) -> Self {
        let PlanSubject {
            rule,
            name,
            time,
            message,
            ..
        } = about;
        Self {
            rule,
            name,
            time,
            message,
            complete,
            plan,
        }
    }
}

/// What a plan is made from.
struct PlanInput {
    world: World,
    policy: Policy,
    rosters: Rosters,
}

pub(crate) fn run(args: &RevokePlanArgs) -> Result<Exit, Failure> {
    args.look.apply();
    match &args.stack {
        Some(stack) => of_stack(args, stack),
        None => of_logs(args),
    }
}

fn of_logs(args: &RevokePlanArgs) -> Result<Exit, Failure> {
    let here = [PathBuf::from(".")];
    let paths = match &*args.paths {
        [] => &here[..],
        given => given,
    };
    // Every argument is checked before the logs are read, which may take long.
    check_given(paths, &args.sources)?;
    let asked = FindingRequest::read(&args.finding, paths)?;
    let mut inputs = AuditInputs::find(paths, &args.sources)?;
    // The file with the finding may be among the logs, but isn't one.
    inputs.not_logs.extend(std::fs::canonicalize(&args.finding));
    let ScannedLogs {
        world,
        unread,
        not_evidence,
        ..
    } = scan(
        paths,
        &inputs.not_logs,
        &inputs.policy,
        ScanOptions::default(),
    )?;
    let is_complete = unread.is_empty() && inputs.roster_faults.is_empty();
    let input = PlanInput {
        world,
        policy: inputs.policy.clone(),
        rosters: inputs.rosters.clone(),
    };
    let as_of = args.as_of.map_or_else(now, Ok)?;
    print_plan(args, &asked, &input, as_of, is_complete)?;
    not_evidence.tell_not_evidence();
    unread.tell_unread();
    inputs.tell_roster_faults();
    if !unread.is_empty() {
        warn_of_missing_logs();
    }
    Ok(exit(is_complete))
}

/// `stack`: the name of the stack whose tables have the finding.
fn of_stack(args: &RevokePlanArgs, stack: &str) -> Result<Exit, Failure> {
    let asked = FindingRequest::read(&args.finding, &args.paths)?;
    let id = match &asked {
        FindingRequest::Id(id) => id.clone(),
        FindingRequest::Finding(given) => given.id.clone(),
    };
    let as_of = args.as_of.map_or_else(now, Ok)?;
    let stack::StackEvidence {
        finding,
        world,
        policy,
        rosters,
        unusable,
    } = stack::read(stack, &id, as_of)?;
    let asked = FindingRequest::Finding(Box::new(finding));
    let input = PlanInput {
        world,
        policy,
        rosters,
    };
    let is_complete = unusable.is_empty();
    print_plan(args, &asked, &input, as_of, is_complete)?;
    for why in &unusable {
        stdout::tell_warning(&format!("a roster of the stack isn't used: {why}"));
    }
    Ok(exit(is_complete))
}

fn exit(is_complete: bool) -> Exit {
    if is_complete {
        Exit::Clean
    } else {
        Exit::Incomplete
    }
}

fn print_plan(
    args: &RevokePlanArgs,
    asked: &FindingRequest,
    input: &PlanInput,
    as_of: Moment,
    is_complete: bool,
) -> Result<(), Failure> {
    let PlanInput {
        world,
        policy,
        rosters,
    } = input;
    // No time span, because the sessions of a finding may have begun long before.
    let judgement = judge(world, policy, rosters, Scope::default(), &mut |_| ());
    let about = PlanSubject::find(asked, &judgement)?;
    let case = RevocationCase {
        world,
        policy,
        rosters,
        finding: &about.id,
        sessions: &about.sessions,
        events: &about.events,
        role: &about.role,
        outside_groups: about.outside_groups,
        as_of,
        profile: args.profile.as_deref(),
    };
    let plan = revoke::plan(&case).map_err(|why| no_plan(&why, &about))?;
    write(&PlanDocument::new(about, is_complete, plan), args.format)
}

/// A bystander that isn't named would be cut off without a warning.
fn warn_of_missing_logs() {
    stdout::tell_warning(
        "some logs couldn't be read, so sessions may be missing from the plan, \
         including sessions of other people that it would cut off",
    );
}

fn write(document: &PlanDocument, format: PlanFormat) -> Result<(), Failure> {
    match format {
        PlanFormat::Text => stdout::print(|out| text::write(document, stdout::columns(), out)),
        PlanFormat::Json => {
            let json = serde_json::to_string_pretty(document)
                .map_err(|why| Failure::Output(why.into()))?;
            stdout::print_plain(|out| writeln!(out, "{}", revoke::visible(&json)))
        }
    }
}

fn no_plan(why: &NoPlan, about: &PlanSubject) -> Failure {
    let hint = match (why, about.events.first()) {
        (NoPlan::NotRead, Some(event)) => format!(
            "\ngive the logs of both accounts as PATH, or get the record with \
             `aws cloudtrail lookup-events --lookup-attributes \
             AttributeKey=EventId,AttributeValue={event} > event.json`, \
             in the account and Region where the event was logged"
        ),
        _ => String::new(),
    };
    Failure::NoPlan(format!(
        "no plan for finding {} ({}): {why}{hint}",
        about.id, about.rule
    ))
}
