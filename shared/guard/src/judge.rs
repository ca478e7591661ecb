//! Judges facts by a policy and rosters, as of a time: which switches weren't right?

mod notices;
mod off;
mod refused;
mod report;
mod reporting;
mod root;
mod scope;
mod session_row;
mod switch_story;
mod totals;

use std::collections::{BTreeMap, HashMap};

pub use report::{
    AskedAlone, ExaminedSwitch, Judgement, RefusedSummary, SuppressedFinding, SwitchSummary, Tally,
};
use reporting::Made;
pub use scope::Scope;
pub use session_row::SessionRow;
pub use switch_story::{
    AnswerShown, ChainLink, MembershipShown, RecordPart, SwitchStory, TimelineEntry,
};
pub use totals::{
    FileTotals, FindingTotals, RecordTotals, SwitchStanding, SwitchTotals, Totals, standings,
};

use crate::arn::RoleArn;
use crate::dossier::{Dossiers, Origin, OriginKind, Person, Switch, Tracer};
use crate::elevated::Elevated;
use crate::finding::{CallerShown, EntryTimes, SettledBy, Subject, Verdict, finding_id};
use crate::id::RecordKey;
use crate::moment::Moment;
use crate::policy::{IdentityKind, Policy, RolePolicy, Severity};
use crate::roster::{Roster, Rosters};
use crate::rule::Rule;
use crate::rules::{self, Check, FindingDraft, HeldSessions, RuleAnswer, SwitchView};
use crate::seen::MintApi;
use crate::text;
use crate::text::Text;
use crate::untrusted::harmless;
use crate::world::World;

/// Judges everything, and passes each switch to `watch` as it is examined.
pub fn judge(
    world: &World,
    policy: &Policy,
    rosters: &Rosters,
    scope: Scope,
    watch: &mut dyn FnMut(&ExaminedSwitch<'_>),
) -> Judgement {
    let as_of = scope.as_of.or_else(|| world.latest());
    let gathered = Dossiers::new(world, policy, rosters);
    let roster = Roster::new(world, rosters);
    let tracer = Tracer::new(&gathered, &roster);
    let mut judge = Judge {
        world,
        policy,
        tracer: &tracer,
        scope,
        judgement: Judgement::new(as_of),
        evidence: HashMap::new(),
    };
    let mut entries = EntryTimes::default();

    let mut held: BTreeMap<(Person, RoleArn), HeldRole<'_, '_>> = BTreeMap::new();
    for switch in &gathered.switches {
        if switch.api() == Some(MintApi::AssumeRoot) {
            judge.root_session(switch);
        }
        let (Some(rules), Some(role)) = (switch.policy, &switch.role) else {
            continue;
        };
        // Questions asked for the previous switch must not count for this one: the live guard
        // judges a switch again when an answer that it depends on changes.
        drop(tracer.take_asked());
        let origin = tracer.origin(switch);
        entries.add(switch, role, &origin, world);
        if judge.scope.contains(switch.key.second) {
            judge.switch(switch, rules, &origin, watch);
        }
        let view = judge.view(switch, &origin, rules);
        // An identity type that the role doesn't allow is one finding; the length of the stay
        // adds nothing to it.
        if origin.mint_missing || view.silenced().is_none() {
            // A permission set gets a role of another name whenever it is provisioned anew.
            let counted_as = role.of_permission_set();
            let sessions = held
                .entry((origin.person.clone(), counted_as))
                .or_insert_with(|| HeldRole {
                    origin,
                    role,
                    rules,
                    sessions: Vec::new(),
                });
            sessions.sessions.push(switch);
        }
    }
    for ((person, counted_as), of_role) in &held {
        judge.judge_held(&of_role.sessions(person, counted_as, policy, &tracer));
    }
    judge.refused(&Elevated::with_known_roles(policy, world, rosters));
    judge.notices(rosters);
    judge.add_context(entries);
    judge.judgement.finish();
    judge.judgement
}

/// All sessions of one person in one role.
struct HeldRole<'a, 'w> {
    /// Of the first session.
    origin: Origin,
    role: &'a RoleArn,
    rules: &'a RolePolicy,
    sessions: Vec<&'a Switch<'w>>,
}

impl<'w> HeldRole<'_, 'w> {
    fn sessions<'s>(
        &'s self,
        person: &'s Person,
        counted_as: &'s RoleArn,
        policy: &'s Policy,
        tracer: &'s Tracer<'s, 'w>,
    ) -> HeldSessions<'s, 'w> {
        HeldSessions {
            person,
            origin: &self.origin,
            role: self.role,
            counted_as,
            rules: self.rules,
            policy,
            tracer,
            sessions: self.sessions.clone(),
        }
    }
}

