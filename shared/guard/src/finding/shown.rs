//! Reads the context of a finding from its switches and records.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

use super::Finding;
use super::context::{
    EVIDENCE_SHOWN, EvidenceShown, FindingContext, FirstSeen, SessionShown, USER_AGENT_KEPT,
    UsesShown,
};
use crate::arn::RoleArn;
use crate::dossier::{Person, Switch, SwitchKey};
use crate::id::RecordKey;
use crate::moment::Moment;
use crate::policy::Policy;
use crate::seen::RecordAbout;
use crate::untrusted::{harmless, harmless_up_to};
use crate::world::{CallTotals, UseAt, World};

/// The number of characters at the end of an access key that are shown.
const KEY_SHOWN: usize = 4;

/// One switch of a person into an elevated role.
struct Entry<'a> {
    time: Moment,
    role: RoleArn,
    source_ip: Option<&'a str>,
}

/// All switches, to find the context of findings.
pub(crate) struct SwitchIndex<'a, 'w> {
    world: &'w World,
    policy: &'w Policy,
    switches: HashMap<&'a SwitchKey, (&'a Switch<'w>, Person)>,
    entries: BTreeMap<Person, Vec<Entry<'w>>>,
}

impl<'a, 'w> SwitchIndex<'a, 'w> {
    pub(crate) fn new(world: &'w World, policy: &'w Policy) -> Self {
        Self {
            world,
            policy,
            switches: HashMap::new(),
            entries: BTreeMap::new(),
        }
    }

    /// Adds a switch into an elevated role. Switches are added by time.
    pub(crate) fn add(&mut self, switch: &'a Switch<'w>, role: &RoleArn, person: &Person) {
        self.switches.insert(&switch.key, (switch, person.clone()));
        let entries = self.entries.entry(person.clone()).or_default();
        entries.push(Entry {
            time: switch.key.second,
            // A permission set gets a role of another name whenever it is provisioned anew.
            role: role.of_permission_set(),
            source_ip: CallSource::of_switch(switch, self.world).source_ip,
        });
    }

    /// The context of a finding. `records`: those that prove it, in the order of its events.
    pub(crate) fn context(&self, finding: &Finding, records: &[RecordKey]) -> FindingContext {
        let subject = &finding.subject;
        let mut known = Vec::new();
        for key in &subject.switches {
            known.extend(self.switches.get(key));
        }
        known.sort_by_key(|(switch, _)| &switch.key);
        let switches: Vec<&Switch<'w>> = known.iter().map(|(switch, _)| *switch).collect();
        let evidence = self.evidence(records, &switches);
        let Some((first, person)) = known.first() else {
            return self.context_of_records(subject.records.first(), evidence);
        };
        let source = CallSource::of_switch(first, self.world);
        FindingContext {
            source_ip: source.source_ip.map(harmless),
            user_agent: source.user_agent.map(user_agent),
            region: source.region.map(harmless),
            session: switches.last().map(|last| SessionShown::of_switch(last)),
            uses: UsesShown::of_switches(switches.iter().copied()),
            evidence,
            first_seen: self.first_seen(first, person),
            // The judge knows it, which also knows what was asked.
            settled_by: None,
        }
    }

    /// The context of attempts that were denied, and of root sessions.
    fn context_of_records(
        &self,
        record: Option<&RecordKey>,
        evidence: Vec<EvidenceShown>,
    ) -> FindingContext {
        let about = record.and_then(|record| Some(self.world.about(record)?.1));
        let text = |text: fn(&RecordAbout) -> Option<&str>| about.and_then(text);
        FindingContext {
            source_ip: text(|about| about.source_ip.as_deref()).map(harmless),
            user_agent: text(|about| about.user_agent.as_deref()).map(user_agent),
            region: text(|about| about.region.as_deref()).map(harmless),
            evidence,
            ..FindingContext::default()
        }
    }

