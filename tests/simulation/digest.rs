//! The digest counts what the audit counts.

use rolewatch_guard::{Scope, judge};
use rolewatch_live::digest::gather;
use rolewatch_live::rulebook::Shelf;
use rolewatch_live::testing::{Calm, Twin, run};
use serde_json::value::to_raw_value;
use switch_guard::Guard;

use crate::nothing_lost::story;
use crate::same_findings::{drain, envelope, forwarded, prepare};

#[test]
fn switches_people_and_what_was_not_used_are_those_of_the_plain_audit() {
    let (mut switches, mut unused, mut open) = (0, 0, 0);
    for seed in 0..60 {
        let story = story(seed);
        // Only the last day of a longer story.
        let now = story.now().plus_seconds(3_600);
        let since = now.plus_seconds(-86_400);
        let twin = Twin::new(Calm, now);
        prepare(&twin, &story);
        let mut guard = Guard::default();
        let records: Vec<_> = forwarded(&story).collect();
        for record in &records {
            run(guard.handle(&twin, &to_raw_value(&envelope(record)).unwrap(), None)).unwrap();
            drain(&mut guard, &twin);
        }
        let scope = Scope {
            as_of: Some(now),
            since: Some(since),
            until: Some(now),
        };
        let audit = judge(
            &story.world_of(records),
            &story.policy(),
            &story.rosters(),
            scope,
            &mut |_| (),
        )
        .switches;
        let book = run(Shelf::default().current(&twin, now)).cloned().unwrap();
        let digest = run(gather(&twin, &book, now)).unwrap();
        assert_eq!(digest.switches, audit.len(), "seed {seed}");
        let idle = audit.iter().filter(|switch| {
            switch.last_use.is_none() && switch.granted_until.is_some_and(|until| until <= now)
        });
        assert_eq!(digest.unused.total, idle.count(), "seed {seed}");
        assert_eq!(
            digest
                .held
                .first
                .iter()
                .map(|held| held.switches)
                .sum::<usize>(),
            audit.len(),
            "seed {seed}"
        );
        switches += digest.switches;
        unused += digest.unused.total;
        open += digest.unproven.total + digest.broken.len();
    }
    assert!(
        switches > 50 && unused > 5 && open > 20,
        "{switches} switches, {unused} unused, {open} open: too few to tell anything"
    );
}
