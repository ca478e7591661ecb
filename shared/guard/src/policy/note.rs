//! Warnings: what a policy may contain but doesn't do what it seems to.

mod membership;
mod rules;

use crate::text;
use crate::text::Text;
use std::collections::{BTreeMap, HashMap};
use std::fmt;

pub(super) use rules::of_rules;

use super::read::ReadRole;
use super::{IdentityKind, Mfa, RolePolicy};
use crate::id::AccountId;
use crate::moment::Span;

/// The longest session that AWS grants to anybody.
const LONGEST_SESSION: Span = Span::from_seconds(12 * 3_600);

/// The period that a day's budget is counted over.
const DAY: Span = Span::from_seconds(24 * 3_600);

/// The most patterns with wildcards that each later entry is compared with. No real file has more,
/// and a file with more must not take seconds.
const COMPARED: usize = 300;

/// A warning about a line of the policy file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PolicyNote {
    /// The line, counted from 1.
    pub line: usize,
    /// One sentence that is safe to print on a terminal.
    pub text: Text,
}

impl fmt::Display for PolicyNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence())
    }
}

impl PolicyNote {
    /// The warning after its line.
    pub fn sentence(&self) -> Text {
        let (line, text) = (self.line, &self.text);
        text!("line {line}: {text}", line, text)
    }
}

/// `a`, `b` and `c`, each in backticks.
fn quoted<'t>(words: impl IntoIterator<Item = &'t str>) -> Text {
    Text::listed(words.into_iter().map(|word| format!("`{word}`")))
}

/// All warnings, by line. `knows_center`: the policy says where Identity Center is.
pub(super) fn policy_notes(
    roles: &[ReadRole],
    roles_line: usize,
    accounts: &BTreeMap<AccountId, String>,
    knows_center: bool,
) -> Vec<PolicyNote> {
    let mut notes = Vec::new();
    if roles.is_empty() {
        let text = text!("no role is listed: only AssumeRoot is checked");
        notes.push(PolicyNote {
            line: roles_line,
            text,
        });
    }
    for read in roles {
        let (role, from) = (&read.policy, &read.from);
        let about = |keys: &[&str], text: Option<Text>| {
            let line = from.line_of(keys);
            text.map(|text| PolicyNote { line, text })
        };
        let unlisted = unlisted_account(role, accounts).map(|text| PolicyNote {
            line: role.line,
            text,
        });
        notes.extend(unlisted);
        notes.extend(about(&["max_session"], endless_session(role)));
        notes.extend(about(&["max_stretch", "max_session"], short_stretch(role)));
        notes.extend(about(&["max_per_day"], endless_day(role)));
        for text in unprovable_mfa(role, knows_center) {
            notes.extend(about(&["mfa", "identities"], Some(text)));
        }
        notes.extend(mfa_of_nobody(read).and_then(|text| about(&["mfa"], Some(text))));
        notes.extend(shut_out(read).and_then(|text| about(&[], Some(text))));
        let without_effect = membership::without_effect(read).into_iter();
        notes.extend(without_effect.filter_map(|text| about(&[], Some(text))));
        notes.extend(about(&["groups"], membership::beside_everybody(role)));
    }
    let policies: Vec<&RolePolicy> = roles.iter().map(|read| &read.policy).collect();
    notes.extend(unreachable(&policies));
    notes.sort();
    notes.dedup();
    notes
}

fn unlisted_account(role: &RolePolicy, accounts: &BTreeMap<AccountId, String>) -> Option<Text> {
    let account = role
        .arn
        .account()
        .filter(|account| !accounts.contains_key(account))?;
    Some(text!(
        "{role} is in account {account}, which is not in `accounts`",
        role = role.arn.quoted(),
        account
    ))
}

fn endless_session(role: &RolePolicy) -> Option<Text> {
    let limit = role.max_session.filter(|limit| *limit >= LONGEST_SESSION)?;
    Some(text!(
        "`max_session` of {limit} is never exceeded: AWS grants at most {longest}",
        limit,
        longest = LONGEST_SESSION
    ))
}

fn short_stretch(role: &RolePolicy) -> Option<Text> {
    let (stretch, session) = (role.max_stretch?, role.max_session?);
    (stretch < session).then(|| {
        text!("`max_stretch` of {stretch} is shorter than `max_session` ({session}): one session can exceed it", stretch, session)
    })
}

fn endless_day(role: &RolePolicy) -> Option<Text> {
    let limit = role.max_per_day.filter(|limit| *limit >= DAY)?;
    Some(text!(
        "`max_per_day` of {limit} is never exceeded: it limits use within any 24h",
        limit
    ))
}

