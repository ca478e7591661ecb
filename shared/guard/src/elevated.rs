//! Decides which roles are elevated: those that the policy names.

mod met;
mod unmatched;

pub use met::RolesMet;
pub use unmatched::{UnmatchedEntry, unmatched};

pub(crate) use unmatched::unmatched_among;

use crate::arn::RoleArn;
use crate::policy::{Policy, RolePattern, RolePolicy, permission_set};
use crate::roster::Rosters;
use crate::world::World;

/// Recognizes elevated roles, even if a record lacks the role's path.
pub struct Elevated<'a> {
    policy: &'a Policy,
    world: Option<(&'a World, &'a Rosters)>,
}

/// Texts for searching records without parsing them: every relevant record contains at least one,
/// JSON-unescaped.
///
/// Records of STS, sign-in, IAM and Identity Center contain the service's name as a string. Uses of
/// elevated sessions contain the role's name in the caller's ARN.
pub fn needles(policy: &Policy) -> Vec<String> {
    // The opening quotation mark is included, so that `sts.amazonaws.com` in a URL or in a policy's
    // text doesn't make a record relevant. The closing one isn't, because a partition may have a
    // suffix after the name.
    let services = [
        "sts",
        "signin",
        "iam",
        "sso",
        "sso-directory",
        "sso-oauth",
        "identitystore",
        "identitystore-scim",
    ]
    .into_iter()
    .map(|service| format!("\"{service}.amazonaws.com"));
    let mut needles: Vec<String> = services.collect();
    needles.extend(
        policy
            .roles
            .iter()
            .map(|role| session_needle(role.arn.as_str())),
    );
    if policy.identity_center.is_some() {
        needles.push(format!(":assumed-role/{}", permission_set::PREFIX));
    }
    needles.sort();
    needles.dedup();
    needles
}

/// The text that the ARN of each session of a matching role contains.
fn session_needle(pattern: &str) -> String {
    const ANY: &str = ":assumed-role/";
    if let Some(name) = begins_permission_set(pattern) {
        return format!("{ANY}{name}");
    }
    let tail = pattern.rsplit(['*', '?']).next().unwrap_or(pattern);
    // The part after the last wildcard is literal, and is the only text that every matching ARN
    // surely contains.
    let wild = pattern.contains(['*', '?']);
    match (tail.rsplit_once('/'), wild) {
        // The name is literal, whatever precedes it.
        (Some((_, name)), _) if !name.is_empty() => format!("{ANY}{name}/"),
        // The end of the name is literal. A shorter text occurs in nearly every record, so
        // searching for it would cost more than it saves.
        (None, true) if tail.len() >= 4 => format!("{tail}/"),
        _ => ANY.to_owned(),
    }
}

/// The prefix of the names of all permission sets that a pattern means: `AWSReservedSSO_Admin_` for
/// `…/*AWSReservedSSO_Admin_*`.
fn begins_permission_set(pattern: &str) -> Option<&str> {
    let (front, role) = pattern.split_once(":role/")?;
    // Below the path there is at most a Region.
    let rest = role.strip_prefix(permission_set::PATH)?;
    let at = rest
        .find(permission_set::PREFIX)
        .filter(|_| !front.contains('/'))?;
    let (before, name) = rest.split_at_checked(at)?;
    // A wildcard before the name matches a Region, or a part of another name.
    let begins = before.is_empty() || before.ends_with('/') || before.ends_with('*');
    let literal = name.split(['*', '?']).next().unwrap_or(name);
    (begins && !literal.contains('/')).then_some(literal)
}

/// An elevated role: its ARN, as complete as known, and the policy's entry for it.
#[derive(Debug, Clone)]
pub(crate) struct ElevatedRole<'a> {
    pub(crate) arn: RoleArn,
    pub(crate) policy: &'a RolePolicy,
}

