//! Measures time and peak memory of whole processes, and the time of decompression alone.

#![expect(clippy::disallowed_methods, reason = "a bench measures time")]

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// One run of a process.
pub(crate) struct Run {
    pub(crate) seconds: f64,
    pub(crate) peak_kib: u64,
    pub(crate) code: Option<i32>,
    pub(crate) stderr: String,
}

/// Runs a command until it ends, discards its output, and watches its memory.
pub(crate) fn run(program: &Path, args: &[&str]) -> Run {
    let begin = Instant::now();
    let mut child = Command::new(program)
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{}: {error}", program.display()));
    let status = PathBuf::from(format!("/proc/{}/status", child.id()));
    let done = AtomicU64::new(0);
    let peak = AtomicU64::new(0);
    let (mut stderr, mut code, mut seconds) = (String::new(), None, 0.0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while done.load(Ordering::Relaxed) == 0 {
                peak.fetch_max(high_water_mark(&status).unwrap_or(0), Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(2));
            }
        });
        if let Some(pipe) = &mut child.stderr {
            let mut bytes = Vec::new();
            if pipe.read_to_end(&mut bytes).is_ok() {
                stderr = String::from_utf8_lossy(&bytes).into_owned();
            }
        }
        code = child.wait().ok().and_then(|status| status.code());
        seconds = begin.elapsed().as_secs_f64();
        done.store(1, Ordering::Relaxed);
    });
    Run {
        seconds,
        peak_kib: peak.into_inner(),
        code,
        stderr,
    }
}

/// `VmHWM` in KiB.
fn high_water_mark(status: &Path) -> Option<u64> {
    let text = fs::read_to_string(status).ok()?;
    let line = text.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_ascii_whitespace().nth(1)?.parse().ok()
}

/// Reads and decompresses every file. Each thread takes the next file. The text isn't used.
pub(crate) fn inflate(files: &[PathBuf], threads: usize) -> f64 {
    let begin = Instant::now();
    let next = AtomicUsize::new(0);
    let total = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut inflater = libdeflater::Decompressor::new();
                let mut text = Vec::new();
                while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let gzip = fs::read(file)
                        .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
                    let size = usize::try_from(isize_of(&gzip)).unwrap_or(0);
                    text.resize(text.len().max(size), 0);
                    let written = inflater
                        .gzip_decompress(&gzip, &mut text)
                        .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
                    total.fetch_add(written as u64, Ordering::Relaxed);
                }
            });
        }
    });
    assert!(total.into_inner() > 0, "nothing was inflated");
    begin.elapsed().as_secs_f64()
}

/// Reads the size in the gzip trailer, which is correct for files that the bench wrote itself.
fn isize_of(gzip: &[u8]) -> u64 {
    gzip.last_chunk::<4>()
        .map_or(0, |bytes| u64::from(u32::from_le_bytes(*bytes)))
}

pub(crate) fn inflated_size(file: &Path) -> u64 {
    fs::read(file).map_or(0, |gzip| isize_of(&gzip))
}

/// The seconds that jq takes for the files, with one process per core. `None` if jq isn't
/// installed.
pub(crate) fn jq(files: &[PathBuf], filter: &str) -> Option<f64> {
    Command::new("jq")
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .ok()?;
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let begin = Instant::now();
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let script = r#"gzip -dc "$1" | jq -r "$2" > /dev/null"#;
                    let status = Command::new("sh")
                        .args(["-c", script, "sh"])
                        .arg(file)
                        .arg(filter)
                        .status();
                    assert!(
                        status.is_ok_and(|status| status.success()),
                        "jq failed on {}",
                        file.display()
                    );
                }
            });
        }
    });
    Some(begin.elapsed().as_secs_f64())
}

pub(crate) fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

#[expect(clippy::cast_precision_loss, reason = "for people")]
pub(crate) fn mib(bytes: u64) -> String {
    format!("{:.0} MiB", bytes as f64 / f64::from(1 << 20))
}
