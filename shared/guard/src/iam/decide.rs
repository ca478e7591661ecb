//! Whether a request is allowed by all the policies that govern it.

use std::fmt;

use super::caller::{Requester, RequesterKind};
use super::context::Context;
use super::document::IamDocument;
use super::principal::Grip;
use super::statement::{Effect, Statement};
use super::truth::Truth;
use crate::arn::ArnParts;
use crate::id::AccountId;

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct AccessRequest<'a> {
    /// Who asks.
    pub caller: &'a Requester,
    /// `sts:AssumeRole`
    pub action: &'a str,
    /// The ARN of what it is done to.
    pub resource: &'a str,
    /// The account that owns it.
    pub owner: AccountId,
    /// The rest.
    pub context: &'a Context,
}

/// Where a policy stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum PolicyPlace {
    /// The trust policy of a role, or another resource's own policy.
    Resource,
    /// Inside a user, group or role.
    Inline {
        /// The ARN of the user, group or role.
        holder: String,
        /// The policy's name.
        name: String,
    },
    /// A managed policy.
    Managed {
        /// The ARN of the user, group or role that it is attached to.
        holder: String,
        /// The policy's ARN.
        arn: String,
    },
    /// A managed policy as permission boundary.
    Boundary {
        /// The policy's ARN.
        arn: String,
    },
}

impl PolicyPlace {
    /// The ARN of the user, group or role that has the policy.
    pub fn holder(&self) -> Option<&str> {
        match self {
            Self::Inline { holder, .. } | Self::Managed { holder, .. } => Some(holder),
            Self::Resource | Self::Boundary { .. } => None,
        }
    }

    /// Whether the policy is one of AWS itself, which nobody else can edit.
    pub fn is_of_aws(&self) -> bool {
        matches!(self, Self::Managed { arn, .. } | Self::Boundary { arn } if ArnParts::of(arn).is_some_and(|parts| parts.account == "aws"))
    }
}

impl fmt::Display for PolicyPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Resource => f.write_str("the trust policy"),
            Self::Inline { holder, name } => write!(f, "inline policy {name} of {holder}"),
            Self::Managed { holder, arn } => write!(f, "managed policy {arn} of {holder}"),
            Self::Boundary { arn } => write!(f, "permission boundary {arn}"),
        }
    }
}

/// A policy's text, or why it is not at hand.
#[derive(Debug, Clone, Copy)]
pub enum PolicyText<'a> {
    /// It was read.
    Read(&'a IamDocument),
    /// It could not be; what it says is open.
    Missing(&'a str),
}

/// A policy at its place.
#[derive(Debug, Clone)]
pub struct Governing<'a> {
    /// Where it stands.
    pub place: PolicyPlace,
    /// What it says.
    pub text: PolicyText<'a>,
}

/// What the caller's own account says of them.
#[derive(Debug, Clone, Default)]
pub struct Identity<'a> {
    /// The policies of the user and of their groups, or of the role.
    pub policies: Vec<Governing<'a>>,
    /// The permission boundary, where one is set.
    pub boundary: Option<Governing<'a>>,
}

/// What the resource's own policy says.
#[derive(Debug, Clone)]
pub enum ResourceSide<'a> {
    /// It has none.
    None,
    /// A policy that alone can allow, within its account.
    Policy(Governing<'a>),
    /// A role's trust policy: without it nobody enters.
    Trust(Governing<'a>),
}

/// A statement that has a say.
#[derive(Debug, Clone)]
pub struct AppliedStatement<'a> {
    /// Where it stands.
    pub place: PolicyPlace,
    /// The statement.
    pub statement: &'a Statement,
    /// Whether it applies; never no.
    pub applies: Truth,
}

