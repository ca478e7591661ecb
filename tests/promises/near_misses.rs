//! A policy entry that almost matches a role: every format reports it, and asks which role was
//! meant.

use rolewatch_guard::testing::Story;
use serde_json::{Value, json};

use crate::tool::{Bench, project};

const ROLE: &str = "arn:aws:iam::444455556666:role";
const FORMATS: [&str; 4] = ["table", "json", "ndjson", "csv"];

/// Dora's switch into one production role, judged by a policy with an entry for another one, and a
/// switch into `UpdateApp`.
fn bench(entry: &str, role: &str) -> Bench {
    let listed =
        "  - arn: arn:aws:iam::444455556666:role/UpdateApp\n    groups: [development/Developers]\n";
    let both = format!("  - arn: {ROLE}/{entry}\n    groups: [development/Developers]\n{listed}");
    let mut story = Story::new().with_policy_line(listed, &both);
    story.switch_to("dora", role).with_mfa().used_after(600);
    story.later(9_000);
    // A violation, so that every format has a line.
    story.switch("tom").with_mfa();
    Bench::of(&story)
}

fn question(entry: &str, role: &str, place: &str) -> String {
    format!("no role matches `{ROLE}/{entry}`; did you mean `{ROLE}/{role}`, which is in {place}?")
}

#[test]
fn every_format_and_stderr_ask_which_role_was_meant() {
    let center = "aws-reserved/sso.amazonaws.com";
    let set = "AWSReservedSSO_DatabaseAdmin_00112233aabbccdd";
    for (entry, role) in [
        (format!("{center}/*/{set}"), format!("{center}/{set}")),
        (
            format!("{center}/eu-west-1/AWSReservedSSO_DatabaseAdmin_ffeeddccbbaa0099"),
            format!("{center}/{set}"),
        ),
        ("databases/migrate*".to_owned(), "MigrateTables".to_owned()),
        ("Repair".to_owned(), "on-call/Repair".to_owned()),
    ] {
        let bench = bench(&format!("'{entry}'").replace('\'', ""), &role);
        let asked = question(&entry, &role, "the logs");
        for format in FORMATS {
            let outcome = bench.run(&["audit", "archive", "--format", format]);
            assert_eq!(outcome.code, Some(1), "{}", outcome.stderr);
            // The table wraps its lines.
            let stdout: String = outcome.stdout.split_whitespace().collect();
            let shown = if format == "table" {
                asked.split_whitespace().collect()
            } else {
                asked.clone()
            };
            assert!(
                if format == "table" {
                    stdout.contains(&shown)
                } else {
                    outcome.stdout.contains(&shown)
                },
                "{format}: {}",
                outcome.stdout
            );
            let warned = format!("warning: rolewatch.yaml: line 7 of the policy: {asked}");
            assert!(
                outcome.stderr.lines().any(|line| line == warned),
                "{format}: {}",
                outcome.stderr
            );
        }
        let findings = bench
            .run(&["audit", "archive", "--format", "ndjson"])
            .findings();
        assert_eq!(
            findings[0]["near_misses"],
            json!([format!("line 7 of the policy: {asked}")])
        );
    }
}

#[test]
fn nothing_is_asked_where_every_entry_is_right_or_no_role_is_near() {
    for (entry, role) in [
        ("Repair", "Repair"),
        ("on-call/*", "on-call/Repair"),
        ("Repair", "ReadReports"),
    ] {
        for format in FORMATS {
            let outcome = bench(entry, role).run(&["audit", "archive", "--format", format]);
            let said = format!("{}{}", outcome.stdout, outcome.stderr);
            assert!(
                !said.contains("did you mean") && !said.contains("\"near_misses\""),
                "{entry} {role} {format}: {said}"
            );
        }
    }
}

