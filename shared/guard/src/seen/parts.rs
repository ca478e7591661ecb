//! Types that the readers of all services share.

use std::sync::Arc;

use super::{Caller, StoreUser};
use crate::id::{EventId, NotAnEventId, RecordKey};
use crate::moment::{Moment, NotAMoment};
use crate::record::{Record, RecordProblem};

/// The service that wrote a record.
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
    /// `sso-directory`, `identitystore` or `identitystore-scim`: the directory of Identity Center.
    Directory,
    /// `sso-oauth.amazonaws.com`: tokens of Identity Center.
    SsoOauth,
    /// Any other service. Its record was caused by a session whose calls count: one of an elevated
    /// role, or of a permission set.
    Other,
}

impl Service {
    /// The service for the first part of `eventSource`, in any case.
    pub(super) fn from_source(source: &str) -> Self {
        const NAMES: [(&str, Service); 8] = [
            ("sts", Service::Sts),
            ("signin", Service::SignIn),
            ("iam", Service::Iam),
            ("sso", Service::Sso),
            ("sso-directory", Service::Directory),
            ("identitystore", Service::Directory),
            ("identitystore-scim", Service::Directory),
            ("sso-oauth", Service::SsoOauth),
        ];
        let name = source.split('.').next().unwrap_or(source);
        NAMES
            .into_iter()
            .find(|(known, _)| name.eq_ignore_ascii_case(known))
            .map_or(Self::Other, |(_, service)| service)
    }

    /// Whether its records are read as those of Identity Center. This includes sign-ins.
    pub(super) fn is_of_identity_center(self) -> bool {
        matches!(
            self,
            Self::SignIn | Self::Sso | Self::Directory | Self::SsoOauth
        )
    }
}

/// The common fields that the readers of all services need.
pub(super) struct RecordHead<'a> {
    pub(super) key: &'a RecordKey,
    pub(super) time: Moment,
    pub(super) caller: &'a Arc<Caller>,
    pub(super) name: &'a str,
    pub(super) failed: bool,
    /// The person in Identity Center who made the call.
    pub(super) on_behalf_of: Option<StoreUser>,
}

pub(crate) fn event_id(record: &Record<'_>) -> Result<EventId, RecordProblem> {
    let text = record
        .event_id
        .as_deref()
        .ok_or(RecordProblem::Missing("eventID"))?;
    text.parse().map_err(|error: NotAnEventId| {
        RecordProblem::unexpected_text("eventID", text, &error.to_string())
    })
}

pub(crate) fn event_time(record: &Record<'_>) -> Result<Moment, RecordProblem> {
    let text = record
        .event_time
        .as_deref()
        .ok_or(RecordProblem::Missing("eventTime"))?;
    text.parse().map_err(|error: NotAMoment| {
        RecordProblem::unexpected_text("eventTime", text, &error.to_string())
    })
}
