//! Reads a policy file for a command, and warns about suspicious entries.

use std::fs;
use std::path::Path;

use rolewatch_guard::policy::{Policy, RuleChange};

use crate::exit::{Failure, shown_path};
use crate::report::words::{counted, length};
use crate::stdout;

/// Reads a policy and warns about suspicious entries.
pub(super) fn read_and_warn(file: &Path) -> Result<(Policy, Vec<u8>), Failure> {
    let bytes = fs::read(file).map_err(|why| Failure::unreadable(file, why))?;
    let name = shown_path(file);
    let policy = Policy::read(&bytes, &name)?;
    for note in &policy.warnings {
        stdout::tell_warning(&format!("{name}: {note}"));
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
            "{name} is a valid policy, version {}: {}, {}, {}{}",
            policy.version_hash,
            counted(length(&policy.roles), "role", "roles"),
            counted(accounts, "account", "accounts"),
            counted(length(&policy.suppress), "suppression", "suppressions"),
            rules_changed(&policy),
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
    let part = |count: &[String], what: &str| {
        if count.is_empty() {
            return String::new();
        }
        let rules = counted(length(count), "rule", "rules");
        format!(", {rules} {what} ({})", count.join(", "))
    };
    let changed = part(&changed, "with another severity");
    format!("{}{changed}", part(&off, "turned off"))
}
