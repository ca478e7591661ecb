//! The function stops at any call: the message is delivered again, and nothing is lost.

use std::cell::RefCell;

use rolewatch_guard::testing::Story;
use rolewatch_live::port::Trouble;
use rolewatch_live::testing::{Gate, Twin, Weather};

use super::event_ids;
use crate::trail::{auditor, created, deliver, prepare, records_sent, run_batch};

/// Fails the one call at which its countdown ends.
struct FailsAt(RefCell<usize>);

impl Weather for FailsAt {
    fn allow_call(&self, _: Gate, what: &'static str) -> Result<(), Trouble> {
        let mut left = self.0.borrow_mut();
        *left = left.wrapping_sub(1);
        if *left == 0 {
            Err(Trouble::Throttled {
                what: what.to_owned(),
            })
        } else {
            Ok(())
        }
    }
}

#[test]
fn wherever_it_is_stopped_the_message_comes_again_and_all_is_recovered() {
    let mut story = Story::new();
    story.switch("dora").with_mfa().used_after(60);
    let mut stopped = 0;
    for at in 1..400 {
        let twin = Twin::new(FailsAt(RefCell::new(at)), story.now().plus_seconds(3_600));
        prepare(&twin, &story);
        let keys = deliver(&twin, &story);
        let bodies: Vec<String> = keys.iter().map(|key| created(key).to_string()).collect();
        let mut auditor = auditor();
        let (failed, _) = run_batch(&mut auditor, &twin, &bodies);
        let mut all = records_sent(&twin);
        if failed.is_empty() {
            assert_eq!(event_ids(&all), event_ids(story.records()));
            break;
        }
        stopped += 1;
        let again: Vec<String> = failed
            .iter()
            .map(|id| bodies[id.parse::<usize>().unwrap()].clone())
            .collect();
        let (failed, _) = run_batch(&mut auditor, &twin, &again);
        assert!(failed.is_empty(), "stopped at call {at}");
        all.extend(records_sent(&twin));
        let mut ids = event_ids(&all);
        ids.dedup();
        assert_eq!(ids, event_ids(story.records()), "stopped at call {at}");
    }
    assert!((20..399).contains(&stopped), "{stopped}");
}
