//! Switches of stories, evaluated against files that each test defines.

use serde_json::{Value, json};

use super::{AllowedBy, DetailFiles, allowed_by};
use crate::judge::{Scope, judge};
use crate::review::Input;
use crate::testing::Story;

const ROLE: &str = "arn:aws:iam::444455556666:role/UpdateApp";

fn document(statements: &Value) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

fn assume() -> Value {
    json!({"Sid": "Enter", "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": ROLE})
}

fn trust_statement(principal: &Value) -> Value {
    json!({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})
}

fn root_principal() -> Value {
    json!({"AWS": "arn:aws:iam::111122223333:root"})
}

/// Development: dora in Developers, tom in Testers and in other groups, with these policies of the
/// groups.
fn development(developers: &Value, testers: &Value, of_tom: &[&str]) -> Value {
    let user = |name: &str, id: &str, groups: &[&str]| json!({"UserName": name, "UserId": id, "Arn": format!("arn:aws:iam::111122223333:user/{name}"), "GroupList": groups});
    let group = |name: &str, statements: &Value| {
        json!({"GroupName": name, "GroupId": format!("AGPA{name}"), "Arn": format!("arn:aws:iam::111122223333:group/{name}"),
        "GroupPolicyList": [{"PolicyName": "p", "PolicyDocument": document(statements)}]})
    };
    json!({
        "UserDetailList": [user("dora", "AIDADORAXXXXXXXXXXXX", &["Developers"]), user("tom", "AIDATOMXXXXXXXXXXXXX", of_tom)],
        "GroupDetailList": [group("Developers", developers), group("Testers", testers)],
        "RoleDetailList": [{"RoleName": "Jump", "RoleId": "AROAJUMPXXXXXXXXXXXX", "Arn": "arn:aws:iam::111122223333:role/Jump",
            "AssumeRolePolicyDocument": document(&trust_statement(&root_principal())),
            "RolePolicyList": [{"PolicyName": "p", "PolicyDocument": document(&assume())}]}],
    })
}

fn production(trusting: &Value) -> Value {
    json!({"RoleDetailList": [{"RoleName": "UpdateApp", "RoleId": "AROAUPDATEAPPXXXXXXX", "Arn": ROLE, "AssumeRolePolicyDocument": document(trusting)}]})
}

fn usual_files(trusting: &Value) -> DetailFiles {
    files_of(&[
        development(&json!([assume()]), &json!([]), &["Testers"]),
        production(trusting),
    ])
}

fn files_of(all: &[Value]) -> DetailFiles {
    let mut files = DetailFiles::default();
    for json in all {
        add(&mut files, json, None);
    }
    files
}

fn add(files: &mut DetailFiles, json: &Value, taken: Option<&str>) {
    let Ok(Input::Account(account)) = Input::read(json.to_string().as_bytes()) else {
        panic!("{json}")
    };
    files.add(*account, taken.map(|taken| taken.parse().unwrap()));
}

/// What allowed the last switch of the story.
fn last_allowed_by(story: &Story, rule: &str, files: &DetailFiles) -> Option<AllowedBy> {
    assert!(
        story.findings().iter().any(|finding| finding.rule == rule),
        "{rule} has to be found"
    );
    let (policy, rosters, world) = (
        story.policy(),
        story.rosters(),
        story.world_of(story.records()),
    );
    let mut said = None;
    judge(
        &world,
        &policy,
        &rosters,
        Scope::default(),
        &mut |examined| said = allowed_by(examined, rule, files, &policy),
    );
    said
}

fn changed_statements(said: &AllowedBy) -> Vec<Value> {
    said.stopped_by
        .iter()
        .flat_map(|change| &change.by)
        .map(|text| serde_json::from_str(text).unwrap())
        .collect()
}

