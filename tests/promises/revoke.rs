//! `rolewatch revoke-plan`: what it prints, for whom, and for which findings it refuses to plan.

use rolewatch_guard::testing::{STORE, Story, user_id};
use serde_json::{Value, json};

use crate::tool::{Bench, Outcome, project, run_in};

/// The time at which bob in the synthetic week holds `UpdateApp` for too long, while grace uses it
/// too.
const THEN: &str = "2026-03-05T15:20:00Z";

fn of_the_week(rule: &str) -> Value {
    let findings = run_in(
        project(),
        &["audit", "events/archive", "--format", "ndjson"],
        b"",
    )
    .findings();
    findings
        .into_iter()
        .find(|finding| finding["rule"] == rule && finding["verdict"] == "violation")
        .unwrap()
}

fn plan(args: &[&str], stdin: &[u8]) -> Outcome {
    let mut all = vec!["revoke-plan"];
    all.extend(args);
    all.extend(["--as-of", THEN]);
    run_in(project(), &all, stdin)
}

fn names(sessions: &Value) -> Vec<&str> {
    sessions
        .as_array()
        .unwrap()
        .iter()
        .map(|session| session["person"]["name"].as_str().unwrap())
        .collect()
}

#[test]
fn the_plan_for_a_stretch_of_the_week() {
    let id = of_the_week("RW004")["id"].as_str().unwrap().to_owned();
    let outcome = plan(&[&id, "events/archive"], b"");
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    insta::assert_snapshot!("plan", outcome.stdout);
}

#[test]
fn the_plan_for_a_permission_set_and_a_role_entered_from_it() {
    let mut story = Story::of_center();
    story
        .takes("nick", "Admin")
        .used_after(30)
        .goes_on_to("Deploy");
    story.takes("nell", "Admin").used_after(30);
    let bench = Bench::of(&story);
    let roster = json!({
        "IdentityStoreId": STORE,
        "Users": [
            {"UserId": user_id("nick"), "UserName": "nick"},
            {"UserId": user_id("nell"), "UserName": "nell"},
        ],
        "Groups": [],
        "GroupMemberships": [],
        "PermissionSets": [{
            "PermissionSetArn":
                "arn:aws:sso:::permissionSet/ssoins-0123456789abcdef/ps-0123456789abcdef",
            "Name": "Admin",
        }],
    });
    let roster = bench.write("roster/store.json", roster.to_string().as_bytes());
    let roster = roster.to_str().unwrap();
    let findings = bench
        .run(&["audit", "archive", "--roster", roster, "--format", "ndjson"])
        .findings();
    let of_nick = |finding: &&Value| {
        finding["role"].as_str().unwrap().contains("_Admin_") && finding["caller"]["name"] == "nick"
    };
    let id = findings.iter().find(of_nick).unwrap()["id"]
        .as_str()
        .unwrap();
    let args = ["revoke-plan", id, "archive", "--roster", roster];
    let at = ["--as-of", "2026-03-02T09:10:00Z"];
    let outcome = bench.run(&[&args[..], &at].concat());
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    insta::assert_snapshot!("plan_of_a_permission_set", outcome.stdout);
}

#[test]
fn only_the_one_person_is_cut_and_the_others_of_the_role_are_named() {
    let id = of_the_week("RW004")["id"].as_str().unwrap()[..8].to_owned();
    let outcome = plan(&[&id, "events/archive", "--format", "json"], b"");
    let plan: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(
        (&plan["rule"], &plan["complete"], &plan["person"]["name"]),
        (&json!("RW004"), &json!(true), &json!("bob"))
    );
    let role = &plan["roles"][0];
    assert_eq!(names(&role["scoped"]["cuts"]), ["bob"]);
    assert_eq!(names(&role["scoped"]["bystanders"]), Vec::<&str>::new());
    assert_eq!(names(&role["whole"]["bystanders"]), ["grace"]);
    let condition = &role["scoped"]["policy"]["Statement"][0]["Condition"];
    assert_eq!(
        condition,
        &json!({"DateLessThan": {"aws:TokenIssueTime": THEN}, "StringEquals": {"aws:userid": "AROAEXAMPLEUPDATEAPP1:bob"}})
    );
}

#[test]
fn a_finding_can_be_given_as_it_was_printed_or_sent() {
    let mut finding = of_the_week("RW004");
    let by_id = plan(&[finding["id"].as_str().unwrap(), "events/archive"], b"").stdout;
    let line = finding.to_string();
    assert_eq!(
        plan(&["-", "events/archive"], line.as_bytes()).stdout,
        by_id
    );
    let bench = Bench::empty();
    finding["status"] = json!("open");
    let file = bench.write("alert.json", finding.to_string().as_bytes());
    assert_eq!(
        plan(&[file.to_str().unwrap(), "events/archive"], b"").stdout,
        by_id
    );
    // The ID comes from another policy or from fewer logs. The events lead to the same session.
    finding["id"] = json!("0123456789abcdef0123456789abcdef");
    let by_events = plan(
        &["-", "events/archive", "--format", "json"],
        finding.to_string().as_bytes(),
    );
    let by_events: Value = serde_json::from_str(&by_events.stdout).unwrap();
    assert_eq!(names(&by_events["roles"][0]["scoped"]["cuts"]), ["bob"]);
    assert_eq!(
        by_events["roles"][0]["scoped"]["policy_name"],
        "rolewatch-revoke-0123456789ab"
    );
}

