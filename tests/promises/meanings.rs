//! The exact meanings: two readers must reach the same verdict. One test for each of them that a rule's own cases do not hold.

use rolewatch_guard::testing::{Story, Verdicts};
use rolewatch_guard::{Finding, Scope, Verdict, judge};
use serde_json::json;

fn rules(findings: &[Finding]) -> Vec<(&str, Verdict)> {
    findings.iter().map(|finding| (finding.rule, finding.verdict)).collect()
}

mod halves {
    use super::*;

    #[test]
    fn the_callers_half_alone_proves_everything() {
        let mut story = Story::new();
        story.switch("dora").with_mfa().only_caller_half();
        assert_eq!(rules(&story.findings()), []);
    }

    #[test]
    fn a_switch_gets_each_finding_once_and_under_one_id_whichever_half_came() {
        let finding = |part: u8| {
            let mut story = Story::new();
            let switch = story.switch("tom").with_permanent_key().with_serial("arn:aws:iam::111122223333:mfa/tom");
            match part {
                0 => drop(switch.only_caller_half()),
                1 => drop(switch.only_owner_half()),
                _ => drop(switch),
            }
            let findings = story.findings();
            assert_eq!(rules(&findings), [("RW001", Verdict::Violation)], "{part}");
            findings.into_iter().next().unwrap()
        };
        let (caller, owner, both) = (finding(0), finding(1), finding(2));
        assert_eq!(caller.id, owner.id);
        assert_eq!(caller.id, both.id);
        assert_eq!(both.events.len(), 2, "both halves prove it");
        assert_eq!(owner.caller.name, "tom", "the roster knows the id");
    }

    #[test]
    fn a_same_account_switch_is_one_record_and_nothing_is_missing() {
        let mut story = Story::new().with_policy_line("[development/Developers]", "[production/Developers]").without_roster();
        story.switch("dora").from_account("444455556666").with_mfa();
        assert_eq!(story.records().len(), 1);
        assert_eq!(story.verdict("RW002"), Verdicts::Silent);
        assert_eq!(story.verdict("RW006"), Verdicts::Silent);
    }

    #[test]
    fn the_role_owners_half_of_an_unknown_id_is_unproven_and_names_the_silent_account() {
        let mut story = Story::new();
        story.switch("stranger").with_mfa().only_owner_half();
        let findings = story.findings();
        assert!(findings.iter().all(|finding| finding.verdict == Verdict::Unproven));
        for rule in ["RW001", "RW002", "RW006"] {
            let finding = story.finding(rule);
            assert!(finding.message.contains("account 111122223333 sent nothing for this switch"), "{}", finding.message);
        }
    }

    #[test]
    fn a_switch_role_record_alone_names_the_person_and_leaves_mfa_unproven() {
        let mut story = Story::new();
        story.switch("tom").by_console().only_switch_role();
        assert_eq!(rules(&story.findings()), [("RW001", Verdict::Violation), ("RW002", Verdict::Unproven)]);
        assert_eq!(story.finding("RW001").caller.arn.as_deref(), Some("arn:aws:iam::111122223333:user/tom"));
    }
}

mod console {
    use super::*;

    #[test]
    fn a_switch_role_record_joins_its_assume_role_within_five_seconds() {
        for (apart, switches) in [(5, 1), (6, 2)] {
            let mut story = Story::new();
            story.switch("dora").by_console();
            let step = story.records().iter().position(|record| record["eventName"] == "SwitchRole").unwrap();
            let mut records = story.records().to_vec();
            records[step]["eventTime"] = json!(story.now().plus_seconds(apart));
            let mut moved = Story::new();
            for record in records {
                moved.tell(record);
            }
            assert_eq!(moved.judgement().switches.len(), switches, "{apart} seconds apart");
        }
    }

    #[test]
    fn the_users_own_copy_of_switch_role_joins_too() {
        let mut story = Story::new();
        story.switch("dora").by_console().only_caller_half();
        story.tell(json!({
            "eventVersion": "1.08",
            "userIdentity": {"type": "IAMUser", "principalId": "AIDADORAXXXXXXXXXXXX", "arn": "arn:aws:iam::111122223333:user/dora", "accountId": "111122223333", "userName": "dora"},
            "eventTime": story.now().plus_seconds(2),
            "eventSource": "signin.amazonaws.com",
            "eventName": "SwitchRole",
            "awsRegion": "us-east-1",
            "requestParameters": null,
            "responseElements": {"SwitchRole": "Success"},
            "additionalEventData": {"SwitchTo": "arn:aws:iam::444455556666:role/UpdateApp", "RedirectTo": "https://console.aws.amazon.com/"},
            "eventID": "00000000-0000-4000-8000-00000000beef",
            "eventType": "AwsConsoleSignIn",
            "recipientAccountId": "111122223333",
        }));
        let judgement = story.judgement();
        assert_eq!(judgement.switches.len(), 1);
        assert_eq!(rules(&judgement.findings), []);
    }

    #[test]
    fn uses_of_the_console_join_by_session_and_second_though_their_keys_differ() {
        let mut story = Story::new();
        story.switch("dora").by_console().used_after(7_201);
        assert_eq!(story.judgement().switches.len(), 1);
        assert_eq!(story.verdict("RW004"), Verdicts::Violation);
        assert_eq!(story.verdict("RW006"), Verdicts::Silent);
    }

    #[test]
    fn a_user_agent_does_not_make_a_call_the_consoles() {
        let mut story = Story::new();
        story.switch("dora").with_mfa().lasting(43_200).only_caller_half();
        let mut record = story.records()[0].clone();
        record["userAgent"] = json!("AWS Internal");
        let mut told = Story::new();
        told.tell(record);
        assert_eq!(told.verdict("RW003"), Verdicts::Violation);
    }
}

mod chains {
    use super::*;

