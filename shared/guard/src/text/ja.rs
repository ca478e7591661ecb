//! The Japanese forms of all templates, by topic.

mod judgement;
mod membership;
mod people;
mod policy;
mod review;
mod review_rules;
mod revoke;
mod rules;
mod rules_2;
mod tamper;

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::moment::Span;

/// A template in English and in Japanese.
pub type Entry = (&'static str, &'static str);

/// All entries, by topic.
const TOPICS: &[&[Entry]] = &[
    judgement::ENTRIES,
    membership::ENTRIES,
    people::ENTRIES,
    policy::ENTRIES,
    review::ENTRIES,
    review_rules::ENTRIES,
    revoke::ENTRIES,
    rules::ENTRIES,
    rules_2::ENTRIES,
    tamper::ENTRIES,
];

static TEMPLATES: LazyLock<HashMap<&'static str, &'static str>> =
    LazyLock::new(|| entries().collect());

/// Every template that has a Japanese form, with that form.
pub fn entries() -> impl Iterator<Item = Entry> {
    TOPICS.iter().flat_map(|topic| topic.iter().copied())
}

/// The Japanese form of an English template.
pub fn template(english: &str) -> Option<&'static str> {
    TEMPLATES.get(english).copied()
}

/// `1 時間 30 分`
pub fn span(span: Span) -> String {
    let mut rest = span.seconds();
    if rest <= 0 {
        return format!("{rest} 秒");
    }
    let mut parts = Vec::new();
    for (seconds, unit) in [(86_400, "日"), (3_600, "時間"), (60, "分"), (1, "秒")] {
        let count = rest / seconds;
        rest %= seconds;
        if count > 0 {
            parts.push(format!("{count} {unit}"));
        }
    }
    parts.join(" ")
}
