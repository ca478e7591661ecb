//! What Security Hub's format has no place for: text under names of one's own.

use std::collections::BTreeMap;

use rolewatch_guard::arn::account_of;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::{Finding, FindingContext, MissingSource, SettledBy, UsesShown};

use super::limits::{FIELD, clipped};

/// A field's name, and its text if there is one.
type Field = (&'static str, Option<String>);

/// The fields that have a text, under `rolewatch/…`.
pub(super) fn product_fields(finding: &Finding) -> BTreeMap<String, String> {
    let mut shown = BTreeMap::new();
    for (name, text) in about(finding).into_iter().chain(context(&finding.context)) {
        // Security Hub refuses blank texts.
        if let Some(text) = text.filter(|text| !text.trim().is_empty()) {
            shown.insert(format!("rolewatch/{name}"), clipped(&text, FIELD));
        }
    }
    shown
}

/// What was found, about whom, and the records that prove it.
fn about(finding: &Finding) -> Vec<Field> {
    let caller = &finding.caller;
    let role_account = account_of(&finding.role).map(|account| account.to_string());
    let yes = |is: bool| is.then(|| "true".to_owned());
    let events: Vec<String> = finding.events.iter().map(ToString::to_string).collect();
    vec![
        ("Verdict", Some(finding.verdict.as_str().to_owned())),
        ("Rule", Some(finding.rule.to_owned())),
        ("FindingId", Some(finding.id.clone())),
        ("Policy", Some(finding.policy.to_string())),
        ("Role", Some(finding.role.clone())),
        ("RoleAccount", role_account),
        ("CallerName", Some(caller.name.to_string())),
        ("CallerArn", caller.arn.clone()),
        ("CallerAccount", caller.account.clone()),
        ("Events", Some(events.join(" "))),
        ("Owner", finding.owner.clone()),
        ("SelfGranted", yes(finding.self_granted)),
        ("Denied", yes(finding.denied)),
        ("Supersedes", Some(finding.supersedes.join(" "))),
    ]
}

/// Where the call came from, and what the session did.
fn context(context: &FindingContext) -> Vec<Field> {
    let mut fields = vec![
        ("SourceIp", context.source_ip.clone()),
        ("UserAgent", context.user_agent.clone()),
        ("Region", context.region.clone()),
        ("Uses", context.uses.as_ref().map(uses)),
        ("SettledBy", context.settled_by.as_ref().map(settled_by)),
    ];
    if let Some(session) = &context.session {
        let text = |moment: Option<Moment>| moment.map(|moment| moment.to_string());
        fields.extend([
            ("SessionName", session.name.clone()),
            ("SessionKeyEnd", session.key.clone()),
            ("SessionValidUntil", text(session.granted_until)),
            ("SessionLeftAt", text(session.ended)),
        ]);
    }
    fields
}

fn uses(uses: &UsesShown) -> String {
    let about = if uses.estimated { "about " } else { "" };
    let UsesShown {
        reads,
        writes,
        errors,
        ..
    } = uses;
    format!("{about}{reads} reads, {writes} other calls, {errors} errors")
}

fn settled_by(missing: &SettledBy) -> String {
    let what = match missing.what {
        MissingSource::Logs => "the logs of",
        MissingSource::Roster => "a roster of",
    };
    format!("{what} {}", missing.of)
}
