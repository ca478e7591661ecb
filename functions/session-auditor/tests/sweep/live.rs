//! The guard and the auditor, and time that passes.

use std::collections::{BTreeMap, BTreeSet};

use rolewatch_guard::id::AccountId;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::testing::Story;
use rolewatch_live::outbox::FindingState;
use rolewatch_live::port::{Notice, Row, TableKind};
use rolewatch_live::rulebook::POLICY_KEY;
use rolewatch_live::testing::{Calm, Twin, Weather, run, unnamed};
use rolewatch_live::watch::Swept;
use rolewatch_live::wire::{Alert, Status};
use serde_json::value::to_raw_value;
use serde_json::{Value, json};
use session_auditor::{Request, SessionAuditor, Task};
use switch_guard::Guard;

/// What can go wrong is told to the history itself.
pub(crate) struct Live<W = Calm> {
    pub(crate) twin: Twin<W>,
    pub(crate) guard: Guard,
    pub(crate) auditor: SessionAuditor,
    /// Records that the auditor sent to the guard.
    pub(crate) recovered: u64,
    /// Nobody acknowledges anything.
    pub(crate) unheard: bool,
}

pub(crate) fn account(text: &str) -> AccountId {
    text.parse().unwrap()
}

pub(crate) fn auditor() -> SessionAuditor {
    SessionAuditor::new(Vec::new(), "us-east-1".to_owned())
}

impl<W: Weather> Live<W> {
    /// All records are in the event history. Those of which `arrives` says so were delivered as
    /// well, in time.
    pub(crate) fn of(weather: W, story: &Story, arrives: impl Fn(&Value) -> bool) -> Self {
        Self::saying(weather, story, arrives, true)
    }

    /// The same. Unless `whose`, no record says which account it belongs to: CloudTrail may leave
    /// that out.
    pub(crate) fn saying(
        weather: W,
        story: &Story,
        arrives: impl Fn(&Value) -> bool,
        whose: bool,
    ) -> Self {
        let mut records: Vec<(Moment, &Value)> = story
            .records()
            .iter()
            .map(|record| {
                (
                    record["eventTime"].as_str().unwrap().parse().unwrap(),
                    record,
                )
            })
            .collect();
        records.sort_by_key(|(time, _)| *time);
        let twin = Twin::new(weather, records[0].0);
        twin.objects.borrow_mut().insert(
            POLICY_KEY.to_owned(),
            (story.policy_text().as_bytes().to_vec(), records[0].0),
        );
        if let Some(roster) = story.roster_text() {
            twin.objects.borrow_mut().insert(
                "roster/development.json".to_owned(),
                (roster.into_bytes(), records[0].0),
            );
        }
        twin.history.borrow_mut().delay = 600;
        twin.history.borrow_mut().unnamed = !whose;
        let live = Self {
            twin,
            guard: Guard::default(),
            auditor: auditor(),
            recovered: 0,
            unheard: false,
        };
        for (_, record) in &records {
            live.twin.history.borrow_mut().add(record);
        }
        // Runs of the schedule in between are those that `until` makes; what is delivered must not
        // come before its time.
        for (time, record) in records.into_iter().filter(|(_, record)| arrives(record)) {
            let mut event = envelope(record);
            if !whose {
                event["detail"] = unnamed(record);
            }
            live.twin.queue.borrow_mut().push((time, event.to_string()));
        }
        live
    }

    pub(crate) fn now(&self) -> Moment {
        self.twin.clock.get()
    }

    /// Time passes in steps of five minutes; at each the queue is worked off and the auditor runs.
    pub(crate) fn until(&mut self, end: Moment) -> Swept {
        self.in_steps(300, end)
    }

    pub(crate) fn in_steps(&mut self, seconds: i64, end: Moment) -> Swept {
        let mut swept = Swept::default();
        while self.now() < end {
            self.twin.clock.set(self.now().plus_seconds(seconds));
            self.drain();
            swept = self.sweep();
            self.drain();
        }
        swept
    }

    pub(crate) fn sweep(&mut self) -> Swept {
        let request = Request {
            task: Task::Sweep,
            at: Some(self.now()),
        };
        let swept = run(self.auditor.handle(&self.twin, request, None))
            .unwrap()
            .swept
            .unwrap();
        self.recovered += swept.recovered;
        swept
    }

