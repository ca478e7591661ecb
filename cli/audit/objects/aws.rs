//! S3, through the AWS SDK.

use std::sync::mpsc::SyncSender;

use futures_util::stream::{self, StreamExt};
use rolewatch_aws::{Connection, LogBuckets};
use rolewatch_live::port::{LogFile, Logs};
use tokio::runtime::{Builder, Runtime};

use super::{FetchedObject, LogObject, ObjectStore};
use crate::exit::Failure;
use crate::limits::OBJECTS_AT_ONCE;

/// Reads any bucket that the caller may read.
pub(in crate::audit) struct S3Store {
    /// Connections exist as long as this runtime.
    runtime: Runtime,
    logs: LogBuckets,
}

impl S3Store {
    pub(in crate::audit) fn connect() -> Result<Self, Failure> {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|why| Failure::cannot_begin("read from S3", &why))?;
        let logs = LogBuckets::new(&runtime.block_on(Connection::of_person()));
        Ok(Self { runtime, logs })
    }

    async fn fetch_one(&self, object: LogObject) -> FetchedObject {
        let outcome = match self.logs.read(&object.bucket, &object.key).await {
            Ok(LogFile::Found(bytes)) => Ok(bytes),
            Ok(LogFile::Missing) => Err("no such object".to_owned()),
            Ok(LogFile::TooLarge(size)) => {
                Err(format!("it has {size} bytes, which is over the limit"))
            }
            Err(trouble) => Err(trouble.to_string()),
        };
        FetchedObject { object, outcome }
    }
}

impl ObjectStore for S3Store {
    fn list(&self, bucket: &str, prefix: &str, most: usize) -> Result<Vec<(String, u64)>, String> {
        self.runtime.block_on(async {
            let mut found: Vec<(String, u64)> = Vec::new();
            loop {
                let after = found
                    .last()
                    .map_or_else(String::new, |(key, _)| key.clone());
                let page = self
                    .logs
                    .keys(bucket, prefix, &after)
                    .await
                    .map_err(|trouble| trouble.to_string())?;
                let more = page.more && !page.keys.is_empty();
                found.extend(page.keys);
                if !more || found.len() > most {
                    return Ok(found);
                }
            }
        })
    }

    fn fetch(&self, objects: Vec<LogObject>, to: &SyncSender<FetchedObject>) {
        self.runtime.block_on(async {
            let mut fetched = stream::iter(objects)
                .map(|object| self.fetch_one(object))
                .buffer_unordered(OBJECTS_AT_ONCE);
            while let Some(one) = fetched.next().await {
                // The readers are slower than the network, so this send waits, and so do the other
                // fetches.
                if to.send(one).is_err() {
                    return;
                }
            }
        });
    }
}
