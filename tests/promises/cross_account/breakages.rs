//! One thing wrong each: what it is, what is found of it, and what stays when every printed
//! correction is in place.

use serde_json::{Value, json};

use super::files::{DEVELOPMENT, Files, PRODUCTION, without_mfa};

const DEVELOPERS: &str = "arn:aws:iam::111122223333:group/Developers";
const UPDATE_APP: &str = "arn:aws:iam::444455556666:role/UpdateApp";
const ENTER_ROLES: &str = "arn:aws:iam::111122223333:policy/cross-account-EnterRoles-EXAMPLE4KZ7Q2";

pub(super) struct Breakage {
    pub(super) what: &'static str,
    pub(super) files: Files,
    /// Rule, verdict and subject of everything that is found.
    pub(super) found: &'static [&'static str],
    /// What no statement corrects.
    pub(super) left: &'static [&'static str],
}

fn allow(action: &Value, resource: &str) -> Value {
    json!({"Effect": "Allow", "Action": action, "Resource": resource})
}

/// Makes MFA optional in name: `Bool` becomes `BoolIfExists`, and no age is asked for.
fn if_exists(condition: &mut Value) {
    let flag = condition["Bool"].take();
    without_mfa(condition);
    condition["BoolIfExists"] = flag;
}

pub(super) fn breakages() -> Vec<Breakage> {
    of_mfa()
        .into_iter()
        .chain(of_empty_groups())
        .chain(of_trust())
        .chain(of_conditions())
        .chain(of_sessions())
        .chain(of_length())
        .chain(of_grants())
        .chain(of_growth())
        .chain(of_devices())
        .collect()
}

fn broken(
    what: &'static str,
    mut files: Files,
    found: &'static [&'static str],
    change: impl Fn(&mut Files),
) -> Breakage {
    change(&mut files);
    Breakage {
        what,
        files,
        found,
        left: &[],
    }
}

