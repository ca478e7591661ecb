//! Accounts and Regions from which no log record arrived.

use std::collections::BTreeMap;

use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::untrusted::harmless;

use crate::ledger::heard_of;
use crate::port::{Table, Trouble};
use crate::wire::{NamedAccount, Silent};

/// Accounts of the policy without any record since `since`, followed by silent Regions (of those
/// that the policy names) in the other accounts.
pub(super) async fn silent<T: Table>(
    table: &T,
    policy: &Policy,
    since: Moment,
) -> Result<Vec<Silent>, Trouble> {
    let (mut whole, mut partly) = (Vec::new(), Vec::new());
    for (id, name) in &policy.accounts {
        let heard = heard_of(table, *id).await?;
        let account = NamedAccount {
            id: id.to_string(),
            name: Some(harmless(name)),
        };
        let latest = heard.values().max().copied();
        // Records are noted per hour, under the start of the hour.
        let is_silent =
            |last: Option<Moment>| last.is_none_or(|hour| hour.plus_seconds(3_600) <= since);
        if is_silent(latest) {
            whole.push(Silent {
                account,
                regions: Vec::new(),
                last: latest,
            });
            continue;
        }
        let mut regions: BTreeMap<Option<Moment>, Vec<String>> = BTreeMap::new();
        for region in &policy.regions {
            let last = heard.get(region).copied();
            if is_silent(last) {
                regions.entry(last).or_default().push(harmless(region));
            }
        }
        partly.extend(regions.into_iter().map(|(last, regions)| Silent {
            account: account.clone(),
            regions,
            last,
        }));
    }
    whole.append(&mut partly);
    Ok(whole)
}
