//! One message in Slack, and what is known of it: a row of the outbox that one delivery at a time
//! may hold.
//!
//! INVARIANT (claim before post): a message is posted only by whoever wrote their claim into the
//! row, and the claim is taken away by the outcome. A claim outlives a crash for [`LEASE`] seconds,
//! longer than a function may run, so two deliveries never post at once; and what was posted is
//! repeated only where nobody lived to write the outcome down.

use std::cell::RefCell;
use std::collections::BTreeMap;

use rolewatch_guard::moment::Moment;
use serde::{Deserialize, Serialize};

pub use rolewatch_live::outbox::told::MESSAGE;
use rolewatch_live::outbox::told::message_partition;
use rolewatch_live::port::{Clock, KeyRange, Row, Table, TableKind, Trouble};
use rolewatch_live::wire::AlertState;

use crate::port::Pause;
use crate::retry::{seconds, thrice};
use crate::time::LEASE;
use crate::told::DeliveryOutcome;
use rolewatch_live::time::FINDINGS_KEPT;

/// What is known of a message.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Slot {
    /// The revision that is settled: a finding's version. 0: none.
    pub settled: u64,
    /// What became of that revision.
    pub outcome: Option<DeliveryOutcome>,
    /// What readers were told last; `None` when they were told nothing.
    pub told: Option<AlertState>,
    /// A follow-up was posted that a webhook can't take back.
    pub followed_up: bool,
    /// It was posted at some time, perhaps without an answer.
    pub tried: bool,
    /// Slack took it at some time.
    pub posted: bool,
    /// The last revision that the operations topic took without anybody known to receive it. It is
    /// settled for nobody by that.
    pub offered: u64,
    /// Where the message is, for a bot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// Which it is in the channel, for a bot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ts: Option<String>,
    /// The fold that its repeats go to: partition of the rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fold: Option<String>,
    /// The finding whose message tells of this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folded_into: Option<String>,
    /// Of a follow-up of repeats: how many it speaks of.
    pub count: usize,
    /// Who is at it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claim: Option<Claim>,
}

/// Who is at it, until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The invocation.
    pub owner: String,
    /// Until then.
    pub until: Moment,
}

/// A slot as it was read, to be written back.
#[derive(Debug, Clone)]
pub struct OpenedSlot {
    pk: String,
    sk: &'static str,
    seen: u64,
    /// The row doesn't yet say what this process knows.
    unwritten: bool,
    /// What it holds.
    pub slot: Slot,
}

/// Why a slot could not be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Blocked {
    /// Another delivery is at it; seconds until it must be done.
    Busy(u32),
    /// The table doesn't answer.
    Trouble(Trouble),
}

