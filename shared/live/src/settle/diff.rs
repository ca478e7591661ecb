//! Compares the outbox with what it should hold.

use std::collections::{BTreeMap, BTreeSet};

use rolewatch_guard::catalogue;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::rule::Rule;
use rolewatch_guard::{Finding, Verdict};

use super::entered::is_touched;
use super::first_seen::add_first_seen;
use super::judged::TouchedJudgement;
use super::settled::SettleCounts;
use super::{alert, uses};
use crate::ledger::{SessionAt, TouchedEvidence};
use crate::outbox::{
    self, FindingState, StoredFinding, about_records, about_sessions, record_name, subject,
};
use crate::port::{Table, Trouble};
use crate::time::EVIDENCE;
use crate::wire::Status;
use rolewatch_guard::time::chosen::LAST_RECORD;

/// How many findings are stored at a time.
const AT_ONCE: usize = 10;

/// The states of all findings concerned, with the ones that have to be written.
#[derive(Debug)]
pub(super) struct Changes {
    pub(super) states: BTreeMap<String, StoredFinding>,
    /// More sessions that are concerned: a record whose copies contradict each other can belong to
    /// two.
    pub(super) more: BTreeSet<SessionAt>,
    dirty: BTreeSet<String>,
}

/// The result of storing what changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WriteOutcome {
    /// Nothing had to be stored.
    Unchanged,
    /// Everything was stored.
    Written,
    /// Another invocation stored some of it since it was read.
    Overtaken,
}

pub(super) async fn compare<T: Table>(
    table: &T,
    judged: &TouchedJudgement,
    touched: &TouchedEvidence,
    now: Moment,
) -> Result<Changes, Trouble> {
    let mut ids = about_sessions(table, &touched.sessions, LAST_RECORD).await?;
    ids.extend(about_records(table, judged.record_names()).await?);
    let own: BTreeSet<String> = ids.into_iter().collect();
    let absorbed = absorbed(table, judged).await?;
    let wanted: BTreeSet<&str> = judged
        .findings
        .iter()
        .map(|finding| finding.id.as_str())
        .collect();
    let mut all: BTreeSet<String> = own.union(&absorbed).cloned().collect();
    all.extend(wanted.iter().map(|id| (*id).to_owned()));
    let mut changes = Changes {
        states: outbox::load_findings(table, all).await?,
        more: BTreeSet::new(),
        dirty: BTreeSet::new(),
    };
    let gone = changes.findings_gone(touched, &wanted, (&own, &absorbed));
    // Findings of sessions that weren't judged must not be withdrawn, so those sessions are judged
    // first.
    if !changes.more.is_empty() {
        return Ok(changes);
    }
    changes.withdraw(&gone);
    for finding in &judged.findings {
        changes.update_finding(finding, judged, &gone, now);
    }
    for id in &changes.dirty {
        if let Some(stored) = changes.states.get_mut(id) {
            uses::add_uses(table, &mut stored.state).await?;
            let finding = judged.findings.iter().find(|finding| finding.id == *id);
            if let Some(finding) = finding {
                add_first_seen(table, judged, finding, &mut stored.state).await?;
            }
        }
    }
    Ok(changes)
}

/// The findings about the records of the judged stretches and runs. A stretch or run may have
/// absorbed another one whose finding is about its own records and not about what was touched.
async fn absorbed<T: Table>(
    table: &T,
    judged: &TouchedJudgement,
) -> Result<BTreeSet<String>, Trouble> {
    let mut absorbed = BTreeSet::new();
    for finding in &judged.findings {
        if !catalogue::find(finding.rule).is_some_and(Rule::over_several) {
            continue;
        }
        let (switches, records) = subject(finding);
        absorbed.extend(about_sessions(table, &switches, 0).await?);
        absorbed.extend(about_records(table, records).await?);
    }
    Ok(absorbed)
}

impl Changes {
    /// The findings that no longer hold. Where an unwanted finding is about sessions that weren't
    /// judged, adds those sessions to `more` instead.
    fn findings_gone(
        &mut self,
        touched: &TouchedEvidence,
        wanted: &BTreeSet<&str>,
        (own, absorbed): (&BTreeSet<String>, &BTreeSet<String>),
    ) -> Vec<String> {
        let records: BTreeSet<String> = touched.records.iter().map(record_name).collect();
        let mut gone = Vec::new();
        for (id, StoredFinding { state, .. }) in &self.states {
            if wanted.contains(id.as_str()) || state.alert.status == Status::Withdrawn {
                continue;
            }
            // Only if something that the finding is about was judged does its absence from the
            // result mean that it no longer holds.
            let judged_too = state.switches.iter().any(|at| is_touched(touched, at))
                || state.records.iter().any(|record| records.contains(record));
            if judged_too || (state.switches.is_empty() && absorbed.contains(id)) {
                gone.push(id.clone());
            } else if own.contains(id) || state.several {
                self.more.extend(state.switches.iter().cloned());
            }
        }
        gone
    }

