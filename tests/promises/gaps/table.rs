//! How the table shows what is unproven because a file is missing.

use serde_json::{Value, json};

use super::{bench, change, without};

/// The paragraphs below "Unproven".
fn unproven(table: &str) -> Vec<String> {
    let (_, rest) = table.split_once("\nUnproven: ").unwrap();
    let rest = rest.split("\n\nAlso\n").next().unwrap();
    rest.split("\n\n")
        .skip(1)
        .map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

#[test]
fn an_account_that_was_not_given_is_one_line_and_the_machine_formats_keep_each_finding() {
    let bench = bench();
    let run = |format: &str| {
        bench.run(&[
            "review",
            "setup/production.json",
            "setup/production-roles.json",
            "--format",
            format,
            "--color=never",
        ])
    };
    let findings: Vec<Value> = run("ndjson").findings();
    let unproven_of = |account: &str| {
        let unproven = findings
            .iter()
            .filter(|finding| finding["verdict"] == "unproven");
        unproven
            .filter(|finding| finding.to_string().contains(account))
            .count()
    };
    let of_account = unproven_of("authorization details for development were supplied")
        + unproven_of("its authorization details were not supplied");
    assert!(of_account > 4, "{findings:#?}");
    let table = run("table").stdout;
    let about: Vec<String> = unproven(&table)
        .into_iter()
        .filter(|text| text.contains("authorization details for development"))
        .collect();
    let [line] = &about[..] else {
        panic!("{table}")
    };
    let says = format!(
        "no authorization details for development were supplied, so {of_account} findings are unproven: RW101, RW104 and RW105 for "
    );
    assert!(line.contains(&says), "{says} in {line}");
    assert!(
        line.contains("UpdateApp in production") && line.contains("development/Developers"),
        "{line}"
    );
    assert_eq!(
        run("csv")
            .stdout
            .lines()
            .filter(|line| line.contains(",unproven,"))
            .count(),
        unproven_of("")
    );
    let document: Value = serde_json::from_str(&run("json").stdout).unwrap();
    assert_eq!(document["findings"], json!(findings));
}

#[test]
fn without_an_account_of_the_policy_the_review_is_incomplete_and_not_called_clean() {
    let bench = bench();
    let policy = "version: 1\naccounts: {'111122223333': development, '444455556666': production}\nroles:\n\
                  - {arn: 'arn:aws:iam::444455556666:role/UpdateApp', groups: [development/Developers]}\n";
    bench.write("rolewatch.yaml", policy.as_bytes());
    change(&bench, "setup/production.json", |details| {
        let roles = details["RoleDetailList"].as_array_mut().unwrap();
        roles.retain(|role| role["RoleName"] == "UpdateApp");
    });
    let given = ["setup/production.json", "setup/production-roles.json"];
    let outcome = bench.run(&[
        "review",
        given[0],
        given[1],
        "--format=table",
        "--color=never",
    ]);
    assert_eq!(outcome.code, Some(3), "{}", outcome.stdout);
    assert!(
        outcome
            .stdout
            .contains("no authorization details for development were supplied"),
        "{}",
        outcome.stdout
    );
    assert!(
        !outcome.stdout.contains("IAM allows nothing"),
        "{}",
        outcome.stdout
    );
}

#[test]
fn what_depends_on_something_else_too_keeps_a_place_of_its_own() {
    let bench = bench();
    change(&bench, "setup/production.json", |details| {
        let role = &mut details["RoleDetailList"][0]["AssumeRolePolicyDocument"]["Statement"][0];
        role["Condition"] = json!({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}});
    });
    let table = bench
        .run(&[
            "review",
            "setup/production.json",
            "setup/production-roles.json",
            "--color=never",
        ])
        .stdout;
    assert!(
        unproven(&table)
            .iter()
            .any(|text| text.contains("IpAddress aws:SourceIp 203.0.113.0/24")),
        "{table}"
    );
}

#[test]
fn a_list_that_was_not_given_is_no_number_of_users() {
    let bench = bench();
    without(&bench, "setup/development.json", "UserDetailList");
    let outcome = bench.run(&["review", "setup", "--color=never"]);
    assert!(
        outcome
            .stdout
            .contains("111122223333 (development): users not supplied, "),
        "{}",
        outcome.stdout
    );
    let document: Value =
        serde_json::from_str(&bench.run(&["review", "setup", "--format=json"]).stdout).unwrap();
    assert_eq!(
        document["accounts"][0]["missing"],
        json!(["UserDetailList"])
    );
}
