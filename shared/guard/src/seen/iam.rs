//! IAM: who is who, who is in which group, who has which MFA device. Failed calls changed nothing.

use std::sync::Arc;

use super::details::{Part, Unread};
use super::read::{At, RecordProblem, shared};
use super::{Change, Fact, IamChange, Named};
use crate::record::{Object, Record, RequestParameters, ResponseElements, Text};

pub(super) fn fact(
    record: &Record<'_>,
    at: &At<'_>,
    unread: &mut Unread,
) -> Result<Option<Fact>, RecordProblem> {
    let watched = matches!(
        at.name,
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
    );
    if !watched || at.failed {
        return Ok(None);
    }
    let asked: Part<RequestParameters<'_>> =
        unread.part(record.request_parameters, "requestParameters", false);
    if asked.unread {
        // Whom or what the change is about stands nowhere else.
        return Err(RecordProblem::Unlike {
            field: "requestParameters",
        });
    }
    let answer: Part<ResponseElements<'_>> =
        unread.part(record.response_elements, "responseElements", false);
    let (request, response) = (asked.members, answer.members);
    let user = || required(request.user_name.as_ref(), "requestParameters.userName");
    let group = || required(request.group_name.as_ref(), "requestParameters.groupName");
    // A user may leave out `userName` where IAM takes the caller's own.
    let own_or_named = || match optional(request.user_name.as_ref(), "requestParameters.userName")?
    {
        Some(name) => Ok(name),
        None => at
            .caller
            .user_name
            .clone()
            .ok_or(RecordProblem::Missing("requestParameters.userName")),
    };
    let what = match at.name {
        "AddUserToGroup" => Change::AddUserToGroup {
            user: user()?,
            group: group()?,
        },
        "RemoveUserFromGroup" => Change::RemoveUserFromGroup {
            user: user()?,
            group: group()?,
        },
        "CreateUser" => {
            let id = shared(
                response
                    .user
                    .as_ref()
                    .and_then(Object::read)
                    .and_then(|user| user.user_id.as_ref()),
            );
            Change::Create {
                what: Named::User,
                name: user()?,
                id,
            }
        }
        "CreateGroup" => {
            let id = shared(
                response
                    .group
                    .as_ref()
                    .and_then(Object::read)
                    .and_then(|group| group.group_id.as_ref()),
            );
            Change::Create {
                what: Named::Group,
                name: group()?,
                id,
            }
        }
        "DeleteUser" => Change::Delete {
            what: Named::User,
            name: user()?,
        },
        "DeleteGroup" => Change::Delete {
            what: Named::Group,
            name: group()?,
        },
        "UpdateUser" => match optional(
            request.new_user_name.as_ref(),
            "requestParameters.newUserName",
        )? {
            Some(to) => Change::Rename {
                what: Named::User,
                from: user()?,
                to,
            },
            None => return Ok(None),
        },
        "UpdateGroup" => match optional(
            request.new_group_name.as_ref(),
            "requestParameters.newGroupName",
        )? {
            Some(to) => Change::Rename {
                what: Named::Group,
                from: group()?,
                to,
            },
            None => return Ok(None),
        },
        name => {
            let user = own_or_named()?;
            let serial = required(
                request.serial_number.as_ref(),
                "requestParameters.serialNumber",
            )?;
            if name == "EnableMFADevice" {
                Change::EnableMfa { user, serial }
            } else {
                Change::DeactivateMfa { user, serial }
            }
        }
    };
    Ok(Some(Fact::IamChange(Box::new(IamChange {
        time: at.time,
        account: at.key.account,
        by: Arc::clone(at.caller),
        what,
    }))))
}

fn required(text: Option<&Text<'_>>, field: &'static str) -> Result<Arc<str>, RecordProblem> {
    optional(text, field)?.ok_or(RecordProblem::Missing(field))
}

/// A name that may be left out. One that is there and can't be read is not left out.
fn optional(
    text: Option<&Text<'_>>,
    field: &'static str,
) -> Result<Option<Arc<str>>, RecordProblem> {
    if text.is_some_and(Text::is_odd) {
        return Err(RecordProblem::Unlike { field });
    }
    Ok(shared(text))
}