impl<'a> Elevated<'a> {
    /// Uses only the policy. For reading records.
    pub fn by_policy(policy: &'a Policy) -> Self {
        Self {
            policy,
            world: None,
        }
    }

    pub(crate) fn with_known_roles(
        policy: &'a Policy,
        world: &'a World,
        rosters: &'a Rosters,
    ) -> Self {
        Self {
            policy,
            world: Some((world, rosters)),
        }
    }

    /// Whether a record of this role has to be kept. In doubt, it's kept.
    pub fn may_be(&self, role: &RoleArn) -> bool {
        self.find(role, None).is_some() || self.may_show_person(role)
    }

    /// Whether calls by a session of this role may show a person of Identity Center. The person can
    /// go on from there into an elevated role, whether or not the policy lists the permission set.
    fn may_show_person(&self, role: &RoleArn) -> bool {
        let is_of_set = role.permission_set().is_some()
            || !role.has_path() && permission_set::of_role_name(role.name()).is_some();
        self.policy.identity_center.is_some() && is_of_set
    }

    /// The policy's entry for a role. If the role's id (`AROA…`) was seen with a full ARN, that ARN
    /// is used.
    ///
    /// A role's name is unique in its account. So if the path isn't known, a policy entry without
    /// wildcards is found by name, and so is one that names a permission set.
    pub(crate) fn find(&self, role: &RoleArn, id: Option<&str>) -> Option<ElevatedRole<'a>> {
        let full = self.full_arn(role, id);
        // The first match applies, even if the path isn't known.
        self.policy.roles.iter().find_map(|policy| {
            if policy.arn.matches(&full) || policy.arn.matches_without_path(&full) {
                return Some(ElevatedRole {
                    arn: full.clone(),
                    policy,
                });
            }
            let literal = (!full.has_path() && !policy.arn.has_wildcards())
                .then(|| RoleArn::parse(policy.arn.as_str()).ok())??;
            (literal.account() == full.account() && literal.name() == full.name()).then_some(
                ElevatedRole {
                    arn: literal,
                    policy,
                },
            )
        })
    }

    /// Whether a role whose path isn't known would be elevated with some path: `role/App` for
    /// `role/team/*` in the policy.
    pub(crate) fn under_some_path(&self, role: &RoleArn) -> bool {
        !role.has_path()
            && self
                .policy
                .roles
                .iter()
                .any(|entry| matches_under_some_path(&entry.arn, role))
    }

    /// Assumed-role ARNs lack the path. The role's id leads to the ARN that has it.
    fn full_arn(&self, role: &RoleArn, id: Option<&str>) -> RoleArn {
        if role.has_path() {
            return role.clone();
        }
        let (Some((world, rosters)), Some(id)) = (self.world, id) else {
            return role.clone();
        };
        let id = id.split(':').next().unwrap_or(id);
        let seen = world.roles.get(id).into_iter().flatten();
        let listed = rosters.iter().filter_map(|snapshot| snapshot.roles.get(id));
        seen.chain(listed)
            .filter(|arn| arn.account() == role.account() && arn.name() == role.name())
            // An id always belongs to the same role, so all these ARNs are of one role. The ARN
            // with the path is the most complete.
            .max_by_key(|arn| (arn.has_path(), (*arn).clone()))
            .cloned()
            .unwrap_or_else(|| role.clone())
    }
}

