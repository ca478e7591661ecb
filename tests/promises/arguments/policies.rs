//! The default policy: rolewatch finds it by its name, and only where there is a single candidate.

use super::{bench, refused};
use crate::tool::Bench;

#[test]
fn the_other_ending_is_found_too() {
    let bench = bench();
    std::fs::rename(bench.path("rolewatch.yaml"), bench.path("rolewatch.yml")).unwrap();
    for args in [
        &["audit", "archive"][..],
        &["review", "setup"],
        &["explain", "archive/log.json"],
        &["policy", "pattern"],
    ] {
        let outcome = bench.run(args);
        assert_ne!(outcome.code, Some(2), "{args:?}: {}", outcome.stderr);
        assert!(
            args[0] == "policy" || outcome.stderr.contains("policy `rolewatch.yml`"),
            "{args:?}: {}",
            outcome.stderr
        );
    }
}

#[test]
fn both_in_one_place_are_an_error_that_names_them() {
    let bench = bench();
    std::fs::copy(bench.path("rolewatch.yaml"), bench.path("rolewatch.yml")).unwrap();
    for args in [
        &["audit", "archive"][..],
        &["review", "setup"],
        &["explain", "archive/log.json"],
        &["policy", "pattern"],
    ] {
        refused(
            &bench.run(args),
            "`rolewatch.yaml` and `rolewatch.yml` both exist",
        );
    }
    assert_eq!(
        bench
            .run(&["audit", "archive", "--policy", "rolewatch.yml"])
            .code,
        Some(1)
    );
    // As always, the nearest folder decides.
    std::fs::copy(
        bench.path("rolewatch.yaml"),
        bench.path("archive/rolewatch.yml"),
    )
    .unwrap();
    let outcome = bench.run(&["audit", "archive"]);
    assert_eq!(outcome.code, Some(1), "{}", outcome.stderr);
    assert!(
        outcome.stderr.contains("policy `archive/rolewatch.yml`"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn without_one_the_pattern_asks_for_the_file() {
    refused(
        &Bench::empty().run(&["policy", "pattern"]),
        "give the policy file",
    );
}
