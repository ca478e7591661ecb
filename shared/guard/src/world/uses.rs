//! The uses of one session, reduced to the first and the last one.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::arn::RoleArn;
use crate::id::RecordKey;
use crate::moment::Moment;
use crate::seen::{StoreUser, Use};

/// What all uses of one set of credentials have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionKey {
    /// `AROA…:session`.
    pub session: Arc<str>,
    /// `creationDate`.
    pub created: Option<Moment>,
    /// The access key that signed.
    pub key: Option<Arc<str>>,
}

impl SessionKey {
    pub(super) fn map_strings(self, mut keep: impl FnMut(Arc<str>) -> Arc<str>) -> Self {
        Self {
            session: keep(self.session),
            created: self.created,
            key: self.key.map(keep),
        }
    }
}

/// The first and last use. Equal times are ordered by id, so the result doesn't depend on order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UseFold {
    /// The first use and its record.
    pub first: (Moment, RecordKey),
    /// The last use and its record.
    pub last: (Moment, RecordKey),
    /// The role: the smallest ARN seen.
    pub role: RoleArn,
    /// Whether any use showed that AWS gave the session to a workload.
    pub delivered_by_service: bool,
    /// Whether any use showed that `aws login` or an agent works with the session.
    pub by_login: bool,
    /// The people in Identity Center that uses named, limited to the smallest few. Two already
    /// contradict each other, and the smallest of a union don't depend on its order.
    pub people: BTreeSet<StoreUser>,
}

/// The number of people that are kept for one session.
const PEOPLE_KEPT: usize = 4;

impl UseFold {
    pub(super) fn from_use(used: Use, record: &RecordKey) -> (SessionKey, Self) {
        let at = (used.time, record.clone());
        let key = SessionKey {
            session: used.session,
            created: used.created,
            key: used.key,
        };
        (
            key,
            Self {
                first: at.clone(),
                last: at,
                role: used.role,
                delivered_by_service: used.delivered_by_service,
                by_login: used.login.is_some(),
                people: used.on_behalf_of.into_iter().collect(),
            },
        )
    }

    pub(crate) fn join(&mut self, other: Self) {
        if other.first < self.first {
            self.first = other.first;
        }
        if other.last > self.last {
            self.last = other.last;
        }
        if other.role < self.role {
            self.role = other.role;
        }
        self.delivered_by_service |= other.delivered_by_service;
        self.by_login |= other.by_login;
        self.people.extend(other.people);
        while self.people.len() > PEOPLE_KEPT {
            self.people.pop_last();
        }
    }
}
