use super::super::tests::{HEAD, assert_problems, good_policy, role_with};
use crate::catalogue;
use crate::policy::{RuleChange, Severity};

/// A policy without roles whose `rules` begin in line 7.
fn with_rules(lines: &str) -> String {
    format!("{HEAD}roles: []\nrules:\n{lines}")
}

#[test]
fn a_rule_is_named_by_code_or_name_in_any_case() {
    let policy = good_policy(&with_rules(
        "  Unused-Elevation: {enabled: false, reason: ' a: b '}\n  rw009: {severity: low, reason: r}\n  \
         RW101:\n    enabled: \"true\"\n    severity: critical\n    reason: |\n      two\n      lines\n",
    ));
    let read: Vec<_> = policy
        .rules
        .iter()
        .map(|one| (one.rule, one.change, one.reason.as_str(), one.line))
        .collect();
    assert_eq!(
        read,
        [
            ("RW013", RuleChange::Off, "a: b", 7),
            ("RW009", RuleChange::Severity(Severity::Low), "r", 8),
            (
                "RW101",
                RuleChange::Severity(Severity::Critical),
                "two lines",
                9
            ),
        ]
    );
    assert!(policy.off(&catalogue::UNUSED_ELEVATION).is_some());
    assert!(policy.off(&catalogue::SWITCH_DENIED).is_none());
    assert_eq!(good_policy(&format!("{HEAD}roles: []\n")).rules, []);
    assert_eq!(
        good_policy(&format!("{HEAD}roles: []\nrules: {{}}\n")).rules,
        []
    );
}

#[test]
fn an_unknown_rule_or_key_is_an_error_that_names_the_nearest() {
    assert_problems(
        with_rules("  RW13: {enabled: false, reason: r}\n  unused-elevatoin: {enabled: false, reason: r}\n  mfa: {enabled: false, reason: r}\n"),
        "
rolewatch.yaml:7:3: unknown rule `RW13`, did you mean `RW013`?
    7 |   RW13: {enabled: false, reason: r}
      |   ^^^^
rolewatch.yaml:8:3: unknown rule `unused-elevatoin`, did you mean `unused-elevation`?
    8 |   unused-elevatoin: {enabled: false, reason: r}
      |   ^^^^^^^^^^^^^^^^
rolewatch.yaml:9:3: unknown rule `mfa`: write a code such as `RW013`, or a name such as `unused-elevation`
    9 |   mfa: {enabled: false, reason: r}
      |   ^^^
",
    );
    assert_problems(
        with_rules(
            "  RW013: {enable: false, reason: r}\n  RW009: {severity: none, reason: r}\n  RW011: {enabled: no, reason: r}\n",
        ),
        "
rolewatch.yaml:7:11: unknown key `enable`, did you mean `enabled`?
    7 |   RW013: {enable: false, reason: r}
      |           ^^^^^^
rolewatch.yaml:8:21: `severity` must be `low`, `medium`, `high` or `critical`, not `none`
    8 |   RW009: {severity: none, reason: r}
      |                     ^^^^
rolewatch.yaml:9:20: `enabled` must be `false` or `true`, not `no`
    9 |   RW011: {enabled: no, reason: r}
      |                    ^^
",
    );
}

#[test]
fn a_rule_is_listed_once() {
    assert_problems(
        with_rules(
            "  RW013: {enabled: false, reason: r}\n  unused-elevation: {severity: high, reason: r}\n",
        ),
        "
rolewatch.yaml:8:3: `unused-elevation` is RW013 again, which is already on line 7
    8 |   unused-elevation: {severity: high, reason: r}
      |   ^^^^^^^^^^^^^^^^
",
    );
}

#[test]
fn an_entry_says_what_changes_and_why() {
    assert_problems(
        with_rules("  RW013: {enabled: false}\n  RW009: {severity: low, reason: ' '}\n  RW011: {reason: r}\n  RW012:\n"),
        "
rolewatch.yaml:7:10: an entry of `rules` needs `reason`: why the policy changes the rule
    7 |   RW013: {enabled: false}
      |          ^
rolewatch.yaml:8:34: `reason` is empty: write one such as `handled by the help desk`
    8 |   RW009: {severity: low, reason: ' '}
      |                                  ^^^
rolewatch.yaml:9:3: RW011 needs `enabled: false` or `severity`: otherwise the entry changes nothing
    9 |   RW011: {reason: r}
      |   ^^^^^
rolewatch.yaml:10:3: RW012 has no value: write what changes, such as `RW013: {enabled: false, reason: \"…\"}`
   10 |   RW012:
      |   ^^^^^
",
    );
    assert_problems(
        with_rules("  RW013: {enabled: false, severity: low, reason: r}\n  RW009: {enabled: true, reason: r}\n"),
        "
rolewatch.yaml:7:37: RW013 is turned off, so it has no severity: remove `severity` or `enabled: false`
    7 |   RW013: {enabled: false, severity: low, reason: r}
      |                                     ^^^
rolewatch.yaml:8:20: RW009 is on unless it's turned off: write `enabled: false`, give it a `severity`, or delete the entry
    8 |   RW009: {enabled: true, reason: r}
      |                    ^^^^
",
    );
    assert_problems(
        format!("{HEAD}roles: []\nrules: [RW013]\n"),
        "
rolewatch.yaml:6:8: `rules` must name each rule with what changes, such as `RW013: {enabled: false, reason: \"…\"}`
    6 | rules: [RW013]
      |        ^
",
    );
}

#[test]
fn rules_about_root_and_the_guard_stay_as_they_are() {
    assert_problems(
        with_rules("  root-switch: {enabled: false, reason: r}\n  RW201: {severity: critical, reason: r}\n"),
        "
rolewatch.yaml:7:3: RW008 can't be turned off or given another severity: its findings are always reported, with their own severity
    7 |   root-switch: {enabled: false, reason: r}
      |   ^^^^^^^^^^^
rolewatch.yaml:8:3: RW201 can't be turned off or given another severity: its findings are always reported, with their own severity
    8 |   RW201: {severity: critical, reason: r}
      |   ^^^^^
",
    );
}

#[test]
fn a_key_that_no_rule_checks_any_more_gets_a_warning() {
    let warnings = |rules: &str, lines: &str| -> Vec<String> {
        let policy = good_policy(&format!("{}rules:\n{rules}", role_with(lines)));
        policy.warnings.iter().map(ToString::to_string).collect()
    };
    let off = |rule: &str| format!("  {rule}: {{enabled: false, reason: r}}\n");
    assert_eq!(warnings(&off("RW013"), ""), [] as [&str; 0]);
    assert_eq!(
        warnings(&off("RW003"), "    max_session: 1h\n"),
        [] as [&str; 0]
    );
    assert_eq!(
        warnings(
            &format!("{}{}", off("RW014"), off("RW003")),
            "    max_session: 1h\n"
        ),
        ["line 11: `max_session` isn't checked, because RW003 and RW014 are turned off"]
    );
    assert_eq!(warnings(&off("RW004"), ""), [] as [&str; 0]);
    assert_eq!(
        warnings(&off("RW002"), ""),
        [
            "line 9: `mfa` isn't checked, because RW002 is turned off, and switches that depend on it don't count as clean"
        ]
    );
    assert_eq!(
        warnings(&off("RW002"), "    mfa: optional\n"),
        [] as [&str; 0]
    );
}
