//! Whether the policy allows the identity at the start of a switch, and what the session tags of a
//! SAML user show.

use super::view::SwitchView;
use crate::dossier::{Origin, OriginKind, OwnCall};
use crate::policy::{AllowedIdentity, IdentityKind, SessionTag, is_provider, provider_name};
use crate::seen::service::service_hash;
use crate::text;
use crate::text::Text;
use crate::untrusted::harmless;

/// Whether `identities` allows an identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Admission {
    Refused,
    /// The records don't show what the policy asks for.
    Unclear,
    Allowed,
}

/// What a session tag shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TagProof<'a> {
    /// It has another value.
    Disproved {
        tag: &'a SessionTag,
        found: &'a str,
    },
    Missing {
        tag: &'a SessionTag,
        why: MissingTag,
    },
    /// The policy names no tag.
    NotAsked,
    Proved(&'a SessionTag),
}

/// Why a session tag shows nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MissingTag {
    Absent,
    /// The record has several values.
    Several,
    /// CloudTrail left out the parameters of the call.
    Omitted,
}

/// What the session tags of a SAML user show.
pub(super) struct SamlProof<'a> {
    pub(super) group: TagProof<'a>,
    pub(super) mfa: TagProof<'a>,
}

impl<'a> SwitchView<'a, '_> {
    /// Whether the policy allows the identity that started the switch. `None`: its type is unknown.
    pub(super) fn admission(&self) -> Option<Admission> {
        match self.origin.kind {
            OriginKind::Listed(kind) => {
                let answers = self.role.allowed(kind).map(|one| admits(one, self.origin));
                Some(answers.max().unwrap_or(Admission::Refused))
            }
            OriginKind::Root | OriginKind::Federated => Some(Admission::Refused),
            OriginKind::Unknown => None,
        }
    }

    /// What the session tags of a SAML user show, by the entry of `identities` that suits them
    /// best.
    pub(super) fn saml_proof(&self) -> Option<SamlProof<'a>> {
        if self.origin.kind != OriginKind::Listed(IdentityKind::Saml) {
            return None;
        }
        let entries = self.role.allowed(IdentityKind::Saml);
        let allowed = entries.filter(|one| admits(one, self.origin) == Admission::Allowed);
        let own_call = self.origin.own_call.as_deref();
        let proofs = allowed.map(|one| SamlProof {
            group: proof(one.group_tag(), own_call),
            mfa: proof(one.mfa_tag(), own_call),
        });
        let needs_mfa = self.role.mfa.requires(IdentityKind::Saml);
        proofs.max_by_key(|proof| {
            let (group, mfa) = (proof.group_rank(), proof.mfa_rank(needs_mfa));
            (group.min(mfa), group, mfa)
        })
    }

    /// Whether the session tags of a SAML user prove something that the policy asks for.
    pub(crate) fn is_proved_by_tags(&self) -> bool {
        let needs_mfa = self.role.mfa.requires(IdentityKind::Saml);
        self.saml_proof().is_some_and(|proof| {
            matches!(proof.group, TagProof::Proved(_))
                || (needs_mfa && matches!(proof.mfa, TagProof::Proved(_)))
        })
    }
}

impl SamlProof<'_> {
    fn group_rank(&self) -> u8 {
        match self.group {
            TagProof::Disproved { .. } => 1,
            TagProof::Missing { .. } => 2,
            TagProof::NotAsked => 3,
            TagProof::Proved(_) => 4,
        }
    }

    /// An entry that names no tag can't prove MFA, and never hides that a tag disproves it.
    fn mfa_rank(&self, needs_mfa: bool) -> u8 {
        match self.mfa {
            _ if !needs_mfa => 4,
            TagProof::NotAsked => 0,
            TagProof::Disproved { .. } => 1,
            TagProof::Missing { .. } => 2,
            TagProof::Proved(_) => 4,
        }
    }
}

fn admits(entry: &AllowedIdentity, origin: &Origin) -> Admission {
    let own_call = origin.own_call.as_deref();
    let has_provider = |written: Option<&str>| {
        let provider = own_call.and_then(|own| own.provider.as_deref());
        compared(written, provider, is_provider)
    };
    match entry {
        AllowedIdentity::All(_) => Admission::Allowed,
        AllowedIdentity::Saml(users) => has_provider(users.provider.as_deref()),
        AllowedIdentity::WebIdentity(web) => {
            let subject = own_call.and_then(|own| own.subject.as_deref());
            let has_subject = compared(web.subject.as_deref(), subject, |_, subject| {
                web.has_subject(subject)
            });
            has_provider(web.provider.as_deref()).min(has_subject)
        }
        AllowedIdentity::Service(name) => match own_call.and_then(|own| own.service) {
            Some(service) if service == service_hash(name) => Admission::Allowed,
            Some(_) => Admission::Refused,
            None => Admission::Unclear,
        },
    }
}

/// Compares what the policy asks for, if anything, with what the record shows, if anything.
fn compared(
    asked: Option<&str>,
    found: Option<&str>,
    fits: impl Fn(&str, &str) -> bool,
) -> Admission {
    match (asked, found) {
        (None, _) => Admission::Allowed,
        (Some(_), None) => Admission::Unclear,
        (Some(asked), Some(found)) if fits(asked, found) => Admission::Allowed,
        (Some(_), Some(_)) => Admission::Refused,
    }
}

fn proof<'a>(tag: Option<&'a SessionTag>, own_call: Option<&'a OwnCall>) -> TagProof<'a> {
    let Some(tag) = tag else {
        return TagProof::NotAsked;
    };
    match own_call.and_then(|own| own.tag(&tag.key)) {
        Some(value) if value == tag.value => TagProof::Proved(tag),
        Some(found) => TagProof::Disproved { tag, found },
        None => TagProof::Missing {
            tag,
            why: match own_call {
                Some(own) if own.omitted => MissingTag::Omitted,
                Some(own) if own.has_tag(&tag.key) => MissingTag::Several,
                _ => MissingTag::Absent,
            },
        },
    }
}

/// The identity for a sentence: "a SAML user of Okta". Safe to print.
pub(super) fn described(kind: IdentityKind, origin: &Origin) -> Text {
    let own_call = origin.own_call.as_deref();
    let provider = own_call.and_then(|own| own.provider.as_deref());
    let provider = provider.map(|provider| harmless(provider_name(provider)));
    match kind {
        IdentityKind::IamUser => text!("an IAM user"),
        IdentityKind::IdentityCenter => text!("an Identity Center user"),
        IdentityKind::Saml => match provider {
            Some(provider) => text!("a SAML user of {provider}", provider),
            None => text!("a SAML user"),
        },
        IdentityKind::WebIdentity => match provider {
            Some(provider) => text!("a web identity of {provider}", provider),
            None => text!("a web identity"),
        },
        IdentityKind::Service => text!("a service"),
    }
}

/// Why a session tag is missing, for a sentence.
pub(super) fn missing_tag(tag: &SessionTag, why: MissingTag) -> Text {
    let key = harmless(&tag.key);
    match why {
        MissingTag::Absent => text!("the record shows no session tag `{key}`", key),
        MissingTag::Several => text!(
            "the record shows several values of session tag `{key}`",
            key
        ),
        MissingTag::Omitted => text!(
            "CloudTrail left out the parameters of the call, and session tag `{key}` with them",
            key
        ),
    }
}
