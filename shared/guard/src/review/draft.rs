//! Drafts a policy file from the current setup, with comments on what has to be decided.

mod center;
mod entry;
mod pipeline;
mod ways;
mod written;

use std::collections::{BTreeMap, BTreeSet};

use super::Setup;
use super::account::{Account, Role};
use super::gap::DetailList;
use super::view::listed;
use crate::iam::Principal;
use crate::id::AccountId;
use crate::untrusted::harmless;
use center::CenterDraft;
use entry::draft_entry;
use pipeline::pipeline_entry;
use ways::trusted;
use written::{is_policy, push_line};

/// Drafts `rolewatch.yaml`: the roles and permission sets that people and pipelines can enter today,
/// the groups that allow it, and limits. `names` has the names of accounts, if known.
pub fn draft_policy(setup: &Setup, names: &BTreeMap<AccountId, String>) -> String {
    let called = called(setup, names);
    let mut text = String::from(
        "# Drafted by `rolewatch init` from what IAM allows today. It's a starting point: go through every comment, decide, then delete it.\n\
         # `rolewatch policy check` validates the file; `rolewatch review` shows what IAM allows beyond it.\n\
         version: 1\n\
         \n\
         # The trusted accounts: every account whose people may switch roles, and every account that has such a role. Choose the names yourself.\n",
    );
    let mut accounts = String::from("accounts:\n");
    for account in setup.accounts() {
        account_entry(&mut accounts, account, &called);
    }
    text.push_str(&accounts);
    for (account, roles) in trusted_and_not_given(setup) {
        let roles = listed(roles);
        push_line(
            &mut text,
            &format!(
                "  # \"{account}\": NAME   # trusted by {roles}; nothing about it was supplied. If it's yours, supply its authorization"
            ),
        );
        push_line(
            &mut text,
            "  #                        details too. If it's a third party's, its callers violate RW007 until you list it here.",
        );
    }
    let center = CenterDraft::new(setup, &called, &accounts);
    text.push('\n');
    text.push_str(&center.block);
    text.push_str("# deny (default) | allow: AssumeRoot, the short-lived root session in a member account.\nassume_root: deny\n\n");
    text.push_str("# The elevated roles. The first matching entry applies. Roles that only services, other roles or users of SAML providers can\n");
    text.push_str("# enter are left out: add those that are dangerous.\n");
    let is_valid = |entry: &str| is_policy(&accounts, "", entry);
    let of_role = |(account, role)| {
        draft_entry(setup, &called, account, role)
            .or_else(|| pipeline_entry(setup, account, role, is_valid))
    };
    let mut entries: Vec<String> = editable_roles(setup).filter_map(of_role).collect();
    entries.extend(center.entries);
    if entries.iter().any(|entry| entry.contains("\n  - ")) {
        text.push_str("roles:\n");
    } else {
        text.push_str(
            "# No role was found for which a complete entry can be drafted.\nroles: []\n",
        );
    }
    text.extend(entries);
    text
}

/// The account's line in `accounts`, and what its details lack.
fn account_entry(text: &mut String, account: &Account, called: &BTreeMap<AccountId, String>) {
    let (users, groups, roles) = account.counts();
    let name = called.get(&account.id).cloned().unwrap_or_default();
    push_line(
        text,
        &format!(
            "  \"{}\": {name}   # {users} users, {groups} groups, {roles} roles",
            account.id
        ),
    );
    let missing: Vec<&str> = account
        .missing_lists()
        .into_iter()
        .map(DetailList::key)
        .collect();
    if !missing.is_empty() {
        push_line(
            text,
            &format!(
                "  # {} of this account was not supplied, so more people may be able to enter than",
                missing.join(", ")
            ),
        );
        push_line(
            text,
            "  # the entries below say, and roles may be missing. Export the details again without `--filter`.",
        );
    }
}

/// Names of accounts, without duplicates.
fn called(setup: &Setup, names: &BTreeMap<AccountId, String>) -> BTreeMap<AccountId, String> {
    let mut called: BTreeMap<AccountId, String> = BTreeMap::new();
    for account in setup.accounts() {
        let plain = |name: &&String| {
            name.starts_with(|c: char| c.is_ascii_alphabetic())
                && name
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        };
        let word = |name: &&String| {
            !matches!(
                name.to_ascii_lowercase().as_str(),
                "true" | "false" | "yes" | "no" | "on" | "off" | "null" | "y" | "n"
            )
        };
        let name = names
            .get(&account.id)
            .filter(plain)
            .filter(word)
            .filter(|name| !called.values().any(|other| other == *name));
        let name = name
            .cloned()
            .unwrap_or_else(|| format!("account-{}", account.id));
        called.insert(account.id, name);
    }
    called
}

fn editable_roles(setup: &Setup) -> impl Iterator<Item = (&Account, &Role)> {
    let roles = setup
        .accounts()
        .flat_map(|account| account.roles.values().map(move |role| (account, role)));
    roles.filter(|(_, role)| !role.is_service_linked())
}

fn trusted_and_not_given(setup: &Setup) -> BTreeMap<AccountId, BTreeSet<String>> {
    let mut unknown: BTreeMap<AccountId, BTreeSet<String>> = BTreeMap::new();
    for (_, role) in editable_roles(setup) {
        for account in trusted(role)
            .filter_map(Principal::account)
            .filter(|account| setup.account(*account).is_none())
        {
            unknown
                .entry(account)
                .or_default()
                .insert(harmless(&role.name));
        }
    }
    unknown
}

#[cfg(test)]
mod tests;
