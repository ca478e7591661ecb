//! Somebody tries to enter a role, or to change what stands around it: in every way that is theirs to choose.

use super::account::{Account, Group, Role, User};
use crate::iam::{
    Caller, CallerKind, Condition, Context, Decision, Governing, Held, Identity, Place, Request, ResourceSide, Statement, Text, Truth,
    decide, is_possible,
};
use crate::id::AccountId;

/// Why an account's own policies are open.
pub(super) const NOT_GIVEN: &str = "its authorization details were not given";

/// The action that enters a role.
pub(super) const ASSUME: &str = "sts:AssumeRole";

/// How many values of a key are tried.
const TRIED: usize = 8;

/// How a caller proved who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    /// A permanent access key: its requests carry no `aws:MultiFactorAuthPresent`.
    PermanentKey,
    /// A session that was opened without MFA: they carry `false`.
    WithoutMfa,
    /// A session that was opened with MFA, or a device named in the call itself.
    WithMfa,
}

/// Somebody who may try.
pub(super) struct Entrant<'a> {
    pub(super) caller: Caller,
    pub(super) identity: Identity<'a>,
    /// What is known of their requests whatever they ask.
    facts: Context,
    /// The name that their session would bear by itself.
    session: String,
}

fn facts(account: AccountId) -> Context {
    Context::partial()
        .with("aws:PrincipalAccount", account.to_string())
        .with("aws:SecureTransport", "true")
        .with("aws:ViaAWSService", "false")
        .with("aws:PrincipalIsAWSService", "false")
}

pub(super) fn tagged<'a>(facts: Context, beginning: &str, tags: impl IntoIterator<Item = (&'a String, &'a String)>) -> Context {
    let tags = tags.into_iter();
    tags.fold(facts, |facts, (key, value)| facts.with(&format!("{beginning}{key}"), value)).knowing_all_of(beginning)
}

impl<'a> Entrant<'a> {
    /// A user, with all their policies and groups.
    pub(super) fn user(account: &'a Account, user: &'a User) -> Self {
        let facts = facts(account.id)
            .with("aws:PrincipalArn", &user.arn)
            .with("aws:username", &user.name)
            .with("aws:userid", &user.id)
            .with("aws:PrincipalType", "User");
        let facts = tagged(facts, "aws:PrincipalTag/", &user.tags);
        Self { caller: account.caller(user), identity: account.of_user(user), facts, session: user.name.clone() }
    }

    /// Whoever may become a member of a group.
    pub(super) fn member(account: &'a Account, group: &'a Group) -> Self {
        let facts = facts(account.id).with("aws:username", "member").with("aws:PrincipalType", "User");
        Self { caller: Caller::somebody(account.id), identity: account.of_group(group), facts, session: "member".to_owned() }
    }

    /// A session of a role.
    pub(super) fn role(account: &'a Account, role: &'a Role) -> Self {
        Self::session(account, role, "session")
    }

    /// The session of this name.
    pub(super) fn session(account: &'a Account, role: &'a Role, session: &str) -> Self {
        let session = session.to_owned();
        let caller = Caller::session(account.id, &role.arn, &session);
        let caller = Caller { id: Some(role.id.clone()), has_boundary: role.boundary.is_some(), ..caller };
        let facts = facts(account.id).with("aws:PrincipalArn", &role.arn).without("aws:username").with("aws:PrincipalType", "AssumedRole");
        // Tags of the session may come on top of the role's.
        let facts = role.tags.iter().fold(facts, |facts, (key, value)| facts.with(&format!("aws:PrincipalTag/{key}"), value));
        Self { caller, identity: account.of_role(role), facts, session }
    }

    /// Somebody of an account of which no authorization details were given.
    pub(super) fn unseen(caller: Caller) -> Self {
        let place = Place::Inline { holder: format!("account {}", caller.account), name: "(any)".to_owned() };
        let identity = Identity { policies: vec![Governing { place, text: Text::Missing(NOT_GIVEN) }], boundary: None };
        let session = caller.arn.rsplit('/').next().unwrap_or_default().to_owned();
        Self { facts: facts(caller.account), caller, identity, session }
    }

