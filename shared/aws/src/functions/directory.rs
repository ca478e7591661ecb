//! IAM of every account, through the account's reader role.

use std::sync::Arc;

use aws_sdk_iam::operation::get_account_authorization_details::GetAccountAuthorizationDetailsOutput;
use aws_sdk_iam::operation::list_groups_for_user::ListGroupsForUserError;
use aws_sdk_iam::types::EntityType;
use rolewatch_guard::id::AccountId;
use rolewatch_guard::roster::Snapshot;
use serde_json::{Value, json};

use super::reader_credentials::ReaderCredentials;
use super::setup::{Durations, Printed};
use crate::connection::Connection;
use crate::rosters::CenterRosters;
use crate::trouble::{refused, trouble};
use rolewatch_live::port::{CenterPlace, Clock, Directory, GroupsNow, StoreGroupsNow, Trouble};

/// How many users and groups a page holds: the most that IAM returns.
const PAGE: i32 = 1_000;

/// The reader roles.
#[derive(Debug)]
pub struct ReaderRoles<C> {
    connection: Connection,
    /// For calls that IAM takes long to answer.
    patient: Connection,
    credentials: Arc<ReaderCredentials<C>>,
    /// The account whose reader role may read Identity Center.
    center_account: Option<AccountId>,
}

impl<C: Clock> ReaderRoles<C> {
    /// Creates the client. Opens no connection.
    pub fn new(connection: &Connection, credentials: Arc<ReaderCredentials<C>>) -> Self {
        Self {
            connection: connection.clone(),
            patient: connection.for_slow_answers(),
            credentials,
            center_account: None,
        }
    }

    /// Identity Center can be asked through this account's reader role.
    pub fn asking_center(self, center_account: Option<AccountId>) -> Self {
        Self {
            center_account,
            ..self
        }
    }

    async fn iam_client(
        &self,
        account: AccountId,
        connection: &Connection,
    ) -> Result<aws_sdk_iam::Client, Trouble> {
        let credentials = self.credentials.credentials(account).await?;
        let config = aws_sdk_iam::config::Builder::from(&connection.config)
            .credentials_provider(credentials)
            .build();
        Ok(aws_sdk_iam::Client::from_conf(config))
    }
}

impl<C: Clock> Directory for ReaderRoles<C> {
    async fn groups_of(&self, account: AccountId, user_name: &str) -> Result<GroupsNow, Trouble> {
        let mut pages = self
            .iam_client(account, &self.connection)
            .await?
            .list_groups_for_user()
            .user_name(user_name)
            .into_paginator()
            .send();
        let mut groups = Vec::new();
        while let Some(page) = pages.next().await {
            match page {
                Ok(page) => groups.extend(
                    page.groups
                        .into_iter()
                        .map(|group| (group.group_name, group.group_id)),
                ),
                Err(error)
                    if error
                        .as_service_error()
                        .is_some_and(ListGroupsForUserError::is_no_such_entity_exception) =>
                {
                    return Ok(GroupsNow::NoSuchUser);
                }
                Err(error) => {
                    let trouble = trouble(
                        &format!("iam:ListGroupsForUser in account {account}"),
                        &error,
                    );
                    return Err(self.credentials.hand_on(account, trouble));
                }
            }
        }
        Ok(GroupsNow::Member(groups))
    }

    async fn store_groups_of(
        &self,
        place: &CenterPlace,
        user: &str,
        groups: &[String],
    ) -> Result<StoreGroupsNow, Trouble> {
        if self.center_account != Some(place.account) {
            return Ok(StoreGroupsNow::NotRead);
        }
        let credentials = self.credentials.credentials(place.account).await?;
        let connection = self.connection.acting_as(credentials, &place.region);
        let rosters = CenterRosters::new(&connection);
        let answer = rosters.groups_of(&place.store, user, groups).await;
        answer.map_err(|trouble| self.credentials.hand_on(place.account, trouble))
    }

    async fn details(&self, account: AccountId) -> Result<Snapshot, Trouble> {
        let what = format!("iam:GetAccountAuthorizationDetails in account {account}");
        let request = self
            .iam_client(account, &self.patient)
            .await?
            .get_account_authorization_details();
        let mut pages = request
            // A roster doesn't need roles and policies, which are the largest part of an account.
            .filter(EntityType::User)
            .filter(EntityType::Group)
            .max_items(PAGE)
            .into_paginator()
            .send();
        let mut text = String::new();
        while let Some(page) = pages.next().await {
            match page {
                Ok(page) => text.push_str(&as_printed(&page)),
                Err(error) => {
                    return Err(self.credentials.hand_on(account, trouble(&what, &error)));
                }
            }
        }
        Snapshot::read(text.as_bytes(), None).map_err(|error| refused(&what, &error.to_string()))
    }

    async fn setup(&self, account: AccountId) -> Result<String, Trouble> {
        let iam = self.iam_client(account, &self.patient).await?;
        let what = format!("iam:GetAccountAuthorizationDetails in account {account}");
        let mut printed = Printed::default();
        let mut pages = iam
            .get_account_authorization_details()
            .max_items(PAGE)
            .into_paginator()
            .send();
        while let Some(page) = pages.next().await {
            printed.add(
                &page.map_err(|error| self.credentials.hand_on(account, trouble(&what, &error)))?,
            );
        }
        let what = format!("iam:ListRoles in account {account}");
        // The details lack MaxSessionDuration, so it is taken from the list of roles.
        let mut durations = Durations::new();
        let mut pages = iam.list_roles().max_items(PAGE).into_paginator().send();
        while let Some(page) = pages.next().await {
            let page =
                page.map_err(|error| self.credentials.hand_on(account, trouble(&what, &error)))?;
            let lasting = page
                .roles
                .into_iter()
                .filter_map(|role| Some((role.arn, role.max_session_duration?)));
            durations.extend(lasting);
        }
        Ok(printed.text(&durations))
    }
}

/// A page in the format of the AWS CLI, with only what a snapshot needs. A last page that says
/// `IsTruncated` is read as truncated.
fn as_printed(page: &GetAccountAuthorizationDetailsOutput) -> String {
    let users = page.user_detail_list().iter().map(|user| {
        json!({
            "UserName": user.user_name(),
            "UserId": user.user_id(),
            "Arn": user.arn(),
            "GroupList": user.group_list(),
        })
    });
    let groups = page.group_detail_list().iter().map(|group| {
        json!({
            "GroupName": group.group_name(),
            "GroupId": group.group_id(),
            "Arn": group.arn(),
        })
    });
    let (users, groups): (Vec<Value>, Vec<Value>) = (users.collect(), groups.collect());
    json!({"UserDetailList": users, "GroupDetailList": groups, "IsTruncated": page.is_truncated()})
        .to_string()
}
