//! Buckets of logs, in S3.

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::get_object::GetObjectError;

use super::connection::Connection;
use super::regional::Regional;
use super::trouble::{refused, trouble, unreachable};
use rolewatch_live::port::{KeyPage, LARGEST_LOG, LogFile, Logs, Trouble};

const GET: &str = "s3:GetObject";
const LIST: &str = "s3:ListBucket";

/// Reads any bucket that the caller may read, in any account and Region.
#[derive(Debug, Clone)]
pub struct LogBuckets {
    buckets: Regional,
}

impl LogBuckets {
    /// Creates the client. Opens no connection.
    pub fn new(connection: &Connection) -> Self {
        Self {
            buckets: Regional::new(connection),
        }
    }
}

impl Logs for LogBuckets {
    async fn read(&self, bucket: &str, key: &str) -> Result<LogFile, Trouble> {
        let get = async |client: Client| client.get_object().bucket(bucket).key(key).send().await;
        let found = match self.buckets.call(bucket, get).await {
            Ok(found) => found,
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(GetObjectError::is_no_such_key) =>
            {
                return Ok(LogFile::Missing);
            }
            Err(error) => return Err(trouble(GET, &error)),
        };
        // The size is checked before the body is read, so an object that is too large is never held
        // in memory.
        let size = found
            .content_length
            .and_then(|size| u64::try_from(size).ok());
        match size.ok_or_else(|| refused(GET, "the object has no length"))? {
            size if size > LARGEST_LOG => Ok(LogFile::TooLarge(size)),
            _ => {
                let body = found
                    .body
                    .collect()
                    .await
                    .map_err(|error| unreachable(GET, &error.to_string()))?;
                Ok(LogFile::Found(body.to_vec()))
            }
        }
    }

    async fn keys(&self, bucket: &str, prefix: &str, after: &str) -> Result<KeyPage, Trouble> {
        let after = Some(after).filter(|after| !after.is_empty());
        let mut token: Option<String> = None;
        loop {
            let list = async |client: Client| {
                let page = client
                    .list_objects_v2()
                    .bucket(bucket)
                    .prefix(prefix)
                    .set_start_after(after.map(ToOwned::to_owned));
                page.set_continuation_token(token.clone()).send().await
            };
            let page = self
                .buckets
                .call(bucket, list)
                .await
                .map_err(|error| trouble(LIST, &error))?;
            let mut keys = Vec::new();
            for object in page.contents.unwrap_or_default() {
                let key = object
                    .key
                    .ok_or_else(|| refused(LIST, "an object has no key"))?;
                keys.push((
                    key,
                    object
                        .size
                        .and_then(|size| u64::try_from(size).ok())
                        .unwrap_or(0),
                ));
            }
            let more = page.is_truncated.unwrap_or(false);
            if !keys.is_empty() || !more {
                return Ok(KeyPage { keys, more });
            }
            // A page may be empty although more follow, and only its token says where to continue.
            token = Some(page.next_continuation_token.ok_or_else(|| {
                refused(LIST, "an empty page doesn't say where the next one begins")
            })?);
        }
    }

    async fn folders(&self, bucket: &str, prefix: &str) -> Result<Vec<String>, Trouble> {
        let mut found = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let list = async |client: Client| {
                let page = client
                    .list_objects_v2()
                    .bucket(bucket)
                    .prefix(prefix)
                    .delimiter("/");
                page.set_continuation_token(token.clone()).send().await
            };
            let page = self
                .buckets
                .call(bucket, list)
                .await
                .map_err(|error| trouble(LIST, &error))?;
            for folder in page.common_prefixes.unwrap_or_default() {
                let whole = folder
                    .prefix
                    .ok_or_else(|| refused(LIST, "a folder has no name"))?;
                found.extend(whole.strip_prefix(prefix).map(ToOwned::to_owned));
            }
            if !page.is_truncated.unwrap_or(false) {
                return Ok(found);
            }
            token =
                Some(page.next_continuation_token.ok_or_else(|| {
                    refused(LIST, "a page doesn't say where the next one begins")
                })?);
        }
    }
}
