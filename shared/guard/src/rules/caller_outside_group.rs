//! RW001 caller-outside-group
//!
//! ## What it does
//! Fires when somebody enters an elevated role without being in one of the role's groups at that
//! moment. An elevated role is a role that your policy file lists; the entry there names its
//! groups. rolewatch works out who was in which group from rosters (a roster is the list of who is
//! in which group) and from the IAM changes in the logs. It compares IDs, not names.
//!
//! For people of IAM Identity Center, the role's groups are those of the identity store
//! (`identity-center/NAME`), and the changes are those of its directory. This needs
//! `identity_center` in the policy.
//!
//! For SAML users, the identity provider says the group, in the session tag that the policy names
//! (`group_tag`). If the tag has another value, the finding is a violation. Without the tag, the
//! answer is unproven.
//!
//! ## Why it matters
//! IAM checks only its own policies, and over time they allow the wrong people too: a policy is
//! attached to the wrong group, or a user is added for a few minutes and removed again. The groups
//! in your policy file are what people agreed on.
//!
//! ## Blind spots
//! - If there is no roster of the person's account and no membership change in the logs, the answer
//!   is unproven.
//! - rolewatch can't see group changes that were never logged: the trail was off, or doesn't cover
//!   the Region that IAM logs to.
//! - Identity providers that provision through SCIM hide who joined or left. The answer is unproven
//!   if a hidden change may have decided it.
//! - rolewatch can't see groups of external directories, nested Active Directory groups or account
//!   instances of Identity Center.
//! - SAML users without `group_tag` in the policy, web identities and services are in no group that
//!   rolewatch can see. RW012 checks them.
//!
//! ## What to do
//! 1. End the session: `rolewatch revoke-plan ID` prints the commands, or choose Revoke sessions on
//!    the role's page in IAM.
//! 2. Ask the person, on another channel, what the switch was for. Check what the session did.
//! 3. Find the policy or the change that gave this person access, and remove it.
//! 4. If the access was intended, have the group's owner add the person to the group.
//!
//! If the finding is unproven:
//! 1. Ask the person, on another channel, what the switch was for. Check what the session did.
//! 2. Supply what the finding says is missing: a roster, an account's logs, or the right group name
//!    in the policy.

use super::admission::{TagProof, missing_tag};
use super::view::{RuleAnswer, SwitchView};
use crate::dossier::Person;
use crate::policy::{IdentityKind, StoreGroupName};
use crate::roster::Membership;
use crate::text;
use crate::text::Text;
use crate::untrusted::harmless;

pub(super) fn check(view: &SwitchView<'_, '_>) -> RuleAnswer {
    if let Some(proof) = view.saml_proof() {
        return view.silenced().unwrap_or_else(|| by_tag(view, proof.group));
    }
    if let Some(silenced) = view.silenced_unless_known() {
        return silenced;
    }
    if view.outside_trust().is_some() {
        return RuleAnswer::not_applicable(text!(
            "the caller's account is not in the policy; RW007 reports that"
        ));
    }
    let who = view.person_shown();
    if view.is_of_center() {
        if !view.role.asks_group(IdentityKind::IdentityCenter) {
            return RuleAnswer::not_applicable(text!("the policy doesn't require a group"));
        }
        if is_anybody_of_center(view) {
            return RuleAnswer::allow(text!(
                "Identity Center issued the session to one of its users"
            ))
            .with_events(view.evidence_of_person());
        }
    }
    if let Some(why) = &view.origin.broken {
        return RuleAnswer::unproven(text!(
            "can't tell whether {who} was in an allowed group for {place}: {why}",
            who,
            place = view.role_in_account(),
            why
        ));
    }
    if !matches!(view.origin.person, Person::User(..) | Person::StoreUser(_)) {
        return RuleAnswer::unproven(text!(
            "can't tell whether {who} was in an allowed group for {place}: no record links the name to a user id",
            who,
            place = view.role_in_account()
        ));
    }
    by_memberships(view, &who)
}

