//! Runs the `rolewatch` command in a folder of its own, without the user's environment.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rolewatch_guard::testing::Story;
use serde_json::{Value, json};
use tempfile::TempDir;

/// The result of a run.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Outcome {
    /// The findings, from `--format ndjson`.
    pub(crate) fn findings(&self) -> Vec<Value> {
        self.stdout
            .lines()
            .map(|line| {
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
            })
            .collect()
    }

    /// The last line on stderr.
    pub(crate) fn account(&self) -> &str {
        self.stderr.lines().last().unwrap_or_default()
    }
}

/// A folder with a policy, a roster and an archive.
pub(crate) struct Bench {
    folder: TempDir,
}

impl Bench {
    /// An empty folder.
    pub(crate) fn empty() -> Self {
        Self {
            folder: TempDir::new().unwrap(),
        }
    }

    /// The policy and roster of a story, and its records as one file, `archive/log.json`.
    pub(crate) fn of(story: &Story) -> Self {
        let bench = Self::empty();
        bench.write("rolewatch.yaml", story.policy_text().as_bytes());
        if let Some(roster) = story.roster_text() {
            bench.write("roster/development.json", roster.as_bytes());
        }
        bench.write(
            "archive/log.json",
            json!({"Records": story.records()}).to_string().as_bytes(),
        );
        bench
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    pub(crate) fn run(&self, args: &[&str]) -> Outcome {
        self.run_with(args, b"")
    }

    pub(crate) fn run_with(&self, args: &[&str], stdin: &[u8]) -> Outcome {
        run_in(self.folder.path(), args, stdin)
    }
}

/// Runs the command.
pub(crate) fn run_in(folder: &Path, args: &[&str], stdin: &[u8]) -> Outcome {
    run_under(&[], folder, args, stdin)
}

/// Runs the command with these variables in its environment.
pub(crate) fn run_under(
    variables: &[(&str, &str)],
    folder: &Path,
    args: &[&str],
    stdin: &[u8],
) -> Outcome {
    let mut child = Command::new(env!("CARGO_BIN_EXE_rolewatch"))
        .args(args)
        .current_dir(folder)
        .env_clear()
        .envs(variables.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let input = stdin.to_vec();
    let writer = std::thread::spawn(move || {
        // A command that ends early doesn't have to read all of it.
        pipe.write_all(&input).ok()
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the command prints UTF-8");
    Outcome {
        code: output.status.code(),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

/// The project's folder.
pub(crate) fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

impl Bench {
    /// Runs the command. Also returns its peak memory in KiB (0 where the system doesn't report
    /// it).
    pub(crate) fn run_watched(&self, args: &[&str]) -> (Outcome, u64) {
        let child = Command::new(env!("CARGO_BIN_EXE_rolewatch"))
            .args(args)
            .current_dir(self.folder.path())
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let status = format!("/proc/{}/status", child.id());
        let watcher = std::thread::spawn(move || {
            let mut peak = 0;
            // The file disappears with the process.
            while let Ok(text) = std::fs::read_to_string(&status) {
                let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
                let Some(kib) =
                    line.and_then(|line| line.split_ascii_whitespace().next()?.parse::<u64>().ok())
                else {
                    break;
                };
                peak = peak.max(kib);
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
            peak
        });
        let output = child.wait_with_output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the command prints UTF-8");
        let outcome = Outcome {
            code: output.status.code(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        };
        (outcome, watcher.join().unwrap())
    }
}
