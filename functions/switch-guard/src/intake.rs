//! One message, from the queue to its end.

use rolewatch_edge::ledger::{mark_done, store, touch};
use rolewatch_edge::port::{Kept, Notice, Trouble};
use rolewatch_edge::rulebook::{Rulebook, Shelf};
use rolewatch_edge::settle::{Settled, settle, take_turn, tell};
use rolewatch_edge::setup;
use rolewatch_edge::{probe, quarantine, wire};
use rolewatch_guard::Elevated;
use rolewatch_guard::arn::RoleArn;
use rolewatch_guard::delivery::Delivery;
use rolewatch_guard::envelope::Event;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::probe::Probe;
use rolewatch_guard::review::change;
use rolewatch_guard::seen::{Reading, Seen, read_from, reduced_from};
use rolewatch_guard::tamper::{Guarded, tampering};

use crate::Outside;
use crate::envelope::Message;

/// How a message ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Stored, judged, told.
    Judged {
        /// The event's.
        time: Moment,
    },
    /// Known before.
    Duplicate,
    /// Another copy of it is being judged. It is looked at again in a moment, in case that is cut
    /// off.
    UnderWay,
    /// Nothing that the engine has a use for.
    NotRelevant,
    /// Unreadable, and kept in the bucket.
    Quarantined,
    /// Judged again: switches, or the set-up.
    Rejudged,
    /// Passed on.
    Heartbeat,
    /// A record of our own probe: noted, and judged only if the policy calls the reader role
    /// elevated.
    Probe,
}

/// After so many seconds a copy of a record that is being judged is looked at again.
const LOOK_AGAIN: u32 = 2;

pub(crate) struct Taken {
    pub(crate) outcome: Outcome,
    pub(crate) settled: Settled,
    /// Judged without some details, of which the bucket now has a copy.
    pub(crate) partly_unread: bool,
}

impl Taken {
    fn new(outcome: Outcome, settled: Settled) -> Self {
        Self {
            outcome,
            settled,
            partly_unread: false,
        }
    }
}

impl From<Outcome> for Taken {
    fn from(outcome: Outcome) -> Self {
        Self::new(outcome, Settled::default())
    }
}

