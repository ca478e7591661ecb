//! Assignments of permission sets that the policy doesn't allow.

use crate::text;
use crate::text::Text;
use serde_json::json;

use crate::arn::permission_set::{instance_of, is_plain};
use crate::arn::{AWS, partition_of};
use crate::directory::{ListedAssignment, ListedPermissionSet, StoreSnapshot};
use crate::policy::{IdentityKind, RolePolicy, StoreGroupName};
use crate::review::center::is_about_sets;
use crate::review::view::listed;
use crate::review::{ReviewDraft, SetupView};
use crate::seen::identity_center::Principal;
use crate::untrusted::harmless;

/// One finding for each assignment that the policy doesn't allow, or that nothing can judge.
pub(super) fn assigned(view: &SetupView<'_>) -> Vec<ReviewDraft> {
    let Some(store) = view.store.filter(|_| view.has_assignments()) else {
        return Vec::new();
    };
    let mut drafts = Vec::new();
    for assignment in store.assignments.iter().flatten() {
        drafts.extend(match view.listed_set(&assignment.permission_set) {
            Some(set) => of_assignment(view, store, assignment, set),
            None => of_unlisted_set(view, assignment),
        });
    }
    if store.incomplete {
        drafts.extend(unlisted_assignments(view, store));
    }
    drafts
}

/// What the policy says about an assignment.
enum AssignmentAnswer {
    Allowed,
    /// Why it isn't allowed.
    Beyond(Text),
    /// What it depends on.
    Open(Text),
}

fn of_assignment(
    view: &SetupView<'_>,
    store: &StoreSnapshot,
    assignment: &ListedAssignment,
    set: &ListedPermissionSet,
) -> Option<ReviewDraft> {
    let rules = view.rules_of_set(set, assignment.account)?;
    let answer = answer(store, rules, &assignment.principal);
    if matches!(answer, AssignmentAnswer::Allowed) {
        return None;
    }
    let who = who(store, &assignment.principal);
    let role = text!("permission set {set}", set = harmless(&set.name));
    let account = view.account_shown(assignment.account);
    let place = text!("{role} in {account}", role, account);
    let subject = principal_arn(set, &assignment.principal);
    let (account, severity) = (assignment.account, rules.severity);
    match answer {
        AssignmentAnswer::Allowed => None,
        AssignmentAnswer::Beyond(why) => {
            let message = match deletion(assignment) {
                Some(command) => text!(
                    "{who} can take {place}, but {why}; to delete the assignment, run `{command}`",
                    who,
                    place,
                    why,
                    command
                ),
                None => text!("{who} can take {place}, but {why}", who, place, why),
            };
            let draft = ReviewDraft::violation(severity, account, &subject, message);
            Some(draft.deleting(shown(assignment)))
        }
        AssignmentAnswer::Open(why) => {
            let message = text!(
                "can't tell whether {who} may take {place}: {why}",
                who,
                place,
                why
            );
            let draft = ReviewDraft::unproven(severity, account, &subject, message);
            Some(draft.setting(shown(assignment), None).hanging_on([why]))
        }
    }
}

fn answer(store: &StoreSnapshot, rules: &RolePolicy, principal: &Principal) -> AssignmentAnswer {
    if !rules.allows(IdentityKind::IdentityCenter) {
        return AssignmentAnswer::Beyond(text!(
            "the policy doesn't allow people of Identity Center to enter"
        ));
    }
    let groups = &rules.store_groups;
    let is_everybody = |named: &StoreGroupName| *named == StoreGroupName::Everybody;
    if groups.is_empty() || groups.iter().any(|named| is_everybody(&named.group)) {
        return AssignmentAnswer::Allowed;
    }
    let allowed = text!(
        "the policy allows only {names}",
        names = listed(groups.iter().map(|named| harmless(&named.written)))
    );
    match principal {
        Principal::User(user) if store.users.contains_key(user) => {
            let members = groups.iter().any(|named| {
                let mut of_user = store.groups_of(user);
                of_user.any(|group| is_group(store, &named.group, group) == Some(true))
            });
            AssignmentAnswer::Beyond(if members {
                text!(
                    "{allowed}; without a group, the access stays when the user leaves it",
                    allowed
                )
            } else {
                allowed
            })
        }
        Principal::User(user) => AssignmentAnswer::Open(text!(
            "the roster doesn't list user {user}",
            user = harmless(user)
        )),
        Principal::Group(group) => of_group(store, rules, group, allowed),
    }
}

fn of_group(
    store: &StoreSnapshot,
    rules: &RolePolicy,
    group: &str,
    allowed: Text,
) -> AssignmentAnswer {
    let named = |named: &StoreGroupName| is_group(store, named, group);
    let answers = || rules.store_groups.iter().map(|one| named(&one.group));
    if answers().any(|answer| answer == Some(true)) {
        AssignmentAnswer::Allowed
    } else if !store.groups.contains_key(group) {
        AssignmentAnswer::Open(text!(
            "the roster doesn't list group {group}",
            group = harmless(group)
        ))
    } else if answers().any(|answer| answer.is_none()) {
        AssignmentAnswer::Open(text!(
            "the roster lists several groups with this name; write the group's id in the policy"
        ))
    } else {
        AssignmentAnswer::Beyond(allowed)
    }
}

