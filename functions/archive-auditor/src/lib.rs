//! archive-auditor: reads log files of the trail, and sends events that never arrived to
//! switch-guard.
//!
//! The handler takes a batch of its queue, whose messages can fail individually, one bare event,
//! `{"task": "sweep", "at": …}`, or a request of the state machine in `history.asl.json`: `{"list":
//! …}`, `{"map": …}`, `{"lost": …}`, `{"reduce": …}`.

mod history;
mod key;
mod message;
mod passage;
mod recover;
mod report;
mod sweep;
mod time;

use std::cell::RefCell;

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent};
use rolewatch_archive::Scratch;
use rolewatch_guard::id::AccountId;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::tamper::GuardedResources;
use rolewatch_guard::untrusted::harmless;
use rolewatch_live::port::{Bucket, Clock, Logs, Queue, Table, Topic, Trouble};
use rolewatch_live::quarantine;
use rolewatch_live::rulebook::Shelf;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::time::FILE_TAKES;
use history::HistoryStep;
use key::LogKey;
use message::{QueueMessage, TaskRequest, TrailObject};
use recover::{TrailReader, recover};
pub use report::ArchiveReport;

/// The ports of archive-auditor.
pub trait ArchivePorts: Table + Queue + Topic + Bucket + Logs + Clock {}

impl<O: Table + Queue + Topic + Bucket + Logs + Clock> ArchivePorts for O {}

/// Where the trail writes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrailBucket {
    /// The bucket.
    pub bucket: String,
    /// The trail's own prefix before `AWSLogs/`, without slashes around it. Mostly empty.
    pub prefix: String,
    /// The hub of the guard that reads it.
    pub hub: Hub,
}

/// The hub of the guard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hub {
    /// The resources that are watched for tampering.
    pub guarded: GuardedResources,
    /// The hub's account.
    pub account: AccountId,
    /// The hub's Region.
    pub region: String,
}

/// The state that is kept between invocations.
pub struct ArchiveAuditor {
    trail: Option<TrailBucket>,
    shelf: Shelf,
    scratch: RefCell<Scratch>,
}

impl ArchiveAuditor {
    /// `None`: there is no trail, so nothing can be recovered.
    pub fn new(trail: Option<TrailBucket>) -> Self {
        Self {
            trail,
            shelf: Shelf::default(),
            scratch: RefCell::default(),
        }
    }

    /// Handles one invocation. Work that can't begin in time before the `deadline` is left for the
    /// next one.
    ///
    /// # Errors
    /// Returns an error for anything but a batch. In a batch, the answer names the messages that
    /// failed.
    pub async fn handle<O: ArchivePorts>(
        &mut self,
        outside: &O,
        payload: &RawValue,
        deadline: Option<Moment>,
    ) -> Result<(Value, ArchiveReport), Trouble> {
        let mut report = ArchiveReport::default();
        if let Ok(TaskRequest {
            task: Some(task),
            at,
        }) = serde_json::from_str(payload.get())
        {
            let answer = self
                .run_task(outside, &task, at, deadline, &mut report)
                .await?;
            return Ok((answer, report));
        }
        if let Some(asked) = history::step_of(payload.get()) {
            // A batch that can't be parsed must not count as read.
            let asked = asked
                .map_err(|why| refused("reading the state machine's request", &why.to_string()))?;
            let answer = self.history_step(outside, asked, deadline).await?;
            return Ok((answer, report));
        }
        let batch = serde_json::from_str::<SqsEvent>(payload.get()).ok();
        // Messages from S3 look much like messages from SQS.
        let Some(batch) =
            batch.filter(|batch| batch.records.iter().all(|message| message.body.is_some()))
        else {
            self.handle_message(outside, payload.get(), &mut report)
                .await?;
            return Ok((json!({}), report));
        };
        let mut response = SqsBatchResponse::default();
        for message in batch.records {
            // A returned message comes back later. An invocation that is cut off fails its whole
            // batch.
            let late =
                deadline.is_some_and(|deadline| deadline.seconds_since(outside.now()) < FILE_TAKES);
            let outcome = if late {
                Err(Trouble::Unreachable {
                    what: "the rest of the batch".to_owned(),
                    why: "no time left".to_owned(),
                })
            } else {
                self.handle_message(
                    outside,
                    message.body.as_deref().unwrap_or_default(),
                    &mut report,
                )
                .await
            };
            if let Err(trouble) = outcome {
                report.failed += 1;
                let id = message.message_id.ok_or_else(|| trouble.clone())?;
                tracing::error!(message = %id, %trouble, "a message failed and will be redelivered");
                response.add_failure(id);
            }
        }
        Ok((json!(response), report))
    }

