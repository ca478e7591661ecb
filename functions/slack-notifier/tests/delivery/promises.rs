//! One alert at a time: sent once, changed in place, and never lost.
//!
//! The world: the notifier with a Slack, a table and a topic in memory ([`crate::twin`]).

mod arriving;
mod slack_fails;
mod versions;

use rolewatch_live::wire::Alert;
use rolewatch_notify::{DeliveryOutcome, sample};
use slack_notifier::End;

fn version(version: u64, change: impl FnOnce(&mut Alert)) -> Alert {
    let mut alert = Alert {
        version,
        ..sample::alert()
    };
    change(&mut alert);
    alert
}

fn outcome(end: &End) -> DeliveryOutcome {
    match end {
        End::Told { outcome, .. } => *outcome,
        other => panic!("{other:?}"),
    }
}
