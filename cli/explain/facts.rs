//! What one record says, in words: a label and a text per line.

use rolewatch_guard::seen::{
    Caller, CallerKind, ConsoleAct, ConsoleStep, Denial, Fact, Grant, LoginTrace, Mint, SeenRecord,
    Service, Use,
};
use rolewatch_guard::untrusted::harmless;

use crate::language::say;

use super::{center, iam};

/// A label, and the text next to it.
pub(super) type LabeledText = (String, String);

/// Everything the engine takes from the record.
pub(super) fn lines_of(seen: &SeenRecord) -> Vec<LabeledText> {
    let mut lines = vec![
        (say!("what it is"), what_it_is(seen)),
        (say!("caller"), caller(&seen.caller)),
    ];
    match &seen.fact {
        Some(Fact::Mint(mint)) => mint_lines(mint, &mut lines),
        Some(Fact::Console(step)) => console_lines(step, &mut lines),
        Some(Fact::Denial(denial)) => lines.push((say!("role"), role_of_denial(denial))),
        Some(Fact::IamChange(change)) => lines.push((say!("change"), iam::changed(change))),
        Some(Fact::IdentityCenter(event)) => center::push_lines(event, &mut lines),
        Some(Fact::Nothing) | None => {}
    }
    if let Some(error) = seen.error.as_deref() {
        lines.push((say!("error"), harmless(error)));
    }
    if let Some(used) = &seen.used {
        use_lines(used, &mut lines);
    }
    if let Some(named) = &seen.named {
        lines.push((
            say!("name seen"),
            say!(
                "user {name} of account {account} has the id {id}",
                name = harmless(&named.name),
                account = named.account,
                id = harmless(&named.id)
            ),
        ));
    }
    if let Some((id, role)) = &seen.role {
        lines.push((
            say!("role seen"),
            say!(
                "{role} has the id {id}",
                role = harmless(role.as_str()),
                id = harmless(id)
            ),
        ));
    }
    if let Some(correction) = &seen.correction {
        let which = correction.original.as_ref().map_or_else(
            || say!("an earlier copy of this record"),
            |original| say!("event {event}", event = original.event.to_string()),
        );
        lines.push((say!("addendum"), say!("corrects {which}", which)));
    }
    lines
}

fn use_lines(used: &Use, lines: &mut Vec<LabeledText>) {
    let opened = used.created.map_or_else(
        || say!("at an unknown time"),
        |created| say!("at {created}", created),
    );
    lines.push((
        say!("use"),
        say!(
            "by session {session} in {role}, created {opened}{key}",
            session = harmless(&used.session),
            role = harmless(used.role.as_str()),
            opened,
            key = by_key(used.key.as_deref())
        ),
    ));
    if let Some(person) = &used.on_behalf_of {
        lines.push((say!("used by"), center::user(person)));
    }
    if let Some(LoginTrace::Used(session)) = &used.login {
        lines.push((say!("console login"), used_login(session.as_deref())));
    }
}

/// What `signInSessionArn` says of a call.
fn used_login(session: Option<&str>) -> String {
    let session = session.map_or_else(|| say!("(it can't be read)"), harmless);
    say!(
        "{session}; aws login or an agent made this call with credentials of that console login, \
         which may outlast the console session (RW014)",
        session
    )
}

fn what_it_is(seen: &SeenRecord) -> String {
    match &seen.fact {
        Some(Fact::Mint(mint)) => mint_kind(mint),
        Some(Fact::Console(step)) => match step.act {
            ConsoleAct::Enter => say!("a console step: somebody entered a role (SwitchRole)"),
            ConsoleAct::Renew => {
                say!("a console step: the console renewed a role's credentials (RenewRole)")
            }
            ConsoleAct::Exit => say!("a console step: somebody left a role (ExitRole)"),
        },
        Some(Fact::Denial(denial)) if denial.access_denied => {
            say!(
                "a denied attempt: IAM denied {api}",
                api = denial.api.name()
            )
        }
        Some(Fact::Denial(denial)) => say!(
            "a failed {api}, for a reason other than denied access",
            api = denial.api.name()
        ),
        Some(Fact::IamChange(_)) => say!("a change in IAM"),
        Some(Fact::IdentityCenter(event)) => center::what_it_is(event),
        Some(Fact::Nothing) => {
            say!("a correction of a record, with nothing that the rules check")
        }
        None if seen.used.is_some() => say!("a call by a session of an elevated role"),
        None => {
            let whose = match seen.service {
                Service::Sts => "STS".to_owned(),
                Service::SignIn => say!("sign-in"),
                Service::Iam => "IAM".to_owned(),
                Service::Sso | Service::Directory | Service::SsoOauth => {
                    "IAM Identity Center".to_owned()
                }
                Service::Other => say!("another service"),
            };
            say!(
                "a record from {whose}, with nothing that the rules check",
                whose
            )
        }
    }
}

