//! Judges any amount of history as a whole.
//!
//! Step Functions (`history.asl.json`) lists the objects under a prefix, part by part ([`list`]),
//! and reads each part in batches, many at a time ([`extract`]). The relevant records of each batch
//! are stored, reduced, under `history/RUN/extract/` in the stack's bucket. Then a single engine
//! run over all of them ([`reduce`]) writes the findings. Every step can be repeated, because it
//! writes the same objects again.

mod extract;
mod list;
mod lost;
mod reduce;

use std::collections::BTreeMap;

use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::{PolicyHash, RuleOff};
use rolewatch_guard::text::Text;
use rolewatch_guard::{FileTotals, Totals};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

pub(crate) use extract::extract;
pub(crate) use list::list;
pub(crate) use lost::report_lost;
pub(crate) use reduce::reduce;

/// How many things that couldn't be read are named in a summary.
const NAMED: usize = 10_000;

/// A request of the state machine.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum HistoryStep {
    /// List the files, starting after the ones listed so far.
    List(List),
    /// Read a batch of files.
    Map(FileBatch),
    /// Note that a batch couldn't be read, for whatever reason.
    Lost(Lost),
    /// Judge everything that was read.
    Reduce(Reduce),
}

/// Parses a request of the state machine. `None`: the payload isn't from the state machine.
pub(crate) fn step_of(payload: &str) -> Option<Result<HistoryStep, serde_json::Error>> {
    let members: BTreeMap<String, &RawValue> = serde_json::from_str(payload).ok()?;
    ["list", "map", "lost", "reduce"]
        .iter()
        .any(|name| members.contains_key(*name))
        .then(|| serde_json::from_str(payload))
}

/// Which files to list.
#[derive(Debug, Deserialize)]
pub(crate) struct List {
    /// The run's name.
    pub(crate) run: String,
    pub(crate) bucket: String,
    pub(crate) prefix: String,
    /// The last key of the previous parts.
    pub(crate) after: Option<String>,
    /// How many files those parts name.
    pub(crate) files: u64,
}

/// Files of one bucket.
#[derive(Debug, Deserialize)]
pub(crate) struct FileBatch {
    /// The run's name.
    pub(crate) run: String,
    pub(crate) bucket: String,
    pub(crate) keys: Vec<String>,
}

/// A batch for which the function failed repeatedly.
#[derive(Debug, Deserialize)]
pub(crate) struct Lost {
    #[serde(flatten)]
    pub(crate) batch: FileBatch,
    /// The cause in Step Functions' own words.
    pub(crate) cause: String,
}

/// Which switches to judge.
#[derive(Debug, Deserialize)]
pub(crate) struct Reduce {
    /// The run's name.
    pub(crate) run: String,
    pub(crate) since: Option<Moment>,
    pub(crate) until: Option<Moment>,
    /// How many files were listed, if they were listed. All of them have to be accounted for.
    pub(crate) listed: Option<u64>,
}

/// The line after the records of a file.
#[derive(Debug, Serialize, Deserialize)]
struct Footer {
    #[serde(rename = "rolewatch_file")]
    file: FileRead,
}

/// The result of reading a file.
#[derive(Debug, Default, Serialize, Deserialize)]
struct FileRead {
    key: String,
    /// The policy that decided which records matter.
    policy: String,
    files: FileTotals,
    /// Records that weren't kept.
    not_relevant: u64,
    unread: u64,
    /// The first of its faults.
    faults: Vec<Fault>,
    fault_count: u64,
    /// The first of the events that AWS didn't send.
    not_evidence: Vec<Fault>,
    not_evidence_count: u64,
    /// Roles that an entry of the policy narrowly misses. No records about them may have been kept.
    #[serde(default)]
    near: Vec<String>,
}

/// One thing that couldn't be read, in the format of the audit's `json` report.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Fault {
    file: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    record: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    byte: Option<u64>,
    reason: String,
}

/// Written beside the findings.
#[derive(Debug, Serialize)]
struct Summary {
    run: String,
    policy: PolicyHash,
    since: Option<Moment>,
    until: Option<Moment>,
    as_of: Option<Moment>,
    counts: Totals,
    /// The first of them. `unread_count` counts all.
    unread: Vec<Fault>,
    unread_count: u64,
    /// The first of the events that AWS didn't send. `not_evidence_count` counts all.
    not_evidence: Vec<Fault>,
    not_evidence_count: u64,
    /// The rules that the policy turns off.
    rules_off: Vec<RuleOff>,
    notices: Vec<Text>,
    /// The notices about policy entries that narrowly miss a role.
    near_misses: Vec<Text>,
}

/// The folder to which a run writes. Step Functions chooses the run's name: up to 80 letters,
/// digits, `-` and `_`.
fn folder(run: &str) -> Option<String> {
    let plain = (1..=80).contains(&run.len())
        && run
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    plain.then(|| format!("history/{run}"))
}
