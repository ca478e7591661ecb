//! EventBridge drops any events of a session, except one half of its switch: the outbox ends up
//! with the findings of the plain audit of all records.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use rolewatch_guard::testing::Story;
use rolewatch_guard::{Scope, judge};
use rolewatch_live::testing::Calm;
use serde_json::Value;

use crate::live::Live;

#[derive(Debug, Clone)]
struct Visit {
    user: usize,
    pause: i64,
    mfa: bool,
    console: bool,
    lasting: i64,
    uses: Vec<i64>,
    left: Option<i64>,
}

fn visit_strategy() -> impl Strategy<Value = Visit> {
    let times = (
        0_i64..9_000,
        prop::sample::select(vec![900_i64, 3_600, 14_400, 43_200]),
    );
    let uses = prop::collection::vec(1_i64..14_000, 0..4);
    (
        0_usize..3,
        times,
        any::<bool>(),
        any::<bool>(),
        uses,
        prop::option::of(60_i64..3_600),
    )
        .prop_map(|(user, (pause, lasting), mfa, console, uses, left)| {
            let uses = uses
                .into_iter()
                .filter(|second| *second < lasting)
                .collect();
            Visit {
                user,
                pause,
                mfa,
                console,
                lasting,
                uses,
                left: left.filter(|_| console),
            }
        })
}

fn story_of(visits: &[Visit]) -> Story {
    let mut story = Story::new();
    for visit in visits {
        story.later(visit.pause);
        let mut step = story
            .switch(["dora", "dave", "tom"][visit.user])
            .lasting(visit.lasting);
        step = if visit.mfa {
            step.with_mfa()
        } else {
            step.without_mfa()
        };
        if visit.console {
            step = step.by_console();
        }
        for second in &visit.uses {
            step = step.used_after(*second);
        }
        if let Some(left) = visit.left {
            step = step.left_after(left);
        }
    }
    story
}

type Said = (String, String, String, Vec<String>);

proptest! {
    #![proptest_config(ProptestConfig { cases: 50, rng_seed: RngSeed::Fixed(2_026), ..ProptestConfig::default() })]

    #[test]
    fn what_was_dropped_makes_no_difference_in_the_end(
        visits in prop::collection::vec(visit_strategy(), 1..5),
        dropped in prop::collection::vec(any::<bool>(), 40),
        whose in any::<bool>(),
    ) {
        let story = story_of(&visits);
        // If no event shows a switch, rolewatch can't look it up. So one half of each switch
        // arrives.
        let mut told: Vec<String> = Vec::new();
        let mut arrives: BTreeMap<String, bool> = BTreeMap::new();
        for (at, record) in story.records().iter().enumerate() {
            let shared = record["sharedEventID"].as_str().unwrap_or_default().to_owned();
            let last_half = record["userIdentity"]["type"] == "AWSAccount" && !told.contains(&shared);
            let here = !dropped[at % dropped.len()] || last_half;
            if here {
                told.push(shared);
            }
            arrives.insert(record["eventID"].to_string(), here);
        }
        let mut live = Live::saying(Calm, &story, |record: &Value| arrives[&record["eventID"].to_string()], whose);
        let swept = live.in_steps(900, story.now().plus_seconds(20 * 3_600));
        prop_assert_eq!(swept.open, 0);
        let scope = Scope { as_of: Some(live.now()), ..Scope::default() };
        let judgement = judge(&story.world_of(story.records()), &story.policy(), &story.rosters(), scope, &mut |_| ());
        let audited: BTreeMap<String, Said> = judgement
            .findings
            .iter()
            .map(|finding| {
                let mut events: Vec<String> = finding.events.iter().map(ToString::to_string).collect();
                events.truncate(rolewatch_live::wire::MOST_EVENTS);
                (finding.id.clone(), (finding.rule.to_owned(), finding.verdict.as_str().to_owned(), finding.message.to_string(), events))
            })
            .collect();
        let live: BTreeMap<String, Said> =
            live.standing().into_iter().map(|alert| (alert.id, (alert.rule, alert.verdict.as_str().to_owned(), alert.message, alert.events))).collect();
        prop_assert_eq!(audited, live);
    }
}
