//! The function: reads the settings, connects, and hands every event to the handler.

// The handler's future nests many futures.
#![recursion_limit = "256"]

use std::io;
use std::process::ExitCode;

use aws_lambda_events::event::sqs::SqsBatchResponse;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use rolewatch_aws::{GuardAws, SystemClock};
use rolewatch_guard::moment::Moment;
use rolewatch_guard::tamper::GuardedResources;
use rolewatch_live::port::Clock;
use rolewatch_live::settings::{self, GuardSettings};
use rolewatch_live::telemetry;
use serde_json::value::RawValue;
use switch_guard::Guard;
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
    let settings = GuardSettings::from_environment()?;
    let guarded = GuardedResources::from(&settings.own);
    let aws = &GuardAws::connect(&settings).await;
    let mut guard = Guard::new(guarded).with_hub(settings.stack.operations_topic.account());
    // What the first event needs. If something fails, that event does it again and reports the
    // error.
    let (warmed, prepared) = tokio::join!(aws.tables.warm(), guard.prepare(aws));
    if let Err(why) = warmed {
        tracing::warn!(%why, "couldn't reach the outbox at startup");
    }
    if let Err(why) = prepared {
        tracing::warn!(%why, "couldn't read the policy and the rosters at startup");
    }
    let guard = &Mutex::new(guard);
    lambda_runtime::run(service_fn(
        move |event: LambdaEvent<Box<RawValue>>| async move {
            let deadline = i64::try_from(event.context.deadline / 1_000)
                .ok()
                .map(Moment::from_epoch_seconds);
            let mut guard = guard.lock().await;
            // The future nests many futures and is too large to be moved on the stack.
            let (response, report) = Box::pin(guard.handle(aws, &event.payload, deadline)).await?;
            report
                .metrics("switch-guard")
                .write(SystemClock.now(), &mut io::stdout())?;
            Ok::<SqsBatchResponse, Error>(response)
        },
    ))
    .await
}
