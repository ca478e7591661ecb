//! Repeats: findings with the same person, role and rule within [`FOLDED`] seconds of event time
//! share one follow-up.
//!
//! Event time counts, not the time when the finding was noticed, so late events of another hour
//! stay messages of their own, and the order of arrival doesn't matter. The window is around the
//! first finding that was sent (the *anchor*), so a day of repeats still gives a new message every
//! quarter of an hour. A finding that is more urgent than the anchor, by verdict or severity, isn't
//! folded into it. Nothing is folded into a finding that was withdrawn.

use rolewatch_guard::moment::Moment;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use rolewatch_live::port::{Clock, Keep, KeyRange, Row, Table, TableKind, Trouble};
use rolewatch_live::wire::{Alert, AlertState, Status};

use crate::time::FOLDED;
use crate::told::Repeat;
use rolewatch_live::time::FINDINGS_KEPT;

#[derive(Serialize, Deserialize)]
struct Anchor {
    id: String,
    time: Moment,
    state: AlertState,
}

/// The partition of a finding's repeats.
pub fn partition(alert: &Alert) -> String {
    let person = alert.caller.arn.as_deref().unwrap_or(&alert.caller.name);
    let account = alert.caller.account.as_deref().unwrap_or_default();
    let mut hash = Sha256::new();
    // Each wrong statement of a setup has its own correction, so none of them is a repeat of
    // another.
    let statement = if alert.reviewed.is_some() {
        alert.id.as_str()
    } else {
        ""
    };
    for part in [&alert.rule, &alert.role, person, account, statement] {
        // The length prefix distinguishes `ab`+`c` from `a`+`bc`.
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize()
        .iter()
        .take(16)
        .fold("fold#".to_owned(), |text, byte| format!("{text}{byte:02x}"))
}

/// Notes that a finding has a message of its own. Repeating it changes nothing.
pub async fn note_anchor<A: Table + Clock>(
    aws: &A,
    fold: &str,
    alert: &Alert,
) -> Result<(), Trouble> {
    let time = alert.time;
    let anchor = Anchor {
        id: alert.id.clone(),
        time,
        state: AlertState::from_alert(alert),
    };
    keep_version(
        aws,
        fold,
        format!("anchor#{time}#{}", alert.id),
        alert.version,
        &anchor,
    )
    .await
}

/// The findings whose messages can include this one, in order of event time.
pub async fn anchors_of<A: Table>(
    aws: &A,
    fold: &str,
    alert: &Alert,
) -> Result<Vec<String>, Trouble> {
    let time = alert.time;
    // Moments are written so that they sort as text. A range includes every key that begins with
    // its end.
    let at = |moment: Moment| format!("anchor#{moment}");
    let span = KeyRange {
        from: at(time.plus_seconds(-FOLDED)),
        to: at(time.plus_seconds(FOLDED)),
    };
    let rows = aws.query(TableKind::Outbox, fold, &span).await?;
    let mut anchors = Vec::new();
    for row in &rows {
        let anchor: Anchor = read(fold, &row.body)?;
        // The range includes both its ends, but the window doesn't.
        let near = time.seconds_since(anchor.time).abs() < FOLDED;
        let open = anchor.state.status != Status::Withdrawn
            && anchor.state.weight() >= AlertState::from_alert(alert).weight();
        if near && open && anchor.id != alert.id {
            anchors.push(anchor.id);
        }
    }
    Ok(anchors)
}

/// Counts a finding among the repeats of `anchor`. Repeating it changes nothing. A higher version
/// replaces a lower one.
pub async fn note_repeat<A: Table + Clock>(
    aws: &A,
    fold: &str,
    anchor: &str,
    alert: &Alert,
) -> Result<(), Trouble> {
    let repeat = Repeat {
        id: alert.id.clone(),
        version: alert.version,
        status: alert.status,
        time: alert.time,
        event: alert.events.first().cloned(),
        region: alert.region.clone(),
    };
    keep_version(
        aws,
        fold,
        format!("repeat#{anchor}#{}", alert.id),
        alert.version,
        &repeat,
    )
    .await
}

/// The repeats of a finding, in order of event time.
pub async fn repeats_of<A: Table>(
    aws: &A,
    fold: &str,
    anchor: &str,
) -> Result<Vec<Repeat>, Trouble> {
    let prefix = format!("repeat#{anchor}#");
    let rows = aws
        .query(
            TableKind::Outbox,
            fold,
            &KeyRange {
                from: prefix.clone(),
                to: prefix,
            },
        )
        .await?;
    let mut repeats: Vec<Repeat> = rows
        .iter()
        .map(|row| read(fold, &row.body))
        .collect::<Result<_, _>>()?;
    repeats.sort_by(|a, b| (a.time, &a.id).cmp(&(b.time, &b.id)));
    Ok(repeats)
}

/// The highest version is current. Padded with zeros, so that it compares as a number.
pub fn version_rank(version: u64) -> String {
    format!("{version:012}")
}

fn read<T: for<'a> Deserialize<'a>>(fold: &str, body: &str) -> Result<T, Trouble> {
    serde_json::from_str(body).map_err(|why| Trouble::Refused {
        what: format!("reading {fold}"),
        why: format!("not a valid row: {why}"),
    })
}

async fn keep_version<A: Table + Clock>(
    aws: &A,
    fold: &str,
    sk: String,
    version: u64,
    body: &impl Serialize,
) -> Result<(), Trouble> {
    let body = serde_json::to_string(body).map_err(|why| Trouble::Refused {
        what: format!("writing {fold}"),
        why: why.to_string(),
    })?;
    let expires = Some(aws.now().plus_seconds(FINDINGS_KEPT));
    let row = Row {
        pk: fold.to_owned(),
        sk,
        body,
        rank: version_rank(version),
        version: 0,
        expires,
    };
    aws.keep(TableKind::Outbox, row, Keep::Greatest)
        .await
        .map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn what_one_person_did_in_one_role_is_folded_and_statements_of_the_set_up_are_not() {
        let other = |alert: Alert| Alert {
            id: "0".repeat(32),
            ..alert
        };
        assert_eq!(
            partition(&sample::alert()),
            partition(&other(sample::alert()))
        );
        assert_ne!(
            partition(&sample::changed()),
            partition(&other(sample::changed()))
        );
    }
}
