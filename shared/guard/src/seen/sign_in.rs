//! Sign-in: the console enters, renews and leaves roles.

use super::read::{At, RecordProblem, part, shared};
use super::{CallerKind, ConsoleAct, ConsoleStep, Fact};
use crate::arn::RoleArn;
use crate::record::{AdditionalEventData, Record, ResponseElements};

/// `SwitchRole` comes in two variants: the role account's copy (the identity is the role session, `SwitchFrom` is the person) and the
/// user's own (the identity is the person, `SwitchTo` is the role).
pub(super) fn fact(record: &Record<'_>, at: &At<'_>) -> Result<Option<Fact>, RecordProblem> {
    let act = match at.name {
        "SwitchRole" => ConsoleAct::Enter,
        "RenewRole" => ConsoleAct::Renew,
        "ExitRole" => ConsoleAct::Exit,
        _ => return Ok(None),
    };
    let response: ResponseElements<'_> = part(record.response_elements, "responseElements")?;
    let outcome = match act {
        ConsoleAct::Enter => response.switch_role,
        ConsoleAct::Renew => response.renew_role,
        ConsoleAct::Exit => response.exit_role,
    };
    if at.failed || outcome.is_some_and(|outcome| &*outcome == "Failure") {
        return Ok(None);
    }
    let more: AdditionalEventData<'_> = part(record.additional_event_data, "additionalEventData")?;
    let caller = at.caller;
    let in_role = caller.kind == CallerKind::AssumedRole && more.switch_to.is_none();
    let to = more.switch_to.as_deref().and_then(|arn| RoleArn::parse(arn).ok());
    let role = if in_role { caller.assumed_role().and_then(|arn| arn.role_without_path()) } else { to };
    Ok(Some(Fact::Console(Box::new(ConsoleStep {
        time: at.time,
        act,
        session: caller.principal_id.clone().filter(|_| in_role),
        role,
        from: shared(more.switch_from.as_ref()).or_else(|| caller.arn.clone().filter(|_| !in_role)),
        from_id: caller.principal_id.clone().filter(|_| !in_role),
        source_ip: shared(record.source_ip_address.as_ref()),
    }))))
}
