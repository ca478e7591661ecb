//! Calls to Slack: the secret, the form of the call, and what is retried at once.

use std::cell::{Cell, RefCell};

use rolewatch_guard::moment::Moment;
use serde_json::{Value, json};

use rolewatch_live::port::{Clock, Trouble};

use super::answer::{self, SlackAnswer};
use super::credential::{Credential, Loopback};
use super::message::SlackMessage;
use super::port::{Call, Post};
use crate::port::{Pause, Vault};
use crate::retry::seconds;

/// Slack, with what one process knows about it.
pub struct SlackClient {
    channel: String,
    loopback: Option<Loopback>,
    credential: RefCell<Option<Credential>>,
    /// Slack asked us not to send anything until then.
    held: Cell<Option<Moment>>,
}

/// What to do with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Posting<'a> {
    /// Post it.
    New,
    /// Post it in the thread of a message, and show it in the channel too. A webhook can't do this,
    /// so it posts a new message.
    Below {
        /// The channel's ID.
        channel: &'a str,
        /// The message's ID.
        ts: &'a str,
    },
    /// Replace a message with it.
    Instead {
        /// The channel's ID.
        channel: &'a str,
        /// The message's ID.
        ts: &'a str,
    },
}

/// Where a message is. Empty for a webhook.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PostedMessage {
    /// The channel's ID.
    pub channel: Option<String>,
    /// The message's ID.
    pub ts: Option<String>,
}

/// Why Slack hasn't accepted a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotTaken {
    /// A later attempt may succeed.
    Later {
        /// After how many seconds, if known.
        after: Option<u32>,
        /// There was no answer, or it was inconclusive: Slack may have accepted the message.
        maybe: bool,
        /// What went wrong.
        why: String,
    },
    /// The message can't be changed.
    Immutable,
    /// No attempt will succeed until somebody fixes the cause.
    Dead {
        /// An earlier call for the same message got no conclusive answer: Slack may have accepted
        /// that one.
        maybe: bool,
        /// What Slack said, or why it couldn't be called.
        why: String,
    },
}

impl SlackClient {
    /// `channel` is for bots. Opens and reads nothing.
    pub fn new(channel: Option<String>, loopback: Option<Loopback>) -> Self {
        Self {
            channel: channel.unwrap_or_default(),
            loopback,
            credential: RefCell::default(),
            held: Cell::default(),
        }
    }

    /// Whether messages can be changed after they were posted.
    pub async fn can_edit<S: Vault>(&self, slack: &S) -> Result<bool, NotTaken> {
        Ok(matches!(self.credential(slack).await?, Credential::Bot(_)))
    }

    /// Forgets the secret and reads it again.
    pub async fn read_again<S: Vault>(&self, slack: &S) -> Result<Credential, NotTaken> {
        self.credential.borrow_mut().take();
        self.credential(slack).await
    }

    async fn credential<S: Vault>(&self, slack: &S) -> Result<Credential, NotTaken> {
        if let Some(known) = self.credential.borrow().clone() {
            return Ok(known);
        }
        let secret = slack.secret().await.map_err(|trouble| match trouble {
            // If the secret may not be read, that stays so until somebody changes a policy. Other
            // errors pass.
            Trouble::Refused { .. } => NotTaken::Dead {
                maybe: false,
                why: trouble.to_string(),
            },
            Trouble::Throttled { .. } | Trouble::Unreachable { .. } => NotTaken::Later {
                after: None,
                maybe: false,
                why: trouble.to_string(),
            },
        })?;
        let read =
            Credential::parse(&secret, self.loopback.as_ref()).map_err(|why| NotTaken::Dead {
                maybe: false,
                why: why.to_string(),
            })?;
        *self.credential.borrow_mut() = Some(read.clone());
        Ok(read)
    }

