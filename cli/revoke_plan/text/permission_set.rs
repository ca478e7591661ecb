//! The part of a plan that says how to deny sessions of a permission set.

use std::io::{self, Write};

use rolewatch_guard::revoke::{DenialPlace, PermissionSetPlan, PlanStep};

use super::{BOLD, DIM, write_hanging, write_text};
use crate::language::{said, say};

/// What the commands for permission sets need.
pub(super) fn permissions() -> String {
    say!(
        "sso:PutInlinePolicyToPermissionSet and sso:ProvisionPermissionSet, or organizations:CreatePolicy and organizations:AttachPolicy"
    )
}

/// The same if other roles have plans too.
pub(super) fn permissions_with_roles() -> String {
    say!(
        "sso:PutInlinePolicyToPermissionSet and sso:ProvisionPermissionSet, or organizations:CreatePolicy and organizations:AttachPolicy; and iam:PutRolePolicy on the other roles"
    )
}

pub(super) fn write(
    set: &PermissionSetPlan,
    columns: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    if !set.lookup.is_empty() {
        write_heading(&say!("What to look up for the commands below"), out)?;
        write_steps(&set.lookup, out)?;
    }
    write_heading(
        &say!("Where to put the policy, in one of these places"),
        out,
    )?;
    for place in &set.places {
        write_place(place, columns, out)?;
    }
    write_heading(&say!("What only stops new sessions, in this order"), out)?;
    for limit in &set.only_new {
        write_hanging("- ", 4, &said(&limit.what), columns, out)?;
        for way in &limit.ways {
            writeln!(out, "      {DIM}{}:{DIM:#}\n{}", said(&way.what), way.line)?;
        }
    }
    write_heading(&say!("What has no effect"), out)?;
    for what in &set.without_effect {
        write_hanging("- ", 4, &said(what), columns, out)?;
    }
    Ok(())
}

fn write_heading(text: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n  {BOLD}{text}{BOLD:#}")
}

fn write_place(place: &DenialPlace, columns: usize, out: &mut dyn Write) -> io::Result<()> {
    write_hanging("- ", 4, &said(&place.what), columns, out)?;
    if place.add.is_empty() {
        return Ok(());
    }
    write_text(
        6,
        &say!(
            "With credentials of {account}.",
            account = place.credentials
        ),
        columns,
        out,
    )?;
    write_steps(&place.add, out)?;
    let remove = say!(
        "Remove it after {time} (nothing left to block by then).",
        time = place.remove_after
    );
    write_text(6, &remove, columns, out)?;
    write_steps(&place.remove, out)
}

/// Not indented, so that a complete line can be copied.
fn write_steps(steps: &[PlanStep], out: &mut dyn Write) -> io::Result<()> {
    for step in steps {
        writeln!(
            out,
            "      {DIM}{}:{DIM:#}\n{}",
            said(&step.what),
            step.line
        )?;
    }
    Ok(())
}
