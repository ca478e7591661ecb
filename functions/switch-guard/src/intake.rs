//! Processes one message of the queue.

use rolewatch_guard::Elevated;
use rolewatch_guard::arn::RoleArn;
use rolewatch_guard::delivery::Delivery;
use rolewatch_guard::envelope::Event;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::said::Said;
use rolewatch_guard::seen::{Reading, RecordProblem, SeenRecord};
use rolewatch_guard::tamper::GuardedResources;
use rolewatch_live::inbox::Inbound;
use rolewatch_live::ledger::{find_touched, mark_done, store_record};
use rolewatch_live::port::{KeepOutcome, Notice, Trouble};
use rolewatch_live::rulebook::{Rulebook, Shelf};
use rolewatch_live::settle::{SettleCounts, report_tampering, settle, take_turn};
use rolewatch_live::setup;
use rolewatch_live::{probe, quarantine, wire};

use crate::GuardPorts;
use crate::envelope::OpenedMessage;
use crate::time::LOOK_AGAIN;

/// How the processing of a message ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageOutcome {
    /// Stored, judged and, where due, published.
    Judged {
        /// The event's time.
        time: Moment,
    },
    /// Already known.
    Duplicate,
    /// Another copy of it is being judged. It is checked again in a moment, in case that invocation
    /// is cut off.
    UnderWay,
    /// The engine doesn't use it.
    NotRelevant,
    /// Unreadable, and stored in quarantine.
    Quarantined,
    /// Switches or the setup were judged again.
    Rejudged,
    /// The heartbeat was passed on.
    Heartbeat,
    /// A record of our own probe. It is noted, and judged only if the policy calls the reader role
    /// elevated.
    Probe,
}

pub(crate) struct HandledMessage {
    pub(crate) outcome: MessageOutcome,
    pub(crate) settled: SettleCounts,
    /// Judged without some details. A copy is in the bucket now.
    pub(crate) partly_unread: bool,
}

impl HandledMessage {
    fn new(outcome: MessageOutcome, settled: SettleCounts) -> Self {
        Self {
            outcome,
            settled,
            partly_unread: false,
        }
    }
}

impl From<MessageOutcome> for HandledMessage {
    fn from(outcome: MessageOutcome) -> Self {
        Self::new(outcome, SettleCounts::default())
    }
}

/// Processes a message. It can be repeated from the start after any failure.
pub(crate) async fn handle_opened<O: GuardPorts>(
    outside: &O,
    shelf: &mut Shelf,
    guarded: &GuardedResources,
    opened: OpenedMessage<'_>,
    first_try: bool,
) -> Result<HandledMessage, Trouble> {
    let now = outside.now();
    let OpenedMessage {
        body,
        message,
        probe,
    } = opened;
    let is_delivered = matches!(message, Inbound::Record(_));
    match message {
        Inbound::Unreadable(why) => {
            quarantine::put(outside, body, &why, now).await?;
            Ok(MessageOutcome::Quarantined.into())
        }
        Inbound::Native => Ok(MessageOutcome::NotRelevant.into()),
        Inbound::Heartbeat(heartbeat) => {
            // A heartbeat that reaches the other end also proves that the policy could be read.
            shelf.current(outside, now).await?;
            pass_on(outside, &wire::TopicMessage::Heartbeat { heartbeat }).await?;
            Ok(MessageOutcome::Heartbeat.into())
        }
        Inbound::Rejudge(rejudge) => {
            let book = shelf.current(outside, now).await?;
            let settled = settle(outside, book, &rejudge.touched(), now).await?;
            Ok(HandledMessage::new(MessageOutcome::Rejudged, settled))
        }
        Inbound::Turn(chain) => {
            let book = shelf.current(outside, now).await?;
            let settled = take_turn(outside, book, &chain, first_try, now).await?;
            Ok(HandledMessage::new(MessageOutcome::Rejudged, settled))
        }
        Inbound::Review(ask) => {
            let book = shelf.current(outside, now).await?;
            let settled = setup::review(outside, book, &ask, now).await?;
            Ok(HandledMessage::new(MessageOutcome::Rejudged, settled))
        }
        Inbound::Record(event) | Inbound::Recovered(event) => {
            let book = shelf.current(outside, now).await?;
            let incoming = Incoming {
                body,
                event: &event,
                first_try,
                now,
            };
            let Some(probe) = probe else {
                return record(outside, book, guarded, &incoming).await;
            };
            // A copy from the trail says nothing about the path through EventBridge, which is what
            // the probe tests.
            if is_delivered {
                probe::answered(outside, &probe, now).await?;
            }
            if !Elevated::by_policy(&book.policy).may_be(&probe.role) {
                return Ok(MessageOutcome::Probe.into());
            }
            let taken = record(outside, book, guarded, &incoming).await?;
            Ok(HandledMessage {
                outcome: MessageOutcome::Probe,
                ..taken
            })
        }
    }
}