    /// Sends a message. Waits at most as long as `patience` allows, in seconds.
    pub async fn send<A: Clock, S: Post + Vault + Pause>(
        &self,
        aws: &A,
        slack: &S,
        sending: Posting<'_>,
        message: &SlackMessage,
        patience: &Cell<u32>,
    ) -> Result<PostedMessage, NotTaken> {
        self.check_held(aws)?;
        let mut credential = self.credential(slack).await?;
        let (mut whole, mut read_again, mut maybe_before) = (true, false, false);
        loop {
            let Some(call) = self.call(&credential, sending, message, whole) else {
                return Err(NotTaken::Immutable);
            };
            match answer_to(slack, call, &credential).await? {
                SlackAnswer::Taken { channel, ts } => return Ok(PostedMessage { channel, ts }),
                SlackAnswer::Immutable => return Err(NotTaken::Immutable),
                SlackAnswer::Malformed(why) if whole => {
                    tracing::warn!(why, "Slack rejected the blocks; sending plain text");
                    whole = false;
                }
                SlackAnswer::Malformed(why) => {
                    return Err(NotTaken::Dead {
                        maybe: maybe_before,
                        why,
                    });
                }
                SlackAnswer::Later { after, maybe_taken } => {
                    // If Slack may have accepted a message, try only once more: each attempt may
                    // post another message.
                    let enough = maybe_taken && maybe_before;
                    maybe_before |= maybe_taken;
                    let wait = after.unwrap_or(2).max(1);
                    if enough || wait > patience.get() {
                        self.held
                            .set(after.map(|after| aws.now().plus_seconds(after.into())));
                        return Err(NotTaken::Later {
                            after,
                            maybe: maybe_before,
                            why: "Slack is busy or down".into(),
                        });
                    }
                    // Waiting here holds up the whole batch. Longer waits are left to the queue.
                    patience.set(patience.get() - wait);
                    slack.pause(wait).await;
                }
                SlackAnswer::Dead(why) => {
                    // The secret may have been rotated.
                    let stale = credential.clone();
                    credential = if read_again {
                        stale.clone()
                    } else {
                        self.read_again(slack).await?
                    };
                    read_again = true;
                    if credential == stale {
                        self.credential.borrow_mut().take();
                        return Err(NotTaken::Dead {
                            maybe: maybe_before,
                            why,
                        });
                    }
                }
            }
        }
    }

    /// Returns an error while Slack wants nothing sent.
    fn check_held<A: Clock>(&self, aws: &A) -> Result<(), NotTaken> {
        // Slack limits the whole app, not one message, so it would reject every other message as
        // well.
        let now = aws.now();
        match self.held.get() {
            Some(until) if until > now => Err(NotTaken::Later {
                after: Some(seconds(until.seconds_since(now))),
                maybe: false,
                why: "Slack asked to wait before the next call".into(),
            }),
            _ => Ok(()),
        }
    }

    /// `None`: a webhook can't do this.
    fn call(
        &self,
        credential: &Credential,
        sending: Posting<'_>,
        message: &SlackMessage,
        whole: bool,
    ) -> Option<Call> {
        let mut body = if whole {
            json!({"text": message.text, "blocks": message.blocks})
        } else {
            // Plain text without formatting. A message that is changed would keep its old blocks,
            // so remove them.
            json!({"text": message.minimal, "mrkdwn": false, "blocks": []})
        };
        let mut with = |name: &str, value: Value| {
            if let Some(body) = body.as_object_mut() {
                body.insert(name.to_owned(), value);
            }
        };
        // A preview of the console or a runbook shows nothing useful, and Slack would fetch the
        // page.
        with("unfurl_links", json!(false));
        with("unfurl_media", json!(false));
        let method = match (credential, sending) {
            (Credential::Webhook(_), Posting::Instead { .. }) => return None,
            (Credential::Webhook(_), _) => "",
            (Credential::Bot(_), Posting::Instead { channel, ts }) => {
                with("channel", json!(channel));
                with("ts", json!(ts));
                "chat.update"
            }
            (Credential::Bot(_), Posting::Below { channel, ts }) => {
                with("channel", json!(channel));
                with("thread_ts", json!(ts));
                // Otherwise only those who follow the thread would see the reply.
                with("reply_broadcast", json!(true));
                "chat.postMessage"
            }
            (Credential::Bot(_), Posting::New) => {
                with("channel", json!(self.channel));
                "chat.postMessage"
            }
        };
        Some(Call {
            target: credential.target(method, self.loopback.as_ref()),
            body: body.to_string(),
        })
    }
}

/// Makes a call. A call that was sent but got no answer isn't repeated at once, because that could
/// post the message twice.
async fn answer_to<S: Post>(
    slack: &S,
    call: Call,
    credential: &Credential,
) -> Result<SlackAnswer, NotTaken> {
    let reply = slack.post(call).await.map_err(|trouble| NotTaken::Later {
        after: None,
        maybe: true,
        why: trouble.to_string(),
    })?;
    Ok(match credential {
        Credential::Webhook(_) => answer::of_webhook(&reply),
        Credential::Bot(_) => answer::of_bot(&reply),
    })
}
