use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use proptest::prelude::*;
use serde_json::value::RawValue;

use super::*;
use crate::place::{Place, Unread};

/// Keeps what it is given.
#[derive(Default)]
struct Kept {
    records: Vec<(String, u64, u64)>,
    /// The events of EventBridge among them, whole.
    events: Vec<String>,
    unread: Vec<Unread>,
}

impl Sink for Kept {
    fn record(&mut self, json: &[u8], at: &Place) {
        self.records.push((String::from_utf8(json.to_vec()).unwrap(), at.record, at.byte));
    }

    fn event(&mut self, json: &[u8], at: &Place) {
        let text = String::from_utf8(json.to_vec()).unwrap();
        // What ends where an object ends need not be JSON.
        let members: BTreeMap<String, Box<RawValue>> = serde_json::from_str(&text).unwrap_or_default();
        self.records.push((members.get("detail").map_or("", |detail| detail.get()).to_owned(), at.record, at.byte));
        self.events.push(text);
    }

    fn unread(&mut self, problem: Unread) {
        self.unread.push(problem);
    }
}

impl Kept {
    fn texts(&self) -> Vec<&str> {
        self.records.iter().map(|(json, ..)| json.as_str()).collect()
    }

    /// The problems as they are shown, without the name of the file.
    fn problems(&self) -> Vec<String> {
        self.unread.iter().map(|unread| unread.to_string().trim_start_matches("log: ").to_owned()).collect()
    }
}

/// A reader that gives few bytes at a time.
struct Drip<'a>(&'a [u8], usize);

impl Read for Drip<'_> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        let most = self.1.min(space.len());
        self.0.read(&mut space[..most])
    }
}

fn from_stream(bytes: &[u8], filter: &Filter) -> (Kept, Counts) {
    let mut kept = Kept::default();
    let counts = read_stream(Drip(bytes, 7_919), "log", filter, &mut Scratch::new(), &mut kept);
    assert_eq!(counts.candidates + counts.passed_over + counts.insights + counts.records_unread, counts.records, "{counts:?}");
    assert_eq!(counts.files_read + counts.files_failed + counts.files_not_relevant, 1, "{counts:?}");
    assert_eq!(counts.candidates, kept.records.len() as u64);
    (kept, counts)
}

