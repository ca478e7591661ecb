//! A statement that may allow a caller.

use crate::iam::Statement;
use crate::review::SetupView;
use crate::review::view::ElevatedTarget;

/// A statement of a trust policy, and the principal in it that is checked.
#[derive(Clone, Copy)]
pub(in crate::review) struct TrustStatement<'v, 'a> {
    pub(in crate::review) view: &'a SetupView<'a>,
    pub(in crate::review) target: &'v ElevatedTarget<'a>,
    pub(in crate::review) statement: &'a Statement,
    /// The ARN that the statement names; `None`: an account, or everybody.
    pub(in crate::review) named: Option<&'a str>,
}
