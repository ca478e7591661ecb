//! The daily roster, when the schedule requests it.

use rolewatch_guard::moment::Moment;
use rolewatch_guard::roster::Snapshot;
use rolewatch_guard::testing::Story;
use rolewatch_live::rulebook::POLICY_KEY;
use rolewatch_live::testing::{Calm, Twin, run};
use session_auditor::SessionAuditor;

#[test]
fn the_daily_task_puts_a_snapshot_of_users_and_groups_into_the_bucket() {
    let now: Moment = "2026-03-02T03:00:00Z".parse().unwrap();
    let twin = Twin::new(Calm, now);
    let story = Story::new();
    twin.objects.borrow_mut().insert(
        POLICY_KEY.to_owned(),
        (story.policy_text().as_bytes().to_vec(), now),
    );
    let told = Snapshot::read(story.roster_text().unwrap().as_bytes(), None).unwrap();
    twin.details
        .borrow_mut()
        .insert("111122223333".parse().unwrap(), vec![(told, 2)]);
    let request =
        serde_json::from_str(r#"{"task": "rosters", "at": "2026-03-02T03:00:00Z"}"#).unwrap();
    let report =
        run(SessionAuditor::new(Vec::new(), "us-east-1".to_owned()).handle(&twin, request, None))
            .unwrap();
    assert_eq!(
        report.taken.map(|taken| (taken.written, taken.failed)),
        Some((1, 0))
    );
    assert!(
        twin.objects
            .borrow()
            .contains_key("roster/111122223333@2026-03-02T030002Z.json")
    );
}
