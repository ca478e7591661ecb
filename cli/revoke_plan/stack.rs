//! `rolewatch revoke-plan ID --stack NAME`: the finding and its sessions, as the stack has them.

#[cfg(feature = "aws")]
mod aws;
#[cfg(not(feature = "aws"))]
mod without_aws;

#[cfg(feature = "aws")]
pub(super) use aws::read;
#[cfg(not(feature = "aws"))]
pub(super) use without_aws::read;

use rolewatch_guard::policy::Policy;
use rolewatch_guard::roster::Rosters;
use rolewatch_guard::world::World;

use super::request::GivenFinding;

/// What the stack knows about a finding.
pub(super) struct StackEvidence {
    pub(super) finding: GivenFinding,
    pub(super) world: World,
    pub(super) policy: Policy,
    pub(super) rosters: Rosters,
    /// Rosters that can't be used, with the reasons.
    pub(super) unusable: Vec<String>,
}
