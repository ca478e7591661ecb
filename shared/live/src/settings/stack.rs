//! The settings of every function that works with the ledger.

use super::reader::{Noted, VariableReader};
use super::variables;
use super::{TableNames, TopicArn, bucket, table_name, web_address};

/// For switch-guard, session-auditor and archive-auditor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackSettings {
    /// The two tables.
    pub tables: TableNames,
    /// `ROLEWATCH_BUCKET`: the bucket for policy, rosters, quarantine and history.
    pub bucket: String,
    /// `ROLEWATCH_OPERATIONS_TOPIC_ARN`: the topic for problems of rolewatch itself.
    pub operations_topic: TopicArn,
    /// `ROLEWATCH_QUEUE_URL`: the queue of events that feeds switch-guard.
    pub queue_url: String,
}

impl StackSettings {
    pub(super) fn read(read: &mut VariableReader<'_>) -> Result<Self, Noted> {
        let ledger = read.required(&variables::LEDGER_TABLE, table_name);
        let outbox = read.required(&variables::OUTBOX_TABLE, table_name);
        let bucket = read.required(&variables::BUCKET, bucket);
        let operations_topic = read.required(&variables::OPERATIONS_TOPIC, TopicArn::parse);
        let queue_url = read.required(&variables::QUEUE_URL, web_address);
        Ok(Self {
            tables: TableNames {
                ledger: Some(ledger?),
                outbox: outbox?,
            },
            bucket: bucket?,
            operations_topic: operations_topic?,
            queue_url: queue_url?,
        })
    }
}
