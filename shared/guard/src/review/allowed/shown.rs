//! Formats what allowed a switch as sentences.

use crate::text;
use crate::text::Text;
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

/// The last part of an ARN: `group Testers`, or `SwitchToUpdateApp` for a policy, because whatever
/// names one says that it is a policy. `None`: the text isn't an ARN.
fn without_arn(text: &str) -> Option<Text> {
    let resource = resource_of(text).filter(|_| text.starts_with("arn:"))?;
    let (kind, path) = resource.split_once('/').unwrap_or(("", resource));
    let name = path.rsplit('/').next().unwrap_or(path);
    Some(match kind {
        "group" => text!("group {name}", name),
        "role" => text!("role {name}", name),
        "user" => text!("user {name}", name),
        _ => Text::data(name),
    })
}

impl fmt::Display for AllowedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence())
    }
}

impl AllowedBy {
    /// What allowed it, and what would have prevented it.
    pub fn sentence(&self) -> Text {
        let statements = self.statements.iter().map(|allowing| {
            text!(
                "{which} in {policy}: {statement}",
                which = allowing.which,
                policy = allowing.policy,
                statement = quoted(&allowing.statement)
            )
        });
        let mut sentence = text!(
            "AWS allowed it through {statements}",
            statements = Text::all_of(statements)
        );
        if let Some(unseen) = &self.unseen {
            sentence = sentence.then(text!(
                "; {unseen}, so rolewatch can't tell which of the caller's own policies allowed it",
                unseen
            ));
        }
        if !self.hangs_on.is_empty() {
            sentence = sentence.then(text!(
                "; this assumes that these conditions hold, which the records don't show: {conditions}",
                conditions = Text::list(self.hangs_on.iter().cloned(), text!("; "))
            ));
        }
        let sentence = sentence.then(text!(
            ". The rosters were taken {times}; at the time of the switch, the settings may have been different.",
            times = self.times()
        ));
        if self.stopped_by.is_empty() {
            return sentence;
        }
        let changes = self.stopped_by.iter().map(|change| self.change(change));
        sentence.then(text!(
            " To prevent it, {changes}",
            changes = Text::list(changes, text!("; and "))
        ))
    }

    /// When the files were taken.
    fn times(&self) -> Text {
        let times = self.files.iter().map(|file| match file.taken {
            Some(taken) => text!("at {taken}", taken),
            None => text!("at an unknown time"),
        });
        let mut times: Vec<Text> = times.collect();
        times.dedup();
        Text::all_of(times)
    }

    /// One line: the policies that allowed it, and whether something is uncertain.
    pub fn in_short(&self) -> Text {
        let mut policies: Vec<&Text> = Vec::new();
        for allowing in &self.statements {
            if !policies.contains(&&allowing.policy) {
                policies.push(&allowing.policy);
            }
        }
        let short = policies
            .into_iter()
            .map(|policy| policy.with_data(&without_arn));
        let policies = Text::all_of(short);
        if self.unseen.is_some() || !self.hangs_on.is_empty() {
            text!(
                "allowed by {policies}, as far as the rosters show",
                policies
            )
        } else {
            text!("allowed by {policies}", policies)
        }
    }

    fn change(&self, change: &StatementChange) -> Text {
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
        let is_added = new.len() < by.len();
        let told = Text::all_of(new);
        if by.is_empty() {
            text!("remove {which} in {policy}", which, policy)
        } else if is_added {
            text!("add to {policy}: {told}", policy, told)
        } else {
            text!("change {which} in {policy} to {told}", which, policy, told)
        }
    }
}
