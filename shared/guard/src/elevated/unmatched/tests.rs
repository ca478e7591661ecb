mod permission_sets;

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::delivery::Delivery;
use crate::intake::{Intake, TakenIn};
use crate::moment::Moment;
use crate::roster::Snapshot;
use crate::testing::Story;

const CENTER: &str = "aws-reserved/sso.amazonaws.com";

/// The sentences about a policy whose entries have these ARNs. A plain name is a role of
/// production.
fn said_of(entries: &[&str], story: &Story, rosters: &Rosters) -> Vec<String> {
    let policy = policy(entries);
    let TakenIn { world, near, .. } = taken_in(&policy, story);
    unmatched(&world, &policy, rosters, &near)
        .iter()
        .map(ToString::to_string)
        .collect()
}

fn policy(entries: &[&str]) -> Policy {
    let arn = |entry: &&str| {
        if entry.starts_with("arn:") {
            (*entry).to_owned()
        } else {
            role(entry)
        }
    };
    let entries = entries.iter().map(|entry| {
        format!(
            "  - {{arn: '{}', groups: [development/Developers]}}\n",
            arn(entry)
        )
    });
    let accounts = "accounts: {'111122223333': development, '444455556666': production}";
    let text = format!(
        "version: 1\n{accounts}\nroles:\n{}",
        entries.collect::<String>()
    );
    Policy::read(text.as_bytes(), "p").unwrap_or_else(|errors| panic!("{errors}"))
}

fn taken_in<'p>(policy: &'p Policy, story: &Story) -> TakenIn {
    let mut intake: Intake<'p> = Intake::new(policy);
    for record in story.records() {
        intake
            .take_record(record.to_string().as_bytes(), Delivery::default())
            .unwrap();
    }
    intake.finish()
}

fn role(name: &str) -> String {
    format!("arn:aws:iam::444455556666:role/{name}")
}

fn suggestion(pattern: &str, meant: &str, place: &str) -> String {
    format!(
        "no role matches `{}`; did you mean `{}`, which is in {place}?",
        role(pattern),
        role(meant)
    )
}

fn entered(name: &str) -> Story {
    let mut story = Story::new();
    story.switch_to("dora", name).with_mfa();
    story
}

fn roster(roles: &[&str]) -> Rosters {
    let listed = roles.iter().enumerate().map(
        |(at, name)| serde_json::json!({"RoleId": format!("AROALISTED{at}"), "Arn": role(name)}),
    );
    let details = serde_json::json!({"RoleDetailList": listed.collect::<Vec<_>>()});
    let mut rosters = Rosters::default();
    rosters.add(
        Snapshot::read(
            details.to_string().as_bytes(),
            Some(Moment::from_epoch_seconds(1_772_442_000)),
        )
        .unwrap(),
    );
    rosters
}

#[test]
fn the_role_that_was_entered_is_suggested() {
    let nothing = Rosters::default();
    let set = "AWSReservedSSO_ReleaseManager_0123456789abcdef";
    for (pattern, meant) in [
        (format!("{CENTER}/*/{set}"), format!("{CENTER}/{set}")),
        (
            format!("{CENTER}/{set}"),
            format!("{CENTER}/ap-northeast-1/{set}"),
        ),
        (
            format!("{CENTER}/AWSReservedSSO_ReleaseManager_fedcba9876543210"),
            format!("{CENTER}/{set}"),
        ),
        ("updateapp".to_owned(), "UpdateApp".to_owned()),
        ("team/Update*pp".to_owned(), "UpdateApp".to_owned()),
        ("UpdateApp".to_owned(), "team/UpdateApp".to_owned()),
    ] {
        assert_eq!(
            said_of(&[&pattern], &entered(&meant), &nothing),
            [suggestion(&pattern, &meant, "the logs")],
            "{pattern}"
        );
    }
    assert_eq!(
        said_of(&["UpdateApp"], &entered("UpdateApp"), &nothing),
        [""; 0]
    );
    assert_eq!(
        said_of(&["Reports"], &entered("UpdateApp"), &nothing),
        [format!(
            "role `{}` doesn't appear in the logs",
            role("Reports")
        )]
    );
}

