//! Stories with a session to revoke, and what the plan's policies would deny according to IAM.

mod groups;
mod permission_sets;

use serde_json::{Value, json};

use super::{
    DenialVariant, NoPlan, RevocationCase, RevocationPlan, SessionRelation, ascii_json, plan,
};
use crate::finding::Finding;
use crate::iam::{
    AccessRequest, Context, Governing, IamDocument, Identity, PolicyPlace, PolicyText, Requester,
    ResourceSide, Truth, decide,
};
use crate::moment::Moment;
use crate::testing::Story;

/// A plan for the sessions of the story's first finding by this rule, this many seconds after the
/// last switch.
fn planned(story: &Story, rule: &str, seconds: i64) -> Result<RevocationPlan, NoPlan> {
    let found = story
        .findings()
        .into_iter()
        .find(|finding| finding.rule == rule)
        .unwrap();
    planned_for(story, &found, seconds)
}

fn planned_for(story: &Story, found: &Finding, seconds: i64) -> Result<RevocationPlan, NoPlan> {
    let (policy, rosters) = (story.policy(), story.rosters());
    let world = story.world_of(story.records());
    plan(&RevocationCase {
        world: &world,
        policy: &policy,
        rosters: &rosters,
        finding: &found.id,
        sessions: &found.subject.switches,
        events: &[],
        role: "",
        outside_groups: found.rule == "RW001" && found.verdict == crate::Verdict::Violation,
        as_of: story.now().plus_seconds(seconds),
        profile: None,
    })
}

fn scoped(plan: &RevocationPlan) -> &DenialVariant {
    plan.roles[0].scoped.as_ref().unwrap()
}

fn shown_names(sessions: &[super::SessionShown]) -> Vec<String> {
    sessions
        .iter()
        .map(|session| format!("{} by {}", session.session, session.person.name))
        .collect()
}

/// Whether a session that is allowed everything is still allowed something under the policy.
fn may_still_act(policy: &Value, userid: &str, issued: Moment) -> bool {
    let everything = IamDocument::read(
        &json!({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}),
    )
    .unwrap();
    let denial = IamDocument::read(policy).unwrap();
    let account = "444455556666".parse().unwrap();
    let caller = Requester::session(
        account,
        "arn:aws:iam::444455556666:role/UpdateApp",
        userid.split_once(':').unwrap().1,
    );
    let context = Context::complete()
        .with_value("aws:userid", userid)
        .with_value("aws:TokenIssueTime", issued.to_string());
    let request = AccessRequest {
        caller: &caller,
        action: "s3:GetObject",
        resource: "arn:aws:s3:::productionapp/key",
        owner: account,
        context: &context,
    };
    let holder = || "arn:aws:iam::444455556666:role/UpdateApp".to_owned();
    let inline = |document| Governing {
        place: PolicyPlace::Inline {
            holder: holder(),
            name: "p".into(),
        },
        text: PolicyText::Read(document),
    };
    let identity = Identity {
        policies: vec![inline(&everything), inline(&denial)],
        boundary: None,
    };
    let allowed = decide(&request, &identity, &ResourceSide::None).allowed;
    assert!(allowed == Truth::Yes || allowed == Truth::No, "{allowed:?}");
    allowed.is_yes()
}

#[test]
fn the_policy_denies_the_session_and_neither_others_nor_what_is_issued_later() {
    let mut story = Story::new();
    story.switch("dora");
    story.switch("tom");
    let plan = planned(&story, "RW001", 600).unwrap();
    let began = story.now();
    let (tom, dora) = ("AROAUPDATEAPPXXXXXXX:tom", "AROAUPDATEAPPXXXXXXX:dora");
    let policy = &scoped(&plan).policy;
    assert!(
        !may_still_act(policy, tom, began) && may_still_act(policy, dora, began),
        "{policy}"
    );
    assert!(
        !may_still_act(policy, tom, plan.as_of.plus_seconds(-1))
            && may_still_act(policy, tom, plan.as_of),
        "{policy}"
    );
    assert_eq!(
        (
            shown_names(&scoped(&plan).cuts),
            scoped(&plan).bystanders.len()
        ),
        (vec!["tom by tom".to_owned()], 0)
    );
    let whole = &plan.roles[0].whole;
    assert!(
        !may_still_act(&whole.policy, tom, began)
            && !may_still_act(&whole.policy, dora, began)
            && may_still_act(&whole.policy, dora, plan.as_of)
    );
    assert_eq!(
        (shown_names(&whole.cuts), shown_names(&whole.bystanders)),
        (vec!["tom by tom".into()], vec!["dora by dora".into()])
    );
}

#[test]
fn whoever_chose_the_same_session_name_is_a_bystander() {
    let mut story = Story::new();
    story.switch("dora");
    story.switch("tom").with_session_name("dora");
    let plan = planned(&story, "RW001", 600).unwrap();
    assert_eq!(shown_names(&scoped(&plan).bystanders), ["dora by dora"]);
    assert_eq!(shown_names(&scoped(&plan).cuts), ["dora by tom"]);
    assert!(!may_still_act(
        &scoped(&plan).policy,
        "AROAUPDATEAPPXXXXXXX:dora",
        story.now()
    ));
}

