//! Reads keys, values and elements from their first byte to their last, across any number of
//! windows.

use super::{Documents, ReadingState, RecordList, TextWindow};
use crate::items::{Items, LARGEST, MessageType, ObjectPlace, Sink};
use crate::keys::{MemberKey, is_scalar};
use crate::place::Reason;
use crate::structure::{Scan, ScanStep, ScanTraits, TextScan};

impl Documents {
    /// Reads an element of a list of records.
    #[inline]
    pub(super) fn in_object<S: Sink + ?Sized>(
        &mut self,
        mut scan: Scan,
        text: TextWindow<'_>,
        items: &mut Items<'_, S>,
    ) -> Option<()> {
        let step = scan.advance(text.from(self.next));
        match step {
            ScanStep::End(length) => {
                self.next += length as u64;
                self.at = ReadingState::AfterElement;
                let seen = scan.traits_seen();
                let size = self.next - self.token;
                let item = ObjectPlace {
                    number: self.numbered,
                    byte: self.token,
                    seen,
                    spoilt: self.spoilt,
                };
                match text.range(self.token, self.next) {
                    Some(json) if size <= LARGEST as u64 => match self.document.list {
                        Some(RecordList::Records) => items.element_of_records(json, item),
                        Some(RecordList::LogEvents | RecordList::FoundEvents) => {
                            items.log_event(json, item, self.document.message_type);
                        }
                        _ => items.element(json, item),
                    },
                    _ => items.unread_record(item.number, item.byte, Reason::TooLarge(size)),
                }
                Some(())
            }
            ScanStep::More => {
                self.next = text.end();
                self.at = ReadingState::Object(scan);
                None
            }
            ScanStep::Control(length) => {
                self.next += length as u64;
                self.at = ReadingState::Object(scan);
                self.control(text, items)?;
                if let ReadingState::Object(scan) = &mut self.at {
                    scan.ignore_control();
                }
                Some(())
            }
        }
    }

    pub(super) fn in_text<S: Sink + ?Sized>(
        &mut self,
        mut scan: TextScan,
        text: TextWindow<'_>,
        items: &mut Items<'_, S>,
    ) -> Option<()> {
        let resumed = |at: ReadingState, scan| match at {
            ReadingState::KeyText(_) => ReadingState::KeyText(scan),
            ReadingState::ValueText(_) => ReadingState::ValueText(scan),
            ReadingState::TopText(_) => ReadingState::TopText(scan),
            _ => ReadingState::OtherText(scan),
        };
        match scan.advance(text.from(self.next)) {
            ScanStep::End(length) => {
                self.next += length as u64;
                self.note_seen(scan.traits_seen());
                match self.at {
                    ReadingState::KeyText(_) => {
                        let written = text.range(self.token + 1, self.next - 1);
                        self.document.key =
                            Some(written.map_or(MemberKey::Other, MemberKey::from_json));
                        self.at = ReadingState::Colon;
                    }
                    ReadingState::ValueText(_) => self.end_value(text, items),
                    ReadingState::TopText(_) => self.end_top_text(scan.traits_seen(), text, items),
                    _ => self.end_other(b'"', scan.traits_seen(), text, items),
                }
                Some(())
            }
            ScanStep::More => {
                self.next = text.end();
                self.at = resumed(self.at, scan);
                None
            }
            ScanStep::Control(length) => {
                self.next += length as u64;
                self.at = resumed(self.at, scan);
                self.control(text, items)?;
                if let ReadingState::KeyText(scan)
                | ReadingState::ValueText(scan)
                | ReadingState::OtherText(scan)
                | ReadingState::TopText(scan) = &mut self.at
                {
                    scan.ignore_control();
                }
                Some(())
            }
        }
    }

    pub(super) fn in_nested<S: Sink + ?Sized>(
        &mut self,
        mut scan: Scan,
        text: TextWindow<'_>,
        items: &mut Items<'_, S>,
    ) -> Option<()> {
        let value = matches!(self.at, ReadingState::ValueNested(_));
        let resumed = |scan| {
            if value {
                ReadingState::ValueNested(scan)
            } else {
                ReadingState::OtherNested(scan)
            }
        };
        match scan.advance(text.from(self.next)) {
            ScanStep::End(length) => {
                self.next += length as u64;
                self.note_seen(scan.traits_seen());
                if value {
                    self.end_value(text, items);
                } else {
                    self.end_other(b'[', scan.traits_seen(), text, items);
                }
                Some(())
            }
            ScanStep::More => {
                self.next = text.end();
                self.at = resumed(scan);
                None
            }
            ScanStep::Control(length) => {
                self.next += length as u64;
                self.at = resumed(scan);
                self.control(text, items)?;
                if let ReadingState::ValueNested(scan) | ReadingState::OtherNested(scan) =
                    &mut self.at
                {
                    scan.ignore_control();
                }
                Some(())
            }
        }
    }

