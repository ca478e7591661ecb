//! The block `identity_center`, and an entry for each permission set that somebody can take.

use std::collections::{BTreeMap, BTreeSet};

use super::ways::trusted;
use super::written::{commented, is_policy, push_line, yaml_text};
use crate::arn::permission_set::{PATH, of_role};
use crate::arn::resource_of;
use crate::directory::{ListedPermissionSet, StoreSnapshot};
use crate::iam::Principal;
use crate::id::AccountId;
use crate::review::Setup;
use crate::review::view::listed;
use crate::seen::identity_center::Principal as Assignee;
use crate::untrusted::harmless;

/// Roles that AWS creates in the accounts of an organization for the management account.
const FOR_MANAGEMENT: [&str; 2] = ["OrganizationAccountAccessRole", "AWSControlTowerExecution"];

/// The Region that isn't part of the roles' path.
const WITHOUT_REGION: &str = "us-east-1";

/// What a draft says about Identity Center.
#[derive(Default)]
pub(super) struct CenterDraft {
    /// The block `identity_center`, or what to do about it.
    pub(super) block: String,
    /// An entry of `roles` for each permission set.
    pub(super) entries: Vec<String>,
}

impl CenterDraft {
    /// `called`: the names of the accounts. `accounts`: the key of the draft.
    pub(super) fn new(setup: &Setup, called: &BTreeMap<AccountId, String>, accounts: &str) -> Self {
        let mut stores = setup.stores();
        let (Some(store), None) = (stores.next(), stores.next()) else {
            return Self::without_roster(setup);
        };
        let block = block(setup, called, store);
        let is_whole = is_policy(accounts, &block, "");
        let mut draft = Self::default();
        if is_whole {
            draft.block = block;
        } else {
            draft.block.push_str(
                "# Replace the words in capitals, then uncomment this block and the entries with `permission_set` below.\n",
            );
            for line in block.lines() {
                push_line(&mut draft.block, &format!("# {line}"));
            }
        }
        draft.block.push('\n');
        for set in store.permission_sets.iter().flatten() {
            for (takers, assigned) in ways_of_set(store, set) {
                let entry = SetEntry {
                    set,
                    takers,
                    assigned,
                };
                let is_valid = |entry: &str| is_whole && is_policy(accounts, &draft.block, entry);
                draft.entries.push(entry.written(store, called, is_valid));
            }
        }
        draft
    }

    /// Without a roster, or with several, of which no one knows which is in use.
    fn without_roster(setup: &Setup) -> Self {
        let mut sets: BTreeSet<String> = BTreeSet::new();
        for account in setup.accounts() {
            let roles = account.roles.keys();
            sets.extend(roles.filter_map(|arn| of_role(arn)).map(harmless));
        }
        let stores = setup.stores().count();
        let block = if stores > 1 {
            format!(
                "# The files have rosters of {stores} identity stores: supply only the one in use, for its permission sets.\n\n"
            )
        } else if sets.is_empty() {
            String::new()
        } else {
            format!(
                "# People enter through IAM Identity Center, with these permission sets: {}. To draft entries for them, supply a roster\n\
                 # of Identity Center too (docs/audit.md shows how to take one).\n\n",
                listed(sets)
            )
        };
        Self {
            block,
            entries: Vec::new(),
        }
    }
}

/// The block, with words in capitals for what no file shows.
fn block(setup: &Setup, called: &BTreeMap<AccountId, String>, store: &StoreSnapshot) -> String {
    let mut text = String::from("identity_center:\n");
    let (account, why) = match management(setup) {
        Some(id) => (
            called.get(&id).map_or("ACCOUNT", String::as_str),
            "it looks like the management account. Is Identity Center enabled there?",
        ),
        None => (
            "ACCOUNT",
            "where Identity Center is enabled, usually the management account: its name above",
        ),
    };
    push_line(&mut text, &format!("  account: {account}   # {why}"));
    match home(setup) {
        Some(region) => push_line(
            &mut text,
            &format!(
                "  regions: [{region}]   # its home, by the path of its roles. Is it replicated to other Regions? Add them"
            ),
        ),
        None => push_line(
            &mut text,
            "  regions: [REGION]   # every Region that it is in, the home first",
        ),
    }
    push_line(
        &mut text,
        &format!("  identity_store: {}", yaml_text(&store.store)),
    );
    push_line(
        &mut text,
        "  # sign_in_lasts: 8h   # the session duration of the access portal, if it isn't 8 hours",
    );
    push_line(
        &mut text,
        "  # start_url: https://example.awsapps.com/start   # the address of the access portal",
    );
    text
}

/// The management account, if the roles that AWS creates for it trust one of the accounts.
fn management(setup: &Setup) -> Option<AccountId> {
    let mut found = BTreeSet::new();
    for account in setup.accounts() {
        let roles = account.roles.values();
        for role in roles.filter(|role| FOR_MANAGEMENT.contains(&role.name.as_str())) {
            found.extend(trusted(role).filter_map(Principal::account));
        }
    }
    match found.into_iter().collect::<Vec<_>>()[..] {
        [only] => setup.account(only).map(|account| account.id),
        _ => None,
    }
}

/// Identity Center's home Region, by the path of its roles.
fn home(setup: &Setup) -> Option<String> {
    let roles = setup.accounts().flat_map(|account| account.roles.keys());
    let mut regions: BTreeSet<&str> = BTreeSet::new();
    for arn in roles.filter(|arn| of_role(arn).is_some()) {
        let below = resource_of(arn)?
            .strip_prefix("role/")?
            .strip_prefix(PATH)?;
        regions.insert(
            below
                .split_once('/')
                .map_or(WITHOUT_REGION, |(region, _)| region),
        );
    }
    match regions.into_iter().collect::<Vec<_>>()[..] {
        [only] => Some(harmless(only)),
        _ => None,
    }
}

