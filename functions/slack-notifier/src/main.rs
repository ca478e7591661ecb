//! The function: reads the settings, connects, and hands every event to the handler.

mod outside;

use std::io;
use std::process::ExitCode;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use rolewatch_aws::{NotifierAws, SystemClock};
use rolewatch_live::port::Clock;
use rolewatch_live::settings::{self, NotifierSettings};
use rolewatch_live::telemetry;
use rolewatch_notify::View;
use rolewatch_notify::slack::Courier;
use rolewatch_notify::slack::credential::Loopback;
use serde_json::value::RawValue;
use slack_notifier::http::Http;
use slack_notifier::{Notifier, Response};

use outside::{AwsPorts, SlackPorts};

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
    let settings = NotifierSettings::from_environment()?;
    let view = View::new(
        settings.language,
        settings.time_zone.clone(),
        settings.runbook_url.as_deref(),
    )?;
    let view = view.of_stack(settings.stack.clone());
    let loopback = settings
        .test_slack_endpoint
        .as_deref()
        .map(Loopback::parse)
        .transpose()?;
    let aws = NotifierAws::connect(&settings).await;
    let slack = SlackPorts::new(
        Http::new(loopback.is_some())?,
        &aws,
        settings.chatbot_topic.clone(),
    );
    if let Err(why) = aws.tables.warm().await {
        // The first event will open the connection or report the error.
        tracing::warn!(%why, "couldn't reach the outbox at startup");
    }
    let chatroom = settings.chatbot_topic.is_some();
    let courier = Courier::new(
        AwsPorts::new(aws),
        slack,
        view,
        settings.slack_channel.clone(),
        loopback,
        chatroom,
    );
    let notifier = &Notifier::new(courier);
    lambda_runtime::run(service_fn(
        move |event: LambdaEvent<Box<RawValue>>| async move {
            let (event, context) = event.into_parts();
            let report = notifier.handle(event.get(), &context.request_id).await?;
            report.metrics.write(SystemClock.now(), &mut io::stdout())?;
            Ok::<Response, Error>(report.response)
        },
    ))
    .await
}
