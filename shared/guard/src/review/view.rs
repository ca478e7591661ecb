//! A set-up as the rules see it.

use super::account::{Account, Group, Role, User};
use super::gap::{DetailList, Gap, MissingPart};
use super::setup::Setup;
use crate::arn::{AWS, RoleArn, iam_arn, partition_of};
use crate::elevated::{UnmatchedEntry, unmatched_among};
use crate::iam::{IamDocument, Truth};
use crate::id::AccountId;
use crate::policy::{GroupName, GroupRef, Policy, RolePolicy};
use crate::untrusted::harmless;

/// How many names a sentence has.
const NAMED: usize = 5;

/// A set-up and the policy, with what the rules ask of both.
pub(crate) struct SetupView<'a> {
    pub(super) setup: &'a Setup,
    pub(super) policy: &'a Policy,
    /// The elevated roles that were given, by account and ARN.
    pub(super) elevated: Vec<ElevatedTarget<'a>>,
    /// Allows everything: what an account that is not ours may say of its own people.
    pub(super) anything: IamDocument,
}

/// An elevated role.
#[derive(Clone, Copy)]
pub(super) struct ElevatedTarget<'a> {
    pub(super) account: &'a Account,
    pub(super) role: &'a Role,
    pub(super) rules: &'a RolePolicy,
}

impl ElevatedTarget<'_> {
    /// The partition that the role is in: `aws`, `aws-cn` and so on.
    pub(super) fn partition(&self) -> &str {
        partition_of(&self.role.arn).unwrap_or(AWS)
    }
}

