//! A CloudTrail record as AWS writes it: the fields that can matter here, borrowed from the text where possible.
//!
//! This is the only room that names CloudTrail's fields. Key order and white space are free; a field may be absent or null; a scalar of
//! an unexpected kind (`"mfaAuthenticated": true`) is read as its text.

mod text;

use serde::Deserialize;
use serde_json::value::RawValue;

pub(crate) use text::Text;

/// The top of a record.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Record<'a> {
    #[serde(borrow)]
    pub(crate) user_identity: Option<UserIdentity<'a>>,
    #[serde(borrow)]
    pub(crate) event_time: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) event_source: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) event_name: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) aws_region: Option<Text<'a>>,
    #[serde(borrow, rename = "sourceIPAddress")]
    pub(crate) source_ip_address: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) error_code: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) error_message: Option<Text<'a>>,
    #[serde(borrow, rename = "eventID")]
    pub(crate) event_id: Option<Text<'a>>,
    #[serde(borrow, rename = "sharedEventID")]
    pub(crate) shared_event_id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) recipient_account_id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) request_parameters: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) response_elements: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) additional_event_data: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) resources: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) addendum: Option<Addendum<'a>>,
}

/// Who called, as CloudTrail says it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UserIdentity<'a> {
    #[serde(borrow, rename = "type")]
    pub(crate) kind: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) principal_id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) arn: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) account_id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) access_key_id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) user_name: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) invoked_by: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) identity_provider: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) session_context: Option<SessionContext<'a>>,
    pub(crate) in_scope_of: Option<Present>,
}

/// What temporary credentials carry with them.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SessionContext<'a> {
    #[serde(borrow)]
    pub(crate) session_issuer: Option<SessionIssuer<'a>>,
    #[serde(borrow)]
    pub(crate) attributes: Option<SessionAttributes<'a>>,
    pub(crate) ec2_role_delivery: Option<Present>,
    pub(crate) in_scope_of: Option<Present>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SessionIssuer<'a> {
    #[serde(borrow)]
    pub(crate) principal_id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) arn: Option<Text<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SessionAttributes<'a> {
    #[serde(borrow)]
    pub(crate) creation_date: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) mfa_authenticated: Option<Text<'a>>,
}

/// A record that was sent again: late, or with corrected fields.
#[derive(Debug, Deserialize)]
pub(crate) struct Addendum<'a> {
    #[serde(borrow, rename = "originalEventID")]
    pub(crate) original_event_id: Option<Text<'a>>,
}

/// Something is there; what it holds does not matter.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Present;

impl<'de> Deserialize<'de> for Present {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        serde::de::IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

/// `requestParameters` of STS and IAM calls. A parameter set too large for CloudTrail is replaced by `{"omitted": true, …}`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RequestParameters<'a> {
    #[serde(borrow)]
    pub(crate) role_arn: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) duration_seconds: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) serial_number: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) principal_arn: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) target_principal: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) user_name: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) new_user_name: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) group_name: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) new_group_name: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) omitted: Option<Text<'a>>,
}

/// `responseElements` of STS, IAM and sign-in calls.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ResponseElements<'a> {
    #[serde(borrow)]
    pub(crate) credentials: Option<Credentials<'a>>,
    #[serde(borrow)]
    pub(crate) assumed_role_user: Option<AssumedRoleUser<'a>>,
    #[serde(borrow)]
    pub(crate) user: Option<CreatedUser<'a>>,
    #[serde(borrow)]
    pub(crate) group: Option<CreatedGroup<'a>>,
    #[serde(borrow, rename = "SwitchRole")]
    pub(crate) switch_role: Option<Text<'a>>,
    #[serde(borrow, rename = "ExitRole")]
    pub(crate) exit_role: Option<Text<'a>>,
    #[serde(borrow, rename = "RenewRole")]
    pub(crate) renew_role: Option<Text<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Credentials<'a> {
    #[serde(borrow)]
    pub(crate) access_key_id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) expiration: Option<Text<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AssumedRoleUser<'a> {
    #[serde(borrow)]
    pub(crate) assumed_role_id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) arn: Option<Text<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreatedUser<'a> {
    #[serde(borrow)]
    pub(crate) user_id: Option<Text<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreatedGroup<'a> {
    #[serde(borrow)]
    pub(crate) group_id: Option<Text<'a>>,
}

/// `additionalEventData` of sign-in events.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct AdditionalEventData<'a> {
    #[serde(borrow, rename = "SwitchFrom")]
    pub(crate) switch_from: Option<Text<'a>>,
    #[serde(borrow, rename = "SwitchTo")]
    pub(crate) switch_to: Option<Text<'a>>,
}

/// One entry of `resources`. AWS writes the key as `ARN`.
#[derive(Debug, Deserialize)]
pub(crate) struct Resource<'a> {
    #[serde(borrow, rename = "type")]
    pub(crate) kind: Option<Text<'a>>,
    #[serde(borrow, rename = "ARN", alias = "arn")]
    pub(crate) arn: Option<Text<'a>>,
}
