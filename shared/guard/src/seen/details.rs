//! Reads details of a record and notes which of them can't be read.
//!
//! INVARIANT (details): a detail that can't be read isn't treated as absent. The fact records the
//! difference, because an absent detail can prove something: a call that names no MFA device was
//! made without one.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::record::{Members, RecordProblem, Text};

/// A detail of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Detail<T> {
    /// The record doesn't have it.
    Absent,
    /// Its value.
    Read(T),
    /// The record has it, but it can't be read.
    Unread,
}

impl<T> Detail<T> {
    pub(super) fn is_unread(&self) -> bool {
        matches!(self, Self::Unread)
    }

    /// The value, if it can be read.
    pub(super) fn read(self) -> Option<T> {
        match self {
            Self::Read(what) => Some(what),
            Self::Absent | Self::Unread => None,
        }
    }

    /// The same detail, or `Unread` if the part of the record that contains it couldn't be read.
    pub(super) fn in_part(self, unread_part: bool) -> Self {
        if unread_part { Self::Unread } else { self }
    }
}

/// The details of a relevant record that can't be read. The rest of the record counts.
#[derive(Debug, Default)]
pub(super) struct UnreadDetails(Vec<RecordProblem>);

impl UnreadDetails {
    /// Notes that the member has a value of the wrong type.
    pub(super) fn unlike(&mut self, field: &'static str) {
        self.0.push(RecordProblem::Unlike { field });
    }

    /// Notes that the member has a text that CloudTrail never writes there.
    pub(super) fn note_unexpected(&mut self, field: &'static str, found: &str, expected: &str) {
        self.0
            .push(RecordProblem::unexpected_text(field, found, expected));
    }

    /// Notes every member of a part of the record that has a value of the wrong type.
    pub(super) fn members(&mut self, part: &impl Members) {
        part.name_odd(&mut |field| self.unlike(field));
    }

    /// Reads a text. An empty one is absent. A value of the wrong type is reported together with
    /// the other members of its part.
    pub(super) fn detail<T>(
        &mut self,
        text: Option<&Text<'_>>,
        (field, expected): (&'static str, &str),
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Detail<T> {
        match text {
            None => Detail::Absent,
            Some(text) if text.is_odd() => Detail::Unread,
            Some(text) if text.is_empty() => Detail::Absent,
            Some(text) => read(text).map_or_else(
                || {
                    self.note_unexpected(field, text, expected);
                    Detail::Unread
                },
                Detail::Read,
            ),
        }
    }

    /// Reads `true` or `false`.
    pub(super) fn read_flag(
        &mut self,
        text: Option<&Text<'_>>,
        field: &'static str,
    ) -> Detail<bool> {
        self.detail(text, (field, "expected `true` or `false`"), |text| {
            [true, false]
                .into_iter()
                .find(|flag| text.eq_ignore_ascii_case(if *flag { "true" } else { "false" }))
        })
    }

    /// Reads one of the raw parts of a record.
    pub(super) fn read_part<'a, T: Deserialize<'a> + Default + Members>(
        &mut self,
        raw: Option<&'a RawValue>,
        field: &'static str,
        failed: bool,
    ) -> RecordPart<T> {
        let text = raw.map_or("", RawValue::get);
        if is_absent(text, failed) {
            return RecordPart {
                members: T::default(),
                unread: false,
            };
        }
        let members: Option<T> = text
            .starts_with('{')
            .then(|| serde_json::from_str(text).ok())
            .flatten();
        let Some(members) = members else {
            self.unlike(field);
            return RecordPart {
                members: T::default(),
                unread: true,
            };
        };
        self.members(&members);
        RecordPart {
            members,
            unread: false,
        }
    }

    /// All problems, in the order of reading.
    pub(super) fn into_problems(self) -> Vec<RecordProblem> {
        self.0
    }
}

/// One of the raw parts of a record: `requestParameters` and the like.
pub(super) struct RecordPart<T> {
    /// What could be read; empty if the record doesn't have the part.
    pub(super) members: T,
    /// Whether the record has the part but none of it can be read.
    pub(super) unread: bool,
}

/// Whether a raw part is empty. Some pipelines write an empty text where CloudTrail has no field,
/// and a failed call may have a bare text.
pub(super) fn is_absent(text: &str, failed: bool) -> bool {
    // `null` doesn't get here: serde reads it as `None`.
    text.is_empty() || text == "\"\"" || (failed && text.starts_with('"'))
}

/// A parameter as shared text; an empty one is `None`.
pub(super) fn shared(text: Option<&Text<'_>>) -> Option<Arc<str>> {
    text.map(|text| &**text)
        .filter(|text| !text.is_empty())
        .map(Arc::from)
}
