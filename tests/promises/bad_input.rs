//! Bad input is reported, not skipped: rolewatch names each fault, judges everything else, and
//! shows it in the exit code.
//!
//! The world: the logs of a story with one violation, plus one bad file.

use std::io::Write;

use flate2::write::{DeflateEncoder, GzEncoder};
use flate2::{Compression, Crc, FlushCompress};
use rolewatch_guard::testing::Story;
use serde_json::json;

use crate::tool::Bench;

fn story() -> Story {
    let mut story = Story::new();
    story.switch("tom").with_mfa();
    story
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

/// Audits the story with one more file in its archive. Returns what stderr says about that file.
fn with(name: &str, bytes: &[u8]) -> String {
    let bench = Bench::of(&story());
    bench.write(&format!("archive/{name}"), bytes);
    let outcome = bench.run(&["audit", "archive", "--format", "ndjson"]);
    assert_eq!(outcome.code, Some(3), "{}", outcome.stderr);
    assert_eq!(
        outcome.findings().len(),
        1,
        "the other file is judged: {}",
        outcome.stderr
    );
    let said: Vec<&str> = outcome
        .stderr
        .lines()
        .filter(|line| line.contains(name))
        .collect();
    assert!(!said.is_empty(), "nothing names {name}: {}", outcome.stderr);
    said.join("\n")
}

#[test]
fn a_truncated_file_is_named_and_what_came_before_counts() {
    let whole = json!({"Records": story().records()}).to_string();
    assert!(
        with("cut.json", &whole.as_bytes()[..whole.len() - 40])
            .contains("the file ends in the middle")
    );
    let zipped = gzip(whole.as_bytes());
    assert!(with("cut.json.gz", &zipped[..zipped.len() - 9]).contains("gzip data is truncated"));
}

#[test]
fn corrupt_gzip_is_named() {
    let mut zipped = gzip(json!({"Records": story().records()}).to_string().as_bytes());
    let at = zipped.len() - 6;
    zipped[at] ^= 0xff;
    assert!(with("corrupt.json.gz", &zipped).contains("gzip data is corrupt"));
}

#[test]
fn a_record_that_is_no_utf8_is_named_and_its_neighbours_count() {
    let mut text =
        b"{\"Records\":[{\"eventSource\":\"sts.amazonaws.com\",\"userAgent\":\"\xff\xfe\"},"
            .to_vec();
    let mut other = story();
    other.later(20_000);
    other.switch("tess").with_mfa();
    text.extend(
        other
            .records()
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(",")
            .bytes(),
    );
    text.extend(b"]}");
    let bench = Bench::of(&story());
    bench.write("archive/latin.json", &text);
    let outcome = bench.run(&["audit", "archive", "--format", "ndjson"]);
    assert_eq!(
        (outcome.code, outcome.findings().len()),
        (Some(3), 3),
        "both are no developers, the first did nothing: {}",
        outcome.stderr
    );
    assert!(
        outcome
            .stderr
            .contains("record 1 (byte 12): the record is not valid UTF-8"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn deep_nesting_is_named() {
    let deep = format!(
        "{{\"Records\":[{{\"eventSource\":\"sts.amazonaws.com\",\"x\":{}1{}}}]}}",
        "[".repeat(500_000),
        "]".repeat(500_000)
    );
    let said = with("deep.json", deep.as_bytes());
    assert!(said.contains("record 1"), "{said}");
    assert!(with("open.json", "[".repeat(3_000_000).as_bytes()).contains("open.json"));
}

#[test]
fn garbage_is_named() {
    assert!(with("empty.json", b"").contains("the file is empty"));
    assert!(with("xml.json", b"<xml/>").contains("not JSON"));
    assert!(
        with("other.json", b"{\"hello\":1}")
            .contains("neither is nor contains a CloudTrail record")
    );
    assert!(with("number.json", b"{\"Records\":[1]}").contains("not a JSON object"));
    assert!(with("zip.json", b"PK\x03\x04xxxx").contains("a zip file"));
}

#[test]
fn a_record_that_matters_and_lacks_a_field_is_named_with_its_place() {
    let mut record = story().records()[0].clone();
    record["eventTime"] = json!("yesterday");
    let said = with(
        "odd.json",
        json!({"Records": [record]}).to_string().as_bytes(),
    );
    assert!(
        said.contains("odd.json: record 1 (byte 12): `eventTime` is `yesterday`: a time is written like 2026-01-31T09:30:00Z"),
        "{said}"
    );
}

/// Both halves of the switch contain the expiration of the session in a form that AWS doesn't
/// write.
fn with_an_odd_expiration() -> Bench {
    Bench::of(&story().retold(|record| {
        record["responseElements"]["credentials"]["expiration"] = json!("1772445600");
    }))
}

#[test]
fn a_detail_that_cannot_be_read_is_named_and_the_rest_of_its_record_is_judged() {
    let bench = with_an_odd_expiration();
    let named = "record 1 (byte 12): `responseElements.credentials.expiration` is `1772445600`: expected a time after `eventTime`, like `Jul 10";
    for format in ["table", "json", "ndjson", "csv"] {
        let outcome = bench.run(&["audit", "archive", "--format", format]);
        assert_eq!(outcome.code, Some(3), "{format}: {}", outcome.stderr);
        assert!(
            outcome
                .stderr
                .contains(&format!("archive/log.json: {named}")),
            "{format}: {}",
            outcome.stderr
        );
        assert!(
            outcome.stdout.contains("tom entered UpdateApp"),
            "{format}: {}",
            outcome.stdout
        );
        assert!(
            outcome.account().contains("2 partly unread"),
            "{}",
            outcome.account()
        );
    }
}

#[test]
fn the_report_counts_records_that_were_read_in_part() {
    let bench = with_an_odd_expiration();
    let report: serde_json::Value =
        serde_json::from_str(&bench.run(&["audit", "archive", "--format", "json"]).stdout).unwrap();
    assert_eq!(
        (
            &report["unread_count"],
            &report["counts"]["records"]["partly_unread"]
        ),
        (&json!(2), &json!(2))
    );
    assert!(
        report["unread"][0]["reason"]
            .as_str()
            .unwrap()
            .starts_with("`responseElements.credentials.expiration`"),
        "{report}"
    );
    let table = bench
        .run(&["audit", "archive"])
        .stdout
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    assert!(
        table.contains(
            "INCOMPLETE details of 2 records couldn't be read, so whatever depends on them is unproven"
        ),
        "{table}"
    );
}

#[test]
fn explain_names_a_detail_that_cannot_be_read_too() {
    let told = with_an_odd_expiration().run(&["explain", "archive/log.json"]);
    assert_eq!(told.code, Some(3));
    assert!(
        told.stdout.contains("unreadable")
            && told
                .account()
                .contains("0 couldn't be read, 2 partly unread"),
        "{told:?}"
    );
}

#[test]
fn a_path_that_is_not_there_is_an_error_and_nothing_is_judged() {
    let bench = Bench::of(&story());
    let outcome = bench.run(&["audit", "archive", "nowhere", "--format", "ndjson"]);
    assert_eq!((outcome.code, outcome.findings().len()), (Some(2), 0));
    assert!(
        outcome
            .stderr
            .contains("`nowhere`: no such file or directory"),
        "{}",
        outcome.stderr
    );
}

#[cfg(unix)]
#[test]
fn what_the_system_refuses_is_named() {
    let bench = Bench::of(&story());
    std::os::unix::fs::symlink("nothing-is-here", bench.path("archive/dangling.json")).unwrap();
    let outcome = bench.run(&["audit", "archive", "--format", "ndjson"]);
    assert_eq!(
        (outcome.code, outcome.findings().len()),
        (Some(3), 1),
        "{}",
        outcome.stderr
    );
    assert!(
        outcome.stderr.contains("dangling.json"),
        "{}",
        outcome.stderr
    );
}

/// Repeats the same MiB `count` times in one gzip member, without compressing all of it here.
fn bomb(head: &[u8], filling: u8, count: u64) -> Vec<u8> {
    let segment = |bytes: &[u8]| {
        let mut deflate = flate2::Compress::new(Compression::best(), false);
        let mut out = Vec::with_capacity(bytes.len() + 1_024);
        deflate
            .compress_vec(bytes, &mut out, FlushCompress::Full)
            .unwrap();
        out
    };
    let mebibyte = vec![filling; 1 << 20];
    let (first, repeated) = (segment(head), segment(&mebibyte));
    let (mut crc, mut part) = (Crc::new(), Crc::new());
    crc.update(head);
    part.update(&mebibyte);
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    out.extend(&first);
    for _ in 0..count {
        out.extend(&repeated);
        crc.combine(&part);
    }
    out.extend(
        DeflateEncoder::new(Vec::new(), Compression::fast())
            .finish()
            .unwrap(),
    );
    let size = u32::try_from((head.len() as u64 + (count << 20)) & 0xffff_ffff).unwrap();
    out.extend(crc.sum().to_le_bytes());
    out.extend(size.to_le_bytes());
    out
}

#[test]
fn bombs_of_a_gibibyte_are_read_to_their_end_in_bounded_memory() {
    let bench = Bench::of(&story());
    bench.write(
        "archive/spaces.json.gz",
        &bomb(b"{\"Records\":[", b' ', 1_024),
    );
    bench.write(
        "archive/string.json.gz",
        &bomb(
            b"{\"Records\":[{\"eventSource\":\"sts.amazonaws.com\",\"x\":\"",
            b'a',
            1_024,
        ),
    );
    bench.write(
        "archive/nested.json.gz",
        &bomb(b"{\"Records\":[{\"x\":", b'[', 1_024),
    );
    let (outcome, peak_kib) = bench.run_watched(&["audit", "archive", "--format", "ndjson"]);
    assert_eq!(
        (outcome.code, outcome.findings().len()),
        (Some(3), 1),
        "{}",
        outcome.stderr
    );
    for name in ["spaces", "string", "nested"] {
        assert!(
            outcome.stderr.contains(&format!("{name}.json.gz")),
            "{}",
            outcome.stderr
        );
    }
    assert!(
        peak_kib > 0 || cfg!(not(target_os = "linux")),
        "memory was not watched"
    );
    assert!(peak_kib < 256 << 10, "{peak_kib} KiB");
}
