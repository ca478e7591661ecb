//! `roles`: the requirements for each elevated role, and `defaults`: those for all of them.

use std::collections::BTreeSet;

use super::super::node::{Entries, Field, Fields, ValueSlot};
use super::super::problem::Problems;
use super::super::{AllowOrDeny, GroupRef, IdentityKind, MfaByKind, RolePolicy, Severity};
use super::account::Accounts;
use super::defaults::{Defaults, KeySources, Keys};
use super::prose::prose;
use super::{arn, group, mfa};
use crate::moment::Span;
use crate::untrusted::harmless;

/// The keys of an entry of `roles`.
pub(in crate::policy) const ROLE_KEYS: &[&str] = &[
    "arn",
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

/// An entry of `roles`, for one of its ARNs.
pub(in crate::policy) struct ReadRole {
    pub(in crate::policy) policy: RolePolicy,
    pub(in crate::policy) from: KeySources,
}

/// The entries that could be read.
pub(super) fn read_all(
    field: &Field<'_>,
    defaults: &Defaults<'_>,
    accounts: &Accounts,
    problems: &mut Problems,
) -> Vec<ReadRole> {
    let slots = field
        .list(&Entries::Maps("arn"), problems)
        .unwrap_or_default();
    slots
        .iter()
        .filter_map(|slot| read(slot, defaults, accounts, problems))
        .flatten()
        .collect()
}

fn read(
    slot: &ValueSlot<'_>,
    defaults: &Defaults<'_>,
    accounts: &Accounts,
    problems: &mut Problems,
) -> Option<Vec<ReadRole>> {
    let own = Fields::of(slot.node, "a role", ROLE_KEYS, problems)?;
    let keys = Keys::of(&own, defaults);
    // Everything is read before returning early, so that all errors are reported at once.
    let patterns = arn::read_all(&own, slot.place.line, accounts, problems);
    let asked = asked(&keys, accounts, problems);
    let (asked, from) = (asked?, keys.sources(slot.place.line));
    let roles = patterns?.into_iter().map(|(arn, line)| ReadRole {
        policy: RolePolicy {
            arn,
            line,
            groups_line: from.line(&["groups"]),
            ..asked.clone()
        },
        from: from.clone(),
    });
    Some(roles.collect())
}

/// The requirements for those who enter, independent of the role.
fn asked(keys: &Keys<'_, '_>, accounts: &Accounts, problems: &mut Problems) -> Option<RolePolicy> {
    let identities = match keys.optional("identities") {
        Some(field) => identities(field, problems),
        None => Some(vec![IdentityKind::IamUser]),
    };
    let groups = groups(keys, identities.as_deref(), accounts, problems);
    let (mfa, chaining, severity) = words(|name| keys.optional(name), problems);
    let ([max_session, max_stretch, max_per_day], [min_membership, min_mfa_age]) =
        limits(|name| keys.optional(name), problems);
    Some(RolePolicy {
        groups: groups?,
        mfa: mfa?,
        max_session,
        max_stretch,
        max_per_day,
        min_membership,
        min_mfa_age,
        chaining: chaining?,
        identities: identities?,
        severity: severity?,
        owner: keys
            .optional("owner")
            .and_then(|field| owner(field, problems)),
        ..RolePolicy::of_any_role()
    })
}

/// Reads every value of `defaults` once, so that an error there is reported even if each entry has
/// its own value.
pub(super) fn check_defaults(fields: &Fields<'_>, accounts: &Accounts, problems: &mut Problems) {
    if let Some(field) = fields.optional("identities") {
        identities(field, problems);
    }
    if let Some(field) = fields.optional("groups") {
        group::read_all(field, accounts, problems);
    }
    if let Some(field) = fields.optional("owner") {
        owner(field, problems);
    }
    words(|name| fields.optional(name), problems);
    limits(|name| fields.optional(name), problems);
}

/// `mfa`, `chaining` and `severity`.
fn words<'f, 'a: 'f>(
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
        .map(|name| span(field(name), DurationBound::AtMost, problems));
    let least = ["min_membership", "min_mfa_age"]
        .map(|name| span(field(name), DurationBound::AtLeast, problems));
    (most, least)
}

fn groups(
    keys: &Keys<'_, '_>,
    identities: Option<&[IdentityKind]>,
    accounts: &Accounts,
    problems: &mut Problems,
) -> Option<Vec<GroupRef>> {
    let users = identities.is_none_or(|kinds| kinds.contains(&IdentityKind::IamUser));
    let why = if users {
        "the groups whose members may enter it, such as `[development/Developers]`"
    } else {
        "write `groups: []`, because no IAM user may enter the role"
    };
    let field = keys.required("groups", why, problems)?;
    let groups = group::read_all(field, accounts, problems)?;
    if groups.is_empty() && users && identities.is_some() {
        problems.at(field.slot().place, || {
            "`groups` is empty, so no IAM user could ever be allowed: name a group, or remove `iam-user` from `identities`".into()
        });
        return None;
    }
    Some(groups)
}

fn identities(field: &Field<'_>, problems: &mut Problems) -> Option<Vec<IdentityKind>> {
    let slots = field.list(&Entries::Texts("iam-user"), problems)?;
    if slots.is_empty() {
        problems.at(field.slot().place, || "`identities` is empty, so nobody could ever be allowed: name a type such as `iam-user`".into());
        return None;
    }
    let mut seen = BTreeSet::new();
    let kinds: Vec<Option<IdentityKind>> = slots
        .iter()
        .map(|slot| {
            let kind = slot.choice(&IdentityKind::ALL, IdentityKind::as_str, problems)?;
            if !seen.insert(kind) {
                problems.at(slot.place, || format!("`{kind}` is listed twice"));
            }
            Some(kind)
        })
        .collect();
    kinds.into_iter().collect()
}

/// A team or an address, on one line.
fn owner(field: &Field<'_>, problems: &mut Problems) -> Option<String> {
    let slot = field.slot();
    let text = prose(&slot, "platform", problems)?.trim();
    if text.contains('\n') {
        problems.at(slot.place, || {
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
        Some(field) => field.slot().choice(choices, word, problems),
        None => Some(default),
    }
}

/// Whether a duration is a maximum or a minimum.
#[derive(Clone, Copy)]
enum DurationBound {
    AtMost,
    AtLeast,
}

fn span(field: Option<&Field<'_>>, bound: DurationBound, problems: &mut Problems) -> Option<Span> {
    let slot = field?.slot();
    let text = slot.text("1h", problems)?;
    match text.parse::<Span>() {
        Ok(span) if span.seconds() > 0 => return Some(span),
        Ok(_) => problems.at(slot.place, || match bound {
            DurationBound::AtMost => {
                format!("{} of zero would be exceeded by every use: write the longest time allowed, or leave the key out", slot.called)
            }
            DurationBound::AtLeast => format!("{} of zero requires nothing: leave the key out", slot.called),
        }),
        Err(error) => problems.at(slot.place, || {
            let shown = harmless(text);
            if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
                format!("`{shown}` has no unit: write `{shown}s`, `{shown}m` or `{shown}h`")
            } else {
                format!("`{shown}` is not a duration: {error}")
            }
        }),
    }
    None
}

#[cfg(test)]
mod tests;
