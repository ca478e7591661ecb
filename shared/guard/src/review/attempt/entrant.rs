//! A caller who may try to enter a role, and what is known about their requests.

use super::choice::Choice;
use crate::iam::{
    AccessDecision, AccessRequest, Condition, Context, ContextValue, Governing, Identity,
    PolicyPlace, PolicyText, Requester, RequesterKind, ResourceSide, Statement, decide,
};
use crate::id::AccountId;
use crate::review::account::{Account, Group, Role, User};
use crate::review::gap::not_given;
use crate::text::Text;

/// How a caller authenticated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::review) enum Authentication {
    /// A permanent access key. Its requests don't carry `aws:MultiFactorAuthPresent`.
    PermanentKey,
    /// A session without MFA. Its requests carry `false`.
    WithoutMfa,
    /// A session with MFA, or a device named in the call itself.
    WithMfa,
}

/// The kinds of authentication without MFA.
pub(in crate::review) const WITHOUT_MFA: [Authentication; 2] =
    [Authentication::PermanentKey, Authentication::WithoutMfa];

/// Keys that only requests of AWS services carry.
const OF_SERVICES: [&str; 6] = [
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
    "aws:PrincipalServiceName",
    "aws:PrincipalServiceNamesList",
];

/// What is known about every request of a user or role.
fn principal_facts(account: AccountId) -> Context {
    let facts = Context::partial()
        .with_value("aws:PrincipalAccount", account.to_string())
        .with_value("aws:SecureTransport", "true")
        .with_value("aws:ViaAWSService", "false")
        .with_value("aws:PrincipalIsAWSService", "false");
    OF_SERVICES
        .iter()
        .fold(facts, |facts, key| facts.without(key))
}

/// What is known about a request that isn't made by a user or role of an account.
fn facts_of_others(kind: &RequesterKind) -> Context {
    let is_service = *kind == RequesterKind::Service;
    Context::partial()
        .with_value("aws:SecureTransport", "true")
        .with_value("aws:PrincipalIsAWSService", is_service.to_string())
}

pub(in crate::review) fn tagged<'a>(
    facts: Context,
    beginning: &str,
    tags: impl IntoIterator<Item = (&'a String, &'a String)>,
) -> Context {
    let tags = tags.into_iter();
    tags.fold(facts, |facts, (key, value)| {
        facts.with_value(&format!("{beginning}{key}"), value)
    })
    .knowing_all_of(beginning)
}

fn statements<'a>(text: &PolicyText<'a>) -> &'a [Statement] {
    match text {
        PolicyText::Read(document) => &document.statements,
        PolicyText::Missing(_) => &[],
    }
}

/// A caller who may try to enter a role.
pub(in crate::review) struct Entrant<'a> {
    pub(in crate::review) caller: Requester,
    pub(in crate::review) identity: Identity<'a>,
    /// What is known about all their requests.
    pub(super) facts: Context,
    /// The name that their session gets by default.
    pub(super) session: String,
    /// Keys that their own side has already set to values of its choice.
    pub(super) chosen: Vec<Choice>,
}

impl<'a> Entrant<'a> {
    /// A user, with all their policies and groups.
    pub(in crate::review) fn user(account: &'a Account, user: &'a User) -> Self {
        let facts = principal_facts(account.id)
            .with_value("aws:PrincipalArn", &user.arn)
            .with_value("aws:username", &user.name)
            .with_value("aws:userid", &user.id)
            .with_value("aws:PrincipalType", "User");
        let facts = tagged(facts, "aws:PrincipalTag/", &user.tags);
        Self {
            caller: account.caller(user),
            identity: account.of_user(user),
            facts,
            session: user.name.clone(),
            chosen: Vec::new(),
        }
    }

    /// Anybody who may become a member of a group.
    pub(in crate::review) fn member(account: &'a Account, group: &'a Group) -> Self {
        let facts = principal_facts(account.id)
            .with_value("aws:username", "member")
            .with_value("aws:PrincipalType", "User");
        let identity = account.of_group(group);
        Self {
            caller: Requester::somebody(account.id),
            identity,
            facts,
            session: "member".to_owned(),
            chosen: Vec::new(),
        }
    }

    /// A user who was added to one more group.
    pub(in crate::review) fn joined(
        account: &'a Account,
        user: &'a User,
        group: &'a Group,
    ) -> Self {
        let mut entrant = Self::user(account, user);
        entrant
            .identity
            .policies
            .extend(account.of_group(group).policies);
        entrant
    }

    /// A session of a role.
    pub(in crate::review) fn role(account: &'a Account, role: &'a Role) -> Self {
        Self::session(account, role, "session")
    }

