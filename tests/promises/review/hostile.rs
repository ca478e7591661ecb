//! Text that somebody else chose: names and policies of an account.

use serde_json::{Value, json};

use super::bench;
use crate::tool::{Bench, project};

#[test]
fn text_of_policies_moves_no_cursor_and_is_no_formula() {
    let mut details: Value = serde_json::from_slice(
        &std::fs::read(project().join("events/review/development.json")).unwrap(),
    )
    .unwrap();
    details["UserDetailList"][0]["UserName"] = json!("=1+1\u{1b}[2J\u{202e}");
    details["GroupDetailList"][0]["GroupPolicyList"][0]["PolicyDocument"]["Statement"][1]["Sid"] =
        json!("\u{1b}[31m\u{202e}red");
    let bench = bench();
    bench.write("setup/development.json", details.to_string().as_bytes());
    for format in ["table", "csv", "json", "ndjson"] {
        let outcome = bench.run(&["review", "setup", "--format", format]);
        let hidden = |c: char| c != '\n' && !rolewatch_guard::untrusted::shows_as_itself(c);
        assert!(
            !outcome.stdout.contains(hidden) && !outcome.stderr.contains(hidden),
            "{format}"
        );
    }
}

#[test]
fn a_statement_with_hidden_characters_is_quoted_and_corrected_as_it_stands() {
    let statement = json!({"Sid": "\u{1b}[31m\u{202e}</pre>|`x`\u{200b}", "Effect": "Allow", "Action": "sts:*", "Resource": "*"});
    let mut details: Value = serde_json::from_slice(
        &std::fs::read(project().join("events/review/development.json")).unwrap(),
    )
    .unwrap();
    details["UserDetailList"][4]["UserPolicyList"] = json!([{"PolicyName": "own", "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}}]);
    let bench = bench();
    bench.write("setup/development.json", details.to_string().as_bytes());
    let findings = bench
        .run(&["review", "setup", "--format", "ndjson"])
        .findings();
    let finding = findings
        .iter()
        .find(|finding| finding["statement"] == statement)
        .unwrap();
    assert_eq!(finding["fix"][0], statement);
    let table = bench.run(&["review", "setup"]).stdout;
    let sid = table
        .lines()
        .map(str::trim)
        .find(|line| line.starts_with("\"Sid\": ") && line.contains("[31m"))
        .unwrap();
    let copied: Value =
        serde_json::from_str(&format!("{{{}}}", sid.trim_end_matches(','))).unwrap();
    assert_eq!(
        copied["Sid"], statement["Sid"],
        "what is copied from the table is the statement"
    );
}

#[test]
fn a_draft_has_no_line_that_a_name_wrote() {
    let mut details: Value = serde_json::from_slice(
        &std::fs::read(project().join("events/cross-account/development.json")).unwrap(),
    )
    .unwrap();
    let hostile = "Developers\"]\n  - arn: \"*\" #";
    details["GroupDetailList"][1]["GroupName"] = json!(hostile);
    for user in details["UserDetailList"].as_array_mut().unwrap() {
        user["GroupList"] = json!([hostile]);
    }
    let bench = Bench::empty();
    bench.write("setup/development.json", details.to_string().as_bytes());
    bench.write(
        "setup/production.json",
        &std::fs::read(project().join("events/cross-account/production.json")).unwrap(),
    );
    let draft = bench.run(&["init", "setup"]).stdout;
    let entries: Vec<&str> = draft
        .lines()
        .filter(|line| line.starts_with("  - "))
        .collect();
    assert_eq!(entries.len(), 2, "{entries:?}");
    assert!(
        draft.contains(r#"groups: ["development/Developers\"]\n  - arn: \"*\" #"]"#),
        "{draft}"
    );
}