    /// Somebody whose own account lets them do anything, with this ARN where one is said.
    pub(super) fn outsider(caller: Caller, arn: Option<&str>, anything: &'a crate::iam::Document) -> Self {
        let place = Place::Inline { holder: format!("account {}", caller.account), name: "(any)".to_owned() };
        let identity = Identity { policies: vec![Governing { place, text: Text::Read(anything) }], boundary: None };
        let facts = facts(caller.account);
        let facts = if let Some(arn) = arn { facts.with("aws:PrincipalArn", arn) } else { facts };
        // Only users have a user name; it ends their ARN.
        let user = arn.filter(|arn| arn.contains(":user/")).and_then(|arn| arn.rsplit('/').next());
        let facts = match (user, arn) {
            (Some(name), _) => facts.with("aws:username", name).with("aws:PrincipalType", "User"),
            (None, None) if matches!(caller.kind, CallerKind::User | CallerKind::Somebody) => facts,
            (None, _) => facts.without("aws:username"),
        };
        let session = user.unwrap_or("outsider").to_owned();
        Self { caller, identity, facts, session }
    }

    /// The same, bearing tags that their own account gave them.
    pub(super) fn bearing(mut self, tags: impl IntoIterator<Item = (String, String)>) -> Self {
        self.facts = tags.into_iter().fold(self.facts, |facts, (key, value)| facts.with(&key, value));
        self
    }

    /// What every request of theirs carries.
    pub(super) fn known(&self) -> Context {
        self.facts.clone()
    }

    /// Whether they could enter a role at all, whatever the conditions: most people and roles have nothing to do with most roles.
    pub(super) fn may_enter(&self, owner: AccountId, role: &'a Role) -> bool {
        let request = Request { caller: &self.caller, action: ASSUME, resource: &role.arn, owner, context: &self.facts };
        is_possible(&request, &self.identity, &role.trusting())
    }

