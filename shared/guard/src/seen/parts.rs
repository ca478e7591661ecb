//! What the readers of each service's records share.

use std::sync::Arc;

use super::Caller;
use crate::id::{EventId, NotAnEventId, RecordKey};
use crate::moment::{Moment, NotAMoment};
use crate::record::{Record, RecordProblem};

/// Which log a record belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// `sts.amazonaws.com`.
    Sts,
    /// `signin.amazonaws.com`.
    SignIn,
    /// `iam.amazonaws.com`.
    Iam,
    /// `sso.amazonaws.com`.
    Sso,
    /// Any other, by a session of an elevated role.
    Other,
}

/// What the readers of one service's records have at hand.
pub(super) struct RecordHead<'a> {
    pub(super) key: &'a RecordKey,
    pub(super) time: Moment,
    pub(super) caller: &'a Arc<Caller>,
    pub(super) name: &'a str,
    pub(super) failed: bool,
}

pub(crate) fn event_id(record: &Record<'_>) -> Result<EventId, RecordProblem> {
    let text = record
        .event_id
        .as_deref()
        .ok_or(RecordProblem::Missing("eventID"))?;
    text.parse()
        .map_err(|error: NotAnEventId| RecordProblem::odd("eventID", text, &error.to_string()))
}

pub(crate) fn event_time(record: &Record<'_>) -> Result<Moment, RecordProblem> {
    let text = record
        .event_time
        .as_deref()
        .ok_or(RecordProblem::Missing("eventTime"))?;
    text.parse()
        .map_err(|error: NotAMoment| RecordProblem::odd("eventTime", text, &error.to_string()))
}
