//! The state of one message in Slack: a row of the outbox that one delivery at a time may hold.
//!
//! INVARIANT (claim before post): a message is posted only by a process that wrote its claim into
//! the row, and writing the outcome removes the claim. After a crash, a claim lasts for [`LEASE`]
//! seconds, which is longer than a function may run. So two deliveries never post at once, and a
//! message is posted twice only if its first process died before it could write the outcome.

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

/// The state of a message.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Slot {
    /// The settled revision, which is a finding's version; 0 if none.
    pub settled: u64,
    /// The outcome of that revision.
    pub outcome: Option<DeliveryOutcome>,
    /// The state that readers saw last; `None` if they saw nothing.
    pub told: Option<AlertState>,
    /// A follow-up was posted, which a webhook can't take back.
    pub followed_up: bool,
    /// It was posted at some time, perhaps without an answer.
    pub tried: bool,
    /// Slack accepted it at some time.
    pub posted: bool,
    /// The last revision that the operations topic accepted while nobody was known to receive it.
    /// This doesn't settle the revision.
    pub offered: u64,
    /// The channel that holds the message, for a bot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// The message's ID in the channel, for a bot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ts: Option<String>,
    /// The partition of the rows about its repeats.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fold: Option<String>,
    /// The finding whose message includes this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folded_into: Option<String>,
    /// For a follow-up of repeats: how many it reports.
    pub count: usize,
    /// The process that holds the row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claim: Option<Claim>,
}

/// Which process holds the row, and until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The invocation.
    pub owner: String,
    /// When the claim ends.
    pub until: Moment,
}

/// A slot as it was read, to be written back.
#[derive(Debug, Clone)]
pub struct OpenedSlot {
    pk: String,
    sk: &'static str,
    seen: u64,
    /// The row doesn't hold what this process knows yet.
    unwritten: bool,
    /// The slot's content.
    pub slot: Slot,
}

/// Why a slot couldn't be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Blocked {
    /// Another delivery holds it. The value is the number of seconds until its claim ends.
    Busy(u32),
    /// The table doesn't answer.
    Trouble(Trouble),
}

impl From<Trouble> for Blocked {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

/// What this process settled but couldn't write. It keeps the process from posting it again.
#[derive(Debug, Default)]
pub struct SlotMemory(RefCell<BTreeMap<(String, &'static str), Slot>>);

/// The sort key for the follow-up of its repeats.
pub const AGAIN: &str = "again";

/// Reads a slot. If there is no row, the slot is empty.
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
    // Removed, not copied: the caller that writes the row decides whether it must be remembered
    // again.
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
    /// Claims the slot for `owner`, or returns how long another process still holds it.
    pub async fn claim<A: Table + Clock, S: Pause>(
        &mut self,
        aws: &A,
        pause: &S,
        owner: &str,
    ) -> Result<(), Blocked> {
        let now = aws.now();
        // An expired claim belongs to a process that was stopped, because no invocation runs that
        // long.
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

    /// Writes what this process settled earlier but couldn't write then.
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

    /// Removes the claim without an outcome.
    pub async fn let_go<A: Table + Clock, S: Pause>(&mut self, aws: &A, pause: &S) {
        self.slot.claim = None;
        // It matters only to the next process, and the claim expires anyway.
        if let Err(blocked) = self.write(aws, pause).await {
            tracing::warn!(?blocked, "couldn't release a claim");
        }
    }

    /// Writes the outcome and removes the claim. If it can't be written, it is kept in `memory`.
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
        // The stored row may be our own write, whose reply was lost.
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

    /// `told` reads the row without this type, so with a renamed field it would read "never told".
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
