//! RW012 unexpected-identity
//!
//! ## What it does
//! Fires when the role's `identities` doesn't allow the identity behind a switch. The types are
//! `iam-user`, `identity-center`, `saml`, `web-identity` and `service`. Without `identities`, only
//! `iam-user` is allowed, and for a permission set only `identity-center`. Root users and federated
//! users can't be listed, so the rule always fires for them.
//!
//! An entry can also allow only some identities of a type: the users of one SAML provider, the web
//! identities of one provider with certain subjects, or one service. For the others, the rule
//! fires. If the records don't show what the entry asks for, the finding is unproven.
//!
//! ## Why it matters
//! rolewatch can check groups and MFA for IAM users, and for people of Identity Center if the
//! policy says where Identity Center is (`identity_center`). Other identities skip these checks, so
//! the policy has to allow them explicitly.
//!
//! A user counts as `identity-center` only if the SAML provider and the role are both Identity
//! Center's own. Anybody can give a SAML provider a similar name; its users count as `saml`.
//!
//! ## Blind spots
//! - rolewatch can't see whether a SAML user used MFA, or which of the provider's groups they are
//!   in, unless the provider sets session tags and the policy names them (`group_tag`, `mfa_tag`).
//!   Without `identity_center` in the policy, the same is true of people of Identity Center.
//! - A web identity that passes the conditions can still be misused: anybody who can change the
//!   pipeline can use its identity.
//!
//! ## What to do
//! 1. End the session: `rolewatch revoke-plan ID` prints the commands, or choose Revoke sessions on
//!    the role's page in IAM.
//! 2. Find out, on another channel, who or what used this way in. Check what the session did.
//! 3. Remove the identity from the role's trust policy. An instance or a function needs a role of
//!    its own, not an elevated one.
//! 4. Only if its owner confirms that this way in is intended, list it under the role's
//!    `identities`: with its provider, subject or service name, so that nothing else is allowed.
//!
//! If the finding is unproven:
//! 1. Check what the session did.
//! 2. If the start of the chain is missing: supply the logs of the account that the finding names.

use super::admission::{Admission, described};
use super::view::{RuleAnswer, SwitchView};
use crate::dossier::OriginKind;
use crate::policy::IdentityKind;
use crate::text;

pub(super) fn check(view: &SwitchView<'_, '_>) -> RuleAnswer {
    if view.origin.mint_missing {
        return RuleAnswer::not_applicable(text!(
            "the logs don't contain the call that issued this session; RW006 reports that"
        ));
    }
    let kind = match (view.origin.kind, view.admission()) {
        (OriginKind::Listed(kind), Some(Admission::Allowed)) => {
            return RuleAnswer::allow(text!("{kind} is allowed", kind = kind.to_string()));
        }
        (OriginKind::Listed(kind), Some(Admission::Unclear)) => {
            return unclear(view, kind);
        }
        (OriginKind::Listed(kind), _) => described(kind, view.origin),
        (OriginKind::Root, _) => text!("a root user"),
        (OriginKind::Federated, _) => text!("a federated user"),
        (OriginKind::Unknown, _) => {
            let why = view
                .origin
                .broken
                .clone()
                .unwrap_or_else(|| text!("the records don't show it"));
            return RuleAnswer::unproven(text!(
                "can't tell what type of identity {who} had when entering {place}: {why}",
                who = view.person_shown(),
                place = view.role_in_account(),
                why
            ))
            .with_events(view.origin.links.iter().cloned());
        }
    };
    let admitted: Vec<_> = view
        .role
        .identities
        .iter()
        .map(ToString::to_string)
        .collect();
    RuleAnswer::violation(text!(
        "{who} entered {place} as {kind}; the policy allows only {identities}",
        who = view.person_shown(),
        place = view.role_in_account(),
        kind,
        identities = admitted.join(", ")
    ))
    .with_events(view.origin.links.iter().cloned())
}

