//! Finds the objects that could be records in the text of a file of any shape.
//!
//! A file is a sequence of JSON documents. A document is an object with a list under `Records`,
//! `Events`, `logEvents` or `events`, a list, or a record itself (plain, in an EventBridge event,
//! in a log event, in an element of `Events`, or as JSON text). A line may begin with a time. Only
//! the document's keys, in any order, show which one it is. So the members of each outermost object
//! are read one by one, and everything inside them is skipped by its structure alone.

mod faults;
mod lines;
mod tokens;

use crate::items::{Items, LARGEST, MessageType, Sink};
use crate::keys::{MemberKey, MemberKeys, is_scalar, is_space};
use crate::place::{Reason, UnexpectedText};
use crate::structure::{Scan, ScanTraits, TextScan};

/// A part of the text: all of it, or the content of a window.
#[derive(Clone, Copy)]
pub(crate) struct TextWindow<'a> {
    pub(crate) bytes: &'a [u8],
    /// The offset of the first byte in the whole text.
    pub(crate) base: u64,
    /// Whether this is the end of the text.
    pub(crate) last: bool,
}

impl<'a> TextWindow<'a> {
    #[expect(clippy::cast_possible_truncation, reason = "an offset within a slice")]
    fn from(&self, at: u64) -> &'a [u8] {
        self.bytes
            .get(at.saturating_sub(self.base) as usize..)
            .unwrap_or_default()
    }

    /// The bytes from one offset to another, if the window still contains them.
    #[expect(clippy::cast_possible_truncation, reason = "an offset within a slice")]
    fn range(&self, from: u64, to: u64) -> Option<&'a [u8]> {
        self.bytes
            .get(from.checked_sub(self.base)? as usize..to.checked_sub(self.base)? as usize)
    }

    fn end(&self) -> u64 {
        self.base + self.bytes.len() as u64
    }
}

/// The position of the reader in the structure.
#[derive(Debug, Clone, Copy)]
enum ReadingState {
    /// Between documents.
    Top,
    /// In an outermost object, before a key; the first one may be missing.
    Key {
        first: bool,
    },
    KeyText(TextScan),
    Colon,
    Value,
    ValueText(TextScan),
    ValueNested(Scan),
    ValueScalar,
    AfterValue,
    /// In a list of records, before an element; the first one may be missing.
    Element {
        first: bool,
    },
    Object(Scan),
    /// In a document that is JSON text.
    TopText(TextScan),
    /// In an element that isn't an object.
    OtherText(TextScan),
    OtherNested(Scan),
    OtherScalar,
    AfterElement,
    /// After a fault, before the next line that begins a document.
    Lost,
    /// After a fault that ends the reading.
    Stopped,
}

/// The list that is being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RecordList {
    Records,
    Events,
    LogEvents,
    /// `events` of a FilterLogEvents response.
    FoundEvents,
    /// A document that is itself a list.
    Bare,
}

impl RecordList {
    /// The list under a key.
    fn for_key(key: MemberKey) -> Option<Self> {
        match key {
            MemberKey::Records => Some(Self::Records),
            MemberKey::Events => Some(Self::Events),
            MemberKey::LogEvents => Some(Self::LogEvents),
            MemberKey::FoundEvents => Some(Self::FoundEvents),
            _ => None,
        }
    }
}

/// The document that is being read.
#[derive(Debug, Default)]
struct OuterDocument {
    start: u64,
    /// Whether it begins a line.
    begins_line: bool,
    /// The list that it contains, if known. Then it isn't a record itself.
    list: Option<RecordList>,
    key: Option<MemberKey>,
    keys: MemberKeys,
    seen: ScanTraits,
    spoilt: bool,
    /// Whether it contains log events, if it has already shown that.
    message_type: Option<MessageType>,
}

/// Reads one text, window by window.
#[derive(Debug)]
pub(crate) struct Documents {
    at: ReadingState,
    /// The offset of the next byte.
    next: u64,
    /// The start of the current key, value or element.
    token: u64,
    document: OuterDocument,
    /// Whether a string in the current element contains a raw control character.
    spoilt: bool,
    /// The number of objects so far that could be records.
    numbered: u64,
    /// The number of documents so far, complete or not.
    met: u64,
    /// Between documents: whether the last byte that was skipped is a line end, or nothing precedes
    /// the next byte.
    line_begins: bool,
    /// How the documents of the text begin, if known.
    begin: Option<Begin>,
}

impl Documents {
    pub(crate) fn new() -> Self {
        Self {
            at: ReadingState::Top,
            next: 0,
            token: 0,
            document: OuterDocument::default(),
            spoilt: false,
            numbered: 0,
            met: 0,
            line_begins: true,
            begin: None,
        }
    }