    pub(super) fn in_scalar<S: Sink + ?Sized>(
        &mut self,
        text: TextWindow<'_>,
        items: &mut Items<'_, S>,
    ) -> Option<()> {
        let rest = text.from(self.next);
        let length = rest.iter().take_while(|byte| is_scalar(**byte)).count();
        self.next += length as u64;
        if length == rest.len() {
            return None;
        }
        if matches!(self.at, ReadingState::ValueScalar) {
            self.end_value(text, items);
        } else {
            self.end_other(b'0', ScanTraits::default(), text, items);
        }
        Some(())
    }

    pub(super) fn note_seen(&mut self, seen: ScanTraits) {
        self.document.seen.backslash |= seen.backslash;
        self.document.seen.non_ascii |= seen.non_ascii;
    }

    /// Handles a complete member of an outermost object.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a document within a window"
    )]
    pub(super) fn end_value<S: Sink + ?Sized>(
        &mut self,
        text: TextWindow<'_>,
        items: &mut Items<'_, S>,
    ) {
        self.at = ReadingState::AfterValue;
        let name = match self.document.key.take() {
            Some(MemberKey::Records) => "Records",
            Some(MemberKey::Events) => "Events",
            Some(MemberKey::LogEvents) => "logEvents",
            Some(MemberKey::MessageType) => {
                self.document.message_type = text
                    .range(self.token, self.next)
                    .map(MessageType::from_json);
                return;
            }
            Some(key) => {
                // The value's position only matters while the window contains the whole document.
                let start = self.document.start;
                let value = if start >= text.base {
                    (self.token - start) as usize..(self.next - start) as usize
                } else {
                    0..0
                };
                self.document.keys.note_member(key, value);
                return;
            }
            None => return,
        };
        self.document.list = self.document.list.or(Some(RecordList::Records));
        items.name_fault(Some(self.token), Reason::NotAList(name));
    }

    /// Handles a complete element of a list that isn't an object. CLI queries print records as
    /// texts, or rows that contain them.
    pub(super) fn end_other<S: Sink + ?Sized>(
        &mut self,
        first: u8,
        seen: ScanTraits,
        text: TextWindow<'_>,
        items: &mut Items<'_, S>,
    ) {
        self.at = ReadingState::AfterElement;
        let item = ObjectPlace {
            number: self.numbered,
            byte: self.token,
            seen,
            spoilt: self.spoilt,
        };
        match (first, text.range(self.token, self.next)) {
            (b'"', Some(written)) => items.text(written, item),
            (b'[', Some(row)) if self.document.list != Some(RecordList::Records) => {
                items.take_row(row, item);
            }
            (b'[', Some(_)) => {
                items.unread_record(item.number, item.byte, Reason::NotAnObject("a list"));
            }
            (b'"' | b'[', None) => items.unread_record(
                item.number,
                item.byte,
                Reason::TooLarge(self.next - self.token),
            ),
            _ => items.unread_record(
                item.number,
                item.byte,
                Reason::NotAnObject("a number, true, false or null"),
            ),
        }
    }

    /// Handles the end of a document that is JSON text.
    fn end_top_text<S: Sink + ?Sized>(
        &mut self,
        seen: ScanTraits,
        text: TextWindow<'_>,
        items: &mut Items<'_, S>,
    ) {
        self.at = ReadingState::Top;
        self.line_begins = false;
        let item = ObjectPlace {
            number: self.numbered,
            byte: self.token,
            seen,
            spoilt: self.document.spoilt,
        };
        match text.range(self.token, self.next) {
            Some(written) => items.text(written, item),
            None => items.unread_record(
                item.number,
                item.byte,
                Reason::TooLarge(self.next - self.token),
            ),
        }
    }

    /// Handles the end of the outermost object.
    pub(super) fn end_object<S: Sink + ?Sized>(
        &mut self,
        text: TextWindow<'_>,
        items: &mut Items<'_, S>,
    ) {
        self.go_to(ReadingState::Top);
        if self.document.list.is_some() {
            // Its list was read. Whether it's also a record isn't certain.
            let keys = &self.document.keys;
            if keys.of_a_record() || keys.contains(MemberKey::CloudTrailEvent) {
                self.numbered += 1;
                items.unread_record(self.numbered, self.document.start, Reason::RecordBesideList);
            }
            return;
        }
        let start = self.document.start;
        let item = ObjectPlace {
            number: self.numbered + 1,
            byte: start,
            seen: self.document.seen,
            spoilt: self.document.spoilt,
        };
        self.numbered += 1;
        match text.range(start, self.next) {
            Some(json) if json.len() <= LARGEST => items.document(json, &self.document.keys, item),
            _ => items.unread_record(item.number, start, Reason::TooLarge(self.next - start)),
        }
    }
}
