//! The sessions to revoke, and everything known about them.

use crate::dossier::SwitchKey;
use crate::id::{AccountId, EventId};
use crate::moment::Moment;
use crate::policy::{Policy, account_shown};
use crate::roster::Rosters;
use crate::text;
use crate::text::Text;
use crate::untrusted::harmless;
use crate::world::World;

/// The sessions to revoke, and everything known about them.
#[derive(Debug, Clone, Copy)]
pub struct RevocationCase<'a> {
    /// The records that were read.
    pub world: &'a World,
    /// Provides the names of accounts and groups.
    pub policy: &'a Policy,
    /// Provides the names of users.
    pub rosters: &'a Rosters,
    /// The id of the finding, 32 hexadecimal digits. The policies are named after it.
    pub finding: &'a str,
    /// The sessions that the finding is about.
    pub sessions: &'a [SwitchKey],
    /// The events of the finding, for when the sessions aren't known.
    pub events: &'a [EventId],
    /// With `events`: the role's ARN, because the events may include earlier mints of a chain.
    pub role: &'a str,
    /// Whether the finding says that the person was in none of the role's groups at the switch
    /// (RW001, a violation).
    pub outside_groups: bool,
    /// The time that counts as "now": sessions issued before it are cut off, sessions that have
    /// ended by then aren't listed.
    pub as_of: Moment,
    /// The AWS CLI profile for the commands.
    pub profile: Option<&'a str>,
}

/// The `name` of `AROA…:name`.
pub(super) fn name_of(session: &str) -> &str {
    session.split_once(':').map_or(session, |(_, name)| name)
}

/// `production (444455556666)`, or `account 444455556666`.
pub(super) fn account_named(account: AccountId, policy: &Policy) -> Text {
    policy.account_name(account).map_or_else(
        || account_shown(account, policy),
        |name| text!("{name} ({account})", name = harmless(name), account),
    )
}
