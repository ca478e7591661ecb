//! A refused attempt at an elevated role.

use crate::arn::RoleArn;
use crate::dossier::Origin;
use crate::id::RecordKey;
use crate::policy::Severity;
use crate::seen::Denial;

/// A denied attempt at an elevated role.
pub(crate) struct RefusedAttempt<'a> {
    pub(crate) record: &'a RecordKey,
    pub(crate) denial: &'a Denial,
    pub(crate) origin: Origin,
    pub(crate) role: RoleArn,
    pub(crate) place: String,
    pub(crate) severity: Severity,
    pub(crate) conflicting: bool,
}
