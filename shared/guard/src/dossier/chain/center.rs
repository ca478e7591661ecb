//! The origin of a switch that began with a session of a permission set.

use crate::text::Text;
use std::sync::Arc;

use super::Tracer;
use super::start::identity_center;
use crate::arn::{AWS, RoleArn};
use crate::dossier::Switch;
use crate::dossier::center::{Center, CenterSession, name_of};
use crate::dossier::origin::{CenterEvidence, Origin, OriginKind, Person};
use crate::moment::Moment;
use crate::policy::IdentityKind;
use crate::seen::{Caller, CallerKind};

/// The person for whom Identity Center made the call that issued the session.
pub(super) fn of_center(center: &Center<'_>, caller: &Caller, at: &Switch<'_>) -> Origin {
    let issuer = at.halves.iter().find_map(|half| half.mint.center_account);
    let session = CenterSession {
        session: &at.key.session,
        issued: Some(at.key.second),
        named: at.key.second,
        role: at.role.as_ref(),
        issuer,
    };
    let mut origin = origin(center, &session);
    // A record without a session still has the name that Identity Center vouched for.
    if !at.key.session.contains(':')
        && let Some(name) = &caller.user_name
    {
        origin.name = Text::data(&**name);
    }
    origin
}

impl Tracer<'_, '_> {
    /// The person behind a session of a permission set of which the call that issued it wasn't
    /// read. `None`: the session is of another role.
    pub(super) fn center_session(&self, caller: &Caller, time: Moment) -> Option<Origin> {
        let Some(center) = &self.gathered.center else {
            return identity_center(caller);
        };
        let session = caller.role_session()?;
        let context = caller.session.as_ref();
        let role = context
            .and_then(|context| RoleArn::parse(context.issuer_arn.as_deref()?).ok())
            .filter(|role| role.permission_set().is_some());
        // The role owner's copy of a call shows no more than the id of the caller's role.
        let by_id = caller.kind == CallerKind::OtherAccount && center.is_of_permission_set(session);
        if role.is_none() && !by_id {
            return None;
        }
        let created = context.and_then(|context| context.created);
        Some(origin(
            center,
            &CenterSession {
                session,
                issued: created,
                named: created.unwrap_or(time),
                role: role.as_ref(),
                issuer: None,
            },
        ))
    }

    /// The person of Identity Center from whose console session the console switched.
    pub(super) fn center_switched_from(&self, name: &str, at: Moment) -> Option<Origin> {
        let center = self.gathered.center.as_ref()?;
        Some(origin(
            center,
            &CenterSession {
                session: name,
                issued: None,
                named: at,
                role: None,
                issuer: None,
            },
        ))
    }
}

fn origin(center: &Center<'_>, session: &CenterSession<'_>) -> Origin {
    let person = center.person(session);
    let mfa = center.mfa(&person, session);
    let settings = center.directory.settings;
    let own_name = name_of(session.session);
    let known = person.user.as_ref().filter(|user| center.is_ours(user));
    let name = known.and_then(|user| {
        let then = center.directory.name_at(&user.user, session.named);
        then.or_else(|| center.directory.name_of(&user.user))
    });
    let partition = session.role.map_or(AWS, RoleArn::partition);
    Origin {
        arn: known.map(|user| format!("arn:{partition}:identitystore:::user/{}", user.user)),
        account: known.map(|_| settings.account),
        name: name.map_or_else(|| Text::data(own_name), |name| Text::data(&*name)),
        person: person.user.clone().map_or_else(
            || Person::IdentityCenter(Arc::from(own_name.to_lowercase())),
            Person::StoreUser,
        ),
        kind: OriginKind::Listed(IdentityKind::IdentityCenter),
        proof: mfa.proof,
        links: Vec::new(),
        broken: person.why.clone(),
        mint_missing: false,
        center: Some(Box::new(CenterEvidence {
            issued_here: session.issuer == Some(settings.account),
            portal: person
                .portal
                .iter()
                .map(|call| call.record.clone())
                .collect(),
            sign_ins: mfa.records,
            proving: mfa.proving,
        })),
        own_call: None,
    }
}
