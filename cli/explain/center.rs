//! What an event of IAM Identity Center says, in words.

use rolewatch_guard::id::AccountId;
use rolewatch_guard::seen::identity_center::{
    CenterEvent, CenterKind, DirectoryChange, DirectoryChangeKind, Factor, GrantChange, Outcome,
    PortalApi, PortalCall, Principal, SignIn, SignInStep, TokenApi, TokenCall,
};
use rolewatch_guard::seen::{NamedKind, StoreUser};
use rolewatch_guard::untrusted::harmless;

use super::facts::LabeledText;

/// One or two sentences.
pub(super) fn what_it_is(event: &CenterEvent) -> String {
    let text = match &event.what {
        CenterKind::SignIn(sign_in) => what_sign_in(sign_in, event.outcome),
        CenterKind::Portal(call) => what_portal(call, event.outcome),
        CenterKind::Directory(_) => "a change in the directory of Identity Center".to_owned(),
        CenterKind::Grant(change) => match change {
            GrantChange::SignInLasts(_) => "a change of Identity Center's settings",
            GrantChange::Assignment { .. } | GrantChange::PermissionSet { .. } => {
                "a change to who can access what through Identity Center"
            }
        }
        .to_owned(),
        CenterKind::Token(call) if call.api.is_login() => {
            // The call is also one of the console session itself, which the live guard reads too.
            return format!(
                "{}. If the session is in an elevated role, RW014 also counts what these \
                 credentials are used for after the console session has ended",
                what_token(call, event.outcome)
            );
        }
        CenterKind::Token(call) => what_token(call, event.outcome),
    };
    // The rules that look at people of Identity Center need to know where it is.
    format!(
        "{text}. An audit uses it if the policy has `identity_center`; the live guard receives it, but doesn't use it yet"
    )
}

pub(super) fn push_lines(event: &CenterEvent, lines: &mut Vec<LabeledText>) {
    if let Some(person) = &event.on_behalf_of {
        lines.push(("person", user(person)));
    }
    match &event.what {
        CenterKind::SignIn(sign_in) => sign_in_lines(sign_in, lines),
        CenterKind::Portal(call) => lines.push(("for", permission_taken(call))),
        CenterKind::Directory(change) => lines.push(("change", changed(change))),
        CenterKind::Grant(change) => lines.push(("change", granted(change))),
        CenterKind::Token(call) => token_lines(call, lines),
    }
    if let Some(ip) = &event.source_ip {
        lines.push(("address", harmless(ip)));
    }
}

pub(super) fn user(person: &StoreUser) -> String {
    format!(
        "user {} of the identity store {}",
        harmless(&person.user),
        harmless(&person.store)
    )
}

fn what_sign_in(sign_in: &SignIn, outcome: Outcome) -> String {
    let text = match (sign_in.step, outcome) {
        (SignInStep::Challenge, _) => {
            "a step of a sign-in at Identity Center: it asked somebody for a credential"
        }
        (SignInStep::Verification, Outcome::Success) => {
            "a step of a sign-in at Identity Center: it verified a credential"
        }
        (SignInStep::Verification, Outcome::Failure) => {
            "a failed step of a sign-in at Identity Center: the credential was wrong"
        }
        (SignInStep::Authentication, Outcome::Success) => "a successful sign-in at Identity Center",
        (SignInStep::Authentication, Outcome::Failure) => "a failed sign-in at Identity Center",
        (SignInStep::Verification | SignInStep::Authentication, Outcome::Unknown) => {
            "a sign-in at Identity Center; the record doesn't say whether it succeeded"
        }
    };
    text.to_owned()
}

fn what_portal(call: &PortalCall, outcome: Outcome) -> String {
    let (api, how) = match call.api {
        PortalApi::GetRoleCredentials => ("GetRoleCredentials", "by CLI or SDK"),
        PortalApi::Federate => ("Federate", "in the console"),
    };
    if outcome == Outcome::Failure {
        format!(
            "a failed attempt to get credentials for a permission set from the access portal \
             {how} ({api})"
        )
    } else {
        format!(
            "somebody got credentials for a permission set from the access portal {how} ({api})"
        )
    }
}

fn what_token(call: &TokenCall, outcome: Outcome) -> String {
    let what = match call.api {
        TokenApi::AuthorizeOAuth2Access => "a console session allowed a client to sign in with it",
        TokenApi::CreateOAuth2Token => "a client asked for the credentials of a console session",
        TokenApi::CreateToken => "a client asked for a token of the access portal",
        TokenApi::CreateTokenWithIam => {
            "an application asked for a token of the access portal for a person, without a sign-in"
        }
    };
    let failed = match outcome {
        Outcome::Success => "",
        Outcome::Failure => ", and the call failed",
        Outcome::Unknown => "; whether the call succeeded can't be read",
    };
    format!("{what} ({}){failed}", call.api.name())
}

fn sign_in_lines(sign_in: &SignIn, lines: &mut Vec<LabeledText>) {
    if let Some(name) = &sign_in.name {
        lines.push((
            "name given",
            format!("{}; a name doesn't prove who it is", harmless(name)),
        ));
    }
    let words: Vec<String> = sign_in.factors.iter().map(factor).collect();
    let factors = if words.is_empty() {
        "the record has none that can be read".to_owned()
    } else {
        words.join(", ")
    };
    lines.push(("credentials", factors));
    if let Some(workflow) = &sign_in.workflow {
        lines.push((
            "sign-in id",
            format!(
                "{}; the other records of this sign-in have the same id",
                harmless(workflow)
            ),
        ));
    }
}

