//! What an event of IAM Identity Center says, in words.

use rolewatch_guard::id::AccountId;
use rolewatch_guard::seen::identity_center::{
    CenterEvent, CenterKind, DirectoryChange, DirectoryChangeKind, Factor, GrantChange, Outcome,
    PortalApi, PortalCall, Principal, SignIn, SignInStep, TokenApi, TokenCall,
};
use rolewatch_guard::seen::{NamedKind, StoreUser};
use rolewatch_guard::untrusted::harmless;

use crate::language::say;

use super::facts::LabeledText;

/// One or two sentences.
pub(super) fn what_it_is(event: &CenterEvent) -> String {
    let text = match &event.what {
        CenterKind::SignIn(sign_in) => what_sign_in(sign_in, event.outcome),
        CenterKind::Portal(call) => what_portal(call, event.outcome),
        CenterKind::Directory(_) => say!("a change in the directory of Identity Center"),
        CenterKind::Grant(change) => match change {
            GrantChange::SignInLasts(_) => say!("a change of Identity Center's settings"),
            GrantChange::Assignment { .. } | GrantChange::PermissionSet { .. } => {
                say!("a change to who can access what through Identity Center")
            }
        },
        CenterKind::Token(call) if call.api.is_login() => {
            // The call is also one of the console session itself, which the live guard reads too.
            return say!(
                "{what}. If the session is in an elevated role, RW014 also counts what these \
                 credentials are used for after the console session has ended",
                what = what_token(call, event.outcome)
            );
        }
        CenterKind::Token(call) => what_token(call, event.outcome),
    };
    // The rules that look at people of Identity Center need to know where it is.
    say!(
        "{text}. rolewatch uses it if the policy has `identity_center`",
        text
    )
}

pub(super) fn push_lines(event: &CenterEvent, lines: &mut Vec<LabeledText>) {
    if let Some(person) = &event.on_behalf_of {
        lines.push((say!("person"), user(person)));
    }
    match &event.what {
        CenterKind::SignIn(sign_in) => sign_in_lines(sign_in, lines),
        CenterKind::Portal(call) => lines.push((say!("for"), permission_taken(call))),
        CenterKind::Directory(change) => lines.push((say!("change"), changed(change))),
        CenterKind::Grant(change) => lines.push((say!("change"), granted(change))),
        CenterKind::Token(call) => token_lines(call, lines),
    }
    if let Some(ip) = &event.source_ip {
        lines.push((say!("address"), harmless(ip)));
    }
}

pub(super) fn user(person: &StoreUser) -> String {
    say!(
        "user {user} of the identity store {store}",
        user = harmless(&person.user),
        store = harmless(&person.store)
    )
}

fn what_sign_in(sign_in: &SignIn, outcome: Outcome) -> String {
    match (sign_in.step, outcome) {
        (SignInStep::Challenge, _) => {
            say!("a step of a sign-in at Identity Center: it asked somebody for a credential")
        }
        (SignInStep::Verification, Outcome::Success) => {
            say!("a step of a sign-in at Identity Center: it verified a credential")
        }
        (SignInStep::Verification, Outcome::Failure) => {
            say!("a failed step of a sign-in at Identity Center: the credential was wrong")
        }
        (SignInStep::Authentication, Outcome::Success) => {
            say!("a successful sign-in at Identity Center")
        }
        (SignInStep::Authentication, Outcome::Failure) => {
            say!("a failed sign-in at Identity Center")
        }
        (SignInStep::Verification | SignInStep::Authentication, Outcome::Unknown) => {
            say!("a sign-in at Identity Center; the record doesn't say whether it succeeded")
        }
    }
}

fn what_portal(call: &PortalCall, outcome: Outcome) -> String {
    let (api, how) = match call.api {
        PortalApi::GetRoleCredentials => ("GetRoleCredentials", say!("by CLI or SDK")),
        PortalApi::Federate => ("Federate", say!("in the console")),
    };
    if outcome == Outcome::Failure {
        say!(
            "a failed attempt to get credentials for a permission set from the access portal \
             {how} ({api})",
            how,
            api
        )
    } else {
        say!(
            "somebody got credentials for a permission set from the access portal {how} ({api})",
            how,
            api
        )
    }
}

