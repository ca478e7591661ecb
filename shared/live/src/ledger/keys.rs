//! The keys under which rows are stored.

use rolewatch_guard::id::{AccountId, RecordKey};
use rolewatch_guard::moment::Moment;
use rolewatch_guard::roster::{Entity, Handle};
use rolewatch_guard::seen::{CenterLink, CenterSubject};
use rolewatch_guard::time::chosen::LAST_RECORD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::port::KeyRange;

/// The sessions of one name around one second. Most facts are stored under such a key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SessionAt {
    /// `AROA…:session`. If the switch's records name no session, the value that
    /// [`SwitchKey`](rolewatch_guard::SwitchKey) uses.
    pub session: String,
    /// The second.
    pub time: Moment,
}

impl SessionAt {
    /// The partition and the range that hold the facts of the session.
    pub(crate) fn question(&self) -> (String, KeyRange) {
        facts_of_session(&self.session, self.time)
    }

    /// The record that identifies the switch, if none of its records names a session. Session names
    /// never contain a space.
    pub(crate) fn record(&self) -> Option<RecordKey> {
        let (account, event) = self.session.split_once(' ')?;
        Some(RecordKey {
            account: account.parse().ok()?,
            event: event.parse().ok()?,
        })
    }
}

/// A text as part of a key. AWS's own names are short. A text that is too long, or that contains
/// the separator, is replaced with its hash.
fn key_part(text: &str) -> String {
    if text.len() <= 200 && !text.contains('#') {
        text.to_owned()
    } else {
        format!("sha256:{}", hash(text))
    }
}

/// The first 32 hexadecimal digits of the SHA-256 of `text`.
pub fn hash(text: &str) -> String {
    use std::fmt::Write;
    let mut out = String::with_capacity(32);
    for byte in Sha256::digest(text.as_bytes()).iter().take(16) {
        // Writing to a string can't fail.
        if write!(out, "{byte:02x}").is_err() {
            break;
        }
    }
    out
}

/// Seconds since 1970 as text that sorts in order of time. AWS logged nothing before 1970.
pub(crate) fn second(time: Moment) -> String {
    format!("{:012}", time.epoch_seconds().max(0))
}

/// A record as text that sorts like [`RecordKey`].
pub(crate) fn record_part(record: &RecordKey) -> String {
    format!("{}~{}", record.account, key_part(&record.event.to_string()))
}

/// At the start of every partition of a session.
pub(super) const SESSION: &str = "session#";

pub(crate) fn session(session: &str) -> String {
    format!("{SESSION}{}", key_part(session))
}

/// The partition and the range that hold the facts of a session that began around this second.
pub(crate) fn facts_of_session(name: &str, began: Moment) -> (String, KeyRange) {
    (session(name), around(began, LAST_RECORD, LAST_RECORD))
}

pub(crate) fn issued(key: &str) -> String {
    format!("key#{}", key_part(key))
}

pub(crate) fn who(person: &str) -> String {
    format!("who#{}", key_part(person))
}

pub(crate) fn shared(event: &str) -> String {
    format!("shared#{}", key_part(event))
}

pub(crate) fn record(record: &RecordKey) -> String {
    format!("record#{}", record_part(record))
}

/// The range of a record's versions and corrections.
pub(crate) fn versions() -> KeyRange {
    KeyRange {
        from: "v#".into(),
        to: "v#".into(),
    }
}

/// The partition of the changes to an account's setup.
pub(crate) fn setup(account: AccountId) -> String {
    format!("setup#{account}")
}

/// The partition of the requested readings of an account's setup.
pub(crate) fn asked(account: AccountId) -> String {
    format!("asked#{account}")
}

/// The sort key of a change: its time, then its record.
pub(crate) fn change(time: Moment, record: &RecordKey) -> String {
    format!("{}#{}", second(time), key_part(&record.event.to_string()))
}

/// The time and the event ID in the sort key of a change.
pub(crate) fn changed(sk: &str) -> Option<(Moment, &str)> {
    Some((second_of(sk)?, sk.split_once('#')?.1))
}

/// The second at the start of a key.
pub(crate) fn second_of(key: &str) -> Option<Moment> {
    Some(Moment::from_epoch_seconds(
        key.split('#').next()?.parse().ok()?,
    ))
}

/// The partition in which the previous version of rolewatch stored an account's IAM changes.
pub(crate) fn iam(account: AccountId) -> String {
    format!("iam#{account}")
}

