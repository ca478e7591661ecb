//! Formats what allowed a switch as sentences.

use std::fmt;

use super::{AllowedBy, StatementChange};
use crate::arn::resource_of;

/// The most characters of a statement that a sentence quotes.
const QUOTED: usize = 100;

fn quoted(statement: &str) -> String {
    let cut: String = statement.chars().take(QUOTED).collect();
    if cut.len() < statement.len() {
        format!("{cut}…")
    } else {
        cut
    }
}

/// `managed policy SwitchToUpdateApp of group Testers`: each ARN is replaced with its last part.
fn without_arns(policy: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    for word in policy.split(' ') {
        let Some(resource) = resource_of(word).filter(|_| word.starts_with("arn:")) else {
            words.push(word.to_owned());
            continue;
        };
        let (kind, path) = resource.split_once('/').unwrap_or(("", resource));
        let name = path.rsplit('/').next().unwrap_or(path);
        // `managed policy arn:…:policy/Name` says the kind already.
        let repeated = words.last().is_some_and(|last| last == kind);
        if kind.is_empty() || repeated {
            words.push(name.to_owned());
        } else {
            words.push(format!("{kind} {name}"));
        }
    }
    words.join(" ")
}

impl fmt::Display for AllowedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AWS allowed it through ")?;
        for (at, allowing) in self.statements.iter().enumerate() {
            let between = if at == 0 { "" } else { " and " };
            write!(
                f,
                "{between}{} in {}: {}",
                allowing.which,
                allowing.policy,
                quoted(&allowing.statement)
            )?;
        }
        if let Some(unseen) = &self.unseen {
            write!(
                f,
                "; {unseen}, so rolewatch can't tell which of the caller's own policies allowed it"
            )?;
        }
        if !self.hangs_on.is_empty() {
            write!(
                f,
                "; this assumes that these conditions hold, which the records don't show: {}",
                self.hangs_on.join("; ")
            )?;
        }
        let mut times: Vec<String> = self
            .files
            .iter()
            .map(|file| {
                file.taken.map_or_else(
                    || "at an unknown time".to_owned(),
                    |taken| format!("at {taken}"),
                )
            })
            .collect();
        times.dedup();
        write!(
            f,
            ". The rosters were taken {}; at the time of the switch, the settings may have been \
             different.",
            times.join(" and ")
        )?;
        for (at, change) in self.stopped_by.iter().enumerate() {
            f.write_str(if at == 0 {
                " To prevent it, "
            } else {
                "; and "
            })?;
            self.fmt_change(change, f)?;
        }
        Ok(())
    }
}

impl AllowedBy {
    /// One line: the policies that allowed it, and whether something is uncertain.
    pub fn in_short(&self) -> String {
        let mut policies: Vec<&str> = Vec::new();
        for allowing in &self.statements {
            if !policies.contains(&&*allowing.policy) {
                policies.push(&allowing.policy);
            }
        }
        let short = policies.into_iter().map(without_arns).collect::<Vec<_>>();
        let mut line = format!("allowed by {}", short.join(" and "));
        if self.unseen.is_some() || !self.hangs_on.is_empty() {
            line.push_str(", as far as the rosters show");
        }
        line
    }

    fn fmt_change(&self, change: &StatementChange, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let StatementChange { policy, which, by } = change;
        // A statement that isn't changed doesn't need to be shown again.
        let stays = |text: &str| {
            let mut statements = self.statements.iter();
            statements.any(|allowing| allowing.statement == text)
        };
        let new: Vec<&str> = by
            .iter()
            .map(String::as_str)
            .filter(|text| !stays(text))
            .collect();
        let told = new.join(" and ");
        match (by.is_empty(), new.len() < by.len()) {
            (true, _) => write!(f, "remove {which} in {policy}"),
            (false, true) => write!(f, "add to {policy}: {told}"),
            (false, false) => write!(f, "change {which} in {policy} to {told}"),
        }
    }
}
