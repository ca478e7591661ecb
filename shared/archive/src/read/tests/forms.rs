//! Logs in forms other than a trail's own files: log events of CloudWatch Logs, and output of the
//! CLI.

use super::*;

/// The same text, with every character escaped where JSON allows it.
pub(super) fn escaped(text: &str) -> String {
    let units: Vec<String> = text
        .encode_utf16()
        .map(|unit| format!("\\u{unit:04x}"))
        .collect();
    format!("\"{}\"", units.concat())
}

/// Both records, in every form.
pub(super) fn all_forms(a: &str, b: &str) -> Vec<String> {
    let answer = |message: &str| json!({"logStreamName": "s", "timestamp": 1, "message": message, "ingestionTime": 2, "eventId": "3"});
    let objects: Value = json!([{"timestamp": 1, "message": serde_json::from_str::<Value>(a).unwrap()}, log_event(b)]);
    let (qa, qb) = (quoted(a), quoted(b));
    vec![
        subscription(&[a, b]),
        format!("{}{}", subscription(&[a]), subscription(&[b])),
        format!(
            "{CONTROL}{}\n{CONTROL}\n{}{CONTROL}",
            subscription(&[a]),
            subscription(&[b])
        ),
        subscription(&[a, b])
            .replace("logEvents", "log\\u0045vents")
            .replace("\"message\"", "\"mess\\u0061ge\""),
        format!(
            r#"{{"logEvents":{},"logGroup":"g","messageType":"DATA_MESSAGE"}}"#,
            json!([log_event(a), log_event(b)])
        ),
        format!(r#"{{"logEvents":{objects}}}"#),
        json!({"events": [answer(a), answer(b)], "searchedLogStreams": [], "nextToken": "t"})
            .to_string(),
        serde_json::to_string_pretty(
            &json!({"nextForwardToken": "f/1", "events": [answer(a), answer(b)]}),
        )
        .unwrap(),
        json!([answer(a), answer(b)]).to_string(),
        format!("{}\n{}\n", answer(a), answer(b)),
        format!("2026-03-02T09:00:00.000Z {a}\n2026-03-02T09:00:01.000Z {b}\n"),
        format!("2026-03-02T09:00:00+00:00\t{a}\r\n2026-03-02T09:00:01+00:00\t{b}"),
        format!(
            "2026-03-02T09:00:00.000000+00:00 111122223333_CloudTrail_eu-west-1 {a}\n2026-03-02T09:00:01 {b}\n"
        ),
        format!("1772442000000\t{a}\n1772442000.5 {b}"),
        format!("{{\"Records\":[{a}]}}\n2026-03-02T09:00:00Z {b}\n"),
        format!("[{qa},{qb}]"),
        serde_json::to_string_pretty(&json!([a, b])).unwrap(),
        format!("[{},{}]", escaped(a), escaped(b)),
        format!("{qa}\n{qb}\n"),
        format!("{qa}{qb}"),
        format!("{qa} {}", escaped(b)),
        format!("[{}]", quoted(&format!(" {a}\n"))) + &qb,
        format!("[[{qa}],[{qb}]]"),
        format!(r#"[["2026-03-02T09:00:00Z",{qa}],[7,null,{qb},["x"]]]"#),
        format!("[[{qa},{qb}]]"),
        format!("[[{a}],[{b}]]"),
        format!(
            r#"[{{"time":"2026-03-02T09:00:00Z","event":{qa}}},{{"event":{qb},"n":7,"r":[{{}}]}}]"#
        ),
        format!(
            r#"[{{"eventName":"AssumeRole","eventSource":"sts.amazonaws.com","event":{qa}}},{qb}]"#
        ),
        format!(r#"[{{"message":{qa}}},{{"timestamp":1,"text":{qb}}}]"#),
        format!(r#"{{"Events":[{{"record":{qa}}},{{"CloudTrailEvent":{b}}}]}}"#),
        format!(r#"{{"Events":[{qa},{qb}]}}"#),
        format!(r#"{{"Records":[{qa},{b}]}}"#),
        format!("{a}\t{b}"),
        format!("{a}\t{b}\n"),
    ]
}

#[test]
fn every_form_gives_its_records() {
    let (a, b) = two_records();
    for form in all_forms(&a, &b) {
        let (kept, counts) = read_all_ways(form.as_bytes());
        assert_eq!(kept.unread, [], "{form}");
        let parsed: Vec<Value> = kept
            .texts()
            .into_iter()
            .map(|text| serde_json::from_str(text).unwrap())
            .collect();
        let wanted: Vec<Value> = [&a, &b]
            .into_iter()
            .map(|text| serde_json::from_str(text).unwrap())
            .collect();
        assert_eq!(parsed, wanted, "{form}");
        assert_eq!((counts.files_read, counts.records), (1, 2), "{form}");
    }
}

#[test]
fn every_form_may_hold_events_of_event_bridge() {
    let event = |record: &str| {
        format!(r#"{{"source":"aws.sts","account":"111122223333","detail":{record}}}"#)
    };
    let (a, b) = two_records();
    for form in all_forms(&event(&a), &event(&b)) {
        let (kept, _) = read_all_ways(form.as_bytes());
        assert_eq!(
            (kept.events.len(), kept.unread.len()),
            (2, 0),
            "{form}: {:?}",
            kept.problems()
        );
    }
}

#[test]
fn what_does_not_matter_is_passed_over_in_every_form() {
    let (a, b) = (
        record("AssumeRole"),
        record("DescribeInstances").replace("sts", "ec2"),
    );
    let filter = Filter::new(&["\"sts.amazonaws.com\"".to_owned()]).unwrap();
    for form in all_forms(&a, &b) {
        let (kept, counts) = from_stream(form.as_bytes(), &filter);
        assert_eq!((kept.records.len(), counts.passed_over), (1, 1), "{form}");
    }
}

#[test]
fn what_is_searched_for_is_found_however_it_is_spelled() {
    let (a, b) = two_records();
    let filter = Filter::new(&[
        "\"sts.amazonaws.com\"".to_owned(),
        ":assumed-role/Update/".to_owned(),
    ])
    .unwrap();
    let role = |slash: &str| {
        format!(
            r#"{{"eventName":"x","a":"arn:aws:sts::111122223333:assumed-role{slash}Update{slash}me"}}"#
        )
    };
    for (a, b) in [
        (
            a.replace("sts", "s\\u0074s"),
            b.replace("sts", "\\u0073\\u0074\\u0073"),
        ),
        (
            a.replace("eventSource", "\\u0065ventSource"),
            b.replace("sts", "st\\u0073"),
        ),
        (role("/"), role("\\/")),
        (role("\\u002f"), role("\\u002F")),
    ] {
        for form in all_forms(&a, &b) {
            let (kept, counts) = from_stream(form.as_bytes(), &filter);
            assert_eq!(
                (kept.records.len(), counts.passed_over, kept.unread.len()),
                (2, 0, 0),
                "{form}"
            );
        }
    }
}

#[test]
fn text_that_is_not_a_record_is_named_for_what_it_is() {
    for (text, why) in [
        (r#""text""#, "the record is a string, not a JSON object"),
        (
            r#""{\"eventName\":""#,
            "the record is a string, not a JSON object",
        ),
        (r#""\ud800{}""#, "the record is a string, not a JSON object"),
        (
            r#""{\"level\":1}""#,
            "a JSON object, or the text of one, that is not a CloudTrail record",
        ),
    ] {
        for text in [
            text.to_owned(),
            format!("[{text}]"),
            format!(r#"{{"Records":[{text}]}}"#),
        ] {
            let (kept, _) = read_all_ways(text.as_bytes());
            assert!(
                kept.problems()[0].ends_with(why),
                "{text}: {:?}",
                kept.problems()
            );
        }
    }
}

#[test]
fn a_row_with_more_than_one_record_is_named() {
    let (qa, qb) = (
        quoted(&record("AssumeRole")),
        quoted(&record("GetSessionToken")),
    );
    for text in [
        format!(r#"[["2026-03-02T09:00:00Z",{qa},{qb}]]"#),
        format!(r#"[{{"name":{qa},"event":{qb}}}]"#),
        format!(r#"{{"Events":[{{"name":{qa},"event":{qb}}}]}}"#),
    ] {
        let (kept, counts) = read_all_ways(text.as_bytes());
        assert_eq!(
            (kept.records.len(), counts.records_unread),
            (0, 1),
            "{text}"
        );
        assert!(
            kept.problems()[0].contains("more than one record"),
            "{:?}",
            kept.problems()
        );
    }
}

#[test]
fn a_column_that_is_not_a_record_is_named_and_the_one_beside_it_is_read() {
    let a = record("AssumeRole");
    let qa = quoted(&a);
    for odd in [
        r#""{\"eventName\":""#,
        r#""\ud800{""#,
        "{}",
        r#"{"ResourceType":"x"}"#,
        r#""{}""#,
        r#""{\"a\":\"\u0000\"}""#,
    ] {
        for row in [format!("[[{qa},{odd}]]"), format!("[[1,{odd},{qa}]]")] {
            let (kept, counts) = read_all_ways(row.as_bytes());
            assert_eq!(
                (kept.texts(), counts.records_unread),
                (vec![a.as_str()], 1),
                "{row}"
            );
        }
    }
    for row in ["[[]]", "[[[]]]", r#"[["x",7]]"#, "[[1,]]", "[[1 2]]"] {
        let (kept, counts) = read_all_ways(row.as_bytes());
        assert_eq!((kept.records.len(), counts.records_unread), (0, 1), "{row}");
    }
}

#[test]
fn text_that_a_caller_chose_is_never_a_record() {
    let fake = quoted(&record("AssumeRole"));
    for object in [
        format!(r#"{{"userAgent":{fake}}}"#),
        format!(r#"{{"level":"info","request":{{"body":{fake}}}}}"#),
        format!(r#"{{"x":[{fake}]}}"#),
    ] {
        for text in [
            format!("[{object}]"),
            object.clone(),
            subscription(&[&object]),
            format!("[[{object}]]"),
            format!("[{}]", quoted(&object)),
        ] {
            let (kept, counts) = read_all_ways(text.as_bytes());
            assert_eq!(
                (kept.records.len(), counts.records_unread),
                (0, 1),
                "{text}"
            );
        }
    }
    // Lines of an application: it isn't known which of their members AWS wrote.
    let line = format!(r#"{{"level":"info","body":{fake}}}"#);
    assert_eq!(read_all_ways(line.as_bytes()).0.records, []);
}

#[test]
fn columns_that_are_named_as_in_a_record_do_not_pass_for_one() {
    let qa = quoted(&record("AssumeRole"));
    let columns =
        format!(r#"{{"eventName":"AssumeRole","eventSource":"sts.amazonaws.com","event":{qa}}}"#);
    for text in [
        columns.clone(),
        subscription(&[&columns]),
        json!([columns]).to_string(),
    ] {
        let (kept, counts) = read_all_ways(text.as_bytes());
        assert_eq!(
            (kept.records.len(), counts.records_unread),
            (0, 1),
            "{text}"
        );
        assert!(
            kept.problems()[0].contains("holds a record as text"),
            "{:?}",
            kept.problems()
        );
    }
    let named = format!(r#"{{"Records":[{{"eventName":"AssumeRole","event":{qa}}}]}}"#);
    assert_eq!(read_all_ways(named.as_bytes()).1.records_unread, 1);
}
