//! Sessions that kept a lineage valid, and sessions that didn't.

use crate::testing::{LoginAct, Story, Verdicts};

const RULE: &str = "RW014";

/// Dora enters, and enters again from her session after 50 minutes, directly or through other
/// roles. The second session is used this many seconds later.
fn rechained(over: &[&str], used: i64) -> Story {
    let mut story = Story::new();
    story.switch("dora").with_mfa().used_after(60);
    story.later(3_000);
    for role in over {
        story.switch_to("dora", role).from_own_session();
    }
    story
        .switch("dora")
        .from_own_session()
        .lasting(600)
        .used_after(used);
    story
}

#[test]
fn fires_for_use_beyond_the_limit_and_not_at_it() {
    assert_eq!(rechained(&[], 601).verdict(RULE), Verdicts::Violation);
    assert_eq!(rechained(&[], 600).verdict(RULE), Verdicts::Silent);
}

#[test]
fn fires_over_other_roles_and_back() {
    assert_eq!(
        rechained(&["Jump", "Side"], 601).verdict(RULE),
        Verdicts::Violation
    );
}

#[test]
fn unproven_when_only_granted() {
    let mut story = Story::new();
    story.switch("dora").with_mfa().used_after(60);
    story.later(3_000);
    story.switch("dora").from_own_session().used_after(60);
    assert_eq!(story.verdict(RULE), Verdicts::Unproven);
    assert_eq!(
        story.finding(RULE).time,
        story.now().plus_seconds(600),
        "the second at which the limit was passed"
    );
}

#[test]
fn fires_for_the_console_that_renews_and_not_within_the_limit() {
    for (used, expected) in [(700, Verdicts::Violation), (200, Verdicts::Silent)] {
        let mut story = Story::new();
        story.switch("dora").by_console().used_after(60);
        story.later(3_300);
        story
            .switch("dora")
            .as_renewal()
            .lasting(300)
            .used_after(used);
        assert_eq!(story.verdict(RULE), expected, "{used}");
        if expected == Verdicts::Violation {
            let message = story.finding(RULE).message;
            assert!(
                message.contains("may last at most 1h: the console renewed it once"),
                "{message}"
            );
        }
    }
}

#[test]
fn silent_for_a_renewal_of_what_was_left_before() {
    let mut story = Story::new();
    story
        .switch("dora")
        .by_console()
        .used_after(60)
        .left_after(600);
    story.later(3_300);
    story
        .switch("dora")
        .as_renewal()
        .lasting(300)
        .used_after(700);
    assert_eq!(story.verdict(RULE), Verdicts::Silent);
}

#[test]
fn fires_for_a_renewal_without_a_mint_of_its_own() {
    let mut story = Story::new();
    story
        .switch("dora")
        .by_console()
        .renewed_after(3_300)
        .used_after(3_700);
    assert_eq!(story.verdict(RULE), Verdicts::Violation);
}

#[test]
fn what_was_renewed_is_outlived_after_it_expired_and_not_at_it() {
    for (used, expected) in [(7_201, Verdicts::Violation), (7_200, Verdicts::Unproven)] {
        let mut story = Story::new();
        story
            .switch("dora")
            .by_console()
            .lasting(7_200)
            .renewed_after(7_000)
            .used_after(used);
        assert_eq!(story.verdict(RULE), expected, "{used}");
    }
}

#[test]
fn what_was_renewed_is_outlived_after_the_renewal_where_nobody_says_when_it_expired() {
    for (used, expected) in [(7_001, Verdicts::Violation), (7_000, Verdicts::Unproven)] {
        let mut story = Story::new();
        story
            .switch("dora")
            .by_console()
            .without_expiration()
            .renewed_after(7_000)
            .used_after(used);
        assert_eq!(story.verdict(RULE), expected, "{used}");
    }
}

#[test]
fn what_was_entered_later_than_anything_lives_is_another_lineage() {
    for (apart, one) in [(129_600, true), (129_601, false)] {
        let mut story = Story::new();
        story.switch("dora").with_mfa().used_after(60);
        story.later(apart);
        story.switch("dora").from_own_session().used_after(60);
        // Either way, the first session was used this long, because the second one was entered from
        // it.
        let message = story.finding(RULE).message;
        assert_eq!(
            message.contains("from its own session once"),
            one,
            "{apart}: {message}"
        );
    }
}

#[test]
fn silent_for_services() {
    let mut story = Story::new().with_policy_line(
        "    max_stretch: 2h\n",
        "    identities: [iam-user, service]\n",
    );
    story.service_switch("ec2.amazonaws.com");
    story.later(3_000);
    story
        .switch("i-0abc")
        .from_own_session()
        .lasting(600)
        .used_after(601);
    assert_eq!(story.verdict(RULE), Verdicts::Silent);
}