#[test]
fn the_statement_of_another_group_is_named_and_goes() {
    let mut story = Story::new();
    story.switch("tom");
    let said = last_allowed_by(
        &story,
        "RW001",
        &files_of(&[
            development(&json!([]), &json!([assume()]), &["Testers"]),
            production(&trust_statement(&root_principal())),
        ]),
    )
    .unwrap();
    let shown: Vec<String> = said
        .statements
        .iter()
        .map(|one| format!("{} in {}", one.which, one.policy))
        .collect();
    assert_eq!(
        shown,
        [
            "the statement in the trust policy of UpdateApp",
            "statement Enter in inline policy p of arn:aws:iam::111122223333:group/Testers"
        ]
    );
    let [change] = &*said.stopped_by else {
        panic!("{said:?}")
    };
    assert_eq!(
        (&*change.which, change.by.len(), said.hangs_on.len()),
        ("statement Enter", 0, 0)
    );
    let text = said.to_string();
    assert!(
        text.contains("The rosters were taken at an unknown time;")
            && text.contains("To prevent it, remove statement Enter in inline policy p"),
        "{text}"
    );
}

#[test]
fn a_group_that_they_were_not_in_then_is_not_what_let_them_in() {
    let mut story = Story::new();
    story.switch("tom");
    // Somebody added tom to Developers afterward.
    let later = files_of(&[
        development(&json!([assume()]), &json!([]), &["Developers"]),
        production(&trust_statement(&root_principal())),
    ]);
    assert_eq!(last_allowed_by(&story, "RW001", &later), None);
}

