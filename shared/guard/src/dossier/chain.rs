//! From a switch back to the human, or to whatever stands at the start.

mod start;

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::gather::ServiceKey;
use super::origin::{Origin, OriginKind, Person};
use super::{Gathered, Switch};
use crate::arn::{RoleArn, account_of, iam_arn, partition_of};
use crate::id::{AccountId, RecordKey};
use crate::moment::Moment;
use crate::policy::IdentityKind;
use crate::proof::{Proof, at_mint};
use crate::roster::{Bearer, Roster};
use crate::seen::service::{key_hash, session_hash};
use crate::seen::{Caller, CallerKind, ConsoleAct};
use crate::time::chosen::SAME_CALL;
use start::{delivered_by_service, identity_center, is_identity_center, unknown, workload};

/// The most mints of a chain that are named as evidence: the first, and those nearest to the
/// switch.
const NAMED: usize = 64;

/// Leads a caller back to its origin.
pub(crate) struct Tracer<'g, 'w> {
    pub(crate) gathered: &'g Gathered<'w>,
    pub(crate) roster: &'g Roster<'w>,
    /// Origins of switches that were passed on the way: long chains are walked once.
    known: RefCell<HashMap<*const Switch<'w>, Origin>>,
}

/// One step back on a chain.
enum Step<'g, 'w> {
    From(&'g Switch<'w>),
    End(Origin),
}

impl<'g, 'w> Tracer<'g, 'w> {
    /// Starts with nothing remembered.
    pub(crate) fn new(gathered: &'g Gathered<'w>, roster: &'g Roster<'w>) -> Self {
        Self {
            gathered,
            roster,
            known: RefCell::default(),
        }
    }

    /// Who stands at the start of this switch.
    pub(crate) fn origin(&self, switch: &Switch<'w>) -> Origin {
        let origin = self.traced(switch);
        self.asked_about(&origin);
        origin
    }

    /// Origins are remembered, and what the roster was asked for one was asked when it was traced
    /// first.
    fn asked_about(&self, origin: &Origin) {
        if let Person::User(account, id) = &origin.person {
            self.roster.asked_about_user(*account, id);
        }
    }

    fn traced(&self, switch: &Switch<'w>) -> Origin {
        if !switch.has_mint() {
            return self.without_mint(switch);
        }
        let mut passed: BTreeSet<super::SwitchKey> = BTreeSet::from([switch.key.clone()]);
        let mut path: Vec<&Switch<'w>> = Vec::new();
        let mut remember = true;
        let mut origin = loop {
            let at = path.last().copied().unwrap_or(switch);
            if let Some(known) = path
                .last()
                .and_then(|at| self.known.borrow().get(&std::ptr::from_ref(*at)).cloned())
            {
                break known;
            }
            let parent = match self.step(at) {
                Step::End(origin) => break origin,
                Step::From(parent) => parent,
            };
            if !passed.insert(parent.key.clone()) {
                // Where a circle is entered decides what is seen of it, so nothing is remembered.
                remember = false;
                break at.caller().map_or_else(
                    || self.without_mint(at),
                    |caller| unknown(caller, "the chain of sessions runs in a circle".to_owned()),
                );
            }
            path.push(parent);
        };
        for parent in path.iter().rev() {
            if remember {
                self.known
                    .borrow_mut()
                    .entry(std::ptr::from_ref(*parent))
                    .or_insert_with(|| origin.clone());
            }
            origin.links.extend(parent.records().cloned());
            if origin.links.len() > NAMED {
                // The first mint, and those nearest to the switch.
                origin.links.drain(2..origin.links.len() + 2 - NAMED);
            }
        }
        origin
    }

    /// One step back: to the switch that yielded the caller's session, or to the end of the chain.
    fn step(&self, at: &Switch<'w>) -> Step<'_, 'w> {
        let Some(caller) = at.caller() else {
            return Step::End(self.without_mint(at));
        };
        if caller.role_session().is_none() {
            return Step::End(self.identity(caller, at));
        }
        if let Some(service) = delivered_by_service(caller) {
            return Step::End(service);
        }
        match self.parent(caller, at.key.second) {
            Some(parent) if !parent.conflicting.is_empty() => Step::End(unknown(
                caller,
                "the records of the session it was entered from contradict each other".to_owned(),
            )),
            Some(parent) => Step::From(parent),
            None => Step::End(match self.service(caller) {
                Some((stub, service)) => Origin {
                    links: vec![stub],
                    ..service
                },
                None => identity_center(caller)
                    .unwrap_or_else(|| unknown(caller, missing_parent(caller))),
            }),
        }
    }