#[test]
fn a_near_miss_is_told_where_the_role_was_only_used() {
    let listed = "role/UpdateApp";
    let mut story = Story::new().with_policy_line(listed, "role/teams/UpdateApp");
    story
        .switch_to("dora", "team/UpdateApp")
        .with_mfa()
        .used_after(600)
        .only_uses();
    let outcome = Bench::of(&story).run(&["audit", "archive", "--format", "ndjson"]);
    assert!(
        outcome
            .stderr
            .contains(&question("teams/UpdateApp", "team/UpdateApp", "the logs")),
        "{}",
        outcome.stderr
    );
}

#[test]
fn an_event_is_explained_with_the_entry_that_just_misses_it() {
    let bench = bench("databases/Migrate*", "MigrateTables");
    let outcome = bench.run(&["explain", "archive/log.json"]);
    assert!(
        outcome
            .stderr
            .contains(&question("databases/Migrate*", "MigrateTables", "the logs")),
        "{}",
        outcome.stderr
    );
}

/// The company's setup, with one changed policy entry.
fn company(from: &str, to: &str) -> Bench {
    let bench = Bench::empty();
    for name in [
        "development.json",
        "production.json",
        "production-roles.json",
    ] {
        bench.write(
            &format!("setup/{name}"),
            &std::fs::read(project().join("events/review").join(name)).unwrap(),
        );
    }
    let policy = std::fs::read_to_string(project().join("events/rolewatch.yaml")).unwrap();
    assert!(policy.contains(from), "{from}");
    bench.write("rolewatch.yaml", policy.replace(from, to).as_bytes());
    bench
}

#[test]
fn the_review_asks_too() {
    let bench = company("role/MigrateData", "role/data/migratedata");
    let asked = question(
        "data/migratedata",
        "MigrateData",
        "the authorization details",
    );
    for format in FORMATS {
        let outcome = bench.run(&["review", "setup", "--format", format]);
        let squeezed = |text: &str| text.split_whitespace().collect::<String>();
        assert!(
            squeezed(&outcome.stdout.replace("\"\"", "\"")).contains(&squeezed(&asked)),
            "{format}: {}",
            outcome.stdout
        );
        assert!(
            outcome.stderr.contains(&asked),
            "{format}: {}",
            outcome.stderr
        );
    }
    let findings = bench
        .run(&["review", "setup", "--format", "ndjson"])
        .findings();
    assert!(
        findings.iter().all(|finding| finding["near_misses"]
            .as_array()
            .is_some_and(|asked| asked.len() == 1)),
        "{findings:#?}"
    );
    let right = company("role/MigrateData", "role/MigrateData")
        .run(&["review", "setup", "--format", "ndjson"]);
    assert!(
        right
            .findings()
            .iter()
            .all(|finding| finding["near_misses"] == Value::Null)
            && !right.stderr.contains("did you mean")
    );
}

#[test]
fn the_review_asks_about_a_path_that_the_role_lacks() {
    let outcome = company("role/MigrateData", "role/data/MigrateData")
        .run(&["review", "setup", "--format", "ndjson"]);
    let asked = question(
        "data/MigrateData",
        "MigrateData",
        "the authorization details",
    );
    assert!(outcome.stderr.contains(&asked), "{}", outcome.stderr);
}

#[test]
fn the_pattern_in_our_example_matches_with_a_region_and_without_one() {
    let pattern = "arn:aws:iam::444455556666:role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_ReleaseManager_*";
    let policy = std::fs::read_to_string(project().join("events/rolewatch.yaml")).unwrap();
    assert!(policy.contains(&format!("arn: {pattern}\n")));
    for role in [
        "AWSReservedSSO_ReleaseManager_00112233aabbccdd",
        "ap-northeast-1/AWSReservedSSO_ReleaseManager_ffeeddccbbaa0099",
    ] {
        let mut story = Story::new();
        story
            .switch_to("grace", &format!("aws-reserved/sso.amazonaws.com/{role}"))
            .with_mfa()
            .used_after(600);
        let bench = Bench::of(&story);
        bench.write("rolewatch.yaml", policy.as_bytes());
        let outcome = bench.run(&["audit", "archive", "--format", "ndjson"]);
        assert!(
            outcome.account().contains("1 switch"),
            "{role}: {}",
            outcome.stderr
        );
    }
}
