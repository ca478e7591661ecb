//! `rolewatch audit s3://… --state-machine ARN`: the logs are read where they lie, by the stack;
//! this waits and prints what was found.

#[cfg(feature = "aws")]
mod aws;
#[cfg(not(feature = "aws"))]
mod without_aws;

use std::io::Write;
use std::path::Path;
use std::thread;
use std::time::Duration;

use rolewatch_guard::moment::Moment;
use rolewatch_guard::untrusted::harmless;
use rolewatch_guard::{Finding, Totals};
use serde::{Deserialize, Serialize};
use serde_json::json;
use serde_json::value::RawValue;

#[cfg(feature = "aws")]
use aws::Stack;
#[cfg(not(feature = "aws"))]
use without_aws::Stack;

use super::allowed::SwitchAllowances;
use super::objects::place;
use super::progress::WaitingBar;
use super::totals;
use crate::args::{AuditArgs, Format};
use crate::exit::{Exit, Failure, shown_path};
use crate::report::{csv, ndjson};
use crate::stdout;

/// How often is looked whether it is done.
const PAUSE: Duration = Duration::from_secs(5);

/// How many of the things that could not be read are told on stderr.
const TOLD: usize = 50;

/// The state machine, and the bucket it writes to.
trait Machine {
    /// Starts it, and gives the execution's ARN.
    fn start(&self, input: String) -> Result<String, String>;

    /// How it stands.
    fn look(&self, execution: &str) -> Result<ExecutionState, String>;

    /// What it wrote.
    fn fetch(&self, key: &str) -> Result<Vec<u8>, String>;
}

/// How an execution stands.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(
    not(any(feature = "aws", test)),
    expect(dead_code, reason = "nothing is ever started")
)]
enum ExecutionState {
    /// Batches done, of so many as are known.
    Running { done: u64, total: u64 },
    /// Its output.
    Done(String),
    /// It failed or was stopped, and why.
    Ended(String),
}

#[derive(Deserialize)]
struct ExecutionOutput {
    findings: String,
    summary: String,
}

/// What is used of `summary.json`.
#[derive(Deserialize)]
struct HistorySummary {
    counts: Totals,
    unread: Vec<UnreadEntry>,
    unread_count: u64,
    #[serde(default)]
    not_evidence: Vec<UnreadEntry>,
    #[serde(default)]
    not_evidence_count: u64,
    notices: Vec<String>,
    /// Of an older stack there are none.
    #[serde(default)]
    near_misses: Vec<String>,
}

#[derive(Deserialize)]
struct UnreadEntry {
    file: String,
    record: Option<u64>,
    reason: String,
}

/// What came of a run.
struct HistoryReport {
    findings: Vec<Finding>,
    summary: HistorySummary,
    /// As it was written.
    document: Box<RawValue>,
}

/// Runs it and prints its findings.
pub(super) fn run(args: &AuditArgs, arn: &str) -> Result<Exit, Failure> {
    let bucket = args.bucket.as_deref().filter(|bucket| !bucket.is_empty());
    let bucket = bucket.ok_or_else(|| {
        usage("a state machine needs `--bucket`: the stack's output `BucketName`, where it writes")
    })?;
    let [path] = &*args.paths else {
        return Err(usage(
            "a state machine takes one path, as in `s3://bucket/AWSLogs/`",
        ));
    };
    let input = input(path, args.since, args.until)?;
    let outcome = outcome(&Stack::connect(arn, bucket)?, input, PAUSE)?;
    print(&outcome, args.format)?;
    let HistorySummary {
        counts,
        unread,
        unread_count,
        not_evidence,
        not_evidence_count,
        notices,
        ..
    } = &outcome.summary;
    for notice in notices {
        stdout::tell(&format!("rolewatch: {}", harmless(notice)));
    }
    tell(not_evidence, *not_evidence_count, "are not evidence");
    tell(unread, *unread_count, "could not be read");
    stdout::tell(&format!("rolewatch: {}", totals::line(counts)));
    Ok(Exit::of_audit(
        &outcome.findings,
        args.fail_on,
        *unread_count == 0,
    ))
}

