//! Logs that lie in S3: `s3://bucket/prefix` in place of a path.

#[cfg(feature = "aws")]
mod aws;
#[cfg(not(feature = "aws"))]
mod without_aws;

use std::path::{Path, PathBuf};
use std::sync::mpsc::SyncSender;

use rolewatch_archive::is_log;

#[cfg(feature = "aws")]
pub(super) use aws::S3Store;
#[cfg(not(feature = "aws"))]
pub(super) use without_aws::S3Store;

use crate::exit::{Failure, shown_path};
use crate::report::words::number;

/// What a path in S3 begins with.
const SCHEME: &str = "s3://";

/// An object that was fetched, or why it wasn't.
pub(super) struct FetchedObject {
    pub(super) object: LogObject,
    pub(super) outcome: Result<Vec<u8>, String>,
}

/// An object to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LogObject {
    /// `s3://bucket/key`: what it is called in a report.
    pub(super) name: PathBuf,
    pub(super) bucket: String,
    pub(super) key: String,
    /// Bytes as stored.
    pub(super) size: u64,
}

impl LogObject {
    /// Whether it lies under the prefix.
    pub(super) fn is_under(&self, (bucket, prefix): (&str, &str)) -> bool {
        self.bucket == bucket && self.key.starts_with(prefix)
    }
}

/// Where objects come from.
pub(super) trait ObjectStore: Sync {
    /// Keys and sizes under a prefix, by key. It may stop after more than `most`.
    fn list(&self, bucket: &str, prefix: &str, most: usize) -> Result<Vec<(String, u64)>, String>;

    /// Fetches objects, many at a time and in any order, until nobody takes them any more.
    fn fetch(&self, objects: Vec<LogObject>, to: &SyncSender<FetchedObject>);
}

/// Bucket and prefix, where a path is one of S3.
pub(crate) fn bucket_and_prefix(path: &Path) -> Option<(&str, &str)> {
    let rest = path.to_str()?.strip_prefix(SCHEME)?;
    Some(rest.split_once('/').unwrap_or((rest, "")))
}

/// What lies under the paths of S3, each object once.
#[derive(Debug, Default)]
pub(super) struct ListedObjects {
    pub(super) objects: Vec<LogObject>,
    /// Objects that aren't logs by their names.
    pub(super) skipped: Vec<PathBuf>,
}

/// Lists all that is to be read, in order; at most `most` objects.
pub(super) fn list(
    store: &impl ObjectStore,
    paths: &[PathBuf],
    most: usize,
) -> Result<ListedObjects, Failure> {
    let mut listed = ListedObjects::default();
    for path in paths {
        let Some((bucket, prefix)) = bucket_and_prefix(path) else {
            continue;
        };
        let shown = shown_path(path);
        if bucket.is_empty() {
            return Err(Failure::Usage(format!(
                "`{shown}` names no bucket; write a prefix like `s3://bucket/AWSLogs/`"
            )));
        }
        let keys = store
            .list(bucket, prefix, most)
            .map_err(|why| Failure::Aws(format!("can't list `{shown}`: {why}")))?;
        // Before any is fetched: reading costs money, and a prefix that is too short is a slip.
        if listed.objects.len() + keys.len() > most {
            return Err(Failure::Usage(format!(
                "there are more than {} objects under `{shown}`\n\
                 give a longer prefix, such as that of one account and month; raise \
                 `--max-objects`; or have the stack read them with `--state-machine`",
                number(u64::try_from(most).unwrap_or(u64::MAX))
            )));
        }
        for (key, size) in keys {
            // The S3 console makes such an object for what it shows as a folder.
            if key.ends_with('/') {
                continue;
            }
            let name = PathBuf::from(format!("{SCHEME}{bucket}/{key}"));
            if is_log(&name) {
                listed.objects.push(LogObject {
                    name,
                    bucket: bucket.to_owned(),
                    key,
                    size,
                });
            } else {
                listed.skipped.push(name);
            }
        }
    }
    // One prefix may hold another that was given, too.
    listed.objects.sort_by(|a, b| a.name.cmp(&b.name));
    listed.objects.dedup();
    listed.skipped.sort();
    listed.skipped.dedup();
    Ok(listed)
}
