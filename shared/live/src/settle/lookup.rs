//! Asks IAM and Identity Center who is in which group, where rosters and logged changes can't
//! tell.

use std::collections::BTreeSet;

use rolewatch_guard::Verdict;
use rolewatch_guard::catalogue;
use rolewatch_guard::id::AccountId;
use rolewatch_guard::moment::Moment;

use super::judged::TouchedJudgement;
use crate::ledger::{Observed, ObservedMember};
use crate::port::{CenterPlace, Directory, GroupsNow, StoreGroupsNow, Table, Trouble};
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

impl Lookups {
    fn add(&mut self, other: Self) {
        self.answered |= other.answered;
        self.unanswered += other.unanswered;
    }
}

/// Asks once for each person whose membership is unproven and who hasn't been asked about since the
/// switch.
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
        if let Some((user, groups)) = &entered.store_user {
            let about = (user.as_str(), groups, entered.at.time);
            lookups.add(ask_identity_center(outside, book, judged, asked, about, now).await?);
            continue;
        }
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

/// Asks Identity Center about a user of its directory.
///
/// # Errors
/// Returns the table's error.
async fn ask_identity_center<O: Table + Directory>(
    outside: &O,
    book: &Rulebook,
    judged: &TouchedJudgement,
    asked: &mut BTreeSet<(AccountId, String)>,
    (user, groups, at): (&str, &BTreeSet<String>, Moment),
    now: Moment,
) -> Result<Lookups, Trouble> {
    let mut lookups = Lookups::default();
    let Some(center) = &book.policy.identity_center else {
        return Ok(lookups);
    };
    let place = CenterPlace::of_policy(center);
    let known =
        judged.facts.members.iter().any(|known| {
            known.user == *user && known.taken >= at && groups.is_subset(&known.asked)
        });
    if known || groups.is_empty() || !asked.insert((place.account, user.to_owned())) {
        return Ok(lookups);
    }
    let ids: Vec<String> = groups.iter().cloned().collect();
    match outside.store_groups_of(&place, user, &ids).await {
        Ok(StoreGroupsNow::Member(member)) => {
            let observed = ObservedMember {
                store: place.store,
                user: user.to_owned(),
                asked: groups.clone(),
                member,
                taken: now,
            };
            observed.store(outside).await?;
            lookups.answered = true;
        }
        // Only the logs can tell who was there then.
        Ok(StoreGroupsNow::NotThere | StoreGroupsNow::NotRead) => {}
        Err(trouble) => {
            let account = place.account;
            tracing::warn!(%account, %trouble, "Identity Center didn't say who is in which group; the finding stays unproven");
            if now.seconds_since(at) < ASKED_FOR {
                lookups.unanswered += 1;
            }
        }
    }
    Ok(lookups)
}
