//! What judging came to.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use crate::arn::RoleArn;
use crate::dossier::{Origin, Person, Switch};
use crate::elevated::UnmatchedEntry;
use crate::finding::{CallerShown, Finding, Verdict};
use crate::id::{EventId, RecordKey};
use crate::moment::Moment;
use crate::policy::Suppression;
use crate::roster::Entity;
use crate::rule::Rule;
use crate::rules::RuleAnswer;

/// How often a rule answered what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Kept, and shown to be.
    pub allow: u64,
    /// Broken.
    pub violation: u64,
    /// Neither can be shown.
    pub unproven: u64,
    /// Nothing to say.
    pub not_applicable: u64,
}

/// A finding that the policy hides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuppressedFinding {
    /// What was found.
    pub finding: Finding,
    /// Which entry hides it.
    pub by: Suppression,
}

/// One switch into an elevated role, for a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SwitchSummary {
    /// When.
    pub time: Moment,
    /// The role's ARN, harmless to print.
    pub role: Arc<str>,
    /// The origin.
    pub caller: Arc<CallerShown>,
    /// By console rather than by API.
    pub console: bool,
    /// The last use seen.
    pub last_use: Option<Moment>,
    /// Until when the credentials worked.
    pub granted_until: Option<Moment>,
    /// The event of the mint, or whatever else was read of it.
    pub event: Option<EventId>,
    /// Rules that were broken.
    pub violations: u16,
    /// Rules that could not be decided.
    pub unproven: u16,
    /// Whether the policy asks for a group or MFA, and nobody checked either, because the policy
    /// admits this kind of identity.
    pub admitted_by_kind: bool,
}

/// One refused attempt at an elevated role, for those who keep findings up to date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedSummary {
    /// The record.
    pub record: RecordKey,
    /// When.
    pub time: Moment,
    /// Who was refused.
    pub person: Person,
    /// The role's ARN.
    pub role: RoleArn,
}

/// A record that is judged by itself, and whom its judgement rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedAlone {
    /// The record of a refused attempt, or of a root session.
    pub record: RecordKey,
    /// When.
    pub time: Moment,
    /// A fact about one of these can change what is said of it.
    pub asked: BTreeSet<Entity>,
}

/// What judging came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// "Now".
    pub as_of: Option<Moment>,
    /// Violations and unproven answers, oldest first.
    pub findings: Vec<Finding>,
    /// Those that the policy hides.
    pub suppressed: Vec<SuppressedFinding>,
    /// Every switch that was judged, oldest first.
    pub switches: Vec<SwitchSummary>,
    /// Every refused attempt at an elevated role, oldest first.
    pub refused: Vec<RefusedSummary>,
    /// Refused attempts and root sessions that rest on what is known of users.
    pub alone: Vec<AskedAlone>,
    /// By rule code.
    pub tallies: BTreeMap<&'static str, Tally>,
    /// Refusals that name no elevated role, or were no AccessDenied.
    pub other_refusals: u64,
    /// AssumeRoot calls that the policy allows.
    pub root_allowed: u64,
    /// Records that came in contradicting copies.
    pub conflicts: usize,
    /// What else the reader should know.
    pub notices: Vec<String>,
    /// Of the notices, those about entries of the policy that only just miss a role.
    pub near_misses: Vec<String>,
    /// One copy of each role and caller, for the summaries.
    roles: HashSet<Arc<str>>,
    callers: HashSet<Arc<CallerShown>>,
}

/// A switch while it is examined, with every rule's answer.
pub struct ExaminedSwitch<'a> {
    /// The dossier.
    pub switch: &'a Switch<'a>,
    /// Who stands behind it.
    pub origin: &'a Origin,
    pub(crate) answers: &'a [(&'static Rule, RuleAnswer)],
    /// Whom and what its judgement rests on: a fact about one of these can change it. Groups are
    /// not among them; the policy names them.
    pub asked: &'a BTreeSet<Entity>,
}

