//! `identities`: the types that may enter, or some identities of a type.

use super::super::node::{Entries, Field, Fields, ValueSlot};
use super::super::problem::Problems;
use super::super::tree::NodeValue;
use super::super::{AllowedIdentity, IdentityKind, SamlUsers, SessionTag, WebIdentities};
use crate::untrusted::harmless;

/// The types of which an entry can allow some identities.
pub(in crate::policy) const NARROW_KEYS: &[&str] = &[
    IdentityKind::Saml.as_str(),
    IdentityKind::WebIdentity.as_str(),
    IdentityKind::Service.as_str(),
];

/// The keys of `saml`.
pub(in crate::policy) const SAML_KEYS: &[&str] = &["provider", "group_tag", "mfa_tag"];

/// The keys of `web-identity`.
pub(in crate::policy) const WEB_KEYS: &[&str] = &["provider", "subject"];

/// The list `identities`.
pub(super) fn read(field: &Field<'_>, problems: &mut Problems) -> Option<Vec<AllowedIdentity>> {
    let slots = field.list(&Entries::Texts("iam-user"), problems)?;
    if slots.is_empty() {
        problems.report_at(field.value_slot().place, || "`identities` is empty, so nobody could ever be allowed: name a type such as `iam-user`".into());
        return None;
    }
    let mut seen: Vec<AllowedIdentity> = Vec::new();
    let read: Vec<Option<AllowedIdentity>> = slots
        .iter()
        .map(|slot| {
            let identity = read_one(slot, problems)?;
            if let Some(wrong) = repeated(&identity, &seen) {
                problems.report_at(slot.place, || wrong);
            }
            seen.push(identity.clone());
            Some(identity)
        })
        .collect();
    read.into_iter().collect()
}

/// What is wrong with an entry beside the earlier ones.
fn repeated(identity: &AllowedIdentity, earlier: &[AllowedIdentity]) -> Option<String> {
    let kind = identity.kind();
    if earlier.contains(identity) {
        return Some(format!("`{identity}` is listed twice"));
    }
    let is_whole = |one: &AllowedIdentity| *one == AllowedIdentity::All(kind);
    let mut alike = earlier.iter().filter(|one| one.kind() == kind);
    alike
        .any(|one| is_whole(one) || is_whole(identity))
        .then(|| {
            format!(
                "`{kind}` is listed both with conditions and without, so the conditions would have no effect: remove one of the two"
            )
        })
}

fn read_one(slot: &ValueSlot<'_>, problems: &mut Problems) -> Option<AllowedIdentity> {
    let NodeValue::Map(pairs) = &slot.node.value else {
        let kind = slot.choice(&IdentityKind::ALL, IdentityKind::as_str, problems)?;
        return Some(AllowedIdentity::All(kind));
    };
    let fields = Fields::of_map(
        slot.node,
        "an identity with conditions",
        NARROW_KEYS,
        problems,
    )?;
    if pairs.len() > 1 {
        problems.report_at(slot.place, || {
            "write each identity as an entry of its own, beginning with `-`".into()
        });
        return None;
    }
    if let Some(field) = fields.optional("saml") {
        return saml(field, problems).map(AllowedIdentity::Saml);
    }
    if let Some(field) = fields.optional("web-identity") {
        return web_identity(field, problems).map(AllowedIdentity::WebIdentity);
    }
    service(fields.optional("service")?, problems).map(AllowedIdentity::Service)
}

fn saml(field: &Field<'_>, problems: &mut Problems) -> Option<SamlUsers> {
    let keys = conditions(field, "`saml`", SAML_KEYS, problems)?;
    let name = keys.optional("provider");
    let (group, mfa) = (keys.optional("group_tag"), keys.optional("mfa_tag"));
    // Everything is read before returning early, so that all errors are reported at once.
    let provider = name.and_then(|field| provider(field, "Okta", ":saml-provider/", problems));
    let [group_tag, mfa_tag] = [group, mfa].map(|field| tag(field?, problems));
    let written = [name, group, mfa].map(|field| field.is_some());
    let read = [provider.is_some(), group_tag.is_some(), mfa_tag.is_some()];
    (written == read).then_some(SamlUsers {
        provider,
        group_tag,
        mfa_tag,
    })
}

fn web_identity(field: &Field<'_>, problems: &mut Problems) -> Option<WebIdentities> {
    let keys = conditions(field, "`web-identity`", WEB_KEYS, problems)?;
    let example = "token.actions.githubusercontent.com";
    let (name, subject) = (keys.optional("provider"), keys.optional("subject"));
    let written = [name.is_some(), subject.is_some()];
    let provider = name.and_then(|field| provider(field, example, ":oidc-provider/", problems));
    let subject = subject.and_then(|field| subject_glob(field, problems));
    (written == [provider.is_some(), subject.is_some()])
        .then_some(WebIdentities { provider, subject })
}