fn mint_kind(mint: &Mint) -> String {
    let api = mint.api.name();
    let Some(role) = &mint.role else {
        return say!("a call that issued credentials ({api})", api);
    };
    // AWS logs a cross-account call in both accounts, and each copy leaves out something else.
    match (&mint.caller.kind, mint.caller.account) {
        (CallerKind::OtherAccount, _) => {
            say!(
                "a call that issued a session ({api}), as recorded in the role's account: this \
                 record shows the caller's account and id, but never whether their own session used MFA",
                api
            )
        }
        (CallerKind::Service, _) => {
            say!(
                "a call by an AWS service that issued a session ({api})",
                api
            )
        }
        (_, Some(account)) if account != role.account() => {
            say!(
                "a call that issued a session in another account ({api}), as recorded in the \
                 caller's account: this record alone proves everything",
                api
            )
        }
        _ => say!(
            "a call that issued a session within one account ({api}): this is its only record",
            api
        ),
    }
}

fn caller(caller: &Caller) -> String {
    let kind = match &caller.kind {
        CallerKind::IamUser => say!("IAM user"),
        CallerKind::AssumedRole => say!("role session"),
        CallerKind::Root => say!("root user"),
        CallerKind::Service => say!("AWS service"),
        CallerKind::OtherAccount => say!("caller from another account"),
        CallerKind::Saml => say!("SAML user"),
        CallerKind::WebIdentity => say!("web identity"),
        CallerKind::Federated => say!("federated user"),
        CallerKind::IdentityCenter => say!("Identity Center user"),
        CallerKind::Other(kind) if kind.is_empty() => say!("none (the record has no identity)"),
        CallerKind::Other(_) => say!("identity of another kind"),
    };
    // The first one that the record has: the ARN says most, the provider least.
    let name = [
        &caller.arn,
        &caller.user_name,
        &caller.principal_id,
        &caller.provider,
    ]
    .into_iter()
    .find_map(Option::as_deref);
    let name = name
        .map(|name| format!(" {}", harmless(name)))
        .unwrap_or_default();
    let account = match caller.account {
        // The ARN already contains the account.
        Some(account) if caller.arn.is_none() => say!(" of account {account}", account),
        _ => String::new(),
    };
    let console = if caller.from_console {
        say!(", through the console")
    } else {
        String::new()
    };
    format!(
        "{kind}{name}{account}{}{console}",
        by_key(caller.key.as_deref())
    )
}

/// Only the end of an access key is shown.
fn by_key(key: Option<&str>) -> String {
    let Some(key) = key else { return String::new() };
    // The IDs of long-term keys begin with AKIA, those of temporary keys with ASIA.
    let kind = if key.starts_with("AKIA") {
        say!("permanent")
    } else {
        say!("temporary")
    };
    say!(", with a {kind} key ({key})", kind, key = last_four(key))
}

pub(super) fn last_four(key: &str) -> String {
    let skipped = key.chars().count().saturating_sub(4);
    format!(
        "…{}",
        harmless(&key.chars().skip(skipped).collect::<String>())
    )
}

