//! The Japanese forms of the templates of this program.

mod center;
mod explain;
mod other;
mod page;
mod records;
mod report;
mod review;
mod revoke;
mod sessions;

use std::collections::HashMap;
use std::sync::LazyLock;

use rolewatch_guard::text::ja::Entry;

/// All entries, by topic.
const TOPICS: &[&[Entry]] = &[
    center::ENTRIES,
    explain::ENTRIES,
    other::ENTRIES,
    page::ENTRIES,
    records::ENTRIES,
    report::ENTRIES,
    review::ENTRIES,
    revoke::ENTRIES,
    sessions::ENTRIES,
];

static TEMPLATES: LazyLock<HashMap<&'static str, &'static str>> =
    LazyLock::new(|| entries().collect());

/// Every template that has a Japanese form, with that form.
pub(super) fn entries() -> impl Iterator<Item = Entry> {
    TOPICS.iter().flat_map(|topic| topic.iter().copied())
}

/// The Japanese form of an English template.
pub(super) fn template(english: &str) -> Option<&'static str> {
    TEMPLATES.get(english).copied()
}
