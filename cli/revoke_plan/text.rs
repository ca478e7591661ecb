//! The plan for people. Commands and policies are on lines of their own, complete, so that they can
//! be copied.

mod permission_set;

use std::io::{self, Write};

use anstyle::Style;
use rolewatch_guard::revoke::{
    Commands, DenialVariant, RolePlan, SessionRelation, SessionShown, visible,
};

use super::PlanDocument;
use crate::limits::SESSIONS_TOLD;
use crate::report::words::wrap;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// The indent of lists.
const LIST: usize = 4;

pub(super) fn write(
    document: &PlanDocument,
    columns: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let plan = &document.plan;
    writeln!(
        out,
        "{BOLD}Plan to revoke the sessions of finding {}{BOLD:#}",
        plan.finding
    )?;
    write_text(
        2,
        &format!("{} {}: {}", document.rule, document.name, document.message),
        columns,
        out,
    )?;
    let ready = format!(
        "As of {}. Nothing was changed. To apply the plan, you need {}.",
        plan.as_of,
        permissions(&plan.roles)
    );
    write_text(2, &ready, columns, out)?;
    for role in &plan.roles {
        write_role(role, &plan.person.name, columns, out)?;
    }
    writeln!(out, "\n{BOLD}What the plan doesn't stop{BOLD:#}")?;
    for limit in &plan.not_stopped {
        write_hanging("- ", 2, &limit.what, columns, out)?;
        for way in &limit.ways {
            writeln!(out, "    {DIM}{}:{DIM:#}\n{}", way.what, way.line)?;
        }
    }
    Ok(())
}

/// What the commands of these roles need.
fn permissions(roles: &[RolePlan]) -> &'static str {
    let of_set = |role: &RolePlan| role.permission_set.is_some();
    if !roles.iter().any(of_set) {
        "iam:PutRolePolicy on the role"
    } else if roles.iter().all(of_set) {
        permission_set::PERMISSIONS
    } else {
        permission_set::PERMISSIONS_WITH_ROLES
    }
}

fn write_role(
    role: &RolePlan,
    person: &str,
    columns: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let chained = if role.chained {
        ", entered from a session above"
    } else {
        ""
    };
    writeln!(
        out,
        "\n{BOLD}{}{BOLD:#}{DIM}  {}{chained}{DIM:#}",
        role.place, role.role
    )?;
    for note in &role.notes {
        write_hanging("- ", 2, note, columns, out)?;
    }
    if let Some(scoped) = &role.scoped {
        write_variant(
            &format!("Option 1: revoke only the sessions of {person}"),
            scoped,
            columns,
            out,
        )?;
    }
    let of = match &role.permission_set {
        Some(_) => "permission set",
        None => "role",
    };
    let whole = if role.scoped.is_some() {
        format!("Option 2: revoke every session of the {of}")
    } else {
        format!("Revoke every session of the {of}")
    };
    write_variant(&whole, &role.whole, columns, out)?;
    match &role.permission_set {
        Some(set) => permission_set::write(set, columns, out),
        None => Ok(()),
    }
}

fn write_variant(
    title: &str,
    variant: &DenialVariant,
    columns: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    // The inline policy of a permission set has no name.
    let name = match &variant.save {
        Some(_) => String::new(),
        None => format!("  inline policy {}", variant.policy_name),
    };
    writeln!(out, "\n  {BOLD}{title}{BOLD:#}{DIM}{name}{DIM:#}")?;
    write_sessions(
        "cuts off",
        "no session we know of",
        &variant.cuts,
        columns,
        out,
    )?;
    write_sessions(
        "also cut off",
        "nobody we know of",
        &variant.bystanders,
        columns,
        out,
    )?;
    if let Some(save) = &variant.save {
        return writeln!(
            out,
            "    {DIM}to save the policy; where to put it is below:{DIM:#}\n{save}"
        );
    }
    // Without commands, only the policy is printed, to be applied in another way.
    if let Some(commands) = &variant.commands {
        return write_commands(commands, out);
    }
    let policy = serde_json::to_string_pretty(&variant.policy)?;
    visible(&policy)
        .lines()
        .try_for_each(|line| writeln!(out, "    {line}"))
}

fn write_commands(commands: &Commands, out: &mut dyn Write) -> io::Result<()> {
    let Commands {
        account,
        check,
        apply,
        remove,
        remove_after,
    } = commands;
    writeln!(
        out,
        "    {DIM}with credentials of {account}; check the account with the first command:{DIM:#}"
    )?;
    // Not indented, so that a complete line can be copied. The first command shows whose
    // credentials are used, because several accounts may have a role of that name.
    writeln!(out, "{check}\n{apply}")?;
    writeln!(
        out,
        "    {DIM}remove it after {remove_after} (nothing left to block by then):{DIM:#}"
    )?;
    writeln!(out, "{remove}")
}

fn write_sessions(
    label: &str,
    none: &str,
    sessions: &[SessionShown],
    columns: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    if sessions.is_empty() {
        return writeln!(out, "    {label}: {none}");
    }
    writeln!(out, "    {label}: {}", sessions.len())?;
    for session in sessions.iter().take(SESSIONS_TOLD) {
        let until = match session.until {
            Some(until) => until.to_string(),
            None => "an unknown time".to_owned(),
        };
        let used = match session.last_use {
            Some(last) => format!("last used {last}"),
            None => "no recorded activity".to_owned(),
        };
        let how = match session.how {
            SessionRelation::Finding | SessionRelation::Other => "",
            SessionRelation::Chained => ", entered from a session that is cut off",
            SessionRelation::PerhapsChained => ", possibly entered from a session that is cut off",
        };
        let place = match &session.place {
            Some(place) => format!(" of {place}"),
            None => String::new(),
        };
        let line = format!(
            "{}: session {}{place} since {}, until {until}, {used}{how}",
            session.person.name, session.session, session.since
        );
        write_hanging("- ", LIST + 2, &line, columns, out)?;
    }
    match sessions.len().saturating_sub(SESSIONS_TOLD) {
        0 => Ok(()),
        more => writeln!(out, "      … and {more} more; `--format json` lists all"),
    }
}

fn write_text(indent: usize, text: &str, columns: usize, out: &mut dyn Write) -> io::Result<()> {
    wrap(text, columns.saturating_sub(indent))
        .iter()
        .try_for_each(|line| writeln!(out, "{:indent$}{line}", ""))
}

fn write_hanging(
    mark: &str,
    indent: usize,
    text: &str,
    columns: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut mark = mark;
    for line in wrap(text, columns.saturating_sub(indent + 2)) {
        writeln!(out, "{:indent$}{mark}{line}", "")?;
        mark = "  ";
    }
    Ok(())
}
