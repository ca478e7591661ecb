//! Ids, names and other texts of bounded length in Identity Center's records.

use std::sync::Arc;

use super::StoreUser;
use crate::record::{Object, Record, Shown, Text};
use crate::seen::details::UnreadDetails;

/// The longest text that is kept. AWS's own limits are lower: a user name has at most 128
/// characters, and the ARN of an application or client has a few hundred.
const LONGEST: usize = 1024;

/// A value that the record may hide. `None` if it's missing or hidden.
pub(super) fn shown_text(
    value: Option<&Shown<'_>>,
    field: &'static str,
    unread: &mut UnreadDetails,
) -> Option<Arc<str>> {
    fitting(value.and_then(Shown::text)?, field, unread)
}

/// A text. `None` if it's missing or empty.
pub(super) fn text(
    value: Option<&Text<'_>>,
    field: &'static str,
    unread: &mut UnreadDetails,
) -> Option<Arc<str>> {
    let text = value.map(|text| &**text).filter(|text| !text.is_empty())?;
    fitting(text, field, unread)
}

fn fitting(text: &str, field: &'static str, unread: &mut UnreadDetails) -> Option<Arc<str>> {
    if text.len() > LONGEST {
        unread.note_unexpected(field, text, "a text of at most 1024 bytes belongs there");
        return None;
    }
    Some(Arc::from(text))
}

/// The person in Identity Center who made the call, with their store.
pub(in crate::seen) fn on_behalf_of(
    record: &Record<'_>,
    unread: &mut UnreadDetails,
) -> Option<StoreUser> {
    let person = record.identity()?.on_behalf_of.as_ref();
    let person = person.and_then(Object::read)?;
    user(
        (person.user_id.as_ref(), "userIdentity.onBehalfOf.userId"),
        (
            person.identity_store_arn.as_ref(),
            "userIdentity.onBehalfOf.identityStoreArn",
        ),
        unread,
    )
}

/// A user's id and the ARN of their identity store.
pub(super) fn user(
    (id, id_field): (Option<&Text<'_>>, &'static str),
    (store, store_field): (Option<&Text<'_>>, &'static str),
    unread: &mut UnreadDetails,
) -> Option<StoreUser> {
    let user = text(id, id_field, unread);
    let expected = "an ARN like `arn:aws:identitystore::111122223333:identitystore/d-1234567890` \
                    belongs there";
    let store = unread.detail(store, (store_field, expected), |arn| {
        let (_, store) = arn.split_once(":identitystore/")?;
        (!store.is_empty() && arn.len() <= LONGEST).then(|| Arc::from(store))
    });
    Some(StoreUser {
        store: store.read()?,
        user: user?,
    })
}

/// `credentialId` of the caller.
pub(super) fn credential(record: &Record<'_>, unread: &mut UnreadDetails) -> Option<Arc<str>> {
    let id = record.identity()?.credential_id.as_ref();
    text(id, "userIdentity.credentialId", unread)
}