impl From<Trouble> for Blocked {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

/// What this process settled but could not write down: so that it doesn't post it again while it
/// lives.
#[derive(Debug, Default)]
pub struct SlotMemory(RefCell<BTreeMap<(String, &'static str), Slot>>);

/// The follow-up of its repeats.
pub const AGAIN: &str = "again";

/// Reads a slot. An empty one is one that nobody wrote.
pub async fn open<A: Table>(
    table: &A,
    memory: &SlotMemory,
    finding: &str,
    sk: &'static str,
) -> Result<OpenedSlot, Blocked> {
    let pk = message_partition(finding);
    let row = read(table, &pk, sk).await?;
    let seen = row.as_ref().map_or(0, |row| row.version);
    let mut slot = match row {
        Some(row) => parse(&pk, sk, &row)?,
        None => Slot::default(),
    };
    let key = (pk.clone(), sk);
    // Taken out, not copied: whoever writes the row decides whether it must be remembered again.
    let known = memory
        .0
        .borrow_mut()
        .remove(&key)
        .filter(|known| known.settled > slot.settled);
    let unwritten = known.is_some();
    slot = known.unwrap_or(slot);
    Ok(OpenedSlot {
        pk,
        sk,
        seen,
        unwritten,
        slot,
    })
}

fn parse(pk: &str, sk: &str, row: &Row) -> Result<Slot, Trouble> {
    serde_json::from_str(&row.body).map_err(|why| Trouble::Refused {
        what: format!("reading {pk} {sk}"),
        why: format!("not a valid row: {why}"),
    })
}

async fn read<A: Table>(table: &A, pk: &str, sk: &str) -> Result<Option<Row>, Trouble> {
    let span = KeyRange {
        from: sk.to_owned(),
        to: sk.to_owned(),
    };
    Ok(table
        .query(TableKind::Outbox, pk, &span)
        .await?
        .into_iter()
        .find(|row| row.sk == sk))
}

impl OpenedSlot {
    /// Takes the slot for `owner`, or says for how long another has it.
    pub async fn claim<A: Table + Clock, S: Pause>(
        &mut self,
        aws: &A,
        pause: &S,
        owner: &str,
    ) -> Result<(), Blocked> {
        let now = aws.now();
        // A claim that has run out belongs to a process that was stopped: no call runs for so long.
        if let Some(claim) = self
            .slot
            .claim
            .as_ref()
            .filter(|claim| claim.owner != owner && claim.until > now)
        {
            return Err(Blocked::Busy(seconds(claim.until.seconds_since(now))));
        }
        self.slot.claim = Some(Claim {
            owner: owner.to_owned(),
            until: now.plus_seconds(LEASE),
        });
        self.write(aws, pause).await
    }

    /// Writes what this process settled earlier and could not write then.
    pub async fn catch_up<A: Table + Clock, S: Pause>(
        &mut self,
        aws: &A,
        pause: &S,
        memory: &SlotMemory,
    ) -> Result<(), Blocked> {
        if self.unwritten {
            self.settle(aws, pause, memory).await
        } else {
            Ok(())
        }
    }

    /// Gives a claim back without an outcome.
    pub async fn let_go<A: Table + Clock, S: Pause>(&mut self, aws: &A, pause: &S) {
        self.slot.claim = None;
        // It matters only to whoever tries next; the claim runs out by itself.
        if let Err(blocked) = self.write(aws, pause).await {
            tracing::warn!(?blocked, "couldn't release a claim");
        }
    }

    /// Writes what became of it, and lets go. What can't be written is kept in `memory`.
    pub async fn settle<A: Table + Clock, S: Pause>(
        &mut self,
        aws: &A,
        pause: &S,
        memory: &SlotMemory,
    ) -> Result<(), Blocked> {
        self.slot.claim = None;
        let written = self.write(aws, pause).await;
        self.unwritten = written.is_err();
        if self.unwritten {
            memory
                .0
                .borrow_mut()
                .insert((self.pk.clone(), self.sk), self.slot.clone());
        }
        written
    }

    async fn write<A: Table + Clock, S: Pause>(
        &mut self,
        aws: &A,
        pause: &S,
    ) -> Result<(), Blocked> {
        let body = serde_json::to_string(&self.slot).map_err(|why| Trouble::Refused {
            what: format!("writing {} {}", self.pk, self.sk),
            why: why.to_string(),
        })?;
        let expires = Some(aws.now().plus_seconds(FINDINGS_KEPT));
        let row = Row {
            pk: self.pk.clone(),
            sk: self.sk.to_owned(),
            body,
            rank: String::new(),
            version: 0,
            expires,
        };
        if thrice(pause, || {
            aws.replace(TableKind::Outbox, row.clone(), self.seen)
        })
        .await?
        {
            self.seen += 1;
            return Ok(());
        }
        // Perhaps it was this very write, whose reply was lost.
        match thrice(pause, || read(aws, &self.pk, self.sk)).await? {
            Some(there) if there.body == row.body => {
                self.seen = there.version;
                Ok(())
            }
            _ => Err(Blocked::Busy(1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use rolewatch_live::outbox::told;
    use rolewatch_live::testing::{Calm, Twin, run};

    use super::*;

    struct NoPause;

    impl Pause for NoPause {
        async fn pause(&self, _: u32) {}
    }

    /// `told` reads the row without this type, so a renamed field would say "never told".
    #[test]
    fn a_sweep_reads_which_revision_is_settled() {
        let twin = Twin::new(Calm, "2026-03-02T09:00:00Z".parse().unwrap());
        let memory = SlotMemory::default();
        assert_eq!(run(told::settled(&twin, "recipients")), Ok(0));
        let mut opened = run(open(&twin, &memory, "recipients", MESSAGE)).unwrap();
        opened.slot.settled = 7;
        run(opened.settle(&twin, &NoPause, &memory)).unwrap();
        assert_eq!(run(told::settled(&twin, "recipients")), Ok(7));
    }
}