    /// The session with this name.
    pub(in crate::review) fn session(account: &'a Account, role: &'a Role, session: &str) -> Self {
        let session = session.to_owned();
        let caller = Requester::session(account.id, &role.arn, &session);
        let caller = Requester {
            id: Some(role.id.clone()),
            has_boundary: role.boundary.is_some(),
            ..caller
        };
        let facts = principal_facts(account.id)
            .with_value("aws:PrincipalArn", &role.arn)
            .without("aws:username")
            .with_value("aws:userid", format!("{}:{session}", role.id))
            .with_value("aws:PrincipalType", "AssumedRole");
        // The session may have other tags besides the role's. They are open, so this doesn't call
        // `knowing_all_of`.
        let facts = role.tags.iter().fold(facts, |facts, (key, value)| {
            facts.with_value(&format!("aws:PrincipalTag/{key}"), value)
        });
        Self {
            caller,
            identity: account.of_role(role),
            facts,
            session,
            chosen: Vec::new(),
        }
    }

    /// A caller of an account whose authorization details weren't supplied.
    pub(in crate::review) fn unseen(caller: Requester) -> Self {
        Self::unseen_because(caller, not_given())
    }

    /// A caller of an account for which something else wasn't supplied.
    pub(in crate::review) fn unseen_because(caller: Requester, why: Text) -> Self {
        let place = PolicyPlace::Inline {
            holder: format!("account {}", caller.account),
            name: "(any)".to_owned(),
        };
        let identity = Identity {
            policies: vec![Governing {
                place,
                text: PolicyText::Missing(why),
            }],
            boundary: None,
        };
        let session = caller.arn.rsplit('/').next().unwrap_or_default().to_owned();
        Self {
            facts: principal_facts(caller.account),
            caller,
            identity,
            session,
            chosen: Vec::new(),
        }
    }

    /// A caller whose own account allows them everything, with this ARN if there is one.
    pub(in crate::review) fn outsider(
        caller: Requester,
        arn: Option<&str>,
        anything: &'a crate::iam::IamDocument,
    ) -> Self {
        let place = PolicyPlace::Inline {
            holder: format!("account {}", caller.account),
            name: "(any)".to_owned(),
        };
        let identity = Identity {
            policies: vec![Governing {
                place,
                text: PolicyText::Read(anything),
            }],
            boundary: None,
        };
        let role = if let RequesterKind::Session { role } = &caller.kind {
            Some(role.as_str())
        } else {
            None
        };
        let facts = match caller.kind {
            RequesterKind::Federated | RequesterKind::Service => facts_of_others(&caller.kind),
            _ => principal_facts(caller.account),
        };
        let facts = if let Some(arn) = arn.or(role) {
            facts.with_value("aws:PrincipalArn", arn)
        } else {
            facts
        };
        // Only users have a user name. It's the end of their ARN.
        let user = arn
            .filter(|arn| arn.contains(":user/"))
            .and_then(|arn| arn.rsplit('/').next());
        let facts = match (user, arn) {
            (Some(name), _) => facts
                .with_value("aws:username", name)
                .with_value("aws:PrincipalType", "User"),
            (None, None)
                if matches!(caller.kind, RequesterKind::User | RequesterKind::Somebody) =>
            {
                facts
            }
            (None, _) => facts.without("aws:username"),
        };
        let facts = if role.is_some() {
            facts.with_value("aws:PrincipalType", "AssumedRole")
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

    /// The same caller, with more known about their requests.
    pub(in crate::review) fn carrying(
        mut self,
        keys: impl IntoIterator<Item = (&'static str, ContextValue)>,
    ) -> Self {
        self.facts = keys
            .into_iter()
            .fold(self.facts, |facts, (key, held)| facts.with_held(key, held));
        self
    }

    /// The same caller, with keys that their own side sets to values of its choice.
    pub(in crate::review) fn choosing(mut self, chosen: Vec<Choice>) -> Self {
        self.chosen = chosen;
        self
    }

    /// The name of their session.
    pub(in crate::review) fn name(&self) -> String {
        self.session.clone()
    }

    /// What all their requests carry.
    pub(in crate::review) fn known_context(&self) -> Context {
        self.facts.clone()
    }

    pub(super) fn decide_request(
        &self,
        action: &str,
        resource: &str,
        owner: AccountId,
        context: &Context,
        side: &ResourceSide<'a>,
    ) -> AccessDecision<'a> {
        decide(
            &AccessRequest {
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

    pub(super) fn context(&self, proof: Authentication, owner: AccountId) -> Context {
        let facts = self
            .facts
            .clone()
            .with_value("aws:ResourceAccount", owner.to_string());
        let (present, age) = ("aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge");
        match proof {
            // Absent, not false: only requests with temporary credentials have the key. `Bool`
            // false doesn't match an absent key, which is a common mistake in a Deny.
            Authentication::PermanentKey => facts
                .without(present)
                .without(age)
                .without("aws:TokenIssueTime"),
            Authentication::WithoutMfa => facts.with_value(present, "false").without(age),
            Authentication::WithMfa => facts.with_value(present, "true").with_value(age, "0"),
        }
    }

    pub(super) fn conditions(&self, side: &ResourceSide<'a>) -> Vec<&'a Condition> {
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
            .flat_map(|policy| statements(&policy.text))
            .flat_map(|statement| &statement.conditions)
            .collect()
    }
}
