//! The ports that AWS implements, together with those of Slack.

use std::time::Duration;

use rolewatch_aws::{NotifierAws, Secrets, SystemClock, Topics};
use rolewatch_guard::moment::Moment;
use rolewatch_live::port::{
    Clock, Keep, KeepOutcome, KeyRange, Notice, Row, Subscribers, SubscriptionPage, Table,
    TableKind, Topic, Trouble,
};
use rolewatch_live::settings::TopicArn;
use rolewatch_notify::port::{Pause, Vault};
use rolewatch_notify::secret::Secret;
use rolewatch_notify::slack::port::{Call, Chatroom, Post, Reply};
use slack_notifier::http::Http;

/// The ports that AWS implements.
pub(crate) struct AwsPorts(NotifierAws);

impl AwsPorts {
    pub(crate) fn new(aws: NotifierAws) -> Self {
        Self(aws)
    }
}

impl Table for AwsPorts {
    async fn keep(&self, place: TableKind, row: Row, keep: Keep) -> Result<KeepOutcome, Trouble> {
        self.0.tables.keep(place, row, keep).await
    }

    async fn replace(&self, place: TableKind, row: Row, seen: u64) -> Result<bool, Trouble> {
        self.0.tables.replace(place, row, seen).await
    }

    async fn query(
        &self,
        place: TableKind,
        pk: &str,
        span: &KeyRange,
    ) -> Result<Vec<Row>, Trouble> {
        self.0.tables.query(place, pk, span).await
    }

    async fn latest(
        &self,
        place: TableKind,
        pk: &str,
        span: &KeyRange,
        most: usize,
    ) -> Result<Vec<Row>, Trouble> {
        self.0.tables.latest(place, pk, span, most).await
    }
}

impl Topic for AwsPorts {
    async fn publish(&self, notice: Notice) -> Result<(), Trouble> {
        self.0.topics.publish(notice).await
    }
}

impl Subscribers for AwsPorts {
    async fn subscribers(&self, token: Option<&str>) -> Result<SubscriptionPage, Trouble> {
        self.0.topics.subscribers(token).await
    }
}

impl Clock for AwsPorts {
    fn now(&self) -> Moment {
        SystemClock.now()
    }
}

/// The ports of Slack.
pub(crate) struct SlackPorts {
    http: Http,
    secrets: Secrets,
    topics: Topics,
    chatbot: Option<TopicArn>,
}

impl SlackPorts {
    /// Opens no connection.
    pub(crate) fn new(http: Http, aws: &NotifierAws, chatbot: Option<TopicArn>) -> Self {
        Self {
            http,
            secrets: aws.secrets.clone(),
            topics: aws.topics.clone(),
            chatbot,
        }
    }
}

impl Post for SlackPorts {
    async fn post(&self, call: Call) -> Result<Reply, Trouble> {
        self.http.post(call).await
    }
}

impl Vault for SlackPorts {
    async fn secret(&self) -> Result<Secret, Trouble> {
        Ok(Secret::new(self.secrets.value().await?))
    }
}

impl Chatroom for SlackPorts {
    async fn announce(&self, body: String) -> Result<(), Trouble> {
        match &self.chatbot {
            Some(topic) => self.topics.publish_on(topic, None, body, Vec::new()).await,
            None => Err(Trouble::Refused {
                what: "sns:Publish".to_owned(),
                why: "the topic for chat applications is not set".to_owned(),
            }),
        }
    }
}

impl Pause for SlackPorts {
    async fn pause(&self, seconds: u32) {
        tokio::time::sleep(Duration::from_secs(seconds.into())).await;
    }
}
