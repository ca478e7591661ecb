//! The SNS topics.

use std::collections::HashMap;

use aws_sdk_sns::Client;
use aws_sdk_sns::types::MessageAttributeValue;

use crate::connection::Connection;
use crate::trouble::{refused, trouble};
use rolewatch_live::port::{Notice, Subscribers, Subscription, SubscriptionPage, Topic, Trouble};
use rolewatch_live::settings::TopicArn;

/// The most characters of a subject.
const SUBJECT: usize = 100;

/// The topics for findings and for problems of rolewatch itself.
#[derive(Debug, Clone)]
pub struct Topics {
    client: Client,
    findings: Option<TopicArn>,
    operations: TopicArn,
}

impl Topics {
    /// Opens no connection. Without `findings`, publishing a finding is refused.
    pub fn new(connection: &Connection, findings: Option<TopicArn>, operations: TopicArn) -> Self {
        Self {
            client: Client::new(&connection.config),
            findings,
            operations,
        }
    }

    /// Publishes on any topic. Repeating it delivers the message again.
    pub async fn publish_on(
        &self,
        topic: &TopicArn,
        subject: Option<String>,
        body: String,
        attributes: Vec<(&'static str, String)>,
    ) -> Result<(), Trouble> {
        let sent = self
            .client
            .publish()
            .topic_arn(topic.as_str())
            .set_subject(subject)
            .message(body)
            .set_message_attributes(values(attributes)?)
            .send()
            .await;
        sent.map(drop)
            .map_err(|error| trouble("sns:Publish", &error))
    }
}

impl Topic for Topics {
    async fn publish(&self, notice: Notice) -> Result<(), Trouble> {
        match notice {
            Notice::Finding { body, attributes } => {
                let topic = self.findings.as_ref().ok_or_else(|| {
                    refused("sns:Publish", "this function has no topic for findings")
                })?;
                self.publish_on(topic, None, body, attributes).await
            }
            Notice::Operations { subject, body } => {
                self.publish_on(&self.operations, subject_line(&subject), body, Vec::new())
                    .await
            }
        }
    }
}

impl Subscribers for Topics {
    async fn subscribers(&self, token: Option<&str>) -> Result<SubscriptionPage, Trouble> {
        let asked = self
            .client
            .list_subscriptions_by_topic()
            .topic_arn(self.operations.as_str())
            .set_next_token(token.map(str::to_owned))
            .send()
            .await;
        let page = asked.map_err(|error| trouble("sns:ListSubscriptionsByTopic", &error))?;
        let next = page
            .next_token()
            // The last page may have an empty token, and using that token would start again at the
            // first page.
            .filter(|token| !token.is_empty())
            .map(str::to_owned);
        let subscriptions = page.subscriptions().iter().map(|one| Subscription {
            protocol: one.protocol().unwrap_or_default().to_owned(),
            arn: one.subscription_arn().unwrap_or_default().to_owned(),
        });
        Ok(SubscriptionPage {
            subscriptions: subscriptions.collect(),
            next,
        })
    }
}

/// SNS rejects an attribute without a value.
fn values(
    attributes: Vec<(&'static str, String)>,
) -> Result<Option<HashMap<String, MessageAttributeValue>>, Trouble> {
    let mut values = HashMap::new();
    for (name, value) in attributes
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
    {
        let value = MessageAttributeValue::builder()
            .data_type("String")
            .string_value(value)
            .build();
        values.insert(
            name.to_owned(),
            value.map_err(|error| refused("sns:Publish", &error.to_string()))?,
        );
    }
    Ok(Some(values).filter(|values| !values.is_empty()))
}

/// SNS rejects a subject that is empty, too long, or not visible ASCII. Such a subject is adjusted
/// or dropped, so that the notice is published anyway.
fn subject_line(subject: &str) -> Option<String> {
    let visible = |c: char| {
        if c.is_ascii_graphic() || c == ' ' {
            c
        } else {
            '?'
        }
    };
    Some(subject.trim().chars().map(visible).take(SUBJECT).collect())
        .filter(|subject: &String| !subject.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_always_one_that_sns_takes() {
        assert_eq!(
            subject_line(" guard:\nr\u{f4}le ").as_deref(),
            Some("guard:?r?le")
        );
        assert_eq!(
            subject_line(&"x".repeat(300)).map(|subject| subject.len()),
            Some(100)
        );
        assert_eq!(subject_line(" \t"), None);
    }

    #[test]
    fn what_is_empty_is_no_attribute() {
        let values = values(vec![("rule", "RW001".into()), ("account", String::new())])
            .unwrap()
            .unwrap();
        assert_eq!(values.keys().collect::<Vec<_>>(), ["rule"]);
        assert_eq!(values["rule"].string_value(), Some("RW001"));
    }
}