/// Warnings if MFA is required of identity types whose records never show it.
fn unprovable_mfa(role: &RolePolicy, knows_center: bool) -> Vec<Text> {
    let kinds = IdentityKind::ALL
        .into_iter()
        .filter(|kind| role.allows(*kind));
    let kinds: Vec<IdentityKind> = kinds.collect();
    let is_provable = |kind: IdentityKind| match kind {
        IdentityKind::IamUser => true,
        IdentityKind::IdentityCenter => knows_center,
        IdentityKind::Saml => role.allowed(kind).all(|one| one.mfa_tag().is_some()),
        IdentityKind::WebIdentity | IdentityKind::Service => false,
    };
    let unprovable: Vec<IdentityKind> = kinds
        .iter()
        .copied()
        .filter(|kind| !is_provable(*kind) && role.mfa.requires(*kind))
        .collect();
    let instead = checkable_mfa(role, &kinds, &is_provable);
    let (unproven, by_kind): (Vec<IdentityKind>, Vec<IdentityKind>) = unprovable
        .into_iter()
        .partition(|kind| matches!(kind, IdentityKind::Saml | IdentityKind::WebIdentity));
    let warning = |kinds: Vec<IdentityKind>, reported: Text| {
        (!kinds.is_empty()).then(|| {
            text!(
                "`mfa: required` can't be checked for {kinds}: the logs don't show it, so their switches are reported as {reported}; if that is intended, write `mfa: {instead}`",
                kinds = quoted(kinds.into_iter().map(IdentityKind::as_str)),
                reported,
                instead
            )
        })
    };
    let has_saml = unproven.contains(&IdentityKind::Saml);
    let has_center = by_kind.contains(&IdentityKind::IdentityCenter);
    let unproven = warning(unproven, text!("unproven")).map(|warning| {
        if has_saml {
            text!(
                "{warning}; if your identity provider sets a session tag after MFA, name it: `- saml: {{mfa_tag: \"mfa=true\"}}`",
                warning
            )
        } else {
            warning
        }
    });
    let by_kind = warning(by_kind, text!("admitted by kind")).map(|warning| {
        if has_center {
            text!(
                "{warning}; to check it for `identity-center`, add `identity_center:` to the policy",
                warning
            )
        } else {
            warning
        }
    });
    unproven.into_iter().chain(by_kind).collect()
}

/// What to write instead of `mfa: required`, so that it is only asked of those kinds for which it
/// can be checked.
fn checkable_mfa(
    role: &RolePolicy,
    kinds: &[IdentityKind],
    is_provable: &dyn Fn(IdentityKind) -> bool,
) -> String {
    if !kinds.iter().any(|kind| is_provable(*kind)) {
        return Mfa::Optional.as_str().to_owned();
    }
    let words = kinds.iter().map(|kind| {
        let word = if is_provable(*kind) {
            role.mfa.for_kind(*kind)
        } else {
            Mfa::Optional
        };
        format!("{kind}: {}", word.as_str())
    });
    format!("{{{}}}", words.collect::<Vec<_>>().join(", "))
}

/// A warning if `mfa` makes an exception for kinds that may not enter anyway.
fn mfa_of_nobody(read: &ReadRole) -> Option<Text> {
    let (role, from) = (&read.policy, &read.from);
    let excepted = role.mfa.excepted().filter(|kind| !role.allows(*kind));
    let excepted: Vec<&str> = excepted.map(IdentityKind::as_str).collect();
    // In `defaults`, it's meant for the entries that allow these kinds.
    (!excepted.is_empty() && !from.is_default("mfa")).then(|| {
        text!(
            "`mfa` for {kinds} has no effect: `identities` doesn't include it",
            kinds = quoted(excepted)
        )
    })
}

/// A warning if identity types are listed that can't enter the roles of a permission set.
fn shut_out(read: &ReadRole) -> Option<Text> {
    let kinds = read.shut_out.iter().map(|kind| kind.as_str());
    // In `defaults`, they are meant for the other entries.
    (!read.shut_out.is_empty() && !read.from.is_default("identities")).then(|| {
        text!("{kinds} in `identities` has no effect: only people of Identity Center can enter the role of a permission set", kinds = quoted(kinds))
    })
}

/// Warnings about roles that an earlier entry already matches.
fn unreachable(roles: &[&RolePolicy]) -> Vec<PolicyNote> {
    let mut literals: HashMap<&str, &RolePolicy> = HashMap::new();
    let mut globs: Vec<&RolePolicy> = Vec::new();
    let mut notes = Vec::new();
    let mut uncompared = false;
    for &role in roles {
        let earlier = literals.get(role.arn.as_str()).copied().or_else(|| {
            globs
                .iter()
                .copied()
                .find(|glob| glob.arn.covers(&role.arn))
        });
        match earlier {
            Some(earlier) => {
                let (line, first) = (role.line, earlier.line);
                let by = if earlier.arn == role.arn {
                    text!("it already appears")
                } else {
                    text!("{role} already matches it", role = earlier.arn.quoted())
                };
                notes.push(PolicyNote {
                    line,
                    text: text!(
                        "{role} is never reached: {by} on line {first}",
                        role = role.arn.quoted(),
                        by,
                        first
                    ),
                });
            }
            None if role.arn.has_wildcards() => {
                if globs.len() < COMPARED {
                    globs.push(role);
                } else if !uncompared {
                    uncompared = true;
                    let text = text!(
                        "only the first {count} patterns with wildcards are compared with later entries, so an entry that is never reached may go unnoticed",
                        count = COMPARED
                    );
                    notes.push(PolicyNote {
                        line: role.line,
                        text,
                    });
                }
            }
            None => {
                literals.insert(role.arn.as_str(), role);
            }
        }
    }
    notes
}

#[cfg(test)]
mod tests;
