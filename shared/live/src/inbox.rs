//! The messages of switch-guard's queue: what each one is, and how the functions of the stack write
//! theirs.
//!
//! A message is opened once. What comes from EventBridge has its own members at the top. Whoever
//! puts events on the bus chooses the `detail` alone, so no event passes for a message of ours.

use rolewatch_guard::envelope::{Envelope, Event};
use rolewatch_guard::id::{AccountId, RecordKey};
use rolewatch_guard::json;
use rolewatch_guard::moment::Moment;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::ledger::{IdentityChanges, SessionAt, TouchedEvidence};
use crate::outbox::FindingState;
use crate::port::{Queue, Trouble};

#[cfg(test)]
mod tests;

/// The source of the heartbeat's events.
const HEARTBEAT: &str = "rolewatch.heartbeat";

/// A message of the queue, opened.
#[derive(Debug)]
pub enum Inbound<'a> {
    /// A CloudTrail record, as it came.
    Record(Event<'a>),
    /// A CloudTrail record that EventBridge may never have delivered: it was found in the event
    /// history, or in the log files of a trail.
    Recovered(Event<'a>),
    /// The schedule fired.
    Heartbeat(Moment),
    /// Judge these again.
    Rejudge(Rejudge),
    /// Judge what is next of a chain.
    Turn(String),
    /// Look at the setup of the accounts.
    Review(Ask),
    /// None of these, and why.
    Unreadable(String),
}

/// A message of rolewatch to switch-guard: judge these again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejudge {
    /// Sessions.
    #[serde(default)]
    pub sessions: Vec<SessionAt>,
    /// Records: account and event id.
    #[serde(default)]
    pub records: Vec<(String, String)>,
}

/// A message of rolewatch to switch-guard: look at the setup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// The account that is to be read first. None: what was read is judged again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// A reading that began then or later will do.
    pub due: Moment,
}

/// How a record was found that EventBridge may never have delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Means {
    /// The event history.
    Lookup,
    /// The log files of a trail.
    Trail,
}

/// The members at the top of any message.
#[derive(Deserialize)]
struct MessageMembers<'a> {
    #[serde(borrow)]
    rejudge: Option<&'a RawValue>,
    #[serde(borrow)]
    turn: Option<&'a RawValue>,
    #[serde(borrow)]
    review: Option<&'a RawValue>,
    #[serde(borrow)]
    recovered: Option<&'a RawValue>,
    #[serde(borrow)]
    source: Option<&'a RawValue>,
    #[serde(borrow)]
    account: Option<&'a RawValue>,
    #[serde(borrow)]
    detail: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Schedule {
    time: Moment,
}

/// Tells what a message is. Whether an event is evidence is decided as it is offline.
pub fn open(body: &str) -> Inbound<'_> {
    let members = json::parse::<MessageMembers<'_>>(body).ok();
    if let Some(own) = members.as_ref().and_then(own) {
        return own;
    }
    let envelope = match members {
        Some(MessageMembers {
            source,
            account,
            detail: Some(detail),
            ..
        }) => Envelope::new(source, account, detail),
        // It is no message of any kind; the reason is that of an event.
        _ => match Envelope::read(body.as_bytes()) {
            Ok(envelope) => envelope,
            Err(problem) => return Inbound::Unreadable(problem.to_string()),
        },
    };
    if envelope.source().as_deref() == Some(HEARTBEAT) {
        return match serde_json::from_str::<Schedule>(envelope.detail()) {
            Ok(schedule) => Inbound::Heartbeat(schedule.time),
            Err(error) => Inbound::Unreadable(format!("not a heartbeat: {error}")),
        };
    }
    match envelope.evidence() {
        Ok(event) => Inbound::Record(event),
        Err(why) => Inbound::Unreadable(why.to_string()),
    }
}

