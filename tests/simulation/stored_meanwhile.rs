//! A fact that another invocation stores while a finding is written is in the finding.
//!
//! That invocation may have compared the outbox before the finding was there, so nobody else adds
//! the fact.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use rolewatch_guard::policy::Policy;
use rolewatch_guard::testing::Story;
use rolewatch_live::testing::Twin;
use serde_json::Value;
use serde_json::value::to_raw_value;
use switch_guard::Guard;

use crate::bounded::{Counting, batch, handle};
use crate::same_findings::{envelope, offline, prepare, standing};
use crate::sizes::keep;

/// Handles `record`. When the guard begins to write a finding, stores `other` without judging it.
fn handle_while_another_is_stored(
    (twin, policy): (&Twin<Counting>, &Policy),
    guard: &mut Guard,
    record: &Value,
    other: &Value,
) {
    let event = to_raw_value(&batch(&[envelope(record).to_string()])).unwrap();
    twin.weather.take();
    twin.weather.shared.set(true);
    let mut handling = pin!(guard.handle(twin, &event, None));
    let mut context = Context::from_waker(Waker::noop());
    let mut stored = false;
    let (response, _) = loop {
        if let Poll::Ready(handled) = handling.as_mut().poll(&mut context) {
            break handled.unwrap();
        }
        if !stored && twin.weather.count("replace") > 0 {
            keep(twin, policy, other, twin.clock.get());
            stored = true;
        }
    };
    assert!(stored, "nothing was written");
    assert!(response.batch_item_failures.is_empty());
}

#[test]
fn what_another_stores_while_a_finding_is_written_is_in_it() {
    let mut story = Story::new();
    story
        .switch("dora")
        .with_mfa()
        .lasting(14_400)
        .used_after(9_000)
        .used_after(13_000);
    let now = story.now().plus_seconds(20_000);
    let twin = Twin::new(Counting::default(), now);
    prepare(&twin, &story);
    let mut guard = Guard::default();
    let [caller, owner, first, last] = story.records() else {
        panic!("{:#?}", story.records());
    };
    for record in [owner, first] {
        handle(&mut guard, &twin, &[envelope(record).to_string()]);
    }
    handle_while_another_is_stored((&twin, &story.policy()), &mut guard, caller, last);
    assert_eq!(standing(&twin), offline(&story, now));
}
