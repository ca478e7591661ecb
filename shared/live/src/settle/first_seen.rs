//! Adds to a finding whether the person was in the role before.

use rolewatch_guard::Finding;

use super::judged::TouchedJudgement;
use crate::ledger::index;
use crate::outbox::FindingState;
use crate::port::{Table, Trouble};
use crate::time::{DAY, FACTS_KEPT};
use crate::wire::{FirstSeen, Status};

/// Fills in what the ledger knows now, with one read. This runs only when a version is made for
/// another reason, and what was once filled in stays.
pub(super) async fn add_first_seen<T: Table>(
    table: &T,
    judged: &TouchedJudgement,
    finding: &Finding,
    state: &mut FindingState,
) -> Result<(), Trouble> {
    if state.alert.first_seen.is_some() || state.alert.status == Status::Withdrawn {
        return Ok(());
    }
    // Of several switches, the first one tells whether the person was there before all of them.
    let Some(switch) = judged.entered_of(finding).min_by_key(|one| one.at.time) else {
        return Ok(());
    };
    let (person, role) = switch.holder();
    let address = switch.source_ip.as_deref();
    let before = index::held_before(table, (&person, &role), switch.at.time, address).await?;
    state.alert.first_seen = Some(FirstSeen {
        in_role: !before.any,
        from_source_ip: before.from_there.map(|known| !known),
        days: u32::try_from(FACTS_KEPT / DAY).unwrap_or_default(),
    });
    Ok(())
}
