//! RW103 session-limit-too-long
//!
//! ## What it does
//! Fires when an elevated role's MaxSessionDuration is longer than the policy's `max_session`, so
//! that STS grants longer sessions than the policy allows. There is no finding if a condition on
//! `sts:DurationSeconds` in the trust policy rules out longer sessions. IAM doesn't accept a
//! MaxSessionDuration under an hour, so only such a condition can enforce a shorter limit.
//!
//! The sessions of a permission set last for the session duration of the set. If you supply a
//! roster of Identity Center with `PermissionSets`, the rule compares `SessionDuration` instead.
//!
//! ## Why it matters
//! If AWS refuses a session that is too long, nobody has to find it afterward (RW003). One setting,
//! MaxSessionDuration, limits everyone who enters the role.
//!
//! ## Blind spots
//! - The console chooses how long console switches last, within MaxSessionDuration.
//! - Unproven: MaxSessionDuration isn't in the files. Authorization details don't include it, so
//!   supply the output of `aws iam list-roles` for the account as well.
//! - Unproven: the roster doesn't show a permission set's `SessionDuration`.
//!
//! ## What to do
//! 1. Lower the role's MaxSessionDuration, or the permission set's session duration, with the
//!    commands in the finding. Sessions that already run keep their time.
//! 2. Look for sessions that were too long (RW003).
//!
//! If the finding is unproven:
//! 1. Check MaxSessionDuration on the role's page in IAM, or the session duration of the permission
//!    set.
//! 2. Supply the output of `aws iam list-roles` (or `get-role`) of the role's account next to its
//!    authorization details. For a permission set, supply a roster of Identity Center with
//!    `PermissionSets`. In a live deployment, allow the reader role to call `iam:ListRoles`.

mod permission_sets;

use crate::text;
use serde_json::json;

use super::not_given::not_given;
use crate::arn::permission_set;
use crate::iam::{Context, Effect, Statement};
use crate::moment::Span;
use crate::policy::RolePolicy;
use crate::review::view::ElevatedTarget;
use crate::review::{ReviewDraft, SetupView, fix};
use crate::time::aws::LEAST_SESSION_LIMIT;
use crate::untrusted::harmless;

pub(super) fn check(view: &SetupView<'_>) -> Vec<ReviewDraft> {
    let judged = view
        .elevated
        .iter()
        .filter_map(|target| of_role(view, target));
    let limited = |rules: &RolePolicy| {
        let is_listed = |set: &str| view.set_named(set).is_some();
        rules.max_session.is_some() && !rules.arn.permission_set().is_some_and(is_listed)
    };
    judged
        .chain(permission_sets::too_long(view))
        .chain(not_given(view, limited, |role| {
            text!("how long sessions of {role} can last", role)
        }))
        .collect()
}

fn of_role(view: &SetupView<'_>, target: &ElevatedTarget<'_>) -> Option<ReviewDraft> {
    let limit = target.rules.max_session?;
    let (account, arn, severity) = (target.account.id, &target.role.arn, target.rules.severity);
    if let Some(set) = permission_set::of_role(arn) {
        return permission_sets::of_role(view, target, set, limit);
    }
    let place = view.role_in_account(target);
    let Some(longest) = target.role.max_session.or_else(|| view.setup.duration(arn)) else {
        let message = text!(
            "can't tell how long sessions of {place} can last: authorization details don't include MaxSessionDuration; supply the output of \
             `aws iam list-roles` for {account} too",
            place,
            account = view.account_shown(account)
        );
        return Some(ReviewDraft::unproven(severity, account, arn, message));
    };
    if longest <= limit.seconds() {
        return None;
    }
    let message = text!(
        "{place} grants sessions of up to {longest}, longer than the {limit} allowed",
        place,
        longest = Span::from_seconds(longest),
        limit
    );
    // A trust policy that couldn't be read has no known limit.
    let grants = match &target.role.trust {
        Ok(trust) => Some(
            trust
                .statements
                .iter()
                .find(|statement| lets_longer(statement, longest, limit))?,
        ),
        Err(_) => None,
    };
    if limit.seconds() < LEAST_SESSION_LIMIT {
        let message = text!(
            "{message}; IAM doesn't accept less than an hour, so the trust policy must limit them",
            message
        );
        let draft = ReviewDraft::violation(severity, account, arn, message);
        let Some(statement) = grants else {
            return Some(draft.setting(json!({"MaxSessionDuration": longest}), None));
        };
        let fix = fix::limiting(&statement.json, limit.seconds());
        return Some(draft.quoting(&crate::iam::PolicyPlace::Resource, &statement.json, fix));
    }
    let name = harmless(&target.role.name);
    let command = format!(
        "aws iam update-role --role-name {name} --max-session-duration {}",
        limit.seconds()
    );
    let draft = ReviewDraft::violation(
        severity,
        account,
        arn,
        text!("{message}; to lower it, run `{command}`", message, command),
    );
    Some(draft.setting(
        json!({"MaxSessionDuration": longest}),
        Some(json!({"MaxSessionDuration": limit.seconds()})),
    ))
}

