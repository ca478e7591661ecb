//! Measures the speed of the map step: `cargo run --release --no-default-features -p
//! archive-auditor --example extract_speed -- FOLDER`. FOLDER holds a `rolewatch.yaml` and log
//! files in `logs/`, as `make bench` leaves them. Use `time` for CPU seconds and GNU `time -v` for
//! memory.

#![expect(
    clippy::unwrap_used,
    reason = "a measurement that can't continue has failed"
)]

use std::fs;
use std::path::PathBuf;

use archive_auditor::ArchiveAuditor;
use rolewatch_live::testing::{Calm, Twin, run};
use serde_json::json;
use serde_json::value::to_raw_value;

/// The size of the state machine's batches.
const BATCH: usize = 100;

fn main() {
    let folder = PathBuf::from(std::env::args_os().nth(1).unwrap());
    let twin = Twin::new(Calm, "2026-04-01T00:00:00Z".parse().unwrap());
    let now = twin.clock.get();
    twin.objects.borrow_mut().insert(
        "policy/rolewatch.yaml".into(),
        (fs::read(folder.join("rolewatch.yaml")).unwrap(), now),
    );
    let mut files: Vec<PathBuf> = fs::read_dir(folder.join("logs"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let mut auditor = ArchiveAuditor::new(None);
    let mut stored = 0;
    for batch in files.chunks(BATCH) {
        let mut keys = Vec::new();
        for path in batch {
            let key = path.file_name().unwrap().to_str().unwrap().to_owned();
            let bytes = fs::read(path).unwrap();
            stored += bytes.len();
            twin.logs
                .borrow_mut()
                .insert(("bucket".into(), key.clone()), bytes);
            keys.push(key);
        }
        let asked =
            to_raw_value(&json!({"map": {"run": "speed", "bucket": "bucket", "keys": keys}}))
                .unwrap();
        run(auditor.handle(&twin, &asked, None)).unwrap();
        twin.logs.borrow_mut().clear();
    }
    let extracted: usize = twin
        .objects
        .borrow()
        .iter()
        .filter(|(key, _)| key.contains("/extract/"))
        .map(|(_, (bytes, _))| bytes.len())
        .sum();
    let asked =
        to_raw_value(&json!({"reduce": {"run": "speed", "since": null, "until": null}})).unwrap();
    // With any second argument, the reduce step is measured too.
    let answer = if std::env::args_os().nth(2).is_some() {
        run(auditor.handle(&twin, &asked, None)).unwrap().0
    } else {
        json!(null)
    };
    println!(
        "{} files, {stored} bytes stored, {extracted} bytes of extracts; {answer}",
        files.len()
    );
}
