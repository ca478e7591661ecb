//! `audit -` at a terminal says that it waits for input. In a pipe, it says nothing.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use super::bench;
use crate::tool::Bench;

/// Returns the stderr of a command that reads from a terminal, where the user presses Ctrl-D
/// immediately.
fn said_at_a_terminal(bench: &Bench, args: &[&str]) -> String {
    let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&controller).unwrap();
    unlockpt(&controller).unwrap();
    let name = ptsname(&controller, Vec::new()).unwrap();
    let terminal = File::options()
        .read(true)
        .write(true)
        .open(OsStr::from_bytes(name.as_bytes()))
        .unwrap();
    let mut keyboard = File::from(controller);
    keyboard.write_all(b"\x04").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_rolewatch"));
    command.args(args).current_dir(bench.path("")).env_clear();
    let mut child = command
        .stdin(terminal)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // About a minute.
    let ended = (0..3_000).any(|_| {
        std::thread::sleep(Duration::from_millis(20));
        child.try_wait().unwrap().is_some()
    });
    if !ended {
        child.kill().unwrap();
        panic!("{args:?} goes on reading after the end that was typed");
    }
    let mut said = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut said)
        .unwrap();
    said
}

#[test]
fn a_command_that_reads_from_a_terminal_says_that_it_waits() {
    let bench = bench();
    for (args, what) in [
        (&["audit", "-"][..], "CloudTrail records"),
        (&["explain", "-"], "CloudTrail records"),
        (&["review", "-"], "the output of the AWS CLI"),
        (&["init", "-"], "the output of the AWS CLI"),
        (&["revoke-plan", "-", "archive"], "a finding"),
    ] {
        let waits = format!("rolewatch: waiting for {what} on stdin");
        let said = said_at_a_terminal(&bench, args);
        assert!(
            said.contains(&waits) && said.contains("Ctrl-D"),
            "{args:?}: {said}"
        );
        let piped = bench.run_with(args, b"").stderr;
        assert!(!piped.contains("waiting for"), "{args:?}: {piped}");
    }
}
