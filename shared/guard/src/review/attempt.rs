//! Somebody tries to enter a role, or to change what stands around it: in every way that is theirs
//! to choose.

mod search;

use super::account::{Account, Group, Role, User};
use crate::iam::{
    Caller, CallerKind, Condition, Context, Decision, Governing, Held, Identity, Place, Request,
    ResourceSide, Statement, Text, Truth, decide, is_possible,
};
use crate::id::AccountId;
pub(super) use search::{Choice, Goal};

/// Why an account's own policies are open.
pub(super) const NOT_GIVEN: &str = "its authorization details were not given";

/// The action that enters a role.
pub(super) const ASSUME: &str = "sts:AssumeRole";

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

/// The proofs that say nothing of MFA.
pub(super) const WITHOUT_MFA: [Proof; 2] = [Proof::PermanentKey, Proof::WithoutMfa];

/// Somebody who may try.
pub(super) struct Entrant<'a> {
    pub(super) caller: Caller,
    pub(super) identity: Identity<'a>,
    /// What is known of their requests whatever they ask.
    facts: Context,
    /// The name that their session would bear by itself.
    session: String,
    /// Keys that somebody on their side has set before, as they like.
    chosen: Vec<Choice>,
}

/// What of a request is not for the caller to choose.
struct Bound<'b> {
    /// The name of the session.
    name: Option<&'b str>,
    /// They know no external id.
    without_external_id: bool,
}

/// Keys that only requests of AWS services carry.
const OF_SERVICES: [&str; 6] = [
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
    "aws:PrincipalServiceName",
    "aws:PrincipalServiceNamesList",
];

/// What is known of every request of a user or role.
fn facts(account: AccountId) -> Context {
    let facts = Context::partial()
        .with("aws:PrincipalAccount", account.to_string())
        .with("aws:SecureTransport", "true")
        .with("aws:ViaAWSService", "false")
        .with("aws:PrincipalIsAWSService", "false");
    OF_SERVICES
        .iter()
        .fold(facts, |facts, key| facts.without(key))
}

/// What is known of a request that no user or role of an account makes.
fn facts_of_others(kind: &CallerKind) -> Context {
    let is_service = *kind == CallerKind::Service;
    Context::partial()
        .with("aws:SecureTransport", "true")
        .with("aws:PrincipalIsAWSService", is_service.to_string())
}

