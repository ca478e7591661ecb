//! Which other record would complete what a record says, if that record isn't available.

use rolewatch_guard::arn::account_of;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::seen::{CallerKind, ConsoleAct, ConsoleStep, Fact, Mint, SeenRecord};
use rolewatch_guard::time::chosen::SAME_CALL;
use rolewatch_guard::untrusted::harmless;

use crate::language::say;

use super::facts::last_four;

/// What is missing next to `seen`, given all available records.
pub(super) fn beside(seen: &SeenRecord, all: &[&SeenRecord]) -> Vec<String> {
    match &seen.fact {
        Some(Fact::Mint(mint)) => of_mint(mint, all),
        // The console's other steps follow an entry, and what is missing is reported for the entry.
        Some(Fact::Console(step)) if step.act == ConsoleAct::Enter => {
            of_step(step, all).into_iter().collect()
        }
        // A session may have requested a token or changed an assignment.
        Some(Fact::IdentityCenter(_)) | None => of_use(seen, all).into_iter().collect(),
        Some(_) => Vec::new(),
    }
}

fn mints<'a>(all: &[&'a SeenRecord]) -> Vec<&'a Mint> {
    let mut mints = Vec::new();
    for seen in all {
        if let Some(Fact::Mint(mint)) = &seen.fact {
            mints.push(&**mint);
        }
    }
    mints
}

fn console_steps<'a>(all: &[&'a SeenRecord]) -> Vec<&'a ConsoleStep> {
    let mut steps = Vec::new();
    for seen in all {
        if let Some(Fact::Console(step)) = &seen.fact {
            steps.push(&**step);
        }
    }
    steps
}

fn are_together(a: Moment, b: Moment) -> bool {
    a.seconds_since(b).abs() <= SAME_CALL
}

/// ` at 2026-03-02T09:00:00Z`, if the time is known.
fn at_time(moment: Option<Moment>) -> String {
    match moment {
        Some(moment) => say!(" at {moment}", moment),
        None => String::new(),
    }
}

fn of_mint(mint: &Mint, all: &[&SeenRecord]) -> Vec<String> {
    let missing = [
        callers_half(mint, all),
        callers_session(mint, all),
        session_token(mint, all),
        console_record(mint, all),
    ];
    missing.into_iter().flatten().collect()
}

/// The other account's copy of the call. The role owner's copy doesn't show who called.
fn callers_half(mint: &Mint, all: &[&SeenRecord]) -> Option<String> {
    if mint.caller.kind != CallerKind::OtherAccount {
        return None;
    }
    for other in mints(all) {
        if other.caller.kind != CallerKind::OtherAccount && is_same_call(mint, other) {
            return None;
        }
    }
    let account = match mint.caller.account {
        Some(account) => say!("account {account}", account),
        None => say!("the caller's account"),
    };
    let shared = match &mint.shared {
        Some(id) => say!(" (sharedEventID {id})", id = id.to_string()),
        None => String::new(),
    };
    Some(say!(
        "the record of this call from the caller's account, in the logs of {account}{shared}: \
         it shows who called and whether they used MFA",
        account,
        shared
    ))
}

/// Whether two records are the halves of one call.
fn is_same_call(one: &Mint, other: &Mint) -> bool {
    match (&one.shared, &other.shared) {
        (Some(a), Some(b)) => a == b,
        // If one of them lacks the shared ID, compare the issued key.
        _ => one.issued.is_some() && one.issued == other.issued,
    }
}

/// The call that issued the caller's role session.
fn callers_session(mint: &Mint, all: &[&SeenRecord]) -> Option<String> {
    let caller = &mint.caller;
    let parent = caller.role_session()?;
    let created = caller.session.as_ref().and_then(|session| session.created);
    for other in mints(all) {
        let has_its_key = caller.key.is_some() && other.issued == caller.key;
        // Session names are reused, so the name alone doesn't identify the session.
        let is_its_session = other.session.as_ref() == Some(parent) && Some(other.time) == created;
        if has_its_key || is_its_session {
            return None;
        }
    }
    Some(say!(
        "the call that issued the caller's own session {parent}{time}: \
         it leads to the person at the start of the role chain",
        parent = harmless(parent),
        time = at_time(created)
    ))
}

/// A user's temporary key without a session context and without an MFA device's serial. Only the
/// call that issued the key shows whether MFA was used.
fn session_token(mint: &Mint, all: &[&SeenRecord]) -> Option<String> {
    let caller = &mint.caller;
    if caller.kind != CallerKind::IamUser || caller.has_long_term_key() {
        return None;
    }
    let context = caller.session.as_ref();
    if context.is_some_and(|session| session.mfa.is_some()) {
        return None;
    }
    let grant = mint.grant.as_ref();
    if grant.is_some_and(|grant| grant.mfa_serial.is_some()) {
        return None;
    }
    let key = caller.key.as_ref()?;
    for other in mints(all) {
        if other.issued.as_ref() == Some(key) {
            return None;
        }
    }
    Some(say!(
        "the GetSessionToken call that issued the caller's key {key}: it shows whether they used MFA",
        key = last_four(key)
    ))
}

/// The console's record of the same switch.
fn console_record(mint: &Mint, all: &[&SeenRecord]) -> Option<String> {
    let role = mint.role.as_ref()?;
    if !mint.caller.from_console {
        return None;
    }
    for step in console_steps(all) {
        if step.act == ConsoleAct::Enter
            && are_together(step.time, mint.time)
            && step.session == mint.session
        {
            return None;
        }
    }
    Some(say!(
        "the console's SwitchRole record, in the logs of account {account}: \
         it shows the address that the person came from",
        account = role.account()
    ))
}

/// The call behind a SwitchRole in the console, which never shows MFA itself.
fn of_step(step: &ConsoleStep, all: &[&SeenRecord]) -> Option<String> {
    for mint in mints(all) {
        let is_of_session = step.session.is_none() || step.session == mint.session;
        if is_of_session && are_together(step.time, mint.time) {
            return None;
        }
    }
    let account = match step.from.as_deref().and_then(account_of) {
        Some(account) => say!("account {account}", account),
        None => say!("the person's account"),
    };
    Some(say!(
        "the AssumeRole record of the same session, within {span} seconds of {time}, \
         in the logs of {account}: it shows whether they used MFA",
        span = SAME_CALL,
        time = step.time,
        account
    ))
}

/// The call that issued a session of which only a use is available.
fn of_use(seen: &SeenRecord, all: &[&SeenRecord]) -> Option<String> {
    let used = seen.used.as_ref()?;
    for mint in mints(all) {
        let has_its_key = used.key.is_some() && mint.issued == used.key;
        let is_its_session =
            mint.session.as_ref() == Some(&used.session) && Some(mint.time) == used.created;
        if has_its_key || is_its_session {
            return None;
        }
    }
    Some(say!(
        "the call that issued the session {session}{time}: \
         it shows who entered the role and whether they used MFA",
        session = harmless(&used.session),
        time = at_time(used.created)
    ))
}
