//! What is known of a session, as far as watching it needs.

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

/// One switch, and the session that it yielded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dossier {
    pub(super) at: SessionAt,
    /// The role's.
    pub(super) account: AccountId,
    /// The immediate caller's.
    pub(super) caller_account: Option<AccountId>,
    /// The key that was issued.
    pub(super) issued: Option<String>,
    /// Whose copies of the mint were read.
    pub(super) heard: BTreeSet<AccountId>,
    /// Until when the role was granted, prolonged or cut short. What nobody says is the longest
    /// there is.
    pub(super) until: Moment,
    /// Until when the credentials work, whoever left the role.
    pub(super) works_until: Moment,
    pub(super) last_used: Option<Moment>,
    pub(super) console: bool,
    /// `max_stretch` of the role, in seconds.
    pub(super) limit: Option<i64>,
}

impl Dossier {
    /// When nothing can be done with it any more. Use that was seen after its credentials' end
    /// shows that it was kept alive by other means.
    pub(super) fn ends(&self) -> Moment {
        if self.is_kept_alive() {
            self.at.time.plus_seconds(LAST_RECORD)
        } else {
            self.works_until
        }
    }

    fn is_kept_alive(&self) -> bool {
        self.last_used.is_some_and(|used| used > self.works_until)
    }

    /// Whether others than the issued key sign for it: the console's keys are its own, and so are
    /// those of a session that was kept alive.
    pub(super) fn has_other_keys(&self) -> bool {
        self.console || self.issued.is_none() || self.is_kept_alive()
    }

    /// Which copies of the mint are missing: whose, and the resource by which they are found.
    pub(super) fn missing_halves(&self) -> Vec<(AccountId, String)> {
        if self.at.record().is_some() {
            // Nothing in it names what the event history could be asked for.
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

/// The switches of these sessions, of those that the policy calls elevated.
pub(super) async fn of<T: Table>(
    table: &T,
    book: &Rulebook,
    sessions: &BTreeSet<&SessionAt>,
    now: Moment,
) -> Result<Vec<Dossier>, Trouble> {
    let mut gather = Gather::new(table, &book.policy);
    for at in sessions {
        gather.session(at);
    }
    gather.close().await?;
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
        &book.rosters,
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