/// Everything in the text, which must come out alike plain and compressed, at one go and in small pieces.
fn all(bytes: &[u8]) -> (Kept, Counts) {
    let (kept, counts) = from_stream(bytes, &Filter::everything());
    if !bytes.starts_with(&MAGIC) {
        let (zipped, _) = from_stream(&gzip(bytes), &Filter::everything());
        assert_eq!(zipped.records, kept.records);
        assert_eq!(zipped.unread, kept.unread);
        let (in_members, _) = from_stream(&bytes.chunks(97).flat_map(gzip).collect::<Vec<u8>>(), &Filter::everything());
        if !bytes.is_empty() {
            assert_eq!(in_members.records, kept.records);
            assert_eq!(in_members.unread, kept.unread);
        }
    }
    (kept, counts)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn record(name: &str) -> String {
    format!(r#"{{"eventVersion":"1.08","userIdentity":{{"type":"IAMUser"}},"eventSource":"sts.amazonaws.com","eventName":"{name}"}}"#)
}

/// Both texts as the two records of a file.
fn two() -> (String, String) {
    (record("AssumeRole"), record("GetSessionToken"))
}

#[test]
fn every_shape_gives_its_records() {
    let (a, b) = two();
    let envelope =
        |detail: &str| format!(r#"{{"version":"0","detail-type":"AWS API Call via CloudTrail","source":"aws.sts","detail":{detail}}}"#);
    let event = |record: &str| format!(r#"{{"EventId":"1","CloudTrailEvent":{}}}"#, serde_json::to_string(record).unwrap());
    let pretty: serde_json::Value = serde_json::from_str(&format!(r#"{{"Records":[{a},{b}]}}"#)).unwrap();
    let shapes = [
        format!(r#"{{"Records":[{a},{b}]}}"#),
        format!("\u{feff}{{ \"x\" : [1,{{\"Records\":[{{}}]}}], \"Records\" :\r\n [ {a} , {b} ] , \"y\" : \"]}}\" , \"z\":-1.5e3}}\n"),
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
        format!(r#"{{"Events":[{},{}],"NextToken":"n"}}"#, event(&a), event(&b)),
        format!(r#"{{"NextToken":"n","Events":[{},{}]}}"#, event(&a), event(&b)),
        format!("{}\n{}", event(&a), event(&b)),
    ];
    for shape in &shapes {
        let (kept, counts) = all(shape.as_bytes());
        assert_eq!(kept.texts(), [a.as_str(), b.as_str()], "{shape}");
        assert_eq!(kept.unread, [], "{shape}");
        assert_eq!((counts.files_read, counts.records), (1, 2), "{shape}");
    }
    let (kept, _) = all(serde_json::to_string_pretty(&pretty).unwrap().as_bytes());
    let parsed: Vec<serde_json::Value> = kept.texts().into_iter().map(|text| serde_json::from_str(text).unwrap()).collect();
    assert_eq!(parsed, *pretty["Records"].as_array().unwrap());
}

#[test]
fn a_place_says_which_record_and_which_byte() {
    let (a, b) = two();
    let text = format!(r#"{{"Records":[{a},{b}]}}"#);
    let (kept, _) = all(text.as_bytes());
    assert_eq!(kept.records[1].1, 2);
    assert!(text[usize::try_from(kept.records[1].2).unwrap()..].starts_with(&b));
}

#[test]
fn a_record_within_a_record_stays_within() {
    let fake = record("AssumeRole");
    let text = serde_json::json!({
        "eventName": "PutParameter", "eventSource": "ssm.amazonaws.com",
        "userIdentity": { "userName": format!("x\"}},{fake},{{\"Records\":[{fake}]}}") },
        "requestParameters": { "Records": [serde_json::from_str::<serde_json::Value>(&fake).unwrap()], "detail": { "eventName": "x" } },
    });
    let text = text.to_string();
    for shape in [format!("{{\"Records\":[{text}]}}"), text.clone(), format!("[{text}]"), format!("{text}\n{text}")] {
        let (kept, _) = all(shape.as_bytes());
        assert!(kept.texts().iter().all(|got| **got == text), "{shape}");
        assert_eq!(kept.unread, []);
    }
}

#[test]
fn what_tells_of_no_call_is_counted_and_not_handed_over() {
    let (_, counts) =
        all(br#"{"awsAccountId":"111122223333","digestStartTime":"2026-01-01T00:00:00Z","logFiles":[{"s3Object":"Records"}]}"#);
    assert_eq!((counts.files_not_relevant, counts.other_documents, counts.records), (1, 1, 0));
    let insight = r#"{"eventSource":"sts.amazonaws.com","eventName":"AssumeRole","insightDetails":{"state":"Start"}}"#;
    let (kept, counts) = all(format!(r#"{{"Records":[{insight},{insight}]}}"#).as_bytes());
    assert_eq!((counts.files_not_relevant, counts.insights, kept.records.len()), (1, 2, 0));
    let state = r#"{"detail-type":"EC2 Instance State-change Notification","source":"aws.ec2","detail":{"state":"running"}}"#;
    let (_, counts) = all(format!("{state}\n{state}").as_bytes());
    assert_eq!((counts.files_read, counts.other_documents, counts.records), (1, 2, 0));
}

#[test]
fn an_event_is_handed_over_whole_whatever_its_record_holds() {
    let event = |source: &str, service: &str| {
        format!(r#"{{"source":"{source}","account":"111122223333","detail":{{"eventSource":"{service}.amazonaws.com"}}}}"#)
    };
    let (sts, ec2, forged) = (event("aws.sts", "sts"), event("aws.ec2", "ec2"), event("com.example.app", "ec2"));
    let filter = Filter::new(&["\"sts.amazonaws.com\"".to_owned()]).unwrap();
    for text in [format!("{sts}\n{ec2}\n{forged}"), format!("[{sts},{ec2},{forged}]"), format!(r#"{{"Events":[{sts},{ec2},{forged}]}}"#)] {
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
        (format!(r#"{{"source":"aws.sts","detail":{record:?}}}"#), "its `detail` is not a JSON object"),
        (r#"{"source":"aws.sts","detail":{"eventName" 1}}"#.to_owned(), "its `detail` is not a JSON object"),
    ] {
        let (kept, counts) = all(event.as_bytes());
        assert_eq!((kept.records.len(), counts.records_unread), (0, 1), "{event}");
        assert!(kept.problems()[0].ends_with(why), "{event}: {:?}", kept.problems());
    }
}

#[test]
fn what_does_not_matter_is_counted_as_passed_over() {
    let text =
        format!(r#"{{"Records":[{},{{"eventSource":"ec2.amazonaws.com"}},{}]}}"#, record("A"), record("B").replace("sts", "s\\u0074s"));
    let filter = Filter::new(&["\"sts.amazonaws.com\"".to_owned()]).unwrap();
    let (kept, counts) = from_stream(&gzip(text.as_bytes()), &filter);
    assert_eq!((counts.records, counts.candidates, counts.passed_over), (3, 2, 1));
    assert_eq!(kept.records.iter().map(|(_, number, _)| *number).collect::<Vec<_>>(), [1, 3]);
    assert_eq!(counts.bytes_out, text.len() as u64);
    assert_eq!(counts.bytes_in, gzip(text.as_bytes()).len() as u64);
}

#[test]
fn what_is_no_log_is_named_with_what_was_found() {
    let cases: [(&[u8], &str); 14] = [
        (b"", "the file is empty"),
        (b" \n\xef", "byte 2: this is not JSON: it begins with the byte 0xef"),
        (b"\n  \n", "the file is empty"),
        (b"hello\nworld\n", "byte 0: this is not JSON: it begins with `h`"),
        (b"42", "byte 0: this is not JSON: it begins with `4`"),
        (b"\"text\"", "byte 0: this is not JSON: it begins with `\"`"),
        (b"<?xml version=\"1.0\"?>\n<a>\n{</a>", "byte 0: this is not JSON: it begins with `<`"),
        (b"\xff\xfe{\0}\0", "byte 0: this is not JSON: it begins with the mark of UTF-16; the rest of the file was not read"),
        (b"{\0}\0", "record 1 (byte 0): malformed JSON: the byte 0x00 where a key was expected"),
        (b"{}", "record 1 (byte 0): a JSON object that is no CloudTrail record and holds none (it has none of the known keys)"),
        (
            b"{\"Version\":1}",
            "record 1 (byte 0): a JSON object that is no CloudTrail record and holds none (it has none of the known keys)",
        ),
        (b"{\"Records\":null}", "byte 11: `Records` is not a list"),
        (b"PK\x03\x04....", "this is a zip file; only JSON and gzip are read; the rest of the file was not read"),
        (b"[1]", "record 1 (byte 1): the record is a number, true, false or null, not a JSON object"),
    ];
    for (bytes, problem) in cases {
        let (kept, counts) = from_stream(bytes, &Filter::everything());
        assert!(kept.problems()[0].ends_with(problem), "{:?} is not {problem}", kept.problems());
        assert_eq!(counts.files_failed, 1, "{problem}");
        assert_eq!(kept.records, []);
    }
}

#[test]
fn a_fault_in_one_record_costs_that_record_only() {
    let (a, b) = two();
    let spoilt = |text: &[u8]| {
        let bytes = [b"{\"Records\":[", a.as_bytes(), b",", text, b",", b.as_bytes(), b"]}"].concat();
        let (kept, counts) = all(&bytes);
        assert_eq!(kept.texts(), [a.as_str(), b.as_str()]);
        assert_eq!((counts.files_read, counts.records_unread), (1, 1));
        kept.problems().remove(0)
    };
    let at = 13 + a.len();
    assert_eq!(spoilt(b"{\"x\":\"\xff\"}"), format!("record 2 (byte {at}): the record is not valid UTF-8"));
    assert!(spoilt(b"{\"x\":\"a\tb\"}").ends_with("the record has a raw control character inside a string, which JSON forbids"));
    assert!(spoilt(b"{\"x\":\"a\n{\"}").contains("record 2"));
    assert!(spoilt(b"null").ends_with("not a JSON object"));
    assert!(spoilt(b"\"{\"").ends_with("the record is a string, not a JSON object"));
    assert!(spoilt(b"[{}]").ends_with("the record is a list, not a JSON object"));
}

#[test]
fn a_line_that_is_cut_off_costs_that_line_only() {
    let (a, b) = two();
    let cuts = [
        r#"{"eventName":"Ass"#,
        r#"{"eventName"#,
        r#"{"eventName":"x""#,
        r#"{"eventName":"#,
        r#"{"a":{"b":"c"#,
        r#"{"Records":[{"a":"#,
        "x y z",
    ];
    for cut in cuts {
        let text = format!("{a}\n{cut}\n{b}\n");
        let (kept, counts) = all(text.as_bytes());
        if cut.ends_with(':') {
            // The line is cut off where an object could follow, so that the next line may well be that object.
            assert_eq!((kept.texts(), counts.files_failed), (vec![a.as_str()], 1), "{cut}");
        } else {
            assert_eq!(kept.texts(), [a.as_str(), b.as_str()], "{cut}: {:?}", kept.problems());
        }
        assert_eq!(kept.unread.len(), 1, "{cut}: {:?}", kept.problems());
    }
}

#[test]
fn a_line_is_never_taken_for_a_document_inside_one() {
    let fake = record("AssumeRole");
    let cases = [
        format!("{{\"eventName\":\"x\",\n\"requestParameters\":[\n{fake}\n],,\n{fake}}}"),
        format!("{{\"Records\":[\n{{\"a\":\"\n{fake}\"}}]}}"),
        format!("{{\"Records\":[{{\"a\":1}},,\n{{\"b\":[\n{fake}]}}]}}"),
        format!(" {{\"eventName\":\"\n{fake}\"}}"),
    ];
    for case in cases {
        let (kept, _) = all(case.as_bytes());
        assert!(!kept.texts().contains(&fake.as_str()) || case.starts_with("{\"Records\":[{\"a\":1}},,"), "{case}");
        assert!(!kept.unread.is_empty(), "{case}");
    }
}

#[test]
fn a_cut_off_file_gives_what_came_before() {
    let (a, b) = two();
    let text = format!(r#"{{"Records":[{a},{b}]}}"#);
    for end in 1..text.len() {
        let (kept, counts) = from_stream(&text.as_bytes()[..end], &Filter::everything());
        let whole = [12 + a.len(), 13 + a.len() + b.len()].iter().filter(|needed| **needed <= end).count();
        assert_eq!((kept.records.len(), counts.files_failed, kept.unread.len()), (whole, 1, 1), "{end}");
        let stored = gzip(text.as_bytes());
        let (kept, counts) = from_stream(&stored[..end.min(stored.len() - 1)], &Filter::everything());
        assert_eq!(counts.files_failed, 1);
        assert!(!kept.unread.is_empty());
    }
    let (kept, _) = from_stream(&text.as_bytes()[..text.len() - 9], &Filter::everything());
    assert_eq!(kept.problems(), [format!("record 2 (byte {}): the file ends in the middle of the record", 13 + a.len())]);
}

#[test]
fn faults_of_gzip_are_told_apart() {
    let (a, b) = two();
    let text = format!(r#"{{"Records":[{a},{b}]}}"#);
    let stored = gzip(text.as_bytes());
    let tail = stored.len() - 8;
    let mut checksum = stored.clone();
    checksum[tail] ^= 1;
    let mut corrupt = gzip(&text.repeat(500).into_bytes());
    let middle = corrupt.len() / 2;
    corrupt[middle..].fill(0xff);
    let twice = gzip(&stored);
    let trailing = [stored.as_slice(), b"garbage"].concat();
    let padded = [stored.as_slice(), &[0; 513]].concat();
    let members = [stored.as_slice(), stored.as_slice(), &gzip(b"")].concat();

    let (kept, counts) = from_stream(&checksum, &Filter::everything());
    assert_eq!((kept.records.len(), counts.files_failed), (2, 1));
    assert_eq!(kept.problems(), [format!("gzip data is corrupt after {} bytes of text (its checksum does not match)", text.len())]);
    let (kept, counts) = from_stream(&corrupt, &Filter::everything());
    assert!(kept.records.len() > 300, "{}", kept.records.len());
    assert_eq!(counts.files_failed, 1);
    assert!(kept.problems().iter().any(|problem| problem.starts_with("gzip data is ")), "{:?}", kept.problems());
    let (kept, _) = from_stream(&twice, &Filter::everything());
    assert!(kept.problems()[0].starts_with("gzip data inside gzip data"));
    let (kept, counts) = from_stream(&trailing, &Filter::everything());
    assert_eq!((kept.records.len(), counts.files_failed), (2, 1));
    assert_eq!(kept.problems(), ["after the gzip data come bytes that are no gzip"]);
    let (kept, counts) = from_stream(&padded, &Filter::everything());
    assert_eq!((kept.records.len(), counts.files_read, kept.unread.len()), (2, 1, 0));
    let (kept, counts) = from_stream(&members, &Filter::everything());
    assert_eq!((kept.records.len(), counts.files_read, kept.unread.len()), (4, 1, 0));
    let (kept, _) = from_stream(&stored[..tail + 3], &Filter::everything());
    assert_eq!(kept.problems(), [format!("gzip data is truncated after {} bytes of text", text.len())]);
    let (kept, _) = from_stream(&MAGIC, &Filter::everything());
    assert_eq!(kept.problems(), ["gzip data is truncated after 0 bytes of text"]);
}

#[test]
fn a_gzip_header_may_say_more() {
    let text = format!(r#"{{"Records":[{}]}}"#, record("AssumeRole"));
    let builders = [
        flate2::GzBuilder::new().filename("a.json"),
        flate2::GzBuilder::new().comment("c").extra(vec![0; 300]),
        flate2::GzBuilder::new().filename("a").comment("b").extra(vec![1, 2]).mtime(1),
    ];
    for builder in builders {
        let mut encoder = builder.write(Vec::new(), flate2::Compression::default());
        encoder.write_all(text.as_bytes()).unwrap();
        let stored = encoder.finish().unwrap();
        assert!(inflated_whole(&mut libdeflater::Decompressor::new(), &stored, &mut Vec::new()).is_some());
        let (kept, counts) = from_stream(&stored, &Filter::everything());
        assert_eq!((kept.records.len(), kept.unread.len(), counts.files_read), (1, 0, 1));
    }
}

#[test]
fn a_record_over_the_limit_is_named_and_the_next_one_is_read() {
    let (a, b) = two();
    let large = format!(r#"{{"eventName":"x","requestParameters":"{}"}}"#, "\\\"[{".repeat(LARGEST_TEST / 4));
    assert!(large.len() > LARGEST_TEST);
    let name = format!("the record has {} bytes, more than the 4 MiB that are read", large.len());
    for text in [format!(r#"{{"Records":[{a},{large},{b}]}}"#), format!("{a}\n{large}\n{b}\n"), format!("[{a},{large},{b}]")] {
        for bytes in [text.clone().into_bytes(), gzip(text.as_bytes())] {
            let (kept, counts) = from_stream(&bytes, &Filter::everything());
            assert_eq!(kept.texts(), [a.as_str(), b.as_str()]);
            assert!(kept.problems()[0].starts_with("record 2 ") && kept.problems()[0].ends_with(&name), "{:?}", kept.problems());
            assert_eq!((counts.records, counts.files_read), (3, 1));
        }
    }
    let before = format!(r#"{{"x":"{}","Records":[{a},{b}]}}"#, "x".repeat(LARGEST_TEST + CHUNK - 12));
    let (kept, _) = from_stream(before.as_bytes(), &Filter::everything());
    assert_eq!((kept.records.len(), kept.unread.len()), (2, 0));
}

const LARGEST_TEST: usize = crate::items::LARGEST;

#[test]
fn depth_and_bombs_take_neither_stack_nor_memory() {
    let deep = "[".repeat(1_000_000);
    let (kept, _) = from_stream(deep.as_bytes(), &Filter::everything());
    assert_eq!(kept.problems(), ["record 1 (byte 1): the file ends in the middle of the record"]);
    let nested = format!(r#"{{"eventName":"x","a":{}{}}}"#, "[".repeat(1_000_000), "]".repeat(1_000_000));
    let (kept, _) = from_stream(nested.as_bytes(), &Filter::everything());
    assert_eq!((kept.records.len(), kept.unread.len()), (1, 0));
    let bombs: [(&[u8], u8, &[u8]); 4] =
        [(b"", b' ', b""), (b"", b'[', b""), (b"{\"Records\":[{\"a\":\"", b'a', b"\"},{}]}"), (b"{\"a\":\"", b'\\', b"\"}")];
    for (before, byte, after) in bombs {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(before).unwrap();
        for _ in 0..40 {
            encoder.write_all(&vec![byte; 1 << 20]).unwrap();
        }
        encoder.write_all(after).unwrap();
        let stored = encoder.finish().unwrap();
        let mut scratch = Scratch::new();
        let mut kept = Kept::default();
        let counts = read_stream(stored.as_slice(), "log", &Filter::everything(), &mut scratch, &mut kept);
        assert_eq!(counts.bytes_out, (40 << 20) + before.len() as u64 + after.len() as u64);
        assert_eq!(kept.unread.len(), 1);
        assert!(scratch.window.capacity() <= 12 << 20, "{}", scratch.window.capacity());
        assert!(scratch.text.capacity() <= WHOLE_OUT);
    }
}

#[test]
fn many_faults_are_counted_but_not_all_named() {
    let text = "{\"x\":1}\n".repeat(1_000);
    let (kept, counts) = from_stream(text.as_bytes(), &Filter::everything());
    assert_eq!(kept.unread.len(), 101);
    assert_eq!(kept.unread[100].reason, Reason::More(900));
    assert_eq!((counts.records_unread, counts.files_failed), (1_000, 1));
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
        let (kept, counts) = all(format!(r#"{{"Events":[{event}]}}"#).as_bytes());
        assert_eq!((kept.records.len(), counts.records_unread), (0, 1), "{event}");
    }
}

#[test]
fn a_file_is_read_by_its_content_not_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let text = format!(r#"{{"Records":[{}]}}"#, record("AssumeRole"));
    let (plain, zipped, gone) = (folder.path().join("a.gz"), folder.path().join("b.json"), folder.path().join("c"));
    std::fs::write(&plain, &text).unwrap();
    std::fs::write(&zipped, gzip(text.as_bytes())).unwrap();
    let mut scratch = Scratch::new();
    let mut kept = Kept::default();
    let mut counts = Counts::default();
    for path in [&plain, &zipped, &gone, &folder.path().to_owned()] {
        counts.merge(&read_file(path, &Filter::everything(), &mut scratch, &mut kept));
    }
    assert_eq!((counts.files_read, counts.files_failed, counts.candidates), (2, 2, 2));
    assert_eq!(kept.unread[0].reason, Reason::Missing);
}

/// Records with awkward text in them.
fn awkward() -> impl Strategy<Value = serde_json::Value> {
    let text = prop_oneof![
        "[\"\\\\{}\\[\\],:a-c\\n\u{e9}\u{3042}]{0,40}",
        Just("},{\"eventName\":\"x\"},\n{\"Records\":[{".to_owned()),
        "[a-z]{60,70}",
    ];
    (text.clone(), text.clone(), prop::collection::vec(text, 0..4)).prop_map(|(key, value, list)| {
        serde_json::json!({ "eventName": value, "requestParameters": { key: list.iter().map(|x| serde_json::json!([{ "Records": x }])).collect::<Vec<_>>() }, "\\": list })
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
            3 => serde_json::to_string_pretty(&serde_json::json!({ "A": "x", "Records": records })).unwrap(),
            4 => serde_json::to_string(&serde_json::json!({ "Events": texts.iter().map(|t| serde_json::json!({ "CloudTrailEvent": t })).collect::<Vec<_>>() })).unwrap(),
            _ => format!("[{}]", texts.join(" ,\n")),
        };
        let (kept, _) = all(document.as_bytes());
        prop_assert_eq!(&kept.unread, &[]);
        let parsed: Vec<serde_json::Value> = kept.texts().into_iter().map(|text| serde_json::from_str(text).unwrap()).collect();
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
            all(&bytes);
        }
    }
}

#[test]
fn the_corpus_of_real_records_is_read_as_a_whole() {
    #[expect(clippy::disallowed_methods, reason = "a test that needs a folder which is not in the repository")]
    let Ok(corpus) = std::env::var("ROLEWATCH_CORPUS").map(PathBuf::from) else {
        eprintln!("SKIPPED: ROLEWATCH_CORPUS names no folder with real records");
        return;
    };
    let mut scratch = Scratch::new();
    let mut count = |paths: &[PathBuf]| {
        let mut kept = Kept::default();
        let mut counts = Counts::default();
        for path in paths {
            counts.merge(&read_file(path, &Filter::everything(), &mut scratch, &mut kept));
        }
        assert_eq!(kept.unread, []);
        for text in kept.texts() {
            serde_json::from_str::<serde_json::Value>(text).unwrap();
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
