//! The queue that feeds switch-guard, in SQS.

use aws_sdk_sqs::Client;

use super::connection::Connection;
use super::trouble::trouble;
use crate::port::{Queue, Trouble};

/// The longest that SQS holds a message back, in seconds.
const LONGEST: u32 = 900;

/// The queue of events.
#[derive(Debug, Clone)]
pub struct EventQueue {
    client: Client,
    url: String,
}

impl EventQueue {
    /// Opens nothing yet.
    pub fn new(connection: &Connection, url: String) -> Self {
        Self { client: Client::new(&connection.config), url }
    }
}

impl Queue for EventQueue {
    async fn send(&self, body: String, delay: u32) -> Result<(), Trouble> {
        let delay = i32::try_from(delay.min(LONGEST)).unwrap_or_default();
        let sent = self.client.send_message().queue_url(&self.url).message_body(body).delay_seconds(delay).send().await;
        sent.map(drop).map_err(|error| trouble("sqs:SendMessage", &error))
    }
}
