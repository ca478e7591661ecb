//! Reads what a plan to revoke a finding's sessions needs: the finding, its sessions, and every
//! other session that may still be valid.

use rolewatch_guard::directory::StoreSnapshot;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::roster::{Asked, RosterIndex, Rosters, Snapshot};
use rolewatch_guard::{Scope, judge};

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
    rosters: &Rosters,
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
    let index = RosterIndex::new(rosters);
    let mut gather = Gather::with(table, &policy, (rosters, &index));
    for session in &sessions {
        gather.session(session);
    }
    for group in policy.roles.iter().flat_map(|role| &role.groups) {
        gather.entity(group.entity());
    }
    let facts = gathered(&mut gather, &policy, rosters, as_of).await?;
    Ok(Some(PlanEvidence {
        alert,
        policy,
        facts,
    }))
}

/// Gathers what judging the sessions depends on.
async fn gathered<T: Table>(
    gather: &mut Gather<'_, T>,
    policy: &Policy,
    rosters: &Rosters,
    as_of: Moment,
) -> Result<Facts, Trouble> {
    let scope = Scope {
        as_of: Some(as_of),
        ..Scope::default()
    };
    loop {
        gather.ask_until_closed().await?;
        let facts = gather.facts();
        let known = facts.rosters(rosters, as_of);
        let mut asked = Asked::default();
        judge(&facts.world, policy, &known, scope, &mut |examined| {
            asked.join(examined.asked);
        });
        gather.need(&asked);
        if !gather.is_open() {
            return Ok(facts);
        }
    }
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
        let taken = taken_at(&key);
        if StoreSnapshot::is_meant(&bytes) {
            match StoreSnapshot::read(&bytes, taken) {
                Ok(snapshot) => rosters.add_store(snapshot),
                Err(error) => unusable.push(format!("{key}: {error}")),
            }
            continue;
        }
        match Snapshot::read(&bytes, taken) {
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
        let found = run(read_evidence(
            &twin,
            &Rosters::default(),
            "00",
            at("2026-03-02T12:00:00Z"),
        ))
        .unwrap();
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
