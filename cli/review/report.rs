//! What a review came to, as it is shown.

mod table;

use std::io::{self, Write};
use std::path::Path;

use rolewatch_guard::Verdict;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::review::{List, Review, ReviewFinding};
use rolewatch_guard::untrusted::harmless;
use serde::Serialize;
use serde_json::{Value, json};

use super::inputs::ReviewInputs;
use crate::args::{Format, ReviewArgs};
use crate::exit::{Failure, shown_path};
use crate::report::csv::inert;
use crate::report::json::visible;
use crate::report::words::{counted, length, listed, number};
use crate::stdout;

/// A review that is done.
pub(super) struct ReviewReport<'a> {
    pub(super) args: &'a ReviewArgs,
    pub(super) inputs: &'a ReviewInputs,
    pub(super) policy: &'a Policy,
    pub(super) policy_file: &'a Path,
    pub(super) as_of: Moment,
    pub(super) review: &'a Review,
}

const HEADER: [&str; 14] = [
    "rule",
    "name",
    "verdict",
    "severity",
    "account",
    "subject",
    "place",
    "statement",
    "fix",
    "message",
    "undecided",
    "id",
    "policy",
    "near_misses",
];

/// A finding, and what to know about the policy: no line is about the policy alone, so each finding
/// carries it.
#[derive(Serialize)]
struct ReviewFindingShown<'a> {
    #[serde(flatten)]
    finding: &'a ReviewFinding,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    near_misses: &'a [String],
}

impl ReviewReport<'_> {
    pub(super) fn print(&self, format: Format) -> Result<(), Failure> {
        match format {
            Format::Table => stdout::print(|out| table::write(self, stdout::columns(), out)),
            Format::Json => stdout::print_plain(|out| self.json(out)),
            Format::Ndjson => stdout::print_plain(|out| self.ndjson(out)),
            Format::Csv => stdout::print_plain(|out| self.csv(out)),
        }
    }

    fn count(&self, verdict: Verdict) -> u64 {
        u64::try_from(
            self.review
                .findings
                .iter()
                .filter(|finding| finding.verdict == verdict)
                .count(),
        )
        .unwrap_or(u64::MAX)
    }

    /// Accounts for everything.
    pub(super) fn account(&self) -> String {
        let inputs = self.inputs;
        let files = inputs.read + inputs.unreadable;
        let parts = [
            (inputs.read, format!("{} read", number(inputs.read))),
            (
                inputs.unreadable,
                format!("{} unreadable", number(inputs.unreadable)),
            ),
        ];
        let (accounts, users, groups, roles) = self.totals();
        let things = format!(
            "{}: {}, {}, {}, {} of them elevated",
            counted(accounts, "account", "accounts"),
            counted(users, "user", "users"),
            counted(groups, "group", "groups"),
            counted(roles, "role", "roles"),
            self.review.elevated
        );
        let (violations, unproven) = (
            self.count(Verdict::Violation),
            self.count(Verdict::Unproven),
        );
        let found = format!(
            "{}, {} unproven, {} suppressed",
            counted(violations, "violation", "violations"),
            number(unproven),
            number(length(&self.review.suppressed))
        );
        format!(
            "{}: {}; {things}; {found}",
            counted(files, "file", "files"),
            listed(parts)
        )
    }

    fn totals(&self) -> (u64, u64, u64, u64) {
        let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        self.inputs.setup.accounts().fold(
            (0, 0, 0, 0),
            |(accounts, users, groups, roles), account| {
                let (more_users, more_groups, more_roles) = account.counts();
                (
                    accounts + 1,
                    users + number(more_users),
                    groups + number(more_groups),
                    roles + number(more_roles),
                )
            },
        )
    }

    fn ndjson(&self, out: &mut dyn Write) -> io::Result<()> {
        for finding in &self.review.findings {
            let line = ReviewFindingShown {
                finding,
                near_misses: &self.review.near_misses,
            };
            writeln!(out, "{}", visible(&serde_json::to_string(&line)?))?;
        }
        Ok(())
    }

    fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        let accounts = self.inputs.setup.accounts().map(|account| {
            let (users, groups, roles) = account.counts();
            let missing: Vec<&str> = account.missing_lists().into_iter().map(List::key).collect();
            json!({"account": account.id, "truncated": account.truncated, "missing": missing, "users": users, "groups": groups, "roles": roles})
        });
        let suppressed = self.review.suppressed.iter().map(|(finding, by)| {
            json!({"finding": finding, "reason": harmless(&by.reason), "owner": harmless(&by.owner), "until": by.until.to_string(), "line": by.line})
        });
        let document = json!({
            "policy": {"file": shown_path(self.policy_file), "version": self.policy.version_hash},
            "paths": self.args.paths.iter().map(|path| shown_path(path)).collect::<Vec<_>>(),
            "as_of": self.as_of,
            "accounts": accounts.collect::<Vec<Value>>(),
            "elevated": self.review.elevated,
            "findings": self.review.findings,
            "suppressed": suppressed.collect::<Vec<Value>>(),
            "unread": self.inputs.faults,
            "notices": self.review.notices,
        });
        writeln!(
            out,
            "{}",
            visible(&serde_json::to_string_pretty(&document)?)
        )
    }

    fn csv(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut lines = csv::Writer::from_writer(out);
        lines.write_record(HEADER)?;
        let shown = |value: &Option<Value>| {
            value
                .as_ref()
                .map(|value| visible(&value.to_string()))
                .unwrap_or_default()
        };
        for finding in &self.review.findings {
            let ReviewFinding {
                rule,
                name,
                verdict,
                severity,
                account,
                subject,
                place,
                statement,
                fix,
                message,
                undecided,
                id,
                policy,
                wanting: _,
            } = finding;
            let cells: [&str; HEADER.len()] = [
                rule,
                name,
                verdict.as_str(),
                severity.as_str(),
                &account.to_string(),
                subject,
                place.as_deref().unwrap_or_default(),
                &shown(statement),
                &shown(fix),
                message,
                &undecided.join("; "),
                id,
                &policy.to_string(),
                &self.review.near_misses.join("; "),
            ];
            lines.write_record(cells.map(inert).iter().map(|cell| cell.as_bytes()))?;
        }
        lines.flush()
    }
}
