//! Where something was read, and what could not be read.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// Where a record begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordPlace {
    /// The file as it was named, or the name of a stream.
    pub file: Arc<Path>,
    /// Which record of the file, the first being 1.
    pub record: u64,
    /// Its first byte in the inflated text, the first of the file being 0.
    pub byte: u64,
}

impl fmt::Display for RecordPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: record {} (byte {})",
            Shown(&self.file),
            self.record,
            self.byte
        )
    }
}

/// A file, or a part of one, that was not read. `Display` says where and why in one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// The file as it was named, or the name of a stream.
    pub file: Arc<Path>,
    /// Which record of the file, the first being 1, where it is one record.
    pub record: Option<u64>,
    /// Where in the inflated text, the first byte being 0, where that says something.
    pub byte: Option<u64>,
    /// Why.
    pub reason: Reason,
    /// Whether the file was not read any further from there.
    pub rest: bool,
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Shown(&self.file))?;
        match (self.record, self.byte) {
            (Some(record), Some(byte)) => write!(f, ": record {record} (byte {byte})")?,
            (Some(record), None) => write!(f, ": record {record}")?,
            (None, Some(byte)) => write!(f, ": byte {byte}")?,
            (None, None) => {}
        }
        write!(f, ": {}", self.reason)?;
        if self.rest {
            f.write_str("; the rest of the file is skipped")
        } else {
            Ok(())
        }
    }
}

/// Why something was not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// The system refused the file or folder.
    #[error("cannot be read: {0}")]
    Refused(String),
    /// A path given by name is neither file nor folder.
    #[error("no such file or directory")]
    Missing,
    /// Nothing but white space.
    #[error("the file is empty")]
    Empty,
    /// The text does not begin as JSON does.
    #[error("this is not JSON: it begins with {0}")]
    NotJson(UnexpectedText),
    /// A format of another kind.
    #[error("this is {0}; only JSON and gzip are supported")]
    Format(&'static str),
    /// Between the records the text is not JSON.
    #[error("malformed JSON: {found} where {expected} was expected")]
    Malformed {
        /// What stands there.
        found: UnexpectedText,
        /// What JSON allows there.
        expected: &'static str,
    },
    /// An object with none of the known keys.
    #[error(
        "a JSON object that neither is nor contains a CloudTrail record (it has none of the known keys)"
    )]
    Unknown,
    /// `Records` or `Events` holds something else than a list.
    #[error("`{0}` is not a list")]
    NotAList(&'static str),
    /// A record is no object.
    #[error("the record is {0}, not a JSON object")]
    NotAnObject(&'static str),
    /// `CloudTrailEvent` of a LookupEvents answer cannot be used.
    #[error("its `CloudTrailEvent` is not a CloudTrail record in JSON")]
    CloudTrailEvent,
    /// An element of `Records` that Lambda gives to a function.
    #[error("a Lambda event (its `eventSource` begins with `aws:`), not a CloudTrail record")]
    OfAFunction,
    /// A document with a list and with a record's keys.
    #[error(
        "the document has both a list of records and a record's own keys; only the list was read"
    )]
    RecordBesideList,
    /// `message` of a log event cannot be used.
    #[error("its `message` is not a CloudTrail record in JSON")]
    Message,
    /// A row of columns holds more than one record.
    #[error(
        "the row has other columns and more than one record, so it isn't certain which one counts"
    )]
    SeveralRecords,
    /// Columns of a query have names of a record's keys, and one of them is a record.
    #[error(
        "the object has a record's keys and holds a record as text, so it isn't certain which one counts"
    )]
    RecordInColumns,
    /// A text, or a column of a row, that begins like a record and isn't one.
    #[error("a JSON object, or the text of one, that is not a CloudTrail record")]
    NotARecord,
    /// A key on which the reading depends is there twice.
    #[error("the object has `{0}` twice, so it isn't certain which one counts")]
    Twice(&'static str),
    /// `detail` of an event of EventBridge cannot be used.
    #[error("its `detail` is not a JSON object")]
    Detail,
    /// The bytes are not UTF-8.
    #[error("the record is not valid UTF-8")]
    NotUtf8,
    /// A raw control character inside a string.
    #[error("the record has a raw control character inside a string, which JSON forbids")]
    ControlCharacter,
    /// A line of JSON lines is cut off.
    #[error("the line is cut off")]
    LineEnds,
    /// More than the 4 MiB that a single record may have.
    #[error("the record has {0} bytes, more than the 4 MiB that are read")]
    TooLarge(u64),
    /// The file is cut off within a record.
    #[error("the file ends in the middle of the record")]
    EndsInside,
    /// The file is cut off within a list of records.
    #[error("the file ends in the middle of a document, after its last whole record")]
    EndsBetween,
    /// Gzip data that stops too early.
    #[error("gzip data is truncated after {0} bytes of text")]
    GzipTruncated(u64),
    /// Gzip data that cannot be inflated.
    #[error("gzip data is corrupt after {after} bytes of text ({what})")]
    GzipCorrupt {
        /// Bytes of text that could be inflated.
        after: u64,
        /// What the inflater says.
        what: String,
    },
    /// Something else follows the gzip data.
    #[error("the gzip data is followed by bytes that are not gzip")]
    GzipTrailing,
    /// A file that was compressed twice.
    #[error("gzip data inside gzip data; decompress it once and try again")]
    GzipTwice,
    /// The file has more faults than are named one by one.
    #[error("{0} more problems in this file are not listed")]
    More(u64),
}

/// What was met in place of something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnexpectedText {
    /// A byte of the text.
    Byte(u8),
    /// A mark of UTF-16.
    Utf16,
}

impl fmt::Display for UnexpectedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Byte(byte) if byte.is_ascii_graphic() => write!(f, "`{}`", char::from(*byte)),
            Self::Byte(byte) => write!(f, "the byte 0x{byte:02x}"),
            Self::Utf16 => f.write_str("a UTF-16 byte order mark"),
        }
    }
}

/// A path on one line, whatever is in its name.
struct Shown<'a>(&'a Path);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.to_string_lossy().chars() {
            let turns = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
            fmt::Write::write_char(
                f,
                if c.is_control() || turns {
                    '\u{fffd}'
                } else {
                    c
                },
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_and_a_problem_are_one_line_each() {
        let file: Arc<Path> = Arc::from(Path::new("a\nb.json"));
        let place = RecordPlace {
            file: Arc::clone(&file),
            record: 12,
            byte: 34_567,
        };
        assert_eq!(place.to_string(), "a\u{fffd}b.json: record 12 (byte 34567)");
        let reason = Reason::Malformed {
            found: UnexpectedText::Byte(b'<'),
            expected: "`,` or `]`",
        };
        let unread = Unread {
            file,
            record: None,
            byte: Some(7),
            reason,
            rest: true,
        };
        assert_eq!(
            unread.to_string(),
            "a\u{fffd}b.json: byte 7: malformed JSON: `<` where `,` or `]` was expected; the rest of the file is skipped"
        );
    }
}
