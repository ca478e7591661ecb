//! Users, groups, permission sets and assignments of Identity Center.

use std::collections::BTreeSet;

use aws_sdk_identitystore::operation::is_member_in_groups::IsMemberInGroupsError;
use aws_sdk_identitystore::operation::list_group_memberships::ListGroupMembershipsError;
use aws_sdk_identitystore::primitives::{DateTime, DateTimeFormat};
use aws_sdk_identitystore::types::{Group, GroupMembership, MemberId, User};
use aws_sdk_ssoadmin::operation::describe_permission_set::DescribePermissionSetError;
use aws_sdk_ssoadmin::operation::list_account_assignments::ListAccountAssignmentsError;
use aws_sdk_ssoadmin::operation::list_accounts_for_provisioned_permission_set::ListAccountsForProvisionedPermissionSetError;
use aws_sdk_ssoadmin::types::AccountAssignment;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use rolewatch_guard::moment::Moment;
use rolewatch_guard::take::{
    CenterInstance, StoreAssignment, StoreGrants, StoreGroup, StoreMember, StoreMembership,
    StorePermissionSet, StoreReading, StoreUser,
};
use rolewatch_live::port::{StoreGroupsNow, Trouble};

use super::answers::AnswerTimes;
use super::retries;
use crate::connection::Connection;
use crate::trouble::{refused, trouble};

/// How many entries a page holds: the most that Identity Center returns.
const PAGE: i32 = 100;

/// The most groups that Identity Center accepts in one question.
const MOST_GROUPS: usize = 100;

/// How many groups, or permission sets, are read at once. More would only be throttled.
const AT_ONCE: usize = 3;

/// Reads Identity Center of the caller's organization.
#[derive(Debug)]
pub struct CenterRosters {
    identities: aws_sdk_identitystore::Client,
    admin: aws_sdk_ssoadmin::Client,
    answers: AnswerTimes,
}

impl CenterRosters {
    /// Creates the clients. Opens no connection.
    pub fn new(connection: &Connection) -> Self {
        let answers = AnswerTimes::default();
        let identities = aws_sdk_identitystore::config::Builder::from(&connection.config)
            .retry_config(retries())
            .interceptor(answers.clone())
            .build();
        let admin = aws_sdk_ssoadmin::config::Builder::from(&connection.config)
            .retry_config(retries())
            .build();
        Self {
            identities: aws_sdk_identitystore::Client::from_conf(identities),
            admin: aws_sdk_ssoadmin::Client::from_conf(admin),
            answers,
        }
    }

