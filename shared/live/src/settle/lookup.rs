//! Asks IAM who is in which group, where rosters and logged changes can't tell.

use std::collections::BTreeSet;

use rolewatch_guard::Verdict;
use rolewatch_guard::catalogue;
use rolewatch_guard::id::AccountId;
use rolewatch_guard::moment::Moment;

use super::judged::TouchedJudgement;
use crate::ledger::Observed;
use crate::port::{Directory, GroupsNow, Table, Trouble};
use crate::rulebook::Rulebook;
use crate::time::ASKED_FOR;

/// The result of asking.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Lookups {
    /// An answer was stored, so judge again.
    pub(super) answered: bool,
    /// Questions without an answer. A missing answer never makes anything allowed.
    pub(super) unanswered: u64,
}

/// Asks once for each person whose membership is unproven and about whom IAM hasn't been asked
/// since the switch.
///
/// # Errors
/// Returns the table's error.
pub(super) async fn ask_about_people<O: Table + Directory>(
    outside: &O,
    book: &Rulebook,
    judged: &TouchedJudgement,
    asked: &mut BTreeSet<(AccountId, String)>,
    now: Moment,
) -> Result<Lookups, Trouble> {
    let mut lookups = Lookups::default();
    let open = judged
        .findings
        .iter()
        .filter(|finding| finding.verdict == Verdict::Unproven)
        .filter(|finding| catalogue::find(finding.rule).is_some_and(|rule| rule.about_membership));
    for finding in open {
        // All switches of a finding about membership belong to one person.
        let Some(entered) = judged.entered_of(finding).next() else {
            continue;
        };
        let Some((account, id, name)) = &entered.user else {
            continue;
        };
        let known = judged.facts.observed.iter().any(|(of, observed)| {
            of == account && observed.user == *id && observed.taken >= entered.at.time
        });
        if known || !book.policy.trusts(*account) || !asked.insert((*account, id.clone())) {
            continue;
        }
        match outside.groups_of(*account, name).await {
            Ok(GroupsNow::Member(groups)) => {
                let observed = Observed {
                    account: account.to_string(),
                    user: id.clone(),
                    name: name.clone(),
                    groups,
                    taken: now,
                };
                observed.store(outside, *account).await?;
                lookups.answered = true;
            }
            // Nobody has the name now. Only the logs can tell who had it then.
            Ok(GroupsNow::NoSuchUser) => {}
            Err(trouble) => {
                tracing::warn!(%account, %trouble, "IAM didn't say who is in which group; the finding stays unproven");
                // After a day, IAM's current answer says nothing about that time, so it isn't asked
                // again.
                if now.seconds_since(entered.at.time) < ASKED_FOR {
                    lookups.unanswered += 1;
                }
            }
        }
    }
    Ok(lookups)
}
