//! `suppress`: which findings are hidden, why, by whom and until when.

use jiff::civil::Date;

use super::super::Suppression;
use super::super::node::{Entries, Field, Fields, ValueSlot, nearest};
use super::super::problem::Problems;
use super::pattern;
use super::prose::read_prose;
use crate::catalogue;
use crate::untrusted::harmless;

/// The keys of an entry of `suppress`. All of them are required.
pub(in crate::policy) const SUPPRESSION_KEYS: &[&str] =
    &["rule", "caller", "reason", "owner", "until"];

/// The entries that could be read.
pub(super) fn read_all(field: &Field<'_>, problems: &mut Problems) -> Vec<Suppression> {
    let slots = field
        .list(&Entries::Maps("rule"), problems)
        .unwrap_or_default();
    slots
        .iter()
        .filter_map(|slot| read(slot, problems))
        .collect()
}

fn read(slot: &ValueSlot<'_>, problems: &mut Problems) -> Option<Suppression> {
    let fields = Fields::of_map(
        slot.node,
        "an entry of `suppress`",
        SUPPRESSION_KEYS,
        problems,
    )?;
    let rule = fields
        .required(
            "rule",
            "the rule whose findings are hidden, such as `RW003`",
            problems,
        )
        .and_then(|field| read_rule(field, problems));
    let caller = fields
        .required(
            "caller",
            "who made the switches, as an ARN or a pattern of ARNs",
            problems,
        )
        .and_then(|field| pattern::caller(&field.value_slot(), problems));
    let reason = fields
        .required("reason", "why the findings are hidden", problems)
        .and_then(|field| read_prose(&field.value_slot(), "migration", problems));
    let owner = fields
        .required("owner", "who is responsible for it", problems)
        .and_then(|field| read_prose(&field.value_slot(), "platform", problems));
    let until = fields
        .required(
            "until",
            "the last day on which the findings are hidden, such as `2026-12-31`",
            problems,
        )
        .and_then(|field| read_day(&field.value_slot(), problems));
    Some(Suppression {
        rule: rule?,
        caller: caller?.to_owned(),
        reason: reason?.trim().to_owned(),
        owner: owner?.trim().to_owned(),
        until: until?,
        line: slot.place.line,
    })
}

fn read_rule(field: &Field<'_>, problems: &mut Problems) -> Option<&'static str> {
    let slot = field.value_slot();
    let text = slot.text(catalogue::SESSION_TOO_LONG.code, problems)?;
    let Some(known) = catalogue::listed().find(|rule| rule.code == text) else {
        problems.report_at(slot.place, || {
            let meant = nearest(text, catalogue::listed().map(|rule| rule.code)).map_or_else(
                || ": write a code such as `RW003`".into(),
                |rule| format!(", did you mean `{rule}`?"),
            );
            format!("unknown rule `{}`{meant}", harmless(text))
        });
        return None;
    };
    if !known.suppressible {
        problems.report_at(slot.place, || {
            format!(
                "{} can't be suppressed: its findings are always reported",
                known.code
            )
        });
        return None;
    }
    Some(known.code)
}

fn read_day(slot: &ValueSlot<'_>, problems: &mut Problems) -> Option<Date> {
    let text = slot.text("2026-12-31", problems)?;
    let is_day = text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| {
            if matches!(at, 4 | 7) {
                byte == b'-'
            } else {
                byte.is_ascii_digit()
            }
        });
    if !is_day {
        problems.report_at(slot.place, || {
            format!(
                "`{}` is not a date: write it like `2026-12-31`",
                harmless(text)
            )
        });
        return None;
    }
    let day = text.parse().ok();
    if day.is_none() {
        problems.report_at(slot.place, || format!("there is no date `{text}`"));
    }
    day
}

#[cfg(test)]
mod tests {
    use super::super::tests::{HEAD, assert_problems, good_policy};