/// What the session tag of a SAML user shows.
fn by_tag(view: &SwitchView<'_, '_>, proof: TagProof<'_>) -> RuleAnswer {
    let (who, place) = (view.person_shown(), view.role_in_account());
    let links = view.origin.links.iter().cloned();
    match proof {
        TagProof::NotAsked => {
            RuleAnswer::not_applicable(text!("the policy names no session tag for it"))
        }
        TagProof::Proved(tag) => {
            RuleAnswer::allow(text!("session tag {tag}", tag = tag.to_string())).with_events(links)
        }
        TagProof::Disproved { tag, found } => RuleAnswer::violation(text!(
            "{who} entered {place}, but session tag `{key}` was `{found}`, not `{value}`",
            who,
            place,
            key = harmless(&tag.key),
            found = harmless(found),
            value = harmless(&tag.value)
        ))
        .with_events(links),
        TagProof::Missing { tag, why } => RuleAnswer::unproven(text!(
            "can't tell whether {who} was in an allowed group for {place}: {why}",
            who,
            place,
            why = missing_tag(tag, why)
        ))
        .with_events(links),
    }
}

/// What the memberships of a known person come to.
fn by_memberships(view: &SwitchView<'_, '_>, who: &str) -> RuleAnswer {
    let memberships = view.memberships();
    let allowed = view.allowed_groups();
    let mut against = Vec::new();
    let mut missing = Vec::new();
    for (group, membership) in memberships {
        match membership {
            Membership::Member { evidence, .. } => {
                return RuleAnswer::allow(text!("member of {group} at that moment", group))
                    .with_events(view.evidence_of_person())
                    .with_events(evidence);
            }
            Membership::NotMember { evidence } => against.extend(evidence),
            Membership::Unproven { missing: what } => missing.push(what),
        }
    }
    missing.dedup();
    if missing.is_empty() {
        let sentence = text!(
            "{who} entered {place} but was not in {groups} at that moment",
            who,
            place = view.role_in_account(),
            groups = Text::any_of(allowed)
        );
        return RuleAnswer::violation(sentence)
            .with_events(view.evidence_of_person())
            .with_events(against);
    }
    RuleAnswer::unproven(text!(
        "can't tell whether {who} was in {groups} when entering {place}: {why}",
        who,
        groups = Text::any_of(allowed),
        place = view.role_in_account(),
        why = Text::list(missing, text!("; "))
    ))
    .with_events(view.evidence_of_person())
    .with_events(against)
}

/// The policy admits everybody in the directory, and the record of the call says that it was the
/// policy's Identity Center that issued the session.
fn is_anybody_of_center(view: &SwitchView<'_, '_>) -> bool {
    let mut groups = view.role.store_groups.iter();
    groups.any(|group| group.group == StoreGroupName::Everybody)
        && view.origin.broken.is_some()
        && view
            .origin
            .center
            .as_ref()
            .is_some_and(|evidence| evidence.issued_here)
}

#[cfg(test)]
mod cases {
    use crate::testing::{Story, Verdicts};

    #[test]
    fn an_addition_that_changed_nothing_makes_nobody_an_outsider_before_it() {
        let roster = |taken: &str, groups: &[&str]| {
            let user = serde_json::json!({"UserName": "dora", "UserId": "AIDADORAXXXXXXXXXXXX", "Arn": "arn:aws:iam::111122223333:user/dora", "GroupList": groups});
            let group = serde_json::json!({"GroupName": "Developers", "GroupId": "AGPADEVELOPERSXXXXXX", "Arn": "arn:aws:iam::111122223333:group/Developers"});
            let details = serde_json::json!({"UserDetailList": [user], "GroupDetailList": [group]})
                .to_string();
            crate::roster::Snapshot::read(details.as_bytes(), Some(taken.parse().unwrap())).unwrap()
        };
        let verdict = |added: bool, snapshot: crate::roster::Snapshot| {
            let mut story = Story::new().without_roster();
            drop(story.switch("dora"));
            let change = story.iam(600, "admin");
            if added {
                change.adds("dora", "Developers");
            } else {
                change.removes("dora", "Developers");
            }
            let mut rosters = crate::roster::Rosters::default();
            rosters.add(snapshot);
            let world = story.world_of(story.records());
            let judged = crate::judge(
                &world,
                &story.policy(),
                &rosters,
                crate::Scope::default(),
                &mut |_| (),
            );
            judged
                .findings
                .iter()
                .find(|finding| finding.rule == "RW001")
                .map(|finding| finding.verdict)
        };
        let (before, after) = ("2026-03-02T03:00:00Z", "2026-03-02T12:00:00Z");
        assert_eq!(
            verdict(true, roster(before, &["Developers"])),
            None,
            "she was in it, and was added again"
        );
        assert_eq!(
            verdict(true, roster(before, &[])),
            Some(crate::Verdict::Violation)
        );
        assert_eq!(
            verdict(true, roster(after, &["Developers"])),
            Some(crate::Verdict::Violation),
            "what is seen after it is what it made"
        );
        assert_eq!(verdict(false, roster(before, &["Developers"])), None);
        assert_eq!(
            verdict(false, roster(before, &[])),
            Some(crate::Verdict::Unproven),
            "who added her in between is not in the logs"
        );
    }

