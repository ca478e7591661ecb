//! Replaces S3 if the command was built without the AWS SDK.

use super::{BucketListeners, NotificationSettings};
use crate::exit::Failure;

/// Has no values, because there is no S3.
pub(super) enum TrailBucket {}

impl TrailBucket {
    pub(super) fn open(name: &str) -> Result<Self, Failure> {
        Err(Failure::WithoutAws(format!(
            "nothing was changed: this `rolewatch` was built without AWS support\n\
             build it with `cargo install --path . --features aws`, or connect `{name}` by hand: \
             docs/deploy.md has steps that keep the existing notifications"
        )))
    }
}

impl NotificationSettings for TrailBucket {
    fn read(&mut self) -> Result<BucketListeners, String> {
        match *self {}
    }

    fn add_event_bridge(&self) -> Result<(), String> {
        match *self {}
    }
}
