//! The person of Identity Center behind a session of a permission set.
//!
//! No key ties the call at the access portal to the call that issues the session, so the person is
//! established by up to three answers: what the session's own uses say, who called the portal for
//! this account and permission set at that time, and who bore the session's name. The first answer
//! that exists decides, and answers that disagree leave the person unknown.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::{Switch, center_mfa};
use crate::arn::{RoleArn, permission_set};
use crate::directory::{Activity, Directory, UserPortalCall};
use crate::id::{AccountId, RecordKey};
use crate::moment::Moment;
use crate::policy::IdentityCenter;
use crate::roster::{Bearer, Rosters};
use crate::seen::{Caller, CallerKind, CenterSubject, Fact, MintApi, StoreUser};
use crate::text;
use crate::text::Text;
use crate::time::chosen::PORTAL_CALL;
use crate::untrusted::harmless;
use crate::world::{World, facts_in_force};

/// What is known of Identity Center, for all switches.
pub(crate) struct Center<'w> {
    pub(crate) directory: Directory<'w>,
    pub(crate) activity: Activity<'w>,
    /// The people whom a role session's own calls name, by session and second of its creation.
    acting: HashMap<(&'w str, Moment), BTreeSet<&'w StoreUser>>,
    /// The calls that issued sessions of permission sets, by `AROA…:session`.
    issued: HashMap<&'w str, BTreeSet<(Moment, &'w RecordKey)>>,
    /// Roles of permission sets by their id (`AROA…`).
    roles: BTreeMap<&'w str, &'w str>,
}

/// A session of a permission set, as far as its records show it.
pub(crate) struct CenterSession<'s> {
    /// `AROA…:session`.
    pub(crate) session: &'s str,
    /// The second of the call that issued it. `None`: only a later call by it was read.
    pub(crate) issued: Option<Moment>,
    /// The second at which the name is looked up.
    pub(crate) named: Moment,
    /// The role, with its path.
    pub(crate) role: Option<&'s RoleArn>,
    /// The account of the Identity Center that issued it, by the record's `issuer`.
    pub(crate) issuer: Option<AccountId>,
}

/// The person behind a session.
pub(crate) struct CenterPerson<'c, 'w> {
    /// The user. `None`: unknown, and `why` says why.
    pub(crate) user: Option<StoreUser>,
    pub(crate) why: Option<Text>,
    /// The calls of the access portal that belong to the session, as far as its person made them.
    pub(crate) portal: Vec<&'c UserPortalCall<'w>>,
}

/// Whom the access portal's records name.
struct PortalAnswer<'c, 'w> {
    users: BTreeSet<StoreUser>,
    calls: Vec<&'c UserPortalCall<'w>>,
    /// Somebody called of whom no record shows who they are, so `users` may lack the right one.
    unknown_caller: bool,
    /// Copies of one of the records contradict each other.
    contradicted: bool,
}

impl<'w> Center<'w> {
    pub(crate) fn new(
        world: &'w World,
        rosters: &'w Rosters,
        settings: &'w IdentityCenter,
    ) -> Self {
        let directory = Directory::new(world, rosters, settings);
        let activity = Activity::new(world, &directory);
        let mut center = Self {
            directory,
            activity,
            acting: HashMap::new(),
            issued: HashMap::new(),
            roles: BTreeMap::new(),
        };
        for (key, fold) in &world.uses {
            if let Some(created) = key.created {
                let acting = center.acting.entry((&key.session, created));
                acting.or_default().extend(&fold.people);
            }
        }
        for (record, fact) in facts_in_force(world) {
            center.add(record, fact);
        }
        let listed = rosters.iter().flat_map(|snapshot| &*snapshot.roles);
        let seen = world
            .roles
            .iter()
            .flat_map(|(id, arns)| arns.iter().map(move |arn| (id, arn)));
        for (id, arn) in listed.chain(seen) {
            center.add_role(id, arn.as_str());
        }
        // Setting this up asked about everybody. What a switch depends on, it asks itself.
        drop(center.directory.take_asked());
        center
    }

