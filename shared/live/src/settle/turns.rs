//! What is too much for one message is judged in turns: a few switches by each message, the latest
//! first, and one message at a time for all that an account has waiting.
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

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use rolewatch_guard::moment::Moment;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::spread::MOST;
use super::{Settled, index, rounds};
use crate::inbox::{self, Rejudge};
use crate::ledger::Touched;
use crate::ledger::keys;
use crate::port::{Clock, Directory, Place, Queue, Row, Span, Table, Topic, Trouble};
use crate::rulebook::Rulebook;

/// Where it stands of which chains a message is under way.
const CHAINS: &str = "turns";

/// How long the rows are kept, in seconds.
const KEPT: i64 = 90 * 86_400;

/// A message that was sent so many seconds ago may be lost.
const LOST: i64 = 900;

/// So many pages are judged by one message at most.
const PAGES: usize = 5;

/// No page is begun so many seconds after the first one.
const LONG: i64 = 5;

/// So many entries are read at a time.
const READ: usize = 100;

/// So often somebody else may have changed a row before it is given up.
const TRIES: usize = 20;

/// Switches that lie in one partition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Walk {
    pub(super) partition: String,
    /// Only those made in roles to which the policy lets one of these groups; all, if there are
    /// none.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) groups: BTreeSet<String>,
    /// Since when it is open. None: nothing is left to do.
    since: Option<Moment>,
    /// The entry that was judged last.
    at: Option<String>,
    /// After the oldest entry it goes on with the latest, down to this one.
    until: Option<String>,
    /// It has gone on with the latest.
    round: bool,
    /// How often it was asked for.
    asked: u64,
}

/// Whether a message is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Chain {
    /// When the last one was sent. None: there is nothing to do.
    sent: Option<Moment>,
}

impl Walk {
    pub(super) fn whole(partition: String) -> Self {
        Self::of_groups(partition, BTreeSet::new())
    }

    pub(super) fn of_groups(partition: String, groups: BTreeSet<String>) -> Self {
        Self {
            partition,
            groups,
            since: None,
            at: None,
            until: None,
            round: false,
            asked: 0,
        }
    }

    /// Asked for once more.
    fn ask(&mut self, other: Self, now: Moment) {
        self.asked += 1;
        if self.since.is_none() {
            *self = Self {
                since: Some(now),
                asked: self.asked,
                ..other
            };
            return;
        }
        self.groups = if self.groups.is_empty() || other.groups.is_empty() {
            BTreeSet::new()
        } else {
            &self.groups | &other.groups
        };
        self.again();
    }

    /// Comes round once more to where it is.
    fn again(&mut self) {
        self.until.clone_from(&self.at);
        self.round = false;
    }

    /// What is still to be read before it has to turn round.
    fn span(&self) -> Span {
        let from = self
            .until
            .clone()
            .filter(|_| self.round)
            .unwrap_or_default();
        Span {
            from,
            to: self.at.clone().unwrap_or_default(),
        }
    }

    /// Judged down to this entry. None: there is none below.
    fn came_to(&mut self, at: Option<String>) {
        if at.is_some() {
            self.at = at;
        } else if self.round || self.until.is_none() {
            self.since = None;
        } else {
            (self.at, self.round) = (None, true);
        }
    }
}

/// A row and its version.
struct Read<B> {
    body: B,
    version: u64,
}

async fn read<T: Table, B: DeserializeOwned>(
    table: &T,
    pk: &str,
    sk: &str,
) -> Result<Vec<Read<B>>, Trouble> {
    let rows = table
        .query(
            Place::Ledger,
            pk,
            &Span {
                from: sk.to_owned(),
                to: sk.to_owned(),
            },
        )
        .await?;
    let unreadable = |row: &Row, error: &serde_json::Error| Trouble::Refused {
        what: format!("reading row `{}` `{}`", row.pk, row.sk),
        why: error.to_string(),
    };
    rows.into_iter()
        .filter(|row| sk.is_empty() || row.sk == sk)
        .map(|row| {
            Ok(Read {
                body: serde_json::from_str(&row.body).map_err(|error| unreadable(&row, &error))?,
                version: row.version,
            })
        })
        .collect()
}

/// `false`: somebody else wrote it since.
async fn write<T: Table, B: Serialize>(
    table: &T,
    pk: String,
    sk: &str,
    body: &B,
    seen: u64,
    now: Moment,
) -> Result<bool, Trouble> {
    let body = serde_json::to_string(body).map_err(|error| Trouble::Refused {
        what: "noting a turn".to_owned(),
        why: error.to_string(),
    })?;
    let expires = Some(now.plus_seconds(KEPT));
    table
        .replace(
            Place::Ledger,
            Row {
                pk,
                sk: sk.to_owned(),
                body,
                rank: String::new(),
                version: 0,
                expires,
            },
            seen,
        )
        .await
}

