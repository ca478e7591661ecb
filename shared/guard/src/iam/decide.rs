//! Decides whether all the policies that apply to a request allow it.

use crate::text;
use crate::text::Text;
use std::fmt;

use super::caller::{Requester, RequesterKind};
use super::context::Context;
use super::document::IamDocument;
use super::principal::Grip;
use super::statement::{Effect, Statement};
use super::truth::Truth;
use crate::arn::ArnParts;
use crate::id::AccountId;

/// A request to decide.
#[derive(Debug, Clone, Copy)]
pub struct AccessRequest<'a> {
    /// The caller.
    pub caller: &'a Requester,
    /// The action, such as `sts:AssumeRole`.
    pub action: &'a str,
    /// The ARN of the resource.
    pub resource: &'a str,
    /// The account that owns the resource.
    pub owner: AccountId,
    /// The condition keys.
    pub context: &'a Context,
}

/// Where a policy is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum PolicyPlace {
    /// The trust policy of a role, or another resource's own policy.
    Resource,
    /// An inline policy of a user, group or role.
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
    /// A managed policy as permissions boundary.
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

    /// Where it is, in words.
    pub fn to_text(&self) -> Text {
        match self {
            Self::Resource => text!("the trust policy"),
            Self::Inline { holder, name } => {
                text!("inline policy {name} of {holder}", name, holder)
            }
            Self::Managed { holder, arn } => {
                text!("managed policy {arn} of {holder}", arn, holder)
            }
            Self::Boundary { arn } => text!("permission boundary {arn}", arn),
        }
    }

    /// Whether it's an AWS managed policy, which nobody else can edit.
    pub fn is_of_aws(&self) -> bool {
        matches!(self, Self::Managed { arn, .. } | Self::Boundary { arn } if ArnParts::split(arn).is_some_and(|parts| parts.account == "aws"))
    }
}

impl fmt::Display for PolicyPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text())
    }
}

/// The text of a policy, or why it's missing.
#[derive(Debug, Clone)]
pub enum PolicyText<'a> {
    /// The policy.
    Read(&'a IamDocument),
    /// The reason why it couldn't be read. What it allows or denies is open.
    Missing(Text),
}

/// A policy and where it is.
#[derive(Debug, Clone)]
pub struct Governing<'a> {
    /// Where it is.
    pub place: PolicyPlace,
    /// Its text.
    pub text: PolicyText<'a>,
}

/// The policies of the caller in the caller's own account.
#[derive(Debug, Clone, Default)]
pub struct Identity<'a> {
    /// The policies of the user and of their groups, or of the role.
    pub policies: Vec<Governing<'a>>,
    /// The permissions boundary, if one is set.
    pub boundary: Option<Governing<'a>>,
}

/// The policy of the resource.
#[derive(Debug, Clone)]
pub enum ResourceSide<'a> {
    /// The resource has none.
    None,
    /// A policy that is enough to allow access within its account.
    Policy(Governing<'a>),
    /// A role's trust policy. Without it, nobody can enter the role.
    Trust(Governing<'a>),
}

/// A statement that contributes to the answer.
#[derive(Debug, Clone)]
pub struct AppliedStatement<'a> {
    /// Where it is.
    pub place: PolicyPlace,
    /// The statement.
    pub statement: &'a Statement,
    /// Whether it applies; never `No`.
    pub applies: Truth,
}

/// The answer, and the statements that led to it.
#[derive(Debug, Clone)]
pub struct AccessDecision<'a> {
    /// Whether the request is allowed.
    pub allowed: Truth,
    /// Statements of the identity's policies that allow.
    pub identity: Vec<AppliedStatement<'a>>,
    /// Statements of the resource's policy that allow.
    pub resource: Vec<AppliedStatement<'a>>,
    /// Statements that deny, in any policy.
    pub denies: Vec<AppliedStatement<'a>>,
}

