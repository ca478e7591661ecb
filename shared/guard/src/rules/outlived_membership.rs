//! RW016 outlived-membership
//!
//! ## What it does
//! Fires when somebody was allowed to enter an elevated role, lost that access during the session,
//! and used the session more than five minutes after that. Access is membership in one of the
//! role's groups. For a permission set, it is also an assignment of the set in that account, to the
//! person or to a group of theirs, if rosters or logs show the assignments. Access ends with the
//! last group or the last assignment, whichever ends first, or when the user is disabled or
//! deleted. If somebody gets access back, use after that doesn't count.
//!
//! An assignment counts as ended from its deletion on if a later roster no longer lists it. Without
//! such a roster, the finding is unproven. It is also unproven if a record hides what it changed.
//!
//! ## Why it matters
//! Removing somebody from a group, deleting an assignment or disabling a user doesn't end sessions
//! that exist. The person can go on until the credentials expire, up to twelve hours.
//!
//! ## Blind spots
//! - Object reads and writes are data events, which most trails don't log. Use that isn't logged
//!   isn't seen.
//! - Of each quarter of an hour, only the first and the last use are kept. If somebody got access
//!   back within a quarter of an hour, use just before that may go unnoticed.
//! - If access wasn't proven when the session began, the rule doesn't run. RW001 reports that.
//! - Sessions of other roles that were entered from this one are judged on their own.
//!
//! ## What to do
//! 1. End the session: `rolewatch revoke-plan ID` prints the commands, or choose Revoke sessions on
//!    the role's page in IAM.
//! 2. Check what the session did after the time in the finding.
//! 3. Ask whoever removed the access, on another channel, whether the person should have stopped
//!    then. If the person left the company, treat it as an incident.
//! 4. Make ending sessions part of the steps for removing access, or shorten the role's sessions.
//!
//! If the finding is unproven:
//! 1. Check what the session did after the time in the finding. If in doubt, end it: `rolewatch
//!    revoke-plan ID` prints the commands, or choose Revoke sessions on the role's page in IAM.
//! 2. Supply a roster from after the change that the finding names.

use std::collections::BTreeSet;

use super::view::{RuleAnswer, SwitchView};
use crate::directory::SetInAccount;
use crate::dossier::Person;
use crate::id::RecordKey;
use crate::moment::Moment;
use crate::policy::{IdentityKind, StoreGroupName};
use crate::roster::Membership;
use crate::time::chosen::ACCESS_LOST;
use crate::untrusted::harmless;
use crate::world::UseAt;

pub(super) fn check(view: &SwitchView<'_, '_>) -> RuleAnswer {
    if let Some(silenced) = view.silenced_unless_known() {
        return silenced;
    }
    if view.outside_trust().is_some() || view.origin.broken.is_some() {
        return RuleAnswer::not_applicable("no access to check");
    }
    let uses = uses(view);
    let Some((last_use, _)) = uses.last() else {
        return RuleAnswer::not_applicable("the session wasn't used");
    };
    let Some(kinds) = AccessKinds::proved(view) else {
        return RuleAnswer::not_applicable("no access is proven that could end");
    };
    let mut unproven = None;
    let mut lost: Option<LostAccess> = None;
    let mut changes = kinds.changes(view, *last_use).into_iter().peekable();
    while let Some(change) = changes.next() {
        // In the second of the change itself, nothing is decided.
        lost = LostAccess::after(kinds.at(view, change.plus_seconds(1)), change, lost);
        let Some(lost) = &lost else {
            continue;
        };
        match &lost.proof {
            Ok(evidence) => {
                if let Some(last) = lost.last_use_in_all(view, &kinds, &uses) {
                    return violation(view, lost.since, evidence, last);
                }
            }
            Err(missing) => {
                let last = lost.last_use(&uses, change, changes.peek().copied());
                unproven = unproven.or(last.map(|last| (lost.since, missing.clone(), last)));
            }
        }
    }
    match unproven {
        Some((since, missing, last)) => unclear(view, since, &missing, last),
        None => RuleAnswer::allow("no use after the access ended"),
    }
}

/// When access ended, or may have ended.
struct LostAccess {
    since: Moment,
    /// The records that show it, or why it isn't known.
    proof: Result<Vec<RecordKey>, String>,
}

impl LostAccess {
    /// What is known after a change, by what was known before it.
    fn after(access: Access, change: Moment, before: Option<Self>) -> Option<Self> {
        match (access, before) {
            (Access::Given, _) => None,
            (Access::Unclear(missing), before) => Some(Self {
                since: before.map_or(change, |before| before.since),
                proof: Err(missing),
            }),
            (Access::Gone(_), Some(known)) if known.proof.is_ok() => Some(known),
            (Access::Gone(evidence), _) => Some(Self {
                since: change,
                proof: Ok(evidence),
            }),
        }
    }

