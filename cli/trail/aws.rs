//! The bucket's notifications, through the AWS SDK.

use rolewatch_aws::{Connection, Listener};
use tokio::runtime::{Builder, Runtime};

use super::{BucketListeners, NotificationSettings};
use crate::exit::Failure;

/// A bucket.
pub(super) struct TrailBucket<'a> {
    runtime: Runtime,
    notifications: rolewatch_aws::Notifications,
    name: &'a str,
    before: Option<rolewatch_aws::Notified>,
}

impl<'a> TrailBucket<'a> {
    pub(super) fn open(name: &'a str) -> Result<Self, Failure> {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|why| Failure::cannot_begin("talk to AWS", &why))?;
        let notifications =
            rolewatch_aws::Notifications::new(&runtime.block_on(Connection::of_person()));
        Ok(Self {
            runtime,
            notifications,
            name,
            before: None,
        })
    }
}

impl NotificationSettings for TrailBucket<'_> {
    fn read(&mut self) -> Result<BucketListeners, String> {
        let found = self
            .runtime
            .block_on(self.notifications.read(self.name))
            .map_err(|trouble| trouble.to_string())?;
        let line = |Listener { kind, arn, events }: Listener| {
            format!("{kind} {arn} ({})", events.join(", "))
        };
        let others = found.listeners().into_iter().map(line).collect();
        let notified = BucketListeners {
            region: found.region.clone(),
            by_event_bridge: found.by_event_bridge(),
            others,
        };
        self.before = Some(found);
        Ok(notified)
    }

    fn add_event_bridge(&self) -> Result<(), String> {
        let Some(before) = &self.before else {
            return Err("the notifications weren't read first".to_owned());
        };
        self.runtime
            .block_on(self.notifications.add_event_bridge(self.name, before))
            .map_err(|trouble| trouble.to_string())
    }
}
