//! Changes that look like faults but aren't: the review has no findings.
//!
//! Each case is the shipped setup with one change.

use serde_json::{Value, json};

use super::files::{self, DEVELOPMENT, Files, PRODUCTION};

/// The changed setup is as clean as the shipped one.
fn is_no_finding(what: &str, mut files: Files, change: impl FnOnce(&mut Files)) {
    change(&mut files);
    let outcome = files.review();
    assert_eq!(
        (outcome.code, outcome.stdout.as_str()),
        (Some(0), ""),
        "{what}: {}",
        outcome.stderr
    );
}

fn assume(resource: &str) -> Value {
    json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": resource})
}

/// Adds a trust policy statement for everybody, with a condition.
fn everybody(files: &mut Files, condition: &Value) {
    let statement = json!({"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole", "Condition": condition});
    let trust =
        &mut files.entry("RoleDetailList", "UpdateApp")["AssumeRolePolicyDocument"]["Statement"];
    trust.as_array_mut().unwrap().push(statement);
}

#[test]
fn a_grant_that_something_else_takes_back_is_no_finding() {
    is_no_finding(
        "a grant for testers, whom a Deny keeps out",
        Files::shipped(),
        |files| files.grant("GroupDetailList", "Testers", assume("*")),
    );
    is_no_finding("everything for a tester", Files::shipped(), |files| {
        files.grant(
            "UserDetailList",
            "tess",
            json!({"Effect": "Allow", "Action": "*", "Resource": "*"}),
        );
    });
    is_no_finding(
        "a permission boundary around somebody who may do anything",
        Files::shipped(),
        |files| {
            files.grant(
                "UserDetailList",
                "nora",
                json!({"Effect": "Allow", "Action": "*", "Resource": "*"}),
            );
            files.managed(
                "Limit",
                json!({"Effect": "Allow", "Action": "s3:*", "Resource": "*"}),
            );
            files.entry("UserDetailList", "nora")["PermissionsBoundary"] = json!({"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": "arn:aws:iam::111122223333:policy/Limit"});
        },
    );
}

#[test]
fn mfa_that_is_demanded_in_another_way_is_no_finding() {
    is_no_finding(
        "BoolIfExists beside an age, which only MFA has",
        Files::shipped(),
        |files| {
            files.condition("UpdateApp", |condition| {
                condition["BoolIfExists"] =
                    condition.as_object_mut().unwrap().remove("Bool").unwrap();
            });
        },
    );
    is_no_finding(
        "no MFA in the trust policy where the group's policy demands it",
        Files::strict(),
        |files| {
            files.condition("UpdateApp", files::without_mfa);
        },
    );
}

#[test]
fn a_caller_without_the_name_that_is_asked_for_is_no_finding() {
    is_no_finding(
        "a role that may do anything but IAM: it has no user name",
        Files::shipped(),
        |files| {
            files.role(
                DEVELOPMENT,
                "Deployer",
                json!({"Service": "ec2.amazonaws.com"}),
                json!({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}),
            );
        },
    );
    is_no_finding(
        "a role of a foreign account: it has no user name",
        Files::shipped(),
        |files| {
            let both = json!({"AWS": ["arn:aws:iam::111122223333:root", "arn:aws:iam::999988887777:role/Partner"]});
            files.trust("UpdateApp", |statement| {
                statement["Principal"] = both.clone();
            });
        },
    );
    is_no_finding(
        "a session of a role whose trust policy gives it another name",
        Files::shipped(),
        |files| {
            files.role(
                DEVELOPMENT,
                "Jump",
                json!({"AWS": DEVELOPMENT}),
                assume("arn:aws:iam::444455556666:role/UpdateApp"),
            );
            files.trust("Jump", |statement| {
                statement["Condition"] = json!({"StringEquals": {"sts:RoleSessionName": "build"}});
            });
            let session = json!({"AWS": ["arn:aws:iam::111122223333:root", "arn:aws:sts::111122223333:assumed-role/Jump/alice"]});
            files.trust("UpdateApp", |statement| {
                statement["Principal"] = session.clone();
            });
        },
    );
}

#[test]
fn everybody_on_a_condition_that_keeps_strangers_out_is_no_finding() {
    is_no_finding(
        "everybody with MFA in accounts of the policy",
        Files::shipped(),
        |files| {
            let mfa = json!({"aws:MultiFactorAuthPresent": "true"});
            everybody(
                files,
                &json!({"Bool": mfa, "StringLike": {"aws:PrincipalAccount": [DEVELOPMENT, PRODUCTION]}}),
            );
        },
    );
    is_no_finding(
        "a foreign account that no ARN of the condition is of",
        Files::shipped(),
        |files| {
            let account = json!({"aws:PrincipalAccount": "999988887777"});
            everybody(
                files,
                &json!({"StringEquals": account, "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/*"}}),
            );
        },
    );
}

#[test]
fn people_who_may_not_enter_are_no_finding() {
    is_no_finding(
        "developers who bring people into another group",
        Files::shipped(),
        |files| {
            files.grant(
            "GroupDetailList",
            "Developers",
            json!({"Effect": "Allow", "Action": "iam:AddUserToGroup", "Resource": "arn:aws:iam::111122223333:group/Readers"}),
        );
        },
    );
    is_no_finding("testers without a device", Files::shipped(), |files| {
        files.credentials(&[("alice", true), ("bob", true), ("tess", false)]);
    });
    is_no_finding("an empty group and MFA", Files::shipped(), |files| {
        for name in ["alice", "bob"] {
            files.entry("UserDetailList", name)["GroupList"] = json!([]);
        }
    });
}

#[test]
fn a_role_that_the_policy_is_not_about_is_no_finding() {
    is_no_finding(
        "the policy is about every role: those that AWS keeps for its services are none of it",
        Files::shipped(),
        |files| {
            files.policy = files
                .policy
                .replacen("role/UpdateApp", "role/aws-service-role/*", 1);
        },
    );
    is_no_finding(
        "the third party's role without an external id, which the policy does not list",
        Files::shipped(),
        |files| {
            files.trust("ReadAppForPartner", |statement| {
                drop(statement.as_object_mut().unwrap().remove("Condition"));
            });
        },
    );
}
