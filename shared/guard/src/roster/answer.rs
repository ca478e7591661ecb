//! The answer to whether a user was in a group, and what stands behind it.

use std::sync::Arc;

use super::changes::{GroupChange, Second};
use crate::id::RecordKey;
use crate::moment::Moment;
use crate::seen::Caller;
use crate::text;
use crate::text::Text;

/// The answer, and the evidence for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Membership {
    /// A member. `began`: the start of the membership, if the logs show it.
    Member {
        /// The start of the membership, if a record shows it.
        began: Option<Began>,
        /// The records that show it; empty when a snapshot does.
        evidence: Vec<RecordKey>,
    },
    /// Not a member.
    NotMember {
        /// The records that show it; empty when a snapshot does.
        evidence: Vec<RecordKey>,
    },
    /// The evidence shows neither.
    Unproven {
        /// What evidence is missing, in words.
        missing: Text,
    },
}

/// The start of a membership, as the logs show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Began {
    /// When the user was added.
    pub time: Moment,
    /// The record of the addition. `None`: a roster shows the time and nothing else.
    pub addition: Option<Addition>,
}

/// The record of an addition to a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addition {
    /// The record.
    pub record: RecordKey,
    /// The caller who added the user.
    pub by: Arc<Caller>,
}

impl Began {
    /// A beginning that a record shows.
    pub(crate) fn with(change: &GroupChange) -> Self {
        Self {
            time: change.time,
            addition: Some(Addition {
                record: change.record.clone(),
                by: Arc::clone(&change.by),
            }),
        }
    }
}

/// A membership that something shows of a user or a group that started without any.
pub(crate) fn created_without_addition(born: Moment) -> Membership {
    Membership::Unproven {
        missing: text!(
            "the user or the group was created at {born}, but the logs don't show who added the user after that",
            born
        ),
    }
}

/// The membership before the first change: the opposite of its result.
pub(crate) fn before_change(next: &Second) -> Membership {
    let evidence = next.records();
    match next.added {
        Some(true) => Membership::NotMember { evidence },
        Some(false) => Membership::Member {
            began: None,
            evidence,
        },
        None => unclear(next.time),
    }
}

/// The membership after changes that contradict each other.
pub(crate) fn unclear(time: Moment) -> Membership {
    Membership::Unproven {
        missing: text!(
            "the changes at {time} don't show whether the user was in the group after them",
            time
        ),
    }
}
