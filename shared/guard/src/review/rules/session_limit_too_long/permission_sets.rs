//! How long the sessions of permission sets last.

use crate::text;
use std::fmt::Write as _;

use serde_json::json;

use crate::arn::permission_set::instance_of;
use crate::directory::ListedPermissionSet;
use crate::id::AccountId;
use crate::moment::Span;
use crate::policy::RolePolicy;
use crate::review::view::ElevatedTarget;
use crate::review::{ReviewDraft, SetupView};
use crate::time::aws::LEAST_SESSION_LIMIT;
use crate::untrusted::harmless;

/// One finding for each permission set in the roster and each entry that applies to it.
pub(super) fn too_long(view: &SetupView<'_>) -> Vec<ReviewDraft> {
    let Some(settings) = &view.policy.identity_center else {
        return Vec::new();
    };
    let mut drafts = Vec::new();
    for set in view.listed_sets() {
        let mut judged: Vec<&RolePolicy> = Vec::new();
        for account in view.accounts_of_set(set) {
            let Some(rules) = view.rules_of_set(set, account) else {
                continue;
            };
            if !judged.iter().any(|known| std::ptr::eq(*known, rules)) {
                judged.push(rules);
                drafts.extend(of_set(settings.account, set, rules));
            }
        }
    }
    drafts
}

fn of_set(
    account: AccountId,
    set: &ListedPermissionSet,
    rules: &RolePolicy,
) -> Option<ReviewDraft> {
    let limit = rules.max_session?;
    let (arn, severity) = (&set.arn, rules.severity);
    let place = text!("permission set {name}", name = harmless(&set.name));
    let Some(lasts) = set.session else {
        let message = text!(
            "can't tell how long sessions of {place} can last: the roster has no SessionDuration \
             for it, which `aws sso-admin describe-permission-set` prints",
            place
        );
        return Some(ReviewDraft::unproven(severity, account, arn, message));
    };
    if lasts <= limit {
        return None;
    }
    let message = text!(
        "{place} grants sessions of {lasts}, longer than the {limit} allowed (line {line} of the policy)",
        place,
        lasts,
        limit,
        line = rules.line
    );
    let now = json!({"SessionDuration": duration(lasts)});
    if limit.seconds() < LEAST_SESSION_LIMIT {
        let message = text!(
            "{message}; Identity Center doesn't accept less than an hour",
            message
        );
        let draft = ReviewDraft::violation(severity, account, arn, message);
        return Some(draft.setting(now, None));
    }
    let message = match instance_of(arn) {
        Some(instance) => text!(
            "{message}; to lower it, run `aws sso-admin update-permission-set {which} --session-duration {duration}`, then `aws sso-admin provision-permission-set {which} --target-type ALL_PROVISIONED_ACCOUNTS`",
            message,
            which = format!("--instance-arn {instance} --permission-set-arn {arn}"),
            duration = duration(limit)
        ),
        None => message,
    };
    let draft = ReviewDraft::violation(severity, account, arn, message);
    Some(draft.setting(now, Some(json!({"SessionDuration": duration(limit)}))))
}

/// The role of a permission set, if the roster doesn't list the set. Its own limit is only the most
/// that Identity Center could ask for.
pub(super) fn of_role(
    view: &SetupView<'_>,
    target: &ElevatedTarget<'_>,
    set: &str,
    limit: Span,
) -> Option<ReviewDraft> {
    let (account, arn) = (target.account.id, &target.role.arn);
    let longest = target.role.max_session.or_else(|| view.setup.duration(arn));
    let is_short = longest.is_some_and(|longest| longest <= limit.seconds());
    if is_short || view.set_named(set).is_some() {
        return None;
    }
    let message = text!(
        "can't tell how long sessions of permission set {set} in {account} can last: supply a roster of \
         Identity Center with PermissionSets, which shows the set's SessionDuration",
        set = harmless(set),
        account = view.account_shown(account)
    );
    let severity = target.rules.severity;
    Some(ReviewDraft::unproven(severity, account, arn, message))
}

