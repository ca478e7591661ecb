//! Queries the event history within a budget, and sends records that the ledger doesn't know to the
//! guard.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::try_join_all;
use rolewatch_guard::delivery::Delivery;
use rolewatch_guard::id::AccountId;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::said::Said;
use rolewatch_guard::seen::Reading;

use super::Swept;
use super::plan::AskingOutcome;
use super::state::OpenQuestion;
use crate::inbox::{self, Means};
use crate::ledger::{elevated, is_done};
use crate::port::{Bucket, Clock, EventPage, Question, Queue, Table, Topic, Trail, Trouble};
use crate::time::NOTING_TAKES;
use crate::{operations, quarantine};

/// The most calls of one run in one account and Region: what AWS allows in a hundred seconds.
const CALLS: u32 = 200;

/// The most pages in a row for one question, so that others get their turn.
const PAGES: u32 = 40;

/// The largest message that we send, in bytes. The queue accepts 256 KiB.
const MOST: usize = 240 * 1_024;

/// An account and a Region.
type AccountRegion = (AccountId, String);

/// Asks the questions of one run.
pub(super) struct Asker<'a, O> {
    outside: &'a O,
    policy: &'a Policy,
    deadline: Option<Moment>,
    /// Calls made.
    calls: BTreeMap<AccountRegion, u32>,
    /// Places where no more questions are asked in this run.
    shut: BTreeSet<AccountRegion>,
    /// Of those: places that refused the call.
    refused: BTreeSet<AccountRegion>,
    now: Moment,
}

impl<'a, O: Table + Queue + Topic + Bucket + Trail + Clock> Asker<'a, O> {
    pub(super) fn new(
        outside: &'a O,
        policy: &'a Policy,
        deadline: Option<Moment>,
        now: Moment,
    ) -> Self {
        Self {
            outside,
            policy,
            deadline,
            calls: BTreeMap::new(),
            shut: BTreeSet::new(),
            refused: BTreeSet::new(),
            now,
        }
    }

    /// Whether too little time is left to continue.
    pub(super) fn is_late(&self) -> bool {
        self.deadline
            .is_some_and(|deadline| deadline.seconds_since(self.outside.now()) < NOTING_TAKES)
    }

    /// Asks the open questions as far as the budget allows. Questions without a complete answer
    /// stay in `open`.
    pub(super) async fn ask_open(
        &mut self,
        open: &mut Vec<OpenQuestion>,
        swept: &mut Swept,
    ) -> Result<AskingOutcome, Trouble> {
        let mut asked = AskingOutcome::default();
        let mut left = Vec::new();
        for mut one in std::mem::take(open) {
            if self.see_through(&mut one, swept).await? {
                asked.answered = true;
                continue;
            }
            let place = (one.question.account, one.question.region.clone());
            asked.soon |= !self.refused.contains(&place);
            left.push(one);
        }
        *open = left;
        Ok(asked)
    }

    /// Returns `true` if the answer is complete.
    async fn see_through(
        &mut self,
        open: &mut OpenQuestion,
        swept: &mut Swept,
    ) -> Result<bool, Trouble> {
        let place = (open.question.account, open.question.region.clone());
        for _ in 0..PAGES {
            let calls = self.calls.entry(place.clone()).or_default();
            if *calls >= CALLS || self.shut.contains(&place) {
                return Ok(false);
            }
            // Failed calls count too: CloudTrail allows two calls a second per account and Region.
            *calls += 1;
            if self.is_late() {
                swept.stopped = true;
                return Ok(false);
            }
            swept.lookups += 1;
            match self
                .outside
                .lookup(&open.question, open.token.as_deref())
                .await
            {
                Ok(EventPage { records, next }) => {
                    self.recover(&open.question, records, swept).await?;
                    open.token = next;
                    if open.token.is_none() {
                        return Ok(true);
                    }
                }
                // A token expires, but the question stays valid. Start it again without a token.
                Err(Trouble::Refused { .. }) if open.token.is_some() => open.token = None,
                Err(trouble) => {
                    // Other questions to this place would fail in the same way during this run.
                    self.shut.insert(place.clone());
                    self.note_trouble(&place, &trouble, swept).await?;
                    return Ok(false);
                }
            }
        }
        Ok(false)
    }

    async fn note_trouble(
        &mut self,
        place: &AccountRegion,
        trouble: &Trouble,
        swept: &mut Swept,
    ) -> Result<(), Trouble> {
        let (account, region) = place;
        match trouble {
            Trouble::Throttled { .. } => swept.throttled += 1,
            Trouble::Unreachable { .. } => {
                tracing::warn!(%account, region, %trouble, "the event history didn't answer; rolewatch will ask again");
            }
            Trouble::Refused { .. } => {
                swept.refused += 1;
                self.refused.insert(place.clone());
                tracing::warn!(%account, region, %trouble, "can't read the event history; events that EventBridge drops there are not recovered");
                let time = self.now.to_string();
                let day = time.get(..10).unwrap_or_default();
                let text = format!(
                    "rolewatch can't read the CloudTrail event history of account {account} in {region}, so it can't recover events that \
                     EventBridge drops there: {trouble}.\n\nThe account's reader role must trust this stack and allow \
                     cloudtrail:LookupEvents. Deploy deploy/spoke.yaml in the account to create such a role. rolewatch retries every \
                     hour, for two days after each session."
                );
                operations::notify_once(
                    self.outside,
                    &format!("lookup {account} {day}"),
                    "rolewatch: can't read an event history",
                    text,
                    self.now,
                )
                .await?;
            }
        }
        Ok(())
    }

    /// Sends the records to the guard that it hasn't processed completely.
    async fn recover(
        &self,
        question: &Question,
        records: Vec<String>,
        swept: &mut Swept,
    ) -> Result<(), Trouble> {
        let sent = try_join_all(
            records
                .into_iter()
                .map(|record| self.recover_one(question, record)),
        )
        .await?;
        swept.recovered += sent.into_iter().filter(|sent| *sent).count() as u64;
        Ok(())
    }

    async fn recover_one(&self, question: &Question, record: String) -> Result<bool, Trouble> {
        // Each account is asked for its own records, even if a record doesn't name the account.
        let account = question.account.to_string();
        let delivery = Delivery::by_account(&account);
        let said = Said::open(record.as_bytes());
        let read = said.and_then(|said| {
            let reading = said.read(delivery, &elevated(self.policy))?;
            Ok((reading, said.reduced(delivery)?))
        });
        match read {
            Ok((Reading::Seen(seen), body)) => {
                if seen.key.account != question.account
                    || is_done(self.outside, &seen.key, &body).await?
                {
                    return Ok(false);
                }
            }
            Ok((Reading::Service(_) | Reading::NotRelevant, _)) => return Ok(false),
            // The guard puts it into quarantine and says why.
            Err(_) => {}
        }
        let Some(message) = inbox::recovered(Means::Lookup, question.account, &record)
            .filter(|message| message.len() <= MOST)
        else {
            let why = "a record of the event history is too large for a message of the queue";
            quarantine::put(self.outside, &record, why, self.now).await?;
            return Ok(false);
        };
        self.outside.send(message, 0).await?;
        Ok(true)
    }
}
