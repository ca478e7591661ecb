//! One person of Identity Center, one change at a time.

use std::collections::{BTreeMap, BTreeSet};

use rolewatch_guard::testing::{Story, group_id, user_id};
use rolewatch_live::digest;
use rolewatch_live::outbox::FindingState;
use rolewatch_live::port::TableKind;
use rolewatch_live::rulebook::{POLICY_KEY, Shelf};
use rolewatch_live::testing::{Calm, Twin, run};
use rolewatch_live::wire::Status;
use serde_json::json;
use serde_json::value::to_raw_value;
use switch_guard::Guard;

use crate::same_findings::{drain, envelope};

/// The guard of a company, fed with what a story tells.
struct Fed {
    story: Story,
    handled: usize,
    twin: Twin<Calm>,
    guard: Guard,
}

impl Fed {
    /// With a roster from an hour before the story begins, or without one.
    fn new(with_roster: bool) -> Self {
        let mut story = Story::of_center();
        let taken = story.now().plus_seconds(-3_600);
        story.store_roster_taken(-3_600);
        let twin = Twin::new(Calm, story.now());
        let mut objects = twin.objects.borrow_mut();
        let policy = story.policy_text().as_bytes().to_vec();
        objects.insert(POLICY_KEY.to_owned(), (policy, taken));
        if with_roster {
            let key = format!("roster/d-1234567890@{taken}.json");
            objects.insert(key, (story.store_text().unwrap().into_bytes(), taken));
        }
        drop(objects);
        Self {
            story,
            handled: 0,
            twin,
            guard: Guard::default(),
        }
    }

    /// Handles what was told since, `later` seconds after the story's present.
    fn feed(&mut self, later: i64) {
        self.twin.clock.set(self.story.now().plus_seconds(later));
        for record in &self.story.records()[self.handled..] {
            let event = to_raw_value(&envelope(record)).unwrap();
            run(self.guard.handle(&self.twin, &event, None)).unwrap();
        }
        self.handled = self.story.records().len();
        drain(&mut self.guard, &self.twin);
    }

    /// The open findings: rule and verdict.
    fn findings(&self) -> BTreeSet<(String, &'static str)> {
        let rows = self.twin.rows.borrow();
        let states = rows
            .iter()
            .filter(|((place, pk), _)| *place == TableKind::Outbox && pk.starts_with("finding#"))
            .filter_map(|(_, rows)| rows.get("state"))
            .map(|row| {
                serde_json::from_str::<FindingState>(&row.body)
                    .unwrap()
                    .alert
            });
        let open = states.filter(|alert| alert.status != Status::Withdrawn);
        open.map(|alert| (alert.rule, alert.verdict.as_str()))
            .collect()
    }
}

fn found(findings: &[(&str, &'static str)]) -> BTreeSet<(String, &'static str)> {
    findings
        .iter()
        .map(|(rule, verdict)| ((*rule).to_owned(), *verdict))
        .collect()
}

#[test]
fn use_after_the_access_ended_is_found_while_the_session_lasts() {
    let mut fed = Fed::new(true);
    fed.story.signs_in("nell", "PASSWORD,TOTP");
    fed.story.later(60);
    drop(
        fed.story
            .takes("nell", "Admin")
            .used_after(60)
            .used_after(1_000)
            .used_after(1_200),
    );
    // The record of the removal arrives after the uses, and the session lasts for half an hour more.
    fed.feed(1_260);
    assert_eq!(fed.findings(), found(&[]));
    let request = json!({
        "groupId": group_id("Platform"),
        "member": {"memberId": user_id("nell")},
    });
    fed.story
        .directory(600, "nora", "RemoveMemberFromGroup", request);
    fed.feed(1_800);
    assert_eq!(fed.findings(), found(&[("RW016", "violation")]));
    // Use after they came back doesn't count, but what was before that does.
    fed.story.joins(1_100, "nora", "nell", "Platform");
    fed.feed(1_900);
    assert_eq!(fed.findings(), found(&[("RW016", "violation")]));
}

#[test]
fn the_digest_names_who_signed_in_without_mfa_and_whom_no_roster_lists() {
    let mut fed = Fed::new(true);
    fed.story.signs_in("nick", "PASSWORD");
    fed.story.signs_in("nell", "PASSWORD,TOTP");
    fed.story.later(60);
    drop(fed.story.takes("nell", "Admin").used_after(60));
    drop(fed.story.takes("newcomer", "Admin").used_after(60));
    fed.feed(120);
    let now = fed.twin.clock.get();
    let mut shelf = Shelf::default();
    let book = run(shelf.current(&fed.twin, now)).unwrap();
    let digest = run(digest::gather(&fed.twin, book, now)).unwrap();
    assert_eq!(digest.signed_in_without_mfa.first, ["nick"]);
    assert_eq!(digest.unlisted.first, ["newcomer"]);
    let held: BTreeSet<&str> = digest.held.first.iter().map(|held| &*held.who).collect();
    assert_eq!(held, BTreeSet::from(["nell", "newcomer"]));
}

#[test]
fn identity_center_is_asked_about_a_membership_that_nothing_shows() {
    for (groups, early, late) in [
        (vec!["Platform"], found(&[]), found(&[])),
        (
            vec!["Support"],
            // A removal may not have arrived yet.
            found(&[("RW001", "unproven")]),
            found(&[("RW001", "violation")]),
        ),
    ] {
        let mut fed = Fed::new(false);
        let own: BTreeSet<String> = groups.into_iter().map(group_id).collect();
        let answers = BTreeMap::from([(user_id("nell"), own)]);
        *fed.twin.store_groups.borrow_mut() = Some(answers);
        fed.story.signs_in("nell", "PASSWORD,TOTP");
        fed.story.later(60);
        // Something has to show which group the policy's is.
        fed.story.joins(-30, "nora", "nora", "Platform");
        let request = json!({"groupId": group_id("Platform"), "displayName": "Platform"});
        fed.story
            .directory(-40, "nora", "UpdateGroupDisplayName", request);
        drop(fed.story.takes("nell", "Admin").used_after(60));
        fed.feed(120);
        assert_eq!(fed.findings(), early);
        fed.feed(1_080);
        assert_eq!(fed.findings(), late);
    }
}

#[test]
fn a_group_that_scim_changed_is_asked_about_at_the_next_switch() {
    let mut fed = Fed::new(true);
    let own = BTreeSet::from([group_id("Platform")]);
    *fed.twin.store_groups.borrow_mut() = Some(BTreeMap::from([(user_id("nell"), own)]));
    fed.story.signs_in("nell", "PASSWORD,TOTP");
    fed.story.later(60);
    fed.story.tell_center(json!({
        "userIdentity": {"type": "Unknown", "accountId": "555566667777"},
        "eventSource": "identitystore-scim.amazonaws.com",
        "eventName": "PatchGroup",
        "requestParameters": {"id": group_id("Platform")},
    }));
    fed.story.later(60);
    drop(fed.story.takes("nell", "Admin").used_after(60));
    fed.feed(120);
    assert_eq!(fed.findings(), found(&[]));
    *fed.twin.store_groups.borrow_mut() = None;
    fed.story.later(3_600);
    drop(fed.story.takes("nora", "Admin").used_after(60));
    fed.feed(120);
    let rules = fed.findings();
    assert!(
        rules.contains(&("RW001".to_owned(), "unproven")),
        "{rules:?}"
    );
}
