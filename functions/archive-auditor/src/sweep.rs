//! Sweeps the trail's log files of the last hours, for buckets without notifications and for
//! notifications that were lost.
//!
//! The ledger knows each file that was processed, and until when the trail was swept. So the next
//! run continues where a stopped one left off, and two runs at once do no harm.

use futures_util::stream::{self, StreamExt};
use rolewatch_guard::id::AccountId;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::untrusted::harmless;
use rolewatch_live::ledger::{mark_sweep, read_files, swept_until};
use rolewatch_live::port::Trouble;

use crate::key::{LogKey, is_organization, is_region, key_base};
use crate::recover::{TrailReader, recover};
use crate::time::{FILE_TAKES, FIRST_SWEEP, LONGEST_SWEEP, SWEEPS_OVERLAP};
use crate::{ArchivePorts, ArchiveReport, TrailBucket};

/// How many files are read at a time.
const AT_ONCE: usize = 8;

/// Reads all files of the window that weren't processed yet. Returns `true` if the window is done.
pub(crate) async fn sweep<O: ArchivePorts>(
    outside: &O,
    reader: &TrailReader<'_>,
    trail: &TrailBucket,
    at: Moment,
    deadline: Option<Moment>,
    report: &mut ArchiveReport,
) -> Result<bool, Trouble> {
    let known = swept_until(outside, &trail.bucket, &trail.prefix).await?;
    let from = known
        .map_or(at.plus_seconds(-FIRST_SWEEP), |until| {
            until.plus_seconds(-SWEEPS_OVERLAP)
        })
        .max(at.plus_seconds(-LONGEST_SWEEP));
    let mut whole = true;
    for (account, region, folder) in log_folders(outside, trail).await? {
        for day in days_between(from, at) {
            let begins = format!("{folder}{day}/");
            // A file name begins with account, Region and the minute of its delivery.
            let after = format!("{begins}{account}_CloudTrail_{region}_{}", minute(from));
            let mut after = if day == date_path(from) {
                after
            } else {
                begins.clone()
            };
            loop {
                let listed = outside.keys(&trail.bucket, &begins, &after).await?;
                let keys: Vec<&str> = listed.keys.iter().map(|(key, _)| key.as_str()).collect();
                whole &= read_new_files(
                    outside,
                    reader,
                    trail,
                    (&begins, &keys),
                    at,
                    deadline,
                    report,
                )
                .await?;
                match keys.last() {
                    Some(last) if listed.more && whole => after = (*last).to_owned(),
                    _ => break,
                }
            }
        }
    }
    if whole {
        mark_sweep(outside, &trail.bucket, &trail.prefix, at, at).await?;
    }
    Ok(whole)
}

/// Reads those of the files that weren't processed yet. Returns `false` if time is up or a file may
/// not be read.
async fn read_new_files<O: ArchivePorts>(
    outside: &O,
    reader: &TrailReader<'_>,
    trail: &TrailBucket,
    (folder, keys): (&str, &[&str]),
    at: Moment,
    deadline: Option<Moment>,
    report: &mut ArchiveReport,
) -> Result<bool, Trouble> {
    let logs: Vec<LogKey<'_>> = keys
        .iter()
        .filter_map(|key| LogKey::parse(key, &trail.prefix))
        .collect();
    report.ignored += (keys.len() - logs.len()) as u64;
    let names: Vec<&str> = logs.iter().map(|log| log.parted().1).collect();
    let read = read_files(outside, &trail.bucket, folder, &names).await?;
    let open = logs
        .into_iter()
        .filter(|log| !read.contains(log.parted().1));
    let mut outcomes = stream::iter(open)
        .map(|log| async move {
            if deadline.is_some_and(|deadline| deadline.seconds_since(outside.now()) < FILE_TAKES) {
                return (log, None);
            }
            (
                log,
                Some(recover(outside, reader, &trail.bucket, log, at).await),
            )
        })
        .buffer_unordered(AT_ONCE);
    let mut whole = true;
    while let Some((log, outcome)) = outcomes.next().await {
        match outcome {
            Some(Ok(recovered)) => report.add(&log, recovered),
            // A file without read permission doesn't keep others from being read. The next sweep
            // tries it again.
            Some(Err(trouble @ Trouble::Refused { .. })) => {
                tracing::error!(key = harmless(log.text), %trouble, "can't read a log file of the trail");
                report.failed += 1;
                whole = false;
            }
            Some(Err(trouble)) => return Err(trouble),
            None => whole = false,
        }
    }
    Ok(whole)
}

/// The account, the Region and the folder of each log.
async fn log_folders<O: ArchivePorts>(
    outside: &O,
    trail: &TrailBucket,
) -> Result<Vec<(AccountId, String, String)>, Trouble> {
    let base = key_base(&trail.prefix);
    let mut accounts = Vec::new();
    for folder in outside.folders(&trail.bucket, &base).await? {
        let name = folder.trim_end_matches('/');
        if is_organization(name) {
            let inner = format!("{base}{folder}");
            let members = outside.folders(&trail.bucket, &inner).await?;
            accounts.extend(members.into_iter().map(|member| (inner.clone(), member)));
        } else {
            accounts.push((base.clone(), folder));
        }
    }
    let mut logs = Vec::new();
    for (before, folder) in accounts {
        let Ok(account) = folder.trim_end_matches('/').parse::<AccountId>() else {
            continue;
        };
        let regions = format!("{before}{folder}CloudTrail/");
        for region in outside.folders(&trail.bucket, &regions).await? {
            let name = region.trim_end_matches('/');
            if is_region(name) {
                logs.push((account, name.to_owned(), format!("{regions}{region}")));
            }
        }
    }
    Ok(logs)
}

/// The folder of each day in the window, such as `2026/03/02`.
fn days_between(from: Moment, until: Moment) -> Vec<String> {
    let mut days = Vec::new();
    let mut at = from;
    while date_path(at) < date_path(until) {
        days.push(date_path(at));
        at = at.plus_seconds(86_400);
    }
    days.push(date_path(until));
    days
}

fn date_path(time: Moment) -> String {
    time.to_string()
        .get(..10)
        .unwrap_or_default()
        .replace('-', "/")
}

/// A minute as in file names, such as `20260302T0905`.
fn minute(time: Moment) -> String {
    time.to_string()
        .get(..16)
        .unwrap_or_default()
        .replace(['-', ':'], "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_has_all_the_days_that_it_touches() {
        let of =
            |from: &str, until: &str| days_between(from.parse().unwrap(), until.parse().unwrap());
        assert_eq!(
            of("2026-02-28T23:59:59Z", "2026-03-01T00:00:00Z"),
            ["2026/02/28", "2026/03/01"]
        );
        assert_eq!(
            of("2026-03-01T23:00:00Z", "2026-03-03T01:00:00Z"),
            ["2026/03/01", "2026/03/02", "2026/03/03"]
        );
        assert_eq!(
            of("2026-03-01T01:00:00Z", "2026-03-01T01:00:00Z"),
            ["2026/03/01"]
        );
        assert_eq!(
            minute("2026-03-01T01:02:03Z".parse().unwrap()),
            "20260301T0102"
        );
    }
}
