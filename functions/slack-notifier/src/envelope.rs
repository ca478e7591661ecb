//! The function's input: an SQS batch of SNS notifications, an SNS event, or a bare message.

use rolewatch_live::wire::TopicMessage;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::MAIL_FROM_RECEIPT;

/// A message and how it arrived.
pub(crate) struct ReceivedMessage {
    /// Its ID in the batch. `None` if it didn't come through a queue.
    pub(crate) item: Option<String>,
    /// How often it was delivered, including this time.
    pub(crate) receipt: u32,
    /// The content, or why it can't be parsed.
    pub(crate) message: Result<TopicMessage, String>,
}

impl ReceivedMessage {
    /// Whether the queue delivered it so often that another attempt isn't worth it.
    pub(crate) fn is_worn_out(&self) -> bool {
        self.item.is_some() && self.receipt >= MAIL_FROM_RECEIPT
    }
}

#[derive(Deserialize)]
struct SqsBatch<'a> {
    #[serde(rename = "Records", borrow)]
    records: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SqsRecord {
    message_id: String,
    body: String,
    #[serde(default)]
    attributes: SqsAttributes,
}

#[derive(Deserialize, Default)]
struct SqsAttributes {
    #[serde(rename = "ApproximateReceiveCount", default)]
    receipts: String,
}

#[derive(Deserialize)]
struct SnsRecord {
    #[serde(rename = "Sns")]
    sns: SnsNotification,
}

#[derive(Deserialize)]
struct SnsNotification {
    #[serde(rename = "Message")]
    message: String,
}

/// Splits an event into its messages.
pub(crate) fn open(event: &str) -> Vec<ReceivedMessage> {
    let Ok(batch) = serde_json::from_str::<SqsBatch<'_>>(event) else {
        return vec![ReceivedMessage {
            item: None,
            receipt: 1,
            message: read(event),
        }];
    };
    batch
        .records
        .into_iter()
        .map(|record| of_record(record.get()))
        .collect()
}

fn of_record(record: &str) -> ReceivedMessage {
    if let Ok(record) = serde_json::from_str::<SqsRecord>(record) {
        // SQS includes the current receipt in the count, and writes the number as text.
        let receipt = record.attributes.receipts.parse().unwrap_or(1);
        return ReceivedMessage {
            item: Some(record.message_id),
            receipt,
            message: read(&record.body),
        };
    }
    let message = match serde_json::from_str::<SnsRecord>(record) {
        Ok(record) => read(&record.sns.message),
        Err(why) => Err(format!("a record comes from neither SQS nor SNS: {why}")),
    };
    ReceivedMessage {
        item: None,
        receipt: 1,
        message,
    }
}

/// The message itself, which is inside SNS's envelope unless raw delivery is on.
fn read(body: &str) -> Result<TopicMessage, String> {
    if let Ok(notification) = serde_json::from_str::<SnsNotification>(body) {
        return read_bare(&notification.message);
    }
    read_bare(body)
}

fn read_bare(text: &str) -> Result<TopicMessage, String> {
    // The error names a line, a column and a field, but quotes none of the text.
    serde_json::from_str(text)
        .map_err(|why| format!("a message is not an alert, a digest, a heartbeat, or a change of who receives e-mail: {why}"))
}
