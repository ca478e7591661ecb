//! `roles`: the requirements for each elevated role, and `defaults`: those for all of them.

use super::super::node::{Entries, Field, Fields, ValueSlot};
use super::super::problem::Problems;
use super::super::{AllowOrDeny, IdentityKind, MfaByKind, RolePolicy, Severity};
use super::defaults::{Defaults, KeySources, Keys};
use super::duration::{DurationBound, limit};
use super::entrants::Entrants;
use super::prose::read_prose;
use super::{Known, arn, group, identities, mfa};
use crate::moment::Span;
use crate::untrusted::harmless;

/// The keys of an entry of `roles`. The first [`WHICH_ROLES`] select roles.
pub(in crate::policy) const ROLE_KEYS: &[&str] = &[
    "arn",
    "permission_set",
    "accounts",
    "groups",
    "mfa",
    "max_session",
    "max_stretch",
    "max_per_day",
    "min_membership",
    "min_mfa_age",
    "chaining",
    "identities",
    "severity",
    "owner",
];

/// The number of keys at the beginning of [`ROLE_KEYS`] that select roles.
pub(super) const WHICH_ROLES: usize = 3;

/// An entry of `roles`, for one of its ARNs.
pub(in crate::policy) struct ReadRole {
    pub(in crate::policy) policy: RolePolicy,
    pub(in crate::policy) from: KeySources,
    /// Kinds in `identities` that can't enter the roles of a permission set.
    pub(in crate::policy) shut_out: Vec<IdentityKind>,
}

/// The entries that could be read.
pub(super) fn read_all(
    field: &Field<'_>,
    defaults: &Defaults<'_>,
    known: &Known,
    problems: &mut Problems,
) -> Vec<ReadRole> {
    let slots = field
        .list(&Entries::Maps("arn"), problems)
        .unwrap_or_default();
    slots
        .iter()
        .filter_map(|slot| read(slot, defaults, known, problems))
        .flatten()
        .collect()
}

fn read(
    slot: &ValueSlot<'_>,
    defaults: &Defaults<'_>,
    known: &Known,
    problems: &mut Problems,
) -> Option<Vec<ReadRole>> {
    let own = Fields::of_map(slot.node, "a role", ROLE_KEYS, problems)?;
    let keys = Keys::new(&own, defaults);
    // Everything is read before returning early, so that all errors are reported at once.
    let patterns = arn::read_all(&own, slot.place.line, known, problems);
    let asked = read_demands(&keys, known, problems);
    let ((asked, shut_out), from) = (asked?, keys.sources(slot.place.line));
    let roles = patterns?.into_iter().map(|(arn, line)| ReadRole {
        policy: RolePolicy {
            arn,
            line,
            groups_line: from.line_of(&["groups"]),
            ..asked.clone()
        },
        from: from.clone(),
        shut_out: shut_out.clone(),
    });
    Some(roles.collect())
}

/// The requirements for those who enter, independent of the role; and the identity types that
/// can't enter it.
fn read_demands(
    keys: &Keys<'_, '_>,
    known: &Known,
    problems: &mut Problems,
) -> Option<(RolePolicy, Vec<IdentityKind>)> {
    let entrants = Entrants::read(keys, known, problems);
    let (mfa, chaining, severity) = read_words(|name| keys.optional(name), problems);
    let ([max_session, max_stretch, max_per_day], [min_membership, min_mfa_age]) =
        limits(|name| keys.optional(name), problems);
    let owner = keys
        .optional("owner")
        .and_then(|field| read_owner(field, problems));
    let Entrants {
        identities,
        shut_out,
        groups,
    } = entrants?;
    let policy = RolePolicy {
        groups: groups.iam,
        store_groups: groups.store,
        mfa: mfa?,
        max_session,
        max_stretch,
        max_per_day,
        min_membership,
        min_mfa_age,
        chaining: chaining?,
        identities,
        severity: severity?,
        owner,
        ..RolePolicy::of_any_role()
    };
    Some((policy, shut_out))
}

/// Reads every value of `defaults` once, so that an error there is reported even if each entry has
/// its own value.
pub(super) fn check_defaults(fields: &Fields<'_>, known: &Known, problems: &mut Problems) {
    if let Some(field) = fields.optional("identities") {
        identities::read(field, problems);
    }
    if let Some(field) = fields.optional("groups") {
        group::read_all(field, known, problems);
    }
    if let Some(field) = fields.optional("owner") {
        read_owner(field, problems);
    }
    read_words(|name| fields.optional(name), problems);
    limits(|name| fields.optional(name), problems);
}

/// `mfa`, `chaining` and `severity`.
fn read_words<'f, 'a: 'f>(
    field: impl Fn(&str) -> Option<&'f Field<'a>>,
    problems: &mut Problems,
) -> (Option<MfaByKind>, Option<AllowOrDeny>, Option<Severity>) {
    let mfa = mfa::read(field("mfa"), problems);
    let chaining = choice(
        field("chaining"),
        &AllowOrDeny::ALL,
        AllowOrDeny::as_str,
        AllowOrDeny::Deny,
        problems,
    );
    let severity = choice(
        field("severity"),
        &Severity::ALL,
        Severity::as_str,
        Severity::default(),
        problems,
    );
    (mfa, chaining, severity)
}

/// The maximum limits and the minimum limits.
fn limits<'f, 'a: 'f>(
    field: impl Fn(&str) -> Option<&'f Field<'a>>,
    problems: &mut Problems,
) -> ([Option<Span>; 3], [Option<Span>; 2]) {
    let most = ["max_session", "max_stretch", "max_per_day"]
        .map(|name| limit(field(name), DurationBound::AtMost, problems));
    let least = ["min_membership", "min_mfa_age"]
        .map(|name| limit(field(name), DurationBound::AtLeast, problems));
    (most, least)
}

/// A team or an address, on one line.
fn read_owner(field: &Field<'_>, problems: &mut Problems) -> Option<String> {
    let slot = field.value_slot();
    let text = read_prose(&slot, "platform", problems)?.trim();
    if text.contains('\n') {
        problems.report_at(slot.place, || {
            "`owner` must be one line: a team or an address, such as `platform`".into()
        });
        return None;
    }
    Some(harmless(text))
}

fn choice<T: Copy>(
    field: Option<&Field<'_>>,
    choices: &[T],
    word: fn(T) -> &'static str,
    default: T,
    problems: &mut Problems,
) -> Option<T> {
    match field {
        Some(field) => field.value_slot().choice(choices, word, problems),
        None => Some(default),
    }
}

#[cfg(test)]
mod tests;
