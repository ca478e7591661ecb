//! Everything outside, in memory, with faults on demand.
//!
//! A crash is a call that never returns: the future is dropped, and with it the process. Every
//! other call answers immediately. So a future that isn't ready at its first poll has crashed.

mod slack;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use futures_util::FutureExt;
use rolewatch_guard::moment::Moment;
use rolewatch_live::port::{
    Clock, Keep, KeepOutcome, KeyRange, Notice, Row, Subscribers, Subscription, SubscriptionPage,
    Table, TableKind, Topic, Trouble,
};
use rolewatch_live::testing::subscribed;
use rolewatch_live::wire::{Alert, TopicMessage};
use rolewatch_notify::port::{Pause, Vault};
use rolewatch_notify::secret::Secret;
use rolewatch_notify::slack::Courier;
use rolewatch_notify::slack::port::{Call, Chatroom, Post, Reply};
use rolewatch_notify::{Language, sample};
use serde_json::{Value, json};
use slack_notifier::{DeliveryReport, Notifier};

use slack::Posted;

/// The fault of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The process dies before the call.
    CrashBefore,
    /// The process dies after the call.
    CrashAfter,
    /// The call does nothing and returns an error.
    NotDone,
    /// The call takes effect, but its reply is lost.
    ReplyLost,
}

#[derive(Default)]
pub(crate) struct World {
    pub(crate) rows: RefCell<BTreeMap<(String, String), Row>>,
    pub(crate) channel: RefCell<Vec<Posted>>,
    pub(crate) mails: RefCell<Vec<(String, String)>>,
    /// Who is subscribed to the operations topic. At the start, one confirmed address.
    pub(crate) subscriptions: RefCell<Vec<Subscription>>,
    /// Whether the subscriptions can't be listed.
    pub(crate) unlisted: Cell<bool>,
    pub(crate) chatroom: RefCell<Vec<Value>>,
    pub(crate) now: Cell<i64>,
    pub(crate) secret: RefCell<String>,
    pub(crate) secrets_read: Cell<usize>,
    /// Slack's answers to the next requests, before it works again.
    pub(crate) answers: RefCell<Vec<Reply>>,
    /// The secret that Slack accepts. Any other gets `invalid_auth` or 404.
    pub(crate) valid: RefCell<String>,
    pub(crate) waited: Cell<u32>,
    /// Whether Slack rejects blocks.
    pub(crate) no_blocks: Cell<bool>,
    calls: Cell<usize>,
    faults: RefCell<BTreeMap<usize, Fault>>,
    /// How many faults left open whether a post succeeded.
    pub(crate) doubts: Cell<usize>,
}

#[derive(Clone)]
pub(crate) struct Outside(pub(crate) Rc<World>);

pub(crate) type Function = Notifier<Outside, Outside>;

pub(crate) const WEBHOOK: &str = "https://hooks.slack.com/services/T0EXAMPLE/B0EXAMPLE/sesame";
pub(crate) const BOT: &str = "xoxb-sesame";

impl World {
    pub(crate) fn with_secret(secret: &str) -> Rc<Self> {
        let world = Self::default();
        world.now.set(sample::alert().time.epoch_seconds() + 4);
        secret.clone_into(&mut world.secret.borrow_mut());
        secret.clone_into(&mut world.valid.borrow_mut());
        world.subscriptions.borrow_mut().push(subscribed("email"));
        Rc::new(world)
    }

    pub(crate) fn answer(&self, status: u16, body: &str) {
        self.answer_later(status, body, None);
    }

    pub(crate) fn answer_later(&self, status: u16, body: &str, retry_after: Option<u32>) {
        self.answers.borrow_mut().push(Reply {
            status,
            retry_after,
            body: body.to_owned(),
        });
    }

    /// Makes the call fail that comes after this many others.
    pub(crate) fn plan_fault(&self, ahead: usize, fault: Fault) {
        self.faults
            .borrow_mut()
            .insert(self.calls.get() + ahead, fault);
    }

