//! The policy file `rolewatch.yaml`: which roles are elevated, who may enter them, whether they
//! need MFA, and for how long.
//!
//! [`Policy::read`] is strict and reports every error at once, each with its line.
//! [`Policy::warnings`] holds what is valid but has no effect, such as a limit that can never be
//! exceeded or a role that is never reached.

mod allowed;
mod decision;
mod forwarding;
mod hash;
mod identity;
mod identity_center;
mod mfa;
mod near;
mod node;
mod note;
pub(crate) mod permission_set;
mod place;
mod problem;
mod read;
mod role;
mod role_check;
mod rule_setting;
mod schema;
mod severity;
mod suppression;
mod tree;

use std::collections::BTreeMap;

use crate::arn::RoleArn;
use crate::id::AccountId;
use crate::moment::Moment;

pub use allowed::{AllowedIdentity, SamlUsers, SessionTag, WebIdentities};
pub(crate) use allowed::{is_provider, provider_name};
pub use decision::AllowOrDeny;
pub use forwarding::{Forwarding, LONGEST_PATTERN, uncovered};
pub use hash::PolicyHash;
pub use identity::{IdentityKind, NotAnIdentityKind};
pub use identity_center::{ExternalIdp, IdentityCenter, StoreGroup, StoreGroupName};
pub use mfa::{Mfa, MfaByKind};
pub use near::Miss;
pub(crate) use near::permission_set_of;
pub use note::PolicyNote;
pub(crate) use place::{account_shown, role_in_account};
pub use problem::{PolicyError, PolicyErrors};
pub use role::{GroupName, GroupRef, RolePattern, RolePolicy};
pub use role_check::RoleCheck;
pub use rule_setting::{RuleChange, RuleOff, RuleSetting};
pub use schema::schema;
pub use severity::{NotASeverity, Severity};
pub use suppression::Suppression;

/// A complete policy file with comments, to start from.
pub const EXAMPLE: &str = include_str!("example.yaml");

/// A policy file that was read without an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The version of the file. Every finding carries it.
    pub version_hash: PolicyHash,
    /// The trusted accounts: account id to the name that groups and messages use.
    pub accounts: BTreeMap<AccountId, String>,
    /// Regions where events are expected. Empty when the file doesn't list any; then every Region
    /// that an event came from counts.
    pub regions: Vec<String>,
    /// Where IAM Identity Center is. `None`: its people are known by the names of their sessions
    /// only.
    pub identity_center: Option<IdentityCenter>,
    /// Whether AssumeRoot is allowed; if so, it's only counted.
    pub assume_root: AllowOrDeny,
    /// The elevated roles, in the order of the file. The first match applies.
    pub roles: Vec<RolePolicy>,
    /// Rules that are off or have another severity, in the order of the file. No rule is in it
    /// twice.
    pub rules: Vec<RuleSetting>,
    /// Findings that are hidden until a date.
    pub suppress: Vec<Suppression>,
    /// What is valid in the file but doesn't do what it seems to, by line.
    pub warnings: Vec<PolicyNote>,
}

impl Policy {
    /// The entry that applies to the role: the first one whose pattern matches. `None`: the role
    /// isn't elevated.
    pub fn role_for(&self, arn: &RoleArn) -> Option<&RolePolicy> {
        self.roles.iter().find(|role| role.arn.matches(arn))
    }

    /// A copy with one more entry at the end that matches every role, so that switches into roles
    /// that aren't elevated are recognized as well.
    pub(crate) fn with_every_role(&self) -> Self {
        let mut wide = self.clone();
        wide.roles.push(RolePolicy::of_any_role());
        wide
    }

    /// A copy for a program that doesn't read what Identity Center logs. Its people are then
    /// admitted by kind, because the entries still ask for a group. The version stays the same.
    #[must_use]
    pub fn without_identity_center(&self) -> Self {
        Self {
            identity_center: None,
            ..self.clone()
        }
    }

    /// The policy's name for an account; `None` if the account isn't trusted.
    pub fn account_name(&self, account: AccountId) -> Option<&str> {
        self.accounts.get(&account).map(String::as_str)
    }

    /// Whether the account is one of the trusted accounts.
    pub fn trusts(&self, account: AccountId) -> bool {
        self.accounts.contains_key(&account)
    }

    /// The entry that hides a finding of `rule` about `caller` (the ARN of the origin) at event
    /// time `time`.
    ///
    /// `severity` is the severity that the policy gives the role, if the finding is about an
    /// elevated role. Findings about a critical role are never hidden, and neither are those of a
    /// rule that isn't suppressible.
    pub fn suppression(
        &self,
        rule: &str,
        caller: &str,
        severity: Option<Severity>,
        time: Moment,
    ) -> Option<&Suppression> {
        if severity == Some(Severity::Critical) {
            return None;
        }
        self.suppress
            .iter()
            .find(|entry| entry.hides(rule, caller, time))
    }

