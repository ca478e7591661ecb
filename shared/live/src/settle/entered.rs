//! What settling needs to know about the judged switches.

use std::collections::BTreeSet;

use rolewatch_guard::id::{AccountId, RecordKey};
use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::roster::{Asked, Entity};
use rolewatch_guard::seen::CenterSubject;
use rolewatch_guard::time::aws::LONGEST_SESSION;
use rolewatch_guard::time::chosen::LAST_RECORD;
use rolewatch_guard::{ExaminedSwitch, Person};

use crate::ledger::index::{IndexedSwitch, partitions_of_entities};
use crate::ledger::{SessionAt, TouchedEvidence};

/// A person and a role.
pub(super) type Holder = ([String; 2], String);

/// A switch that was judged.
#[derive(Debug, Clone)]
pub(super) struct EnteredSwitch {
    pub(super) at: SessionAt,
    pub(super) person: [String; 2],
    /// The person's account.
    pub(super) account: Option<AccountId>,
    /// The immediate caller's account, if it is a different one.
    pub(super) caller_account: Option<AccountId>,
    /// The user's account, ID and latest known name, if the name is known.
    pub(super) user: Option<(AccountId, String, String)>,
    /// The ID of a user of the identity store, and the groups that matter, by ID.
    pub(super) store_user: Option<(String, BTreeSet<String>)>,
    pub(super) role: String,
    /// The role under which time is added up: of a permission set, the same whenever AWS gives it
    /// a role of another name.
    pub(super) counted_as: String,
    /// The address from which the role was entered.
    pub(super) source_ip: Option<String>,
    pub(super) limited: bool,
    pub(super) records: BTreeSet<RecordKey>,
    /// What the judgment depends on.
    pub(super) asked: Asked,
    /// When its credentials expire. If no record says, as late as any session can expire.
    pub(super) until: Moment,
}

impl EnteredSwitch {
    pub(super) fn holder(&self) -> Holder {
        (self.person.clone(), self.counted_as.clone())
    }

    /// What the index already holds for the switch.
    pub(super) fn to_note(&self) -> (SessionAt, Holder, BTreeSet<String>) {
        (
            self.at.clone(),
            self.holder(),
            partitions_of_entities(&self.asked.entities),
        )
    }

    /// The switch with all keys of the index.
    pub(super) fn indexed(&self) -> IndexedSwitch<'_> {
        IndexedSwitch {
            at: &self.at,
            person: &self.person,
            role: &self.role,
            counted_as: &self.counted_as,
            source_ip: self.source_ip.as_deref(),
            accounts: [self.account, self.caller_account],
            records: &self.records,
            rests_on: &self.asked.entities,
        }
    }
}

pub(super) fn entered(examined: &ExaminedSwitch<'_>, policy: &Policy) -> EnteredSwitch {
    let (switch, origin) = (examined.switch, examined.origin);
    let role = switch.role.as_ref();
    let limits = role.and_then(|role| policy.role_for(role));
    let user = match &origin.person {
        Person::User(account, id) if origin.broken.is_none() => {
            Some((*account, id.to_string(), origin.name.to_string()))
        }
        _ => None,
    };
    let records: BTreeSet<RecordKey> = switch.all_records().into_iter().collect();
    EnteredSwitch {
        at: SessionAt {
            session: switch.key.session.to_string(),
            time: switch.key.second,
        },
        person: origin.person.id_parts(),
        account: origin.account,
        // Most callers belong to the person's own account, which is already in the index.
        caller_account: switch
            .caller_account()
            .filter(|account| Some(*account) != origin.account),
        user,
        store_user: store_user(examined, policy),
        role: role
            .map(|role| role.as_str().to_owned())
            .unwrap_or_default(),
        counted_as: role
            .map(|role| role.of_permission_set().as_str().to_owned())
            .unwrap_or_default(),
        source_ip: examined.source_ip(),
        // If the role is unknown, it counts as limited: looking for other sessions only costs
        // reads, but missing a stretch would cost a finding.
        limited: limits.is_none_or(|limits| {
            limits.max_session.is_some()
                || limits.max_stretch.is_some()
                || limits.max_per_day.is_some()
        }),
        until: switch
            .granted_until()
            .unwrap_or_else(|| switch.key.second.plus_seconds(LONGEST_SESSION)),
        records,
        asked: examined.asked.clone(),
    }
}

/// The user of the policy's identity store who entered the role, and the groups that the judgment
/// asked about.
fn store_user(
    examined: &ExaminedSwitch<'_>,
    policy: &Policy,
) -> Option<(String, BTreeSet<String>)> {
    let store = &policy.identity_center.as_ref()?.identity_store;
    let Person::StoreUser(user) = &examined.origin.person else {
        return None;
    };
    if user.store != *store || examined.origin.broken.is_some() {
        return None;
    }
    let groups = examined.asked.entities.iter();
    let groups = groups.filter_map(|entity| match entity {
        Entity::Center(CenterSubject::Group(id)) => Some(id.to_string()),
        _ => None,
    });
    Some((user.user.to_string(), groups.collect()))
}

/// Whether a switch was touched. The records of one switch are at most [`LAST_RECORD`] apart.
pub(super) fn is_touched(touched: &TouchedEvidence, at: &SessionAt) -> bool {
    let begin = SessionAt {
        session: at.session.clone(),
        time: at.time.plus_seconds(-LAST_RECORD),
    };
    let end = SessionAt {
        session: at.session.clone(),
        time: at.time.plus_seconds(LAST_RECORD),
    };
    touched.sessions.range(begin..=end).next().is_some()
}
