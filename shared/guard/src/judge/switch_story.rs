//! Everything that led to the answers about one switch, for a reader who wants to follow them.

use std::collections::BTreeSet;

use crate::finding::Verdict;
use crate::id::{EventId, RecordKey};
use crate::moment::Moment;
use crate::roster::Membership;
use crate::seen::{Caller, CallerKind, Fact, Mint};
use crate::text;
use crate::text::Text;
use crate::untrusted::harmless;
use crate::world::{UseAt, World};

use super::report::ExaminedSwitch;
use super::session_row::SessionRow;

/// Everything that led to the answers about one switch. Every text is safe to print, but not
/// escaped yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SwitchStory {
    /// The session.
    pub row: SessionRow,
    /// The records that were used, by time.
    pub timeline: Vec<TimelineEntry>,
    /// The calls from the person to this session, oldest first. The last one issued this session.
    pub chain: Vec<ChainLink>,
    /// Why no person can be identified.
    pub broken: Option<Text>,
    /// Whether the person was in each group that allows the switch.
    pub memberships: Vec<MembershipShown>,
    /// Every rule's answer, in the order of the codes.
    pub answers: Vec<AnswerShown>,
}

/// What a record was used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordPart {
    /// A call earlier in the role chain.
    Chain,
    /// One account's record of the call that issued the session.
    Issued,
    /// A step in the console.
    Console,
    /// A call that the session made.
    Use,
    /// A change in IAM or Identity Center, or another record that an answer depends on.
    Evidence,
    /// A denied attempt, or a record that isn't about a session.
    Attempt,
}

/// A record on a timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimelineEntry {
    /// `eventTime`. `None` if only the record's id is known.
    pub time: Option<Moment>,
    /// What the record was used for.
    pub part: RecordPart,
    /// `eventName`.
    pub name: Option<String>,
    /// The account whose trail has the record.
    pub account: String,
    /// `awsRegion`.
    pub region: Option<String>,
    /// `sourceIPAddress`.
    pub source_ip: Option<String>,
    /// `eventID`.
    pub event: EventId,
}

/// One call on the way from the person to a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainLink {
    /// When the call was made.
    pub time: Moment,
    /// The call, such as `AssumeRole`.
    pub call: &'static str,
    /// Who called: the ARN, else the id, as the record shows it.
    pub caller: String,
    /// The ARN of the role that was entered.
    pub role: Option<String>,
    /// The name of the session that was issued.
    pub session: Option<String>,
    /// The record.
    pub event: EventId,
}

/// Whether a person was in a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MembershipShown {
    /// The group, as the policy writes it.
    pub group: String,
    /// `allow`: a member. `violation`: not a member. `unproven`: the evidence shows neither.
    pub verdict: Verdict,
    /// How it is known, or what is missing.
    pub because: Text,
    /// The records that show it. Empty if a roster does.
    pub records: Vec<TimelineEntry>,
}

/// A rule's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerShown {
    /// The rule's code.
    pub rule: &'static str,
    /// The rule's name.
    pub name: &'static str,
    /// The verdict.
    pub verdict: Verdict,
    /// The reason.
    pub because: Text,
}

impl TimelineEntry {
    /// A record that is kept under its id.
    pub fn of_record(world: &World, record: &RecordKey, part: RecordPart) -> Self {
        let known = world.about(record);
        Self {
            time: known.map(|(time, _)| time),
            part,
            name: known.map(|(_, about)| harmless(&about.name)),
            account: record.account.to_string(),
            region: known.and_then(|(_, about)| about.region.as_deref().map(harmless)),
            source_ip: known.and_then(|(_, about)| about.source_ip.as_deref().map(harmless)),
            event: record.event.clone(),
        }
    }

    fn of_use(used: &UseAt) -> Self {
        Self {
            time: Some(used.time),
            part: RecordPart::Use,
            name: Some(harmless(&used.about.name)),
            account: used.record.account.to_string(),
            region: used.about.region.as_deref().map(harmless),
            source_ip: used.about.source_ip.as_deref().map(harmless),
            event: used.record.event.clone(),
        }
    }
}