/// Checks that there is no plan, and that stderr says so.
fn refused(outcome: &Outcome, said: &str) {
    assert_eq!(
        (outcome.code, &*outcome.stdout),
        (Some(2), ""),
        "{said}: {}",
        outcome.stderr
    );
    assert!(outcome.stderr.contains(said), "{said}: {}", outcome.stderr);
}

#[test]
fn an_id_that_is_none_of_the_findings_is_answered_with_those_that_could_be_meant() {
    let id = of_the_week("RW004")["id"].as_str().unwrap().to_owned();
    let flipped = format!(
        "{}{}",
        if id.starts_with('0') { '1' } else { '0' },
        &id[1..16]
    );
    for (finding, said) in [
        ("fffffff", "the latest findings are"),
        (&*flipped, &*format!("did you mean one of these?\n  {id}")),
        ("RW004", "not the id of a finding"),
    ] {
        refused(&plan(&[finding, "events/archive"], b""), said);
    }
}

#[test]
fn a_finding_without_a_session_is_not_planned_for() {
    let denied = of_the_week("RW009")["id"].as_str().unwrap().to_owned();
    let outcome = plan(&[&denied, "events/archive"], b"");
    refused(&outcome, "no session was issued");

    let reviewed = run_in(
        project(),
        &["review", "events/review", "--format", "ndjson"],
        b"",
    )
    .stdout;
    let first = reviewed.lines().next().unwrap();
    refused(
        &plan(&["-", "events/archive"], first.as_bytes()),
        "a finding of `rolewatch review`, about what IAM allows and not about a session",
    );
}

#[test]
fn a_finding_that_lacks_what_is_needed_says_what_that_is() {
    refused(&plan(&["-", "events/archive"], b"{}"), "missing field `id`");
    let id = of_the_week("RW004")["id"].as_str().unwrap().to_owned();
    let elsewhere = json!({"id": id, "rule": "RW001", "role": "arn:aws:iam::444455556666:role/UpdateApp",
        "events": ["00000000-0000-4000-8000-00000000ffff"]});
    refused(
        &plan(
            &["-", "events/denied.json"],
            elsewhere.to_string().as_bytes(),
        ),
        "AttributeKey=EventId,AttributeValue=00000000-0000-4000-8000-00000000ffff",
    );
}

