//! Rosters: a file or directory that the user names has to contain one.

use rolewatch_guard::testing::Story;

use super::{bench, refused};
use crate::tool::Bench;

#[test]
fn a_file_or_directory_without_a_roster_is_an_error() {
    let bench = bench();
    bench.write("none.json", b"{\"UserDetailList\": [], \"GroupDetailList\": [], \"RoleDetailList\": [], \"Policies\": []}");
    bench.write("null.json", b"");
    bench.write("packed.json", b"\x1f\x8b\x08\x00rest");
    bench.write("wide.json", b"\xff\xfe{\x00}\x00");
    for (roster, says) in [
        ("empty", "`empty` contains no roster"),
        (
            "none.json",
            "can't use the roster `none.json`: it is not a roster",
        ),
        (
            "null.json",
            "can't use the roster `null.json`: it is not a roster",
        ),
        (
            "archive/log.json",
            "can't use the roster `archive/log.json`: it is not a roster",
        ),
        (
            "rolewatch.yaml",
            "can't use the roster `rolewatch.yaml`: not the output of",
        ),
        ("packed.json", "it is compressed: decompress it first"),
        ("wide.json", "it is UTF-16"),
        (
            "roster/development.json@2026-03-31",
            "`2026-03-31` is not a full time",
        ),
    ] {
        refused(&bench.run(&["audit", "archive", "--roster", roster]), says);
    }
}

#[test]
fn an_empty_roster_directory_that_was_only_found_is_told() {
    let mut story = Story::new().without_roster();
    story.switch("tom").with_mfa();
    let bench = Bench::of(&story);
    bench.write("roster/notes.txt", b"none yet");
    let outcome = bench.run(&["audit", "archive"]);
    assert!(
        outcome
            .stderr
            .contains("warning: `roster` contains no roster"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn the_mark_that_powershell_writes_is_passed_over() {
    let bench = bench();
    let marked = [
        b"\xef\xbb\xbf",
        &*std::fs::read(bench.path("roster/development.json")).unwrap(),
    ]
    .concat();
    bench.write("roster/development.json", &marked);
    assert_eq!(bench.run(&["audit", "archive"]).code, Some(1));
}
