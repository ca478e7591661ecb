//! The finding that a plan is for: found by judging the logs, or taken as it was given.

use rolewatch_guard::catalogue;
use rolewatch_guard::id::EventId;
use rolewatch_guard::rule::Judges;
use rolewatch_guard::text::Text;
use rolewatch_guard::untrusted::harmless;
use rolewatch_guard::{Finding, Judgement, SwitchKey, Verdict};

use super::request::{FindingRequest, GivenFinding};
use crate::exit::Failure;
use crate::finding_id::{all_findings, with_id};

/// What a plan needs of the finding. All text is safe to print.
#[derive(Debug)]
pub(super) struct PlanSubject {
    pub(super) id: String,
    pub(super) rule: String,
    pub(super) name: String,
    pub(super) time: String,
    pub(super) message: Text,
    pub(super) role: String,
    /// The finding says that the person was in none of the role's groups.
    pub(super) outside_groups: bool,
    pub(super) sessions: Vec<SwitchKey>,
    /// The events, if the sessions aren't known.
    pub(super) events: Vec<EventId>,
}

impl PlanSubject {
    pub(super) fn find(request: &FindingRequest, judgement: &Judgement) -> Result<Self, Failure> {
        let all = all_findings(judgement);
        // Nothing can be revoked for a finding without sessions.
        let has_sessions = |finding: &Finding| !finding.subject.switches.is_empty();
        match request {
            FindingRequest::Id(id) => Self::of_found(with_id(id, &all, has_sessions)?),
            FindingRequest::Finding(given) => Self::as_given(given, &all),
        }
    }

    fn as_given(given: &GivenFinding, all: &[&Finding]) -> Result<Self, Failure> {
        for finding in all {
            // Later evidence may have moved the finding to another ID.
            if finding.id == given.id || finding.supersedes.contains(&given.id) {
                return Self::of_found(finding);
            }
        }
        Self::of_given(given)
    }

    fn of_found(finding: &Finding) -> Result<Self, Failure> {
        if finding.subject.switches.is_empty() {
            return Err(no_session(&finding.id, finding.rule, finding.name));
        }
        Ok(Self {
            id: finding.id.clone(),
            rule: finding.rule.to_owned(),
            name: finding.name.to_owned(),
            time: finding.time.to_string(),
            message: finding.message.clone(),
            role: finding.role.clone(),
            outside_groups: is_about_membership(finding.rule)
                && finding.verdict == Verdict::Violation,
            sessions: finding.subject.switches.clone(),
            events: Vec::new(),
        })
    }

    /// Partial logs or another policy may not give the same finding, but its events still lead to
    /// its sessions.
    fn of_given(given: &GivenFinding) -> Result<Self, Failure> {
        // Rules can also be found by name, but a finding has the code.
        if let Some(rule) = catalogue::find(&given.rule)
            && rule.code == given.rule
            && rule.judges == Judges::Refusals
        {
            return Err(no_session(&given.id, rule.code, rule.name));
        }
        let mut events = Vec::new();
        for event in &given.events {
            events.push(event.parse::<EventId>().map_err(|_| {
                Failure::Finding(format!(
                    "`events` of finding {} has an entry that is not a CloudTrail event id",
                    given.id
                ))
            })?);
        }
        // A finding without a verdict may be a violation.
        let may_be_proved = given.verdict.as_deref() != Some(Verdict::Unproven.as_str());
        Ok(Self {
            id: given.id.clone(),
            rule: harmless(&given.rule),
            name: harmless(&given.name),
            time: harmless(&given.time),
            message: harmless(&given.message).into(),
            role: given.role.clone(),
            outside_groups: is_about_membership(&given.rule) && may_be_proved,
            sessions: Vec::new(),
            events,
        })
    }
}

/// Whether findings of the rule say whether somebody was in an allowed group.
fn is_about_membership(code: &str) -> bool {
    catalogue::listed().any(|rule| rule.code == code && rule.about_membership)
}

fn no_session(id: &str, rule: &str, name: &str) -> Failure {
    Failure::NoPlan(format!(
        "finding {id} ({rule} {name}) is about a denied attempt: \
         no session was issued, so there is nothing to revoke"
    ))
}