struct Judge<'a, 'w> {
    world: &'w World,
    policy: &'w Policy,
    tracer: &'a Tracer<'a, 'w>,
    scope: Scope,
    judgement: Judgement,
    /// The records that prove each finding, by its id.
    evidence: HashMap<String, Vec<RecordKey>>,
}

impl<'a, 'w> Judge<'a, 'w> {
    fn view<'s>(
        &self,
        switch: &'s Switch<'w>,
        origin: &'s Origin,
        rules: &'s RolePolicy,
    ) -> SwitchView<'s, 'w>
    where
        'a: 's,
    {
        SwitchView {
            switch,
            origin,
            role: rules,
            policy: self.policy,
            tracer: self.tracer,
            as_of: self.judgement.as_of,
        }
    }

    fn switch(
        &mut self,
        switch: &Switch<'w>,
        rules: &'w RolePolicy,
        origin: &Origin,
        watch: &mut dyn FnMut(&ExaminedSwitch<'_>),
    ) {
        let Some(readings) = switch.readings(&self.tracer.gathered.conflicting) else {
            let all = || {
                RuleAnswer::unproven(text!(
                    "so many copies of its records contradict each other that rolewatch can't judge this switch"
                ))
            };
            let answers: Vec<_> = rules::CHECKS
                .iter()
                .filter(|(_, check)| matches!(check, Check::Switch(_)))
                .map(|(rule, _)| (*rule, all()))
                .collect();
            return self.answers(switch, rules, origin, answers, watch);
        };
        // Each reading may have a different origin.
        let origins: Vec<Option<Origin>> = match &readings[..] {
            [Some(_)] => vec![Some(origin.clone())],
            several => several
                .iter()
                .map(|reading| reading.as_ref().map(|switch| self.tracer.origin(switch)))
                .collect(),
        };
        let mut answers: Vec<(&'static Rule, RuleAnswer)> = Vec::new();
        for (rule, check) in &rules::CHECKS {
            let Check::Switch(check) = check else {
                continue;
            };
            let each = readings.iter().zip(&origins).map(|(switch, origin)| {
                let (switch, origin) = (switch.as_ref()?, origin.as_ref()?);
                Some(check(&self.view(switch, origin, rules)))
            });
            answers.push((rule, agreed(each.collect(), switch)));
        }
        self.answers(switch, rules, origin, answers, watch);
    }

    fn answers(
        &mut self,
        switch: &Switch<'w>,
        rules: &'w RolePolicy,
        origin: &Origin,
        mut answers: Vec<(&'static Rule, RuleAnswer)>,
        watch: &mut dyn FnMut(&ExaminedSwitch<'_>),
    ) {
        let shown = CallerShown::of_origin(origin);
        let role = switch
            .role
            .as_ref()
            .map_or_else(String::new, |role| harmless(role.as_str()));
        let issued = switch.key.issued.as_deref().unwrap_or_default();
        let is_unjudged = off::silence(&mut answers, self.policy);
        for (rule, answer) in &answers {
            if self.policy.off(rule).is_some() {
                continue;
            }
            self.judgement.count(rule.code, answer.verdict);
            if !matches!(answer.verdict, Verdict::Violation | Verdict::Unproven) {
                continue;
            }
            let mut events = switch.evidence();
            events.extend(answer.events.iter().cloned());
            let id = finding_id(
                rule.code,
                &[&switch.key.session, &switch.key.second.to_string(), issued],
            );
            let severity = answer.severity.unwrap_or(rules.severity);
            let sentence = answer.because.clone();
            let subject = Subject {
                switches: vec![switch.key.clone()],
                records: switch.all_records(),
            };
            let made = Made {
                rule,
                verdict: answer.verdict,
                severity,
                time: switch.key.second,
                sentence,
                events,
                id,
                self_granted: answer.self_granted,
                denied: false,
                settled_by: SettledBy::of_answer(rule, answer.verdict, switch, origin, self.policy),
                subject,
            };
            self.report(made, role.clone(), shown.clone(), Some(rules.severity));
        }
        let view = self.view(switch, origin, rules);
        let by_kind = admitted_by_kind(rules, origin, view.is_proved_by_tags());
        self.judgement
            .summarise(switch, &shown, &role, &answers, by_kind || is_unjudged);
        watch(&ExaminedSwitch {
            switch,
            origin,
            answers: &answers,
            world: self.world,
            asked: &self.tracer.take_asked(),
            memberships: &|| {
                let memberships = view.memberships().into_iter();
                memberships
                    .map(|(group, membership)| (group.to_owned(), membership))
                    .collect()
            },
        });
    }

    fn judge_held(&mut self, held: &HeldSessions<'_, 'w>) {
        let role = harmless(held.role.as_str());
        for (rule, check) in &rules::CHECKS {
            let Check::Held(check) = check else {
                continue;
            };
            if self.policy.off(rule).is_some() {
                continue;
            }
            for draft in check(held) {
                let caller = CallerShown::of_origin(draft.origin.as_ref().unwrap_or(held.origin));
                self.add_draft(rule, draft, role.clone(), caller, Some(held.rules.severity));
            }
        }
    }

    /// Notes what the roster was asked because of records that aren't switches into an elevated
    /// role.
    fn asked_for<'r>(&mut self, time: Moment, records: impl IntoIterator<Item = &'r RecordKey>) {
        let asked = self.tracer.take_asked().entities;
        if !asked.is_empty() {
            let alone = records.into_iter().map(|record| AskedAlone {
                record: record.clone(),
                time,
                asked: asked.clone(),
            });
            self.judgement.alone.extend(alone);
        }
    }

    fn add_draft(
        &mut self,
        rule: &'static Rule,
        draft: FindingDraft,
        role: String,
        caller: CallerShown,
        severity: Option<Severity>,
    ) {
        if !self.scope.overlaps(draft.time, draft.until) {
            return;
        }
        self.judgement.count(rule.code, draft.verdict);
        let anchor: Vec<&str> = draft.anchor.iter().map(String::as_str).collect();
        let id = finding_id(rule.code, &anchor);
        let FindingDraft {
            verdict,
            severity: own,
            time,
            sentence,
            events,
            switches,
            refused,
            ..
        } = draft;
        // Unproven, a contradicting copy of a record may say that it wasn't denied.
        let denied = refused.is_some() && verdict == Verdict::Violation;
        let subject = Subject {
            switches,
            records: events.clone(),
        };
        self.report(
            Made {
                rule,
                verdict,
                severity: own,
                time,
                sentence,
                events,
                id,
                // Only a rule about one switch checks who granted the membership.
                self_granted: false,
                denied,
                settled_by: None,
                subject,
            },
            role,
            caller,
            severity,
        );
    }
}

/// Whether the policy allows the identity because of its type alone, although it requires a group
/// or MFA. AWS records neither for SAML users without session tags and for web identities, so these
/// are always allowed by their type.
fn admitted_by_kind(rules: &RolePolicy, origin: &Origin, is_proved_by_tags: bool) -> bool {
    let OriginKind::Listed(kind) = origin.kind else {
        return false;
    };
    match kind {
        IdentityKind::IamUser => false,
        // The rules judge people of Identity Center where the policy says where that is.
        IdentityKind::IdentityCenter if origin.center.is_some() => false,
        IdentityKind::IdentityCenter | IdentityKind::Service => {
            rules.asks_group(kind) || rules.mfa.requires(kind)
        }
        IdentityKind::Saml => !is_proved_by_tags,
        IdentityKind::WebIdentity => true,
    }
}

/// What all readings of a switch agree on. A reading in which the switch didn't happen agrees with
/// everything except a finding.
fn agreed(answers: Vec<Option<RuleAnswer>>, switch: &Switch<'_>) -> RuleAnswer {
    // For a reader, "kept" and "doesn't apply" are the same: no finding. Readings only differ if
    // one has a finding and another has none.
    let class = |answer: &Option<RuleAnswer>| match answer.as_ref().map(|answer| answer.verdict) {
        None | Some(Verdict::Allow | Verdict::NotApplicable) => Verdict::Allow,
        Some(verdict) => verdict,
    };
    let same = answers
        .windows(2)
        .all(|pair| matches!(pair, [a, b] if class(a) == class(b)));
    if same && let Some(answer) = answers.into_iter().flatten().next() {
        return answer;
    }
    let events = switch.conflicting.iter();
    let events = Text::all_of(events.map(|record| record.event.to_string()));
    RuleAnswer::unproven(text!(
        "the verdict depends on which of the contradicting copies of event {events} is correct",
        events
    ))
}