/// The first of them one by one.
fn tell(these: &[UnreadEntry], count: u64, they: &str) {
    for UnreadEntry {
        file,
        record,
        reason,
    } in these.iter().take(TOLD)
    {
        let record = record.map_or_else(String::new, |record| format!(": record {record}"));
        stdout::tell(&format!(
            "rolewatch: {}{record}: {}",
            shown_path(Path::new(file)),
            harmless(reason)
        ));
    }
    let untold = count.saturating_sub(u64::try_from(these.len().min(TOLD)).unwrap_or(0));
    if untold > 0 {
        stdout::tell(&format!(
            "rolewatch: … and {untold} more that {they} (`--format json` names them)"
        ));
    }
}

fn usage(text: &str) -> Failure {
    Failure::Usage(text.to_owned())
}

/// The input of `history.asl.json`.
fn input(path: &Path, since: Option<Moment>, until: Option<Moment>) -> Result<String, Failure> {
    let named = place(path).filter(|(bucket, _)| !bucket.is_empty());
    let (bucket, prefix) = named.ok_or_else(|| {
        usage("a state machine reads from S3: give the prefix as in `s3://bucket/AWSLogs/`")
    })?;
    Ok(json!({ "bucket": bucket, "prefix": prefix, "since": since, "until": until }).to_string())
}

fn outcome(
    machine: &impl Machine,
    input: String,
    pause: Duration,
) -> Result<HistoryReport, Failure> {
    let execution = machine
        .start(input)
        .map_err(|why| Failure::Usage(format!("the state machine cannot be started: {why}")))?;
    let shown = harmless(&execution);
    stdout::tell(&format!("rolewatch: started `{shown}`"));
    let waiting = WaitingBar::begin();
    let output = loop {
        match machine
            .look(&execution)
            .map_err(|why| Failure::Usage(format!("how `{shown}` stands is not known: {why}")))?
        {
            ExecutionState::Running { done, total } => waiting.show(done, total),
            ExecutionState::Done(output) => break output,
            ExecutionState::Ended(why) => {
                return Err(Failure::Usage(format!(
                    "`{shown}` did not come to an end: {}",
                    harmless(&why)
                )));
            }
        }
        thread::sleep(pause);
    };
    drop(waiting);
    let unusable = |what: &str, why: &str| {
        Failure::Usage(format!(
            "{what} of `{shown}` cannot be used: {}",
            harmless(why)
        ))
    };
    let output: ExecutionOutput =
        serde_json::from_str(&output).map_err(|why| unusable("the output", &why.to_string()))?;
    let text = |key: &str| {
        let bytes = machine
            .fetch(key)
            .map_err(|why| unusable(&format!("`{}`", harmless(key)), &why))?;
        String::from_utf8(bytes)
            .map_err(|why| unusable(&format!("`{}`", harmless(key)), &why.to_string()))
    };
    let findings = text(&output.findings)?
        .lines()
        .map(Finding::from_json)
        .collect::<Result<_, _>>();
    let document = text(&output.summary)?;
    Ok(HistoryReport {
        findings: findings.map_err(|why| unusable("a finding", &why.to_string()))?,
        summary: serde_json::from_str(&document)
            .map_err(|why| unusable("the summary", &why.to_string()))?,
        document: RawValue::from_string(document)
            .map_err(|why| unusable("the summary", &why.to_string()))?,
    })
}

#[derive(Serialize)]
struct HistoryDocument<'a> {
    findings: &'a [Finding],
    summary: &'a RawValue,
}

fn print(
    HistoryReport {
        findings,
        summary,
        document,
    }: &HistoryReport,
    format: Format,
) -> Result<(), Failure> {
    match format {
        Format::Ndjson => stdout::print_plain(|out| {
            ndjson::write(
                findings,
                &SwitchAllowances::default(),
                &summary.near_misses,
                out,
            )
        }),
        Format::Csv => stdout::print_plain(|out| csv::write(findings, &summary.near_misses, out)),
        Format::Json => stdout::print_plain(|out| {
            serde_json::to_writer_pretty(
                &mut *out,
                &HistoryDocument {
                    findings,
                    summary: document,
                },
            )?;
            out.write_all(b"\n")
        }),
        Format::Table => {
            stdout::print(|out| findings.iter().try_for_each(|finding| line(finding, out)))
        }
    }
}

fn line(finding: &Finding, out: &mut dyn Write) -> std::io::Result<()> {
    let Finding {
        time,
        rule,
        verdict,
        severity,
        role,
        caller,
        message,
        ..
    } = finding;
    writeln!(
        out,
        "{time}  {rule}  {} ({})  {} -> {role}",
        verdict.as_str(),
        severity.as_str(),
        caller.name
    )?;
    writeln!(out, "    {message}")
}

#[cfg(test)]
mod tests;