pub(super) fn tagged<'a>(
    facts: Context,
    beginning: &str,
    tags: impl IntoIterator<Item = (&'a String, &'a String)>,
) -> Context {
    let tags = tags.into_iter();
    tags.fold(facts, |facts, (key, value)| {
        facts.with(&format!("{beginning}{key}"), value)
    })
    .knowing_all_of(beginning)
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
        Self {
            caller: account.caller(user),
            identity: account.of_user(user),
            facts,
            session: user.name.clone(),
            chosen: Vec::new(),
        }
    }

    /// Whoever may become a member of a group.
    pub(super) fn member(account: &'a Account, group: &'a Group) -> Self {
        let facts = facts(account.id)
            .with("aws:username", "member")
            .with("aws:PrincipalType", "User");
        let identity = account.of_group(group);
        Self {
            caller: Caller::somebody(account.id),
            identity,
            facts,
            session: "member".to_owned(),
            chosen: Vec::new(),
        }
    }

    /// A user who has become a member of one more group.
    pub(super) fn joined(account: &'a Account, user: &'a User, group: &'a Group) -> Self {
        let mut entrant = Self::user(account, user);
        entrant
            .identity
            .policies
            .extend(account.of_group(group).policies);
        entrant
    }

    /// A session of a role.
    pub(super) fn role(account: &'a Account, role: &'a Role) -> Self {
        Self::session(account, role, "session")
    }

    /// The session of this name.
    pub(super) fn session(account: &'a Account, role: &'a Role, session: &str) -> Self {
        let session = session.to_owned();
        let caller = Caller::session(account.id, &role.arn, &session);
        let caller = Caller {
            id: Some(role.id.clone()),
            has_boundary: role.boundary.is_some(),
            ..caller
        };
        let facts = facts(account.id)
            .with("aws:PrincipalArn", &role.arn)
            .without("aws:username")
            .with("aws:userid", format!("{}:{session}", role.id))
            .with("aws:PrincipalType", "AssumedRole");
        // Tags of the session may come on top of the role's.
        let facts = role.tags.iter().fold(facts, |facts, (key, value)| {
            facts.with(&format!("aws:PrincipalTag/{key}"), value)
        });
        Self {
            caller,
            identity: account.of_role(role),
            facts,
            session,
            chosen: Vec::new(),
        }
    }

    /// Somebody of an account of which no authorization details were given.
    pub(super) fn unseen(caller: Caller) -> Self {
        Self::unseen_because(caller, NOT_GIVEN)
    }

    /// Somebody of whose account something else was not given.
    pub(super) fn unseen_because(caller: Caller, why: &'static str) -> Self {
        let place = Place::Inline {
            holder: format!("account {}", caller.account),
            name: "(any)".to_owned(),
        };
        let identity = Identity {
            policies: vec![Governing {
                place,
                text: Text::Missing(why),
            }],
            boundary: None,
        };
        let session = caller.arn.rsplit('/').next().unwrap_or_default().to_owned();
        Self {
            facts: facts(caller.account),
            caller,
            identity,
            session,
            chosen: Vec::new(),
        }
    }

    /// Somebody whose own account lets them do anything, with this ARN where one is said.
    pub(super) fn outsider(
        caller: Caller,
        arn: Option<&str>,
        anything: &'a crate::iam::Document,
    ) -> Self {
        let place = Place::Inline {
            holder: format!("account {}", caller.account),
            name: "(any)".to_owned(),
        };
        let identity = Identity {
            policies: vec![Governing {
                place,
                text: Text::Read(anything),
            }],
            boundary: None,
        };
        let role = if let CallerKind::Session { role } = &caller.kind {
            Some(role.as_str())
        } else {
            None
        };
        let facts = match caller.kind {
            CallerKind::Federated | CallerKind::Service => facts_of_others(&caller.kind),
            _ => facts(caller.account),
        };
        let facts = if let Some(arn) = arn.or(role) {
            facts.with("aws:PrincipalArn", arn)
        } else {
            facts
        };
        // Only users have a user name; it ends their ARN.
        let user = arn
            .filter(|arn| arn.contains(":user/"))
            .and_then(|arn| arn.rsplit('/').next());
        let facts = match (user, arn) {
            (Some(name), _) => facts
                .with("aws:username", name)
                .with("aws:PrincipalType", "User"),
            (None, None) if matches!(caller.kind, CallerKind::User | CallerKind::Somebody) => facts,
            (None, _) => facts.without("aws:username"),
        };
        let facts = if role.is_some() {
            facts.with("aws:PrincipalType", "AssumedRole")
        } else {
            facts
        };
        let session = user.unwrap_or("outsider").to_owned();
        Self {
            caller,
            identity,
            facts,
            session,
            chosen: Vec::new(),
        }
    }

    /// The same with more that is known of their requests.
    pub(super) fn carrying(mut self, keys: impl IntoIterator<Item = (&'static str, Held)>) -> Self {
        self.facts = keys
            .into_iter()
            .fold(self.facts, |facts, (key, held)| facts.with_held(key, held));
        self
    }

    /// The same with keys that their own side sets as it likes.
    pub(super) fn choosing(mut self, chosen: Vec<Choice>) -> Self {
        self.chosen = chosen;
        self
    }

    /// The name of their session.
    pub(super) fn name(&self) -> String {
        self.session.clone()
    }

    /// What every request of theirs carries.
    pub(super) fn known(&self) -> Context {
        self.facts.clone()
    }

    /// Whether they could enter a role at all, whatever the conditions: most people and roles have
    /// nothing to do with most roles.
    pub(super) fn may_enter(&self, owner: AccountId, role: &'a Role) -> bool {
        let request = Request {
            caller: &self.caller,
            action: ASSUME,
            resource: &role.arn,
            owner,
            context: &self.facts,
        };
        is_possible(&request, &self.identity, &role.trusting())
    }

    /// Names of sessions that conditions on `aws:userid` (`AROA…:name`) ask for.
    pub(super) fn asked_by_id(&self, role: &'a Role) -> impl Iterator<Item = String> {
        let conditions = self
            .conditions(&role.trusting())
            .into_iter()
            .filter(|condition| condition.key.eq_ignore_ascii_case("aws:userid"));
        let known = self.known();
        let ids: Vec<String> = conditions
            .flat_map(|condition| condition.examples(&known))
            .collect();
        ids.into_iter()
            .filter_map(|id| id.split_once(':').map(|(_, name)| name.to_owned()))
    }

    /// Whether they can enter a role, by the best of the ways that are theirs to choose: session
    /// name, external id, source identity, and how long the session is to last.
    pub(super) fn enter(&self, owner: AccountId, role: &'a Role, proof: Proof) -> Decision<'a> {
        self.enter_as(owner, role, proof, None)
    }

    /// The same, where the session has to have this name.
    pub(super) fn enter_as(
        &self,
        owner: AccountId,
        role: &'a Role,
        proof: Proof,
        name: Option<&str>,
    ) -> Decision<'a> {
        self.attempt(
            owner,
            role,
            proof,
            &Bound {
                name,
                without_external_id: false,
            },
            &|decision| decision.allowed.clone(),
        )
    }

    /// Whether they can reach something by entering a role; `allowed` of the decision is the
    /// answer. Somebody who doesn't know the external id gives none.
    pub(super) fn reach(
        &self,
        owner: AccountId,
        role: &'a Role,
        proof: Proof,
        knows_id: bool,
        goal: Goal<'_, 'a>,
    ) -> Decision<'a> {
        self.attempt(
            owner,
            role,
            proof,
            &Bound {
                name: None,
                without_external_id: !knows_id,
            },
            goal,
        )
    }

    fn attempt(
        &self,
        owner: AccountId,
        role: &'a Role,
        proof: Proof,
        bound: &Bound<'_>,
        goal: Goal<'_, 'a>,
    ) -> Decision<'a> {
        let trust = role.trusting();
        let context = self.context(proof, owner);
        let context = tagged(context, "aws:ResourceTag/", &role.tags);
        let context = tagged(context, "iam:ResourceTag/", &role.tags);
        let conditions = self.conditions(&trust);
        let own = |text: &str| Held::Values(vec![text.to_owned()]);
        let external_id = if bound.without_external_id {
            Choice::of
        } else {
            Choice::free
        };
        let name = if bound.name.is_some() {
            Choice::of
        } else {
            Choice::free
        };
        let mut choices = self.chosen.clone();
        choices.extend([
            name(
                "sts:RoleSessionName",
                vec![own(bound.name.unwrap_or(&self.session))],
            ),
            external_id("sts:ExternalId", vec![Held::Absent]),
            Choice::free("sts:SourceIdentity", [Held::Absent, own(&self.session)]),
            Choice::free("sts:DurationSeconds", [Held::Absent, own("900")]),
        ]);
        search::Search {
            entrant: self,
            owner,
            role,
            trust,
            conditions,
            goal,
        }
        .best(&context, &choices)
    }

    /// Whether a statement of their own policies speaks of entering a role, whatever its conditions
    /// and whatever the role says.
    pub(super) fn is_granted(&self, role: &str) -> bool {
        let request = Request {
            caller: &self.caller,
            action: ASSUME,
            resource: role,
            owner: self.caller.account,
            context: &self.facts,
        };
        is_possible(&request, &self.identity, &ResourceSide::None)
    }

    /// Whether they can do something else, in their own account.
    pub(super) fn can(&self, action: &str, resource: &str, proof: Proof) -> Decision<'a> {
        let context = self.context(proof, self.caller.account);
        self.asked(
            action,
            resource,
            self.caller.account,
            &context,
            &ResourceSide::None,
        )
    }

    fn asked(
        &self,
        action: &str,
        resource: &str,
        owner: AccountId,
        context: &Context,
        side: &ResourceSide<'a>,
    ) -> Decision<'a> {
        decide(
            &Request {
                caller: &self.caller,
                action,
                resource,
                owner,
                context,
            },
            &self.identity,
            side,
        )
    }

    fn context(&self, proof: Proof, owner: AccountId) -> Context {
        let facts = self
            .facts
            .clone()
            .with("aws:ResourceAccount", owner.to_string());
        let (present, age) = ("aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge");
        match proof {
            Proof::PermanentKey => facts
                .without(present)
                .without(age)
                .without("aws:TokenIssueTime"),
            Proof::WithoutMfa => facts.with(present, "false").without(age),
            Proof::WithMfa => facts.with(present, "true").with(age, "0"),
        }
    }

    fn conditions(&self, side: &ResourceSide<'a>) -> Vec<&'a Condition> {
        let at_resource = match side {
            ResourceSide::Trust(policy) | ResourceSide::Policy(policy) => Some(policy),
            ResourceSide::None => None,
        };
        let policies = self
            .identity
            .policies
            .iter()
            .chain(&self.identity.boundary)
            .chain(at_resource);
        policies
            .flat_map(|policy| statements(policy.text))
            .flat_map(|statement| &statement.conditions)
            .collect()
    }
}