    #[test]
    fn the_person_at_the_start_of_a_chain_is_judged() {
        let mut story = Story::new();
        story.chain("tom", "Jump");
        assert_eq!(story.finding("RW001").caller.name, "tom");
        assert_eq!(rules(&story.findings()), [("RW001", Verdict::Violation), ("RW011", Verdict::Violation)]);
    }

    #[test]
    fn the_mint_at_the_start_decides_mfa_whatever_the_session_says_of_itself() {
        // The session's own flag is "false" in every story.
        let mut story = Story::new();
        story.chain("dora", "Jump");
        assert_eq!(story.verdict("RW002"), Verdicts::Silent);
    }

    #[test]
    fn a_chain_whose_start_was_not_read_is_unproven_and_says_where_to_look() {
        let mut story = Story::new();
        story.chain_without_start("dora", "Jump");
        let finding = story.finding("RW006");
        assert_eq!(finding.verdict, Verdict::Unproven);
        assert!(finding.message.contains("in the logs of account 111122223333"), "{}", finding.message);
    }

    #[test]
    fn roles_that_nobody_listed_are_silent_themselves() {
        let mut story = Story::new();
        story.switch_to("tom", "ReadOnly").with_permanent_key().lasting(43_200);
        assert_eq!(story.judgement().switches.len(), 0);
        assert_eq!(rules(&story.findings()), []);
    }
}

mod kinds {
    use super::*;

    fn saml(provider: &str) -> Story {
        let mut story = Story::new();
        story.switch("dora").with_mfa().only_caller_half();
        let mut record = story.records()[0].clone();
        record["eventName"] = json!("AssumeRoleWithSAML");
        record["recipientAccountId"] = json!("444455556666");
        record["requestParameters"]["principalArn"] = json!(format!("arn:aws:iam::444455556666:saml-provider/{provider}"));
        record["userIdentity"] = json!({"type": "SAMLUser", "principalId": "qualifier:dora@example.com", "userName": "dora@example.com", "identityProvider": "qualifier"});
        let mut told = Story::new();
        told.tell(record);
        told
    }

    #[test]
    fn a_kind_that_is_not_admitted_is_one_finding() {
        for (provider, words) in [("AWSSSO_0123456789abcdef_DO_NOT_DELETE", "an Identity Center user"), ("Okta", "a SAML user")] {
            let findings = saml(provider).findings();
            assert_eq!(rules(&findings), [("RW012", Verdict::Violation)]);
            assert!(findings[0].message.contains(words), "{}", findings[0].message);
        }
    }

    #[test]
    fn a_kind_that_is_admitted_but_no_iam_user_has_no_group_and_no_mfa_to_judge() {
        for (provider, kind) in [("AWSSSO_0123456789abcdef_DO_NOT_DELETE", "identity-center"), ("Okta", "saml")] {
            let story = saml(provider).with_policy_line("    max_session: 1h\n", &format!("    identities: [iam-user, {kind}]\n"));
            let judgement = story.judgement();
            assert_eq!(rules(&judgement.findings), []);
            for rule in ["RW001", "RW002", "RW010"] {
                assert_eq!(judgement.tallies[rule].not_applicable, 1, "{rule}");
            }
        }
    }

    #[test]
    fn a_session_that_aws_gave_to_a_workload_is_a_service() {
        let mut story = Story::new();
        story.chain_without_start("dora", "Jump");
        let mut records = story.records().to_vec();
        for record in &mut records {
            if record["userIdentity"]["type"] == "AssumedRole" {
                record["userIdentity"]["sessionContext"]["ec2RoleDelivery"] = json!("2.0");
            }
        }
        let mut told = Story::new();
        for record in records {
            told.tell(record);
        }
        assert_eq!(rules(&told.findings()), [("RW011", Verdict::Violation), ("RW012", Verdict::Violation)]);
    }
}

mod membership {
    use super::*;

    #[test]
    fn the_last_change_before_the_switch_decides_over_the_roster() {
        let mut story = Story::new();
        story.iam(-100_000, "admin").removes("dora", "Developers");
        story.switch("dora").with_mfa();
        assert_eq!(story.verdict("RW001"), Verdicts::Violation);
        assert_eq!(story.finding("RW001").events.len(), 3, "both halves, and the removal");
    }

    #[test]
    fn else_the_first_change_after_it_inverted() {
        let mut story = Story::new();
        story.iam(60, "admin").adds("dora", "Developers");
        story.switch("dora").with_mfa();
        assert_eq!(story.verdict("RW001"), Verdicts::Violation);
        let mut story = Story::new().without_roster();
        story.iam(60, "admin").removes("tom", "Developers");
        story.switch("tom").with_mfa();
        assert_eq!(story.verdict("RW001"), Verdicts::Silent);
    }

    #[test]
    fn joined_and_left_around_the_switch_is_seen_though_the_roster_shows_nothing() {
        let mut story = Story::new();
        story.iam(-60, "tom").adds("tom", "Developers");
        story.switch("tom").with_mfa();
        story.iam(60, "tom").removes("tom", "Developers");
        assert_eq!(rules(&story.findings()), [("RW010", Verdict::Violation)]);
    }

    #[test]
    fn a_change_in_the_very_second_is_unproven() {
        let mut story = Story::new();
        story.iam(0, "admin").adds("dora", "Developers");
        story.switch("dora").with_mfa();
        assert_eq!(story.verdict("RW001"), Verdicts::Unproven);
    }

    #[test]
    fn opposite_changes_in_one_second_leave_it_unknown_until_the_next() {
        let mut story = Story::new();
        story.iam(-90_000, "admin").adds("dora", "Developers");
        story.iam(-90_000, "admin").removes("dora", "Developers");
        story.switch("dora").with_mfa();
        assert_eq!(story.verdict("RW001"), Verdicts::Unproven);
        story.iam(-80_000, "admin").adds("dora", "Developers");
        assert_eq!(story.verdict("RW001"), Verdicts::Silent);
    }

