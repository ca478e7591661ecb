//! Assignments, permission sets, and how long a sign-in is valid.

use super::text::shown_text;
use super::{CenterKind, GrantChange, Outcome, Principal};
use crate::id::NotAnAccountId;
use crate::moment::Span;
use crate::record::{CenterRequest, CenterResponse, Object, Record, Shown, Text};
use crate::seen::details::{Detail, RecordPart, UnreadDetails};
use crate::seen::parts::RecordHead;
use crate::time::HOUR;

pub(super) fn is_watched(name: &str) -> bool {
    matches!(
        name,
        "CreateAccountAssignment"
            | "DeleteAccountAssignment"
            | "CreatePermissionSet"
            | "UpdateSsoConfiguration"
    )
}

pub(super) fn read(
    record: &Record<'_>,
    at: &RecordHead<'_>,
    unread: &mut UnreadDetails,
) -> Option<(Outcome, CenterKind)> {
    if at.failed || !is_watched(at.name) {
        return None;
    }
    let asked: RecordPart<CenterRequest<'_>> =
        unread.read_part(record.request_parameters, "requestParameters", false);
    let answer: RecordPart<CenterResponse<'_>> =
        unread.read_part(record.response_elements, "responseElements", false);
    let (request, response) = (asked.members, answer.members);
    let change = match at.name {
        "CreatePermissionSet" => Some(permission_set(&request, &response, unread)),
        "UpdateSsoConfiguration" => sign_in_lasts(&request, asked.unread, unread),
        name => assignment(
            name == "CreateAccountAssignment",
            &request,
            &response,
            unread,
        ),
    }?;
    Some((Outcome::Success, CenterKind::Grant(change)))
}

/// An assignment that was created or deleted. The response is nearly always `IN_PROGRESS`; only a
/// later roster shows whether it succeeded. `None`: it failed at once.
fn assignment(
    created: bool,
    request: &CenterRequest<'_>,
    response: &CenterResponse<'_>,
    unread: &mut UnreadDetails,
) -> Option<GrantChange> {
    let status = if created {
        &response.account_assignment_creation_status
    } else {
        &response.account_assignment_deletion_status
    };
    let status = status.as_ref().and_then(Object::read);
    if status.is_some_and(|status| status.status.as_deref() == Some("FAILED")) {
        return None;
    }
    let permission_set = shown_text(
        request.permission_set_arn.as_ref(),
        "requestParameters.permissionSetArn",
        unread,
    );
    let account = request.target_id.as_ref().and_then(Shown::text);
    let account = account.and_then(|text| {
        let account = text.parse().ok();
        if account.is_none() {
            let expected = NotAnAccountId.to_string();
            unread.note_unexpected("requestParameters.targetId", text, &expected);
        }
        account
    });
    Some(GrantChange::Assignment {
        created,
        permission_set,
        account,
        principal: principal(request, unread),
    })
}

fn principal(request: &CenterRequest<'_>, unread: &mut UnreadDetails) -> Option<Principal> {
    let id = shown_text(
        request.principal_id.as_ref(),
        "requestParameters.principalId",
        unread,
    );
    match request.principal_type.as_ref().and_then(Shown::text)? {
        "GROUP" => id.map(Principal::Group),
        "USER" => id.map(Principal::User),
        other => {
            let expected = "`GROUP` or `USER` belongs there";
            unread.note_unexpected("requestParameters.principalType", other, expected);
            None
        }
    }
}

fn permission_set(
    request: &CenterRequest<'_>,
    response: &CenterResponse<'_>,
    unread: &mut UnreadDetails,
) -> GrantChange {
    let made = response.permission_set.as_ref().and_then(Object::read);
    GrantChange::PermissionSet {
        arn: shown_text(
            made.and_then(|set| set.permission_set_arn.as_ref()),
            "responseElements.permissionSet.permissionSetArn",
            unread,
        ),
        name: shown_text(request.name.as_ref(), "requestParameters.name", unread),
    }
}

/// `None`: another setting was changed.
fn sign_in_lasts(
    request: &CenterRequest<'_>,
    unread_request: bool,
    unread: &mut UnreadDetails,
) -> Option<GrantChange> {
    let settings = request.sso_configuration.as_ref();
    let sessions = settings
        .and_then(Object::read)
        .and_then(|settings| settings.session_configuration.as_ref());
    if sessions.is_some_and(Object::is_odd) {
        unread.unlike("requestParameters.ssoConfiguration.sessionConfiguration");
    }
    let field = "requestParameters.ssoConfiguration.sessionConfiguration.maxAuthenticationAge";
    let age = sessions
        .and_then(Object::read)
        .and_then(|sessions| sessions.max_authentication_age.as_ref());
    if age.is_some_and(Text::is_odd) {
        unread.unlike(field);
    }
    let expected = "a duration like `PT8H` belongs there";
    let age = unread.detail(age, (field, expected), lasting);
    let unread_part = unread_request
        || settings.is_some_and(Object::is_odd)
        || sessions.is_some_and(Object::is_odd);
    match age.in_part(unread_part) {
        Detail::Absent => None,
        Detail::Read(span) => Some(GrantChange::SignInLasts(Some(span))),
        Detail::Unread => Some(GrantChange::SignInLasts(None)),
    }
}

/// Reads an ISO 8601 duration such as `PT8H`, `P7D` or `PT1H30M`. Months and years have no fixed
/// length, so they aren't accepted.
pub(crate) fn lasting(text: &str) -> Option<Span> {
    let rest = text.strip_prefix('P')?;
    let (days, hours) = rest.split_once('T').unwrap_or((rest, ""));
    let mut seconds: i64 = 0;
    for (part, units) in [
        (days, &[('D', 24 * HOUR)][..]),
        (hours, &[('H', HOUR), ('M', 60), ('S', 1)][..]),
    ] {
        let mut part = part;
        for (unit, length) in units {
            if let Some((number, rest)) = part.split_once(*unit) {
                // AWS allows fewer than five digits, and five can't overflow.
                let plain = (1..=5).contains(&number.len())
                    && number.bytes().all(|byte| byte.is_ascii_digit());
                let number: i64 = plain.then(|| number.parse().ok()).flatten()?;
                seconds = seconds.checked_add(number.checked_mul(*length)?)?;
                part = rest;
            }
        }
        if !part.is_empty() {
            return None;
        }
    }
    (seconds > 0).then(|| Span::from_seconds(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_of_iso_8601_is_read_or_refused() {
        for (text, seconds) in [
            ("PT8H", Some(28_800)),
            ("PT15M", Some(900)),
            ("P7D", Some(604_800)),
            ("P1DT1H30M5S", Some(91_805)),
            ("P", None),
            ("PT", None),
            ("PT0S", None),
            ("8H", None),
            ("P1Y", None),
            ("P1M", None),
            ("PT1M1H", None),
            ("PT-1H", None),
            ("PT999999999999999999999H", None),
            ("PT8H ", None),
            ("", None),
        ] {
            assert_eq!(lasting(text).map(Span::seconds), seconds, "{text}");
        }
    }
}
