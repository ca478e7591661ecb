//! Filters choose what is shown. They don't change what the audit knows.

use serde_json::Value;

use crate::hostile::nothing_but_text;
use crate::tool::{Outcome, project, run_in};

/// The synthetic week: 28 violations and 15 unproven findings.
fn week(args: &[&str]) -> Outcome {
    let mut all = vec!["audit", "events/archive"];
    all.extend(args);
    run_in(project(), &all, b"")
}

fn field<'v>(finding: &'v Value, name: &str) -> &'v str {
    finding[name].as_str().unwrap()
}

#[test]
fn each_filter_shows_its_findings_and_together_they_narrow() {
    let all = week(&["--format", "ndjson"]).findings();
    let shown = |args: &[&str]| {
        let mut with_format = vec!["--format", "ndjson"];
        with_format.extend(args);
        week(&with_format).findings()
    };
    let expect = |args: &[&str], keep: &dyn Fn(&Value) -> bool| {
        let expected: Vec<_> = all
            .iter()
            .filter(|finding| keep(finding))
            .cloned()
            .collect();
        assert!(
            !expected.is_empty() && expected.len() < all.len(),
            "{args:?}"
        );
        assert_eq!(shown(args), expected, "{args:?}");
    };
    expect(&["--min-severity", "critical"], &|finding| {
        field(finding, "severity") == "critical"
    });
    expect(&["--rule", "RW002,switch-denied"], &|finding| {
        ["RW002", "RW009"].contains(&field(finding, "rule"))
    });
    expect(&["--verdict", "unproven"], &|finding| {
        field(finding, "verdict") == "unproven"
    });
    expect(&["--caller", "carol"], &|finding| {
        finding["caller"]["name"] == "carol"
    });
    expect(&["--role", "Break*"], &|finding| {
        field(finding, "role").ends_with("/BreakGlass")
    });
    expect(&["--account", "development"], &|finding| {
        finding["caller"]["account"] == "111122223333"
            || field(finding, "role").contains(":111122223333:")
    });
    expect(&["--rule", "RW002", "--verdict", "violation"], &|finding| {
        field(finding, "rule") == "RW002" && field(finding, "verdict") == "violation"
    });
}

#[test]
fn what_is_not_shown_still_counts() {
    let all = week(&[]);
    let some = week(&["--rule", "RW013"]);
    assert_eq!(some.code, Some(1), "violations fail the run, shown or not");
    assert_eq!(some.account(), all.account());
    assert!(
        some.stderr.contains("the filters show 1 of 43 findings"),
        "{}",
        some.stderr
    );
    assert!(
        some.stdout.contains("Violations: 0 shown of 28"),
        "{}",
        some.stdout
    );
    let json: Value =
        serde_json::from_str(&week(&["--rule", "RW013", "--format", "json"]).stdout).unwrap();
    assert_eq!(json["hidden_by_filters"], 42);
    assert_eq!(json["counts"]["findings"]["violations"], 28);
}

#[test]
fn a_typo_is_named() {
    for (args, said) in [
        (["--rule", "RW02"], "did you mean `RW002`"),
        (
            ["--account", "developmnt"],
            "the policy names `development`",
        ),
        (["--verdict", "clean"], "violation, unproven"),
    ] {
        let outcome = week(&args);
        assert_eq!(outcome.code, Some(2), "{args:?}");
        assert!(
            outcome.stderr.contains(said),
            "{args:?}: {}",
            outcome.stderr
        );
        assert_eq!(outcome.stdout, "", "{args:?}");
    }
    // Nobody knows all callers, so a name without findings isn't an error.
    let outcome = week(&["--caller", "carrol"]);
    assert_eq!(outcome.code, Some(1));
    assert!(
        outcome
            .stderr
            .contains("no finding is about the caller `carrol`; did you mean `carol`?"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn a_name_is_only_text_whatever_it_looks_like() {
    let long = "x".repeat(100_000);
    let stars = "*a".repeat(20_000);
    for name in [
        "\u{1b}[2Jcarol\u{7}\r\n",
        "\u{202e}lorac",
        "(a+)+$",
        ".*",
        "[a-z",
        "\\",
        "carol|bob",
        " ",
        "--",
        &long,
        &stars,
    ] {
        for filter in ["--caller", "--role"] {
            let outcome = week(&[&format!("{filter}={name}")]);
            // Violations still count, so the name hides none.
            assert_eq!(outcome.code, Some(1), "{name:.20}: {}", outcome.stderr);
            assert!(
                outcome.stderr.contains("the filters show 0 of 43 findings"),
                "{}",
                outcome.stderr
            );
            nothing_but_text(&outcome);
            let longest = outcome
                .stderr
                .lines()
                .map(|line| line.chars().count())
                .max();
            assert!(longest < Some(600), "{longest:?}");
        }
        let outcome = week(&[&format!("--account={name}")]);
        assert_eq!(outcome.code, Some(2), "{name:.20}: {}", outcome.stderr);
        nothing_but_text(&outcome);
    }
}

#[test]
fn the_report_goes_to_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.txt");
    let to_file = week(&["--output", file.to_str().unwrap(), "--color", "always"]);
    assert_eq!((to_file.code, &*to_file.stdout), (Some(1), ""));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), week(&[]).stdout);
    let nowhere = folder.path().join("missing/report.txt");
    let outcome = week(&["--output", nowhere.to_str().unwrap()]);
    assert_eq!(outcome.code, Some(2));
    assert!(
        outcome
            .stderr
            .contains("report.txt`: no such file or directory"),
        "{}",
        outcome.stderr
    );
    let outcome = week(&["--output", folder.path().to_str().unwrap()]);
    assert_eq!((outcome.code, &*outcome.stdout), (Some(2), ""));
    assert!(
        outcome.stderr.contains("`: it is a directory"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn what_fails_a_run_can_be_chosen() {
    assert_eq!(week(&["--fail-on", "never"]).code, Some(0));
    assert_eq!(week(&["--fail-on", "critical", "--strict"]).code, Some(1));
    let unproven = |strict: &[&str]| {
        let mut args = vec!["audit", "events/identity-center-use.json"];
        args.extend(strict);
        run_in(project(), &args, b"").code
    };
    assert_eq!(unproven(&[]), Some(0));
    assert_eq!(unproven(&["--strict"]), Some(1));
    assert_eq!(unproven(&["--strict", "--fail-on", "critical"]), Some(0));
}