    fn evidence(&self, records: &[RecordKey], switches: &[&Switch<'w>]) -> Vec<EvidenceShown> {
        let mut uses: HashMap<&RecordKey, &UseAt> = HashMap::new();
        for fold in switches.iter().flat_map(|switch| &switch.uses) {
            uses.extend(fold.kept().map(|used| (&used.record, used)));
        }
        let mut evidence = Vec::with_capacity(records.len().min(EVIDENCE_SHOWN));
        for record in records.iter().take(EVIDENCE_SHOWN) {
            let used = uses.get(record).map(|used| (used.time, &*used.about));
            let about = self.world.about(record).or(used);
            evidence.push(EvidenceShown {
                event: record.event.to_string(),
                account: record.account.to_string(),
                account_name: self.policy.account_name(record.account).map(harmless),
                name: about.map(|(_, about)| harmless(&about.name)),
                region: about.and_then(|(_, about)| about.region.as_deref().map(harmless)),
                time: about.map(|(time, _)| time),
            });
        }
        evidence
    }

    fn first_seen(&self, switch: &Switch<'w>, person: &Person) -> Option<FirstSeen> {
        let own = (
            switch.key.second,
            CallSource::of_switch(switch, self.world).source_ip,
        );
        let role = switch.role.as_ref()?.of_permission_set();
        let entries = self.entries.get(person)?;
        let before = || entries.iter().take_while(|entry| entry.time < own.0);
        Some(FirstSeen {
            in_role: !before().any(|entry| entry.role == role),
            from_source_ip: own
                .1
                .map(|own| !before().any(|entry| entry.source_ip == Some(own))),
            since: self.world.earliest()?,
        })
    }
}

/// Where the call that entered a role came from.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct CallSource<'w> {
    /// The address of the browser or the program.
    pub(crate) source_ip: Option<&'w str>,
    /// The program, as it named itself.
    pub(crate) user_agent: Option<&'w str>,
    /// The Region in which the first record was logged.
    pub(crate) region: Option<&'w str>,
}

impl<'w> CallSource<'w> {
    /// The browser's record comes first, then the call itself, then the first use of the session:
    /// where AWS makes the call for a person, only the others show the person's address.
    pub(crate) fn of_switch(switch: &Switch<'w>, world: &'w World) -> Self {
        let steps = switch.steps.iter().map(|(record, _)| *record);
        let halves = switch.halves.iter().map(|half| half.record);
        let records = steps.chain(halves.clone());
        let abouts = records.filter_map(|record| Some(world.about(record)?.1));
        let first_use = switch.used.as_ref().map(|used| &*used.first.about);
        let sources: Vec<&RecordAbout> = abouts.chain(first_use).collect();
        let person = |about: &&&RecordAbout| {
            let address = about.source_ip.as_deref();
            address.is_some_and(|address| address.parse::<IpAddr>().is_ok())
        };
        // An address and a program from different records could be those of different machines.
        let chosen = sources.iter().find(person).or(sources.first());
        let mut halves = halves;
        let call = halves.find_map(|record| Some(world.about(record)?.1));
        let first = call.or(sources.first().copied());
        Self {
            source_ip: chosen.and_then(|about| about.source_ip.as_deref()),
            user_agent: chosen.and_then(|about| about.user_agent.as_deref()),
            region: first.and_then(|about| about.region.as_deref()),
        }
    }
}

fn user_agent(text: &str) -> String {
    harmless_up_to(text, USER_AGENT_KEPT)
}

impl SessionShown {
    pub(crate) fn of_switch(switch: &Switch<'_>) -> Self {
        let name = switch.key.session.split_once(':').map(|(_, name)| name);
        let key = switch.key.issued.as_deref();
        let key = key.and_then(|key| key.get(key.len().checked_sub(KEY_SHOWN)?..));
        Self {
            name: name.map(harmless),
            key: key.map(harmless),
            granted_until: switch.works_until(),
            ended: switch.exited,
        }
    }
}

impl UsesShown {
    /// The calls that were made with the sessions. `None` if none is known.
    pub(crate) fn of_switches<'s, 'w: 's>(
        switches: impl IntoIterator<Item = &'s Switch<'w>>,
    ) -> Option<Self> {
        let mut totals = CallTotals::default();
        let mut span: Option<(Moment, Moment)> = None;
        for switch in switches {
            for fold in &switch.uses {
                totals.add(&fold.calls);
            }
            if let Some(used) = &switch.used {
                let own = (used.first.time, used.last.time);
                span = Some(span.map_or(own, |(first, last)| (first.min(own.0), last.max(own.1))));
            }
        }
        let (first, last) = span?;
        Some(Self {
            first,
            last,
            reads: totals.reads,
            writes: totals.writes,
            errors: totals.errors,
            estimated: totals.estimated,
            calls: totals.calls(),
        })
    }
}
