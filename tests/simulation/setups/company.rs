//! A setup of two accounts, five possible faults in it, and the calls that change it.

use serde_json::{Value, json};

pub(super) const DEVELOPMENT: &str = "111122223333";
pub(super) const PRODUCTION: &str = "444455556666";
const ROLE: &str = "arn:aws:iam::444455556666:role/UpdateApp";

/// The state of the accounts.
#[expect(
    clippy::struct_excessive_bools,
    reason = "five things that can be wrong, each by itself"
)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct State {
    /// The trust policy requires MFA.
    mfa: bool,
    /// The trust policy also trusts somebody else.
    open: bool,
    /// Sessions may last twelve hours.
    long: bool,
    /// Testers may switch.
    wide: bool,
    /// Developers may add members.
    grows: bool,
}

pub(super) const SOUND: State = State {
    mfa: true,
    open: false,
    long: false,
    wide: false,
    grows: false,
};

impl State {
    pub(super) fn development(self) -> String {
        let allow = |action: &str, resource: &str| json!({"Effect": "Allow", "Action": action, "Resource": resource});
        let group = |name: &str, statements: Vec<Value>| {
            let document = json!({"Version": "2012-10-17", "Statement": statements});
            json!({"GroupName": name, "GroupId": format!("AGPA{:X<16.16}", name.to_uppercase()), "Arn": format!("arn:aws:iam::{DEVELOPMENT}:group/{name}"),
                "GroupPolicyList": [{"PolicyName": "all", "PolicyDocument": document}]})
        };
        let enter = allow("sts:AssumeRole", ROLE);
        let grow = allow(
            "iam:AddUserToGroup",
            &format!("arn:aws:iam::{DEVELOPMENT}:group/Developers"),
        );
        let developers = if self.grows {
            vec![enter.clone(), grow]
        } else {
            vec![enter.clone()]
        };
        let testers = if self.wide {
            enter
        } else {
            allow("s3:ListBucket", "*")
        };
        let user = |name: &str, group: &str| json!({"UserName": name, "UserId": format!("AIDA{:X<16.16}", name.to_uppercase()), "Arn": format!("arn:aws:iam::{DEVELOPMENT}:user/{name}"), "GroupList": [group]});
        json!({"UserDetailList": [user("dora", "Developers"), user("tess", "Testers")], "RoleDetailList": [], "Policies": [],
            "GroupDetailList": [group("Developers", developers), group("Testers", vec![testers])]})
        .to_string()
    }

    pub(super) fn production(self) -> String {
        let condition = if self.mfa {
            json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}})
        } else {
            json!({})
        };
        let trust = |principal: &str| json!({"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole", "Condition": condition});
        let trusted = if self.open {
            vec![trust(DEVELOPMENT), trust("999988887777")]
        } else {
            vec![trust(DEVELOPMENT)]
        };
        json!({"RoleDetailList": [{"RoleName": "UpdateApp", "RoleId": "AROAUPDATEAPPEXAMPLE", "Arn": ROLE, "MaxSessionDuration": if self.long { 43_200 } else { 3_600 },
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": trusted}}],
            "UserDetailList": [], "GroupDetailList": [], "Policies": []})
        .to_string()
    }
}

/// A call: its account, its name, the resource that it changes, and the rules that judge that
/// resource.
pub(super) struct Call {
    pub(super) account: &'static str,
    pub(super) name: &'static str,
    pub(super) subject: (&'static str, &'static str),
    pub(super) rules: &'static [&'static str],
}

/// The number of possible changes.
pub(super) const CHANGES: usize = 6;

/// Makes one change.
pub(super) fn change(state: &mut State, which: usize) -> Call {
    let trusted = Call {
        account: PRODUCTION,
        name: "UpdateAssumeRolePolicy",
        subject: ("roleName", "UpdateApp"),
        rules: &["RW101", "RW102"],
    };
    match which {
        0 => {
            state.mfa = !state.mfa;
            trusted
        }
        1 => {
            state.open = !state.open;
            trusted
        }
        2 => {
            state.long = !state.long;
            Call {
                name: "UpdateRole",
                rules: &["RW103"],
                ..trusted
            }
        }
        3 => {
            state.wide = !state.wide;
            Call {
                account: DEVELOPMENT,
                name: "PutGroupPolicy",
                subject: ("groupName", "Testers"),
                rules: &["RW104"],
            }
        }
        4 => {
            state.grows = !state.grows;
            Call {
                account: DEVELOPMENT,
                name: "PutGroupPolicy",
                subject: ("groupName", "Developers"),
                rules: &["RW105"],
            }
        }
        // This call has no consequence.
        _ => Call {
            account: DEVELOPMENT,
            name: "TagUser",
            subject: ("userName", "tess"),
            rules: &[],
        },
    }
}
