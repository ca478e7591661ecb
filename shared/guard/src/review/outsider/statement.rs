//! A statement that may let in somebody.

use crate::iam::Statement;
use crate::review::SetupView;
use crate::review::view::ElevatedTarget;

/// A statement of a trust policy, and which of its principals is looked at.
#[derive(Clone, Copy)]
pub(in crate::review) struct TrustStatement<'v, 'a> {
    pub(in crate::review) view: &'a SetupView<'a>,
    pub(in crate::review) target: &'v ElevatedTarget<'a>,
    pub(in crate::review) statement: &'a Statement,
    /// The ARN that the statement names; `None`: an account, or everybody.
    pub(in crate::review) named: Option<&'a str>,
}
