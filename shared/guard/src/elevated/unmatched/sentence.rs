//! The sentence about an entry that no role matches.

use std::collections::BTreeSet;
use std::fmt;

use super::{RoleSource, UnmatchedEntry};
use crate::arn::RoleArn;
use crate::policy::permission_set_of;
use crate::text;
use crate::text::Text;
use crate::untrusted::harmless_up_to;

/// The most roles that are suggested for one entry.
const SUGGESTED: usize = 3;

/// The most characters of an ARN that are shown. An IAM path has up to 512.
const SHOWN: usize = 700;

impl UnmatchedEntry {
    /// What was probably meant: permission sets if the entry names one, else roles.
    fn suggestions(&self) -> Vec<Text> {
        let mut sets = BTreeSet::new();
        let named = |role: &&RoleArn| {
            let set = self.pattern.permission_set().and(permission_set_of(role));
            set.is_none_or(|set| sets.insert(set.to_owned()))
        };
        let kept: Vec<&RoleArn> = self.near.iter().filter(named).collect();
        let quoted =
            |role: &RoleArn| match self.pattern.permission_set().and(permission_set_of(role)) {
                Some(set) => text!("permission set `{set}`", set = shown_arn(set)),
                None => Text::data(format!("`{}`", shown_arn(role.as_str()))),
            };
        kept.into_iter().map(quoted).collect()
    }

    /// The sentence that asks what was meant.
    fn near_miss(&self, pattern: &Text) -> Text {
        let place = match self.place {
            RoleSource::Logs => text!("the logs"),
            RoleSource::Roster => text!("the roster"),
            RoleSource::Details => text!("the authorization details"),
        };
        let mut near = self.suggestions();
        if near.len() == 1 {
            return text!(
                "no role matches {pattern}; did you mean {near}, which is in {place}?",
                pattern,
                near = Text::any_of(near),
                place
            );
        }
        let more = near.len().saturating_sub(SUGGESTED);
        near.truncate(SUGGESTED);
        if more > 0 {
            near.push(text!("{more} more", more));
        }
        text!(
            "no role matches {pattern}; did you mean {near}, which are in {place}?",
            pattern,
            near = Text::any_of(near),
            place
        )
    }

    /// The sentence about it.
    pub fn sentence(&self) -> Text {
        let pattern = self.pattern.quoted_up_to(SHOWN);
        if self.is_near_miss() {
            return self.near_miss(&pattern);
        }
        let role = if self.pattern.permission_set().is_some() {
            pattern.clone()
        } else {
            text!("role {pattern}", pattern)
        };
        match self.place {
            RoleSource::Logs => text!("{role} doesn't appear in the logs", role),
            RoleSource::Roster => text!(
                "{role} doesn't appear in any roster of its account or in the logs; is it misspelled?",
                role
            ),
            RoleSource::Details => {
                text!(
                    "no role in the authorization details matches {pattern}",
                    pattern
                )
            }
        }
    }

    /// The sentence about it, after its line in the policy.
    pub fn sentence_with_line(&self) -> Text {
        let (line, sentence) = (self.line, self.sentence());
        text!("line {line} of the policy: {sentence}", line, sentence)
    }
}

impl fmt::Display for UnmatchedEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence())
    }
}

fn shown_arn(arn: &str) -> String {
    harmless_up_to(arn, SHOWN)
}
