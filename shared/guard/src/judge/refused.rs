//! Denied attempts: by or for root, each its own finding, and the others at elevated roles.

use super::{Judge, RefusedSummary};
use crate::text;
use std::sync::Arc;

use crate::arn::{RoleArn, permission_set};
use crate::directory::FailedPortalCall;
use crate::dossier::{Center, Origin, OriginKind, Person, Proof};
use crate::elevated::{Elevated, ElevatedRole};
use crate::finding::CallerShown;
use crate::id::{AccountId, RecordKey};
use crate::partition::KNOWN;
use crate::policy::{IdentityKind, RolePolicy, Severity, account_shown, role_in_account};
use crate::roster::Bearer;
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
        at_roles.extend(self.refused_at_portal(elevated));
        at_roles.sort_by(|a, b| (a.time, a.record, &a.role).cmp(&(b.time, b.record, &b.role)));
        self.judgement.refused = at_roles
            .iter()
            .map(|refused| RefusedSummary {
                record: refused.record.clone(),
                time: refused.time,
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
            time: denial.time,
            origin: self.behind(denial, record, Some(found.arn.as_str())),
            place: role_in_account(&found.arn, self.policy),
            severity: found.policy.severity,
            role: Some(found.arn),
            conflicting: self.tracer.gathered.conflicting.contains_key(record),
        })
    }

    /// Failed attempts to take a permission set that the policy names, or that the record doesn't
    /// show.
    fn refused_at_portal(&mut self, elevated: &Elevated<'w>) -> Vec<RefusedAttempt<'w>> {
        let tracer = self.tracer;
        let Some(center) = &tracer.gathered.center else {
            return Vec::new();
        };
        let mut attempts = Vec::new();
        for failed in center.activity.failed_portal_calls() {
            let wanted = (failed.call.account, failed.call.permission_set.as_deref());
            let (role, place, severity) = match wanted {
                (Some(account), Some(set)) => {
                    let Some((role, entry)) = permission_set_entry(account, set, elevated) else {
                        self.judgement.other_refusals += 1;
                        continue;
                    };
                    let account = account_shown(account, self.policy);
                    let set = text!("permission set {set}", set = harmless(set));
                    let place = text!("{role} in {account}", role = set, account);
                    (Some(role), place, entry.severity)
                }
                _ => (
                    None,
                    text!("a permission set (account unknown)"),
                    Severity::default(),
                ),
            };
            drop(self.tracer.take_asked());
            let origin = center_refused(center, failed);
            self.asked_for(failed.event.time, [failed.record]);
            attempts.push(RefusedAttempt {
                record: failed.record,
                time: failed.event.time,
                origin,
                role,
                place,
                severity,
                conflicting: tracer.gathered.conflicting.contains_key(failed.record),
            });
        }
        attempts
    }

    /// Runs the rules about denied attempts.
    fn judge_refused(&mut self, at_roles: &[RefusedAttempt<'_>]) {
        for (rule, check) in &rules::CHECKS {
            let Check::Refused(check) = check else {
                continue;
            };
            if self.policy.off(rule).is_some() {
                continue;
            }
            for draft in check(at_roles) {
                let Some(refused) = draft.refused.and_then(|at| at_roles.get(at)) else {
                    continue;
                };
                let role = refused.role.as_ref();
                let role = role.map_or_else(String::new, |role| harmless(role.as_str()));
                let caller = CallerShown::of_origin(&refused.origin);
                self.add_draft(rule, draft, role, caller, Some(refused.severity));
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
        drop(self.tracer.take_asked());
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

/// What stands for the roles of a permission set in an account, and the entry for them.
fn permission_set_entry<'w>(
    account: AccountId,
    set: &str,
    elevated: &Elevated<'w>,
) -> Option<(RoleArn, &'w RolePolicy)> {
    // Neither the portal's record nor the policy says which partition the accounts are in.
    for known in &KNOWN {
        let arn = permission_set::arn_of(known.partition, account, set);
        // The role has a suffix, of sixteen digits, that AWS chooses.
        let role = RoleArn::parse(&format!("{arn}_0000000000000000")).ok()?;
        if let Some(found) = elevated.find(&role, None) {
            return Some((RoleArn::parse(&arn).ok()?, found.policy));
        }
    }
    None
}

/// The user whom the access portal refused.
fn center_refused(center: &Center<'_>, failed: &FailedPortalCall<'_>) -> Origin {
    let shown = failed.event.by.user_name.as_ref();
    let user = match center.directory.person_of(failed.event) {
        Bearer::One(id) => Some(id),
        Bearer::OneOf(_) | Bearer::Unknown => None,
    };
    let known = user.as_ref().and_then(|id| center.directory.name_of(id));
    let id = user.clone().or_else(|| {
        let person = failed.event.on_behalf_of.as_ref()?;
        Some(Arc::clone(&person.user))
    });
    let name = known
        .or_else(|| shown.cloned())
        .or(id)
        .unwrap_or_else(|| Arc::from("somebody"));
    Origin {
        person: user.as_ref().map_or_else(
            || Person::IdentityCenter(Arc::from(name.to_lowercase())),
            |id| Person::StoreUser(center.user(id)),
        ),
        kind: OriginKind::Listed(IdentityKind::IdentityCenter),
        arn: None,
        account: Some(center.directory.settings.account),
        name: name.to_string().into(),
        proof: Proof::NotAsked,
        links: Vec::new(),
        broken: None,
        mint_missing: false,
        center: None,
        own_call: None,
    }
}

fn role_asked_for<'w>(denial: &Denial, elevated: &Elevated<'w>) -> Option<ElevatedRole<'w>> {
    elevated.find(denial.role.as_ref()?, None)
}
