//! The reduce step: one engine run over everything that was read.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};

use flate2::read::GzDecoder;
use futures_util::stream::{self, StreamExt};
use rolewatch_guard::arn::RoleArn;
use rolewatch_guard::delivery::Delivery;
use rolewatch_guard::intake::{Intake, IntakeCounts, TakenIn};
use rolewatch_guard::policy::{Policy, PolicyHash};
use rolewatch_guard::{
    FileTotals, Finding, Judgement, RecordTotals, Scope, Totals, judge, unmatched,
};
use rolewatch_live::port::{StoredObject, Trouble};
use rolewatch_live::rulebook::Rulebook;
use serde_json::{Value, json};

use super::{Fault, FileRead, Footer, NAMED, Reduce, Summary, folder};
use crate::{ArchivePorts, refused};

/// How many extracts are fetched at a time.
const AT_ONCE: usize = 32;

/// The beginning of the line after a file's records. Reduced records don't have this member.
const FOOTER: &[u8] = b"{\"rolewatch_file\":";

/// Judges all extracts of a run, and writes `findings.ndjson` and `summary.json`.
pub(crate) async fn reduce<O: ArchivePorts>(
    outside: &O,
    book: &Rulebook,
    asked: &Reduce,
) -> Result<Value, Trouble> {
    let folder = folder(&asked.run).ok_or_else(|| {
        refused(
            "the run",
            "its name may contain only letters, digits, `-` and `_`",
        )
    })?;
    let mut all = ReadSoFar::new(&book.policy);
    let read = extracts(outside, &folder, &mut all).await?;
    losses(outside, &folder, &read, &mut all).await?;
    check_complete(&all, asked, book)?;

    let judged = judge_all(all, asked, book);
    let counts = judged.counts;
    let unread_count = judged.unread_count;
    let findings = format!("{folder}/findings.ndjson");
    let summary = format!("{folder}/summary.json");
    outside
        .put(&findings, json_lines(&judged.judgement.findings)?)
        .await?;
    // Written last: when the summary exists, so do the findings.
    outside
        .put(&summary, judged.summary(asked, book.policy.version_hash)?)
        .await?;
    Ok(json!({
        "findings": findings,
        "summary": summary,
        "violations": counts.findings.violations,
        "unreadable": unread_count,
    }))
}

/// Refuses to judge only a part of what was listed, or what was read with another policy. Either
/// would report as clean what nobody looked at.
fn check_complete(all: &ReadSoFar<'_>, asked: &Reduce, book: &Rulebook) -> Result<(), Trouble> {
    let refused = |why: &str| Err(refused("judging the extracts", why));
    if all.files.met == 0 {
        return refused("no log files were read; check the prefix");
    }
    if let Some(listed) = asked.listed
        && listed != all.accounted
    {
        return refused(&format!(
            "{listed} files were listed, but only {} are accounted for; start again",
            all.accounted
        ));
    }
    let hash = book.policy.version_hash.to_string();
    if all.policies.iter().any(|policy| *policy != hash) {
        // Records that were irrelevant under one policy may be relevant under the other.
        return refused("the policy changed while the logs were being read; start again");
    }
    Ok(())
}

/// The result of one engine run.
struct JudgedRun {
    judgement: Judgement,
    counts: Totals,
    unread: Vec<Fault>,
    unread_count: u64,
    not_evidence: Vec<Fault>,
    not_evidence_count: u64,
}

fn judge_all(all: ReadSoFar<'_>, asked: &Reduce, book: &Rulebook) -> JudgedRun {
    let TakenIn {
        world, kept, near, ..
    } = all.intake.finish();
    let scope = Scope {
        as_of: asked.until,
        since: asked.since,
        until: asked.until,
    };
    let mut judgement = judge(&world, &book.policy, &book.rosters, scope, &mut |_| ());
    judgement.note_unmatched(&unmatched(&world, &book.policy, &book.rosters, &near));
    let mut counts = Totals {
        files: all.files,
        records: records(kept),
        ..Totals::default()
    };
    counts.add_judgement(&judgement);
    let (unread, unread_count) = all.unread.finish();
    let (not_evidence, not_evidence_count) = all.not_evidence.finish();
    JudgedRun {
        judgement,
        counts,
        unread,
        unread_count,
        not_evidence,
        not_evidence_count,
    }
}

impl JudgedRun {
    fn summary(self, asked: &Reduce, policy: PolicyHash) -> Result<Vec<u8>, Trouble> {
        let summary = Summary {
            run: asked.run.clone(),
            policy,
            since: asked.since,
            until: asked.until,
            as_of: self.judgement.as_of,
            counts: self.counts,
            unread: self.unread,
            unread_count: self.unread_count,
            not_evidence: self.not_evidence,
            not_evidence_count: self.not_evidence_count,
            rules_off: self.judgement.rules_off,
            notices: self.judgement.notices,
            near_misses: self.judgement.near_misses,
        };
        serde_json::to_vec_pretty(&summary).map_err(|why| unwritten(&why))
    }
}

/// One finding per line.
fn json_lines(findings: &[Finding]) -> Result<Vec<u8>, Trouble> {
    let mut lines = Vec::new();
    for finding in findings {
        serde_json::to_writer(&mut lines, finding).map_err(|why| unwritten(&why))?;
        lines.push(b'\n');
    }
    Ok(lines)
}

