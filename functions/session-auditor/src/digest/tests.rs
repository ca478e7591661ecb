use rolewatch_live::rulebook::{POLICY_KEY, Shelf};
use rolewatch_live::testing::{Calm, Gate, Twin, Weather, run, subscribed};
use rolewatch_notify::{Language, sample};

use super::*;

const POLICY: &str = "\
version: 1
accounts:
  \"111122223333\": development
  \"444455556666\": production
regions: [us-east-1]
roles:
  - {arn: \"arn:aws:iam::444455556666:role/UpdateApp\", groups: [development/Developers]}
";

fn now() -> Moment {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

fn twin_with_policy<W: Weather>(weather: W) -> Twin<W> {
    let twin = Twin::new(weather, now());
    twin.objects
        .borrow_mut()
        .insert(POLICY_KEY.to_owned(), (POLICY.as_bytes().to_vec(), now()));
    twin
}

fn book<W: Weather>(twin: &Twin<W>) -> Rulebook {
    run(Shelf::default().current(twin, now())).cloned().unwrap()
}

/// The number of messages on the operations topic.
fn mails_sent<W: Weather>(twin: &Twin<W>) -> usize {
    let topics = twin.topics.borrow();
    let mails = topics
        .iter()
        .filter(|notice| matches!(notice, Notice::Operations { .. }));
    mails.count()
}

#[test]
fn a_day_on_which_nothing_happened_is_told_too() {
    let twin = twin_with_policy(Calm);
    let view = sample::view(Language::English);
    let made = run(send(&twin, &book(&twin), &view, now())).unwrap();
    assert_eq!(
        (made.switches, made.broken.len(), made.longest),
        (0, 0, None)
    );
    let topics = twin.topics.borrow();
    let [
        Notice::Finding { body, attributes },
        Notice::Operations { subject, .. },
    ] = &topics[..]
    else {
        panic!("{topics:?}")
    };
    assert_eq!(attributes[..], [("digest", "true".to_owned())]);
    assert!(
        subject.starts_with("rolewatch digest 2026-03-02: 0 switches"),
        "{subject}"
    );
    let TopicMessage::Digest { digest } = serde_json::from_str(body).unwrap() else {
        panic!("{body}")
    };
    assert_eq!(digest.id, "2026-03-02T09:00:00Z");
}

#[test]
fn the_mail_of_one_digest_is_sent_once() {
    let twin = twin_with_policy(Calm);
    let view = sample::view(Language::English);
    for (at, sent) in [(now(), 1), (now(), 1), (now().plus_seconds(60), 2)] {
        run(send(&twin, &book(&twin), &view, at)).unwrap();
        assert_eq!(mails_sent(&twin), sent);
    }
}

/// The findings topic doesn't exist.
struct NoFindings(std::cell::Cell<bool>);

impl Weather for NoFindings {
    fn allow_call(&self, gate: Gate, what: &'static str) -> Result<(), Trouble> {
        if what == "publish" && gate == Gate::Before && !self.0.replace(true) {
            return Err(Trouble::Refused {
                what: what.to_owned(),
                why: "gone".to_owned(),
            });
        }
        Ok(())
    }
}

#[test]
fn the_mail_goes_out_although_the_way_to_slack_is_broken() {
    let twin = twin_with_policy(NoFindings(std::cell::Cell::new(false)));
    let outcome = run(send(
        &twin,
        &book(&twin),
        &sample::view(Language::English),
        now(),
    ));
    assert!(
        matches!(outcome, Err(Trouble::Refused { .. })),
        "{outcome:?}"
    );
    assert!(matches!(
        twin.topics.borrow()[..],
        [Notice::Operations { .. }]
    ));
}

#[test]
fn a_digest_that_says_that_somebody_receives_its_mail_was_mailed_while_they_did() {
    let twin = twin_with_policy(Calm);
    twin.subscriptions.borrow_mut().clear();
    let view = sample::view(Language::English);
    run(send(&twin, &book(&twin), &view, now())).unwrap();
    twin.subscriptions.borrow_mut().push(subscribed("email"));
    for _ in 0..2 {
        let again = run(send(&twin, &book(&twin), &view, now())).unwrap();
        assert_eq!(
            (again.recipients, mails_sent(&twin)),
            (Some(Recipients::Confirmed), 2)
        );
    }
}
