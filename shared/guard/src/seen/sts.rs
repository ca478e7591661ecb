//! STS: credentials issued or refused.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::value::RawValue;

use super::details::{Detail, RecordPart, UnreadDetails, shared};
use super::error_message::{denied_resource, denied_role};
use super::parts::RecordHead;
use super::{Denial, Fact, Grant, Mint, MintApi, UnreadGrant};
use crate::arn::{AssumedRoleArn, RoleArn};
use crate::id::AccountId;
use crate::moment::Moment;
use crate::record::{
    AssumedRoleUser, Credentials, Object, Record, RecordProblem, RequestParameters, Resource,
    ResponseElements, Text,
};
use crate::time::aws::{LONGEST_CREDENTIALS, LONGEST_SESSION};

pub(super) fn read_fact(
    record: &Record<'_>,
    at: &RecordHead<'_>,
    unread: &mut UnreadDetails,
) -> Result<Option<Fact>, RecordProblem> {
    let Some(api) = MintApi::from_event_name(at.name) else {
        return Ok(None);
    };
    if at.failed {
        return Ok(Some(Fact::Denial(Box::new(denial(
            record, at, api, unread,
        )))));
    }
    read_mint(record, at, api, unread).map(|mint| Some(Fact::Mint(Box::new(mint))))
}

fn denial(
    record: &Record<'_>,
    at: &RecordHead<'_>,
    api: MintApi,
    unread: &mut UnreadDetails,
) -> Denial {
    let code = record.error().unwrap_or_default();
    Denial {
        time: at.time,
        api,
        caller: Arc::clone(at.caller),
        role: record
            .error_message
            .as_deref()
            .and_then(denied_role)
            .or_else(|| asked_role(record, unread)),
        root: record
            .error_message
            .as_deref()
            .filter(|_| api == MintApi::AssumeRoot)
            .and_then(denied_resource)
            .map(Arc::from),
        access_denied: matches!(code, "AccessDenied" | "AccessDeniedException"),
    }
}

/// The role that was requested. Errors other than AccessDenied leave the parameters in the record.
/// The caller may have requested something that isn't a role.
fn asked_role(record: &Record<'_>, unread: &mut UnreadDetails) -> Option<RoleArn> {
    let request: RecordPart<RequestParameters<'_>> =
        unread.read_part(record.request_parameters, "requestParameters", true);
    RoleArn::parse(&request.members.role_arn?).ok()
}

fn read_mint(
    record: &Record<'_>,
    at: &RecordHead<'_>,
    api: MintApi,
    unread: &mut UnreadDetails,
) -> Result<Mint, RecordProblem> {
    let asked: RecordPart<RequestParameters<'_>> =
        unread.read_part(record.request_parameters, "requestParameters", false);
    let answer: RecordPart<ResponseElements<'_>> =
        unread.read_part(record.response_elements, "responseElements", false);
    let request = &asked.members;
    let credentials = answer.members.credentials.as_ref();
    let assumed: Option<&AssumedRoleUser<'_>> = answer
        .members
        .assumed_role_user
        .as_ref()
        .and_then(Object::read);
    let role = role(
        record,
        request,
        assumed.and_then(|user| user.arn.as_deref()),
        unread,
    );
    if role.is_none()
        && !matches!(
            api,
            MintApi::AssumeRoot | MintApi::GetSessionToken | MintApi::GetFederationToken
        )
    {
        return Err(RecordProblem::Missing("requestParameters.roleArn"));
    }
    let mut caller = Arc::clone(at.caller);
    if let (MintApi::AssumeRoleWithSaml, Some(provider)) =
        (api, shared(request.principal_arn.as_ref()))
    {
        // The provider's ARN in IAM says more than the name that the provider gives itself.
        Arc::make_mut(&mut caller).provider = Some(provider);
    }
    Ok(Mint {
        time: at.time,
        api,
        caller,
        role,
        session: shared(assumed.and_then(|user| user.assumed_role_id.as_ref())),
        issued: shared(
            credentials
                .and_then(Object::read)
                .and_then(|c| c.access_key_id.as_ref()),
        ),
        shared: shared_id(record, unread),
        grant: Some(Box::new(read_grant(
            record,
            (at, api),
            &asked,
            (credentials, answer.unread),
            unread,
        ))),
        center_account: answer
            .members
            .issuer
            .as_deref()
            .filter(|_| api == MintApi::AssumeRoleWithSaml)
            .and_then(center_account),
        omitted: request.omitted.is_some(),
    })
}