/// Whether a statement of the trust policy allows requesting a longer duration, or none, which
/// means an hour.
fn lets_longer(statement: &Statement, longest: i64, limit: Span) -> bool {
    let lets = |context: &Context| !statement.conditions_hold(context).is_no();
    let too_long = Context::partial().with_value("sts:DurationSeconds", longest.to_string());
    let unsaid = Context::partial().without("sts:DurationSeconds");
    statement.effect == Effect::Allow
        && (lets(&too_long) || (LEAST_SESSION_LIMIT > limit.seconds() && lets(&unsaid)))
}

#[cfg(test)]
mod cases {
    use serde_json::{Value, json};

    use crate::finding::Verdict;
    use crate::review::testing::{Company, ROLE};

    const RULE: &str = "RW103";

    #[test]
    fn fires_above_the_limit_and_not_at_it() {
        Company::new().silent(RULE);
        let finding = Company::new()
            .lasting("UpdateApp", 43_200)
            .only_finding(RULE);
        assert_eq!(finding.verdict, Verdict::Violation);
        assert_eq!(
            finding.statement,
            Some(json!({"MaxSessionDuration": 43_200}))
        );
        assert_eq!(finding.fix, Some(json!({"MaxSessionDuration": 3_600})));
        assert!(
            finding
                .message
                .contains("--role-name UpdateApp --max-session-duration 3600"),
            "{}",
            finding.message
        );
    }

    #[test]
    fn a_condition_on_the_duration_counts() {
        let trust = json!({"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole",
            "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}, "NumericLessThanEquals": {"sts:DurationSeconds": "900"}}});
        let company = Company::new().policy("max_session: 1h  ", "max_session: 15m ");
        let finding = company.only_finding(RULE);
        assert_eq!(
            finding.fix.unwrap()["Condition"]["NumericLessThanEquals"],
            json!({"sts:DurationSeconds": "900"})
        );
        Company::new()
            .policy("max_session: 1h  ", "max_session: 15m ")
            .with_trust(trust)
            .silent(RULE);
    }

    #[test]
    fn unproven_without_a_listing_of_roles_and_silent_with_one() {
        let unknown = || {
            Company::new().change(
                "RoleDetailList",
                "UpdateApp",
                "MaxSessionDuration",
                Value::Null,
            )
        };
        assert_eq!(unknown().only_finding(RULE).verdict, Verdict::Unproven);
        let listing =
            |seconds: i64| json!({"Roles": [{"Arn": ROLE, "MaxSessionDuration": seconds}]});
        unknown().with_file(listing(3_600)).silent(RULE);
        unknown().with_file(listing(7_200)).assert_fires(RULE);
    }

    #[test]
    fn a_trust_policy_that_cannot_be_read_hides_nothing() {
        let odd = json!({"Statement": [{"Effect": "allow"}]});
        Company::new()
            .lasting("UpdateApp", 43_200)
            .change(
                "RoleDetailList",
                "UpdateApp",
                "AssumeRolePolicyDocument",
                odd,
            )
            .assert_fires(RULE);
    }

    #[test]
    fn silent_where_the_policy_sets_no_limit() {
        Company::new()
            .policy("max_session: 1h  ", "#")
            .lasting("UpdateApp", 43_200)
            .silent(RULE);
    }
}
