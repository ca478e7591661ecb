//! A refused attempt at an elevated role.

use crate::arn::RoleArn;
use crate::dossier::Origin;
use crate::id::RecordKey;
use crate::moment::Moment;
use crate::policy::Severity;
use crate::text::Text;

/// A denied attempt at an elevated role.
pub(crate) struct RefusedAttempt<'a> {
    pub(crate) record: &'a RecordKey,
    pub(crate) time: Moment,
    pub(crate) origin: Origin,
    /// The role. For a permission set it has no suffix: AWS refused before it chose a role. `None`:
    /// the record doesn't show it.
    pub(crate) role: Option<RoleArn>,
    pub(crate) place: Text,
    pub(crate) severity: Severity,
    pub(crate) conflicting: bool,
}
