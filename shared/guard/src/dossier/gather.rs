//! Selects the facts that matter: elevated switches, root sessions, denials, and the links that
//! lead back from them.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::{Center, Half, Switch};
use crate::elevated::Elevated;
use crate::id::RecordKey;
use crate::moment::Moment;
use crate::policy::{Policy, RolePolicy};
use crate::roster::Rosters;
use crate::seen::service::{key_hash, session_hash};
use crate::seen::{
    Caller, CallerKind, ConsoleStep, Denial, Fact, IamChange, Mint, MintApi, ServiceMint,
};
use crate::world::{World, contradicted, facts_in_force};

/// What identifies a service's session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum ServiceKey {
    Issued((u64, u32)),
    Session((u64, Moment)),
}

/// What the rules work on.
pub(crate) struct Dossiers<'w> {
    /// What is known of Identity Center, if the policy says where it is.
    pub(crate) center: Option<Center<'w>>,
    /// Elevated switches first, then root sessions and links; each part is sorted by key.
    pub(crate) switches: Vec<Switch<'w>>,
    pub(crate) denials: Vec<(&'w RecordKey, &'w Denial)>,
    /// Records whose copies or corrections contradict each other, with the number of readings of
    /// each.
    pub(crate) conflicting: BTreeMap<&'w RecordKey, usize>,
    /// The number of console steps in roles that the policy may match: the records don't show the
    /// roles' paths.
    pub(crate) doubtful: usize,
    /// Sessions that AWS gave to services and that something leads back to, by key and by session.
    pub(super) services: HashMap<ServiceKey, &'w ServiceMint>,
    pub(super) by_issued: HashMap<&'w str, Vec<usize>>,
    /// Elevated switches that continue a session rather than enter the role: renewals, and uses
    /// that no mint explains.
    pub(super) loose: HashMap<Arc<str>, Vec<usize>>,
    /// The first switch of a session and second, and whether all of them have the same caller.
    pub(super) by_session: HashMap<(&'w str, Moment), (usize, bool)>,
}

impl<'w> Dossiers<'w> {
    pub(crate) fn new(world: &'w World, policy: &'w Policy, rosters: &'w Rosters) -> Self {
        let elevated = Elevated::with_known_roles(policy, world, rosters);
        // Most mints in an organization are for roles that aren't elevated. They are only kept if a
        // relevant caller leads back to them. So the callers are collected first, and then, link by
        // link, the mints that issued their sessions.
        let mut wanted = WantedMints::default();
        let mut halves: Vec<Half<'w>> = Vec::new();
        let mut steps: Vec<(&'w RecordKey, &'w ConsoleStep)> = Vec::new();
        let mut denials = Vec::new();
        for (record, fact) in facts_in_force(world) {
            match fact {
                Fact::Mint(mint)
                    // AssumeRoot issues root credentials, which no role pattern can match.
                    if mint.api == MintApi::AssumeRoot || role_of(&elevated, mint).is_some() =>
                {
                    wanted.caller(&mint.caller);
                    halves.push(Half { record, mint });
                }
                Fact::Denial(denial) => {
                    wanted.caller(&denial.caller);
                    denials.push((record, &**denial));
                }
                Fact::IamChange(change) => wanted.changer(change),
                Fact::Console(step) => steps.push((record, step)),
                // Who changed a group of the identity store can be somebody in a role session.
                Fact::IdentityCenter(event) if policy.identity_center.is_some() => {
                    wanted.caller(&event.by);
                }
                Fact::Mint(_) | Fact::IdentityCenter(_) | Fact::Nothing => {}
            }
        }
        follow_callers(world, &mut wanted, &mut halves);
        let conflicting = contradicted(world);
        // INVARIANT (order): facts come out of a hash map, so everything that depends on their
        // order is sorted first. Ties are broken by content, which no two copies share.
        denials.sort_by(|a, b| (a.1.time, a.0, a.1).cmp(&(b.1.time, b.0, b.1)));
        steps.sort_by(|a, b| (a.1.time, a.0, a.1).cmp(&(b.1.time, b.0, b.1)));

        let mut switches = super::halves::join(halves, &conflicting);
        for switch in &mut switches {
            // One half may show the role's path and the other may not. Any half whose role matches
            // the policy decides.
            if let Some(found) = switch
                .halves
                .iter()
                .find_map(|half| role_of(&elevated, half.mint))
            {
                (switch.role, switch.policy) = (Some(found.0), Some(found.1));
            } else {
                switch.role = switch.halves.iter().find_map(|half| half.mint.role.clone());
            }
        }
        // Steps come before uses: a console session whose mint wasn't read is known from its
        // SwitchRole record, and its uses then belong to it rather than to another switch.
        let doubtful = super::steps::attach(&mut switches, &steps, &elevated);
        super::uses::attach(&mut switches, world, &elevated);
        switches.sort_by(|a, b| (a.policy.is_none(), &a.key).cmp(&(b.policy.is_none(), &b.key)));

        let services = wanted.services(world);
        let (by_issued, by_session, loose) = (HashMap::new(), HashMap::new(), HashMap::new());
        let settings = policy.identity_center.as_ref();
        let mut gathered = Self {
            center: settings.map(|settings| Center::new(world, rosters, settings)),
            switches,
            denials,
            conflicting,
            doubtful,
            services,
            by_issued,
            loose,
            by_session,
        };
        gathered.index(&wanted);
        gathered
    }

