//! The entry of a role that web identities can enter, such as pipelines.

use std::collections::BTreeSet;

use super::entry::{write_max_session, write_severity};
use super::written::{commented, push_line, yaml_scalar, yaml_text};
use crate::iam::{Effect, Principal, Statement};
use crate::policy::provider_name;
use crate::review::Setup;
use crate::review::account::{Account, Role};

/// A provider, and the subject that its token must have; `None`: any subject.
type WebIdentity = (String, Option<String>);

/// The entry, if the trust policy allows web identities of an OIDC provider.
pub(super) fn pipeline_entry(
    setup: &Setup,
    account: &Account,
    role: &Role,
    is_valid: impl FnOnce(&str) -> bool,
) -> Option<String> {
    let mut identities: BTreeSet<WebIdentity> = BTreeSet::new();
    for statement in role.trust.iter().flat_map(|trust| &trust.statements) {
        identities.extend(allowed_by(statement));
    }
    if identities.is_empty() {
        return None;
    }
    let mut text = String::from(
        "\n  # The trust policy allows web identities, such as pipelines. They have no groups, and nothing shows their MFA.\n",
    );
    if identities.iter().any(|(_, subject)| subject.is_none()) {
        push_line(
            &mut text,
            "  # It doesn't say which subject they must have. Add a condition on `sub` (RW102), then write the subject here.",
        );
    }
    let mut entry = String::new();
    push_line(&mut entry, &format!("  - arn: {}", yaml_scalar(&role.arn)));
    push_line(&mut entry, "    groups: []");
    push_line(&mut entry, "    identities:");
    for (provider, subject) in &identities {
        let subject = subject.as_ref().map_or_else(String::new, |subject| {
            format!(", subject: {}", yaml_text(subject))
        });
        push_line(
            &mut entry,
            &format!(
                "      - web-identity: {{provider: {}{subject}}}",
                yaml_text(provider)
            ),
        );
    }
    push_line(&mut entry, "    mfa: optional");
    write_max_session(&mut entry, setup, role);
    write_severity(&mut entry, account, role);
    text.push_str(&if is_valid(&entry) {
        entry
    } else {
        commented(&entry)
    });
    Some(text)
}

/// The web identities of OIDC providers that a statement allows.
fn allowed_by(statement: &Statement) -> BTreeSet<WebIdentity> {
    let mut identities = BTreeSet::new();
    let enters = statement.has_action("sts:AssumeRoleWithWebIdentity");
    let Some(principals) = &statement.principal else {
        return identities;
    };
    if statement.effect != Effect::Allow || !enters || principals.all_but {
        return identities;
    }
    for principal in &principals.named {
        let Principal::Federated(arn) = principal else {
            continue;
        };
        if !arn.contains(":oidc-provider/") {
            continue;
        }
        let provider = provider_name(arn);
        match subjects(statement, provider) {
            Some(subjects) => identities.extend(
                subjects
                    .into_iter()
                    .map(|one| (provider.to_owned(), Some(one))),
            ),
            None => {
                identities.insert((provider.to_owned(), None));
            }
        }
    }
    identities
}

/// The subjects that a condition of the statement requires. `None`: any.
fn subjects(statement: &Statement, provider: &str) -> Option<Vec<String>> {
    let key = format!("{provider}:sub");
    let condition = statement.conditions.iter().find(|condition| {
        let operator = condition.written.rsplit(':').next().unwrap_or_default();
        let is_match = ["StringEquals", "StringLike"]
            .iter()
            .any(|known| known.eq_ignore_ascii_case(operator));
        is_match && condition.key.eq_ignore_ascii_case(&key)
    })?;
    let is_any = |subject: &String| subject.chars().all(|c| c == '*');
    (!condition.values.iter().any(is_any)).then(|| condition.values.clone())
}
