//! RW006 untraceable-caller
//!
//! ## What it does
//! Reports a switch if rolewatch can't identify the person who made it. There are these cases:
//!
//! - The record in the caller's account is missing, and nothing else shows who has the user ID that
//!   made the call.
//! - The call that started a role chain is missing.
//! - The logs show the use of the session, but not the call that issued it.
//! - The session is of a permission set, and the records don't show which user of Identity Center
//!   took it, or name two users. This needs `identity_center` in the policy.
//!
//! The finding is always unproven.
//!
//! ## Why it matters
//! rolewatch can't check groups or MFA if it doesn't know the person. Either the logs have a gap,
//! or somebody is avoiding them.
//!
//! ## Blind spots
//! - A person who is identified can still be somebody else: stolen credentials look like their
//!   owner's.
//! - Callers choose session names and source identities themselves, so these don't identify
//!   anybody. Identity Center names sessions after its users, but a name can be given to somebody
//!   else, so it only counts together with a roster or with directory changes in the logs.
//!
//! ## What to do
//! 1. End the session: `rolewatch revoke-plan ID` prints the commands, or choose Revoke sessions on
//!    the role's page in IAM.
//! 2. Find the record of the call in the caller's account.
//!
//! If the finding is unproven:
//! 1. Treat the session as hostile until you know whose it is: check what it is doing. If it isn't
//!    routine work, end it: `rolewatch revoke-plan ID` prints the commands, or choose Revoke
//!    sessions on the role's page in IAM.
//! 2. Own account: supply the logs of the account that the finding names, from every Region,
//!    starting twelve hours before the switch. If that account has no trail, create one.
//! 3. Foreign account: ask the account's owner who made the call.

use super::view::{RuleAnswer, SwitchView};
use crate::dossier::OriginKind;
use crate::policy::IdentityKind;
use crate::text;

pub(super) fn check(view: &SwitchView<'_, '_>) -> RuleAnswer {
    if !view.origin.mint_missing
        && let Some(silenced) = view.silenced()
    {
        return silenced;
    }
    if view.origin.kind == OriginKind::Listed(IdentityKind::Service) {
        return RuleAnswer::not_applicable(text!("the caller is a service, not a person"));
    }
    match &view.origin.broken {
        Some(why) => RuleAnswer::unproven(text!(
            "can't identify who is behind {who} in {place}: {why}",
            who = view.person_shown(),
            place = view.role_in_account(),
            why
        ))
        .with_events(view.evidence_of_person()),
        None => {
            RuleAnswer::allow(text!("the person is known")).with_events(view.evidence_of_person())
        }
    }
}

#[cfg(test)]
mod cases {
    use crate::testing::{Story, Verdicts};

    #[test]
    fn unproven_when_nothing_names_the_id() {
        let mut story = Story::new();
        story.switch("stranger").with_mfa().only_owner_half();
        assert_eq!(story.verdict("RW006"), Verdicts::Unproven);
    }

    #[test]
    fn silent_when_the_roster_knows_the_id() {
        let mut story = Story::new();
        story.switch("dora").with_mfa().only_owner_half();
        assert_eq!(story.verdict("RW006"), Verdicts::Silent);
    }

    #[test]
    fn unproven_once_for_a_session_whose_mint_was_not_read() {
        let mut story = Story::new();
        story.switch("dora").with_mfa().used_after(60).only_uses();
        assert_eq!(story.verdict("RW006"), Verdicts::Unproven);
        assert_eq!(story.findings().len(), 1);
    }
}

#[cfg(test)]
mod cases_of_center {
    use serde_json::json;

    use crate::testing::{Story, Verdicts};

    #[test]
    fn the_portal_the_uses_or_the_name_show_the_person() {
        let mut story = Story::of_center();
        drop(story.takes("stranger", "Admin"));
        story.later(60);
        drop(story.takes("nell", "Admin").without_portal());
        story.later(60);
        drop(
            story
                .takes("guest", "Admin")
                .without_portal()
                .used_after(60),
        );
        assert_eq!(story.verdict("RW006"), Verdicts::Silent);
    }

    #[test]
    fn unproven_when_nothing_shows_the_person() {
        let mut story = Story::of_center();
        drop(story.takes("stranger", "Admin").without_portal());
        assert_eq!(story.verdict("RW006"), Verdicts::Unproven);
        let mut story = Story::of_center();
        drop(story.takes("stranger", "Admin").without_details());
        assert_eq!(story.verdict("RW006"), Verdicts::Unproven);
    }

    #[test]
    fn unproven_when_the_answers_differ() {
        let mut story = Story::of_center();
        drop(story.takes("nell", "Admin").used_as("nora", 60));
        let finding = story.finding("RW006");
        assert!(
            finding.message.contains("nell") && finding.message.contains("nora"),
            "{}",
            finding.message
        );
        let mut story = Story::of_center();
        drop(
            story
                .takes("nell", "Admin")
                .used_after(60)
                .used_as("nora", 90),
        );
        assert_eq!(story.verdict("RW006"), Verdicts::Unproven);
    }

    #[test]
    fn somebody_of_another_name_beside_them_does_not_matter() {
        let mut story = Story::of_center();
        drop(story.takes("nell", "Admin").beside("nora"));
        assert_eq!(story.verdict("RW006"), Verdicts::Silent);
    }