/// The type is allowed on conditions that the records say nothing about.
fn unclear(view: &SwitchView<'_, '_>, kind: IdentityKind) -> RuleAnswer {
    let what = match kind {
        IdentityKind::Service => text!("which service it is"),
        IdentityKind::WebIdentity => text!("its provider or the subject of its token"),
        _ => text!("its provider"),
    };
    RuleAnswer::unproven(text!("can't tell whether the policy allows {who}, which entered {place} as {kind}: the records don't show {what}", who = view.person_shown(), place = view.role_in_account(), kind = described(kind, view.origin), what))
    .with_events(view.origin.links.iter().cloned())
}

#[cfg(test)]
mod cases {
    use crate::testing::{Story, Verdicts};

    #[test]
    fn fires_for_a_service_and_says_nothing_else() {
        let mut story = Story::new();
        story.service_switch("ec2.amazonaws.com");
        assert_eq!(story.verdict("RW012"), Verdicts::Violation);
        assert_eq!(story.findings().len(), 1);
    }

    #[test]
    fn silent_for_an_iam_user() {
        let mut story = Story::new();
        story.switch("dora").with_mfa();
        assert_eq!(story.verdict("RW012"), Verdicts::Silent);
    }

    #[test]
    fn unproven_when_the_start_of_the_chain_was_not_read() {
        let mut story = Story::new();
        story.chain_without_start("dora", "Jump");
        assert_eq!(story.verdict("RW012"), Verdicts::Unproven);
    }
}

#[cfg(test)]
mod cases_of_conditions {
    use crate::testing::{Story, Verdicts};

    const GITHUB: &str = "token.actions.githubusercontent.com";

    fn story(identities: &str) -> Story {
        let keys = format!("    mfa: optional\n    identities: [{identities}]\n");
        Story::with_policy_lines("    groups: []\n", &keys)
    }

    #[test]
    fn another_saml_provider_is_not_allowed() {
        for (identities, expected) in [
            ("saml", Verdicts::Silent),
            ("{saml: {provider: Okta}}", Verdicts::Silent),
            ("{saml: {provider: Entra}}", Verdicts::Violation),
            (
                "{saml: {provider: Entra}}, {saml: {provider: Okta}}",
                Verdicts::Silent,
            ),
            ("{web-identity: {provider: Okta}}", Verdicts::Violation),
        ] {
            let mut story = story(identities);
            story.saml_switch("Okta", "sam", &[]);
            assert_eq!(story.verdict("RW012"), expected, "{identities}");
        }
    }

    #[test]
    fn unproven_when_cloudtrail_left_out_the_provider() {
        let mut story = story("{saml: {provider: Okta}}");
        story.saml_switch("Okta", "sam", &[]);
        let story = story.retold(|record| {
            record["requestParameters"]["principalArn"].take();
            record["requestParameters"]["omitted"] = true.into();
        });
        assert_eq!(story.verdict("RW012"), Verdicts::Unproven);
    }

    #[test]
    fn another_subject_is_not_allowed() {
        let main = "repo:example/app:ref:refs/heads/main";
        for (conditions, expected) in [
            (format!("provider: {GITHUB}"), Verdicts::Silent),
            (format!("subject: \"{main}\""), Verdicts::Silent),
            (
                format!("provider: {GITHUB}, subject: 'repo:example/*'"),
                Verdicts::Silent,
            ),
            ("subject: 'repo:other/*'".to_owned(), Verdicts::Violation),
            (
                "provider: accounts.google.com".to_owned(),
                Verdicts::Violation,
            ),
        ] {
            let mut story = story(&format!("{{web-identity: {{{conditions}}}}}"));
            story.web_switch(GITHUB, main);
            assert_eq!(story.verdict("RW012"), expected, "{conditions}");
        }
    }

    #[test]
    fn another_service_is_not_allowed() {
        for (service, expected) in [
            ("lambda.amazonaws.com", Verdicts::Silent),
            ("ec2.amazonaws.com", Verdicts::Violation),
        ] {
            let mut story = story(&format!("{{service: {service}}}"));
            story.service_switch("lambda.amazonaws.com");
            assert_eq!(story.verdict("RW012"), expected, "{service}");
        }
    }

