//! One finding told whole: its sessions, the records behind each answer, and what to do.

mod text;

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;

use rolewatch_guard::review::allowed_by;
use rolewatch_guard::world::World;
use rolewatch_guard::{
    ExaminedSwitch, Finding, Judgement, RecordPart, Scope, SwitchKey, SwitchStory, TimelineEntry,
    Verdict, judge,
};

use crate::args::ExplainArgs;
use crate::audit::inputs::{AuditInputs, check_given};
use crate::audit::scan::{ScanOptions, ScannedLogs, scan};
use crate::audit::totals::account_line;
use crate::exit::{Exit, Failure};
use crate::finding_id::{all_findings, with_id};
use crate::language::said;
use crate::stdout;

/// A session of the finding.
pub(super) struct ToldSession {
    pub(super) story: SwitchStory,
    /// Why AWS allowed it, for each rule that it broke.
    pub(super) allowed: Vec<(&'static str, String)>,
}

/// A finding, with everything that led to it.
pub(super) struct ToldFinding<'a> {
    pub(super) finding: &'a Finding,
    /// The end, the owner and the reason of the entry that suppresses it.
    pub(super) suppressed: Option<(String, String, String)>,
    /// By time.
    pub(super) sessions: Vec<ToldSession>,
    /// The records that it is about, if there is no session.
    pub(super) attempts: Vec<TimelineEntry>,
}

/// `id`: the beginning of the finding's id.
pub(super) fn run(args: &ExplainArgs, id: &str) -> Result<Exit, Failure> {
    let here = [PathBuf::from(".")];
    let paths = match &*args.paths {
        [] => &here[..],
        given => given,
    };
    check_given(paths, &args.sources)?;
    let inputs = AuditInputs::find(paths, &args.sources)?;
    let ScannedLogs {
        world,
        mut totals,
        unread,
        not_evidence,
        ..
    } = scan(
        paths,
        &inputs.not_logs,
        &inputs.policy,
        ScanOptions::default(),
    )?;
    let judgement = judge_all(&world, &inputs, &mut |_| ());
    totals.add_judgement(&judgement);
    let finding = with_id(id, &all_findings(&judgement), |_| true)?;
    let told = ToldFinding {
        finding,
        suppressed: suppressed(&judgement, finding),
        sessions: sessions(&world, &inputs, finding),
        attempts: attempts(&world, finding),
    };
    stdout::print(|out| text::write(&told, &inputs.policy, stdout::columns(), out))?;
    not_evidence.tell_not_evidence();
    unread.tell_unread();
    inputs.tell_roster_faults();
    stdout::line_on_stderr(&format!("rolewatch: {}", account_line(&totals)));
    Ok(if unread.is_empty() && inputs.roster_faults.is_empty() {
        Exit::Clean
    } else {
        Exit::Incomplete
    })
}

fn judge_all(
    world: &World,
    inputs: &AuditInputs,
    watch: &mut dyn FnMut(&ExaminedSwitch<'_>),
) -> Judgement {
    judge(
        world,
        &inputs.policy,
        &inputs.rosters,
        Scope::default(),
        watch,
    )
}

/// Judges again, because which switches a finding is about is known only at the end.
fn sessions(world: &World, inputs: &AuditInputs, finding: &Finding) -> Vec<ToldSession> {
    let wanted: BTreeSet<&SwitchKey> = finding.subject.switches.iter().collect();
    if wanted.is_empty() {
        return Vec::new();
    }
    let mut found: HashMap<SwitchKey, ToldSession> = HashMap::new();
    judge_all(world, inputs, &mut |examined| {
        if wanted.contains(&examined.switch.key) {
            found.insert(examined.switch.key.clone(), told_session(examined, inputs));
        }
    });
    let mut sessions: Vec<(SwitchKey, ToldSession)> = found.into_iter().collect();
    sessions.sort_by(|(one, _), (other, _)| one.cmp(other));
    sessions.into_iter().map(|(_, session)| session).collect()
}

fn told_session(examined: &ExaminedSwitch<'_>, inputs: &AuditInputs) -> ToldSession {
    let story = examined.story();
    let mut allowed = Vec::new();
    for answer in &story.answers {
        if answer.verdict == Verdict::Violation
            && let Some(by) = allowed_by(examined, answer.rule, &inputs.files, &inputs.policy)
        {
            allowed.push((answer.rule, said(&by.sentence())));
        }
    }
    ToldSession { story, allowed }
}

/// The records of attempts that were denied, and of root sessions.
fn attempts(world: &World, finding: &Finding) -> Vec<TimelineEntry> {
    if !finding.subject.switches.is_empty() {
        return Vec::new();
    }
    let mut attempts = Vec::new();
    for record in &finding.subject.records {
        attempts.push(TimelineEntry::of_record(world, record, RecordPart::Attempt));
    }
    attempts.sort_by(|a, b| (a.time, &a.event).cmp(&(b.time, &b.event)));
    attempts
}

fn suppressed(judgement: &Judgement, finding: &Finding) -> Option<(String, String, String)> {
    let mut hidden = judgement.suppressed.iter();
    let hidden = hidden.find(|hidden| hidden.finding.id == finding.id)?;
    let by = &hidden.by;
    Some((by.until.to_string(), by.owner.clone(), by.reason.clone()))
}