    /// The last use that counts, of those between two changes.
    fn last_use<'u>(
        &self,
        uses: &[&'u UseAt],
        from: Moment,
        until: Option<Moment>,
    ) -> Option<&'u UseAt> {
        let begin = from.max(self.since.plus_seconds(ACCESS_LOST));
        let counted = uses
            .iter()
            .rev()
            .find(|(time, _)| *time > begin && until.is_none_or(|until| *time < until));
        counted.copied()
    }

    /// The last use that counts, up to the first change that gives access back.
    fn last_use_in_all<'u>(
        &self,
        view: &SwitchView<'_, '_>,
        kinds: &AccessKinds<'_>,
        uses: &[&'u UseAt],
    ) -> Option<&'u UseAt> {
        let (last, _) = uses.last()?;
        let changes = kinds.changes(view, *last);
        let back = changes.into_iter().find(|change| {
            *change > self.since
                && !matches!(kinds.at(view, change.plus_seconds(1)), Access::Gone(_))
        });
        self.last_use(uses, self.since, back)
    }
}

/// Whether the person had access at a moment.
enum Access {
    Given,
    /// The records that show that it ended.
    Gone(Vec<RecordKey>),
    Unclear(String),
}

/// What the person's access consists of.
struct AccessKinds<'a> {
    by_group: bool,
    /// By an assignment of this permission set.
    by_assignment: Option<SetInAccount<'a>>,
}

impl<'a> AccessKinds<'a> {
    /// What is proven at the second of the switch.
    fn proved(view: &'a SwitchView<'_, '_>) -> Option<Self> {
        let kind = if view.is_of_center() {
            IdentityKind::IdentityCenter
        } else {
            IdentityKind::IamUser
        };
        let by_group = view.role.asks_group(kind);
        if by_group && !matches!(by_groups(view, view.time()), Access::Given) {
            return None;
        }
        let role = view.switch.role.as_ref();
        let set = role.and_then(|role| {
            Some(SetInAccount {
                account: role.account(),
                set: role.permission_set()?,
            })
        });
        let by_assignment = set.filter(|set| {
            let assigned = by_assignment(view, *set, view.time());
            matches!(assigned, Some(Access::Given))
        });
        (by_group || by_assignment.is_some()).then_some(Self {
            by_group,
            by_assignment,
        })
    }

    fn at(&self, view: &SwitchView<'_, '_>, at: Moment) -> Access {
        let groups = if self.by_group {
            by_groups(view, at)
        } else {
            Access::Given
        };
        let assignment = self.by_assignment;
        match (
            groups,
            assignment.and_then(|set| by_assignment(view, set, at)),
        ) {
            (gone @ Access::Gone(_), _) | (_, Some(gone @ Access::Gone(_))) => gone,
            (unclear @ Access::Unclear(_), _) | (_, Some(unclear @ Access::Unclear(_))) => unclear,
            (Access::Given, _) => Access::Given,
        }
    }

    /// The seconds after the switch at which access may have changed.
    fn changes(&self, view: &SwitchView<'_, '_>, until: Moment) -> BTreeSet<Moment> {
        let span = (view.time(), until);
        let mut found = BTreeSet::new();
        match &view.origin.person {
            Person::User(account, user) => {
                let roster = view.tracer.roster;
                let groups = view.role.groups.iter();
                for id in groups.filter_map(|group| roster.group(group)) {
                    found.extend(roster.membership_changes(*account, user, &id, span));
                }
            }
            Person::StoreUser(user) => {
                let Some(center) = &view.tracer.gathered.center else {
                    return found;
                };
                let directory = &center.directory;
                for group in view.role.store_groups.iter().filter(|_| self.by_group) {
                    let id = directory.group(&group.group);
                    if id.is_some() || group.group == StoreGroupName::Everybody {
                        found.extend(directory.access_changes(&user.user, id.as_ref(), span));
                    }
                }
                if let Some(set) = self.by_assignment {
                    found.extend(directory.assignment_changes(&user.user, set, span));
                }
            }
            _ => {}
        }
        found
    }
}