/// With padding or without it.
const ISSUER: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The account in an issuer of Identity Center: the end of
/// `https://portal.sso.ap-northeast-1.amazonaws.com/saml/assertion/…` is base64 of
/// `111122223333_ins-0123456789abcdef`.
fn center_account(issuer: &str) -> Option<AccountId> {
    let (host, end) = issuer
        .strip_prefix("https://portal.sso.")?
        .split_once("/saml/assertion/")?;
    // Longer than any that was seen, and far from what would cost time to decode.
    if host.contains('/') || end.len() > 256 {
        return None;
    }
    let decoded = ISSUER.decode(end).ok()?;
    let text = str::from_utf8(&decoded).ok()?;
    text.split('_').next()?.parse().ok()
}

fn read_grant(
    record: &Record<'_>,
    (at, api): (&RecordHead<'_>, MintApi),
    asked: &RecordPart<RequestParameters<'_>>,
    (credentials, unread_answer): (Option<&Object<Credentials<'_>>>, bool),
    unread: &mut UnreadDetails,
) -> Grant {
    let request = &asked.members;
    let longest = longest(api);
    let unread_credentials = unread_answer || credentials.is_some_and(Object::is_odd);
    let expiration = credentials
        .and_then(Object::read)
        .and_then(|credentials| credentials.expiration.as_ref());
    let expiration = expires(expiration, at.time, unread).in_part(unread_credentials);
    let duration =
        read_duration(request.duration_seconds.as_ref(), longest, unread).in_part(asked.unread);
    let serial = device(request.serial_number.as_ref(), unread).in_part(asked.unread);
    let unread = UnreadGrant {
        expiration: expiration.is_unread(),
        duration: duration.is_unread(),
        serial: serial.is_unread(),
    };
    Grant {
        expiration: expiration.read(),
        duration_seconds: duration.read(),
        mfa_serial: serial.read(),
        source_ip: shared(record.source_ip_address.as_ref()),
        target: shared(request.target_principal.as_ref()),
        tags: tags(request, api),
        unread,
    }
}

/// The session tags of a SAML assertion. Those of other calls are the caller's own choice, or say
/// nothing about a person.
fn tags(request: &RequestParameters<'_>, api: MintApi) -> BTreeMap<Arc<str>, Arc<str>> {
    let tags = request.principal_tags.as_ref().and_then(Object::read);
    let readable = tags
        .into_iter()
        .flat_map(|tags| &tags.0)
        .filter(|_| api == MintApi::AssumeRoleWithSaml)
        .filter(|(_, value)| !value.is_odd());
    readable
        .map(|(key, value)| (Arc::from(&**key), Arc::from(&**value)))
        .collect()
}

fn longest(api: MintApi) -> i64 {
    match api {
        MintApi::GetSessionToken | MintApi::GetFederationToken => LONGEST_CREDENTIALS,
        _ => LONGEST_SESSION,
    }
}

/// Reads a time in one of CloudTrail's formats. It must be after the call, because AWS never issues
/// credentials that have already expired.
///
/// Other formats, such as seconds since 1970, aren't guessed: read in the wrong unit, they would
/// show a lifetime that was never granted.
fn expires(text: Option<&Text<'_>>, issued: Moment, unread: &mut UnreadDetails) -> Detail<Moment> {
    let expected = "expected a time after `eventTime`, like `Jul 10, 2023, 12:09:47 PM`";
    unread.detail(
        text,
        ("responseElements.credentials.expiration", expected),
        |text| {
            Moment::from_expiration(text)
                .ok()
                .filter(|expires| *expires > issued)
        },
    )
}

fn read_duration(text: Option<&Text<'_>>, longest: i64, unread: &mut UnreadDetails) -> Detail<i64> {
    let expected = format!("expected a number of seconds from 1 to {longest}");
    unread.detail(
        text,
        ("requestParameters.durationSeconds", &expected),
        |text| {
            text.parse()
                .ok()
                .filter(|seconds| (1..=longest).contains(seconds))
        },
    )
}

/// The serial number of an MFA device, in the format that AWS documents.
fn device(text: Option<&Text<'_>>, unread: &mut UnreadDetails) -> Detail<Arc<str>> {
    let expected = "expected the serial number or ARN of an MFA device";
    unread.detail(text, ("requestParameters.serialNumber", expected), |text| {
        let plain = |c: char| c.is_alphanumeric() || "_+=/:,.@-".contains(c);
        ((9..=256).contains(&text.chars().count()) && text.chars().all(plain))
            .then(|| Arc::from(text))
    })
}

/// Reads `sharedEventID`, which is always a UUID. Any other value may occur in records that have
/// nothing to do with each other.
fn shared_id(record: &Record<'_>, unread: &mut UnreadDetails) -> Option<crate::id::EventId> {
    let read = |text: &str| looks_like_a_uuid(text).then(|| text.parse().ok()).flatten();
    unread
        .detail(
            record.shared_event_id.as_ref(),
            ("sharedEventID", "expected a UUID"),
            read,
        )
        .read()
}

/// Whether a text has the form of a UUID. AWS's documentation may have EXAMPLE in place of digits.
fn looks_like_a_uuid(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    lengths == [8, 4, 4, 4, 12]
        && parts
            .iter()
            .all(|part| part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// The role's ARN: as IAM has it (`resources`), else as the caller wrote it, else, without its
/// path, from the session that was issued.
fn role(
    record: &Record<'_>,
    request: &RequestParameters<'_>,
    assumed: Option<&str>,
    unread: &mut UnreadDetails,
) -> Option<RoleArn> {
    let owned = owned_role(record.resources, unread);
    let expected = crate::arn::NotARoleArn.to_string();
    let asked = unread.detail(
        request.role_arn.as_ref(),
        ("requestParameters.roleArn", &expected),
        |arn| RoleArn::parse(arn).ok(),
    );
    owned
        .or(asked.read())
        .or_else(|| assumed.and_then(AssumedRoleArn::parse)?.role_without_path())
}

fn owned_role(raw: Option<&RawValue>, unread: &mut UnreadDetails) -> Option<RoleArn> {
    let text = raw.map_or("", RawValue::get);
    if super::details::is_absent(text, false) {
        return None;
    }
    let Ok(resources) = serde_json::from_str::<Vec<Object<Resource<'_>>>>(text) else {
        unread.unlike("resources");
        return None;
    };
    let mut role = None;
    for resource in &resources {
        let Object::Read(resource) = resource else {
            unread.unlike("resources[]");
            continue;
        };
        unread.members(resource);
        if role.is_none() && resource.kind.as_deref() == Some("AWS::IAM::Role") {
            let expected = crate::arn::NotARoleArn.to_string();
            role = unread
                .detail(
                    resource.arn.as_ref(),
                    ("resources[].ARN", &expected),
                    |arn| RoleArn::parse(arn).ok(),
                )
                .read();
        }
    }
    role
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::seen::{Fact, Reading, read};
    use crate::testing::Story;

    /// The tags that the engine reads in the only record of a story.
    fn tags(story: &Story) -> Vec<String> {
        let mut record = story.records()[0].clone();
        record["requestParameters"]["principalTags"] = json!({"team": "platform"});
        let text = record.to_string();
        let Ok(Reading::Seen(seen)) = read(text.as_bytes(), &|_| true) else {
            panic!("{text}")
        };
        let Some(Fact::Mint(mint)) = seen.fact else {
            panic!("{text}")
        };
        let grant = mint.grant.unwrap();
        grant.tags.keys().map(ToString::to_string).collect()
    }

    #[test]
    fn only_a_saml_provider_is_asked_for_tags() {
        let mut saml = Story::new();
        saml.saml_switch("Okta", "sam", &[]);
        assert_eq!(tags(&saml), ["team"]);
        let mut web = Story::new();
        web.web_switch("accounts.google.com", "1234");
        assert_eq!(tags(&web), [""; 0]);
        let mut own = Story::new();
        own.switch("dora").with_mfa().only_caller_half();
        assert_eq!(tags(&own), [""; 0], "callers of AssumeRole choose theirs");
    }
}
