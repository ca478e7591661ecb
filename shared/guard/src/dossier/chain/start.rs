//! Recognizes the start of a chain from the caller's record alone.

use std::sync::Arc;

use crate::dossier::origin::{Origin, OriginKind, OwnCall, Person};
use crate::dossier::proof::Proof;
use crate::policy::IdentityKind;
use crate::seen::Caller;
use crate::seen::service::service_hash;
use crate::text;
use crate::text::Text;

/// The origin if AWS gave the session to a workload, which isn't a person.
pub(super) fn delivered_by_service(caller: &Caller) -> Option<Origin> {
    caller
        .session
        .as_ref()
        .filter(|context| context.delivered_by_service)?;
    workload(caller)
}

pub(super) fn workload(caller: &Caller) -> Option<Origin> {
    let issuer = caller
        .session
        .as_ref()
        .and_then(|context| context.issuer_arn.clone());
    let role = issuer.or_else(|| caller.arn.clone())?;
    let service = caller.session.as_ref().and_then(|context| context.service);
    Some(Origin {
        person: Person::Service(Arc::clone(&role)),
        kind: OriginKind::Listed(IdentityKind::Service),
        arn: caller.arn.as_deref().map(str::to_owned),
        account: caller.account,
        name: Text::data(role.rsplit('/').next().unwrap_or(&role)),
        proof: Proof::NotAsked,
        links: Vec::new(),
        broken: None,
        mint_missing: false,
        center: None,
        own_call: Some(Box::new(OwnCall::of_service(service.map(service_hash)))),
    })
}

/// The origin if Identity Center issued the session. Nobody else can issue sessions of its reserved
/// roles, and it names them after the user.
pub(super) fn identity_center(caller: &Caller) -> Option<Origin> {
    let issuer = caller.session.as_ref()?.issuer_arn.as_deref()?;
    // Only AWS can create a role under this path or change its trust policy. So the path is proof;
    // a role's name wouldn't be.
    if !issuer.contains(":role/aws-reserved/sso.") {
        return None;
    }
    let name = caller.role_session()?.split_once(':')?.1;
    Some(Origin {
        person: Person::IdentityCenter(Arc::from(name)),
        kind: OriginKind::Listed(IdentityKind::IdentityCenter),
        arn: caller.arn.as_deref().map(str::to_owned),
        account: caller.account,
        name: Text::data(name),
        proof: Proof::NotAsked,
        links: Vec::new(),
        broken: None,
        mint_missing: false,
        center: None,
        own_call: None,
    })
}

pub(super) fn is_identity_center(provider: &str) -> bool {
    provider
        .rsplit(":saml-provider/")
        .next()
        // Identity Center names its provider `AWSSSO_…_DO_NOT_DELETE`.
        .is_some_and(|name| name != provider && name.starts_with("AWSSSO_"))
}

pub(super) fn unknown(caller: &Caller, why: Text) -> Origin {
    let id = caller
        .principal_id
        .clone()
        .or_else(|| caller.arn.clone())
        .unwrap_or_else(|| Arc::from("unknown"));
    // The caller chooses a session's name, so it must not be shown as a person's name.
    let name = id.split_once(':').map_or_else(
        || Text::data(&*id),
        |(_, name)| text!("session {name}", name),
    );
    let missing = why.clone();
    Origin {
        person: Person::Unknown(id),
        kind: OriginKind::Unknown,
        arn: caller.arn.as_deref().map(str::to_owned),
        account: caller.account,
        name,
        proof: Proof::Unproven { missing },
        links: Vec::new(),
        broken: Some(why),
        mint_missing: false,
        center: None,
        own_call: None,
    }
}
