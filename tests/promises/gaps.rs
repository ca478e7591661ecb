//! Incomplete authorization details: stderr says what is missing, the result is incomplete, and
//! nothing that depends on the missing part looks clean.
//!
//! The world: the company of `events/review`, each time without one of its lists.

mod init;
mod review;
mod rosters;
mod table;

use serde_json::Value;

use crate::tool::{Bench, project};

const FILES: [&str; 3] = [
    "development.json",
    "production.json",
    "production-roles.json",
];

/// The company's policy, and its files below `setup/`.
fn bench() -> Bench {
    let bench = Bench::empty();
    for name in FILES {
        bench.write(
            &format!("setup/{name}"),
            &std::fs::read(project().join("events/review").join(name)).unwrap(),
        );
    }
    bench.write(
        "rolewatch.yaml",
        &std::fs::read(project().join("events/rolewatch.yaml")).unwrap(),
    );
    bench
}

fn change(bench: &Bench, file: &str, change: impl FnOnce(&mut Value)) {
    let mut details: Value =
        serde_json::from_slice(&std::fs::read(bench.path(file)).unwrap()).unwrap();
    change(&mut details);
    bench.write(file, details.to_string().as_bytes());
}

fn without(bench: &Bench, file: &str, list: &str) {
    change(bench, file, |details| {
        drop(details.as_object_mut().unwrap().remove(list).unwrap());
    });
}
