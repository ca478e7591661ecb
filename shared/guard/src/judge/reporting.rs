//! Turns answers of rules into findings.

use std::collections::HashSet;

use super::{Judge, SuppressedFinding};
use crate::arn::RoleArn;
use crate::dossier::SwitchKey;
use crate::finding::{
    CallerShown, EntryTimes, Finding, FindingContext, SettledBy, Subject, SwitchIndex, Verdict,
};
use crate::id::RecordKey;
use crate::moment::Moment;
use crate::policy::Severity;
use crate::rule::Rule;
use crate::text::Text;

/// A finding that is about to be reported.
pub(super) struct Made {
    pub(super) rule: &'static Rule,
    pub(super) verdict: Verdict,
    pub(super) severity: Severity,
    pub(super) time: Moment,
    pub(super) sentence: Text,
    pub(super) events: Vec<RecordKey>,
    pub(super) id: String,
    pub(super) self_granted: bool,
    pub(super) denied: bool,
    pub(super) settled_by: Option<SettledBy>,
    pub(super) subject: Subject,
}

impl<'w> Judge<'_, 'w> {
    /// `role_severity`: the severity that the policy gives the role. Findings about a critical role
    /// can't be hidden.
    pub(super) fn report(
        &mut self,
        made: Made,
        role: String,
        caller: CallerShown,
        role_severity: Option<Severity>,
    ) {
        // A rule may name one of the switch's own records; each event is listed once.
        let mut known = HashSet::new();
        let mut records = made.events;
        records.retain(|record| known.insert(record.event.clone()));
        let events = records.iter().map(|record| record.event.clone()).collect();
        self.evidence.insert(made.id.clone(), records);
        let hidden_by = self.policy.suppression(
            made.rule.code,
            caller.arn.as_deref().unwrap_or_default(),
            role_severity,
            made.time,
        );
        let entry = RoleArn::parse(&role)
            .ok()
            .and_then(|arn| self.policy.role_for(&arn));
        let severity = self
            .policy
            .severity_of(made.rule, made.severity, made.self_granted);
        let finding = Finding {
            owner: entry.and_then(|entry| entry.owner.clone()),
            rule: made.rule.code,
            name: made.rule.name,
            verdict: made.verdict,
            severity,
            time: made.time,
            role,
            caller,
            message: made.sentence,
            events,
            id: made.id,
            policy: self.policy.version_hash,
            supersedes: Vec::new(),
            self_granted: made.self_granted,
            denied: made.denied,
            context: FindingContext {
                settled_by: made.settled_by,
                ..FindingContext::default()
            },
            subject: made.subject,
        };
        match hidden_by {
            Some(entry) => self.judgement.suppressed.push(SuppressedFinding {
                finding,
                by: entry.clone(),
            }),
            None => self.judgement.findings.push(finding),
        }
    }

    /// Adds to every finding where the call came from, and what the session did.
    pub(super) fn add_context(&mut self, entries: EntryTimes<'w>) {
        let judgement = &mut self.judgement;
        let hidden = judgement.suppressed.iter_mut().map(|one| &mut one.finding);
        let mut findings: Vec<_> = judgement.findings.iter_mut().chain(hidden).collect();
        let subjects = findings.iter().flat_map(|one| &one.subject.switches);
        let named: HashSet<SwitchKey> = subjects.cloned().collect();
        let mut index = SwitchIndex::new(self.world, self.policy, entries);
        for switch in &self.tracer.gathered.switches {
            let is_elevated = switch.policy.is_some() && switch.role.is_some();
            if is_elevated && named.contains(&switch.key) {
                index.add(switch, self.tracer.origin(switch));
            }
        }
        for finding in &mut findings {
            let records = self.evidence.get(&finding.id);
            let records = records.map_or(&[][..], Vec::as_slice);
            finding.context = FindingContext {
                settled_by: finding.context.settled_by.take(),
                ..index.context(finding, records)
            };
        }
    }
}
