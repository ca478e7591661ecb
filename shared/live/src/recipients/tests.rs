use std::cell::Cell;

use super::*;
use crate::port::SubscriptionPage;
use crate::testing::{Calm, Gate, Twin, Weather, run, subscribed, unsubscribed};

fn start() -> Moment {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

fn audience_of(subscriptions: Vec<Subscription>) -> Audience {
    let twin = Twin::new(Calm, start());
    *twin.subscriptions.borrow_mut() = subscriptions;
    run(audience(&twin)).unwrap()
}

#[test]
fn only_a_confirmed_email_subscription_is_a_person() {
    for protocol in ["email", "email-json"] {
        assert_eq!(
            audience_of(vec![subscribed(protocol)]).recipients,
            Recipients::Confirmed,
            "{protocol}"
        );
    }
    for protocol in [
        "sqs",
        "lambda",
        "https",
        "http",
        "sms",
        "firehose",
        "application",
        "Email ",
        "",
    ] {
        let found = audience_of(vec![subscribed(protocol)]);
        assert_eq!(
            found,
            Audience {
                recipients: Recipients::Nobody,
                others: true
            },
            "{protocol}"
        );
    }
    assert_eq!(audience_of(Vec::new()), Audience::EMPTY);
}

#[test]
fn a_word_in_place_of_the_arn_is_not_a_confirmation() {
    let cases = [
        ("PendingConfirmation", Recipients::Pending),
        ("Deleted", Recipients::Nobody),
        ("pending confirmation", Recipients::Nobody),
        ("", Recipients::Nobody),
        (
            "arn:aws:sns:us-east-1:123456789012:rolewatch-operations",
            Recipients::Nobody,
        ),
        (
            "arn:aws:sns:us-east-1:123456789012:rolewatch-operations:",
            Recipients::Nobody,
        ),
        (
            "arn:aws:sqs:us-east-1:123456789012:queue:1",
            Recipients::Nobody,
        ),
    ];
    for (word, recipients) in cases {
        let found = audience_of(vec![
            unsubscribed("email", word),
            unsubscribed("https", word),
        ]);
        assert_eq!(
            found,
            Audience {
                recipients,
                others: false
            },
            "{word}"
        );
    }
}

#[test]
fn one_confirmed_address_is_enough_and_the_order_does_not_matter() {
    let mut all = vec![
        subscribed("sqs"),
        unsubscribed("email", "Deleted"),
        unsubscribed("email", "PendingConfirmation"),
        subscribed("email"),
    ];
    for _ in 0..all.len() {
        all.rotate_left(1);
        assert_eq!(
            audience_of(all.clone()).recipients,
            Recipients::Confirmed,
            "{all:?}"
        );
    }
    all.retain(|one| *one != subscribed("email"));
    for _ in 0..all.len() {
        all.rotate_left(1);
        assert_eq!(
            audience_of(all.clone()),
            Audience {
                recipients: Recipients::Pending,
                others: true
            },
            "{all:?}"
        );
    }
}

#[test]
fn every_page_is_read() {
    let twin = Twin::new(Calm, start());
    let mut all = vec![subscribed("sqs"); 250];
    all.push(subscribed("email"));
    *twin.subscriptions.borrow_mut() = all;
    assert_eq!(
        run(audience(&twin)).unwrap().recipients,
        Recipients::Confirmed
    );
    twin.subscriptions.borrow_mut().pop();
    assert_eq!(
        run(audience(&twin)).unwrap(),
        Audience {
            recipients: Recipients::Nobody,
            others: true
        }
    );
}

#[test]
fn a_list_without_an_end_is_not_an_answer() {
    struct Endless(Cell<usize>);

    impl Subscribers for Endless {
        async fn subscribers(&self, _: Option<&str>) -> Result<SubscriptionPage, Trouble> {
            self.0.set(self.0.get() + 1);
            Ok(SubscriptionPage {
                subscriptions: Vec::new(),
                next: Some("again".to_owned()),
            })
        }
    }

    let endless = Endless(Cell::new(0));
    assert!(matches!(
        run(audience(&endless)),
        Err(Trouble::Refused { .. })
    ));
    assert_eq!(endless.0.get(), MOST_PAGES);
}

/// Counts the calls, and makes them fail on demand.
#[derive(Default)]
struct Counted {
    calls: Cell<usize>,
    fails: Cell<bool>,
}

impl Weather for Counted {
    fn allow_call(&self, gate: Gate, what: &'static str) -> Result<(), Trouble> {
        self.calls
            .set(self.calls.get() + usize::from(gate == Gate::Before));
        if self.fails.get() {
            Err(Trouble::throttled(what))
        } else {
            Ok(())
        }
    }
}

#[test]
fn an_answer_is_good_for_five_minutes_and_no_longer() {
    let twin = Twin::new(Counted::default(), start());
    let known = KnownAudience::default();
    let asked = |seconds: i64| {
        twin.clock.set(start().plus_seconds(seconds));
        let recipients = run(known.current(&twin)).unwrap().recipients;
        (recipients, twin.weather.calls.get())
    };
    assert_eq!(asked(0), (Recipients::Confirmed, 1));
    twin.subscriptions.borrow_mut().clear();
    assert_eq!(asked(RECIPIENTS_FRESH - 1), (Recipients::Confirmed, 1));
    assert_eq!(asked(RECIPIENTS_FRESH), (Recipients::Nobody, 2));
    twin.subscriptions.borrow_mut().push(subscribed("email"));
    assert_eq!(
        asked(RECIPIENTS_FRESH - 1),
        (Recipients::Confirmed, 3),
        "the clock was set back"
    );
}

#[test]
fn a_failure_is_not_an_answer_and_is_not_kept() {
    let twin = Twin::new(Counted::default(), start());
    let known = KnownAudience::default();
    twin.weather.fails.set(true);
    assert!(run(known.current(&twin)).is_err());
    twin.weather.fails.set(false);
    assert_eq!(
        run(known.current(&twin)).unwrap().recipients,
        Recipients::Confirmed
    );
    // An outdated answer isn't used in place of one that couldn't be fetched, either.
    twin.clock.set(start().plus_seconds(RECIPIENTS_FRESH));
    twin.weather.fails.set(true);
    assert!(run(known.current(&twin)).is_err());
}