    #[test]
    fn a_suppression_is_read_in_either_form() {
        let policy = good_policy(&format!(
            "{HEAD}roles: []\nsuppress:\n  - {{rule: RW003, caller: '*', reason: ' a: b ', owner: o, until: 2026-12-31}}\n  \
             - rule: RW101\n    caller: arn:aws:iam::111122223333:user/*\n    reason: >\n      two\n      lines\n    owner: o\n    until: \"2027-01-01\"\n"
        ));
        let [a, b] = policy.suppress.as_slice() else {
            panic!("two entries")
        };
        assert_eq!(
            (
                a.rule,
                a.caller.as_str(),
                a.reason.as_str(),
                a.until.to_string().as_str(),
                a.line
            ),
            ("RW003", "*", "a: b", "2026-12-31", 7)
        );
        assert_eq!(
            (
                b.rule,
                b.reason.as_str(),
                b.until.to_string().as_str(),
                b.line
            ),
            ("RW101", "two lines", "2027-01-01", 8)
        );
    }

    #[test]
    fn a_suppression_has_all_five_keys() {
        assert_problems(
            format!(
                "{HEAD}roles: []\nsuppress:\n  - rule: RW003\n    caller: \"*\"\n    reason: r\n    owner: o\n    until: 2026-12-31\n    untill: 2026-01-01\n"
            ),
            "
rolewatch.yaml:12:5: unknown key `untill`, did you mean `until`?
   12 |     untill: 2026-01-01
      |     ^^^^^^
",
        );
        assert_problems(
            format!(
                "{HEAD}roles: []\nsuppress:\n  - rule: RW003\n    caller: \"*\"\n    until: 2026-12-31\n"
            ),
            "
rolewatch.yaml:7:5: an entry of `suppress` needs `owner`: who is responsible for it
    7 |   - rule: RW003
      |     ^^^^
rolewatch.yaml:7:5: an entry of `suppress` needs `reason`: why the findings are hidden
    7 |   - rule: RW003
      |     ^^^^
",
        );
        assert_problems(
            format!("{HEAD}roles: []\nsuppress:\n  - {{rule: RW003, caler: \"*\"}}\n"),
            r#"
rolewatch.yaml:7:5: an entry of `suppress` needs `owner`: who is responsible for it
    7 |   - {rule: RW003, caler: "*"}
      |     ^
rolewatch.yaml:7:5: an entry of `suppress` needs `reason`: why the findings are hidden
    7 |   - {rule: RW003, caler: "*"}
      |     ^
rolewatch.yaml:7:5: an entry of `suppress` needs `until`: the last day on which the findings are hidden, such as `2026-12-31`
    7 |   - {rule: RW003, caler: "*"}
      |     ^
rolewatch.yaml:7:19: unknown key `caler`, did you mean `caller`?
    7 |   - {rule: RW003, caler: "*"}
      |                   ^^^^^
"#,
        );
    }

    #[test]
    fn a_rule_is_a_code_that_can_be_suppressed() {
        assert_problems(
            format!(
                "{HEAD}roles: []\nsuppress:\n  - rule: RW03\n    caller: \"*\"\n    reason: r\n    owner: o\n    until: 2026-12-31\n"
            ),
            "
rolewatch.yaml:7:11: unknown rule `RW03`, did you mean `RW003`?
    7 |   - rule: RW03
      |           ^^^^
",
        );
        assert_problems(
            format!(
                "{HEAD}roles: []\nsuppress:\n  - rule: rw003\n    caller: \"*\"\n    reason: r\n    owner: o\n    until: 2026-12-31\n"
            ),
            "
rolewatch.yaml:7:11: unknown rule `rw003`, did you mean `RW003`?
    7 |   - rule: rw003
      |           ^^^^^
",
        );
        assert_problems(
            format!(
                "{HEAD}roles: []\nsuppress:\n  - rule: session-too-long\n    caller: \"*\"\n    reason: r\n    owner: o\n    until: 2026-12-31\n"
            ),
            "
rolewatch.yaml:7:11: unknown rule `session-too-long`: write a code such as `RW003`
    7 |   - rule: session-too-long
      |           ^^^^^^^^^^^^^^^^
",
        );
        assert_problems(
            format!(
                "{HEAD}roles: []\nsuppress:\n  - rule: RW008\n    caller: \"*\"\n    reason: r\n    owner: o\n    until: 2026-12-31\n"
            ),
            "
rolewatch.yaml:7:11: RW008 can't be suppressed: its findings are always reported
    7 |   - rule: RW008
      |           ^^^^^
",
        );
        assert_problems(
            format!(
                "{HEAD}roles: []\nsuppress:\n  - rule: RW201\n    caller: \"*\"\n    reason: r\n    owner: o\n    until: 2026-12-31\n"
            ),
            "
rolewatch.yaml:7:11: RW201 can't be suppressed: its findings are always reported
    7 |   - rule: RW201
      |           ^^^^^
",
        );
    }