    #[test]
    fn failed_changes_are_ignored() {
        let mut story = Story::new();
        story.iam(-90_000, "tom").adds("tom", "Developers");
        let mut record = story.records()[0].clone();
        record["errorCode"] = json!("AccessDenied");
        record["requestParameters"] = json!(null);
        let mut told = Story::new();
        told.tell(record);
        told.switch("tom").with_mfa();
        assert_eq!(told.verdict("RW001"), Verdicts::Violation);
    }

    #[test]
    fn absence_from_a_truncated_roster_proves_nothing() {
        let truncated = |user: &str| {
            let mut story = Story::new();
            story.switch(user).with_mfa();
            let text = story.roster_text().unwrap().replace("\"IsTruncated\":false", "\"IsTruncated\":true");
            let mut rosters = rolewatch_guard::roster::Rosters::default();
            rosters.add(rolewatch_guard::roster::Snapshot::read(text.as_bytes(), None).unwrap());
            let findings = judge(&story.world_of(story.records()), &story.policy(), &rosters, Scope::default(), &mut |_| ()).findings;
            rules(&findings).first().copied().map(|(_, verdict)| verdict)
        };
        assert_eq!(truncated("dora"), None, "a member that is listed is one");
        assert_eq!(truncated("tom"), Some(Verdict::Unproven));
    }

    #[test]
    fn a_gap_in_the_iam_log_before_the_roster_was_taken_makes_it_unproven_and_is_named() {
        let after = |hours: i64, chatter: bool| {
            let mut story = Story::new();
            story.switch("dora").with_mfa();
            let taken = story.now().plus_seconds(hours * 3_600);
            if chatter {
                // Somebody else's affairs show that the log was being kept.
                for hour in (0..hours).step_by(12) {
                    story.iam(hour * 3_600, "admin").enrols("tess", "arn:aws:iam::111122223333:mfa/tess");
                }
            }
            let mut rosters = rolewatch_guard::roster::Rosters::default();
            let text = story.roster_text().unwrap();
            rosters.add(rolewatch_guard::roster::Snapshot::read(text.as_bytes(), Some(taken)).unwrap());
            judge(&story.world_of(story.records()), &story.policy(), &rosters, Scope::default(), &mut |_| ()).findings
        };
        assert_eq!(rules(&after(24, false)), []);
        assert_eq!(rules(&after(72, true)), []);
        let findings = after(72, false);
        assert_eq!(rules(&findings), [("RW001", Verdict::Unproven)]);
        assert!(findings[0].message.contains("have a gap from 2026-03-02T09:"), "{}", findings[0].message);
    }
}

mod names {
    use super::*;

    #[test]
    fn a_renamed_user_is_the_same_person() {
        // The roster was taken after the rename; the change before it speaks of the old name.
        let mut story = Story::new();
        story.iam(-200_000, "admin").removes("dorothy", "Developers");
        story.iam(-100_000, "admin").renames_user("dorothy", "dora");
        story.switch("dora").with_mfa();
        assert_eq!(story.verdict("RW001"), Verdicts::Violation);
    }

    #[test]
    fn a_user_created_again_under_an_old_name_is_another_person() {
        let mut story = Story::new();
        story.iam(-300_000, "admin").adds("newt", "Developers");
        story.iam(-200_000, "admin").deletes_user("newt");
        story.iam(-100_000, "admin").creates_user("newt", "newt");
        story.switch("newt").with_mfa();
        assert_eq!(story.verdict("RW001"), Verdicts::Violation);
    }

    #[test]
    fn a_user_created_and_added_in_one_second_is_a_member() {
        let mut story = Story::new();
        story.iam(-100_000, "admin").creates_user("newt", "newt");
        story.iam(-100_000, "admin").adds("newt", "Developers");
        story.switch("newt").with_mfa();
        assert_eq!(rules(&story.findings()), []);
    }

    #[test]
    fn a_group_name_stands_for_the_id_that_bears_it_in_the_roster_at_every_moment() {
        // Another group bore the name before; who was in that one was in another group.
        let mut story = Story::new();
        story.iam(-300_000, "admin").creates_group("Developers", "OldDevelopers");
        story.iam(-200_000, "admin").adds("tom", "Developers");
        story.iam(-150_000, "admin").renames_group("Developers", "Retired");
        story.iam(-100_000, "admin").creates_group("Developers", "Developers");
        story.switch("tom").with_mfa();
        assert_eq!(story.verdict("RW001"), Verdicts::Violation);
    }

    #[test]
    fn a_renamed_group_keeps_its_members() {
        let mut story = Story::new().without_roster();
        story.iam(-300_000, "admin").creates_group("Builders", "Developers");
        story.iam(-200_000, "admin").adds("tom", "Builders");
        story.iam(-100_000, "admin").renames_group("Builders", "Developers");
        story.switch("tom").with_mfa();
        assert_eq!(rules(&story.findings()), []);
    }

    #[test]
    fn a_group_may_be_written_by_its_id() {
        let mut story = Story::new().with_policy_line("development/Developers", "development/AGPADEVELOPERSXXXXXX");
        story.switch("dora").with_mfa();
        story.later(10_000);
        story.switch("tom").with_mfa();
        assert_eq!(rules(&story.findings()), [("RW001", Verdict::Violation)]);
    }

    #[test]
    fn names_are_compared_without_case() {
        let mut story = Story::new();
        story.iam(-100_000, "admin").removes("DORA", "developers");
        story.switch("dora").with_mfa();
        assert_eq!(story.verdict("RW001"), Verdicts::Violation);
    }
}

mod suppression {
    use super::*;

