//! Records that are JSON text within JSON.

use std::borrow::Cow;

use crate::keys::{MemberKeys, text_of};
use crate::structure::{Scan, ScanStep};

/// The record or event that a value is, or that its text is.
pub(super) fn record_in(value: &[u8]) -> Option<(Cow<'_, [u8]>, MemberKeys)> {
    let json = object_in(value)?;
    let keys =
        MemberKeys::of_object(&json).filter(|keys| keys.twice.is_none() && keys.of_a_record())?;
    Some((json, keys))
}

/// The object that a value is, or that its text consists of.
pub(super) fn object_in(value: &[u8]) -> Option<Cow<'_, [u8]>> {
    if value.starts_with(b"{") {
        return Some(Cow::Borrowed(value));
    }
    let text = text_of(value)?;
    let json = text.trim().as_bytes();
    // The text may end before the object does, or continue after it.
    let whole = json.starts_with(b"{") && Scan::new().advance(json) == ScanStep::End(json.len());
    whole.then(|| Cow::Owned(json.to_vec()))
}

/// Whether a member of an object under an unknown key is a record as text.
pub(super) fn holds_a_record(json: &[u8]) -> bool {
    texts_of_objects(json)
        .into_iter()
        .any(|text| record_in(text).is_some())
}

/// The members of an object under unknown keys that are objects as text.
pub(super) fn texts_of_objects(json: &[u8]) -> Vec<&[u8]> {
    let mut values = MemberKeys::values_of_others(json);
    values.retain(|value| value.starts_with(b"\"") && is_an_object(value));
    values
}

/// Whether a value is an object, or text that begins like one. Text that can't be unescaped may be
/// one.
pub(super) fn is_an_object(value: &[u8]) -> bool {
    value.starts_with(b"{")
        || (value.starts_with(b"\"")
            && text_of(value).is_none_or(|text| text.trim_start().starts_with('{')))
}