    pub(crate) fn stopped(&self) -> bool {
        matches!(self.at, ReadingState::Stopped)
    }

    /// The first byte that the next window must still contain.
    pub(crate) fn keep_from(&self) -> u64 {
        let within = |from: u64| self.next.saturating_sub(from) <= LARGEST as u64;
        // A value that is too large is only followed to its end.
        match self.at {
            // Nothing that was read is needed again.
            ReadingState::Top | ReadingState::Lost | ReadingState::Stopped => self.next,
            // Until a list is found, the whole document may be one record, which would have to be
            // passed on.
            _ if self.document.list.is_none() && within(self.document.start) => self.document.start,
            ReadingState::Object(_)
            | ReadingState::KeyText(_)
            | ReadingState::ValueText(_)
            | ReadingState::OtherText(_)
            | ReadingState::OtherNested(_)
                if within(self.token) =>
            {
                self.token
            }
            _ => self.next,
        }
    }

    /// Reads as far as the window allows.
    pub(crate) fn read_on<S: Sink + ?Sized>(
        &mut self,
        text: TextWindow<'_>,
        items: &mut Items<'_, S>,
    ) {
        // A byte order mark is only allowed at the very beginning.
        if self.next == 0 && text.base == 0 {
            if text.bytes.starts_with(b"\xef\xbb\xbf") {
                self.next = 3;
            } else if text.bytes.starts_with(b"\xff\xfe") || text.bytes.starts_with(b"\xfe\xff") {
                self.at = ReadingState::Stopped;
                items.failure(Some(0), Reason::NotJson(UnexpectedText::Utf16), true);
            }
        }
        while self.read_step(text, items).is_some() {}
    }

    /// Reports what is missing at the end of the text. `cut`: the text ends early for a reason that
    /// was already reported.
    pub(crate) fn finish<S: Sink + ?Sized>(&mut self, cut: bool, items: &mut Items<'_, S>) {
        match self.at {
            ReadingState::Top if self.met == 0 && !cut => items.failure(None, Reason::Empty, false),
            ReadingState::Top | ReadingState::Lost | ReadingState::Stopped => {}
            ReadingState::Object(_)
            | ReadingState::TopText(_)
            | ReadingState::OtherText(_)
            | ReadingState::OtherNested(_)
            | ReadingState::OtherScalar => {
                items.unread_record(self.numbered, self.token, Reason::EndsInside);
                items.incomplete();
            }
            _ if self.document.list.is_none() => {
                items.unread_record(self.numbered + 1, self.document.start, Reason::EndsInside);
                items.incomplete();
            }
            _ if cut => {}
            _ => items.failure(Some(self.next), Reason::EndsBetween, false),
        }
        self.at = ReadingState::Stopped;
    }

    /// One step; `None` when the window must contain more, or there is nothing left to do.
    #[inline]
    fn read_step<S: Sink + ?Sized>(
        &mut self,
        text: TextWindow<'_>,
        items: &mut Items<'_, S>,
    ) -> Option<()> {
        match self.at {
            ReadingState::Object(scan) => return self.in_object(scan, text, items),
            ReadingState::KeyText(scan)
            | ReadingState::ValueText(scan)
            | ReadingState::OtherText(scan)
            | ReadingState::TopText(scan) => {
                return self.in_text(scan, text, items);
            }
            ReadingState::ValueNested(scan) | ReadingState::OtherNested(scan) => {
                return self.in_nested(scan, text, items);
            }
            ReadingState::ValueScalar | ReadingState::OtherScalar => {
                return self.in_scalar(text, items);
            }
            ReadingState::Lost => return self.find_line(text),
            ReadingState::Stopped => return None,
            _ => {}
        }
        let byte = self.peek_byte(text)?;
        if matches!(self.at, ReadingState::Top) && self.line_begins && byte.is_ascii_digit() {
            return self.timed_line(text, items);
        }
        if let Err(expected) = self.take_mark(byte, text, items) {
            self.malformed(text, UnexpectedText::Byte(byte), expected, items);
        }
        Some(())
    }

