//! How long one person held one role, over all their sessions in it.
//!
//! Object reads and writes are data events that most trails lack, so two times are kept apart: what
//! was *observed* (mint to last use seen) and what was *granted* (mint to expiration).

use std::collections::BTreeSet;

use crate::arn::RoleArn;
use crate::dossier::{Origin, Person, Switch, SwitchKey, Tracer};
use crate::finding::Verdict;
use crate::id::RecordKey;
use crate::moment::{Moment, Span};
use crate::policy::{Policy, RolePolicy, Severity, role_in_account};
use crate::text;
use crate::text::Text;

/// All sessions of one person in one role.
pub(crate) struct HeldSessions<'a, 'w> {
    pub(crate) person: &'a Person,
    /// The origin of the first session.
    pub(crate) origin: &'a Origin,
    pub(crate) role: &'a RoleArn,
    /// What the time is counted under: the role, or all roles that a permission set ever had in the
    /// account.
    pub(crate) counted_as: &'a RoleArn,
    pub(crate) rules: &'a RolePolicy,
    pub(crate) policy: &'a Policy,
    pub(crate) tracer: &'a Tracer<'a, 'w>,
    /// Sorted by mint.
    pub(crate) sessions: Vec<&'a Switch<'w>>,
}

/// A finding that has no id and no policy version yet.
#[derive(Debug, Clone)]
pub(crate) struct FindingDraft {
    pub(crate) verdict: Verdict,
    pub(crate) severity: Severity,
    pub(crate) time: Moment,
    /// The end of the period that it is about.
    pub(crate) until: Moment,
    /// What the id is made from, in addition to the rule.
    pub(crate) anchor: Vec<String>,
    pub(crate) sentence: Text,
    pub(crate) events: Vec<RecordKey>,
    /// The origin of the first session that it is about; `None` for denials.
    pub(crate) origin: Option<Origin>,
    /// The index of a denial, which provides caller and role if the rule doesn't.
    pub(crate) refused: Option<usize>,
    /// The sessions that it is about.
    pub(crate) switches: Vec<SwitchKey>,
}

/// Which of the two times is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HeldTime {
    Observed,
    Granted,
}

/// A period in which a limit was exceeded, and the sessions that caused it.
#[derive(Debug, Clone)]
pub(crate) struct OverLimit {
    pub(crate) from: Moment,
    pub(crate) to: Moment,
    /// When the limit was exceeded.
    pub(crate) crossing: Moment,
    /// The highest value reached.
    pub(crate) reached: Span,
    /// Indices into [`HeldSessions::sessions`].
    pub(crate) sessions: Vec<usize>,
}

/// One interval of a session.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Interval {
    pub(crate) from: Moment,
    pub(crate) to: Moment,
    pub(crate) session: usize,
}

impl HeldSessions<'_, '_> {
    /// The intervals of one kind, sorted by start. A session that was never seen in use has no
    /// observed interval.
    pub(crate) fn intervals(&self, time: HeldTime) -> Vec<Interval> {
        let all = self
            .sessions
            .iter()
            .enumerate()
            .filter_map(|(session, switch)| {
                let from = switch.key.second;
                let to = match time {
                    // Reading and writing S3 objects are data events, which most trails don't
                    // record. So the last use seen is a lower bound of the time that the role was
                    // held.
                    HeldTime::Observed => switch.used.as_ref().map(|used| used.last.time)?,
                    HeldTime::Granted => switch
                        .may_be_held_until()
                        .or_else(|| switch.used.as_ref().map(|used| used.last.time))?,
                };
                (to >= from).then_some(Interval { from, to, session })
            });
        let mut all: Vec<_> = all.collect();
        all.sort_by_key(|interval| (interval.from, interval.to, interval.session));
        all
    }

