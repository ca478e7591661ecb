//! What one record says, in words: a label and a text per line.

use rolewatch_guard::seen::{
    Caller, CallerKind, ConsoleAct, ConsoleStep, Denial, Fact, Grant, IamChange, IamChangeKind,
    LoginTrace, Mint, NamedKind, SeenRecord, Service, Use,
};
use rolewatch_guard::untrusted::harmless;

use super::center;

/// A label, and the text next to it.
pub(super) type LabeledText = (&'static str, String);

/// Everything the engine takes from the record.
pub(super) fn lines_of(seen: &SeenRecord) -> Vec<LabeledText> {
    let mut lines = vec![
        ("what it is", what_it_is(seen)),
        ("caller", caller(&seen.caller)),
    ];
    match &seen.fact {
        Some(Fact::Mint(mint)) => mint_lines(mint, &mut lines),
        Some(Fact::Console(step)) => console_lines(step, &mut lines),
        Some(Fact::Denial(denial)) => lines.push(("role", role_of_denial(denial))),
        Some(Fact::IamChange(change)) => lines.push(("change", changed(change))),
        Some(Fact::IdentityCenter(event)) => center::push_lines(event, &mut lines),
        Some(Fact::Nothing) | None => {}
    }
    if let Some(error) = seen.error.as_deref() {
        lines.push(("error", harmless(error)));
    }
    if let Some(used) = &seen.used {
        use_lines(used, &mut lines);
    }
    if let Some(named) = &seen.named {
        lines.push((
            "name seen",
            format!(
                "user {} of account {} has the id {}",
                harmless(&named.name),
                named.account,
                harmless(&named.id)
            ),
        ));
    }
    if let Some((id, role)) = &seen.role {
        lines.push((
            "role seen",
            format!("{} has the id {}", harmless(role.as_str()), harmless(id)),
        ));
    }
    if let Some(correction) = &seen.correction {
        let which = correction.original.as_ref().map_or_else(
            || "an earlier copy of this record".to_owned(),
            |original| format!("event {}", original.event),
        );
        lines.push(("addendum", format!("corrects {which}")));
    }
    lines
}

fn use_lines(used: &Use, lines: &mut Vec<LabeledText>) {
    let opened = used.created.map_or_else(
        || "at an unknown time".to_owned(),
        |created| format!("at {created}"),
    );
    lines.push((
        "use",
        format!(
            "by session {} in {}, created {opened}{}",
            harmless(&used.session),
            harmless(used.role.as_str()),
            by_key(used.key.as_deref())
        ),
    ));
    if let Some(person) = &used.on_behalf_of {
        lines.push(("used by", center::user(person)));
    }
    if let Some(LoginTrace::Used(session)) = &used.login {
        lines.push(("console login", used_login(session.as_deref())));
    }
}

/// What `signInSessionArn` says of a call.
fn used_login(session: Option<&str>) -> String {
    let session = session.map_or_else(|| "(it can't be read)".to_owned(), harmless);
    format!(
        "{session}; aws login or an agent made this call with credentials of that console login, \
         which may outlast the console session (RW014)"
    )
}

fn what_it_is(seen: &SeenRecord) -> String {
    match &seen.fact {
        Some(Fact::Mint(mint)) => mint_kind(mint),
        Some(Fact::Console(step)) => match step.act {
            ConsoleAct::Enter => "a console step: somebody entered a role (SwitchRole)",
            ConsoleAct::Renew => {
                "a console step: the console renewed a role's credentials (RenewRole)"
            }
            ConsoleAct::Exit => "a console step: somebody left a role (ExitRole)",
        }
        .to_owned(),
        Some(Fact::Denial(denial)) if denial.access_denied => {
            format!("a denied attempt: IAM denied {}", denial.api.name())
        }
        Some(Fact::Denial(denial)) => format!(
            "a failed {}, for a reason other than denied access",
            denial.api.name()
        ),
        Some(Fact::IamChange(_)) => "a change in IAM".to_owned(),
        Some(Fact::IdentityCenter(event)) => center::what_it_is(event),
        Some(Fact::Nothing) => {
            "a correction of a record, with nothing that the rules check".to_owned()
        }
        None if seen.used.is_some() => "a call by a session of an elevated role".to_owned(),
        None => {
            let whose = match seen.service {
                Service::Sts => "STS",
                Service::SignIn => "sign-in",
                Service::Iam => "IAM",
                Service::Sso | Service::Directory | Service::SsoOauth => "IAM Identity Center",
                Service::Other => "another service",
            };
            format!("a record from {whose}, with nothing that the rules check")
        }
    }
}

fn mint_kind(mint: &Mint) -> String {
    let api = mint.api.name();
    let Some(role) = &mint.role else {
        return format!("a call that issued credentials ({api})");
    };
    // AWS logs a cross-account call in both accounts, and each copy leaves out something else.
    match (&mint.caller.kind, mint.caller.account) {
        (CallerKind::OtherAccount, _) => {
            format!(
                "a call that issued a session ({api}), as recorded in the role's account: this \
                 record shows the caller's account and id, but never whether their own session used MFA"
            )
        }
        (CallerKind::Service, _) => {
            format!("a call by an AWS service that issued a session ({api})")
        }
        (_, Some(account)) if account != role.account() => {
            format!(
                "a call that issued a session in another account ({api}), as recorded in the \
                 caller's account: this record alone proves everything"
            )
        }
        _ => format!(
            "a call that issued a session within one account ({api}): this is its only record"
        ),
    }
}

fn caller(caller: &Caller) -> String {
    let kind = match &caller.kind {
        CallerKind::IamUser => "IAM user",
        CallerKind::AssumedRole => "role session",
        CallerKind::Root => "root user",
        CallerKind::Service => "AWS service",
        CallerKind::OtherAccount => "caller from another account",
        CallerKind::Saml => "SAML user",
        CallerKind::WebIdentity => "web identity",
        CallerKind::Federated => "federated user",
        CallerKind::IdentityCenter => "Identity Center user",
        CallerKind::Other(kind) if kind.is_empty() => "none (the record has no identity)",
        CallerKind::Other(_) => "identity of another kind",
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
        Some(account) if caller.arn.is_none() => format!(" of account {account}"),
        _ => String::new(),
    };
    let console = if caller.from_console {
        ", through the console"
    } else {
        ""
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
        "permanent"
    } else {
        "temporary"
    };
    format!(", with a {kind} key ({})", last_four(key))
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
        lines.push(("role", harmless(role.as_str())));
    }
    if let Some(target) = mint
        .grant
        .as_ref()
        .and_then(|grant| grant.target.as_deref())
    {
        lines.push(("root of", harmless(target)));
    }
    let issued = mint
        .issued
        .as_deref()
        .map(|key| format!(", key {}", last_four(key)))
        .unwrap_or_default();
    if let Some(session) = &mint.session {
        lines.push(("session", format!("{}{issued}", harmless(session))));
    } else if !issued.is_empty() {
        lines.push(("issued", issued.trim_start_matches(", ").to_owned()));
    }
    if let Some(granted) = mint.grant.as_deref().and_then(|grant| granted(mint, grant)) {
        lines.push(("granted", granted));
    }
    lines.push(("MFA", mfa_proof(mint)));
    if let Some(shared) = &mint.shared {
        lines.push((
            "shared id",
            format!("{shared}; the other account's record of the call has the same id"),
        ));
    }
    if mint.omitted {
        lines.push((
            "omitted",
            "CloudTrail left out the parameters because they were too large".to_owned(),
        ));
    }
}