    /// Accepts a character that begins a document. An error says what is expected.
    fn mark_on_top(&mut self, byte: u8) -> Result<(), &'static str> {
        match byte {
            // If lines begin with a time, a line without one belongs to the line before it.
            _ if self.begin == Some(Begin::Time) => return Err(self.document_expected()),
            b'{' => self.begin_document(Begin::Object, None, ReadingState::Key { first: true }),
            b'[' => {
                self.begin_document(
                    Begin::Object,
                    Some(RecordList::Bare),
                    ReadingState::Element { first: true },
                );
            }
            b'"' => {
                self.begin_document(Begin::Text, None, ReadingState::TopText(TextScan::new()));
                self.numbered += 1;
            }
            _ => return Err(self.document_expected()),
        }
        Ok(())
    }

    /// Accepts a character between keys, values and elements. An error says what is expected.
    fn take_mark<S: Sink + ?Sized>(
        &mut self,
        byte: u8,
        text: TextWindow<'_>,
        items: &mut Items<'_, S>,
    ) -> Result<(), &'static str> {
        match (self.at, byte) {
            (ReadingState::Top, _) => return self.mark_on_top(byte),
            (ReadingState::Key { .. }, b'"') => {
                self.begin_token(ReadingState::KeyText(TextScan::new()), 1);
            }
            (ReadingState::Key { first: true } | ReadingState::AfterValue, b'}') => {
                self.end_object(text, items);
            }
            (ReadingState::Key { .. }, _) => return Err("a key"),
            (ReadingState::Colon, b':') => self.go_to(ReadingState::Value),
            (ReadingState::Colon, _) => return Err("`:`"),
            (ReadingState::Value, b'[')
                if let Some(list) = self.document.key.and_then(RecordList::for_key) =>
            {
                self.document.list = Some(list);
                self.go_to(ReadingState::Element { first: true });
            }
            (ReadingState::Value, b'"') => {
                self.begin_token(ReadingState::ValueText(TextScan::new()), 1);
            }
            (ReadingState::Value, b'{' | b'[') => {
                self.begin_token(ReadingState::ValueNested(Scan::new()), 0);
            }
            (ReadingState::Value, _) if is_scalar(byte) => {
                self.begin_token(ReadingState::ValueScalar, 0);
            }
            (ReadingState::Value, _) => return Err("a value"),
            (ReadingState::AfterValue, b',') => self.go_to(ReadingState::Key { first: false }),
            (ReadingState::AfterValue, _) => return Err("`,` or `}`"),
            (ReadingState::Element { first: true } | ReadingState::AfterElement, b']') => {
                let bare = self.document.list == Some(RecordList::Bare);
                self.go_to(if bare {
                    ReadingState::Top
                } else {
                    ReadingState::AfterValue
                });
            }
            (ReadingState::Element { .. }, b'{') => {
                self.begin_element(ReadingState::Object(Scan::new()), 0);
            }
            (ReadingState::Element { .. }, b'"') => {
                self.begin_element(ReadingState::OtherText(TextScan::new()), 1);
            }
            (ReadingState::Element { .. }, b'[') => {
                self.begin_element(ReadingState::OtherNested(Scan::new()), 0);
            }
            (ReadingState::Element { .. }, _) if is_scalar(byte) => {
                self.begin_element(ReadingState::OtherScalar, 0);
            }
            (ReadingState::Element { .. }, _) => return Err("a record"),
            (ReadingState::AfterElement, b',') => {
                self.go_to(ReadingState::Element { first: false });
            }
            _ => return Err("`,` or `]`"),
        }
        Ok(())
    }

    fn begin_document(&mut self, begin: Begin, list: Option<RecordList>, at: ReadingState) {
        self.met += 1;
        self.begin = Some(begin);
        self.token = self.next;
        self.document = OuterDocument {
            start: self.next,
            begins_line: self.line_begins,
            list,
            ..OuterDocument::default()
        };
        self.go_to(at);
    }

    fn go_to(&mut self, at: ReadingState) {
        self.line_begins = false;
        self.at = at;
        self.next += 1;
    }

    fn begin_token(&mut self, at: ReadingState, taken: u64) {
        self.token = self.next;
        self.spoilt = false;
        self.at = at;
        self.next += taken;
    }

    fn begin_element(&mut self, at: ReadingState, taken: u64) {
        self.numbered += 1;
        self.begin_token(at, taken);
    }

    /// The next byte that isn't white space. It isn't consumed.
    #[inline]
    fn peek_byte(&mut self, text: TextWindow<'_>) -> Option<u8> {
        for byte in text.from(self.next) {
            if !is_space(*byte) {
                return Some(*byte);
            }
            self.next += 1;
            self.line_begins = *byte == b'\n';
        }
        None
    }
}

/// How the documents of a text begin. After a fault, this distinguishes a line that begins another
/// document from one that only looks like it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Begin {
    /// With `{` or `[`.
    Object,
    /// With a quotation mark: the document is a record as JSON text.
    Text,
    /// With a time: `2026-03-02T09:00:00.000Z {`.
    Time,
}
