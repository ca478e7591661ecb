//! IAM of every account, through the reader role there.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use aws_sdk_iam::config::Credentials;
use aws_sdk_iam::operation::get_account_authorization_details::GetAccountAuthorizationDetailsOutput;
use aws_sdk_iam::operation::list_groups_for_user::ListGroupsForUserError;
use aws_sdk_iam::types::EntityType;
use rolewatch_guard::id::AccountId;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::roster::Snapshot;
use serde_json::{Value, json};

use super::connection::Connection;
use super::trouble::{refused, trouble};
use crate::port::{Clock, Directory, GroupsNow, Trouble};

/// How rolewatch's own sessions are called, in CloudTrail and in the trust policy of the reader roles.
const SESSION: &str = "rolewatch";

/// For how long it is let in, in seconds: the least that STS grants.
const LIFETIME: i32 = 900;

/// How long before their end credentials are renewed, in seconds: a call and its repetitions must fit in.
const RENEWED: i64 = 120;

/// So many users and groups a page: the most that IAM gives.
const PAGE: i32 = 1_000;

/// The reader roles. Credentials are kept until shortly before they expire.
#[derive(Debug)]
pub struct ReaderRoles<C> {
    connection: Connection,
    sts: aws_sdk_sts::Client,
    partition: String,
    role: String,
    clock: C,
    doors: Mutex<BTreeMap<AccountId, Door>>,
}

/// A way into an account.
#[derive(Debug, Clone)]
struct Door {
    iam: aws_sdk_iam::Client,
    closes: Moment,
}

impl<C: Clock> ReaderRoles<C> {
    /// Opens nothing yet. `role` is the name, without a path, that the role has in every account; `partition` is mostly `aws`.
    pub fn new(connection: &Connection, partition: &str, role: &str, clock: C) -> Self {
        Self {
            connection: connection.clone(),
            sts: aws_sdk_sts::Client::new(&connection.config),
            partition: partition.to_owned(),
            role: role.to_owned(),
            clock,
            doors: Mutex::default(),
        }
    }

    async fn door(&self, account: AccountId) -> Result<aws_sdk_iam::Client, Trouble> {
        let now = self.clock.now();
        let known = self.doors.lock().unwrap_or_else(PoisonError::into_inner).get(&account).cloned();
        if let Some(door) = known.filter(|door| door.closes.seconds_since(now) > RENEWED) {
            return Ok(door.iam);
        }
        let door = self.open(account).await?;
        let iam = door.iam.clone();
        self.doors.lock().unwrap_or_else(PoisonError::into_inner).insert(account, door);
        Ok(iam)
    }

    async fn open(&self, account: AccountId) -> Result<Door, Trouble> {
        let what = format!("sts:AssumeRole in account {account}");
        let role = format!("arn:{}:iam::{account}:role/{}", self.partition, self.role);
        let entered = self.sts.assume_role().role_arn(role).role_session_name(SESSION).duration_seconds(LIFETIME).send().await;
        let entered = entered.map_err(|error| trouble(&what, &error))?;
        let issued = entered.credentials.ok_or_else(|| refused(&what, "it gave no credentials"))?;
        let closes = Moment::from_epoch_seconds(issued.expiration.secs());
        let credentials = Credentials::new(issued.access_key_id, issued.secret_access_key, Some(issued.session_token), None, SESSION);
        let config = aws_sdk_iam::config::Builder::from(&self.connection.config).credentials_provider(credentials).build();
        Ok(Door { iam: aws_sdk_iam::Client::from_conf(config), closes })
    }

    /// What was let in before may have been shut out since.
    fn shut(&self, account: AccountId) {
        self.doors.lock().unwrap_or_else(PoisonError::into_inner).remove(&account);
    }
}

impl<C: Clock> Directory for ReaderRoles<C> {
    async fn groups_of(&self, account: AccountId, user_name: &str) -> Result<GroupsNow, Trouble> {
        let mut pages = self.door(account).await?.list_groups_for_user().user_name(user_name).into_paginator().send();
        let mut groups = Vec::new();
        while let Some(page) = pages.next().await {
            match page {
                Ok(page) => groups.extend(page.groups.into_iter().map(|group| (group.group_name, group.group_id))),
                Err(error) if error.as_service_error().is_some_and(ListGroupsForUserError::is_no_such_entity_exception) => {
                    return Ok(GroupsNow::NoSuchUser);
                }
                Err(error) => {
                    let trouble = trouble(&format!("iam:ListGroupsForUser in account {account}"), &error);
                    if matches!(trouble, Trouble::Refused { .. }) {
                        self.shut(account);
                    }
                    return Err(trouble);
                }
            }
        }
        Ok(GroupsNow::Member(groups))
    }

    async fn details(&self, account: AccountId) -> Result<Snapshot, Trouble> {
        let what = format!("iam:GetAccountAuthorizationDetails in account {account}");
        let request = self.door(account).await?.get_account_authorization_details();
        let mut pages = request.filter(EntityType::User).filter(EntityType::Group).max_items(PAGE).into_paginator().send();
        let mut text = String::new();
        while let Some(page) = pages.next().await {
            match page {
                Ok(page) => text.push_str(&as_printed(&page)),
                Err(error) => {
                    let trouble = trouble(&what, &error);
                    if matches!(trouble, Trouble::Refused { .. }) {
                        self.shut(account);
                    }
                    return Err(trouble);
                }
            }
        }
        Snapshot::read(text.as_bytes(), None).map_err(|error| refused(&what, &error.to_string()))
    }
}

/// A page as the AWS CLI prints it, without what a snapshot has no use for. One that says `IsTruncated` and is the last is read as such.
fn as_printed(page: &GetAccountAuthorizationDetailsOutput) -> String {
    let users = page
        .user_detail_list()
        .iter()
        .map(|user| json!({"UserName": user.user_name(), "UserId": user.user_id(), "Arn": user.arn(), "GroupList": user.group_list()}));
    let groups = page
        .group_detail_list()
        .iter()
        .map(|group| json!({"GroupName": group.group_name(), "GroupId": group.group_id(), "Arn": group.arn()}));
    let (users, groups): (Vec<Value>, Vec<Value>) = (users.collect(), groups.collect());
    json!({"UserDetailList": users, "GroupDetailList": groups, "IsTruncated": page.is_truncated()}).to_string()
}
