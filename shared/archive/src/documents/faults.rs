//! Text that isn't JSON: where it stops being JSON, and where reading can continue.

use super::lines::LineStart;
use super::{Begin, Documents, OuterDocument, ReadingState, TextWindow};
use crate::items::{Items, LARGEST, Sink};
use crate::place::{Reason, UnexpectedText};

impl Documents {
    /// Whether the document is a single line up to `to`, and isn't a list of records. Only then
    /// does a line with the same beginning start a new document, because JSON lines contain no line
    /// ends. Log files have all their records on one line. A text inside a string must never be
    /// read as a record, not even if the program that wrote the file forgot to escape it.
    fn within_one_line(&self, text: TextWindow<'_>, to: u64) -> bool {
        let OuterDocument {
            start,
            begins_line,
            list,
            ..
        } = self.document;
        begins_line
            && list.is_none()
            && to.saturating_sub(start) <= LARGEST as u64
            && text
                .range(start, to)
                .is_some_and(|bytes| memchr::memchr(b'\n', bytes).is_none())
    }

    /// Handles a raw control character in a string, at `next`. If it ends a line of JSON lines, the
    /// line was cut off.
    pub(super) fn control<S: Sink + ?Sized>(
        &mut self,
        text: TextWindow<'_>,
        items: &mut Items<'_, S>,
    ) -> Option<()> {
        let next_line = match text.from(self.next) {
            [b'\n', line @ ..] => self.begins_document(line, text.last),
            [] => return None,
            _ => LineStart::Not,
        };
        if next_line == LineStart::Unsure {
            return None;
        }
        // A log event with a time is one line, whatever the next line is.
        let line_ends = next_line == LineStart::Is(())
            || (self.begin == Some(Begin::Time) && text.from(self.next).starts_with(b"\n"));
        if line_ends && self.within_one_line(text, self.next) {
            self.numbered += 1;
            items.unread_record(self.numbered, self.document.start, Reason::LineEnds);
            self.at = ReadingState::Lost;
            return Some(());
        }
        if matches!(
            self.at,
            ReadingState::Object(_) | ReadingState::OtherText(_) | ReadingState::OtherNested(_)
        ) {
            self.spoilt = true;
        } else {
            self.document.spoilt = true;
        }
        Some(())
    }

    /// Reports malformed JSON. If the next line certainly begins a document, reading continues
    /// there.
    pub(super) fn malformed<S: Sink + ?Sized>(
        &mut self,
        text: TextWindow<'_>,
        found: UnexpectedText,
        expected: &'static str,
        items: &mut Items<'_, S>,
    ) {
        let top = matches!(self.at, ReadingState::Top);
        // A line cut off between two members is only noticed at the first byte of the next line.
        let before = self.next.saturating_sub(1);
        // Then the fault is reported for the line that was cut off, not for the complete one.
        let here = if text.range(before, self.next) == Some(b"\n") {
            before
        } else {
            self.next
        };
        let goes_on = top || self.within_one_line(text, here);
        // At the very beginning, the file is of another kind; later on, it's damaged.
        let reason = if top && self.met == 0 {
            Reason::NotJson(found)
        } else {
            Reason::Malformed { found, expected }
        };
        if goes_on {
            let fault = self.next;
            self.at = ReadingState::Lost;
            self.next = if top { fault } else { here };
            if !top && self.document.list.is_none() {
                self.numbered += 1;
                items.unread_record(self.numbered, self.document.start, reason);
            } else {
                self.met += 1;
                items.name_fault(Some(fault), reason);
            }
        } else {
            // The start of the next document would be a guess, and callers choose the content of
            // strings. So the rest of the file is reported as unread.
            self.at = ReadingState::Stopped;
            items.failure(Some(self.next), reason, true);
        }
    }

    /// Searches for a line that begins like the documents of this text.
    pub(super) fn find_line(&mut self, text: TextWindow<'_>) -> Option<()> {
        let rest = text.from(self.next);
        let Some(end) = memchr::memchr(b'\n', rest) else {
            self.next = text.end();
            return None;
        };
        self.next += end as u64;
        let line = rest.get(end + 1..).unwrap_or_default();
        let begins = self.begins_document(line, text.last);
        if begins == LineStart::Unsure {
            return None;
        }
        self.next += 1;
        if begins == LineStart::Is(()) {
            self.at = ReadingState::Top;
            self.line_begins = true;
        }
        Some(())
    }
}