    async fn history_step<O: ArchivePorts>(
        &mut self,
        outside: &O,
        asked: HistoryStep,
        deadline: Option<Moment>,
    ) -> Result<Value, Trouble> {
        match asked {
            HistoryStep::List(asked) => history::list(outside, &asked, deadline).await,
            HistoryStep::Lost(lost) => history::report_lost(outside, &lost).await,
            HistoryStep::Map(batch) => {
                let book = self.shelf.current(outside, outside.now()).await?;
                history::extract(outside, &book.policy, &self.scratch, &batch).await
            }
            HistoryStep::Reduce(asked) => {
                let book = self.shelf.current(outside, outside.now()).await?;
                history::reduce(outside, book, &asked).await
            }
        }
    }

    async fn run_task<O: ArchivePorts>(
        &mut self,
        outside: &O,
        task: &str,
        at: Option<Moment>,
        deadline: Option<Moment>,
        report: &mut ArchiveReport,
    ) -> Result<Value, Trouble> {
        if task != "sweep" {
            return Err(refused(
                &format!("the task `{}`", harmless(task)),
                "the only task is `sweep`",
            ));
        }
        let Some(trail) = &self.trail else {
            return Err(no_trail());
        };
        let at = at.unwrap_or_else(|| outside.now());
        let book = self.shelf.current(outside, at).await?;
        let reader = TrailReader::new(&book.policy, &trail.hub, &self.scratch)?;
        let whole = sweep::sweep(outside, &reader, trail, at, deadline, report).await?;
        Ok(json!({ "swept": at, "whole": whole, "files": report.files }))
    }

    /// Processes one message. It can be repeated from the start after any failure.
    async fn handle_message<O: ArchivePorts>(
        &mut self,
        outside: &O,
        body: &str,
        report: &mut ArchiveReport,
    ) -> Result<(), Trouble> {
        let now = outside.now();
        let objects = match message::open(body) {
            QueueMessage::Created(objects) => objects,
            QueueMessage::Unreadable(why) => {
                quarantine::put(outside, body, &why, now).await?;
                report.quarantined += 1;
                return Ok(());
            }
        };
        for TrailObject { bucket, key } in objects {
            let Some(trail) = &self.trail else {
                return Err(no_trail());
            };
            if bucket != trail.bucket {
                // What others write into their own bucket isn't evidence.
                let why = format!(
                    "it names the bucket `{}`, which isn't the trail's",
                    harmless(&bucket)
                );
                quarantine::put(outside, body, &why, now).await?;
                report.quarantined += 1;
                return Ok(());
            }
            let Some(log) = LogKey::parse(&key, &trail.prefix) else {
                // CloudTrail writes digests and Insights into the same bucket.
                report.ignored += 1;
                continue;
            };
            let book = self.shelf.current(outside, now).await?;
            let reader = TrailReader::new(&book.policy, &trail.hub, &self.scratch)?;
            report.add(&log, recover(outside, &reader, &bucket, log, now).await?);
        }
        Ok(())
    }
}

fn no_trail() -> Trouble {
    refused("recovering events", "`ROLEWATCH_TRAIL_BUCKET` is not set")
}

fn refused(what: &str, why: &str) -> Trouble {
    Trouble::Refused {
        what: what.to_owned(),
        why: why.to_owned(),
    }
}
