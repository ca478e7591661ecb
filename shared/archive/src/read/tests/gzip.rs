//! Gzip: its faults, and what its header may contain.

use super::*;

/// A log file with two records, as text.
fn log_of_two() -> String {
    let (a, b) = two_records();
    format!(r#"{{"Records":[{a},{b}]}}"#)
}

#[test]
fn damage_to_gzip_is_told_apart() {
    let text = log_of_two();
    let stored = gzip(text.as_bytes());
    let tail = stored.len() - 8;
    let mut checksum = stored.clone();
    checksum[tail] ^= 1;
    let mut corrupt = gzip(&text.repeat(500).into_bytes());
    let middle = corrupt.len() / 2;
    corrupt[middle..].fill(0xff);

    let (kept, counts) = from_stream(&checksum, &Filter::everything());
    assert_eq!((kept.records.len(), counts.files_failed), (2, 1));
    assert_eq!(
        kept.problems(),
        [format!(
            "gzip data is corrupt after {} bytes of text (its checksum does not match)",
            text.len()
        )]
    );
    let (kept, counts) = from_stream(&corrupt, &Filter::everything());
    assert!(kept.records.len() > 300, "{}", kept.records.len());
    assert_eq!(counts.files_failed, 1);
    assert!(
        kept.problems()
            .iter()
            .any(|problem| problem.starts_with("gzip data is ")),
        "{:?}",
        kept.problems()
    );
    let (kept, _) = from_stream(&stored[..tail + 3], &Filter::everything());
    assert_eq!(
        kept.problems(),
        [format!(
            "gzip data is truncated after {} bytes of text",
            text.len()
        )]
    );
    let (kept, _) = from_stream(&MAGIC, &Filter::everything());
    assert_eq!(
        kept.problems(),
        ["gzip data is truncated after 0 bytes of text"]
    );
}

#[test]
fn gzip_in_gzip_and_what_follows_gzip_are_told_apart() {
    let stored = gzip(log_of_two().as_bytes());
    let twice = gzip(&stored);
    let trailing = [stored.as_slice(), b"garbage"].concat();
    let padded = [stored.as_slice(), &[0; 513]].concat();
    let members = [stored.as_slice(), stored.as_slice(), &gzip(b"")].concat();

    let (kept, _) = from_stream(&twice, &Filter::everything());
    assert!(kept.problems()[0].starts_with("gzip data inside gzip data"));
    let (kept, counts) = from_stream(&trailing, &Filter::everything());
    assert_eq!((kept.records.len(), counts.files_failed), (2, 1));
    assert_eq!(
        kept.problems(),
        ["the gzip data is followed by bytes that are not gzip"]
    );
    let (kept, counts) = from_stream(&padded, &Filter::everything());
    assert_eq!(
        (kept.records.len(), counts.files_read, kept.unread.len()),
        (2, 1, 0)
    );
    let (kept, counts) = from_stream(&members, &Filter::everything());
    assert_eq!(
        (kept.records.len(), counts.files_read, kept.unread.len()),
        (4, 1, 0)
    );
}

#[test]
fn a_gzip_header_may_say_more() {
    let text = format!(r#"{{"Records":[{}]}}"#, record("AssumeRole"));
    let builders = [
        flate2::GzBuilder::new().filename("a.json"),
        flate2::GzBuilder::new().comment("c").extra(vec![0; 300]),
        flate2::GzBuilder::new()
            .filename("a")
            .comment("b")
            .extra(vec![1, 2])
            .mtime(1),
    ];
    for builder in builders {
        let mut encoder = builder.write(Vec::new(), flate2::Compression::default());
        encoder.write_all(text.as_bytes()).unwrap();
        let stored = encoder.finish().unwrap();
        assert!(
            inflated_whole(
                &mut libdeflater::Decompressor::new(),
                &stored,
                &mut Vec::new()
            )
            .is_some()
        );
        let (kept, counts) = from_stream(&stored, &Filter::everything());
        assert_eq!(
            (kept.records.len(), kept.unread.len(), counts.files_read),
            (1, 0, 1)
        );
    }
}
