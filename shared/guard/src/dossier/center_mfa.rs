//! MFA of a person of Identity Center: the sign-ins that a session can have come from.

use super::center::{Center, CenterPerson, CenterSession, name_of};
use crate::directory::{SignInProof, UserSignIn};
use crate::dossier::proof::Proof;
use crate::id::RecordKey;
use crate::moment::{Moment, Span};
use crate::policy::ExternalIdp;
use crate::text;
use crate::text::Text;
use crate::untrusted::harmless;

/// What the sign-ins show, and which they are.
pub(crate) struct SignInEvidence {
    pub(crate) proof: Proof,
    /// The sign-ins that were looked at.
    pub(crate) records: Vec<RecordKey>,
    /// When those were that prove MFA.
    pub(crate) proving: Vec<Moment>,
}

impl SignInEvidence {
    fn unproven(missing: Text) -> Self {
        Self {
            proof: Proof::Unproven { missing },
            records: Vec::new(),
            proving: Vec::new(),
        }
    }
}

/// Looks at every sign-in from which the access portal's session can have come.
pub(super) fn evidence(
    center: &Center<'_>,
    person: &CenterPerson<'_, '_>,
    of: &CenterSession<'_>,
) -> SignInEvidence {
    let Some(user) = &person.user else {
        let why = person.why.clone().unwrap_or_default();
        return SignInEvidence::unproven(text!("the person is unknown: {why}", why));
    };
    let Some(issued) = of.issued else {
        return SignInEvidence::unproven(text!(
            "the call that issued the session of the permission set is missing, so it isn't known when the person signed in"
        ));
    };
    if !center.is_ours(user) {
        return SignInEvidence::unproven(text!(
            "{who} signs in elsewhere",
            who = center.shown(user)
        ));
    }
    if let Some(missing) = by_application(center, person) {
        return SignInEvidence::unproven(missing);
    }
    let Some(lasts) = lasts(center, issued) else {
        return SignInEvidence::unproven(text!("a change to how long sign-ins last can't be read"));
    };
    let window = (issued.plus_seconds(-lasts.seconds()), issued);
    let sign_ins =
        center
            .activity
            .sign_ins(&center.directory, &user.user, name_of(of.session), window);
    SignInEvidence {
        proof: judged(center, &sign_ins, window),
        records: sign_ins
            .iter()
            .map(|sign_in| sign_in.record.clone())
            .collect(),
        proving: sign_ins
            .iter()
            .filter(|sign_in| proves(center, sign_in))
            .map(|sign_in| sign_in.time)
            .collect(),
    }
}

fn trusts_idp(center: &Center<'_>) -> bool {
    center.directory.settings.external_idp == ExternalIdp::Trusted
}

fn proves(center: &Center<'_>, sign_in: &UserSignIn<'_>) -> bool {
    match sign_in.proof {
        SignInProof::Proves => true,
        SignInProof::External => trusts_idp(center),
        SignInProof::Disproves | SignInProof::Unclear => false,
    }
}

/// INVARIANT: AWS says not to tie a sign-in to a session, so any of them may be the one. Only what
/// all of them agree on is known.
fn judged(
    center: &Center<'_>,
    sign_ins: &[&UserSignIn<'_>],
    (from, to): (Moment, Moment),
) -> Proof {
    let missing = |missing: Text| Proof::Unproven { missing };
    let account = center.directory.settings.account;
    if sign_ins.is_empty() {
        return missing(text!(
            "the logs contain no sign-in by this user from {from} to {to}; it belongs in the logs of account {account}",
            from,
            to,
            account
        ));
    }
    let count = |what: SignInProof| sign_ins.iter().filter(|one| one.proof == what).count();
    let proving = sign_ins.iter().filter(|one| proves(center, one)).count();
    let disproving = count(SignInProof::Disproves);
    let external = count(SignInProof::External);
    if proving > 0 && disproving > 0 {
        return missing(text!(
            "between {from} and {to}, the person signed in both with and without MFA, and no record ties a sign-in to the session",
            from,
            to
        ));
    }
    if external > 0 && !trusts_idp(center) {
        return missing(text!(
            "an external identity provider signed the person in, and Identity Center doesn't record how; \
             if that provider asks everybody for MFA, write `external_idp: trusted` in the policy"
        ));
    }
    if proving + disproving < sign_ins.len() {
        return missing(text!(
            "the record of a sign-in between {from} and {to} doesn't show which factors were used",
            from,
            to
        ));
    }
    if let Some(silence) = center.directory.sign_in_silence((from, to)) {
        return missing(text!("another sign-in may be missing: {silence}", silence));
    }
    if disproving > 0 {
        return Proof::Disproved {
            how: text!(
                "each sign-in that the session can come from shows only a password (a remembered device shows as a password too)"
            ),
        };
    }
    Proof::Proved { serial: None }
}

/// A portal session that an application got for the person came from no sign-in of theirs.
fn by_application(center: &Center<'_>, person: &CenterPerson<'_, '_>) -> Option<Text> {
    let token = person
        .portal
        .iter()
        .filter_map(|call| call.credential)
        .find_map(|credential| center.activity.application(&center.directory, credential))?;
    let by = token.by.arn.as_deref();
    let by = by.map_or_else(|| text!("an application"), |arn| harmless(arn).into());
    Some(text!(
        "{by} got the portal session for the person with CreateTokenWithIAM, without a sign-in",
        by
    ))
}

/// How long a sign-in lasts, for a switch at this second. `None`: that can't be read.
fn lasts(center: &Center<'_>, at: Moment) -> Option<Span> {
    let changes = center.activity.sign_in_lengths(&center.directory);
    let begun = changes.partition_point(|change| change.from <= at);
    let before = changes.get(..begun).unwrap_or_default();
    let Some(last) = before.last() else {
        return Some(center.directory.settings.sign_in_lasts);
    };
    // Of two changes in one second, nobody can tell which came last.
    let same = before
        .iter()
        .rev()
        .take_while(|change| change.from == last.from)
        .all(|change| change.span == last.span);
    last.span.filter(|_| same)
}