#[test]
fn fires_for_use_after_the_credentials_expired() {
    for (used, expected) in [(3_661, Verdicts::Violation), (3_660, Verdicts::Silent)] {
        let mut story = Story::new();
        story
            .switch("dora")
            .with_mfa()
            .used_with_other_key_after(used);
        assert_eq!(story.verdict(RULE), expected, "{used}");
    }
}

#[test]
fn silent_for_two_switches_with_ones_own_credentials() {
    let mut story = Story::new();
    story.switch("dora").with_mfa().used_after(3_500);
    story.later(3_000);
    story.switch("dora").with_mfa().used_after(3_500);
    story.later(600);
    story.switch("dora").by_console().used_after(3_000);
    story.later(3_700);
    story.switch("dora").by_console().used_after(3_000);
    assert_eq!(story.verdict(RULE), Verdicts::Silent);
}

#[test]
fn silent_for_one_long_session_of_which_another_rule_speaks() {
    let mut story = Story::new();
    story
        .switch("dora")
        .with_mfa()
        .lasting(10_800)
        .used_after(10_000);
    story.later(60);
    story
        .switch("dora")
        .from_own_session()
        .lasting(900)
        .used_after(60);
    assert_eq!(story.verdict(RULE), Verdicts::Silent);
    assert_eq!(story.verdict("RW003"), Verdicts::Violation);
}

#[test]
fn silent_where_the_policy_sets_no_limit() {
    let mut story = rechained(&[], 3_000);
    story = story.with_policy_line("    max_session: 1h\n", "");
    assert_eq!(story.verdict(RULE), Verdicts::Silent);
}

#[test]
fn one_finding_for_one_lineage() {
    let mut story = Story::new();
    story.switch("dora").with_mfa().used_after(60);
    for _ in 0..5 {
        story.later(3_000);
        story.switch("dora").from_own_session().used_after(2_990);
    }
    story.later(20_000);
    story.switch("dora").with_mfa().used_after(60);
    let found: Vec<_> = story
        .findings()
        .into_iter()
        .filter(|finding| finding.rule == RULE)
        .collect();
    assert_eq!(found.len(), 1);
    assert!(
        found[0].message.contains("from its own session 5 times"),
        "{}",
        found[0].message
    );
}

/// Sessions of permission sets that are used after their own end, as credentials that `aws login`
/// or an agent got from the console are: they carry the second at which the session was created.
mod of_center {
    use super::*;

    /// nell takes Admin for an hour and uses it until this many seconds after that.
    fn used_until(seconds: i64) -> Story {
        let mut story = Story::of_center();
        story.signs_in("nell", "PASSWORD,TOTP");
        story.later(60);
        story
            .takes("nell", "Admin")
            .lasting(3_600)
            .used_after(60)
            .used_after(seconds);
        story
    }

    #[test]
    fn fires_for_use_after_the_session_has_ended() {
        assert_eq!(used_until(7_000).verdict(RULE), Verdicts::Violation);
    }

    #[test]
    fn silent_within_the_limit() {
        assert_eq!(used_until(3_590).verdict(RULE), Verdicts::Silent);
    }

    #[test]
    fn silent_when_the_permission_set_is_taken_again() {
        let mut story = used_until(3_000);
        story.later(3_300);
        story
            .takes("nell", "Admin")
            .lasting(3_600)
            .used_after(3_000);
        assert_eq!(story.verdict(RULE), Verdicts::Silent);
    }

    #[test]
    fn fires_for_aws_login_and_for_agents_and_says_so() {
        for act in [LoginAct::Calls, LoginAct::CallsTool] {
            let mut story = Story::of_center();
            story.signs_in("nell", "PASSWORD,TOTP");
            story.later(60);
            story
                .takes("nell", "Admin")
                .with_login(LoginAct::Asks, 60)
                .with_login(act, 7_000);
            assert_eq!(story.verdict(RULE), Verdicts::Violation, "{act:?}");
            let message = story.finding(RULE).message;
            assert!(
                message.ends_with(
                    "aws login or an agent worked with it, and it was used after the console session had ended"
                ),
                "{message}"
            );
        }
    }

    #[test]
    fn silent_for_aws_login_within_the_session() {
        let mut story = Story::of_center();
        story.signs_in("nell", "PASSWORD,TOTP");
        story.later(60);
        story
            .takes("nell", "Admin")
            .with_login(LoginAct::Asks, 60)
            .with_login(LoginAct::Calls, 3_600);
        assert_eq!(story.verdict(RULE), Verdicts::Silent);
    }
}

/// Console switches of IAM users with which `aws login` or an agent works.
mod through_login {
    use super::*;
    use serde_json::json;

