//! The plan never removes somebody from a group that they aren't in, and says what isn't known.

use super::*;
use crate::roster::{Rosters, Snapshot};

const DAY: i64 = 86_400;

/// What a plan says about new switches: the text, and the lines to run or to add to a policy.
struct Again {
    says: String,
    lines: Vec<String>,
}

impl Again {
    fn leaves(&self) -> Vec<&str> {
        let commands = self
            .lines
            .iter()
            .filter_map(|line| line.strip_prefix("aws iam remove-user-from-group --user-name "));
        commands.collect()
    }

    fn lists_groups(&self) -> bool {
        self.lines
            .iter()
            .any(|line| line.starts_with("aws iam list-groups-for-user --user-name "))
    }
}

/// The roster of the stories, taken this many seconds after they begin; `None`: at an unknown time.
fn rosters(story: &Story, taken: Option<i64>) -> Rosters {
    let begin = Story::new().now();
    let mut rosters = Rosters::default();
    if let Some(text) = story.roster_text() {
        rosters.add(
            Snapshot::read(
                text.as_bytes(),
                taken.map(|seconds| begin.plus_seconds(seconds)),
            )
            .unwrap(),
        );
    }
    rosters
}

/// The plan for the first finding by this rule, this many seconds after the story's end.
fn reentry_after(story: &Story, rule: &str, seconds: i64, rosters: &Rosters) -> Again {
    let (policy, world) = (story.policy(), story.world_of(story.records()));
    let judged = crate::judge(
        &world,
        &policy,
        rosters,
        crate::Scope::default(),
        &mut |_| (),
    );
    let found = judged
        .findings
        .iter()
        .find(|finding| finding.rule == rule)
        .unwrap_or_else(|| panic!("{:?}", judged.findings));
    again_for(story, found, seconds, rosters)
}

fn again_for(story: &Story, found: &Finding, seconds: i64, rosters: &Rosters) -> Again {
    let (policy, world) = (story.policy(), story.world_of(story.records()));
    let case = RevocationCase {
        world: &world,
        policy: &policy,
        rosters,
        finding: &found.id,
        sessions: &found.subject.switches,
        events: &[],
        role: "",
        outside_groups: found.rule == "RW001" && found.verdict == crate::Verdict::Violation,
        as_of: story.now().plus_seconds(seconds),
        profile: None,
    };
    let limit = plan(&case).unwrap().not_stopped.swap_remove(0);
    Again {
        says: limit.what.to_string(),
        lines: limit.ways.into_iter().map(|way| way.line).collect(),
    }
}

fn switch(user: &str) -> Story {
    let mut story = Story::new();
    // Without MFA, so that there is a finding about a member.
    story.switch(user).without_mfa();
    story
}

#[test]
fn whoever_the_finding_says_is_outside_is_not_taken_out() {
    let story = switch("tom");
    let told = reentry_after(&story, "RW001", 30 * DAY, &rosters(&story, Some(7_200)));
    assert!(
        told.leaves().is_empty() && told.lists_groups(),
        "{:?}",
        told.lines
    );
    let says = "tom was not in development/Developers at 2026-03-02T11:00:00Z; rolewatch can't tell whether they are in it at 2026-04-01T09:00:00Z";
    assert!(told.says.contains(says), "{}", told.says);
    let told = reentry_after(&story, "RW001", 60, &rosters(&story, Some(7_200)));
    assert!(
        told.leaves().is_empty()
            && !told.lists_groups()
            && told.says.contains("their access comes from something else"),
        "{}",
        told.says
    );
}

#[test]
fn a_member_of_then_is_taken_out_after_a_look_where_nothing_says_that_they_still_are_one() {
    let story = switch("dora");
    let told = reentry_after(&story, "RW002", 30 * DAY, &rosters(&story, Some(7_200)));
    assert_eq!(told.leaves(), ["dora --group-name Developers"]);
    assert!(
        told.lists_groups()
            && told
                .says
                .contains("rolewatch can't tell whether they still are at 2026-04-01T09:00:00Z"),
        "{}",
        told.says
    );
    let told = reentry_after(&story, "RW002", 60, &rosters(&story, Some(7_200)));
    assert!(
        told.leaves() == ["dora --group-name Developers"]
            && !told.lists_groups()
            && !told.says.contains("can't tell"),
        "{}",
        told.says
    );
}

#[test]
fn whoever_left_since_is_not_taken_out() {
    for taken in [None, Some(-7_200)] {
        let mut story = switch("dora");
        story.iam(600, "admin").removes("dora", "Developers");
        let rosters = rosters(&story, taken);
        assert_eq!(
            reentry_after(&story, "RW002", 300, &rosters).leaves(),
            ["dora --group-name Developers"],
            "they leave later"
        );
        let told = reentry_after(&story, "RW002", 30 * DAY, &rosters);
        assert!(
            told.leaves().is_empty()
                && told.says.contains("their access comes from something else"),
            "{}",
            told.says
        );
    }
}