/// Publishes a heartbeat on the findings topic, so that a broken path to its subscribers is
/// noticed.
async fn pass_on<O: GuardPorts>(
    outside: &O,
    heartbeat: &wire::TopicMessage,
) -> Result<(), Trouble> {
    let body = serde_json::to_string(heartbeat).map_err(|error| Trouble::Refused {
        what: "passing on the heartbeat".to_owned(),
        why: error.to_string(),
    })?;
    let attributes = vec![("heartbeat", "true".to_owned())];
    outside.publish(Notice::Finding { body, attributes }).await
}

/// A record as it came in a message.
struct Incoming<'m> {
    /// The whole message.
    body: &'m str,
    event: &'m Event<'m>,
    first_try: bool,
    now: Moment,
}

impl Incoming<'_> {
    fn contents(&self) -> Result<&Said<'_>, RecordProblem> {
        self.event.contents()
    }

    fn delivery(&self) -> Delivery<'_> {
        self.event.delivery(Delivery::default())
    }
}

/// Why a record wasn't processed completely.
enum Unfinished {
    /// It can't be read, and a retry won't help.
    Unreadable(RecordProblem),
    /// A port failed, so it has to be retried.
    Trouble(Trouble),
}

impl From<RecordProblem> for Unfinished {
    fn from(problem: RecordProblem) -> Self {
        Self::Unreadable(problem)
    }
}

impl From<Trouble> for Unfinished {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

async fn record<O: GuardPorts>(
    outside: &O,
    book: &Rulebook,
    guarded: &GuardedResources,
    incoming: &Incoming<'_>,
) -> Result<HandledMessage, Trouble> {
    match see_through(outside, book, guarded, incoming).await {
        Ok(taken) => Ok(taken),
        Err(Unfinished::Trouble(trouble)) => Err(trouble),
        Err(Unfinished::Unreadable(problem)) => {
            let why = problem.to_string();
            quarantine::put(outside, incoming.body, &why, incoming.now).await?;
            Ok(MessageOutcome::Quarantined.into())
        }
    }
}

async fn see_through<O: GuardPorts>(
    outside: &O,
    book: &Rulebook,
    guarded: &GuardedResources,
    incoming: &Incoming<'_>,
) -> Result<HandledMessage, Unfinished> {
    let alone = Alone::settle(outside, book, guarded, incoming).await?;
    match kept_facts(incoming, &book.policy)? {
        Some((seen, reduced)) => {
            Ok(store_and_judge(outside, book, incoming, (seen, reduced), alone).await?)
        }
        None => Ok(HandledMessage::new(alone.outcome(), alone.settled)),
    }
}

/// What one record says on its own, independent of other facts: a call against the guard, or a
/// change of the setup.
#[derive(Default)]
struct Alone {
    settled: SettleCounts,
    /// The time of the event, if the record says something of this kind.
    time: Option<Moment>,
    /// Everything that it says was already known.
    known: bool,
}

impl Alone {
    async fn settle<O: GuardPorts>(
        outside: &O,
        book: &Rulebook,
        guarded: &GuardedResources,
        incoming: &Incoming<'_>,
    ) -> Result<Self, Unfinished> {
        let (said, delivery, now) = (incoming.contents()?, incoming.delivery(), incoming.now);
        let mut alone = Self::default();
        if let Some(tampering) = said.tampering(delivery, guarded)? {
            let told = report_tampering(outside, &book.policy, &tampering, now).await?;
            alone.settled.add(told);
            alone.time = Some(tampering.time);
        }
        if let Some(change) = said.change(delivery)?
            && book.policy.trusts(change.key.account)
        {
            let known = setup::note_change(outside, &change, now).await? == KeepOutcome::Known;
            // A call against the guard is judged no matter what is known of it as a change.
            if alone.time.is_none() {
                alone.time = Some(change.time);
                alone.known = known && incoming.first_try;
            }
        }
        Ok(alone)
    }