/// The partition in which the previous version stored which name belongs to which ID.
pub(crate) fn names(account: AccountId) -> String {
    format!("names#{account}")
}

/// At the start of a sort key: the row is also stored under other keys, and is only here for a
/// version of rolewatch that reads whole partitions. It is greater than the start of every other
/// sort key there.
pub(crate) const ALSO_HERE: &str = "~";

/// The range of the rows that are stored nowhere else.
pub(crate) fn only_here() -> KeyRange {
    KeyRange {
        from: String::new(),
        // The character before `~`.
        to: "}".to_owned(),
    }
}

/// The sort key by which an ID leads to a lower-case name.
pub(crate) fn pointer_part(name: &str) -> String {
    format!("p#{}", key_part(name))
}

pub(crate) fn name_part(name: &str, id: &str) -> String {
    format!("{}#{}", key_part(name), key_part(id))
}

/// The partition of the uses of a session.
pub(crate) fn uses(session: &str, created: Moment) -> String {
    format!("uses#{}#{}", key_part(session), second(created))
}

pub(crate) fn role(id: &str) -> String {
    format!("role#{}", key_part(id))
}

/// The partition of the hours in which a Region's log had a record about an account.
pub(crate) fn heard(account: AccountId, region: &str) -> String {
    format!("heard#{account}#{}", region_part(region))
}

/// The account and the Region in such a partition key.
pub(crate) fn heard_of(pk: &str) -> Option<(AccountId, &str)> {
    let (account, region) = pk.strip_prefix("heard#")?.split_once('#')?;
    Some((account.parse().ok()?, region))
}

/// The partition of the Regions with records of an account, including those that record its IAM
/// events.
pub(crate) fn regions(account: AccountId) -> String {
    format!("regions#{account}")
}

/// The partition of the Regions in which the IAM events of any account are recorded.
pub(crate) const IAM_REGIONS: &str = "iam-regions#";

/// The sort key of the first or the last record that shows that a Region records IAM's events.
pub(crate) fn iam_region_part(region: &str, end: &str) -> String {
    format!("{}#iam#{end}", region_part(region))
}

/// The Region in such a sort key.
pub(crate) fn iam_region(sk: &str) -> Option<&str> {
    sk.split_once("#iam#").map(|(region, _)| region)
}

pub(crate) fn region_part(region: &str) -> String {
    key_part(region)
}

pub(crate) fn hour(time: Moment) -> String {
    format!("{:010}", time.epoch_seconds().max(0) / 3_600)
}

/// The partition in which the previous version stored IAM's answers about users.
pub(crate) fn observed(account: AccountId) -> String {
    format!("groups#{account}")
}

/// The partition of all switches of one person into one role.
pub(crate) fn held(person: &[String; 2], role: &str) -> String {
    format!(
        "held#{}",
        hash(&format!("{}\n{}\n{role}", person[0], person[1]))
    )
}

/// The partition of all switches of an account's people.
pub(crate) fn people(account: AccountId) -> String {
    format!("people#{account}")
}

/// The partition of everything whose judgment depends on a user, a group or a device.
pub(crate) fn asks(entity: &Entity) -> String {
    format!("asks#{}", entity_part(entity))
}

/// The partition of what is known about a user, a group or a device under one name or ID.
pub(crate) fn about(entity: &Entity) -> String {
    format!("about#{}", entity_part(entity))
}

/// The partition with the facts about an entity.
pub(crate) fn facts_about(entity: &Entity) -> String {
    match entity {
        Entity::Center(CenterSubject::Role(id)) => role(id),
        _ => about(entity),
    }
}

fn entity_part(entity: &Entity) -> String {
    let of = |kind: char, account: &AccountId, handle: &Handle| match handle {
        Handle::Name(name) => format!("{account}#{kind}n#{}", key_part(name)),
        Handle::Id(id) => format!("{account}#{kind}i#{}", key_part(id)),
    };
    match entity {
        Entity::User(account, handle) => of('u', account, handle),
        Entity::Group(account, handle) => of('g', account, handle),
        Entity::Device(serial) => format!("d#{}", key_part(serial)),
        Entity::Center(subject) => center_part(subject),
    }
}

/// The kind of the partitions of the people whom a session's calls name.
pub(crate) const ACTING: &str = "cw";

