//! RW102 trust-too-open
//!
//! ## What it does
//! Fires when the trust policy of an elevated role trusts somebody that your policy file doesn't
//! allow. This can be:
//!
//! - everyone (`*`), or everyone except a few;
//! - an account outside `accounts`;
//! - an identity type that the role's `identities` doesn't list;
//! - a shared identity provider without a condition on who signs in (`sub`);
//! - a service that acts for an outside account, if a condition on `aws:SourceAccount` or
//!   `aws:SourceArn` names that account.
//!
//! Conditions in `Allow` and `Deny` statements count. rolewatch works out which outside accounts,
//! users and roles could meet all of them, and tries those. So `*` is fine if conditions limit it
//! to the policy's `accounts`, but not if they also allow another account. A condition on something
//! that outsiders choose themselves (user names, tags, ARNs, session names) keeps nobody out. Some
//! accounts aren't in any organization. `…IfExists`, `…NotEquals`, `Null` and `ForAllValues` on
//! `aws:PrincipalOrgID` or `aws:PrincipalOrgPaths` can allow them.
//!
//! The finding says whether an outside account has to send an external ID. If it has to, the
//! severity is medium.
//!
//! If you supply IAM Access Analyzer findings, rolewatch adds their IDs to its own finding about
//! the role. If the trust policy doesn't explain an Access Analyzer finding, rolewatch reports that
//! as unproven. If Access Analyzer names a role that the policy file doesn't list, rolewatch checks
//! that role too (severity medium).
//!
//! ## Why it matters
//! An account that you trust decides which of its people can enter your role. If it belongs to a
//! vendor and you don't require an external ID, another customer of that vendor can trick the
//! vendor into entering your role for them.
//!
//! ## Blind spots
//! - An account in `accounts` is trusted as a whole, whoever owns it. External IDs are checked only
//!   for other accounts.
//! - rolewatch doesn't see what an identity provider checks. It requires a condition on `sub` only
//!   for providers that are known to be shared by many customers.
//! - If `identities` lists `service`, a service without a condition on `aws:SourceAccount` or
//!   `aws:SourceArn` isn't reported.
//! - Root users are left out: AWS doesn't let them assume a role.
//! - Unproven: the answer depends on something that isn't in the files, such as which accounts
//!   belong to the organization that `aws:PrincipalOrgID` names.
//!
//! ## What to do
//! 1. In the trust policy, apply the fix that the finding shows.
//! 2. Look for sessions that came in this way (RW007, RW012).
//! 3. Ask whoever changed the statement, on another channel, whether that was intended. If it
//!    wasn't, it is an incident.
//! 4. If the role's owner confirms that the account needs access, add it to `accounts` and require
//!    an external ID.
//!
//! If the finding is unproven:
//! 1. Check who can meet the condition.
//! 2. In the condition, list the accounts that you want to allow (`aws:PrincipalAccount`).

mod accounts;
mod analyzer;
#[cfg(test)]
mod cases_of_accounts;
#[cfg(test)]
mod cases_of_tags;
#[cfg(test)]
mod cases_on_behalf;
mod mentions;
mod on_behalf;
mod statements;

use super::not_given::not_given;
use crate::review::{ReviewDraft, SetupView};
use crate::text;
use analyzer::{name_analyzer, unlisted};
use statements::of_role;

pub(super) fn check(view: &SetupView<'_>) -> Vec<ReviewDraft> {
    let mut drafts: Vec<ReviewDraft> = Vec::new();
    for target in &view.elevated {
        let mut found = of_role(view, target, true);
        name_analyzer(
            view,
            target.account,
            target.role,
            target.rules.severity,
            &mut found,
        );
        drafts.extend(found);
    }
    drafts.extend(unlisted(view));
    drafts.extend(not_given(
        view,
        |_| true,
        |role| text!("whom {role} trusts", role),
    ));
    drafts
}

#[cfg(test)]
#[expect(
    clippy::needless_pass_by_value,
    reason = "a test reads better with what it makes up written in place"
)]
mod cases {
    use serde_json::{Value, json};