    /// A workload whose role AWS gave to Lambda goes on to `UpdateApp`; `change` is made to what its
    /// own call shows of it.
    fn workload(service: &str, change: impl Fn(&mut serde_json::Value)) -> Verdicts {
        let mut story = story(&format!("{{service: {service}}}"));
        story.chain("worker", "Jump");
        let story = story.retold(|record| {
            if record["requestParameters"]["roleArn"]
                .as_str()
                .unwrap()
                .ends_with("/Jump")
            {
                record["userIdentity"] =
                    serde_json::json!({"type": "AWSService", "invokedBy": "lambda.amazonaws.com"});
            } else {
                change(record);
            }
        });
        story.verdict("RW012")
    }

    #[test]
    fn a_workload_is_of_the_service_that_its_role_was_given_to() {
        for (service, expected) in [
            ("lambda.amazonaws.com", Verdicts::Silent),
            ("ec2.amazonaws.com", Verdicts::Violation),
        ] {
            assert_eq!(workload(service, |_| ()), expected, "{service}");
        }
    }

    #[test]
    fn a_workload_is_of_the_service_that_its_own_call_shows() {
        let ec2 = |record: &mut serde_json::Value| {
            record["userIdentity"]["sessionContext"]["ec2RoleDelivery"] = "2.0".into();
        };
        let scope = |kind: &'static str| {
            move |record: &mut serde_json::Value| {
                record["userIdentity"]["inScopeOf"] = serde_json::json!({"issuerType": kind});
                record["userIdentity"]["accessKeyId"] = "ASIAANOTHERKEY".into();
                record["userIdentity"]["principalId"] = "AROAOTHERWORKERXXXXX:run".into();
            }
        };
        assert_eq!(workload("ec2.amazonaws.com", ec2), Verdicts::Silent);
        assert_eq!(workload("lambda.amazonaws.com", ec2), Verdicts::Violation);
        let lambda = scope("AWS::Lambda::Function");
        assert_eq!(workload("lambda.amazonaws.com", lambda), Verdicts::Silent);
        assert_eq!(workload("ec2.amazonaws.com", lambda), Verdicts::Violation);
        let unknown = scope("AWS::Something::New");
        assert_eq!(
            workload("lambda.amazonaws.com", unknown),
            Verdicts::Unproven
        );
    }

    #[test]
    fn a_chain_keeps_what_its_start_was() {
        for (provider, expected) in [("Okta", Verdicts::Silent), ("Entra", Verdicts::Violation)] {
            let mut story = Story::with_policy_lines(
                "    groups: []\n",
                &format!(
                    "    chaining: allow\n    mfa: optional\n    identities: [{{saml: {{provider: {provider}}}}}]\n"
                ),
            );
            story.saml_chain("Okta", "sam", &[]);
            assert_eq!(story.verdict("RW012"), expected, "{provider}");
        }
    }
}

#[cfg(test)]
mod cases_of_center {
    use crate::testing::{Story, Verdicts};

    #[test]
    fn unproven_when_cloudtrail_left_out_the_provider() {
        let mut story = Story::of_center();
        drop(story.takes("nell", "Admin"));
        let story = story.retold(|record| {
            if record["eventName"] == "AssumeRoleWithSAML" {
                record["resources"] =
                    serde_json::json!([{"type": "AWS::IAM::Role", "ARN": record["requestParameters"]["roleArn"]}]);
                record["requestParameters"] = serde_json::json!({"omitted": true});
            }
        });
        assert_eq!(story.verdict("RW012"), Verdicts::Unproven);
    }

    #[test]
    fn only_a_role_that_aws_made_shows_identity_center() {
        let mut story = Story::of_center();
        drop(story.takes("nell", "Admin").goes_on_to("UpdateApp"));
        assert_eq!(story.verdict("RW012"), Verdicts::Silent);
        let mut story = Story::of_center();
        drop(story.takes("nell", "Admin"));
        let forged = story.retold(|record| {
            let role = &mut record["requestParameters"]["roleArn"];
            if role.is_string() {
                *role = "arn:aws:iam::444455556666:role/UpdateApp".into();
            }
        });
        assert_eq!(forged.verdict("RW012"), Verdicts::Violation, "that is saml");
    }
}