/// Whether a role whose path isn't known would match with some path that the pattern spells out.
fn matches_under_some_path(pattern: &RolePattern, role: &RoleArn) -> bool {
    let Some((front, name)) = role.as_str().split_once(":role/") else {
        return false;
    };
    let path = pattern
        .as_str()
        .split_once(":role/")
        .and_then(|(_, rest)| rest.rsplit_once('/'))
        .map(|(path, _)| path);
    path.is_some_and(|path| {
        pattern.matches_text(&format!(
            "{front}:role/{}/{name}",
            path.replace(['*', '?'], "x")
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_needle_is_as_long_as_the_pattern_lets_it_be() {
        for (pattern, needle) in [
            (
                "arn:aws:iam::444455556666:role/UpdateApp",
                ":assumed-role/UpdateApp/",
            ),
            (
                "arn:aws:iam::444455556666:role/team/UpdateApp",
                ":assumed-role/UpdateApp/",
            ),
            ("arn:aws:iam::*:role/UpdateApp", ":assumed-role/UpdateApp/"),
            (
                "arn:aws:iam::*:role/*/UpdateApp",
                ":assumed-role/UpdateApp/",
            ),
            ("arn:aws:iam::*:role/*Admin", "Admin/"),
            ("arn:aws:iam::*:role/Admin*", ":assumed-role/"),
            ("arn:aws:iam::*:role/*a", ":assumed-role/"),
            ("arn:aws:iam::444455556666:role/*", ":assumed-role/"),
            (
                "arn:aws:iam::444455556666:role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_Admin_*",
                ":assumed-role/AWSReservedSSO_Admin_",
            ),
            (
                "arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Ad?in_*",
                ":assumed-role/AWSReservedSSO_Ad",
            ),
            (
                "arn:*:iam::*:role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_B_AWSReservedSSO_A_*",
                ":assumed-role/AWSReservedSSO_B_AWSReservedSSO_A_",
            ),
            (
                "arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_A_01",
                ":assumed-role/AWSReservedSSO_A_01",
            ),
            (
                "arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*_AWSReservedSSO_A_01",
                "_AWSReservedSSO_A_01/",
            ),
            (
                "arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*",
                ":assumed-role/",
            ),
            (
                "arn:aws:iam::*:role/*AWSReservedSSO_Admin_*",
                ":assumed-role/",
            ),
        ] {
            assert_eq!(session_needle(pattern), needle, "{pattern}");
        }
    }

    #[test]
    fn a_role_of_a_permission_set_is_found_where_its_path_is_not_known() {
        let policy = Policy::read(
            b"version: 1\naccounts: {'444455556666': production}\n\
              identity_center: {account: production, regions: [us-east-1], identity_store: d-1234567890}\n\
              roles:\n  - {permission_set: Admin, groups: [identity-center/*]}\n",
            "p",
        );
        let policy = policy.unwrap_or_else(|errors| panic!("{errors}"));
        let elevated = Elevated::by_policy(&policy);
        for (name, found, under_some_path) in [
            ("AWSReservedSSO_Admin_0123456789abcdef", true, true),
            (
                "aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef",
                true,
                false,
            ),
            ("team/AWSReservedSSO_Admin_0123456789abcdef", false, false),
            (
                "AWSReservedSSO_Admin_ReadOnly_0123456789abcdef",
                false,
                false,
            ),
            ("Admin", false, false),
        ] {
            let role = RoleArn::parse(&format!("arn:aws:iam::444455556666:role/{name}")).unwrap();
            assert_eq!(elevated.find(&role, None).is_some(), found, "{name}");
            assert_eq!(elevated.under_some_path(&role), under_some_path, "{name}");
        }
        // A call by a session of any permission set may show a person who goes on from there.
        for (name, kept) in [
            ("AWSReservedSSO_ReadOnly_0123456789abcdef", true),
            (
                "aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_ReadOnly_01",
                true,
            ),
            ("team/AWSReservedSSO_ReadOnly_0123456789abcdef", false),
            ("ReadOnly", false),
        ] {
            let role = RoleArn::parse(&format!("arn:aws:iam::444455556666:role/{name}")).unwrap();
            assert_eq!(elevated.may_be(&role), kept, "{name}");
        }
        assert!(needles(&policy).contains(&":assumed-role/AWSReservedSSO_Admin_".to_owned()));
        assert!(needles(&policy).contains(&":assumed-role/AWSReservedSSO_".to_owned()));
    }
}
