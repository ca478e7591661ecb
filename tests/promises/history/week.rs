//! The week of `events/` in a bucket, and the steps of the state machine on it.

use std::fs;
use std::path::Path;

use archive_auditor::ArchiveAuditor;
use rolewatch_live::testing::{Calm, Twin, run};
use serde_json::value::to_raw_value;
use serde_json::{Value, json};

use crate::tool::{Bench, Outcome, project};

pub(super) const BUCKET: &str = "trail-logs";

/// The week of `events/`, as files in a folder and as objects in a bucket.
pub(crate) struct Week {
    pub(super) bench: Bench,
    pub(super) twin: Twin<Calm>,
    pub(crate) keys: Vec<String>,
}

fn collect(folder: &Path, base: &Path, files: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, base, files);
        } else {
            files.push((
                path.strip_prefix(base)
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .to_owned(),
                fs::read(&path).unwrap(),
            ));
        }
    }
}

impl Week {
    /// `change` may damage files, or add some.
    pub(crate) fn new(change: impl Fn(&mut Vec<(String, Vec<u8>)>)) -> Self {
        let events = project().join("events");
        let mut logs = Vec::new();
        collect(&events.join("archive"), &events.join("archive"), &mut logs);
        logs.sort();
        change(&mut logs);
        let bench = Bench::empty();
        let twin = Twin::new(Calm, "2026-04-01T00:00:00Z".parse().unwrap());
        let both = |name: &str, key: &str| {
            let bytes = fs::read(events.join(name)).unwrap();
            bench.write(name, &bytes);
            twin.objects
                .borrow_mut()
                .insert(key.to_owned(), (bytes, twin.clock.get()));
        };
        both("rolewatch.yaml", "policy/rolewatch.yaml");
        for roster in fs::read_dir(events.join("roster")).unwrap() {
            let name = format!("roster/{}", roster.unwrap().file_name().to_str().unwrap());
            both(&name, &name);
        }
        for (key, bytes) in &logs {
            bench.write(&format!("archive/{key}"), bytes);
            twin.logs
                .borrow_mut()
                .insert((BUCKET.to_owned(), key.clone()), bytes.clone());
        }
        Self {
            bench,
            twin,
            keys: logs.into_iter().map(|(key, _)| key).collect(),
        }
    }

    pub(super) fn ask(
        &self,
        auditor: &mut ArchiveAuditor,
        payload: &Value,
    ) -> Result<Value, String> {
        self.ask_within(auditor, payload, None)
    }

    /// `seconds`: how long the function may run.
    pub(super) fn ask_within(
        &self,
        auditor: &mut ArchiveAuditor,
        payload: &Value,
        seconds: Option<i64>,
    ) -> Result<Value, String> {
        let deadline = seconds.map(|seconds| self.twin.clock.get().plus_seconds(seconds));
        run(auditor.handle(&self.twin, &to_raw_value(payload).unwrap(), deadline))
            .map(|(answer, _)| answer)
            .map_err(|trouble| trouble.to_string())
    }

    /// One pass of listing, starting where `before` ended.
    pub(super) fn list(&self, run: &str, before: &Value, seconds: Option<i64>) -> Value {
        let asked = json!({"list": {"run": run, "bucket": BUCKET, "prefix": "AWSLogs/", "after": before["after"], "files": before["files"]}});
        self.ask_within(&mut ArchiveAuditor::new(None), &asked, seconds)
            .unwrap()
    }

    /// The batches of a part of the list.
    pub(super) fn batches(&self, listed: &Value) -> Vec<Vec<String>> {
        let Some(key) = listed["key"].as_str() else {
            return Vec::new();
        };
        let batches: Vec<Vec<String>> = self
            .written(key)
            .lines()
            .map(|line| strings(&serde_json::from_str::<Value>(line).unwrap()["keys"]))
            .collect();
        assert_eq!(listed["batches"], batches.len());
        batches
    }

    /// Does what the state machine does before it judges. Returns the number of passes and of
    /// listed files.
    pub(super) fn read(&self, run: &str, seconds: Option<i64>) -> (usize, Value) {
        let mut listed = json!({"after": null, "files": 0});
        for passes in 1.. {
            listed = self.list(run, &listed, seconds);
            for batch in self.batches(&listed) {
                self.map(run, &batch);
            }
            if listed["more"] == false {
                return (passes, listed["files"].clone());
            }
        }
        unreachable!()
    }

    pub(crate) fn map(&self, run: &str, keys: &[String]) {
        // Each batch may run in a different process.
        self.ask(
            &mut ArchiveAuditor::new(None),
            &json!({"map": {"run": run, "bucket": BUCKET, "keys": keys}}),
        )
        .unwrap();
    }

    pub(crate) fn reduce(&self, run: &str) -> Value {
        self.judge(run, &json!(null)).unwrap()
    }

    pub(super) fn judge(&self, run: &str, listed: &Value) -> Result<Value, String> {
        self.ask(
            &mut ArchiveAuditor::new(None),
            &json!({"reduce": {"run": run, "since": null, "until": null, "listed": listed}}),
        )
    }

    pub(crate) fn written(&self, key: &str) -> String {
        String::from_utf8(self.twin.objects.borrow()[key].0.clone()).unwrap()
    }

    pub(crate) fn audit(&self, format: &str) -> Outcome {
        self.bench.run(&["audit", "archive", "--format", format])
    }
}

pub(super) fn strings(list: &Value) -> Vec<String> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|text| text.as_str().unwrap().to_owned())
        .collect()
}
