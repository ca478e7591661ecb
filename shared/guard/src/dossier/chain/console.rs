//! The origin of a switch whose mint wasn't read: from the console's own records, or from uses.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Tracer;
use crate::arn::{RoleArn, account_of, resource_of};
use crate::dossier::Switch;
use crate::dossier::origin::{Origin, OriginKind, Person};
use crate::dossier::proof::Proof;
use crate::id::AccountId;
use crate::policy::IdentityKind;
use crate::roster::Bearer;
use crate::seen::ConsoleAct;
use crate::text;
use crate::text::Text;
use crate::untrusted::harmless;

/// What a session of a permission set is called in an ARN.
const CENTER_SESSION: &str = "assumed-role/AWSReservedSSO_";

/// The person that the console says it switched from.
struct SwitchedFrom<'s> {
    arn: &'s str,
    id: Option<Arc<str>>,
    account: Option<AccountId>,
    /// The ARN's last part, such as `user/carol`.
    resource: &'s str,
    name: &'s str,
}

impl<'w> Tracer<'_, 'w> {
    /// The origin of a switch without a mint. A SwitchRole record names the person; uses name
    /// nobody.
    pub(super) fn without_mint(&self, switch: &Switch<'w>) -> Origin {
        if let Some(step) = later_step(switch) {
            return later_alone(switch, step);
        }
        let Some(from) = SwitchedFrom::from_switch(switch) else {
            return uses_alone(switch);
        };
        if from.resource.starts_with(CENTER_SESSION)
            && let Some(origin) = self.center_switched_from(from.name, switch.key.second)
        {
            return Origin {
                arn: origin.arn.or_else(|| Some(from.arn.to_owned())),
                account: origin.account.or(from.account),
                proof: Proof::Unproven {
                    missing: missing_halves(switch),
                },
                ..origin
            };
        }
        let (person, kind, broken) = match self.person_switched_from(switch, &from) {
            Some((person, kind)) => (person, kind, None),
            None => (
                Person::Unknown(Arc::from(from.arn)),
                OriginKind::Unknown,
                Some(text!(
                    "the console switched from {arn}, and the record that shows how that session started is missing",
                    arn = harmless(from.arn)
                )),
            ),
        };
        Origin {
            person,
            kind,
            arn: Some(from.arn.to_owned()),
            account: from.account,
            name: Text::data(from.name),
            proof: Proof::Unproven {
                missing: missing_halves(switch),
            },
            links: Vec::new(),
            broken,
            mint_missing: false,
            center: None,
            own_call: None,
        }
    }

    fn person_switched_from(
        &self,
        switch: &Switch<'w>,
        from: &SwitchedFrom<'_>,
    ) -> Option<(Person, OriginKind)> {
        let account = from.account?;
        match from.resource.split('/').next()? {
            "user" => {
                let bearer = from.id.clone().map_or_else(
                    || {
                        self.roster
                            .user_named(account, from.name, switch.key.second)
                    },
                    Bearer::One,
                );
                let user = match bearer {
                    Bearer::One(id) => Person::User(account, id),
                    Bearer::OneOf(_) | Bearer::Unknown => Person::Unknown(Arc::from(from.arn)),
                };
                Some((user, OriginKind::Listed(IdentityKind::IamUser)))
            }
            "assumed-role" if from.resource.starts_with(CENTER_SESSION) => Some((
                Person::IdentityCenter(Arc::from(from.name)),
                OriginKind::Listed(IdentityKind::IdentityCenter),
            )),
            "root" => Some((
                Person::Root(Arc::from(account.to_string())),
                OriginKind::Root,
            )),
            _ => None,
        }
    }
}

impl<'s> SwitchedFrom<'s> {
    fn from_switch(switch: &Switch<'s>) -> Option<Self> {
        let (arn, id) = switch
            .steps
            .iter()
            .find_map(|(_, step)| Some((step.from.as_deref()?, step.from_id.clone())))?;
        Some(Self {
            arn,
            id,
            account: account_of(arn),
            resource: resource_of(arn).unwrap_or_default(),
            name: arn.rsplit('/').next().unwrap_or(arn),
        })
    }
}

/// The origin if only uses were read, which name nobody.
fn uses_alone(switch: &Switch<'_>) -> Origin {
    let session = &switch.key.session;
    let name = session.split_once(':').map_or(&**session, |(_, name)| name);
    let name = text!("session {name}", name);
    let service = switch
        .used
        .as_ref()
        .is_some_and(|used| used.delivered_by_service);
    let role = switch.role.as_ref().map_or("", RoleArn::as_str);
    Origin {
        person: if service { Person::Service(Arc::from(role)) } else { Person::Unknown(Arc::clone(session)) },
        kind: if service { OriginKind::Listed(IdentityKind::Service) } else { OriginKind::Unknown },
        arn: None,
        account: None,
        name,
        proof: Proof::Unproven { missing: text!("the logs don't contain the call that issued this session") },
        links: Vec::new(),
        broken: (!service)
            .then(|| text!("the logs don't contain the call that issued this session, which began at {second}; they contain only its activity", second = switch.key.second)),
        mint_missing: !service,
        center: None,
        own_call: None,
    }
}

/// `RenewRole` or `ExitRole`, if no `SwitchRole` was read.
fn later_step(switch: &Switch<'_>) -> Option<&'static str> {
    let acts: Vec<ConsoleAct> = switch.steps.iter().map(|(_, step)| step.act).collect();
    match acts.first()? {
        _ if acts.contains(&ConsoleAct::Enter) => None,
        ConsoleAct::Exit => Some("ExitRole"),
        _ => Some("RenewRole"),
    }
}

/// The origin if only a later step was read: somebody was in the role, but the entry is missing.
fn later_alone(switch: &Switch<'_>, step: &str) -> Origin {
    let mut origin = uses_alone(switch);
    let why = text!(
        "the logs don't contain the call that issued this session; they contain only the console's {step} record",
        step
    );
    origin.arn = switch_from(switch).map(str::to_owned);
    origin.broken = Some(why);
    origin.mint_missing = true;
    origin
}

fn missing_halves(switch: &Switch<'_>) -> Text {
    let role = switch.role.as_ref().map(RoleArn::account);
    let accounts: BTreeSet<String> = role
        .into_iter()
        .chain(switch.caller_account())
        .map(|account| account.to_string())
        .collect();
    text!(
        "the logs contain only the console's SwitchRole record of this switch; the AssumeRole record from account {accounts} is missing",
        accounts = Text::any_of(accounts)
    )
}

/// The ARN that the console says it switched from.
pub(super) fn switch_from<'w>(switch: &Switch<'w>) -> Option<&'w str> {
    switch
        .steps
        .iter()
        .find_map(|(_, step)| step.from.as_deref())
}
