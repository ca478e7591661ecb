//! Keys, values and elements: from their first byte to their last, over as many windows as they
//! take.

use super::{At, Documents, List, Text};
use crate::items::{Item, Items, LARGEST, MessageType, Sink};
use crate::keys::{Key, is_scalar};
use crate::place::Reason;
use crate::structure::{Scan, Seen, Step, TextScan};

impl Documents {
    /// An element of a list of records.
    #[inline]
    pub(super) fn in_object<S: Sink + ?Sized>(
        &mut self,
        mut scan: Scan,
        text: Text<'_>,
        items: &mut Items<'_, S>,
    ) -> Option<()> {
        let step = scan.advance(text.from(self.next));
        match step {
            Step::End(length) => {
                self.next += length as u64;
                self.at = At::AfterElement;
                let seen = scan.seen();
                let size = self.next - self.token;
                let item = Item {
                    number: self.numbered,
                    byte: self.token,
                    seen,
                    spoilt: self.spoilt,
                };
                match text.range(self.token, self.next) {
                    Some(json) if size <= LARGEST as u64 => match self.document.list {
                        Some(List::Records) => items.element_of_records(json, item),
                        Some(List::LogEvents | List::FoundEvents) => {
                            items.log_event(json, item, self.document.message_type);
                        }
                        _ => items.element(json, item),
                    },
                    _ => items.unread_record(item.number, item.byte, Reason::TooLarge(size)),
                }
                Some(())
            }
            Step::More => {
                self.next = text.end();
                self.at = At::Object(scan);
                None
            }
            Step::Control(length) => {
                self.next += length as u64;
                self.at = At::Object(scan);
                self.control(text, items)?;
                if let At::Object(scan) = &mut self.at {
                    scan.ignore_control();
                }
                Some(())
            }
        }
    }

    pub(super) fn in_text<S: Sink + ?Sized>(
        &mut self,
        mut scan: TextScan,
        text: Text<'_>,
        items: &mut Items<'_, S>,
    ) -> Option<()> {
        let resumed = |at: At, scan| match at {
            At::KeyText(_) => At::KeyText(scan),
            At::ValueText(_) => At::ValueText(scan),
            At::TopText(_) => At::TopText(scan),
            _ => At::OtherText(scan),
        };
        match scan.advance(text.from(self.next)) {
            Step::End(length) => {
                self.next += length as u64;
                self.note_seen(scan.seen());
                match self.at {
                    At::KeyText(_) => {
                        let written = text.range(self.token + 1, self.next - 1);
                        self.document.key = Some(written.map_or(Key::Other, Key::of));
                        self.at = At::Colon;
                    }
                    At::ValueText(_) => self.end_value(text, items),
                    At::TopText(_) => self.end_top_text(scan.seen(), text, items),
                    _ => self.end_other(b'"', scan.seen(), text, items),
                }
                Some(())
            }
            Step::More => {
                self.next = text.end();
                self.at = resumed(self.at, scan);
                None
            }
            Step::Control(length) => {
                self.next += length as u64;
                self.at = resumed(self.at, scan);
                self.control(text, items)?;
                if let At::KeyText(scan)
                | At::ValueText(scan)
                | At::OtherText(scan)
                | At::TopText(scan) = &mut self.at
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
        text: Text<'_>,
        items: &mut Items<'_, S>,
    ) -> Option<()> {
        let value = matches!(self.at, At::ValueNested(_));
        let resumed = |scan| {
            if value {
                At::ValueNested(scan)
            } else {
                At::OtherNested(scan)
            }
        };
        match scan.advance(text.from(self.next)) {
            Step::End(length) => {
                self.next += length as u64;
                self.note_seen(scan.seen());
                if value {
                    self.end_value(text, items);
                } else {
                    self.end_other(b'[', scan.seen(), text, items);
                }
                Some(())
            }
            Step::More => {
                self.next = text.end();
                self.at = resumed(scan);
                None
            }
            Step::Control(length) => {
                self.next += length as u64;
                self.at = resumed(scan);
                self.control(text, items)?;
                if let At::ValueNested(scan) | At::OtherNested(scan) = &mut self.at {
                    scan.ignore_control();
                }
                Some(())
            }
        }
    }

    pub(super) fn in_scalar<S: Sink + ?Sized>(
        &mut self,
        text: Text<'_>,
        items: &mut Items<'_, S>,
    ) -> Option<()> {
        let rest = text.from(self.next);
        let length = rest.iter().take_while(|byte| is_scalar(**byte)).count();
        self.next += length as u64;
        if length == rest.len() {
            return None;
        }
        if matches!(self.at, At::ValueScalar) {
            self.end_value(text, items);
        } else {
            self.end_other(b'0', Seen::default(), text, items);
        }
        Some(())
    }

    pub(super) fn note_seen(&mut self, seen: Seen) {
        self.document.seen.backslash |= seen.backslash;
        self.document.seen.non_ascii |= seen.non_ascii;
    }

    /// A member of an outermost object is complete.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a document within a window"
    )]
    pub(super) fn end_value<S: Sink + ?Sized>(&mut self, text: Text<'_>, items: &mut Items<'_, S>) {
        self.at = At::AfterValue;
        let name = match self.document.key.take() {
            Some(Key::Records) => "Records",
            Some(Key::Events) => "Events",
            Some(Key::LogEvents) => "logEvents",
            Some(Key::MessageType) => {
                self.document.message_type = text.range(self.token, self.next).map(MessageType::of);
                return;
            }
            Some(key) => {
                // Where the value stands matters only while the window shows the whole document.
                let start = self.document.start;
                let value = if start >= text.base {
                    (self.token - start) as usize..(self.next - start) as usize
                } else {
                    0..0
                };
                self.document.keys.note(key, value);
                return;
            }
            None => return,
        };
        self.document.list = self.document.list.or(Some(List::Records));
        items.fault(Some(self.token), Reason::NotAList(name));
    }

    /// An element of a list is complete, but not an object. A query of the command line prints
    /// records as texts, or rows with them.
    pub(super) fn end_other<S: Sink + ?Sized>(
        &mut self,
        first: u8,
        seen: Seen,
        text: Text<'_>,
        items: &mut Items<'_, S>,
    ) {
        self.at = At::AfterElement;
        let item = Item {
            number: self.numbered,
            byte: self.token,
            seen,
            spoilt: self.spoilt,
        };
        match (first, text.range(self.token, self.next)) {
            (b'"', Some(written)) => items.text(written, item),
            (b'[', Some(row)) if self.document.list != Some(List::Records) => items.row(row, item),
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

    /// A document that is JSON text ends here.
    fn end_top_text<S: Sink + ?Sized>(
        &mut self,
        seen: Seen,
        text: Text<'_>,
        items: &mut Items<'_, S>,
    ) {
        self.at = At::Top;
        self.line_begins = false;
        let item = Item {
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

    /// The outermost object ends here.
    pub(super) fn end_object<S: Sink + ?Sized>(
        &mut self,
        text: Text<'_>,
        items: &mut Items<'_, S>,
    ) {
        self.go(At::Top);
        if self.document.list.is_some() {
            // Its list was read. Whether it is a record besides can't be told.
            let keys = &self.document.keys;
            if keys.of_a_record() || keys.has(Key::CloudTrailEvent) {
                self.numbered += 1;
                items.unread_record(self.numbered, self.document.start, Reason::RecordBesideList);
            }
            return;
        }
        let start = self.document.start;
        let item = Item {
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
