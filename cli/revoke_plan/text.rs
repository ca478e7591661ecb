//! The plan for people. Commands and policies are on lines of their own, complete, so that they can
//! be copied.

mod permission_set;

use std::io::{self, Write};

use anstyle::Style;
use rolewatch_guard::revoke::{
    Commands, DenialVariant, RolePlan, SessionRelation, SessionShown, visible,
};

use super::PlanDocument;
use crate::language::{said, say};
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
        "{BOLD}{}{BOLD:#}",
        say!(
            "Plan to revoke the sessions of finding {id}",
            id = plan.finding
        )
    )?;
    write_text(
        2,
        &say!(
            "{rule} {name}: {message}",
            rule = document.rule,
            name = document.name,
            message = document.message
        ),
        columns,
        out,
    )?;
    let ready = say!(
        "As of {time}. Nothing was changed. To apply the plan, you need {permissions}.",
        time = plan.as_of,
        permissions = permissions(&plan.roles)
    );
    write_text(2, &ready, columns, out)?;
    for role in &plan.roles {
        write_role(role, &plan.person.name, columns, out)?;
    }
    let heading = say!("What the plan doesn't stop");
    writeln!(out, "\n{BOLD}{heading}{BOLD:#}")?;
    for limit in &plan.not_stopped {
        write_hanging("- ", 2, &said(&limit.what), columns, out)?;
        for way in &limit.ways {
            writeln!(out, "    {DIM}{}:{DIM:#}\n{}", said(&way.what), way.line)?;
        }
    }
    Ok(())
}

/// What the commands of these roles need.
fn permissions(roles: &[RolePlan]) -> String {
    let of_set = |role: &RolePlan| role.permission_set.is_some();
    if !roles.iter().any(of_set) {
        say!("iam:PutRolePolicy on the role")
    } else if roles.iter().all(of_set) {
        permission_set::permissions()
    } else {
        permission_set::permissions_with_roles()
    }
}

fn write_role(
    role: &RolePlan,
    person: &str,
    columns: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let chained = if role.chained {
        say!(", entered from a session above")
    } else {
        String::new()
    };
    writeln!(
        out,
        "\n{BOLD}{}{BOLD:#}{DIM}  {}{chained}{DIM:#}",
        said(&role.place),
        role.role
    )?;
    for note in &role.notes {
        write_hanging("- ", 2, &said(note), columns, out)?;
    }
    if let Some(scoped) = &role.scoped {
        write_variant(
            &say!("Option 1: revoke only the sessions of {person}", person),
            scoped,
            columns,
            out,
        )?;
    }
    let whole = match (&role.scoped, &role.permission_set) {
        (Some(_), Some(_)) => say!("Option 2: revoke every session of the permission set"),
        (Some(_), None) => say!("Option 2: revoke every session of the role"),
        (None, Some(_)) => say!("Revoke every session of the permission set"),
        (None, None) => say!("Revoke every session of the role"),
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
        None => say!("  inline policy {name}", name = variant.policy_name),
    };
    writeln!(out, "\n  {BOLD}{title}{BOLD:#}{DIM}{name}{DIM:#}")?;
    write_sessions(
        &say!("cuts off"),
        &say!("no session we know of"),
        &variant.cuts,
        columns,
        out,
    )?;
    write_sessions(
        &say!("also cut off"),
        &say!("nobody we know of"),
        &variant.bystanders,
        columns,
        out,
    )?;
    if let Some(save) = &variant.save {
        return writeln!(
            out,
            "    {DIM}{}{DIM:#}\n{save}",
            say!("to save the policy; where to put it is below:")
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
        "    {DIM}{}{DIM:#}",
        say!(
            "with credentials of {account}; check the account with the first command:",
            account
        )
    )?;
    // Not indented, so that a complete line can be copied. The first command shows whose
    // credentials are used, because several accounts may have a role of that name.
    writeln!(out, "{check}\n{apply}")?;
    writeln!(
        out,
        "    {DIM}{}{DIM:#}",
        say!(
            "remove it after {time} (nothing left to block by then):",
            time = remove_after
        )
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
            None => say!("an unknown time"),
        };
        let used = match session.last_use {
            Some(last) => say!("last used {last}", last),
            None => say!("no recorded activity"),
        };
        let how = match session.how {
            SessionRelation::Finding | SessionRelation::Other => String::new(),
            SessionRelation::Chained => say!(", entered from a session that is cut off"),
            SessionRelation::PerhapsChained => {
                say!(", possibly entered from a session that is cut off")
            }
        };
        let place = match &session.place {
            Some(place) => say!(" of {place}", place),
            None => String::new(),
        };
        let line = say!(
            "{person}: session {session}{place} since {since}, until {until}, {used}{how}",
            person = session.person.name,
            session = session.session,
            place,
            since = session.since,
            until,
            used,
            how
        );
        write_hanging("- ", LIST + 2, &line, columns, out)?;
    }
    match sessions.len().saturating_sub(SESSIONS_TOLD) {
        0 => Ok(()),
        more => {
            let text = say!("… and {more} more; `--format json` lists all", more);
            writeln!(out, "      {text}")
        }
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
