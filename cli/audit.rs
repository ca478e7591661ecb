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

use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::RuleOff;
use rolewatch_guard::text::Text;
use rolewatch_guard::{ExaminedSwitch, Judgement, Scope, Totals, judge, unmatched};

use crate::args::{AuditArgs, PeriodArgs, ReadingArgs};
use crate::exit::{Exit, Failure, shown_path};
use crate::language::said;
use crate::report::format::print;
use crate::report::shown::ShownFindings;
use crate::report::{AuditReport, FinishedAudit};
use crate::sessions::list::SessionCollector;
use crate::stdout;
use allowed::SwitchAllowances;
use inputs::{AuditInputs, check_given};
use scan::{ScanOptions, ScannedLogs, scan};
use unread::UnreadList;

pub(crate) fn run(args: &AuditArgs) -> Result<Exit, Failure> {
    args.look.apply();
    // Checked before anything is read: a typo in an argument must not cost the reading of a large
    // archive.
    check_period(args.period)?;
    check_given(&args.paths, &args.sources)?;
    let hub = args.security_hub.check(args.format)?;
    if let Some(arn) = &args.state_machine {
        return machine::run(args, arn, hub.as_ref());
    }
    // The policy is read before the logs, because its roles determine which records matter.
    let inputs = AuditInputs::find(&args.paths, &args.sources)?;
    // This also reports a misspelled account before the logs are read.
    let shown = ShownFindings::new(&args.filter, Some(&inputs.policy))?;
    let how = options(args.reading);
    let logs = scan(&args.paths, &inputs.not_logs, &inputs.policy, how)?;
    let mut allowed = SwitchAllowances::default();
    let shows_sessions = args.format.shows_sessions();
    let mut sessions = shows_sessions.then(|| SessionCollector::new(shown.subjects()));
    let judged = JudgedLogs::new(logs, &inputs, args.period, &mut |examined| {
        allowed.note_switch(examined, &inputs);
        if let Some(sessions) = &mut sessions {
            sessions.note_switch(examined);
        }
    });
    let sessions = sessions.map(|sessions| sessions.finish(&judged.judgement));
    let report = FinishedAudit::Local(AuditReport {
        paths: &args.paths,
        inputs: &inputs,
        since: args.period.since,
        until: args.period.until,
        range: judged.range,
        judgement: &judged.judgement,
        verbose: args.verbose,
        shown: &shown,
        security_hub: hub.as_ref(),
        sessions: sessions.as_ref(),
        allowed: &allowed,
        totals: &judged.totals,
        unread: &judged.unread,
        not_evidence: &judged.not_evidence,
    });
    print(&report, args.format.writer(), args.output.as_deref())?;
    judged.tell_faults(&inputs);
    if !args.format.writer().is_for_people() {
        tell_rules_off(&judged.judgement.rules_off);
    }
    shown.report_hidden(&judged.judgement.findings);
    judged.tell_account();
    Ok(Exit::of_audit(
        &judged.judgement.findings,
        args.fail,
        judged.is_complete(&inputs),
    ))
}

/// An empty time span would give a report about nothing.
pub(crate) fn check_period(period: PeriodArgs) -> Result<(), Failure> {
    match (period.since, period.until) {
        (Some(since), Some(until)) if since >= until => Err(Failure::Usage(format!(
            "--since {since} must be before --until {until}"
        ))),
        _ => Ok(()),
    }
}

/// How the logs are read.
pub(crate) fn options(reading: ReadingArgs) -> ScanOptions {
    ScanOptions {
        jobs: reading.jobs,
        max_objects: reading.max_objects,
    }
}

/// Logs that were read and judged.
pub(crate) struct JudgedLogs {
    pub(crate) judgement: Judgement,
    pub(crate) totals: Totals,
    pub(crate) unread: UnreadList,
    /// Events that AWS didn't send.
    pub(crate) not_evidence: UnreadList,
    /// The first and the last relevant record.
    pub(crate) range: Option<(Moment, Moment)>,
}

impl JudgedLogs {
    /// Judges all switches of a period. Each is passed to `watch` while it is judged.
    pub(crate) fn new(
        logs: ScannedLogs,
        inputs: &AuditInputs,
        period: PeriodArgs,
        watch: &mut dyn FnMut(&ExaminedSwitch<'_>),
    ) -> Self {
        let ScannedLogs {
            world,
            mut totals,
            unread,
            not_evidence,
            range,
            near,
        } = logs;
        let scope = Scope {
            as_of: period.until,
            since: period.since,
            until: period.until,
        };
        let AuditInputs {
            policy, rosters, ..
        } = inputs;
        let mut judgement = judge(&world, policy, rosters, scope, watch);
        // A policy entry that matches no role looks like one that nobody broke.
        judgement.note_unmatched(&unmatched(&world, policy, rosters, &near));
        totals.add_judgement(&judgement);
        Self {
            judgement,
            totals,
            unread,
            not_evidence,
            range,
        }
    }

    /// Whether all input could be read.
    pub(crate) fn is_complete(&self, inputs: &AuditInputs) -> bool {
        self.unread.is_empty() && inputs.roster_faults.is_empty()
    }

    /// Prints on stderr what couldn't be read, and entries of the policy that narrowly miss a role.
    /// This comes after the report, so that it comes last on a terminal.
    pub(crate) fn tell_faults(&self, inputs: &AuditInputs) {
        self.not_evidence.tell_not_evidence();
        self.unread.tell_unread();
        inputs.tell_roster_faults();
        tell_near_misses(&self.judgement.near_misses, &inputs.policy_file);
    }

    /// Prints the line on stderr that accounts for everything.
    pub(crate) fn tell_account(&self) {
        let line = totals::account_line(&self.totals);
        stdout::line_on_stderr(&format!("rolewatch: {line}"));
    }
}

/// Names the rules that the policy turns off on stderr, for formats without notes.
pub(crate) fn tell_rules_off(rules: &[RuleOff]) {
    for rule in rules {
        stdout::line_on_stderr(&format!("rolewatch: {}", said(&rule.notice())));
    }
}

/// Prints policy entries that narrowly miss a role on stderr, in every format: a role that isn't
/// judged looks like a clean one.
pub(crate) fn tell_near_misses(near_misses: &[Text], policy_file: &Path) {
    for near_miss in near_misses {
        let near_miss = said(near_miss);
        stdout::tell_warning(&format!("{}: {near_miss}", shown_path(policy_file)));
    }
}