    /// How the message ends if the record has no other use.
    fn outcome(&self) -> MessageOutcome {
        match self.time {
            Some(_) if self.known => MessageOutcome::Duplicate,
            Some(time) => MessageOutcome::Judged { time },
            None => MessageOutcome::NotRelevant,
        }
    }
}

/// The record's fact for the ledger, and the reduced record. `None`: the ledger keeps nothing.
fn kept_facts(
    incoming: &Incoming<'_>,
    policy: &Policy,
) -> Result<Option<(SeenRecord, String)>, RecordProblem> {
    let (said, delivery) = (incoming.contents()?, incoming.delivery());
    let elevated = |role: &RoleArn| Elevated::by_policy(policy).may_be(role);
    match said.read(delivery, &elevated)? {
        Reading::Seen(seen) => Ok(Some((*seen, said.reduced(delivery)?))),
        Reading::Service(_) | Reading::NotRelevant => Ok(None),
    }
}

async fn store_and_judge<O: GuardPorts>(
    outside: &O,
    book: &Rulebook,
    incoming: &Incoming<'_>,
    (mut seen, reduced): (SeenRecord, String),
    alone: Alone,
) -> Result<HandledMessage, Trouble> {
    let &Incoming {
        body,
        first_try,
        now,
        ..
    } = incoming;
    let key = seen.key.clone();
    let time = seen.time;
    let says_something = says_something(&seen) || alone.time.is_some();
    let mut settled = alone.settled;
    let unread = std::mem::take(&mut seen.unread);
    // Stored before anything is judged. If two invocations have records that affect each other, at
    // least the later one sees both.
    let arrival = store_record(outside, &book.policy, seen, reduced, first_try, now).await?;
    // INVARIANT (stopped halfway): a copy of the record may be processed completely while an
    // invocation for this message judged with older facts, wrote, and was stopped before it looked
    // again. So a message that was delivered before is judged no matter what is known about its
    // record.
    if arrival.done && first_try {
        return Ok(HandledMessage::new(MessageOutcome::Duplicate, settled));
    }
    if arrival.under_way && first_try {
        outside.send_behind(body.to_owned(), LOOK_AGAIN).await?;
        return Ok(HandledMessage::new(MessageOutcome::UnderWay, settled));
    }
    let known = arrival.done;
    // INVARIANT (once): the copy is stored before the record is marked as processed, and under the
    // record's own name. So if any copy of the record was processed completely, its quarantine copy
    // exists.
    let partly_unread = !unread.is_empty() && !known;
    if partly_unread {
        quarantine::put_partly(outside, body, &key, &unread, now).await?;
    }
    let touched = find_touched(outside, (&book.policy, &book.rosters), &arrival).await?;
    settled.add(settle(outside, book, &touched, now).await?);
    // Written last: until then, whoever gets the record again starts from the beginning.
    mark_done(outside, &key, &arrival.body, now).await?;
    let outcome = match (known, says_something) {
        (true, _) => MessageOutcome::Duplicate,
        (false, true) => MessageOutcome::Judged { time },
        (false, false) => MessageOutcome::NotRelevant,
    };
    Ok(HandledMessage {
        outcome,
        settled,
        partly_unread,
    })
}

fn says_something(seen: &SeenRecord) -> bool {
    seen.fact.is_some() || seen.used.is_some() || seen.named.is_some() || seen.role.is_some()
}
