//! session-auditor: the tasks that are due because time passes, not because something happened.
//!
//! A schedule invokes it with a task and the time at which the task was due. That time is the clock
//! of the run, so that a run can be repeated.

use rolewatch_guard::moment::Moment;
use rolewatch_live::port::{
    Bucket, Clock, Directory, IdentityStore, Prober, Queue, Subscribers, Table, Topic, Trail,
    Trouble,
};
use rolewatch_live::probe::{self, Probed};
use rolewatch_live::recipients::standing;
use rolewatch_live::requeue;
use rolewatch_live::resend::{Resent, resend};
use rolewatch_live::rulebook::{Rulebook, Shelf};
use rolewatch_live::setup;
use rolewatch_live::snapshots::{self, SnapshotCounts};
use rolewatch_live::telemetry::{Count, Metrics};
use rolewatch_live::watch::{self, Swept};
use rolewatch_notify::View;
use serde::Deserialize;

pub mod digest;

/// How many findings a sweep sends again. The next sweep continues.
const SENT_AT_ONCE: u64 = 300;

/// The ports of session-auditor.
pub trait SessionPorts:
    Table + Queue + Topic + Subscribers + Bucket + Trail + Directory + IdentityStore + Prober + Clock
{
}

impl<O> SessionPorts for O where
    O: Table
        + Queue
        + Topic
        + Subscribers
        + Bucket
        + Trail
        + Directory
        + IdentityStore
        + Prober
        + Clock
{
}

/// The payload that a schedule sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Request {
    /// The task to do.
    pub task: Task,
    /// The time at which the schedule was due, which is the run's clock. `None`: now.
    #[serde(default)]
    pub at: Option<Moment>,
}

/// The tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// Check elevated sessions that aren't closed, and send again what nobody acknowledged.
    Sweep,
    /// Send the digest of the last 24 hours.
    Digest,
    /// Take a snapshot of users and groups, and request a reading of every account's setup. The
    /// snapshot is dated by the clock and not by the time when it was due, because it shows the
    /// current state.
    Rosters,
    /// Take a snapshot of Identity Center. It may take minutes, so it's a task of its own.
    CenterRoster,
    /// Report which accounts and Regions are silent, and probe all of them again.
    Probe,
}

/// The result of an invocation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TaskReport {
    /// For a sweep: the watched sessions.
    pub swept: Option<Swept>,
    /// For a sweep: what was sent again.
    pub resent: Option<Resent>,
    /// Whether a digest was sent.
    pub digested: bool,
    /// For the snapshots.
    pub taken: Option<SnapshotCounts>,
    /// For the probes.
    pub probed: Option<Probed>,
}

impl TaskReport {
    /// The result as metrics. `function` is the function's name in the code.
    pub fn metrics(&self, function: &'static str) -> Metrics {
        let mut metrics = Metrics::of_function(function);
        if let Some(swept) = &self.swept {
            for (what, count) in [
                (Count::OpenSessions, swept.open),
                (Count::ClosedSessions, swept.closed),
                (Count::UnansweredSessions, swept.unanswered),
                (Count::Lookups, swept.lookups),
                (Count::LookupsThrottled, swept.throttled),
                (Count::LookupsRefused, swept.refused),
            ] {
                metrics.count(what, count);
            }
        }
        if let Some(resent) = &self.resent {
            resent.count(&mut metrics);
        }
        if let Some(taken) = &self.taken {
            metrics.count(Count::RosterTaken, taken.written);
            metrics.count(Count::RosterFailed, taken.failed);
        }
        if let Some(probed) = &self.probed {
            metrics.count(Count::SilentSpokes, probed.silent);
        }
        metrics
    }
}

/// The function, with the state that is kept between invocations.
#[derive(Debug, Default)]
pub struct SessionAuditor {
    shelf: Shelf,
    regions: Vec<String>,
    home: String,
    view: View,
}