impl ExaminedSwitch<'_> {
    /// Rule, verdict and reason, in the order of the codes.
    pub fn answers(&self) -> impl Iterator<Item = (&'static Rule, Verdict, &str)> {
        self.answers
            .iter()
            .map(|(rule, answer)| (*rule, answer.verdict, &*answer.because))
    }
}

fn keep<T: ?Sized + Eq + std::hash::Hash>(kept: &mut HashSet<Arc<T>>, value: Arc<T>) -> Arc<T> {
    if let Some(known) = kept.get(&value) {
        return Arc::clone(known);
    }
    kept.insert(Arc::clone(&value));
    value
}

impl Judgement {
    pub(super) fn new(as_of: Option<Moment>) -> Self {
        Self {
            as_of,
            findings: Vec::new(),
            suppressed: Vec::new(),
            switches: Vec::new(),
            refused: Vec::new(),
            alone: Vec::new(),
            tallies: BTreeMap::new(),
            other_refusals: 0,
            root_allowed: 0,
            conflicts: 0,
            notices: Vec::new(),
            near_misses: Vec::new(),
            roles: HashSet::new(),
            callers: HashSet::new(),
        }
    }

    /// Notes entries of the policy that no role matches. What was probably meant comes before
    /// everything else.
    pub fn note_unmatched(&mut self, unmatched: &[UnmatchedEntry]) {
        let sentence =
            |entry: &UnmatchedEntry| format!("line {} of the policy: {entry}", entry.line);
        let (near, others): (Vec<_>, Vec<_>) =
            unmatched.iter().partition(|entry| entry.is_near_miss());
        self.near_misses.extend(near.into_iter().map(sentence));
        self.notices.splice(..0, self.near_misses.iter().cloned());
        self.notices.extend(others.into_iter().map(sentence));
    }

    pub(super) fn count(&mut self, rule: &'static str, verdict: Verdict) {
        let tally = self.tallies.entry(rule).or_default();
        match verdict {
            Verdict::Allow => tally.allow += 1,
            Verdict::Violation => tally.violation += 1,
            Verdict::Unproven => tally.unproven += 1,
            Verdict::NotApplicable => tally.not_applicable += 1,
        }
    }

    pub(super) fn summarise(
        &mut self,
        switch: &Switch<'_>,
        caller: &CallerShown,
        role: &str,
        answers: &[(&'static Rule, RuleAnswer)],
        admitted_by_kind: bool,
    ) {
        let of = |verdict: Verdict| {
            u16::try_from(
                answers
                    .iter()
                    .filter(|(_, answer)| answer.verdict == verdict)
                    .count(),
            )
            .unwrap_or(u16::MAX)
        };
        let role = keep(&mut self.roles, Arc::from(role));
        let caller = keep(&mut self.callers, Arc::new(caller.clone()));
        self.switches.push(SwitchSummary {
            time: switch.key.second,
            role,
            caller,
            console: switch.by_console(),
            last_use: switch.used.as_ref().map(|used| used.last.0),
            granted_until: switch.granted_until(),
            event: switch.evidence().first().map(|record| record.event.clone()),
            violations: of(Verdict::Violation),
            unproven: of(Verdict::Unproven),
            admitted_by_kind,
        });
    }

    /// INVARIANT (order): findings come out in an order of their own, whatever order the facts came
    /// in.
    pub(super) fn finish(&mut self) {
        self.findings
            .sort_by(|a, b| (a.time, a.rule, &a.id).cmp(&(b.time, b.rule, &b.id)));
        self.suppressed.sort_by(|a, b| {
            (a.finding.time, a.finding.rule, &a.finding.id).cmp(&(
                b.finding.time,
                b.finding.rule,
                &b.finding.id,
            ))
        });
        self.switches.sort_by(|a, b| {
            (a.time, &a.role, &a.caller, &a.event).cmp(&(b.time, &b.role, &b.caller, &b.event))
        });
    }
}
