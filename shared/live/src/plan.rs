//! Reads what a plan to revoke a finding's sessions needs: the finding, its sessions, and every
//! other session that may still be valid.

use rolewatch_guard::directory::StoreSnapshot;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::roster::{Rosters, Snapshot};

use crate::ledger::{Facts, Gather, SessionAt, switches_since};
use crate::outbox::{FindingState, load_findings};
use crate::port::{Bucket, StoredObject, Table, Trouble};
use crate::rulebook::{ROSTER_PREFIX, kept_policy, taken_at};
use crate::time::OPEN_SESSIONS;
use crate::wire::Alert;

/// What the tables know about a finding.
#[derive(Debug)]
pub struct PlanEvidence {
    /// The finding as it was last judged.
    pub alert: Alert,
    /// The policy in force.
    pub policy: Policy,
    /// The facts about its sessions, and about the sessions of everybody that may still be valid.
    pub facts: Facts,
}

/// Reads a finding by its whole id, and what its plan needs. `None`: there is no such finding.
///
/// # Errors
/// Returns the table's error, or an error for a row that can't be parsed.
pub async fn read_evidence<T: Table>(
    table: &T,
    id: &str,
    as_of: Moment,
) -> Result<Option<PlanEvidence>, Trouble> {
    let found = load_findings(table, [id.to_owned()]).await?;
    let Some(stored) = found.into_values().next() else {
        return Ok(None);
    };
    let FindingState {
        alert, switches, ..
    } = stored.state;
    let policy = kept_policy(table, "the ledger has no policy").await?;
    // Revoking a role's sessions cuts off everybody who entered it before.
    let mut sessions: Vec<SessionAt> = switches;
    sessions.extend(switches_since(table, as_of.plus_seconds(-OPEN_SESSIONS), as_of).await?);
    let mut gather = Gather::new(table, &policy);
    for session in &sessions {
        gather.session(session);
    }
    gather.ask_until_closed().await?;
    let facts = gather.facts();
    Ok(Some(PlanEvidence {
        alert,
        policy,
        facts,
    }))
}

/// Reads the rosters of the bucket, and names the files that can't be used.
///
/// # Errors
/// Returns the bucket's error.
pub async fn read_rosters<B: Bucket>(bucket: &B) -> Result<(Rosters, Vec<String>), Trouble> {
    let (mut rosters, mut unusable) = (Rosters::default(), Vec::new());
    for (key, _) in bucket.list(ROSTER_PREFIX).await? {
        let StoredObject::Found { bytes, .. } = bucket.get(&key, None).await? else {
            continue;
        };
        // The live guard doesn't use rosters of Identity Center.
        if StoreSnapshot::is_meant(&bytes) {
            continue;
        }
        match Snapshot::read(&bytes, taken_at(&key)) {
            Ok(snapshot) => rosters.add(snapshot),
            Err(error) => unusable.push(format!("{key}: {error}")),
        }
    }
    Ok((rosters, unusable))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Calm, Twin, run};

    fn at(time: &str) -> Moment {
        time.parse().unwrap()
    }

    #[test]
    fn an_unknown_finding_is_no_finding() {
        let twin = Twin::new(Calm, at("2026-03-02T12:00:00Z"));
        let found = run(read_evidence(&twin, "00", at("2026-03-02T12:00:00Z"))).unwrap();
        assert!(found.is_none());
    }

    #[test]
    fn an_unusable_roster_is_named_and_the_others_are_read() {
        let twin = Twin::new(Calm, at("2026-03-02T12:00:00Z"));
        let written = at("2026-03-01T12:00:00Z");
        let put = |key: &str, bytes: &[u8]| {
            let object = (bytes.to_vec(), written);
            twin.objects.borrow_mut().insert(key.to_owned(), object);
        };
        put("roster/broken.json", b"{");
        put(
            "roster/development@2026-03-01T000000Z.json",
            br#"{"UserDetailList":[{"UserName":"dora","UserId":"AIDADORA","Arn":"arn:aws:iam::111122223333:user/dora","GroupList":[]}],"GroupDetailList":[],"RoleDetailList":[],"Policies":[],"IsTruncated":false}"#,
        );
        let (rosters, unusable) = run(read_rosters(&twin)).unwrap();
        assert_eq!(unusable.len(), 1);
        assert!(
            unusable[0].starts_with("roster/broken.json: "),
            "{unusable:?}"
        );
        assert!(format!("{rosters:?}").contains("AIDADORA"));
    }
}
