//! Judges a trust policy statement by statement.

use super::accounts::too_many;
use super::on_behalf::on_behalf;
use crate::iam::{Effect, PolicyPlace, Principal, Statement};
use crate::policy::{IdentityKind, RolePolicy};
use crate::review::session::ENTERING;
use crate::review::view::ElevatedTarget;
use crate::review::{ReviewDraft, SetupView, fix};
use crate::text;
use crate::text::Text;
use crate::untrusted::harmless;

/// Providers that many customers share. Without a condition on the subject, any customer gets in.
const SHARED: [&str; 5] = [
    "token.actions.githubusercontent.com",
    "gitlab.com",
    "app.terraform.io",
    "oidc.circleci.com",
    "api.bitbucket.org",
];

/// What a role's trust policy allows beyond the policy. `judge_kinds`: includes providers and
/// services.
pub(super) fn of_role<'a>(
    view: &'a SetupView<'a>,
    target: &ElevatedTarget<'a>,
    judge_kinds: bool,
) -> Vec<ReviewDraft> {
    let place = view.role_in_account(target);
    let (account, arn, severity) = (
        target.account.id,
        target.role.arn.as_str(),
        target.rules.severity,
    );
    let trust = match &target.role.trust {
        Ok(trust) => trust,
        Err(why) => {
            let message = text!(
                "can't tell who is trusted to enter {place}: {why}",
                place,
                why = harmless(why)
            );
            return vec![ReviewDraft::unproven(severity, account, arn, message)];
        }
    };
    let mut drafts = Vec::new();
    for statement in trust
        .statements
        .iter()
        .filter(|statement| statement.effect == Effect::Allow)
    {
        if !ENTERING.iter().any(|action| statement.has_action(action)) {
            continue;
        }
        drafts.extend(too_many(view, target, statement));
        drafts.extend(on_behalf(view, target, statement));
        if judge_kinds {
            drafts.extend(
                other_kinds(target.rules, statement)
                    .into_iter()
                    .map(|(what, fix)| {
                        let message = text!("{place} trusts {whom}", place, whom = what);
                        ReviewDraft::violation(severity, account, arn, message).quoting(
                            &PolicyPlace::Resource,
                            &statement.json,
                            fix,
                        )
                    }),
            );
        }
    }
    drafts
}

/// Providers and services whose kind the policy doesn't allow, or that allow anybody.
fn other_kinds(rules: &RolePolicy, statement: &Statement) -> Vec<(Text, Vec<serde_json::Value>)> {
    let mut found = Vec::new();
    for principal in statement
        .principal
        .iter()
        .filter(|principals| !principals.all_but)
        .flat_map(|principals| &principals.named)
    {
        let (kind, name, key) = match principal {
            Principal::Service(name) => (IdentityKind::Service, name, "Service"),
            Principal::Federated(name) => (provider_kind(name), name, "Federated"),
            _ => continue,
        };
        let fix = fix::without_kind(&statement.json, key);
        if !rules.allows(kind) {
            found.push((
                text!(
                    "{name}, and `identities` doesn't include {kind}",
                    name = harmless(name),
                    kind = kind.as_str()
                ),
                fix,
            ));
        } else if kind == IdentityKind::WebIdentity && is_open(name, statement) {
            found.push((
                text!("anyone with an identity from {name}: no condition limits who can enter (`sub`)", name = harmless(name)),
                fix,
            ));
        }
    }
    found
}

fn provider_kind(name: &str) -> IdentityKind {
    match name.split_once(":saml-provider/") {
        Some((_, provider)) if provider.starts_with("AWSSSO_") => IdentityKind::IdentityCenter,
        Some(_) => IdentityKind::Saml,
        None => IdentityKind::WebIdentity,
    }
}

fn is_open(provider: &str, statement: &Statement) -> bool {
    let host = provider
        .split_once(":oidc-provider/")
        .map_or(provider, |(_, host)| host);
    let keys: Vec<String> = statement
        .conditions
        .iter()
        .map(|condition| condition.key.to_ascii_lowercase())
        .collect();
    let begins = |end: &str| {
        keys.iter()
            .any(|key| key.starts_with(&format!("{}:{end}", host.to_ascii_lowercase())))
    };
    if SHARED.iter().any(|shared| host.starts_with(shared)) {
        !begins("sub")
    } else {
        !begins("")
    }
}
