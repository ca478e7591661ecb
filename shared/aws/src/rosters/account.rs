//! Users, groups, roles and policies of the caller's own account.

use aws_sdk_iam::types::EntityType;
use rolewatch_guard::id::AccountId;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::take::{AccountReading, PeopleReading};
use rolewatch_live::port::Trouble;

use super::answers::AnswerTimes;
use super::retries;
use crate::connection::Connection;
use crate::details::{printed_group, printed_policy, printed_role, printed_user};
use crate::trouble::{refused, trouble};

/// How many entries a page holds: the most that IAM returns.
const PAGE: i32 = 1_000;

/// Reads IAM of the caller's own account.
#[derive(Debug)]
pub struct AccountRosters {
    iam: aws_sdk_iam::Client,
    sts: aws_sdk_sts::Client,
    answers: AnswerTimes,
}

impl AccountRosters {
    /// Creates the clients. Opens no connection.
    pub fn new(connection: &Connection) -> Self {
        let answers = AnswerTimes::default();
        let iam = aws_sdk_iam::config::Builder::from(&connection.config)
            .retry_config(retries())
            .interceptor(answers.clone())
            .build();
        Self {
            iam: aws_sdk_iam::Client::from_conf(iam),
            sts: aws_sdk_sts::Client::new(&connection.config),
            answers,
        }
    }

    /// The caller's account.
    pub async fn account(&self) -> Result<AccountId, Trouble> {
        const WHAT: &str = "sts:GetCallerIdentity";
        let caller = self.sts.get_caller_identity().send().await;
        let caller = caller.map_err(|error| trouble(WHAT, &error))?;
        let account = caller.account.unwrap_or_default();
        account
            .parse()
            .map_err(|_| refused(WHAT, &format!("`{account}` is not an account")))
    }

    /// Everything, and when AWS answered with the last page.
    pub async fn whole(&self) -> Result<(AccountReading, Moment), Trouble> {
        let reading = self.read(None).await?;
        Ok((reading, self.answers.last()))
    }

    /// Users and groups again. Roles and policies, which are the largest part of an account, are
    /// left out.
    pub async fn people(&self) -> Result<PeopleReading, Trouble> {
        let only = vec![EntityType::User, EntityType::Group];
        Ok(self.read(Some(only)).await?.people())
    }

    async fn read(&self, only: Option<Vec<EntityType>>) -> Result<AccountReading, Trouble> {
        let mut pages = self
            .iam
            .get_account_authorization_details()
            .set_filter(only)
            .max_items(PAGE)
            .into_paginator()
            .send();
        let mut reading = AccountReading::default();
        while let Some(page) = pages.next().await {
            let page =
                page.map_err(|error| trouble("iam:GetAccountAuthorizationDetails", &error))?;
            let users = page.user_detail_list().iter().map(printed_user);
            reading.users.extend(users);
            let groups = page.group_detail_list().iter().map(printed_group);
            reading.groups.extend(groups);
            let roles = page.role_detail_list().iter().map(printed_role);
            reading.roles.extend(roles);
            let policies = page.policies().iter().map(printed_policy);
            reading.policies.extend(policies);
            reading.truncated = page.is_truncated();
        }
        Ok(reading)
    }
}