/// A duration as Identity Center writes it, such as `PT1H30M`.
fn duration(span: Span) -> String {
    let seconds = span.seconds();
    let parts = [
        (seconds / 3_600, 'H'),
        (seconds / 60 % 60, 'M'),
        (seconds % 60, 'S'),
    ];
    let mut text = "PT".to_owned();
    for (count, unit) in parts {
        if count > 0 {
            // Writing to a String can't fail.
            write!(text, "{count}{unit}").ok();
        }
    }
    text
}

#[cfg(test)]
mod cases {
    use serde_json::{Value, json};

    use crate::finding::Verdict;
    use crate::review::testing::center::{ADMIN, ADMIN_ENTRY, roster};
    use crate::review::testing::{Company, PRODUCTION};

    const RULE: &str = "RW103";

    fn lasting(duration: Value) -> Company {
        let mut roster = roster();
        roster["PermissionSets"][0]["SessionDuration"] = duration;
        Company::new()
            .with_entry_of_center(ADMIN_ENTRY)
            .with_file(roster)
    }

    /// The company with the set's role in production. Identity Center gives it twelve hours.
    fn with_role(company: Company) -> Company {
        let name =
            "aws-reserved/sso.amazonaws.com/ap-northeast-1/AWSReservedSSO_Admin_0123456789abcdef";
        let trust = json!({"Effect": "Allow", "Action": "sts:AssumeRoleWithSAML",
            "Principal": {"Federated": "arn:aws:iam::444455556666:saml-provider/AWSSSO_0_DO_NOT_DELETE"}});
        company
            .role(PRODUCTION, name, trust, json!([]))
            .lasting(name, 43_200)
    }

    #[test]
    fn fires_above_the_limit_and_not_at_it() {
        lasting(json!("PT4H")).silent(RULE);
        let finding = lasting(json!("PT12H")).only_finding(RULE);
        assert_eq!(
            (finding.verdict, finding.subject.as_str()),
            (Verdict::Violation, ADMIN)
        );
        assert_eq!(finding.statement, Some(json!({"SessionDuration": "PT12H"})));
        assert_eq!(finding.fix, Some(json!({"SessionDuration": "PT4H"})));
        assert!(
            finding
                .message
                .contains("--session-duration PT4H`, then `aws sso-admin provision-permission-set"),
            "{}",
            finding.message
        );
    }

    #[test]
    fn the_set_decides_and_not_its_role() {
        with_role(lasting(json!("PT4H"))).silent(RULE);
        let finding = with_role(lasting(json!("PT5H30M"))).only_finding(RULE);
        assert_eq!(finding.subject, ADMIN);
        assert_eq!(
            finding.statement,
            Some(json!({"SessionDuration": "PT5H30M"}))
        );
    }

    #[test]
    fn unproven_without_the_sets_duration() {
        assert_eq!(
            lasting(Value::Null).only_finding(RULE).verdict,
            Verdict::Unproven
        );
        let without = || with_role(Company::new().with_entry_of_center(ADMIN_ENTRY));
        let finding = without()
            .findings_by(RULE)
            .into_iter()
            .find(|finding| finding.subject.contains("AWSReservedSSO"))
            .unwrap();
        assert_eq!(finding.verdict, Verdict::Unproven);
        assert!(
            finding
                .message
                .contains("supply a roster of Identity Center"),
            "{}",
            finding.message
        );
    }

    #[test]
    fn a_limit_under_an_hour_has_no_correction() {
        let company = Company::new()
            .with_entry_of_center(&ADMIN_ENTRY.replace("4h", "30m"))
            .with_file(roster());
        let finding = company.only_finding(RULE);
        assert_eq!((finding.verdict, finding.fix), (Verdict::Violation, None));
    }
}