/// Each kind begins with two letters, so none looks like an account.
fn center_part(subject: &CenterSubject) -> String {
    match subject {
        CenterSubject::User(id) => format!("cu#{}", key_part(id)),
        CenterSubject::UserName(name) => format!("cn#{}", key_part(name)),
        CenterSubject::Group(id) => format!("cg#{}", key_part(id)),
        CenterSubject::GroupName(name) => format!("cm#{}", key_part(name)),
        CenterSubject::Anybody => "ca".to_owned(),
        CenterSubject::Portal {
            account,
            set,
            minute,
        } => format!("cp#{account}#{}#{minute}", key_part(set)),
        CenterSubject::Credential(id) => format!("cc#{}", key_part(id)),
        CenterSubject::PermissionSet(name) => format!("cs#{}", key_part(name)),
        CenterSubject::Assignments(account, set) => format!("ct#{account}#{}", key_part(set)),
        CenterSubject::HiddenAssignments(account) => format!("ch#{account}"),
        CenterSubject::SignInLength => "cl".to_owned(),
        CenterSubject::Role(id) => format!("cr#{}", key_part(id)),
        CenterSubject::Session(session) => format!("{}#{}", ACTING, key_part(session)),
    }
}

/// The partition of the sign-ins of one day (UTC) at Identity Center without MFA.
pub(crate) fn sign_ins_without_mfa(time: Moment) -> String {
    format!("without-mfa#{:06}", time.epoch_seconds().max(0) / 86_400)
}

/// The partition of the records of one sign-in, or of one membership.
pub(crate) fn link(link: &CenterLink) -> String {
    match link {
        CenterLink::SignIn(id) => format!("link#s#{}", key_part(id)),
        CenterLink::Membership(id) => format!("link#m#{}", key_part(id)),
    }
}

/// The start of the sort key of a change, or of a record of Identity Center, in the partition of
/// what it is about.
pub(crate) fn about_at(time: Moment) -> String {
    format!("c#{}#", second(time))
}

/// The partition of the changes that somebody joined or left a group, by its lower-case name then.
pub(crate) fn mentions(account: AccountId, group: &str) -> String {
    format!("mentions#{account}#{}", key_part(&group.to_lowercase()))
}

/// A second as text of which the *earliest* sorts last.
pub(crate) fn second_backward(time: Moment) -> String {
    let most = 999_999_999_999;
    format!("{:012}", (most - time.epoch_seconds().max(0)).max(0))
}

/// The partition of the walks of one chain, which are processed one after another.
pub(crate) fn turns(of: &str) -> String {
    format!("turns#{of}")
}

/// The partition of all elevated switches of one day (UTC).
pub(crate) fn day(time: Moment) -> String {
    format!("day#{:06}", time.epoch_seconds().max(0) / 86_400)
}

/// The partition that records how far the elevated sessions of one day (UTC) were watched.
pub(crate) fn watch(time: Moment) -> String {
    format!("watch#{:06}", time.epoch_seconds().max(0) / 86_400)
}

/// One of 4,096 slots, derived from a text.
pub(crate) fn shard_of(text: &str) -> String {
    hash(text).chars().take(3).collect()
}

/// The kind of a row, where facts of several kinds share a partition. It is a letter after the
/// second, so that one query finds the rows of every kind in a time range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Mint,
    Step,
    /// Something done with the session that the partition is about.
    Child,
    Use,
    /// The session was judged with facts that are stored elsewhere.
    Judged,
}

impl Kind {
    const fn letter(self) -> char {
        match self {
            Self::Mint => 'm',
            Self::Step => 's',
            Self::Child => 'c',
            Self::Use => 'u',
            Self::Judged => 'j',
        }
    }

    /// Builds a sort key. `rest` distinguishes rows of the same second.
    pub(crate) fn sort_key(self, time: Moment, rest: &str) -> String {
        format!("{}#{}#{rest}", second(time), self.letter())
    }

    /// Whether a row with this sort key is of this kind.
    pub(crate) fn is_kind_of(self, sk: &str) -> bool {
        sk.split('#')
            .nth(1)
            .is_some_and(|kind| kind.starts_with(self.letter()))
    }
}

/// The range of rows of every kind from `time - before` to `time + after`.
pub(crate) fn around(time: Moment, before: i64, after: i64) -> KeyRange {
    KeyRange {
        from: second(time.plus_seconds(-before)),
        to: second(time.plus_seconds(after)),
    }
}