    /// Handles what is in the queue, as far as it is visible, at the time at which it became so.
    pub(crate) fn drain(&mut self) {
        let now = self.now();
        loop {
            let next = {
                let queue = self.twin.queue.borrow();
                let visible = queue
                    .iter()
                    .enumerate()
                    .filter(|(_, (visible, _))| *visible <= now);
                visible
                    .min_by_key(|(at, (visible, _))| (*visible, *at))
                    .map(|(at, _)| at)
            };
            let Some(next) = next else { break };
            let (visible, body) = self.twin.queue.borrow_mut().remove(next);
            self.twin.clock.set(visible.min(now));
            let batch = json!({"Records": [{"messageId": "1", "body": body, "attributes": {"ApproximateReceiveCount": "1"}}]});
            let (response, _) =
                run(self
                    .guard
                    .handle(&self.twin, &to_raw_value(&batch).unwrap(), None))
                .unwrap();
            assert!(response.batch_item_failures.is_empty());
        }
        self.twin.clock.set(now);
        if !self.unheard {
            self.acknowledge();
        }
    }

    /// Slack takes everything, and slack-notifier says so.
    fn acknowledge(&self) {
        let topics = self.twin.topics.borrow();
        let findings = topics.iter().filter_map(|notice| match notice {
            Notice::Finding { body, .. } => serde_json::from_str::<Alert>(body).ok(),
            Notice::Operations { .. } => None,
        });
        let mut rows = self.twin.rows.borrow_mut();
        for alert in findings {
            let pk = format!("finding#{}", alert.id);
            let body = json!({"version": alert.version, "how": "slack"}).to_string();
            let row = Row {
                pk: pk.clone(),
                sk: "ack".into(),
                body,
                rank: format!("{:012}", alert.version),
                version: 0,
                expires: None,
            };
            let of_finding = rows.entry((TableKind::Outbox, pk)).or_default();
            if of_finding
                .get("ack")
                .is_none_or(|known| known.rank < row.rank)
            {
                of_finding.insert("ack".into(), row);
            }
        }
    }

    /// What stands in the outbox: verdict, by rule.
    pub(crate) fn verdicts(&self) -> BTreeMap<String, String> {
        self.standing()
            .into_iter()
            .map(|alert| (alert.rule, alert.verdict.as_str().to_owned()))
            .collect()
    }

    pub(crate) fn standing(&self) -> Vec<Alert> {
        let rows = self.twin.rows.borrow();
        let states = rows
            .iter()
            .filter(|((place, pk), _)| *place == TableKind::Outbox && pk.starts_with("finding#"));
        let states = states
            .map(|(_, rows)| serde_json::from_str::<FindingState>(&rows["state"].body).unwrap());
        states
            .map(|state| state.alert)
            .filter(|alert| alert.status != Status::Withdrawn)
            .collect()
    }

    /// The alerts of a rule, as they were published.
    pub(crate) fn published(&self, rule: &str) -> Vec<Alert> {
        let topics = self.twin.topics.borrow();
        let findings = topics.iter().filter_map(|notice| match notice {
            Notice::Finding { body, .. } => serde_json::from_str::<Alert>(body).ok(),
            Notice::Operations { .. } => None,
        });
        findings.filter(|alert| alert.rule == rule).collect()
    }

    /// What the alerts of a rule said of their sessions, as long as it changed.
    pub(crate) fn told(&self, rule: &str) -> Vec<Status> {
        let mut told: Vec<Status> = self
            .published(rule)
            .iter()
            .map(|alert| alert.status)
            .collect();
        told.dedup();
        told
    }

    /// Whether anything was published twice.
    pub(crate) fn repeats(&self, rule: &str) -> bool {
        let mut known = BTreeSet::new();
        !self
            .published(rule)
            .into_iter()
            .all(|alert| known.insert((alert.id, alert.version)))
    }

    pub(crate) fn asked(&self) -> usize {
        self.twin.history.borrow().asked.len()
    }
}

pub(crate) fn envelope(record: &Value) -> Value {
    json!({
        "version": "0",
        "id": record["eventID"],
        "detail-type": "AWS API Call via CloudTrail",
        "source": "aws.sts",
        "account": record["recipientAccountId"],
        "time": record["eventTime"],
        "region": record["awsRegion"],
        "resources": [],
        "detail": record,
    })
}

pub(crate) fn is_use(record: &Value) -> bool {
    record["eventName"] == "DescribeInstances"
}

pub(crate) fn is_callers_half(record: &Value) -> bool {
    record["eventName"] == "AssumeRole" && record["userIdentity"]["type"] == "IAMUser"
}