/// Has these walked over, after what the chain has waiting.
pub(super) async fn ask<O: Table + Queue>(
    outside: &O,
    chain: &str,
    walks: Vec<Walk>,
    now: Moment,
) -> Result<(), Trouble> {
    for walk in walks {
        open(outside, chain, walk, now).await?;
    }
    let known = read::<_, Chain>(outside, CHAINS, chain).await?.pop();
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
        let known = read::<_, Walk>(table, &keys::turns(chain), &walk.partition)
            .await?
            .pop();
        let (mut body, version) = known.map_or_else(
            || (Walk::whole(walk.partition.clone()), 0),
            |known| (known.body, known.version),
        );
        body.ask(walk.clone(), now);
        if write(
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
    Trouble::Unreachable {
        what: format!("asking for a turn of {chain}"),
        why: "others changed it all the time".to_owned(),
    }
}

/// First the message, then the note that it is under way: a note without one would keep others from
/// sending it.
async fn send_on<O: Table + Queue>(outside: &O, chain: &str, now: Moment) -> Result<(), Trouble> {
    inbox::send_turn(outside, chain).await?;
    let known = read::<_, Chain>(outside, CHAINS, chain).await?.pop();
    // If somebody else writes it meanwhile, they have sent one as well, or look at the rows once
    // more.
    write(
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
        .query(Place::Ledger, CHAINS, &Span::default())
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

/// Judges what is next of a chain, and sends itself on if there is more. It can be done again after
/// any failure.
///
/// `first_try`: it did not fail before.
///
/// # Errors
/// The ports' own. What can't be judged is not tried for ever: at the second try it gets messages
/// of its own, and the walk goes on without it.
pub async fn take_turn<O: Table + Queue + Topic + Directory + Clock>(
    outside: &O,
    book: &Rulebook,
    chain: &str,
    first_try: bool,
    now: Moment,
) -> Result<Settled, Trouble> {
    let mut settled = Settled::default();
    for _ in 0..PAGES {
        match step(outside, book, chain, first_try, &mut settled, now).await? {
            Step::Judged if outside.now().seconds_since(now) < LONG => {}
            Step::Judged => break,
            // Who came first sends on.
            Step::Overtaken => return Ok(settled),
            Step::Nothing => {
                rest(outside, chain, now).await?;
                // Somebody may have asked before they could see that nothing is under way.
                if next(outside, chain).await?.is_none() {
                    return Ok(settled);
                }
            }
        }
    }
    send_on(outside, chain, now).await?;
    Ok(settled)
}

/// What a page came to.
enum Step {
    Judged,
    /// Another message about the chain was faster.
    Overtaken,
    /// No walk is open.
    Nothing,
}

/// The walk that is open for the longest.
async fn next<T: Table>(table: &T, chain: &str) -> Result<Option<Read<Walk>>, Trouble> {
    let walks = read::<_, Walk>(table, &keys::turns(chain), "").await?;
    let open = walks.into_iter().filter(|walk| walk.body.since.is_some());
    Ok(open.min_by_key(|walk| (walk.body.since, walk.body.partition.clone())))
}

async fn step<O: Table + Queue + Topic + Directory>(
    outside: &O,
    book: &Rulebook,
    chain: &str,
    first_try: bool,
    settled: &mut Settled,
    now: Moment,
) -> Result<Step, Trouble> {
    let Some(Read {
        body: mut walk,
        version,
    }) = next(outside, chain).await?
    else {
        return Ok(Step::Nothing);
    };
    let page = index::latest(outside, &walk.partition, &walk.span(), READ).await?;
    let mut left = page.len() == READ;
    let mut touched = Touched::default();
    let mut reached = None;
    for (sk, entry) in page
        .into_iter()
        .filter(|(sk, _)| Some(sk) != walk.at.as_ref())
    {
        if touched.sessions.len() + touched.records.len() >= MOST {
            left = true;
            break;
        }
        if let Some(entry) = entry.filter(|entry| walk.is_about(entry, &book.policy)) {
            entry.add_to(&mut touched);
        }
        reached = Some(sk);
    }
    if !touched.is_empty()
        && let Err(trouble) = rounds(outside, book, &touched, settled, now).await
    {
        if first_try {
            return Err(trouble);
        }
        tracing::error!(%chain, %trouble, "switches could not be judged again together; each gets a message of its own");
        alone(outside, &touched).await?;
    }
    note(
        outside,
        chain,
        (&mut walk, version),
        reached.filter(|_| left),
        now,
    )
    .await
}

/// Each by a message of its own.
async fn alone<O: Queue>(outside: &O, touched: &Touched) -> Result<(), Trouble> {
    for at in &touched.sessions {
        let one = Touched {
            sessions: BTreeSet::from([at.clone()]),
            ..Touched::default()
        };
        inbox::send_rejudge(outside, &Rejudge::of(&one), 0).await?;
    }
    for record in &touched.records {
        let one = Touched {
            records: BTreeSet::from([record.clone()]),
            ..Touched::default()
        };
        inbox::send_rejudge(outside, &Rejudge::of(&one), 0).await?;
    }
    Ok(())
}

/// Notes how far a walk came.
async fn note<T: Table>(
    table: &T,
    chain: &str,
    (walk, mut version): (&mut Walk, u64),
    reached: Option<String>,
    now: Moment,
) -> Result<Step, Trouble> {
    let (began, asked) = (walk.clone(), walk.asked);
    walk.came_to(reached.clone());
    for _ in 0..TRIES {
        if write(
            table,
            keys::turns(chain),
            &began.partition,
            walk,
            version,
            now,
        )
        .await?
        {
            return Ok(Step::Judged);
        }
        let Some(known) = read::<_, Walk>(table, &keys::turns(chain), &began.partition)
            .await?
            .pop()
        else {
            return Ok(Step::Overtaken);
        };
        if known.body.asked == asked {
            // A reply that was lost looks like somebody else.
            return Ok(if known.body == *walk {
                Step::Judged
            } else {
                Step::Overtaken
            });
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
async fn rest<T: Table>(table: &T, chain: &str, now: Moment) -> Result<(), Trouble> {
    let Some(known) = read::<_, Chain>(table, CHAINS, chain).await?.pop() else {
        return Ok(());
    };
    // If somebody else wrote it meanwhile, a message is under way.
    write(
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