fn factor(factor: &Factor) -> String {
    let text = match factor {
        Factor::Password => "password",
        Factor::Totp => "authenticator app",
        Factor::ResyncTotp => "authenticator app (clock corrected)",
        Factor::WebAuthn => "security key or passkey",
        Factor::EmailOtp => "code sent by e-mail",
        Factor::ExternalIdp => "an external identity provider, which doesn't say how",
        Factor::Other(word) => return format!("{} (unknown to rolewatch)", harmless(word)),
    };
    text.to_owned()
}

fn account_text(account: Option<AccountId>) -> String {
    account.map_or_else(
        || "an account that the record doesn't name".to_owned(),
        |account| format!("account {account}"),
    )
}

fn permission_taken(call: &PortalCall) -> String {
    let set = call.permission_set.as_deref().map_or_else(
        || "a permission set that the record doesn't name".to_owned(),
        |set| format!("permission set {}", harmless(set)),
    );
    format!("{set}, in {}", account_text(call.account))
}

const fn kind_name(what: NamedKind) -> &'static str {
    match what {
        NamedKind::User => "user",
        NamedKind::Group => "group",
    }
}

fn changed(change: &DirectoryChange) -> String {
    let text = kind_of_change(&change.what);
    match &change.store {
        Some(store) => format!("{text}, in the identity store {}", harmless(store)),
        None => text,
    }
}

fn kind_of_change(change: &DirectoryChangeKind) -> String {
    match change {
        DirectoryChangeKind::MemberAdded { group, user, .. } => format!(
            "user {} was added to group {}",
            harmless(user),
            harmless(group)
        ),
        DirectoryChangeKind::MemberRemoved { group, user } => format!(
            "user {} was removed from group {}",
            harmless(user),
            harmless(group)
        ),
        DirectoryChangeKind::MembershipDeleted { membership } => format!(
            "the membership {} was deleted; the record doesn't say whose it was",
            harmless(membership)
        ),
        DirectoryChangeKind::Created {
            what,
            id,
            name,
            with_members,
        } => created(*what, id.as_deref(), name.as_deref(), *with_members),
        DirectoryChangeKind::Deleted { what, id } => {
            format!("{} {} was deleted", kind_name(*what), harmless(id))
        }
        DirectoryChangeKind::Renamed { what, id, to } => {
            let to = to
                .as_deref()
                .map_or_else(|| "a hidden name".to_owned(), harmless);
            format!("{} {} was renamed to {to}", kind_name(*what), harmless(id))
        }
        DirectoryChangeKind::Active { user, active } => {
            let how = if *active { "enabled" } else { "disabled" };
            format!("user {} was {how}", harmless(user))
        }
        DirectoryChangeKind::MfaEnrolled { user, device } => format!(
            "user {} enrolled {}",
            harmless(user),
            mfa_device(device.as_deref())
        ),
        DirectoryChangeKind::MfaRemoved { user, device } => format!(
            "{} of user {} was removed",
            mfa_device(device.as_deref()),
            harmless(user)
        ),
        DirectoryChangeKind::Unknown { what, id } => {
            let which = id.as_deref().map_or_else(
                || format!("some {}", kind_name(*what)),
                |id| format!("{} {}", kind_name(*what), harmless(id)),
            );
            format!("{which} changed; the record doesn't show how")
        }
    }
}

fn mfa_device(device: Option<&str>) -> String {
    device.map_or_else(
        || "an MFA device".to_owned(),
        |device| format!("the MFA device {}", harmless(device)),
    )
}

fn created(what: NamedKind, id: Option<&str>, name: Option<&str>, with_members: bool) -> String {
    let name = name.map_or_else(
        || ", with a hidden name".to_owned(),
        |name| format!(" {}", harmless(name)),
    );
    let id = id
        .map(|id| format!(", with the id {}", harmless(id)))
        .unwrap_or_default();
    let members = if with_members {
        ", and with hidden members"
    } else {
        ""
    };
    format!("a new {}{name}{id}{members}", kind_name(what))
}

fn granted(change: &GrantChange) -> String {
    let shown = |text: &Option<_>, absent: &str| {
        text.as_deref()
            .map_or_else(|| absent.to_owned(), |text: &str| harmless(text))
    };
    match change {
        GrantChange::Assignment {
            created,
            permission_set,
            account,
            principal,
        } => {
            let to = match principal {
                Some(Principal::Group(id)) => format!("group {}", harmless(id)),
                Some(Principal::User(id)) => format!("user {}", harmless(id)),
                None => "somebody whom the record doesn't name".to_owned(),
            };
            let set = shown(permission_set, "that the record doesn't name");
            let account = account_text(*account);
            if *created {
                format!("{to} was assigned the permission set {set} in {account}")
            } else {
                format!(
                    "the assignment of the permission set {set} in {account} to {to} was deleted"
                )
            }
        }
        GrantChange::PermissionSet { arn, name } => format!(
            "the permission set {} was created; its ARN is {}",
            shown(name, "(name not shown)"),
            shown(arn, "not shown")
        ),
        GrantChange::SignInLasts(Some(span)) => {
            format!("a sign-in at the access portal now lasts {span}")
        }
        GrantChange::SignInLasts(None) => {
            "how long a sign-in at the access portal lasts; the new value can't be read".to_owned()
        }
    }
}

fn token_lines(call: &TokenCall, lines: &mut Vec<LabeledText>) {
    if let Some(person) = &call.person {
        lines.push(("on behalf of", user(person)));
    }
    if let Some(client) = &call.client {
        let kind = if client.contains(":external-client/") {
            ", an external client, such as an agent"
        } else {
            ""
        };
        lines.push(("client", format!("{}{kind}", harmless(client))));
    }
    for (label, text) in [
        ("asked with", &call.grant),
        ("asked for", &call.resource),
        ("console login", &call.sign_in_session),
    ] {
        if let Some(text) = text {
            lines.push((label, harmless(text)));
        }
    }
}