    fn with(rule: &str, until: &str, severity: &str) -> Story {
        let entry = format!(
            "    severity: {severity}\nsuppress:\n  - {{rule: {rule}, caller: \"arn:aws:iam::111122223333:user/t*\", reason: migration, owner: platform, until: {until}}}\n"
        );
        let mut story = Story::new().with_policy_line("    min_mfa_age: 1h\n", &entry);
        story.switch("tom").with_mfa();
        story
    }

    #[test]
    fn hides_by_event_time_up_to_the_end_of_the_day() {
        let judgement = with("RW001", "2026-03-02", "high").judgement();
        assert_eq!((judgement.findings.len(), judgement.suppressed.len()), (0, 1));
        let judgement = with("RW001", "2026-03-01", "high").judgement();
        assert_eq!((judgement.findings.len(), judgement.suppressed.len()), (1, 0));
        assert!(judgement.notices.iter().any(|notice| notice.contains("expired on 2026-03-01")), "{:?}", judgement.notices);
    }

    #[test]
    fn a_critical_roles_findings_cannot_be_hidden() {
        let judgement = with("RW001", "2026-03-02", "critical").judgement();
        assert_eq!((judgement.findings.len(), judgement.suppressed.len()), (1, 0));
    }
}

mod duplicates {
    use super::*;

    #[test]
    fn contradicting_copies_make_unproven_what_depends_on_the_difference_only() {
        let mut story = Story::new();
        story.switch("tom").with_permanent_key().only_caller_half();
        let mut copy = story.records()[0].clone();
        copy["requestParameters"]["serialNumber"] = json!("arn:aws:iam::111122223333:mfa/tom");
        story.tell(copy);
        assert_eq!(rules(&story.findings()), [("RW001", Verdict::Violation), ("RW002", Verdict::Unproven)]);
        assert_eq!(story.judgement().conflicts, 1);
    }

    #[test]
    fn a_correction_replaces_what_it_corrects() {
        let mut story = Story::new();
        story.switch("dora").with_permanent_key().only_caller_half();
        let mut copy = story.records()[0].clone();
        copy["requestParameters"]["serialNumber"] = json!("arn:aws:iam::111122223333:mfa/dora");
        copy["addendum"] = json!({"reason": "UPDATED_DATA", "updatedFields": "requestParameters"});
        story.tell(copy.clone());
        assert_eq!(rules(&story.findings()), []);
        assert_eq!(story.judgement().conflicts, 0);
        // Under an id of its own it says whom it replaces.
        let mut story = Story::new();
        story.switch("dora").with_permanent_key().only_caller_half();
        copy["addendum"]["originalEventID"] = copy["eventID"].clone();
        copy["eventID"] = json!("00000000-0000-4000-8000-00000000c0de");
        story.tell(copy);
        assert_eq!(rules(&story.findings()), []);
    }
}

mod scope {
    use super::*;

    #[test]
    fn since_and_until_choose_what_is_judged_never_what_is_known() {
        let mut story = Story::new();
        story.iam(-90_000, "admin").removes("dora", "Developers");
        story.switch("dora").with_mfa();
        let begin = story.now();
        story.later(20_000);
        story.switch("dora").with_mfa();
        let judged = |since, until| {
            let scope = Scope { since, until, as_of: None };
            judge(&story.world_of(story.records()), &story.policy(), &story.rosters(), scope, &mut |_| ()).findings.len()
        };
        assert_eq!(judged(None, None), 2);
        assert_eq!(judged(Some(begin.plus_seconds(1)), None), 1, "the removal before it is still known");
        assert_eq!(judged(None, Some(begin)), 0, "until is where it ends");
    }
}

mod mint_missing {
    use super::*;

    #[test]
    fn a_session_whose_mint_was_not_read_is_timed_from_its_creation_and_said_once() {
        let mut story = Story::new();
        story.switch("dora").with_mfa().used_after(7_300).only_uses();
        assert_eq!(rules(&story.findings()), [("RW006", Verdict::Unproven), ("RW004", Verdict::Violation)]);
        assert!(story.finding("RW006").message.contains("the mint is not in the archive"));
    }
}

mod elevated_roles {
    use super::*;

    #[test]
    fn a_path_that_the_record_lacks_is_found_through_the_roles_id() {
        let policy = |story: Story| story.with_policy_line("role/UpdateApp", "role/apps/*");
        let mut story = policy(Story::new());
        story.switch("tom").by_console().only_switch_role();
        assert_eq!(story.judgement().switches.len(), 0, "nothing tells the path yet");
        let mut other = story.records()[0].clone();
        other["eventSource"] = json!("sts.amazonaws.com");
        other["eventName"] = json!("GetCallerIdentity");
        other["eventID"] = json!("00000000-0000-4000-8000-00000000cafe");
        other["userIdentity"]["sessionContext"] = json!({"sessionIssuer": {"type": "Role", "principalId": "AROAUPDATEAPPXXXXXXX", "arn": "arn:aws:iam::444455556666:role/apps/UpdateApp"}});
        story.tell(other);
        let judgement = story.judgement();
        assert_eq!(judgement.switches.len(), 1);
        assert_eq!(&*judgement.switches[0].role, "arn:aws:iam::444455556666:role/apps/UpdateApp");
    }

    #[test]
    fn a_role_named_in_full_is_found_by_its_name_where_the_path_is_lacking() {
        let mut story = Story::new().with_policy_line("role/UpdateApp", "role/apps/UpdateApp");
        story.switch("tom").by_console().only_switch_role();
        assert_eq!(story.judgement().switches.len(), 1);
    }
}

mod refusals {
    use super::*;

