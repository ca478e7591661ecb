//! One JSON document with everything.

use std::io::{self, Write};

use rolewatch_guard::directory::StoreSnapshot;
use rolewatch_guard::policy::Suppression;
use rolewatch_guard::review::{Account, DetailList, ReviewFinding};
use rolewatch_guard::untrusted::harmless;
use serde_json::{Value, json};

use super::ReviewReport;
use crate::exit::shown_path;
use crate::report::format::ReportFormat;
use crate::report::json::visible;

/// `--format json`
pub(super) struct ReviewJson;

impl ReportFormat<ReviewReport<'_>> for ReviewJson {
    fn write(&self, report: &ReviewReport<'_>, out: &mut dyn Write) -> io::Result<()> {
        let mut paths = Vec::new();
        for path in report.paths {
            paths.push(shown_path(path));
        }
        let accounts: Vec<Value> = report.inputs.setup.accounts().map(account_shown).collect();
        let stores: Vec<Value> = report.inputs.setup.stores().map(store_shown).collect();
        let mut suppressed = Vec::new();
        for (finding, by) in &report.review.suppressed {
            suppressed.push(suppressed_shown(finding, by));
        }
        let document = json!({
            "policy": {
                "file": shown_path(report.policy_file),
                "version": report.policy.version_hash,
            },
            "paths": paths,
            "as_of": report.as_of,
            "accounts": accounts,
            "identity_stores": stores,
            "elevated": report.review.elevated,
            "findings": report.review.findings,
            "suppressed": suppressed,
            "unread": report.inputs.faults,
            "rules_off": report.review.rules_off,
            "notices": report.review.notices,
        });
        let text = serde_json::to_string_pretty(&document)?;
        // It quotes IAM policies, which may contain anybody's text.
        writeln!(out, "{}", visible(&text))
    }
}

fn account_shown(account: &Account) -> Value {
    let (users, groups, roles) = account.counts();
    let missing: Vec<&str> = account
        .missing_lists()
        .into_iter()
        .map(DetailList::key)
        .collect();
    json!({
        "account": account.id,
        "truncated": account.truncated,
        "missing": missing,
        "users": users,
        "groups": groups,
        "roles": roles,
    })
}

fn store_shown(store: &StoreSnapshot) -> Value {
    json!({
        "identity_store": harmless(&store.store),
        "truncated": store.incomplete,
        "users": store.users.len(),
        "groups": store.groups.len(),
        "permission_sets": store.permission_sets.as_ref().map(Vec::len),
        "assignments": store.assignments.as_ref().map(Vec::len),
    })
}

fn suppressed_shown(finding: &ReviewFinding, by: &Suppression) -> Value {
    json!({
        "finding": finding,
        "reason": harmless(&by.reason),
        "owner": harmless(&by.owner),
        "until": by.until.to_string(),
        "line": by.line,
    })
}
