//! Finds members of a record with a value that CloudTrail never writes there.

mod identity_center;

use super::{
    Addendum, AdditionalEventData, AssumedRoleUser, CreatedGroup, CreatedUser, Credentials, Object,
    Record, RequestParameters, Resource, ResponseElements, SessionAttributes, SessionContext,
    SessionIssuer, Shown, Tags, Text, UserIdentity,
};

/// A part of a record whose members can be odd.
pub(crate) trait Members {
    /// Calls `name` with the place of each odd member in the record.
    fn name_odd(&self, name: &mut dyn FnMut(&'static str));
}

type MemberText<'r, 'a> = (&'static str, &'r Option<Text<'a>>);

fn name_odd_texts(slots: &[MemberText<'_, '_>], name: &mut dyn FnMut(&'static str)) {
    for (field, text) in slots {
        if text.as_ref().is_some_and(Text::is_odd) {
            name(field);
        }
    }
}

fn object<T: Members>(
    field: &'static str,
    slot: Option<&Object<T>>,
    name: &mut dyn FnMut(&'static str),
) {
    match slot {
        Some(Object::Odd) => name(field),
        Some(Object::Read(object)) => object.name_odd(name),
        Some(Object::Empty) | None => {}
    }
}

/// Members that identify the record or say what it is about aren't listed: without them, the record
/// can't be used at all.
impl Members for Record<'_> {
    fn name_odd(&self, name: &mut dyn FnMut(&'static str)) {
        object("userIdentity", self.user_identity.as_ref(), name);
        name_odd_texts(
            &[
                ("awsRegion", &self.aws_region),
                ("sourceIPAddress", &self.source_ip_address),
                ("userAgent", &self.user_agent),
                ("errorMessage", &self.error_message),
                ("readOnly", &self.read_only),
                (
                    "sessionCredentialFromConsole",
                    &self.session_credential_from_console,
                ),
                ("sharedEventID", &self.shared_event_id),
            ],
            name,
        );
        object("addendum", self.addendum.as_ref(), name);
    }
}

impl Members for UserIdentity<'_> {
    fn name_odd(&self, name: &mut dyn FnMut(&'static str)) {
        name_odd_texts(
            &[
                ("userIdentity.type", &self.kind),
                ("userIdentity.principalId", &self.principal_id),
                ("userIdentity.arn", &self.arn),
                ("userIdentity.accountId", &self.account_id),
                ("userIdentity.accessKeyId", &self.access_key_id),
                ("userIdentity.userName", &self.user_name),
                ("userIdentity.invokedBy", &self.invoked_by),
                ("userIdentity.identityProvider", &self.identity_provider),
                ("userIdentity.credentialId", &self.credential_id),
            ],
            name,
        );
        identity_center::on_behalf_of(self.on_behalf_of.as_ref(), name);
        object(
            "userIdentity.sessionContext",
            self.session_context.as_ref(),
            name,
        );
    }
}

impl Members for SessionContext<'_> {
    fn name_odd(&self, name: &mut dyn FnMut(&'static str)) {
        object(
            "userIdentity.sessionContext.sessionIssuer",
            self.session_issuer.as_ref(),
            name,
        );
        object(
            "userIdentity.sessionContext.attributes",
            self.attributes.as_ref(),
            name,
        );
        name_odd_texts(
            &[(
                "userIdentity.sessionContext.signInSessionArn",
                &self.sign_in_session,
            )],
            name,
        );
    }
}

impl Members for SessionIssuer<'_> {
    fn name_odd(&self, name: &mut dyn FnMut(&'static str)) {
        name_odd_texts(
            &[
                (
                    "userIdentity.sessionContext.sessionIssuer.principalId",
                    &self.principal_id,
                ),
                ("userIdentity.sessionContext.sessionIssuer.arn", &self.arn),
            ],
            name,
        );
    }
}

impl Members for SessionAttributes<'_> {
    fn name_odd(&self, name: &mut dyn FnMut(&'static str)) {
        name_odd_texts(
            &[
                (
                    "userIdentity.sessionContext.attributes.creationDate",
                    &self.creation_date,
                ),
                (
                    "userIdentity.sessionContext.attributes.mfaAuthenticated",
                    &self.mfa_authenticated,
                ),
            ],
            name,
        );
    }
}

impl Members for Addendum<'_> {
    fn name_odd(&self, name: &mut dyn FnMut(&'static str)) {
        name_odd_texts(
            &[("addendum.originalEventID", &self.original_event_id)],
            name,
        );
    }
}

impl Members for RequestParameters<'_> {
    fn name_odd(&self, name: &mut dyn FnMut(&'static str)) {
        name_odd_texts(
            &[
                ("requestParameters.roleArn", &self.role_arn),
                ("requestParameters.durationSeconds", &self.duration_seconds),
                ("requestParameters.serialNumber", &self.serial_number),
                ("requestParameters.principalArn", &self.principal_arn),
                ("requestParameters.targetPrincipal", &self.target_principal),
                ("requestParameters.userName", &self.user_name),
                ("requestParameters.newUserName", &self.new_user_name),
                ("requestParameters.groupName", &self.group_name),
                ("requestParameters.newGroupName", &self.new_group_name),
                ("requestParameters.omitted", &self.omitted),
            ],
            name,
        );
        object(
            "requestParameters.principalTags",
            self.principal_tags.as_ref(),
            name,
        );
    }
}

impl Members for Tags<'_> {
    fn name_odd(&self, name: &mut dyn FnMut(&'static str)) {
        if self.0.values().any(Text::is_odd) {
            name("requestParameters.principalTags");
        }
    }
}

impl Members for ResponseElements<'_> {
    fn name_odd(&self, name: &mut dyn FnMut(&'static str)) {
        object(
            "responseElements.credentials",
            self.credentials.as_ref(),
            name,
        );
        object(
            "responseElements.assumedRoleUser",
            self.assumed_role_user.as_ref(),
            name,
        );
        object("responseElements.user", self.user.as_ref(), name);
        object("responseElements.group", self.group.as_ref(), name);
        name_odd_texts(
            &[
                ("responseElements.SwitchRole", &self.switch_role),
                ("responseElements.ExitRole", &self.exit_role),
                ("responseElements.RenewRole", &self.renew_role),
                ("responseElements.issuer", &self.issuer),
            ],
            name,
        );
    }
}

impl Members for Credentials<'_> {
    fn name_odd(&self, name: &mut dyn FnMut(&'static str)) {
        name_odd_texts(
            &[
                (
                    "responseElements.credentials.accessKeyId",
                    &self.access_key_id,
                ),
                ("responseElements.credentials.expiration", &self.expiration),
            ],
            name,
        );
    }
}

impl Members for AssumedRoleUser<'_> {
    fn name_odd(&self, name: &mut dyn FnMut(&'static str)) {
        name_odd_texts(
            &[
                (
                    "responseElements.assumedRoleUser.assumedRoleId",
                    &self.assumed_role_id,
                ),
                ("responseElements.assumedRoleUser.arn", &self.arn),
            ],
            name,
        );
    }
}

impl Members for CreatedUser<'_> {
    fn name_odd(&self, name: &mut dyn FnMut(&'static str)) {
        name_odd_texts(&[("responseElements.user.userId", &self.user_id)], name);
    }
}

impl Members for CreatedGroup<'_> {
    fn name_odd(&self, name: &mut dyn FnMut(&'static str)) {
        name_odd_texts(&[("responseElements.group.groupId", &self.group_id)], name);
    }
}

impl Members for AdditionalEventData<'_> {
    fn name_odd(&self, name: &mut dyn FnMut(&'static str)) {
        name_odd_texts(
            &[
                ("additionalEventData.SwitchFrom", &self.switch_from),
                ("additionalEventData.SwitchTo", &self.switch_to),
                ("additionalEventData.AuthWorkflowID", &self.workflow),
                ("additionalEventData.CredentialType", &self.credential_type),
                ("additionalEventData.success", &self.success),
                ("additionalEventData.grant_type", &self.grant_type),
                (
                    "additionalEventData.signInSessionArn",
                    &self.sign_in_session,
                ),
                ("additionalEventData.identitystore:UserId", &self.user_id),
                (
                    "additionalEventData.identitystore:IdentityStoreArn",
                    &self.identity_store_arn,
                ),
                (
                    "additionalEventData.identitycenter:CredentialId",
                    &self.credential_id,
                ),
            ],
            name,
        );
        if self.user_name.as_ref().is_some_and(Shown::is_odd) {
            name("additionalEventData.UserName");
        }
    }
}

impl Members for Resource<'_> {
    fn name_odd(&self, name: &mut dyn FnMut(&'static str)) {
        name_odd_texts(
            &[
                ("resources[].type", &self.kind),
                ("resources[].ARN", &self.arn),
            ],
            name,
        );
    }
}
