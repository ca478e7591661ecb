//! Measures the duration of an audit, as a multiple of only decompressing the same files.
//!
//! `cargo bench --bench audit` (or `make bench`) creates an archive of more than 400 MB of JSON
//! once, below `target/`. Then it measures in turn, so that noise on the machine affects both:
//! libdeflate decompressing every file on all threads, and the `rolewatch` binary auditing them.
//! `-- --quick` measures a small archive, to check that the bench itself works. `-- --only memory`
//! (or `speed`, `bomb`) measures one thing.

#![expect(clippy::panic, reason = "a bench that cannot go on has failed")]

mod archive;
mod measure;

use std::path::{Path, PathBuf};

use archive::Shape;
use measure::{Run, median, mib};

const ROUNDS: usize = 7;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let quick = args.iter().any(|arg| arg == "--quick");
    let only = args
        .iter()
        .position(|arg| arg == "--only")
        .and_then(|at| args.get(at + 1));
    let wanted = |what: &str| only.is_none_or(|only| only == what);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/bench");
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);

    for roles in [1, 20].into_iter().filter(|_| wanted("speed")) {
        let shape = if quick {
            Shape::quick(roles)
        } else {
            Shape::large(roles)
        };
        let at = archive::build(&root, &shape);
        println!(
            "{} named roles: {} files, {} of JSON in {} of gzip, {} switches, {threads} threads",
            roles,
            at.files,
            mib(at.inflated),
            mib(at.compressed),
            at.switches
        );
        compare(&at.folder, at.inflated, threads);
    }
    if wanted("memory") {
        memory(&root, quick);
    }
    if wanted("bomb") && !quick {
        bomb(&root);
    }
}

fn compare(folder: &Path, inflated: u64, threads: usize) {
    let files = archive::logs(folder);
    let (mut inflating, mut auditing) = (Vec::new(), Vec::new());
    let mut peak = 0;
    // The first round only fills the page cache, and doesn't count.
    for round in 0..=ROUNDS {
        let inflate = measure::inflate(&files, threads);
        let audit = measure::run(
            Path::new(env!("CARGO_BIN_EXE_rolewatch")),
            &["audit", "--format", "ndjson", &folder.display().to_string()],
        );
        assert!(
            matches!(audit.code, Some(0 | 1)),
            "the audit failed: {}",
            audit.stderr
        );
        if round > 0 {
            inflating.push(inflate);
            peak = peak.max(audit.peak_kib);
            auditing.push(audit.seconds);
        }
    }
    let ratios: Vec<f64> = auditing
        .iter()
        .zip(&inflating)
        .map(|(audit, inflate)| audit / inflate)
        .collect();
    let (low, high) = ratios
        .iter()
        .fold((f64::MAX, 0.0_f64), |(low, high), ratio| {
            (low.min(*ratio), high.max(*ratio))
        });
    println!(
        "  inflate only      {:.3} s  ({:.2} GB/s of JSON)",
        median(&inflating),
        rate(inflated, median(&inflating))
    );
    println!(
        "  rolewatch audit   {:.3} s  ({:.2} GB/s of JSON), peak memory {}",
        median(&auditing),
        rate(inflated, median(&auditing)),
        mib(peak * 1_024)
    );
    println!(
        "  audit / inflate   {:.2}  (median of {ROUNDS} pairs; {low:.2} to {high:.2})",
        median(&ratios)
    );
    against_jq(&files, median(&auditing), inflated);
}

#[expect(clippy::cast_precision_loss, reason = "a rate")]
fn rate(bytes: u64, seconds: f64) -> f64 {
    bytes as f64 / seconds / 1e9
}

/// jq is slow, so it gets a tenth of the files, and the result is scaled.
fn against_jq(files: &[PathBuf], audit: f64, inflated: u64) {
    let Some(few) = files.get(..files.len().div_ceil(10)) else {
        return;
    };
    let part: u64 = few.iter().map(|file| measure::inflated_size(file)).sum();
    let filter = ".Records[] | select(.eventSource == \"sts.amazonaws.com\") | .eventID";
    let Some(seconds) = measure::jq(few, filter) else {
        println!("  jq                is not installed");
        return;
    };
    let scaled = seconds * rate(inflated, 1.0) / rate(part, 1.0);
    println!(
        "  jq / audit        {:.0}  (jq selecting STS records in {}, one process a core, scaled to the whole)",
        scaled / audit,
        mib(part)
    );
}

/// Measures the memory that each switch takes, with the same archive with few and with many
/// switches.
fn memory(root: &Path, quick: bool) {
    let many = if quick { 2_000 } else { 100_000 };
    let run = |switches: u64| -> (u64, Run) {
        let at = archive::build(root, &Shape::switches(switches));
        let run = measure::run(
            Path::new(env!("CARGO_BIN_EXE_rolewatch")),
            &[
                "audit",
                "--format",
                "ndjson",
                &at.folder.display().to_string(),
            ],
        );
        (at.switches, run)
    };
    let ((few, small), (many, large)) = (run(100), run(many));
    let bytes = (large.peak_kib.saturating_sub(small.peak_kib) * 1_024) / (many - few).max(1);
    println!(
        "{many} switches: peak memory {}, with {few} switches {}: {bytes} bytes a switch",
        mib(large.peak_kib * 1_024),
        mib(small.peak_kib * 1_024)
    );
}

/// Ten GiB of spaces in ten MB of gzip.
fn bomb(root: &Path) {
    let folder = archive::bomb(root, 10 << 30);
    let run = measure::run(
        Path::new(env!("CARGO_BIN_EXE_rolewatch")),
        &["audit", "--format", "ndjson", &folder.display().to_string()],
    );
    println!(
        "a bomb of 10 GiB: {:.1} s, exit {:?}, peak memory {}",
        run.seconds,
        run.code,
        mib(run.peak_kib * 1_024)
    );
}