#[test]
fn whoever_joined_since_is_taken_out() {
    let mut story = switch("tom");
    story.iam(600, "admin").adds("tom", "Developers");
    let rosters = rosters(&story, Some(-7_200));
    let told = reentry_after(&story, "RW001", 30 * DAY, &rosters);
    assert!(
        told.leaves() == ["tom --group-name Developers"] && told.lists_groups(),
        "{:?}",
        told.lines
    );
    assert!(
        told.says
            .contains("rolewatch can't tell whether they still are at 2026-04-01T09:00:00Z"),
        "{}",
        told.says
    );
    let told = reentry_after(&story, "RW001", 3_600, &rosters);
    assert!(
        told.leaves() == ["tom --group-name Developers"] && !told.lists_groups(),
        "{:?}",
        told.lines
    );
    let says = "tom joined development/Developers at 2026-03-02T09:10:00Z, after the switch.";
    assert!(
        told.says.contains(says) && !told.says.contains("can't tell"),
        "{}",
        told.says
    );
    let told = reentry_after(&story, "RW001", 300, &rosters);
    assert!(
        told.leaves().is_empty(),
        "the plan is for a time before they joined: {:?}",
        told.lines
    );
}

#[test]
fn nothing_is_known_of_a_time_that_no_log_and_no_roster_covers() {
    let mut left = switch("dora");
    left.iam(600, "admin").removes("dora", "Developers");
    let told = reentry_after(&left, "RW002", 200 * DAY, &rosters(&left, Some(7_200)));
    assert!(
        told.leaves().is_empty() && told.lists_groups(),
        "{:?}",
        told.lines
    );
    assert!(
        !told.says.contains("They aren't in any of"),
        "{}",
        told.says
    );
    assert!(
        told.says
            .contains("dora was not in development/Developers at 2026-03-02T11:00:00Z"),
        "{}",
        told.says
    );
    let untimed = switch("dora");
    let told = reentry_after(&untimed, "RW002", 200 * DAY, &rosters(&untimed, None));
    assert!(
        told.leaves() == ["dora --group-name Developers"] && told.lists_groups(),
        "{:?}",
        told.lines
    );
    assert!(
        told.says
            .contains("dora was in development/Developers at 2026-03-02T09:00:00Z; rolewatch can't tell whether"),
        "{}",
        told.says
    );
    // A roster from after the plan, with no gap in the logs up to it, does show it.
    let told = reentry_after(
        &untimed,
        "RW002",
        30 * DAY,
        &rosters(&untimed, Some(30 * DAY + 60)),
    );
    assert!(
        told.leaves() == ["dora --group-name Developers"] && !told.lists_groups(),
        "{:?}",
        told.lines
    );
}

#[test]
fn whoever_a_later_roster_lists_without_a_record_of_it_is_not_taken_out_of_the_group() {
    let story = switch("tom");
    let found = story.finding("RW001");
    let mut joined = story
        .roster_text()
        .map(|text| serde_json::from_str::<Value>(&text).unwrap())
        .unwrap();
    joined["UserDetailList"][3]["GroupList"] = json!(["Developers"]);
    let mut rosters = Rosters::default();
    rosters.add(
        Snapshot::read(
            joined.to_string().as_bytes(),
            Some(story.now().plus_seconds(30 * DAY)),
        )
        .unwrap(),
    );
    let told = again_for(&story, &found, 30 * DAY + 60, &rosters);
    assert!(
        told.leaves().is_empty() && told.lists_groups(),
        "{:?}",
        told.lines
    );
    assert!(
        told.says.contains("the logs don't show that they joined"),
        "{}",
        told.says
    );
}

#[test]
fn what_nothing_shows_is_said_to_be_unknown() {
    let story = switch("dora").without_roster();
    let told = reentry_after(&story, "RW002", 60, &Rosters::default());
    assert!(
        told.leaves().is_empty() && told.lists_groups(),
        "{:?}",
        told.lines
    );
    assert!(
        told.says.contains(
            "rolewatch can't tell whether dora is in development/Developers at 2026-03-02T09:01:00Z"
        ),
        "{}",
        told.says
    );
}

