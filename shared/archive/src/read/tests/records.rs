//! Under `Records`: which elements are records, and which aren't.

use super::*;

#[test]
fn an_element_of_records_without_a_key_of_a_record_is_named() {
    let (a, b) = two_records();
    let s3 = json!({
        "eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "us-east-1", "eventTime": "2026-03-02T09:00:00Z", "eventName": "ObjectCreated:Put",
        "userIdentity": {"principalId": "EXAMPLE"}, "requestParameters": {"sourceIPAddress": "192.0.2.7"}, "responseElements": {},
        "s3": {"bucket": {"name": "trail-logs"}, "object": {"key": "x"}},
    });
    let odd = [
        "{}".to_owned(),
        r#"{"foo":1}"#.to_owned(),
        r#"{"resources":[],"id":"x"}"#.to_owned(),
        r#"{"nested":{"eventName":"AssumeRole","eventSource":"sts.amazonaws.com"}}"#.to_owned(),
        r#"{"x":"\"eventName\":\"AssumeRole\""}"#.to_owned(),
        r#"{"EventSource":"aws:sns","EventVersion":"1.0","Sns":{"Message":"x"}}"#.to_owned(),
        s3.to_string(),
        s3.to_string().replace("aws:s3", "\\u0061ws:s3"),
        json!({"messageId": "1", "body": a, "eventSource": "aws:sqs", "awsRegion": "us-east-1"}).to_string(),
        json!({"kinesis": {"data": "e30="}, "eventSource": "aws:kinesis", "eventName": "aws:kinesis:record", "eventID": "x"}).to_string(),
        r#"{"eventName" 1}"#.to_owned(),
    ];
    for odd in odd {
        let (kept, counts) = read_all_ways(format!(r#"{{"Records":[{a},{odd},{b}]}}"#).as_bytes());
        assert_eq!(kept.texts(), [a.as_str(), b.as_str()], "{odd}");
        assert_eq!(
            (counts.records, counts.records_unread, counts.files_read),
            (3, 1, 1),
            "{odd}: {:?}",
            kept.problems()
        );
        let filter = Filter::new(&["\"no-such-text\"".to_owned()]).unwrap();
        let (_, counts) = from_stream(format!(r#"{{"Records":[{odd}]}}"#).as_bytes(), &filter);
        assert_eq!(
            (counts.records_unread, counts.passed_over),
            (1, 0),
            "what is searched for makes no difference: {odd}"
        );
    }
    let (kept, _) = read_all_ways(s3.to_string().as_bytes());
    assert!(
        kept.problems()[0].contains("a Lambda event"),
        "{:?}",
        kept.problems()
    );
}

#[test]
fn any_key_of_a_record_makes_a_record() {
    for record in [
        r#"{"eventVersion":"1.08"}"#,
        r#"{"a":1,"userIdentity":null}"#,
        r#"{"eventS\u006furce":"ec2.amazonaws.com"}"#,
        r#"{ "eventVersion" : "1.11" , "x" : {} }"#,
        r#"{"eventVersion":"1.08","userIdentity":{}}"#,
        r#"{"addendum":{},"x":2}"#,
        r#"{"detail":{},"eventName":"x"}"#,
    ] {
        let (kept, counts) = read_all_ways(format!(r#"{{"Records":[{record}]}}"#).as_bytes());
        assert_eq!(
            (kept.texts(), counts.records_unread),
            (vec![record], 0),
            "{record}"
        );
    }
}

#[test]
fn an_event_under_records_is_opened_as_one() {
    let (a, b) = two_records();
    let event = format!(r#"{{"source":"com.example.app","account":"111122223333","detail":{a}}}"#);
    let (kept, _) = read_all_ways(format!(r#"{{"Records":[{event},{b}]}}"#).as_bytes());
    assert_eq!((kept.events, kept.unread), (vec![event], vec![]));
}

#[test]
fn a_list_beside_a_record_does_not_hide_it() {
    let record = record("AssumeRole");
    let own = record.trim_matches(['{', '}']);
    for (list, before) in ["Records", "Events", "logEvents", "events"]
        .into_iter()
        .flat_map(|list| [(list, true), (list, false)])
    {
        let text = if before {
            format!("{{\"{list}\":[],{own}}}")
        } else {
            format!("{{{own},\"{list}\":[]}}")
        };
        let (kept, counts) = read_all_ways(text.as_bytes());
        assert_eq!(
            (kept.records.len(), counts.records_unread),
            (0, 1),
            "{text}"
        );
        assert!(
            kept.problems()[0].contains("a list of records and a record's own keys"),
            "{:?}",
            kept.problems()
        );
    }
    for beside in [
        r#""detail":{"eventName":"x"}"#,
        r#""CloudTrailEvent":"{}""#,
        r#""userIdentity":{}"#,
    ] {
        for text in [
            format!(r#"{{{beside},"Records":[]}}"#),
            format!(r#"{{"Records":[],{beside}}}"#),
        ] {
            assert_eq!(read_all_ways(text.as_bytes()).1.records_unread, 1, "{text}");
        }
    }
    // An empty list on its own hides nothing.
    let (_, counts) = read_all_ways(br#"{"Records":[]}"#);
    assert_eq!((counts.files_read, counts.records_unread), (1, 0));
}

#[test]
fn a_record_that_does_not_say_of_which_service_it_is_is_never_passed_over() {
    let filter = Filter::new(&["\"sts.amazonaws.com\"".to_owned()]).unwrap();
    let passed_over = |record: &str| {
        let (_, counts) = from_stream(format!(r#"{{"Records":[{record}]}}"#).as_bytes(), &filter);
        assert_eq!(counts.records, 1, "{record}");
        counts.passed_over == 1
    };
    let before = r#""eventVersion":"1.08","userIdentity":{}"#;
    for source in [
        r#","eventSource":"ec2.amazonaws.com""#,
        ",\n \"eventSource\" : \"ec2.amazonaws.com\"",
    ] {
        assert!(passed_over(&format!("{{{before}{source}}}")), "{source}");
    }
    for source in [
        "",
        r#","eventSource":5"#,
        r#","eventSource":null"#,
        r#","eventSource":"""#,
        r#","eventSource":["ec2"]"#,
    ] {
        assert!(!passed_over(&format!("{{{before}{source}}}")), "{source}");
    }
}
