//! Lines: how a document begins one, and the time that may precede it, as in log events that
//! CloudWatch Logs exports.

use super::{Begin, Documents, ReadingState, TextWindow};
use crate::items::{Items, Sink};
use crate::place::{Reason, UnexpectedText};

/// The most bytes before a log event: a time and the name of its log stream, which CloudWatch Logs
/// limits to 512 characters.
const LONGEST: usize = 640;

/// Whether a line begins with something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineStart<T> {
    Is(T),
    Not,
    /// The window doesn't contain enough of the line.
    Unsure,
}

impl Documents {
    /// Handles a line at top level that begins with a digit. Everything before it is complete, so
    /// it's a log event, even if other documents precede it.
    pub(super) fn timed_line<S: Sink + ?Sized>(
        &mut self,
        text: TextWindow<'_>,
        items: &mut Items<'_, S>,
    ) -> Option<()> {
        match before_event(text.from(self.next), text.last) {
            LineStart::Is(length) => self.timed_event(length, text, items),
            LineStart::Unsure => return None,
            LineStart::Not => {
                let byte = text.from(self.next).first().copied().unwrap_or_default();
                self.malformed(
                    text,
                    UnexpectedText::Byte(byte),
                    self.document_expected(),
                    items,
                );
            }
        }
        Some(())
    }

    /// What is expected at the start of a document.
    pub(super) fn document_expected(&self) -> &'static str {
        if self.begin == Some(Begin::Time) {
            "a time"
        } else {
            "a JSON object or list"
        }
    }

    fn timed_event<S: Sink + ?Sized>(
        &mut self,
        before: usize,
        text: TextWindow<'_>,
        items: &mut Items<'_, S>,
    ) {
        let line = self.next;
        self.next += before as u64;
        self.line_begins = true;
        if text.from(self.next).first() == Some(&b'{') {
            self.begin_document(Begin::Time, None, ReadingState::Key { first: true });
        } else {
            self.met += 1;
            self.begin = Some(Begin::Time);
            self.numbered += 1;
            items.unread_record(self.numbered, line, Reason::NotAnObject("plain text"));
            self.at = ReadingState::Lost;
        }
    }

    /// Whether a line with these bytes begins a document, like the documents of this text.
    pub(super) fn begins_document(&self, line: &[u8], last: bool) -> LineStart<()> {
        let Some(first) = line.first() else {
            return if last {
                LineStart::Not
            } else {
                LineStart::Unsure
            };
        };
        match (self.begin, first) {
            (None | Some(Begin::Object), b'{') | (None | Some(Begin::Text), b'"') => {
                LineStart::Is(())
            }
            (None | Some(Begin::Time), b'0'..=b'9') => match before_event(line, last) {
                LineStart::Is(_) => LineStart::Is(()),
                LineStart::Not => LineStart::Not,
                LineStart::Unsure => LineStart::Unsure,
            },
            _ => LineStart::Not,
        }
    }
}

/// The number of bytes before the log event in a line that begins with a time.
fn before_event(line: &[u8], last: bool) -> LineStart<usize> {
    let shown = line.get(..LONGEST).unwrap_or(line);
    // A window may contain only a part of the line. Nothing is decided that the rest could change,
    // unless the part is already longer than anything that AWS writes there.
    let end = match memchr::memchr2(b'{', b'\n', shown) {
        Some(end) => end,
        None if last || shown.len() == LONGEST => shown.len(),
        None => return LineStart::Unsure,
    };
    let (before, rest) = shown.split_at(end);
    let Some(time) = time_length(before) else {
        return LineStart::Not;
    };
    let after = before.get(time..).unwrap_or_default();
    let text = after.trim_ascii_start();
    let blank = after.len() - text.len();
    if blank == 0 && (!after.is_empty() || rest.starts_with(b"{")) {
        LineStart::Not
    } else if rest.starts_with(b"{") && is_log_stream(text) {
        LineStart::Is(end)
    } else {
        LineStart::Is(time + blank)
    }
}

/// Whether this is the name of a log stream followed by a space, which `aws logs tail` prints
/// between the time and the log event.
fn is_log_stream(text: &[u8]) -> bool {
    let name = text.trim_ascii_end();
    let part_of_a_name = |byte: &u8| byte.is_ascii_graphic() && !matches!(byte, b':' | b'*' | b'"');
    name.len() < text.len() && name.iter().all(part_of_a_name)
}

