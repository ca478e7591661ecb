//! Tokens for `aws login`, `aws sso login`, agents, and applications that act for a person.

use std::sync::Arc;

use super::text::{shown_text, text, user};
use super::{CenterKind, Outcome, TokenApi, TokenCall, by_error};
use crate::record::{AdditionalEventData, CenterRequest, Record};
use crate::seen::details::{Detail, RecordPart, UnreadDetails};
use crate::seen::parts::RecordHead;

pub(super) fn of_sign_in(name: &str) -> Option<TokenApi> {
    match name {
        "AuthorizeOAuth2Access" => Some(TokenApi::AuthorizeOAuth2Access),
        "CreateOAuth2Token" => Some(TokenApi::CreateOAuth2Token),
        _ => None,
    }
}

/// The call, by its name. AWS's documentation lists `CreateToken` under `sso`; a captured
/// `CreateTokenWithIAM` is under `sso-oauth`.
pub(super) fn of_center(name: &str) -> Option<TokenApi> {
    match name {
        "CreateToken" => Some(TokenApi::CreateToken),
        "CreateTokenWithIAM" => Some(TokenApi::CreateTokenWithIam),
        _ => None,
    }
}

pub(super) fn read(
    record: &Record<'_>,
    at: &RecordHead<'_>,
    unread: &mut UnreadDetails,
) -> Option<(Outcome, CenterKind)> {
    let api = of_sign_in(at.name).or_else(|| of_center(at.name))?;
    let asked: RecordPart<CenterRequest<'_>> =
        unread.read_part(record.request_parameters, "requestParameters", at.failed);
    let request = asked.members;
    let more: RecordPart<AdditionalEventData<'_>> = unread.read_part(
        record.additional_event_data,
        "additionalEventData",
        at.failed,
    );
    let more = more.members;
    let client = shown_text(
        request.client_id.as_ref(),
        "requestParameters.clientId",
        unread,
    );
    let resource = shown_text(
        request.resource.as_ref(),
        "requestParameters.resource",
        unread,
    );
    let done = unread.read_flag(more.success.as_ref(), "additionalEventData.success");
    let outcome = match done {
        _ if at.failed => Outcome::Failure,
        Detail::Read(false) => Outcome::Failure,
        Detail::Unread => Outcome::Unknown,
        Detail::Read(true) | Detail::Absent => by_error(at),
    };
    let call = TokenCall {
        api,
        grant: grant_type(&request, &more, unread),
        client,
        resource,
        sign_in_session: text(
            more.sign_in_session.as_ref(),
            "additionalEventData.signInSessionArn",
            unread,
        ),
        person: user(
            (
                more.user_id.as_ref(),
                "additionalEventData.identitystore:UserId",
            ),
            (
                more.identity_store_arn.as_ref(),
                "additionalEventData.identitystore:IdentityStoreArn",
            ),
            unread,
        ),
        issued: text(
            more.credential_id.as_ref(),
            "additionalEventData.identitycenter:CredentialId",
            unread,
        ),
    };
    Some((outcome, CenterKind::Token(call)))
}

/// The grant type. `CreateToken` has it in the request; a captured `CreateOAuth2Token` has it next
/// to the request.
fn grant_type(
    request: &CenterRequest<'_>,
    more: &AdditionalEventData<'_>,
    unread: &mut UnreadDetails,
) -> Option<Arc<str>> {
    shown_text(
        request.grant_type.as_ref(),
        "requestParameters.grantType",
        unread,
    )
    .or_else(|| {
        text(
            more.grant_type.as_ref(),
            "additionalEventData.grant_type",
            unread,
        )
    })
}
