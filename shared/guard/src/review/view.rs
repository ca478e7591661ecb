//! The setup as the rules see it.

use super::account::{Account, Group, Role, User};
use super::center::store_of;
use super::gap::{DetailList, Gap, MissingPart};
use super::setup::Setup;
use crate::arn::{AWS, RoleArn, iam_arn, partition_of};
use crate::catalogue;
use crate::directory::StoreSnapshot;
use crate::elevated::{UnmatchedEntry, unmatched_among};
use crate::iam::{IamDocument, Truth};
use crate::id::AccountId;
use crate::policy::{GroupName, GroupRef, Policy, RolePolicy};
use crate::text;
use crate::text::Text;
use crate::untrusted::harmless;

/// The most names in a sentence.
const NAMED: usize = 5;

/// The setup and the policy, with the questions that the rules ask about both.
pub(crate) struct SetupView<'a> {
    pub(super) setup: &'a Setup,
    pub(super) policy: &'a Policy,
    /// The elevated roles that were supplied, by account and ARN.
    pub(super) elevated: Vec<ElevatedTarget<'a>>,
    /// The roster of the policy's identity store.
    pub(super) store: Option<&'a StoreSnapshot>,
    /// Allows everything: an account that isn't ours may allow its own people anything.
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
    /// The role's partition: `aws`, `aws-cn` and so on.
    pub(super) fn partition(&self) -> &str {
        partition_of(&self.role.arn).unwrap_or(AWS)
    }
}

impl<'a> SetupView<'a> {
    pub(super) fn new(setup: &'a Setup, policy: &'a Policy) -> Self {
        let roles = setup
            .accounts()
            .flat_map(|account| account.roles.values().map(move |role| (account, role)));
        // Service-linked roles are left out: nobody can change their trust policy or permissions,
        // and only their service can enter them.
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
        // The text is a constant, so this can't fail. An empty document would deny everything that
        // depends on it, which the tests would show.
        let anything = IamDocument::read(&all).unwrap_or(IamDocument {
            statements: Vec::new(),
        });
        Self {
            setup,
            policy,
            elevated: elevated.collect(),
            store: store_of(setup, policy),
            anything,
        }
    }

    /// An ARN in an account for which nothing was supplied. Its partition is the role's, because
    /// nobody can enter a role of another partition.
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
            // A pattern may leave the partition open. Then any supplied role shows it, because an
            // organization is in one partition.
            partition_of(rules.arn.as_str()).or_else(given),
            account,
            resource,
        )
    }

    /// `production`, or `account 444455556666`.
    pub(super) fn account_shown(&self, id: AccountId) -> Text {
        self.policy.account_name(id).map_or_else(
            || text!("account {account}", account = id),
            |name| harmless(name).into(),
        )
    }

    /// `UpdateApp in production`
    pub(super) fn role_in_account(&self, target: &ElevatedTarget<'_>) -> Text {
        text!(
            "{role} in {account}",
            role = harmless(&target.role.name),
            account = self.account_shown(target.account.id)
        )
    }

    /// `UpdateApp in production, BreakGlass in production`
    pub(super) fn places(&self, targets: &[ElevatedTarget<'_>]) -> Text {
        listed(targets.iter().map(|target| self.role_in_account(target)))
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

    /// The sentence that says what wasn't supplied.
    pub(super) fn gap_sentence(&self, gap: Gap) -> Text {
        gap.sentence_for(&self.account_shown(gap.account))
    }

    /// Policy entries for roles in an account whose roles weren't supplied, each with its ARN in
    /// that account.
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
                // A pattern may match more roles than were supplied.
                let is_whole = !rules.arn.has_wildcards() && self.elevated.iter().any(is_its);
                // A role that was supplied can be judged even if the list is truncated; only roles
                // that aren't there are missing.
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

    /// Groups of the entries that `asks` selects, if the group or its members weren't supplied;
    /// each once.
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

    /// The groups of a role that were supplied.
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
                .find(|group| is_same_group(named, group))
                .map(|group| (account, group))
        })
    }

    /// Whether the policy allows members of the group to enter the role.
    pub(super) fn admits(rules: &RolePolicy, account: AccountId, group: &Group) -> bool {
        rules
            .groups
            .iter()
            .any(|named| named.account == account && is_same_group(named, group))
    }

    /// Whether the policy allows the user to enter the role.
    ///
    /// If the group list wasn't supplied, only the names of the user's groups are known. Whether
    /// one of them has the id in the policy is then open.
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
            // IAM doesn't distinguish names by case.
            GroupName::ByName(known) => Truth::from(known.eq_ignore_ascii_case(name)),
            GroupName::ById(id) if account.groups.values().any(|group| group.id == *id) => {
                Truth::No
            }
            GroupName::ById(id) => Truth::open(text!(
                "whether group {name} has the id {id}: no group in the supplied files has that id",
                name,
                id
            )),
        }))
    }

    /// Entries of the policy that narrowly miss a supplied role.
    pub(super) fn near_misses(&self) -> Vec<Text> {
        self.unmatched()
            .iter()
            .filter(|entry| entry.is_near_miss())
            .map(UnmatchedEntry::sentence_with_line)
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

    /// Information that isn't a finding.
    pub(super) fn notices(&self) -> Vec<Text> {
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
                notices.push(entry.sentence_with_line());
            }
        }
        for rules in &self.policy.roles {
            for group in &rules.groups {
                let account = self.setup.account(group.account);
                if account.is_some_and(|account| {
                    !account
                        .groups
                        .values()
                        .any(|known| is_same_group(group, known))
                }) {
                    notices.push(text!(
                        "group {group} doesn't exist (line {line} of the policy)",
                        group = harmless(&group.written),
                        line = rules.groups_line
                    ));
                }
            }
        }
        let is_off = self
            .policy
            .off(&catalogue::HUMAN_WITHOUT_MFA_DEVICE)
            .is_some();
        if !self.setup.has_credentials() && !is_off {
            notices.push(text!(
                "RW106 was not checked: no credential report was supplied"
            ));
        }
        notices.extend(self.center_notices());
        notices.sort();
        notices.dedup();
        notices
    }
}

fn is_same_group(named: &GroupRef, group: &Group) -> bool {
    match &named.group {
        GroupName::ByName(name) => name.eq_ignore_ascii_case(&group.name),
        GroupName::ById(id) => *id == group.id,
    }
}

/// `a, b and c`, with a number for those beyond the fifth.
pub(super) fn listed<T: Into<Text>>(names: impl IntoIterator<Item = T>) -> Text {
    let mut names: Vec<Text> = names.into_iter().map(Into::into).collect();
    let more = names.len().saturating_sub(NAMED);
    if more > 0 {
        names.truncate(NAMED);
        let names = Text::list(names, text!(", "));
        return text!("{names} and {more} more", names, more);
    }
    Text::listed(names)
}

/// The name at the end of an ARN.
pub(super) fn name_of(arn: &str) -> String {
    harmless(arn.rsplit(['/', ':']).next().unwrap_or(arn))
}