/// Sees a message through. It can be repeated from the start after any failure.
pub(crate) async fn take<O: Outside>(
    outside: &O,
    shelf: &mut Shelf,
    guarded: &Guarded,
    (body, message, probe): (&str, Message<'_>, Option<Probe>),
    first_try: bool,
) -> Result<Taken, Trouble> {
    let now = outside.now();
    let is_delivered = matches!(message, Message::Record(_));
    match message {
        Message::Unreadable(why) => {
            quarantine::put(outside, body, &why, now).await?;
            Ok(Outcome::Quarantined.into())
        }
        Message::Heartbeat(heartbeat) => {
            shelf.current(outside, now).await?;
            let message = wire::Message::Heartbeat { heartbeat };
            let body = serde_json::to_string(&message).map_err(|error| Trouble::Refused {
                what: "passing on the heartbeat".to_owned(),
                why: error.to_string(),
            })?;
            outside
                .publish(Notice::Finding {
                    body,
                    attributes: vec![("heartbeat", "true".to_owned())],
                })
                .await?;
            Ok(Outcome::Heartbeat.into())
        }
        Message::Rejudge(rejudge) => {
            let book = shelf.current(outside, now).await?;
            let settled = settle(outside, book, &rejudge.touched(), now).await?;
            Ok(Taken::new(Outcome::Rejudged, settled))
        }
        Message::Turn(chain) => {
            let book = shelf.current(outside, now).await?;
            let settled = take_turn(outside, book, &chain, first_try, now).await?;
            Ok(Taken::new(Outcome::Rejudged, settled))
        }
        Message::Review(ask) => {
            let book = shelf.current(outside, now).await?;
            let settled = setup::review(outside, book, &ask, now).await?;
            Ok(Taken::new(Outcome::Rejudged, settled))
        }
        Message::Record(event) | Message::Recovered(event) => {
            let book = shelf.current(outside, now).await?;
            let Some(probe) = probe else {
                return record(outside, book, guarded, (body, &event), first_try, now).await;
            };
            if is_delivered {
                probe::answered(outside, &probe, now).await?;
            }
            if !Elevated::by_policy(&book.policy).may_be(&probe.role) {
                return Ok(Outcome::Probe.into());
            }
            let taken = record(outside, book, guarded, (body, &event), first_try, now).await?;
            Ok(Taken {
                outcome: Outcome::Probe,
                ..taken
            })
        }
    }
}

async fn record<O: Outside>(
    outside: &O,
    book: &Rulebook,
    guarded: &Guarded,
    (body, event): (&str, &Event<'_>),
    first_try: bool,
    now: Moment,
) -> Result<Taken, Trouble> {
    let (json, delivery) = (event.record.as_bytes(), event.delivery(Delivery::default()));
    let mut settled = Settled::default();
    // What one record says by itself, whatever else it is: when, and whether it was known.
    let mut alone = None;
    match tampering(json, delivery, guarded) {
        Ok(Some(tampering)) => {
            settled.add(tell(outside, &book.policy, &tampering, now).await?);
            alone = Some((tampering.time, false));
        }
        Ok(None) => {}
        Err(problem) => return quarantined(outside, body, &problem.to_string(), now).await,
    }
    match change(json, delivery) {
        Ok(Some(change)) if book.policy.trusts(change.key.account) => {
            let known = setup::heard(outside, &change, now).await? == Kept::Known;
            alone = alone.or(Some((change.time, known && first_try)));
        }
        Ok(_) => {}
        Err(problem) => return quarantined(outside, body, &problem.to_string(), now).await,
    }
    let elevated = |role: &RoleArn| Elevated::by_policy(&book.policy).may_be(role);
    let (mut seen, kept) = match (
        read_from(json, delivery, &elevated),
        reduced_from(json, delivery),
    ) {
        (Ok(Reading::Seen(seen)), Ok(kept)) => (*seen, kept),
        (Ok(Reading::Service(_) | Reading::NotRelevant), _) => {
            let outcome = match alone {
                Some((_, true)) => Outcome::Duplicate,
                Some((time, false)) => Outcome::Judged { time },
                None => Outcome::NotRelevant,
            };
            return Ok(Taken::new(outcome, settled));
        }
        (Err(problem), _) | (_, Err(problem)) => {
            return quarantined(outside, body, &problem.to_string(), now).await;
        }
    };
    let (key, time, says) = (seen.key.clone(), seen.time, says_something(&seen));
    let unread = std::mem::take(&mut seen.unread);
    let arrival = store(outside, &book.policy, seen, kept, first_try, now).await?;
    // INVARIANT (stopped half-way): a copy of the record may be done with while an invocation for
    // this message judged from older facts, wrote, and was stopped before it looked again. So a
    // message that was given out before is judged whatever is known of its record.
    if arrival.done && first_try {
        return Ok(Taken::new(Outcome::Duplicate, settled));
    }
    if arrival.under_way && first_try {
        outside.send_behind(body.to_owned(), LOOK_AGAIN).await?;
        return Ok(Taken::new(Outcome::UnderWay, settled));
    }
    let known = arrival.done;
    // INVARIANT (once): before the record is marked as seen through, and under its own name: a copy
    // of it that was seen through has been here.
    let partly_unread = !unread.is_empty() && !known;
    if partly_unread {
        quarantine::put_partly(outside, body, &key, &unread, now).await?;
    }
    let touched = touch(outside, &book.policy, &arrival).await?;
    settled.add(settle(outside, book, &touched, now).await?);
    mark_done(outside, &key, &arrival.body, now).await?;
    let outcome = match (known, says || alone.is_some()) {
        (true, _) => Outcome::Duplicate,
        (false, true) => Outcome::Judged { time },
        (false, false) => Outcome::NotRelevant,
    };
    Ok(Taken {
        outcome,
        settled,
        partly_unread,
    })
}

fn says_something(seen: &Seen) -> bool {
    seen.fact.is_some() || seen.used.is_some() || seen.named.is_some() || seen.role.is_some()
}

async fn quarantined<O: Outside>(
    outside: &O,
    body: &str,
    why: &str,
    now: Moment,
) -> Result<Taken, Trouble> {
    quarantine::put(outside, body, why, now).await?;
    Ok(Outcome::Quarantined.into())
}
