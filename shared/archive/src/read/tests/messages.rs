//! Log events of CloudWatch Logs: messages that are not records, and lines that begin with a time.

use super::*;

#[test]
fn a_message_that_is_not_a_record_is_named_wherever_it_is() {
    let a = record("AssumeRole");
    let messages = [
        "START RequestId: 0d3a1b2c-EXAMPLE Version: $LATEST",
        "{\"eventName\":\"AssumeRole\"",
        "{\"level\":\"info\",\"userAgent\":\"eventName\"}",
        "{}",
        "{\"eventName\" 1}",
        "[{\"eventName\":1}]",
        "\"{}\"",
        "",
        "2 111122223333 eni-0EXAMPLE 192.0.2.1 198.51.100.7 443 REJECT OK",
    ];
    for message in messages {
        let row = format!(r#"{{"timestamp":1,"message":{}}}"#, quoted(message));
        for text in [
            subscription(&[&a, message, &a]),
            json!({"events": [log_event(&a), log_event(message), log_event(&a)]}).to_string(),
            format!("{}\n{row}\n{}", log_event(&a), log_event(&a)),
            format!("[{},{},{}]", quoted(&a), quoted(message), quoted(&a)),
            format!("{}\n{}\n{}", quoted(&a), quoted(message), quoted(&a)),
        ] {
            let (kept, counts) = read_all_ways(text.as_bytes());
            assert_eq!(
                (kept.records.len(), counts.records, counts.records_unread),
                (2, 3, 1),
                "{text}: {:?}",
                kept.problems()
            );
            assert!(
                kept.problems()[0].starts_with("record 2 (byte "),
                "{:?}",
                kept.problems()
            );
            assert_eq!(counts.files_read, 1, "{text}");
        }
    }
    for event in [
        r#"{"id":"1","timestamp":1}"#,
        r#"{"id":"1","timestamp":1,"message":null}"#,
        r#"{"id":"1","timestamp":1,"message":["x"]}"#,
        r#"{"message":"{}","message":"{}"}"#,
        "7",
        "null",
    ] {
        for list in ["logEvents", "events"] {
            let (kept, counts) = read_all_ways(format!(r#"{{"{list}":[{event}]}}"#).as_bytes());
            assert_eq!(
                (kept.records.len(), counts.records_unread),
                (0, 1),
                "{event}"
            );
        }
    }
}

#[test]
fn a_test_of_a_destination_is_not_relevant_whichever_key_comes_first() {
    let reordered = serde_json::from_str::<Value>(CONTROL).unwrap().to_string();
    assert!(reordered.find("logEvents").unwrap() < reordered.find("messageType").unwrap());
    for text in [CONTROL.to_owned(), reordered, format!("{CONTROL}{CONTROL}")] {
        let (kept, counts) = read_all_ways(text.as_bytes());
        assert_eq!(
            (kept.unread.len(), counts.records, counts.files_not_relevant),
            (0, 0, 1),
            "{text}"
        );
    }
    // Among log events, the same words are an ordinary message.
    let (_, counts) = read_all_ways(
        subscription(&["CWL CONTROL MESSAGE: Checking health of destination Firehose."]).as_bytes(),
    );
    assert_eq!(counts.records_unread, 1);
    let (_, counts) = read_all_ways(
        CONTROL
            .replace("CONTROL_MESSAGE", "DATA_MESSAGE")
            .as_bytes(),
    );
    assert_eq!(counts.records_unread, 1);
}

#[test]
fn a_record_is_read_whatever_the_type_of_its_document() {
    let a = record("AssumeRole");
    let cut = subscription(&[&a[..60]]).replace("DATA_MESSAGE", "CONTROL_MESSAGE");
    assert_eq!(read_all_ways(cut.as_bytes()).1.records_unread, 1);
    for kind in [r#""CONTROL_MESSAGE""#, r#""NEW_MESSAGE""#, "7", "null"] {
        let (kept, counts) = read_all_ways(
            subscription(&[&a])
                .replace(r#""DATA_MESSAGE""#, kind)
                .as_bytes(),
        );
        assert_eq!(
            (kept.texts(), counts.records),
            (vec![a.as_str()], 1),
            "{kind}"
        );
    }
}

#[test]
fn an_insight_is_not_relevant_as_a_message_either() {
    let insight = r#"{"eventVersion":"1.11","eventType":"AwsCloudTrailInsight","insightDetails":{"state":"Start"}}"#;
    let event = json!({ "CloudTrailEvent": insight });
    for text in [
        subscription(&[insight]),
        json!([insight]).to_string(),
        insight.to_owned(),
        json!({"Events": [event]}).to_string(),
    ] {
        let (kept, counts) = read_all_ways(text.as_bytes());
        assert_eq!(
            (kept.unread.len(), counts.records, counts.insights),
            (0, 1, 1),
            "{text}"
        );
        assert_eq!(counts.files_not_relevant, 1, "{text}");
    }
}

#[test]
fn log_events_that_are_not_a_list_are_named() {
    let a = record("AssumeRole");
    for text in [
        r#"{"messageType":"DATA_MESSAGE","logEvents":null}"#.to_owned(),
        format!(r#"{{"logEvents":{}}}"#, log_event(&a)),
        format!(r#"{{"logEvents":"x","eventName":"{a:?}"}}"#),
        format!(r#"{{"events":{}}}"#, log_event(&a)),
        r#"{"events":7}"#.to_owned(),
    ] {
        let (kept, counts) = read_all_ways(text.as_bytes());
        assert_eq!(
            (kept.records.len(), counts.files_failed),
            (0, 1),
            "{text}: {:?}",
            kept.problems()
        );
    }
    // A record may have a member with this name.
    let own = format!(r#"{{"events":7,{}"#, a.trim_start_matches('{'));
    assert_eq!(read_all_ways(own.as_bytes()).0.texts(), [own.as_str()]);
}

#[test]
fn lines_with_a_time_cost_no_more_than_themselves() {
    let (a, b) = two_records();
    let time = "2026-03-02T09:00:00.000Z";
    for odd in [
        "START RequestId",
        "[1]",
        "",
        "{\"eventName\":\"Ass",
        "{\"eventName\"",
        "\"text\"",
        "{\"a\":1} x",
    ] {
        let text = format!("{time} {a}\n{time} {odd}\n{time} {b}\n");
        let (kept, _) = read_all_ways(text.as_bytes());
        assert_eq!(
            kept.texts(),
            [a.as_str(), b.as_str()],
            "{odd}: {:?}",
            kept.problems()
        );
        assert!(!kept.unread.is_empty(), "{odd}");
    }
}

#[test]
fn a_line_without_a_time_is_no_document_where_lines_have_one() {
    let (a, fake) = (record("GetSessionToken"), record("AssumeRole"));
    let time = "2026-03-02T09:00:00.000Z";
    for text in [
        format!("{time} said\n{fake}\n{time} {a}\n"),
        format!("{time} {a}\n{fake}\n{time} {a}\n"),
        format!("{time} {{\"eventName\":\"\n{fake}\n{time} {a}\n"),
        format!("{time} {a}\n{}\n{time} {a}\n", quoted(&fake)),
        format!("{time} {a} {fake}\n{time} {a}\n"),
    ] {
        let (kept, _) = read_all_ways(text.as_bytes());
        assert!(!kept.texts().contains(&fake.as_str()), "{text}");
        assert!(
            kept.texts().contains(&a.as_str()) && !kept.unread.is_empty(),
            "{text}: {:?}",
            kept.problems()
        );
    }
}

#[test]
fn what_begins_like_a_time_and_is_none_is_named() {
    for text in [
        "2026",
        "2026-03-02",
        "2026-03-02T09:00 {}",
        "2026-03-02T09:00:00Z{}",
        "17724420000 {}",
    ] {
        let (kept, counts) = read_all_ways(text.as_bytes());
        assert_eq!((kept.records.len(), counts.files_failed), (0, 1), "{text}");
        assert!(
            kept.problems()[0].contains("this is not JSON"),
            "{text}: {:?}",
            kept.problems()
        );
    }
}