#[test]
fn every_working_session_of_the_person_in_the_role_is_meant_and_none_that_has_ended() {
    let mut story = Story::new();
    story.switch("tom").with_session_name("old").lasting(900);
    story.later(2_000);
    story.switch("tom").with_session_name("second");
    story
        .switch("tom")
        .with_session_name("third")
        .without_expiration();
    let found = story
        .findings()
        .into_iter()
        .filter(|finding| finding.rule == "RW001")
        .nth(1)
        .unwrap();
    let plan = planned_for(&story, &found, 600).unwrap();
    let cuts = &scoped(&plan).cuts;
    assert_eq!(shown_names(cuts), ["second by tom", "third by tom"]);
    let others: Vec<SessionRelation> = cuts
        .iter()
        .map(|session| session.how)
        .filter(|how| *how != SessionRelation::Finding)
        .collect();
    assert_eq!(
        (others, cuts[1].until),
        (vec![SessionRelation::Other], None)
    );
    assert!(may_still_act(
        &scoped(&plan).policy,
        "AROAUPDATEAPPXXXXXXX:old",
        story.now()
    ));
}

#[test]
fn sessions_entered_from_one_that_has_ended_are_cut_in_their_own_roles() {
    let mut story = Story::new();
    story
        .switch("tom")
        .lasting(900)
        .goes_on_after(600, "Deploy");
    story.switch_to("dora", "Deploy");
    let plan = planned(&story, "RW001", 1_200).unwrap();
    assert_eq!(plan.roles[0].scoped.as_ref().unwrap().cuts.len(), 0);
    assert!(
        plan.roles[0]
            .notes
            .iter()
            .any(|note| note.contains("none of their sessions in this role is still valid")),
        "{:?}",
        plan.roles[0].notes
    );
    let [_, deploy] = &*plan.roles else {
        panic!("{:?}", plan.roles)
    };
    assert_eq!(
        (&*deploy.role, deploy.chained),
        ("arn:aws:iam::444455556666:role/Deploy", true)
    );
    let variant = deploy.scoped.as_ref().unwrap();
    assert_eq!(
        (shown_names(&variant.cuts), variant.cuts[0].how),
        (vec!["tom by tom".into()], SessionRelation::Chained)
    );
    assert!(!may_still_act(
        &variant.policy,
        "AROADEPLOYXXXXXXXXXX:tom",
        story.now().plus_seconds(600)
    ));
    assert!(may_still_act(
        &variant.policy,
        "AROADEPLOYXXXXXXXXXX:dora",
        story.now()
    ));
    assert_eq!(shown_names(&deploy.whole.bystanders), ["dora by dora"]);
}

#[test]
fn the_session_that_it_came_from_and_what_else_works_is_told() {
    let mut story = Story::new();
    story.chain("dora", "Jump");
    story.switch_to("dora", "Deploy");
    let plan = planned(&story, "RW011", 60).unwrap();
    let told: Vec<&str> = plan.not_stopped.iter().map(|limit| &*limit.what).collect();
    let told = told.join("\n");
    assert!(
        told.contains("The session it was entered from: dora in Jump in development"),
        "{told}"
    );
    assert!(
        told.contains("Other sessions of dora: dora in Jump in development until"),
        "{told}"
    );
    assert!(
        told.contains("dora in Deploy in production until"),
        "{told}"
    );
    let lines: Vec<&str> = plan.not_stopped[0]
        .ways
        .iter()
        .map(|way| &*way.line)
        .collect();
    let deny = r#"{"Action":"sts:AssumeRole","Effect":"Deny","Principal":{"AWS":"arn:aws:iam::111122223333:user/dora"}}"#;
    assert_eq!(
        lines,
        [
            "aws iam remove-user-from-group --user-name dora --group-name Developers",
            deny
        ]
    );
}

#[test]
fn whoever_is_in_no_group_of_the_policy_is_not_told_to_leave_one() {
    let mut story = Story::new();
    story.switch("tom");
    let plan = planned(&story, "RW001", 60).unwrap();
    assert_eq!(
        plan.not_stopped[0].ways.len(),
        1,
        "{:?}",
        plan.not_stopped[0]
    );
    assert!(
        plan.not_stopped[0]
            .what
            .contains("their access comes from something else"),
        "{:?}",
        plan.not_stopped[0]
    );
}

