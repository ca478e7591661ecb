//! Has switches judged again that are too many for one message: a few by each message
//! ([`crate::settle::take_turn`]), the latest first, and one message at a time for all that an
//! account has waiting, its chain.
//!
//! What is to be walked over is a row, and how far the walk came stands in it. Whoever asks for a
//! walk that is under way makes it come round once more to where it is: however many changes there
//! are, each switch is judged once after the last of them, and not once for each.
//!
//! INVARIANT (walked): what lies in the partition when a walk is asked for is judged by facts that
//! are read after that, before the row is closed. A page is judged first and noted then, and the
//! row is noted only if nobody asked meanwhile; who did is found by `asked`, which only they count
//! up.
//!
//! INVARIANT (alive): while a walk is open, a message about its chain is under way. Who asks writes
//! the row first and then looks whether one is; who finds nothing to do says so first and then
//! looks at the rows once more. A message that was lost all the same is sent again by [`revive`].

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

/// So many switches are judged by one message.
pub(crate) const MOST_AT_ONCE: usize = 20;

/// In place of an account, where switches of all of them are judged again.
const EVERYWHERE: &str = "everywhere";

/// Where it stands of which chains a message is under way.
const CHAINS: &str = "turns";

/// A message that was sent so many seconds ago may be lost.
const LOST: i64 = 900;

/// So often somebody else may have changed a row before it is given up.
const TRIES: usize = 20;

/// Whether a message is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Chain {
    /// When the last one was sent. None: there is nothing to do.
    sent: Option<Moment>,
}

/// Has every elevated switch judged again that began since `since`, in turns: another policy or
/// roster is in force.
///
/// # Errors
/// Of the table or the queue; then it can be asked for again.
pub(crate) async fn open_dossiers<O: Table + Queue>(
    outside: &O,
    since: Moment,
    now: Moment,
) -> Result<(), Trouble> {
    let days = partitions_of_days(since, now)
        .into_iter()
        .map(Walk::whole)
        .collect();
    ask(outside, EVERYWHERE, days, now).await
}

/// Has these walked over, after what the chain has waiting.
pub(crate) async fn ask<O: Table + Queue>(
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
            || (Walk::whole(walk.partition.clone()), 0),
            |known| (known.body, known.version),
        );
        // Counts up `asked` even where nothing else changes: whoever is at work on the walk sees
        // that somebody came.
        body.ask(walk.clone(), now);
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
    Err(busy(chain))
}

fn busy(chain: &str) -> Trouble {
    Trouble::unreachable(
        format!("asking for a turn of {chain}"),
        "other invocations kept changing it",
    )
}

/// First the message, then the note that it is under way: a note without one would keep others from
/// sending it.
pub(crate) async fn send_on<O: Table + Queue>(
    outside: &O,
    chain: &str,
    now: Moment,
) -> Result<(), Trouble> {
    inbox::send_turn(outside, chain).await?;
    let known = rows::read::<_, Chain>(outside, CHAINS, chain).await?.pop();
    // If somebody else writes it meanwhile, they have sent one as well, or look at the rows once
    // more.
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

/// Sends messages again that must have been lost. How many.
///
/// # Errors
/// Of the table or the queue; then it can be done again.
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

/// The walk that is open for the longest.
pub(crate) async fn next<T: Table>(
    table: &T,
    chain: &str,
) -> Result<Option<Versioned<Walk>>, Trouble> {
    let walks = rows::read::<_, Walk>(table, &keys::turns(chain), "").await?;
    let open = walks.into_iter().filter(|walk| walk.body.since.is_some());
    Ok(open.min_by_key(|walk| (walk.body.since, walk.body.partition.clone())))
}

/// Notes how far a walk came. `false`: another message about the chain was faster.
pub(crate) async fn note<T: Table>(
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
            // A reply that was lost looks like somebody else.
            return Ok(known.body == *walk);
        }
        // Somebody asked while the page was judged, perhaps by facts that were older: it comes
        // round to its end.
        (*walk, version) = (known.body, known.version);
        walk.at = reached.clone().or(began.at.clone());
        walk.again();
    }
    Err(busy(chain))
}

/// Notes that nothing is under way.
pub(crate) async fn rest<T: Table>(table: &T, chain: &str, now: Moment) -> Result<(), Trouble> {
    let Some(known) = rows::read::<_, Chain>(table, CHAINS, chain).await?.pop() else {
        return Ok(());
    };
    // If somebody else wrote it meanwhile, a message is under way.
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
