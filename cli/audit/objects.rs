//! Logs in S3: `s3://bucket/prefix` in place of a path.

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

/// The beginning of a path in S3.
const SCHEME: &str = "s3://";

/// An object that was fetched, or why fetching failed.
pub(super) struct FetchedObject {
    pub(super) object: LogObject,
    pub(super) outcome: Result<Vec<u8>, String>,
}

/// An object to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LogObject {
    /// Its name in reports: `s3://bucket/key`.
    pub(super) name: PathBuf,
    pub(super) bucket: String,
    pub(super) key: String,
    /// Its size in bytes, as stored.
    pub(super) size: u64,
}

impl LogObject {
    /// Whether it is under the prefix.
    pub(super) fn is_under(&self, (bucket, prefix): (&str, &str)) -> bool {
        self.bucket == bucket && self.key.starts_with(prefix)
    }
}

/// Where objects come from.
pub(super) trait ObjectStore: Sync {
    /// Lists keys and sizes under a prefix, in the order of the keys. It may stop after more than
    /// `most`.
    fn list(&self, bucket: &str, prefix: &str, most: usize) -> Result<Vec<(String, u64)>, String>;

    /// Fetches objects, many at a time and in any order, until the receiver is gone.
    fn fetch(&self, objects: Vec<LogObject>, to: &SyncSender<FetchedObject>);
}

/// Splits a path in S3 into bucket and prefix. `None`: it isn't one.
pub(crate) fn bucket_and_prefix(path: &Path) -> Option<(&str, &str)> {
    let rest = path.to_str()?.strip_prefix(SCHEME)?;
    Some(rest.split_once('/').unwrap_or((rest, "")))
}

/// The objects under the S3 paths, each once.
#[derive(Debug, Default)]
pub(super) struct ListedObjects {
    pub(super) objects: Vec<LogObject>,
    /// Objects whose names aren't those of logs.
    pub(super) skipped: Vec<PathBuf>,
}

/// Lists everything to read, in order; at most `most` objects.
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
        // Checked before any object is fetched: reading costs money, and a prefix that matches too
        // much is probably a mistake.
        if listed.objects.len() + keys.len() > most {
            return Err(Failure::Usage(format!(
                "there are more than {} objects under `{shown}`\n\
                 give a longer prefix, such as that of one account and month; raise \
                 `--max-objects`; or have the stack read them with `--state-machine`",
                number(u64::try_from(most).unwrap_or(u64::MAX))
            )));
        }
        for (key, size) in keys {
            // The S3 console creates such an object for a folder.
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
    // One given prefix may contain another one.
    listed.objects.sort_by(|a, b| a.name.cmp(&b.name));
    listed.objects.dedup();
    listed.skipped.sort();
    listed.skipped.dedup();
    Ok(listed)
}