    #[test]
    fn unproven_for_several_strangers_at_the_portal() {
        let mut story = Story::of_center();
        drop(story.takes("guest", "Admin").beside("stranger"));
        assert_eq!(story.verdict("RW006"), Verdicts::Unproven);
        let mut story = Story::of_center();
        drop(
            story
                .takes("guest", "Admin")
                .beside("stranger")
                .used_after(60),
        );
        assert_eq!(
            story.verdict("RW006"),
            Verdicts::Silent,
            "a use names one of them"
        );
    }

    #[test]
    fn unproven_for_a_session_that_another_identity_center_issued() {
        let mut story = Story::of_center();
        drop(story.takes("nell", "Admin").issued_by("999988887777"));
        assert_eq!(story.verdict("RW006"), Verdicts::Unproven);
    }

    #[test]
    fn unproven_once_for_a_session_whose_mint_was_not_read() {
        let mut story = Story::of_center();
        drop(story.takes("nell", "Admin").used_after(60).without_mint());
        assert_eq!(story.verdict("RW006"), Verdicts::Unproven);
        assert_eq!(story.findings().len(), 1);
    }

    #[test]
    fn whoever_bears_another_name_took_another_session() {
        let mut story = Story::of_center();
        drop(story.takes("guest", "Admin").beside("nora"));
        assert_eq!(story.verdict("RW006"), Verdicts::Silent);
    }

    #[test]
    fn a_use_that_fits_two_sessions_names_the_person_of_neither() {
        let mut story = Story::of_center();
        let first = story.takes("guest", "Admin").without_portal();
        drop(first.used_as("nell", 60));
        story.later(1);
        drop(story.takes("guest", "Admin").without_portal());
        let findings = story.findings();
        let untraced = findings.iter().filter(|finding| finding.rule == "RW006");
        assert_eq!(untraced.count(), 2);
    }

    #[test]
    fn a_use_a_second_beside_two_sessions_is_no_third_one() {
        let mut story = Story::of_center();
        drop(story.takes("nell", "Admin"));
        drop(story.takes("nell", "Admin").used_after(60));
        let created = story.now().plus_seconds(-1).to_string();
        let story = story.retold(|record| {
            if record["eventName"] == "GetCallerIdentity" {
                let session = &mut record["userIdentity"]["sessionContext"];
                session["attributes"]["creationDate"] = created.clone().into();
            }
        });
        assert_eq!(story.verdict("RW006"), Verdicts::Silent);
    }

    #[test]
    fn calls_of_a_permission_set_that_is_not_listed_name_who_goes_on_from_it() {
        for (named, expected) in [(true, Verdicts::Silent), (false, Verdicts::Unproven)] {
            let mut story = Story::of_center();
            let taken = story.takes("guest", "ReadOnly").without_portal();
            let used = if named {
                taken.used_as("nell", 30)
            } else {
                taken.used_by_nobody_after(30)
            };
            drop(used.goes_on_to("UpdateApp"));
            let story = story.retold(|record| {
                if record["eventName"] == "GetCallerIdentity" {
                    record["eventSource"] = "ec2.amazonaws.com".into();
                    record["eventName"] = "DescribeInstances".into();
                }
            });
            assert_eq!(story.verdict("RW006"), expected, "{named}");
        }
    }

    #[test]
    fn unproven_when_copies_of_the_portals_record_differ() {
        let mut story = Story::of_center();
        drop(story.takes("guest", "Admin"));
        let portal = |record: &&serde_json::Value| record["eventName"] == "GetRoleCredentials";
        let mut copy = story.records().iter().find(portal).unwrap().clone();
        copy["serviceEventDetails"]["role_name"] = "Other".into();
        story.add_record(copy);
        assert_eq!(story.verdict("RW006"), Verdicts::Unproven);
    }

    #[test]
    fn unproven_when_a_record_at_the_portal_names_nobody() {
        for (name, credential, expected) in [
            (None, "EXAMPLE", Verdicts::Unproven),
            (Some("guest"), "EXAMPLE", Verdicts::Unproven),
            (Some("stranger"), "EXAMPLE", Verdicts::Silent),
            // One portal session is one user's.
            (None, "EXAMPLE-guest", Verdicts::Silent),
        ] {
            let mut story = Story::of_center();
            drop(story.takes("guest", "Admin").beside("stranger"));
            let mut calls = 0;
            let story = story.retold(|record| {
                if record["eventName"] == "GetRoleCredentials" {
                    calls += 1;
                    if calls == 2 {
                        record["userIdentity"] =
                            json!({"type": "Unknown", "userName": name, "credentialId": credential});
                    }
                }
            });
            assert_eq!(story.verdict("RW006"), expected, "{name:?} {credential}");
        }
    }

    #[test]
    fn another_accounts_portal_names_nobody() {
        let mut story = Story::of_center();
        drop(story.takes("guest", "Admin"));
        let story = story.retold(|record| {
            if record["eventName"] == "GetRoleCredentials" {
                record["recipientAccountId"] = "111122223333".into();
            }
        });
        assert_eq!(story.verdict("RW006"), Verdicts::Unproven);
    }
}
