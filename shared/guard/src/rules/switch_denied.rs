//! RW009 switch-denied
//!
//! ## What it does
//! Reports refused attempts (AccessDenied) to enter an elevated role: one finding for each person, role and run of attempts at most ten
//! minutes apart. It is low, and medium from five attempts.
//!
//! ## Why it matters
//! A wrong profile is refused once. Somebody who tries doors is refused again and again, and the first door that opens is not refused.
//!
//! ## Blind spots
//! A refused attempt from another account is logged in the caller's account only. The role is known only where the message names it;
//! errors of other kinds are counted, not reported.
//!
//! ## What to do
//! 1. Ask the person: a wrong profile or a missing MFA code explains one or two refusals, not a run of them.
//! 2. For a run of them, look at what else the same key did at that time.

use std::collections::BTreeMap;

use super::RefusedAttempt;
use super::held_sessions::FindingDraft;
use crate::finding::Verdict;
use crate::policy::Severity;
use crate::time::chosen::ATTEMPTS_PAUSE;

/// From this many attempts on, a run is no slip.
const MANY: usize = 5;

pub(crate) fn check(refused: &[RefusedAttempt<'_>]) -> Vec<FindingDraft> {
    let mut doors: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (at, attempt) in refused.iter().enumerate() {
        doors
            .entry((&attempt.origin.person, attempt.role.as_str()))
            .or_default()
            .push(at);
    }
    let mut drafts = Vec::new();
    for attempts in doors.into_values() {
        let attempts: Vec<(usize, &RefusedAttempt<'_>)> = attempts
            .into_iter()
            .filter_map(|at| Some((at, refused.get(at)?)))
            .collect();
        for run in attempts
            .chunk_by(|(_, a), (_, b)| b.denial.time.seconds_since(a.denial.time) <= ATTEMPTS_PAUSE)
        {
            drafts.extend(draft(run));
        }
    }
    drafts
}

fn draft(run: &[(usize, &RefusedAttempt<'_>)]) -> Option<FindingDraft> {
    let (at, first) = *run.first()?;
    let mut events: Vec<_> = run
        .iter()
        .map(|(_, attempt)| attempt.record.clone())
        .collect();
    events.dedup();
    let count = events.len();
    let mut anchor = vec![first.record.event.to_string()];
    let sure = run.iter().all(|(_, attempt)| !attempt.conflicting);
    if !sure {
        // Contradicting copies of one refusal can be two findings.
        anchor.extend(first.origin.person.parts());
        anchor.push(first.role.as_str().to_owned());
    }
    let times = match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        _ => format!("{count} times"),
    };
    Some(FindingDraft {
        verdict: if sure {
            Verdict::Violation
        } else {
            Verdict::Unproven
        },
        severity: if count >= MANY {
            Severity::Medium
        } else {
            Severity::Low
        },
        time: first.denial.time,
        until: run
            .last()
            .map_or(first.denial.time, |(_, last)| last.denial.time),
        anchor,
        sentence: format!(
            "{} was refused {times} when trying to enter {}",
            crate::untrusted::harmless(&first.origin.name),
            first.place
        ),
        events,
        origin: None,
        refused: Some(at),
        switches: Vec::new(),
    })
}

#[cfg(test)]
mod cases {
    use crate::policy::Severity;
    use crate::testing::{Story, Verdicts};

    #[test]
    fn a_run_of_attempts_is_one_finding_and_from_five_on_medium() {
        for (attempts, severity) in [(4, Severity::Low), (5, Severity::Medium)] {
            let mut story = Story::new();
            for _ in 0..attempts {
                story.denied("tom", "UpdateApp");
                story.later(600);
            }
            assert_eq!(story.findings().len(), 1);
            assert_eq!(story.finding("RW009").severity, severity);
        }
    }

    #[test]
    fn attempts_further_apart_are_two_runs() {
        let mut story = Story::new();
        story.denied("tom", "UpdateApp");
        story.later(601);
        story.denied("tom", "UpdateApp");
        assert_eq!(story.findings().len(), 2);
    }

    #[test]
    fn silent_for_other_roles() {
        let mut story = Story::new();
        story.denied("tom", "ReadOnly");
        assert_eq!(story.verdict("RW009"), Verdicts::Silent);
    }
}
