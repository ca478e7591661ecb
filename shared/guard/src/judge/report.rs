//! The result of judging.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use crate::arn::RoleArn;
use crate::dossier::{Origin, Person, Switch};
use crate::elevated::UnmatchedEntry;
use crate::finding::{CallerShown, Finding, Verdict};
use crate::id::{EventId, RecordKey};
use crate::moment::Moment;
use crate::policy::{RuleOff, Suppression};
use crate::roster::{Asked, Entity, Membership};
use crate::rule::Rule;
use crate::rules::RuleAnswer;
use crate::text::Text;
use crate::world::World;

/// The number of each answer of a rule.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// The rule was kept, and the evidence shows it.
    pub allow: u64,
    /// The rule was broken.
    pub violation: u64,
    /// The evidence shows neither.
    pub unproven: u64,
    /// The rule doesn't apply.
    pub not_applicable: u64,
}

/// A finding that the policy hides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuppressedFinding {
    /// The finding.
    pub finding: Finding,
    /// The entry that hides it.
    pub by: Suppression,
}

/// One switch into an elevated role, for a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SwitchSummary {
    /// When it happened.
    pub time: Moment,
    /// The role's ARN, safe to print.
    pub role: Arc<str>,
    /// The origin.
    pub caller: Arc<CallerShown>,
    /// Whether it was made by console rather than by API.
    pub console: bool,
    /// The time of the last use seen.
    pub last_use: Option<Moment>,
    /// When the credentials expired.
    pub granted_until: Option<Moment>,
    /// The event of the mint, or of another record of the switch.
    pub event: Option<EventId>,
    /// The number of rules that were broken.
    pub violations: u16,
    /// The number of rules that couldn't be decided.
    pub unproven: u16,
    /// Whether the policy requires a group or MFA that wasn't checked, because it allows this
    /// identity type without, or turns the rule off.
    pub admitted_by_kind: bool,
}

/// One denied attempt at an elevated role, used to keep findings up to date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedSummary {
    /// The record.
    pub record: RecordKey,
    /// When it happened.
    pub time: Moment,
    /// The person who was denied.
    pub person: Person,
    /// The role's ARN. `None`: the record doesn't show it.
    pub role: Option<RoleArn>,
}

/// A record that is judged on its own, with the entities that its judgment depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedAlone {
    /// The record of a denied attempt, or of a root session.
    pub record: RecordKey,
    /// When it happened.
    pub time: Moment,
    /// The entities that the judgment depends on. A fact about one of them can change it.
    pub asked: BTreeSet<Entity>,
}

/// The result of judging.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// The time that counts as "now".
    pub as_of: Option<Moment>,
    /// Violations and unproven answers, oldest first.
    pub findings: Vec<Finding>,
    /// Findings that the policy hides.
    pub suppressed: Vec<SuppressedFinding>,
    /// Every switch that was judged, oldest first.
    pub switches: Vec<SwitchSummary>,
    /// Every denied attempt at an elevated role, oldest first.
    pub refused: Vec<RefusedSummary>,
    /// Denied attempts and root sessions whose judgment depends on what is known about users.
    pub alone: Vec<AskedAlone>,
    /// The answers of each rule, by its code.
    pub tallies: BTreeMap<&'static str, Tally>,
    /// The number of denials that name no elevated role or have an error other than AccessDenied.
    pub other_refusals: u64,
    /// The number of AssumeRoot calls that the policy allows.
    pub root_allowed: u64,
    /// The number of records whose copies contradict each other.
    pub conflicts: usize,
    /// The rules about records that the policy turns off.
    pub rules_off: Vec<RuleOff>,
    /// Other information for the reader.
    pub notices: Vec<Text>,
    /// The notices about entries of the policy that narrowly miss a role.
    pub near_misses: Vec<Text>,
    /// One copy of each role and caller, for the summaries.
    roles: HashSet<Arc<str>>,
    callers: HashSet<Arc<CallerShown>>,
}

/// A switch during judging, with every rule's answer.
pub struct ExaminedSwitch<'a> {
    /// The dossier.
    pub switch: &'a Switch<'a>,
    /// The origin of the switch.
    pub origin: &'a Origin,
    pub(crate) answers: &'a [(&'static Rule, RuleAnswer)],
    pub(crate) world: &'a World,
    /// What the judgment depends on.
    pub asked: &'a Asked,
    /// Finds the person's membership in each group that may allow the switch. Few readers need it.
    pub(crate) memberships: &'a dyn Fn() -> Vec<(String, Membership)>,
}

impl ExaminedSwitch<'_> {
    /// Rule, verdict and reason, in the order of the codes.
    pub fn answers(&self) -> impl Iterator<Item = (&'static Rule, Verdict, &Text)> {
        self.answers
            .iter()
            .map(|(rule, answer)| (*rule, answer.verdict, &answer.because))
    }
}

fn intern<T: ?Sized + Eq + std::hash::Hash>(kept: &mut HashSet<Arc<T>>, value: Arc<T>) -> Arc<T> {
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
            rules_off: Vec::new(),
            notices: Vec::new(),
            near_misses: Vec::new(),
            roles: HashSet::new(),
            callers: HashSet::new(),
        }
    }

    /// Adds notices about entries of the policy that match no role. Entries that probably mean
    /// another role come first.
    pub fn note_unmatched(&mut self, unmatched: &[UnmatchedEntry]) {
        let sentence = |entry: &UnmatchedEntry| entry.sentence_with_line();
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
        let role = intern(&mut self.roles, Arc::from(role));
        let caller = intern(&mut self.callers, Arc::new(caller.clone()));
        self.switches.push(SwitchSummary {
            time: switch.key.second,
            role,
            caller,
            console: switch.by_console(),
            last_use: switch.used.as_ref().map(|used| used.last.time),
            granted_until: switch.granted_until(),
            event: switch.evidence().first().map(|record| record.event.clone()),
            violations: of(Verdict::Violation),
            unproven: of(Verdict::Unproven),
            admitted_by_kind,
        });
    }

    /// INVARIANT (order): findings are sorted in their own order, whatever the order of the facts.
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