impl ExaminedSwitch<'_> {
    /// Everything that led to the answers about the switch.
    pub fn story(&self) -> SwitchStory {
        let mut answers = Vec::with_capacity(self.answers.len());
        for (rule, answer) in self.answers {
            answers.push(AnswerShown {
                rule: rule.code,
                name: rule.name,
                verdict: answer.verdict,
                because: answer.because.clone(),
            });
        }
        let memberships = (self.memberships)();
        SwitchStory {
            row: self.row(),
            timeline: self.timeline(&memberships),
            chain: self.chain(),
            broken: self.origin.broken.as_ref().map(Text::harmless),
            memberships: memberships
                .into_iter()
                .map(|(group, membership)| self.membership_shown(&group, &membership))
                .collect(),
            answers,
        }
    }

    fn timeline(&self, memberships: &[(String, Membership)]) -> Vec<TimelineEntry> {
        let switch = self.switch;
        let mut known: BTreeSet<&RecordKey> = BTreeSet::new();
        let mut timeline: Vec<TimelineEntry> = Vec::new();
        let issued = switch.halves.iter().map(|half| half.record);
        let steps = switch.steps.iter().map(|(record, _)| *record);
        let own = issued
            .map(|record| (record, RecordPart::Issued))
            .chain(steps.map(|record| (record, RecordPart::Console)))
            .chain(
                self.origin
                    .links
                    .iter()
                    .map(|link| (link, RecordPart::Chain)),
            );
        for (record, part) in own {
            if known.insert(record) {
                timeline.push(TimelineEntry::of_record(self.world, record, part));
            }
        }
        for used in switch.uses.iter().flat_map(|fold| fold.kept()) {
            if known.insert(&used.record) {
                timeline.push(TimelineEntry::of_use(used));
            }
        }
        let answers = self.answers.iter().flat_map(|(_, answer)| &answer.events);
        let groups = memberships
            .iter()
            .flat_map(|(_, membership)| records_of(membership));
        for record in answers.chain(groups) {
            if known.insert(record) {
                let part = RecordPart::Evidence;
                timeline.push(TimelineEntry::of_record(self.world, record, part));
            }
        }
        timeline.sort_by(|a, b| (a.time, a.part, &a.event).cmp(&(b.time, b.part, &b.event)));
        timeline
    }

    fn chain(&self) -> Vec<ChainLink> {
        // Both accounts' records of a call have its session.
        let mut calls: Vec<(&RecordKey, &Mint)> = Vec::new();
        let links = self.origin.links.iter();
        for record in links.chain(self.switch.halves.iter().map(|half| half.record)) {
            let versions = self.world.records.get(record);
            let fact = versions.and_then(|versions| versions.iter().next());
            let Some(Fact::Mint(mint)) = fact.map(|version| &version.fact) else {
                continue;
            };
            let mut known = calls.iter_mut();
            match known.find(|(_, other)| is_same_call(other, mint)) {
                // The caller's own record shows more.
                Some(known) if known.1.caller.kind == CallerKind::OtherAccount => {
                    *known = (record, mint);
                }
                Some(_) => {}
                None => calls.push((record, mint)),
            }
        }
        let links = calls.into_iter();
        links
            .map(|(record, mint)| ChainLink::of_mint(mint, record))
            .collect()
    }

    fn membership_shown(&self, group: &str, membership: &Membership) -> MembershipShown {
        let by = |from_logs: &[RecordKey]| {
            if from_logs.is_empty() {
                text!("a roster shows it, and the logs show no change")
            } else {
                text!("changes in the logs show it")
            }
        };
        let (verdict, because) = match membership {
            Membership::Member {
                began: Some(began), ..
            } => {
                let time = began.time;
                let because = match &began.addition {
                    Some(addition) => {
                        let who = caller_name(&addition.by);
                        text!("since {time}, added by {who}", time, who)
                    }
                    None => text!("since {time}", time),
                };
                (Verdict::Allow, because)
            }
            Membership::Member { evidence, .. } => (Verdict::Allow, by(evidence)),
            Membership::NotMember { evidence } => (Verdict::Violation, by(evidence)),
            Membership::Unproven { missing } => (Verdict::Unproven, missing.harmless()),
        };
        let part = RecordPart::Evidence;
        MembershipShown {
            group: harmless(group),
            verdict,
            because,
            records: records_of(membership)
                .map(|record| TimelineEntry::of_record(self.world, record, part))
                .collect(),
        }
    }
}

