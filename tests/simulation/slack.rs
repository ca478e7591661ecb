//! Slack in memory, and the notifier's ports over the twins.

use std::cell::{Cell, RefCell};
use std::task::Poll;

use rolewatch_edge::port::{Clock, Keep, Kept, Notice, Place, Row, Span, Table, Topic, Trouble};
use rolewatch_edge::slack::port::{Call, Chatroom, Pause, Post, Reply, Vault};
use rolewatch_edge::slack::secret::Secret;
use rolewatch_edge::testing::Twin;
use rolewatch_guard::moment::Moment;

use crate::storm::Storm;

/// What Slack took.
#[derive(Debug, Default)]
pub(crate) struct Slack {
    pub(crate) bot: bool,
    /// Bodies, in their order, and whether each changed an earlier message.
    pub(crate) taken: RefCell<Vec<(bool, String)>>,
    /// How many replies were lost after Slack had taken the message.
    pub(crate) lost: Cell<u64>,
}

/// The side of AWS.
pub(crate) struct Aws<'w>(pub(crate) &'w Twin<Storm>);

/// The side of Slack.
pub(crate) struct Line<'w> {
    pub(crate) twin: &'w Twin<Storm>,
    pub(crate) slack: &'w Slack,
}

async fn give_way() {
    let mut gave = false;
    std::future::poll_fn(|context| {
        // Whoever waits for many futures at once polls only those that woke.
        context.waker().wake_by_ref();
        if std::mem::replace(&mut gave, true) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

impl Post for Line<'_> {
    async fn post(&self, call: Call) -> Result<Reply, Trouble> {
        let weather = &self.twin.weather;
        let silence = || Trouble::Unreachable { what: "slack".to_owned(), why: "no reply".to_owned() };
        let reply = |status: u16, body: &str| Reply { status, retry_after: (status == 429).then_some(3), body: body.to_owned() };
        give_way().await;
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
            return Ok(reply(200, &format!(r#"{{"ok":true,"channel":"C0EXAMPLE","ts":"17000000{ts:02}.000100"}}"#)));
        }
        Ok(reply(200, "ok"))
    }
}

impl Vault for Line<'_> {
    async fn secret(&self) -> Result<Secret, Trouble> {
        give_way().await;
        Ok(Secret::new(if self.slack.bot { "xoxb-000000000000-EXAMPLE" } else { "https://hooks.slack.com/services/T000/B000/EXAMPLE" }))
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
    async fn keep(&self, place: Place, row: Row, keep: Keep) -> Result<Kept, Trouble> {
        self.0.keep(place, row, keep).await
    }

    async fn replace(&self, place: Place, row: Row, seen: u64) -> Result<bool, Trouble> {
        self.0.replace(place, row, seen).await
    }

    async fn query(&self, place: Place, pk: &str, span: &Span) -> Result<Vec<Row>, Trouble> {
        self.0.query(place, pk, span).await
    }
}

impl Topic for Aws<'_> {
    async fn publish(&self, notice: Notice) -> Result<(), Trouble> {
        self.0.publish(notice).await
    }
}

impl Clock for Aws<'_> {
    fn now(&self) -> Moment {
        self.0.now()
    }
}
