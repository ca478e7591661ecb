//! IAM's records: changes of users, groups, memberships and MFA devices. A failed call changed
//! nothing.

use std::sync::Arc;

use super::details::{RecordPart, UnreadDetails, shared};
use super::parts::RecordHead;
use super::{Fact, IamChange, IamChangeKind, NamedKind};
use crate::record::{Object, Record, RecordProblem, RequestParameters, ResponseElements, Text};

pub(super) fn read_fact(
    record: &Record<'_>,
    at: &RecordHead<'_>,
    unread: &mut UnreadDetails,
) -> Result<Option<Fact>, RecordProblem> {
    // Policies aren't read here. The review judges who may enter; this module serves to judge who
    // did.
    if at.failed || !is_watched(at.name) {
        return Ok(None);
    }
    let asked: RecordPart<RequestParameters<'_>> =
        unread.read_part(record.request_parameters, "requestParameters", false);
    if asked.unread {
        // No other field shows what the change is about.
        return Err(RecordProblem::Unlike {
            field: "requestParameters",
        });
    }
    let answer: RecordPart<ResponseElements<'_>> =
        unread.read_part(record.response_elements, "responseElements", false);
    let (request, response) = (asked.members, answer.members);
    let change = match at.name {
        "AddUserToGroup" | "RemoveUserFromGroup" => of_membership(&request, at)?,
        "CreateUser" | "DeleteUser" | "UpdateUser" => of_user(&request, &response, at)?,
        "CreateGroup" | "DeleteGroup" | "UpdateGroup" => of_group(&request, &response, at)?,
        _ => of_device(&request, at)?,
    };
    Ok(change.map(|what| {
        Fact::IamChange(Box::new(IamChange {
            time: at.time,
            account: at.key.account,
            by: Arc::clone(at.caller),
            what,
        }))
    }))
}

fn is_watched(name: &str) -> bool {
    matches!(
        name,
        "AddUserToGroup"
            | "RemoveUserFromGroup"
            | "CreateUser"
            | "DeleteUser"
            | "UpdateUser"
            | "CreateGroup"
            | "DeleteGroup"
            | "UpdateGroup"
            | "EnableMFADevice"
            | "DeactivateMFADevice"
    )
}

fn of_membership(
    request: &RequestParameters<'_>,
    at: &RecordHead<'_>,
) -> Result<Option<IamChangeKind>, RecordProblem> {
    let user = user(request)?;
    let group = group(request)?;
    Ok(Some(if at.name == "AddUserToGroup" {
        IamChangeKind::AddUserToGroup { user, group }
    } else {
        IamChangeKind::RemoveUserFromGroup { user, group }
    }))
}

/// `None`: an update that doesn't change the name.
fn of_user(
    request: &RequestParameters<'_>,
    response: &ResponseElements<'_>,
    at: &RecordHead<'_>,
) -> Result<Option<IamChangeKind>, RecordProblem> {
    let what = NamedKind::User;
    Ok(match at.name {
        "CreateUser" => {
            let made = response.user.as_ref().and_then(Object::read);
            // Only the response has the id. Without it, a placeholder is used that can't equal a
            // real id.
            let id = shared(made.and_then(|user| user.user_id.as_ref()));
            let name = user(request)?;
            Some(IamChangeKind::Create { what, name, id })
        }
        "DeleteUser" => {
            let name = user(request)?;
            Some(IamChangeKind::Delete { what, name })
        }
        _ => {
            let to = optional(
                request.new_user_name.as_ref(),
                "requestParameters.newUserName",
            )?;
            renamed(what, to, || user(request))?
        }
    })
}

/// `None`: an update that doesn't change the name.
fn of_group(
    request: &RequestParameters<'_>,
    response: &ResponseElements<'_>,
    at: &RecordHead<'_>,
) -> Result<Option<IamChangeKind>, RecordProblem> {
    let what = NamedKind::Group;
    Ok(match at.name {
        "CreateGroup" => {
            let made = response.group.as_ref().and_then(Object::read);
            let id = shared(made.and_then(|group| group.group_id.as_ref()));
            let name = group(request)?;
            Some(IamChangeKind::Create { what, name, id })
        }
        "DeleteGroup" => {
            let name = group(request)?;
            Some(IamChangeKind::Delete { what, name })
        }
        _ => {
            let to = optional(
                request.new_group_name.as_ref(),
                "requestParameters.newGroupName",
            )?;
            renamed(what, to, || group(request))?
        }
    })
}

/// The old name is only required if there is a new one: an update of the path doesn't need it.
fn renamed(
    what: NamedKind,
    to: Option<Arc<str>>,
    from: impl FnOnce() -> Result<Arc<str>, RecordProblem>,
) -> Result<Option<IamChangeKind>, RecordProblem> {
    let Some(to) = to else {
        return Ok(None);
    };
    let from = from()?;
    Ok(Some(IamChangeKind::Rename { what, from, to }))
}

fn of_device(
    request: &RequestParameters<'_>,
    at: &RecordHead<'_>,
) -> Result<Option<IamChangeKind>, RecordProblem> {
    let user = own_or_named(request, at)?;
    let serial = required(
        request.serial_number.as_ref(),
        "requestParameters.serialNumber",
    )?;
    Ok(Some(if at.name == "EnableMFADevice" {
        IamChangeKind::EnableMfa { user, serial }
    } else {
        IamChangeKind::DeactivateMfa { user, serial }
    }))
}

fn user(request: &RequestParameters<'_>) -> Result<Arc<str>, RecordProblem> {
    required(request.user_name.as_ref(), "requestParameters.userName")
}

fn group(request: &RequestParameters<'_>) -> Result<Arc<str>, RecordProblem> {
    required(request.group_name.as_ref(), "requestParameters.groupName")
}

/// Reads `userName`, which a user may leave out in calls where IAM then uses the caller's own name.
fn own_or_named(
    request: &RequestParameters<'_>,
    at: &RecordHead<'_>,
) -> Result<Arc<str>, RecordProblem> {
    let field = "requestParameters.userName";
    let named = optional(request.user_name.as_ref(), field)?;
    named
        .or_else(|| at.caller.user_name.clone())
        .ok_or(RecordProblem::Missing(field))
}

fn required(text: Option<&Text<'_>>, field: &'static str) -> Result<Arc<str>, RecordProblem> {
    optional(text, field)?.ok_or(RecordProblem::Missing(field))
}

/// Reads a name that may be missing. A name that can't be read isn't missing.
fn optional(
    text: Option<&Text<'_>>,
    field: &'static str,
) -> Result<Option<Arc<str>>, RecordProblem> {
    if text.is_some_and(Text::is_odd) {
        return Err(RecordProblem::Unlike { field });
    }
    Ok(shared(text))
}
