//! The ports over AWS and over HTTP.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use lambda_runtime::Error;
use rolewatch_edge::aws::{NotifierAws, Secrets, SystemClock, Topics};
use rolewatch_edge::port::{Clock, Keep, Kept, Notice, Place, Row, Span, Table, Topic, Trouble};
use rolewatch_edge::settings::TopicArn;
use rolewatch_edge::slack::port::{Call, Chatroom, Pause, Post, Reply, Vault};
use rolewatch_edge::slack::secret::Secret;
use rolewatch_guard::moment::Moment;
use tokio::time::timeout;

/// How long Slack may take to answer. With what is waited between calls it stays far below a claim's time.
const PATIENCE: Duration = Duration::from_secs(8);

/// The most of an answer that is read, in bytes.
const ANSWER: usize = 64 * 1024;

/// The side of AWS.
pub(crate) struct Aws(NotifierAws);

impl Aws {
    pub(crate) fn new(aws: NotifierAws) -> Self {
        Self(aws)
    }
}

impl Table for Aws {
    async fn keep(&self, place: Place, row: Row, keep: Keep) -> Result<Kept, Trouble> {
        self.0.tables.keep(place, row, keep).await
    }

    async fn replace(&self, place: Place, row: Row, seen: u64) -> Result<bool, Trouble> {
        self.0.tables.replace(place, row, seen).await
    }

    async fn query(&self, place: Place, pk: &str, span: &Span) -> Result<Vec<Row>, Trouble> {
        self.0.tables.query(place, pk, span).await
    }
}

impl Topic for Aws {
    async fn publish(&self, notice: Notice) -> Result<(), Trouble> {
        self.0.topics.publish(notice).await
    }
}

impl Clock for Aws {
    fn now(&self) -> Moment {
        SystemClock.now()
    }
}

/// The side of Slack.
pub(crate) struct Slack {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    secrets: Secrets,
    topics: Topics,
    chatbot: Option<TopicArn>,
}

impl Slack {
    /// `loopback`: plain HTTP is possible, for the endpoint of tests. Opens nothing yet.
    pub(crate) fn new(aws: &NotifierAws, chatbot: Option<TopicArn>, loopback: bool) -> Result<Self, Error> {
        // Provider by name: were it taken from what is linked in, a crate added elsewhere could change it.
        let roots = HttpsConnectorBuilder::new().with_provider_and_native_roots(rustls::crypto::ring::default_provider())?;
        let connector = if loopback { roots.https_or_http().enable_http1().build() } else { roots.https_only().enable_http1().build() };
        let client = Client::builder(TokioExecutor::new()).build(connector);
        Ok(Self { client, secrets: aws.secrets.clone(), topics: aws.topics.clone(), chatbot })
    }
}

impl Post for Slack {
    /// hyper follows no redirect, and its errors do not repeat the URL.
    async fn post(&self, call: Call) -> Result<Reply, Trouble> {
        let no_answer = |why: String| Trouble::Unreachable { what: "Slack".to_owned(), why };
        let mut request = Request::post(call.target.url()).header("content-type", "application/json; charset=utf-8");
        if let Some(token) = call.target.token() {
            request = request.header("authorization", format!("Bearer {}", token.reveal()));
        }
        let request = request.body(Full::from(call.body)).map_err(|_| no_answer("the secret makes no request".to_owned()))?;
        let answer = async {
            let answer = self.client.request(request).await.map_err(|why| no_answer(why.to_string()))?;
            let status = answer.status().as_u16();
            let header = answer.headers().get("retry-after").and_then(|value| value.to_str().ok());
            let retry_after = header.and_then(|value| value.trim().parse().ok());
            // The status says whether it was taken, even where the body is lost.
            let body = Limited::new(answer.into_body(), ANSWER).collect().await;
            let body = body.map(|body| String::from_utf8_lossy(&body.to_bytes()).into_owned()).unwrap_or_default();
            Ok(Reply { status, retry_after, body })
        };
        timeout(PATIENCE, answer).await.map_err(|_| no_answer(format!("no answer within {} seconds", PATIENCE.as_secs())))?
    }
}

impl Vault for Slack {
    async fn secret(&self) -> Result<Secret, Trouble> {
        Ok(Secret::new(self.secrets.value().await?))
    }
}

impl Chatroom for Slack {
    async fn announce(&self, body: String) -> Result<(), Trouble> {
        match &self.chatbot {
            Some(topic) => self.topics.publish_on(topic, None, body, Vec::new()).await,
            None => Err(Trouble::Refused { what: "sns:Publish".to_owned(), why: "no topic for chat applications is set".to_owned() }),
        }
    }
}

impl Pause for Slack {
    async fn pause(&self, seconds: u32) {
        tokio::time::sleep(Duration::from_secs(seconds.into())).await;
    }
}
