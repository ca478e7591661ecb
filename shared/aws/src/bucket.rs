//! The stack's bucket, in S3.

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::operation::head_object::HeadObjectError;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::ChecksumAlgorithm;
use rolewatch_guard::moment::Moment;

use super::connection::Connection;
use super::trouble::{refused, trouble, unreachable};
use rolewatch_live::port::{Bucket, StoredObject, Trouble};

/// The bucket for policy, rosters and quarantine.
#[derive(Debug, Clone)]
pub struct StateBucket {
    client: Client,
    name: String,
}

/// The result of an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replaced {
    /// The current version. `None`: the bucket isn't versioned.
    pub now: Option<String>,
    /// What the key held before.
    pub before: Before,
}

/// What a key held before an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Before {
    /// There was no object.
    Nothing,
    /// This version; `None` if the bucket isn't versioned.
    Version(Option<String>),
    /// Unknown, because the caller may not read the object.
    Unknown(Trouble),
}

impl StateBucket {
    /// Creates the client. Opens no connection.
    pub fn new(connection: &Connection, name: String) -> Self {
        Self {
            client: Client::new(&connection.config),
            name,
        }
    }

    /// Writes an object with a checksum, and returns what it replaced.
    pub async fn upload(
        &self,
        key: &str,
        bytes: Vec<u8>,
        content_type: &str,
    ) -> Result<Replaced, Trouble> {
        // Read before writing, because S3 doesn't say what a write replaced.
        let before = self
            .client
            .head_object()
            .bucket(&self.name)
            .key(key)
            .send()
            .await;
        let before = match before {
            Ok(found) => Before::Version(found.version_id),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(HeadObjectError::is_not_found) =>
            {
                Before::Nothing
            }
            Err(error) => match trouble("s3:HeadObject", &error) {
                // If the caller may not list the bucket, S3 answers 403 instead of 404 for a
                // missing object.
                refused @ Trouble::Refused { .. } => Before::Unknown(refused),
                passing => return Err(passing),
            },
        };
        let put = self
            .client
            .put_object()
            .bucket(&self.name)
            .key(key)
            .content_type(content_type)
            .checksum_algorithm(ChecksumAlgorithm::Sha256)
            .body(ByteStream::from(bytes));
        let put = put
            .send()
            .await
            .map_err(|error| trouble("s3:PutObject", &error))?;
        Ok(Replaced {
            now: put.version_id,
            before,
        })
    }
}

impl Bucket for StateBucket {
    async fn get(&self, key: &str, known: Option<&str>) -> Result<StoredObject, Trouble> {
        const WHAT: &str = "s3:GetObject";
        let request = self
            .client
            .get_object()
            .bucket(&self.name)
            .key(key)
            .set_if_none_match(known.map(ToOwned::to_owned));
        let found = match request.send().await {
            Ok(found) => found,
            Err(error)
                // 304 is a normal answer of S3, but the SDK reports it as an error.
                if error
                    .raw_response()
                    .is_some_and(|response| response.status().as_u16() == 304) =>
            {
                return Ok(StoredObject::Unchanged);
            }
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(GetObjectError::is_no_such_key) =>
            {
                return Ok(StoredObject::Missing);
            }
            Err(error) => return Err(trouble(WHAT, &error)),
        };
        let etag = found
            .e_tag
            .ok_or_else(|| refused(WHAT, "the object has no entity tag"))?;
        let written = found
            .last_modified
            .ok_or_else(|| refused(WHAT, "the object has no modification time"))?;
        // A roster can be large, so it is copied only once.
        let length = found.content_length.map(usize::try_from);
        let mut bytes = Vec::with_capacity(length.and_then(Result::ok).unwrap_or_default());
        let mut body = found.body;
        while let Some(part) = body.next().await {
            let part = part.map_err(|error| unreachable(WHAT, &error.to_string()))?;
            bytes.extend_from_slice(&part);
        }
        Ok(StoredObject::Found {
            bytes,
            etag,
            written: Moment::from_epoch_seconds(written.secs()),
        })
    }

    async fn list(&self, prefix: &str) -> Result<Vec<(String, String)>, Trouble> {
        const WHAT: &str = "s3:ListBucket";
        let mut pages = self
            .client
            .list_objects_v2()
            .bucket(&self.name)
            .prefix(prefix)
            .into_paginator()
            .send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            for object in page
                .map_err(|error| trouble(WHAT, &error))?
                .contents
                .unwrap_or_default()
            {
                let both = object.key.zip(object.e_tag);
                found.push(
                    both.ok_or_else(|| refused(WHAT, "an object has no key or no entity tag"))?,
                );
            }
        }
        found.sort();
        Ok(found)
    }

    async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<(), Trouble> {
        let put = self
            .client
            .put_object()
            .bucket(&self.name)
            .key(key)
            .body(ByteStream::from(bytes))
            .send()
            .await;
        put.map(drop)
            .map_err(|error| trouble("s3:PutObject", &error))
    }

    async fn delete(&self, key: &str) -> Result<(), Trouble> {
        let delete = self
            .client
            .delete_object()
            .bucket(&self.name)
            .key(key)
            .send()
            .await;
        delete
            .map(drop)
            .map_err(|error| trouble("s3:DeleteObject", &error))
    }
}
