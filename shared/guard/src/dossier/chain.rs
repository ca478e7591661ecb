//! Traces a switch back to the person, or to whatever else started the chain.

mod center;
mod console;
mod identity;
mod start;

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use super::center::is_issued_by_center;
use super::gather::ServiceKey;
use super::origin::{Origin, OwnCall, Person};
use super::{Dossiers, Switch};
use crate::dossier::proof::Proof;
use crate::id::RecordKey;
use crate::moment::Moment;
use crate::roster::{Asked, Roster};
use crate::seen::service::{key_hash, session_hash};
use crate::seen::{Caller, CallerKind};
use crate::text;
use crate::text::Text;
use crate::time::chosen::SAME_CALL;
use center::of_center;
use start::{delivered_by_service, unknown, workload};

/// The most mints of a chain that are listed as evidence: the first one, and those nearest to the
/// switch.
const NAMED: usize = 64;

/// Traces callers back to their origin.
pub(crate) struct Tracer<'g, 'w> {
    pub(crate) gathered: &'g Dossiers<'w>,
    pub(crate) roster: &'g Roster<'w>,
    /// Origins of the switches passed so far, so that a long chain is traced only once, and what
    /// the directory was asked about for each.
    known: RefCell<HashMap<*const Switch<'w>, (Origin, Asked)>>,
}

/// One step back on a chain.
enum ChainStep<'g, 'w> {
    From(&'g Switch<'w>),
    End(Box<Origin>),
}

impl ChainStep<'_, '_> {
    fn end(origin: Origin) -> Self {
        Self::End(Box::new(origin))
    }
}

impl<'g, 'w> Tracer<'g, 'w> {
    /// A tracer without remembered origins.
    pub(crate) fn new(gathered: &'g Dossiers<'w>, roster: &'g Roster<'w>) -> Self {
        Self {
            gathered,
            roster,
            known: RefCell::default(),
        }
    }

    /// The origin of this switch.
    pub(crate) fn origin(&self, switch: &Switch<'w>) -> Origin {
        let origin = self.traced(switch);
        self.asked_about(&origin);
        origin
    }

    /// Notes that an origin's user was asked about. A remembered origin doesn't ask the roster
    /// again, because the roster was asked when it was traced first.
    fn asked_about(&self, origin: &Origin) {
        if let Person::User(account, id) = &origin.person {
            self.roster.asked_about_user(*account, id);
        }
    }

    /// What the directory was asked about since the last call.
    pub(crate) fn take_center_asked(&self) -> Asked {
        let center = self.gathered.center.as_ref();
        center.map_or_else(Asked::default, |center| center.directory.take_asked())
    }

    fn asked_center_again(&self, asked: &Asked) {
        if let Some(center) = &self.gathered.center {
            center.directory.asked_again(asked);
        }
    }

    /// What was asked about since the last call. The answers can only change with facts about it.
    pub(crate) fn take_asked(&self) -> Asked {
        let mut asked = self.roster.take_asked();
        asked.join(&self.take_center_asked());
        asked
    }

