//! The messages of switch-guard's queue: what each one is, and how the stack's functions write
//! theirs.
//!
//! A message is parsed once. What comes from EventBridge has its own members at the top level.
//! Someone who puts events on the bus controls only `detail`, so no event can pass for one of our
//! own messages.

use std::borrow::Cow;

use rolewatch_guard::envelope::{Envelope, Event};
use rolewatch_guard::id::{AccountId, RecordKey};
use rolewatch_guard::json;
use rolewatch_guard::moment::Moment;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::ledger::{SessionAt, TouchedEvidence};
use crate::outbox::FindingState;
use crate::port::{Queue, Trouble};

#[cfg(test)]
mod tests;

/// The source of the heartbeat's events.
const HEARTBEAT: &str = "rolewatch.heartbeat";

/// The source of the events that Identity Center's directory sends in addition to CloudTrail's.
const IDENTITY_STORE: &str = "aws.identitystore";

/// How the `detail-type` of CloudTrail's events ends.
const BY_CLOUDTRAIL: &str = " via CloudTrail";

/// A parsed message of the queue.
#[derive(Debug)]
pub enum Inbound<'a> {
    /// A CloudTrail record, as EventBridge delivered it.
    Record(Event<'a>),
    /// A CloudTrail record that EventBridge may never have delivered. It was found in the event
    /// history or in a trail's log files.
    Recovered(Event<'a>),
    /// An event of Identity Center's directory itself, such as `User Created`. CloudTrail's record
    /// of the same change says more, so this one isn't used.
    Native,
    /// The schedule fired.
    Heartbeat(Moment),
    /// A request to judge these sessions and records again.
    Rejudge(Rejudge),
    /// A request to judge the next switches of a chain.
    Turn(String),
    /// A request to review the setup of the accounts.
    Review(Ask),
    /// None of the above. Holds the reason.
    Unreadable(String),
}

/// A message from rolewatch to switch-guard: judge these again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejudge {
    /// Sessions.
    #[serde(default)]
    pub sessions: Vec<SessionAt>,
    /// Records, as account and event ID.
    #[serde(default)]
    pub records: Vec<(String, String)>,
}

/// A message from rolewatch to switch-guard: review the setup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// The account to read first. `None`: judge again what was read last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// A reading that began at this moment or later is recent enough.
    pub due: Moment,
}

/// Where a record was found that EventBridge may never have delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Means {
    /// The event history (`LookupEvents`).
    Lookup,
    /// The log files of a trail.
    Trail,
}

/// The top-level members of any message.
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
    #[serde(borrow, rename = "detail-type")]
    detail_type: Option<&'a RawValue>,
    #[serde(borrow)]
    detail: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Schedule {
    time: Moment,
}

/// Determines what a message is. Whether an event counts as evidence is decided by the same code as
/// offline.
pub fn open(body: &str) -> Inbound<'_> {
    let members = json::parse::<MessageMembers<'_>>(body).ok();
    if let Some(own) = members.as_ref().and_then(stack_message) {
        return own;
    }
    if members.as_ref().is_some_and(is_native) {
        return Inbound::Native;
    }
    let envelope = match members {
        Some(MessageMembers {
            source,
            account,
            detail: Some(detail),
            ..
        }) => Envelope::new(source, account, detail),
        // Not a message of any kind. Report the reason why it isn't an event.
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

/// A message that only the stack's own functions can send: nobody else has access to the queue.
fn stack_message<'a>(members: &MessageMembers<'a>) -> Option<Inbound<'a>> {
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
    // The account that owns the record, if the message names it.
    let account = match members.account {
        Some(account) => Some(member(Some(account))?),
        None => None,
    };
    let record = members.detail?.get();
    Some(Inbound::Recovered(Event::new(record, account)))
}

/// Whether Identity Center's directory itself sent the event. Nobody else can: EventBridge rejects
/// customers' events with a source of AWS.
fn is_native(members: &MessageMembers<'_>) -> bool {
    let text = |raw| member::<Cow<'_, str>>(raw);
    text(members.source).is_some_and(|source| source == IDENTITY_STORE)
        && text(members.detail_type).is_some_and(|kind| !kind.ends_with(BY_CLOUDTRAIL))
}

fn member<'a, T: Deserialize<'a>>(raw: Option<&'a RawValue>) -> Option<T> {
    serde_json::from_str(raw?.get()).ok()
}

impl Rejudge {
    pub(crate) fn from_touched(touched: &TouchedEvidence) -> Self {
        Self {
            sessions: touched.sessions.iter().cloned().collect(),
            records: touched
                .records
                .iter()
                .map(|record| (record.account.to_string(), record.event.to_string()))
                .collect(),
        }
    }

    /// The sessions and records that a finding is about.
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

    /// The sessions and records to judge. Entries that aren't a valid account or event ID didn't
    /// come from us and are left out.
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
            ..TouchedEvidence::default()
        }
    }
}

/// Queues sessions or records to be judged again after `delay` seconds, at most 900.
///
/// # Errors
/// Returns the queue's error.
pub async fn send_rejudge<O: Queue>(
    outside: &O,
    rejudge: &Rejudge,
    delay: u32,
) -> Result<(), Trouble> {
    let body = written("queueing a judgement", "rejudge", rejudge)?;
    outside.send(body, delay).await
}

/// Queues a message to judge the next switches of a chain.
pub(crate) async fn send_turn<O: Queue>(outside: &O, chain: &str) -> Result<(), Trouble> {
    let body = written("queueing the next switches to judge again", "turn", &chain)?;
    outside.send(body, 0).await
}

/// Queues a review of the setup after `delay` seconds.
pub(crate) async fn send_review<O: Queue>(
    outside: &O,
    ask: &Ask,
    delay: u32,
) -> Result<(), Trouble> {
    let body = written("queueing a review", "review", ask)?;
    // Reading an account takes seconds, and on some days a hundred are read. So these wait behind
    // events.
    outside.send_behind(body, delay).await
}

/// Queues a judgment of the setup as it was last read, because the policy or a roster changed.
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

/// The message that brings a recovered record to the guard. `account` is the account that owns the
/// record, because the record itself may not name it.
///
/// `None`: the record isn't JSON.
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
