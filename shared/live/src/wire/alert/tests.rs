//! The JSON of an alert is what subscribers of the findings topic read.

use serde_json::{Value, json};

use super::Alert;
use crate::testing::sample;
use crate::wire::{CallCount, Status, Uses};

/// Compared as text, because the order of the members and the spelling of every value count as
/// well.
const ALERT: &str = concat!(
    r#"{"rule":"RW002","name":"switch-without-mfa","verdict":"violation","severity":"high","#,
    r#""time":"2026-01-31T18:30:05Z","role":"arn:aws:iam::444455556666:role/UpdateApp","#,
    r#""caller":{"arn":"arn:aws:iam::111122223333:user/dora","account":"111122223333","#,
    r#""name":"dora"},"message":"dora entered UpdateApp in production without MFA: "#,
    r#"a permanent key, and no device named in the call","#,
    r#""events":["1f0c2ad4-5d1e-4c9b-9a51-EXAMPLE00001","#,
    r#""7a3e1b90-2f4d-4e06-8c77-EXAMPLE00002"],"#,
    r#""id":"3b1f0c5de2a94f7790d4c6b8a1e2f301","policy":"9c2f41aa","events_total":2,"#,
    r#""version":1,"status":"open","#,
    r#""role_account":{"id":"444455556666","name":"production"},"#,
    r#""caller_account_name":"development","source_ip":"203.0.113.7","#,
    r#""user_agent":"aws-cli/2.31.4 md/awscrt#0.27.6 ua/2.1 os/linux#6.8 lang/python#3.13","#,
    r#""region":"us-east-1","#,
    r#""session":{"name":"dora","key":"7QXZ","granted_until":"2026-01-31T19:30:05Z"},"#,
    r#""evidence":[{"event":"1f0c2ad4-5d1e-4c9b-9a51-EXAMPLE00001","name":"AssumeRole","#,
    r#""account":"111122223333","account_name":"development","region":"us-east-1","#,
    r#""time":"2026-01-31T18:30:05Z"},"#,
    r#"{"event":"7a3e1b90-2f4d-4e06-8c77-EXAMPLE00002","name":"AssumeRole","#,
    r#""account":"444455556666","account_name":"production","region":"us-east-1","#,
    r#""time":"2026-01-31T18:30:05Z"}],"#,
    r#""noticed":"2026-01-31T18:30:09Z"}"#,
);

#[test]
fn an_alert_is_written_as_subscribers_read_it() {
    assert_eq!(serde_json::to_string(&sample::alert()).unwrap(), ALERT);
    let read: Alert = serde_json::from_str(ALERT).unwrap();
    assert_eq!(read, sample::alert());
}

#[test]
fn the_japanese_sentence_is_next_to_the_english_one() {
    let alert = Alert {
        message_ja: Some("あ".into()),
        ..sample::alert()
    };
    let json = serde_json::to_string(&alert).unwrap();
    assert_eq!(
        json,
        ALERT.replace(r#","events":["#, r#","message_ja":"あ","events":["#)
    );
    assert_eq!(serde_json::from_str::<Alert>(&json).unwrap(), alert);
}

#[test]
fn what_only_some_alerts_have_is_left_out_of_the_others() {
    let full = Alert {
        status: Status::Ended,
        supersedes: vec!["a7".repeat(16)],
        self_granted: true,
        denied: true,
        owner: Some("platform".into()),
        uses: Some(Uses {
            first: sample::alert().time,
            last: sample::alert().noticed,
            reads: 3,
            writes: 1,
            console: 0,
            api: 4,
            errors: 1,
            calls: vec![CallCount {
                name: "PutObject".into(),
                count: 1,
                write: true,
            }],
        }),
        ..sample::changed()
    };
    let json: Value = serde_json::to_value(&full).unwrap();
    assert_eq!(json["status"], "ended");
    assert_eq!(json["supersedes"], json!(["a7".repeat(16)]));
    let uses = json!({
        "first": "2026-01-31T18:30:05Z",
        "last": "2026-01-31T18:30:09Z",
        "reads": 3,
        "writes": 1,
        "console": 0,
        "api": 4,
        "errors": 1,
        "calls": [{"name": "PutObject", "count": 1, "write": true}]
    });
    assert_eq!(json["uses"], uses);
    // The fields of the review are members of the alert itself.
    assert_eq!(json["subject"], sample::changed().role);
    assert_eq!(json["place"], "the trust policy");
    assert_eq!(serde_json::from_value::<Alert>(json).unwrap(), full);
}
