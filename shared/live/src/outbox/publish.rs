//! Publishes findings that are due.

use std::collections::BTreeMap;

use rolewatch_guard::moment::Moment;

use super::{SendClaim, StoredFinding};
use crate::port::{Notice, Table, Topic, Trouble};
use crate::time::AT_WORK;
use crate::wire::Alert;

/// Publishes what is due and notes that it was published.
///
/// INVARIANT (claim before send): two invocations can judge the same switch, through its two
/// records or through copies of one record from two queues. Both then find it due, and only one of
/// them sends it. If that one is stopped, its message comes back after the claim has ended. What
/// nobody acknowledges is sent again anyway ([`crate::resend`]).
pub(crate) async fn send_due<O: Table + Topic>(
    outside: &O,
    states: &mut BTreeMap<String, StoredFinding>,
    now: Moment,
) -> Result<u64, Trouble> {
    let mut sent = 0;
    for stored in states
        .values_mut()
        .filter(|stored| stored.state.is_due(now))
    {
        if !claim_publication(outside, stored, now).await? {
            continue;
        }
        outside.publish(notice(&stored.state.alert)?).await?;
        sent += 1;
        stored.state.published = stored.state.alert.version;
        stored.state.sending = None;
        // If the write is refused, somebody else changed the finding meanwhile and publishes their
        // version.
        super::write_again(outside, &stored.state, stored.version, now).await?;
    }
    Ok(sent)
}

/// Claims the finding for this invocation. Returns `false` if another invocation is sending it or
/// has changed it.
async fn claim_publication<O: Table>(
    outside: &O,
    stored: &mut StoredFinding,
    now: Moment,
) -> Result<bool, Trouble> {
    if stored.state.is_being_sent(now) {
        return Ok(false);
    }
    let version = stored.state.alert.version;
    stored.state.sending = Some(SendClaim {
        version,
        until: now.plus_seconds(AT_WORK),
    });
    let is_ours = super::write_again(outside, &stored.state, stored.version, now).await?;
    stored.version += u64::from(is_ours);
    Ok(is_ours)
}

/// A finding as a notice for the topic.
pub(crate) fn notice(alert: &Alert) -> Result<Notice, Trouble> {
    let body = serde_json::to_string(alert)
        .map_err(|error| Trouble::refused(format!("publishing finding `{}`", alert.id), &error))?;
    let mut attributes = vec![
        ("rule", alert.rule.clone()),
        ("verdict", alert.verdict.as_str().to_owned()),
        ("severity", alert.severity.as_str().to_owned()),
    ];
    if !alert.role_account.id.is_empty() {
        attributes.push(("account", alert.role_account.id.clone()));
    }
    Ok(Notice::Finding { body, attributes })
}
