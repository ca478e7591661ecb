use serde_json::{Value, json};

use super::*;

const HUB: &str = "123456789012";
const SPOKE: &str = "444455556666";

fn prober() -> ProbeSender {
    let guarded = GuardedResources {
        stack: "rolewatch".to_owned(),
        reader_role: "rolewatch-reader".to_owned(),
        ..GuardedResources::default()
    };
    ProbeSender::new(&guarded, HUB.parse().unwrap())
}

fn auditor() -> Value {
    json!({
        "type": "AssumedRole",
        "principalId": "AROAHUBEXAMPLE:rolewatch-SessionAuditor-1A2B3C",
        "arn": format!("arn:aws:sts::{HUB}:assumed-role/rolewatch-session-auditor/rolewatch-SessionAuditor-1A2B3C"),
        "accountId": HUB,
        "accessKeyId": "ASIAHUBEXAMPLE",
    })
}

fn record(of: &str, caller: &Value) -> Value {
    let role = format!("arn:aws:iam::{SPOKE}:role/rolewatch-reader");
    json!({
        "eventVersion": "1.08",
        "userIdentity": caller,
        "eventTime": "2026-03-02T09:41:07Z",
        "eventSource": "sts.amazonaws.com",
        "eventName": "AssumeRole",
        "awsRegion": "eu-west-1",
        "requestParameters": {"roleArn": role, "roleSessionName": SESSION, "durationSeconds": 900},
        "responseElements": {
            "credentials": {"accessKeyId": "ASIASPOKEEXAMPLE", "expiration": "Mar 2, 2026, 9:56:07 AM"},
            "assumedRoleUser": {
                "assumedRoleId": format!("AROASPOKEEXAMPLE:{SESSION}"),
                "arn": format!("arn:aws:sts::{SPOKE}:assumed-role/rolewatch-reader/{SESSION}"),
            },
        },
        "resources": [{"accountId": SPOKE, "type": "AWS::IAM::Role", "ARN": role}],
        "eventID": "00000000-0000-4000-8000-000000000001",
        "sharedEventID": "00000000-0000-4000-8000-000000000002",
        "recipientAccountId": of,
    })
}

fn owners() -> Value {
    let caller = json!({
        "type": "AWSAccount",
        "principalId": "AROAHUBEXAMPLE:rolewatch-SessionAuditor-1A2B3C",
        "accountId": HUB,
    });
    record(SPOKE, &caller)
}

fn read(record: &Value) -> Option<Probe> {
    prober().read(&Event::new(&record.to_string(), None))
}

#[test]
fn the_role_owners_copy_answers_for_its_account_and_region() {
    let probe = read(&owners()).unwrap();
    assert_eq!(probe.role.account().to_string(), SPOKE);
    assert_eq!(probe.answers.as_deref(), Some("eu-west-1"));
    assert_eq!(probe.seen.time.to_string(), "2026-03-02T09:41:07Z");
}

#[test]
fn the_callers_copy_is_a_probes_and_answers_nothing() {
    assert_eq!(
        read(&record(HUB, &auditor())).map(|probe| probe.answers),
        Some(None)
    );
}

#[test]
fn in_the_hubs_own_account_one_copy_is_both() {
    let text = record(HUB, &auditor()).to_string().replace(SPOKE, HUB);
    let probe = prober().read(&Event::new(&text, None)).unwrap();
    assert_eq!(probe.answers.as_deref(), Some("eu-west-1"));
}

#[test]
fn a_denied_probe_is_known_by_caller_and_role_and_answers_nothing() {
    let mut denied = record(HUB, &auditor());
    denied["requestParameters"] = Value::Null;
    denied["responseElements"] = Value::Null;
    denied.as_object_mut().unwrap().remove("resources");
    denied["errorCode"] = json!("AccessDenied");
    let who = denied["userIdentity"]["arn"].as_str().unwrap().to_owned();
    let refusal = |role: &str| {
        let on = format!("arn:aws:iam::{SPOKE}:role/{role}");
        json!(format!(
            "User: {who} is not authorized to perform: sts:AssumeRole on resource: {on}"
        ))
    };
    denied["errorMessage"] = refusal("rolewatch-reader");
    assert_eq!(read(&denied).map(|probe| probe.answers), Some(None));
    denied["errorMessage"] = refusal("UpdateApp");
    assert_eq!(read(&denied), None);
}

#[test]
fn whatever_else_is_changed_it_is_an_event_like_any_other() {
    let other_session = format!("AROASPOKEEXAMPLE:{SESSION}-2");
    let changes: [(&str, Value); 8] = [
        ("/userIdentity/accountId", json!("555555555555")),
        ("/userIdentity/type", json!("IAMUser")),
        (
            "/responseElements/assumedRoleUser/assumedRoleId",
            json!(other_session),
        ),
        (
            "/responseElements/assumedRoleUser/assumedRoleId",
            json!(SESSION),
        ),
        (
            "/resources/0/ARN",
            json!(format!("arn:aws:iam::{SPOKE}:role/UpdateApp")),
        ),
        (
            "/resources/0/ARN",
            json!(format!("arn:aws:iam::{SPOKE}:role/x/rolewatch-reader")),
        ),
        ("/recipientAccountId", json!("555555555555")),
        ("/eventName", json!("AssumeRoleWithSAML")),
    ];
    for (at, value) in changes {
        let mut record = owners();
        *record.pointer_mut(at).unwrap() = value.clone();
        assert_eq!(read(&record), None, "{at} {value}");
    }
    let mut other = auditor();
    other["arn"] = json!(format!(
        "arn:aws:sts::{HUB}:assumed-role/rolewatch-switch-guard/x"
    ));
    assert_eq!(read(&record(HUB, &other)), None);
    assert_eq!(prober().read(&Event::new("{", None)), None);
}

#[test]
fn where_no_reader_role_is_named_nothing_is_a_probe() {
    let nobody = ProbeSender::new(&GuardedResources::default(), HUB.parse().unwrap());
    assert_eq!(nobody.read(&Event::new(&owners().to_string(), None)), None);
}
