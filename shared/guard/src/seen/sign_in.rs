//! Sign-in's records: the console enters, renews and leaves roles.

use super::details::{Detail, RecordPart, UnreadDetails, shared};
use super::parts::RecordHead;
use super::{CallerKind, ConsoleAct, ConsoleStep, Fact};
use crate::arn::{NotARoleArn, RoleArn};
use crate::record::{AdditionalEventData, Object, Record, RecordProblem, ResponseElements};

/// Reads a step of the console. `SwitchRole` comes in two variants: in the role account's copy, the
/// identity is the role session and `SwitchFrom` is the person. In the user's own copy, the
/// identity is the person and `SwitchTo` is the role.
pub(super) fn read_fact(
    record: &Record<'_>,
    at: &RecordHead<'_>,
    unread: &mut UnreadDetails,
) -> Result<Option<Fact>, RecordProblem> {
    let act = match at.name {
        "SwitchRole" => ConsoleAct::Enter,
        "RenewRole" => ConsoleAct::Renew,
        "ExitRole" => ConsoleAct::Exit,
        _ => return Ok(None),
    };
    if at.failed || !succeeded(record, act, unread) {
        return Ok(None);
    }
    let more: RecordPart<AdditionalEventData<'_>> =
        unread.read_part(record.additional_event_data, "additionalEventData", false);
    let more = more.members;
    let caller = at.caller;
    let expected = NotARoleArn.to_string();
    let to = unread.detail(
        more.switch_to.as_ref(),
        ("additionalEventData.SwitchTo", &expected),
        |arn| RoleArn::parse(arn).ok(),
    );
    // A person who signed in by federation is a role session too, so the caller's kind doesn't
    // distinguish the two copies. `SwitchTo` does.
    let in_role = caller.kind == CallerKind::AssumedRole && to == Detail::Absent;
    let odd_identity = record.user_identity.as_ref().is_some_and(Object::is_odd);
    if act == ConsoleAct::Enter && !in_role && to == Detail::Absent && !odd_identity {
        // No other field shows which role was entered.
        return Err(RecordProblem::Missing("additionalEventData.SwitchTo"));
    }
    let role = if in_role {
        caller
            .assumed_role()
            .and_then(|arn| arn.role_without_path())
    } else {
        to.read()
    };
    if act == ConsoleAct::Enter && in_role && role.is_none() {
        // In the role's own account, only the identity shows it.
        return Err(RecordProblem::Missing("userIdentity.arn"));
    }
    Ok(Some(Fact::Console(Box::new(ConsoleStep {
        time: at.time,
        act,
        // In the user's own copy, the identity is the person. As a session it would never match a
        // mint.
        session: caller.principal_id.clone().filter(|_| in_role),
        role,
        from: shared(more.switch_from.as_ref()).or_else(|| caller.arn.clone().filter(|_| !in_role)),
        from_id: caller.principal_id.clone().filter(|_| !in_role),
        source_ip: shared(record.source_ip_address.as_ref()),
    }))))
}

/// Whether the step succeeded. The console shows it in a member named after the step; without that
/// member, it did.
fn succeeded(record: &Record<'_>, act: ConsoleAct, unread: &mut UnreadDetails) -> bool {
    let answer: RecordPart<ResponseElements<'_>> =
        unread.read_part(record.response_elements, "responseElements", false);
    let (field, outcome) = match act {
        ConsoleAct::Enter => ("responseElements.SwitchRole", answer.members.switch_role),
        ConsoleAct::Renew => ("responseElements.RenewRole", answer.members.renew_role),
        ConsoleAct::Exit => ("responseElements.ExitRole", answer.members.exit_role),
    };
    let outcome = unread.detail(
        outcome.as_ref(),
        (field, "expected `Success` or `Failure`"),
        |text| {
            [true, false]
                .into_iter()
                .find(|done| text.eq_ignore_ascii_case(if *done { "Success" } else { "Failure" }))
        },
    );
    outcome != Detail::Read(false)
}