#[test]
fn a_trust_policy_without_mfa_gets_the_condition() {
    let mut story = Story::new();
    story.switch("dora").with_permanent_key();
    let said = last_allowed_by(
        &story,
        "RW002",
        &usual_files(&trust_statement(&root_principal())),
    )
    .unwrap();
    let mut wanted = trust_statement(&root_principal());
    wanted["Condition"] = json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}});
    assert_eq!(changed_statements(&said), [wanted.clone()]);
    // With the condition, the switch would have been denied, so the file is from another time.
    assert_eq!(
        last_allowed_by(&story, "RW002", &usual_files(&wanted)),
        None
    );
    let mut hole = trust_statement(&root_principal());
    hole["Condition"] = json!({"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}});
    assert_eq!(
        changed_statements(&last_allowed_by(&story, "RW002", &usual_files(&hole)).unwrap()),
        [wanted]
    );
}

#[test]
fn what_the_records_do_not_show_is_named() {
    let mut story = Story::new();
    story.switch("dora").with_permanent_key();
    let mut asks = trust_statement(&root_principal());
    asks["Condition"] = json!({"StringEquals": {"sts:ExternalId": "x\u{202e}"}});
    let said = last_allowed_by(&story, "RW002", &usual_files(&asks)).unwrap();
    assert_eq!(said.hangs_on, ["StringEquals sts:ExternalId x\u{fffd}"]);
    assert!(
        said.to_string()
            .contains("this assumes that these conditions hold")
            && !said.to_string().contains('\u{202e}'),
        "{said}"
    );
}

#[test]
fn an_account_outside_is_taken_out_of_the_trust_policy() {
    let mut story = Story::new();
    story.switch("dora").from_account("999988887777");
    let named =
        json!({"AWS": ["arn:aws:iam::111122223333:root", "arn:aws:iam::999988887777:root"]});
    let said = last_allowed_by(&story, "RW007", &usual_files(&trust_statement(&named))).unwrap();
    assert_eq!(
        said.unseen.as_deref(),
        Some("there is no roster of account 999988887777")
    );
    assert_eq!(
        changed_statements(&said),
        [trust_statement(&root_principal())]
    );
    assert_eq!(
        changed_statements(
            &last_allowed_by(&story, "RW007", &usual_files(&trust_statement(&json!("*")))).unwrap()
        ),
        [trust_statement(&root_principal())]
    );
    assert_eq!(
        last_allowed_by(
            &story,
            "RW007",
            &usual_files(&trust_statement(&root_principal()))
        ),
        None
    );
}

#[test]
fn the_role_at_the_middle_of_a_chain_is_kept_out() {
    let mut story = Story::new();
    story.chain("dora", "Jump");
    let said = last_allowed_by(
        &story,
        "RW011",
        &usual_files(&trust_statement(&root_principal())),
    )
    .unwrap();
    let deny = json!({"Effect": "Deny", "Principal": {"AWS": "arn:aws:iam::111122223333:role/Jump"}, "Action": "sts:AssumeRole"});
    assert_eq!(
        changed_statements(&said),
        [trust_statement(&root_principal()), deny]
    );
    assert!(
        said.to_string()
            .contains("To prevent it, add to the trust policy of UpdateApp: {"),
        "{said}"
    );
    assert!(
        said.statements
            .iter()
            .any(|one| one.policy == "inline policy p of arn:aws:iam::111122223333:role/Jump"),
        "{said:?}"
    );
}

#[test]
fn a_session_that_the_trust_policy_names_is_taken_out_of_it() {
    let mut story = Story::new();
    story.chain("dora", "Jump");
    let named = |session: &str| json!({"AWS": [format!("arn:aws:sts::111122223333:assumed-role/Jump/{session}"), "arn:aws:iam::555555555555:root"]});
    let said = last_allowed_by(
        &story,
        "RW011",
        &usual_files(&trust_statement(&named("dora"))),
    )
    .unwrap();
    assert_eq!(
        changed_statements(&said),
        [trust_statement(
            &json!({"AWS": "arn:aws:iam::555555555555:root"})
        )]
    );
    assert_eq!(
        last_allowed_by(
            &story,
            "RW011",
            &usual_files(&trust_statement(&named("alice")))
        ),
        None
    );
}

#[test]
fn a_service_is_taken_out_of_the_trust_policy() {
    let mut story = Story::new();
    story.service_switch("lambda.amazonaws.com");
    let both = json!({"AWS": "arn:aws:iam::111122223333:root", "Service": "lambda.amazonaws.com"});
    assert_eq!(
        changed_statements(
            &last_allowed_by(&story, "RW012", &usual_files(&trust_statement(&both))).unwrap()
        ),
        [trust_statement(&root_principal())]
    );
    assert_eq!(
        last_allowed_by(&story, "RW012", &usual_files(&trust_statement(&both)))
            .unwrap()
            .statements
            .len(),
        1,
        "a service has no policies of its own"
    );
    let other = json!({"Service": "ec2.amazonaws.com"});
    assert_eq!(
        last_allowed_by(&story, "RW012", &usual_files(&trust_statement(&other))),
        None
    );
}

#[test]
fn credentials_that_last_too_long_get_a_limit() {
    let mut story = Story::new();
    story.switch("dora").with_mfa().lasting(7_200);
    let mut wanted = trust_statement(&root_principal());
    wanted["Condition"] = json!({"NumericLessThanEquals": {"sts:DurationSeconds": "3600"}});
    assert_eq!(
        changed_statements(
            &last_allowed_by(
                &story,
                "RW003",
                &usual_files(&trust_statement(&root_principal()))
            )
            .unwrap()
        ),
        [wanted.clone()]
    );
    assert_eq!(
        last_allowed_by(&story, "RW003", &usual_files(&wanted)),
        None
    );
}

#[test]
fn nothing_is_said_of_a_role_that_was_made_again_or_of_files_without_it() {
    let mut story = Story::new();
    story.switch("dora").with_permanent_key();
    let dev = || development(&json!([assume()]), &json!([]), &[]);
    let mut again = production(&trust_statement(&root_principal()));
    again["RoleDetailList"][0]["RoleId"] = json!("AROAANOTHERXXXXXXXXX");
    assert_eq!(
        last_allowed_by(&story, "RW002", &files_of(&[dev(), again])),
        None
    );
    assert_eq!(last_allowed_by(&story, "RW002", &files_of(&[dev()])), None);
    // The trust policy can be named without the person's own account.
    let said = last_allowed_by(
        &story,
        "RW002",
        &files_of(&[production(&trust_statement(&root_principal()))]),
    )
    .unwrap();
    assert_eq!(
        (said.statements.len(), said.unseen.as_deref()),
        (1, Some("there is no roster of account 111122223333"))
    );
}

#[test]
fn the_file_nearest_to_the_switch_is_asked() {
    let mut story = Story::new();
    story.switch("dora").with_permanent_key();
    let mut mfa = trust_statement(&root_principal());
    mfa["Condition"] = json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}});
    let mut files = files_of(&[development(&json!([assume()]), &json!([]), &[])]);
    add(&mut files, &production(&mfa), Some("2026-03-20T00:00:00Z"));
    add(
        &mut files,
        &production(&trust_statement(&root_principal())),
        Some("2026-03-01T00:00:00Z"),
    );
    let said = last_allowed_by(&story, "RW002", &files).unwrap();
    assert!(
        said.to_string()
            .contains("taken at 2026-03-01T00:00:00Z and at an unknown time"),
        "{said}"
    );
}
