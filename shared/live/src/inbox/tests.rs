use proptest::prelude::*;
use rolewatch_guard::moment::Moment;

use super::*;
use crate::testing::{Calm, Twin, run};

const RECORD: &str =
    r#"{"eventID":"00000000-0000-4000-8000-000000000001","recipientAccountId":"111122223333"}"#;

/// The text that one writer sends.
fn text_sent(write: impl AsyncFnOnce(&Twin<Calm>) -> Result<(), Trouble>) -> String {
    let twin = Twin::new(Calm, Moment::from_epoch_seconds(1_772_442_000));
    run(write(&twin)).unwrap();
    twin.queue.take().remove(0).1
}

fn sessions() -> impl Strategy<Value = Vec<SessionAt>> {
    let one = (".{0,24}", 0..4_000_000_000_i64).prop_map(|(session, seconds)| SessionAt {
        session,
        time: Moment::from_epoch_seconds(seconds),
    });
    prop::collection::vec(one, 0..4)
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(
        sessions in sessions(),
        records in prop::collection::vec((".{0,24}", ".{0,24}"), 0..4),
        chain in ".{0,24}",
        account in prop::option::of(0..1_000_000_000_000_u64),
        due in 0..4_000_000_000_i64,
    ) {
        let rejudge = Rejudge { sessions, records };
        let body = text_sent(async |twin| send_rejudge(twin, &rejudge, 0).await);
        prop_assert!(matches!(open(&body), Inbound::Rejudge(read) if read == rejudge), "{}", body);

        let body = text_sent(async |twin| send_turn(twin, &chain).await);
        prop_assert!(matches!(open(&body), Inbound::Turn(read) if read == chain), "{}", body);

        let ask = Ask {
            account: account.map(|account| format!("{account:012}").parse().unwrap()),
            due: Moment::from_epoch_seconds(due),
        };
        let body = text_sent(async |twin| send_review(twin, &ask, 0).await);
        prop_assert!(matches!(open(&body), Inbound::Review(read) if read == ask), "{}", body);
    }
}