/// Whether the policy means this group. `None`: several groups have its name, or the roster doesn't
/// list it.
fn is_group(store: &StoreSnapshot, named: &StoreGroupName, group: &str) -> Option<bool> {
    match named {
        StoreGroupName::Everybody => Some(true),
        StoreGroupName::ById(id) => Some(id == group),
        StoreGroupName::ByName(name) => {
            let known = store.groups.get(group)?;
            if known.to_lowercase() != name.to_lowercase() {
                return Some(false);
            }
            store.group_named(name).map(|only| **only == *group)
        }
    }
}

/// An assignment of a permission set whose name the roster lacks.
fn of_unlisted_set(view: &SetupView<'_>, assignment: &ListedAssignment) -> Option<ReviewDraft> {
    let entries = view
        .policy
        .roles
        .iter()
        .filter(|rules| is_about_sets(rules) && rules.arn.may_be_in(assignment.account));
    let severity = entries.map(|rules| rules.severity).max()?;
    let (arn, account) = (&assignment.permission_set, assignment.account);
    let message = text!(
        "can't tell who can take permission set {arn} in {account}: the roster's PermissionSets don't list it",
        arn = harmless(arn),
        account = view.account_shown(account)
    );
    Some(ReviewDraft::unproven(severity, account, arn, message))
}

/// For each entry about permission sets, that a truncated roster may lack assignments.
fn unlisted_assignments(view: &SetupView<'_>, store: &StoreSnapshot) -> Vec<ReviewDraft> {
    let Some(settings) = &view.policy.identity_center else {
        return Vec::new();
    };
    let entries = view
        .policy
        .roles
        .iter()
        .filter(|rules| is_about_sets(rules));
    let drafts = entries.map(|rules| {
        let message = text!("can't tell who else can take {set}: the roster of identity store {store} isn't complete", set = rules.arn.quoted(), store = harmless(&store.store));
        let account = rules.arn.account().unwrap_or(settings.account);
        ReviewDraft::unproven(rules.severity, account, rules.arn.as_str(), message)
    });
    drafts.collect()
}

/// `group Testers (3 members)`, or `user tom`.
fn who(store: &StoreSnapshot, principal: &Principal) -> Text {
    match principal {
        Principal::Group(id) => match store.groups.get(id) {
            Some(name) => {
                let group = harmless(if name.is_empty() { id } else { name });
                let members = match store.members(id) {
                    1 => text!("1 member"),
                    count => text!("{count} members", count),
                };
                if store.incomplete {
                    text!("group {group} (at least {members})", group, members)
                } else {
                    text!("group {group} ({members})", group, members)
                }
            }
            None => text!("group {group}", group = harmless(id)),
        },
        Principal::User(id) => match store.users.get(id) {
            Some(user) => {
                let shown = harmless(if user.name.is_empty() { id } else { &user.name });
                if user.enabled == Some(false) {
                    text!("user {user} (disabled today)", user = shown)
                } else {
                    text!("user {user}", user = shown)
                }
            }
            None => text!("user {user}", user = harmless(id)),
        },
    }
}

/// The ARN of a user or group of an identity store, which has neither Region nor account.
fn principal_arn(set: &ListedPermissionSet, principal: &Principal) -> String {
    let partition = partition_of(&set.arn).unwrap_or(AWS);
    let (kind, id) = match principal {
        Principal::Group(id) => ("group", id),
        Principal::User(id) => ("user", id),
    };
    format!("arn:{partition}:identitystore:::{kind}/{id}")
}

/// The assignment as the AWS CLI lists it.
fn shown(assignment: &ListedAssignment) -> serde_json::Value {
    let (kind, id) = of_principal(&assignment.principal);
    json!({
        "AccountId": assignment.account,
        "PermissionSetArn": &*assignment.permission_set,
        "PrincipalType": kind,
        "PrincipalId": id,
    })
}

fn of_principal(principal: &Principal) -> (&'static str, &str) {
    match principal {
        Principal::Group(id) => ("GROUP", id),
        Principal::User(id) => ("USER", id),
    }
}

/// The command that deletes an assignment, if all its parts can be written in a shell as they are.
fn deletion(assignment: &ListedAssignment) -> Option<String> {
    let set = &assignment.permission_set;
    let instance = instance_of(set)?;
    let (kind, id) = of_principal(&assignment.principal);
    is_plain(id).then(|| {
        format!(
            "aws sso-admin delete-account-assignment --instance-arn {instance} --permission-set-arn {set} \
             --target-type AWS_ACCOUNT --target-id {} --principal-type {kind} --principal-id {id}",
            assignment.account
        )
    })
}
