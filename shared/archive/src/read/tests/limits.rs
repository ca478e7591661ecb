//! Input that is too large, too deep or endless.

use super::*;

const LARGEST_TEST: usize = crate::items::LARGEST;

#[test]
fn a_record_over_the_limit_is_named_and_the_next_one_is_read() {
    let (a, b) = two_records();
    let large = format!(
        r#"{{"eventName":"x","requestParameters":"{}"}}"#,
        "\\\"[{".repeat(LARGEST_TEST / 4)
    );
    assert!(large.len() > LARGEST_TEST);
    let name = format!(
        "the record has {} bytes, more than the limit of 4 MiB",
        large.len()
    );
    for text in [
        format!(r#"{{"Records":[{a},{large},{b}]}}"#),
        format!("{a}\n{large}\n{b}\n"),
        format!("[{a},{large},{b}]"),
    ] {
        for bytes in [text.clone().into_bytes(), gzip(text.as_bytes())] {
            let (kept, counts) = from_stream(&bytes, &Filter::everything());
            assert_eq!(kept.texts(), [a.as_str(), b.as_str()]);
            assert!(
                kept.problems()[0].starts_with("record 2 ") && kept.problems()[0].ends_with(&name),
                "{:?}",
                kept.problems()
            );
            assert_eq!((counts.records, counts.files_read), (3, 1));
        }
    }
    let before = format!(
        r#"{{"x":"{}","Records":[{a},{b}]}}"#,
        "x".repeat(LARGEST_TEST + CHUNK - 12)
    );
    let (kept, _) = from_stream(before.as_bytes(), &Filter::everything());
    assert_eq!((kept.records.len(), kept.unread.len()), (2, 0));
}

#[test]
fn depth_and_bombs_take_neither_stack_nor_memory() {
    let deep = "[".repeat(1_000_000);
    let (kept, _) = from_stream(deep.as_bytes(), &Filter::everything());
    assert_eq!(
        kept.problems(),
        ["record 1 (byte 1): the file ends in the middle of the record"]
    );
    let nested = format!(
        r#"{{"eventName":"x","a":{}{}}}"#,
        "[".repeat(1_000_000),
        "]".repeat(1_000_000)
    );
    let (kept, _) = from_stream(nested.as_bytes(), &Filter::everything());
    assert_eq!((kept.records.len(), kept.unread.len()), (1, 0));
    let bombs: [(&[u8], u8, &[u8]); 4] = [
        (b"", b' ', b""),
        (b"", b'[', b""),
        (b"{\"Records\":[{\"a\":\"", b'a', b"\"},{\"eventName\":1}]}"),
        (b"{\"a\":\"", b'\\', b"\"}"),
    ];
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
        let counts = read_stream(
            stored.as_slice(),
            "log",
            &Filter::everything(),
            &mut scratch,
            &mut kept,
        );
        assert_eq!(
            counts.bytes_out,
            (40 << 20) + before.len() as u64 + after.len() as u64
        );
        assert_eq!(kept.unread.len(), 1);
        assert!(
            scratch.window.capacity() <= 12 << 20,
            "{}",
            scratch.window.capacity()
        );
        assert!(scratch.text.capacity() <= WHOLE_OUT);
    }
}

#[test]
fn texts_over_the_limit_are_named_and_the_next_one_is_read() {
    let a = record("AssumeRole");
    let large = quoted(&format!(
        r#"{{"eventName":"{}"}}"#,
        "x".repeat(LARGEST_TEST)
    ));
    let row = format!("[{large}]");
    let quoted = quoted(&a);
    for text in [
        format!("[{quoted},{large},{quoted}]"),
        format!("{quoted}\n{large}\n{quoted}"),
        format!("[[{quoted}],{row},[{quoted}]]"),
        subscription(&[&a, &"x".repeat(LARGEST_TEST), &a]),
    ] {
        for bytes in [text.clone().into_bytes(), gzip(text.as_bytes())] {
            let (kept, counts) = from_stream(&bytes, &Filter::everything());
            assert_eq!(kept.texts(), [a.as_str(), a.as_str()]);
            assert_eq!(
                (counts.records, counts.records_unread, counts.files_read),
                (3, 1, 1)
            );
            assert!(
                kept.problems()[0].contains("more than the limit of 4 MiB"),
                "{:?}",
                kept.problems()
            );
        }
    }
}

#[test]
fn bombs_in_any_form_take_no_memory() {
    let bombs: [(&[u8], u8, &[u8]); 7] = [
        (b"\"", b'a', b"\""),
        (b"[\"", b'\\', b"\"]"),
        (b"[[\"", b'a', b"\"]]"),
        (b"[[", b'[', b""),
        (b"2026-03-02T09:00:00Z", b' ', b"{}"),
        (b"2026-03-02T09:00:00.", b'0', b"Z {}"),
        (b"{\"logEvents\":[{\"message\":\"", b'a', b"\"}]}"),
    ];
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
        let counts = read_stream(
            stored.as_slice(),
            "log",
            &Filter::everything(),
            &mut scratch,
            &mut kept,
        );
        let shown = String::from_utf8_lossy(before);
        assert_eq!(
            counts.bytes_out,
            (40 << 20) + before.len() as u64 + after.len() as u64,
            "{shown}"
        );
        assert!(
            kept.records.is_empty() && !kept.unread.is_empty(),
            "{shown}"
        );
        assert!(
            scratch.window.capacity() <= 12 << 20,
            "{shown}: {}",
            scratch.window.capacity()
        );
    }
}

#[test]
fn deep_rows_take_no_stack() {
    let deep = format!("[{}{}]", "[".repeat(1_000_000), "]".repeat(1_000_000));
    let (kept, counts) = read_all_ways(deep.as_bytes());
    assert_eq!((kept.records.len(), counts.records_unread), (0, 1));
}