fn of_mfa() -> Vec<Breakage> {
    const FOUND: &[&str] = &["RW101 violation role/UpdateApp"];
    vec![
        broken(
            "MFA gone from the trust policy",
            Files::shipped(),
            FOUND,
            |files| files.condition("UpdateApp", without_mfa),
        ),
        broken("no condition at all", Files::shipped(), FOUND, |files| {
            files.trust("UpdateApp", |statement| {
                drop(statement.as_object_mut().unwrap().remove("Condition"));
            });
        }),
        broken(
            "BoolIfExists in the trust policy",
            Files::shipped(),
            FOUND,
            |files| files.condition("UpdateApp", if_exists),
        ),
        broken(
            "MFA gone from the trust policy and from the group's",
            Files::strict(),
            FOUND,
            |files| {
                files.condition("UpdateApp", without_mfa);
                files.enter_roles(0, |statement| {
                    drop(statement.as_object_mut().unwrap().remove("Condition"));
                });
                files.enter_roles(1, |statement| {
                    statement["Condition"] =
                        json!({"Bool": {"aws:MultiFactorAuthPresent": "false"}});
                });
            },
        ),
        broken(
            "BoolIfExists in the group's policy too",
            Files::strict(),
            FOUND,
            |files| {
                files.condition("UpdateApp", if_exists);
                files.enter_roles(0, |statement| {
                    statement["Condition"] =
                        json!({"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}});
                });
                files.enter_roles(1, |statement| statement["Effect"] = json!("Allow"));
            },
        ),
    ]
}

fn of_trust() -> Vec<Breakage> {
    const FOUND: &[&str] = &["RW102 violation role/UpdateApp"];
    let principal = |what, principal: Value| {
        broken(what, Files::shipped(), FOUND, |files| {
            files.trust("UpdateApp", |statement| {
                statement["Principal"] = principal.clone();
            });
        })
    };
    let root = "arn:aws:iam::111122223333:root";
    let listed = |files: &mut Files| {
        let entry = "\n  - {arn: \"arn:aws:iam::444455556666:role/ReadAppForPartner\", groups: [development/Developers], mfa: optional, max_session: 1h, severity: high}\n";
        files.policy.push_str(entry);
    };
    let analyzed = broken(
        "the third party's role, named by Access Analyzer",
        Files::shipped(),
        &["RW102 violation role/ReadAppForPartner"],
        |files| {
            files.trust("ReadAppForPartner", |statement| {
                drop(statement.as_object_mut().unwrap().remove("Condition"));
            });
            files.analyzed("ReadAppForPartner");
        },
    );
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
        broken(
            "the third party's role, listed, its account not",
            Files::shipped(),
            &["RW102 violation role/ReadAppForPartner"],
            listed,
        ),
        broken(
            "the same without an external id",
            Files::shipped(),
            &["RW102 violation role/ReadAppForPartner"],
            |files| {
                listed(files);
                files.trust("ReadAppForPartner", |statement| {
                    drop(statement.as_object_mut().unwrap().remove("Condition"));
                });
            },
        ),
        // Access Analyzer has to look again.
        Breakage {
            left: &["RW102 unproven role/ReadAppForPartner"],
            ..analyzed
        },
    ]
}

/// One more statement of a role's trust policy.
fn trusting(files: &mut Files, principal: &Value, condition: &Value) {
    let trust =
        &mut files.entry("RoleDetailList", "UpdateApp")["AssumeRolePolicyDocument"]["Statement"];
    let statement = json!({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", "Condition": condition});
    trust.as_array_mut().unwrap().push(statement);
}

/// Everybody with MFA, on a condition that an account outside can meet.
fn of_conditions() -> Vec<Breakage> {
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

fn of_sessions() -> Vec<Breakage> {
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

/// Nobody is a developer today, and MFA is not asked for.
fn of_empty_groups() -> Vec<Breakage> {
    vec![broken(
        "an empty group and no MFA in the trust policy",
        Files::shipped(),
        &["RW101 violation role/UpdateApp"],
        |files| {
            for name in ["alice", "bob"] {
                files.entry("UserDetailList", name)["GroupList"] = json!([]);
            }
            files.condition("UpdateApp", without_mfa);
        },
    )]
}

fn of_length() -> Vec<Breakage> {
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

fn of_grants() -> Vec<Breakage> {
    let of_nora = |what, statement: Value| {
        broken(
            what,
            Files::shipped(),
            &["RW104 violation user/nora"],
            |files| files.grant("UserDetailList", "nora", statement.clone()),
        )
    };
    vec![
        broken(
            "a tester group that is denied nothing any more and allowed a role",
            Files::shipped(),
            &["RW104 violation group/Testers"],
            |files| {
                files.detach("GroupDetailList", "Testers", "StayOutOfRoles");
                files.grant(
                    "GroupDetailList",
                    "Testers",
                    allow(&json!("sts:AssumeRole"), UPDATE_APP),
                );
            },
        ),
        of_nora(
            "a user with sts:* on everything",
            allow(&json!("sts:*"), "*"),
        ),
        of_nora("a user with everything", allow(&json!("*"), "*")),
        of_nora(
            "a user with everything but IAM",
            json!({"Effect": "Allow", "NotAction": ["iam:*"], "Resource": "*"}),
        ),
        of_nora(
            "a user with everything on all but one thing",
            json!({"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::logs"}),
        ),
        of_nora(
            "a user with both roles by a wildcard",
            allow(
                &json!(["sts:AssumeRole", "sts:TagSession"]),
                "arn:aws:iam::444455556666:role/*",
            ),
        ),
        broken(
            "a managed policy on a user",
            Files::shipped(),
            &["RW104 violation user/nora"],
            |files| {
                files.managed("Wide", allow(&json!("sts:AssumeRole"), "*"));
                files.entry("UserDetailList", "nora")["AttachedManagedPolicies"] = json!([{"PolicyName": "Wide", "PolicyArn": format!("arn:aws:iam::{DEVELOPMENT}:policy/Wide")}]);
            },
        ),
        broken(
            "administrators who are not told to stay out",
            Files::shipped(),
            &["RW104 violation group/Administrators"],
            |files| {
                files.detach("GroupDetailList", "Administrators", "StayOutOfRoles");
            },
        ),
        broken(
            "a role with NotAction, and a trust policy that takes sessions of roles",
            Files::shipped(),
            &[
                "RW101 violation role/UpdateApp",
                "RW104 violation role/Deployer",
            ],
            |files| {
                files.condition("UpdateApp", |condition| *condition = json!({}));
                let server = json!({"Service": "ec2.amazonaws.com"});
                files.role(
                    DEVELOPMENT,
                    "Deployer",
                    server,
                    json!({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}),
                );
            },
        ),
        broken(
            "a role beside it, named by the trust policy",
            Files::shipped(),
            &["RW104 violation role/Deployer"],
            |files| {
                let own = json!({"AWS": format!("arn:aws:iam::{PRODUCTION}:role/Deployer")});
                files.role(
                    PRODUCTION,
                    "Deployer",
                    json!({"Service": "ec2.amazonaws.com"}),
                    allow(&json!("s3:*"), "*"),
                );
                let trust = &mut files.entry("RoleDetailList", "UpdateApp")["AssumeRolePolicyDocument"]
                    ["Statement"];
                trust
                    .as_array_mut()
                    .unwrap()
                    .push(json!({"Effect": "Allow", "Principal": own, "Action": "sts:AssumeRole"}));
            },
        ),
    ]
}

fn of_growth() -> Vec<Breakage> {
    const FOUND: &[&str] = &["RW105 violation group/Developers"];
    let granted = |what, statement: Value| {
        broken(what, Files::shipped(), FOUND, |files| {
            files.grant("GroupDetailList", "Developers", statement.clone());
        })
    };
    vec![
        granted(
            "developers add members to their own group",
            allow(&json!("iam:AddUserToGroup"), DEVELOPERS),
        ),
        granted(
            "developers write policies of their group",
            allow(
                &json!(["iam:PutGroupPolicy", "iam:GetGroupPolicy"]),
                DEVELOPERS,
            ),
        ),
        granted(
            "developers write policies of any group",
            allow(&json!("iam:*GroupPolicy"), "*"),
        ),
        granted(
            "developers write the policy that lets them in",
            allow(&json!("iam:CreatePolicyVersion"), ENTER_ROLES),
        ),
        broken(
            "a developer administers IAM",
            Files::shipped(),
            &["RW105 violation user/app/bob"],
            |files| {
                files.grant("UserDetailList", "bob", allow(&json!("iam:*"), "*"));
            },
        ),
        broken(
            "developers administer everything, by a policy of AWS",
            Files::shipped(),
            FOUND,
            |files| {
                let attached = json!({"PolicyName": "AdministratorAccess", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"});
                files.entry("GroupDetailList", "Developers")["AttachedManagedPolicies"]
                    .as_array_mut()
                    .unwrap()
                    .push(attached);
            },
        ),
        broken(
            "a role writes its own trust policy",
            Files::shipped(),
            &["RW105 violation role/UpdateApp"],
            |files| {
                files.grant(
                    "RoleDetailList",
                    "UpdateApp",
                    allow(&json!("iam:UpdateAssumeRolePolicy"), UPDATE_APP),
                );
            },
        ),
    ]
}

fn of_devices() -> Vec<Breakage> {
    const FOUND: &[&str] = &["RW106 violation user/app/bob"];
    let report = broken(
        "a developer without a device",
        Files::shipped(),
        FOUND,
        |files| {
            files.credentials(&[
                ("alice", true),
                ("bob", false),
                ("ingrid", true),
                ("nora", false),
                ("tess", true),
            ]);
        },
    );
    // He has to enroll one; no statement does that for him.
    vec![Breakage {
        left: FOUND,
        ..report
    }]
}
