//! What is to be done with an alert, from what is known of it. Nothing is written or sent here.

use rolewatch_live::wire::{Alert, AlertState, Status};

use super::{Courier, Setback};
use crate::port::{DeliveryPorts, Pause, Vault};
use crate::slack::client::NotTaken;
use crate::slack::fold;
use crate::slack::port::{Chatroom, Post};
use crate::slack::slot::Slot;
use crate::told::Change;
use crate::told::DeliveryOutcome;
use crate::told::Repeat;

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum DeliveryPlan {
    /// Nobody needs to be told.
    Nothing(DeliveryOutcome),
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
        /// Repeats that stand although it doesn't.
        repeats: Vec<Repeat>,
    },
}

impl<A: DeliveryPorts, S: Post + Vault + Chatroom + Pause> Courier<A, S> {
    pub(super) async fn plan(&self, slot: &Slot, alert: &Alert) -> Result<DeliveryPlan, Setback> {
        match &slot.told {
            Some(before) => self.plan_change(slot, before, alert).await,
            None => self.plan_first(slot, alert).await,
        }
    }

    async fn plan_first(&self, slot: &Slot, alert: &Alert) -> Result<DeliveryPlan, Setback> {
        let fold = slot.fold.clone().unwrap_or_else(|| fold::partition(alert));
        if alert.status == Status::Withdrawn {
            return Ok(match &slot.folded_into {
                Some(anchor) => DeliveryPlan::Fold {
                    fold,
                    anchor: anchor.clone(),
                },
                // Perhaps somebody read it, although no answer came.
                None if slot.tried => DeliveryPlan::Change {
                    change: Change::Withdrawn,
                    repeats: Vec::new(),
                },
                None => DeliveryPlan::Nothing(DeliveryOutcome::Unseen),
            });
        }
        // A message of its own may be in Slack already; telling of it in another as well would be
        // one too many.
        if slot.tried {
            return Ok(DeliveryPlan::First);
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
            .map_or(DeliveryPlan::First, |anchor| DeliveryPlan::Fold {
                fold,
                anchor,
            }))
    }

    async fn plan_change(
        &self,
        slot: &Slot,
        before: &AlertState,
        alert: &Alert,
    ) -> Result<DeliveryPlan, Setback> {
        let change = Change::between(before, &AlertState::of(alert));
        let editable = slot.ts.is_some() && self.can_edit().await?;
        // What can't be edited gets one follow-up, and another one only where a reader would act
        // wrongly without it.
        let worth_a_message = match change {
            None | Some(Change::Other) => false,
            Some(Change::Ended) => !slot.followed_up,
            Some(Change::Proven | Change::MoreSevere | Change::Withdrawn | Change::Reopened) => {
                true
            }
        };
        if !editable && !worth_a_message {
            return Ok(DeliveryPlan::Nothing(DeliveryOutcome::Quiet));
        }
        let mut repeats = Vec::new();
        if let (Status::Withdrawn, Some(fold)) = (alert.status, &slot.fold) {
            repeats = fold::repeats_of(&self.aws, fold, &alert.id).await?;
            repeats.retain(|repeat| repeat.status != Status::Withdrawn);
        }
        Ok(DeliveryPlan::Change {
            change: change.unwrap_or(Change::Other),
            repeats,
        })
    }

    pub(super) async fn can_edit(&self) -> Result<bool, Setback> {
        match self.client.can_edit(&self.slack).await {
            Ok(can) => Ok(can),
            Err(NotTaken::Later { after, why, .. }) => Err(Setback::trouble(after, why)),
            // Sending will find the same, and take the other way.
            Err(NotTaken::Dead { .. } | NotTaken::Immutable) => Ok(false),
        }
    }
}
