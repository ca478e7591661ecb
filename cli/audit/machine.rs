//! `rolewatch audit s3://… --state-machine ARN`: the stack reads the logs directly from S3. This
//! module waits and prints the findings.

#[cfg(feature = "aws")]
mod aws;
#[cfg(not(feature = "aws"))]
mod without_aws;

use std::fmt;
use std::path::Path;
use std::thread;
use std::time::Duration;

use rolewatch_guard::Finding;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::untrusted::harmless;
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

#[cfg(feature = "aws")]
use aws::Stack;
#[cfg(not(feature = "aws"))]
use without_aws::Stack;

use super::objects::bucket_and_prefix;
use super::progress::WaitingBar;
use super::totals;
use crate::args::AuditArgs;
use crate::exit::{Exit, Failure, shown_path};
use crate::limits::{EXECUTION_PAUSE, FAULTS_TOLD};
use crate::report::FinishedAudit;
use crate::report::asff::SecurityHub;
use crate::report::format::print;
use crate::report::history::{HistoryReport, HistorySummary, UnreadEntry};
use crate::report::shown::ShownFindings;
use crate::report::words::length;
use crate::stdout;

/// The state machine, and the bucket that it writes to.
trait Machine {
    /// Starts an execution and returns its ARN.
    fn start(&self, input: String) -> Result<String, String>;

    /// Returns the state of an execution.
    fn describe(&self, execution: &str) -> Result<ExecutionState, String>;

    /// Returns an object that an execution wrote.
    fn fetch(&self, key: &str) -> Result<Vec<u8>, String>;
}

/// The state of an execution.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(
    not(any(feature = "aws", test)),
    expect(dead_code, reason = "nothing is ever started")
)]
enum ExecutionState {
    /// The number of finished batches, and of the batches known so far.
    Running { done: u64, total: u64 },
    /// Succeeded, with its output.
    Done(String),
    /// Failed or stopped, with the reason.
    Ended(String),
}

/// The output of `history.asl.json`: keys in the stack's bucket.
#[derive(Deserialize)]
struct ExecutionOutput {
    findings: String,
    summary: String,
}

/// Runs the state machine and prints its findings.
pub(super) fn run(args: &AuditArgs, arn: &str, hub: Option<&SecurityHub>) -> Result<Exit, Failure> {
    let bucket = args.bucket.as_deref().filter(|bucket| !bucket.is_empty());
    let bucket = bucket.ok_or_else(|| {
        usage_failure(
            "`--state-machine` needs `--bucket`, where it writes (stack output `BucketName`)",
        )
    })?;
    // One execution reads one prefix, because two would give two summaries.
    let [path] = &*args.paths else {
        return Err(usage_failure(
            "`--state-machine` takes one path, such as `s3://bucket/AWSLogs/`",
        ));
    };
    let input = execution_input(path, args.period.since, args.period.until)?;
    let shown = ShownFindings::new(&args.filter, None)?;
    let stack = Stack::connect(arn, bucket)?;
    let report = run_to_its_end(&stack, input, EXECUTION_PAUSE)?;
    let finished = FinishedAudit::InStack(&report, &shown, hub);
    print(&finished, args.format.writer(), args.output.as_deref())?;
    shown.report_hidden(&report.findings);
    tell_summary(&report.summary);
    Ok(Exit::of_audit(
        &report.findings,
        args.fail,
        report.summary.unread_count == 0,
    ))
}

/// Prints notes about the run on stderr.
fn tell_summary(summary: &HistorySummary) {
    for notice in &summary.notices {
        stdout::line_on_stderr(&format!("rolewatch: {}", harmless(notice)));
    }
    tell_entries(
        &summary.not_evidence,
        summary.not_evidence_count,
        "are not evidence",
    );
    tell_entries(&summary.unread, summary.unread_count, "couldn't be read");
    stdout::line_on_stderr(&format!(
        "rolewatch: {}",
        totals::account_line(&summary.counts)
    ));
}

