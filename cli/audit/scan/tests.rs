//! S3 objects are read like files. The bucket is in memory.

use std::collections::BTreeMap;
use std::sync::mpsc::SyncSender;

use rolewatch_guard::testing::Story;
use rolewatch_guard::{Scope, judge};
use serde_json::json;

use super::super::objects::LogObject;
use super::*;
use crate::limits::OBJECTS_WAITING;

/// Objects by key. `None`: reading the object is denied.
#[derive(Default)]
struct Memory(BTreeMap<String, Option<Vec<u8>>>);

impl ObjectStore for Memory {
    fn list(&self, bucket: &str, prefix: &str, most: usize) -> Result<Vec<(String, u64)>, String> {
        if bucket != "trail-logs" {
            return Err("s3:ListBucket was refused: no such bucket".to_owned());
        }
        let found = self.0.iter().filter(|(key, _)| key.starts_with(prefix));
        Ok(found
            .take(most + 1)
            .map(|(key, bytes)| (key.clone(), length(bytes.as_deref().unwrap_or_default())))
            .collect())
    }

    fn fetch(&self, objects: Vec<LogObject>, to: &SyncSender<FetchedObject>) {
        for object in objects.into_iter().rev() {
            let outcome = self.0[&object.key]
                .clone()
                .ok_or_else(|| "s3:GetObject was refused: access \u{202e}denied".to_owned());
            if to.send(FetchedObject { object, outcome }).is_err() {
                return;
            }
        }
    }
}

fn scan_options(max_objects: usize) -> ScanOptions {
    ScanOptions {
        jobs: NonZeroUsize::new(3),
        max_objects: NonZeroUsize::new(max_objects).unwrap(),
    }
}

fn story() -> Story {
    let mut story = Story::new();
    for _ in 0..20 {
        story.switch("tom").without_mfa().used_after(60);
        story.later(7_200);
    }
    story
}

/// One record per object, and more objects than may wait at a time.
fn bucket(story: &Story) -> Memory {
    let object = |(at, record)| {
        (
            format!("AWSLogs/{at:03}.json"),
            Some(json!({ "Records": [record] }).to_string().into_bytes()),
        )
    };
    Memory(story.records().iter().enumerate().map(object).collect())
}

fn read(
    store: &Memory,
    policy: &Policy,
    paths: &[&str],
    most: usize,
) -> Result<ScannedLogs, Failure> {
    let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
    scan_with(Some(store), &paths, &[], policy, scan_options(most))
}

#[test]
fn objects_are_judged_as_files_are() {
    let story = story();
    let policy = story.policy();
    let folder = tempfile::TempDir::new().unwrap();
    let store = bucket(&story);
    for (key, bytes) in &store.0 {
        let path = folder.path().join(key.replace('/', "-"));
        fs::write(path, bytes.as_ref().unwrap()).unwrap();
    }
    let local = scan(&[folder.path().to_owned()], &[], &policy, scan_options(1)).unwrap();
    let remote = read(
        &store,
        &policy,
        &["s3://trail-logs/AWSLogs/", "s3://trail-logs/AWSLogs/00"],
        1_000,
    )
    .unwrap();
    let findings = |world| {
        judge(
            world,
            &policy,
            &story.rosters(),
            Scope::default(),
            &mut |_| (),
        )
        .findings
    };
    assert_eq!(findings(&remote.world), findings(&local.world));
    assert!(findings(&local.world).len() > 10);
    assert_eq!((remote.totals, remote.range), (local.totals, local.range));
    assert!(
        length(&story.records().iter().collect::<Vec<_>>())
            > u64::try_from(OBJECTS_WAITING).unwrap() * 2
    );
}

#[test]
fn an_object_that_may_not_be_read_is_named_in_harmless_text() {
    let story = story();
    let mut store = bucket(&story);
    store.0.insert("AWSLogs/\u{1b}[2Jx.json.gz".into(), None);
    store.0.insert("AWSLogs/".into(), Some(Vec::new()));
    store
        .0
        .insert("AWSLogs/readme.txt".into(), Some(Vec::new()));
    let scanned = read(&store, &story.policy(), &["s3://trail-logs"], 1_000).unwrap();
    assert_eq!(
        (
            scanned.totals.files.unreadable,
            scanned.totals.files.skipped
        ),
        (1, 1)
    );
    let shown = serde_json::to_string(&scanned.unread.faults_shown().collect::<Vec<_>>()).unwrap();
    assert!(
        shown.contains("s3://trail-logs/AWSLogs/") && shown.contains("denied"),
        "{shown}"
    );
    assert!(
        !shown.contains("\\u001b") && !shown.contains('\u{202e}'),
        "{shown}"
    );
}

#[test]
fn too_many_objects_are_not_begun_with() {
    let story = story();
    let why = read(&bucket(&story), &story.policy(), &["s3://trail-logs/"], 10)
        .err()
        .unwrap()
        .to_string();
    assert!(
        why.contains("there are more than 10 objects under `s3://trail-logs/`")
            && why.contains("--max-objects"),
        "{why}"
    );
    let why = read(&bucket(&story), &story.policy(), &["s3://other/x"], 10)
        .err()
        .unwrap()
        .to_string();
    assert!(
        why.contains("can't list `s3://other/x`: s3:ListBucket was refused"),
        "{why}"
    );
    let why = read(&bucket(&story), &story.policy(), &["s3:///x"], 10)
        .err()
        .unwrap()
        .to_string();
    assert!(why.contains("names no bucket"), "{why}");
}

#[test]
fn a_prefix_under_which_nothing_lies_does_not_pass_for_a_clean_one() {
    let story = story();
    let scanned = read(
        &bucket(&story),
        &story.policy(),
        &["s3://trail-logs/nothing/"],
        10,
    )
    .unwrap();
    assert_eq!(scanned.unread.count(), 1);
}