    /// dora enters by the console for this long, and leaves after ten minutes.
    fn left_early(lasting: i64, acts: &[(LoginAct, i64)], used: i64) -> Story {
        let mut story = Story::new();
        let mut step = story
            .switch("dora")
            .by_console()
            .lasting(lasting)
            .left_after(600)
            .used_after(used);
        for (act, seconds) in acts {
            step = step.with_login(*act, *seconds);
        }
        drop(step);
        story
    }

    /// dora enters by the console, and no record shows when that session ends.
    fn of_unknown_end(act: LoginAct, seconds: i64) -> Story {
        let mut story = Story::new();
        story
            .switch("dora")
            .by_console()
            .without_expiration()
            .with_login(act, seconds);
        story
    }

    #[test]
    fn fires_for_use_after_the_session_expired() {
        for (used, expected) in [(3_661, Verdicts::Violation), (3_660, Verdicts::Silent)] {
            let mut story = Story::new();
            story
                .switch("dora")
                .by_console()
                .with_login(LoginAct::Calls, used);
            assert_eq!(story.verdict(RULE), expected, "{used}");
        }
    }

    #[test]
    fn fires_for_use_beyond_the_limit_after_the_person_left_the_role() {
        for act in [LoginAct::Calls, LoginAct::CallsTool] {
            let story = left_early(36_000, &[(act, 3_601)], 60);
            assert_eq!(story.verdict(RULE), Verdicts::Violation, "{act:?}");
        }
        // The calls that follow need not show the session of the sign-in.
        let story = left_early(36_000, &[(LoginAct::Asks, 300)], 3_601);
        assert_eq!(story.verdict(RULE), Verdicts::Violation);
    }

    #[test]
    fn silent_for_use_within_the_limit_after_the_person_left_the_role() {
        let story = left_early(36_000, &[(LoginAct::Calls, 3_600)], 60);
        assert_eq!(story.verdict(RULE), Verdicts::Silent);
    }

    #[test]
    fn silent_where_nobody_got_credentials_from_the_session() {
        let without = left_early(36_000, &[], 3_601);
        assert_eq!(without.verdict(RULE), Verdicts::Silent);
        let in_vain = left_early(36_000, &[(LoginAct::AsksInVain, 300)], 3_601);
        assert_eq!(in_vain.verdict(RULE), Verdicts::Silent);
    }

    #[test]
    fn silent_within_the_session_however_long_it_is() {
        let mut story = Story::new();
        story
            .switch("dora")
            .by_console()
            .lasting(36_000)
            .with_login(LoginAct::Calls, 30_000);
        assert_eq!(story.verdict(RULE), Verdicts::Silent);
    }

    #[test]
    fn unproven_where_no_record_shows_when_the_session_ended() {
        assert_eq!(
            of_unknown_end(LoginAct::Calls, 3_601).verdict(RULE),
            Verdicts::Unproven
        );
        assert_eq!(
            of_unknown_end(LoginAct::Calls, 3_600).verdict(RULE),
            Verdicts::Silent
        );
        let message = of_unknown_end(LoginAct::Calls, 3_601).finding(RULE).message;
        assert!(
            message.ends_with(
                "aws login or an agent worked with the session, and no record shows when the session itself ended"
            ),
            "{message}"
        );
    }

    #[test]
    fn fires_where_no_session_lasts_so_long() {
        for (seconds, expected) in [(43_261, Verdicts::Violation), (43_260, Verdicts::Unproven)] {
            let story = of_unknown_end(LoginAct::Calls, seconds);
            assert_eq!(story.verdict(RULE), expected, "{seconds}");
        }
    }

    #[test]
    fn a_session_of_the_sign_in_that_cannot_be_read_counts_and_an_empty_one_does_not() {
        for (session, expected) in [
            (json!({}), Verdicts::Violation),
            (json!(7), Verdicts::Violation),
            (json!(""), Verdicts::Silent),
            (json!(null), Verdicts::Silent),
        ] {
            let story = left_early(36_000, &[(LoginAct::Calls, 3_601)], 60).retold(|record| {
                let context = &mut record["userIdentity"]["sessionContext"];
                if context["signInSessionArn"].is_string() {
                    context["signInSessionArn"] = session.clone();
                }
            });
            assert_eq!(story.verdict(RULE), expected, "{session}");
        }
    }

    #[test]
    fn the_order_of_the_records_does_not_matter() {
        let acts = [(LoginAct::Asks, 60), (LoginAct::CallsTool, 3_700)];
        let story = left_early(36_000, &acts, 3_800);
        let findings = story.findings();
        for turn in 0..story.records().len() {
            let mut records = story.records().to_vec();
            records.rotate_left(turn);
            records.reverse();
            let world = story.world_of(&records);
            let judged = crate::judge(
                &world,
                &story.policy(),
                &story.rosters(),
                crate::Scope::default(),
                &mut |_| (),
            );
            assert_eq!(judged.findings, findings);
        }
    }
}
