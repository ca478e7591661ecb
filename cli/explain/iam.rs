//! What a change in IAM did, in words.

use rolewatch_guard::seen::{IamChange, IamChangeKind, NamedKind};
use rolewatch_guard::untrusted::harmless;

use crate::language::say;

pub(super) fn changed(change: &IamChange) -> String {
    let what = |named: &NamedKind| match named {
        NamedKind::User => say!("user"),
        NamedKind::Group => say!("group"),
    };
    let text = match &change.what {
        IamChangeKind::AddUserToGroup { user, group } => {
            say!("user {user} was added to group {group}", user, group)
        }
        IamChangeKind::RemoveUserFromGroup { user, group } => {
            say!("user {user} was removed from group {group}", user, group)
        }
        IamChangeKind::Create {
            what: named,
            name,
            id,
        } => {
            let id = id
                .as_deref()
                .map(|id| say!(" with the id {id}", id))
                .unwrap_or_default();
            say!(
                "{what} {name} was created{id}",
                what = what(named),
                name,
                id
            )
        }
        IamChangeKind::Delete { what: named, name } => {
            say!("{what} {name} was deleted", what = what(named), name)
        }
        IamChangeKind::Rename {
            what: named,
            from,
            to,
        } => say!(
            "{what} {from} was renamed to {to}",
            what = what(named),
            from,
            to
        ),
        IamChangeKind::EnableMfa { user, serial } => {
            say!(
                "the MFA device {serial} of user {user} was enabled",
                serial,
                user
            )
        }
        IamChangeKind::DeactivateMfa { user, serial } => {
            say!(
                "the MFA device {serial} of user {user} was deactivated",
                serial,
                user
            )
        }
    };
    say!(
        "{text} in account {account}",
        text = harmless(&text),
        account = change.account
    )
}
