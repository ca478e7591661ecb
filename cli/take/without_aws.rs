//! Replaces the reading if the command was built without the AWS SDK.

use std::path::PathBuf;

use crate::args::RosterTakeArgs;
use crate::exit::Failure;

pub(super) fn take(args: &RosterTakeArgs) -> Result<PathBuf, Failure> {
    let by_hand = match (args.identity_center, &args.identity_store) {
        (false, _) => "`aws iam get-account-authorization-details`",
        (true, _) => "the AWS CLI, as docs/audit.md says",
    };
    Err(Failure::WithoutAws(format!(
        "nothing was read: this `rolewatch` was built without AWS support\n\
         build it with `cargo install --path . --features aws`, or take the roster with {by_hand}"
    )))
}