/// The conditions of a type, at least one.
fn conditions<'a>(
    field: &Field<'a>,
    what: &'static str,
    keys: &'static [&'static str],
    problems: &mut Problems,
) -> Option<Fields<'a>> {
    let slot = field.value_slot();
    let is_empty = match &slot.node.value {
        NodeValue::Nothing => true,
        NodeValue::Map(pairs) => pairs.is_empty(),
        _ => false,
    };
    if is_empty {
        problems.report_at(slot.place, || {
            let name = field.name;
            format!(
                "{what} has no conditions: write `- {name}` to allow every identity of this type, or add {}",
                super::super::node::listing(keys.iter().copied(), "or")
            )
        });
        return None;
    }
    Fields::of_map(slot.node, what, keys, problems)
}

/// The name of a provider in IAM, or its ARN.
fn provider(
    field: &Field<'_>,
    example: &str,
    in_arn: &str,
    problems: &mut Problems,
) -> Option<String> {
    let slot = field.value_slot();
    let text = slot.text(example, problems)?;
    let wrong = if let Some(rest) = text.strip_prefix("https://") {
        let rest = rest.trim_end_matches('/');
        Some(format!(
            "a provider's name in IAM has no `https://`: write `{}`",
            harmless(rest)
        ))
    } else if text.starts_with("arn:") && !text.contains(in_arn) {
        Some(format!(
            "`{}` is not the ARN of such a provider: it would contain `{in_arn}`",
            harmless(text)
        ))
    } else if !text.chars().all(|c| c.is_ascii_graphic()) {
        Some("a provider's name can't contain spaces or special characters".to_owned())
    } else if text.contains(['*', '?']) {
        Some(
            "a provider can't have wildcards: write an entry for each, or leave `provider` out"
                .to_owned(),
        )
    } else {
        None
    };
    if let Some(wrong) = wrong {
        problems.report_at(slot.place, || wrong);
        return None;
    }
    Some(text.to_owned())
}

/// A glob for the subject of a token.
fn subject_glob(field: &Field<'_>, problems: &mut Problems) -> Option<String> {
    let slot = field.value_slot();
    let text = slot.text("repo:example/app:ref:refs/heads/main", problems)?;
    if text.chars().all(|c| c == '*') {
        problems.report_at(slot.place, || {
            "`subject` matches every subject, so it has no effect: leave it out".into()
        });
        return None;
    }
    if !text.chars().all(|c| c.is_ascii_graphic()) {
        problems.report_at(slot.place, || {
            "a subject can't contain spaces or special characters".into()
        });
        return None;
    }
    Some(text.to_owned())
}

/// A session tag, written `key=value`.
fn tag(field: &Field<'_>, problems: &mut Problems) -> Option<SessionTag> {
    let slot = field.value_slot();
    let example = if field.name == "mfa_tag" {
        "mfa=true"
    } else {
        "team=platform"
    };
    let text = slot.text(example, problems)?;
    let is_valid = |part: &str, longest: usize| {
        (1..=longest).contains(&part.chars().count())
            && part == part.trim()
            && part
                .chars()
                .all(|c| c.is_alphanumeric() || "_ .:/=+-@".contains(c))
    };
    let tag = text
        .split_once('=')
        .filter(|(key, value)| is_valid(key, 128) && is_valid(value, 256));
    if tag.is_none() {
        problems.report_at(slot.place, || {
            format!(
                "`{}` must be the key and the value of a session tag, such as `{example}`",
                field.name
            )
        });
    }
    let (key, value) = tag?;
    Some(SessionTag {
        key: key.to_owned(),
        value: value.to_owned(),
    })
}

/// The name of an AWS service.
fn service(field: &Field<'_>, problems: &mut Problems) -> Option<String> {
    let slot = field.value_slot();
    let text = slot.text("lambda.amazonaws.com", problems)?;
    let name = text
        .strip_suffix(".amazonaws.com")
        .or_else(|| text.strip_suffix(".amazonaws.com.cn"));
    let is_name = |name: &str| {
        !name.is_empty()
            && name
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b))
    };
    if !name.is_some_and(is_name) {
        problems.report_at(slot.place, || {
            let guess = text.to_ascii_lowercase();
            let guess = if is_name(&guess) && !guess.contains('.') {
                guess
            } else {
                "lambda".to_owned()
            };
            format!(
                "`{}` is not the name of a service: write one such as `{guess}.amazonaws.com`",
                harmless(text)
            )
        });
        return None;
    }
    Some(text.to_owned())
}

#[cfg(test)]
mod tests;