    /// Only indexes sessions that something leads back to.
    fn index(&mut self, wanted: &WantedMints<'w>) {
        for (at, switch) in self.switches.iter().enumerate() {
            // These continue a session without a mint that leads back to it, so they are found by
            // the session's name instead.
            if switch.policy.is_some() && (switch.is_renewal() || !switch.has_mint()) {
                self.loose
                    .entry(Arc::clone(&switch.key.session))
                    .or_default()
                    .push(at);
            }
            for half in &switch.halves {
                if let Some(issued) = half
                    .mint
                    .issued
                    .as_deref()
                    .filter(|key| wanted.keys.contains(key))
                {
                    // Both halves of a switch show the same key; it's listed once.
                    let slot = self.by_issued.entry(issued).or_default();
                    if slot.last() != Some(&at) {
                        slot.push(at);
                    }
                }
                let session = half
                    .mint
                    .session
                    .as_deref()
                    .map(|session| (session, half.mint.time));
                if let Some(session) = session.filter(|session| wanted.sessions.contains(session)) {
                    let who = |switch: &Switch<'w>| {
                        switch
                            .caller()
                            .map(|caller| (caller.kind.clone(), caller.principal_id.clone()))
                    };
                    let slot = self.by_session.entry(session).or_insert((at, true));
                    // Two sessions of one role may have the same name and the same second. Then
                    // this pair doesn't show which one is meant, which only matters if different
                    // people made them.
                    slot.1 &= self
                        .switches
                        .get(slot.0)
                        .is_some_and(|first| who(first) == who(switch));
                }
            }
        }
    }
}

fn role_of<'w>(
    elevated: &Elevated<'w>,
    mint: &Mint,
) -> Option<(crate::arn::RoleArn, &'w RolePolicy)> {
    let found = elevated.find(mint.role.as_ref()?, mint.session.as_deref())?;
    Some((found.arn, found.policy))
}

/// Sessions whose mint has to be found.
#[derive(Default)]
struct WantedMints<'w> {
    keys: HashSet<&'w str>,
    sessions: HashSet<(&'w str, Moment)>,
    new: bool,
}

impl<'w> WantedMints<'w> {
    fn caller(&mut self, caller: &'w Arc<Caller>) {
        // A user's temporary key leads to the GetSessionToken call and the device named in it.
        if !matches!(
            caller.kind,
            CallerKind::AssumedRole | CallerKind::IamUser | CallerKind::Federated
        ) || caller.has_long_term_key()
        {
            return;
        }
        if let Some(key) = &caller.key {
            self.new |= self.keys.insert(key);
        }
        if let (Some(id), Some(created)) = (
            &caller.principal_id,
            caller.session.as_ref().and_then(|session| session.created),
        ) {
            self.new |= self.sessions.insert((id, created));
        }
    }

    fn changer(&mut self, change: &'w IamChange) {
        self.caller(&change.by);
    }

    fn services(&self, world: &'w World) -> HashMap<ServiceKey, &'w ServiceMint> {
        // A stub holds hashes instead of texts, so the wanted keys are hashed the same way.
        let keys: HashSet<(u64, u32)> = self.keys.iter().map(|key| key_hash(key)).collect();
        let sessions: HashSet<(u64, Moment)> = self
            .sessions
            .iter()
            .map(|(session, second)| (session_hash(session), *second))
            .collect();
        let mut found: HashMap<ServiceKey, &'w ServiceMint> = HashMap::new();
        // INVARIANT (order): of several stubs under one key, the smallest one is used.
        let mut note = |key: ServiceKey, stub: &'w ServiceMint| {
            found
                .entry(key)
                .and_modify(|known| *known = (*known).min(stub))
                .or_insert(stub);
        };
        for stub in &world.services {
            if keys.contains(&stub.issued()) {
                note(ServiceKey::Issued(stub.issued()), stub);
            }
            if sessions.contains(&stub.session()) {
                note(ServiceKey::Session(stub.session()), stub);
            }
        }
        found
    }

    fn wants(&self, mint: &Mint) -> bool {
        mint.issued
            .as_deref()
            .is_some_and(|key| self.keys.contains(key))
            || mint
                .session
                .as_deref()
                .is_some_and(|session| self.sessions.contains(&(session, mint.time)))
    }
}

/// Follows callers back until nothing new is wanted.
fn follow_callers<'w>(world: &'w World, wanted: &mut WantedMints<'w>, halves: &mut Vec<Half<'w>>) {
    // A mint is identified by its address: copies of one record that contradict each other are two
    // mints, and comparing by content would confuse equal ones.
    let mut taken: HashSet<*const Mint> = halves
        .iter()
        .map(|half| std::ptr::from_ref(half.mint))
        .collect();
    let mut mints: Vec<Half<'w>> = facts_in_force(world)
        .filter_map(|(record, fact)| match fact {
            Fact::Mint(mint) => Some(Half { record, mint }),
            _ => None,
        })
        .collect();
    // A session begins before it's used, so with the newest first, one pass follows a chain to its
    // start. If clocks differ, it takes another pass.
    mints.sort_by_key(|half| std::cmp::Reverse(half.mint.time));
    while std::mem::take(&mut wanted.new) {
        for half in &mints {
            if wanted.wants(half.mint) && taken.insert(std::ptr::from_ref(half.mint)) {
                wanted.caller(&half.mint.caller);
                halves.push(half.clone());
            }
        }
    }
}
