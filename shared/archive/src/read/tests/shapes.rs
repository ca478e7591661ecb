//! The shapes of a trail's own files, of LookupEvents responses and of EventBridge events.

use std::path::PathBuf;

use proptest::prelude::*;

use super::*;

#[test]
fn every_shape_gives_its_records() {
    let (a, b) = two_records();
    let envelope = |detail: &str| {
        format!(
            r#"{{"version":"0","detail-type":"AWS API Call via CloudTrail","source":"aws.sts","detail":{detail}}}"#
        )
    };
    let event = |record: &str| {
        format!(
            r#"{{"EventId":"1","CloudTrailEvent":{}}}"#,
            serde_json::to_string(record).unwrap()
        )
    };
    let pretty: Value = serde_json::from_str(&format!(r#"{{"Records":[{a},{b}]}}"#)).unwrap();
    let shapes = [
        format!(r#"{{"Records":[{a},{b}]}}"#),
        format!(
            "\u{feff}{{ \"x\" : [1,{{\"Records\":[{{}}]}}], \"Records\" :\r\n [ {a} , {b} ] , \"y\" : \"]}}\" , \"z\":-1.5e3}}\n"
        ),
        format!(r#"{{"\u0052ecords":[{a},{b}]}}"#),
        format!(r#"{{"Records":[{a}]}}{{"Records":[{b}]}}"#),
        format!("{{\"Records\":[{a}]}}\n{{\"Records\":[]}}\n{{\"Records\":[{b}]}}\n"),
        format!("{a}\n{b}\n"),
        format!("{a}{b}"),
        format!("{a}\r\n\r\n{b}"),
        format!("[{a},{b}]"),
        format!("[ {} , {} ]", envelope(&a), envelope(&b)),
        format!("{}\n{}\n", envelope(&a), envelope(&b)),
        format!("{}{}", envelope(&a), envelope(&b)),
        format!(
            r#"{{"Events":[{},{}],"NextToken":"n"}}"#,
            event(&a),
            event(&b)
        ),
        format!(
            r#"{{"NextToken":"n","Events":[{},{}]}}"#,
            event(&a),
            event(&b)
        ),
        format!("{}\n{}", event(&a), event(&b)),
    ];
    for shape in &shapes {
        let (kept, counts) = read_all_ways(shape.as_bytes());
        assert_eq!(kept.texts(), [a.as_str(), b.as_str()], "{shape}");
        assert_eq!(kept.unread, [], "{shape}");
        assert_eq!((counts.files_read, counts.records), (1, 2), "{shape}");
    }
    let (kept, _) = read_all_ways(serde_json::to_string_pretty(&pretty).unwrap().as_bytes());
    let parsed: Vec<Value> = kept
        .texts()
        .into_iter()
        .map(|text| serde_json::from_str(text).unwrap())
        .collect();
    assert_eq!(parsed, *pretty["Records"].as_array().unwrap());
}

#[test]
fn a_place_says_which_record_and_which_byte() {
    let (a, b) = two_records();
    let text = format!(r#"{{"Records":[{a},{b}]}}"#);
    let (kept, _) = read_all_ways(text.as_bytes());
    assert_eq!(kept.records[1].1, 2);
    assert!(text[usize::try_from(kept.records[1].2).unwrap()..].starts_with(&b));
}

#[test]
fn a_record_within_a_record_stays_within() {
    let fake = record("AssumeRole");
    let text = json!({
        "eventName": "PutParameter", "eventSource": "ssm.amazonaws.com",
        "userIdentity": { "userName": format!("x\"}},{fake},{{\"Records\":[{fake}]}}") },
        "requestParameters": { "Records": [serde_json::from_str::<Value>(&fake).unwrap()], "detail": { "eventName": "x" } },
    });
    let text = text.to_string();
    for shape in [
        format!("{{\"Records\":[{text}]}}"),
        text.clone(),
        format!("[{text}]"),
        format!("{text}\n{text}"),
    ] {
        let (kept, _) = read_all_ways(shape.as_bytes());
        assert!(kept.texts().iter().all(|got| **got == text), "{shape}");
        assert_eq!(kept.unread, []);
    }
}

#[test]
fn what_tells_of_no_call_is_counted_and_not_handed_over() {
    let (_, counts) =
        read_all_ways(br#"{"awsAccountId":"111122223333","digestStartTime":"2026-01-01T00:00:00Z","logFiles":[{"s3Object":"Records"}]}"#);
    assert_eq!(
        (
            counts.files_not_relevant,
            counts.other_documents,
            counts.records
        ),
        (1, 1, 0)
    );
    let insight = r#"{"eventSource":"sts.amazonaws.com","eventName":"AssumeRole","insightDetails":{"state":"Start"}}"#;
    let (kept, counts) =
        read_all_ways(format!(r#"{{"Records":[{insight},{insight}]}}"#).as_bytes());
    assert_eq!(
        (
            counts.files_not_relevant,
            counts.insights,
            kept.records.len()
        ),
        (1, 2, 0)
    );
    let state = r#"{"detail-type":"EC2 Instance State-change Notification","source":"aws.ec2","detail":{"state":"running"}}"#;
    let (_, counts) = read_all_ways(format!("{state}\n{state}").as_bytes());
    assert_eq!(
        (counts.files_read, counts.other_documents, counts.records),
        (1, 2, 0)
    );
}

#[test]
fn an_event_is_handed_over_whole_whatever_its_record_holds() {
    let event = |source: &str, service: &str| {
        format!(
            r#"{{"source":"{source}","account":"111122223333","detail":{{"eventSource":"{service}.amazonaws.com"}}}}"#
        )
    };
    let (sts, ec2, forged) = (
        event("aws.sts", "sts"),
        event("aws.ec2", "ec2"),
        event("com.example.app", "ec2"),
    );
    let filter = Filter::new(&["\"sts.amazonaws.com\"".to_owned()]).unwrap();
    for text in [
        format!("{sts}\n{ec2}\n{forged}"),
        format!("[{sts},{ec2},{forged}]"),
        format!(r#"{{"Events":[{sts},{ec2},{forged}]}}"#),
    ] {
        let (kept, counts) = from_stream(text.as_bytes(), &filter);
        assert_eq!(kept.events, [sts.as_str(), &ec2, &forged], "{text}");
        assert_eq!((counts.records, counts.candidates), (3, 3), "{text}");
    }
}

#[test]
fn an_event_whose_record_is_uncertain_is_named() {
    let record = record("AssumeRole");
    for (event, why) in [
        (
            format!(r#"{{"source":"aws.sts","detail":{record},"detail":{{}}}}"#),
            "the object has `detail` twice, so it isn't certain which one counts",
        ),
        (
            format!(r#"{{"source":"aws.sts","detail":{{}},"det\u0061il":{record}}}"#),
            "the object has `detail` twice, so it isn't certain which one counts",
        ),
        (
            format!(r#"{{"CloudTrailEvent":"","CloudTrailEvent":{record:?}}}"#),
            "the object has `CloudTrailEvent` twice, so it isn't certain which one counts",
        ),
        (
            format!(r#"{{"source":"aws.sts","detail":{record:?}}}"#),
            "its `detail` is not a JSON object",
        ),
        (
            r#"{"source":"aws.sts","detail":{"eventName" 1}}"#.to_owned(),
            "its `detail` is not a JSON object",
        ),
    ] {
        let (kept, counts) = read_all_ways(event.as_bytes());
        assert_eq!(
            (kept.records.len(), counts.records_unread),
            (0, 1),
            "{event}"
        );
        assert!(
            kept.problems()[0].ends_with(why),
            "{event}: {:?}",
            kept.problems()
        );
    }
}

#[test]
fn what_does_not_matter_is_counted_as_passed_over() {
    let text = format!(
        r#"{{"Records":[{},{{"eventSource":"ec2.amazonaws.com"}},{}]}}"#,
        record("A"),
        record("B").replace("sts", "s\\u0074s")
    );
    let filter = Filter::new(&["\"sts.amazonaws.com\"".to_owned()]).unwrap();
    let (kept, counts) = from_stream(&gzip(text.as_bytes()), &filter);
    assert_eq!(
        (counts.records, counts.candidates, counts.passed_over),
        (3, 2, 1)
    );
    assert_eq!(
        kept.records
            .iter()
            .map(|(_, number, _)| *number)
            .collect::<Vec<_>>(),
        [1, 3]
    );
    assert_eq!(counts.bytes_out, text.len() as u64);
    assert_eq!(counts.bytes_in, gzip(text.as_bytes()).len() as u64);
}

#[test]
fn a_lookup_event_without_a_usable_text_is_named() {
    for event in [
        "{}",
        r#"{"CloudTrailEvent":null}"#,
        r#"{"CloudTrailEvent":"{"}"#,
        r#"{"CloudTrailEvent":"{}{}"}"#,
        r#"{"CloudTrailEvent":"\ud800"}"#,
    ] {
        let (kept, counts) = read_all_ways(format!(r#"{{"Events":[{event}]}}"#).as_bytes());
        assert_eq!(
            (kept.records.len(), counts.records_unread),
            (0, 1),
            "{event}"
        );
    }
}

#[test]
fn a_file_is_read_by_its_content_not_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let text = format!(r#"{{"Records":[{}]}}"#, record("AssumeRole"));
    let (plain, zipped, gone) = (
        folder.path().join("a.gz"),
        folder.path().join("b.json"),
        folder.path().join("c"),
    );
    std::fs::write(&plain, &text).unwrap();
    std::fs::write(&zipped, gzip(text.as_bytes())).unwrap();
    let mut scratch = Scratch::new();
    let mut kept = Kept::default();
    let mut counts = Counts::default();
    for path in [&plain, &zipped, &gone, &folder.path().to_owned()] {
        counts.merge(&read_file(
            path,
            &Filter::everything(),
            &mut scratch,
            &mut kept,
        ));
    }
    assert_eq!(
        (counts.files_read, counts.files_failed, counts.candidates),
        (2, 2, 2)
    );
    assert_eq!(kept.unread[0].reason, Reason::Missing);
}

/// Records that contain difficult text.
pub(super) fn awkward() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        "[\"\\\\{}\\[\\],:a-c\\n\u{e9}\u{3042}]{0,40}",
        Just("},{\"eventName\":\"x\"},\n{\"Records\":[{".to_owned()),
        "[a-z]{60,70}",
    ];
    (text.clone(), text.clone(), prop::collection::vec(text, 0..4)).prop_map(|(key, value, list)| {
        json!({ "eventName": value, "requestParameters": { key: list.iter().map(|x| json!([{ "Records": x }])).collect::<Vec<_>>() }, "\\": list })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn any_records_in_any_shape_come_out_as_they_went_in(records in prop::collection::vec(awkward(), 1..6), shape in 0..6) {
        let texts: Vec<String> = records.iter().map(ToString::to_string).collect();
        let document = match shape {
            0 => format!("{{\"Records\":[{}]}}", texts.join(",")),
            1 => texts.join("\n"),
            2 => texts.concat(),
            3 => serde_json::to_string_pretty(&json!({ "A": "x", "Records": records })).unwrap(),
            4 => serde_json::to_string(&json!({ "Events": texts.iter().map(|t| json!({ "CloudTrailEvent": t })).collect::<Vec<_>>() })).unwrap(),
            _ => format!("[{}]", texts.join(" ,\n")),
        };
        let (kept, _) = read_all_ways(document.as_bytes());
        prop_assert_eq!(&kept.unread, &[]);
        let parsed: Vec<Value> = kept.texts().into_iter().map(|text| serde_json::from_str(text).unwrap()).collect();
        prop_assert_eq!(parsed, records);
    }

    #[test]
    fn no_bytes_whatever_upset_the_reading(bytes in prop::collection::vec(prop_oneof![
        5 => prop::sample::select(b"{}[]\",:\\\n 1".to_vec()).prop_map(|byte| vec![byte]),
        2 => prop::sample::select(vec!["\"Records\":[", "\"eventName\":", "\"detail\":{", "\n{\"eventName\":1}", "\"CloudTrailEvent\":\"{}\""]).prop_map(|text| text.as_bytes().to_vec()),
        1 => any::<u8>().prop_map(|byte| vec![byte]),
    ], 0..60)) {
        let bytes = bytes.concat();
        if !bytes.starts_with(&MAGIC) {
            read_all_ways(&bytes);
        }
    }
}

#[test]
fn the_corpus_of_real_records_is_read_as_a_whole() {
    #[expect(
        clippy::disallowed_methods,
        reason = "a test that needs a folder which is not in the repository"
    )]
    let Ok(corpus) = std::env::var("ROLEWATCH_CORPUS").map(PathBuf::from) else {
        eprintln!("SKIPPED: ROLEWATCH_CORPUS names no folder with real records");
        return;
    };
    let mut scratch = Scratch::new();
    let mut count = |paths: &[PathBuf]| {
        let mut kept = Kept::default();
        let mut counts = Counts::default();
        for path in paths {
            counts.merge(&read_file(
                path,
                &Filter::everything(),
                &mut scratch,
                &mut kept,
            ));
        }
        assert_eq!(kept.unread, []);
        for text in kept.texts() {
            serde_json::from_str::<Value>(text).unwrap();
        }
        (counts.candidates, counts.other_documents, counts.insights)
    };
    assert_eq!(count(&[corpus.join("records.jsonl")]), (1_993, 0, 0));
    assert_eq!(count(&[corpus.join("envelopes.jsonl")]), (27, 0, 0));
    let found = crate::find_files(&[corpus.join("logs")], &|_| false);
    assert_eq!((found.files.len(), found.unread.len()), (100, 0));
    let logs: Vec<PathBuf> = found.files.into_iter().map(|file| file.path).collect();
    assert_eq!(count(&logs), (1_570, 0, 0));
}