    fn traced(&self, switch: &Switch<'w>) -> Origin {
        if !switch.has_mint() {
            return self.without_mint(switch);
        }
        // Records may form a circle: keys are reused, clocks differ, and an archive may have been
        // edited.
        let mut passed: BTreeSet<super::SwitchKey> = BTreeSet::from([switch.key.clone()]);
        let mut path: Vec<&Switch<'w>> = Vec::new();
        let mut remember = true;
        let before = self.take_center_asked();
        let mut origin = loop {
            let at = path.last().copied().unwrap_or(switch);
            if let Some((known, asked)) = path
                .last()
                .and_then(|at| self.known.borrow().get(&std::ptr::from_ref(*at)).cloned())
            {
                self.asked_center_again(&asked);
                break known;
            }
            let parent = match self.step_back(at) {
                ChainStep::End(origin) => break *origin,
                ChainStep::From(parent) => parent,
            };
            if !passed.insert(parent.key.clone()) {
                // The result depends on where the circle was entered, so it isn't remembered.
                remember = false;
                break at.caller().map_or_else(
                    || self.without_mint(at),
                    |caller| unknown(caller, text!("the role chain is circular")),
                );
            }
            path.push(parent);
        };
        let asked = self.take_center_asked();
        self.asked_center_again(&before);
        self.asked_center_again(&asked);
        for parent in path.iter().rev() {
            if remember {
                self.known
                    .borrow_mut()
                    .entry(std::ptr::from_ref(*parent))
                    .or_insert_with(|| (origin.clone(), asked.clone()));
            }
            origin.links.extend(parent.records().cloned());
            if origin.links.len() > NAMED {
                // Keeps the first mint and those nearest to the switch.
                origin.links.drain(2..origin.links.len() + 2 - NAMED);
            }
        }
        origin
    }

    /// One step back: to the switch that issued the caller's session, or to the end of the chain.
    fn step_back(&self, at: &Switch<'w>) -> ChainStep<'_, 'w> {
        let Some(caller) = at.caller() else {
            return ChainStep::end(self.without_mint(at));
        };
        if caller.role_session().is_none() {
            return ChainStep::end(match &self.gathered.center {
                Some(center) if is_issued_by_center(at) => of_center(center, caller, at),
                _ => self.identity(caller, at),
            });
        }
        if let Some(workload) = self.delivered_by_service(caller) {
            return ChainStep::end(workload);
        }
        // A service's session is only looked up if no mint was kept. The mint of an elevated role
        // is kept whole, and then the chain goes through it.
        match self.parent(caller, at.key.second) {
            // If the parent's copies contradict each other, it leads to several origins. Choosing
            // one would accuse somebody based on the order of files.
            Some(parent) if !parent.conflicting.is_empty() => ChainStep::end(unknown(
                caller,
                text!("the records of the session it was entered from contradict each other"),
            )),
            Some(parent) => ChainStep::From(parent),
            // AWS continuously issues sessions to services, and Identity Center issues sessions of
            // its own roles. Both can be distinguished from a person without the mint.
            None => ChainStep::end(match self.service(caller) {
                Some((stub, service)) => Origin {
                    links: vec![stub],
                    ..service
                },
                None => self
                    .center_session(caller, at.key.second)
                    .unwrap_or_else(|| unknown(caller, missing_parent(caller))),
            }),
        }
    }

    /// The origin of a caller that entered no role: a denied attempt, or a change in IAM.
    ///
    /// `near`: an ARN of the same record. It shows the partition for ARNs that have to be built.
    pub(crate) fn behind(&self, caller: &Caller, time: Moment, near: Option<&str>) -> Origin {
        if caller.role_session().is_some() {
            self.roster.asked_about_caller(caller);
        }
        let origin = self.traced_from(caller, time, near);
        self.asked_about(&origin);
        origin
    }

    fn traced_from(&self, caller: &Caller, time: Moment, near: Option<&str>) -> Origin {
        if caller.role_session().is_none() {
            return self.identity_of(caller, &Proof::NotAsked, None, near);
        }
        if let Some(workload) = self.delivered_by_service(caller) {
            return workload;
        }
        match self.parent(caller, time) {
            Some(parent) => self.origin(parent),
            None if let Some((_, service)) = self.service(caller) => service,
            None => self
                .center_session(caller, time)
                .unwrap_or_else(|| unknown(caller, missing_parent(caller))),
        }
    }

