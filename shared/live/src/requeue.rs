//! Judges switches again in turns when there are too many for one message. Each message judges a
//! few switches ([`crate::settle::take_turn`]), latest first. All the work that an account has
//! waiting forms one chain, and a chain has one message under way at a time.
//!
//! A walk is a partition of switches to judge, kept in a row that also says how far the walk has
//! come. A new request for a walk that is under way makes the walk go around once more, up to its
//! current position. So however many changes there are, each switch is judged once after the last
//! change and not once per change.
//!
//! INVARIANT (walked): everything that is in the partition when a walk is requested is judged, with
//! facts read after the request, before the row is closed. A page is judged first and noted second.
//! It is noted only if nobody made a request meanwhile, which shows in `asked`: only requests
//! increase it.
//!
//! INVARIANT (alive): while a walk is open, a message about its chain is under way. A request first
//! writes the row and then checks for a message. An invocation that finds nothing to do first notes
//! that no message is under way and then reads the rows once more. If a message is lost anyway,
//! [`revive`] sends it again.

mod rows;
mod walk;

use rolewatch_guard::moment::Moment;
use serde::{Deserialize, Serialize};

use crate::inbox;
use crate::ledger::index::partitions_of_days;
use crate::ledger::keys;
use crate::port::{KeyRange, Queue, Table, TableKind, Trouble};
pub(crate) use rows::Versioned;
pub(crate) use walk::{Walk, group_key};

/// How many switches one message judges.
pub(crate) const MOST_AT_ONCE: usize = 20;

/// Used in place of an account when switches of all accounts are judged again.
const EVERYWHERE: &str = "everywhere";

/// The partition of the rows that say for which chains a message is under way.
const CHAINS: &str = "turns";

/// A message sent this many seconds ago may be lost.
const LOST: i64 = 900;

/// How often a write is retried when another invocation changes the row.
const TRIES: usize = 20;

/// Whether a message about the chain is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Chain {
    /// When the last message was sent. `None`: there is nothing to do.
    sent: Option<Moment>,
}

/// Has every elevated switch since `since` judged again, in turns, because the policy or a roster
/// changed.
///
/// # Errors
/// Returns the table's or the queue's error. The request can then be repeated.
pub(crate) async fn open_dossiers<O: Table + Queue>(
    outside: &O,
    since: Moment,
    now: Moment,
) -> Result<(), Trouble> {
    let days = partitions_of_days(since, now)
        .into_iter()
        .map(Walk::over_all)
        .collect();
    ask_for_walks(outside, EVERYWHERE, days, now).await
}

/// Requests these walks, after what the chain already has waiting.
pub(crate) async fn ask_for_walks<O: Table + Queue>(
    outside: &O,
    chain: &str,
    walks: Vec<Walk>,
    now: Moment,
) -> Result<(), Trouble> {
    for walk in walks {
        open(outside, chain, walk, now).await?;
    }
    let known = rows::read::<_, Chain>(outside, CHAINS, chain).await?.pop();
    if known.as_ref().is_some_and(|known| {
        known
            .body
            .sent
            .is_some_and(|sent| now.seconds_since(sent) < LOST)
    }) {
        return Ok(());
    }
    send_on(outside, chain, now).await
}

async fn open<T: Table>(table: &T, chain: &str, walk: Walk, now: Moment) -> Result<(), Trouble> {
    for _ in 0..TRIES {
        let known = rows::read::<_, Walk>(table, &keys::turns(chain), &walk.partition)
            .await?
            .pop();
        let (mut body, version) = known.map_or_else(
            || (Walk::over_all(walk.partition.clone()), 0),
            |known| (known.body, known.version),
        );
        // Increases `asked` even if nothing else changes, so that an invocation that is working on
        // the walk notices the request.
        body.ask_once_more(walk.clone(), now);
        if rows::write(
            table,
            keys::turns(chain),
            &walk.partition,
            &body,
            version,
            now,
        )
        .await?
        {
            return Ok(());
        }
    }
    Err(chain_is_busy(chain))
}

