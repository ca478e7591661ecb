//! The queues that feed switch-guard, in SQS.

use aws_sdk_sqs::Client;

use crate::connection::Connection;
use crate::trouble::trouble;
use rolewatch_guard::time::aws::LONGEST_DELAY;
use rolewatch_live::port::{Queue, Trouble};

/// The queue of events and the queue of switches into elevated roles.
#[derive(Debug, Clone)]
pub struct EventQueue {
    client: Client,
    events: String,
    switches: String,
}

impl EventQueue {
    /// Takes the URLs of the queues. Without a queue for switches, the queue of events is used for
    /// both. Opens no connection.
    pub fn new(connection: &Connection, events: String, switches: Option<String>) -> Self {
        let switches = switches.unwrap_or_else(|| events.clone());
        Self {
            client: Client::new(&connection.config),
            events,
            switches,
        }
    }

    async fn send_to(&self, url: &str, body: String, delay: u32) -> Result<(), Trouble> {
        // SQS refuses a message with a longer delay.
        let delay = i32::try_from(delay.min(LONGEST_DELAY)).unwrap_or_default();
        let sent = self
            .client
            .send_message()
            .queue_url(url)
            .message_body(body)
            .delay_seconds(delay)
            .send()
            .await;
        sent.map(drop)
            .map_err(|error| trouble("sqs:SendMessage", &error))
    }
}

impl Queue for EventQueue {
    async fn send(&self, body: String, delay: u32) -> Result<(), Trouble> {
        self.send_to(&self.switches, body, delay).await
    }

    async fn send_behind(&self, body: String, delay: u32) -> Result<(), Trouble> {
        self.send_to(&self.events, body, delay).await
    }
}