    /// Who stands behind a caller that entered nothing: a refused attempt, a change in IAM.
    ///
    /// `near`: an ARN of the same record, which shows the partition of those that have to be built.
    pub(crate) fn behind(&self, caller: &Caller, time: Moment, near: Option<&str>) -> Origin {
        let origin = self.traced_from(caller, time, near);
        self.asked_about(&origin);
        origin
    }

    fn traced_from(&self, caller: &Caller, time: Moment, near: Option<&str>) -> Origin {
        if caller.role_session().is_none() {
            return self.identity_of(caller, &Proof::NotAsked, None, near.and_then(partition_of));
        }
        if let Some(service) = delivered_by_service(caller) {
            return service;
        }
        match self.parent(caller, time) {
            Some(parent) => self.origin(parent),
            None if let Some((_, service)) = self.service(caller) => service,
            None => {
                identity_center(caller).unwrap_or_else(|| unknown(caller, missing_parent(caller)))
            }
        }
    }

    /// The switch that yielded the caller's session: by the key it was issued, else by session and
    /// second.
    pub(crate) fn parent(&self, caller: &Caller, time: Moment) -> Option<&Switch<'w>> {
        let switches = &self.gathered.switches;
        let session = caller.role_session()?;
        let created = caller.session.as_ref().and_then(|context| context.created);
        let by_key = caller.key.as_deref().and_then(|key| {
            let all = self
                .gathered
                .by_issued
                .get(key)?
                .iter()
                .filter_map(|at| switches.get(*at));
            // Keys are recycled, and a use may be logged a little before its mint.
            all.filter(|switch| {
                switch.key.session == *session && switch.key.second.seconds_since(time) <= 60
            })
            .filter(|switch| created.is_none_or(|created| switch.began_at(created, SAME_CALL)))
            .max_by_key(|switch| (Some(switch.key.second) == created, switch.key.second))
        });
        if by_key.is_some() {
            return by_key;
        }
        let (first, alike) = self.gathered.by_session.get(&(&**session, created?))?;
        // Several sessions of one name in one second: only if they lead to the same caller does it
        // not matter which it was.
        switches.get(*first).filter(|_| *alike)
    }

    /// The caller's session was given to a service.
    fn service(&self, caller: &Caller) -> Option<(RecordKey, Origin)> {
        let services = &self.gathered.services;
        let by_key = caller
            .key
            .as_deref()
            .and_then(|key| services.get(&ServiceKey::Issued(key_hash(key))));
        let by_session = || {
            let created = caller.session.as_ref()?.created?;
            services.get(&ServiceKey::Session((
                session_hash(caller.role_session()?),
                created,
            )))
        };
        let stub = by_key.or_else(by_session)?;
        Some((stub.record(), workload(caller)?))
    }

    /// The GetSessionToken call that a user's temporary key came from.
    pub(crate) fn session_token(&self, caller: &Caller, time: Moment) -> Option<&Switch<'w>> {
        let key = caller
            .key
            .as_deref()
            .filter(|_| caller.kind == CallerKind::IamUser)?;
        let all = self
            .gathered
            .by_issued
            .get(key)?
            .iter()
            .filter_map(|at| self.gathered.switches.get(*at));
        let created = caller.session.as_ref().and_then(|context| context.created);
        all.filter(|switch| switch.key.second.seconds_since(time) <= 60)
            .filter(|switch| created.is_none_or(|created| switch.began_at(created, SAME_CALL)))
            .max_by_key(|switch| switch.key.second)
    }

    fn identity(&self, caller: &Caller, at: &Switch<'w>) -> Origin {
        let partition = at.role.as_ref().map(RoleArn::partition);
        self.identity_of(
            caller,
            &at_mint(at, self.session_token(caller, at.key.second)),
            switch_from(at),
            partition,
        )
    }

    /// `from`: whom the console says it switched from.
    fn identity_of(
        &self,
        caller: &Caller,
        proof: &Proof,
        from: Option<&str>,
        partition: Option<&str>,
    ) -> Origin {
        let text = |value: &Option<Arc<str>>| value.clone().unwrap_or_else(|| Arc::from(""));
        let id = text(&caller.principal_id);
        let name = caller.user_name.as_deref().unwrap_or(&id).to_owned();
        let make = |person, kind, broken: Option<String>| Origin {
            person,
            kind,
            arn: caller.arn.as_deref().map(str::to_owned),
            account: caller.account,
            name: name.clone(),
            proof: proof.clone(),
            links: Vec::new(),
            broken,
            mint_missing: false,
        };
        match (&caller.kind, caller.account) {
            (CallerKind::IamUser, Some(account)) if !id.is_empty() => make(
                Person::User(account, id),
                OriginKind::Listed(IdentityKind::IamUser),
                None,
            ),
            (CallerKind::OtherAccount, Some(account)) if id.starts_with("AIDA") => {
                self.user_by_id(account, id, proof.clone(), from, partition)
            }
            (CallerKind::OtherAccount, Some(account)) if *id == *account.to_string() => make(
                Person::Root(Arc::from(account.to_string())),
                OriginKind::Root,
                None,
            ),
            (CallerKind::Root, _) => make(Person::Root(id), OriginKind::Root, None),
            (CallerKind::Service, _) => {
                let service = text(&caller.provider);
                let mut origin = make(
                    Person::Service(Arc::clone(&service)),
                    OriginKind::Listed(IdentityKind::Service),
                    None,
                );
                service.as_ref().clone_into(&mut origin.name);
                origin
            }
            (CallerKind::Saml, _) => {
                let provider = text(&caller.provider);
                if is_identity_center(&provider) {
                    let person = Person::IdentityCenter(Arc::from(name.as_str()));
                    make(
                        person,
                        OriginKind::Listed(IdentityKind::IdentityCenter),
                        None,
                    )
                } else {
                    let subject = caller.user_name.clone().unwrap_or(id);
                    make(
                        Person::Federated(provider, subject),
                        OriginKind::Listed(IdentityKind::Saml),
                        None,
                    )
                }
            }
            (CallerKind::WebIdentity, _) => {
                let subject = caller.user_name.clone().unwrap_or(id);
                make(
                    Person::Federated(text(&caller.provider), subject),
                    OriginKind::Listed(IdentityKind::WebIdentity),
                    None,
                )
            }
            (CallerKind::Federated, _) => {
                let issuer = caller
                    .session
                    .as_ref()
                    .and_then(|session| session.issuer_id.clone());
                let person = match (caller.account, issuer) {
                    (Some(account), Some(user)) => Person::User(account, user),
                    _ => Person::Unknown(id),
                };
                make(person, OriginKind::Federated, None)
            }
            (CallerKind::IdentityCenter, _) => make(
                Person::IdentityCenter(Arc::from(name.as_str())),
                OriginKind::Listed(IdentityKind::IdentityCenter),
                None,
            ),
            _ => unknown(caller, "the record does not say who called".to_owned()),
        }
    }

    /// The role owner's half alone: an id is all there is, unless the roster, another record or the
    /// console's SwitchRole names it.
    fn user_by_id(
        &self,
        account: AccountId,
        id: Arc<str>,
        proof: Proof,
        from: Option<&str>,
        partition: Option<&str>,
    ) -> Origin {
        let from = from
            .and_then(|arn| arn.strip_prefix("arn:").map(|_| arn))
            .filter(|arn| arn.contains(&format!("::{account}:user/")));
        let known = self
            .roster
            .user_name(account, &id)
            .or_else(|| Some(Arc::from(from?.rsplit('/').next()?)));
        let broken = known.is_none().then(|| {
            let shown = crate::untrusted::harmless(&id);
            format!("account {account} sent nothing for this switch, and nothing that was read names user id {shown}")
        });
        let name = known.as_deref().unwrap_or(&id).to_owned();
        let arn = self.roster.user_arn(account, &id).map(str::to_owned);
        Origin {
            arn: arn.or_else(|| from.map(str::to_owned)).or_else(|| {
                known.map(|name| {
                    iam_arn(
                        self.roster.partition(account).or(partition),
                        account,
                        &format!("user/{name}"),
                    )
                })
            }),
            person: Person::User(account, id),
            kind: OriginKind::Listed(IdentityKind::IamUser),
            account: Some(account),
            name,
            proof,
            links: Vec::new(),
            broken,
            mint_missing: false,
        }
    }

    /// A SwitchRole record alone names the person; uses alone name nobody.
    fn without_mint(&self, switch: &Switch<'w>) -> Origin {
        let from = switch
            .steps
            .iter()
            .find_map(|(_, step)| Some((step.from.as_deref()?, step.from_id.clone())));
        if let Some(step) = later_step(switch) {
            return later_alone(switch, step);
        }
        let unproven = Proof::Unproven {
            missing: missing_halves(switch),
        };
        let Some((arn, id)) = from else {
            return uses_alone(switch);
        };
        let account: Option<AccountId> = account_of(arn);
        let resource = arn.splitn(6, ':').nth(5).unwrap_or_default();
        let name = arn.rsplit('/').next().unwrap_or(arn).to_owned();
        let make = |person, kind, broken| Origin {
            person,
            kind,
            arn: Some(arn.to_owned()),
            account,
            name: name.clone(),
            proof: unproven.clone(),
            links: Vec::new(),
            broken,
            mint_missing: false,
        };
        match (account, resource.split('/').next()) {
            (Some(account), Some("user")) => {
                let user = match id.map_or_else(
                    || self.roster.user_named(account, &name, switch.key.second),
                    Bearer::One,
                ) {
                    Bearer::One(id) => Person::User(account, id),
                    Bearer::OneOf(_) | Bearer::Unknown => Person::Unknown(Arc::from(arn)),
                };
                make(user, OriginKind::Listed(IdentityKind::IamUser), None)
            }
            (Some(_), Some("assumed-role"))
                if resource.starts_with("assumed-role/AWSReservedSSO_") =>
            {
                make(
                    Person::IdentityCenter(Arc::from(name.as_str())),
                    OriginKind::Listed(IdentityKind::IdentityCenter),
                    None,
                )
            }
            (Some(account), Some("root")) => make(
                Person::Root(Arc::from(account.to_string())),
                OriginKind::Root,
                None,
            ),
            _ => {
                let why = format!(
                    "the console switched from {}, and the session's own start was not read",
                    crate::untrusted::harmless(arn)
                );
                make(
                    Person::Unknown(Arc::from(arn)),
                    OriginKind::Unknown,
                    Some(why),
                )
            }
        }
    }
}

