//! What watching needs to know about a session.

use std::collections::BTreeSet;

use rolewatch_guard::id::AccountId;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::{ExaminedSwitch, Scope, judge};

use crate::ledger::{Gather, SessionAt};
use crate::port::{Table, Trouble};
use crate::rulebook::Rulebook;
use rolewatch_guard::time::aws::LONGEST_SESSION;
use rolewatch_guard::time::chosen::LAST_RECORD;

/// One switch and the session that it yielded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dossier {
    pub(super) at: SessionAt,
    /// The role's account.
    pub(super) account: AccountId,
    /// The immediate caller's account.
    pub(super) caller_account: Option<AccountId>,
    /// The key that was issued.
    pub(super) issued: Option<String>,
    /// The accounts whose copies of the mint were read.
    pub(super) heard: BTreeSet<AccountId>,
    /// The end of the role session as granted, extended or cut short. If no record says, the
    /// longest possible session.
    pub(super) until: Moment,
    /// When the credentials expire, even if the person has left the role.
    pub(super) works_until: Moment,
    pub(super) last_used: Option<Moment>,
    pub(super) console: bool,
    /// `max_stretch` of the role, in seconds.
    pub(super) limit: Option<i64>,
}

impl Dossier {
    /// When nothing more can be done with the session. Use seen after the credentials expired shows
    /// that the session was kept alive in another way.
    pub(super) fn watched_until(&self) -> Moment {
        if self.is_kept_alive() {
            self.at.time.plus_seconds(LAST_RECORD)
        } else {
            self.works_until
        }
    }

    fn is_kept_alive(&self) -> bool {
        self.last_used.is_some_and(|used| used > self.works_until)
    }

    /// Whether keys other than the issued one can sign for the session: the console uses its own
    /// keys, and so does a session that was kept alive.
    pub(super) fn has_other_keys(&self) -> bool {
        self.console || self.issued.is_none() || self.is_kept_alive()
    }

    /// The missing copies of the mint: the account of each, and the resource name by which to find
    /// it.
    pub(super) fn missing_halves(&self) -> Vec<(AccountId, String)> {
        if self.at.record().is_some() {
            // Nothing in the record can be used to query the event history.
            return Vec::new();
        }
        let Some(issued) = &self.issued else {
            return vec![(self.account, self.at.session.clone())];
        };
        let wanted = BTreeSet::from([Some(self.account), self.caller_account]);
        wanted
            .into_iter()
            .flatten()
            .filter(|account| !self.heard.contains(account))
            .map(|account| (account, issued.clone()))
            .collect()
    }
}

/// The switches of these sessions that the policy calls elevated.
pub(super) async fn load_dossiers<T: Table>(
    table: &T,
    book: &Rulebook,
    sessions: &BTreeSet<&SessionAt>,
    now: Moment,
) -> Result<Vec<Dossier>, Trouble> {
    // Who somebody is doesn't matter here.
    let mut gather = Gather::new(table, book).hold_back();
    for at in sessions {
        gather.session(at);
    }
    gather.ask_until_closed().await?;
    let facts = gather.facts();
    let mut found = Vec::new();
    let scope = Scope {
        as_of: Some(now),
        since: None,
        until: None,
    };
    judge(
        &facts.world,
        &book.policy,
        &facts.rosters(&book.rosters, now),
        scope,
        &mut |examined| {
            let dossier = dossier(examined, &book.policy);
            found.extend(dossier.filter(|dossier| sessions.contains(&dossier.at)));
        },
    );
    Ok(found)
}

fn dossier(examined: &ExaminedSwitch<'_>, policy: &Policy) -> Option<Dossier> {
    let switch = examined.switch;
    let role = switch.role.as_ref()?;
    let longest = switch.key.second.plus_seconds(LONGEST_SESSION);
    Some(Dossier {
        at: SessionAt {
            session: switch.key.session.to_string(),
            time: switch.key.second,
        },
        account: role.account(),
        caller_account: switch.caller_account(),
        issued: switch.key.issued.as_deref().map(str::to_owned),
        heard: switch.heard_from(),
        until: switch.granted_until().unwrap_or(longest),
        works_until: switch.works_until().unwrap_or(longest),
        last_used: switch.last_used(),
        console: switch.by_console(),
        limit: policy
            .role_for(role)
            .and_then(|limits| limits.max_stretch)
            .map(rolewatch_guard::moment::Span::seconds),
    })
}