/// Decides like IAM: an explicit deny takes precedence. Within an account, the identity or the
/// resource must allow, but a trust policy must always allow. Across accounts, both must allow.
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
        let side = evaluate_policy(request, policy, &mut own, &mut denies);
        denied = denied.or(side.denied);
        by_identity = by_identity.or(side.allowed);
    }
    // A boundary grants nothing. It only limits what the policies allow, so without a boundary the
    // value is yes.
    let mut by_boundary = Truth::Yes;
    if let Some(boundary) = &identity.boundary {
        // Its Allow statements aren't collected: a boundary grants no access, so naming them as the
        // cause would be misleading.
        let side = evaluate_policy(request, boundary, &mut Vec::new(), &mut denies);
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
    // AWS evaluates a cross-account request twice, once in each account, and both must allow it
    // (IAM User Guide, *Cross-account policy evaluation logic*).
    let allowed = if from_outside {
        // Providers and services have no policies of their own.
        grips.any_grip()
    } else if request.caller.account != request.owner {
        by_identity.and(by_boundary).and(grips.any_grip())
    } else {
        let by_identity = by_identity.and(by_boundary.clone());
        // Within an account, a resource policy is an alternative to the identity's. A trust policy
        // isn't: without it nobody can enter the role, not even an administrator of the account.
        let by_identity = if must_trust {
            by_identity.and(grips.any_grip())
        } else {
            by_identity
        };
        by_identity.or(grips.suffices_alone(request.caller, &by_boundary))
    };
    AccessDecision {
        // An explicit deny takes precedence. If it's open, the whole answer is open.
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

/// The answer of one policy of the identity.
fn evaluate_policy<'a>(
    request: &AccessRequest<'_>,
    policy: &Governing<'a>,
    allows: &mut Vec<AppliedStatement<'a>>,
    denies: &mut Vec<AppliedStatement<'a>>,
) -> Side {
    let document = match &policy.text {
        PolicyText::Read(document) => document,
        PolicyText::Missing(why) => {
            // A missing policy may allow and may deny, so neither can be excluded.
            let open = Truth::open(text!("{place}: {why}", place = policy.place.to_text(), why));
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

/// The condition key that limits `*` to certain callers.
const PRINCIPAL_ARN: &str = "aws:PrincipalArn";

/// The grips by which the resource's policy allows.
struct Grips {
    account: Truth,
    everyone: Truth,
    direct: Truth,
    /// By the session's ARN, or by `*` with a certain `aws:PrincipalArn`. Grants of this kind
    /// aren't limited by what a boundary leaves out.
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
    /// Adds the grants of the policy. Returns whether it denies.
    fn read<'a>(
        &mut self,
        request: &AccessRequest<'_>,
        policy: &Governing<'a>,
        allows: &mut Vec<AppliedStatement<'a>>,
        denies: &mut Vec<AppliedStatement<'a>>,
    ) -> Truth {
        let document = match &policy.text {
            PolicyText::Read(document) => document,
            PolicyText::Missing(why) => {
                self.account =
                    Truth::open(text!("{place}: {why}", place = policy.place.to_text(), why));
                return self.account.clone();
            }
        };
        let mut denied = Truth::No;
        for statement in &document.statements {
            // A statement without a principal in a resource policy names nobody. AWS rejects such a
            // document, but a file may contain it.
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
                                .any(|condition| condition.is_pinned_to(PRINCIPAL_ARN)) =>
                        {
                            &mut self.unbound
                        }
                        Grip::Everyone => &mut self.everyone,
                        Grip::Direct => &mut self.direct,
                        // What a boundary or session policy leaves out doesn't limit permissions
                        // granted to the session's own ARN (IAM User Guide, *Permissions boundaries
                        // for IAM entities*).
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

    fn any_grip(&self) -> Truth {
        Truth::any([
            self.account.clone(),
            self.everyone.clone(),
            self.direct.clone(),
            self.unbound.clone(),
        ])
    }

    /// Whether the resource's policy is enough within its account. Naming the account isn't enough.
    /// A boundary that leaves out the action limits a role that is named, but not a user or a
    /// session that is named.
    fn suffices_alone(&self, caller: &Requester, by_boundary: &Truth) -> Truth {
        // Naming a role's ARN grants to the role, whose boundary limits it. Naming a user's or a
        // session's ARN grants directly to that principal, even if the boundary leaves out the
        // action.
        let direct = if matches!(caller.kind, RequesterKind::Session { .. }) {
            self.direct.clone().and(by_boundary.clone())
        } else {
            self.direct.clone()
        };
        let everyone = match by_boundary {
            Truth::Yes => self.everyone.clone(),
            // AWS documents the effect of a boundary for principals that are named, not for a bare
            // `*`.
            _ => self.everyone.clone().and(Truth::open(text!(
                "whether a permission boundary limits what `*` allows"
            ))),
        };
        Truth::any([direct, everyone, self.unbound.clone()])
    }
}