    #[test]
    fn other_errors_and_errors_without_a_role_are_counted_not_reported() {
        let mut story = Story::new();
        story.denied("tom", "UpdateApp");
        let mut nameless = story.records()[0].clone();
        nameless["errorMessage"] = json!("An unknown error occurred");
        let mut expired = story.records()[0].clone();
        expired["errorCode"] = json!("ExpiredTokenException");
        let mut told = Story::new();
        for (at, mut record) in [nameless, expired].into_iter().enumerate() {
            record["eventID"] = json!(format!("other-{at}"));
            told.tell(record);
        }
        let judgement = told.judgement();
        assert_eq!((judgement.findings.len(), judgement.other_refusals), (0, 2));
    }
}

mod links {
    use super::*;

    /// A service enters a role of the people's account, and that session enters `UpdateApp`.
    fn workload(start: bool) -> Story {
        let mut story = Story::new();
        story.chain("i-0abc", "Jump");
        let mut told = Story::new();
        for mut record in story.records().to_vec() {
            let first = record["requestParameters"]["roleArn"] == "arn:aws:iam::111122223333:role/Jump";
            if first && !start {
                continue;
            }
            if first {
                record["userIdentity"] = json!({"type": "AWSService", "invokedBy": "ec2.amazonaws.com"});
            }
            told.tell(record);
        }
        told
    }

    #[test]
    fn a_chain_that_begins_with_a_services_mint_is_a_services() {
        let findings = workload(true).findings();
        assert_eq!(rules(&findings), [("RW011", Verdict::Violation), ("RW012", Verdict::Violation)]);
        assert_eq!(findings[1].events.len(), 3, "both halves, and the service's mint");
        assert_eq!(workload(false).verdict("RW006"), Verdicts::Unproven);
    }

    #[test]
    fn a_console_session_is_followed_by_session_and_second() {
        // The console and Identity Center sign with other keys than the one that was issued.
        let mut story = Story::new();
        story.chain("tom", "Jump");
        let mut told = Story::new();
        for mut record in story.records().to_vec() {
            if record["userIdentity"]["type"] == "AssumedRole" {
                record["userIdentity"]["accessKeyId"] = json!("ASIASOMEOTHERKEYXXXX");
            }
            told.tell(record);
        }
        assert_eq!(told.finding("RW001").caller.name, "tom");
    }

    #[test]
    fn a_console_switch_from_within_a_session_is_no_chain() {
        let mut story = Story::new();
        story.chain("dora", "Jump");
        let mut told = Story::new();
        for mut record in story.records().to_vec() {
            if record["userIdentity"]["type"] == "AssumedRole" {
                record["userIdentity"]["invokedBy"] = json!("AWS Internal");
            }
            told.tell(record);
        }
        assert_eq!(told.verdict("RW011"), Verdicts::Silent);
    }

    #[test]
    fn a_person_from_outside_who_comes_through_a_trusted_account_is_judged() {
        let mut story = Story::new();
        story.chain("mallory", "Jump");
        let mut told = Story::new();
        for mut record in story.records().to_vec() {
            if record["userIdentity"]["type"] == "IAMUser" {
                record["userIdentity"]["accountId"] = json!("999988887777");
                record["userIdentity"]["arn"] = json!("arn:aws:iam::999988887777:user/mallory");
            }
            told.tell(record);
        }
        assert_eq!(told.verdict("RW001"), Verdicts::Violation);
    }
}

mod several_sessions {
    use super::*;

    #[test]
    fn the_events_are_the_mints_of_every_session_then_first_and_last_use() {
        let mut story = Story::new();
        story.switch("dora").with_mfa().used_after(10).used_after(3_500);
        story.later(3_500);
        story.switch("dora").with_mfa().used_after(5).used_after(3_900);
        let finding = story.finding("RW004");
        let ids: Vec<String> = finding.events.iter().map(|event| event.to_string()[24..].to_owned()).collect();
        assert_eq!(ids, ["000000000011", "000000000012", "000000000021", "000000000022", "000000000015", "000000000026"]);
        assert_eq!(finding.time, story.now().plus_seconds(7_200 - 3_500), "the second at which the limit was passed");
    }

    #[test]
    fn a_renewal_belongs_to_the_stretch() {
        let mut story = Story::new();
        story.switch("dora").by_console().lasting(3_600);
        let mut renewal = story.records().iter().find(|record| record["eventName"] == "SwitchRole").unwrap().clone();
        renewal["eventName"] = json!("RenewRole");
        renewal["responseElements"] = json!({"RenewRole": "Success"});
        renewal["eventTime"] = json!(story.now().plus_seconds(7_300));
        renewal["eventID"] = json!("00000000-0000-4000-8000-00000000feed");
        story.tell(renewal);
        assert_eq!(story.judgement().switches.len(), 1);
        assert_eq!(story.verdict("RW004"), Verdicts::Unproven, "held for longer than granted, and no use was seen");
    }
}

mod evidence {
    use super::*;

    #[test]
    fn a_workloads_use_alone_shows_that_it_is_a_service() {
        let mut story = Story::new();
        story.switch("i-0abc").used_after(10).used_after(20).only_uses();
        for told_by in 0..2 {
            let mut told = Story::new();
            for (at, mut record) in story.records().to_vec().into_iter().enumerate() {
                if at == told_by {
                    record["userIdentity"]["sessionContext"]["ec2RoleDelivery"] = json!("2.0");
                }
                told.tell(record);
            }
            assert_eq!(rules(&told.findings()), [("RW012", Verdict::Violation)], "said by use {told_by}");
        }
    }

    #[test]
    fn halves_join_by_shared_event_id_where_one_lacks_the_issued_key() {
        let mut story = Story::new();
        story.switch("dora").with_mfa();
        let mut told = Story::new();
        for mut record in story.records().to_vec() {
            if record["recipientAccountId"] == "444455556666" {
                record["responseElements"] = json!(null);
            }
            told.tell(record);
        }
        let judgement = told.judgement();
        assert_eq!(judgement.switches.len(), 1);
        assert_eq!(rules(&judgement.findings), []);
    }

