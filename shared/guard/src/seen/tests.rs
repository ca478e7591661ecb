//! What a record says, whichever pipeline it came through.

mod failed;
mod odd_values;
mod unread;

use std::sync::LazyLock;

use serde_json::{Value, json};

use super::{Reading, RecordProblem, read};
use crate::arn::RoleArn;
use crate::elevated::Elevated;
use crate::policy::Policy;
use crate::testing::Story;

/// One record of each kind that the engine reads, none of which failed.
fn every_kind() -> Vec<Value> {
    let mut story = Story::new();
    story.switch("dora").with_mfa().used_after(60);
    story
        .switch("dave")
        .by_console()
        .left_after(60)
        .renewed_after(30);
    story.chain("dora", "Jump");
    story.assume_root("admin", "555566667777");
    story.iam(0, "admin").adds("tom", "Developers");
    story.iam(0, "admin").removes("dora", "Developers");
    story.iam(0, "admin").creates_user("nell", "AIDAEXAMPLE");
    story
        .iam(0, "admin")
        .creates_group("Auditors", "AGPAEXAMPLE");
    story.iam(0, "admin").renames_user("tess", "tessa");
    story.iam(0, "admin").renames_group("Auditors", "Readers");
    story.iam(0, "admin").deletes_user("nell");
    story.iam(0, "admin").deletes_group("Readers");
    story
        .iam(0, "admin")
        .enrols("dora", "arn:aws:iam::111122223333:mfa/device");
    let mut records = story.records().to_vec();
    let mut portal = records[0].clone();
    portal["eventSource"] = json!("sso.amazonaws.com");
    portal["eventName"] = json!("GetRoleCredentials");
    records.push(portal);
    for (api, role) in [
        ("AssumeRole", "UpdateApp"),
        ("AssumeRole", "worker"),
        ("GetSessionToken", "UpdateApp"),
    ] {
        let mut service = records[0].clone();
        service["eventName"] = json!(api);
        service["userIdentity"] =
            json!({"type": "AWSService", "invokedBy": "lambda.amazonaws.com"});
        service["requestParameters"]["roleArn"] =
            json!(format!("arn:aws:iam::444455556666:role/{role}"));
        service["resources"] = Value::Null;
        records.push(service);
    }
    records
}

/// As the story's own policy has it read.
fn reading(text: &str) -> Result<Reading, RecordProblem> {
    static POLICY: LazyLock<Policy> = LazyLock::new(|| Story::new().policy());
    let elevated = |role: &RoleArn| Elevated::by_policy(&POLICY).may_be(role);
    read(text.as_bytes(), &elevated)
}
