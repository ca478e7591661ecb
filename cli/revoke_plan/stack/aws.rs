//! The reading, through the AWS SDK.

use rolewatch_aws::{Connection, StackParts, StateBucket, Tables};
use rolewatch_guard::moment::Moment;
use rolewatch_live::plan::{PlanEvidence, read_evidence, read_rosters};
use rolewatch_live::port::Trouble;
use rolewatch_live::wire::Alert;
use tokio::runtime::Builder;

use super::StackEvidence;
use crate::exit::{Failure, shown_text};
use crate::finding_id::DIGITS;
use crate::limits::FINDINGS_NAMED;
use crate::revoke_plan::request::GivenFinding;

/// `id`: a finding's id, or the beginning of it.
pub(in crate::revoke_plan) fn read(
    stack: &str,
    id: &str,
    as_of: Moment,
) -> Result<StackEvidence, Failure> {
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|why| Failure::cannot_begin("talk to AWS", &why))?;
    runtime.block_on(read_from_stack(stack, id, as_of))
}

async fn read_from_stack(stack: &str, id: &str, as_of: Moment) -> Result<StackEvidence, Failure> {
    let failed =
        |trouble: Trouble| Failure::Aws(format!("can't read the stack `{stack}`: {trouble}"));
    let connection = Connection::of_person().await;
    let parts = StackParts::find(&connection, stack).await.map_err(failed)?;
    let tables = Tables::new(&connection, parts.tables);
    let whole = if id.len() == DIGITS {
        id.to_owned()
    } else {
        let meant = tables.findings_beginning(id).await.map_err(failed)?;
        only_one(stack, id, meant)?
    };
    let bucket = StateBucket::new(&connection, parts.bucket);
    let (rosters, unusable) = read_rosters(&bucket).await.map_err(failed)?;
    let found = read_evidence(&tables, &rosters, &whole, as_of)
        .await
        .map_err(failed)?;
    let PlanEvidence {
        alert,
        policy,
        facts,
    } = found.ok_or_else(|| unknown(stack, id))?;
    Ok(StackEvidence {
        finding: as_given(alert),
        rosters: facts.with_answers(rosters, as_of),
        world: facts.world,
        policy,
        unusable: unusable.iter().map(|why| shown_text(why)).collect(),
    })
}

/// The only id that begins so.
fn only_one(stack: &str, id: &str, mut meant: Vec<String>) -> Result<String, Failure> {
    match (meant.pop(), meant.len()) {
        (None, _) => Err(unknown(stack, id)),
        (Some(one), 0) => Ok(one),
        (Some(last), before) => {
            meant.push(last);
            let first = meant.get(..FINDINGS_NAMED).unwrap_or(&meant);
            Err(Failure::Finding(format!(
                "`{id}` is the beginning of {} ids in the stack `{stack}`; give more digits\n  {}",
                before + 1,
                first.join("\n  ")
            )))
        }
    }
}

fn unknown(stack: &str, id: &str) -> Failure {
    Failure::Finding(format!(
        "the stack `{stack}` has no finding whose id begins with `{id}`; copy the id from an alert; \
         the stack keeps a finding as long as its records"
    ))
}

fn as_given(alert: Alert) -> GivenFinding {
    GivenFinding {
        id: alert.id,
        rule: alert.rule,
        name: alert.name,
        time: alert.time.to_string(),
        message: alert.message,
        role: alert.role,
        events: alert.events,
        verdict: Some(alert.verdict.as_str().to_owned()),
    }
}