    fn add(&mut self, record: &'w RecordKey, fact: &'w Fact) {
        let caller: &'w Caller = match fact {
            Fact::Mint(mint) => {
                if let (MintApi::AssumeRoleWithSaml, Some(session), Some(role)) =
                    (mint.api, &mint.session, &mint.role)
                    && role.permission_set().is_some()
                {
                    let calls = self.issued.entry(session).or_default();
                    calls.insert((mint.time, record));
                    self.add_role(id_of(session), role.as_str());
                }
                &mint.caller
            }
            Fact::Denial(denial) => &denial.caller,
            Fact::IamChange(change) => &change.by,
            Fact::IdentityCenter(event) => &event.by,
            Fact::Console(_) | Fact::Nothing => return,
        };
        let Some(context) = caller.session.as_ref() else {
            return;
        };
        if let (Some(id), Some(arn)) = (&context.issuer_id, &context.issuer_arn) {
            self.add_role(id, arn);
        }
        if let (CallerKind::AssumedRole, Some(session), Some(created), Some(person)) = (
            &caller.kind,
            &caller.principal_id,
            context.created,
            &caller.on_behalf_of,
        ) {
            let acting = self.acting.entry((session, created));
            acting.or_default().insert(person);
        }
    }

    fn add_role(&mut self, id: &'w str, arn: &'w str) {
        if permission_set::of_role(arn).is_some() {
            // INVARIANT (order): of several ARNs under one id the least is taken.
            let known = self.roles.entry(id).or_insert(arn);
            *known = (*known).min(arn);
        }
    }

    /// Whether the session (`AROA…:session`) is one of a permission set's role.
    pub(crate) fn is_of_permission_set(&self, session: &str) -> bool {
        let id = Arc::from(id_of(session));
        self.directory.asked_about(CenterSubject::Role(id));
        self.roles.contains_key(id_of(session))
    }

    /// The person behind a session.
    pub(crate) fn person(&self, of: &CenterSession<'_>) -> CenterPerson<'_, 'w> {
        let name = name_of(of.session);
        if let Some(other) = of.issuer.filter(|account| *account != self.account()) {
            return unknown(text!(
                "the Identity Center in account {other} issued the session, not the one in account {account}",
                other,
                account = self.account()
            ));
        }
        let by_uses = self.by_uses(of);
        let portal = self.by_portal(of, name);
        let by_name = match self.directory.user_named(name, of.named) {
            Bearer::One(id) => Some(self.user(&id)),
            Bearer::OneOf(_) | Bearer::Unknown => None,
        };
        if by_uses.len() > 1 {
            return unknown(text!(
                "the session's own calls name {users}",
                users = self.names_of(&by_uses)
            ));
        }
        if portal.contradicted && by_uses.is_empty() {
            return unknown(text!(
                "copies of the access portal's record contradict each other"
            ));
        }
        let at_portal = portal.users;
        let is_answer = at_portal.len() == 1 && !portal.unknown_caller;
        let by_portal = at_portal.first().filter(|_| is_answer).cloned();
        let answers: Vec<StoreUser> = [by_uses.first().cloned(), by_portal, by_name]
            .into_iter()
            .flatten()
            .collect();
        let Some(decided) = answers.first().cloned() else {
            return unknown(self.missing(&at_portal, portal.unknown_caller, of, name));
        };
        let mut others: BTreeSet<StoreUser> = answers.into_iter().collect();
        // Whom no record identifies may be the one who was decided for.
        if !portal.unknown_caller && !at_portal.is_empty() && !at_portal.contains(&decided) {
            others.extend(at_portal);
        }
        if others.len() > 1 {
            return unknown(text!(
                "the records name {users}",
                users = self.names_of(&others)
            ));
        }
        let mut calls = portal.calls;
        calls.retain(|call| match call.elsewhere {
            Some(user) => *user == decided,
            // Where no record shows the caller, it may have been this person.
            None => call.is_anonymous() || call.user.ids().contains(&decided.user),
        });
        CenterPerson {
            user: Some(decided),
            why: None,
            portal: calls,
        }
    }

    /// Whom the session's own calls name.
    fn by_uses(&self, of: &CenterSession<'_>) -> BTreeSet<StoreUser> {
        let mut people = BTreeSet::new();
        let Some(issued) = of.issued else {
            return people;
        };
        let session = CenterSubject::Session(Arc::from(of.session));
        self.directory.asked_about(session);
        // `creationDate` is the second of the call that issued the session, or one beside it.
        for created in [-1, 0, 1].map(|off| issued.plus_seconds(off)) {
            // Two sessions of one name may be used side by side. Then the second doesn't tell which
            // of them is meant.
            let calls = self.issued.get(of.session).into_iter().flatten();
            let fitting = calls.filter(|(time, _)| time.seconds_since(created).abs() <= 1);
            if fitting.count() <= 1
                && let Some(acting) = self.acting.get(&(of.session, created))
            {
                people.extend(acting.iter().map(|person| (*person).clone()));
            }
        }
        people
    }

    /// Who called the access portal for this account and permission set at that time.
    fn by_portal(&self, of: &CenterSession<'_>, name: &str) -> PortalAnswer<'_, 'w> {
        let mut answer = PortalAnswer {
            users: BTreeSet::new(),
            calls: Vec::new(),
            unknown_caller: false,
            contradicted: false,
        };
        let (Some(issued), Some(role)) = (of.issued, of.role) else {
            return answer;
        };
        let Some(set) = role.permission_set() else {
            return answer;
        };
        let window = (
            issued.plus_seconds(-PORTAL_CALL),
            issued.plus_seconds(PORTAL_CALL),
        );
        let all = self
            .activity
            .portal_calls(&self.directory, role.account(), set, window);
        // One portal session is one user's, so its other calls show who made this one.
        let known: BTreeSet<&str> = all
            .iter()
            .filter(|call| !call.is_anonymous())
            .filter_map(|call| call.credential)
            .collect();
        for call in all {
            if call.is_anonymous() && call.credential.is_some_and(|one| known.contains(one)) {
                continue;
            }
            let mut ids = call.user.ids();
            // Identity Center names the session after the user. Whoever bore another name took
            // another session.
            ids.retain(|id| {
                let known = self.directory.name_at(id, issued);
                known.is_none_or(|known| known.to_lowercase() == name.to_lowercase())
            });
            if call.is_anonymous() {
                if !call.names.is_empty() && !call.names.contains(&name.to_lowercase()) {
                    continue;
                }
                answer.unknown_caller = true;
            } else if ids.is_empty() && call.elsewhere.is_none() {
                continue;
            }
            answer.contradicted |= !call.sure;
            answer.users.extend(ids.iter().map(|id| self.user(id)));
            answer.users.extend(call.elsewhere.cloned());
            answer.calls.push(call);
        }
        answer
    }

    fn account(&self) -> AccountId {
        self.directory.settings.account
    }

    /// A user of the identity store that the policy names.
    pub(crate) fn user(&self, id: &Arc<str>) -> StoreUser {
        StoreUser {
            store: Arc::clone(&self.directory.settings.identity_store),
            user: Arc::clone(id),
        }
    }

    /// Whether the user is one of the identity store that the policy names.
    pub(crate) fn is_ours(&self, user: &StoreUser) -> bool {
        user.store == self.directory.settings.identity_store
    }

    /// A user for a message: the latest name that is known, and the id.
    pub(crate) fn shown(&self, user: &StoreUser) -> Text {
        if !self.is_ours(user) {
            return text!(
                "user {user} of identity store {store}",
                user = harmless(&user.user),
                store = harmless(&user.store)
            );
        }
        self.directory.name_of(&user.user).map_or_else(
            || text!("user {user}", user = harmless(&user.user)),
            |name| {
                text!(
                    "{name} (user {user})",
                    name = harmless(&name),
                    user = harmless(&user.user)
                )
            },
        )
    }

    /// The users whom records name, for a sentence.
    fn names_of(&self, users: &BTreeSet<StoreUser>) -> Text {
        Text::all_of(users.iter().map(|user| self.shown(user)))
    }

    fn missing(
        &self,
        at_portal: &BTreeSet<StoreUser>,
        unknown_caller: bool,
        of: &CenterSession<'_>,
        name: &str,
    ) -> Text {
        if at_portal.len() > 1 || unknown_caller {
            let mut callers: Vec<Text> = at_portal.iter().map(|user| self.shown(user)).collect();
            if unknown_caller {
                callers.push(text!("somebody whom no record identifies"));
            }
            let callers = Text::all_of(callers);
            return text!(
                "at that time, the access portal was called by {callers}",
                callers
            );
        }
        let account = self.account();
        let set = of.role.and_then(RoleArn::permission_set);
        let name = harmless(name);
        match set {
            Some(set) => text!(
                "the logs of account {account} contain no call to the access portal for permission set {set}, and neither these logs nor a roster of Identity Center shows which user is named {name}",
                account,
                set = harmless(set),
                name
            ),
            None => text!(
                "the logs of account {account} contain no call to the access portal, and neither these logs nor a roster of Identity Center shows which user is named {name}",
                account,
                name
            ),
        }
    }

    /// What the sign-ins of a switch's person show about MFA.
    pub(crate) fn mfa(
        &self,
        person: &CenterPerson<'_, 'w>,
        of: &CenterSession<'_>,
    ) -> center_mfa::SignInEvidence {
        center_mfa::evidence(self, person, of)
    }
}

/// `AROA…` of `AROA…:session`.
fn id_of(session: &str) -> &str {
    session.split_once(':').map_or(session, |(id, _)| id)
}

/// The user's name, after which Identity Center names the session.
pub(crate) fn name_of(session: &str) -> &str {
    session.split_once(':').map_or(session, |(_, name)| name)
}

fn unknown<'c, 'w>(why: Text) -> CenterPerson<'c, 'w> {
    CenterPerson {
        user: None,
        why: Some(why),
        portal: Vec::new(),
    }
}

/// The call by which Identity Center issued a session of a permission set.
///
/// Both have to be there: anybody can call a SAML provider `AWSSSO_…`, but only AWS can create a
/// role under the reserved path and decide who may enter it.
pub(crate) fn is_issued_by_center(switch: &Switch<'_>) -> bool {
    switch.api() == Some(MintApi::AssumeRoleWithSaml)
        && switch
            .role
            .as_ref()
            .is_some_and(|role| role.permission_set().is_some())
        && switch.caller().is_some_and(|caller| {
            let provider = caller.provider.as_deref().unwrap_or_default();
            provider
                .rsplit_once(":saml-provider/")
                .is_some_and(|(_, name)| name.starts_with("AWSSSO_"))
        })
}
