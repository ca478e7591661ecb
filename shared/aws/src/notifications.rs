//! The event notifications of an S3 bucket.
//!
//! A bucket has a single notification configuration, and a write replaces all of it. So an addition
//! is merged into the configuration that was read.

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::get_bucket_notification_configuration::GetBucketNotificationConfigurationOutput as Configuration;
use aws_sdk_s3::types::{Event, EventBridgeConfiguration, NotificationConfiguration};

use super::connection::Connection;
use super::regional::Regional;
use super::trouble::{refused, trouble};
use rolewatch_live::port::Trouble;

const GET: &str = "s3:GetBucketNotification";
const PUT: &str = "s3:PutBucketNotification";

/// Reads and writes the notifications of any bucket, in any Region.
#[derive(Debug, Clone)]
pub struct Notifications {
    buckets: Regional,
}

/// The notification configuration of a bucket.
#[derive(Debug, Clone, PartialEq)]
pub struct Notified {
    configuration: Configuration,
    /// The Region of the bucket.
    pub region: String,
}

/// A destination that the bucket notifies directly.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listener {
    /// The kind of destination, such as `queue`.
    pub kind: &'static str,
    /// Its ARN.
    pub arn: String,
    /// The events it is notified of, such as `s3:ObjectCreated:*`.
    pub events: Vec<String>,
}

impl Notified {
    /// Whether the bucket notifies EventBridge.
    pub fn by_event_bridge(&self) -> bool {
        self.configuration.event_bridge_configuration.is_some()
    }

    /// All other destinations.
    pub fn listeners(&self) -> Vec<Listener> {
        let names = |events: &[Event]| {
            events
                .iter()
                .map(|event| event.as_str().to_owned())
                .collect()
        };
        let functions = self
            .configuration
            .lambda_function_configurations()
            .iter()
            .map(|one| Listener {
                kind: "function",
                arn: one.lambda_function_arn.clone(),
                events: names(&one.events),
            });
        let queues = self
            .configuration
            .queue_configurations()
            .iter()
            .map(|one| Listener {
                kind: "queue",
                arn: one.queue_arn.clone(),
                events: names(&one.events),
            });
        let topics = self
            .configuration
            .topic_configurations()
            .iter()
            .map(|one| Listener {
                kind: "topic",
                arn: one.topic_arn.clone(),
                events: names(&one.events),
            });
        let mut all: Vec<Listener> = functions.chain(queues).chain(topics).collect();
        all.sort();
        all
    }

    /// Whether both configurations notify the same destinations of the same events, in any order.
    fn same_listeners(&self, other: &Self) -> bool {
        let (one, two) = (&self.configuration, &other.configuration);
        same_elements(
            one.lambda_function_configurations(),
            two.lambda_function_configurations(),
        ) && same_elements(one.queue_configurations(), two.queue_configurations())
            && same_elements(one.topic_configurations(), two.topic_configurations())
    }

    /// The same configuration plus EventBridge.
    fn with_event_bridge(&self) -> NotificationConfiguration {
        let Configuration {
            topic_configurations,
            queue_configurations,
            lambda_function_configurations,
            ..
        } = self.configuration.clone();
        NotificationConfiguration::builder()
            .set_topic_configurations(topic_configurations)
            .set_queue_configurations(queue_configurations)
            .set_lambda_function_configurations(lambda_function_configurations)
            .event_bridge_configuration(EventBridgeConfiguration::builder().build())
            .build()
    }
}

fn same_elements<T: PartialEq>(one: &[T], two: &[T]) -> bool {
    one.len() == two.len() && one.iter().all(|part| two.contains(part))
}

impl Notifications {
    /// Creates the client. Opens no connection.
    pub fn new(connection: &Connection) -> Self {
        Self {
            buckets: Regional::new(connection),
        }
    }

    /// Reads the notification configuration of a bucket.
    pub async fn read(&self, bucket: &str) -> Result<Notified, Trouble> {
        let get = async |client: Client| {
            client
                .get_bucket_notification_configuration()
                .bucket(bucket)
                .send()
                .await
        };
        let configuration = self
            .buckets
            .call(bucket, get)
            .await
            .map_err(|error| trouble(GET, &error))?;
        let region = self
            .buckets
            .region(bucket)
            .ok_or_else(|| refused(GET, "no Region is set: set `AWS_REGION`"))?;
        Ok(Notified {
            configuration,
            region,
        })
    }