    #[test]
    fn fires_for_a_tester() {
        let mut story = Story::new();
        story.switch("tom").with_mfa();
        assert_eq!(story.verdict("RW001"), Verdicts::Violation);
    }

    #[test]
    fn silent_for_a_developer() {
        let mut story = Story::new();
        story.switch("dora").with_mfa();
        assert_eq!(story.verdict("RW001"), Verdicts::Silent);
    }

    #[test]
    fn unproven_without_a_roster() {
        let mut story = Story::new().without_roster();
        story.switch("dora").with_mfa();
        assert_eq!(story.verdict("RW001"), Verdicts::Unproven);
    }
}

#[cfg(test)]
mod cases_of_saml {
    use crate::testing::{Story, Verdicts};

    fn story(saml: &str) -> Story {
        let keys =
            format!("    chaining: allow\n    mfa: optional\n    identities: [iam-user, {saml}]\n");
        Story::with_policy_lines("    groups: [development/Developers]\n", &keys)
    }

    #[test]
    fn the_session_tag_shows_the_group() {
        for (tags, expected) in [
            (vec![("team", "platform")], Verdicts::Silent),
            (vec![("Team", "platform")], Verdicts::Silent),
            (vec![("team", "support")], Verdicts::Violation),
            (vec![("team", "Platform")], Verdicts::Violation),
            (vec![("group", "platform")], Verdicts::Unproven),
            (
                vec![("team", "platform"), ("TEAM", "support")],
                Verdicts::Unproven,
            ),
        ] {
            let mut story = story("{saml: {group_tag: team=platform}}");
            story.saml_switch("Okta", "sam", &tags);
            assert_eq!(story.verdict("RW001"), expected, "{tags:?}");
        }
    }

    #[test]
    fn the_entry_that_suits_the_user_counts() {
        let two = "{saml: {provider: Okta, group_tag: team=platform}}, {saml: {provider: Entra, group_tag: team=ops}}";
        for (provider, team, expected) in [
            ("Okta", "platform", Verdicts::Silent),
            ("Entra", "ops", Verdicts::Silent),
            ("Okta", "ops", Verdicts::Violation),
        ] {
            let mut story = story(two);
            story.saml_switch(provider, "sam", &[("team", team)]);
            assert_eq!(story.verdict("RW001"), expected, "{provider} {team}");
        }
        let mut story = story(two);
        story.saml_switch("Other", "sam", &[("team", "ops")]);
        assert_eq!(story.verdict("RW001"), Verdicts::Silent, "RW012 says it");
    }

    #[test]
    fn the_entry_that_proves_most_counts() {
        let two = "{saml: {group_tag: team=platform, mfa_tag: strong=yes}}, {saml: {group_tag: team=ops, mfa_tag: mfa=true}}";
        let mut story = story(two).with_policy_line("mfa: optional", "mfa: required");
        story.saml_switch("Okta", "sam", &[("team", "platform"), ("mfa", "true")]);
        assert_eq!(story.verdict("RW001"), Verdicts::Silent);
        assert_eq!(story.verdict("RW002"), Verdicts::Unproven);
    }

    #[test]
    fn a_chain_keeps_the_tags_of_its_start() {
        for (team, expected) in [
            ("platform", Verdicts::Silent),
            ("support", Verdicts::Violation),
        ] {
            let mut story = story("{saml: {group_tag: team=platform}}");
            story.saml_chain("Okta", "sam", &[("team", team)]);
            assert_eq!(story.verdict("RW001"), expected, "{team}");
        }
    }

