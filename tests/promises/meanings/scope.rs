//! `--since` and `--until`.

use super::*;

#[test]
fn since_and_until_choose_what_is_judged_never_what_is_known() {
    let mut story = Story::new();
    story.iam(-90_000, "admin").removes("dora", "Developers");
    story.switch("dora").with_mfa().used_after(60);
    let begin = story.now();
    story.later(20_000);
    story.switch("dora").with_mfa();
    let judged = |since, until| {
        let scope = Scope {
            since,
            until,
            as_of: None,
        };
        judge(
            &story.world_of(story.records()),
            &story.policy(),
            &story.rosters(),
            scope,
            &mut |_| (),
        )
        .findings
        .len()
    };
    assert_eq!(judged(None, None), 2);
    assert_eq!(
        judged(Some(begin.plus_seconds(1)), None),
        1,
        "the removal before it is still known"
    );
    assert_eq!(judged(None, Some(begin)), 0, "until is where it ends");
}
