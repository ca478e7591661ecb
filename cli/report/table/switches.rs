//! The switches without findings, one per line.

use std::io;

use rolewatch_guard::moment::Span;
use rolewatch_guard::{SwitchStanding, SwitchSummary, standings};

use super::TextPage;
use super::paint::DIM;
use crate::language::{said, say};
use crate::limits::SWITCHES_TOLD;
use crate::report::AuditReport;
use crate::report::words::{length, number, padded, role_in_account, shortened, width};

/// The maximum width of a person or a role.
const CELL: usize = 32;

pub(super) fn write_clean(report: &AuditReport<'_>, page: &mut TextPage<'_>) -> io::Result<()> {
    let clean = with_standing(report, SwitchStanding::Clean);
    if clean.is_empty() {
        return Ok(());
    }
    page.heading(&say!(
        "Clean switches: {count}",
        count = number(length(&clean))
    ))?;
    write_rows(report, &clean, page)
}

/// Switches whose group and MFA nobody checked. They don't count as clean.
pub(super) fn write_admitted(report: &AuditReport<'_>, page: &mut TextPage<'_>) -> io::Result<()> {
    let admitted = with_standing(report, SwitchStanding::AdmittedByKind);
    if admitted.is_empty() {
        return Ok(());
    }
    page.heading(&say!(
        "Admitted by kind: {count}",
        count = number(length(&admitted))
    ))?;
    page.text(
        2,
        &say!("Nobody checked the group or MFA of these: the policy allows their identity type without a check, or turns the rule off."),
    )?;
    write_rows(report, &admitted, page)
}

fn with_standing<'r>(report: &AuditReport<'r>, wanted: SwitchStanding) -> Vec<&'r SwitchSummary> {
    let judgement = report.judgement;
    let mut found = Vec::new();
    for (switch, standing) in judgement.switches.iter().zip(standings(judgement)) {
        if standing == wanted {
            found.push(switch);
        }
    }
    found
}

fn write_rows(
    report: &AuditReport<'_>,
    switches: &[&SwitchSummary],
    page: &mut TextPage<'_>,
) -> io::Result<()> {
    let mut rows: Vec<[String; 5]> = Vec::new();
    for switch in switches.iter().take(SWITCHES_TOLD) {
        rows.push([
            switch.time.to_string(),
            shortened(&said(&switch.caller.name), CELL),
            shortened(&role_in_account(&switch.role, &report.inputs.policy), CELL),
            if switch.console {
                say!("console")
            } else {
                "API".to_owned()
            },
            time_held(switch),
        ]);
    }
    let mut widths = [0; 5];
    for row in &rows {
        for (widest, cell) in widths.iter_mut().zip(row) {
            *widest = width(cell).max(*widest);
        }
    }
    for row in &rows {
        let cells: Vec<String> = row
            .iter()
            .zip(widths)
            .map(|(cell, widest)| padded(cell, widest))
            .collect();
        writeln!(page.out, "  {}", cells.join("  ").trim_end())?;
    }
    let more = length(switches.get(SWITCHES_TOLD..).unwrap_or_default());
    if more > 0 {
        writeln!(
            page.out,
            "  {DIM}{}{DIM:#}",
            say!(
                "… and {more} more; `--format json` lists all",
                more = number(more)
            )
        )?;
    }
    Ok(())
}

/// How long the role was held, as far as the records show.
fn time_held(switch: &SwitchSummary) -> String {
    let since = |moment: rolewatch_guard::moment::Moment| {
        // The clocks of AWS services differ, so a use may be a second before its switch.
        Span::from_seconds(moment.seconds_since(switch.time).max(0))
    };
    let used = match switch.last_use {
        Some(last) => say!("used for {since}", since = since(last)),
        None => say!("no recorded activity"),
    };
    match switch.granted_until {
        Some(until) => say!("{used}, granted for {since}", used, since = since(until)),
        None => used,
    }
}
