//! MFA, decided at the mint that the person made. What a role session shows about MFA later proves
//! nothing.

use std::sync::Arc;

use crate::dossier::Switch;
use crate::seen::{Caller, CallerKind};
use crate::text;
use crate::text::Text;

/// What the mint shows about MFA.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// STS or the sign-in verified a device.
    Proved {
        /// Its serial number, if the call named it.
        serial: Option<Arc<str>>,
    },
    /// The call was made without MFA.
    Disproved {
        /// How the records show it.
        how: Text,
    },
    /// The records show neither.
    Unproven {
        /// What is missing, and which account's logs would show it.
        missing: Text,
    },
    /// The call wasn't made by a person.
    NotAsked,
}

/// Decides from the caller's half if it was read, else from the role owner's. `token`: the
/// GetSessionToken call that issued the caller's key.
pub(crate) fn at_mint(switch: &Switch<'_>, token: Option<&Switch<'_>>) -> Proof {
    // STS verifies the code that comes with a serial number and denies the call if it's wrong. So
    // the serial number in a successful call is proof, in either account's copy.
    let serial = switch.mfa_serial().cloned();
    if serial.is_some() {
        return Proof::Proved { serial };
    }
    let Some(half) = switch.caller_half() else {
        let account = switch.caller_account().map_or_else(
            || text!("the caller's account"),
            |account| text!("account {account}", account),
        );
        return Proof::Unproven {
            missing: text!(
                "the record of this switch from {account} is missing, and the record from the role's account names no MFA device",
                account
            ),
        };
    };
    let caller = &half.mint.caller;
    // `mfaAuthenticated` of a role session shows nothing about the person: AssumeRole sessions
    // never carry MFA over, and the console's sessions carry it for whoever switched.
    if caller.kind != CallerKind::IamUser {
        return Proof::NotAsked;
    }
    let session = caller.session.as_ref();
    // A named device proves MFA, so a device that may have been named disproves nothing.
    let unread = if session.is_some_and(|session| session.mfa_unread) {
        Some("mfaAuthenticated")
    } else if switch.grants().any(|grant| grant.unread.serial) {
        Some("serialNumber")
    } else {
        None
    };
    match (session.and_then(|session| session.mfa), unread) {
        (Some(true), _) => Proof::Proved {
            serial: token.and_then(|token| token.mfa_serial().cloned()),
        },
        (_, Some(field)) => Proof::Unproven {
            missing: text!("the record's `{field}` can't be read", field),
        },
        (Some(false), None) => Proof::Disproved {
            how: text!("the caller's session was started without MFA"),
        },
        // The record of a call with a permanent key has no session context, so it never has
        // `mfaAuthenticated`.
        (None, None) if caller.has_long_term_key() => Proof::Disproved {
            how: text!(
                "a permanent access key ({key_end}) made the call without naming an MFA device",
                key_end = last_four(caller)
            ),
        },
        (None, None) => Proof::Unproven {
            missing: text!("the record has no session context for the caller's temporary key"),
        },
    }
}

/// Only the last characters of an access key are shown.
fn last_four(caller: &Caller) -> String {
    let key: Vec<char> = caller.key.as_deref().unwrap_or_default().chars().collect();
    let end: String = key
        .get(key.len().saturating_sub(4)..)
        .unwrap_or_default()
        .iter()
        .collect();
    format!("…{}", crate::untrusted::harmless(&end))
}
