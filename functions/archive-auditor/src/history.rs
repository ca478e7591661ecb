//! Any amount of history, judged as a whole.
//!
//! Step Functions (`history.asl.json`) has the objects under a prefix listed, part by part
//! ([`list`]), and those of each part read in batches, many at a time ([`extract`]): what matters
//! of each batch lies, reduced, under `history/RUN/extract/` in the bucket of the stack. Then one
//! engine run over all of it ([`reduce`]) writes the findings. Everything can be repeated: each
//! step writes the same objects again.

mod extract;
mod list;
mod lost;
mod reduce;

use std::collections::BTreeMap;

use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::PolicyHash;
use rolewatch_guard::{FileTotals, Totals};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

pub(crate) use extract::extract;
pub(crate) use list::list;
pub(crate) use lost::lost;
pub(crate) use reduce::reduce;

/// How many things that could not be read are named in a summary.
const NAMED: usize = 10_000;

/// What the state machine asks for.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum HistoryStep {
    /// List the files, or those that come after the ones listed so far.
    List(List),
    /// Read a batch of files.
    Map(FileBatch),
    /// Note that a batch could not be read, whatever the reason.
    Lost(Lost),
    /// Judge all that was read.
    Reduce(Reduce),
}

/// What the state machine asks for, if it is the one that asks.
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
    /// The last key of the parts before.
    pub(crate) after: Option<String>,
    /// How many files those name.
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

/// A batch on which the function failed time and again.
#[derive(Debug, Deserialize)]
pub(crate) struct Lost {
    #[serde(flatten)]
    pub(crate) batch: FileBatch,
    /// As Step Functions says it.
    pub(crate) cause: String,
}

/// Which switches to judge.
#[derive(Debug, Deserialize)]
pub(crate) struct Reduce {
    /// The run's name.
    pub(crate) run: String,
    pub(crate) since: Option<Moment>,
    pub(crate) until: Option<Moment>,
    /// How many files were listed, where they were: so many have to be accounted for.
    pub(crate) listed: Option<u64>,
}

/// The line behind the records of a file.
#[derive(Debug, Serialize, Deserialize)]
struct Footer {
    #[serde(rename = "rolewatch_file")]
    file: FileRead,
}

/// What became of a file.
#[derive(Debug, Default, Serialize, Deserialize)]
struct FileRead {
    key: String,
    /// The policy that told what matters.
    policy: String,
    files: FileTotals,
    /// Records of which nothing is kept.
    not_relevant: u64,
    unread: u64,
    /// The first of them.
    faults: Vec<Fault>,
    fault_count: u64,
    /// The first of the events that AWS didn't send.
    not_evidence: Vec<Fault>,
    not_evidence_count: u64,
    /// Roles that an entry of the policy only just misses, and of which no record may be kept.
    #[serde(default)]
    near: Vec<String>,
}

/// One thing that could not be read, as the audit's `json` report has it.
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
    /// The first of them; `unread_count` is of all.
    unread: Vec<Fault>,
    unread_count: u64,
    /// The first of the events that AWS didn't send; `not_evidence_count` is of all.
    not_evidence: Vec<Fault>,
    not_evidence_count: u64,
    notices: Vec<String>,
    /// Of the notices, those about entries of the policy that only just miss a role.
    near_misses: Vec<String>,
}

/// Where a run writes. Its name is Step Functions' own: up to 80 letters, digits, `-` and `_`.
fn folder(run: &str) -> Option<String> {
    let plain = (1..=80).contains(&run.len())
        && run
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    plain.then(|| format!("history/{run}"))
}
