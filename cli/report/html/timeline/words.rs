//! What the timeline says about a session.

use rolewatch_guard::policy::Policy;
use rolewatch_guard::{Finding, Verdict};

use crate::report::people::short_id;
use crate::report::session_line::{clock, uses_shown};
use crate::report::words::role_in_account;
use crate::sessions::list::ListedSession;

/// `dora in UpdateApp in production · 2026-03-02T02:10:00Z until 03:10 · API · MFA used · …`
pub(super) fn session_title(
    session: &ListedSession,
    finding: Option<&Finding>,
    policy: &Policy,
) -> String {
    let row = &session.row;
    let mut parts = vec![
        format!(
            "{} in {}",
            row.caller.name,
            role_in_account(&row.role, policy)
        ),
        format!("{} until {}", row.time, clock(session.held.until, row.time)),
        if row.console { "console" } else { "API" }.to_owned(),
    ];
    if row.mfa_required {
        parts.push(mfa_words(row.mfa).to_owned());
    }
    parts.extend(
        row.source_ip
            .as_ref()
            .map(|address| format!("from {address}")),
    );
    parts.push(match &row.uses {
        Some(uses) => uses_shown(uses),
        None => "no recorded activity".to_owned(),
    });
    if let Some(finding) = finding {
        let verdict = match finding.verdict {
            Verdict::Violation => "",
            _ => " (unproven)",
        };
        let (rule, name) = (finding.rule, finding.name);
        parts.push(format!(
            "{rule} {name}{verdict}, finding {}",
            short_id(finding)
        ));
    }
    parts.join(" · ")
}

pub(super) fn mfa_words(mfa: Verdict) -> &'static str {
    match mfa {
        Verdict::Allow => "MFA used",
        Verdict::Violation => "no MFA",
        Verdict::Unproven => "MFA unproven",
        Verdict::NotApplicable => "MFA not checked",
    }
}
