//! Real public CloudTrail records, if a folder with them is available: each one is judged, or
//! counted with a reason.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rolewatch_archive::{Filter, RecordPlace, Scratch, Sink, Unread, find_files, read_file};
use rolewatch_guard::envelope::{self, NotUsed};
use rolewatch_guard::seen::{Reading, Service, read};
use serde_json::Value;

use crate::tool::{Bench, run_in};

const POLICY: &str = "version: 1\naccounts: {\"111122223333\": development}\nroles:\n  - {arn: \"arn:aws:iam::*:role/*\", groups: [], identities: [service], mfa: optional}\n";

#[expect(
    clippy::disallowed_methods,
    reason = "the one place where a test asks for the corpus"
)]
pub(crate) fn folder() -> Option<PathBuf> {
    let folder = std::env::var("ROLEWATCH_CORPUS").ok().map(PathBuf::from);
    if folder.is_none() {
        eprintln!("SKIPPED: ROLEWATCH_CORPUS names no folder, so no real records were read");
    }
    folder
}

#[derive(Default)]
struct Tally {
    read: u64,
    not_relevant: u64,
    not_evidence: u64,
    problems: Vec<String>,
    services: BTreeMap<String, u64>,
}

impl Sink for Tally {
    fn record(&mut self, json: &[u8], at: &RecordPlace) {
        // Every role counts as elevated, so the uses of all sessions are read too.
        match read(json, &|_| true) {
            Ok(Reading::Seen(seen)) => {
                self.read += 1;
                if seen.service != Service::Other {
                    *self
                        .services
                        .entry(format!("{:?}", seen.service))
                        .or_default() += 1;
                }
            }
            Ok(Reading::Service(_)) => self.read += 1,
            Ok(Reading::NotRelevant) => self.not_relevant += 1,
            Err(problem) => self.problems.push(format!("{at}: {problem}")),
        }
    }

    fn event(&mut self, json: &[u8], at: &RecordPlace) {
        match envelope::open(json) {
            Ok(event) => self.record(event.record.as_bytes(), at),
            Err(NotUsed::NotEvidence(_)) => self.not_evidence += 1,
            Err(NotUsed::Unreadable(problem)) => self.problems.push(format!("{at}: {problem}")),
        }
    }

    fn unread(&mut self, problem: Unread) {
        self.problems.push(problem.to_string());
    }
}

fn records_of(folder: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(folder.join("records.jsonl")).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn every_record_is_read_or_named_with_its_reason() {
    let Some(folder) = folder() else { return };
    let found = find_files(std::slice::from_ref(&folder), &|path| {
        path.extension()
            .is_some_and(|end| end == "tsv" || end == "txt")
    });
    assert!(found.unread.is_empty() && !found.files.is_empty());
    let mut tally = Tally::default();
    let mut counts = rolewatch_archive::Counts::default();
    let mut scratch = Scratch::new();
    for file in &found.files {
        counts.merge(&read_file(
            &file.path,
            &Filter::everything(),
            &mut scratch,
            &mut tally,
        ));
    }
    println!(
        "{counts:?}\nread {}, not relevant {}, services {:?}",
        tally.read, tally.not_relevant, tally.services
    );
    for problem in &tally.problems {
        println!("  {problem}");
    }
    assert_eq!(
        counts.records,
        counts.candidates + counts.passed_over + counts.insights + counts.records_unread
    );
    let named = u64::try_from(tally.problems.len()).unwrap();
    assert_eq!(
        tally.read + tally.not_relevant + tally.not_evidence + named,
        counts.records,
        "the numbers add up"
    );
    assert!(
        named * 40 < counts.records,
        "a few dozen documentation samples are odd, not more: {named} of {}",
        counts.records
    );
    for problem in &tally.problems {
        let reasons = [
            "`eventID`",
            "`eventSource`",
            "`recipientAccountId`",
            "`eventTime`",
            "expiration",
            "none of the known keys",
            "`requestParameters.",
        ];
        assert!(
            reasons.iter().any(|reason| problem.contains(reason)),
            "{problem}"
        );
    }
}

#[test]
fn nothing_of_sts_sign_in_iam_and_identity_center_is_lost() {
    let Some(folder) = folder() else { return };
    for record in records_of(&folder) {
        let source = record["eventSource"].as_str().unwrap_or_default();
        let services = [
            "sts",
            "signin",
            "iam",
            "sso",
            "sso-directory",
            "sso-oauth",
            "identitystore",
            "identitystore-scim",
        ];
        if !services
            .iter()
            .any(|service| source == format!("{service}.amazonaws.com"))
        {
            continue;
        }
        match read(record.to_string().as_bytes(), &|_| false) {
            Ok(Reading::Seen(_) | Reading::Service(_)) | Err(_) => {}
            Ok(Reading::NotRelevant) => panic!("lost: {record}"),
        }
    }
}

#[test]
fn the_search_finds_what_parsing_everything_finds() {
    let Some(folder) = folder() else { return };
    let bench = Bench::empty();
    let policy = bench.write("rolewatch.yaml", POLICY.as_bytes());
    let policy =
        rolewatch_guard::policy::Policy::read(&std::fs::read(policy).unwrap(), "test").unwrap();
    let fast = Filter::new(&rolewatch_guard::needles(&policy)).unwrap();
    let elevated = rolewatch_guard::Elevated::by_policy(&policy);
    for record in records_of(&folder) {
        let text = record.to_string();
        if matches!(
            read(text.as_bytes(), &|role| elevated.may_be(role)),
            Ok(Reading::Seen(_) | Reading::Service(_))
        ) {
            assert!(
                fast.could_match(text.as_bytes()),
                "the search would miss {text}"
            );
        }
    }
}

#[test]
fn an_audit_of_it_ends_incomplete_and_says_what_was_not_read() {
    let Some(folder) = folder() else { return };
    let bench = Bench::empty();
    bench.write("rolewatch.yaml", POLICY.as_bytes());
    let outcome = run_in(
        &bench.path("."),
        &["audit", "--format", "ndjson", &folder.display().to_string()],
        b"",
    );
    assert_eq!(outcome.code, Some(3), "{}", outcome.stderr);
    assert!(outcome.findings().len() > 20, "{}", outcome.account());
    println!("{}", outcome.account());
}
