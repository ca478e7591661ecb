//! The result of one invocation.

use std::collections::BTreeMap;

use rolewatch_live::telemetry::{Count, Metrics};

use crate::key::LogKey;
use crate::recover::FileRecovery;

/// The counts of one invocation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ArchiveReport {
    /// Log files that were read, at least in part.
    pub files: u64,
    /// Objects that aren't log files: digests, Insights and others.
    pub ignored: u64,
    /// Log files that couldn't be read, or not to their end.
    pub files_unread: u64,
    /// Records that couldn't be read.
    pub records_unread: u64,
    /// Unreadable messages, which are kept in the bucket, and events in log files that AWS didn't
    /// send, which are noted there.
    pub quarantined: u64,
    /// Messages to be delivered again, and files to be retried.
    pub failed: u64,
    /// Events that EventBridge had enough time to deliver but didn't, by account and Region.
    pub missed: BTreeMap<[String; 2], u64>,
    /// Events that weren't known but may still arrive.
    pub early: u64,
}

impl ArchiveReport {
    /// The counts as metrics. `function` is the function's name in the code.
    pub fn metrics(&self, function: &'static str) -> Metrics {
        let mut metrics = Metrics::of_function(function);
        for (what, count) in [
            (Count::LogFiles, self.files),
            (Count::LogFilesUnread, self.files_unread),
            (Count::RecordsUnread, self.records_unread),
            (Count::Quarantined, self.quarantined),
            (Count::Failed, self.failed),
            (Count::Missed, self.missed.values().sum()),
            (Count::Early, self.early),
        ] {
            metrics.count(what, count);
        }
        for ([account, region], missed) in &self.missed {
            metrics.count_in(account, region, Count::Missed, *missed);
        }
        metrics
    }

    pub(crate) fn add(&mut self, log: &LogKey<'_>, recovered: FileRecovery) {
        let FileRecovery {
            missed,
            early,
            records_unread,
            not_evidence,
            file_unread,
        } = recovered;
        self.files += 1;
        self.files_unread += u64::from(file_unread);
        self.records_unread += records_unread;
        self.quarantined += not_evidence;
        self.early += early;
        if missed > 0 {
            *self
                .missed
                .entry([log.account.to_string(), log.region.to_owned()])
                .or_default() += missed;
        }
    }
}
