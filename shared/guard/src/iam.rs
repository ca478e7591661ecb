//! IAM policies as data: read exactly, evaluated as AWS documents it, with room for what is not
//! known.
//!
//! A policy document is read by [`IamDocument`]. [`decide()`] answers whether an [`AccessRequest`]
//! is allowed by the policies that govern it. The [`Context`] of a request may leave condition keys open; then
//! the answer is open too, and says on which conditions it hangs. What the documents of an account
//! cannot tell (service control policies, resource control policies, session policies) is not
//! looked at.

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
pub use truth::Truth;

#[cfg(test)]
mod tests;

/// The action that enters a role.
pub(crate) const ASSUME_ROLE: &str = "sts:AssumeRole";
