//! What is to be done with an alert, from what is known of it. Nothing is written or sent here.

use rolewatch_live::wire::{Alert, AlertState, Status};

use super::{Courier, Setback};
use crate::port::{Aws, Pause, Vault};
use crate::slack::fold;
use crate::slack::line::NotTaken;
use crate::slack::port::{Chatroom, Post};
use crate::slack::slot::Slot;
use crate::told::Change;
use crate::told::Outcome;
use crate::told::Repeat;

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Plan {
    /// Nobody needs to be told.
    Nothing(Outcome),
    /// Post its first message.
    First,
    /// Tell of it in the follow-up of another finding.
    Fold {
        /// The partition of the repeats.
        fold: String,
        /// The other finding.
        anchor: String,
    },
    /// Change its message, or post a follow-up.
    Change {
        /// What changed.
        change: Change,
        /// Repeats that stand although it does not.
        repeats: Vec<Repeat>,
    },
}

impl<A: Aws, S: Post + Vault + Chatroom + Pause> Courier<A, S> {
    pub(super) async fn plan(&self, slot: &Slot, alert: &Alert) -> Result<Plan, Setback> {
        match &slot.told {
            Some(before) => self.plan_change(slot, before, alert).await,
            None => self.plan_first(slot, alert).await,
        }
    }

    async fn plan_first(&self, slot: &Slot, alert: &Alert) -> Result<Plan, Setback> {
        let fold = slot.fold.clone().unwrap_or_else(|| fold::partition(alert));
        if alert.status == Status::Withdrawn {
            return Ok(match &slot.folded_into {
                Some(anchor) => Plan::Fold {
                    fold,
                    anchor: anchor.clone(),
                },
                // Perhaps somebody read it, although no answer came.
                None if slot.tried => Plan::Change {
                    change: Change::Withdrawn,
                    repeats: Vec::new(),
                },
                None => Plan::Nothing(Outcome::Unseen),
            });
        }
        if slot.tried {
            return Ok(Plan::First);
        }
        let mut anchors = fold::anchors_of(&self.aws, &fold, alert).await?;
        let same = slot
            .folded_into
            .as_ref()
            .filter(|anchor| anchors.contains(anchor))
            .cloned();
        // The latest one: its message is the nearest to the reader's eye.
        Ok(same
            .or_else(|| anchors.pop())
            .map_or(Plan::First, |anchor| Plan::Fold { fold, anchor }))
    }

    async fn plan_change(
        &self,
        slot: &Slot,
        before: &AlertState,
        alert: &Alert,
    ) -> Result<Plan, Setback> {
        let change = Change::between(before, &AlertState::of(alert));
        let editable = slot.ts.is_some() && self.can_edit().await?;
        // What cannot be edited gets one follow-up, and another one only where a reader would act
        // wrongly without it.
        let worth_a_message = match change {
            None | Some(Change::Other) => false,
            Some(Change::Ended) => !slot.followed_up,
            Some(Change::Upgraded | Change::Withdrawn | Change::Reopened) => true,
        };
        if !editable && !worth_a_message {
            return Ok(Plan::Nothing(Outcome::Quiet));
        }
        let mut repeats = Vec::new();
        if let (Status::Withdrawn, Some(fold)) = (alert.status, &slot.fold) {
            repeats = fold::repeats_of(&self.aws, fold, &alert.id).await?;
            repeats.retain(|repeat| repeat.status != Status::Withdrawn);
        }
        Ok(Plan::Change {
            change: change.unwrap_or(Change::Other),
            repeats,
        })
    }

    pub(super) async fn can_edit(&self) -> Result<bool, Setback> {
        match self.line.can_edit(&self.slack).await {
            Ok(can) => Ok(can),
            Err(NotTaken::Later { after, why, .. }) => Err(Setback::trouble(after, why)),
            // Sending will find the same, and take the other way.
            Err(NotTaken::Dead { .. } | NotTaken::Immutable) => Ok(false),
        }
    }
}