    pub(crate) fn calls(&self) -> usize {
        self.calls.get()
    }

    pub(crate) fn texts(&self) -> Vec<String> {
        self.channel
            .borrow()
            .iter()
            .map(|posted| posted.body["text"].as_str().unwrap().to_owned())
            .collect()
    }

    pub(crate) fn ack(&self, id: &str) -> Option<Value> {
        let row = self
            .rows
            .borrow()
            .get(&(format!("finding#{id}"), "ack".to_owned()))
            .cloned();
        row.map(|row| serde_json::from_str(&row.body).unwrap())
    }

    /// Whether a message of the channel shows a finding.
    pub(crate) fn shows(&self, id: &str) -> bool {
        self.channel
            .borrow()
            .iter()
            .any(|posted| posted.body.to_string().contains(id))
    }

    async fn call<T>(
        &self,
        posts: bool,
        effect: impl FnOnce() -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        let number = self.calls.get();
        self.calls.set(number + 1);
        let fault = self.faults.borrow_mut().remove(&number);
        let trouble = || Trouble::Unreachable {
            what: "the twin".into(),
            why: format!("{fault:?}"),
        };
        let doubt = || self.doubts.set(self.doubts.get() + 1);
        match fault {
            None => effect(),
            Some(Fault::NotDone) => Err(trouble()),
            Some(Fault::ReplyLost) => {
                effect().map(drop)?;
                if posts {
                    doubt();
                }
                Err(trouble())
            }
            Some(Fault::CrashBefore) => {
                doubt();
                std::future::pending().await
            }
            Some(Fault::CrashAfter) => {
                doubt();
                effect().map(drop)?;
                std::future::pending().await
            }
        }
    }
}

impl Table for Outside {
    async fn keep(&self, place: TableKind, row: Row, keep: Keep) -> Result<KeepOutcome, Trouble> {
        assert_eq!(place, TableKind::Outbox);
        let world = &self.0;
        let effect = || {
            let mut rows = world.rows.borrow_mut();
            let key = (row.pk.clone(), row.sk.clone());
            let stays = rows.get(&key).is_some_and(|there| match keep {
                Keep::First => true,
                Keep::Least => there.rank <= row.rank,
                Keep::Greatest => there.rank >= row.rank,
            });
            if stays {
                return Ok(KeepOutcome::Known);
            }
            rows.insert(key, row);
            Ok(KeepOutcome::Written)
        };
        world.call(false, effect).await
    }

    async fn replace(&self, place: TableKind, mut row: Row, seen: u64) -> Result<bool, Trouble> {
        assert_eq!(place, TableKind::Outbox);
        let world = &self.0;
        let effect = || {
            let mut rows = world.rows.borrow_mut();
            let key = (row.pk.clone(), row.sk.clone());
            if rows.get(&key).map_or(0, |there| there.version) != seen {
                return Ok(false);
            }
            row.version = seen + 1;
            rows.insert(key, row);
            Ok(true)
        };
        world.call(false, effect).await
    }

    async fn query(
        &self,
        place: TableKind,
        pk: &str,
        span: &KeyRange,
    ) -> Result<Vec<Row>, Trouble> {
        assert_eq!(place, TableKind::Outbox);
        let world = &self.0;
        let within = |sk: &str| {
            sk >= span.from.as_str()
                && (span.to.is_empty() || sk <= span.to.as_str() || sk.starts_with(&span.to))
        };
        let effect = || {
            Ok(world
                .rows
                .borrow()
                .values()
                .filter(|row| row.pk == pk && within(&row.sk))
                .cloned()
                .collect())
        };
        world.call(false, effect).await
    }

    async fn latest(
        &self,
        place: TableKind,
        pk: &str,
        span: &KeyRange,
        most: usize,
    ) -> Result<Vec<Row>, Trouble> {
        let rows = self.query(place, pk, span).await?;
        Ok(rows.into_iter().rev().take(most).collect())
    }
}