/// The length of a time: ISO 8601 with or without a zone, or seconds or milliseconds since 1970.
fn time_length(text: &[u8]) -> Option<usize> {
    iso_time(text).or_else(|| {
        let whole = digits(text);
        let fraction = fraction(text.get(whole..)?, b".");
        matches!(whole, 10 | 13).then_some(whole + fraction)
    })
}

fn iso_time(text: &[u8]) -> Option<usize> {
    const SHAPE: &[u8] = b"dddd-dd-ddTdd:dd:dd";
    let (second, rest) = text.split_at_checked(SHAPE.len())?;
    let fits = |(wanted, byte): (&u8, &u8)| match wanted {
        b'd' => byte.is_ascii_digit(),
        b'T' => matches!(byte, b'T' | b' '),
        mark => byte == mark,
    };
    if !SHAPE.iter().zip(second).all(fits) {
        return None;
    }
    let fraction = fraction(rest, b".,");
    Some(SHAPE.len() + fraction + zone_length(rest.get(fraction..)?))
}

/// The length of `.123`, which starts with one of the `marks`.
fn fraction(text: &[u8], marks: &[u8]) -> usize {
    match text {
        [mark, rest @ ..] if marks.contains(mark) => 1 + digits(rest),
        _ => 0,
    }
}

/// The length of `Z`, `+01:00` or `-0530`.
fn zone_length(text: &[u8]) -> usize {
    match text {
        [b'Z', ..] => 1,
        [b'+' | b'-', rest @ ..] => {
            1 + rest
                .iter()
                .take_while(|byte| byte.is_ascii_digit() || **byte == b':')
                .count()
        }
        _ => 0,
    }
}

fn digits(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_before_a_log_event_is_a_time_and_perhaps_a_log_stream() {
        for (line, length) in [
            ("2026-03-02T09:00:00Z {", 21),
            ("2026-03-02T09:00:00.000Z {", 25),
            ("2026-03-02T09:00:00.123456789+00:00\t{", 36),
            ("2026-03-02T09:00:00-0530  {", 26),
            ("2026-03-02T09:00:00 {", 20),
            ("2026-03-02 09:00:00,123 {", 24),
            ("1772442000 {", 11),
            ("1772442000.0\t{", 13),
            ("1772442000000\t{", 14),
            (
                "2026-03-02T09:00:00.000000+00:00 111122223333_CloudTrail_us-east-1 {",
                67,
            ),
            ("2026-03-02T09:00:00Z\n", 20),
            ("2026-03-02T09:00:00Z \r\n{", 22),
            ("2026-03-02T09:00:00Z two words {", 21),
            ("2026-03-02T09:00:00Z START: {", 21),
            ("2026-03-02T09:00:00Z x{", 21),
        ] {
            assert_eq!(
                before_event(line.as_bytes(), true),
                LineStart::Is(length),
                "{line}"
            );
            assert_eq!(
                before_event(line.as_bytes(), false),
                LineStart::Is(length),
                "{line}"
            );
            let end = line.find(['{', '\n']).unwrap();
            for cut in 0..end {
                let unsure = before_event(&line.as_bytes()[..cut], false);
                assert_eq!(unsure, LineStart::Unsure, "{line} up to {cut}");
            }
        }
    }

    #[test]
    fn whatever_else_begins_with_a_digit_is_not_a_time() {
        for line in [
            "2026-03-02T09:00Z {",
            "2026-03-02T09:00:00Z{",
            "2026-03-02T09:00:00{",
            "2026-03-02T09:00:00X {",
            "20260302T090000Z {",
            "17724420000 {",
            "1",
            "-",
            "",
        ] {
            assert_eq!(
                before_event(line.as_bytes(), true),
                LineStart::Not,
                "{line}"
            );
        }
    }

    #[test]
    fn a_line_without_end_is_not_waited_for() {
        for endless in [
            format!("2026-03-02T09:00:00Z{}", " ".repeat(1_000)),
            "0".repeat(1_000),
        ] {
            assert_ne!(before_event(endless.as_bytes(), false), LineStart::Unsure);
        }
    }
}