    /// The instances that the caller can read in this Region.
    pub async fn instances(&self) -> Result<Vec<CenterInstance>, Trouble> {
        const WHAT: &str = "sso:ListInstances";
        let mut pages = self.admin.list_instances().into_paginator().send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| trouble(WHAT, &error))?;
            for instance in page.instances.unwrap_or_default() {
                let both = instance.instance_arn.zip(instance.identity_store_id);
                let (arn, store) = both
                    .ok_or_else(|| refused(WHAT, "an instance has no ARN or no identity store"))?;
                found.push(CenterInstance {
                    arn,
                    store,
                    owner: instance.owner_account_id,
                    name: instance.name,
                });
            }
        }
        Ok(found)
    }

    /// Users, groups and memberships, and when AWS gave the last answer.
    pub async fn directory(&self, store: &str) -> Result<(StoreReading, Moment), Trouble> {
        let users = self.users(store).await?;
        let groups = self.groups(store).await?;
        let memberships: Vec<Vec<StoreMembership>> = stream::iter(&groups)
            .map(|group| self.memberships(store, &group.group_id))
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        let reading = StoreReading {
            users,
            groups,
            group_memberships: memberships.into_iter().flatten().collect(),
        };
        Ok((reading, self.answers.last()))
    }

    /// Permission sets, and who may take them in which account.
    pub async fn grants(&self, instance: &str) -> Result<StoreGrants, Trouble> {
        let arns = self.permission_set_arns(instance).await?;
        let read: Vec<Option<(StorePermissionSet, Vec<StoreAssignment>)>> = stream::iter(&arns)
            .map(|arn| self.grants_of_set(instance, arn))
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        let mut grants = StoreGrants::default();
        for (set, assignments) in read.into_iter().flatten() {
            grants.permission_sets.push(set);
            grants.account_assignments.extend(assignments);
        }
        Ok(grants)
    }

    /// In which of some groups a user is.
    pub async fn groups_of(
        &self,
        store: &str,
        user: &str,
        groups: &[String],
    ) -> Result<StoreGroupsNow, Trouble> {
        let mut member = BTreeSet::new();
        for some in groups.chunks(MOST_GROUPS) {
            let request = self.identities.is_member_in_groups();
            let request = request.identity_store_id(store);
            let request = request.member_id(MemberId::UserId(user.to_owned()));
            let answer = request.set_group_ids(Some(some.to_vec())).send().await;
            let answer = match answer {
                Err(error)
                    if error
                        .as_service_error()
                        .is_some_and(IsMemberInGroupsError::is_resource_not_found_exception) =>
                {
                    return Ok(StoreGroupsNow::NotThere);
                }
                answer => {
                    answer.map_err(|error| trouble("identitystore:IsMemberInGroups", &error))?
                }
            };
            let found = answer
                .results
                .into_iter()
                .filter(|one| one.membership_exists);
            member.extend(found.filter_map(|one| one.group_id));
        }
        Ok(StoreGroupsNow::Member(member))
    }

    async fn users(&self, store: &str) -> Result<Vec<StoreUser>, Trouble> {
        let request = self.identities.list_users().identity_store_id(store);
        let mut pages = request.max_results(PAGE).into_paginator().send();
        let mut users = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| trouble("identitystore:ListUsers", &error))?;
            users.extend(page.users.into_iter().map(listed_user));
        }
        Ok(users)
    }

    async fn groups(&self, store: &str) -> Result<Vec<StoreGroup>, Trouble> {
        let request = self.identities.list_groups().identity_store_id(store);
        let mut pages = request.max_results(PAGE).into_paginator().send();
        let mut groups = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| trouble("identitystore:ListGroups", &error))?;
            groups.extend(page.groups.into_iter().map(listed_group));
        }
        Ok(groups)
    }

    /// A group that was deleted since it was listed has no members. The second reading doesn't list
    /// it, so the roster doesn't either.
    async fn memberships(&self, store: &str, group: &str) -> Result<Vec<StoreMembership>, Trouble> {
        const WHAT: &str = "identitystore:ListGroupMemberships";
        let request = self.identities.list_group_memberships();
        let request = request.identity_store_id(store).group_id(group);
        let mut pages = request.max_results(PAGE).into_paginator().send();
        let mut memberships = Vec::new();
        while let Some(page) = pages.next().await {
            let page = match page {
                Err(error)
                    if error.as_service_error().is_some_and(
                        ListGroupMembershipsError::is_resource_not_found_exception,
                    ) =>
                {
                    return Ok(Vec::new());
                }
                page => page.map_err(|error| trouble(WHAT, &error))?,
            };
            for membership in page.group_memberships {
                memberships.push(listed_membership(membership, group));
            }
        }
        Ok(memberships)
    }

    async fn permission_set_arns(&self, instance: &str) -> Result<Vec<String>, Trouble> {
        let request = self.admin.list_permission_sets().instance_arn(instance);
        let mut pages = request.max_results(PAGE).into_paginator().send();
        let mut arns = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| trouble("sso:ListPermissionSets", &error))?;
            arns.extend(page.permission_sets.unwrap_or_default());
        }
        Ok(arns)
    }

    /// A permission set with its assignments. `None`: it was deleted since it was listed.
    async fn grants_of_set(
        &self,
        instance: &str,
        arn: &str,
    ) -> Result<Option<(StorePermissionSet, Vec<StoreAssignment>)>, Trouble> {
        let Some(set) = self.described(instance, arn).await? else {
            return Ok(None);
        };
        let mut assignments = Vec::new();
        for account in self.accounts(instance, arn).await? {
            assignments.extend(self.assignments(instance, arn, &account).await?);
        }
        Ok(Some((set, assignments)))
    }

    async fn described(
        &self,
        instance: &str,
        arn: &str,
    ) -> Result<Option<StorePermissionSet>, Trouble> {
        const WHAT: &str = "sso:DescribePermissionSet";
        let request = self.admin.describe_permission_set().instance_arn(instance);
        let set = match request.permission_set_arn(arn).send().await {
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(DescribePermissionSetError::is_resource_not_found_exception) =>
            {
                return Ok(None);
            }
            set => set.map_err(|error| trouble(WHAT, &error))?.permission_set,
        };
        let set = set.ok_or_else(|| refused(WHAT, "the answer has no permission set"))?;
        let name = set
            .name
            .ok_or_else(|| refused(WHAT, "the permission set has no name"))?;
        Ok(Some(StorePermissionSet {
            permission_set_arn: arn.to_owned(),
            name,
            session_duration: set.session_duration,
        }))
    }

    /// The accounts in which a permission set is provisioned.
    async fn accounts(&self, instance: &str, arn: &str) -> Result<Vec<String>, Trouble> {
        type Gone = ListAccountsForProvisionedPermissionSetError;
        let request = self.admin.list_accounts_for_provisioned_permission_set();
        let request = request.instance_arn(instance).permission_set_arn(arn);
        let mut pages = request.max_results(PAGE).into_paginator().send();
        let mut accounts = Vec::new();
        while let Some(page) = pages.next().await {
            let page = match page {
                Err(error)
                    if error
                        .as_service_error()
                        .is_some_and(Gone::is_resource_not_found_exception) =>
                {
                    return Ok(Vec::new());
                }
                page => page.map_err(|error| {
                    trouble("sso:ListAccountsForProvisionedPermissionSet", &error)
                })?,
            };
            accounts.extend(page.account_ids.unwrap_or_default());
        }
        Ok(accounts)
    }

    async fn assignments(
        &self,
        instance: &str,
        arn: &str,
        account: &str,
    ) -> Result<Vec<StoreAssignment>, Trouble> {
        const WHAT: &str = "sso:ListAccountAssignments";
        let request = self.admin.list_account_assignments();
        let request = request
            .instance_arn(instance)
            .permission_set_arn(arn)
            .account_id(account);
        let mut pages = request.max_results(PAGE).into_paginator().send();
        let mut assignments = Vec::new();
        while let Some(page) = pages.next().await {
            let page = match page {
                Err(error)
                    if error.as_service_error().is_some_and(
                        ListAccountAssignmentsError::is_resource_not_found_exception,
                    ) =>
                {
                    return Ok(Vec::new());
                }
                page => page.map_err(|error| trouble(WHAT, &error))?,
            };
            for assignment in page.account_assignments.unwrap_or_default() {
                assignments.push(listed_assignment(assignment, arn, account));
            }
        }
        Ok(assignments)
    }
}

