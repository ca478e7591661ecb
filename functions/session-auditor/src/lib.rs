//! session-auditor: what has to be done because time passes, not because something happened.
//!
//! A schedule invokes it with a task and the time at which it was due. That time is the clock of
//! the run, so that a run can be repeated.

use rolewatch_guard::moment::Moment;
use rolewatch_live::port::{
    Bucket, Clock, Directory, Prober, Queue, Subscribers, Table, Topic, Trail, Trouble,
};
use rolewatch_live::probe::{self, Probed};
use rolewatch_live::recipients::standing;
use rolewatch_live::requeue;
use rolewatch_live::resend::{Resent, resend};
use rolewatch_live::rulebook::Shelf;
use rolewatch_live::setup;
use rolewatch_live::snapshots::{self, SnapshotCounts};
use rolewatch_live::telemetry::{Count, Metrics};
use rolewatch_live::watch::{self, Swept};
use rolewatch_notify::View;
use serde::Deserialize;

pub mod digest;

/// So many findings a sweep sends again; the next one goes on.
const SENT_AT_ONCE: u64 = 300;

/// Everything outside.
pub trait SessionPorts:
    Table + Queue + Topic + Subscribers + Bucket + Trail + Directory + Prober + Clock
{
}

impl<O: Table + Queue + Topic + Subscribers + Bucket + Trail + Directory + Prober + Clock>
    SessionPorts for O
{
}

/// What a schedule sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Request {
    /// What is to be done.
    pub task: Task,
    /// As of when: the time that the schedule was due. None: now.
    #[serde(default)]
    pub at: Option<Moment>,
}

/// What can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// Look after elevated sessions that aren't closed; send again what nobody acknowledged.
    Sweep,
    /// Tell of the last 24 hours.
    Digest,
    /// Take a snapshot of users and groups, and have the setup of every account read. The snapshot
    /// is dated by the clock, not by when it was due: it shows what is, not what was.
    Rosters,
    /// Say which accounts and Regions are silent, and probe all of them again.
    Probe,
}

/// What an invocation came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TaskReport {
    /// Of a sweep.
    pub swept: Option<Swept>,
    /// Of a sweep: what was sent again.
    pub resent: Option<Resent>,
    /// Whether a digest was sent.
    pub digested: bool,
    /// Of the snapshots.
    pub taken: Option<SnapshotCounts>,
    /// Of the probes.
    pub probed: Option<Probed>,
}

impl TaskReport {
    /// As metrics of the function, by its name in the code.
    pub fn metrics(&self, function: &'static str) -> Metrics {
        let mut metrics = Metrics::of(function);
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

/// The function, and what lives on between invocations.
#[derive(Debug, Default)]
pub struct SessionAuditor {
    shelf: Shelf,
    regions: Vec<String>,
    home: String,
    view: View,
}

impl SessionAuditor {
    /// Looks for events in these regions; if there are none, in those of the policy, and if it has
    /// none either, in the one that it runs in.
    pub fn new(regions: Vec<String>, home: String) -> Self {
        Self {
            shelf: Shelf::default(),
            regions,
            home,
            view: View::default(),
        }
    }

    /// Words its e-mails so.
    pub fn with_view(self, view: View) -> Self {
        Self { view, ..self }
    }

    /// Does a task. What can't be begun in time before the `deadline` is left to the next run.
    ///
    /// # Errors
    /// The ports' own; then the task has to be done again, and can be.
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
                // Each is done although the others can't be.
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
                let swept = watch::sweep(outside, book, regions, deadline, now).await?;
                let (resent, revived) = (resent?, revived?);
                if revived > 0 {
                    tracing::warn!(
                        revived,
                        "messages about switches to judge in turns were lost; sent them again"
                    );
                }
                tracing::info!(?swept, ?resent, "watched the sessions");
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
                    // Whoever started this run starts another one for the same moment.
                    return Err(Trouble::Unreachable {
                        what: "taking rosters".to_owned(),
                        why: format!(
                            "time ran out with {} accounts left; {} rosters were taken",
                            taken.left, taken.written
                        ),
                    });
                }
                // As of the clock: a run that was due long ago asks for what is so now.
                setup::all(outside, book, outside.now()).await?;
                tracing::info!(?taken, "took rosters");
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

/// The Regions that are watched.
fn watched<'a>(own: &'a [String], of_policy: &'a [String], home: &'a String) -> &'a [String] {
    match (own, of_policy) {
        ([], []) => std::slice::from_ref(home),
        ([], of_policy) => of_policy,
        (own, _) => own,
    }
}
