//! The users of a listing, read one by one.
//!
//! A large account lists 100,000 users. Their groups, and the beginnings of their ARNs, are few
//! different ones, so each is stored once.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt::{self, Write};
use std::sync::Arc;

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::SnapshotUser;
use crate::arn::{account_of, partition_of};
use crate::id::AccountId;
use crate::roster::IamId;

/// A user's ARN. Nearly every one ends with the user's name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum UserArn {
    /// The source didn't give it.
    Unknown,
    /// This text, followed by the name.
    BeforeName(Arc<str>),
    /// This text.
    Whole(Arc<str>),
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UserDetail<'a> {
    #[serde(borrow)]
    pub(super) user_name: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) user_id: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) arn: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) group_list: Vec<WrittenName<'a>>,
}

/// The name of a group, as it is written in a user's entry.
#[derive(Deserialize, Serialize)]
pub(super) struct WrittenName<'a>(#[serde(borrow)] pub(super) Cow<'a, str>);

/// The users of one page. Their groups are the names as written, because the groups' IDs may follow
/// on a later page.
#[derive(Default)]
pub(super) struct ListedUsers {
    pub(super) users: Vec<(IamId, Arc<SnapshotUser>)>,
    pub(super) arns: SeenArns,
    /// The same groups, by their names with their lengths.
    groups: HashMap<String, Arc<BTreeSet<IamId>>>,
    beginnings: HashSet<Arc<str>>,
}

/// What the ARNs of a page show.
#[derive(Default)]
pub(super) struct SeenArns {
    /// The partition of the first one.
    pub(super) partition: Option<Arc<str>>,
    /// Their accounts: the first, and the first other one.
    pub(super) accounts: Vec<AccountId>,
}

impl SeenArns {
    /// Adds what other ARNs show that come after these.
    pub(super) fn add(&mut self, later: &Self) {
        if self.partition.is_none() {
            self.partition.clone_from(&later.partition);
        }
        for account in &later.accounts {
            self.note_account(*account);
        }
    }

    pub(super) fn note(&mut self, arn: &str) {
        if self.partition.is_none() {
            self.partition = partition_of(arn).map(Arc::from);
        }
        if let Some(account) = account_of(arn) {
            self.note_account(account);
        }
    }

    fn note_account(&mut self, account: AccountId) {
        if self.accounts.len() < 2 && !self.accounts.contains(&account) {
            self.accounts.push(account);
        }
    }
}

impl ListedUsers {
    fn add(&mut self, user: &UserDetail<'_>) {
        self.arns.note(&user.arn);
        let entry = SnapshotUser {
            name: Arc::from(&*user.user_name),
            arn: self.arn(&user.arn, &user.user_name),
            groups: self.groups(&user.group_list),
        };
        self.users
            .push((Arc::from(&*user.user_id), Arc::new(entry)));
    }

    fn groups(&mut self, written: &[WrittenName<'_>]) -> Arc<BTreeSet<IamId>> {
        let mut key = String::new();
        for WrittenName(name) in written {
            // Writing to a string can't fail. The length tells where the name ends.
            if write!(key, "{}:{name}", name.len()).is_err() {
                break;
            }
        }
        let set = || written.iter().map(|WrittenName(name)| Arc::from(&**name));
        let known = self.groups.entry(key);
        Arc::clone(known.or_insert_with(|| Arc::new(set().collect())))
    }

    fn arn(&mut self, arn: &str, name: &str) -> UserArn {
        match (arn, arn.strip_suffix(name)) {
            ("", _) => UserArn::Unknown,
            (_, None) => UserArn::Whole(Arc::from(arn)),
            (_, Some(begin)) => {
                if let Some(known) = self.beginnings.get(begin) {
                    return UserArn::BeforeName(Arc::clone(known));
                }
                let begin: Arc<str> = Arc::from(begin);
                self.beginnings.insert(Arc::clone(&begin));
                UserArn::BeforeName(begin)
            }
        }
    }
}

impl<'de> Deserialize<'de> for ListedUsers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(OneByOne)
    }
}

struct OneByOne;

impl<'de> Visitor<'de> for OneByOne {
    type Value = ListedUsers;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // As serde says it of any list.
        f.write_str("a sequence")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<ListedUsers, A::Error> {
        let mut users = ListedUsers::default();
        while let Some(user) = list.next_element::<UserDetail<'de>>()? {
            users.add(&user);
        }
        Ok(users)
    }
}
