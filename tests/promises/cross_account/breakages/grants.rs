//! Permissions for the roles, or for IAM, beyond what the policy allows.

use serde_json::{Value, json};

use super::{Breakage, DEVELOPMENT, Files, PRODUCTION, UPDATE_APP, allow, broken};

const DEVELOPERS: &str = "arn:aws:iam::111122223333:group/Developers";
const ENTER_ROLES: &str = "arn:aws:iam::111122223333:policy/cross-account-EnterRoles-EXAMPLE4KZ7Q2";

pub(super) fn of_users() -> Vec<Breakage> {
    let of_nora = |what, statement: Value| {
        broken(
            what,
            Files::shipped(),
            &["RW104 violation user/nora"],
            |files| files.grant("UserDetailList", "nora", statement.clone()),
        )
    };
    vec![
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
    ]
}

pub(super) fn of_groups() -> Vec<Breakage> {
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
        broken(
            "administrators who are not told to stay out",
            Files::shipped(),
            &["RW104 violation group/Administrators"],
            |files| {
                files.detach("GroupDetailList", "Administrators", "StayOutOfRoles");
            },
        ),
    ]
}

pub(super) fn of_roles() -> Vec<Breakage> {
    vec![
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

/// Members of a group, and a role, who can extend their own permissions.
pub(super) fn of_growth() -> Vec<Breakage> {
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