    /// Adds EventBridge to the configuration that was read, writes it, and reads it again to check
    /// that nothing else changed.
    pub async fn add_event_bridge(&self, bucket: &str, before: &Notified) -> Result<(), Trouble> {
        let whole = before.with_event_bridge();
        // Skips the validation of the existing destinations, which stay the same. S3 would
        // otherwise send each of them a test event, and reject the write if one no longer exists.
        let put = async |client: Client| {
            let put = client
                .put_bucket_notification_configuration()
                .bucket(bucket)
                .notification_configuration(whole.clone());
            put.skip_destination_validation(true).send().await
        };
        self.buckets
            .call(bucket, put)
            .await
            .map_err(|error| trouble(PUT, &error))?;
        // S3 has no conditional write for this, so a concurrent write can only be detected
        // afterward.
        let after = self.read(bucket).await?;
        if after.by_event_bridge() && after.same_listeners(before) {
            return Ok(());
        }
        Err(refused(
            PUT,
            "the bucket's notifications are not what rolewatch wrote: somebody else changed them \
             at the same time. Check them",
        ))
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_s3::types::{
        FilterRule, FilterRuleName, LambdaFunctionConfiguration, NotificationConfigurationFilter,
        QueueConfiguration, S3KeyFilter, TopicConfiguration,
    };

    use super::*;

    fn filter() -> NotificationConfigurationFilter {
        let rule = |name, value| FilterRule::builder().name(name).value(value).build();
        let rules = S3KeyFilter::builder()
            .filter_rules(rule(FilterRuleName::Prefix, "AWSLogs/"))
            .filter_rules(rule("later".into(), "x"));
        NotificationConfigurationFilter::builder()
            .key(rules.build())
            .build()
    }

    fn configuration() -> Configuration {
        let function = LambdaFunctionConfiguration::builder()
            .id("index")
            .lambda_function_arn("arn:aws:lambda:eu-central-1:111122223333:function:index")
            .events(Event::S3ObjectCreatedPut)
            .filter(filter())
            .build()
            .unwrap();
        let queue = |name: &str| {
            let arn = format!("arn:aws:sqs:eu-central-1:111122223333:{name}");
            // An event type that is newer than the SDK.
            QueueConfiguration::builder()
                .id(name)
                .queue_arn(arn)
                .events("s3:ObjectShared:*".into())
                .build()
                .unwrap()
        };
        let topic = TopicConfiguration::builder()
            .topic_arn("arn:aws:sns:eu-central-1:111122223333:new")
            .events(Event::S3ObjectCreated);
        Configuration::builder()
            .lambda_function_configurations(function)
            .queue_configurations(queue("first"))
            .queue_configurations(queue("second"))
            .topic_configurations(topic.build().unwrap())
            .build()
    }

    #[test]
    fn everything_that_was_there_is_written_again() {
        let before = Notified {
            configuration: configuration(),
            region: "eu-central-1".into(),
        };
        assert!(!before.by_event_bridge());
        let after = before.with_event_bridge();
        assert!(after.event_bridge_configuration().is_some());
        assert_eq!(
            after.lambda_function_configurations,
            before.configuration.lambda_function_configurations
        );
        assert_eq!(
            after.queue_configurations,
            before.configuration.queue_configurations
        );
        assert_eq!(
            after.topic_configurations,
            before.configuration.topic_configurations
        );
        let kinds: Vec<&str> = before
            .listeners()
            .iter()
            .map(|listener| listener.kind)
            .collect();
        assert_eq!(kinds, ["function", "queue", "queue", "topic"]);
        assert_eq!(before.listeners()[1].events, ["s3:ObjectShared:*"]);
    }

    #[test]
    fn a_filter_or_a_listener_that_is_not_the_same_is_noticed() {
        let of = |configuration| Notified {
            configuration,
            region: "eu-central-1".into(),
        };
        let before = of(configuration());
        let mut turned = configuration();
        turned.queue_configurations.as_mut().unwrap().reverse();
        assert!(before.same_listeners(&of(turned)));
        let mut less = configuration();
        less.topic_configurations = None;
        let mut wider = configuration();
        wider.lambda_function_configurations.as_mut().unwrap()[0].filter = None;
        assert!(!before.same_listeners(&of(less)) && !before.same_listeners(&of(wider)));
    }

    #[test]
    fn an_empty_configuration_gets_event_bridge_alone() {
        let before = Notified {
            configuration: Configuration::builder().build(),
            region: "eu-central-1".into(),
        };
        let after = before.with_event_bridge();
        assert!(before.listeners().is_empty() && after.event_bridge_configuration().is_some());
        assert_eq!(
            (
                after.queue_configurations,
                after.topic_configurations,
                after.lambda_function_configurations
            ),
            (None, None, None)
        );
    }
}
