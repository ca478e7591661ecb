//! Sign-ins: the factors that were requested and verified.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::text::{shown_text, text};
use super::{CenterKind, Factor, Outcome, SignIn, SignInStep};
use crate::record::{AdditionalEventData, Record, ServiceEventDetails};
use crate::seen::details::{Detail, RecordPart, UnreadDetails};
use crate::seen::parts::RecordHead;

/// An upper limit for factors in a record. AWS has fewer.
const MOST_FACTORS: usize = 16;

pub(super) fn sign_in_step(name: &str) -> Option<SignInStep> {
    match name {
        "CredentialChallenge" => Some(SignInStep::Challenge),
        "CredentialVerification" => Some(SignInStep::Verification),
        "UserAuthentication" => Some(SignInStep::Authentication),
        _ => None,
    }
}

pub(super) fn read(
    record: &Record<'_>,
    at: &RecordHead<'_>,
    unread: &mut UnreadDetails,
) -> Option<(Outcome, CenterKind)> {
    let step = sign_in_step(at.name)?;
    let more: RecordPart<AdditionalEventData<'_>> = unread.read_part(
        record.additional_event_data,
        "additionalEventData",
        at.failed,
    );
    let more = more.members;
    // Until 2025, the name was in `userIdentity.userName`, where it may be blank.
    let name = shown_text(
        more.user_name.as_ref(),
        "additionalEventData.UserName",
        unread,
    )
    .or_else(|| at.caller.user_name.clone());
    let sign_in = SignIn {
        step,
        workflow: text(
            more.workflow.as_ref(),
            "additionalEventData.AuthWorkflowID",
            unread,
        ),
        name,
        factors: factors(&more, unread),
    };
    let outcome = outcome(record, at, step, unread);
    Some((outcome, CenterKind::SignIn(sign_in)))
}

/// Reads `PASSWORD,TOTP`: words separated by commas.
fn factors(more: &AdditionalEventData<'_>, unread: &mut UnreadDetails) -> BTreeSet<Factor> {
    let field = "additionalEventData.CredentialType";
    let Some(words) = text(more.credential_type.as_ref(), field, unread) else {
        return BTreeSet::new();
    };
    let factors: BTreeSet<Factor> = words
        .split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty())
        .map(factor)
        .collect();
    if factors.len() > MOST_FACTORS {
        unread.note_unexpected(
            field,
            &words,
            "at most 16 kinds of credentials belong there",
        );
        return BTreeSet::new();
    }
    factors
}

fn factor(word: &str) -> Factor {
    match word {
        "PASSWORD" => Factor::Password,
        "TOTP" => Factor::Totp,
        "RESYNC_TOTP" => Factor::ResyncTotp,
        "WEBAUTHN" => Factor::WebAuthn,
        "EMAIL_OTP" => Factor::EmailOtp,
        "EXTERNAL_IDP" => Factor::ExternalIdp,
        other => Factor::Other(Arc::from(other)),
    }
}

/// The outcome of a step. The record has it in a member that is named after the step.
fn outcome(
    record: &Record<'_>,
    at: &RecordHead<'_>,
    step: SignInStep,
    unread: &mut UnreadDetails,
) -> Outcome {
    let details: RecordPart<ServiceEventDetails<'_>> = unread.read_part(
        record.service_event_details,
        "serviceEventDetails",
        at.failed,
    );
    let details = details.members;
    let (field, said) = match step {
        SignInStep::Challenge => (
            "serviceEventDetails.CredentialChallenge",
            details.credential_challenge,
        ),
        SignInStep::Verification => (
            "serviceEventDetails.CredentialVerification",
            details.credential_verification,
        ),
        SignInStep::Authentication => (
            "serviceEventDetails.UserAuthentication",
            details.user_authentication,
        ),
    };
    let expected = "`Success` or `Failure` belongs there";
    let said = unread.detail(said.as_ref(), (field, expected), |text| {
        [true, false]
            .into_iter()
            .find(|done| text.eq_ignore_ascii_case(if *done { "Success" } else { "Failure" }))
    });
    match said {
        // An error takes precedence, because a failed step must never count as proof.
        _ if at.failed => Outcome::Failure,
        Detail::Read(true) => Outcome::Success,
        Detail::Read(false) => Outcome::Failure,
        Detail::Absent | Detail::Unread => Outcome::Unknown,
    }
}
