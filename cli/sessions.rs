//! `rolewatch sessions`: who was in an elevated role, when, for how long, and what they did there.

pub(crate) mod held;
pub(crate) mod list;
pub(crate) mod report;

use crate::args::SessionsArgs;
use crate::audit::inputs::{AuditInputs, check_given};
use crate::audit::scan::scan;
use crate::audit::{JudgedLogs, check_period, options};
use crate::exit::{Exit, Failure};
use crate::report::format::print;
use crate::report::shown::ShownSubjects;
use list::SessionCollector;
use report::SessionsReport;

pub(crate) fn run(args: &SessionsArgs) -> Result<Exit, Failure> {
    args.look.apply();
    check_period(args.period)?;
    check_given(&args.paths, &args.sources)?;
    let inputs = AuditInputs::find(&args.paths, &args.sources)?;
    // This also reports a misspelled account before the logs are read.
    let shown = ShownSubjects::new(&args.filter, Some(&inputs.policy))?;
    let how = options(args.reading);
    let logs = scan(&args.paths, &inputs.not_logs, &inputs.policy, how)?;
    let mut collector = SessionCollector::new(&shown);
    let judged = JudgedLogs::new(logs, &inputs, args.period, &mut |examined| {
        collector.note_switch(examined);
    });
    let list = collector.finish(&judged.judgement);
    let report = SessionsReport {
        paths: &args.paths,
        inputs: &inputs,
        period: args.period,
        judged: &judged,
        list: &list,
    };
    print(&report, args.format.writer(), args.output.as_deref())?;
    judged.tell_faults(&inputs);
    list.report_hidden();
    judged.tell_account();
    // Broken rules don't fail this run. It answers who was there, and an audit answers whether
    // that was right.
    Ok(if judged.is_complete(&inputs) {
        Exit::Clean
    } else {
        Exit::Incomplete
    })
}
