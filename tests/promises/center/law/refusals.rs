//! Permission sets that were refused, in runs.

use std::collections::{BTreeMap, BTreeSet};

use super::evidence::{Evidence, PortalCall};
use crate::center::company::{Id, Role, event_id};

/// The events of each finding of RW009.
pub(crate) fn refusals(evidence: &Evidence<'_>) -> BTreeSet<BTreeSet<String>> {
    type Key = (Id, Option<(usize, usize)>);
    let mut of: BTreeMap<Key, Vec<&PortalCall>> = BTreeMap::new();
    for call in evidence
        .portal
        .iter()
        .filter(|call| call.failed && is_elevated(evidence, call))
    {
        if let Some(id) = evidence.user_of(&call.who, call.at) {
            of.entry((id, call.role)).or_default().push(call);
        }
    }
    let mut runs = BTreeSet::new();
    for calls in of.into_values() {
        let mut run = BTreeSet::new();
        let mut last = None;
        for call in calls {
            if last.is_some_and(|last| call.at - last > 600) {
                runs.insert(std::mem::take(&mut run));
            }
            run.insert(event_id(call.number));
            last = Some(call.at);
        }
        runs.insert(run);
    }
    runs
}

/// Without details, the account is unknown, and any role could be meant.
fn is_elevated(evidence: &Evidence<'_>, call: &PortalCall) -> bool {
    call.role.is_none_or(|(account, set)| {
        let (name, id) = (String::new(), String::new());
        evidence
            .company
            .plan
            .asked(&Role {
                account,
                set: Some(set),
                name,
                id,
            })
            .is_some()
    })
}
