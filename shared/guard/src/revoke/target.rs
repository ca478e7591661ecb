//! The sessions that a plan is for, with everything known about them.

use super::case::RevocationCase;
use super::sessions::{EnteredSession, KnownSessions};
use crate::arn::RoleArn;
use crate::dossier::{Origin, Switch, Tracer};

pub(super) struct RevocationTarget<'a, 'w> {
    pub(super) case: &'a RevocationCase<'a>,
    pub(super) tracer: &'a Tracer<'a, 'w>,
    pub(super) sessions: &'a KnownSessions<'a, 'w>,
    pub(super) entered: &'a [EnteredSession<'a, 'w>],
    pub(super) first: &'a Switch<'w>,
    pub(super) role: &'a RoleArn,
    pub(super) origin: &'a Origin,
}