/// Prints the first entries one by one. `count` is the total, because the summary itself has only
/// some of them.
fn tell_entries(entries: &[UnreadEntry], count: u64, they: &str) {
    let told = entries.get(..FAULTS_TOLD).unwrap_or(entries);
    for entry in told {
        let record = match entry.record {
            Some(record) => format!(": record {record}"),
            None => String::new(),
        };
        stdout::line_on_stderr(&format!(
            "rolewatch: {}{record}: {}",
            shown_path(Path::new(&entry.file)),
            harmless(&entry.reason)
        ));
    }
    // The count comes from outside, so it may be lower than the number of entries.
    let untold = count.saturating_sub(length(told));
    if untold > 0 {
        stdout::line_on_stderr(&format!(
            "rolewatch: … and {untold} more that {they} (`--format json` lists them)"
        ));
    }
}

fn usage_failure(text: &str) -> Failure {
    Failure::Usage(text.to_owned())
}

/// The input of `history.asl.json`.
fn execution_input(
    path: &Path,
    since: Option<Moment>,
    until: Option<Moment>,
) -> Result<String, Failure> {
    match bucket_and_prefix(path) {
        Some((bucket, prefix)) if !bucket.is_empty() => Ok(json!({
            "bucket": bucket,
            "prefix": prefix,
            "since": since,
            "until": until,
        })
        .to_string()),
        _ => Err(usage_failure(
            "`--state-machine` reads from S3: give a prefix such as `s3://bucket/AWSLogs/`",
        )),
    }
}

/// Starts an execution, waits for its end and fetches what it wrote.
fn run_to_its_end(
    machine: &impl Machine,
    input: String,
    pause: Duration,
) -> Result<HistoryReport, Failure> {
    let execution = machine
        .start(input)
        .map_err(|why| Failure::Aws(format!("can't start the state machine: {why}")))?;
    // Printed at once, so that the execution can still be found if the command is interrupted.
    let shown = harmless(&execution);
    stdout::line_on_stderr(&format!("rolewatch: started `{shown}`"));
    let output = wait_for(machine, &execution, &shown, pause)?;
    report_of(machine, &output).map_err(|Unusable { what, why }| {
        Failure::Aws(format!("can't use {what} of `{shown}`: {}", harmless(&why)))
    })
}

/// Waits for the output of the execution.
fn wait_for(
    machine: &impl Machine,
    execution: &str,
    shown: &str,
    pause: Duration,
) -> Result<String, Failure> {
    let bar = WaitingBar::begin();
    loop {
        let state = machine
            .describe(execution)
            .map_err(|why| Failure::Aws(format!("can't get the status of `{shown}`: {why}")))?;
        match state {
            // The total grows while the prefix is listed.
            ExecutionState::Running { done, total } => bar.show(done, total),
            ExecutionState::Done(output) => return Ok(output),
            ExecutionState::Ended(why) => {
                return Err(Failure::Aws(format!(
                    "`{shown}` didn't finish: {}",
                    harmless(&why)
                )));
            }
        }
        thread::sleep(pause);
    }
}

/// An object that an execution wrote, and why it can't be used.
struct Unusable {
    what: String,
    why: String,
}

impl Unusable {
    fn new(what: &str, why: &impl fmt::Display) -> Self {
        Self {
            what: what.to_owned(),
            why: why.to_string(),
        }
    }
}

/// Fetches what an execution wrote, using the keys in its output.
fn report_of(machine: &impl Machine, output: &str) -> Result<HistoryReport, Unusable> {
    let output: ExecutionOutput =
        serde_json::from_str(output).map_err(|why| Unusable::new("the output", &why))?;
    let mut findings = Vec::new();
    for line in text_of(machine, &output.findings)?.lines() {
        findings.push(Finding::from_json(line).map_err(|why| Unusable::new("a finding", &why))?);
    }
    let summary = text_of(machine, &output.summary)?;
    // The summary is also kept as it was written, so that `json` shows what a newer stack adds.
    Ok(HistoryReport {
        findings,
        summary: serde_json::from_str(&summary)
            .map_err(|why| Unusable::new("the summary", &why))?,
        written: RawValue::from_string(summary)
            .map_err(|why| Unusable::new("the summary", &why))?,
    })
}

/// An object that an execution wrote, as text.
fn text_of(machine: &impl Machine, key: &str) -> Result<String, Unusable> {
    let name = format!("`{}`", harmless(key));
    let bytes = machine
        .fetch(key)
        .map_err(|why| Unusable::new(&name, &why))?;
    String::from_utf8(bytes).map_err(|why| Unusable::new(&name, &why))
}

#[cfg(test)]
mod tests;
