//! Everything that was supplied to a review.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::account::Account;
use super::input::{Input, Outsider};
use crate::arn::account_of;
use crate::directory::StoreSnapshot;
use crate::id::AccountId;
use crate::untrusted::harmless;

/// A line of `aws iam get-credential-report`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CredentialReportLine {
    /// The user's ARN.
    pub arn: String,
    /// `mfa_active`
    pub has_mfa: bool,
}

/// Everything that was supplied. The order of adding doesn't matter.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    accounts: BTreeMap<AccountId, Account>,
    /// `MaxSessionDuration` by role ARN, in seconds.
    durations: BTreeMap<String, i64>,
    outsiders: BTreeSet<Outsider>,
    /// Whether each user has an MFA device, by ARN.
    credentials: BTreeMap<String, bool>,
    /// Rosters of Identity Center, by identity store.
    stores: BTreeMap<Arc<str>, StoreSnapshot>,
}

impl Setup {
    /// Adds a file.
    ///
    /// # Errors
    /// If it contradicts another file: when two files describe an account differently, it isn't
    /// known which one is current.
    pub fn add(&mut self, input: Input) -> Result<(), String> {
        match input {
            Input::Account(account) => self.add_account(*account)?,
            Input::Durations(durations) => {
                for (arn, seconds) in durations {
                    let known = self.durations.insert(arn.clone(), seconds);
                    if known.is_some_and(|known| known != seconds) {
                        return Err(format!(
                            "it gives {} a different MaxSessionDuration than another file",
                            harmless(&arn)
                        ));
                    }
                }
            }
            Input::Outsiders(outsiders) => self.outsiders.extend(outsiders),
        }
        Ok(())
    }

    /// The pages of one account may be in separate files.
    fn add_account(&mut self, mut account: Account) -> Result<(), String> {
        let Some(known) = self.accounts.get_mut(&account.id) else {
            self.accounts.insert(account.id, account);
            return Ok(());
        };
        known.truncated &= account.truncated;
        known.lists.extend(account.lists);
        for (arn, role) in &mut account.roles {
            // Not every file says when a role was created; that isn't a contradiction.
            if let Some(known) = known.roles.get_mut(arn) {
                known.created = known.created.or(role.created);
                role.created = role.created.or(known.created);
            }
        }
        let contradiction = |what: &str| {
            format!(
                "{} differs from another file of account {}",
                harmless(what),
                known.id
            )
        };
        joined(&mut known.users, account.users).map_err(|arn| contradiction(&arn))?;
        joined(&mut known.groups, account.groups)
            .map_err(|name| contradiction(&format!("group {name}")))?;
        joined(&mut known.roles, account.roles).map_err(|arn| contradiction(&arn))?;
        joined(&mut known.managed, account.managed).map_err(|arn| contradiction(&arn))
    }

    /// Adds a roster of Identity Center.
    ///
    /// # Errors
    /// If another file lists the same identity store differently.
    pub fn add_store(&mut self, snapshot: StoreSnapshot) -> Result<(), String> {
        let known = self.stores.get(&snapshot.store);
        if known.is_some_and(|known| *known != snapshot) {
            return Err(format!(
                "it differs from another file of identity store {}",
                harmless(&snapshot.store)
            ));
        }
        self.stores.insert(Arc::clone(&snapshot.store), snapshot);
        Ok(())
    }

    /// The rosters of Identity Center, by identity store.
    pub fn stores(&self) -> impl Iterator<Item = &StoreSnapshot> {
        self.stores.values()
    }

    /// Replaces the state of an account and returns the previous one.
    pub fn exchange(&mut self, account: Account) -> Option<Account> {
        self.accounts.insert(account.id, account)
    }

    /// Adds the lines of a credential report.
    pub fn add_credentials(&mut self, credentials: impl IntoIterator<Item = CredentialReportLine>) {
        self.credentials
            .extend(credentials.into_iter().map(|line| (line.arn, line.has_mfa)));
    }

    /// The accounts, by id.
    pub fn accounts(&self) -> impl Iterator<Item = &Account> {
        self.accounts.values()
    }

    /// The findings of Access Analyzer.
    pub fn outsiders(&self) -> impl Iterator<Item = &Outsider> {
        self.outsiders.iter()
    }

    pub(crate) fn account(&self, id: AccountId) -> Option<&Account> {
        self.accounts.get(&id)
    }

    pub(crate) fn duration(&self, arn: &str) -> Option<i64> {
        self.durations.get(arn).copied()
    }

    /// Whether a credential report of the account was supplied.
    pub(crate) fn has_credentials_of(&self, account: AccountId) -> bool {
        self.credentials
            .keys()
            .any(|arn| account_of(arn) == Some(account))
    }

    pub(crate) fn has_credentials(&self) -> bool {
        !self.credentials.is_empty()
    }

    /// Whether a user has an MFA device; `None`: no report has a line for them.
    pub(crate) fn has_mfa(&self, arn: &str) -> Option<bool> {
        self.credentials.get(arn).copied()
    }
}

/// Adds entries. Returns the key of one that contradicts a known one.
fn joined<T: PartialEq>(
    known: &mut BTreeMap<String, T>,
    more: BTreeMap<String, T>,
) -> Result<(), String> {
    for (key, value) in more {
        if known.get(&key).is_some_and(|known| *known != value) {
            return Err(key);
        }
        known.insert(key, value);
    }
    Ok(())
}
