//! `identities` and `groups` of an entry: who may enter its roles.

use super::super::problem::{Problems, TextSpan};
use super::super::{AllowedIdentity, IdentityKind};
use super::Known;
use super::account::RESERVED;
use super::defaults::Keys;
use super::group::{self, Groups};
use super::identities;
use super::identity_center::ADD_IT;

/// Who may enter.
pub(super) struct Entrants {
    pub(super) identities: Vec<AllowedIdentity>,
    /// Kinds that are listed but can't enter the roles of a permission set.
    pub(super) shut_out: Vec<IdentityKind>,
    pub(super) groups: Groups,
}

impl Entrants {
    pub(super) fn read(
        keys: &Keys<'_, '_>,
        known: &Known,
        problems: &mut Problems,
    ) -> Option<Self> {
        let kinds = kinds(keys, problems);
        let allowed = kinds.as_ref().map(|(allowed, _)| allowed.as_slice());
        let groups = groups(keys, allowed, known, problems);
        let ((identities, shut_out), groups) = (kinds?, groups?);
        if let Some(wrong) = contradiction(keys, &identities, &groups, known) {
            problems.report_at(place(keys), || wrong);
            return None;
        }
        Some(Self {
            identities,
            shut_out,
            groups,
        })
    }
}

/// The kinds that may enter, and those that are listed but can't.
fn kinds(
    keys: &Keys<'_, '_>,
    problems: &mut Problems,
) -> Option<(Vec<AllowedIdentity>, Vec<IdentityKind>)> {
    let set = keys.own("permission_set");
    let Some(field) = keys.optional("identities") else {
        let usual = match set {
            Some(_) => IdentityKind::IdentityCenter,
            None => IdentityKind::IamUser,
        };
        return Some((vec![AllowedIdentity::All(usual)], Vec::new()));
    };
    let listed = identities::read(field, problems)?;
    let Some(set) = set else {
        return Some((listed, Vec::new()));
    };
    let (allowed, shut_out): (Vec<_>, Vec<_>) = listed
        .into_iter()
        .partition(|one| one.kind() == IdentityKind::IdentityCenter);
    if !allowed.is_empty() {
        let mut shut_out: Vec<_> = shut_out.iter().map(AllowedIdentity::kind).collect();
        shut_out.dedup();
        return Some((allowed, shut_out));
    }
    let only = "only people of Identity Center can enter the role of a permission set";
    match keys.own("identities") {
        Some(own) => problems.report_at(own.value_slot().place, || {
            format!("{only}: write `[{RESERVED}]`, or leave the key out")
        }),
        None => problems.report_at(set.key_place(), || {
            format!(
                "{only}, and `identities` of `defaults` doesn't include them: write `identities: [{RESERVED}]` here"
            )
        }),
    }
    None
}

fn groups(
    keys: &Keys<'_, '_>,
    identities: Option<&[AllowedIdentity]>,
    known: &Known,
    problems: &mut Problems,
) -> Option<Groups> {
    let has = |kind| identities.is_none_or(|listed| has_kind(listed, kind));
    let users = has(IdentityKind::IamUser);
    let why = if users {
        "the groups whose members may enter it, such as `[development/Developers]`"
    } else if has(IdentityKind::IdentityCenter) && !known.center.is_missing() {
        "the groups whose members may enter it, such as `[identity-center/Platform]`, or `[identity-center/*]` for everybody"
    } else {
        "write `groups: []`, because no IAM user may enter the role"
    };
    let field = keys.required("groups", why, problems)?;
    let groups = group::read_all(field, known, problems)?;
    if groups == Groups::default() && users && identities.is_some() {
        problems.report_at(field.value_slot().place, || {
            "`groups` is empty, so no IAM user could ever be allowed: name a group, or remove `iam-user` from `identities`".into()
        });
        return None;
    }
    Some(groups)
}

/// What is wrong if a type may enter and must be in a group, but no group of that type is named.
fn contradiction(
    keys: &Keys<'_, '_>,
    identities: &[AllowedIdentity],
    groups: &Groups,
    known: &Known,
) -> Option<String> {
    let Groups { iam, store } = groups;
    if has_kind(identities, IdentityKind::IdentityCenter) && store.is_empty() && !iam.is_empty() {
        let first = if known.center.is_missing() {
            format!("{ADD_IT}, then name a group here")
        } else {
            "name a group".to_owned()
        };
        let or = if keys.own("permission_set").is_some() {
            "or write `groups: []`"
        } else {
            "or remove `identity-center` from `identities`"
        };
        return Some(format!(
            "people of Identity Center may enter, but `groups` names only groups of IAM: {first} such as `{RESERVED}/Platform`, or `{RESERVED}/*` for everybody; {or}"
        ));
    }
    if has_kind(identities, IdentityKind::IamUser) && iam.is_empty() && !store.is_empty() {
        let or = if keys.optional("identities").is_some() {
            "remove `iam-user` from `identities`".to_owned()
        } else {
            format!("write `identities: [{RESERVED}]`")
        };
        return Some(format!(
            "IAM users may enter, but `groups` names only groups of Identity Center: name a group such as `development/Developers`, or {or}"
        ));
    }
    let mut saml = identities
        .iter()
        .filter(|one| one.kind() == IdentityKind::Saml);
    if *groups != Groups::default() && saml.any(|one| one.group_tag().is_none()) {
        let or = if identities
            .iter()
            .all(|one| one.kind() == IdentityKind::Saml)
        {
            "write `groups: []`"
        } else {
            "remove `saml` from `identities`"
        };
        return Some(format!(
            "SAML users may enter, but nothing says which group they need: name the session tag that shows it, such as \
             `- saml: {{group_tag: \"team=platform\"}}`, or {or}"
        ));
    }
    None
}

fn has_kind(identities: &[AllowedIdentity], kind: IdentityKind) -> bool {
    identities.iter().any(|one| one.kind() == kind)
}

/// The place of a contradiction between `groups` and `identities`: in the entry, if one of them is
/// there.
fn place(keys: &Keys<'_, '_>) -> TextSpan {
    let own = ["groups", "identities", "permission_set", "arn"].map(|key| keys.own(key));
    let field = own.into_iter().flatten().next();
    field
        .or_else(|| keys.optional("groups"))
        .map_or(TextSpan::START, |field| field.value_slot().place)
}

#[cfg(test)]
mod tests;
