//! Records with details that can't be read: the guard judges the rest of each record, reports the
//! problem, and agrees with the audit.

use std::collections::BTreeSet;

use rolewatch_guard::Elevated;
use rolewatch_guard::seen::{Reading, read};
use rolewatch_guard::testing::Story;
use rolewatch_live::ledger::hash;
use rolewatch_live::testing::Twin;
use serde_json::{Value, json};

use crate::storm::Storm;

/// A place in a record, and its new value. If a record doesn't have the place, it stays unchanged.
fn spoils() -> [(&'static str, Value); 16] {
    [
        (
            "/responseElements/credentials/expiration",
            json!("1772445600"),
        ),
        (
            "/responseElements/credentials/expiration",
            json!({"seconds": 1_772_445_600}),
        ),
        ("/responseElements/credentials", json!("ASIA")),
        ("/responseElements", json!([])),
        ("/requestParameters/durationSeconds", json!(-1)),
        ("/requestParameters/serialNumber", json!(true)),
        ("/requestParameters", json!("roleArn=...")),
        ("/userIdentity/sessionContext", json!([])),
        (
            "/userIdentity/sessionContext/attributes",
            json!("mfaAuthenticated=true"),
        ),
        (
            "/userIdentity/sessionContext/attributes/creationDate",
            json!(1_772_445_600),
        ),
        (
            "/userIdentity/sessionContext/attributes/mfaAuthenticated",
            json!("perhaps"),
        ),
        ("/userIdentity/sessionContext/sessionIssuer", json!(7)),
        ("/userIdentity/accountId", json!("development")),
        ("/resources", json!("none")),
        ("/sharedEventID", json!("1")),
        ("/awsRegion", json!({})),
    ]
}

/// Spoils two in five records of every third story. Leaves IAM changes alone, which mean nothing
/// without their parameters.
pub(crate) fn spoil(story: Story, seed: u64) -> Story {
    let spoils = spoils();
    let mut draw = seed;
    let mut next = |most: u64| {
        // Knuth's linear congruential generator. Its numbers depend only on the seed.
        draw = draw
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (draw >> 33) % most
    };
    story.retold(|record| {
        let (spoiled, which) = (
            next(5) < 2,
            usize::try_from(next(spoils.len() as u64)).unwrap(),
        );
        let (place, value) = &spoils[which];
        if spoiled
            && seed % 3 == 1
            && record["eventSource"] != "iam.amazonaws.com"
            && let Some(slot) = record.pointer_mut(place).filter(|slot| !slot.is_null())
        {
            *slot = value.clone();
        }
    })
}

/// How many records the guard couldn't read in full. It has stored a copy of each.
pub(crate) fn put_aside(twin: &Twin<Storm>, story: &Story, records: &[&Value]) -> usize {
    let policy = story.policy();
    let mut partly: BTreeSet<String> = BTreeSet::new();
    for record in records {
        let text = record.to_string();
        if let Reading::Seen(seen) = read(text.as_bytes(), &|role| {
            Elevated::by_policy(&policy).may_be(role)
        })
        .unwrap()
            && !seen.unread.is_empty()
        {
            partly.insert(format!(
                "details-{}.json",
                hash(&format!("{}~{}", seen.key.account, seen.key.event))
            ));
        }
    }
    let objects = twin.objects.borrow();
    let aside: BTreeSet<String> = objects
        .keys()
        .filter_map(|key| Some(key.rsplit('/').next()?.to_owned()))
        .collect();
    let kept: BTreeSet<String> = aside
        .into_iter()
        .filter(|name| name.starts_with("details-"))
        .collect();
    assert_eq!(
        kept, partly,
        "a copy of each record that can't be read in full, and of no other"
    );
    partly.len()
}
