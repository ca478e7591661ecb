//! Slack over HTTP, against a socket on this machine.

#![expect(clippy::unwrap_used, reason = "a test that can't continue has failed")]

use rolewatch_live::port::Trouble;
use rolewatch_notify::secret::Secret;
use rolewatch_notify::slack::credential::{Credential, Loopback};
use rolewatch_notify::slack::port::{Call, Post, Reply};
use slack_notifier::http::Http;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Posts to a socket that answers with `answer`. Returns the request, how many there were, and what
/// the client made of the answer.
async fn exchange(secret: &str, answer: &str) -> (String, usize, Result<Reply, Trouble>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let loopback = Loopback::parse(&endpoint).unwrap();
    let secret = Secret::new(secret.replace("ENDPOINT", &endpoint));
    let credential = Credential::parse(&secret, Some(&loopback)).unwrap();
    let call = Call {
        target: credential.target("chat.postMessage", Some(&loopback)),
        body: r#"{"text":"é"}"#.to_owned(),
    };
    let http = Http::new(true).unwrap();
    let server = async {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut asked = vec![0; 4_096];
        let mut read = 0;
        while !asked.starts_with(b"POST") || !asked.windows(2).any(|end| end == br#""}"#) {
            let more = socket.read(asked.get_mut(read..).unwrap()).await.unwrap();
            if more == 0 {
                break;
            }
            read += more;
        }
        asked.truncate(read);
        socket.write_all(answer.as_bytes()).await.unwrap();
        socket.shutdown().await.unwrap();
        String::from_utf8(asked).unwrap()
    };
    let (asked, reply) = tokio::join!(server, http.post(call));
    let again =
        tokio::time::timeout(std::time::Duration::from_millis(200), listener.accept()).await;
    (asked, 1 + usize::from(again.is_ok()), reply)
}

#[tokio::test]
async fn a_webhook_is_posted_json_and_its_answer_read() {
    let (asked, _, reply) = exchange(
        "ENDPOINT/services/T0/sesame",
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
    )
    .await;
    assert!(
        asked.starts_with("POST /services/T0/sesame HTTP/1.1\r\n")
            && asked.ends_with(r#"{"text":"é"}"#),
        "{asked}"
    );
    assert!(
        asked.contains("content-type: application/json; charset=utf-8")
            && !asked.contains("authorization"),
        "{asked}"
    );
    assert_eq!(
        reply,
        Ok(Reply {
            status: 200,
            retry_after: None,
            body: "ok".to_owned()
        })
    );
}

#[tokio::test]
async fn a_bot_shows_its_token_in_the_header() {
    let (asked, _, _) = exchange(
        "xoxb-sesame",
        "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
    )
    .await;
    assert!(
        asked.starts_with("POST /api/chat.postMessage")
            && asked.contains("authorization: Bearer xoxb-sesame\r\n"),
        "{asked}"
    );
}

#[tokio::test]
async fn the_stated_time_is_read() {
    let (_, _, reply) = exchange(
        "ENDPOINT/services/T0",
        "HTTP/1.1 429 Too Many\r\nRetry-After: 30\r\ncontent-length: 0\r\n\r\n",
    )
    .await;
    assert_eq!(
        reply,
        Ok(Reply {
            status: 429,
            retry_after: Some(30),
            body: String::new()
        })
    );
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let answer = "HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n";
    let (_, calls, reply) = exchange("ENDPOINT/services/T0", answer).await;
    assert_eq!((calls, reply.unwrap().status), (1, 302));
}

#[tokio::test]
async fn a_lost_answer_is_an_error_that_keeps_the_secret() {
    let (_, _, reply) = exchange("ENDPOINT/services/T0/sesame", "").await;
    let said = format!("{:?}", reply.unwrap_err());
    assert!(
        said.contains("Unreachable") && !said.contains("sesame"),
        "{said}"
    );
}