#[test]
fn a_finding_from_elsewhere_is_believed_over_what_was_read() {
    // The finding is based on a roster that isn't available.
    let story = switch("tom");
    let found = story.finding("RW001");
    let told = again_for(
        &story.clone().without_roster(),
        &found,
        60,
        &Rosters::default(),
    );
    assert!(
        told.leaves().is_empty()
            && told
                .says
                .contains("tom was not in development/Developers at 2026-03-02T09:00:00Z"),
        "{}",
        told.says
    );
    let mut joined = story
        .roster_text()
        .map(|text| serde_json::from_str::<Value>(&text).unwrap())
        .unwrap();
    joined["UserDetailList"][3]["GroupList"] = json!(["Developers"]);
    let mut rosters = Rosters::default();
    rosters.add(Snapshot::read(joined.to_string().as_bytes(), None).unwrap());
    let told = again_for(&story, &found, 60, &rosters);
    assert!(
        told.leaves().is_empty() && told.lists_groups(),
        "{:?}",
        told.lines
    );
    assert!(
        told.says
            .contains("The finding says that tom was not in development/Developers"),
        "{}",
        told.says
    );
}

#[test]
fn of_several_groups_each_is_looked_at_by_itself() {
    let groups = "[development/Developers, development/Testers, production/Developers]";
    let several = |user: &str| {
        let mut story = Story::new().with_policy_line("[development/Developers]", groups);
        story.switch(user).without_mfa();
        story
    };
    let both = {
        let mut story = several("dora");
        story.iam(600, "admin").adds("dora", "Testers");
        story
    };
    assert_eq!(
        reentry_after(&both, "RW002", DAY, &rosters(&both, None)).leaves(),
        ["dora --group-name Developers", "dora --group-name Testers"],
        "nobody is in a group of another account"
    );
    let one = several("tom");
    assert_eq!(
        reentry_after(&one, "RW002", 60, &rosters(&one, None)).leaves(),
        ["tom --group-name Testers"]
    );
    let unknown = reentry_after(&one, "RW002", 30 * DAY, &rosters(&one, Some(7_200)));
    assert_eq!(
        unknown.leaves(),
        ["tom --group-name Testers"],
        "of the other, it is known that they were not in it"
    );
    assert_eq!(
        unknown
            .lines
            .iter()
            .filter(|line| line.contains("list-groups-for-user"))
            .count(),
        1
    );
}

#[test]
fn users_and_groups_are_called_what_they_are_called_at_the_time_of_the_plan() {
    let mut story = switch("dora");
    story.iam(600, "admin").renames_user("dora", "Dora.Smith");
    story
        .iam(700, "admin")
        .renames_group("Developers", "Builders");
    story.iam(800, "admin").creates_user("dora", "another dora");
    let told = reentry_after(&story, "RW002", DAY, &rosters(&story, Some(-7_200)));
    assert_eq!(told.leaves(), ["Dora.Smith --group-name Builders"]);
    let deny = told
        .lines
        .iter()
        .find(|line| line.contains("Deny"))
        .unwrap();
    assert!(
        deny.contains("arn:aws:iam::111122223333:user/Dora.Smith\""),
        "{deny}"
    );
    assert_eq!(
        reentry_after(&story, "RW002", 60, &rosters(&story, Some(-7_200))).leaves(),
        ["dora --group-name Developers"]
    );
}

#[test]
fn a_group_that_the_policy_names_by_id_is_named_to_iam() {
    let mut story =
        Story::new().with_policy_line("development/Developers", "development/AGPADEVELOPERSXXXXXX");
    story.switch("dora").without_mfa();
    assert_eq!(
        reentry_after(&story, "RW002", 60, &rosters(&story, None)).leaves(),
        ["dora --group-name Developers"]
    );
}

#[test]
fn nobody_is_shut_out_in_place_of_a_user_who_is_gone() {
    let mut story = switch("dora");
    story.iam(600, "admin").removes("dora", "Developers");
    story.iam(601, "admin").deletes_user("dora");
    story.iam(700, "admin").creates_user("dora", "another dora");
    story.iam(701, "admin").adds("dora", "Developers");
    let told = reentry_after(&story, "RW002", DAY, &rosters(&story, Some(-7_200)));
    assert!(told.lines.is_empty(), "{:?}", told.lines);
    assert!(
        told.says
            .contains("dora was deleted at 2026-03-02T09:10:01Z"),
        "{}",
        told.says
    );
}

#[test]
fn a_user_of_whom_only_the_id_is_known_gets_no_command() {
    let mut story = Story::new();
    story.switch("stranger").only_owner_half();
    let found = story
        .findings()
        .into_iter()
        .find(|finding| finding.rule == "RW001")
        .unwrap();
    let told = again_for(&story, &found, 60, &rosters(&story, None));
    assert!(told.lines.is_empty(), "{:?}", told.lines);
    assert!(
        told.says
            .contains("The name of the user with the id AIDASTRANGERXXXXXXXX"),
        "{}",
        told.says
    );
}

#[test]
fn a_role_that_was_entered_from_another_can_be_entered_from_it_again() {
    let mut story = Story::new();
    story.chain("dora", "Jump");
    let told = reentry_after(&story, "RW011", 60, &rosters(&story, None));
    assert!(told.says.contains("can do so again"), "{}", told.says);
}
