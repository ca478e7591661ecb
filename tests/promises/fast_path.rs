//! The fast path is exact: searching for relevant records and parsing everything give the same
//! findings, whatever the spelling of the JSON.

use proptest::prelude::*;
use rolewatch_archive::{Filter, RecordPlace, Scratch, Sink, Unread, read_stream};
use rolewatch_guard::envelope;
use rolewatch_guard::seen::{Reading, read};
use rolewatch_guard::testing::Story;
use rolewatch_guard::world::World;
use rolewatch_guard::{Elevated, needles};
use serde_json::{Value, json};

use crate::forms::forms;
use crate::order::judged;
use crate::organisation::{step, tell};

/// Adds everything that it receives to a world.
struct Into<'p> {
    elevated: Elevated<'p>,
    world: World,
    handed: usize,
}

impl Sink for Into<'_> {
    fn record(&mut self, json: &[u8], at: &RecordPlace) {
        self.handed += 1;
        match read(json, &|role| self.elevated.may_be(role)) {
            Ok(Reading::Seen(seen)) => {
                self.world.add(*seen);
            }
            Ok(Reading::Service(seen)) => {
                self.world.add_service(seen);
            }
            Ok(Reading::NotRelevant) => {}
            Err(problem) => panic!("{at}: {problem}"),
        }
    }

    fn event(&mut self, json: &[u8], at: &RecordPlace) {
        let event = envelope::open(json).unwrap_or_else(|why| panic!("{at}: {why}"));
        self.record(event.record.as_bytes(), at);
    }

    fn unread(&mut self, problem: Unread) {
        panic!("{problem}");
    }
}

fn scanned(story: &Story, text: &str, fast: bool) -> (World, usize) {
    let policy = story.policy();
    let filter = if fast {
        Filter::new(&needles(&policy)).unwrap()
    } else {
        Filter::everything()
    };
    let mut sink = Into {
        elevated: Elevated::by_policy(&policy),
        world: World::default(),
        handed: 0,
    };
    read_stream(
        text.as_bytes(),
        "test",
        &filter,
        &mut Scratch::new(),
        &mut sink,
    );
    (sink.world, sink.handed)
}

/// Writes JSON in another form: white space, order of keys, escapes.
fn spell(value: &Value, dice: &mut impl FnMut(u32) -> u32, out: &mut String) {
    let space = |out: &mut String, dice: &mut dyn FnMut(u32) -> u32| {
        if dice(8) == 0 {
            out.push_str([" ", "\n\t", "  "][dice(3) as usize]);
        }
    };
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            let turn = dice(u32::try_from(entries.len().max(1)).unwrap()) as usize;
            entries.rotate_left(turn);
            out.push('{');
            for (at, (key, value)) in entries.into_iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                space(out, dice);
                spell_text(key, dice, out);
                space(out, dice);
                out.push(':');
                space(out, dice);
                spell(value, dice, out);
                space(out, dice);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                space(out, dice);
                spell(item, dice, out);
            }
            out.push(']');
        }
        Value::String(text) => spell_text(text, dice, out),
        other => out.push_str(&other.to_string()),
    }
}

fn spell_text(text: &str, dice: &mut impl FnMut(u32) -> u32, out: &mut String) {
    let often = [0, 2, 40][dice(3) as usize];
    out.push('"');
    for c in text.chars() {
        let mut units = [0; 2];
        if often > 0 && dice(often) == 0 {
            for unit in c.encode_utf16(&mut units) {
                let unit = if dice(2) == 0 {
                    format!("\\u{unit:04x}")
                } else {
                    format!("\\u{unit:04X}")
                };
                out.push_str(&unit);
            }
        } else if c == '/' && dice(10) == 0 {
            out.push_str("\\/");
        } else {
            let escaped = Value::String(c.to_string()).to_string();
            out.push_str(&escaped[1..escaped.len() - 1]);
        }
    }
    out.push('"');
}

