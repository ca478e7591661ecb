//! What Security Hub accepts in one request, and in one text.

use rolewatch_guard::untrusted::shows_as_itself;

/// The most findings in one request.
pub(super) const BATCH_FINDINGS: usize = 100;

/// The most bytes of one request: 6 MB, less what surrounds the findings.
pub(super) const BATCH_BYTES: usize = 5_900_000;

/// The most characters of an id.
pub(super) const ID: usize = 512;

/// The most characters of a title.
pub(super) const TITLE: usize = 256;

/// The most characters of a description.
pub(super) const DESCRIPTION: usize = 1_024;

/// The most characters of the steps to take.
pub(super) const STEPS: usize = 512;

/// The most characters of one product field.
pub(super) const FIELD: usize = 2_048;

/// The most characters of a Region.
pub(super) const REGION: usize = 16;

/// The most characters of the name of a call.
pub(super) const CALL: usize = 128;

/// A text of at most `most` characters, cut between two characters, with an ellipsis if something
/// is lost. AWS doesn't say how it counts, so this counts in the way that gives most: UTF-16.
///
/// Characters that don't show as themselves are replaced. Line breaks stay.
pub(super) fn clipped(text: &str, most: usize) -> String {
    let mut out = String::new();
    let mut units = 0;
    let mut chars = text.chars().map(visible).peekable();
    while let Some(c) = chars.next() {
        // Room is kept for the ellipsis, unless this is the last character.
        let ending = usize::from(chars.peek().is_some());
        if units + c.len_utf16() + ending > most {
            out.push('…');
            break;
        }
        units += c.len_utf16();
        out.push(c);
    }
    // Security Hub refuses blank texts.
    if out.trim().is_empty() {
        "-".to_owned()
    } else {
        out
    }
}

fn visible(c: char) -> char {
    if c == '\n' || shows_as_itself(c) {
        c
    } else {
        '\u{fffd}'
    }
}

/// The bytes of a JSON text once a client has escaped everything but ASCII, as the AWS CLI does.
pub(super) fn escaped_bytes(json: &str) -> usize {
    let bytes = |c: char| if c.is_ascii() { 1 } else { 6 * c.len_utf16() };
    json.chars().map(bytes).sum()
}