/// The groups and users who can take a permission set, by id.
#[derive(Default, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Takers {
    groups: BTreeSet<String>,
    users: BTreeSet<String>,
}

/// The accounts in which the same groups and users can take a permission set.
fn ways_of_set(
    store: &StoreSnapshot,
    set: &ListedPermissionSet,
) -> BTreeMap<Takers, BTreeSet<AccountId>> {
    let mut by_account: BTreeMap<AccountId, Takers> = BTreeMap::new();
    let assignments = store.assignments.iter().flatten();
    for one in assignments.filter(|one| one.permission_set == set.arn) {
        let takers = by_account.entry(one.account).or_default();
        match &one.principal {
            Assignee::Group(id) => takers.groups.insert(id.to_string()),
            Assignee::User(id) => takers.users.insert(id.to_string()),
        };
    }
    let mut ways: BTreeMap<Takers, BTreeSet<AccountId>> = BTreeMap::new();
    for (account, takers) in by_account {
        ways.entry(takers).or_default().insert(account);
    }
    ways
}

/// An entry for a permission set.
struct SetEntry<'a> {
    set: &'a ListedPermissionSet,
    takers: Takers,
    assigned: BTreeSet<AccountId>,
}

impl SetEntry<'_> {
    /// The entry; commented out if it isn't `is_valid`.
    fn written(
        &self,
        store: &StoreSnapshot,
        called: &BTreeMap<AccountId, String>,
        is_valid: impl FnOnce(&str) -> bool,
    ) -> String {
        let mut text = String::from("\n");
        self.write_takers(&mut text, store);
        let known: Vec<&str> = self
            .assigned
            .iter()
            .filter_map(|account| called.get(account).map(String::as_str))
            .collect();
        let unknown = self.assigned.iter().filter(|id| !called.contains_key(id));
        let unknown = listed(unknown.map(ToString::to_string));
        if !unknown.is_empty() {
            push_line(
                &mut text,
                &format!(
                    "  # Also assigned in {unknown}: to check it there, add the account to `accounts` above and below."
                ),
            );
        }
        let accounts = if known.is_empty() {
            "ACCOUNT".to_owned()
        } else {
            known.join(", ")
        };
        let entry = self.keys(store, &accounts);
        // Without a group, everybody would be allowed.
        if !self.takers.groups.is_empty() && !known.is_empty() && is_valid(&entry) {
            text.push_str(&entry);
        } else {
            text.push_str(&commented(&entry));
        }
        text
    }

    fn keys(&self, store: &StoreSnapshot, accounts: &str) -> String {
        let mut groups: Vec<String> = Vec::new();
        for id in &self.takers.groups {
            groups.push(yaml_text(&format!(
                "identity-center/{}",
                group_word(store, id)
            )));
        }
        if groups.is_empty() {
            groups.push("identity-center/GROUP".to_owned());
        }
        let mut text = String::new();
        let name = yaml_text(&self.set.name);
        push_line(&mut text, &format!("  - permission_set: {name}"));
        push_line(&mut text, &format!("    accounts: [{accounts}]"));
        push_line(&mut text, &format!("    groups: [{}]", groups.join(", ")));
        match self.set.session {
            Some(span) => push_line(
                &mut text,
                &format!(
                    "    max_session: {}      # SessionDuration today. Would less be enough?",
                    span.to_string().replace(' ', "")
                ),
            ),
            None => push_line(
                &mut text,
                "    # max_session: 1h    # how long is enough? The roster doesn't show SessionDuration",
            ),
        }
        push_line(
            &mut text,
            "    severity: high       # low | medium | high | critical: how bad would misuse be?",
        );
        text
    }

    fn write_takers(&self, text: &mut String, store: &StoreSnapshot) {
        let groups = self
            .takers
            .groups
            .iter()
            .map(|id| match store.groups.get(id.as_str()) {
                Some(name) => match store.members(id) {
                    1 => format!("{} (1 member)", harmless(name)),
                    members => format!("{} ({members} members)", harmless(name)),
                },
                None => format!("{} (not in the roster)", harmless(id)),
            });
        let groups = listed(groups);
        if !groups.is_empty() {
            push_line(
                text,
                &format!("  # Assigned to these groups: {groups}. Keep those that you intend."),
            );
        }
        let users = self.takers.users.iter().map(|id| {
            let user = store.users.get(id.as_str());
            harmless(user.map_or(id, |user| &user.name))
        });
        let users = listed(users);
        if !users.is_empty() {
            push_line(
                text,
                &format!(
                    "  # Assigned to users directly: {users}. Put them in a group, or delete the assignment (RW104)."
                ),
            );
        }
        if store.incomplete {
            push_line(
                text,
                "  # The roster isn't complete, so more people may be able to take it.",
            );
        }
    }
}

/// The group's name, or its id if the name doesn't say which group it is.
fn group_word<'a>(store: &'a StoreSnapshot, id: &'a str) -> &'a str {
    let name = store.groups.get(id).map_or("", |name| name);
    let is_only = store.group_named(name).is_some_and(|only| **only == *id);
    let is_word = !name.contains(['*', '/']) && name == name.trim() && harmless(name) == name;
    if is_only && is_word && !name.is_empty() {
        name
    } else {
        id
    }
}
