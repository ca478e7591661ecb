//! Slack: a channel, with a webhook or a bot.

use rolewatch_notify::slack::port::{Call, Reply};
use serde_json::{Value, json};

use super::World;

/// A message in the channel.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Posted {
    /// Its ID in the channel.
    pub(crate) ts: String,
    /// The message in whose thread it is.
    pub(crate) thread: Option<String>,
    /// What it says now.
    pub(crate) body: Value,
    /// How often it was changed.
    pub(crate) changes: usize,
}

impl World {
    /// Slack: gives the answers that a test has set, rejects invalid requests, and otherwise shows
    /// the message.
    pub(super) fn answer_call(&self, call: &Call) -> Reply {
        let token = call.target.token().map(|token| token.reveal().to_owned());
        let secret = token.as_deref().unwrap_or(call.target.url());
        let valid = secret == self.valid.borrow().as_str();
        if !self.answers.borrow().is_empty() {
            return self.answers.borrow_mut().remove(0);
        }
        let body: Value = serde_json::from_str(&call.body).unwrap();
        let blocks = body["blocks"]
            .as_array()
            .is_some_and(|blocks| !blocks.is_empty());
        let bot = token.is_some();
        if !valid {
            return refused(bot, 404, if bot { "invalid_auth" } else { "no_service" });
        }
        if self.no_blocks.get() && blocks {
            return refused(bot, 400, "invalid_blocks");
        }
        if call.target.url().ends_with("/chat.update") {
            self.changed(body)
        } else {
            self.posted(bot, body)
        }
    }

    /// Changes a message of the channel. Only a bot can do that.
    fn changed(&self, body: Value) -> Reply {
        let mut channel = self.channel.borrow_mut();
        let Some(posted) = channel
            .iter_mut()
            .find(|posted| body["ts"] == posted.ts.as_str())
        else {
            return refused(true, 404, "message_not_found");
        };
        posted.body = body;
        posted.changes += 1;
        taken_from_a_bot(&posted.ts)
    }

    fn posted(&self, bot: bool, body: Value) -> Reply {
        let mut channel = self.channel.borrow_mut();
        let ts = format!("{}.{:06}", self.now.get(), channel.len());
        channel.push(Posted {
            ts: ts.clone(),
            thread: body["thread_ts"].as_str().map(str::to_owned),
            body,
            changes: 0,
        });
        if bot {
            taken_from_a_bot(&ts)
        } else {
            reply(200, "ok")
        }
    }
}

fn reply(status: u16, body: &str) -> Reply {
    Reply {
        status,
        retry_after: None,
        body: body.to_owned(),
    }
}

/// A bot gets the error in the body, with status 200. A webhook gets it as the status.
fn refused(bot: bool, status: u16, word: &str) -> Reply {
    if bot {
        reply(200, &json!({"ok": false, "error": word}).to_string())
    } else {
        reply(status, word)
    }
}

fn taken_from_a_bot(ts: &str) -> Reply {
    let body = json!({"ok": true, "channel": "C0EXAMPLE", "ts": ts});
    reply(200, &body.to_string())
}
