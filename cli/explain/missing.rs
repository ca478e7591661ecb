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
    let caller = &mint.caller;
    let mut missing = Vec::new();
    let same_call = |other: &Mint| match (&mint.shared, &other.shared) {
        (Some(a), Some(b)) => a == b,
        _ => mint.issued.is_some() && mint.issued == other.issued,
    };
    if caller.kind == CallerKind::OtherAccount
        && !mints(all)
            .any(|other| other.caller.kind != CallerKind::OtherAccount && same_call(other))
    {
        let account = caller.account.map_or_else(
            || "the caller's account".to_owned(),
            |account| format!("account {account}"),
        );
        let shared = mint
            .shared
            .as_ref()
            .map(|id| format!(" with the sharedEventID {id}"))
            .unwrap_or_default();
        missing.push(format!("the caller's half, in the logs of {account}{shared}: who called, and with which proof of MFA"));
    }
    let session = caller.session.as_ref();
    let created = session.and_then(|session| session.created);
    if let Some(parent) = caller.role_session() {
        let known = mints(all).any(|other| {
            (caller.key.is_some() && other.issued == caller.key)
                || (other.session.as_ref() == Some(parent) && Some(other.time) == created)
        });
        if !known {
            let when = created
                .map(|created| format!(" at {created}"))
                .unwrap_or_default();
            missing.push(format!("the mint of the caller's own session {}{when}: who stands at the start of the chain", harmless(parent)));
        }
    }
    let without_context = caller.kind == CallerKind::IamUser
        && !caller.has_long_term_key()
        && session.and_then(|session| session.mfa).is_none();
    let serial = mint
        .grant
        .as_ref()
        .is_some_and(|grant| grant.mfa_serial.is_some());
    if without_context
        && !serial
        && let Some(key) = &caller.key
        && !mints(all).any(|other| other.issued.as_ref() == Some(key))
    {
        missing.push(format!(
            "the GetSessionToken call that issued the caller's key {}: whether MFA was proved",
            last_four(key)
        ));
    }
    let stepped = |step: &ConsoleStep| {
        step.act == ConsoleAct::Enter
            && together(step.time, mint.time)
            && step.session == mint.session
    };
    if caller.from_console && mint.role.is_some() && !steps(all).any(stepped) {
        let account = mint
            .role
            .as_ref()
            .map(|role| role.account().to_string())
            .unwrap_or_default();
        missing.push(format!("the console's SwitchRole record, in the logs of account {account}: from which address the person came"));
    }
    missing
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
            "the AssumeRole of the same session within {SAME_CALL} seconds of {}, in the logs of {account}: whether MFA was proved",
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
