//! Identifies a caller that isn't a role session: the end of a chain.

use std::sync::Arc;

use super::Tracer;
use super::console::switch_from;
use super::start::{is_identity_center, unknown};
use crate::arn::{RoleArn, iam_arn, partition_of, permission_set};
use crate::dossier::Switch;
use crate::dossier::origin::{Origin, OriginKind, OwnCall, Person};
use crate::dossier::proof::{Proof, at_mint};
use crate::id::AccountId;
use crate::policy::IdentityKind;
use crate::seen::service::service_hash;
use crate::seen::{Caller, CallerKind, StoreUser};
use crate::text;

impl<'w> Tracer<'_, 'w> {
    pub(super) fn identity(&self, caller: &Caller, at: &Switch<'w>) -> Origin {
        let role = at.role.as_ref().map(RoleArn::as_str);
        let mut origin = self.identity_of(
            caller,
            &at_mint(at, self.session_token(caller, at.key.second)),
            switch_from(at),
            role,
        );
        if let Some(own_call) = &mut origin.own_call {
            own_call.tags = at.grants().flat_map(|grant| grant.tags.clone()).collect();
            own_call.omitted = at.halves.iter().any(|half| half.mint.omitted);
        }
        origin
    }

    /// `from`: the person that the console says it switched from.
    pub(super) fn identity_of(
        &self,
        caller: &Caller,
        proof: &Proof,
        from: Option<&str>,
        near: Option<&str>,
    ) -> Origin {
        let id = text(caller.principal_id.as_ref());
        let partition = near.and_then(partition_of);
        // The role owner's copy shows only `AIDA…` and the account of a foreign user: no name, no
        // ARN, no key, no session context.
        if let (CallerKind::OtherAccount, Some(account)) = (&caller.kind, caller.account)
            && id.starts_with("AIDA")
        {
            return self.user_by_id(account, id, proof.clone(), from, partition);
        }
        let reserved = near.and_then(permission_set::of_role).is_some();
        if caller.kind == CallerKind::Saml && reserved && !shows_provider(caller) {
            return unknown(
                caller,
                text!("the record doesn't show which identity provider it was"),
            );
        }
        let Some((person, kind)) = person_of(caller, &id, near) else {
            return unknown(caller, text!("the record doesn't show who made the call"));
        };
        let name = match &person {
            Person::Service(service) => service.as_ref(),
            _ => name_of(caller, &id),
        };
        let name = match &person {
            // The record of a call by such a user shows no name.
            Person::StoreUser(user) if name.is_empty() => self.store_user_name(user),
            _ => name.to_owned(),
        };
        Origin {
            name: name.into(),
            person,
            kind,
            arn: caller.arn.as_deref().map(str::to_owned),
            account: caller.account,
            proof: proof.clone(),
            links: Vec::new(),
            broken: None,
            mint_missing: false,
            center: None,
            own_call: own_call(caller),
        }
    }

    /// The latest name of a user of Identity Center, else the id.
    fn store_user_name(&self, user: &StoreUser) -> String {
        let center = self.gathered.center.as_ref();
        let known = center
            .filter(|center| center.is_ours(user))
            .and_then(|center| center.directory.name_of(&user.user));
        known.map_or_else(|| format!("user {}", user.user), |name| name.to_string())
    }

    /// The person if only the role owner's half was read. It has nothing but an id, unless the
    /// roster, another record or the console's SwitchRole has a name for it.
    fn user_by_id(
        &self,
        account: AccountId,
        id: Arc<str>,
        proof: Proof,
        from: Option<&str>,
        partition: Option<&str>,
    ) -> Origin {
        // The ARN that the console says it switched from is the caller's own. It only counts if its
        // account is the one that AWS shows.
        let from = from
            .and_then(|arn| arn.strip_prefix("arn:").map(|_| arn))
            .filter(|arn| arn.contains(&format!("::{account}:user/")));
        let known = self
            .roster
            .user_name(account, &id)
            .or_else(|| Some(Arc::from(from?.rsplit('/').next()?)));
        let broken = known.is_none().then(|| {
            let shown = crate::untrusted::harmless(&id);
            text!("the record of this switch from account {account} is missing, and no other record or roster names user id {shown}", account, shown)
        });
        let name = known.as_deref().unwrap_or(&id).to_owned();
        let arn = self.roster.user_arn(account, &id);
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
            name: name.into(),
            proof,
            links: Vec::new(),
            broken,
            mint_missing: false,
            center: None,
            own_call: None,
        }
    }
}

