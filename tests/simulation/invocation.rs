//! The functions behind the queues, each as a call that can be stopped anywhere.

use std::future::Future;
use std::pin::Pin;

use rolewatch_guard::moment::Moment;
use rolewatch_guard::tamper::GuardedResources;
use rolewatch_live::settings::Language;
use rolewatch_live::testing::Twin;
use rolewatch_notify::sample;
use rolewatch_notify::slack::Courier;
use serde_json::Value;
use serde_json::value::RawValue;
use session_auditor::{Request, SessionAuditor};
use slack_notifier::Notifier;
use switch_guard::Guard;

use crate::slack::{Aws, Line, Slack};
use crate::storm::Storm;

/// The function. Each has a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Function {
    /// Reads events.
    Guard,
    /// Reads alerts.
    Notifier,
    /// Is invoked by its schedule.
    Auditor,
    /// Reads the log files that S3 reports.
    Archive,
}

/// The failed messages, and the result of the others.
type Outcome<R> = Result<(Vec<String>, R), String>;

/// A call that was not stopped. The function's process can be used again.
pub(crate) enum Ended<'w> {
    Guard(Guard, Outcome<switch_guard::JudgementReport>),
    Notifier(
        Notifier<Aws<'w>, Line<'w>>,
        Outcome<slack_notifier::DeliveryReport>,
    ),
    Auditor(
        SessionAuditor,
        Request,
        Result<session_auditor::TaskReport, String>,
    ),
    Archive(
        archive_auditor::ArchiveAuditor,
        Outcome<archive_auditor::ArchiveReport>,
    ),
}

/// A call in progress.
pub(crate) type Call<'w> = Pin<Box<dyn Future<Output = Ended<'w>> + 'w>>;

pub(crate) async fn guard(
    twin: &Twin<Storm>,
    mut guard: Guard,
    payload: Box<RawValue>,
) -> Ended<'_> {
    let outcome = guard
        .handle(twin, &payload, None)
        .await
        .map_err(|trouble| trouble.to_string());
    let failed = outcome.map(|(response, report)| {
        (
            response
                .batch_item_failures
                .into_iter()
                .map(|failure| failure.item_identifier)
                .collect(),
            report,
        )
    });
    Ended::Guard(guard, failed)
}

pub(crate) fn notifier<'w>(twin: &'w Twin<Storm>, slack: &'w Slack) -> Notifier<Aws<'w>, Line<'w>> {
    let channel = slack.bot.then(|| "C0EXAMPLE".to_owned());
    Notifier::new(Courier::new(
        Aws { twin, slack },
        Line { twin, slack },
        sample::view(Language::English),
        channel,
        None,
        false,
    ))
}

pub(crate) async fn notify<'w>(
    notifier: Notifier<Aws<'w>, Line<'w>>,
    payload: Box<RawValue>,
    number: u64,
) -> Ended<'w> {
    let outcome = notifier
        .handle(payload.get(), &format!("invocation-{number}"))
        .await
        .map_err(|failed| failed.to_string());
    let failed = outcome.map(|report| {
        (
            report
                .response
                .batch_item_failures
                .iter()
                .map(|failure| failure.item_identifier.clone())
                .collect(),
            report,
        )
    });
    Ended::Notifier(notifier, failed)
}

pub(crate) async fn audit(
    twin: &Twin<Storm>,
    mut auditor: SessionAuditor,
    request: Request,
    deadline: Moment,
) -> Ended<'_> {
    let outcome = auditor
        .handle(twin, request, Some(deadline))
        .await
        .map_err(|trouble| trouble.to_string());
    Ended::Auditor(auditor, request, outcome)
}

/// The bucket that the trail writes to.
pub(crate) const BUCKET: &str = "trail-logs";

pub(crate) fn reader() -> archive_auditor::ArchiveAuditor {
    let hub = archive_auditor::Hub {
        guarded: guarded(),
        account: "123456789012".parse().unwrap(),
        region: "us-east-1".to_owned(),
    };
    archive_auditor::ArchiveAuditor::new(Some(archive_auditor::TrailBucket {
        bucket: BUCKET.to_owned(),
        prefix: String::new(),
        hub,
    }))
}

/// The resources that nobody may tamper with.
pub(crate) fn guarded() -> GuardedResources {
    GuardedResources {
        stack: "rolewatch".to_owned(),
        ..GuardedResources::default()
    }
}

pub(crate) async fn recover(
    twin: &Twin<Storm>,
    mut reader: archive_auditor::ArchiveAuditor,
    payload: Box<RawValue>,
) -> Ended<'_> {
    let outcome = reader
        .handle(twin, &payload, None)
        .await
        .map_err(|trouble| trouble.to_string());
    let id = |failure: &Value| failure["itemIdentifier"].as_str().unwrap().to_owned();
    let failed = outcome.map(|(answer, report)| {
        (
            answer["batchItemFailures"]
                .as_array()
                .unwrap()
                .iter()
                .map(id)
                .collect(),
            report,
        )
    });
    Ended::Archive(reader, failed)
}
