//! Which other record would complete what a record says, where it is not at hand.

use rolewatch_guard::moment::Moment;
use rolewatch_guard::seen::{CallerKind, ConsoleAct, ConsoleStep, Fact, Mint, Seen};
use rolewatch_guard::untrusted::harmless;

use super::facts::last_four;
use rolewatch_guard::time::chosen::SAME_CALL;

/// What is missing beside `seen`, given all records at hand.
pub(super) fn beside(seen: &Seen, all: &[&Seen]) -> Vec<String> {
    match &seen.fact {
        Some(Fact::Mint(mint)) => of_mint(mint, all),
        Some(Fact::Console(step)) if step.act == ConsoleAct::Enter => {
            of_step(step, all).into_iter().collect()
        }
        Some(_) => Vec::new(),
        None => of_use(seen, all).into_iter().collect(),
    }
}

fn mints<'a>(all: &'a [&'a Seen]) -> impl Iterator<Item = &'a Mint> {
    all.iter().filter_map(|seen| {
        if let Some(Fact::Mint(mint)) = &seen.fact {
            Some(&**mint)
        } else {
            None
        }
    })
}

fn steps<'a>(all: &'a [&'a Seen]) -> impl Iterator<Item = &'a ConsoleStep> {
    all.iter().filter_map(|seen| {
        if let Some(Fact::Console(step)) = &seen.fact {
            Some(&**step)
        } else {
            None
        }
    })
}

fn together(a: Moment, b: Moment) -> bool {
    a.seconds_since(b).abs() <= SAME_CALL
}

fn of_mint(mint: &Mint, all: &[&Seen]) -> Vec<String> {
    let missing = [
        callers_half(mint, all),
        callers_session(mint, all),
        session_token(mint, all),
        console_record(mint, all),
    ];
    missing.into_iter().flatten().collect()
}

/// The other account's copy of the call: the role owner's copy hides who called.
fn callers_half(mint: &Mint, all: &[&Seen]) -> Option<String> {
    if mint.caller.kind != CallerKind::OtherAccount {
        return None;
    }
    let same_call = |other: &Mint| match (&mint.shared, &other.shared) {
        (Some(a), Some(b)) => a == b,
        _ => mint.issued.is_some() && mint.issued == other.issued,
    };
    if mints(all).any(|other| other.caller.kind != CallerKind::OtherAccount && same_call(other)) {
        return None;
    }
    let account = mint.caller.account.map_or_else(
        || "the caller's account".to_owned(),
        |account| format!("account {account}"),
    );
    let shared = mint
        .shared
        .as_ref()
        .map(|id| format!(" with the sharedEventID {id}"))
        .unwrap_or_default();
    Some(format!(
        "the caller's half, in the logs of {account}{shared}: \
         who called, and with which proof of MFA"
    ))
}

/// The call that issued the role session which the caller came with.
fn callers_session(mint: &Mint, all: &[&Seen]) -> Option<String> {
    let caller = &mint.caller;
    let parent = caller.role_session()?;
    let created = caller.session.as_ref().and_then(|session| session.created);
    let is_parent = |other: &Mint| {
        (caller.key.is_some() && other.issued == caller.key)
            || (other.session.as_ref() == Some(parent) && Some(other.time) == created)
    };
    if mints(all).any(is_parent) {
        return None;
    }
    let when = created
        .map(|created| format!(" at {created}"))
        .unwrap_or_default();
    Some(format!(
        "the mint of the caller's own session {}{when}: who stands at the start of the chain",
        harmless(parent)
    ))
}

/// A user's temporary key without a session context and without a device's serial: only the call
/// that issued the key tells whether MFA was proved.
fn session_token(mint: &Mint, all: &[&Seen]) -> Option<String> {
    let caller = &mint.caller;
    let is_temporary = caller.kind == CallerKind::IamUser && !caller.has_long_term_key();
    let has_context = caller
        .session
        .as_ref()
        .is_some_and(|session| session.mfa.is_some());
    let has_serial = mint
        .grant
        .as_ref()
        .is_some_and(|grant| grant.mfa_serial.is_some());
    if !is_temporary || has_context || has_serial {
        return None;
    }
    let key = caller.key.as_ref()?;
    if mints(all).any(|other| other.issued.as_ref() == Some(key)) {
        return None;
    }
    Some(format!(
        "the GetSessionToken call that issued the caller's key {}: whether MFA was proved",
        last_four(key)
    ))
}

/// What the console writes beside the call of the same switch.
fn console_record(mint: &Mint, all: &[&Seen]) -> Option<String> {
    let role = mint.role.as_ref()?;
    let is_of_switch = |step: &ConsoleStep| {
        step.act == ConsoleAct::Enter
            && together(step.time, mint.time)
            && step.session == mint.session
    };
    if !mint.caller.from_console || steps(all).any(is_of_switch) {
        return None;
    }
    Some(format!(
        "the console's SwitchRole record, in the logs of account {}: from which address the \
         person came",
        role.account()
    ))
}

fn of_step(step: &ConsoleStep, all: &[&Seen]) -> Option<String> {
    let minted = mints(all).any(|mint| {
        together(step.time, mint.time) && (step.session.is_none() || step.session == mint.session)
    });
    let account = step
        .from
        .as_deref()
        .and_then(|from| from.split(':').nth(4))
        .filter(|account| !account.is_empty());
    let account = account.map_or_else(
        || "the person's account".to_owned(),
        |account| format!("account {}", harmless(account)),
    );
    (!minted).then(|| {
        format!(
            "the AssumeRole of the same session within {SAME_CALL} seconds of {}, in the logs of \
             {account}: whether MFA was proved",
            step.time
        )
    })
}

fn of_use(seen: &Seen, all: &[&Seen]) -> Option<String> {
    let used = seen.used.as_ref()?;
    let minted = mints(all).any(|mint| {
        (used.key.is_some() && mint.issued == used.key)
            || (mint.session.as_ref() == Some(&used.session) && Some(mint.time) == used.created)
    });
    let when = used
        .created
        .map(|created| format!(" at {created}"))
        .unwrap_or_default();
    (!minted).then(|| {
        format!(
            "the mint of the session {}{when}: who entered the role, and with which proof",
            harmless(&used.session)
        )
    })
}