fn statements(text: Text<'_>) -> &[Statement] {
    match text {
        Text::Read(document) => &document.statements,
        Text::Missing(_) => &[],
    }
}

/// Whether an answer leads further in than another.
pub(super) fn is_better(answer: &Decision<'_>, than: &Decision<'_>) -> bool {
    matches!(
        (&than.allowed, &answer.allowed),
        (Truth::No, Truth::Yes | Truth::Open(_)) | (Truth::Open(_), Truth::Yes)
    )
}

/// The better of two answers: who may choose between two ways takes the one that leads in.
pub(super) fn better<'a>(a: Decision<'a>, b: Decision<'a>) -> Decision<'a> {
    if is_better(&b, &a) { b } else { a }
}

/// The best of all proofs: with MFA most is open, but a policy may forbid just that.
pub(super) fn best<'a>(entrant: &Entrant<'a>, owner: AccountId, role: &'a Role) -> Decision<'a> {
    best_as(entrant, owner, role, None)
}

/// The same, where the session has to have this name.
pub(super) fn best_as<'a>(
    entrant: &Entrant<'a>,
    owner: AccountId,
    role: &'a Role,
    name: Option<&str>,
) -> Decision<'a> {
    let proofs = [Proof::WithoutMfa, Proof::PermanentKey];
    proofs.into_iter().fold(
        entrant.enter_as(owner, role, Proof::WithMfa, name),
        |best, proof| {
            if best.allowed.is_yes() {
                best
            } else {
                better(best, entrant.enter_as(owner, role, proof, name))
            }
        },
    )
}

/// The best that a session of a role can do: what it carries of MFA is `false` or nothing.
pub(super) fn best_of_session<'a>(
    entrant: &Entrant<'a>,
    owner: AccountId,
    role: &'a Role,
) -> Decision<'a> {
    better(
        entrant.enter(owner, role, Proof::WithoutMfa),
        entrant.enter(owner, role, Proof::PermanentKey),
    )
}
