//! Which sessions are valid now, whose they are, and which were entered from which.

use std::collections::{BTreeSet, HashMap};

use super::command;
use super::plan::SessionRelation;
use crate::arn::RoleArn;
use crate::dossier::{Origin, Person, Switch, SwitchKey, Tracer};
use crate::moment::Moment;
use crate::time::aws::LONGEST_SESSION;

/// A session of the finding, or one that was entered from it.
pub(super) struct EnteredSession<'a, 'w> {
    pub(super) switch: &'a Switch<'w>,
    pub(super) how: SessionRelation,
}

/// The roles that a denial reaches: one role, or all roles of a permission set, which has one in
/// each account.
#[derive(Clone, Copy)]
pub(super) struct DenialReach<'r> {
    role: &'r RoleArn,
    /// The permission set.
    pub(super) set: Option<&'r str>,
}

impl<'r> DenialReach<'r> {
    pub(super) fn new(role: &'r RoleArn) -> Self {
        Self {
            role,
            // A name with other characters than AWS allows didn't come from Identity Center. Such a
            // role is treated like any other.
            set: role
                .permission_set()
                .filter(|set| command::shell_word(set).is_some()),
        }
    }

    pub(super) fn includes(&self, role: Option<&RoleArn>) -> bool {
        let Some(set) = self.set else {
            return role == Some(self.role);
        };
        role.is_some_and(|role| {
            role.permission_set() == Some(set) && role.partition() == self.role.partition()
        })
    }
}

/// All sessions that were read, of every role.
pub(super) struct KnownSessions<'a, 'w> {
    all: &'a [Switch<'w>],
    tracer: &'a Tracer<'a, 'w>,
    as_of: Moment,
}

impl<'a, 'w> KnownSessions<'a, 'w> {
    pub(super) fn new(all: &'a [Switch<'w>], tracer: &'a Tracer<'a, 'w>, as_of: Moment) -> Self {
        Self { all, tracer, as_of }
    }

    /// Whether its credentials are valid at the time of the plan. A person who left the role in the
    /// console may still have them.
    pub(super) fn still_works(&self, switch: &Switch<'_>) -> bool {
        let until = switch
            .works_until()
            // If the end isn't known, AWS's longest session is assumed. Calling a valid session
            // expired would be the worse mistake.
            .unwrap_or_else(|| switch.key.second.plus_seconds(LONGEST_SESSION));
        switch.key.second <= self.as_of && self.as_of < until
    }

    /// Valid sessions with their origins.
    pub(super) fn working(&self) -> impl Iterator<Item = (&'a Switch<'w>, Origin)> + '_ {
        self.all
            .iter()
            .filter(|switch| switch.role.is_some() && self.still_works(switch))
            .map(|switch| (switch, self.tracer.origin(switch)))
    }

    pub(super) fn working_in(&self, reach: DenialReach<'_>) -> Vec<(&'a Switch<'w>, Origin)> {
        let in_role = self
            .all
            .iter()
            .filter(|switch| reach.includes(switch.role.as_ref()) && self.still_works(switch));
        in_role
            .map(|switch| (switch, self.tracer.origin(switch)))
            .collect()
    }

    /// The sessions themselves, then all that were entered from them, through any number of roles.
    /// A session that has ended is followed too, because one that was entered from it may still be
    /// valid.
    pub(super) fn entered_from(&self, found: &[&'a Switch<'w>]) -> Vec<EnteredSession<'a, 'w>> {
        let mut children: HashMap<&SwitchKey, Vec<&'a Switch<'w>>> = HashMap::new();
        let mut of_name: HashMap<&str, Vec<&'a Switch<'w>>> = HashMap::new();
        for switch in self.all.iter().filter(|switch| switch.role.is_some()) {
            let Some((caller, session)) = switch
                .caller()
                .and_then(|caller| Some((caller, caller.role_session()?)))
            else {
                continue;
            };
            match self.tracer.parent(caller, switch.key.second) {
                Some(parent) => children.entry(&parent.key).or_default().push(switch),
                // The mint of the caller's session wasn't read, so only the session's name shows
                // where the switch came from. Others may have used the same name.
                None => of_name.entry(session).or_default().push(switch),
            }
        }
        let mut known: BTreeSet<&SwitchKey> = found.iter().map(|switch| &switch.key).collect();
        let mut entered: Vec<EnteredSession<'a, 'w>> = found
            .iter()
            .map(|switch| EnteredSession {
                switch,
                how: SessionRelation::Finding,
            })
            .collect();
        let mut next = 0;
        while let Some((switch, how)) = entered
            .get(next)
            .map(|entered| (entered.switch, entered.how))
        {
            next += 1;
            let sure = children
                .get(&switch.key)
                .into_iter()
                .flatten()
                .map(|child| (*child, SessionRelation::Chained));
            let within = |child: &&&Switch<'_>| {
                let until = switch
                    .works_until()
                    .unwrap_or_else(|| switch.key.second.plus_seconds(LONGEST_SESSION));
                switch.key.second <= child.key.second && child.key.second <= until
            };
            let perhaps = of_name
                .get(&*switch.key.session)
                .into_iter()
                .flatten()
                .filter(within)
                .map(|child| (*child, SessionRelation::PerhapsChained));
            for (child, step) in sure.chain(perhaps) {
                // A session that is reached in two ways counts by the first one. The certain ways
                // are tried first.
                if known.insert(&child.key) {
                    entered.push(EnteredSession {
                        switch: child,
                        // Everything after a doubtful step is doubtful.
                        how: if how == SessionRelation::PerhapsChained {
                            how
                        } else {
                            step
                        },
                    });
                }
            }
        }
        entered
    }
}

/// One session of each role, in the order in which the roles were found.
pub(super) fn one_per_role<'a, 'w: 'a>(
    entered: impl Iterator<Item = &'a EnteredSession<'a, 'w>>,
) -> Vec<&'a Switch<'w>> {
    let mut met: Vec<&Switch<'w>> = Vec::new();
    for entered in entered {
        if !met.iter().any(|known| same_role(known, entered.switch)) {
            met.push(entered.switch);
        }
    }
    met
}

pub(super) fn same_role(a: &Switch<'_>, b: &Switch<'_>) -> bool {
    a.role == b.role
}

/// Whether the person is identified. Only then can another session be known to be theirs.
pub(super) fn is_known(person: &Person) -> bool {
    !matches!(person, Person::Unknown(_))
}