#[test]
fn the_queue_holds_these_texts() {
    let rejudge = Rejudge {
        sessions: vec![SessionAt {
            session: "AROAEXAMPLE:dora".to_owned(),
            time: "2026-03-02T09:00:00Z".parse().unwrap(),
        }],
        records: vec![("111122223333".to_owned(), "id".to_owned())],
    };
    assert_eq!(
        text_sent(async |twin| send_rejudge(twin, &rejudge, 0).await),
        r#"{"rejudge":{"records":[["111122223333","id"]],"sessions":[{"session":"AROAEXAMPLE:dora","time":"2026-03-02T09:00:00Z"}]}}"#
    );
    assert_eq!(
        text_sent(async |twin| send_turn(twin, "111122223333").await),
        r#"{"turn":"111122223333"}"#
    );
    let mut ask = Ask {
        account: Some("111122223333".parse().unwrap()),
        due: "2026-03-02T09:00:00Z".parse().unwrap(),
    };
    assert_eq!(
        text_sent(async |twin| send_review(twin, &ask, 0).await),
        r#"{"review":{"account":"111122223333","due":"2026-03-02T09:00:00Z"}}"#
    );
    ask.account = None;
    assert_eq!(
        text_sent(async |twin| send_review(twin, &ask, 0).await),
        r#"{"review":{"due":"2026-03-02T09:00:00Z"}}"#
    );
    let account = "111122223333".parse().unwrap();
    assert_eq!(
        recovered(Means::Lookup, account, RECORD).unwrap(),
        format!(r#"{{"recovered":"lookup","account":"111122223333","detail":{RECORD}}}"#)
    );
    assert_eq!(
        recovered(Means::Trail, account, "{}").unwrap(),
        r#"{"recovered":"trail","account":"111122223333","detail":{}}"#
    );
    assert_eq!(recovered(Means::Lookup, account, "not json"), None);
}

#[test]
fn the_heartbeat_is_an_event_of_the_schedule() {
    let beat = |detail: &str| {
        format!(r#"{{"source":"rolewatch.heartbeat","account":"123456789012","detail":{detail}}}"#)
    };
    let body = beat(r#"{"time":"2026-03-02T09:00:00Z"}"#);
    let Inbound::Heartbeat(time) = open(&body) else {
        panic!("{body}")
    };
    assert_eq!(time.to_string(), "2026-03-02T09:00:00Z");
    let timeless = beat("{}");
    let Inbound::Unreadable(why) = open(&timeless) else {
        panic!("{timeless}")
    };
    assert!(why.contains("not a heartbeat"), "{why}");
}

#[test]
fn a_recovered_record_is_opened_by_whoever_found_it() {
    let account = "111122223333".parse().unwrap();
    for by in [Means::Lookup, Means::Trail] {
        let body = recovered(by, account, RECORD).unwrap();
        let Inbound::Recovered(event) = open(&body) else {
            panic!("{body}")
        };
        assert_eq!(
            (event.record, event.account.as_deref()),
            (RECORD, Some("111122223333"))
        );
    }
    for body in [
        format!(r#"{{"recovered":"hearsay","detail":{RECORD}}}"#),
        format!(r#"{{"recovered":"trail","account":7,"detail":{RECORD}}}"#),
        r#"{"recovered":"lookup"}"#.to_owned(),
    ] {
        assert!(matches!(open(&body), Inbound::Unreadable(_)), "{body}");
    }
}

#[test]
fn an_event_cannot_pass_for_a_message_of_ours() {
    // Someone who puts events on the bus controls the detail and nothing else in the message.
    for own in [
        format!(r#"{{"recovered":"lookup","detail":{RECORD}}}"#),
        r#"{"rejudge":{"sessions":[]}}"#.to_owned(),
        r#"{"turn":"everywhere"}"#.to_owned(),
        r#"{"review":{"due":"2026-03-02T09:00:00Z"}}"#.to_owned(),
    ] {
        let forged = format!(r#"{{"source":"mine","account":"555555555555","detail":{own}}}"#);
        assert!(matches!(open(&forged), Inbound::Unreadable(_)), "{forged}");
    }
}

#[test]
fn what_aws_did_not_send_is_kept_aside_as_offline() {
    for (change, why) in [
        (
            r#""source":"com.example.app","account":"111122223333""#,
            "its source is `com.example.app`",
        ),
        (
            r#""source":"aws.sts","account":"444455556666""#,
            "belongs to account 111122223333",
        ),
        (r#""account":"111122223333""#, "no source"),
        (
            r#""source":"com.example.app","source":"aws.sts","account":"111122223333""#,
            "duplicate field `source`",
        ),
    ] {
        let body = format!("{{{change},\"detail\":{RECORD}}}");
        let Inbound::Unreadable(said) = open(&body) else {
            panic!("{change} is taken")
        };
        assert!(said.contains(why), "{said}");
    }
    let sent = format!(r#"{{"source":"\u0061ws.sts","account":"111122223333","detail":{RECORD}}}"#);
    assert!(
        matches!(open(&sent), Inbound::Record(event) if event.record == RECORD && event.account.as_deref() == Some("111122223333"))
    );
}

#[test]
fn an_event_of_the_identity_store_itself_is_passed_over() {
    let event = |source: &str, kind: &str| {
        format!(
            r#"{{"version":"0","source":"{source}","detail-type":"{kind}","account":"111122223333","detail":{RECORD}}}"#
        )
    };
    for kind in ["User Created", "Group Membership Deleted", ""] {
        let body = event("aws.identitystore", kind);
        assert!(matches!(open(&body), Inbound::Native), "{body}");
    }
    let record = event("aws.identitystore", "AWS API Call via CloudTrail");
    assert!(matches!(open(&record), Inbound::Record(_)), "{record}");
    // Others choose any source but AWS's.
    let forged = event("com.example", "User Created");
    assert!(matches!(open(&forged), Inbound::Unreadable(_)), "{forged}");
    // Without a detail-type, the event may be a record.
    let unnamed =
        format!(r#"{{"source":"aws.identitystore","account":"111122223333","detail":{RECORD}}}"#);
    assert!(matches!(open(&unnamed), Inbound::Record(_)), "{unnamed}");
}