/// Access as a member of an allowed group.
fn by_groups(view: &SwitchView<'_, '_>, at: Moment) -> Access {
    let mut against = Vec::new();
    let mut missing = None;
    for (_, membership) in view.memberships_at(at) {
        match membership {
            Membership::Member { .. } => {
                return if deleted(view, at) {
                    Access::Gone(Vec::new())
                } else {
                    Access::Given
                };
            }
            Membership::NotMember { evidence } => against.extend(evidence),
            Membership::Unproven { missing: why } => missing = missing.or(Some(why)),
        }
    }
    missing.map_or(Access::Gone(against), Access::Unclear)
}

/// Whether an IAM user was deleted. Memberships say nothing of that.
fn deleted(view: &SwitchView<'_, '_>, at: Moment) -> bool {
    let Person::User(account, user) = &view.origin.person else {
        return false;
    };
    let deleted = view.tracer.roster.user_deleted(*account, user);
    deleted.is_some_and(|deleted| deleted < at)
}

/// Access by an assignment of the permission set.
fn by_assignment(view: &SwitchView<'_, '_>, set: SetInAccount<'_>, at: Moment) -> Option<Access> {
    let Person::StoreUser(user) = &view.origin.person else {
        return None;
    };
    let center = view.tracer.gathered.center.as_ref()?;
    if !center.is_ours(user) {
        return None;
    }
    Some(match center.directory.may_take(&user.user, set, at)? {
        Membership::Member { .. } => Access::Given,
        Membership::NotMember { evidence } => Access::Gone(evidence),
        Membership::Unproven { missing } => Access::Unclear(missing),
    })
}

/// The uses that are kept, by time.
fn uses<'w>(view: &SwitchView<'_, 'w>) -> Vec<&'w UseAt> {
    let folds = view.switch.uses.iter();
    let mut uses: Vec<&UseAt> = folds.flat_map(|fold| fold.kept()).collect();
    uses.sort();
    uses
}

fn unclear(view: &SwitchView<'_, '_>, since: Moment, missing: &str, last: &UseAt) -> RuleAnswer {
    RuleAnswer::unproven(format!(
        "can't tell whether {} still had access to {} after {since}, when it may have ended; the \
         session was used until {}: {missing}",
        view.person_shown(),
        view.role_in_account(),
        last.0
    ))
    .with_events(view.evidence_of_person())
    .with_events([last.1.clone()])
}

fn violation(
    view: &SwitchView<'_, '_>,
    since: Moment,
    evidence: &[RecordKey],
    last: &UseAt,
) -> RuleAnswer {
    let by = evidence.iter().find_map(|record| {
        // The other records show why no other group or assignment gave access.
        let change = view.tracer.roster.changed_by(record);
        let (_, by) = change.filter(|(time, _)| *time == since)?;
        let origin = view.tracer.behind(by, since, by.arn.as_deref());
        Some(format!(" (changed by {})", harmless(&origin.name)))
    });
    let until = view.switch.granted_until().map_or_else(
        || "; the records don't show when the credentials expire".to_owned(),
        |until| format!("; the credentials are valid until {until}"),
    );
    RuleAnswer::violation(format!(
        "{} used {} until {}, although their access ended at {since}{}{until}",
        view.person_shown(),
        view.role_in_account(),
        last.0,
        by.unwrap_or_default()
    ))
    .with_events(view.evidence_of_person())
    .with_events(evidence.iter().cloned())
    .with_events([last.1.clone()])
}

#[cfg(test)]
mod cases {
    use crate::testing::{Story, Verdicts};

    #[test]
    fn fires_for_use_more_than_five_minutes_after_leaving_the_group() {
        for (after, expected) in [(900, Verdicts::Silent), (901, Verdicts::Violation)] {
            let mut story = Story::new();
            drop(story.switch("dora").with_mfa().used_after(after));
            story.iam(600, "admin").removes("dora", "Developers");
            assert_eq!(story.verdict("RW016"), expected, "{after}");
        }
    }

    #[test]
    fn says_when_access_ended_and_by_whom() {
        let mut story = Story::new();
        drop(story.switch("dora").with_mfa().used_after(1_200));
        story.iam(600, "admin").removes("dora", "Developers");
        let finding = story.finding("RW016");
        assert_eq!(
            finding.message,
            "dora used UpdateApp in production until 2026-03-02T09:20:00Z, although their access \
             ended at 2026-03-02T09:10:00Z (changed by admin); the credentials are valid until \
             2026-03-02T10:00:00Z"
        );
        assert!(finding.events.len() >= 3, "{:?}", finding.events);
    }

