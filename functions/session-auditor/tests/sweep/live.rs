//! The world of these tests: the guard and the auditor over a twin, and a clock that runs in steps.

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

/// A test sets the faults of the event history in the twin.
pub(crate) struct Live<W = Calm> {
    pub(crate) twin: Twin<W>,
    pub(crate) guard: Guard,
    pub(crate) auditor: SessionAuditor,
    /// Records that the auditor sent to the guard.
    pub(crate) recovered: u64,
    /// Whether nobody acknowledges alerts.
    pub(crate) unheard: bool,
}

pub(crate) fn account(text: &str) -> AccountId {
    text.parse().unwrap()
}

pub(crate) fn auditor() -> SessionAuditor {
    SessionAuditor::new(Vec::new(), "us-east-1".to_owned())
}

impl<W: Weather> Live<W> {
    /// Puts all records into the event history. Those that `arrives` selects are also delivered in
    /// time.
    pub(crate) fn delivering(weather: W, story: &Story, arrives: impl Fn(&Value) -> bool) -> Self {
        Self::saying(weather, story, arrives, true)
    }

    /// Like [`Live::delivering`]. Without `whose`, no record names the account that received it, which
    /// CloudTrail may omit.
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
        // Delivers nothing before its time, because `until` runs the schedule in between.
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

    /// Moves the clock in steps of five minutes. At each step, the guard handles its queue and the
    /// auditor runs.
    pub(crate) fn run_until(&mut self, end: Moment) -> Swept {
        self.in_steps(300, end)
    }

    pub(crate) fn in_steps(&mut self, seconds: i64, end: Moment) -> Swept {
        let mut swept = Swept::default();
        while self.now() < end {
            self.twin.clock.set(self.now().plus_seconds(seconds));
            self.drain_queue();
            swept = self.sweep();
            self.drain_queue();
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

    /// Handles the visible messages in the queue, each at the time when it became visible.
    pub(crate) fn drain_queue(&mut self) {
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

    /// Acknowledges every alert, as slack-notifier does when Slack accepts it.
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

    /// The open findings in the outbox: verdict by rule.
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

    /// The published alerts of a rule.
    pub(crate) fn published(&self, rule: &str) -> Vec<Alert> {
        let topics = self.twin.topics.borrow();
        let findings = topics.iter().filter_map(|notice| match notice {
            Notice::Finding { body, .. } => serde_json::from_str::<Alert>(body).ok(),
            Notice::Operations { .. } => None,
        });
        findings.filter(|alert| alert.rule == rule).collect()
    }

    /// What the alerts of a rule said about their sessions, without repetitions.
    pub(crate) fn statuses_told(&self, rule: &str) -> Vec<Status> {
        let mut told: Vec<Status> = self
            .published(rule)
            .iter()
            .map(|alert| alert.status)
            .collect();
        told.dedup();
        told
    }

    /// Whether any version was published twice.
    pub(crate) fn repeats(&self, rule: &str) -> bool {
        let mut known = BTreeSet::new();
        !self
            .published(rule)
            .into_iter()
            .all(|alert| known.insert((alert.id, alert.version)))
    }

    pub(crate) fn questions_asked(&self) -> usize {
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
