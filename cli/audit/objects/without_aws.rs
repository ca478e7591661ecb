//! Replaces S3 if the command was built without the AWS SDK.

use std::sync::mpsc::SyncSender;

use super::{FetchedObject, LogObject, ObjectStore};
use crate::exit::Failure;

/// Has no values, because there is no S3.
pub(in crate::audit) enum S3Store {}

impl S3Store {
    pub(in crate::audit) fn connect() -> Result<Self, Failure> {
        Err(Failure::WithoutAws(
            "nothing was read: this `rolewatch` was built without AWS support\n\
             build it with `cargo install --path . --features aws`, \
             or copy the logs with `aws s3 sync` and give their directory"
                .to_owned(),
        ))
    }
}

impl ObjectStore for S3Store {
    fn list(&self, _: &str, _: &str, _: usize) -> Result<Vec<(String, u64)>, String> {
        match *self {}
    }

    fn fetch(&self, _: Vec<LogObject>, _: &SyncSender<FetchedObject>) {
        match *self {}
    }
}