impl Topic for Outside {
    async fn publish(&self, notice: Notice) -> Result<(), Trouble> {
        let Notice::Operations { subject, body } = notice else {
            panic!("a finding must not come from here")
        };
        let world = &self.0;
        let effect = || {
            world.mails.borrow_mut().push((subject, body));
            Ok(())
        };
        world.call(true, effect).await
    }
}

impl Subscribers for Outside {
    async fn subscribers(&self, _: Option<&str>) -> Result<SubscriptionPage, Trouble> {
        let world = &self.0;
        let effect = || {
            if world.unlisted.get() {
                return Err(Trouble::Throttled {
                    what: "sns:ListSubscriptionsByTopic".into(),
                });
            }
            Ok(SubscriptionPage {
                subscriptions: world.subscriptions.borrow().clone(),
                next: None,
            })
        };
        world.call(false, effect).await
    }
}

impl Clock for Outside {
    fn now(&self) -> Moment {
        Moment::from_epoch_seconds(self.0.now.get())
    }
}

impl Post for Outside {
    async fn post(&self, call: Call) -> Result<Reply, Trouble> {
        let world = &self.0;
        world.call(true, || Ok(world.answer_call(&call))).await
    }
}

impl Vault for Outside {
    async fn secret(&self) -> Result<Secret, Trouble> {
        let world = &self.0;
        world.secrets_read.set(world.secrets_read.get() + 1);
        world
            .call(false, || Ok(Secret::new(world.secret.borrow().clone())))
            .await
    }
}

impl Chatroom for Outside {
    async fn announce(&self, body: String) -> Result<(), Trouble> {
        let world = &self.0;
        let effect = || {
            world
                .chatroom
                .borrow_mut()
                .push(serde_json::from_str(&body).unwrap());
            Ok(())
        };
        world.call(true, effect).await
    }
}

impl Pause for Outside {
    async fn pause(&self, seconds: u32) {
        self.0.waited.set(self.0.waited.get() + seconds);
        self.0.now.set(self.0.now.get() + i64::from(seconds));
    }
}

/// A new process.
pub(crate) fn started(world: &Rc<World>) -> Function {
    let view = sample::view(Language::English);
    Notifier::new(Courier::new(
        Outside(world.clone()),
        Outside(world.clone()),
        view,
        Some("#alerts".into()),
        None,
        false,
    ))
}

/// A new process that also posts to Amazon Q Developer.
pub(crate) fn started_with_chatroom(world: &Rc<World>) -> Function {
    let view = sample::view(Language::English);
    Notifier::new(Courier::new(
        Outside(world.clone()),
        Outside(world.clone()),
        view,
        Some("#alerts".into()),
        None,
        true,
    ))
}

/// An SQS event with these alerts, as the subscription delivers them.
pub(crate) fn alert_batch(alerts: &[&Alert], receipt: u32) -> String {
    let record = |(place, alert): (usize, &&Alert)| {
        json!({
            "messageId": format!("m{place}"),
            "receiptHandle": "r",
            "body": serde_json::to_string(&TopicMessage::Alert(Box::new((**alert).clone()))).unwrap(),
            "attributes": {"ApproximateReceiveCount": receipt.to_string()},
            "eventSource": "aws:sqs",
        })
    };
    json!({"Records": alerts.iter().enumerate().map(record).collect::<Vec<_>>()}).to_string()
}

/// Invokes the function with an event. `None`: the process died.
pub(crate) fn hand_over(
    function: &Function,
    world: &Rc<World>,
    event: &str,
) -> Option<DeliveryReport> {
    let invocation = format!("call-{}", world.calls());
    function
        .handle(event, &invocation)
        .now_or_never()
        .map(|report| report.unwrap())
}

/// Delivers one alert for the first time. The process must not die.
pub(crate) fn deliver(function: &Function, world: &Rc<World>, alert: &Alert) -> DeliveryReport {
    hand_over(function, world, &alert_batch(&[alert], 1)).expect("the process died")
}