    #[test]
    fn use_after_coming_back_does_not_count() {
        for (between, expected) in [(None, Verdicts::Silent), (Some(1_000), Verdicts::Violation)] {
            let mut story = Story::new();
            let step = story.switch("dora").with_mfa().used_after(60);
            let step = match between {
                Some(between) => step.used_after(between),
                None => step,
            };
            drop(step.used_after(3_000));
            story.iam(600, "admin").removes("dora", "Developers");
            story.iam(1_800, "admin").adds("dora", "Developers");
            assert_eq!(story.verdict("RW016"), expected, "{between:?}");
        }
    }

    #[test]
    fn whoever_ended_another_membership_long_ago_is_not_named() {
        let mut story = Story::new().with_policy_line(
            "[development/Developers]",
            "[development/Testers, development/Developers]",
        );
        story.iam(-90_000, "alice").adds("dora", "Testers");
        story.iam(-80_000, "alice").removes("dora", "Testers");
        drop(story.switch("dora").with_mfa().used_after(1_200));
        story.iam(600, "bob").removes("dora", "Developers");
        let finding = story.finding("RW016");
        assert!(
            finding.message.contains("(changed by bob)"),
            "{}",
            finding.message
        );
    }

    #[test]
    fn use_in_the_second_of_a_later_change_counts() {
        let mut story = Story::new();
        drop(story.switch("dora").with_mfa().used_after(1_000));
        story.iam(600, "admin").removes("dora", "Developers");
        story.iam(1_000, "admin").removes("dora", "Developers");
        assert_eq!(story.verdict("RW016"), Verdicts::Violation);
    }

    #[test]
    fn silent_when_there_was_no_access_to_lose() {
        let mut story = Story::new();
        drop(story.switch("tom").with_mfa().used_after(3_000));
        story.iam(600, "admin").adds("tom", "Developers");
        story.iam(700, "admin").removes("tom", "Developers");
        assert_eq!(story.verdict("RW016"), Verdicts::Silent);
        assert_eq!(story.verdict("RW001"), Verdicts::Violation);
    }

    #[test]
    fn silent_when_another_group_still_allows_it() {
        let mut story = Story::new().with_policy_line(
            "[development/Developers]",
            "[development/Developers, development/Testers]",
        );
        story.iam(-7_200, "admin").adds("dora", "Testers");
        drop(story.switch("dora").with_mfa().used_after(3_000));
        story.iam(600, "admin").removes("dora", "Developers");
        assert_eq!(story.verdict("RW016"), Verdicts::Silent);
        story.iam(900, "admin").removes("dora", "Testers");
        assert_eq!(story.verdict("RW016"), Verdicts::Violation);
    }

    #[test]
    fn a_removal_that_was_undone_at_once_counts_for_nothing() {
        let mut story = Story::new();
        drop(story.switch("dora").with_mfa().used_after(3_000));
        story.iam(600, "admin").removes("dora", "Developers");
        story.iam(601, "admin").adds("dora", "Developers");
        assert_eq!(story.verdict("RW016"), Verdicts::Silent);
    }
}

#[cfg(test)]
mod cases_of_center {
    use serde_json::{Value, json};

    use crate::testing::{Story, Verdicts, group_id, user_id};

    fn removes(story: &mut Story, offset: i64, user: &str, group: &str) {
        let request = json!({"groupId": group_id(group), "member": {"memberId": user_id(user)}});
        story.directory(offset, "nora", "RemoveMemberFromGroup", request);
    }

    #[test]
    fn fires_for_use_after_leaving_the_group() {
        for (after, expected) in [(900, Verdicts::Silent), (901, Verdicts::Violation)] {
            let mut story = Story::of_center();
            drop(story.takes("nell", "Admin").used_after(after));
            removes(&mut story, 600, "nell", "Platform");
            assert_eq!(story.verdict("RW016"), expected, "{after}");
        }
    }

    #[test]
    fn fires_for_a_user_who_was_disabled() {
        let mut story = Story::of_center();
        drop(story.takes("nell", "Admin").used_after(1_200));
        let request = json!({"userId": user_id("nell")});
        story.directory(600, "nora", "DisableUser", request);
        let finding = story.finding("RW016");
        assert!(
            finding.message.contains("(changed by nora)"),
            "{}",
            finding.message
        );
    }

    #[test]
    fn unproven_when_a_record_hides_what_it_changed() {
        let mut story = Story::of_center();
        story.joins(-7_200, "nora", "nell", "Platform");
        drop(story.takes("nell", "Admin").used_after(1_200));
        let at = story.now().plus_seconds(600);
        story.tell_center(json!({
            "eventTime": at,
            "eventSource": "identitystore-scim.amazonaws.com",
            "eventName": "PatchGroup",
            "requestParameters": {"id": group_id("Platform"), "tenantId": "t"},
        }));
        assert_eq!(story.verdict("RW016"), Verdicts::Unproven);
    }