/// The answer, and the statements that made it.
#[derive(Debug, Clone)]
pub struct AccessDecision<'a> {
    /// Whether the request is allowed.
    pub allowed: Truth,
    /// Statements of the identity that allow.
    pub identity: Vec<AppliedStatement<'a>>,
    /// Statements at the resource that allow.
    pub resource: Vec<AppliedStatement<'a>>,
    /// Statements that deny, wherever they stand.
    pub denies: Vec<AppliedStatement<'a>>,
}

/// Decides as IAM does: an explicit deny wins; within an account, the identity or the resource must
/// allow, where a trust policy must in any case; across accounts, both.
pub fn decide<'a>(
    request: &AccessRequest<'_>,
    identity: &Identity<'a>,
    resource: &ResourceSide<'a>,
) -> AccessDecision<'a> {
    let mut denies = Vec::new();
    let mut own = Vec::new();
    let mut denied = Truth::No;
    let mut by_identity = Truth::No;
    for policy in &identity.policies {
        let side = side(request, policy, &mut own, &mut denies);
        denied = denied.or(side.denied);
        by_identity = by_identity.or(side.allowed);
    }
    // A boundary allows nothing by itself. It only cuts what the policies allow, so where there is
    // none it says yes.
    let mut by_boundary = Truth::Yes;
    if let Some(boundary) = &identity.boundary {
        // Its Allow statements are not collected: nobody gets in by a boundary, and to name them as
        // the cause would mislead.
        let side = side(request, boundary, &mut Vec::new(), &mut denies);
        denied = denied.or(side.denied);
        by_boundary = side.allowed;
    }
    let mut at_resource = Vec::new();
    let mut grips = Grips::default();
    if let ResourceSide::Policy(policy) | ResourceSide::Trust(policy) = resource {
        denied = denied.or(grips.read(request, policy, &mut at_resource, &mut denies));
    }
    let from_outside = matches!(
        request.caller.kind,
        RequesterKind::Federated | RequesterKind::Service
    );
    let must_trust = matches!(resource, ResourceSide::Trust(_));
    // AWS evaluates cross-account requests twice, once in each account, and both must allow (IAM
    // User Guide, *Cross-account policy evaluation logic*).
    let allowed = if from_outside {
        // Providers and services have no policies of their own here.
        grips.any()
    } else if request.caller.account != request.owner {
        by_identity.and(by_boundary).and(grips.any())
    } else {
        let by_identity = by_identity.and(by_boundary.clone());
        // Within an account a resource policy is an alternative to the identity's. A trust policy
        // is not: without it nobody enters, not even an administrator of the account.
        let by_identity = if must_trust {
            by_identity.and(grips.any())
        } else {
            by_identity
        };
        by_identity.or(grips.alone(request.caller, &by_boundary))
    };
    AccessDecision {
        // An explicit deny wins over everything. What is open in it leaves the whole answer open.
        allowed: allowed.and(denied.not()),
        identity: own,
        resource: at_resource,
        denies,
    }
}

struct Side {
    allowed: Truth,
    denied: Truth,
}

/// What one policy of the identity says.
fn side<'a>(
    request: &AccessRequest<'_>,
    policy: &Governing<'a>,
    allows: &mut Vec<AppliedStatement<'a>>,
    denies: &mut Vec<AppliedStatement<'a>>,
) -> Side {
    let document = match policy.text {
        PolicyText::Read(document) => document,
        PolicyText::Missing(why) => {
            // A policy that was not read may allow and it may deny, so neither side of the answer
            // is closed.
            let open = Truth::open(format!("{}: {why}", policy.place));
            return Side {
                allowed: open.clone(),
                denied: open,
            };
        }
    };
    let mut side = Side {
        allowed: Truth::No,
        denied: Truth::No,
    };
    for statement in &document.statements {
        let applies = statement.applies(request.action, request.resource, request.context);
        if applies.is_no() {
            continue;
        }
        let grant = AppliedStatement {
            place: policy.place.clone(),
            statement,
            applies: applies.clone(),
        };
        match statement.effect {
            Effect::Allow => {
                side.allowed = side.allowed.or(applies);
                allows.push(grant);
            }
            Effect::Deny => {
                side.denied = side.denied.or(applies);
                denies.push(grant);
            }
        }
    }
    side
}

