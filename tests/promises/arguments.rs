//! What is wrong with the arguments is said before anything is read, and nothing is reported.
//!
//! The bench is a directory as a user has it: logs in `archive/`, in which tom enters a role that
//! he may not enter, a policy and a roster, the set-up in `setup/`, and `empty/` with neither.

mod paths;
mod policies;
mod rosters;
#[cfg(target_os = "linux")]
mod stdin;
mod values;

use rolewatch_guard::testing::Story;

use crate::tool::{Bench, Outcome};

fn bench() -> Bench {
    let mut story = Story::new();
    story.switch("tom").with_mfa();
    let bench = Bench::of(&story);
    bench.write(
        "setup/development.json",
        story.roster_text().unwrap().as_bytes(),
    );
    bench.write("empty/notes.txt", b"nothing");
    bench
}

/// It ends with 2, prints no report, and says this.
fn refused(outcome: &Outcome, says: &str) {
    assert_eq!(
        (outcome.code, outcome.stdout.as_str()),
        (Some(2), ""),
        "{says}: {}",
        outcome.stderr
    );
    assert!(
        outcome.stderr.starts_with("error: ") && outcome.stderr.contains(says),
        "{says}: {}",
        outcome.stderr
    );
}
