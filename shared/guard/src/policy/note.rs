//! Warnings: what a policy may contain but doesn't do what it seems to.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use super::node::listing;
use super::read::ReadRole;
use super::{IdentityKind, Mfa, RolePattern, RolePolicy};
use crate::id::AccountId;
use crate::moment::Span;
use crate::untrusted::harmless;

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
    pub text: String,
}

impl fmt::Display for PolicyNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.text)
    }
}

/// All warnings, by line.
pub(super) fn all(
    roles: &[ReadRole],
    roles_line: usize,
    accounts: &BTreeMap<AccountId, String>,
) -> Vec<PolicyNote> {
    let mut notes = Vec::new();
    if roles.is_empty() {
        let text = "no role is listed: only AssumeRoot is checked".to_owned();
        notes.push(PolicyNote {
            line: roles_line,
            text,
        });
    }
    for read in roles {
        let (role, from) = (&read.policy, &read.from);
        let about = |keys: &[&str], text: Option<String>| {
            let line = from.line(keys);
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
        notes.extend(about(&["mfa", "identities"], unprovable_mfa(role)));
        notes.extend(mfa_of_nobody(read).and_then(|text| about(&["mfa"], Some(text))));
        let without_users = without_users(read).into_iter();
        notes.extend(without_users.filter_map(|text| about(&[], Some(text))));
    }
    let policies: Vec<&RolePolicy> = roles.iter().map(|read| &read.policy).collect();
    notes.extend(unreachable(&policies));
    notes.sort();
    notes.dedup();
    notes
}

fn unlisted_account(role: &RolePolicy, accounts: &BTreeMap<AccountId, String>) -> Option<String> {
    let account = role
        .arn
        .account()
        .filter(|account| !accounts.contains_key(account))?;
    Some(format!(
        "`{}` is in account {account}, which is not in `accounts`",
        shown(&role.arn)
    ))
}

fn endless_session(role: &RolePolicy) -> Option<String> {
    let limit = role.max_session.filter(|limit| *limit >= LONGEST_SESSION)?;
    Some(format!(
        "`max_session` of {limit} is never exceeded: AWS grants at most {LONGEST_SESSION}"
    ))
}

fn short_stretch(role: &RolePolicy) -> Option<String> {
    let (stretch, session) = (role.max_stretch?, role.max_session?);
    (stretch < session).then(|| {
        format!(
            "`max_stretch` of {stretch} is shorter than `max_session` ({session}): one session can exceed it"
        )
    })
}

fn endless_day(role: &RolePolicy) -> Option<String> {
    let limit = role.max_per_day.filter(|limit| *limit >= DAY)?;
    Some(format!(
        "`max_per_day` of {limit} is never exceeded: it limits use within any 24h"
    ))
}

/// A warning if MFA is required of kinds of identity whose records never show it.
fn unprovable_mfa(role: &RolePolicy) -> Option<String> {
    let users = |kind: &IdentityKind| *kind == IdentityKind::IamUser;
    let unprovable: Vec<IdentityKind> = role
        .identities
        .iter()
        .copied()
        .filter(|kind| !users(kind) && role.mfa.requires(*kind))
        .collect();
    if unprovable.is_empty() {
        return None;
    }
    let words = role.identities.iter().map(|kind| {
        let word = if users(kind) {
            role.mfa.of(*kind)
        } else {
            Mfa::Optional
        };
        format!("{kind}: {}", word.as_str())
    });
    let instead = if role.allows(IdentityKind::IamUser) {
        format!("{{{}}}", words.collect::<Vec<_>>().join(", "))
    } else {
        Mfa::Optional.as_str().to_owned()
    };
    Some(format!(
        "`mfa: required` can't be checked for {}: the logs don't show it, so their switches are reported as admitted by kind; \
         if that is intended, write `mfa: {instead}`",
        listing(unprovable.iter().map(|kind| kind.as_str()), "and")
    ))
}

/// A warning if `mfa` makes an exception for kinds that may not enter anyway.
fn mfa_of_nobody(read: &ReadRole) -> Option<String> {
    let (role, from) = (&read.policy, &read.from);
    let excepted = role.mfa.excepted().filter(|kind| !role.allows(*kind));
    let excepted: Vec<&str> = excepted.map(IdentityKind::as_str).collect();
    // In `defaults`, it's meant for the entries that allow these kinds.
    (!excepted.is_empty() && !from.is_default("mfa")).then(|| {
        format!(
            "`mfa` for {} has no effect: `identities` doesn't include it",
            listing(excepted, "and")
        )
    })
}

fn without_users(read: &ReadRole) -> Vec<String> {
    let (role, from) = (&read.policy, &read.from);
    if role.allows(IdentityKind::IamUser) {
        return Vec::new();
    }
    let why =
        "has no effect: `identities` doesn't include `iam-user`, and only IAM users are in groups";
    let mut texts = Vec::new();
    if !role.groups.is_empty() {
        texts.push(if from.is_default("groups") {
            format!("`groups` of `defaults` {why}; if no group counts, write `groups: []` here")
        } else {
            format!("`groups` {why}")
        });
    }
    // An entry can't lift a limit of `defaults`, so there it's meant for the other entries.
    if role.min_membership.is_some() && !from.is_default("min_membership") {
        texts.push(format!("`min_membership` {why}"));
    }
    texts
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
                    "it already appears".to_owned()
                } else {
                    format!("`{}` already matches it", shown(&earlier.arn))
                };
                notes.push(PolicyNote {
                    line,
                    text: format!(
                        "`{}` is never reached: {by} on line {first}",
                        shown(&role.arn)
                    ),
                });
            }
            None if role.arn.has_wildcards() => {
                if globs.len() < COMPARED {
                    globs.push(role);
                } else if !uncompared {
                    uncompared = true;
                    let text = format!(
                        "only the first {COMPARED} patterns with wildcards are compared with later entries, so an entry that is never reached may go unnoticed"
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

fn shown(pattern: &RolePattern) -> String {
    harmless(pattern.as_str())
}

#[cfg(test)]
mod tests {
    use super::super::Policy;

    const HEAD: &str =
        "version: 1\naccounts: {111122223333: development, 444455556666: production}\n";

    fn notes(roles: &str) -> Vec<String> {
        let policy = Policy::read(format!("{HEAD}{roles}").as_bytes(), "p")
            .unwrap_or_else(|errors| panic!("{errors}"));
        policy.warnings.iter().map(ToString::to_string).collect()
    }

    fn notes_of_role(keys: &str) -> Vec<String> {
        notes(&format!(
            "roles:\n  - {{arn: 'arn:aws:iam::444455556666:role/A', groups: [development/Developers], {keys}}}\n"
        ))
    }

    fn notes_of_roles(names: &[&str]) -> Vec<String> {
        let entry = |name: &&str| {
            format!("  - {{arn: 'arn:aws:iam::{name}', groups: [development/Developers]}}\n")
        };
        notes(&format!(
            "roles:\n{}",
            names.iter().map(entry).collect::<String>()
        ))
    }

    #[test]
    fn a_policy_without_roles_is_odd() {
        assert_eq!(
            notes("roles: []\n"),
            ["line 3: no role is listed: only AssumeRoot is checked"]
        );
    }

    #[test]
    fn a_role_outside_the_zone_of_trust_is_odd() {
        assert_eq!(
            notes_of_roles(&["999988887777:role/A", "*:role/B", "444455556666:role/C"]),
            [
                "line 4: `arn:aws:iam::999988887777:role/A` is in account 999988887777, which is not in `accounts`"
            ]
        );
    }

    #[test]
    fn a_limit_that_cannot_be_exceeded_is_odd() {
        assert_eq!(
            notes_of_role("max_session: 12h"),
            ["line 4: `max_session` of 12h is never exceeded: AWS grants at most 12h"]
        );
        assert_eq!(
            notes_of_role("max_per_day: 25h"),
            ["line 4: `max_per_day` of 1d 1h is never exceeded: it limits use within any 24h"]
        );
        assert_eq!(
            notes_of_role("max_session: 11h59m, max_per_day: 23h"),
            Vec::<String>::new()
        );
    }

    #[test]
    fn a_stretch_shorter_than_one_session_is_odd() {
        let told = [
            "line 4: `max_stretch` of 1h is shorter than `max_session` (2h): one session can exceed it",
        ];
        assert_eq!(notes_of_role("max_session: 2h, max_stretch: 1h"), told);
        assert_eq!(
            notes_of_role("max_session: 1h, max_stretch: 1h"),
            Vec::<String>::new()
        );
    }

    #[test]
    fn membership_is_odd_where_no_user_may_enter() {
        assert_eq!(
            notes_of_role("identities: [saml], mfa: optional, min_membership: 1h"),
            [
                "line 4: `groups` has no effect: `identities` doesn't include `iam-user`, and only IAM users are in groups",
                "line 4: `min_membership` has no effect: `identities` doesn't include `iam-user`, and only IAM users are in groups",
            ]
        );
    }

    #[test]
    fn a_role_that_an_earlier_entry_takes_is_odd() {
        let role = |name: &str| format!("444455556666:role/{name}");
        let names = ["A", "Team*", "Team?", "A", "Team*", "B?", "B*", "B1"].map(role);
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let arn = "arn:aws:iam::444455556666:role";
        assert_eq!(
            notes_of_roles(&names),
            [
                format!(
                    "line 6: `{arn}/Team?` is never reached: `{arn}/Team*` already matches it on line 5"
                ),
                format!("line 7: `{arn}/A` is never reached: it already appears on line 4"),
                format!("line 8: `{arn}/Team*` is never reached: it already appears on line 5"),
                format!(
                    "line 11: `{arn}/B1` is never reached: `{arn}/B?` already matches it on line 9"
                ),
            ]
        );
    }
    #[test]
    fn a_flood_of_patterns_is_not_compared_for_ever() {
        let names: Vec<String> = (0..310)
            .map(|number| format!("*:role/Team{number}-*"))
            .collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        assert_eq!(
            notes_of_roles(&names),
            [
                "line 304: only the first 300 patterns with wildcards are compared with later entries, so an entry that is never reached may go unnoticed"
            ]
        );
    }

    #[test]
    fn what_defaults_say_is_odd_in_their_line_and_once() {
        assert_eq!(
            notes(
                "defaults:\n  max_session: 2h\n  max_stretch: 1h\n  max_per_day: 2d\nroles:\n  \
                 - {arn: 'arn:aws:iam::444455556666:role/A', groups: [development/A]}\n  \
                 - {arn: 'arn:aws:iam::444455556666:role/B', groups: [development/A]}\n  \
                 - {arn: 'arn:aws:iam::444455556666:role/C', groups: [development/A], max_session: 3h}\n"
            ),
            [
                "line 5: `max_stretch` of 1h is shorter than `max_session` (2h): one session can exceed it",
                "line 6: `max_per_day` of 2d is never exceeded: it limits use within any 24h",
                "line 10: `max_stretch` of 1h is shorter than `max_session` (3h): one session can exceed it",
            ]
        );
    }

    #[test]
    fn groups_of_defaults_are_odd_where_no_user_may_enter() {
        assert_eq!(
            notes(
                "defaults:\n  groups: [development/A]\n  min_membership: 1h\nroles:\n  \
                 - {arn: 'arn:aws:iam::444455556666:role/A'}\n  \
                 - {arn: 'arn:aws:iam::444455556666:role/B', identities: [service], mfa: optional, groups: []}\n  \
                 - {arn: 'arn:aws:iam::444455556666:role/C', identities: [service], mfa: optional}\n"
            ),
            [
                "line 9: `groups` of `defaults` has no effect: `identities` doesn't include `iam-user`, and only IAM users are in groups; \
                 if no group counts, write `groups: []` here"
            ]
        );
    }

    #[test]
    fn an_arn_of_a_list_is_odd_in_its_own_line() {
        assert_eq!(
            notes(
                "roles:\n  - arn:\n      - arn:aws:iam::444455556666:role/Team*\n      - arn:aws:iam::999988887777:role/A\n      \
                 - arn:aws:iam::444455556666:role/TeamA\n    groups: [development/A]\n    max_per_day: 2d\n"
            ),
            [
                "line 4: `max_per_day` of 2d is never exceeded: it limits use within any 24h",
                "line 6: `arn:aws:iam::999988887777:role/A` is in account 999988887777, which is not in `accounts`",
                "line 7: `arn:aws:iam::444455556666:role/TeamA` is never reached: `arn:aws:iam::444455556666:role/Team*` \
                 already matches it on line 5",
            ]
        );
    }

    #[test]
    fn an_entry_is_reached_in_the_accounts_that_no_earlier_one_has() {
        let entry = |accounts: &str| {
            format!(
                "  - {{arn: 'arn:aws:iam::*:role/A', accounts: {accounts}, groups: [development/A]}}\n"
            )
        };
        let roles = |accounts: &[&str]| {
            let entries: String = accounts.iter().map(|accounts| entry(accounts)).collect();
            notes(&format!("roles:\n{entries}"))
        };
        assert_eq!(
            roles(&["[development]", "[production]"]),
            Vec::<String>::new()
        );
        assert_eq!(
            roles(&["[production]", "[development, production]"]),
            Vec::<String>::new()
        );
        assert_eq!(
            roles(&["[development, production]", "[production]"]),
            [
                "line 5: `arn:aws:iam::*:role/A` is never reached: `arn:aws:iam::*:role/A` already matches it on line 4"
            ]
        );
    }

    #[test]
    fn mfa_that_nothing_can_prove_is_odd() {
        let told = "the logs don't show it, so their switches are reported as admitted by kind; \
                    if that is intended, write";
        assert_eq!(
            notes_of_role("identities: [iam-user, saml, service]"),
            [format!(
                "line 4: `mfa: required` can't be checked for `saml` and `service`: {told} \
                 `mfa: {{iam-user: required, saml: optional, service: optional}}`"
            )]
        );
        assert_eq!(
            notes(
                "roles:\n  - {arn: 'arn:aws:iam::444455556666:role/A', groups: [], identities: [identity-center], mfa: required}\n"
            ),
            [format!(
                "line 4: `mfa: required` can't be checked for `identity-center`: {told} `mfa: optional`"
            )]
        );
        for fine in [
            "identities: [iam-user, saml], mfa: {saml: optional}",
            "identities: [iam-user, saml], mfa: optional",
            "mfa: required",
        ] {
            assert_eq!(notes_of_role(fine), Vec::<String>::new(), "{fine}");
        }
    }

    #[test]
    fn mfa_of_a_kind_that_may_not_enter_is_odd() {
        assert_eq!(
            notes_of_role("mfa: {saml: optional}"),
            ["line 4: `mfa` for `saml` has no effect: `identities` doesn't include it"]
        );
        let entry = "{arn: 'arn:aws:iam::444455556666:role/A', groups: [development/A]}";
        assert_eq!(
            notes(&format!(
                "defaults: {{mfa: {{saml: optional}}}}\nroles:\n  - {entry}\n"
            )),
            Vec::<String>::new()
        );
    }

    #[test]
    fn mfa_of_defaults_is_odd_where_the_kinds_are_named() {
        let entry = |keys: &str| {
            format!(
                "  - {{arn: 'arn:aws:iam::444455556666:role/A*', groups: [development/A]{keys}}}\n"
            )
        };
        let lines = |text: &str| -> Vec<usize> {
            let policy = Policy::read(format!("{HEAD}{text}").as_bytes(), "p").unwrap();
            let odd = policy
                .warnings
                .iter()
                .filter(|note| note.text.contains("`mfa: required`"));
            odd.map(|note| note.line).collect()
        };
        let both = "defaults:\n  identities: [saml, iam-user]\n  mfa: required\nroles:\n";
        assert_eq!(lines(&format!("{both}{}{}", entry(""), entry(""))), [5]);
        let one = "defaults:\n  mfa: required\nroles:\n";
        assert_eq!(
            lines(&format!("{one}{}", entry(", identities: [saml, iam-user]"))),
            [6]
        );
    }
}