#[test]
fn a_role_of_another_account_is_not_suggested_unless_the_entry_is_for_any() {
    let nothing = Rosters::default();
    let said = said_of(
        &["arn:aws:iam::111122223333:role/team/UpdateApp"],
        &entered("UpdateApp"),
        &nothing,
    );
    assert_eq!(
        said,
        ["role `arn:aws:iam::111122223333:role/team/UpdateApp` doesn't appear in the logs"]
    );
    let said = said_of(
        &["arn:aws:iam::*:role/team/UpdateApp"],
        &entered("UpdateApp"),
        &nothing,
    );
    assert!(
        said[0].contains("did you mean `arn:aws:iam::444455556666:role/UpdateApp`"),
        "{said:?}"
    );
    // A mistake in the account is suggested, unless that account is known too.
    let slip = "arn:aws:iam::444455556665:role/UpdateApp";
    assert!(said_of(&[slip], &entered("UpdateApp"), &nothing)[0].contains("did you mean"));
    let mut both = entered("UpdateApp");
    let elsewhere = both.records()[0]
        .to_string()
        .replace("444455556666", "444455556665")
        .replace("UpdateApp", "Other");
    both.add_record(serde_json::from_str(&elsewhere).unwrap());
    assert!(!said_of(&[slip], &both, &nothing)[0].contains("did you mean"));
}

#[test]
fn a_role_that_another_entry_means_is_not_suggested() {
    let said = said_of(
        &["UpdateApp", "team/UpdateApp"],
        &entered("team/UpdateApp"),
        &Rosters::default(),
    );
    assert_eq!(
        said,
        [format!(
            "role `{}` doesn't appear in the logs",
            role("UpdateApp")
        )]
    );
}

#[test]
fn a_role_in_use_and_one_that_only_a_service_enters_are_suggested() {
    let mut used = Story::new();
    used.switch_to("dora", "team/UpdateApp")
        .with_mfa()
        .used_after(600)
        .only_uses();
    assert_eq!(
        said_of(&["UpdateApp"], &used, &Rosters::default()),
        [suggestion("UpdateApp", "team/UpdateApp", "the logs")]
    );
    let mut served = Story::new();
    served.service_switch("lambda.amazonaws.com");
    assert_eq!(
        said_of(&["team/updateapp"], &served, &Rosters::default()),
        [suggestion("team/updateapp", "UpdateApp", "the logs")]
    );
}

#[test]
fn a_role_that_was_only_tried_proves_nothing() {
    let mut tried = Story::new();
    tried.denied("dora", "team/UpdateApp");
    assert_eq!(
        said_of(&["UpdateApp"], &tried, &Rosters::default()),
        [format!(
            "role `{}` doesn't appear in the logs",
            role("UpdateApp")
        )]
    );
}

#[test]
fn rosters_tell_which_roles_exist() {
    let story = entered("UpdateAppRole");
    // The entry's own role exists and wasn't entered, so the other role is a different one.
    assert_eq!(
        said_of(&["UpdateApp"], &story, &roster(&["UpdateApp"])),
        [""; 0]
    );
    assert_eq!(
        said_of(&["UpdateApp"], &story, &Rosters::default()),
        [suggestion("UpdateApp", "UpdateAppRole", "the logs")]
    );
    // An account has only one role of a name, so with another path it's the same role, moved.
    assert_eq!(
        said_of(&["Update"], &entered("x/Update"), &roster(&["Update"])),
        [suggestion("Update", "x/Update", "the logs")]
    );
    assert_eq!(
        said_of(&["BreakGlass"], &story, &roster(&["ops/BreakGlass"])),
        [suggestion("BreakGlass", "ops/BreakGlass", "the roster")]
    );
    let misspelled = format!(
        "role `{}` doesn't appear in any roster of its account or in the logs; is it misspelled?",
        role("Reports")
    );
    assert_eq!(
        said_of(&["Reports"], &story, &roster(&["ReportsReader"])),
        [misspelled]
    );
}