#[test]
fn a_name_with_wildcards_or_variables_means_itself() {
    for hostile in [
        "t*",
        "t?m",
        "${aws:userid}",
        "a'b\"c\\",
        "\u{202e}mot\u{1b}[2J",
    ] {
        let mut story = Story::new();
        story.switch("tom").with_session_name(hostile);
        let plan = planned(&story, "RW001", 60).unwrap();
        let scoped = scoped(&plan);
        let id = |name: &str| format!("AROAUPDATEAPPXXXXXXX:{name}");
        assert!(
            !may_still_act(&scoped.policy, &id(hostile), story.now())
                && may_still_act(&scoped.policy, &id("tom"), story.now()),
            "{}",
            scoped.policy
        );
        let apply = &scoped.commands.as_ref().unwrap().apply;
        assert_eq!(apply.matches('\'').count(), 2, "{apply}");
        assert!(
            apply.bytes().all(|byte| (b' '..=b'~').contains(&byte)),
            "{apply}"
        );
        let between = apply.split('\'').nth(1).unwrap();
        assert_eq!(
            serde_json::from_str::<Value>(between).unwrap(),
            scoped.policy,
            "{apply}"
        );
        assert!(!scoped.cuts[0].session.contains('\u{202e}'));
    }
}

#[test]
fn roles_that_nobody_may_change_get_no_command() {
    for (path, word) in [
        ("aws-service-role/x.amazonaws.com/", "service-linked"),
        ("aws-reserved/sso.amazonaws.com/", "permission set"),
    ] {
        let mut story =
            Story::new().with_policy_line("role/UpdateApp", &format!("role/{path}UpdateApp"));
        story.switch_to("tom", "UpdateApp");
        let records: Vec<Value> = story
            .records()
            .iter()
            .map(|record| {
                let text = record
                    .to_string()
                    .replace(":role/UpdateApp", &format!(":role/{path}UpdateApp"));
                serde_json::from_str(&text).unwrap()
            })
            .collect();
        let mut retold =
            Story::new().with_policy_line("role/UpdateApp", &format!("role/{path}UpdateApp"));
        for record in records {
            retold.add_record(record);
        }
        let plan = planned(&retold, "RW001", 60).unwrap();
        assert!(scoped(&plan).commands.is_none() && plan.roles[0].whole.commands.is_none());
        assert!(
            plan.roles[0].notes.iter().any(|note| note.contains(word)),
            "{:?}",
            plan.roles[0].notes
        );
    }
}

#[test]
fn where_no_session_id_was_read_only_the_whole_role_can_be_denied() {
    let mut story = Story::new();
    story.switch("tom").by_console().only_switch_role();
    let mut copy = story.records()[0].clone();
    // The user's own copy of SwitchRole names the role but not the session.
    copy["userIdentity"] = json!({"type": "IAMUser", "principalId": "AIDATOMXXXXXXXXXXXXX", "accountId": "111122223333", "userName": "tom",
        "arn": "arn:aws:iam::111122223333:user/tom"});
    copy["additionalEventData"] = json!({"SwitchTo": "arn:aws:iam::444455556666:role/UpdateApp"});
    copy["recipientAccountId"] = json!("111122223333");
    let mut retold = Story::new();
    retold.add_record(copy);
    let plan = planned(&retold, "RW001", 60).unwrap();
    assert!(
        plan.roles[0].scoped.is_none() && plan.roles[0].notes[0].contains("can't be narrowed"),
        "{:?}",
        plan.roles[0]
    );
    assert_eq!(shown_names(&plan.roles[0].whole.cuts).len(), 1);
}

#[test]
fn root_credentials_and_sessions_of_later_have_no_plan() {
    let mut story = Story::new();
    story.assume_root("admin", "555555555555");
    assert_eq!(planned(&story, "RW008", 60), Err(NoPlan::Root));
    let mut story = Story::new();
    story.switch("tom");
    assert!(matches!(
        planned(&story, "RW001", -60),
        Err(NoPlan::Later { .. })
    ));
}

#[test]
fn a_finding_from_elsewhere_is_met_by_its_events() {
    let mut story = Story::new();
    story.chain("dora", "Jump");
    let found = story.finding("RW011");
    let (policy, rosters, world) = (
        story.policy(),
        story.rosters(),
        story.world_of(story.records()),
    );
    let case = |events| RevocationCase {
        world: &world,
        policy: &policy,
        rosters: &rosters,
        finding: &found.id,
        sessions: &[],
        events,
        role: &found.role,
        outside_groups: false,
        as_of: story.now().plus_seconds(60),
        profile: Some("it's"),
    };
    let plan = plan(&case(&found.events)).unwrap();
    assert_eq!(
        plan.roles
            .iter()
            .map(|role| &*role.place)
            .collect::<Vec<_>>(),
        ["UpdateApp in production"]
    );
    assert!(
        scoped(&plan)
            .commands
            .as_ref()
            .unwrap()
            .check
            .ends_with(r" --profile 'it'\''s'")
    );
    assert_eq!(super::plan(&case(&[])), Err(NoPlan::NotRead));
}

#[test]
fn json_in_escapes_is_the_same_json() {
    let value = json!({"a'b": "\u{1f980}\u{7f}\u{202e}\n\"é", "n": [1, true, null]});
    assert_eq!(
        serde_json::from_str::<Value>(&ascii_json(&value)).unwrap(),
        value
    );
    assert!(
        ascii_json(&value)
            .bytes()
            .all(|byte| (b' '..=b'~').contains(&byte) && byte != b'\'')
    );
}