    #[test]
    fn a_switch_role_record_belongs_to_the_mint_that_aws_says_the_console_made() {
        // An API call in the same second cannot hide behind a console switch.
        let mut story = Story::new();
        story.switch("dora").by_console();
        story.switch("dora").with_mfa().lasting(43_200);
        assert_eq!(story.judgement().switches.len(), 2);
        assert_eq!(story.verdict("RW003"), Verdicts::Violation);
    }

    #[test]
    fn a_recycled_access_key_does_not_lead_to_an_older_session() {
        let mut story = Story::new();
        story.chain("tom", "Jump");
        let mut told = Story::new();
        for record in story.records().to_vec() {
            if record["requestParameters"]["roleArn"] == "arn:aws:iam::111122223333:role/Jump" {
                // Long ago, another person was issued the same key for a session of the same name.
                let mut old = record.clone();
                old["eventTime"] = json!("2025-01-01T00:00:00Z");
                old["eventID"] = json!("00000000-0000-4000-8000-00000000a11e");
                old["sharedEventID"] = json!(null);
                old["userIdentity"]["principalId"] = json!("AIDADORAXXXXXXXXXXXX");
                old["userIdentity"]["userName"] = json!("dora");
                told.tell(old);
            }
            told.tell(record);
        }
        assert_eq!(told.finding("RW001").caller.name, "tom");
    }
}

mod depends_on_the_difference {
    use super::*;

    #[test]
    fn a_chain_through_contradicting_records_leads_to_nobody() {
        let mut story = Story::new();
        story.chain("dora", "Jump");
        let mut copy = story.records()[0].clone();
        assert_eq!(copy["requestParameters"]["roleArn"], "arn:aws:iam::111122223333:role/Jump");
        copy["userIdentity"]["principalId"] = json!("AIDATOMXXXXXXXXXXXXX");
        copy["userIdentity"]["userName"] = json!("tom");
        story.tell(copy);
        let finding = story.finding("RW006");
        assert!(finding.message.contains("contradict each other"), "{}", finding.message);
        assert_eq!(story.verdict("RW001"), Verdicts::Unproven);
    }

    #[test]
    fn a_stretch_that_rests_on_contradicting_records_is_unproven() {
        let mut story = Story::new();
        story.switch("dora").with_mfa().used_after(7_300);
        assert_eq!(story.verdict("RW004"), Verdicts::Violation);
        let mut copy = story.records()[0].clone();
        copy["requestParameters"]["serialNumber"] = json!("arn:aws:iam::111122223333:mfa/other");
        story.tell(copy);
        assert_eq!(story.verdict("RW004"), Verdicts::Unproven);
    }

    #[test]
    fn how_long_an_identity_stayed_that_is_not_admitted_adds_nothing() {
        let mut story = Story::new();
        story.switch("i-0abc").used_after(20_000);
        let mut told = Story::new();
        for mut record in story.records().to_vec() {
            if record["userIdentity"]["type"] == "IAMUser" {
                record["userIdentity"] = json!({"type": "AWSService", "invokedBy": "ec2.amazonaws.com"});
            }
            if record["userIdentity"]["type"] != "AWSAccount" {
                told.tell(record);
            }
        }
        assert_eq!(rules(&told.findings()), [("RW012", Verdict::Violation)]);
    }
}

mod console_names_the_person {
    use super::*;

    #[test]
    fn more_evidence_never_makes_the_person_less_known() {
        // The role owner's half gives an id that nothing names; the console's record gives the name.
        let mut story = Story::new();
        story.switch("stranger").by_console();
        let mut told = Story::new();
        for record in story.records() {
            if record["recipientAccountId"] == "444455556666" {
                told.tell(record.clone());
            }
        }
        assert_eq!(told.verdict("RW006"), Verdicts::Silent);
        assert_eq!(told.finding("RW002").caller.name, "stranger");
    }
}

mod evasions {
    use super::*;
    use rolewatch_guard::moment::Moment;

    fn told(story: &Story, mut change: impl FnMut(&mut serde_json::Value)) -> Story {
        let mut told = Story::new();
        for mut record in story.records().to_vec() {
            change(&mut record);
            told.tell(record);
        }
        told
    }

    fn caller_is_session(record: &serde_json::Value) -> bool {
        record["userIdentity"]["type"] == "AssumedRole"
    }

    #[test]
    fn a_session_of_another_second_is_not_led_back_by_a_recycled_key() {
        let mut story = Story::new();
        story.chain("dora", "Jump");
        let later = story.now().plus_seconds(-100);
        let story = told(&story, |record| {
            if caller_is_session(record) {
                record["userIdentity"]["sessionContext"]["attributes"]["creationDate"] = json!(later);
            }
        });
        assert_eq!(story.verdict("RW006"), Verdicts::Unproven);
    }

    #[test]
    fn a_use_of_a_recycled_key_does_not_stretch_an_old_session() {
        let mut story = Story::new();
        story.switch("dora").with_mfa().used_after(40_000_000);
        let today = story.now().plus_seconds(39_999_000);
        let story = told(&story, |record| {
            if caller_is_session(record) {
                record["userIdentity"]["sessionContext"]["attributes"]["creationDate"] = json!(today);
            }
        });
        assert_eq!(rules(&story.findings()), [("RW006", Verdict::Unproven)]);
    }

    #[test]
    fn very_many_contradicting_copies_are_not_clean() {
        let mut story = Story::new();
        story.switch("dora").with_mfa().only_caller_half();
        let record = story.records()[0].clone();
        for copy in 0..80 {
            let mut record = record.clone();
            record["sourceIPAddress"] = json!(format!("192.0.2.{copy}"));
            story.tell(record);
        }
        let mut other = record;
        other["userIdentity"]["principalId"] = json!("AIDATOMXXXXXXXXXXXXX");
        story.tell(other);
        assert_eq!(story.verdict("RW001"), Verdicts::Unproven);
        assert_eq!(story.verdict("RW002"), Verdicts::Unproven);
    }

