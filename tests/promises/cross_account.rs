//! The setup of `deploy/cross-account/`, reviewed by `rolewatch review`.
//!
//! The shipped setup has no findings. If somebody breaks one thing in it, the right rule finds
//! that. If the printed correction replaces the statement that the finding names, the review is
//! clean again.
//!
//! The world: `events/cross-account`, which has the setup as AWS lists it. A template test compares
//! its policies with the templates.

mod breakages;
mod files;
mod only_looks_broken;

use std::collections::BTreeSet;

use serde_json::Value;

use breakages::{Breakage, breakages};
use files::{DEVELOPMENT, Files, PRODUCTION};

/// The findings, each in the form `RW101 violation role/UpdateApp`.
fn shown(findings: &[Value]) -> BTreeSet<String> {
    let text = |finding: &Value, field: &str| finding[field].as_str().unwrap_or("-").to_owned();
    let name = |subject: String| subject.splitn(6, ':').nth(5).unwrap_or_default().to_owned();
    findings
        .iter()
        .map(|finding| {
            format!(
                "{} {} {}",
                text(finding, "rule"),
                text(finding, "verdict"),
                name(text(finding, "subject"))
            )
        })
        .collect()
}

#[test]
fn the_shipped_set_up_is_clean_with_and_without_its_options() {
    let mut variants = Vec::new();
    for strict in [false, true] {
        for third_party in [true, false] {
            for encoded in [true, false] {
                let mut files = if strict {
                    Files::strict()
                } else {
                    Files::shipped()
                };
                if !third_party {
                    files.without("RoleDetailList", "ReadAppForPartner");
                }
                if encoded {
                    files.encode();
                }
                variants.push((
                    format!("strict {strict}, third party {third_party}, encoded {encoded}"),
                    files,
                ));
            }
        }
    }
    for (which, files) in variants {
        let outcome = files.review();
        assert_eq!(
            (outcome.code, outcome.stdout.as_str()),
            (Some(0), ""),
            "{which}: {}",
            outcome.stderr
        );
        assert!(
            outcome
                .account()
                .contains("2 of them elevated; 0 violations, 0 unproven, 0 suppressed"),
            "{which}: {}",
            outcome.account()
        );
    }
}

#[test]
fn each_thing_that_is_broken_is_found_by_the_rule_for_it_and_by_no_other() {
    let mut wrong = Vec::new();
    for Breakage {
        what, files, found, ..
    } in breakages()
    {
        let outcome = files.review();
        let expected: BTreeSet<String> = found.iter().map(ToString::to_string).collect();
        if shown(&outcome.findings()) != expected {
            wrong.push(format!("{what}: {}", outcome.stdout));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A correction that doesn't correct the fault would be worse than none.
#[test]
fn the_printed_correction_put_where_the_finding_says_makes_the_review_clean() {
    let mut corrected = BTreeSet::new();
    for Breakage {
        what,
        mut files,
        left,
        ..
    } in breakages()
    {
        for round in 0.. {
            let findings = files.review().findings();
            let Some(finding) = findings.iter().find(|finding| !finding["fix"].is_null()) else {
                let left: BTreeSet<String> = left.iter().map(ToString::to_string).collect();
                assert_eq!(shown(&findings), left, "{what}, after {round} corrections");
                break;
            };
            assert!(round < 8, "{what}: {findings:#?}");
            files.correct(finding);
            corrected.insert(finding["rule"].as_str().unwrap().to_owned());
            let after = files.review().findings();
            assert!(
                after.iter().all(|other| other["id"] != finding["id"]),
                "{what}: this did not help: {finding:#}"
            );
            assert!(
                after.len() <= findings.len(),
                "{what}: {finding:#} brought about {after:#?}"
            );
        }
    }
    assert_eq!(
        corrected,
        ["RW101", "RW102", "RW103", "RW104", "RW105"]
            .map(str::to_owned)
            .into()
    );
}

#[test]
fn the_table_says_where_the_correction_of_a_policy_of_aws_goes() {
    let mut files = Files::shipped();
    files.detach("GroupDetailList", "Administrators", "StayOutOfRoles");
    let table = files
        .review_as("table")
        .stdout
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    for words in [
        "AdministratorAccess is an AWS managed policy and can't be edited",
        "keep it, and add this to another policy of the same user, group, or role:",
    ] {
        assert!(table.contains(words), "{words}: {table}");
    }
    let (_, better) = table.split_once("same user, group, or role:").unwrap();
    assert!(
        !better.contains("\"Allow\"") && better.contains("\"Deny\""),
        "what stays is not told again: {table}"
    );
}

#[test]
fn what_is_missing_is_unproven_and_never_clean() {
    for (account, rules) in [
        (DEVELOPMENT, ["RW104", "RW105"].as_slice()),
        (PRODUCTION, &["RW101", "RW102", "RW103", "RW104"]),
    ] {
        let mut files = Files::shipped();
        files.without_account(account);
        let findings = files.review().findings();
        let of: BTreeSet<&str> = findings
            .iter()
            .map(|finding| finding["rule"].as_str().unwrap())
            .collect();
        assert_eq!(
            of,
            rules.iter().copied().collect(),
            "without {account}: {findings:#?}"
        );
        assert!(
            findings
                .iter()
                .all(|finding| finding["verdict"] == "unproven"),
            "{findings:#?}"
        );
    }
    let mut files = Files::shipped();
    files.without_durations();
    let expected = [
        "RW103 unproven role/TerminateCriticalInstances",
        "RW103 unproven role/UpdateApp",
    ]
    .map(str::to_owned);
    assert_eq!(shown(&files.review().findings()), expected.into());
}

#[test]
fn init_drafts_a_policy_that_covers_both_roles_and_the_review_by_it_is_clean() {
    for mut files in [Files::shipped(), Files::strict()] {
        let outcome = files.init();
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        for (role, group) in [
            ("UpdateApp", "development/Developers"),
            ("TerminateCriticalInstances", "development/Developers"),
        ] {
            let (_, entry) = outcome
                .stdout
                .split_once(&format!(
                    "\n  - arn: arn:aws:iam::444455556666:role/{role}\n"
                ))
                .unwrap();
            let entry: Vec<&str> = entry
                .lines()
                .map(str::trim)
                .take_while(|line| !line.is_empty())
                .collect();
            assert_eq!(
                entry.first().copied(),
                Some(format!("groups: [\"{group}\"]").as_str()),
                "{role}: {entry:?}"
            );
            for begins in [
                "mfa: required        # IAM requires it of everyone today",
                "max_session: 1h ",
            ] {
                assert!(
                    entry.iter().any(|line| line.starts_with(begins)),
                    "{role}: {begins} in {entry:?}"
                );
            }
        }
        assert_eq!(
            outcome.stdout.matches("\n  - arn:").count(),
            2,
            "{}",
            outcome.stdout
        );
        files.policy = outcome.stdout;
        let review = files.review();
        assert_eq!(
            (review.code, review.stdout.as_str()),
            (Some(0), ""),
            "{}",
            review.stderr
        );
    }
}