fn what_token(call: &TokenCall, outcome: Outcome) -> String {
    let what = match call.api {
        TokenApi::AuthorizeOAuth2Access => {
            say!("a console session allowed a client to sign in with it")
        }
        TokenApi::CreateOAuth2Token => {
            say!("a client asked for the credentials of a console session")
        }
        TokenApi::CreateToken => say!("a client asked for a token of the access portal"),
        TokenApi::CreateTokenWithIam => {
            say!(
                "an application asked for a token of the access portal for a person, without a sign-in"
            )
        }
    };
    let failed = match outcome {
        Outcome::Success => String::new(),
        Outcome::Failure => say!(", and the call failed"),
        Outcome::Unknown => say!("; whether the call succeeded can't be read"),
    };
    say!(
        "{what} ({name}){failed}",
        what,
        name = call.api.name(),
        failed
    )
}

fn sign_in_lines(sign_in: &SignIn, lines: &mut Vec<LabeledText>) {
    if let Some(name) = &sign_in.name {
        lines.push((
            say!("name given"),
            say!(
                "{name}; a name doesn't prove who it is",
                name = harmless(name)
            ),
        ));
    }
    let words: Vec<String> = sign_in.factors.iter().map(factor).collect();
    let factors = if words.is_empty() {
        say!("the record has none that can be read")
    } else {
        words.join(", ")
    };
    lines.push((say!("credentials"), factors));
    if let Some(workflow) = &sign_in.workflow {
        lines.push((
            say!("sign-in id"),
            say!(
                "{workflow}; the other records of this sign-in have the same id",
                workflow = harmless(workflow)
            ),
        ));
    }
}

fn factor(factor: &Factor) -> String {
    match factor {
        Factor::Password => say!("password"),
        Factor::Totp => say!("authenticator app"),
        Factor::ResyncTotp => say!("authenticator app (clock corrected)"),
        Factor::WebAuthn => say!("security key or passkey"),
        Factor::EmailOtp => say!("code sent by e-mail"),
        Factor::ExternalIdp => say!("an external identity provider, which doesn't say how"),
        Factor::Other(word) => say!("{word} (unknown to rolewatch)", word = harmless(word)),
    }
}

fn account_text(account: Option<AccountId>) -> String {
    account.map_or_else(
        || say!("an account that the record doesn't name"),
        |account| say!("account {account}", account),
    )
}

fn permission_taken(call: &PortalCall) -> String {
    let set = call.permission_set.as_deref().map_or_else(
        || say!("a permission set that the record doesn't name"),
        |set| say!("permission set {set}", set = harmless(set)),
    );
    say!(
        "{set}, in {account}",
        set,
        account = account_text(call.account)
    )
}

fn kind_name(what: NamedKind) -> String {
    match what {
        NamedKind::User => say!("user"),
        NamedKind::Group => say!("group"),
    }
}

fn changed(change: &DirectoryChange) -> String {
    let text = kind_of_change(&change.what);
    match &change.store {
        Some(store) => say!(
            "{text}, in the identity store {store}",
            text,
            store = harmless(store)
        ),
        None => text,
    }
}

fn kind_of_change(change: &DirectoryChangeKind) -> String {
    match change {
        DirectoryChangeKind::MemberAdded { group, user, .. } => say!(
            "user {user} was added to group {group}",
            user = harmless(user),
            group = harmless(group)
        ),
        DirectoryChangeKind::MemberRemoved { group, user } => say!(
            "user {user} was removed from group {group}",
            user = harmless(user),
            group = harmless(group)
        ),
        DirectoryChangeKind::MembershipDeleted { membership } => say!(
            "the membership {membership} was deleted; the record doesn't say whose it was",
            membership = harmless(membership)
        ),
        DirectoryChangeKind::Created {
            what,
            id,
            name,
            with_members,
        } => created(*what, id.as_deref(), name.as_deref(), *with_members),
        DirectoryChangeKind::Deleted { what, id } => {
            say!(
                "{kind} {id} was deleted",
                kind = kind_name(*what),
                id = harmless(id)
            )
        }
        DirectoryChangeKind::Renamed { what, id, to } => {
            let to = to
                .as_deref()
                .map_or_else(|| say!("a hidden name"), harmless);
            say!(
                "{kind} {id} was renamed to {to}",
                kind = kind_name(*what),
                id = harmless(id),
                to
            )
        }
        DirectoryChangeKind::Active { user, active } => {
            let how = if *active {
                say!("enabled")
            } else {
                say!("disabled")
            };
            say!("user {user} was {how}", user = harmless(user), how)
        }
        DirectoryChangeKind::MfaEnrolled { user, device } => say!(
            "user {user} enrolled {device}",
            user = harmless(user),
            device = mfa_device(device.as_deref())
        ),
        DirectoryChangeKind::MfaRemoved { user, device } => say!(
            "{device} of user {user} was removed",
            device = mfa_device(device.as_deref()),
            user = harmless(user)
        ),
        DirectoryChangeKind::Unknown { what, id } => unknown_change(*what, id.as_deref()),
    }
}

