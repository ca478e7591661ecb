//! Whether Identity Center's directory was read lately.

use rolewatch_guard::moment::Moment;

use crate::port::Bucket;
use crate::rulebook::{ROSTER_PREFIX, Rulebook, taken_at};
use crate::time::DIRECTORY_UNREAD;
use crate::wire::UnreadDirectory;

/// The directory, if its latest roster is too old. `None` also if it never had one: a company may
/// do without.
pub(super) async fn unread<O: Bucket>(
    outside: &O,
    book: &Rulebook,
    at: Moment,
) -> Option<UnreadDirectory> {
    let store = &book.policy.identity_center.as_ref()?.identity_store;
    let listed = match outside.list(&format!("{ROSTER_PREFIX}{store}@")).await {
        Ok(listed) => listed,
        Err(trouble) => {
            tracing::warn!(%trouble, "couldn't list the rosters of Identity Center");
            return None;
        }
    };
    let last = listed.iter().filter_map(|(key, _)| taken_at(key)).max()?;
    (at.seconds_since(last) > DIRECTORY_UNREAD).then(|| UnreadDirectory {
        store: store.to_string(),
        last,
    })
}