impl<'a> SetupView<'a> {
    pub(super) fn new(setup: &'a Setup, policy: &'a Policy) -> Self {
        let roles = setup
            .accounts()
            .flat_map(|account| account.roles.values().map(move |role| (account, role)));
        // Whom a service-linked role lets in, and what it may do, nobody can change; only its
        // service enters.
        let elevated = roles
            .filter(|(_, role)| !role.is_service_linked())
            .filter_map(|(account, role)| {
                let rules = policy.role_for(&RoleArn::parse(&role.arn).ok()?)?;
                Some(ElevatedTarget {
                    account,
                    role,
                    rules,
                })
            });
        let all =
            serde_json::json!({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}});
        // It is read from a constant; an empty one would allow nothing, and what hangs on it would
        // be denied and so be seen in the tests.
        let anything = IamDocument::read(&all).unwrap_or(IamDocument {
            statements: Vec::new(),
        });
        Self {
            setup,
            policy,
            elevated: elevated.collect(),
            anything,
        }
    }

    /// An ARN of an account of which nothing was given. Who may enter a role is of the role's
    /// partition.
    pub(super) fn arn_not_given(
        &self,
        rules: &RolePolicy,
        account: AccountId,
        resource: &str,
    ) -> String {
        let given = || {
            self.setup
                .accounts()
                .flat_map(|account| account.roles.values())
                .find_map(|role| partition_of(&role.arn))
        };
        iam_arn(
            // A pattern may leave the partition open. Then any role that was given shows it: an
            // organization lies in one partition.
            partition_of(rules.arn.as_str()).or_else(given),
            account,
            resource,
        )
    }

    /// `production`, or `account 444455556666`.
    pub(super) fn account_shown(&self, id: AccountId) -> String {
        self.policy
            .account_name(id)
            .map_or_else(|| format!("account {id}"), harmless)
    }

    /// `UpdateApp in production`
    pub(super) fn place(&self, target: &ElevatedTarget<'_>) -> String {
        format!(
            "{} in {}",
            harmless(&target.role.name),
            self.account_shown(target.account.id)
        )
    }

    /// `UpdateApp in production, BreakGlass in production`
    pub(super) fn places(&self, targets: &[ElevatedTarget<'_>]) -> String {
        listed(targets.iter().map(|target| self.place(target)))
    }

    /// What is missing of an account, if one of these lists is needed.
    pub(super) fn gap(&self, account: AccountId, lists: &[DetailList]) -> Option<Gap> {
        match self.setup.account(account) {
            None => Some(Gap {
                account,
                part: MissingPart::Details,
            }),
            Some(account) => lists.iter().find_map(|list| account.gap(*list)),
        }
    }

    /// `no authorization details of production were given`
    pub(super) fn lacks(&self, gap: Gap) -> String {
        gap.of(&self.account_shown(gap.account))
    }

    /// Entries of the policy's roles in an account of which the roles were not given, each with its
    /// ARN in that account.
    pub(super) fn roles_not_given(&self) -> Vec<(&'a RolePolicy, String, Gap)> {
        let mut entries = Vec::new();
        for rules in &self.policy.roles {
            let accounts: Vec<AccountId> = match rules.arn.account() {
                Some(account) => vec![account],
                None => self
                    .policy
                    .accounts
                    .keys()
                    .copied()
                    .filter(|account| rules.arn.may_be_in(*account))
                    .collect(),
            };
            for account in accounts {
                let is_its = |target: &ElevatedTarget<'_>| {
                    target.account.id == account && std::ptr::eq(target.rules, rules)
                };
                // A pattern may match more roles than those that were given.
                let is_whole = !rules.arn.has_wildcards() && self.elevated.iter().any(is_its);
                // A role that was given can be judged even if the list is cut off; only what is not
                // there is missing.
                if let Some(gap) = self
                    .gap(account, &[DetailList::Roles])
                    .filter(|_| !is_whole)
                {
                    entries.push((rules, rules.arn.in_account(account), gap));
                }
            }
        }
        entries
    }

    /// Groups of entries that `asks` picks, where the group or its members were not given, each
    /// once.
    pub(super) fn groups_not_given(
        &self,
        asks: fn(&RolePolicy) -> bool,
    ) -> Vec<(&'a GroupRef, &'a RolePolicy, Gap)> {
        let mut groups: Vec<(&GroupRef, &RolePolicy, Gap)> = Vec::new();
        let policy = self.policy;
        for rules in policy.roles.iter().filter(|rules| asks(rules)) {
            for group in &rules.groups {
                let Some(gap) = self.gap(group.account, &[DetailList::Groups, DetailList::Users])
                else {
                    continue;
                };
                if !groups
                    .iter()
                    .any(|(known, ..)| known.account == group.account && known.group == group.group)
                {
                    groups.push((group, rules, gap));
                }
            }
        }
        groups
    }

    /// The groups of a role that were given.
    pub(super) fn groups_of(
        &self,
        rules: &'a RolePolicy,
    ) -> impl Iterator<Item = (&'a Account, &'a Group)> {
        let setup = self.setup;
        rules.groups.iter().filter_map(move |named| {
            let account = setup.account(named.account)?;
            account
                .groups
                .values()
                .find(|group| is(named, group))
                .map(|group| (account, group))
        })
    }

    /// Whether the policy lets members of the group into the role.
    pub(super) fn admits(rules: &RolePolicy, account: AccountId, group: &Group) -> bool {
        rules
            .groups
            .iter()
            .any(|named| named.account == account && is(named, group))
    }

    /// Whether the policy lets the user into the role.
    ///
    /// Where the group list was not given, only the names of the user's groups are known; whether
    /// one of them has the id that the policy says is open.
    pub(super) fn admits_user(rules: &RolePolicy, account: &Account, user: &User) -> Truth {
        Truth::any(user.groups.iter().map(|name| match account.group(name) {
            Some(group) => Truth::from(Self::admits(rules, account.id, group)),
            None => Self::admits_named(rules, account, name),
        }))
    }

    fn admits_named(rules: &RolePolicy, account: &Account, name: &str) -> Truth {
        let named = rules
            .groups
            .iter()
            .filter(|named| named.account == account.id);
        Truth::any(named.map(|named| match &named.group {
            // IAM tells no two names apart by case.
            GroupName::ByName(known) => Truth::from(known.eq_ignore_ascii_case(name)),
            GroupName::ById(id) if account.groups.values().any(|group| group.id == *id) => {
                Truth::No
            }
            GroupName::ById(id) => Truth::open(format!(
                "whether group {name} has the id {id}: the group is not in what was supplied"
            )),
        }))
    }

    /// Entries of the policy that only just miss a role that was given.
    pub(super) fn near_misses(&self) -> Vec<String> {
        self.unmatched()
            .iter()
            .filter(|entry| entry.is_near_miss())
            .map(sentence)
            .collect()
    }

    fn unmatched(&self) -> Vec<UnmatchedEntry> {
        let roles = self
            .setup
            .accounts()
            .flat_map(|account| account.roles.values());
        let roles = roles
            .filter(|role| !role.is_service_linked())
            .filter_map(|role| RoleArn::parse(&role.arn).ok());
        unmatched_among(roles, self.policy)
    }

    /// What is to be known apart from findings.
    pub(super) fn notices(&self) -> Vec<String> {
        let mut notices = Vec::new();
        for entry in self
            .unmatched()
            .iter()
            .filter(|entry| !entry.is_near_miss())
        {
            if entry
                .pattern
                .account()
                .is_none_or(|account| self.setup.account(account).is_some())
            {
                notices.push(sentence(entry));
            }
        }
        for rules in &self.policy.roles {
            for group in &rules.groups {
                let account = self.setup.account(group.account);
                if account
                    .is_some_and(|account| !account.groups.values().any(|known| is(group, known)))
                {
                    notices.push(format!(
                        "group {} doesn't exist (line {} of the policy)",
                        harmless(&group.written),
                        rules.groups_line
                    ));
                }
            }
        }
        if !self.setup.has_credentials() {
            notices.push("RW106 was not checked: no credential report was supplied".to_owned());
        }
        notices.sort();
        notices.dedup();
        notices
    }
}

fn sentence(entry: &UnmatchedEntry) -> String {
    format!("line {} of the policy: {entry}", entry.line)
}

fn is(named: &GroupRef, group: &Group) -> bool {
    match &named.group {
        GroupName::ByName(name) => name.eq_ignore_ascii_case(&group.name),
        GroupName::ById(id) => *id == group.id,
    }
}

/// `a, b and c`, with a number for those beyond the fifth.
pub(super) fn listed(names: impl IntoIterator<Item = String>) -> String {
    let names: Vec<String> = names.into_iter().collect();
    match &*names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] if names.len() <= NAMED => format!("{} and {last}", first.join(", ")),
        many => {
            let first: Vec<&str> = many.iter().take(NAMED).map(String::as_str).collect();
            format!("{} and {} more", first.join(", "), many.len() - NAMED)
        }
    }
}

/// The name at the end of an ARN.
pub(super) fn name_of(arn: &str) -> String {
    harmless(arn.rsplit(['/', ':']).next().unwrap_or(arn))
}
