//! Faults in the arguments are reported before anything is read, and no report is printed.
//!
//! The world: a user's directory. `archive/` has logs in which tom enters a role that he isn't
//! allowed to enter. Next to it are a policy and a roster, the setup in `setup/`, and `empty/` with
//! none of these.

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

/// Checks that the command ends with exit code 2, prints no report, and prints this message.
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