/// The key of the condition by which `*` means certain callers.
const PRINCIPAL_ARN: &str = "aws:PrincipalArn";

/// By which grips the resource's policy allows.
struct Grips {
    account: Truth,
    everyone: Truth,
    direct: Truth,
    /// By the session's ARN, or by `*` for a certain `aws:PrincipalArn`: so no boundary's silence
    /// binds.
    unbound: Truth,
}

impl Default for Grips {
    fn default() -> Self {
        Self {
            account: Truth::No,
            everyone: Truth::No,
            direct: Truth::No,
            unbound: Truth::No,
        }
    }
}

impl Grips {
    /// Takes in the policy; gives back whether it denies.
    fn read<'a>(
        &mut self,
        request: &AccessRequest<'_>,
        policy: &Governing<'a>,
        allows: &mut Vec<AppliedStatement<'a>>,
        denies: &mut Vec<AppliedStatement<'a>>,
    ) -> Truth {
        let document = match policy.text {
            PolicyText::Read(document) => document,
            PolicyText::Missing(why) => {
                self.account = Truth::open(format!("{}: {why}", policy.place));
                return self.account.clone();
            }
        };
        let mut denied = Truth::No;
        for statement in &document.statements {
            // A statement at a resource without a principal names nobody. AWS refuses such a
            // document; a file may have it.
            let Some(principals) = &statement.principal else {
                continue;
            };
            let (meant, grip) = principals.grip(request.caller, statement.effect == Effect::Deny);
            let Some(grip) = grip else { continue };
            let applies =
                meant.and(statement.applies(request.action, request.resource, request.context));
            if applies.is_no() {
                continue;
            }
            let grant = AppliedStatement {
                place: policy.place.clone(),
                statement,
                applies: applies.clone(),
            };
            match statement.effect {
                Effect::Allow => {
                    let slot = match grip {
                        Grip::Account => &mut self.account,
                        Grip::Everyone
                            if statement
                                .conditions
                                .iter()
                                .any(|condition| condition.pins(PRINCIPAL_ARN)) =>
                        {
                            &mut self.unbound
                        }
                        Grip::Everyone => &mut self.everyone,
                        Grip::Direct => &mut self.direct,
                        // A boundary or session policy that is silent does not bind what is granted
                        // to the session's own ARN (IAM User Guide, *Permissions boundaries for IAM
                        // entities*).
                        Grip::Session => &mut self.unbound,
                    };
                    *slot = std::mem::replace(slot, Truth::No).or(applies);
                    allows.push(grant);
                }
                Effect::Deny => {
                    denied = denied.or(applies);
                    denies.push(grant);
                }
            }
        }
        denied
    }

    fn any(&self) -> Truth {
        Truth::any([
            self.account.clone(),
            self.everyone.clone(),
            self.direct.clone(),
            self.unbound.clone(),
        ])
    }

    /// Whether the resource's policy is enough within its account. To name the account is not. What
    /// a boundary leaves out binds a role that is named, but neither a user nor a session that
    /// is.
    fn alone(&self, caller: &Requester, by_boundary: &Truth) -> Truth {
        // To name a role's ARN grants to the role, whose boundary limits it. To name a user's ARN,
        // or a session's, grants to that principal directly, past the boundary's silence.
        let direct = if matches!(caller.kind, RequesterKind::Session { .. }) {
            self.direct.clone().and(by_boundary.clone())
        } else {
            self.direct.clone()
        };
        let everyone = match by_boundary {
            Truth::Yes => self.everyone.clone(),
            // AWS documents the boundary's reach for principals that are named, not for a bare `*`.
            _ => self.everyone.clone().and(Truth::open(
                "whether a permission boundary limits what `*` allows",
            )),
        };
        Truth::any([direct, everyone, self.unbound.clone()])
    }
}
