use proptest::prelude::*;

use super::block::Brackets;
use super::*;

/// The results for a block of bytes.
#[derive(Debug, PartialEq)]
struct Said {
    quotes: u64,
    backslashes: u64,
    brackets: Brackets,
    control: u64,
    plain: bool,
    high: bool,
}

fn by_blocks<S: Simd>(simd: S, bytes: &[u8; 64]) -> Said {
    let block = ScanBlock::load(simd, bytes);
    Said {
        quotes: block.quotes(),
        backslashes: block.backslashes(),
        brackets: block.brackets(),
        control: block.control(),
        plain: block.is_plain(),
        high: ScanBlock::load(simd, &[0; 64])
            .overlaid_on(block)
            .any_high(),
    }
}

/// The same, byte by byte.
fn plainly(bytes: &[u8; 64]) -> Said {
    let mask = |test: fn(u8) -> bool| {
        bytes
            .iter()
            .rev()
            .fold(0_u64, |mask, byte| mask << 1 | u64::from(test(*byte)))
    };
    Said {
        quotes: mask(|b| b == b'"'),
        backslashes: mask(|b| b == b'\\'),
        brackets: Brackets {
            open: mask(|b| matches!(b, b'{' | b'[')),
            close: mask(|b| matches!(b, b'}' | b']')),
        },
        control: mask(|b| b < 0x20),
        plain: mask(|b| b < 0x20 || matches!(b, b'[' | b'\\' | b']' | b'{' | b'|' | b'}')) == 0,
        high: !bytes.is_ascii(),
    }
}

/// Every level of vector instructions that this processor has.
fn levels() -> Vec<Level> {
    let best = Level::new();
    #[cfg(target_arch = "x86_64")]
    let others = [
        best.as_sse4_2().map(Level::Sse4_2),
        best.as_avx2().map(Level::Avx2),
    ];
    #[cfg(not(target_arch = "x86_64"))]
    let others: [Option<Level>; 0] = [];
    [best, Level::baseline()]
        .into_iter()
        .chain(others.into_iter().flatten())
        .collect()
}

/// Text with many structural characters.
fn dense_text() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        4 => prop::sample::select(b"\"\\{}[]".to_vec()),
        4 => prop::sample::select(b"a,:| ~_^Z".to_vec()),
        1 => any::<u8>(),
    ];
    prop::collection::vec(byte, 0..400)
}

fn block() -> impl Strategy<Value = [u8; 64]> {
    dense_text().prop_map(|bytes| {
        let mut block = [b'x'; 64];
        for (to, from) in block.iter_mut().zip(bytes) {
            *to = from;
        }
        block
    })
}

/// Scans in pieces of the given lengths, continuing past control characters.
fn in_pieces(bytes: &[u8], lengths: &[usize]) -> (Option<usize>, Vec<usize>) {
    let mut scan = Scan::new();
    let mut controls = Vec::new();
    let mut at = 0;
    let mut lengths = lengths.iter().cycle();
    while at < bytes.len() {
        let to = (at + lengths.next().unwrap()).min(bytes.len());
        match scan.advance(&bytes[at..to]) {
            ScanStep::End(end) => return (Some(at + end), controls),
            ScanStep::More => at = to,
            ScanStep::Control(offset) => {
                controls.push(at + offset);
                at += offset;
                scan.ignore_control();
            }
        }
    }
    (None, controls)
}

fn by_reference(bytes: &[u8]) -> (Option<usize>, Vec<usize>) {
    let mut scan = Scan::new();
    let mut controls = Vec::new();
    let mut at = 0;
    loop {
        match scan.byte_by_byte(&bytes[at..]) {
            ScanStep::End(end) => return (Some(at + end), controls),
            ScanStep::More => return (None, controls),
            ScanStep::Control(offset) => {
                controls.push(at + offset);
                at += offset;
                scan.ignore_control();
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn every_kind_of_block_says_what_the_bytes_say(bytes in block()) {
        for level in levels() {
            prop_assert_eq!(dispatch!(level, simd => by_blocks(simd, &bytes)), plainly(&bytes));
        }
    }

    #[test]
    fn blocks_and_pieces_find_the_end_that_single_bytes_find(
        mut bytes in dense_text(),
        lengths in prop::collection::vec(1_usize..200, 1..5),
    ) {
        bytes.insert(0, b'{');
        prop_assert_eq!(in_pieces(&bytes, &lengths), by_reference(&bytes));
        prop_assert_eq!(in_pieces(&bytes, &[usize::MAX >> 1]), by_reference(&bytes));
        for level in levels() {
            let mut scan = Scan::new();
            let mut reference = Scan::new();
            scan.ignore_control();
            reference.ignore_control();
            let step = dispatch!(level, simd => scan.advance_with(simd, &bytes));
            prop_assert_eq!(step, reference.byte_by_byte(&bytes));
        }
    }

    #[test]
    fn a_value_ends_where_a_parser_says_it_ends(text in dense_text(), padding in 0_usize..130) {
        let text = String::from_utf8_lossy(&text).into_owned();
        let inner = serde_json::json!({ text.clone(): [text, { "}": "{" }] });
        let mut bytes = serde_json::to_vec(&serde_json::json!([" ".repeat(padding), inner])).unwrap();
        let length = bytes.len();
        bytes.extend_from_slice(b"}]}\"");
        prop_assert_eq!(in_pieces(&bytes, &[usize::MAX >> 1]), (Some(length), Vec::new()));
    }

    #[test]
    fn a_string_ends_where_a_parser_says_it_ends(text in any::<String>(), lengths in prop::collection::vec(1_usize..20, 1..5)) {
        let bytes = serde_json::to_vec(&text).unwrap();
        let mut scan = TextScan::new();
        let mut at = 1;
        let mut lengths = lengths.iter().cycle();
        let end = loop {
            let to = (at + lengths.next().unwrap()).min(bytes.len());
            match scan.advance(&bytes[at..to]) {
                ScanStep::End(end) => break at + end,
                ScanStep::More => at = to,
                ScanStep::Control(_) => unreachable!("a serializer escapes them"),
            }
        };
        prop_assert_eq!(end, bytes.len());
        prop_assert_eq!(scan.traits_seen().non_ascii, !text.is_ascii());
    }
}

#[test]
fn a_bracket_in_a_string_does_not_end_a_value() {
    let text = br#"{"a":"},{\"eventVersion\":\"1.08\"}","b":"\\"},{"c":1}"#;
    assert_eq!(
        Scan::new().advance(text),
        ScanStep::End(br#"{"a":"},{\"eventVersion\":\"1.08\"}","b":"\\"}"#.len())
    );
}
