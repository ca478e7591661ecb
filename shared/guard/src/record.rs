//! A CloudTrail record as AWS writes it: the fields that can matter, borrowed from the text where
//! possible.
//!
//! Only this module names CloudTrail's fields. Key order and white space don't matter, and a field
//! may be missing or null. A scalar of an unexpected type (`"mfaAuthenticated": true`) is read as
//! its text. A member of an entirely different type (a list instead of a text) is odd, and doesn't
//! hide the others.

mod identity_center;
mod members;
mod object;
mod parameters;
mod problem;
mod text;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

pub(crate) use identity_center::{
    CenterRequest, CenterResponse, HIDDEN, List, OnBehalfOf, Operation, ServiceEventDetails, Shown,
};
pub(crate) use members::Members;
pub(crate) use object::Object;
pub(crate) use parameters::Parameters;
pub use problem::RecordProblem;
pub(crate) use text::Text;

/// Parses a record.
///
/// # Errors
/// If the text isn't JSON of CloudTrail's shape.
pub(crate) fn open(json: &[u8]) -> Result<Record<'_>, RecordProblem> {
    of_text(text(json)?)
}

/// A record's bytes as text.
pub(crate) fn text(json: &[u8]) -> Result<&str, RecordProblem> {
    std::str::from_utf8(json).map_err(|_| RecordProblem::Shape("it is not UTF-8".to_owned()))
}

/// Like [`open`], for text.
pub(crate) fn of_text(text: &str) -> Result<Record<'_>, RecordProblem> {
    crate::json::parse(text).map_err(|error| RecordProblem::Shape(error.to_string()))
}

/// The top level of a record.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Record<'a> {
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) user_identity: Option<Object<UserIdentity<'a>>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) event_time: Option<Text<'a>>,
    #[serde(
        borrow,
        default,
        deserialize_with = "text::only_text",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) event_source: Option<Text<'a>>,
    #[serde(
        borrow,
        default,
        deserialize_with = "text::only_text",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) event_name: Option<Text<'a>>,
    #[serde(borrow, skip_serializing)]
    pub(crate) event_type: Option<Text<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) aws_region: Option<Text<'a>>,
    #[serde(
        borrow,
        rename = "sourceIPAddress",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) source_ip_address: Option<Text<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) user_agent: Option<Text<'a>>,
    #[serde(
        borrow,
        default,
        deserialize_with = "text::only_text",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) error_code: Option<Text<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) error_message: Option<Text<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) read_only: Option<Text<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) session_credential_from_console: Option<Text<'a>>,
    #[serde(borrow, rename = "eventID", skip_serializing_if = "Option::is_none")]
    pub(crate) event_id: Option<Text<'a>>,
    #[serde(
        borrow,
        rename = "sharedEventID",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) shared_event_id: Option<Text<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) recipient_account_id: Option<Text<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) request_parameters: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) response_elements: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) additional_event_data: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) service_event_details: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) resources: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) addendum: Option<Object<Addendum<'a>>>,
}

impl<'a> Record<'a> {
    /// `errorCode`: why the call failed. `None`: it succeeded.
    ///
    /// CloudTrail leaves the field out when a call succeeded. Some pipelines write an empty text
    /// instead.
    pub(crate) fn error(&self) -> Option<&str> {
        self.error_code.as_deref().filter(|code| !code.is_empty())
    }

    /// The caller, if it can be read.
    pub(crate) fn identity(&self) -> Option<&UserIdentity<'a>> {
        self.user_identity.as_ref().and_then(Object::read)
    }
}

/// Only the field that shows which account a record belongs to.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Recipient<'a> {
    #[serde(borrow)]
    recipient_account_id: Option<Text<'a>>,
}

impl Recipient<'_> {
    /// `recipientAccountId`; an empty one is `None`.
    pub(crate) fn account(&self) -> Option<&str> {
        self.recipient_account_id
            .as_deref()
            .filter(|text| !text.is_empty())
    }
}

/// The caller, as CloudTrail describes it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UserIdentity<'a> {
    #[serde(borrow, rename = "type", skip_serializing_if = "Option::is_none")]
    pub(crate) kind: Option<Text<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) principal_id: Option<Text<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) arn: Option<Text<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) account_id: Option<Text<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) access_key_id: Option<Text<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) user_name: Option<Text<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) invoked_by: Option<Text<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) identity_provider: Option<Text<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) session_context: Option<Object<SessionContext<'a>>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) in_scope_of: Option<Object<InScopeOf<'a>>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) on_behalf_of: Option<Object<OnBehalfOf<'a>>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) credential_id: Option<Text<'a>>,
}

