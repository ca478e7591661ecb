//! Accounts with Regions from which a probe didn't come back.

use std::collections::BTreeMap;

use rolewatch_guard::policy::Policy;
use rolewatch_guard::untrusted::harmless;

use crate::port::{Table, Trouble};
use crate::probe;
use crate::wire::{NamedAccount, Unanswered};

/// The silent places of the last probe run, grouped by account. An account has one entry for each
/// reason.
pub(super) async fn unanswered<T: Table>(
    table: &T,
    policy: &Policy,
) -> Result<Vec<Unanswered>, Trouble> {
    let mut found: BTreeMap<_, Unanswered> = BTreeMap::new();
    for ((account, region), silence) in probe::standing(table).await?.silent {
        let since = silence.since;
        let entry = found
            .entry((account, silence.why.clone()))
            .or_insert_with(|| Unanswered {
                account: NamedAccount {
                    id: account.to_string(),
                    name: policy.account_name(account).map(harmless),
                },
                regions: Vec::new(),
                since,
                why: silence.why.as_deref().map(harmless),
            });
        entry.regions.push(harmless(&region));
        entry.since = since.min(entry.since);
    }
    Ok(found.into_values().collect())
}