/// The caller as the record alone shows them, and their identity type in terms of the policy.
fn person_of(caller: &Caller, id: &Arc<str>, near: Option<&str>) -> Option<(Person, OriginKind)> {
    let listed = OriginKind::Listed;
    Some(match (&caller.kind, caller.account) {
        (CallerKind::IamUser, Some(account)) if !id.is_empty() => (
            Person::User(account, Arc::clone(id)),
            listed(IdentityKind::IamUser),
        ),
        // The id of root is the number of its account.
        (CallerKind::OtherAccount, Some(account)) if **id == *account.to_string() => (
            Person::Root(Arc::from(account.to_string())),
            OriginKind::Root,
        ),
        (CallerKind::Root, _) => (Person::Root(Arc::clone(id)), OriginKind::Root),
        (CallerKind::Service, _) => (
            Person::Service(text(caller.provider.as_ref())),
            listed(IdentityKind::Service),
        ),
        (CallerKind::Saml, _) => by_saml(caller, id, near),
        (CallerKind::WebIdentity, _) => (federated(caller, id), listed(IdentityKind::WebIdentity)),
        (CallerKind::Federated, _) => (by_federation_token(caller, id), OriginKind::Federated),
        (CallerKind::IdentityCenter, _) => (
            caller.on_behalf_of.as_deref().map_or_else(
                || Person::IdentityCenter(Arc::from(name_of(caller, id))),
                |user| Person::StoreUser(user.clone()),
            ),
            listed(IdentityKind::IdentityCenter),
        ),
        _ => return None,
    })
}

/// What the record shows of a caller whom a provider or AWS vouches for.
fn own_call(caller: &Caller) -> Option<Box<OwnCall>> {
    let provider = caller.provider.clone();
    let own_call = match caller.kind {
        CallerKind::Service => {
            let name = provider.as_deref().filter(|name| !name.is_empty());
            OwnCall::of_service(name.map(service_hash))
        }
        CallerKind::Saml | CallerKind::WebIdentity => OwnCall {
            provider: provider
                .filter(|_| caller.kind == CallerKind::WebIdentity || shows_provider(caller)),
            subject: caller.user_name.clone(),
            ..OwnCall::default()
        },
        _ => return None,
    };
    Some(Box::new(own_call))
}

/// Whether the record shows a SAML user's provider. Without the parameters of the call, it has only
/// a hash.
fn shows_provider(caller: &Caller) -> bool {
    let provider = caller.provider.as_deref();
    provider.is_some_and(|provider| provider.contains(":saml-provider/"))
}

/// A person who signed in by SAML. Identity Center uses a SAML provider of its own.
fn by_saml(caller: &Caller, id: &Arc<str>, near: Option<&str>) -> (Person, OriginKind) {
    // Anybody can call a provider of their own `AWSSSO_…`, but not enter a role that only AWS makes.
    let reserved = near.and_then(permission_set::of_role).is_some();
    if reserved && is_identity_center(&text(caller.provider.as_ref())) {
        return (
            Person::IdentityCenter(Arc::from(name_of(caller, id))),
            OriginKind::Listed(IdentityKind::IdentityCenter),
        );
    }
    (
        federated(caller, id),
        OriginKind::Listed(IdentityKind::Saml),
    )
}

fn federated(caller: &Caller, id: &Arc<str>) -> Person {
    let subject = caller.user_name.as_ref().unwrap_or(id);
    Person::Federated(text(caller.provider.as_ref()), Arc::clone(subject))
}

/// The user who called GetFederationToken is the person behind the session.
fn by_federation_token(caller: &Caller, id: &Arc<str>) -> Person {
    let session = caller.session.as_ref();
    let issuer = session.and_then(|session| session.issuer_id.clone());
    match (caller.account, issuer) {
        (Some(account), Some(user)) => Person::User(account, user),
        _ => Person::Unknown(Arc::clone(id)),
    }
}

fn name_of<'c>(caller: &'c Caller, id: &'c str) -> &'c str {
    caller.user_name.as_deref().unwrap_or(id)
}

fn text(value: Option<&Arc<str>>) -> Arc<str> {
    value.cloned().unwrap_or_else(|| Arc::from(""))
}
