//! Calls Slack over HTTP, with hyper and with rustls over ring.
//!
//! The AWS SDK already brings these crates along, so Slack needs no second implementation of HTTP
//! or TLS. hyper follows no redirect, and its errors don't quote the URL, which is a secret.

use std::io;

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rolewatch_live::port::Trouble;
use rolewatch_notify::slack::port::{Call, Post, Reply};
use tokio::time::timeout;

use crate::time::PATIENCE;

/// The most bytes that are read of an answer.
const ANSWER: usize = 64 * 1024;

/// A client with its connections.
pub struct Http {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
}

impl Http {
    /// `loopback`: also allows plain HTTP, for the endpoint of tests. Opens no connection.
    ///
    /// # Errors
    /// Returns an error if the machine has no CA certificates.
    pub fn new(loopback: bool) -> io::Result<Self> {
        // The provider is named explicitly. If it were chosen by what is linked in, adding a crate
        // elsewhere could change it.
        let roots = HttpsConnectorBuilder::new()
            .with_provider_and_native_roots(rustls::crypto::ring::default_provider())?;
        let connector = if loopback {
            roots.https_or_http().enable_http1().build()
        } else {
            roots.https_only().enable_http1().build()
        };
        Ok(Self {
            client: Client::builder(TokioExecutor::new()).build(connector),
        })
    }
}

impl Post for Http {
    async fn post(&self, call: Call) -> Result<Reply, Trouble> {
        let no_answer = |why: String| Trouble::Unreachable {
            what: "Slack".to_owned(),
            why,
        };
        let mut request = Request::post(call.target.url())
            .header("content-type", "application/json; charset=utf-8");
        if let Some(token) = call.target.token() {
            request = request.header("authorization", format!("Bearer {}", token.reveal()));
        }
        let request = request
            .body(Full::from(call.body))
            .map_err(|_| no_answer("can't build a valid request from the secret".to_owned()))?;
        let answer = async {
            let answer = self
                .client
                .request(request)
                .await
                .map_err(|why| no_answer(why.to_string()))?;
            let status = answer.status().as_u16();
            let header = answer
                .headers()
                .get("retry-after")
                .and_then(|value| value.to_str().ok());
            let retry_after = header.and_then(|value| value.trim().parse().ok());
            // The status says whether a webhook accepted the message, even if the body is lost.
            let body = Limited::new(answer.into_body(), ANSWER).collect().await;
            let body = body
                .map(|body| String::from_utf8_lossy(&body.to_bytes()).into_owned())
                .unwrap_or_default();
            Ok(Reply {
                status,
                retry_after,
                body,
            })
        };
        timeout(PATIENCE, answer)
            .await
            .map_err(|_| no_answer(format!("no answer within {} seconds", PATIENCE.as_secs())))?
    }
}