fn chain_is_busy(chain: &str) -> Trouble {
    Trouble::unreachable(
        format!("requesting that the switches of {chain} be judged again"),
        "other invocations kept changing it",
    )
}

/// Sends the message first and then notes that it is under way. A note without a message would keep
/// others from sending one.
pub(crate) async fn send_on<O: Table + Queue>(
    outside: &O,
    chain: &str,
    now: Moment,
) -> Result<(), Trouble> {
    inbox::send_turn(outside, chain).await?;
    let known = rows::read::<_, Chain>(outside, CHAINS, chain).await?.pop();
    // If another invocation writes the row meanwhile, it has sent a message too, or it reads the
    // rows once more.
    rows::write(
        outside,
        CHAINS.to_owned(),
        chain,
        &Chain { sent: Some(now) },
        known.map_or(0, |known| known.version),
        now,
    )
    .await
    .map(|_| ())
}

/// Sends messages again that must have been lost. Returns how many it sent.
///
/// # Errors
/// Returns the table's or the queue's error. The call can then be repeated.
pub async fn revive<O: Table + Queue>(outside: &O, now: Moment) -> Result<u64, Trouble> {
    let rows = outside
        .query(TableKind::Ledger, CHAINS, &KeyRange::default())
        .await?;
    let mut revived = 0;
    for row in rows {
        let lost = |chain: Chain| {
            chain
                .sent
                .is_some_and(|sent| now.seconds_since(sent) >= LOST)
        };
        if serde_json::from_str(&row.body).is_ok_and(lost) {
            send_on(outside, &row.sk, now).await?;
            revived += 1;
        }
    }
    Ok(revived)
}

/// The walk that has been open the longest.
pub(crate) async fn next<T: Table>(
    table: &T,
    chain: &str,
) -> Result<Option<Versioned<Walk>>, Trouble> {
    let walks = rows::read::<_, Walk>(table, &keys::turns(chain), "").await?;
    let open = walks.into_iter().filter(|walk| walk.body.since.is_some());
    Ok(open.min_by_key(|walk| (walk.body.since, walk.body.partition.clone())))
}

/// Notes how far a walk has come. Returns `false` if another message about the chain was faster.
pub(crate) async fn note_progress<T: Table>(
    table: &T,
    chain: &str,
    (walk, mut version): (&mut Walk, u64),
    reached: Option<String>,
    now: Moment,
) -> Result<bool, Trouble> {
    let (began, asked) = (walk.clone(), walk.asked);
    walk.came_to(reached.clone());
    for _ in 0..TRIES {
        if rows::write(
            table,
            keys::turns(chain),
            &began.partition,
            walk,
            version,
            now,
        )
        .await?
        {
            return Ok(true);
        }
        let Some(known) = rows::read::<_, Walk>(table, &keys::turns(chain), &began.partition)
            .await?
            .pop()
        else {
            return Ok(false);
        };
        if known.body.asked == asked {
            // After a lost reply, our own write looks like somebody else's.
            return Ok(known.body == *walk);
        }
        // A request came while the page was judged, perhaps with older facts. The walk goes around
        // once more, up to here.
        (*walk, version) = (known.body, known.version);
        walk.at = reached.clone().or(began.at.clone());
        walk.repeat_to_here();
    }
    Err(chain_is_busy(chain))
}

/// Notes that no message is under way.
pub(crate) async fn note_idle<T: Table>(
    table: &T,
    chain: &str,
    now: Moment,
) -> Result<(), Trouble> {
    let Some(known) = rows::read::<_, Chain>(table, CHAINS, chain).await?.pop() else {
        return Ok(());
    };
    // If another invocation wrote the row meanwhile, a message is under way.
    rows::write(
        table,
        CHAINS.to_owned(),
        chain,
        &Chain { sent: None },
        known.version,
        now,
    )
    .await
    .map(|_| ())
}
