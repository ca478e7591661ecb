//! The synthetic events in `events/`: every file gets the expected findings, and every rule fires.

use std::collections::BTreeSet;

use rolewatch_guard::catalogue;
use serde_json::Value;

use crate::tool::{project, run_in};

/// One line per finding, as short as a comparison allows.
fn lines(findings: &[Value]) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    findings
        .iter()
        .map(|finding| {
            let [rule, verdict, severity, time, message] =
                ["rule", "verdict", "severity", "time", "message"]
                    .map(|field| text(&finding[field]));
            format!("{time} {rule} {verdict} {severity}: {message}")
        })
        .collect()
}

#[test]
fn the_week_in_the_archive() {
    let outcome = run_in(
        project(),
        &["audit", "events/archive", "--format", "ndjson"],
        b"",
    );
    assert_eq!(outcome.code, Some(1), "{}", outcome.stderr);
    let findings = outcome.findings();
    let fired: BTreeSet<&str> = findings
        .iter()
        .filter_map(|finding| finding["rule"].as_str())
        .collect();
    for rule in catalogue::of_records() {
        // The rules about the deployed guard fire in `events/tamper`; `tamper/tests.rs` of the
        // engine checks that.
        assert_eq!(
            fired.contains(rule.code),
            !rule.is_live_only(),
            "{} in events/archive",
            rule.code
        );
    }
    insta::assert_snapshot!(
        "archive",
        format!("{}\n\n{}", lines(&findings).join("\n"), outcome.account())
    );
}

#[test]
fn the_table_of_the_week() {
    let outcome = run_in(project(), &["audit", "events/archive"], b"");
    insta::assert_snapshot!("table", outcome.stdout);
}

#[test]
fn each_single_event() {
    let mut names: Vec<String> = std::fs::read_dir(project().join("events"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| {
            std::path::Path::new(name)
                .extension()
                .is_some_and(|end| end == "json")
        })
        .collect();
    names.sort();
    assert!(names.len() > 25);
    let mut all = String::new();
    for name in names {
        let path = format!("events/{name}");
        let outcome = run_in(project(), &["audit", &path, "--format", "ndjson"], b"");
        assert!(
            matches!(outcome.code, Some(0 | 1)),
            "{name}: {}",
            outcome.stderr
        );
        let found = lines(&outcome.findings());
        let found = if found.is_empty() {
            "nothing to report".to_owned()
        } else {
            found.join("\n  ")
        };
        all.extend([&*name, "\n  ", &*found, "\n"]);
    }
    insta::assert_snapshot!("single", all);
}

#[test]
fn each_event_of_identity_center_is_explained_and_judged_by_no_rule() {
    let samples = [
        ("sign-in-with-app", "password, authenticator app"),
        ("sign-in-challenge", "grace; a name doesn't prove"),
        ("sign-in-failed", "the credential was wrong"),
        ("federate", "permission set ReleaseManager"),
        ("add-member-to-group", "was added to group"),
        ("create-group-membership", "was added to group"),
        ("delete-group-membership", "doesn't say whose it was"),
        ("scim-patch-group", "changed; the record doesn't show how"),
        ("disable-user", "was disabled"),
        (
            "create-account-assignment",
            "was assigned the permission set",
        ),
        (
            "delete-account-assignment",
            "the assignment of the permission",
        ),
        ("update-sso-configuration", "now lasts 8h"),
        ("create-token", "asked for a token of the access portal"),
    ];
    let folder = project().join("events/identity-center");
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), samples.len());
    for (name, sentence) in samples {
        let path = format!("events/identity-center/{name}.json");
        let policy = "events/rolewatch.yaml";
        let explained = run_in(project(), &["explain", &path, "--policy", policy], b"");
        assert_eq!(explained.code, Some(0), "{name}: {}", explained.stderr);
        let text = explained.stdout.split_whitespace().collect::<Vec<_>>();
        let text = text.join(" ");
        assert!(text.contains(sentence), "{name}: {text}");
        assert!(
            text.contains("rolewatch uses it if the policy has `identity_center`"),
            "{name}: {text}"
        );
        assert!(text.contains("No rule was checked"), "{name}: {text}");
    }
}

#[test]
fn only_documentation_accounts_and_addresses() {
    let known = [
        "111122223333",
        "444455556666",
        "555566667777",
        "555555555555",
        "777788889999",
        "999988887777",
        "123456789012",
        "222222222222",
    ];
    let digits = |text: &str| -> BTreeSet<String> {
        let runs = text
            .split(|c: char| !c.is_ascii_digit())
            .filter(|run| run.len() == 12);
        runs.map(str::to_owned).collect()
    };
    let folders = ["events", "events/identity-center", "events/tamper"]
        .map(|folder| std::fs::read_dir(project().join(folder)).unwrap());
    for entry in folders.into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|end| end == "json") {
            let text = std::fs::read_to_string(&path).unwrap();
            let value: Value = serde_json::from_str(&text).unwrap();
            for account in [
                "/account",
                "/detail/recipientAccountId",
                "/detail/userIdentity/accountId",
            ]
            .iter()
            .filter_map(|at| value.pointer(at)?.as_str())
            {
                assert!(known.contains(&account), "{}: {account}", path.display());
            }
            assert!(!digits(&text).is_empty());
        }
    }
}
