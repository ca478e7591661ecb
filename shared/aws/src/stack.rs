//! What belongs to a stack, found by the stack's name: its tables and its bucket.

use aws_sdk_dynamodb::Client as Tables;
use aws_sdk_s3::Client as Buckets;
use rolewatch_guard::moment::Moment;
use rolewatch_live::port::Trouble;
use rolewatch_live::settings::TableNames;

use crate::connection::Connection;
use crate::trouble::{refused, trouble};

/// The names of a stack's tables and bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackParts {
    /// Ledger and outbox.
    pub tables: TableNames,
    /// The bucket of policy and rosters.
    pub bucket: String,
}

impl StackParts {
    /// Finds them among the tables and buckets of the account. CloudFormation names them after the
    /// stack and the resource, with random characters at the end.
    ///
    /// # Errors
    /// Returns the error of a call, or [`Trouble::Refused`] if the Region has no such stack.
    pub async fn find(connection: &Connection, stack: &str) -> Result<Self, Trouble> {
        let Some(region) = connection.config.region() else {
            let why = "no Region is set: set `AWS_REGION` to the hub's Region";
            return Err(refused("finding the stack", why));
        };
        let tables = Tables::new(&connection.config);
        let ledger = newest_table(&tables, &format!("{stack}-LedgerTable-")).await?;
        let outbox = newest_table(&tables, &format!("{stack}-OutboxTable-")).await?;
        let (Some(ledger), Some(outbox)) = (ledger, outbox) else {
            return Err(refused(
                "finding the stack",
                &format!("{region} has no tables of a stack `{stack}` in this account"),
            ));
        };
        Ok(Self {
            tables: TableNames {
                ledger: Some(ledger),
                outbox,
            },
            bucket: newest_bucket(&Buckets::new(&connection.config), stack).await?,
        })
    }
}

/// The table whose name is the prefix and random characters. Stacks keep their tables when they are
/// replaced, so there may be several: the newest is in use.
async fn newest_table(client: &Tables, prefix: &str) -> Result<Option<String>, Trouble> {
    let mut pages = client.list_tables().into_paginator().send();
    let mut named = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| trouble("dynamodb:ListTables", &error))?;
        for name in page.table_names.unwrap_or_default() {
            if name.strip_prefix(prefix).is_some_and(is_random) {
                named.push(name);
            }
        }
    }
    if let [_] = &*named {
        return Ok(named.pop());
    }
    let mut newest = None;
    for name in named {
        let described = client.describe_table().table_name(&name).send().await;
        let described = described.map_err(|error| trouble("dynamodb:DescribeTable", &error))?;
        let created = described.table.and_then(|table| table.creation_date_time);
        newest = newest.max(Some((created.map(|time| time.secs()), name)));
    }
    Ok(newest.map(|(_, name)| name))
}

async fn newest_bucket(client: &Buckets, stack: &str) -> Result<String, Trouble> {
    const WHAT: &str = "s3:ListAllMyBuckets";
    let prefix = format!("{}-statebucket-", stack.to_ascii_lowercase());
    let mut pages = client
        .list_buckets()
        .prefix(&prefix)
        .into_paginator()
        .send();
    let mut newest = None;
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| trouble(WHAT, &error))?;
        for bucket in page.buckets.unwrap_or_default() {
            let name = bucket.name.unwrap_or_default();
            let is_named = name.strip_prefix(&prefix).is_some_and(is_random);
            if is_named {
                let created = bucket.creation_date;
                let created = created.map(|time| Moment::from_epoch_seconds(time.secs()));
                newest = newest.max(Some((created, name)));
            }
        }
    }
    let newest = newest.map(|(_, name)| name);
    newest.ok_or_else(|| refused(WHAT, &format!("no bucket is called `{prefix}…`")))
}

/// Whether a text looks like what CloudFormation adds to names. The stacks `watch` and
/// `watch-LedgerTable-x` would otherwise be the same.
fn is_random(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
