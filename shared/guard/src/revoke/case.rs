//! What is to be revoked, and all that is known.

use crate::dossier::SwitchKey;
use crate::id::{AccountId, EventId};
use crate::moment::Moment;
use crate::policy::{Policy, account_shown};
use crate::roster::Rosters;
use crate::untrusted::harmless;
use crate::world::World;

/// What is to be revoked, and all that is known.
#[derive(Debug, Clone, Copy)]
pub struct RevocationCase<'a> {
    /// What was read.
    pub world: &'a World,
    /// Names accounts and groups.
    pub policy: &'a Policy,
    /// Names users.
    pub rosters: &'a Rosters,
    /// The id of the finding, 32 hexadecimal digits: the policies are named after it.
    pub finding: &'a str,
    /// The sessions that the finding is about.
    pub sessions: &'a [SwitchKey],
    /// Where the sessions are not known: the events of the finding.
    pub events: &'a [EventId],
    /// With `events`: the role's ARN, for a chain's earlier mints are among the events.
    pub role: &'a str,
    /// The finding says that the person was in none of the role's groups at the switch (RW001, a
    /// violation).
    pub outside_groups: bool,
    /// "Now": what was issued before is cut, what has ended by then is not told.
    pub as_of: Moment,
    /// The AWS CLI profile to put into the commands.
    pub profile: Option<&'a str>,
}

/// `AROA…:name` is `name`.
pub(super) fn name_of(session: &str) -> &str {
    session.split_once(':').map_or(session, |(_, name)| name)
}

/// `production (444455556666)`, or `account 444455556666`.
pub(super) fn account_named(account: AccountId, policy: &Policy) -> String {
    policy.account_name(account).map_or_else(
        || account_shown(account, policy),
        |name| format!("{} ({account})", harmless(name)),
    )
}