    /// The suppressions that have expired at `as_of`. They are reported.
    pub fn expired_suppressions(&self, as_of: Moment) -> impl Iterator<Item = &Suppression> {
        self.suppress
            .iter()
            .filter(move |entry| entry.is_expired(as_of))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moment::Span;

    fn example() -> Policy {
        Policy::read(EXAMPLE.as_bytes(), "example.yaml").unwrap_or_else(|errors| panic!("{errors}"))
    }

    fn at(text: &str) -> Moment {
        text.parse().unwrap()
    }

    #[test]
    fn the_example_says_what_the_documentation_shows() {
        let policy = example();
        assert_eq!(
            policy.account_name("111122223333".parse().unwrap()),
            Some("development")
        );
        assert_eq!(policy.account_name("123456789012".parse().unwrap()), None);
        assert!(policy.trusts("444455556666".parse().unwrap()));
        assert_eq!(policy.regions, ["us-east-1", "ap-northeast-1"]);
        assert_eq!(policy.assume_root, AllowOrDeny::Deny);
        assert_eq!(policy.warnings, []);
        let role = policy
            .role_for(&RoleArn::parse("arn:aws:iam::444455556666:role/UpdateApp").unwrap())
            .unwrap();
        assert_eq!(
            role.groups
                .iter()
                .map(|group| group.written.as_str())
                .collect::<Vec<_>>(),
            ["development/Developers"]
        );
        assert_eq!(role.max_session.map(Span::seconds), Some(3_600));
        assert_eq!(
            (role.severity, role.mfa, role.chaining),
            (
                Severity::High,
                MfaByKind::same_for_all(Mfa::Required),
                AllowOrDeny::Deny
            )
        );
        assert_eq!(
            role.identities,
            [AllowedIdentity::All(IdentityKind::IamUser)]
        );
        assert_eq!(
            policy.role_for(&RoleArn::parse("arn:aws:iam::444455556666:role/Other").unwrap()),
            None
        );
    }

    #[test]
    fn the_first_matching_role_rules() {
        let policy = Policy::read(
            b"version: 1\naccounts: {111122223333: dev}\nroles:\n\
              - {arn: 'arn:aws:iam::111122223333:role/Break*', groups: [dev/Admins], severity: critical}\n\
              - {arn: 'arn:aws:iam::111122223333:role/*', groups: [dev/Developers]}\n",
            "p",
        )
        .unwrap();
        let severity = |name: &str| {
            let arn = RoleArn::parse(&format!("arn:aws:iam::111122223333:role/{name}")).unwrap();
            policy.role_for(&arn).map(|role| role.severity)
        };
        assert_eq!(severity("path/to/BreakGlass"), Some(Severity::High));
        assert_eq!(severity("BreakGlass"), Some(Severity::Critical));
        assert_eq!(severity("Any"), Some(Severity::High));
    }

    #[test]
    fn the_version_is_the_start_of_the_sha_256_of_the_bytes() {
        assert_eq!(PolicyHash::of_bytes(b"").to_string(), "e3b0c44298fc1c14");
        assert_eq!(
            serde_json::to_string(&PolicyHash::of_bytes(b"abc")).unwrap(),
            "\"ba7816bf8f01cfea\""
        );
        let changed = Policy::read(format!("{EXAMPLE}#\n").as_bytes(), "p").unwrap();
        assert_ne!(changed.version_hash, example().version_hash);
    }

    #[test]
    fn a_suppression_hides_to_the_end_of_its_day_and_is_then_reported() {
        let policy = example();
        let (caller, last, after) = (
            "arn:aws:iam::111122223333:user/batch",
            at("2026-12-31T23:59:59Z"),
            at("2027-01-01T00:00:00Z"),
        );
        assert!(
            policy
                .suppression("RW003", caller, Some(Severity::High), last)
                .is_some()
        );
        assert!(policy.suppression("RW003", caller, None, last).is_some());
        assert!(
            policy
                .suppression("RW003", caller, Some(Severity::High), after)
                .is_none()
        );
        assert!(
            policy
                .suppression("RW004", caller, Some(Severity::High), last)
                .is_none()
        );
        assert!(
            policy
                .suppression("RW003", "arn:aws:iam::111122223333:user/alice", None, last)
                .is_none()
        );
        assert_eq!(policy.expired_suppressions(last).count(), 0);
        assert_eq!(policy.expired_suppressions(after).count(), 1);
    }

    #[test]
    fn findings_about_a_critical_role_are_never_hidden() {
        let policy = example();
        let (caller, time) = (
            "arn:aws:iam::111122223333:user/batch",
            at("2026-06-01T00:00:00Z"),
        );
        assert!(
            policy
                .suppression("RW003", caller, Some(Severity::Critical), time)
                .is_none()
        );
    }
}