/// Uses without a mint name nobody.
fn uses_alone(switch: &Switch<'_>) -> Origin {
    let session = &switch.key.session;
    let name = format!(
        "session {}",
        session.split_once(':').map_or(&**session, |(_, name)| name)
    );
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
        proof: Proof::Unproven { missing: "the mint is not in the archive".to_owned() },
        links: Vec::new(),
        broken: (!service)
            .then(|| format!("the mint is not in the archive: the session began at {}, and only its use was read", switch.key.second)),
        mint_missing: !service,
    }
}

/// `RenewRole` or `ExitRole`, where no `SwitchRole` was read.
fn later_step(switch: &Switch<'_>) -> Option<&'static str> {
    let acts: Vec<ConsoleAct> = switch.steps.iter().map(|(_, step)| step.act).collect();
    match acts.first()? {
        _ if acts.contains(&ConsoleAct::Enter) => None,
        ConsoleAct::Exit => Some("ExitRole"),
        _ => Some("RenewRole"),
    }
}

/// Somebody was in the role; when they entered it was not read.
fn later_alone(switch: &Switch<'_>, step: &str) -> Origin {
    let mut origin = uses_alone(switch);
    let why = format!("the mint is not in the archive: only the console's {step} record was read");
    origin.arn = switch_from(switch).map(str::to_owned);
    origin.broken = Some(why);
    origin.mint_missing = true;
    origin
}

fn missing_halves(switch: &Switch<'_>) -> String {
    let role = switch.role.as_ref().map(RoleArn::account);
    let accounts: BTreeSet<String> = role
        .into_iter()
        .chain(switch.caller_account())
        .map(|account| account.to_string())
        .collect();
    let names: Vec<_> = accounts.into_iter().collect();
    format!(
        "only the console's SwitchRole record was read; the AssumeRole record of account {} was not",
        names.join(" or ")
    )
}

/// The ARN that the console says it switched from.
fn switch_from<'w>(switch: &Switch<'w>) -> Option<&'w str> {
    switch
        .steps
        .iter()
        .find_map(|(_, step)| step.from.as_deref())
}

fn missing_parent(caller: &Caller) -> String {
    let session = caller
        .role_session()
        .map_or_else(String::new, |session| crate::untrusted::harmless(session));
    let account = caller.account.map_or_else(
        || "the caller's account".to_owned(),
        |account| format!("account {account}"),
    );
    if caller
        .session
        .as_ref()
        .is_some_and(|context| context.created_unread)
    {
        return format!(
            "the record's `creationDate` can't be read, so the call that issued the caller's session {session} can't be found"
        );
    }
    if caller.kind == CallerKind::OtherAccount {
        format!(
            "{account} sent nothing for this switch, so all that is known of the caller is the role session {session}"
        )
    } else {
        format!(
            "the call that issued the caller's session {session} was not read; it is in the logs of {account}"
        )
    }
}
