//! Text that isn't JSON or ends early: what is reported, and what is read nevertheless.

use super::*;

#[test]
fn what_is_no_log_is_named_with_what_was_found() {
    let cases: [(&[u8], &str); 14] = [
        (b"", "the file is empty"),
        (
            b" \n\xef",
            "byte 2: this is not JSON: it begins with the byte 0xef",
        ),
        (b"\n  \n", "the file is empty"),
        (
            b"hello\nworld\n",
            "byte 0: this is not JSON: it begins with `h`",
        ),
        (b"42", "byte 0: this is not JSON: it begins with `4`"),
        (
            b"\"text\"",
            "record 1 (byte 0): the record is a string, not a JSON object",
        ),
        (
            b"<?xml version=\"1.0\"?>\n<a>\n{</a>",
            "byte 0: this is not JSON: it begins with `<`",
        ),
        (
            b"\xff\xfe{\0}\0",
            "byte 0: this is not JSON: it begins with a UTF-16 byte order mark; the rest of the file is skipped",
        ),
        (
            b"{\0}\0",
            "record 1 (byte 0): malformed JSON: the byte 0x00 where a key was expected",
        ),
        (
            b"{}",
            "record 1 (byte 0): a JSON object that neither is nor contains a CloudTrail record (it has none of the known keys)",
        ),
        (
            b"{\"Version\":1}",
            "record 1 (byte 0): a JSON object that neither is nor contains a CloudTrail record (it has none of the known keys)",
        ),
        (b"{\"Records\":null}", "byte 11: `Records` is not a list"),
        (
            b"PK\x03\x04....",
            "this is a zip file; only JSON and gzip are supported; the rest of the file is skipped",
        ),
        (
            b"[1]",
            "record 1 (byte 1): the record is a number, true, false or null, not a JSON object",
        ),
    ];
    for (bytes, problem) in cases {
        let (kept, counts) = from_stream(bytes, &Filter::everything());
        assert!(
            kept.problems()[0].ends_with(problem),
            "{:?} is not {problem}",
            kept.problems()
        );
        assert_eq!(counts.files_failed, 1, "{problem}");
        assert_eq!(kept.records, []);
    }
}

#[test]
fn a_fault_in_one_record_costs_that_record_only() {
    let (a, b) = two_records();
    let spoilt = |text: &[u8]| {
        let bytes = [
            b"{\"Records\":[",
            a.as_bytes(),
            b",",
            text,
            b",",
            b.as_bytes(),
            b"]}",
        ]
        .concat();
        let (kept, counts) = read_all_ways(&bytes);
        assert_eq!(kept.texts(), [a.as_str(), b.as_str()]);
        assert_eq!((counts.files_read, counts.records_unread), (1, 1));
        kept.problems().remove(0)
    };
    let at = 13 + a.len();
    assert_eq!(
        spoilt(b"{\"x\":\"\xff\"}"),
        format!("record 2 (byte {at}): the record is not valid UTF-8")
    );
    assert!(
        spoilt(b"{\"x\":\"a\tb\"}").ends_with(
            "the record has a raw control character inside a string, which JSON forbids"
        )
    );
    assert!(spoilt(b"{\"x\":\"a\n{\"}").contains("record 2"));
    assert!(spoilt(b"null").ends_with("not a JSON object"));
    assert!(spoilt(b"\"{\"").ends_with("the record is a string, not a JSON object"));
    assert!(spoilt(b"[{}]").ends_with("the record is a list, not a JSON object"));
}

#[test]
fn a_line_that_is_cut_off_costs_that_line_only() {
    let (a, b) = two_records();
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
        let (kept, counts) = read_all_ways(text.as_bytes());
        if cut.ends_with(':') {
            // The line is cut off where an object could follow, so the next line may be that
            // object.
            assert_eq!(
                (kept.texts(), counts.files_failed),
                (vec![a.as_str()], 1),
                "{cut}"
            );
        } else {
            assert_eq!(
                kept.texts(),
                [a.as_str(), b.as_str()],
                "{cut}: {:?}",
                kept.problems()
            );
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
        let (kept, _) = read_all_ways(case.as_bytes());
        assert!(
            !kept.texts().contains(&fake.as_str())
                || case.starts_with("{\"Records\":[{\"a\":1}},,"),
            "{case}"
        );
        assert!(!kept.unread.is_empty(), "{case}");
    }
}

#[test]
fn a_cut_off_file_gives_what_came_before() {
    let (a, b) = two_records();
    let text = format!(r#"{{"Records":[{a},{b}]}}"#);
    for end in 1..text.len() {
        let (kept, counts) = from_stream(&text.as_bytes()[..end], &Filter::everything());
        let whole = [12 + a.len(), 13 + a.len() + b.len()]
            .iter()
            .filter(|needed| **needed <= end)
            .count();
        assert_eq!(
            (kept.records.len(), counts.files_failed, kept.unread.len()),
            (whole, 1, 1),
            "{end}"
        );
        let stored = gzip(text.as_bytes());
        let (kept, counts) =
            from_stream(&stored[..end.min(stored.len() - 1)], &Filter::everything());
        assert_eq!(counts.files_failed, 1);
        assert!(!kept.unread.is_empty());
    }
    let (kept, _) = from_stream(&text.as_bytes()[..text.len() - 9], &Filter::everything());
    assert_eq!(
        kept.problems(),
        [format!(
            "record 2 (byte {}): the file ends in the middle of the record",
            13 + a.len()
        )]
    );
}

#[test]
fn many_faults_are_counted_but_not_all_named() {
    let text = "{\"x\":1}\n".repeat(1_000);
    let (kept, counts) = from_stream(text.as_bytes(), &Filter::everything());
    assert_eq!(kept.unread.len(), 101);
    assert_eq!(kept.unread[100].reason, Reason::More(900));
    assert_eq!((counts.records_unread, counts.files_failed), (1_000, 1));
}
