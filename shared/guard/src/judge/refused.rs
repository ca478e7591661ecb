//! Denied attempts: by or for root, each its own finding, and the others at elevated roles.

use super::{Judge, RefusedSummary};
use crate::dossier::Origin;
use crate::elevated::{Elevated, ElevatedRole};
use crate::finding::CallerShown;
use crate::id::RecordKey;
use crate::policy::place;
use crate::rules::{self, Check, RefusedAttempt};
use crate::seen::{CallerKind, Denial, MintApi};
use crate::untrusted::harmless;

impl<'w> Judge<'_, 'w> {
    pub(super) fn refused(&mut self, elevated: &Elevated<'w>) {
        let mut at_roles: Vec<RefusedAttempt<'_>> = Vec::new();
        let denials = &self.tracer.gathered.denials;
        // Denials are sorted by time, then by record, so copies of one record are adjacent.
        for copies in denials.chunk_by(|(a, _), (b, _)| a == b) {
            let (root, others): (Vec<_>, Vec<_>) = copies
                .iter()
                .partition(|(_, denial)| is_of_root(denial, elevated));
            self.refused_as_root(&root, others.is_empty(), elevated);
            for (record, denial) in others {
                at_roles.extend(self.refused_at_role(record, denial, elevated));
            }
        }
        self.judgement.refused = at_roles
            .iter()
            .map(|refused| RefusedSummary {
                record: refused.record.clone(),
                time: refused.denial.time,
                person: refused.origin.person.clone(),
                role: refused.role.clone(),
            })
            .collect();
        self.judge_refused(&at_roles);
    }

    /// The copies of one record that show a denial for root. `alone`: no copy says otherwise.
    fn refused_as_root(
        &mut self,
        copies: &[&(&'w RecordKey, &'w Denial)],
        alone: bool,
        elevated: &Elevated<'w>,
    ) {
        let Some((record, denial)) = copies.first() else {
            return;
        };
        let role = role_asked_for(denial, elevated).map(|found| found.arn);
        // If a record's copies contradict each other, one may not be a denial and so be missing
        // here.
        let missing_copy =
            self.tracer.gathered.conflicting.contains_key(record) && copies.len() < 2;
        self.root_refused(record, denial, role.as_ref(), alone && !missing_copy);
    }

    /// Adds an attempt at an elevated role; any other attempt is only counted.
    fn refused_at_role(
        &mut self,
        record: &'w RecordKey,
        denial: &'w Denial,
        elevated: &Elevated<'w>,
    ) -> Option<RefusedAttempt<'w>> {
        let found = role_asked_for(denial, elevated);
        // Throttling, expired tokens and similar errors affect everybody. They say nothing about
        // who may enter.
        let Some(found) = found.filter(|_| denial.access_denied) else {
            self.judgement.other_refusals += 1;
            return None;
        };
        Some(RefusedAttempt {
            record,
            denial,
            origin: self.behind(denial, record, Some(found.arn.as_str())),
            place: place(&found.arn, self.policy),
            severity: found.policy.severity,
            role: found.arn,
            conflicting: self.tracer.gathered.conflicting.contains_key(record),
        })
    }

    /// Runs the rules about denied attempts.
    fn judge_refused(&mut self, at_roles: &[RefusedAttempt<'_>]) {
        for (rule, check) in &rules::CHECKS {
            let Check::Refused(check) = check else {
                continue;
            };
            for draft in check(at_roles) {
                let Some(refused) = draft.refused.and_then(|at| at_roles.get(at)) else {
                    continue;
                };
                let role = harmless(refused.role.as_str());
                let caller = CallerShown::of_origin(&refused.origin);
                self.draft(rule, draft, role, caller, Some(refused.severity));
            }
        }
    }

    /// The origin of a denied attempt. Notes the entities that the roster was asked about.
    pub(super) fn behind(
        &mut self,
        denial: &Denial,
        record: &RecordKey,
        near: Option<&str>,
    ) -> Origin {
        drop(self.tracer.roster.take_asked());
        let origin = self.tracer.behind(&denial.caller, denial.time, near);
        self.asked_for(denial.time, [record]);
        origin
    }
}

/// Whether this is about root: its credentials were requested, or it tried to enter an elevated
/// role.
fn is_of_root(denial: &Denial, elevated: &Elevated<'_>) -> bool {
    denial.api == MintApi::AssumeRoot
        || (denial.caller.kind == CallerKind::Root && role_asked_for(denial, elevated).is_some())
}

fn role_asked_for<'w>(denial: &Denial, elevated: &Elevated<'w>) -> Option<ElevatedRole<'w>> {
    elevated.find(denial.role.as_ref()?, None)
}
