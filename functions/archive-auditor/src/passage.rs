//! Which records the rules of `template.yaml` would have let through: what is in the trail and not among them was never to arrive.

use rolewatch_guard::seen::{CallerKind, Fact, Seen, Service};

/// MintRule's names. ServiceMintRule's are those of them that begin with `AssumeRole`.
const MINTS: [&str; 6] =
    ["AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "AssumeRoot", "GetSessionToken", "GetFederationToken"];

/// ConsoleRule's.
const STEPS: [&str; 4] = ["ConsoleLogin", "SwitchRole", "RenewRole", "ExitRole"];

/// MembershipRule's.
const CHANGES: [&str; 10] = [
    "AddUserToGroup",
    "RemoveUserFromGroup",
    "CreateUser",
    "UpdateUser",
    "DeleteUser",
    "CreateGroup",
    "UpdateGroup",
    "DeleteGroup",
    "EnableMFADevice",
    "DeactivateMFADevice",
];

/// Whether an event of this record was to be delivered. A service's mint was read as this only if its role is elevated.
pub(crate) fn was_let_through(seen: &Seen) -> bool {
    let name = &*seen.name;
    let by_service = seen.caller.kind == CallerKind::Service;
    let by_name = match seen.service {
        Service::Sts if by_service => matches!(seen.fact, Some(Fact::Mint(_))) && name.starts_with("AssumeRole"),
        Service::Sts => MINTS.contains(&name),
        Service::SignIn => !by_service && STEPS.contains(&name),
        Service::Iam => !by_service && CHANGES.contains(&name),
        Service::Sso | Service::Other => false,
    };
    // UseRule's.
    by_name || seen.used.is_some()
}