/// What CloudTrail shows of temporary credentials.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SessionContext<'a> {
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) session_issuer: Option<Object<SessionIssuer<'a>>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) attributes: Option<Object<SessionAttributes<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ec2_role_delivery: Option<Present>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) in_scope_of: Option<Object<InScopeOf<'a>>>,
    #[serde(
        borrow,
        rename = "signInSessionArn",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) sign_in_session: Option<Text<'a>>,
}

/// The workload that AWS issued the credentials to.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InScopeOf<'a> {
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) issuer_type: Option<Text<'a>>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SessionIssuer<'a> {
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) principal_id: Option<Text<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) arn: Option<Text<'a>>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SessionAttributes<'a> {
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) creation_date: Option<Text<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) mfa_authenticated: Option<Text<'a>>,
}

/// Marks a record that was delivered again: late, or with corrected fields.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Addendum<'a> {
    #[serde(
        borrow,
        rename = "originalEventID",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) original_event_id: Option<Text<'a>>,
}

/// A member whose presence matters but not its value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Present;

impl Serialize for Present {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bool(true)
    }
}

impl<'de> Deserialize<'de> for Present {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        serde::de::IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

/// `requestParameters` of STS and IAM calls. CloudTrail replaces parameters that are too large with
/// `{"omitted": true, …}`.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RequestParameters<'a> {
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) role_arn: Option<Text<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) duration_seconds: Option<Text<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) serial_number: Option<Text<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) principal_arn: Option<Text<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) principal_tags: Option<Object<Tags<'a>>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) target_principal: Option<Text<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) user_name: Option<Text<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) new_user_name: Option<Text<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) group_name: Option<Text<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) new_group_name: Option<Text<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) omitted: Option<Text<'a>>,
}

/// Session tags, as an object: `{"team": "platform"}`.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Tags<'a>(#[serde(borrow)] pub(crate) BTreeMap<String, Text<'a>>);

/// `responseElements` of STS, IAM and sign-in calls.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ResponseElements<'a> {
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) credentials: Option<Object<Credentials<'a>>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) assumed_role_user: Option<Object<AssumedRoleUser<'a>>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) user: Option<Object<CreatedUser<'a>>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) group: Option<Object<CreatedGroup<'a>>>,
    #[serde(borrow, rename = "SwitchRole", skip_serializing_if = "Option::is_none")]
    pub(crate) switch_role: Option<Text<'a>>,
    #[serde(borrow, rename = "ExitRole", skip_serializing_if = "Option::is_none")]
    pub(crate) exit_role: Option<Text<'a>>,
    #[serde(borrow, rename = "RenewRole", skip_serializing_if = "Option::is_none")]
    pub(crate) renew_role: Option<Text<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) issuer: Option<Text<'a>>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Credentials<'a> {
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) access_key_id: Option<Text<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) expiration: Option<Text<'a>>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AssumedRoleUser<'a> {
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) assumed_role_id: Option<Text<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) arn: Option<Text<'a>>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreatedUser<'a> {
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) user_id: Option<Text<'a>>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreatedGroup<'a> {
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) group_id: Option<Text<'a>>,
}

/// `additionalEventData` of sign-in events and of `CreateTokenWithIAM`.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct AdditionalEventData<'a> {
    #[serde(borrow, rename = "SwitchFrom", skip_serializing_if = "Option::is_none")]
    pub(crate) switch_from: Option<Text<'a>>,
    #[serde(borrow, rename = "SwitchTo", skip_serializing_if = "Option::is_none")]
    pub(crate) switch_to: Option<Text<'a>>,
    #[serde(
        borrow,
        rename = "AuthWorkflowID",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) workflow: Option<Text<'a>>,
    #[serde(
        borrow,
        rename = "CredentialType",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) credential_type: Option<Text<'a>>,
    #[serde(borrow, rename = "UserName", skip_serializing_if = "Option::is_none")]
    pub(crate) user_name: Option<Shown<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) success: Option<Text<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) grant_type: Option<Text<'a>>,
    #[serde(
        borrow,
        rename = "signInSessionArn",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) sign_in_session: Option<Text<'a>>,
    #[serde(
        borrow,
        rename = "identitystore:UserId",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) user_id: Option<Text<'a>>,
    #[serde(
        borrow,
        rename = "identitystore:IdentityStoreArn",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) identity_store_arn: Option<Text<'a>>,
    #[serde(
        borrow,
        rename = "identitycenter:CredentialId",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) credential_id: Option<Text<'a>>,
}

/// One entry of `resources`. AWS writes the key as `ARN`.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Resource<'a> {
    #[serde(borrow, rename = "type", skip_serializing_if = "Option::is_none")]
    pub(crate) kind: Option<Text<'a>>,
    #[serde(
        borrow,
        rename = "ARN",
        alias = "arn",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) arn: Option<Text<'a>>,
}
