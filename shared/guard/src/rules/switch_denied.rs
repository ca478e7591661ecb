//! RW009 switch-denied
//!
//! ## What it does
//! Reports denied attempts (AccessDenied) to enter an elevated role. Attempts by one person to
//! enter one role are one finding if they are at most ten minutes apart. The severity is low, or
//! medium for five or more attempts.
//!
//! Failed calls of Identity Center's access portal (`GetRoleCredentials`, `Federate`) count too. If
//! their records don't show the permission set, they are reported under the user.
//!
//! ## Why it matters
//! A wrong profile is denied once. An attacker who tries role after role is denied again and again,
//! until one attempt succeeds.
//!
//! ## Blind spots
//! - A denied attempt from another account is logged only in the caller's account.
//! - rolewatch knows the role only if the error message names it.
//! - rolewatch counts errors of other kinds but doesn't report them.
//!
//! ## What to do
//! 1. One or two attempts: ask the person in the morning. A wrong profile or a missing MFA code is
//!    the usual cause.
//! 2. More attempts: ask now, on another channel, and check what else the same key did at that
//!    time.
//!
//! If the finding is unproven:
//! 1. Ask the person whether they tried to enter the role.
//! 2. Check what else the same key did at that time.

use std::collections::BTreeMap;

use super::RefusedAttempt;
use super::held_sessions::FindingDraft;
use crate::finding::Verdict;
use crate::policy::Severity;
use crate::text;
use crate::time::chosen::ATTEMPTS_PAUSE;

/// The number of attempts from which a series is unlikely to be a mistake.
const MANY: usize = 5;

pub(crate) fn check(refused: &[RefusedAttempt<'_>]) -> Vec<FindingDraft> {
    let mut doors: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (at, attempt) in refused.iter().enumerate() {
        doors
            .entry((&attempt.origin.person, attempt.role.as_ref()))
            .or_default()
            .push(at);
    }
    let mut drafts = Vec::new();
    for attempts in doors.into_values() {
        let attempts: Vec<(usize, &RefusedAttempt<'_>)> = attempts
            .into_iter()
            .filter_map(|at| Some((at, refused.get(at)?)))
            .collect();
        for run in
            attempts.chunk_by(|(_, a), (_, b)| b.time.seconds_since(a.time) <= ATTEMPTS_PAUSE)
        {
            drafts.extend(draft_for_run(run));
        }
    }
    drafts
}

fn draft_for_run(run: &[(usize, &RefusedAttempt<'_>)]) -> Option<FindingDraft> {
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
        // Contradicting copies of one denial can be two findings.
        anchor.extend(first.origin.person.id_parts());
        anchor.push(
            first
                .role
                .as_ref()
                .map_or_else(String::new, ToString::to_string),
        );
    }
    let times = match count {
        1 => text!("once"),
        2 => text!("twice"),
        _ => text!("{count} times", count),
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
        time: first.time,
        until: run.last().map_or(first.time, |(_, last)| last.time),
        anchor,
        sentence: text!(
            "{who} was denied {times} when trying to enter {place}",
            who = first.origin.name.harmless(),
            times,
            place = first.place
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
            assert!(story.finding("RW009").denied);
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

#[cfg(test)]
mod cases_of_center {
    use crate::testing::{Story, Verdicts};

    #[test]
    fn the_portals_refusals_are_runs_too() {
        let mut story = Story::of_center();
        for _ in 0..5 {
            story.portal_refuses("nick", "Admin", true);
            story.later(60);
        }
        let finding = story.finding("RW009");
        assert_eq!(story.findings().len(), 1);
        assert!(
            finding
                .message
                .contains("5 times when trying to enter permission set Admin in production"),
            "{}",
            finding.message
        );
    }

    #[test]
    fn without_details_it_is_reported_under_the_user() {
        let mut story = Story::of_center();
        story.portal_refuses("nick", "Admin", false);
        let finding = story.finding("RW009");
        assert!(
            finding.message.contains("account unknown"),
            "{}",
            finding.message
        );
        assert_eq!(finding.caller.name, "nick");
    }

    #[test]
    fn silent_for_a_permission_set_that_the_policy_does_not_name() {
        let mut story = Story::of_center();
        story.portal_refuses("nick", "ReadOnly", true);
        assert_eq!(story.verdict("RW009"), Verdicts::Silent);
    }
}
