//! Reads the context of a finding from its switches and records.

use std::collections::HashMap;
use std::net::IpAddr;

use super::Finding;
use super::context::{
    EVIDENCE_SHOWN, EvidenceShown, FindingContext, FirstSeen, SessionShown, USER_AGENT_KEPT,
    UsesShown,
};
use crate::arn::RoleArn;
use crate::dossier::{Origin, Person, Switch, SwitchKey};
use crate::id::RecordKey;
use crate::moment::Moment;
use crate::policy::Policy;
use crate::seen::RecordAbout;
use crate::untrusted::{harmless, harmless_up_to};
use crate::world::{CallTotals, UseAt, World};

/// The number of characters at the end of an access key that are shown.
const KEY_SHOWN: usize = 4;

/// A switch that a finding is about, with what is shown of it.
struct IndexedSwitch<'a, 'w> {
    switch: &'a Switch<'w>,
    person: Person,
    source: CallSource<'w>,
}

/// When a person was first seen entering each role, and from each address.
#[derive(Default)]
struct FirstEntries<'w> {
    /// By role. A permission set gets a role of another name whenever it is provisioned anew, so
    /// its roles count as one.
    roles: HashMap<RoleArn, Moment>,
    addresses: HashMap<&'w str, Moment>,
}

/// When each person was first seen entering each role, and from each address.
#[derive(Default)]
pub(crate) struct EntryTimes<'w> {
    people: HashMap<Person, FirstEntries<'w>>,
}

impl<'w> EntryTimes<'w> {
    /// Adds a switch into an elevated role, in any order.
    pub(crate) fn add(
        &mut self,
        switch: &Switch<'w>,
        role: &RoleArn,
        origin: &Origin,
        world: &'w World,
    ) {
        let time = switch.key.second;
        // Most switches are by a person who is known already, so the key is rarely copied.
        if !self.people.contains_key(&origin.person) {
            let none = FirstEntries::default();
            self.people.insert(origin.person.clone(), none);
        }
        let Some(first) = self.people.get_mut(&origin.person) else {
            return;
        };
        let of_role = first.roles.entry(role.of_permission_set()).or_insert(time);
        *of_role = time.min(*of_role);
        if let Some(address) = CallSource::of_switch(switch, origin, world).source_ip {
            let of_address = first.addresses.entry(address).or_insert(time);
            *of_address = time.min(*of_address);
        }
    }
}

/// The switches that findings are about, to find the context of these findings. Most switches have
/// no finding, so keeping all of them would take much memory for nothing.
pub(crate) struct SwitchIndex<'a, 'w> {
    world: &'w World,
    policy: &'w Policy,
    switches: HashMap<&'a SwitchKey, IndexedSwitch<'a, 'w>>,
    entries: EntryTimes<'w>,
}

impl<'a, 'w> SwitchIndex<'a, 'w> {
    pub(crate) fn new(world: &'w World, policy: &'w Policy, entries: EntryTimes<'w>) -> Self {
        Self {
            world,
            policy,
            switches: HashMap::new(),
            entries,
        }
    }

    /// Adds a switch that a finding is about.
    pub(crate) fn add(&mut self, switch: &'a Switch<'w>, origin: Origin) {
        let source = CallSource::of_switch(switch, &origin, self.world);
        self.switches.insert(
            &switch.key,
            IndexedSwitch {
                switch,
                person: origin.person,
                source,
            },
        );
    }

    /// The context of a finding. `records`: those that prove it, in the order of its events.
    pub(crate) fn context(&self, finding: &Finding, records: &[RecordKey]) -> FindingContext {
        let subject = &finding.subject;
        let mut known = Vec::new();
        for key in &subject.switches {
            known.extend(self.switches.get(key));
        }
        known.sort_by_key(|indexed| &indexed.switch.key);
        let switches: Vec<&Switch<'w>> = known.iter().map(|indexed| indexed.switch).collect();
        let evidence = self.evidence(records, &switches);
        let Some(first) = known.first() else {
            return self.context_of_records(subject.records.first(), evidence);
        };
        let source = first.source;
        FindingContext {
            source_ip: source.source_ip.map(harmless),
            user_agent: source.user_agent.map(user_agent),
            region: source.region.map(harmless),
            session: switches.last().map(|last| SessionShown::of_switch(last)),
            uses: UsesShown::of_switches(switches.iter().copied()),
            evidence,
            first_seen: self.first_seen(first),
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
        let outside = about.filter(|about| is_from_outside(about));
        FindingContext {
            source_ip: outside.and_then(|about| about.source_ip.as_deref().map(harmless)),
            user_agent: outside.and_then(|about| about.user_agent.as_deref().map(user_agent)),
            region: about.and_then(|about| about.region.as_deref().map(harmless)),
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

    fn first_seen(&self, indexed: &IndexedSwitch<'_, 'w>) -> Option<FirstSeen> {
        let time = indexed.switch.key.second;
        let role = indexed.switch.role.as_ref()?.of_permission_set();
        let first = self.entries.people.get(&indexed.person)?;
        let is_first = |known: Option<&Moment>| known.is_none_or(|known| *known >= time);
        let address = indexed.source.source_ip;
        Some(FirstSeen {
            in_role: is_first(first.roles.get(&role)),
            from_source_ip: address.map(|address| is_first(first.addresses.get(address))),
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
    /// The browser's record comes first, then the call itself. Where Identity Center makes that
    /// call, with its own address, the person's call of the access portal takes its place. If the
    /// switch is only known from its uses, the first one counts.
    pub(crate) fn of_switch(switch: &Switch<'w>, origin: &Origin, world: &'w World) -> Self {
        let about = |record: &RecordKey| Some(world.about(record)?.1);
        let steps = switch.steps.iter().map(|(record, _)| *record);
        let mut sources: Vec<&'w RecordAbout> = steps.filter_map(about).collect();
        let halves = switch.halves.iter().map(|half| half.record);
        let calls: Vec<&'w RecordAbout> = halves.filter_map(about).collect();
        if switch.is_of_permission_set() {
            let center = origin.center.as_ref();
            let portal = center.into_iter().flat_map(|center| &center.portal);
            sources.extend(portal.filter_map(about));
        } else {
            sources.extend(&calls);
        }
        let is_known_by_use = calls.is_empty() && switch.steps.is_empty();
        let first_use = switch.used.as_ref().filter(|_| is_known_by_use);
        sources.extend(first_use.map(|used| &*used.first.about));
        // An address and a program from different records could be those of different machines.
        let chosen = sources.iter().find(|about| has_address(about));
        let chosen = chosen.or(sources.iter().find(|about| is_from_outside(about)));
        let first = calls.first().or(sources.first());
        Self {
            source_ip: chosen.and_then(|about| about.source_ip.as_deref()),
            user_agent: chosen.and_then(|about| about.user_agent.as_deref()),
            region: first.and_then(|about| about.region.as_deref()),
        }
    }
}

fn has_address(about: &RecordAbout) -> bool {
    let address = about.source_ip.as_deref();
    address.is_some_and(|address| address.parse::<IpAddr>().is_ok())
}

/// Whether the record says where the call came from. `AWS Internal` means that AWS made it for
/// somebody.
fn is_from_outside(about: &RecordAbout) -> bool {
    let address = about.source_ip.as_deref();
    address.is_some_and(|address| address != "AWS Internal")
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

#[cfg(test)]
mod tests;
