//! STS: credentials issued or refused.

use std::sync::Arc;

use super::error_message::{denied_resource, denied_role};
use super::read::{At, RecordProblem, part, shared};
use super::{Denial, Fact, Grant, Mint, MintApi};
use crate::arn::{AssumedRoleArn, RoleArn};
use crate::moment::Moment;
use crate::record::{Record, RequestParameters, Resource, ResponseElements};

/// No credentials of STS last longer than 36 hours.
const LONGEST: i64 = 129_600;

pub(super) fn fact(record: &Record<'_>, at: &At<'_>) -> Result<Option<Fact>, RecordProblem> {
    let Some(api) = MintApi::from_event_name(at.name) else {
        return Ok(None);
    };
    if at.failed {
        return Ok(Some(Fact::Denial(Box::new(denial(record, at, api)))));
    }
    mint(record, at, api).map(|mint| Some(Fact::Mint(Box::new(mint))))
}

fn denial(record: &Record<'_>, at: &At<'_>, api: MintApi) -> Denial {
    let code = record.error().unwrap_or_default();
    Denial {
        time: at.time,
        api,
        caller: Arc::clone(at.caller),
        role: record.error_message.as_deref().and_then(denied_role).or_else(|| asked_role(record)),
        root: record.error_message.as_deref().filter(|_| api == MintApi::AssumeRoot).and_then(denied_resource).map(Arc::from),
        access_denied: matches!(code, "AccessDenied" | "AccessDeniedException"),
    }
}

/// Other errors than AccessDenied leave the parameters in the record.
fn asked_role(record: &Record<'_>) -> Option<RoleArn> {
    let request: RequestParameters<'_> = part(record.request_parameters, "requestParameters").ok()?;
    RoleArn::parse(&request.role_arn?).ok()
}

fn mint(record: &Record<'_>, at: &At<'_>, api: MintApi) -> Result<Mint, RecordProblem> {
    let request: RequestParameters<'_> = part(record.request_parameters, "requestParameters")?;
    let response: ResponseElements<'_> = part(record.response_elements, "responseElements")?;
    let credentials = response.credentials.as_ref();
    let assumed = response.assumed_role_user.as_ref();
    let expiration =
        match credentials.and_then(|c| c.expiration.as_deref()) {
            None | Some("") => None,
            Some(text) => Some(Moment::from_expiration(text).map_err(|_| {
                At::odd("responseElements.credentials.expiration", text, "a time is written like `Jul 10, 2023, 12:09:47 PM`")
            })?),
        };
    let duration_seconds = match request.duration_seconds.as_deref() {
        None => None,
        Some(text) => {
            let seconds = text.parse().ok().filter(|seconds| (1..=LONGEST).contains(seconds));
            Some(
                seconds
                    .ok_or_else(|| At::odd("requestParameters.durationSeconds", text, "a number of seconds up to 129600 belongs there"))?,
            )
        }
    };
    let role = role(record, &request, assumed.and_then(|user| user.arn.as_deref()));
    if role.is_none() && !matches!(api, MintApi::AssumeRoot | MintApi::GetSessionToken | MintApi::GetFederationToken) {
        return Err(RecordProblem::Missing("requestParameters.roleArn"));
    }
    let mut caller = Arc::clone(at.caller);
    if let (MintApi::AssumeRoleWithSaml, Some(provider)) = (api, shared(request.principal_arn.as_ref())) {
        // The ARN of the provider in IAM says more than the provider's own name for itself.
        Arc::make_mut(&mut caller).provider = Some(provider);
    }
    Ok(Mint {
        time: at.time,
        api,
        caller,
        role,
        session: shared(assumed.and_then(|user| user.assumed_role_id.as_ref())),
        issued: shared(credentials.and_then(|c| c.access_key_id.as_ref())),
        shared: record.shared_event_id.as_deref().and_then(|id| id.parse().ok()),
        grant: Some(Box::new(Grant {
            expiration,
            duration_seconds,
            mfa_serial: shared(request.serial_number.as_ref()),
            source_ip: shared(record.source_ip_address.as_ref()),
            target: shared(request.target_principal.as_ref()),
        })),
        omitted: request.omitted.is_some(),
    })
}

/// The role's ARN as IAM has it (`resources`), as the caller wrote it, or, without its path, from the session that came of it.
fn role(record: &Record<'_>, request: &RequestParameters<'_>, assumed: Option<&str>) -> Option<RoleArn> {
    let resources: Vec<Resource<'_>> = record.resources.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default();
    let owned = resources.iter().find(|resource| resource.kind.as_deref() == Some("AWS::IAM::Role")).and_then(|r| r.arn.as_deref());
    [owned, request.role_arn.as_deref()]
        .into_iter()
        .flatten()
        .find_map(|arn| RoleArn::parse(arn).ok())
        .or_else(|| assumed.and_then(AssumedRoleArn::parse)?.role_without_path())
}