fn unwritten(why: &serde_json::Error) -> Trouble {
    refused("writing the findings", &why.to_string())
}

fn records(kept: IntakeCounts) -> RecordTotals {
    let IntakeCounts {
        of_use,
        duplicates,
        contradicting,
        not_relevant,
        not_evidence,
        unread,
        partly_unread,
    } = kept;
    let met = of_use + not_relevant + not_evidence + unread;
    RecordTotals {
        met,
        kept: of_use,
        duplicates,
        contradicting,
        not_relevant,
        not_evidence,
        unread,
        partly_unread,
    }
}

/// Reads the extracts of all batches, and returns the names of the batches.
async fn extracts<O: ArchivePorts>(
    outside: &O,
    folder: &str,
    all: &mut ReadSoFar<'_>,
) -> Result<BTreeSet<String>, Trouble> {
    let extracts = outside.list(&format!("{folder}/extract/")).await?;
    let mut read = BTreeSet::new();
    let mut objects = stream::iter(extracts)
        .map(|(key, _)| async move { (outside.get(&key, None).await, key) })
        .buffer_unordered(AT_ONCE);
    while let Some((object, key)) = objects.next().await {
        let StoredObject::Found { bytes, .. } = object? else {
            return Err(refused(&key, "it no longer exists"));
        };
        all.extract(&bytes)
            .map_err(|why| refused(&key, &why.to_string()))?;
        read.insert(batch_name(&key).to_owned());
    }
    Ok(read)
}

/// Reads the notes about batches that couldn't be read.
async fn losses<O: ArchivePorts>(
    outside: &O,
    folder: &str,
    read: &BTreeSet<String>,
    all: &mut ReadSoFar<'_>,
) -> Result<(), Trouble> {
    for (key, _) in outside.list(&format!("{folder}/failed/")).await? {
        // The function did its work, but Step Functions didn't get the answer.
        if read.contains(batch_name(&key)) {
            continue;
        }
        let StoredObject::Found { bytes, .. } = outside.get(&key, None).await? else {
            return Err(refused(&key, "it no longer exists"));
        };
        let faults: Vec<Fault> =
            serde_json::from_slice(&bytes).map_err(|why| refused(&key, &why.to_string()))?;
        let count = faults.len() as u64;
        all.accounted += count;
        all.files.met += count;
        all.files.unreadable += count;
        all.unread.add(faults, count);
    }
    Ok(())
}

/// The name of a batch, from the key of its extract or of the note that it was lost.
fn batch_name(key: &str) -> &str {
    let file = key.rsplit('/').next().unwrap_or(key);
    file.split('.').next().unwrap_or(file)
}

/// Everything that was read.
struct ReadSoFar<'p> {
    intake: Intake<'p>,
    /// Files whose result is known: either their records or the reason why they couldn't be read.
    accounted: u64,
    files: FileTotals,
    unread: NamedFaults,
    not_evidence: NamedFaults,
    policies: BTreeSet<String>,
}

impl<'p> ReadSoFar<'p> {
    fn new(policy: &'p Policy) -> Self {
        Self {
            intake: Intake::new(policy),
            accounted: 0,
            files: FileTotals::default(),
            unread: NamedFaults::default(),
            not_evidence: NamedFaults::default(),
            policies: BTreeSet::new(),
        }
    }

    fn extract(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        let mut lines = BufReader::new(GzDecoder::new(bytes));
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line)? > 0 {
            if line.starts_with(FOOTER) {
                self.add_file(serde_json::from_slice::<Footer>(&line)?.file);
            } else if let Err(problem) = self.intake.take_record(&line, Delivery::default()) {
                // The map step read the same text with the same engine, and named the unreadable
                // details.
                return Err(std::io::Error::other(problem.to_string()));
            }
            line.clear();
        }
        Ok(())
    }

    fn add_file(&mut self, file: FileRead) {
        let FileRead {
            policy,
            files,
            not_relevant,
            unread,
            faults,
            fault_count,
            not_evidence,
            not_evidence_count,
            near,
            ..
        } = file;
        self.intake
            .note_near(near.iter().filter_map(|role| RoleArn::parse(role).ok()));
        self.accounted += 1;
        self.files.met += files.met;
        self.files.read += files.read;
        self.files.skipped += files.skipped;
        self.files.unreadable += files.unreadable;
        self.intake.count(IntakeCounts {
            not_relevant,
            unread,
            not_evidence: not_evidence_count,
            ..IntakeCounts::default()
        });
        self.policies.insert(policy);
        self.unread.add(faults, fault_count);
        self.not_evidence.add(not_evidence, not_evidence_count);
    }
}

/// The first faults by place, and how many there are.
#[derive(Default)]
struct NamedFaults {
    first: Vec<Fault>,
    count: u64,
}

impl NamedFaults {
    fn add(&mut self, faults: Vec<Fault>, count: u64) {
        self.count += count;
        self.first.extend(faults);
        if self.first.len() >= 2 * NAMED {
            self.keep_first();
        }
    }

    /// INVARIANT (order): which faults are kept doesn't depend on the order in which they came.
    fn keep_first(&mut self) {
        self.first.sort();
        self.first.truncate(NAMED);
    }

    fn finish(mut self) -> (Vec<Fault>, u64) {
        self.keep_first();
        (self.first, self.count)
    }
}