    #[test]
    fn reason_and_owner_say_something() {
        assert_problems(
            format!(
                "{HEAD}roles: []\nsuppress:\n  - rule: RW003\n    caller: \"*\"\n    reason: \"\"\n    owner: o\n    until: 2026-12-31\n"
            ),
            r#"
rolewatch.yaml:9:13: `reason` is empty: write one such as `migration`
    9 |     reason: ""
      |             ^^
"#,
        );
        assert_problems(
            format!(
                "{HEAD}roles: []\nsuppress:\n  - rule: RW003\n    caller: \"*\"\n    reason: r\n    owner: \" \"\n    until: 2026-12-31\n"
            ),
            r#"
rolewatch.yaml:10:12: `owner` is empty: write one such as `platform`
   10 |     owner: " "
      |            ^^^
"#,
        );
        assert_problems(
            format!(
                "{HEAD}roles: []\nsuppress:\n  - rule: RW003\n    caller: \"*\"\n    reason: \"a\\u202eb\"\n    owner: o\n    until: 2026-12-31\n"
            ),
            r#"
rolewatch.yaml:9:13: `reason` contains invisible characters: remove them
    9 |     reason: "a\u202eb"
      |             ^^^^^^^^^^
"#,
        );
    }

    #[test]
    fn until_is_a_day_that_exists() {
        assert_problems(
            format!(
                "{HEAD}roles: []\nsuppress:\n  - rule: RW003\n    caller: \"*\"\n    reason: r\n    owner: o\n    until: 31.12.2026\n"
            ),
            "
rolewatch.yaml:11:12: `31.12.2026` is not a date: write it like `2026-12-31`
   11 |     until: 31.12.2026
      |            ^^^^^^^^^^
",
        );
        assert_problems(
            format!(
                "{HEAD}roles: []\nsuppress:\n  - rule: RW003\n    caller: \"*\"\n    reason: r\n    owner: o\n    until: 2026-02-30\n"
            ),
            "
rolewatch.yaml:11:12: there is no date `2026-02-30`
   11 |     until: 2026-02-30
      |            ^^^^^^^^^^
",
        );
        assert_problems(
            format!(
                "{HEAD}roles: []\nsuppress:\n  - rule: RW003\n    caller: \"*\"\n    reason: r\n    owner: o\n    until: 2026-12-31T00:00:00Z\n"
            ),
            "
rolewatch.yaml:11:12: `2026-12-31T00:00:00Z` is not a date: write it like `2026-12-31`
   11 |     until: 2026-12-31T00:00:00Z
      |            ^^^^^^^^^^^^^^^^^^^^
",
        );
        assert_problems(
            format!(
                "{HEAD}roles: []\nsuppress:\n  - rule: RW003\n    caller: \"*\"\n    reason: r\n    owner: o\n    until: \"２０２６-1-1\"\n"
            ),
            r#"
rolewatch.yaml:11:12: `２０２６-1-1` is not a date: write it like `2026-12-31`
   11 |     until: "２０２６-1-1"
      |            ^^^^^^^^^^^^^^
"#,
        );
    }
}
