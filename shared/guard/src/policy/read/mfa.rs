//! `mfa`: one word for all identity types, or a word for some of them.

use super::super::node::{Field, Fields};
use super::super::problem::Problems;
use super::super::tree::NodeValue;
use super::super::{IdentityKind, Mfa, MfaByKind};

/// The keys of `mfa`.
pub(in crate::policy) const MFA_KEYS: &[&str] = &[
    IdentityKind::IamUser.as_str(),
    IdentityKind::IdentityCenter.as_str(),
    IdentityKind::Saml.as_str(),
    IdentityKind::WebIdentity.as_str(),
    IdentityKind::Service.as_str(),
];

/// The value for each kind. A kind that isn't listed must use MFA.
pub(super) fn read(field: Option<&Field<'_>>, problems: &mut Problems) -> Option<MfaByKind> {
    let strict = MfaByKind::same_for_all(Mfa::Required);
    let Some(field) = field else {
        return Some(strict);
    };
    let slot = field.value_slot();
    let NodeValue::Map(pairs) = &slot.node.value else {
        let word = slot.choice(&Mfa::ALL, Mfa::as_str, problems)?;
        return Some(MfaByKind::same_for_all(word));
    };
    if pairs.is_empty() {
        problems.report_at(slot.place, || {
            "`mfa` is empty: write `required`, or a word for each identity type, such as `{saml: optional}`"
                .into()
        });
        return None;
    }
    let kinds = Fields::of_map(slot.node, "`mfa`", MFA_KEYS, problems)?;
    let words = IdentityKind::ALL.iter().map(|kind| {
        let word = kinds
            .optional(kind.as_str())
            .map_or(Some(Mfa::Required), |field| {
                field.value_slot().choice(&Mfa::ALL, Mfa::as_str, problems)
            });
        Some((*kind, word?))
    });
    // Every word is read, so that all errors are reported at once.
    let words: Vec<Option<(IdentityKind, Mfa)>> = words.collect();
    let words: Option<Vec<(IdentityKind, Mfa)>> = words.into_iter().collect();
    let with = |mfa: MfaByKind, (kind, word)| mfa.with_kind(kind, word);
    Some(words?.into_iter().fold(strict, with))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{assert_problems, good_policy, role_with};
    use super::*;

    fn read(lines: &str) -> MfaByKind {
        good_policy(&role_with(lines)).roles[0].mfa
    }

    #[test]
    fn a_kind_that_is_not_listed_has_to_prove_it() {
        let mfa = read("    mfa: {saml: optional, iam-user: required}\n");
        let asked = IdentityKind::ALL.map(|kind| mfa.for_kind(kind));
        assert_eq!(
            asked,
            [
                Mfa::Required,
                Mfa::Required,
                Mfa::Optional,
                Mfa::Required,
                Mfa::Required
            ]
        );
    }

    #[test]
    fn one_word_is_for_all_kinds() {
        assert_eq!(read(""), MfaByKind::same_for_all(Mfa::Required));
        assert_eq!(
            read("    mfa: required\n"),
            MfaByKind::same_for_all(Mfa::Required)
        );
        assert_eq!(
            read("    mfa: optional\n"),
            MfaByKind::same_for_all(Mfa::Optional)
        );
    }

    #[test]
    fn a_word_is_for_a_kind_that_exists() {
        assert_problems(
            role_with("    mfa: {iam_user: required, okta: optional, saml: maybe, service: optinal}\n"),
            "
rolewatch.yaml:8:11: unknown key `iam_user`, did you mean `iam-user`?
    8 |     mfa: {iam_user: required, okta: optional, saml: maybe, service: optinal}
      |           ^^^^^^^^
rolewatch.yaml:8:31: unknown key `okta`: `mfa` has `iam-user`, `identity-center`, `saml`, `web-identity` and `service`
    8 |     mfa: {iam_user: required, okta: optional, saml: maybe, service: optinal}
      |                               ^^^^
rolewatch.yaml:8:53: `saml` must be `required` or `optional`, not `maybe`
    8 |     mfa: {iam_user: required, okta: optional, saml: maybe, service: optinal}
      |                                                     ^^^^^
rolewatch.yaml:8:69: `service` must be `required` or `optional`, not `optinal`, did you mean `optional`?
    8 |     mfa: {iam_user: required, okta: optional, saml: maybe, service: optinal}
      |                                                                     ^^^^^^^
",
        );
        assert_problems(
            role_with("    mfa: {}\n"),
            "
rolewatch.yaml:8:10: `mfa` is empty: write `required`, or a word for each identity type, such as `{saml: optional}`
    8 |     mfa: {}
      |          ^
",
        );
    }
}
