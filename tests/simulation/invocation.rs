//! The functions behind the queues, each with a call of its own that can be stopped anywhere.

use std::future::Future;
use std::pin::Pin;

use rolewatch_edge::ledger::is_done;
use rolewatch_edge::port::{Queue, Trouble};
use rolewatch_edge::settings::Language;
use rolewatch_edge::slack::{Courier, sample};
use rolewatch_edge::testing::Twin;
use rolewatch_edge::watch::recovered;
use rolewatch_guard::Elevated;
use rolewatch_guard::arn::RoleArn;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::seen::{Reading, read, reduced};
use serde_json::value::RawValue;
use session_auditor::{Auditor, Request};
use slack_notifier::Notifier;
use switch_guard::Guard;

use crate::slack::{Aws, Line, Slack};
use crate::storm::Storm;

/// Which function; each has a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Function {
    /// Reads events.
    Guard,
    /// Reads alerts.
    Notifier,
    /// Is called by its schedule.
    Auditor,
    /// Plays archive-auditor: reads what is in new log files.
    Archive,
}

/// The messages that failed, and what the rest came to.
type Outcome<R> = Result<(Vec<String>, R), String>;

/// A call that was not stopped. The function lives on.
pub(crate) enum Ended<'w> {
    Guard(Guard, Outcome<switch_guard::Report>),
    Notifier(Notifier<Aws<'w>, Line<'w>>, Outcome<slack_notifier::Report>),
    Auditor(Auditor, Request, Result<session_auditor::Report, String>),
    Archive(Result<u64, String>),
}

/// A call under way.
pub(crate) type Call<'w> = Pin<Box<dyn Future<Output = Ended<'w>> + 'w>>;

pub(crate) async fn guard(twin: &Twin<Storm>, mut guard: Guard, payload: Box<RawValue>) -> Ended<'_> {
    let outcome = guard.handle(twin, &payload, None).await.map_err(|trouble| trouble.to_string());
    let failed = outcome
        .map(|(response, report)| (response.batch_item_failures.into_iter().map(|failure| failure.item_identifier).collect(), report));
    Ended::Guard(guard, failed)
}

pub(crate) fn notifier<'w>(twin: &'w Twin<Storm>, slack: &'w Slack) -> Notifier<Aws<'w>, Line<'w>> {
    let channel = slack.bot.then(|| "C0EXAMPLE".to_owned());
    Notifier::new(Courier::new(Aws(twin), Line { twin, slack }, sample::view(Language::English), channel, None, false))
}

pub(crate) async fn notify<'w>(notifier: Notifier<Aws<'w>, Line<'w>>, payload: Box<RawValue>, number: u64) -> Ended<'w> {
    let outcome = notifier.handle(payload.get(), &format!("invocation-{number}")).await.map_err(|failed| failed.to_string());
    let failed =
        outcome.map(|report| (report.response.batch_item_failures.iter().map(|failure| failure.item_identifier.clone()).collect(), report));
    Ended::Notifier(notifier, failed)
}

pub(crate) async fn audit(twin: &Twin<Storm>, mut auditor: Auditor, request: Request, deadline: Moment) -> Ended<'_> {
    let outcome = auditor.handle(twin, request, Some(deadline)).await.map_err(|trouble| trouble.to_string());
    Ended::Auditor(auditor, request, outcome)
}

/// Whatever the ledger does not know of these records is sent to the guard.
pub(crate) async fn feed<'w>(twin: &'w Twin<Storm>, policy: &'w Policy, records: Vec<String>) -> Ended<'w> {
    let mut sent = 0;
    for record in records {
        match feed_one(twin, policy, &record).await {
            Ok(news) => sent += u64::from(news),
            Err(trouble) => return Ended::Archive(Err(trouble.to_string())),
        }
    }
    Ended::Archive(Ok(sent))
}

async fn feed_one(twin: &Twin<Storm>, policy: &Policy, record: &str) -> Result<bool, Trouble> {
    let elevated = |role: &RoleArn| Elevated::by_policy(policy).may_be(role);
    let (Ok(Reading::Seen(seen)), Ok(body)) = (read(record.as_bytes(), &elevated), reduced(record.as_bytes())) else {
        return Ok(false);
    };
    if is_done(twin, &seen.key, &body).await? {
        return Ok(false);
    }
    twin.send(recovered("trail", record).unwrap(), 0).await?;
    Ok(true)
}
