//! Replaces the reading if the command was built without the AWS SDK.

use rolewatch_guard::moment::Moment;

use super::StackEvidence;
use crate::exit::Failure;

pub(in crate::revoke_plan) fn read(
    stack: &str,
    _id: &str,
    _as_of: Moment,
) -> Result<StackEvidence, Failure> {
    Err(Failure::WithoutAws(format!(
        "nothing was read from `{stack}`: this `rolewatch` was built without AWS support\n\
         build it with `cargo install --path . --features aws`, or give the logs as PATH instead \
         of `--stack`"
    )))
}
