//! Drives an audit by the state machine, with a state machine in memory.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use rolewatch_guard::Totals;
use rolewatch_guard::testing::Story;
use serde_json::{Value, json};

use super::*;

struct Memory {
    started: RefCell<Vec<String>>,
    looks: Cell<u64>,
    end: ExecutionState,
    objects: BTreeMap<String, Vec<u8>>,
}

impl Machine for Memory {
    fn start(&self, input: String) -> Result<String, String> {
        self.started.borrow_mut().push(input);
        Ok("arn:aws:states:us-east-1:111122223333:execution:history:EXAMPLE".to_owned())
    }

    fn describe(&self, _: &str) -> Result<ExecutionState, String> {
        self.looks.set(self.looks.get() + 1);
        Ok(if self.looks.get() < 3 {
            ExecutionState::Running {
                done: self.looks.get(),
                total: 3,
            }
        } else {
            self.end.clone()
        })
    }

    fn fetch(&self, key: &str) -> Result<Vec<u8>, String> {
        self.objects
            .get(key)
            .cloned()
            .ok_or_else(|| "it is not in the bucket".to_owned())
    }
}

fn memory(findings: &[Finding]) -> Memory {
    let lines: Vec<String> = findings
        .iter()
        .map(|finding| serde_json::to_string(finding).unwrap())
        .collect();
    let summary = json!({
        "counts": Totals::default(),
        "unread": [],
        "unread_count": 0,
        "notices": [],
        "run": "EXAMPLE",
    });
    let output = json!({
        "findings": "history/EXAMPLE/f",
        "summary": "history/EXAMPLE/s",
        "violations": 1,
    });
    Memory {
        started: RefCell::default(),
        looks: Cell::new(0),
        end: ExecutionState::Done(output.to_string()),
        objects: BTreeMap::from([
            (
                "history/EXAMPLE/f".to_owned(),
                lines.join("\n").into_bytes(),
            ),
            (
                "history/EXAMPLE/s".to_owned(),
                summary.to_string().into_bytes(),
            ),
        ]),
    }
}

fn findings() -> Vec<Finding> {
    let mut story = Story::new();
    story.switch("tom").without_mfa();
    story.findings()
}

#[test]
fn it_is_started_with_what_the_machine_takes_and_waited_for() {
    let until = "2026-04-01T00:00:00Z".parse().unwrap();
    let input = execution_input(Path::new("s3://trail-logs/AWSLogs/1"), None, Some(until)).unwrap();
    let written: Value = serde_json::from_str(&input).unwrap();
    assert_eq!(
        written,
        json!({
            "bucket": "trail-logs",
            "prefix": "AWSLogs/1",
            "since": null,
            "until": "2026-04-01T00:00:00Z",
        })
    );
    let machine = memory(&findings());
    let report = run_to_its_end(&machine, input.clone(), Duration::ZERO).unwrap();
    assert_eq!(
        (machine.started.take(), machine.looks.get()),
        (vec![input], 3)
    );
    let printed = |findings: &[Finding]| {
        findings
            .iter()
            .map(|finding| serde_json::to_string(finding).unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(printed(&report.findings), printed(&findings()));
    assert!(!report.findings.is_empty());
}

#[test]
fn what_does_not_come_to_an_end_says_why_in_harmless_text() {
    let machine = Memory {
        end: ExecutionState::Ended("FAILED: \u{1b}[2J the policy was changed".into()),
        ..memory(&[])
    };
    let why = run_to_its_end(&machine, String::new(), Duration::ZERO)
        .err()
        .unwrap()
        .to_string();
    assert!(
        why.contains("didn't finish: FAILED: ") && !why.contains('\u{1b}'),
        "{why}"
    );
    let mut machine = memory(&findings());
    machine.objects.clear();
    let why = run_to_its_end(&machine, String::new(), Duration::ZERO)
        .err()
        .unwrap()
        .to_string();
    assert!(
        why.contains("`history/EXAMPLE/f`") && why.contains("not in the bucket"),
        "{why}"
    );
}

#[test]
fn a_local_path_is_no_input() {
    for path in ["logs", "s3://", "s3:///x"] {
        assert!(
            execution_input(Path::new(path), None, None).is_err(),
            "{path}"
        );
    }
}
