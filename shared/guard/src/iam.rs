//! IAM policies: read strictly and evaluated as AWS documents it, with support for facts that
//! aren't known.
//!
//! [`IamDocument`] reads a policy document. [`decide()`] answers whether the policies that apply to
//! an [`AccessRequest`] allow it. The [`Context`] of a request may leave condition keys open. Then
//! the answer is open too, and lists the conditions that it depends on. Policies that aren't among
//! the documents of an account (service control policies, resource control policies, session
//! policies) aren't evaluated.

mod caller;
mod condition;
mod context;
mod decide;
mod document;
mod made_up;
mod operator;
mod pattern;
mod possible;
mod principal;
mod statement;
mod text;
mod truth;

pub use caller::{Requester, RequesterKind};
pub use condition::{Compared, Condition};
pub use context::{Context, ContextValue};
pub use decide::{
    AccessDecision, AccessRequest, AppliedStatement, Governing, Identity, PolicyPlace, PolicyText,
    ResourceSide, decide,
};
pub use document::IamDocument;
pub use made_up::{MadeUp, Texts, made_up};
pub use possible::is_possible;
pub use principal::{Grip, Principal, Principals};
pub use statement::{Effect, Statement, StatementScope};
pub use text::DocumentError;
pub(crate) use text::decoded;
pub use truth::Truth;

#[cfg(test)]
mod tests;

/// The action for entering a role.
pub(crate) const ASSUME_ROLE: &str = "sts:AssumeRole";
