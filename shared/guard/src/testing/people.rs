//! Ids that only depend on names, and a matching roster.

use serde_json::{Value, json};

use super::PEOPLE;

/// A stable made-up id: a prefix and sixteen letters made from a name.
pub(super) fn id(prefix: &str, name: &str) -> String {
    let letters: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_ascii_uppercase();
    format!("{prefix}{letters:X<16.16}")
}

/// A stable made-up UUID.
pub(super) fn uuid(number: u64) -> String {
    format!("00000000-0000-4000-8000-{number:012x}")
}

/// Developers: dora, dave, admin. Testers: tom, tess. Everybody else is in no group.
pub(super) fn roster() -> Value {
    let user = |name: &str, groups: &[&str]| json!({"UserName": name, "UserId": id("AIDA", name), "Arn": format!("arn:aws:iam::{PEOPLE}:user/{name}"), "Path": "/", "GroupList": groups});
    let group = |name: &str| json!({"GroupName": name, "GroupId": id("AGPA", name), "Arn": format!("arn:aws:iam::{PEOPLE}:group/{name}"), "Path": "/"});
    json!({
        "UserDetailList": [user("dora", &["Developers"]), user("dave", &["Developers"]), user("admin", &["Admins"]), user("tom", &["Testers"]), user("tess", &["Testers"])],
        "GroupDetailList": [group("Developers"), group("Testers"), group("Admins")],
        "RoleDetailList": [],
        "Policies": [],
        "IsTruncated": false,
    })
}
