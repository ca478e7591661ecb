//! Decides what to do with an alert, from what is known about it. Writes and sends nothing.

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

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum DeliveryPlan {
    /// Nobody has to be notified.
    Nothing(DeliveryOutcome),
    /// Post its first message.
    First,
    /// Add it to the follow-up of another finding.
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
        /// Repeats that are still open although the finding itself isn't.
        repeats: Vec<Repeat>,
    },
}

impl<A: DeliveryPorts, S: Post + Vault + Chatroom + Pause> Courier<A, S> {
    pub(super) async fn plan_delivery(
        &self,
        slot: &Slot,
        alert: &Alert,
    ) -> Result<DeliveryPlan, Setback> {
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
                // Somebody may have read it although no answer came.
                None if slot.tried => DeliveryPlan::Change {
                    change: Change::Withdrawn,
                    repeats: Vec::new(),
                },
                None => DeliveryPlan::Nothing(DeliveryOutcome::Unseen),
            });
        }
        // It may already have a message of its own in Slack. Adding it to another message would
        // show it twice.
        if slot.tried {
            return Ok(DeliveryPlan::First);
        }
        let mut anchors = fold::anchors_of(&self.aws, &fold, alert).await?;
        let same = slot
            .folded_into
            .as_ref()
            .filter(|anchor| anchors.contains(anchor))
            .cloned();
        // The latest one, because its message is the most visible.
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
        let change = Change::between(before, &AlertState::from_alert(alert));
        let editable = slot.ts.is_some() && self.can_edit().await?;
        // A message that can't be edited gets one follow-up, and another one only if a reader would
        // otherwise do the wrong thing.
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
            // Sending will hit the same error and choose the other way.
            Err(NotTaken::Dead { .. } | NotTaken::Immutable) => Ok(false),
        }
    }
}