    #[test]
    fn a_copy_that_speaks_of_another_role_makes_it_unproven() {
        let mut story = Story::new();
        story.switch("tom").with_permanent_key().only_caller_half();
        let mut copy = story.records()[0].clone();
        copy["resources"] = json!([{"type": "AWS::IAM::Role", "ARN": "arn:aws:iam::444455556666:role/ReadOnly"}]);
        copy["requestParameters"]["roleArn"] = json!("arn:aws:iam::444455556666:role/ReadOnly");
        story.tell(copy);
        assert_eq!(rules(&story.findings()), [("RW001", Verdict::Unproven), ("RW002", Verdict::Unproven)]);
    }

    #[test]
    fn a_copy_that_was_refused_makes_both_unproven() {
        let mut story = Story::new();
        story.switch("tom").with_permanent_key().only_caller_half();
        let mut copy = story.records()[0].clone();
        copy["errorCode"] = json!("AccessDenied");
        copy["errorMessage"] = json!(
            "User: arn:aws:iam::111122223333:user/tom is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::444455556666:role/UpdateApp"
        );
        story.tell(copy);
        let findings = story.findings();
        assert!(findings.iter().all(|finding| finding.verdict == Verdict::Unproven), "{findings:#?}");
        assert_eq!(findings.len(), 3);
    }

    #[test]
    fn two_corrections_that_disagree_are_a_contradiction() {
        let mut story = Story::new();
        story.switch("tom").with_mfa().only_caller_half();
        let record = story.records()[0].clone();
        for (id, user) in [
            ("00000000-0000-4000-8000-00000000c001", "AIDADORAXXXXXXXXXXXX"),
            ("00000000-0000-4000-8000-00000000c002", "AIDATOMXXXXXXXXXXXXX"),
        ] {
            let mut correction = record.clone();
            correction["addendum"] = json!({"reason": "UPDATED_DATA", "originalEventID": record["eventID"]});
            correction["eventID"] = json!(id);
            correction["userIdentity"]["principalId"] = json!(user);
            story.tell(correction);
        }
        assert_eq!(story.verdict("RW001"), Verdicts::Unproven);
    }

    #[test]
    fn a_console_switch_does_not_cover_an_api_call_that_the_console_cannot_have_made() {
        let mut story = Story::new();
        story.switch("dora").with_permanent_key().with_serial("arn:aws:iam::111122223333:mfa/dora").lasting(43_200).only_caller_half();
        story.switch("dora").by_console().only_switch_role();
        assert_eq!(story.judgement().switches.len(), 2);
        assert_eq!(story.verdict("RW003"), Verdicts::Violation);
        // Nor one that somebody else made under the same session name.
        let mut story = Story::new();
        story.chain("dora", "Jump");
        let second = story.now();
        let mut console = Story::new();
        console.later(second.seconds_since(console.now()));
        console.switch("dora").by_console().only_switch_role();
        let mut record = console.records()[0].clone();
        record["eventID"] = json!("00000000-0000-4000-8000-00000000d00d");
        story.tell(record);
        assert_eq!(story.verdict("RW011"), Verdicts::Violation);
    }

    #[test]
    fn another_persons_exit_does_not_end_a_session() {
        let mut story = Story::new();
        story.switch("dora").by_console().lasting(43_200).left_after(600);
        assert_eq!(story.verdict("RW004"), Verdicts::Silent);
        let story = told(&story, |record| {
            if record["eventName"] == "ExitRole" {
                record["additionalEventData"]["SwitchFrom"] = json!("arn:aws:iam::999988887777:user/dora");
            }
        });
        assert_eq!(story.verdict("RW004"), Verdicts::Unproven);
    }

    #[test]
    fn leaving_or_renewing_a_role_alone_shows_that_somebody_was_in_it() {
        for step in ["ExitRole", "RenewRole"] {
            let mut story = Story::new();
            story.switch("dora").by_console().only_switch_role();
            let story = told(&story, |record| {
                record["eventName"] = json!(step);
                record["responseElements"] = json!({step: "Success"});
            });
            assert_eq!(rules(&story.findings()), [("RW006", Verdict::Unproven)], "{step}");
            assert!(story.finding("RW006").message.contains(step), "{}", story.finding("RW006").message);
        }
    }

    #[test]
    fn a_run_or_stretch_that_began_before_the_scope_is_judged_in_it() {
        let mut story = Story::new();
        for _ in 0..10 {
            story.denied("tom", "UpdateApp");
            story.later(60);
        }
        let scope = Scope { since: Some(story.now().plus_seconds(-90)), ..Scope::default() };
        let judged = judge(&story.world_of(story.records()), &story.policy(), &story.rosters(), scope, &mut |_| ());
        assert_eq!(judged.findings, story.findings());
        let mut story = Story::new();
        story.switch("dora").with_mfa().used_after(18_000);
        let scope = Scope { since: Some(story.now().plus_seconds(9_000)), ..Scope::default() };
        let judged = judge(&story.world_of(story.records()), &story.policy(), &story.rosters(), scope, &mut |_| ());
        assert_eq!(rules(&judged.findings), [("RW004", Verdict::Violation), ("RW005", Verdict::Violation)]);
    }

