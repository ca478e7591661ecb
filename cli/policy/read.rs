//! Reads a policy file for a command, and warns about suspicious entries.

use std::fs;
use std::path::Path;

use rolewatch_guard::policy::{Policy, RuleChange};

use crate::exit::{Failure, shown_path};
use crate::language::{counted, said, say};
use crate::report::words::length;
use crate::stdout;

/// Reads a policy and warns about suspicious entries.
pub(super) fn read_and_warn(file: &Path) -> Result<(Policy, Vec<u8>), Failure> {
    let bytes = fs::read(file).map_err(|why| Failure::unreadable(file, why))?;
    let name = shown_path(file);
    let policy = Policy::read(&bytes, &name)?;
    for note in &policy.warnings {
        stdout::tell_warning(&format!("{name}: {}", said(&note.sentence())));
    }
    Ok((policy, bytes))
}

/// Reads a policy and prints every error and warning, or that there are none.
pub(crate) fn check_policy(file: &Path) -> Result<(Policy, Vec<u8>), Failure> {
    let (policy, bytes) = read_and_warn(file)?;
    let name = shown_path(file);
    let accounts = u64::try_from(policy.accounts.len()).unwrap_or(u64::MAX);
    stdout::print(|out| {
        writeln!(
            out,
            "{}",
            say!(
                "{name} is a valid policy, version {version}: {roles}, {accounts}, {suppressions}{rules}",
                name,
                version = policy.version_hash.to_string(),
                roles = counted!("{n} role", "{n} roles", length(&policy.roles)),
                accounts = counted!("{n} account", "{n} accounts", accounts),
                suppressions = counted!(
                    "{n} suppression",
                    "{n} suppressions",
                    length(&policy.suppress)
                ),
                rules = rules_changed(&policy)
            )
        )
    })?;
    Ok((policy, bytes))
}

/// How many rules are off or have another severity, if any, and which ones.
fn rules_changed(policy: &Policy) -> String {
    let (mut off, mut changed) = (Vec::new(), Vec::new());
    for setting in &policy.rules {
        match setting.change {
            RuleChange::Off => off.push(setting.rule.to_owned()),
            RuleChange::Severity(severity) => changed.push(format!("{} {severity}", setting.rule)),
        }
    }
    let mut shown = String::new();
    if !off.is_empty() {
        let rules = off.join(", ");
        let count = length(&off);
        let count = counted!(", {n} rule turned off", ", {n} rules turned off", count);
        shown.push_str(&say!("{count} ({rules})", count, rules));
    }
    if !changed.is_empty() {
        let rules = changed.join(", ");
        let count = length(&changed);
        let count = counted!(
            ", {n} rule with another severity",
            ", {n} rules with another severity",
            count
        );
        shown.push_str(&say!("{count} ({rules})", count, rules));
    }
    shown
}