/// Records that don't matter but look as if they did.
fn decoys(story: &Story) -> Vec<Value> {
    let fake = story.records().first().cloned().unwrap_or_default();
    let around = |parameters: Value, agent: &str| {
        json!({
            "eventVersion": "1.08",
            "userIdentity": {"type": "AssumedRole", "principalId": "AROAWORKLOADXXXXXXX:x", "arn": "arn:aws:sts::444455556666:assumed-role/Workload/x", "accountId": "444455556666", "accessKeyId": "ASIAWORKLOADXXXXXXXX"},
            "eventTime": "2026-03-02T09:00:00Z",
            "eventSource": "ssm.amazonaws.com",
            "eventName": "PutParameter",
            "userAgent": agent,
            "requestParameters": parameters,
            "eventID": "00000000-0000-4000-8000-0000000decaf",
            "recipientAccountId": "444455556666",
        })
    };
    vec![
        around(
            json!({"Records": [fake.clone()], "detail": fake.clone()}),
            "x",
        ),
        around(json!({"value": fake.to_string()}), "x"),
        around(
            json!({"value": format!("\"}}]}},{fake},{{\"x\":[{{\"y\":\"")}),
            "x",
        ),
        around(
            json!({"value": "sts.amazonaws.com :assumed-role/UpdateApp/ \"sts.amazonaws.com\""}),
            "\"eventSource\":\"sts.amazonaws.com\"",
        ),
        around(json!(null), "\\\" \\\\\" } ] \u{2028} 日本語 \u{1f600}"),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn fast_and_slow_see_the_same_world(
        steps in prop::collection::vec(step(), 1..20),
        rolls in prop::collection::vec(any::<u32>(), 500),
        shape in 0_usize..17,
    ) {
        let story = tell(&steps, true);
        let mut at = 0_usize;
        let mut dice = move |end: u32| { at += 1; rolls[at % rolls.len()].wrapping_add(u32::try_from(at).unwrap().wrapping_mul(2_654_435_761)) % end.max(1) };
        let mut records: Vec<Value> = story.records().to_vec();
        records.extend(decoys(&story));
        let spelled: Vec<String> = records.iter().map(|record| { let mut out = String::new(); spell(record, &mut dice, &mut out); out }).collect();
        let text = match shape {
            0 => format!("{{\"Records\":[{}]}}", spelled.join(",")),
            1 => spelled.iter().map(|record| record.replace('\n', " ")).collect::<Vec<_>>().join("\n"),
            2 => format!("[{}]", spelled.join(" , ")),
            3 => {
                let events: Vec<Value> = spelled.iter().map(|record| json!({"EventId": "x", "CloudTrailEvent": record})).collect();
                json!({"NextToken": "more", "Events": events}).to_string()
            }
            4 => {
                let envelope = |record: &String| format!("{{\"version\":\"0\",\"detail-type\":\"AWS API Call via CloudTrail\",\"source\":\"aws.sts\",\"detail\":{record}}}");
                spelled.iter().map(envelope).collect()
            }
            form => forms(&spelled).swap_remove(form - 5).1,
        };
        let (fast, handed) = scanned(&story, &text, true);
        let (slow, all) = scanned(&story, &text, false);
        prop_assert_eq!(all, records.len());
        prop_assert!(handed <= all);
        prop_assert_eq!(judged(&story, &fast), judged(&story, &slow));
        prop_assert_eq!(judged(&story, &fast), judged(&story, &story.world_of(&records)));
    }
}

#[test]
fn what_cannot_matter_is_not_parsed() {
    let mut story = Story::new();
    story.switch("dora").with_mfa();
    let plain: Vec<Value> = (0..100)
        .map(|at| json!({"eventVersion": "1.08", "eventSource": "ec2.amazonaws.com", "eventName": "DescribeInstances", "eventID": format!("{at}"), "requestParameters": {"policy": "{\"a\":\"b\"}"}}))
        .chain(story.records().iter().cloned())
        .collect();
    let (_, handed) = scanned(&story, &json!({"Records": plain}).to_string(), true);
    assert_eq!(handed, story.records().len());
}
