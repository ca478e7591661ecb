//! What each rule must answer about each switch.

use std::collections::BTreeMap;

use super::evidence::Evidence;
use super::membership::Member;
use super::person::Person;
use crate::center::company::{Asked, Id, Issuer};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Silent,
    Violation,
    Unproven,
    /// The law doesn't say, so nothing is compared.
    Open,
}

/// By rule.
pub(crate) type Expected = BTreeMap<&'static str, Verdict>;

/// Whether the policy lists the role, and a record of the call arrived.
pub(crate) fn is_judged(evidence: &Evidence<'_>, session: usize) -> bool {
    let role = &evidence.company.sessions[session].role;
    evidence.company.plan.asked(role).is_some() && evidence.issued.contains(&session)
}

/// Whether it is judged, and its kind is admitted.
pub(crate) fn is_admitted(evidence: &Evidence<'_>, session: usize) -> bool {
    let entered = &evidence.company.sessions[session];
    let asked = evidence.company.plan.asked(&entered.role);
    is_judged(evidence, session) && !entered.forged && asked.is_some_and(|asked| asked.admits)
}

/// What the rules that look at one switch must answer.
pub(crate) fn expected(evidence: &Evidence<'_>, session: usize) -> Expected {
    let entered = &evidence.company.sessions[session];
    let asked = evidence
        .company
        .plan
        .asked(&entered.role)
        .expect("a judged role");
    let unproven_kind = entered.parent.is_some() && evidence.is_alone(session) && {
        matches!(evidence.person(session), Person::Unknown) && !role_seen(evidence, session)
    };
    let mut expected = Expected::new();
    let mut say = |rule, verdict| expected.insert(rule, verdict);
    let is_violation = |violation: bool| {
        if violation {
            Verdict::Violation
        } else {
            Verdict::Silent
        }
    };
    let limit = asked.max_session;
    say(
        "RW003",
        is_violation(limit.is_some_and(|limit| entered.seconds > limit)),
    );
    let chained = entered.parent.is_some() && asked.chaining_denied;
    say("RW011", is_violation(chained));
    let admitted = asked.admits && !entered.forged;
    if unproven_kind {
        for rule in ["RW001", "RW002", "RW006", "RW012"] {
            say(rule, Verdict::Unproven);
        }
        for rule in ["RW010", "RW015", "RW016"] {
            say(rule, Verdict::Silent);
        }
        return expected;
    }
    say("RW012", is_violation(!admitted));
    if !admitted {
        for rule in ["RW001", "RW002", "RW003", "RW010", "RW015", "RW016"] {
            say(rule, Verdict::Silent);
        }
        // The person of a kind that isn't admitted is nobody's question.
        say("RW006", Verdict::Open);
        return expected;
    }
    of_person(evidence, session, &asked, &mut expected);
    expected
}

/// The rules about the person.
fn of_person(evidence: &Evidence<'_>, session: usize, asked: &Asked, expected: &mut Expected) {
    let entered = &evidence.company.sessions[session];
    let mut say = |rule, verdict| expected.insert(rule, verdict);
    let person = evidence.person(session);
    let known = if person.id().is_some() {
        Verdict::Silent
    } else {
        Verdict::Unproven
    };
    say("RW006", known);
    let origin = entered.parent.unwrap_or(session);
    let mfa = match person {
        _ if !asked.mfa => Verdict::Silent,
        Person::Known(id, _) if !evidence.is_alone(session) => evidence.mfa(origin, id),
        _ => Verdict::Unproven,
    };
    say("RW002", mfa);
    let device = match (person, asked.min_mfa_age) {
        (Person::Known(id, _), Some(age)) if !evidence.is_alone(session) => {
            evidence.fresh_device(origin, id, age)
        }
        _ => Verdict::Silent,
    };
    say("RW015", device);
    let (outside, joined) = match person {
        Person::Known(id, _) => of_groups(evidence, session, id, asked),
        // Whoever it is, Identity Center let them in.
        Person::Unknown if asked.groups.is_none() && entered.issuer == Issuer::Own => {
            (Verdict::Silent, Verdict::Silent)
        }
        Person::Unknown => (Verdict::Unproven, Verdict::Silent),
    };
    say("RW001", outside);
    say("RW010", joined);
    let outlived = match person {
        Person::Known(id, _) if outside == Verdict::Silent => {
            evidence.outlived(session, id, &groups_of(asked))
        }
        _ => Verdict::Silent,
    };
    say("RW016", outlived);
}

/// The groups that are asked for; `None`: everybody.
fn groups_of(asked: &Asked) -> Vec<Option<usize>> {
    match &asked.groups {
        Some(groups) => groups.iter().copied().map(Some).collect(),
        None => vec![None],
    }
}

/// RW001 and RW010.
fn of_groups(evidence: &Evidence<'_>, session: usize, id: Id, asked: &Asked) -> (Verdict, Verdict) {
    let at = evidence.company.sessions[session].at;
    let groups = groups_of(asked);
    let named = groups.iter().all(Option::is_none)
        || evidence.company.plan.groups_by_id
        || !evidence.company.rosters.is_empty();
    if !named {
        // Which group the name means, nothing shows.
        let other = id.store != 0;
        return (
            if other {
                Verdict::Violation
            } else {
                Verdict::Unproven
            },
            Verdict::Silent,
        );
    }
    let answers: Vec<Member> = groups
        .into_iter()
        .map(|group| evidence.member(id, group, at))
        .collect();
    let since: Vec<Option<i64>> = answers
        .iter()
        .filter_map(|answer| match answer {
            Member::Yes(since) => Some(*since),
            _ => None,
        })
        .collect();
    if since.is_empty() {
        let outside = answers.iter().all(|answer| *answer == Member::No);
        return (
            if outside {
                Verdict::Violation
            } else {
                Verdict::Unproven
            },
            Verdict::Silent,
        );
    }
    let oldest: Option<Vec<i64>> = since.into_iter().collect();
    let (Some(least), Some(oldest)) = (asked.min_membership, oldest) else {
        return (Verdict::Silent, Verdict::Silent);
    };
    let fresh = oldest.iter().all(|since| at - since < least);
    let joined = match fresh {
        false => Verdict::Silent,
        // The one that can't be told may be the older one.
        true if answers.contains(&Member::Unknown) => Verdict::Open,
        true => Verdict::Violation,
    };
    (Verdict::Silent, joined)
}

/// That the id of the session before is a permission set's, another record shows.
fn role_seen(evidence: &Evidence<'_>, session: usize) -> bool {
    let company = evidence.company;
    let parent = &company.sessions[company.sessions[session].parent.unwrap_or(session)];
    (0..company.sessions.len()).any(|other| {
        company.sessions[other].role.id == parent.role.id
            && (evidence.issued.contains(&other)
                || evidence.uses.iter().any(|used| used.session == other))
    })
}
