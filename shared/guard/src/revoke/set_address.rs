//! Where a permission set is administered, as far as the policy, the logs and the rosters show it.

use std::collections::BTreeSet;

use super::role_plan::InRole;
use crate::arn::permission_set::{PermissionSetArn, region_of_role};
use crate::dossier::Person;
use crate::id::AccountId;
use crate::seen::identity_center::GrantChange;
use crate::seen::{CenterKind, Fact, StoreUser};
use crate::world::facts_in_force;

/// The home of Identity Center if a role's path has no Region.
const WITHOUT_REGION: &str = "us-east-1";

/// What the commands for a permission set need to know.
pub(super) struct SetAddress {
    /// The account that Identity Center is in.
    pub(super) account: Option<AccountId>,
    /// The home Region of Identity Center.
    pub(super) region: Option<String>,
    /// The identity store.
    pub(super) store: Option<String>,
    /// The ARN of the permission set.
    pub(super) set: Option<String>,
    /// The ARN of the instance of Identity Center.
    pub(super) instance: Option<String>,
}

impl SetAddress {
    pub(super) fn find(of: &InRole<'_, '_, '_>, set: &str) -> Self {
        let user = store_user(&of.origin.person);
        // The policy's Identity Center may not be the one that the person is a user of.
        let settings = of.case.policy.identity_center.as_ref();
        let settings = settings
            .filter(|settings| user.is_none_or(|user| user.store == settings.identity_store));
        let issuer = of
            .targets
            .iter()
            .flat_map(|target| &target.switch.halves)
            .find_map(|half| half.mint.center_account);
        let account = issuer.or_else(|| Some(settings?.account));
        let settings = settings.filter(|settings| account == Some(settings.account));
        let store = user
            .map(|user| user.store.to_string())
            .or_else(|| Some(settings?.identity_store.to_string()));
        let region = region_of_role(of.role.as_str())
            .map(str::to_owned)
            .or_else(|| Some(settings?.home().to_owned()))
            .or_else(|| (of.role.partition() == "aws").then(|| WITHOUT_REGION.to_owned()));
        let arns = KnownArns::find(of, account, store.as_deref());
        let known = arns.only_of(set);
        Self {
            account,
            region,
            instance: arns.only_instance(known.as_deref()),
            set: known,
            store,
        }
    }
}

/// The user of an identity store that a person is.
pub(super) fn store_user(person: &Person) -> Option<&StoreUser> {
    match person {
        Person::StoreUser(user) => Some(user),
        _ => None,
    }
}

/// The ARNs of permission sets that rosters and logs show, with the names of the sets.
struct KnownArns(BTreeSet<(Option<String>, String)>);

impl KnownArns {
    fn find(of: &InRole<'_, '_, '_>, account: Option<AccountId>, store: Option<&str>) -> Self {
        let mut known = Self(BTreeSet::new());
        // Without the store or the account, another organization's set could have the same name.
        if let Some(store) = store {
            for roster in of.case.rosters.of_store(store) {
                for set in roster.permission_sets.iter().flatten() {
                    known.add(Some(&set.name), &set.arn);
                }
            }
        }
        let directory = of.case.policy.identity_center.as_ref();
        for (_, fact) in facts_in_force(of.case.world) {
            let Fact::IdentityCenter(event) = fact else {
                continue;
            };
            let administers = account == Some(event.account)
                || directory.is_some_and(|settings| {
                    account == Some(settings.account) && settings.is_administered_in(event.account)
                });
            if let (true, CenterKind::Grant(change)) = (administers, &event.what) {
                known.add_change(change);
            }
        }
        known
    }

    fn add(&mut self, name: Option<&str>, arn: &str) {
        if let Some(arn) = PermissionSetArn::parse(arn) {
            self.0
                .insert((name.map(str::to_owned), arn.text.to_owned()));
        }
    }

    fn add_change(&mut self, change: &GrantChange) {
        match change {
            GrantChange::PermissionSet {
                arn: Some(arn),
                name,
            } => self.add(name.as_deref(), arn),
            // An assignment doesn't show the set's name, only the instance.
            GrantChange::Assignment {
                permission_set: Some(arn),
                ..
            } => self.add(None, arn),
            _ => {}
        }
    }

    /// The ARN of the set with this name. Several: one of them was deleted, and it isn't known
    /// which.
    fn only_of(&self, set: &str) -> Option<String> {
        let mut arns = self
            .0
            .iter()
            .filter(|(name, _)| name.as_deref() == Some(set))
            .map(|(_, arn)| arn);
        let only = arns.next()?;
        arns.all(|other| other == only).then(|| only.clone())
    }

    /// The instance of the set, or the only one that is known.
    fn only_instance(&self, set: Option<&str>) -> Option<String> {
        let instance = |arn: &str| Some(PermissionSetArn::parse(arn)?.instance());
        if let Some(set) = set {
            return instance(set);
        }
        let all: BTreeSet<String> = self.0.iter().filter_map(|(_, arn)| instance(arn)).collect();
        all.first().filter(|_| all.len() == 1).cloned()
    }
}
