//! IAM: who is who, who is in which group, who has which MFA device. Failed calls changed nothing.

use std::sync::Arc;

use super::read::{At, RecordProblem, part, shared};
use super::{Change, Fact, IamChange, Named};
use crate::record::{Record, RequestParameters, ResponseElements, Text};

pub(super) fn fact(record: &Record<'_>, at: &At<'_>) -> Result<Option<Fact>, RecordProblem> {
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
    let request: RequestParameters<'_> = part(record.request_parameters, "requestParameters")?;
    let response: ResponseElements<'_> = part(record.response_elements, "responseElements")?;
    let user = || required(request.user_name.as_ref(), "requestParameters.userName");
    let group = || required(request.group_name.as_ref(), "requestParameters.groupName");
    // A user may leave out `userName` where IAM takes the caller's own.
    let own_or_named = || shared(request.user_name.as_ref()).or_else(|| at.caller.user_name.clone());
    let what = match at.name {
        "AddUserToGroup" => Change::AddUserToGroup { user: user()?, group: group()? },
        "RemoveUserFromGroup" => Change::RemoveUserFromGroup { user: user()?, group: group()? },
        "CreateUser" => {
            let id = shared(response.user.as_ref().and_then(|user| user.user_id.as_ref()));
            Change::Create { what: Named::User, name: user()?, id }
        }
        "CreateGroup" => {
            let id = shared(response.group.as_ref().and_then(|group| group.group_id.as_ref()));
            Change::Create { what: Named::Group, name: group()?, id }
        }
        "DeleteUser" => Change::Delete { what: Named::User, name: user()? },
        "DeleteGroup" => Change::Delete { what: Named::Group, name: group()? },
        "UpdateUser" => match shared(request.new_user_name.as_ref()) {
            Some(to) => Change::Rename { what: Named::User, from: user()?, to },
            None => return Ok(None),
        },
        "UpdateGroup" => match shared(request.new_group_name.as_ref()) {
            Some(to) => Change::Rename { what: Named::Group, from: group()?, to },
            None => return Ok(None),
        },
        name => {
            let user = own_or_named().ok_or(RecordProblem::Missing("requestParameters.userName"))?;
            let serial = required(request.serial_number.as_ref(), "requestParameters.serialNumber")?;
            if name == "EnableMFADevice" { Change::EnableMfa { user, serial } } else { Change::DeactivateMfa { user, serial } }
        }
    };
    Ok(Some(Fact::IamChange(Box::new(IamChange { time: at.time, account: at.key.account, by: Arc::clone(at.caller), what }))))
}

fn required(text: Option<&Text<'_>>, field: &'static str) -> Result<Arc<str>, RecordProblem> {
    shared(text).ok_or(RecordProblem::Missing(field))
}
