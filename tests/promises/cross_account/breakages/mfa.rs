//! MFA that is no longer required, and people without a device.

use serde_json::{Value, json};

use super::{Breakage, Files, broken, without_mfa};

/// Makes MFA optional: `Bool` becomes `BoolIfExists`, and the condition on the age is gone.
fn if_exists(condition: &mut Value) {
    let flag = condition["Bool"].take();
    without_mfa(condition);
    condition["BoolIfExists"] = flag;
}

pub(super) fn of_mfa() -> Vec<Breakage> {
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

/// Nobody is a developer today, and MFA isn't required.
pub(super) fn of_empty_groups() -> Vec<Breakage> {
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

pub(super) fn of_devices() -> Vec<Breakage> {
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
    // He has to enroll a device, which no corrected statement can do for him.
    vec![Breakage {
        left: FOUND,
        ..report
    }]
}
