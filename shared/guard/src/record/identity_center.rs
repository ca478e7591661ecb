//! The records of IAM Identity Center: `sso`, `sso-directory`, `identitystore`,
//! `identitystore-scim`, `sso-oauth`, and its sign-ins under `signin`.
//!
//! Names and ids in them may be hidden. Since July 2025 the directory writes `{}` or
//! `HIDDEN_DUE_TO_SECURITY_REASONS` instead of data that describes a person or a group
//! (<https://docs.aws.amazon.com/singlesignon/latest/userguide/sso-info-in-cloudtrail.html>).

use std::borrow::Cow;

use serde::de::Error;
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::{Object, Present, Text};

/// The text that CloudTrail writes in place of a hidden value.
pub(crate) const HIDDEN: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";

/// A value that CloudTrail may hide: a text, or an object that contains one id.
///
/// Both the console's calls (`member.memberId`) and the API's (`memberId.userId`) wrap a member's
/// id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Shown<'a> {
    /// The value.
    Text(Cow<'a, str>),
    /// A value that the record hides, or an empty text.
    Hidden,
    /// Anything else. The value isn't kept, because it may be a secret in the wrong place.
    Odd,
}

impl Shown<'_> {
    pub(crate) fn is_odd(&self) -> bool {
        matches!(self, Self::Odd)
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Hidden | Self::Odd => None,
        }
    }
}

/// An odd value is written as something that reads as odd again.
impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Hidden => serializer.serialize_map(Some(0))?.end(),
            Self::Odd => {
                let mut list = serializer.serialize_seq(Some(1))?;
                list.serialize_element(&0)?;
                list.end()
            }
        }
    }
}

/// The id in an object, under the names that the console and the API use.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wrapped<'a> {
    #[serde(borrow, alias = "memberId")]
    user_id: Option<Text<'a>>,
}

impl<'de: 'a, 'a> Deserialize<'de> for Shown<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw: &'de RawValue = Deserialize::deserialize(deserializer)?;
        let raw = raw.get();
        if let Some(rest) = raw.strip_prefix('{') {
            if rest.trim_start() == "}" {
                return Ok(Self::Hidden);
            }
            let wrapped: Option<Wrapped<'de>> = serde_json::from_str(raw).ok();
            let id = wrapped.and_then(|wrapped| wrapped.user_id);
            return Ok(id.map_or(Self::Odd, Self::new));
        }
        serde_json::from_str(raw)
            .map(Self::new)
            .map_err(D::Error::custom)
    }
}

impl<'a> Shown<'a> {
    fn new(text: Text<'a>) -> Self {
        if text.is_odd() {
            return Self::Odd;
        }
        let text = text.into_text();
        if text.trim().is_empty() || text == HIDDEN {
            Self::Hidden
        } else {
            Self::Text(text)
        }
    }
}

/// A list, or something in its place.
#[derive(Debug, Clone)]
pub(crate) enum List<T> {
    Read(Vec<Object<T>>),
    Odd,
}

impl<T: Serialize> Serialize for List<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Read(list) => list.serialize(serializer),
            Self::Odd => serializer.serialize_bool(true),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw: &'de RawValue = Deserialize::deserialize(deserializer)?;
        Ok(serde_json::from_str(raw.get()).map_or(Self::Odd, Self::Read))
    }
}

/// `userIdentity.onBehalfOf`: the person in Identity Center who made the call.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OnBehalfOf<'a> {
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) user_id: Option<Text<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) identity_store_arn: Option<Text<'a>>,
}

/// `requestParameters` of the calls of Identity Center, of its directory and of `aws login`.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CenterRequest<'a> {
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) identity_store_id: Option<Shown<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) group_id: Option<Shown<'a>>,
    /// In the console's `AddMemberToGroup`.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) member: Option<Shown<'a>>,
    /// In the API's `CreateGroupMembership`.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) member_id: Option<Shown<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) membership_id: Option<Shown<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) user_id: Option<Shown<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) user: Option<Shown<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) user_name: Option<Shown<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) new_user_name: Option<Shown<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) display_name: Option<Shown<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) device_id: Option<Shown<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) operations: Option<List<Operation<'a>>>,
    /// In SCIM calls: the user or group.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<Shown<'a>>,
    /// In SCIM calls: what the identity provider sent.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) http_body: Option<Object<ScimBody<'a>>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) target_id: Option<Shown<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) permission_set_arn: Option<Shown<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) principal_type: Option<Shown<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) principal_id: Option<Shown<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<Shown<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) sso_configuration: Option<Object<SsoConfiguration<'a>>>,
    #[serde(borrow, alias = "grant_type", skip_serializing_if = "Option::is_none")]
    pub(crate) grant_type: Option<Shown<'a>>,
    #[serde(borrow, alias = "client_id", skip_serializing_if = "Option::is_none")]
    pub(crate) client_id: Option<Shown<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) resource: Option<Shown<'a>>,
}

/// One of the `operations` of `UpdateUser` and `UpdateGroup`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Operation<'a> {
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) attribute_path: Option<Shown<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) attribute_value: Option<Shown<'a>>,
}

/// What an identity provider sent by SCIM. CloudTrail hides most of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ScimBody<'a> {
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) user_name: Option<Shown<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) display_name: Option<Shown<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) members: Option<Present>,
}

/// The settings of `UpdateSsoConfiguration`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SsoConfiguration<'a> {
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) session_configuration: Option<Object<SessionConfiguration<'a>>>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SessionConfiguration<'a> {
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) max_authentication_age: Option<Text<'a>>,
}

/// `responseElements` of the calls of Identity Center and of its directory.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CenterResponse<'a> {
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) user: Option<Shown<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) group: Option<Object<Group<'a>>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) user_id: Option<Shown<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) group_id: Option<Shown<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) membership_id: Option<Shown<'a>>,
    /// In SCIM calls: the new user or group.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<Shown<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) permission_set: Option<Object<PermissionSet<'a>>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) account_assignment_creation_status: Option<Object<AssignmentStatus<'a>>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) account_assignment_deletion_status: Option<Object<AssignmentStatus<'a>>>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Group<'a> {
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) group_id: Option<Shown<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) display_name: Option<Shown<'a>>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PermissionSet<'a> {
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) permission_set_arn: Option<Shown<'a>>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct AssignmentStatus<'a> {
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<Text<'a>>,
}

/// `serviceEventDetails` of sign-ins and of the access portal.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct ServiceEventDetails<'a> {
    #[serde(
        borrow,
        rename = "UserAuthentication",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) user_authentication: Option<Text<'a>>,
    #[serde(
        borrow,
        rename = "CredentialChallenge",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) credential_challenge: Option<Text<'a>>,
    #[serde(
        borrow,
        rename = "CredentialVerification",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) credential_verification: Option<Text<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) account_id: Option<Text<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) role_name: Option<Shown<'a>>,
}
