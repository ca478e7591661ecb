//! What the engine makes of a company.

use std::collections::{BTreeMap, BTreeSet};

use rolewatch_guard::directory::StoreSnapshot;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::roster::Rosters;
use rolewatch_guard::seen::{Reading, read};
use rolewatch_guard::world::World;
use rolewatch_guard::{Elevated, Finding, Judgement, Scope, judge};
use serde_json::Value;

use super::company::{Company, What, event_id};
use super::law::{Evidence, Holder, Verdict};
use super::records::moment;

/// The rules that the oracle answers for.
const COMPARED: [&str; 12] = [
    "RW001", "RW002", "RW003", "RW004", "RW005", "RW006", "RW009", "RW010", "RW011", "RW012",
    "RW015", "RW016",
];
/// Of other rules, these may speak.
const OTHERS: [&str; 2] = ["RW013", "RW014"];

pub(crate) struct Judged {
    pub(crate) judgement: Judgement,
    /// The session whose call a finding begins with.
    begins: BTreeMap<String, usize>,
}

pub(crate) fn policy(company: &Company) -> Policy {
    let text = company.plan.text();
    Policy::read(text.as_bytes(), "company").unwrap_or_else(|error| panic!("{error}\n{text}"))
}

pub(crate) fn rosters(company: &Company) -> Rosters {
    let mut rosters = Rosters::default();
    for roster in &company.rosters {
        let text = roster.text();
        let taken = Some(moment(roster.taken));
        let snapshot = StoreSnapshot::read(text.as_bytes(), taken);
        rosters.add_store(snapshot.unwrap_or_else(|error| panic!("{error}\n{text}")));
    }
    rosters
}

pub(crate) fn world<'v>(policy: &Policy, records: impl IntoIterator<Item = &'v Value>) -> World {
    let elevated = Elevated::by_policy(policy);
    let mut world = World::default();
    for record in records {
        match read(record.to_string().as_bytes(), &|role| elevated.may_be(role)) {
            Ok(Reading::Seen(seen)) => {
                world.add(*seen);
            }
            Ok(Reading::Service(seen)) => {
                world.add_service(seen);
            }
            Ok(Reading::NotRelevant) => {}
            Err(problem) => panic!("{problem}: {record}"),
        }
    }
    world
}

pub(crate) fn judged(company: &Company, records: &[Value]) -> Judged {
    let policy = policy(company);
    let judgement = judged_world(company, &policy, &world(&policy, records));
    let begins = company.told.iter().filter_map(|told| match told.what {
        What::Issued { session, .. } => Some((event_id(told.number), session)),
        _ => None,
    });
    Judged {
        judgement,
        begins: begins.collect(),
    }
}

pub(crate) fn judged_world(company: &Company, policy: &Policy, world: &World) -> Judgement {
    let rosters = rosters(company);
    judge(world, policy, &rosters, Scope::default(), &mut |_| ())
}

fn worst<'f>(findings: impl Iterator<Item = &'f Finding>) -> Verdict {
    findings.fold(Verdict::Silent, |worst, finding| match finding.verdict {
        rolewatch_guard::Verdict::Violation => Verdict::Violation,
        _ if worst == Verdict::Violation => worst,
        _ => Verdict::Unproven,
    })
}

impl Judged {
    fn of_rule(&self, rule: &str) -> impl Iterator<Item = &Finding> {
        self.judgement
            .findings
            .iter()
            .filter(move |finding| finding.rule == rule)
    }

    fn session(&self, finding: &Finding) -> Option<usize> {
        let first = finding.events.first()?.to_string();
        self.begins.get(&first).copied()
    }

    /// What a rule came to about one switch.
    pub(crate) fn of_session(&self, session: usize, rule: &str) -> Verdict {
        worst(
            self.of_rule(rule)
                .filter(|finding| self.session(finding) == Some(session)),
        )
    }

    /// What a rule came to about somebody's time in a role.
    pub(crate) fn of_holder(&self, evidence: &Evidence<'_>, holder: Holder, rule: &str) -> Verdict {
        let is_theirs = |finding: &&Finding| {
            self.session(finding).is_some_and(|session| {
                let role = &evidence.company.sessions[session].role;
                evidence.person(session).id() == Some(holder.0)
                    && (role.account, role.set) == (holder.1, holder.2)
            })
        };
        worst(self.of_rule(rule).filter(is_theirs))
    }

    /// The events of each finding of RW009.
    pub(crate) fn refusals(&self) -> BTreeSet<BTreeSet<String>> {
        let events = |finding: &Finding| finding.events.iter().map(ToString::to_string).collect();
        self.of_rule("RW009").map(events).collect()
    }

    /// Findings that are about nothing that happened.
    pub(crate) fn strays(&self) -> Vec<String> {
        let is_stray = |finding: &&Finding| {
            let named = self.session(finding).is_some() || finding.rule == "RW009";
            !named || !(COMPARED.contains(&finding.rule) || OTHERS.contains(&finding.rule))
        };
        let findings = self.judgement.findings.iter().filter(is_stray);
        findings
            .map(|finding| format!("nobody expected {}: {}", finding.rule, finding.message))
            .collect()
    }
}

/// Everything that a reader could see.
pub(crate) fn seen(judgement: &Judgement) -> String {
    let findings: Vec<String> = judgement
        .findings
        .iter()
        .map(|finding| serde_json::to_string(finding).unwrap())
        .collect();
    format!(
        "{}\n{:?}\n{:?}\n{:?}",
        findings.join("\n"),
        judgement.switches,
        judgement.tallies,
        judgement.notices
    )
}