#[test]
fn among_roles_with_whole_arns_one_at_another_path_is_suggested() {
    let said = |entries: &[&str], roles: &[&str]| -> Vec<String> {
        let roles = roles
            .iter()
            .map(|name| RoleArn::parse(&role(name)).unwrap());
        unmatched_among(roles, &policy(entries))
            .iter()
            .map(ToString::to_string)
            .collect()
    };
    for (entry, meant) in [
        ("ops/UpdateApp", "UpdateApp"),
        ("UpdateApp", "ops/UpdateApp"),
        ("x/UpdateApp", "y/UpdateApp"),
    ] {
        assert_eq!(
            said(&[entry], &[meant]),
            [suggestion(entry, meant, "the authorization details")]
        );
    }
    // A role that another entry matches isn't a near miss of this one.
    let unknown = format!(
        "no role in the authorization details matches `{}`",
        role("ops/UpdateApp")
    );
    assert_eq!(
        said(&["ops/UpdateApp", "UpdateApp"], &["UpdateApp"]),
        [unknown]
    );
}

#[test]
fn a_role_that_differs_in_its_suffix_is_suggested_unless_both_exist() {
    for (entry, meant) in [
        ("UpdateApp-prod", "UpdateApp-dev"),
        ("UpdateApp-eu-west-1", "UpdateApp"),
        ("UpdateApp", "UpdateApp-eu-west-1"),
    ] {
        assert_eq!(
            said_of(&[entry], &entered(meant), &Rosters::default()),
            [suggestion(entry, meant, "the logs")]
        );
        assert_eq!(
            said_of(&[entry], &entered(meant), &roster(&[entry])),
            [""; 0]
        );
        let said = said_of(&[entry], &Story::new(), &roster(&[meant]));
        assert!(
            !said[0].contains("did you mean"),
            "a role that nobody enters may be another one: {said:?}"
        );
    }
}

#[test]
fn several_roles_are_suggested_when_they_are_equally_near() {
    let mut story = Story::new();
    for path in ["a", "b", "c", "d"] {
        story
            .switch_to("dora", &format!("{path}/UpdateApp"))
            .with_mfa();
        story.later(60);
    }
    let said = said_of(&["UpdateApp"], &story, &Rosters::default());
    let [a, b, c] = ["a", "b", "c"].map(|path| format!("`{}`", role(&format!("{path}/UpdateApp"))));
    assert_eq!(
        said,
        [format!(
            "no role matches `{}`; did you mean {a} or {b} or {c} or 1 more, which are in the logs?",
            role("UpdateApp")
        )]
    );
}

#[test]
fn what_a_name_holds_is_shown_harmlessly() {
    let policy = policy(&["UpdateApp"]);
    let hostile: RoleArn =
        RoleArn::parse("arn:aws:iam::444455556666:role/\u{202e}x/UpdateApp").unwrap();
    let said = unmatched(
        &World::default(),
        &policy,
        &Rosters::default(),
        &BTreeSet::from([hostile]),
    );
    assert!(
        said[0].is_near_miss() && said[0].to_string().contains("\u{fffd}x/UpdateApp"),
        "{said:?}"
    );
}

proptest! {
    /// What is noted while reading doesn't depend on the order, duplication or splitting of
    /// records.
    #[test]
    fn the_order_the_copies_and_the_split_do_not_matter(order in Just((0..12_usize).collect::<Vec<_>>()).prop_shuffle(), cut in 0..12_usize) {
        let mut story = Story::new();
        for name in ["UpdateApp", "team/UpdateApp", "updateapp2", "ops/Other"] {
            story.switch_to("dora", name).with_mfa().used_after(60);
            story.later(9_000);
        }
        let policy = policy(&["x/UpdateApp", "Reports"]);
        let expected = taken_in(&policy, &story);
        let mut parts = (Intake::new(&policy), Intake::new(&policy));
        for (place, at) in order.iter().enumerate() {
            let Some(record) = story.records().get(*at) else { continue };
            let part = if place < cut { &mut parts.0 } else { &mut parts.1 };
            for _ in 0..=(at % 2) {
                part.take_record(record.to_string().as_bytes(), Delivery::default()).unwrap();
            }
        }
        let joined = parts.0.join(parts.1).finish();
        let said = |taken: &TakenIn| unmatched(&taken.world, &policy, &Rosters::default(), &taken.near);
        prop_assert_eq!(&joined.near, &expected.near);
        prop_assert_eq!(said(&joined), said(&expected));
    }
}