impl SessionAuditor {
    /// Searches for events in these Regions. If there are none, uses those of the policy, and if
    /// that has none either, the Region in which the function runs.
    pub fn new(regions: Vec<String>, home: String) -> Self {
        Self {
            shelf: Shelf::default(),
            regions,
            home,
            view: View::default(),
        }
    }

    /// Sets the language and the time zone of e-mails.
    pub fn with_view(self, view: View) -> Self {
        Self { view, ..self }
    }

    /// Does a task. Work that can't begin in time before the `deadline` is left to the next run.
    ///
    /// # Errors
    /// Returns the first error of a port. The task then has to be repeated, which is safe.
    pub async fn handle<O: SessionPorts>(
        &mut self,
        outside: &O,
        request: Request,
        deadline: Option<Moment>,
    ) -> Result<TaskReport, Trouble> {
        let now = request.at.unwrap_or_else(|| outside.now());
        let book = self.shelf.current(outside, now).await?;
        let mut report = TaskReport::default();
        match request.task {
            Task::Sweep => {
                let regions = watched(&self.regions, &book.policy.regions, &self.home);
                let (swept, resent) = sweep(outside, book, regions, deadline, now).await?;
                (report.swept, report.resent) = (Some(swept), Some(resent));
            }
            Task::Digest => {
                let digest = digest::send(outside, book, &self.view, now).await?;
                tracing::info!(switches = digest.switches, "sent a digest");
                report.digested = true;
            }
            Task::Rosters => {
                let taken = snapshots::take_all(outside, book, now, deadline).await?;
                if taken.left > 0 {
                    // After an error, another run is started for the same moment.
                    return Err(Trouble::Unreachable {
                        what: "taking rosters".to_owned(),
                        why: format!(
                            "time ran out with {} accounts left; {} rosters were taken",
                            taken.left, taken.written
                        ),
                    });
                }
                // Uses the clock: a run that was due long ago requests the current state.
                setup::ask_for_all(outside, book, outside.now()).await?;
                tracing::info!(?taken, "took rosters");
                report.taken = Some(taken);
            }
            Task::CenterRoster => {
                let taken = snapshots::take_center(outside, book, now, deadline).await?;
                tracing::info!(?taken, "took a roster of Identity Center");
                report.taken = Some(taken);
            }
            Task::Probe => {
                let regions = watched(&self.regions, &book.policy.regions, &self.home);
                let probed = probe::run(outside, &book.policy, regions, deadline, now).await?;
                tracing::info!(?probed, "probed accounts and Regions");
                report.probed = Some(probed);
            }
        }
        Ok(report)
    }
}

/// Checks the sessions, sends again what is due, and revives requests that were lost.
async fn sweep<O: SessionPorts>(
    outside: &O,
    book: &Rulebook,
    regions: &[String],
    deadline: Option<Moment>,
    now: Moment,
) -> Result<(Swept, Resent), Trouble> {
    // Each step is done even if the others fail.
    let readable_since = match standing::look_after(outside, now).await {
        Ok(since) => since,
        Err(trouble) => {
            tracing::error!(
                %trouble,
                "couldn't check who receives e-mail; the next sweep will retry"
            );
            None
        }
    };
    let resent = resend(outside, now, SENT_AT_ONCE, readable_since).await;
    let revived = requeue::revive(outside, now).await;
    let swept = watch::sweep_sessions(outside, book, regions, deadline, now).await?;
    let (resent, revived) = (resent?, revived?);
    if revived > 0 {
        tracing::warn!(
            revived,
            "requests to judge switches again were lost; sent them again"
        );
    }
    tracing::info!(?swept, ?resent, "watched the sessions");
    Ok((swept, resent))
}

/// The watched Regions.
fn watched<'a>(own: &'a [String], of_policy: &'a [String], home: &'a String) -> &'a [String] {
    match (own, of_policy) {
        ([], []) => std::slice::from_ref(home),
        ([], of_policy) => of_policy,
        (own, _) => own,
    }
}
