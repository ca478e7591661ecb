//! The members of Identity Center's records that can be odd.

use super::{Members, name_odd_texts, object};
use crate::record::{
    CenterRequest, CenterResponse, List, Object, OnBehalfOf, ServiceEventDetails, Shown,
};

type MemberShown<'r, 'a> = (&'static str, &'r Option<Shown<'a>>);

fn name_odd_values(slots: &[MemberShown<'_, '_>], name: &mut dyn FnMut(&'static str)) {
    for (field, value) in slots {
        if value.as_ref().is_some_and(Shown::is_odd) {
            name(field);
        }
    }
}

fn odd_object<T>(
    field: &'static str,
    slot: Option<&Object<T>>,
    name: &mut dyn FnMut(&'static str),
) {
    if slot.is_some_and(Object::is_odd) {
        name(field);
    }
}

impl Members for OnBehalfOf<'_> {
    fn name_odd(&self, name: &mut dyn FnMut(&'static str)) {
        name_odd_texts(
            &[
                ("userIdentity.onBehalfOf.userId", &self.user_id),
                (
                    "userIdentity.onBehalfOf.identityStoreArn",
                    &self.identity_store_arn,
                ),
            ],
            name,
        );
    }
}

impl Members for CenterRequest<'_> {
    fn name_odd(&self, name: &mut dyn FnMut(&'static str)) {
        name_odd_values(
            &[
                ("requestParameters.identityStoreId", &self.identity_store_id),
                ("requestParameters.groupId", &self.group_id),
                ("requestParameters.member", &self.member),
                ("requestParameters.memberId", &self.member_id),
                ("requestParameters.membershipId", &self.membership_id),
                ("requestParameters.userId", &self.user_id),
                ("requestParameters.user", &self.user),
                ("requestParameters.userName", &self.user_name),
                ("requestParameters.newUserName", &self.new_user_name),
                ("requestParameters.displayName", &self.display_name),
                ("requestParameters.deviceId", &self.device_id),
                ("requestParameters.id", &self.id),
                ("requestParameters.targetId", &self.target_id),
                (
                    "requestParameters.permissionSetArn",
                    &self.permission_set_arn,
                ),
                ("requestParameters.principalType", &self.principal_type),
                ("requestParameters.principalId", &self.principal_id),
                ("requestParameters.name", &self.name),
                ("requestParameters.grantType", &self.grant_type),
                ("requestParameters.clientId", &self.client_id),
                ("requestParameters.resource", &self.resource),
            ],
            name,
        );
        if matches!(self.operations, Some(List::Odd)) {
            name("requestParameters.operations");
        }
        odd_object("requestParameters.httpBody", self.http_body.as_ref(), name);
        // The reader decides which of its members matter.
        odd_object(
            "requestParameters.ssoConfiguration",
            self.sso_configuration.as_ref(),
            name,
        );
    }
}

impl Members for CenterResponse<'_> {
    fn name_odd(&self, name: &mut dyn FnMut(&'static str)) {
        name_odd_values(
            &[
                ("responseElements.userId", &self.user_id),
                ("responseElements.groupId", &self.group_id),
                ("responseElements.membershipId", &self.membership_id),
                ("responseElements.id", &self.id),
            ],
            name,
        );
        odd_object("responseElements.group", self.group.as_ref(), name);
        odd_object(
            "responseElements.permissionSet",
            self.permission_set.as_ref(),
            name,
        );
        if let Some(Object::Read(group)) = &self.group {
            let slots = [("responseElements.group.groupId", &group.group_id)];
            name_odd_values(&slots, name);
        }
        if let Some(Object::Read(set)) = &self.permission_set {
            let field = "responseElements.permissionSet.permissionSetArn";
            name_odd_values(&[(field, &set.permission_set_arn)], name);
        }
        for (field, status) in [
            (
                "responseElements.accountAssignmentCreationStatus",
                &self.account_assignment_creation_status,
            ),
            (
                "responseElements.accountAssignmentDeletionStatus",
                &self.account_assignment_deletion_status,
            ),
        ] {
            odd_object(field, status.as_ref(), name);
        }
    }
}

impl Members for ServiceEventDetails<'_> {
    fn name_odd(&self, name: &mut dyn FnMut(&'static str)) {
        name_odd_texts(
            &[
                (
                    "serviceEventDetails.UserAuthentication",
                    &self.user_authentication,
                ),
                (
                    "serviceEventDetails.CredentialChallenge",
                    &self.credential_challenge,
                ),
                (
                    "serviceEventDetails.CredentialVerification",
                    &self.credential_verification,
                ),
                ("serviceEventDetails.account_id", &self.account_id),
            ],
            name,
        );
        let slots = [("serviceEventDetails.role_name", &self.role_name)];
        name_odd_values(&slots, name);
    }
}

/// The members about the person behind a call, which any record may have.
pub(super) fn on_behalf_of(
    slot: Option<&Object<OnBehalfOf<'_>>>,
    name: &mut dyn FnMut(&'static str),
) {
    object("userIdentity.onBehalfOf", slot, name);
}
