//! Trust policies that allow too many principals, or too long sessions.

use serde_json::{Value, json};

use super::{Breakage, DEVELOPMENT, Files, UPDATE_APP, allow, broken};

/// A principal that the policy doesn't name.
pub(super) fn of_principals() -> Vec<Breakage> {
    let principal = |what, principal: Value| {
        broken(
            what,
            Files::shipped(),
            &["RW102 violation role/UpdateApp"],
            |files| {
                files.trust("UpdateApp", |statement| {
                    statement["Principal"] = principal.clone();
                });
            },
        )
    };
    let root = "arn:aws:iam::111122223333:root";
    vec![
        principal("everybody", json!("*")),
        principal("everybody, said otherwise", json!({"AWS": "*"})),
        principal(
            "a foreign account beside ours",
            json!({"AWS": [root, "arn:aws:iam::999988887777:root"]}),
        ),
        principal(
            "a user of a foreign account",
            json!({"AWS": [root, "arn:aws:iam::999988887777:user/pat"]}),
        ),
        principal(
            "a service",
            json!({"AWS": root, "Service": "ec2.amazonaws.com"}),
        ),
    ]
}

/// The role that a third party enters from its own account.
pub(super) fn of_a_third_party() -> Vec<Breakage> {
    const FOUND: &[&str] = &["RW102 violation role/ReadAppForPartner"];
    let listed = |files: &mut Files| {
        let entry = "\n  - {arn: \"arn:aws:iam::444455556666:role/ReadAppForPartner\", groups: [development/Developers], mfa: optional, max_session: 1h, severity: high}\n";
        files.policy.push_str(entry);
    };
    let without_external_id = |files: &mut Files| {
        files.trust("ReadAppForPartner", |statement| {
            drop(statement.as_object_mut().unwrap().remove("Condition"));
        });
    };
    let analyzed = broken(
        "the third party's role, named by Access Analyzer",
        Files::shipped(),
        FOUND,
        |files| {
            without_external_id(files);
            files.analyzed("ReadAppForPartner");
        },
    );
    vec![
        broken(
            "the third party's role, listed, its account not",
            Files::shipped(),
            FOUND,
            listed,
        ),
        broken(
            "the same without an external id",
            Files::shipped(),
            FOUND,
            |files| {
                listed(files);
                without_external_id(files);
            },
        ),
        // Access Analyzer has to analyze the role again.
        Breakage {
            left: &["RW102 unproven role/ReadAppForPartner"],
            ..analyzed
        },
    ]
}

/// Adds a statement to a role's trust policy.
fn trusting(files: &mut Files, principal: &Value, condition: &Value) {
    let trust =
        &mut files.entry("RoleDetailList", "UpdateApp")["AssumeRolePolicyDocument"]["Statement"];
    let statement = json!({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", "Condition": condition});
    trust.as_array_mut().unwrap().push(statement);
}

/// Allows everybody with MFA, under a condition that an outside account can meet.
pub(super) fn of_conditions() -> Vec<Breakage> {
    const FOUND: &[&str] = &["RW102 violation role/UpdateApp"];
    let on = |what, condition: Value| {
        broken(what, Files::shipped(), FOUND, |files| {
            let mut all = json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}});
            all.as_object_mut()
                .unwrap()
                .extend(condition.as_object().unwrap().clone());
            trusting(files, &json!("*"), &all);
        })
    };
    vec![
        on(
            "a foreign account by a condition",
            json!({"StringEquals": {"aws:PrincipalAccount": "999988887777"}}),
        ),
        on(
            "foreign roles by a condition",
            json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::99998888*:role/*"}}),
        ),
        on(
            "a foreign account by a condition, with a tag",
            json!({"StringLike": {"aws:PrincipalAccount": "9999*"}, "StringEquals": {"aws:PrincipalTag/team": "app"}}),
        ),
        on(
            "accounts in no organization",
            json!({"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-example123"}}),
        ),
        on(
            "accounts in no organization, by its paths",
            json!({"ForAllValues:StringLike": {"aws:PrincipalOrgPaths": ["o-example123/*"]}}),
        ),
        broken(
            "a foreign account that a Deny spares",
            Files::shipped(),
            FOUND,
            |files| {
                trusting(
                    files,
                    &json!("*"),
                    &json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
                );
                let others = json!({"StringNotEquals": {"aws:PrincipalAccount": [DEVELOPMENT, "999988887777"]}});
                trusting(files, &json!("*"), &others);
                let statements = &mut files.entry("RoleDetailList", "UpdateApp")["AssumeRolePolicyDocument"]
                    ["Statement"];
                statements.as_array_mut().unwrap().last_mut().unwrap()["Effect"] = json!("Deny");
            },
        ),
    ]
}

pub(super) fn of_sessions() -> Vec<Breakage> {
    let jump = |files: &mut Files, statement: Value| {
        files.role(DEVELOPMENT, "Jump", json!({"AWS": DEVELOPMENT}), statement);
    };
    let session = json!({"AWS": "arn:aws:sts::111122223333:assumed-role/Jump/alice"});
    let itself = |what, principal: Value| {
        broken(
            what,
            Files::shipped(),
            &["RW104 violation role/UpdateApp"],
            |files| trusting(files, &principal, &json!({})),
        )
    };
    vec![
        broken(
            "a session of another role",
            Files::shipped(),
            &["RW104 violation role/Jump"],
            |files| {
                jump(files, allow(&json!("sts:AssumeRole"), UPDATE_APP));
                trusting(files, &session, &json!({}));
            },
        ),
        broken(
            "a session of a role that there is not",
            Files::shipped(),
            &["RW104 unproven role/Jump"],
            |files| {
                trusting(files, &session, &json!({}));
            },
        ),
        itself("a role that trusts itself", json!({"AWS": UPDATE_APP})),
        itself(
            "a role that trusts a session of its own",
            json!({"AWS": "arn:aws:sts::444455556666:assumed-role/UpdateApp/alice"}),
        ),
    ]
}

pub(super) fn of_length() -> Vec<Breakage> {
    vec![
        broken(
            "sessions of 12 hours",
            Files::shipped(),
            &["RW103 violation role/UpdateApp"],
            |files| files.lasting("UpdateApp", 43_200),
        ),
        broken(
            "a limit under an hour, which IAM does not know",
            Files::shipped(),
            &["RW103 violation role/UpdateApp"],
            |files| {
                files.policy = files
                    .policy
                    .replacen("max_session: 1h ", "max_session: 15m ", 1);
            },
        ),
    ]
}