fn granted(mint: &Mint, grant: &Grant) -> Option<String> {
    use rolewatch_guard::moment::Span;
    match (grant.expiration, grant.duration_seconds) {
        (Some(until), _) => Some(format!(
            "until {until}, for {}",
            Span::from_seconds(until.seconds_since(mint.time))
        )),
        (None, Some(seconds)) => Some(format!(
            "for {}, as requested; the record has no expiration",
            Span::from_seconds(seconds)
        )),
        (None, None) if grant.unread.expiration || grant.unread.duration => {
            Some("for a time that can't be read".to_owned())
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
        return format!(
            "proven: the call named the device {}, and STS verified its code",
            harmless(serial)
        );
    }
    let session = caller.session.as_ref();
    let unread = session.is_some_and(|session| session.mfa_unread)
        || mint.grant.as_ref().is_some_and(|grant| grant.unread.serial);
    // No device was named, so only the session that made the call can show MFA.
    let text = match (&caller.kind, session.and_then(|session| session.mfa)) {
        (CallerKind::OtherAccount, _) => {
            "not shown: the call named no device; the record of the call from the caller's \
             account has the rest"
        }
        (CallerKind::AssumedRole, _) => {
            "not shown: what a role session says about its own MFA proves nothing; \
             the person's own call at the start of the role chain decides"
        }
        (CallerKind::IamUser, Some(true)) => "proven: the caller's session was opened with MFA",
        (CallerKind::IamUser, _) if unread => "can't be read",
        (CallerKind::IamUser, Some(false)) => {
            "disproved: the caller's session was opened without MFA"
        }
        (CallerKind::IamUser, None) if caller.has_long_term_key() => {
            "disproved: a permanent key made the call and named no device"
        }
        (CallerKind::IamUser, None) => {
            "not shown: the record lacks the session context of the caller's temporary key"
        }
        _ => "not applicable to this kind of caller",
    };
    text.to_owned()
}

fn console_lines(step: &ConsoleStep, lines: &mut Vec<LabeledText>) {
    if let Some(role) = &step.role {
        lines.push(("role", harmless(role.as_str())));
    }
    if let Some(session) = &step.session {
        lines.push(("session", harmless(session)));
    }
    if let Some(from) = &step.from {
        lines.push(("person", harmless(from)));
    }
    if let Some(ip) = &step.source_ip {
        lines.push(("address", harmless(ip)));
    }
    // Printed because a reader would look for it. The AssumeRole record of the same switch has it.
    lines.push(("MFA", "never shown in a console step".to_owned()));
}

fn role_of_denial(denial: &Denial) -> String {
    denial.role.as_ref().map_or_else(
        || "the message names none, so the attempt is counted but isn't a finding".to_owned(),
        |role| harmless(role.as_str()),
    )
}

fn changed(change: &IamChange) -> String {
    let what = |named: &NamedKind| match named {
        NamedKind::User => "user",
        NamedKind::Group => "group",
    };
    let text = match &change.what {
        IamChangeKind::AddUserToGroup { user, group } => {
            format!("user {user} was added to group {group}")
        }
        IamChangeKind::RemoveUserFromGroup { user, group } => {
            format!("user {user} was removed from group {group}")
        }
        IamChangeKind::Create {
            what: named,
            name,
            id,
        } => {
            let id = id
                .as_deref()
                .map(|id| format!(" with the id {id}"))
                .unwrap_or_default();
            format!("{} {name} was created{id}", what(named))
        }
        IamChangeKind::Delete { what: named, name } => {
            format!("{} {name} was deleted", what(named))
        }
        IamChangeKind::Rename {
            what: named,
            from,
            to,
        } => format!("{} {from} was renamed to {to}", what(named)),
        IamChangeKind::EnableMfa { user, serial } => {
            format!("the MFA device {serial} of user {user} was enabled")
        }
        IamChangeKind::DeactivateMfa { user, serial } => {
            format!("the MFA device {serial} of user {user} was deactivated")
        }
    };
    format!("{} in account {}", harmless(&text), change.account)
}