    /// Whether they can enter a role, by the best of the ways that are theirs to choose: session name, external id, source identity, and how long
    /// the session is to last.
    pub(super) fn enter(&self, owner: AccountId, role: &'a Role, proof: Proof) -> Decision<'a> {
        self.enter_choosing(owner, role, proof, true)
    }

    /// The same for somebody who was told no external id.
    pub(super) fn enter_without_external_id(&self, owner: AccountId, role: &'a Role) -> Decision<'a> {
        self.enter_choosing(owner, role, Proof::WithMfa, false)
    }

    fn enter_choosing(&self, owner: AccountId, role: &'a Role, proof: Proof, external_id: bool) -> Decision<'a> {
        let trust = role.trusting();
        let context = self.context(proof, owner);
        let context = tagged(context, "aws:ResourceTag/", &role.tags);
        let context = tagged(context, "iam:ResourceTag/", &role.tags);
        let conditions = self.conditions(&trust);
        let choices = |key: &str, own: &[Held]| choices(key, own, &conditions, &context);
        let own = |text: &str| Held::Values(vec![text.to_owned()]);
        let names = choices("sts:RoleSessionName", &[own(&self.session)]);
        let externals = if external_id { choices("sts:ExternalId", &[Held::Absent]) } else { vec![Held::Absent] };
        let sources = choices("sts:SourceIdentity", &[Held::Absent, own(&self.session)]);
        let durations = choices("sts:DurationSeconds", &[Held::Absent, own("900")]);
        let mut best: Option<Decision<'a>> = None;
        for name in &names {
            for external in &externals {
                for source in &sources {
                    for duration in &durations {
                        let context = context
                            .clone()
                            .with_held("sts:RoleSessionName", name.clone())
                            .with_held("sts:ExternalId", external.clone())
                            .with_held("sts:SourceIdentity", source.clone())
                            .with_held("sts:DurationSeconds", duration.clone());
                        let asked = |action| self.asked(action, &role.arn, owner, &context, &trust);
                        let mut decision = asked(ASSUME);
                        if *source != Held::Absent {
                            // To set a source identity is an action of its own.
                            decision.allowed = decision.allowed.and(asked("sts:SetSourceIdentity").allowed);
                        }
                        if decision.allowed.is_yes() {
                            return decision;
                        }
                        if best.as_ref().is_none_or(|best| best.allowed.is_no()) {
                            best = Some(decision);
                        }
                    }
                }
            }
        }
        // Every key has a choice at least, so there is a best.
        best.unwrap_or_else(|| self.asked(ASSUME, &role.arn, owner, &context, &trust))
    }

    /// Whether they can do something else, in their own account.
    pub(super) fn can(&self, action: &str, resource: &str, proof: Proof) -> Decision<'a> {
        let context = self.context(proof, self.caller.account);
        self.asked(action, resource, self.caller.account, &context, &ResourceSide::None)
    }

    fn asked(&self, action: &str, resource: &str, owner: AccountId, context: &Context, side: &ResourceSide<'a>) -> Decision<'a> {
        decide(&Request { caller: &self.caller, action, resource, owner, context }, &self.identity, side)
    }

    fn context(&self, proof: Proof, owner: AccountId) -> Context {
        let facts = self.facts.clone().with("aws:ResourceAccount", owner.to_string());
        let (present, age) = ("aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge");
        match proof {
            Proof::PermanentKey => facts.without(present).without(age).without("aws:TokenIssueTime"),
            Proof::WithoutMfa => facts.with(present, "false").without(age),
            Proof::WithMfa => facts.with(present, "true").with(age, "0"),
        }
    }

    fn conditions(&self, side: &ResourceSide<'a>) -> Vec<&'a Condition> {
        let at_resource = match side {
            ResourceSide::Trust(policy) | ResourceSide::Policy(policy) => Some(policy),
            ResourceSide::None => None,
        };
        let policies = self.identity.policies.iter().chain(&self.identity.boundary).chain(at_resource);
        policies.flat_map(|policy| statements(policy.text)).flat_map(|statement| &statement.conditions).collect()
    }
}

fn statements(text: Text<'_>) -> &[Statement] {
    match text {
        Text::Read(document) => &document.statements,
        Text::Missing(_) => &[],
    }
}

/// What a caller may put under a key: what they would by themselves, what the policies ask for, and something else.
fn choices(key: &str, own: &[Held], conditions: &[&Condition], context: &Context) -> Vec<Held> {
    let asked: Vec<&&Condition> = conditions.iter().filter(|condition| condition.key.eq_ignore_ascii_case(key)).collect();
    let first = own.iter().take(if asked.is_empty() { 1 } else { own.len() });
    let mut choices: Vec<Held> = first.cloned().collect();
    let wanted = asked.iter().flat_map(|condition| condition.examples(context));
    for value in wanted.chain((!asked.is_empty()).then(|| "other".to_owned())) {
        let held = Held::Values(vec![value]);
        if choices.len() < TRIED && !choices.contains(&held) {
            choices.push(held);
        }
    }
    choices
}

/// The better of two answers: who may choose between two ways takes the one that leads in.
pub(super) fn better<'a>(a: Decision<'a>, b: Decision<'a>) -> Decision<'a> {
    match (&a.allowed, &b.allowed) {
        (Truth::No, _) | (Truth::Open(_), Truth::Yes) => b,
        _ => a,
    }
}

/// The best of all proofs: with MFA most is open, but a policy may forbid just that.
pub(super) fn best<'a>(entrant: &Entrant<'a>, owner: AccountId, role: &'a Role) -> Decision<'a> {
    let proofs = [Proof::WithoutMfa, Proof::PermanentKey];
    proofs.into_iter().fold(entrant.enter(owner, role, Proof::WithMfa), |best, proof| {
        if best.allowed.is_yes() { best } else { better(best, entrant.enter(owner, role, proof)) }
    })
}

/// The best that a session of a role can do: what it carries of MFA is `false` or nothing.
pub(super) fn best_of_session<'a>(entrant: &Entrant<'a>, owner: AccountId, role: &'a Role) -> Decision<'a> {
    better(entrant.enter(owner, role, Proof::WithoutMfa), entrant.enter(owner, role, Proof::PermanentKey))
}
