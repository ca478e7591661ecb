//! Requests readings, one message for all changes within a short time.

use rolewatch_guard::id::AccountId;
use rolewatch_guard::moment::Moment;

use crate::inbox::{self, Ask};
use crate::ledger::keys;
use crate::port::{Keep, KeyRange, Queue, Row, Table, TableKind, Trouble};
use crate::rulebook::Rulebook;
use crate::time::SETUP_SETTLES;
use crate::time::{READINGS_APART, READINGS_KEPT};
use rolewatch_guard::time::aws::LONGEST_DELAY;

/// Requests a reading that shows what changed at `time`. If the same reading was already requested,
/// nothing is sent.
pub(super) async fn ask_after_change<O: Table + Queue>(
    outside: &O,
    account: AccountId,
    time: Moment,
    now: Moment,
) -> Result<(), Trouble> {
    // Rounded up, so that all changes within a short time request the same reading.
    let from = time.plus_seconds(SETUP_SETTLES).max(now).epoch_seconds();
    let due = Moment::from_epoch_seconds(
        from.div_euclid(READINGS_APART)
            .saturating_add(i64::from(from.rem_euclid(READINGS_APART) > 0))
            .saturating_mul(READINGS_APART),
    );
    let (pk, sk) = (keys::asked(account), keys::second(due));
    let span = KeyRange {
        from: sk.clone(),
        to: sk.clone(),
    };
    if !outside
        .query(TableKind::Ledger, &pk, &span)
        .await?
        .is_empty()
    {
        return Ok(());
    }
    queue_again(
        outside,
        &Ask {
            account: Some(account),
            due,
        },
        now,
    )
    .await?;
    // Written after the message: a note without a message would keep others from sending one.
    let row = Row {
        pk,
        sk,
        body: String::new(),
        rank: String::new(),
        version: 0,
        expires: Some(now.plus_seconds(READINGS_KEPT)),
    };
    outside
        .keep(TableKind::Ledger, row, Keep::First)
        .await
        .map(|_| ())
}

/// Queues the request for when the reading is due, or for the longest delay that a queue allows.
pub(super) async fn queue_again<O: Queue>(
    outside: &O,
    ask: &Ask,
    now: Moment,
) -> Result<(), Trouble> {
    let delay = ask
        .due
        .seconds_since(now)
        .clamp(0, i64::from(LONGEST_DELAY));
    inbox::send_review(outside, ask, u32::try_from(delay).unwrap_or(0)).await
}

/// Requests a reading of every trusted account, each at the time when the previous one should be
/// done.
///
/// # Errors
/// Returns the first error of a port. The call can then be repeated.
pub async fn ask_for_all<O: Table + Queue>(
    outside: &O,
    book: &Rulebook,
    now: Moment,
) -> Result<(), Trouble> {
    // `after` adds `SETUP_SETTLES` to the time, so the first reading is due now.
    let mut from = now.plus_seconds(-SETUP_SETTLES);
    for account in book.policy.accounts.keys() {
        ask_after_change(outside, *account, from, now).await?;
        from = from.plus_seconds(READINGS_APART);
    }
    Ok(())
}
