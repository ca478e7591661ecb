//! `rolewatch policy pattern` prints the same event patterns as the templates make from their
//! parameter.

use std::path::Path;

use rolewatch_guard::testing::Story;
use serde_json::Value;

use crate::tool::Bench;

const OPS: &str =
    "  - {arn: \"arn:aws:iam::*:role/ops/Break?lass\", groups: [development/Developers]}\n";

fn bench() -> Bench {
    Bench::of(&Story::new().with_policy_line("roles:\n", &format!("roles:\n{OPS}")))
}

/// The patterns that a template makes from a value of `ElevatedRoles`, in the order of the
/// template.
fn of_template(name: &str, roles: &str, lines_with_roles: usize) -> Vec<Value> {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap();
    let between = r#""},{"wildcard":""#;
    assert_eq!(
        text.matches(&format!("Roles: !Join ['{between}', !Ref ElevatedRoles]"))
            .count(),
        lines_with_roles,
        "{name}"
    );
    let lines = text
        .lines()
        .map(str::trim)
        .filter(|line| line.contains("${Roles}"));
    lines
        .map(|line| {
            serde_json::from_str(&line.replace("${Roles}", &roles.replace(',', between))).unwrap()
        })
        .collect()
}

#[test]
fn the_patterns_are_those_that_the_templates_make_of_the_parameter() {
    let bench = bench();
    let patterns = bench.run(&["policy", "pattern"]);
    let parameter = bench.run(&["policy", "pattern", "rolewatch.yaml", "--parameter"]);
    assert_eq!(
        (patterns.code, parameter.code),
        (Some(0), Some(0)),
        "{}{}",
        patterns.stderr,
        parameter.stderr
    );
    assert_eq!(
        parameter.stdout,
        "arn:aws:iam::*:role/ops/Break*lass,arn:aws:iam::444455556666:role/UpdateApp\n"
    );
    let printed: Vec<Value> = patterns
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let of_hub = of_template("template.yaml", parameter.stdout.trim(), 3);
    // Only the hub has a queue for switches. Its rule comes first there.
    assert_eq!([&printed[2..], &printed[..2]].concat(), of_hub);
    let of_spoke = of_template("deploy/spoke.yaml", parameter.stdout.trim(), 2);
    assert_eq!(printed[..2], of_spoke);
}

#[test]
fn what_matches_more_than_the_policy_is_said() {
    let outcome = bench().run(&["policy", "pattern"]);
    assert!(
        outcome.stderr.contains("`arn:aws:iam::*:role/ops/Break?lass` is forwarded as `arn:aws:iam::*:role/ops/Break*lass`"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn a_broken_policy_has_no_patterns() {
    let bench = bench();
    bench.write("broken.yaml", b"version: 1\nroles: 7\n");
    let outcome = bench.run(&["policy", "pattern", "broken.yaml"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(2), ""));
}

#[test]
fn a_push_names_the_roles_that_the_stacks_do_not_forward() {
    let bench = bench();
    let push = |deployed: &str| {
        bench.run(&[
            "policy",
            "push",
            "rolewatch.yaml",
            "--bucket",
            "rolewatch-state-EXAMPLE",
            "--deployed-roles",
            deployed,
        ])
    };
    let some = push("arn:aws:iam::444455556666:role/UpdateApp");
    assert!(
        some.stderr.contains(
            "activity in `arn:aws:iam::*:role/ops/Break?lass` doesn't reach the live guard"
        ),
        "{}",
        some.stderr
    );
    assert!(
        some.stderr.contains("ElevatedRoles=arn:aws:iam::*:role/ops/Break*lass,arn:aws:iam::444455556666:role/UpdateApp"),
        "{}",
        some.stderr
    );
    let all = push("arn:aws:iam::*:role/ops/*,arn:aws:iam::444455556666:role/*");
    assert!(!all.stderr.contains("does not reach"), "{}", all.stderr);
}
