//! Asking for a reading: one message for all changes of a while.

use rolewatch_guard::id::AccountId;
use rolewatch_guard::moment::Moment;
use serde::{Deserialize, Serialize};

use super::SETTLES;
use crate::ledger::keys;
use crate::port::{Keep, Place, Queue, Row, Span, Table, Trouble};
use crate::rulebook::Rulebook;

/// Readings of one account begin so many seconds apart, or more.
const APART: i64 = 120;

/// The longest that a queue holds a message back, in seconds.
const LONGEST_DELAY: i64 = 900;

/// How long it is known that a reading was asked for, in seconds.
const KEPT: i64 = 86_400;

/// A message of rolewatch to switch-guard: look at the set-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// The account that is to be read first. None: what was read is judged again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// A reading that began then or later will do.
    pub due: Moment,
}

/// Asks for a reading that shows what was changed at `time`. Who asks for the same one later asks
/// for nothing.
pub(super) async fn after<O: Table + Queue>(
    outside: &O,
    account: AccountId,
    time: Moment,
    now: Moment,
) -> Result<(), Trouble> {
    let from = time.plus_seconds(SETTLES).max(now).epoch_seconds();
    let due = Moment::from_epoch_seconds(
        from.div_euclid(APART)
            .saturating_add(i64::from(from.rem_euclid(APART) > 0))
            .saturating_mul(APART),
    );
    let (pk, sk) = (keys::asked(account), keys::second(due));
    let span = Span {
        from: sk.clone(),
        to: sk.clone(),
    };
    if !outside.query(Place::Ledger, &pk, &span).await?.is_empty() {
        return Ok(());
    }
    again(
        outside,
        &Ask {
            account: Some(account),
            due,
        },
        now,
    )
    .await?;
    // After the message: a note without one would keep others from asking.
    let row = Row {
        pk,
        sk,
        body: String::new(),
        rank: String::new(),
        version: 0,
        expires: Some(now.plus_seconds(KEPT)),
    };
    outside
        .keep(Place::Ledger, row, Keep::First)
        .await
        .map(|_| ())
}

/// Queues it for when it is due, or for as late as a queue can.
pub(super) async fn again<O: Queue>(outside: &O, ask: &Ask, now: Moment) -> Result<(), Trouble> {
    let delay = ask.due.seconds_since(now).clamp(0, LONGEST_DELAY);
    send(outside, ask, u32::try_from(delay).unwrap_or(0)).await
}

async fn send<O: Queue>(outside: &O, ask: &Ask, delay: u32) -> Result<(), Trouble> {
    let body = serde_json::to_string(&serde_json::json!({ "review": ask })).map_err(|error| {
        Trouble::Refused {
            what: "asking for a review".to_owned(),
            why: error.to_string(),
        }
    })?;
    // Reading an account takes seconds, and on some days a hundred are read.
    outside.send_behind(body, delay).await
}

/// Asks for a reading of every account in the zone of trust, each when the one before should be
/// done.
///
/// # Errors
/// The ports' own; then it can be done again.
pub async fn all<O: Table + Queue>(
    outside: &O,
    book: &Rulebook,
    now: Moment,
) -> Result<(), Trouble> {
    let mut from = now.plus_seconds(-SETTLES);
    for account in book.policy.accounts.keys() {
        after(outside, *account, from, now).await?;
        from = from.plus_seconds(APART);
    }
    Ok(())
}

/// Has what was read judged again: another policy is in force.
pub(crate) async fn judgement<O: Queue>(outside: &O, now: Moment) -> Result<(), Trouble> {
    send(
        outside,
        &Ask {
            account: None,
            due: now,
        },
        0,
    )
    .await
}