    const SET: &str = "arn:aws:sso:::permissionSet/ssoins-0123456789abcdef/ps-0123456789abcdef";

    fn assignment(story: &mut Story, offset: i64, name: &str, principal: (&str, &str)) {
        let at = story.now().plus_seconds(offset);
        story.tell_center(json!({
            "eventTime": at,
            "eventSource": "sso.amazonaws.com",
            "eventName": name,
            "eventType": "AwsApiCall",
            "userIdentity": {"type": "AssumedRole", "principalId": "AROAX:admin", "arn": "arn:aws:sts::555566667777:assumed-role/Admin/admin", "accountId": "555566667777"},
            "requestParameters": {"permissionSetArn": SET, "targetId": "444455556666", "targetType": "AWS_ACCOUNT", "principalType": principal.0, "principalId": principal.1},
        }));
    }

    fn with_assignments(story: &mut Story, principals: &[(&str, &str)]) {
        let assignments: Vec<Value> = principals
            .iter()
            .map(|(kind, id)| json!({"AccountId": "444455556666", "PermissionSetArn": SET, "PrincipalType": kind, "PrincipalId": id}))
            .collect();
        story.list_assignments(
            &json!([{"PermissionSetArn": SET, "Name": "Admin"}]),
            &json!(assignments),
        );
    }

    /// Somebody has the set by these assignments, one of which is deleted during the session.
    fn deleted(listed: &[(&str, &str)], taken: Option<i64>) -> Verdicts {
        let platform = group_id("Platform");
        let mut story = Story::of_center();
        drop(story.takes("nell", "Admin").used_after(1_200));
        assignment(
            &mut story,
            600,
            "DeleteAccountAssignment",
            ("GROUP", &platform),
        );
        with_assignments(&mut story, listed);
        if let Some(taken) = taken {
            story.store_roster_taken(taken);
        }
        story.verdict("RW016")
    }

    #[test]
    fn a_deletion_counts_if_a_later_roster_shows_it() {
        let (platform, nell) = (group_id("Platform"), user_id("nell"));
        let still = [("GROUP", platform.as_str())];
        let other = [("USER", nell.as_str())];
        assert_eq!(deleted(&[], Some(7_200)), Verdicts::Violation);
        assert_eq!(deleted(&still, Some(7_200)), Verdicts::Unproven);
        assert_eq!(deleted(&[], None), Verdicts::Unproven, "nobody says when");
        assert_eq!(
            deleted(&[], Some(300)),
            Verdicts::Silent,
            "it was gone before"
        );
        assert_eq!(deleted(&other, Some(7_200)), Verdicts::Silent);
    }

    #[test]
    fn an_assignment_to_the_user_ends_with_the_user() {
        let nell = user_id("nell");
        for change in ["DisableUser", "DeleteUser"] {
            let mut story = Story::of_center().with_policy_line("[identity-center/Platform]", "[]");
            drop(story.takes("nell", "Admin").used_after(1_200));
            with_assignments(&mut story, &[("USER", &nell)]);
            story.directory(600, "nora", change, json!({"userId": nell}));
            assert_eq!(story.verdict("RW016"), Verdicts::Violation, "{change}");
        }
    }

    #[test]
    fn unproven_when_an_assignment_changed_and_the_record_hides_which() {
        let nell = user_id("nell");
        let mut story = Story::of_center().with_policy_line("[identity-center/Platform]", "[]");
        drop(story.takes("nell", "Admin").used_after(1_200));
        with_assignments(&mut story, &[("USER", &nell)]);
        assignment(
            &mut story,
            600,
            "DeleteAccountAssignment",
            ("USER", "HIDDEN_DUE_TO_SECURITY_REASONS"),
        );
        assert_eq!(story.verdict("RW016"), Verdicts::Unproven);
    }

    #[test]
    fn an_assignment_that_was_created_again_existed_before_that() {
        let platform = group_id("Platform");
        let mut story = Story::of_center();
        drop(story.takes("nell", "Admin").used_after(1_200));
        with_assignments(&mut story, &[("GROUP", &platform)]);
        story.store_roster_taken(-3_600);
        assignment(
            &mut story,
            300,
            "CreateAccountAssignment",
            ("GROUP", &platform),
        );
        assignment(
            &mut story,
            600,
            "DeleteAccountAssignment",
            ("GROUP", &platform),
        );
        assert_eq!(story.verdict("RW016"), Verdicts::Unproven);
    }
}
