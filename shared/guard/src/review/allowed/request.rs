//! The request of a switch, evaluated again against the policies in the files.

use crate::dossier::Switch;
use crate::iam::{AccessDecision, AccessRequest, Context, ContextValue, decide};
use crate::id::AccountId;
use crate::review::account::Role;
use crate::review::attempt::{Entrant, better, tagged};
use crate::seen::{Caller, MintApi};

const MFA_PRESENT: &str = "aws:MultiFactorAuthPresent";
const MFA_AGE: &str = "aws:MultiFactorAuthAge";
const ISSUED: &str = "aws:TokenIssueTime";

/// Evaluates the request of the switch again.
pub(super) fn decide_again<'a>(
    entrant: &Entrant<'a>,
    switch: &Switch<'_>,
    owner: AccountId,
    role: &'a Role,
) -> AccessDecision<'a> {
    let action = format!("sts:{}", switch.api().unwrap_or(MintApi::AssumeRole).name());
    let ask = |context: &Context| {
        let request = AccessRequest {
            caller: &entrant.caller,
            action: &action,
            resource: &role.arn,
            owner,
            context,
        };
        decide(&request, &entrant.identity, &role.trusting())
    };
    contexts(entrant, switch, owner, role)
        .iter()
        .map(ask)
        .reduce(better)
        .unwrap_or_else(|| ask(&Context::partial()))
}

/// The possible contexts of the request. The records don't show whether a role session's request
/// had MFA as `false` or not at all.
fn contexts(
    entrant: &Entrant<'_>,
    switch: &Switch<'_>,
    owner: AccountId,
    role: &Role,
) -> Vec<Context> {
    let mut context = of_request(entrant, switch, owner, role);
    let Some(caller) = switch.caller() else {
        return vec![context];
    };
    let session = caller.session.as_ref();
    if let Some(created) = session.and_then(|session| session.created) {
        context = context.with_value(ISSUED, created.to_string());
    }
    if caller.role_session().is_some() {
        let without_age = context.without(MFA_AGE);
        return vec![
            without_age.clone().without(MFA_PRESENT),
            without_age.with_value(MFA_PRESENT, "false"),
        ];
    }
    vec![with_proof(context, switch, caller)]
}

/// The context of the request, without what the caller's session adds.
fn of_request(
    entrant: &Entrant<'_>,
    switch: &Switch<'_>,
    owner: AccountId,
    role: &Role,
) -> Context {
    let at = switch.key.second;
    let mut context = entrant
        .known_context()
        .with_value("aws:ResourceAccount", owner.to_string());
    context = tagged(context, "aws:ResourceTag/", &role.tags);
    context = tagged(context, "iam:ResourceTag/", &role.tags);
    context = context
        .with_value("aws:CurrentTime", at.to_string())
        .with_value("aws:EpochTime", at.epoch_seconds().to_string());
    if let Some((_, session)) = switch.key.session.split_once(':') {
        context = context.with_value("sts:RoleSessionName", session);
    }
    context = with_duration(context, switch);
    let address = switch
        .grants()
        .find_map(|grant| grant.source_ip.as_deref())
        .filter(|ip| ip.parse::<std::net::IpAddr>().is_ok());
    if let Some(address) = address.filter(|_| !switch.by_console()) {
        context = context.with_value("aws:SourceIp", address);
    }
    context
}

/// The duration is only absent if a record shows all parameters and none of them is a duration.
fn with_duration(context: Context, switch: &Switch<'_>) -> Context {
    let key = "sts:DurationSeconds";
    if let Some(seconds) = switch.grants().find_map(|grant| grant.duration_seconds) {
        return context.with_value(key, seconds.to_string());
    }
    let unread = switch.grants().any(|grant| grant.unread.duration);
    let mut halves = switch.halves.iter();
    let shows_all = halves.any(|half| !half.mint.omitted && half.mint.grant.is_some());
    if shows_all && !unread && !switch.by_console() {
        return context.without(key);
    }
    context
}

/// Adds what a user's request carried about MFA.
fn with_proof(context: Context, switch: &Switch<'_>, caller: &Caller) -> Context {
    let session = caller.session.as_ref();
    let mfa = session.and_then(|session| session.mfa);
    let with_mfa = |context: Context, seconds: i64| {
        context
            .with_value(MFA_PRESENT, "true")
            .with_value(MFA_AGE, seconds.max(0).to_string())
    };
    if switch.mfa_serial().is_some() {
        return with_mfa(context, 0);
    }
    let unread = switch.grants().any(|grant| grant.unread.serial)
        || session.is_some_and(|session| session.mfa_unread);
    if mfa != Some(true) && unread {
        return context.with_held(MFA_PRESENT, ContextValue::Unknown);
    }
    if caller.has_long_term_key() {
        return context
            .without(MFA_PRESENT)
            .without(MFA_AGE)
            .without(ISSUED);
    }
    match (mfa, session.and_then(|session| session.created)) {
        (Some(true), Some(created)) => with_mfa(context, switch.key.second.seconds_since(created)),
        (Some(true), None) => context.with_value(MFA_PRESENT, "true"),
        (Some(false), _) => context.with_value(MFA_PRESENT, "false").without(MFA_AGE),
        (None, _) => context.with_held(MFA_PRESENT, ContextValue::Unknown),
    }
}
