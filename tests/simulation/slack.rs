//! Slack in memory, and the notifier's ports over the twins.

use std::cell::{Cell, RefCell};
use std::task::Poll;

use rolewatch_guard::moment::Moment;
use rolewatch_live::port::{
    Clock, Keep, KeepOutcome, KeyRange, Notice, Row, Subscribers, SubscriptionPage, Table,
    TableKind, Topic, Trouble,
};
use rolewatch_live::testing::{Twin, subscribed};
use rolewatch_live::time::RECIPIENTS_FRESH;
use rolewatch_notify::port::{Pause, Vault};
use rolewatch_notify::secret::Secret;
use rolewatch_notify::slack::port::{Call, Chatroom, Post, Reply};
use serde_json::Value;

use crate::storm::Storm;

/// What Slack accepted.
#[derive(Debug, Default)]
pub(crate) struct Slack {
    pub(crate) bot: bool,
    /// The bodies in order, and whether each changed an earlier message.
    pub(crate) taken: RefCell<Vec<(bool, String)>>,
    /// How many replies were lost after Slack had accepted the message.
    pub(crate) lost: Cell<u64>,
    /// What slack-notifier sent by e-mail, and whether a person received it.
    pub(crate) mails: RefCell<Vec<(String, bool)>>,
    /// When a person could last receive e-mail.
    pub(crate) reader: Cell<Option<Moment>>,
    /// Acknowledgments of findings that nobody could have read.
    pub(crate) unread: RefCell<Vec<String>>,
}

impl Slack {
    /// Whether a person receives e-mail now, or left so recently that rolewatch may not know it
    /// yet.
    fn has_reader(&self, twin: &Twin<Storm>) -> bool {
        let now = twin.clock.get();
        if twin.subscriptions.borrow().contains(&subscribed("email")) {
            self.reader.set(Some(now));
        }
        self.reader
            .get()
            .is_some_and(|last| now.seconds_since(last) < RECIPIENTS_FRESH + SLOW)
    }

    /// Whether a person could have read about a finding.
    pub(crate) fn shows(&self, id: &str) -> bool {
        let posted = self
            .taken
            .borrow()
            .iter()
            .any(|(_, body)| body.contains(id));
        posted
            || self
                .mails
                .borrow()
                .iter()
                .any(|(body, received)| *received && body.contains(id))
    }

    /// Checks that an acknowledgment was earned.
    fn acknowledged(&self, row: &Row) {
        let body: Value = serde_json::from_str(&row.body).unwrap();
        let id = row.pk.strip_prefix("finding#").unwrap();
        let earned = match body["how"].as_str().unwrap() {
            "slack" | "mail" => self.shows(id),
            // It is counted with another finding that was posted.
            "folded" => !self.taken.borrow().is_empty(),
            // Nobody was told about it, and nobody has to be.
            "withdrawn" => true,
            _ => false,
        };
        if !earned {
            self.unread.borrow_mut().push(format!("{id} {body}"));
        }
    }
}

/// rolewatch may use an answer about subscriptions for this many seconds longer, while calls hang.
const SLOW: i64 = 60;

/// The ports to AWS.
pub(crate) struct Aws<'w> {
    pub(crate) twin: &'w Twin<Storm>,
    pub(crate) slack: &'w Slack,
}

/// The port to Slack.
pub(crate) struct Line<'w> {
    pub(crate) twin: &'w Twin<Storm>,
    pub(crate) slack: &'w Slack,
}

async fn give_way() {
    let mut gave = false;
    std::future::poll_fn(|context| {
        // A task that waits for many futures at once only polls those that woke.
        context.waker().wake_by_ref();
        if std::mem::replace(&mut gave, true) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
}

impl Post for Line<'_> {
    async fn post(&self, call: Call) -> Result<Reply, Trouble> {
        let weather = &self.twin.weather;
        let silence = || Trouble::Unreachable {
            what: "slack".to_owned(),
            why: "no reply".to_owned(),
        };
        let reply = |status: u16, body: &str| Reply {
            status,
            retry_after: (status == 429).then_some(3),
            body: body.to_owned(),
        };
        give_way().await;
        if let Some((status, word)) = weather.refusal() {
            return Ok(reply(status, word));
        }
        if weather.blows.get() && weather.dice.permille(60) {
            return match weather.dice.below(3) {
                0 => Err(silence()),
                1 => Ok(reply(429, "rate_limited")),
                _ => Ok(reply(500, "oops")),
            };
        }
        let update = call.target.url().ends_with("chat.update");
        self.slack.taken.borrow_mut().push((update, call.body));
        give_way().await;
        if weather.blows.get() && weather.dice.permille(40) {
            self.slack.lost.set(self.slack.lost.get() + 1);
            return Err(silence());
        }
        if self.slack.bot {
            let ts = self.slack.taken.borrow().len();
            return Ok(reply(
                200,
                &format!(r#"{{"ok":true,"channel":"C0EXAMPLE","ts":"17000000{ts:02}.000100"}}"#),
            ));
        }
        Ok(reply(200, "ok"))
    }
}

impl Vault for Line<'_> {
    async fn secret(&self) -> Result<Secret, Trouble> {
        give_way().await;
        Ok(Secret::new(if self.slack.bot {
            "xoxb-000000000000-EXAMPLE"
        } else {
            "https://hooks.slack.com/services/T000/B000/EXAMPLE"
        }))
    }
}

impl Chatroom for Line<'_> {
    async fn announce(&self, _: String) -> Result<(), Trouble> {
        Ok(())
    }
}

impl Pause for Line<'_> {
    async fn pause(&self, seconds: u32) {
        let until = self.twin.clock.get().plus_seconds(i64::from(seconds));
        if self.twin.clock.get() < until {
            self.twin.clock.set(until);
        }
        give_way().await;
    }
}

impl Table for Aws<'_> {
    async fn keep(&self, place: TableKind, row: Row, keep: Keep) -> Result<KeepOutcome, Trouble> {
        if row.sk == "ack" {
            self.slack.acknowledged(&row);
        }
        self.twin.keep(place, row, keep).await
    }

    async fn replace(&self, place: TableKind, row: Row, seen: u64) -> Result<bool, Trouble> {
        self.twin.replace(place, row, seen).await
    }

    async fn query(
        &self,
        place: TableKind,
        pk: &str,
        span: &KeyRange,
    ) -> Result<Vec<Row>, Trouble> {
        self.twin.query(place, pk, span).await
    }

    async fn latest(
        &self,
        place: TableKind,
        pk: &str,
        span: &KeyRange,
        most: usize,
    ) -> Result<Vec<Row>, Trouble> {
        self.twin.latest(place, pk, span, most).await
    }
}

impl Topic for Aws<'_> {
    async fn publish(&self, notice: Notice) -> Result<(), Trouble> {
        let Notice::Operations { body, .. } = notice.clone() else {
            return self.twin.publish(notice).await;
        };
        self.twin.publish(notice).await?;
        self.slack
            .mails
            .borrow_mut()
            .push((body, self.slack.has_reader(self.twin)));
        Ok(())
    }
}

impl Subscribers for Aws<'_> {
    async fn subscribers(&self, token: Option<&str>) -> Result<SubscriptionPage, Trouble> {
        let page = self.twin.subscribers(token).await?;
        self.slack.has_reader(self.twin);
        Ok(page)
    }
}

impl Clock for Aws<'_> {
    fn now(&self) -> Moment {
        self.twin.now()
    }
}
