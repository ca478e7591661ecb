//! Two runs at the same time, as when one takes longer than the interval of the schedule.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use rolewatch_guard::Verdict;
use rolewatch_guard::testing::Story;
use rolewatch_live::port::Trouble;
use rolewatch_live::testing::{Gate, Weather};
use session_auditor::{Request, Task};

use crate::live::{Live, auditor, is_callers_half};

/// Nothing fails, but every call lets the other run go first.
struct Busy;

impl Weather for Busy {
    fn allow_call(&self, _: Gate, _: &'static str) -> Result<(), Trouble> {
        Ok(())
    }

    fn gives_way(&self) -> bool {
        true
    }
}

#[test]
fn two_runs_at_once_do_no_harm() {
    let mut story = Story::new();
    story.switch("dora").without_mfa();
    story.later(10);
    story.switch("dave").without_mfa();
    let mut live = Live::delivering(Busy, &story, |record| !is_callers_half(record));
    live.run_until(story.now().plus_seconds(800));
    live.twin.clock.set(live.now().plus_seconds(300));
    live.drain_queue();
    let request = Request {
        task: Task::Sweep,
        at: Some(live.now()),
    };
    let (mut one, mut other) = (auditor(), auditor());
    {
        let mut one = pin!(one.handle(&live.twin, request, None));
        let mut other = pin!(other.handle(&live.twin, request, None));
        let (mut first, mut second) = (None, None);
        let mut context = Context::from_waker(Waker::noop());
        while first.is_none() || second.is_none() {
            if let (None, Poll::Ready(report)) = (&first, one.as_mut().poll(&mut context)) {
                first = Some(report.unwrap());
            }
            if second.is_none()
                && let Poll::Ready(report) = other.as_mut().poll(&mut context)
            {
                second = Some(report.unwrap());
            }
        }
    }
    live.drain_queue();
    let proven = live
        .standing()
        .into_iter()
        .filter(|alert| alert.rule == "RW002" && alert.verdict == Verdict::Violation)
        .count();
    assert_eq!(proven, 2);
    assert!(!live.repeats("RW002"), "each is told once");
    let asked = live.questions_asked();
    live.sweep();
    assert_eq!(live.questions_asked(), asked, "neither asks again");
}