#[test]
fn an_ambiguous_beginning_is_not_guessed_at() {
    let mut story = Story::new();
    for _ in 0..700 {
        story.switch("tom");
        story.later(1);
    }
    let bench = Bench::of(&story);
    let mut ids: Vec<String> = bench
        .run(&["audit", "archive", "--format", "ndjson"])
        .findings()
        .iter()
        .map(|finding| finding["id"].as_str().unwrap().to_owned())
        .collect();
    ids.sort();
    let twins = ids
        .windows(2)
        .find(|pair| pair[0][..4] == pair[1][..4])
        .unwrap();
    let outcome = bench.run(&["revoke-plan", &twins[0][..4], "archive"]);
    assert_eq!(outcome.code, Some(2));
    assert!(
        twins.iter().all(|id| outcome.stderr.contains(id))
            && outcome.stderr.contains("is the beginning of"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn without_a_time_the_plan_is_for_now_and_says_that_all_has_ended() {
    let mut story = Story::new();
    story.switch("tom");
    let bench = Bench::of(&story);
    let id = story.finding("RW001").id;
    // The environment has no PATH. The finding is in the working folder, and isn't a log file.
    bench.write(
        "finding.json",
        serde_json::to_string(&story.finding("RW001"))
            .unwrap()
            .as_bytes(),
    );
    let outcome = bench.run(&["revoke-plan", "finding.json"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(
        outcome.stdout.contains(&id)
            && outcome
                .stdout
                .contains("none of their sessions in this role is still valid"),
        "{}",
        outcome.stdout
    );
}

#[test]
fn logs_that_cannot_be_read_make_it_incomplete() {
    let mut story = Story::new();
    story.switch("tom");
    let bench = Bench::of(&story);
    bench.write("archive/broken.json", b"{");
    let outcome = bench.run(&[
        "revoke-plan",
        &story.finding("RW001").id,
        "archive",
        "--format",
        "json",
    ]);
    assert_eq!(outcome.code, Some(3));
    assert_eq!(
        serde_json::from_str::<Value>(&outcome.stdout).unwrap()["complete"],
        false
    );
    assert!(
        outcome.stderr.contains("may be missing from the plan"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn a_hostile_session_name_is_exact_in_the_policy_and_harmless_everywhere() {
    let name = "x\u{202e}\u{1b}[2J';reboot;'\u{200b}*";
    let mut story = Story::new();
    story.switch("tom").with_session_name(name);
    let bench = Bench::of(&story);
    let id = story.finding("RW001").id;
    let text = bench
        .run(&[
            "revoke-plan",
            &id,
            "archive",
            "--as-of",
            "2026-03-02T09:10:00Z",
        ])
        .stdout;
    assert!(
        !text.contains('\u{202e}') && !text.contains('\u{1b}'),
        "{text}"
    );
    let commands: Vec<&str> = text
        .lines()
        .filter(|line| line.contains("--policy-document"))
        .collect();
    assert_eq!(commands.len(), 2);
    assert!(
        commands.iter().all(|line| line.matches('\'').count() == 2),
        "{commands:?}"
    );
    let json = bench
        .run(&[
            "revoke-plan",
            &id,
            "archive",
            "--as-of",
            "2026-03-02T09:10:00Z",
            "--format",
            "json",
        ])
        .stdout;
    assert!(
        json.bytes()
            .all(|byte| byte == b'\n' || (b' '..=b'~').contains(&byte)),
        "{json}"
    );
    let plan: Value = serde_json::from_str(&json).unwrap();
    let userid = &plan["roles"][0]["scoped"]["policy"]["Statement"][0]["Condition"]["StringEquals"]
        ["aws:userid"];
    assert_eq!(userid, &json!(format!("AROAUPDATEAPPXXXXXXX:{name}")));
}

/// The finding about tom, and three ways to name it: by its ID, by its file, and by a file from
/// fewer logs and another policy, whose ID the logs don't have.
fn tom_is_no_developer() -> (Bench, [String; 3]) {
    let mut story = Story::new();
    story.switch("tom");
    let bench = Bench::of(&story);
    // A roster with a known time, long before the plan.
    std::fs::remove_dir_all(bench.path("roster")).unwrap();
    bench.write(
        "roster/development@2026-03-02T120000Z.json",
        story.roster_text().unwrap().as_bytes(),
    );
    let mut finding = bench
        .run(&["audit", "archive", "--format", "ndjson"])
        .findings()
        .swap_remove(0);
    assert_eq!(
        (&finding["rule"], &finding["verdict"]),
        (&json!("RW001"), &json!("violation"))
    );
    bench.write("elsewhere/finding.json", finding.to_string().as_bytes());
    finding["id"] = json!("0123456789abcdef0123456789abcdef");
    bench.write("elsewhere/foreign.json", finding.to_string().as_bytes());
    let named = [
        story.finding("RW001").id,
        "elsewhere/finding.json".to_owned(),
        "elsewhere/foreign.json".to_owned(),
    ];
    (bench, named)
}

#[test]
fn nobody_is_taken_out_of_a_group_that_the_finding_says_they_are_not_in() {
    let (bench, named) = tom_is_no_developer();
    for of in &named {
        for roster in [
            None,
            Some(["--roster", "roster/development@2026-03-02T120000Z.json"]),
        ] {
            let outcome = bench.run(
                &[
                    ["revoke-plan", of, "archive"].as_slice(),
                    roster.as_ref().map_or(&[], |given| given.as_slice()),
                ]
                .concat(),
            );
            assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
            assert!(
                !outcome.stdout.contains("remove-user-from-group"),
                "{of}: {}",
                outcome.stdout
            );
            let text = outcome
                .stdout
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ");
            assert!(
                text.contains("tom was not in development/Developers at")
                    && text.contains("rolewatch can't tell whether they are in it at"),
                "{of}: {text}"
            );
            assert!(
                text.contains("aws iam list-groups-for-user --user-name tom"),
                "{of}: {text}"
            );
        }
    }
}

#[test]
fn a_stack_takes_the_place_of_logs() {
    let bench = Bench::empty();
    let both = bench.run(&["revoke-plan", "5d1c40", "logs", "--stack", "rolewatch"]);
    assert_eq!(both.code, Some(2));
    assert!(
        both.stderr.contains("cannot be used with"),
        "{}",
        both.stderr
    );
    let without = bench.run(&["revoke-plan", "5d1c40", "--stack", "rolewatch"]);
    assert_eq!(without.code, Some(2), "{}", without.stderr);
    assert!(
        without.stderr.contains("--features aws"),
        "{}",
        without.stderr
    );
    let no_id = bench.run(&["revoke-plan", "RW002", "--stack", "rolewatch"]);
    assert_eq!(no_id.code, Some(2));
    assert!(
        no_id.stderr.contains("not the id of a finding"),
        "{}",
        no_id.stderr
    );
}
