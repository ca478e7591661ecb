//! The twin of the buckets that trails write to.

use super::twin::Twin;
use super::weather::Weather;
use crate::port::{KeyPage, LARGEST_LOG, LogFile, Logs, Trouble};

/// The number of keys that S3 lists per page.
const PAGE: usize = 1_000;

impl<W: Weather> Logs for Twin<W> {
    async fn read(&self, bucket: &str, key: &str) -> Result<LogFile, Trouble> {
        self.call_after_weather("read", || {
            match self.logs.borrow().get(&(bucket.to_owned(), key.to_owned())) {
                None => LogFile::Missing,
                Some(bytes) if bytes.len() as u64 > LARGEST_LOG => {
                    LogFile::TooLarge(bytes.len() as u64)
                }
                Some(bytes) => LogFile::Found(bytes.clone()),
            }
        })
        .await
    }

    async fn keys(&self, bucket: &str, prefix: &str, after: &str) -> Result<KeyPage, Trouble> {
        self.call_after_weather("keys", || {
            let logs = self.logs.borrow();
            let mut found = logs
                .iter()
                .filter(|((of, key), _)| {
                    of == bucket && key.starts_with(prefix) && key.as_str() > after
                })
                .map(|((_, key), bytes)| (key.clone(), bytes.len() as u64));
            let keys = found.by_ref().take(PAGE).collect();
            KeyPage {
                keys,
                more: found.next().is_some(),
            }
        })
        .await
    }

    async fn folders(&self, bucket: &str, prefix: &str) -> Result<Vec<String>, Trouble> {
        self.call_after_weather("folders", || {
            let logs = self.logs.borrow();
            let rest = logs
                .keys()
                .filter(|(of, _)| of == bucket)
                .filter_map(|(_, key)| key.strip_prefix(prefix));
            let mut found: Vec<String> = rest
                .filter_map(|rest| Some(format!("{}/", rest.split_once('/')?.0)))
                .collect();
            found.dedup();
            found
        })
        .await
    }
}
