//! The function: reads the settings, connects, and hands every task to the handler.

// The handler's future nests many futures.
#![recursion_limit = "256"]

use std::io;
use std::process::ExitCode;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use rolewatch_aws::{AuditorAws, SystemClock};
use rolewatch_guard::moment::Moment;
use rolewatch_live::port::Clock;
use rolewatch_live::settings::{self, AuditorSettings};
use rolewatch_live::telemetry;
use rolewatch_notify::View;
use session_auditor::{Request, SessionAuditor};
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
    let settings = AuditorSettings::from_environment()?;
    let aws = &AuditorAws::connect(&settings).await;
    let view = View::new(settings.language, settings.time_zone, None)?;
    let auditor = &Mutex::new(SessionAuditor::new(settings.regions, settings.home).with_view(view));
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Request>| async move {
        let deadline = i64::try_from(event.context.deadline / 1_000)
            .ok()
            .map(Moment::from_epoch_seconds);
        let mut auditor = auditor.lock().await;
        // The future nests many futures and is too large to be moved on the stack.
        let report = Box::pin(auditor.handle(aws, event.payload, deadline)).await?;
        report
            .metrics("session-auditor")
            .write(SystemClock.now(), &mut io::stdout())?;
        Ok::<(), Error>(())
    }))
    .await
}
