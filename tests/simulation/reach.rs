//! A late event reaches every switch whose judgment depends on it, however the guard finds that
//! switch.

use rolewatch_guard::testing::{PRODUCTION, Story};
use serde_json::{Value, json};

use crate::bounded::{handle, told};
use crate::same_findings::{offline, standing};
use crate::walks::{drain, told_of};

/// Compares the open findings after a story and after a late event. The result has to be that of
/// the audit, and has to differ from before.
fn reaches(what: &str, story: &Story, tell: impl FnOnce(&mut Story)) {
    let (mut guard, twin) = told_of(story);
    let before = standing(&twin);
    let mut story = story.clone();
    let events = told(&mut story, tell);
    handle(&mut guard, &twin, &events);
    drain(&mut guard, &twin);
    let after = standing(&twin);
    assert_eq!(offline(&story, twin.clock.get()), after, "{what}");
    assert_ne!(before, after, "{what}: the event says nothing");
}

/// Adds the record that `tell` makes, after `change` has changed it.
fn retell(story: &mut Story, tell: impl FnOnce(&mut Story), change: impl FnOnce(&mut Value)) {
    let mut other = story.clone();
    tell(&mut other);
    let mut record = other.records().last().unwrap().clone();
    change(&mut record);
    story.add_record(record);
}

#[test]
fn a_device_reaches_whoever_used_it_whoever_it_was_enrolled_for() {
    let device = "arn:aws:iam::111122223333:mfa/shared";
    let mut story = Story::new();
    story.iam(0, "admin").adds("tess", "Developers");
    story.later(7_200);
    let switch = story.switch("dave");
    drop(switch.with_permanent_key().with_serial(device));
    reaches("device", &story, |story| {
        story.iam(-60, "admin").enrols("dora", device);
    });
}

#[test]
fn a_user_that_only_the_console_names_is_found_by_the_name() {
    let mut story = Story::new().without_roster();
    story.iam(0, "admin").adds("tess", "Developers");
    story.later(7_200);
    drop(story.switch("dora").by_console().only_switch_role());
    reaches("name", &story, |story| {
        story.iam(-7_000, "admin").creates_user("dora", "dora");
    });
}

#[test]
fn the_first_to_name_a_group_tells_of_it_even_who_leaves() {
    let mut story = Story::new().without_roster();
    story.iam(0, "admin").adds("tess", "Testers");
    story.later(7_200);
    drop(story.switch("dora").with_mfa());
    reaches("group", &story, |story| {
        story.iam(-7_000, "admin").removes("tom", "Developers");
    });
}

#[test]
fn a_change_that_was_made_with_a_session_reaches_the_users_of_its_own_account() {
    let mut story = Story::new();
    story.iam(0, "admin").adds("tess", "Developers");
    story.later(7_200);
    drop(story.switch("dora").with_mfa().used_after(60));
    let session = story.records().last().unwrap()["userIdentity"].clone();
    story.later(600);
    drop(story.switch("pat").with_mfa().from_account(PRODUCTION));
    let device = format!("arn:aws:iam::{PRODUCTION}:mfa/pat");
    reaches("session", &story, |story| {
        let enrol = |story: &mut Story| story.iam(-60, "admin").enrols("pat", &device);
        retell(story, enrol, |record| {
            record["userIdentity"] = session;
            record["recipientAccountId"] = json!(PRODUCTION);
        });
    });
}

#[test]
fn what_is_told_of_several_is_judged_of_all_of_them_however_few_each_has() {
    // Together too many for one message, one of them alone too many, and few enough.
    for (dora, dave) in [(15, 15), (30, 5), (5, 30), (8, 8)] {
        let mut story = Story::new().without_roster();
        story.iam(0, "admin").adds("dora", "Developers");
        story.iam(1, "admin").adds("dave", "Developers");
        for number in 0..dora.max(dave) {
            story.later(175_000);
            for (_, who) in [(dora, "dora"), (dave, "dave")]
                .into_iter()
                .filter(|(own, _)| number < *own)
            {
                drop(story.switch(who).with_mfa());
            }
        }
        let (mut guard, twin) = told_of(&story);
        let before = standing(&twin);
        let begin = Story::new().now().seconds_since(story.now());
        let events = told(&mut story, |story| {
            story
                .iam(begin + 3_600, "admin")
                .renames_user("dora", "dave");
        });
        handle(&mut guard, &twin, &events);
        let messages = drain(&mut guard, &twin);
        let now = standing(&twin);
        assert_eq!(offline(&story, twin.clock.get()), now, "{dora} {dave}");
        let changed = now
            .iter()
            .filter(|(id, said)| before.get(*id) != Some(said))
            .count();
        assert_eq!(
            changed, dora,
            "whether dora was a member is unknown from now on: {dora} {dave}"
        );
        assert_eq!(messages == 0, dora + dave <= 20, "{dora} {dave}");
    }
}
