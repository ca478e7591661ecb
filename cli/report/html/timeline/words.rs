//! What the timeline says about a session.

use rolewatch_guard::policy::Policy;
use rolewatch_guard::{Finding, Verdict};

use crate::language::say;
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
        say!(
            "{name} in {role}",
            name = row.caller.name,
            role = role_in_account(&row.role, policy)
        ),
        say!(
            "{time} until {until}",
            time = row.time,
            until = clock(session.held.until, row.time)
        ),
        if row.console {
            say!("console")
        } else {
            "API".to_owned()
        },
    ];
    if row.mfa_required {
        parts.push(mfa_words(row.mfa));
    }
    parts.extend(
        row.source_ip
            .as_ref()
            .map(|address| say!("from {address}", address)),
    );
    parts.push(match &row.uses {
        Some(uses) => uses_shown(uses),
        None => say!("no recorded activity"),
    });
    if let Some(finding) = finding {
        let (rule, name, id) = (finding.rule, finding.name, short_id(finding));
        parts.push(match finding.verdict {
            Verdict::Violation => say!("{rule} {name}, finding {id}", rule, name, id),
            _ => say!("{rule} {name} (unproven), finding {id}", rule, name, id),
        });
    }
    parts.join(" · ")
}

pub(super) fn mfa_words(mfa: Verdict) -> String {
    match mfa {
        Verdict::Allow => say!("MFA used"),
        Verdict::Violation => say!("no MFA"),
        Verdict::Unproven => say!("MFA unproven"),
        Verdict::NotApplicable => say!("MFA not checked"),
    }
}