/// A message that only functions of the stack can send: nobody else may use the queue.
fn own<'a>(members: &MessageMembers<'a>) -> Option<Inbound<'a>> {
    if let Some(rejudge) = member(members.rejudge) {
        return Some(Inbound::Rejudge(rejudge));
    }
    if let Some(chain) = member(members.turn) {
        return Some(Inbound::Turn(chain));
    }
    if let Some(ask) = member(members.review) {
        return Some(Inbound::Review(ask));
    }
    let _by: Means = member(members.recovered)?;
    // Whose record it is, where the message says so.
    let account = match members.account {
        Some(account) => Some(member(Some(account))?),
        None => None,
    };
    let record = members.detail?.get();
    Some(Inbound::Recovered(Event::new(record, account)))
}

fn member<'a, T: Deserialize<'a>>(raw: Option<&'a RawValue>) -> Option<T> {
    serde_json::from_str(raw?.get()).ok()
}

impl Rejudge {
    pub(crate) fn of(touched: &TouchedEvidence) -> Self {
        Self {
            sessions: touched.sessions.iter().cloned().collect(),
            records: touched
                .records
                .iter()
                .map(|record| (record.account.to_string(), record.event.to_string()))
                .collect(),
        }
    }

    /// Everything that a finding is about.
    pub(crate) fn of_finding(state: &FindingState) -> Self {
        let record = |name: &String| {
            name.split_once('~')
                .map(|(account, event)| (account.to_owned(), event.to_owned()))
        };
        Self {
            sessions: state.switches.clone(),
            records: state.records.iter().filter_map(record).collect(),
        }
    }

    /// What it asks for. Whatever is no account or event id is not one of ours and is left out.
    pub fn touched(&self) -> TouchedEvidence {
        let record = |(account, event): &(String, String)| {
            Some(RecordKey {
                account: account.parse().ok()?,
                event: event.parse().ok()?,
            })
        };
        TouchedEvidence {
            sessions: self.sessions.iter().cloned().collect(),
            records: self.records.iter().filter_map(record).collect(),
            told: IdentityChanges::default(),
        }
    }
}

/// Has sessions or records judged again, after so many seconds, at most 900.
///
/// # Errors
/// The queue's own.
pub async fn send_rejudge<O: Queue>(
    outside: &O,
    rejudge: &Rejudge,
    delay: u32,
) -> Result<(), Trouble> {
    let body = written("queueing a judgement", "rejudge", rejudge)?;
    outside.send(body, delay).await
}

/// Has what is next of a chain judged.
pub(crate) async fn send_turn<O: Queue>(outside: &O, chain: &str) -> Result<(), Trouble> {
    let body = written("passing on a turn", "turn", &chain)?;
    outside.send(body, 0).await
}

/// Has the setup looked at, after so many seconds.
pub(crate) async fn send_review<O: Queue>(
    outside: &O,
    ask: &Ask,
    delay: u32,
) -> Result<(), Trouble> {
    let body = written("asking for a review", "review", ask)?;
    // Reading an account takes seconds, and on some days a hundred are read.
    outside.send_behind(body, delay).await
}

/// Has the setup judged again as it was read last: another policy or roster is in force.
pub(crate) async fn send_setup_judgement<O: Queue>(
    outside: &O,
    now: Moment,
) -> Result<(), Trouble> {
    let ask = Ask {
        account: None,
        due: now,
    };
    send_review(outside, &ask, 0).await
}

fn written(what: &str, member: &str, value: &impl Serialize) -> Result<String, Trouble> {
    let refused = |error: serde_json::Error| Trouble::refused(what, &error);
    let value = serde_json::to_value(value).map_err(refused)?;
    Ok(serde_json::json!({ member: value }).to_string())
}

/// The message by which a recovered record reaches the guard. `account` says whose it is, which the
/// record itself may not.
///
/// `None`: the record is not JSON.
pub fn recovered(by: Means, account: AccountId, record: &str) -> Option<String> {
    #[derive(Serialize)]
    struct RecoveredMessage<'a> {
        #[serde(rename = "recovered")]
        by: Means,
        account: String,
        detail: &'a RawValue,
    }
    serde_json::to_string(&RecoveredMessage {
        by,
        account: account.to_string(),
        detail: serde_json::from_str(record).ok()?,
    })
    .ok()
}