impl ChainLink {
    fn of_mint(mint: &Mint, record: &RecordKey) -> Self {
        let name = mint.session.as_deref();
        let name = name.map(|session| session.split_once(':').map_or(session, |(_, name)| name));
        Self {
            time: mint.time,
            call: mint.api.name(),
            caller: caller_name(&mint.caller),
            role: mint.role.as_ref().map(|role| harmless(role.as_str())),
            session: name.map(harmless),
            event: record.event.clone(),
        }
    }
}

/// Whether two records are the two accounts' copies of one call.
fn is_same_call(one: &Mint, other: &Mint) -> bool {
    one.session == other.session
        && match (&one.issued, &other.issued) {
            (Some(one), Some(other)) => one == other,
            _ => one.time == other.time,
        }
}

/// The records that show a membership, and the one that shows its beginning.
fn records_of(membership: &Membership) -> impl Iterator<Item = &RecordKey> {
    let (evidence, began) = match membership {
        Membership::Member { began, evidence } => (&evidence[..], began.as_ref()),
        Membership::NotMember { evidence } => (&evidence[..], None),
        Membership::Unproven { .. } => (&[][..], None),
    };
    let addition = began.and_then(|began| began.addition.as_ref());
    let addition = addition.map(|addition| &addition.record);
    let new = addition.filter(|record| !evidence.contains(record));
    evidence.iter().chain(new)
}

fn caller_name(caller: &Caller) -> String {
    let name = [
        &caller.arn,
        &caller.user_name,
        &caller.principal_id,
        &caller.provider,
    ]
    .into_iter()
    .find_map(Option::as_deref);
    name.map_or_else(|| "an unknown caller".to_owned(), harmless)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Story;
    use crate::{Scope, judge};

    fn stories(story: &Story) -> Vec<SwitchStory> {
        let world = story.world_of(story.records());
        let mut found = Vec::new();
        let rosters = story.rosters();
        judge(
            &world,
            &story.policy(),
            &rosters,
            Scope::default(),
            &mut |examined| found.push(examined.story()),
        );
        found
    }

    #[test]
    fn the_timeline_has_each_record_once_and_in_order() {
        let mut story = Story::new();
        story.iam(-600, "admin").adds("tom", "Developers");
        story.switch("tom").with_mfa().by_console().used_after(300);
        let all = stories(&story);
        let [one] = &all[..] else { panic!("{all:?}") };
        let parts: Vec<_> = one.timeline.iter().map(|entry| entry.part).collect();
        assert_eq!(
            parts,
            [
                RecordPart::Evidence,
                RecordPart::Issued,
                RecordPart::Issued,
                RecordPart::Console,
                RecordPart::Use
            ],
            "{:?}",
            one.timeline
        );
        assert!(one.timeline.is_sorted_by_key(|entry| entry.time));
        assert!(one.timeline.iter().all(|entry| entry.name.is_some()));
    }

    #[test]
    fn a_membership_says_who_added_the_person_and_when() {
        let mut story = Story::new();
        story.iam(-600, "admin").adds("tom", "Developers");
        story.switch("tom").with_mfa();
        let all = stories(&story);
        let [membership] = &all[0].memberships[..] else {
            panic!("{all:?}")
        };
        assert_eq!(membership.group, "development/Developers");
        assert_eq!(membership.verdict, Verdict::Allow);
        assert!(
            membership
                .because
                .contains("added by arn:aws:iam::111122223333:user/admin"),
            "{}",
            membership.because
        );
        assert_eq!(membership.records.len(), 1);
    }

    #[test]
    fn the_chain_begins_with_the_persons_own_call() {
        let mut story = Story::new();
        story.chain("dora", "Hop");
        let all = stories(&story);
        let last = all.last().unwrap();
        assert_eq!(last.chain.len(), 2, "{:?}", last.chain);
        assert!(last.chain[0].caller.ends_with("user/dora"));
        assert!(last.chain[1].role.as_ref().unwrap().ends_with("/UpdateApp"));
    }
}