    /// An observed time over the limit is a violation. If only the granted time is over it, the
    /// result is unproven, or nothing if a violation covers the same period.
    pub(crate) fn drafts(
        &self,
        over: impl Fn(&[Interval]) -> Vec<OverLimit>,
        sentence: impl Fn(&OverLimit, HeldTime) -> Text,
    ) -> Vec<FindingDraft> {
        let observed = over(&self.intervals(HeldTime::Observed));
        let granted = over(&self.intervals(HeldTime::Granted));
        let only_granted = granted.into_iter().filter(|span| {
            // A period that observed use puts over the limit is only reported as a violation.
            !observed
                .iter()
                .any(|seen| seen.from <= span.to && span.from <= seen.to)
        });
        let only_granted: Vec<_> = only_granted.collect();
        let kinds = observed
            .iter()
            .map(|span| (span, HeldTime::Observed))
            .chain(only_granted.iter().map(|span| (span, HeldTime::Granted)));
        kinds
            .map(|(span, time)| self.draft(span, time, sentence(span, time)))
            .collect()
    }

    /// A finding about the sessions of one period. Contradicting records make it unproven.
    pub(crate) fn draft(&self, over: &OverLimit, time: HeldTime, sentence: Text) -> FindingDraft {
        let sessions: Vec<_> = over
            .sessions
            .iter()
            .filter_map(|at| self.sessions.get(*at))
            .collect();
        let mut events: Vec<RecordKey> = Vec::new();
        for switch in &sessions {
            events.extend(switch.records().cloned());
        }
        let uses = || sessions.iter().filter_map(|switch| switch.used.as_ref());
        let first = uses().map(|used| used.first).min();
        let last = uses().map(|used| used.last).max();
        events.extend(
            first
                .into_iter()
                .chain(last)
                .map(|used| used.record.clone()),
        );
        let mut known = BTreeSet::new();
        events.retain(|event| known.insert(event.clone()));

        let conflicting = sessions.iter().any(|switch| !switch.conflicting.is_empty());
        // With contradicting copies of a record, the period may only seem too long.
        let verdict = if time == HeldTime::Observed && !conflicting {
            Verdict::Violation
        } else {
            Verdict::Unproven
        };
        // The id depends on person, role and first session, which later evidence doesn't change.
        // The end of the period isn't part of it, because it grows.
        let mut anchor: Vec<String> = self.person.id_parts().into();
        anchor.push(self.counted_as.as_str().to_owned());
        if let Some(first) = sessions.iter().map(|switch| &switch.key).min() {
            anchor.extend([
                first.second.to_string(),
                first.session.to_string(),
                first.issued.as_deref().unwrap_or_default().to_owned(),
            ]);
        }
        FindingDraft {
            verdict,
            severity: self.rules.severity,
            time: over.crossing,
            until: over.to,
            anchor,
            sentence,
            events,
            origin: Some(self.origin_of(over)),
            refused: None,
            switches: sessions.iter().map(|switch| switch.key.clone()).collect(),
        }
    }

    /// The origin of the first session of a period, with the name at that time.
    pub(crate) fn origin_of(&self, over: &OverLimit) -> Origin {
        let first = over
            .sessions
            .iter()
            .min()
            .and_then(|at| self.sessions.get(*at));
        first.map_or_else(|| self.origin.clone(), |switch| self.tracer.origin(switch))
    }

    /// An addition to sentences about granted time if it is only an upper bound.
    pub(crate) fn at_most(&self, over: &OverLimit) -> Text {
        let mut sessions = over.sessions.iter().filter_map(|at| self.sessions.get(*at));
        if sessions.any(|switch| switch.lifetime_unread()) {
            text!("; a record shows a lifetime that can't be read, which counts as twelve hours")
        } else {
            Text::default()
        }
    }

    pub(crate) fn person_shown(&self, over: &OverLimit) -> String {
        crate::untrusted::harmless(&self.origin_of(over).name)
    }

    pub(crate) fn role_in_account(&self) -> Text {
        role_in_account(self.role, self.policy)
    }
}