    /// The switch that issued the caller's session: found by the issued key, else by session and
    /// second.
    pub(crate) fn parent(&self, caller: &Caller, time: Moment) -> Option<&Switch<'w>> {
        let switches = &self.gathered.switches;
        let session = caller.role_session()?;
        let created = caller.session.as_ref().and_then(|context| context.created);
        // The key that signed is the key that the mint issued, except in the console, which
        // exchanges it. For the console, session and creation time have to be enough.
        let by_key = caller.key.as_deref().and_then(|key| {
            let all = self
                .gathered
                .by_issued
                .get(key)?
                .iter()
                .filter_map(|at| switches.get(*at));
            // Keys are reused, and a use may be logged slightly before its mint.
            all.filter(|switch| {
                switch.key.session == *session && switch.key.second.seconds_since(time) <= 60
            })
            .filter(|switch| created.is_none_or(|created| switch.began_at(created, SAME_CALL)))
            // Of several mints of one key: the one whose second is the session's creation time,
            // else the latest.
            .max_by_key(|switch| (Some(switch.key.second) == created, switch.key.second))
        });
        if by_key.is_some() {
            return by_key;
        }
        let (first, alike) = self.gathered.by_session.get(&(&**session, created?))?;
        // Several sessions have the same name and second. It only doesn't matter which one it was
        // if they all have the same caller.
        switches.get(*first).filter(|_| *alike)
    }

    /// The origin if the record shows that AWS gave the session to a workload. If it doesn't show in
    /// which service that is, the call by which the service got the session may.
    fn delivered_by_service(&self, caller: &Caller) -> Option<Origin> {
        let mut origin = delivered_by_service(caller)?;
        let shows_service = |own: &OwnCall| own.service.is_some();
        if !origin.own_call.as_deref().is_some_and(shows_service)
            && let Some((_, service)) = self.service(caller)
        {
            origin.own_call = service.own_call;
        }
        Some(origin)
    }

    /// The stub and the origin, if AWS issued the caller's session to a service.
    fn service(&self, caller: &Caller) -> Option<(RecordKey, Origin)> {
        let services = &self.gathered.services;
        let by_key = caller
            .key
            .as_deref()
            .and_then(|key| services.get(&ServiceKey::Issued(key_hash(key))));
        let by_session = || {
            let created = caller.session.as_ref()?.created?;
            services.get(&ServiceKey::Session((
                session_hash(caller.role_session()?),
                created,
            )))
        };
        // The key decides if it's known, because many services share the same session name.
        let stub = by_key.or_else(by_session)?;
        let origin = Origin {
            own_call: Some(Box::new(OwnCall::of_service(stub.service()))),
            ..workload(caller)?
        };
        Some((stub.record(), origin))
    }

    /// The GetSessionToken call that issued a user's temporary key.
    pub(crate) fn session_token(&self, caller: &Caller, time: Moment) -> Option<&Switch<'w>> {
        let key = caller
            .key
            .as_deref()
            .filter(|_| caller.kind == CallerKind::IamUser)?;
        let all = self
            .gathered
            .by_issued
            .get(key)?
            .iter()
            .filter_map(|at| self.gathered.switches.get(*at));
        let created = caller.session.as_ref().and_then(|context| context.created);
        all.filter(|switch| switch.key.second.seconds_since(time) <= 60)
            .filter(|switch| created.is_none_or(|created| switch.began_at(created, SAME_CALL)))
            .max_by_key(|switch| switch.key.second)
    }
}

fn missing_parent(caller: &Caller) -> Text {
    let session = caller
        .role_session()
        .map_or_else(String::new, |session| crate::untrusted::harmless(session));
    let account = caller.account.map_or_else(
        || text!("the caller's account"),
        |account| text!("account {account}", account),
    );
    if caller
        .session
        .as_ref()
        .is_some_and(|context| context.created_unread)
    {
        return text!(
            "the record's `creationDate` can't be read, so the call that issued the caller's session {session} can't be found",
            session
        );
    }
    if caller.kind == CallerKind::OtherAccount {
        text!(
            "the record of this switch from {account} is missing, so the caller is known only as role session {session}",
            account,
            session
        )
    } else {
        text!(
            "the call that issued the caller's session {session} is missing; it belongs in the logs of {account}",
            session,
            account
        )
    }
}
