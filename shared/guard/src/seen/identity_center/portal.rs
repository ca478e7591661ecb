//! The access portal: who took which permission set in which account.

use super::text::shown_text;
use super::{CenterKind, Outcome, PortalApi, PortalCall, by_error};
use crate::id::NotAnAccountId;
use crate::record::{Record, ServiceEventDetails};
use crate::seen::details::{RecordPart, UnreadDetails};
use crate::seen::parts::RecordHead;

pub(super) fn portal_api(name: &str) -> Option<PortalApi> {
    match name {
        "GetRoleCredentials" => Some(PortalApi::GetRoleCredentials),
        "Federate" => Some(PortalApi::Federate),
        _ => None,
    }
}

pub(super) fn read(
    record: &Record<'_>,
    at: &RecordHead<'_>,
    unread: &mut UnreadDetails,
) -> Option<(Outcome, CenterKind)> {
    let api = portal_api(at.name)?;
    let details: RecordPart<ServiceEventDetails<'_>> = unread.read_part(
        record.service_event_details,
        "serviceEventDetails",
        at.failed,
    );
    let details = details.members;
    let expected = NotAnAccountId.to_string();
    let account = unread.detail(
        details.account_id.as_ref(),
        ("serviceEventDetails.account_id", &expected),
        |id| id.parse().ok(),
    );
    let call = PortalCall {
        api,
        account: account.read(),
        permission_set: shown_text(
            details.role_name.as_ref(),
            "serviceEventDetails.role_name",
            unread,
        ),
    };
    Some((by_error(at), CenterKind::Portal(call)))
}