fn listed_user(user: User) -> StoreUser {
    StoreUser {
        user_id: user.user_id,
        user_name: user.user_name,
        user_status: user.user_status.map(|status| status.as_str().to_owned()),
    }
}

fn listed_group(group: Group) -> StoreGroup {
    StoreGroup {
        group_id: group.group_id,
        display_name: group.display_name,
    }
}

fn listed_membership(membership: GroupMembership, group: &str) -> StoreMembership {
    let user_id = match membership.member_id {
        Some(MemberId::UserId(user)) => Some(user),
        _ => None,
    };
    StoreMembership {
        membership_id: membership.membership_id,
        group_id: membership.group_id.unwrap_or_else(|| group.to_owned()),
        member_id: StoreMember { user_id },
        created_at: membership.created_at.as_ref().and_then(written),
    }
}

fn written(time: &DateTime) -> Option<String> {
    time.fmt(DateTimeFormat::DateTime).ok()
}

/// The request's own permission set and account stand in for those of an answer without them.
fn listed_assignment(assignment: AccountAssignment, arn: &str, account: &str) -> StoreAssignment {
    StoreAssignment {
        account_id: assignment.account_id.unwrap_or_else(|| account.to_owned()),
        permission_set_arn: assignment
            .permission_set_arn
            .unwrap_or_else(|| arn.to_owned()),
        principal_type: assignment
            .principal_type
            .map(|kind| kind.as_str().to_owned())
            .unwrap_or_default(),
        principal_id: assignment.principal_id.unwrap_or_default(),
    }
}
