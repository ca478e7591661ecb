//! RW008 root-switch
//!
//! ## What it does
//! Fires when somebody gets, or tries to get, root credentials of an account with AssumeRoot. It
//! also fires when a root user enters, or tries to enter, an elevated role. It is always critical
//! and can't be suppressed. If the policy says `assume_root: allow`, rolewatch counts AssumeRoot
//! calls but doesn't report them.
//!
//! ## Why it matters
//! No identity policy restricts root, and no daily task needs it.
//!
//! ## Blind spots
//! - Signing in as root isn't a switch, so this rule doesn't check it.
//! - rolewatch sees a denied attempt by root only if the error message names the role.
//!
//! ## What to do
//! 1. Treat it as an incident until somebody explains it: call the account's owner.
//! 2. Succeeded: check what the root session did. The event shows the access key that was issued.
//!    AssumeRoot sessions end after 15 minutes.
//! 3. Denied: check what else the caller did at that time.
//! 4. If nobody explains it, change the root user's password and MFA, and block AssumeRoot with a
//!    service control policy (SCP).
//! 5. If your team unlocks bucket policies centrally as a routine, set `assume_root: allow` in the
//!    policy. rolewatch then counts AssumeRoot calls and doesn't report them.
//!
//! If the finding is unproven:
//! 1. Call the account's owner.
//! 2. Check what root did in CloudTrail.

use super::view::{RuleAnswer, SwitchView};
use crate::dossier::{Origin, OriginKind, Switch};
use crate::policy::{AllowOrDeny, Policy, Severity};
use crate::seen::CallerKind;
use crate::text;
use crate::text::Text;
use crate::untrusted::harmless;

/// Judges a root user in an elevated role.
pub(super) fn check(view: &SwitchView<'_, '_>) -> RuleAnswer {
    let root = view.origin.kind == OriginKind::Root
        || view
            .switch
            .caller()
            .is_some_and(|caller| caller.kind == CallerKind::Root);
    if root {
        let account = view.origin.account.map_or_else(
            || text!("an unknown account"),
            |account| view.account(account),
        );
        return RuleAnswer::violation(text!(
            "the root user of {account} entered {place}",
            account,
            place = view.role_in_account()
        ))
        .with_severity(Severity::Critical);
    }
    RuleAnswer::not_applicable(text!("not root"))
}

/// Judges a root session of a member account.
pub(crate) fn root_session(switch: &Switch<'_>, origin: &Origin, policy: &Policy) -> RuleAnswer {
    if policy.assume_root == AllowOrDeny::Allow {
        return RuleAnswer::allow(text!("the policy allows AssumeRoot"));
    }
    let who = origin.name.harmless();
    RuleAnswer::violation(text!(
        "{who} got root credentials of {target} with AssumeRoot",
        who,
        target = target(switch)
    ))
    .with_severity(Severity::Critical)
    .with_events(origin.links.iter().cloned())
}

/// `account 444455556666`, as the caller named it.
fn target(switch: &Switch<'_>) -> Text {
    match switch.grants().find_map(|grant| grant.target.as_deref()) {
        Some(target) => text!("account {target}", target = harmless(target)),
        None => text!("an account that the record doesn't name"),
    }
}

#[cfg(test)]
mod cases {
    use crate::policy::Severity;
    use crate::testing::{Story, Verdicts};

    #[test]
    fn fires_for_assume_root_of_any_account() {
        let mut story = Story::new();
        story.assume_root("dora", "555566667777");
        assert_eq!(story.verdict("RW008"), Verdicts::Violation);
        assert_eq!(story.finding("RW008").severity, Severity::Critical);
        assert!(!story.finding("RW008").denied);
    }

    #[test]
    fn fires_for_a_refused_assume_root_and_a_root_user_at_an_elevated_role() {
        let mut story = Story::new();
        story.assume_root_denied("dora");
        assert_eq!(story.verdict("RW008"), Verdicts::Violation);
        assert!(story.finding("RW008").denied);
        let mut story = Story::new();
        story.root_denied("UpdateApp");
        assert_eq!(story.verdict("RW008"), Verdicts::Violation);
        assert!(story.finding("RW008").denied);
        assert_eq!(story.findings().len(), 1);
    }

    #[test]
    fn silent_when_the_policy_allows_it() {
        let mut story = Story::new().with_policy_line("assume_root: deny", "assume_root: allow");
        story.assume_root("dora", "555566667777");
        story.assume_root_denied("dora");
        assert_eq!(story.verdict("RW008"), Verdicts::Silent);
    }
}
