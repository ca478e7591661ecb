//! Who took a permission set.

use std::collections::BTreeSet;

use super::evidence::{Evidence, PortalCall};
use crate::center::company::{Half, Id, Issuer, Second};

/// Which of the three answers decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    Behalf,
    Portal,
    Name,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Person {
    Known(Id, Answer),
    Unknown,
}

impl Person {
    pub(crate) fn id(self) -> Option<Id> {
        match self {
            Self::Known(id, _) => Some(id),
            Self::Unknown => None,
        }
    }
}

impl Evidence<'_> {
    /// The person of a session, through the chain that it came by.
    pub(crate) fn person(&self, session: usize) -> Person {
        let company = self.company;
        let Some(parent) = company.sessions[session].parent else {
            return self.taker(session);
        };
        if !self.is_alone(session) {
            return self.taker(parent);
        }
        let before = &company.sessions[parent];
        // That the id is a permission set's, only another record shows.
        let seen = (0..company.sessions.len()).any(|other| {
            company.sessions[other].role.id == before.role.id
                && (self.issued.contains(&other)
                    || self.uses.iter().any(|used| used.session == other))
        });
        let bearer = self
            .bearer(&before.name, company.sessions[session].at)
            .filter(|_| seen);
        bearer.map_or(Person::Unknown, |user| {
            Person::Known(Id::own(user), Answer::Name)
        })
    }

    /// Of a chain, nothing but the role owner's half arrived.
    pub(crate) fn is_alone(&self, session: usize) -> bool {
        self.company.halves(session) == [Half::Owner]
    }

    fn taker(&self, session: usize) -> Person {
        let taken = &self.company.sessions[session];
        if taken.issuer == Issuer::Foreign && self.issued.contains(&session) {
            return Person::Unknown;
        }
        let behalf = self.on_behalf_of(session);
        let left = self.at_the_portal(session);
        let by_portal = match left.len() {
            1 if !self.has_unknown_caller(session) => left.first().copied(),
            _ => None,
        };
        let by_name = self.bearer(&taken.name, taken.at).map(Id::own);
        let first = behalf.first().copied();
        let answers: BTreeSet<Id> = [first, by_portal, by_name].into_iter().flatten().collect();
        if behalf.len() > 1 || answers.len() > 1 {
            return Person::Unknown;
        }
        let decided = [
            (first, Answer::Behalf),
            (by_portal, Answer::Portal),
            (by_name, Answer::Name),
        ];
        let decided = decided
            .into_iter()
            .find_map(|(id, answer)| Some((id?, answer)));
        match decided {
            Some((id, _))
                if left.len() > 1 && !left.contains(&id) && !self.has_unknown_caller(session) =>
            {
                Person::Unknown
            }
            Some((id, answer)) => Person::Known(id, answer),
            None => Person::Unknown,
        }
    }

    /// The calls that a use can belong to.
    fn fitting(&self, session: usize, created: Second) -> Vec<usize> {
        let of = &self.company.sessions[session];
        let sessions = self.company.sessions.iter().enumerate();
        sessions
            .filter(|(at, other)| {
                other.role.id == of.role.id
                    && other.name == of.name
                    && (other.at - created).abs() <= 1
                    && self.issued.contains(at)
            })
            .map(|(at, _)| at)
            .collect()
    }

    /// The ids on uses that fit this session and no other.
    fn on_behalf_of(&self, session: usize) -> BTreeSet<Id> {
        self.uses_of(session)
            .filter_map(|at| self.uses[at].behalf)
            .collect()
    }

    pub(crate) fn uses_of(&self, session: usize) -> impl Iterator<Item = usize> {
        (0..self.uses.len()).filter(move |at| {
            self.fitting(self.uses[*at].session, self.uses[*at].created) == [session]
        })
    }

    /// Whether the session that a chain came from could be one of two: nothing tells apart those of
    /// one name that begin in one second.
    pub(crate) fn has_twin_parent(&self, session: usize) -> bool {
        let parent = self.company.sessions[session].parent;
        parent
            .is_some_and(|parent| self.fitting(parent, self.company.sessions[parent].at).len() > 1)
    }

    /// Whether some use could belong to this session and to another one.
    pub(crate) fn is_blurred(&self, session: usize) -> bool {
        self.uses.iter().any(|used| {
            let fitting = self.fitting(used.session, used.created);
            fitting.len() > 1 && fitting.contains(&session)
        })
    }

    /// The users who asked for this set within five seconds, without those who bear another name.
    fn at_the_portal(&self, session: usize) -> BTreeSet<Id> {
        let taken = &self.company.sessions[session];
        let name = taken.name.to_lowercase();
        self.calls_of(session)
            .filter_map(|call| {
                let id = self.user_of(&call.who, call.at)?;
                let other = (id.store == 0)
                    .then(|| self.name_at(id.user, taken.at))
                    .flatten()
                    .is_some_and(|borne| borne != name);
                (!other).then_some(id)
            })
            .collect()
    }

    /// Somebody whom no record identifies asked for this set, and may bear the session's name.
    fn has_unknown_caller(&self, session: usize) -> bool {
        self.unknown_callers(session).next().is_some()
    }

    /// The calls of such people. One portal session is one user's.
    pub(crate) fn unknown_callers(&self, session: usize) -> impl Iterator<Item = &PortalCall> {
        let name = self.company.sessions[session].name.to_lowercase();
        self.calls_of(session).filter(move |call| {
            let shown = call.who.name.as_ref().map(|name| name.to_lowercase());
            let mut all = self.calls_of(session);
            self.user_of(&call.who, call.at).is_none()
                && shown.is_none_or(|shown| shown == name)
                && !all.any(|other| {
                    other.credential == call.credential
                        && self.user_of(&other.who, other.at).is_some()
                })
        })
    }

    /// The calls at the portal that can have led to a session.
    pub(crate) fn calls_of(&self, session: usize) -> impl Iterator<Item = &PortalCall> {
        let taken = &self.company.sessions[session];
        let role = taken.role.set.map(|set| (taken.role.account, set));
        self.portal.iter().filter(move |call| {
            !call.failed && call.role == role && role.is_some() && (call.at - taken.at).abs() <= 5
        })
    }
}