    #[test]
    fn tags_that_the_caller_chose_prove_nothing() {
        let mut story = story("{saml: {group_tag: team=platform}}");
        story.saml_chain("Okta", "sam", &[]);
        let story = story.retold(|record| {
            if record["eventName"] == "AssumeRole" {
                record["requestParameters"]["principalTags"] =
                    serde_json::json!({"team": "platform"});
            }
        });
        assert_eq!(story.verdict("RW001"), Verdicts::Unproven);
    }

    #[test]
    fn unproven_when_cloudtrail_left_out_the_tags() {
        let mut story = story("{saml: {group_tag: team=platform}}");
        story.saml_switch("Okta", "sam", &[]);
        let story = story.retold(|record| {
            record["requestParameters"]["omitted"] = true.into();
        });
        let finding = story.finding("RW001");
        assert!(finding.message.contains("left out"), "{}", finding.message);
    }
}

#[cfg(test)]
mod cases_of_center {
    use crate::testing::{MANAGEMENT, Story, Verdicts};

    fn verdict(tell: impl FnOnce(&mut Story)) -> Verdicts {
        let mut story = Story::of_center();
        tell(&mut story);
        story.verdict("RW001")
    }

    #[test]
    fn fires_for_a_user_in_another_group_and_not_for_a_member() {
        assert_eq!(
            verdict(|story| drop(story.takes("nick", "Admin"))),
            Verdicts::Violation
        );
        assert_eq!(
            verdict(|story| drop(story.takes("nell", "Admin"))),
            Verdicts::Silent
        );
    }

    #[test]
    fn unproven_without_a_roster_and_for_an_unknown_person() {
        let mut story = Story::of_center().without_store_roster();
        drop(story.takes("nell", "Admin"));
        assert_eq!(story.verdict("RW001"), Verdicts::Unproven);
        let stranger = |story: &mut Story| drop(story.takes("stranger", "Admin").without_portal());
        assert_eq!(verdict(stranger), Verdicts::Unproven);
    }

    #[test]
    fn a_user_of_another_store_is_in_no_group() {
        let mut story = Story::of_center();
        story
            .takes("guest", "Admin")
            .without_portal()
            .used_after(60);
        let story = story.retold(|record| {
            if let Some(store) = record["userIdentity"]["onBehalfOf"].get_mut("identityStoreArn") {
                *store = "arn:aws:identitystore::999988887777:identitystore/d-0000000000".into();
            }
        });
        assert_eq!(story.verdict("RW001"), Verdicts::Violation);
    }

    #[test]
    fn a_user_of_another_store_at_the_portal_is_in_no_group() {
        let mut story = Story::of_center();
        drop(story.takes("guest", "Admin"));
        let story = story.retold(|record| {
            if let Some(store) = record["userIdentity"]["onBehalfOf"].get_mut("identityStoreArn") {
                *store = "arn:aws:identitystore::999988887777:identitystore/d-0000000000".into();
            }
        });
        assert_eq!(story.verdict("RW001"), Verdicts::Violation);
    }

    #[test]
    fn everybody_is_enough_for_whoever_was_issued_a_session_here() {
        let told = |issuer: &str| {
            let everybody =
                "groups: [identity-center/*]\n    identities: [identity-center]\n    max";
            let mut story = Story::of_center().with_policy_line(
                "groups: [identity-center/Platform]\n    identities: [identity-center]\n    max",
                everybody,
            );
            drop(
                story
                    .takes("stranger", "Admin")
                    .without_portal()
                    .issued_by(issuer),
            );
            story.verdict("RW001")
        };
        assert_eq!(told(MANAGEMENT), Verdicts::Silent);
        assert_eq!(told("999988887777"), Verdicts::Unproven);
    }

    #[test]
    fn a_chain_is_judged_by_the_person_who_took_the_permission_set() {
        for (user, expected) in [("nick", Verdicts::Violation), ("nell", Verdicts::Silent)] {
            let mut story = Story::of_center();
            drop(story.takes(user, "ReadOnly").goes_on_to("UpdateApp"));
            assert_eq!(story.verdict("RW001"), expected, "{user}");
        }
    }
}