fn mint_lines(mint: &Mint, lines: &mut Vec<LabeledText>) {
    if let Some(role) = &mint.role {
        lines.push((say!("role"), harmless(role.as_str())));
    }
    if let Some(target) = mint
        .grant
        .as_ref()
        .and_then(|grant| grant.target.as_deref())
    {
        lines.push((say!("root of"), harmless(target)));
    }
    let issued = mint.issued.as_deref().map(last_four);
    if let Some(session) = &mint.session {
        let session = harmless(session);
        let text = match issued {
            Some(key) => say!("{session}, key {key}", session, key),
            None => session,
        };
        lines.push((say!("session"), text));
    } else if let Some(key) = issued {
        lines.push((say!("issued"), say!("key {key}", key)));
    }
    if let Some(granted) = mint.grant.as_deref().and_then(|grant| granted(mint, grant)) {
        lines.push((say!("granted"), granted));
    }
    lines.push(("MFA".to_owned(), mfa_proof(mint)));
    if let Some(shared) = &mint.shared {
        lines.push((
            say!("shared id"),
            say!(
                "{shared}; the other account's record of the call has the same id",
                shared = shared.to_string()
            ),
        ));
    }
    if mint.omitted {
        lines.push((
            say!("omitted"),
            say!("CloudTrail left out the parameters because they were too large"),
        ));
    }
}

fn granted(mint: &Mint, grant: &Grant) -> Option<String> {
    use rolewatch_guard::moment::Span;
    match (grant.expiration, grant.duration_seconds) {
        (Some(until), _) => Some(say!(
            "until {until}, for {span}",
            until,
            span = Span::from_seconds(until.seconds_since(mint.time))
        )),
        (None, Some(seconds)) => Some(say!(
            "for {span}, as requested; the record has no expiration",
            span = Span::from_seconds(seconds)
        )),
        (None, None) if grant.unread.expiration || grant.unread.duration => {
            Some(say!("for a time that can't be read"))
        }
        (None, None) => None,
    }
}

fn mfa_proof(mint: &Mint) -> String {
    let caller = &mint.caller;
    if let Some(serial) = mint
        .grant
        .as_ref()
        .and_then(|grant| grant.mfa_serial.as_deref())
    {
        return say!(
            "proven: the call named the device {serial}, and STS verified its code",
            serial = harmless(serial)
        );
    }
    let session = caller.session.as_ref();
    let unread = session.is_some_and(|session| session.mfa_unread)
        || mint.grant.as_ref().is_some_and(|grant| grant.unread.serial);
    // No device was named, so only the session that made the call can show MFA.
    match (&caller.kind, session.and_then(|session| session.mfa)) {
        (CallerKind::OtherAccount, _) => {
            say!(
                "not shown: the call named no device; the record of the call from the caller's \
                 account has the rest"
            )
        }
        (CallerKind::AssumedRole, _) => {
            say!(
                "not shown: what a role session says about its own MFA proves nothing; \
                 the person's own call at the start of the role chain decides"
            )
        }
        (CallerKind::IamUser, Some(true)) => {
            say!("proven: the caller's session was opened with MFA")
        }
        (CallerKind::IamUser, _) if unread => say!("can't be read"),
        (CallerKind::IamUser, Some(false)) => {
            say!("disproved: the caller's session was opened without MFA")
        }
        (CallerKind::IamUser, None) if caller.has_long_term_key() => {
            say!("disproved: a permanent key made the call and named no device")
        }
        (CallerKind::IamUser, None) => {
            say!("not shown: the record lacks the session context of the caller's temporary key")
        }
        _ => say!("not applicable to this kind of caller"),
    }
}

fn console_lines(step: &ConsoleStep, lines: &mut Vec<LabeledText>) {
    if let Some(role) = &step.role {
        lines.push((say!("role"), harmless(role.as_str())));
    }
    if let Some(session) = &step.session {
        lines.push((say!("session"), harmless(session)));
    }
    if let Some(from) = &step.from {
        lines.push((say!("person"), harmless(from)));
    }
    if let Some(ip) = &step.source_ip {
        lines.push((say!("address"), harmless(ip)));
    }
    // Printed because a reader would look for it. The AssumeRole record of the same switch has it.
    lines.push(("MFA".to_owned(), say!("never shown in a console step")));
}

fn role_of_denial(denial: &Denial) -> String {
    denial.role.as_ref().map_or_else(
        || say!("the message names none, so the attempt is counted but isn't a finding"),
        |role| harmless(role.as_str()),
    )
}
