//! The synthetic week and its setup in other partitions of AWS: the same findings, apart from ARNs
//! and Regions.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use rolewatch_guard::testing::Elsewhere;
use serde_json::Value;

use crate::tool::{Bench, Outcome, project, run_in};

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
    found.sort();
}

/// `events/` as it would be in another partition.
fn moved(elsewhere: &Elsewhere) -> Bench {
    let bench = Bench::empty();
    let mut found = Vec::new();
    files(&project().join("events"), &mut found);
    for path in found {
        let name = elsewhere.moved_text(path.strip_prefix(project()).unwrap().to_str().unwrap());
        let bytes = std::fs::read(&path).unwrap();
        let bytes = if path.extension().is_some_and(|end| end == "gz") {
            let mut text = String::new();
            MultiGzDecoder::new(&*bytes)
                .read_to_string(&mut text)
                .unwrap();
            let mut out = GzEncoder::new(Vec::new(), Compression::fast());
            out.write_all(elsewhere.moved_text(&text).as_bytes())
                .unwrap();
            out.finish().unwrap()
        } else if let Ok(text) = String::from_utf8(bytes.clone()) {
            elsewhere.moved_text(&text).into_bytes()
        } else {
            bytes
        };
        bench.write(&name, &bytes);
    }
    bench
}

/// Removes from a finding what has to differ: IDs, which are hashes of ARNs, and the version of the
/// policy.
fn plain(finding: &Value) -> Value {
    let mut finding = finding.clone();
    for field in ["id", "policy", "supersedes"] {
        finding.as_object_mut().unwrap().remove(field);
    }
    finding
}

/// Translates a command's output from there to here. Checks that nothing from another partition is
/// left.
fn back(elsewhere: &Elsewhere, text: &str) -> String {
    for foreign in ["arn:aws:", "aws.amazon.com", "us-east-1", "ap-northeast-1"] {
        assert!(
            !text.contains(foreign),
            "{foreign} in {}: {text}",
            elsewhere.partition
        );
    }
    elsewhere.moved_back(text)
}

/// Runs a command that prints findings, in both partitions.
fn same_findings(elsewhere: &Elsewhere, args: &[&str]) {
    let (here, there) = (run_in(project(), args, b""), moved(elsewhere).run(args));
    assert_eq!(
        (there.code, here.code),
        (Some(1), Some(1)),
        "{}",
        there.stderr
    );
    let there = Outcome {
        stdout: back(elsewhere, &there.stdout),
        ..there
    };
    let sorted = |outcome: &Outcome| {
        let mut findings: Vec<Value> = outcome.findings().iter().map(plain).collect();
        findings.sort_by_key(ToString::to_string);
        findings
    };
    let (here, there) = (sorted(&here), sorted(&there));
    assert!(here.len() > 5, "too few findings to compare");
    for (ours, theirs) in here.iter().zip(&there) {
        assert_eq!(ours, theirs, "in {}", elsewhere.partition);
    }
    assert_eq!(here.len(), there.len(), "in {}", elsewhere.partition);
}

/// Runs a command that prints text, in both partitions.
fn same_text(elsewhere: &Elsewhere, args: &[&str]) {
    let (here, there) = (run_in(project(), args, b""), moved(elsewhere).run(args));
    assert_eq!(there.code, here.code, "{}", there.stderr);
    assert!(
        here.stdout.lines().count() > 3,
        "too little to compare: {}",
        here.stderr
    );
    // Longer ARNs change where lines break.
    let joined = |text: &str| text.split_whitespace().collect::<String>();
    let text = back(elsewhere, &joined(&there.stdout));
    assert_eq!(text, joined(&here.stdout), "in {}", elsewhere.partition);
}

const WEEK: [&str; 4] = ["audit", "events/archive", "--format", "ndjson"];
const REVIEW: [&str; 4] = ["review", "events/review", "--format", "ndjson"];
const CROSS_ACCOUNT: [&str; 2] = ["init", "events/cross-account"];
const PARTITIONS: [Elsewhere; 2] = [Elsewhere::CHINA, Elsewhere::MADE_UP];

#[test]
fn the_week_in_china() {
    same_findings(&Elsewhere::CHINA, &WEEK);
}

#[test]
fn the_week_in_a_partition_of_which_nothing_is_known() {
    same_findings(&Elsewhere::MADE_UP, &WEEK);
}

#[test]
fn the_set_up_in_other_partitions() {
    for elsewhere in PARTITIONS {
        same_findings(&elsewhere, &REVIEW);
        same_text(&elsewhere, &CROSS_ACCOUNT);
    }
}

#[test]
fn an_event_is_explained_alike_in_other_partitions() {
    for elsewhere in PARTITIONS {
        for event in [
            "chain-first-owner",
            "identity-center-chained",
            "owner-half-known-user",
            "assume-root",
        ] {
            same_text(&elsewhere, &["explain", &format!("events/{event}.json")]);
        }
    }
}

#[test]
fn a_revocation_keeps_the_partition() {
    for elsewhere in PARTITIONS {
        let bench = moved(&elsewhere);
        let mut plans = 0;
        let mut rules: Vec<Value> = Vec::new();
        for finding in bench.run(&WEEK).findings() {
            if rules.contains(&finding["rule"]) {
                continue;
            }
            rules.push(finding["rule"].clone());
            let id = finding["id"].as_str().unwrap();
            let plan = bench.run(&[
                "revoke-plan",
                id,
                "events/archive",
                "--policy",
                "events/rolewatch.yaml",
            ]);
            let text = format!("{}{}", plan.stdout, plan.stderr);
            let json: String = text.split_whitespace().collect();
            assert!(
                !json.contains("arn:aws:"),
                "{}: {text}",
                elsewhere.partition
            );
            plans += usize::from(plan.code == Some(0));
        }
        assert!(plans > 5, "{plans} plans");
    }
}