    use crate::finding::Verdict;
    use crate::policy::Severity;
    use crate::review::testing::{Company, PRODUCTION, ROLE, mfa_condition};

    const RULE: &str = "RW102";

    fn trusting(principal: Value, condition: Value) -> Company {
        Company::new().with_trust(json!({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", "Condition": condition}))
    }

    #[test]
    fn silent_for_accounts_of_the_zone_of_trust() {
        Company::new().silent(RULE);
        trusting(
            json!({"AWS": ["arn:aws:iam::111122223333:user/dora", "AIDAEXAMPLEGONE"]}),
            mfa_condition(),
        )
        .silent(RULE);
    }

    #[test]
    fn fires_for_everybody_and_prints_the_accounts_of_the_groups() {
        for everybody in [json!("*"), json!({"AWS": "*"})] {
            let finding = trusting(everybody, mfa_condition()).only_finding(RULE);
            assert_eq!(
                (finding.verdict, finding.severity),
                (Verdict::Violation, Severity::High)
            );
            assert_eq!(
                finding.fix.unwrap()["Principal"],
                json!({"AWS": "arn:aws:iam::111122223333:root"})
            );
        }
    }

    #[test]
    fn conditions_that_narrow_everybody_to_the_zone_count() {
        trusting(
            json!({"AWS": "*"}),
            json!({"StringEquals": {"aws:PrincipalAccount": "111122223333"}}),
        )
        .silent(RULE);
        trusting(
            json!({"AWS": "*"}),
            json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:user/*"}}),
        )
        .silent(RULE);
        trusting(
            json!({"AWS": "*"}),
            json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/dora"}}),
        )
        .assert_fires(RULE);
        trusting(
            json!({"AWS": "*"}),
            json!({"StringEquals": {"sts:ExternalId": "sesame"}}),
        )
        .assert_fires(RULE);
    }

    #[test]
    fn conditions_on_what_outsiders_choose_narrow_nothing() {
        for condition in [
            json!({"StringEquals": {"sts:RoleSessionName": "${aws:username}"}}),
            json!({"StringEquals": {"aws:username": "dora"}}),
            json!({"StringLike": {"aws:username": "d*"}, "Bool": {"aws:MultiFactorAuthPresent": "true"}}),
            json!({"StringEquals": {"aws:PrincipalTag/team": "app"}, "Null": {"aws:username": "false"}}),
        ] {
            trusting(json!("*"), condition.clone()).assert_fires(RULE);
            trusting(json!({"AWS": ["111122223333", "999988887777"]}), condition)
                .assert_fires(RULE);
        }
        // Role sessions have no user name.
        let named = json!({"StringEquals": {"sts:RoleSessionName": "${aws:username}"}});
        trusting(
            json!({"AWS": "arn:aws:iam::999988887777:role/Partner"}),
            named,
        )
        .silent(RULE);
    }

    #[test]
    fn unproven_where_it_hangs_on_the_organization() {
        let finding = trusting(
            json!({"AWS": "*"}),
            json!({"StringEquals": {"aws:PrincipalOrgID": "o-example"}}),
        )
        .only_finding(RULE);
        assert_eq!(finding.verdict, Verdict::Unproven);
        assert_eq!(
            finding.undecided,
            ["StringEquals aws:PrincipalOrgID o-example"]
        );
    }

    #[test]
    fn fires_for_an_outside_account_and_takes_it_out() {
        let finding = trusting(
            json!({"AWS": ["111122223333", "arn:aws:iam::999988887777:root"]}),
            mfa_condition(),
        )
        .only_finding(RULE);
        assert!(
            finding.message.contains("account 999988887777")
                && finding.message.contains("no external ID"),
            "{}",
            finding.message
        );
        assert_eq!(
            finding.fix.unwrap()["Principal"],
            json!({"AWS": "arn:aws:iam::111122223333:root"})
        );
        let alone = trusting(
            json!({"AWS": "arn:aws:iam::999988887777:role/Partner"}),
            mfa_condition(),
        )
        .only_finding(RULE);
        assert_eq!(
            alone.fix,
            Some(json!([])),
            "nobody is left, so the statement goes"
        );
    }

    #[test]
    fn an_external_id_makes_an_outside_account_less_severe() {
        let finding = trusting(
            json!({"AWS": "999988887777"}),
            json!({"StringEquals": {"sts:ExternalId": "sesame"}}),
        )
        .only_finding(RULE);
        assert_eq!(
            (finding.verdict, finding.severity),
            (Verdict::Violation, Severity::Medium)
        );
        assert!(
            finding.message.contains("requires an external ID"),
            "{}",
            finding.message
        );
    }

    #[test]
    fn a_deny_for_the_outside_account_counts() {
        let deny = json!({"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole",
            "Condition": {"StringNotEquals": {"aws:PrincipalAccount": ["111122223333"]}}});
        let allow = json!({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole", "Condition": mfa_condition()});
        Company::new().with_trust(json!([allow, deny])).silent(RULE);
    }

    #[test]
    fn fires_for_services_and_providers_that_are_not_admitted() {
        let service =
            trusting(json!({"Service": "ec2.amazonaws.com"}), json!({})).only_finding(RULE);
        assert!(
            service.message.contains("doesn't include service"),
            "{}",
            service.message
        );
        let saml = json!({"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::444455556666:saml-provider/Corp"}, "Action": "sts:AssumeRoleWithSAML"});
        Company::new().with_trust(saml.clone()).assert_fires(RULE);
        Company::new()
            .with_trust(saml)
            .policy(
                "identities: [iam-user]  ",
                "identities: [iam-user, {saml: {group_tag: team=platform}}]",
            )
            .silent(RULE);
    }

    #[test]
    fn fires_for_a_shared_provider_without_a_subject() {
        let provider =
            "arn:aws:iam::444455556666:oidc-provider/token.actions.githubusercontent.com";
        let by = |condition: Value| {
            Company::new().policy("identities: [iam-user]  ", "identities: [iam-user, web-identity]").with_trust(json!({"Effect": "Allow",
                "Principal": {"Federated": provider}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": condition}))
        };
        by(json!({"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}})).assert_fires(RULE);
        by(json!({"StringLike": {"token.actions.githubusercontent.com:sub": "repo:example/app:*"}})).silent(RULE);
    }

    fn analyzer(role: &str) -> Value {
        let finding = |id: &str, status: &str| json!({"id": id, "resource": role, "resourceType": "AWS::IAM::Role", "status": status, "findingType": "ExternalAccess"});
        json!({"findings": [finding("EXAMPLE-1", "ACTIVE"), finding("EXAMPLE-2", "ARCHIVED")]})
    }

    #[test]
    fn findings_of_access_analyzer_are_merged() {
        let finding = trusting(json!("*"), mfa_condition())
            .with_file(analyzer(ROLE))
            .only_finding(RULE);
        assert!(
            finding
                .message
                .ends_with("(IAM Access Analyzer reports this too: EXAMPLE-1)"),
            "{}",
            finding.message
        );
        // The trusted accounts explain it.
        Company::new().with_file(analyzer(ROLE)).silent(RULE);
        let own = trusting(json!({"AWS": "444455556666"}), mfa_condition())
            .with_file(analyzer(ROLE))
            .only_finding(RULE);
        assert_eq!(own.verdict, Verdict::Unproven);
    }

    #[test]
    fn a_role_that_only_access_analyzer_names_is_judged_too() {
        let trust = json!({"Effect": "Allow", "Principal": {"AWS": "999988887777"}, "Action": "sts:AssumeRole"});
        let company = Company::new().role(PRODUCTION, "Reports", trust, json!([]));
        company.silent(RULE);
        let finding = company
            .with_file(analyzer("arn:aws:iam::444455556666:role/Reports"))
            .only_finding(RULE);
        assert_eq!(
            (finding.verdict, finding.severity),
            (Verdict::Violation, Severity::Medium)
        );
    }
}
