//! Where something was read, and what couldn't be read.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// The position of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordPlace {
    /// The path of the file as given, or the name of a stream.
    pub file: Arc<Path>,
    /// The number of the record in the file, counted from 1.
    pub record: u64,
    /// The offset of its first byte in the decompressed text, counted from 0.
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

/// A file, or a part of one, that wasn't read. `Display` says where and why in one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// The path of the file as given, or the name of a stream.
    pub file: Arc<Path>,
    /// The number of the record in the file, counted from 1, if it's about one record.
    pub record: Option<u64>,
    /// The offset in the decompressed text, counted from 0, if it's useful.
    pub byte: Option<u64>,
    /// The reason.
    pub reason: Reason,
    /// Whether the rest of the file wasn't read either.
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

/// Why something wasn't read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// The system denied access to the file or folder.
    #[error("can't be read: {0}")]
    Refused(String),
    /// No file or folder exists at a given path.
    #[error("no such file or directory")]
    Missing,
    /// The file contains only white space.
    #[error("the file is empty")]
    Empty,
    /// The text doesn't begin like JSON.
    #[error("this is not JSON: it begins with {0}")]
    NotJson(UnexpectedText),
    /// A different file format.
    #[error("this is {0}; only JSON and gzip are supported")]
    Format(&'static str),
    /// The text between the records isn't JSON.
    #[error("malformed JSON: {found} where {expected} was expected")]
    Malformed {
        /// What was found.
        found: UnexpectedText,
        /// What JSON allows there.
        expected: &'static str,
    },
    /// An object with none of the known keys.
    #[error(
        "a JSON object that neither is nor contains a CloudTrail record (it has none of the known keys)"
    )]
    Unknown,
    /// `Records` or `Events` has a value that isn't a list.
    #[error("`{0}` is not a list")]
    NotAList(&'static str),
    /// A record isn't an object.
    #[error("the record is {0}, not a JSON object")]
    NotAnObject(&'static str),
    /// `CloudTrailEvent` in a LookupEvents response can't be used.
    #[error("its `CloudTrailEvent` is not a CloudTrail record in JSON")]
    CloudTrailEvent,
    /// An element of `Records` has the form that Lambda passes to a function.
    #[error("a Lambda event (its `eventSource` begins with `aws:`), not a CloudTrail record")]
    OfAFunction,
    /// A document has both a list and a record's keys.
    #[error(
        "the document has both a list of records and a record's own keys; only the list was read"
    )]
    RecordBesideList,
    /// `message` of a log event can't be used.
    #[error("its `message` is not a CloudTrail record in JSON")]
    Message,
    /// A row of columns contains more than one record.
    #[error(
        "the row has other columns and more than one record, so it isn't certain which one counts"
    )]
    SeveralRecords,
    /// The columns of a query are named like a record's keys, and one of them is a record.
    #[error(
        "the object has a record's keys and holds a record as text, so it isn't certain which one counts"
    )]
    RecordInColumns,
    /// A text, or a column of a row, begins like a record but isn't one.
    #[error("a JSON object, or the text of one, that is not a CloudTrail record")]
    NotARecord,
    /// A key that the reading depends on occurs twice.
    #[error("the object has `{0}` twice, so it isn't certain which one counts")]
    Twice(&'static str),
    /// `detail` of an EventBridge event can't be used.
    #[error("its `detail` is not a JSON object")]
    Detail,
    /// The bytes aren't UTF-8.
    #[error("the record is not valid UTF-8")]
    NotUtf8,
    /// A string contains a raw control character.
    #[error("the record has a raw control character inside a string, which JSON forbids")]
    ControlCharacter,
    /// A line of JSON lines is cut off.
    #[error("the line is cut off")]
    LineEnds,
    /// The record is larger than the allowed 4 MiB.
    #[error("the record has {0} bytes, more than the limit of 4 MiB")]
    TooLarge(u64),
    /// The file is cut off within a record.
    #[error("the file ends in the middle of the record")]
    EndsInside,
    /// The file is cut off within a list of records.
    #[error("the file ends in the middle of a document, after its last whole record")]
    EndsBetween,
    /// The gzip data ends too early.
    #[error("gzip data is truncated after {0} bytes of text")]
    GzipTruncated(u64),
    /// The gzip data can't be decompressed.
    #[error("gzip data is corrupt after {after} bytes of text ({what})")]
    GzipCorrupt {
        /// The number of bytes that could be decompressed.
        after: u64,
        /// The decompressor's message.
        what: String,
    },
    /// The gzip data is followed by something else.
    #[error("the gzip data is followed by bytes that are not gzip")]
    GzipTrailing,
    /// The file was compressed twice.
    #[error("gzip data inside gzip data; decompress it once and try again")]
    GzipTwice,
    /// The file has more faults than are reported one by one.
    #[error("{0} more problems in this file are not listed")]
    More(u64),
}

/// What was found instead of the expected text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnexpectedText {
    /// A byte.
    Byte(u8),
    /// A UTF-16 byte order mark.
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

/// A path on one line, whatever its name contains.
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
