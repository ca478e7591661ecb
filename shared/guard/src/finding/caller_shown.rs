//! A caller, as a finding shows it.

use serde::{Deserialize, Serialize};

use crate::dossier::Origin;
use crate::seen::{Caller, CallerKind};
use crate::text;
use crate::text::Text;
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
    pub name: Text,
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
            name: origin.name.harmless(),
        }
    }
}

fn name_of(caller: &Caller) -> Text {
    match &caller.kind {
        CallerKind::Root => Some(text!("the root user")),
        CallerKind::IamUser => caller.user_name.as_deref().map(safe),
        CallerKind::AssumedRole => caller.assumed_role().map(|session| {
            text!(
                "{session} (role {role})",
                session = harmless(session.session),
                role = harmless(session.role_name)
            )
        }),
        CallerKind::Service => caller.provider.as_deref().map(safe),
        _ => None,
    }
    .unwrap_or_else(|| name_by_arn(caller))
}

/// The last part of the ARN, else the id.
fn name_by_arn(caller: &Caller) -> Text {
    let end_of_arn = caller.arn.as_deref().and_then(|arn| arn.rsplit('/').next());
    end_of_arn
        .or(caller.principal_id.as_deref())
        .map_or_else(|| text!("an unknown caller"), safe)
}

fn safe(name: &str) -> Text {
    Text::data(harmless(name))
}