    fn withdraw(&mut self, gone: &[String]) {
        for id in gone {
            if let Some(stored) = self.states.get_mut(id) {
                stored.state.alert.status = Status::Withdrawn;
                stored.state.alert.version += 1;
                self.dirty.insert(id.clone());
            }
        }
    }

    /// Brings the state of one finding up to date.
    fn update_finding(
        &mut self,
        finding: &Finding,
        judged: &TouchedJudgement,
        gone: &[String],
        now: Moment,
    ) {
        let mut alert = alert::first_alert(finding, judged, now);
        let (switches, records) = subject(finding);
        let rule = catalogue::find(finding.rule);
        let several = rule.is_some_and(Rule::over_several);
        let unproven = finding.verdict == Verdict::Unproven;
        let quiet = unproven && rule.is_some_and(|rule| rule.quiet_unproven);
        if let Some(stored) = self.states.get_mut(&finding.id) {
            let state = &mut stored.state;
            alert.supersedes.clone_from(&state.alert.supersedes);
            // Keep the time when it was first noticed, and what was known then.
            alert.noticed = state.alert.noticed;
            alert.first_seen.clone_from(&state.alert.first_seen);
            if alert::says_the_same(&state.alert, &alert) {
                return;
            }
            // Readers take the higher version, so every change needs a new one, even back to
            // earlier content.
            alert.version = state.alert.version + 1;
            // The waiting time started with the first version. If each version restarted it, a
            // finding that changes often would never be published.
            let due = if unproven {
                state.due.or(Some(now.plus_seconds(EVIDENCE)))
            } else {
                None
            };
            *state = FindingState {
                alert,
                switches,
                records,
                several,
                quiet,
                due,
                published: state.published,
                sending: None,
            };
        } else {
            // This finding replaces one of the same rule about the same session or record that is
            // gone.
            let replaced = gone.iter().filter(|id| {
                self.states.get(*id).is_some_and(|old| {
                    old.state.alert.rule == finding.rule && shares(&old.state, &switches, &records)
                })
            });
            alert.supersedes.extend(replaced.cloned());
            let due = unproven.then(|| now.plus_seconds(EVIDENCE));
            let state = FindingState {
                alert,
                switches,
                records,
                several,
                quiet,
                due,
                published: 0,
                sending: None,
            };
            self.states
                // Version 0: the row is written only if none exists, so if two invocations find it
                // at once, only one writes it.
                .insert(finding.id.clone(), StoredFinding { state, version: 0 });
        }
        self.dirty.insert(finding.id.clone());
    }

    /// Stores what changed.
    pub(super) async fn write<T: Table>(
        &mut self,
        table: &T,
        now: Moment,
        settled: &mut SettleCounts,
    ) -> Result<WriteOutcome, Trouble> {
        let dirty = std::mem::take(&mut self.dirty);
        if dirty.is_empty() {
            return Ok(WriteOutcome::Unchanged);
        }
        let is_ours = store_states(table, &mut self.states, &dirty, now, settled).await?;
        Ok(if is_ours {
            WriteOutcome::Written
        } else {
            WriteOutcome::Overtaken
        })
    }

    /// Whether each finding that has to be written is about a single switch into one of these
    /// sessions.
    pub(super) fn are_about(&self, sessions: &BTreeSet<SessionAt>) -> bool {
        let mut states = self.dirty.iter().filter_map(|id| self.states.get(id));
        states.all(|StoredFinding { state, .. }| {
            !state.several
                && !state.switches.is_empty()
                && state.switches.iter().all(|at| sessions.contains(at))
        })
    }
}

/// Whether a stored finding is about one of these sessions or records.
fn shares(old: &FindingState, switches: &[SessionAt], records: &[String]) -> bool {
    let of_session = old
        .switches
        .iter()
        .any(|at| switches.iter().any(|own| own.session == at.session));
    of_session || old.records.iter().any(|record| records.contains(record))
}

/// Stores the states of these findings, except those that somebody else has stored since they were
/// read. Returns whether all of them were stored.
pub(crate) async fn store_states<T: Table>(
    table: &T,
    states: &mut BTreeMap<String, StoredFinding>,
    dirty: &BTreeSet<String>,
    now: Moment,
    settled: &mut SettleCounts,
) -> Result<bool, Trouble> {
    let changed = states.iter_mut().filter(|(id, _)| dirty.contains(*id));
    let mut changed: Vec<&mut StoredFinding> = changed.map(|(_, stored)| stored).collect();
    let mut all = true;
    // Each finding is one row and up to eighty pointers. Writing all at once would be throttled.
    for some in changed.chunks_mut(AT_ONCE) {
        let states: Vec<_> = some
            .iter()
            .map(|stored| (&stored.state, stored.version))
            .collect();
        let written = outbox::write_all(table, &states, now).await?;
        for (stored, is_ours) in some.iter_mut().zip(written) {
            match (is_ours, stored.version) {
                (false, _) => {
                    all = false;
                    continue;
                }
                (true, 0) => settled.found += 1,
                (true, _) => settled.changed += 1,
            }
            stored.version += 1;
        }
    }
    Ok(all)
}
