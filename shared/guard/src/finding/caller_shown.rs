//! A caller, as a finding shows it.

use serde::{Deserialize, Serialize};

use crate::dossier::Origin;
use crate::seen::{Caller, CallerKind};
use crate::untrusted::harmless;

/// The origin of a switch, as a finding shows it. Every text in it is safe to print, but not
/// escaped yet.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CallerShown {
    /// The ARN; `null` if no record shows one.
    pub arn: Option<String>,
    /// The account; `null` if no record shows one.
    pub account: Option<String>,
    /// The name to show.
    pub name: String,
}

impl CallerShown {
    /// The caller as the record shows it, without tracing the chain: a finding about the guard must
    /// not wait for other records.
    pub(crate) fn of_caller(caller: &Caller) -> Self {
        Self {
            arn: caller.arn.as_deref().map(harmless),
            account: caller.account.map(|account| account.to_string()),
            name: name_of(caller),
        }
    }

    /// The origin of a switch.
    pub(crate) fn of_origin(origin: &Origin) -> Self {
        Self {
            arn: origin.arn.as_deref().map(harmless),
            account: origin.account.map(|account| account.to_string()),
            name: harmless(&origin.name),
        }
    }
}

fn name_of(caller: &Caller) -> String {
    match &caller.kind {
        CallerKind::Root => Some("the root user".to_owned()),
        CallerKind::IamUser => caller.user_name.as_deref().map(harmless),
        CallerKind::AssumedRole => caller.assumed_role().map(|session| {
            format!(
                "{} (role {})",
                harmless(session.session),
                harmless(session.role_name)
            )
        }),
        CallerKind::Service => caller.provider.as_deref().map(harmless),
        _ => None,
    }
    .unwrap_or_else(|| name_by_arn(caller))
}

/// The last part of the ARN, else the id.
fn name_by_arn(caller: &Caller) -> String {
    let end_of_arn = caller.arn.as_deref().and_then(|arn| arn.rsplit('/').next());
    end_of_arn
        .or(caller.principal_id.as_deref())
        .map_or_else(|| "an unknown caller".to_owned(), harmless)
}