    #[test]
    fn a_role_that_is_entered_from_itself_a_hundred_times_leads_back_to_the_person() {
        let mut story = Story::new();
        story.switch("tom").with_mfa();
        let mut identity = json!(null);
        for hop in 0..100 {
            story.later(600);
            let before = story.records().len();
            story.switch("tom").from_account("444455556666").with_mfa();
            let mut records = story.records().to_vec();
            let (earlier, own) = records.split_at_mut(before);
            if identity.is_null() {
                identity = json!({"type": "AssumedRole", "principalId": "AROAUPDATEAPPXXXXXXX:tom", "arn": "arn:aws:sts::444455556666:assumed-role/UpdateApp/tom", "accountId": "444455556666"});
            }
            let parent = earlier.last().unwrap();
            identity["accessKeyId"] = parent["responseElements"]["credentials"]["accessKeyId"].clone();
            identity["sessionContext"] = json!({"sessionIssuer": {"type": "Role", "principalId": "AROAUPDATEAPPXXXXXXX", "arn": "arn:aws:iam::444455556666:role/UpdateApp"}, "attributes": {"creationDate": parent["eventTime"], "mfaAuthenticated": "false"}});
            own[0]["userIdentity"] = identity.clone();
            let mut next = Story::new();
            next.later(story.now().seconds_since(next.now()));
            for record in records {
                next.tell(record);
            }
            next.count_from(hop + 2);
            story = next;
        }
        let findings = story.findings();
        assert!(findings.iter().all(|finding| finding.caller.name == "tom" && finding.rule != "RW006"), "{:#?}", findings.last());
        assert_eq!(findings.iter().filter(|finding| finding.rule == "RW004").count(), 1);
    }

    #[test]
    fn absurd_numbers_are_named_and_harm_nothing() {
        let mut story = Story::new();
        story.switch("dora").with_mfa().only_caller_half();
        let mut record = story.records()[0].clone();
        record["requestParameters"]["durationSeconds"] = json!(i64::MAX);
        let read = rolewatch_guard::seen::read(record.to_string().as_bytes(), &|_| true);
        assert!(read.is_err_and(|problem| problem.to_string().contains("durationSeconds")));
        let story = told(&story, |record| record["responseElements"]["credentials"]["expiration"] = json!("Dec 29, 9999, 11:59:59 PM"));
        assert_eq!(story.verdict("RW003"), Verdicts::Violation);
        assert_eq!(story.verdict("RW005"), Verdicts::Unproven);
    }

    #[test]
    fn the_first_entry_that_can_be_meant_rules_a_role_whose_path_is_not_known() {
        let mut story = Story::new().with_policy_line(
            "role/UpdateApp\n",
            "role/team/UpdateApp\n    severity: critical\n    chaining: deny\n    mfa: required\n    identities: [iam-user]\n    max_session: 2h\n  - arn: arn:aws:iam::444455556666:role/*\n",
        );
        // The lines that followed now belong to the catch-all, so the entry in front needs groups of its own.
        story = story.with_policy_line("    max_session: 2h\n", "    groups: [development/Developers]\n");
        story.switch("tom").by_console().only_switch_role();
        assert_eq!(story.finding("RW001").severity, rolewatch_guard::policy::Severity::Critical);
    }

    #[test]
    fn halves_a_second_apart_are_one_switch_and_keep_their_uses() {
        let mut story = Story::new();
        story.switch("dora").by_console().used_after(60);
        let later = story.now().plus_seconds(1);
        let story = told(&story, |record| {
            if record["userIdentity"]["type"] == "AWSAccount" {
                record["eventTime"] = json!(later);
            }
            if caller_is_session(record) && record["eventSource"] == "ec2.amazonaws.com" {
                record["userIdentity"]["sessionContext"]["attributes"]["creationDate"] = json!(later);
            }
        });
        assert_eq!(story.judgement().switches.len(), 1);
        assert_eq!(rules(&story.findings()), []);
    }

    #[test]
    fn ids_do_not_depend_on_what_else_is_in_the_logs() {
        let mut story = Story::new().without_roster();
        story.switch("dora").by_console().used_after(8_000).only_switch_role();
        story.iam(-100_000, "admin").adds("dora", "Developers");
        let before: Vec<String> = story.findings().into_iter().map(|finding| finding.id).collect();
        story.iam(-100_000, "admin").adds("aaa", "Others");
        let after: Vec<String> = story.findings().into_iter().map(|finding| finding.id).collect();
        assert_eq!(before, after);
    }

    #[test]
    fn contradicting_enrolments_prove_nothing() {
        let mut story = Story::new();
        story.iam(-600, "admin").enrols("dora", "arn:aws:iam::111122223333:mfa/dora");
        let mut copy = story.records()[0].clone();
        copy["requestParameters"]["serialNumber"] = json!("arn:aws:iam::111122223333:mfa/other");
        story.tell(copy);
        story.switch("dora").with_permanent_key().with_serial("arn:aws:iam::111122223333:mfa/dora");
        assert_eq!(story.verdict("RW015"), Verdicts::Unproven);
    }

    #[test]
    fn a_federated_user_in_the_owners_copy_is_no_role_session() {
        let mut story = Story::new();
        story.switch("dora").only_owner_half();
        let story = told(&story, |record| record["userIdentity"]["principalId"] = json!("111122223333:dora"));
        assert_eq!(story.verdict("RW011"), Verdicts::Silent);
        assert_eq!(story.verdict("RW006"), Verdicts::Unproven);
    }

    #[test]
    fn thousands_of_switches_under_one_name_take_no_time() {
        // Would take minutes if anything walked all for each.
        let mut story = Story::new();
        let begin: Moment = story.now();
        for _ in 0..1_500 {
            story.iam(-1, "admin").adds("tom", "Developers");
            story.switch("tom").with_mfa().lasting(900).used_after(1);
            story.iam(2, "admin").removes("tom", "Developers");
            story.later(4_000);
        }
        assert!(story.now() > begin);
        let judgement = story.judgement();
        assert_eq!(judgement.switches.len(), 1_500);
        assert_eq!(judgement.tallies["RW010"].violation, 1_500);
    }
}
