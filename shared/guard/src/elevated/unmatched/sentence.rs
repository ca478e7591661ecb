//! The sentence about an entry that no role matches.

use std::collections::BTreeSet;
use std::fmt;

use super::{RoleSource, UnmatchedEntry};
use crate::arn::RoleArn;
use crate::policy::permission_set_of;
use crate::untrusted::harmless_up_to;

/// The most roles that are suggested for one entry.
const SUGGESTED: usize = 3;

/// The most characters of an ARN that are shown. An IAM path has up to 512.
const SHOWN: usize = 700;

impl UnmatchedEntry {
    /// What was probably meant: permission sets if the entry names one, else roles.
    fn suggestions(&self) -> Vec<String> {
        let mut sets = BTreeSet::new();
        let named = |role: &&RoleArn| {
            let set = self.pattern.permission_set().and(permission_set_of(role));
            set.is_none_or(|set| sets.insert(set.to_owned()))
        };
        let kept: Vec<&RoleArn> = self.near.iter().filter(named).collect();
        let quoted =
            |role: &RoleArn| match self.pattern.permission_set().and(permission_set_of(role)) {
                Some(set) => format!("permission set `{}`", shown_arn(set)),
                None => format!("`{}`", shown_arn(role.as_str())),
            };
        kept.into_iter().map(quoted).collect()
    }

    fn write_suggestions(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = match self.place {
            RoleSource::Logs => "the logs",
            RoleSource::Roster => "the roster",
            RoleSource::Details => "the authorization details",
        };
        let all = self.suggestions();
        let shown: Vec<&str> = all.iter().take(SUGGESTED).map(String::as_str).collect();
        let more = all.len().saturating_sub(SUGGESTED);
        let more = if more > 0 {
            format!(" or {more} more")
        } else {
            String::new()
        };
        let verb = if all.len() == 1 { "is" } else { "are" };
        write!(
            f,
            "; did you mean {}{more}, which {verb} in {place}?",
            shown.join(" or ")
        )
    }
}

impl fmt::Display for UnmatchedEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pattern = self.pattern.quoted_up_to(SHOWN);
        if self.is_near_miss() {
            write!(f, "no role matches {pattern}")?;
            return self.write_suggestions(f);
        }
        let role = if self.pattern.permission_set().is_some() {
            pattern.clone()
        } else {
            format!("role {pattern}")
        };
        match self.place {
            RoleSource::Logs => write!(f, "{role} doesn't appear in the logs"),
            RoleSource::Roster => write!(
                f,
                "{role} doesn't appear in any roster of its account or in the logs; is it misspelled?"
            ),
            RoleSource::Details => {
                write!(f, "no role in the authorization details matches {pattern}")
            }
        }
    }
}

fn shown_arn(arn: &str) -> String {
    harmless_up_to(arn, SHOWN)
}
