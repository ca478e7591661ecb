//! The function: reads the settings, connects, and hands every event to the handler.

// The handler's future nests many futures.
#![recursion_limit = "256"]

use std::io;
use std::process::ExitCode;

use archive_auditor::{ArchiveAuditor, Hub, TrailBucket};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use rolewatch_aws::{ArchiveAws, SystemClock};
use rolewatch_guard::moment::Moment;
use rolewatch_guard::tamper::GuardedResources;
use rolewatch_live::port::Clock;
use rolewatch_live::settings::{self, ArchiveSettings};
use rolewatch_live::telemetry;
use serde_json::Value;
use serde_json::value::RawValue;
use tokio::sync::Mutex;

// Lambda gives a process one event at a time, so a second thread would have nothing to do.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    if let Err(why) = run().await {
        tracing::error!(%why, "the function can't run");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

async fn run() -> Result<(), Error> {
    telemetry::init(settings::log_level())?;
    let settings = ArchiveSettings::from_environment()?;
    let aws = &ArchiveAws::connect(&settings).await;
    // The stack's own topics are in the hub's account and Region.
    let topic = &settings.stack.operations_topic;
    let hub = Hub {
        guarded: GuardedResources::from(&settings.own),
        account: topic.account(),
        region: topic.region().to_owned(),
    };
    let prefix = settings.trail_prefix;
    let trail = settings.own.trail_bucket.map(|bucket| TrailBucket {
        bucket,
        prefix,
        hub,
    });
    let auditor = &Mutex::new(ArchiveAuditor::new(trail));
    lambda_runtime::run(service_fn(
        move |event: LambdaEvent<Box<RawValue>>| async move {
            let deadline = i64::try_from(event.context.deadline / 1_000)
                .ok()
                .map(Moment::from_epoch_seconds);
            let mut auditor = auditor.lock().await;
            // The future nests many futures and is too large to be moved on the stack.
            let (answer, report) = Box::pin(auditor.handle(aws, &event.payload, deadline)).await?;
            report
                .metrics("archive-auditor")
                .write(SystemClock.now(), &mut io::stdout())?;
            Ok::<Value, Error>(answer)
        },
    ))
    .await
}
