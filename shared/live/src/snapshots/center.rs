//! A snapshot of Identity Center: who is in which group of its directory, and which permission sets
//! they may take.

use rolewatch_guard::directory::StoreSnapshot;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::IdentityCenter;
use rolewatch_guard::take::{StoreGrants, StoreReading};
use rolewatch_guard::time::DAY;

use super::{AGAIN, SnapshotCounts, SnapshotOutcome, keep_new};
use crate::operations::notify_once;
use crate::port::{Bucket, CenterPlace, Clock, IdentityStore, Table, Topic, Trouble};
use crate::rulebook::Rulebook;
use crate::time::STORE_TAKES;

/// Takes a snapshot of Identity Center, if there is none since `at`.
///
/// It is dated by the clock of `outside`. None is begun shortly before the `deadline`.
///
/// # Errors
/// Returns an error if the notice about a failure couldn't be published. All of it can then be
/// repeated.
pub async fn take_center<O: IdentityStore + Bucket + Table + Topic + Clock>(
    outside: &O,
    book: &Rulebook,
    at: Moment,
    deadline: Option<Moment>,
) -> Result<SnapshotCounts, Trouble> {
    let mut counts = SnapshotCounts::default();
    let Some(center) = &book.policy.identity_center else {
        let text =
            "The stack has the parameter IdentityCenterAccount, but the policy doesn't have \
                    `identity_center`. So rolewatch doesn't know which directory to read.\n\nAdd \
                    `identity_center` to the policy, or empty the parameter."
                .to_owned();
        counts.failed = 1;
        report(outside, "of Identity Center", text).await?;
        return Ok(counts);
    };
    let place = CenterPlace::of_policy(center);
    let is_late = || deadline.is_some_and(|end| end.seconds_since(outside.now()) < STORE_TAKES);
    let taken = keep_new(outside, &place.store, at, || async {
        let (reading, grants, between) = settled(outside, &place, is_late).await?;
        Ok((bytes(&place, &reading, &grants)?, between))
    });
    match taken.await {
        Ok(SnapshotOutcome::Written) => counts.written = 1,
        Ok(SnapshotOutcome::Known | SnapshotOutcome::Left) => counts.known = 1,
        Err(trouble) => {
            tracing::error!(store = %place.store, %trouble, "couldn't take a roster of Identity Center");
            counts.failed = 1;
            report(outside, &place.store, failed(center, &place, &trouble)).await?;
        }
    }
    Ok(counts)
}

/// What two successive readings agree on, the grants, and the second between the readings.
///
/// The grants are read first: `StoreGrants` says why.
async fn settled<O: IdentityStore + Clock>(
    outside: &O,
    place: &CenterPlace,
    is_late: impl Fn() -> bool,
) -> Result<(StoreReading, StoreGrants, Moment), Trouble> {
    let in_time = |what: &str| {
        if is_late() {
            let why = "time ran out, because the directory is too large for one run";
            return Err(Trouble::refused(what, why));
        }
        Ok(())
    };
    in_time("reading the permission sets")?;
    let grants = outside.grants(place).await?;
    in_time("reading the directory")?;
    let mut earlier = outside.people(place).await?;
    let mut between = outside.now();
    in_time("reading the directory again")?;
    let mut later = outside.people(place).await?;
    for _ in 0..AGAIN {
        if earlier == later || is_late() {
            break;
        }
        earlier = later;
        between = outside.now();
        later = outside.people(place).await?;
    }
    let changes = earlier.people().changes_until(&later.people());
    Ok((earlier.without(&changes), grants, between))
}

/// The file, if the guard and the audit can read it.
fn bytes(
    place: &CenterPlace,
    reading: &StoreReading,
    grants: &StoreGrants,
) -> Result<Vec<u8>, Trouble> {
    let what = || format!("taking a roster of identity store {}", place.store);
    let json = reading.to_json(&place.store, grants);
    let json = json.map_err(|error| Trouble::refused(what(), &error))?;
    StoreSnapshot::read(json.as_bytes(), None).map_err(|error| Trouble::refused(what(), &error))?;
    Ok(json.into_bytes())
}

fn failed(center: &IdentityCenter, place: &CenterPlace, trouble: &Trouble) -> String {
    format!(
        "rolewatch couldn't take today's roster (the list of who is in which group) of Identity \
         Center, from account {} and Region {}: {trouble}.\n\nThat account's reader role must \
         trust this stack, and its spoke must have IdentityCenterAccount={} and \
         IdentityCenterRegion={}.",
        place.account,
        place.region,
        center.directory_account,
        center.home(),
    )
}

/// Publishes a notice, once a day.
async fn report<O: Table + Topic + Clock>(
    outside: &O,
    what: &str,
    text: String,
) -> Result<(), Trouble> {
    let now = outside.now();
    let day = now.epoch_seconds().div_euclid(DAY);
    notify_once(
        outside,
        &format!("roster of {what} on day {day}"),
        "rolewatch: couldn't take a roster of Identity Center",
        text,
        now,
    )
    .await
}

#[cfg(test)]
mod tests;