fn unknown_change(what: NamedKind, id: Option<&str>) -> String {
    let which = id.map_or_else(
        || say!("some {kind}", kind = kind_name(what)),
        |id| format!("{} {}", kind_name(what), harmless(id)),
    );
    say!("{which} changed; the record doesn't show how", which)
}

fn mfa_device(device: Option<&str>) -> String {
    device.map_or_else(
        || say!("an MFA device"),
        |device| say!("the MFA device {device}", device = harmless(device)),
    )
}

fn created(what: NamedKind, id: Option<&str>, name: Option<&str>, with_members: bool) -> String {
    let name = name.map_or_else(
        || say!(", with a hidden name"),
        |name| format!(" {}", harmless(name)),
    );
    let id = id
        .map(|id| say!(", with the id {id}", id = harmless(id)))
        .unwrap_or_default();
    let members = if with_members {
        say!(", and with hidden members")
    } else {
        String::new()
    };
    say!(
        "a new {kind}{name}{id}{members}",
        kind = kind_name(what),
        name,
        id,
        members
    )
}

fn shown(text: Option<&str>, absent: String) -> String {
    text.map_or(absent, harmless)
}

fn granted(change: &GrantChange) -> String {
    match change {
        GrantChange::Assignment {
            created,
            permission_set,
            account,
            principal,
        } => {
            let to = match principal {
                Some(Principal::Group(id)) => say!("group {id}", id = harmless(id)),
                Some(Principal::User(id)) => say!("user {id}", id = harmless(id)),
                None => say!("somebody whom the record doesn't name"),
            };
            let set = shown(
                permission_set.as_deref(),
                say!("that the record doesn't name"),
            );
            let account = account_text(*account);
            if *created {
                say!(
                    "{to} was assigned the permission set {set} in {account}",
                    to,
                    set,
                    account
                )
            } else {
                say!(
                    "the assignment of the permission set {set} in {account} to {to} was deleted",
                    set,
                    account,
                    to
                )
            }
        }
        GrantChange::PermissionSet { arn, name } => say!(
            "the permission set {name} was created; its ARN is {arn}",
            name = shown(name.as_deref(), say!("(name not shown)")),
            arn = shown(arn.as_deref(), say!("not shown"))
        ),
        GrantChange::SignInLasts(Some(span)) => {
            say!("a sign-in at the access portal now lasts {span}", span)
        }
        GrantChange::SignInLasts(None) => {
            say!("how long a sign-in at the access portal lasts; the new value can't be read")
        }
    }
}

fn token_lines(call: &TokenCall, lines: &mut Vec<LabeledText>) {
    if let Some(person) = &call.person {
        lines.push((say!("on behalf of"), user(person)));
    }
    if let Some(client) = &call.client {
        let kind = if client.contains(":external-client/") {
            say!(", an external client, such as an agent")
        } else {
            String::new()
        };
        lines.push((say!("client"), format!("{}{kind}", harmless(client))));
    }
    for (label, text) in [
        (say!("asked with"), &call.grant),
        (say!("asked for"), &call.resource),
        (say!("console login"), &call.sign_in_session),
    ] {
        if let Some(text) = text {
            lines.push((label, harmless(text)));
        }
    }
}
