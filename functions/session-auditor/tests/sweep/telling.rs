//! Unacknowledged alerts are sent again, and the daily digest is sent.

use rolewatch_guard::testing::Story;
use rolewatch_live::port::Notice;
use rolewatch_live::telemetry::Count;
use rolewatch_live::testing::{Calm, run};
use session_auditor::{Request, Task, TaskReport};

use crate::live::Live;

fn run_task(live: &mut Live, task: Task) -> TaskReport {
    let request = Request {
        task,
        at: Some(live.now()),
    };
    run(live.auditor.handle(&live.twin, request, None)).unwrap()
}

fn without_mfa() -> Story {
    let mut story = Story::new();
    drop(story.switch("dora").without_mfa().used_after(60));
    story
}

#[test]
fn a_sweep_sends_again_what_nobody_acknowledged_and_says_how_much_that_is() {
    let mut live = Live::delivering(Calm, &without_mfa(), |_| true);
    live.unheard = true;
    live.run_until(live.now().plus_seconds(3_600));
    let sent = live.published("RW002");
    assert!(
        live.repeats("RW002") && sent.len() > 3,
        "{} times",
        sent.len()
    );
    let counted = |live: &mut Live| {
        run_task(live, Task::Sweep)
            .metrics("session-auditor")
            .counted(Count::Unacknowledged)
    };
    assert_eq!(counted(&mut live), 1);
    live.unheard = false;
    live.drain_queue();
    assert_eq!(counted(&mut live), 0);
}

#[test]
fn a_digest_is_sent_both_ways_and_once_a_moment() {
    let mut live = Live::delivering(Calm, &without_mfa(), |_| true);
    live.run_until(live.now().plus_seconds(7_200));
    let mails = |live: &Live| {
        let topics = live.twin.topics.borrow();
        let subject = |notice: &Notice| match notice {
            Notice::Operations { subject, .. } if subject.starts_with("rolewatch digest") => {
                Some(subject.clone())
            }
            _ => None,
        };
        topics.iter().filter_map(subject).collect::<Vec<_>>()
    };
    for _ in 0..2 {
        assert!(run_task(&mut live, Task::Digest).digested);
        assert_eq!(mails(&live).len(), 1);
    }
    assert!(
        mails(&live)[0].contains("1 switches, 1 violations"),
        "{:?}",
        mails(&live)
    );
    let request: Request = serde_json::from_str(r#"{"task": "digest"}"#).unwrap();
    assert_eq!(
        request,
        Request {
            task: Task::Digest,
            at: None
        }
    );
}
