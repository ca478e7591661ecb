//! What the records of a file mean, and how each rule judges them together.

mod read;

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::slice;

use anstyle::{AnsiColor, Style};
use rolewatch_archive::Counts;
use rolewatch_guard::arn::RoleArn;
use rolewatch_guard::catalogue;
use rolewatch_guard::review::allowed_by;
use rolewatch_guard::seen::Seen;
use rolewatch_guard::untrusted::harmless;
use rolewatch_guard::world::World;
use rolewatch_guard::{Judgement, RolesMet, Scope, Verdict, judge, unmatched};

use super::{facts, missing};
use crate::args::ExplainArgs;
use crate::audit::inputs::AuditInputs;
use crate::exit::{Exit, Failure, shown_path};
use crate::report::words::{counted, listed, number, padded, place, wrap};
use crate::stdout;
use read::{ExplainedRecord, ExplainedRecords, RecordReader};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const LABEL: usize = 14;

pub(super) fn run(args: &ExplainArgs) -> Result<Exit, Failure> {
    let inputs = inputs(args)?;
    let met = inputs.as_ref().map(|inputs| RolesMet::new(&inputs.policy));
    let may_be = |role: &RoleArn| met.as_ref().is_none_or(|met| met.may_be_elevated(role));
    let mut reader = RecordReader::new(&may_be);
    let counts = reader.read(&args.what)?;
    let records = reader.records;
    stdout::print(|out| tell(&records, inputs.as_ref(), out))?;
    records.not_evidence.tell_not_evidence();
    records.unread.tell();
    if let Some(inputs) = &inputs {
        inputs.tell_roster_faults();
    }
    if let (Some(inputs), Some(met)) = (&inputs, met) {
        tell_near_misses(&records, inputs, &met.into_near());
    }
    stdout::tell(&summary(&counts, &records));
    let is_complete =
        records.unread.is_empty() && inputs.is_none_or(|inputs| inputs.roster_faults.is_empty());
    Ok(if is_complete {
        Exit::Clean
    } else {
        Exit::Incomplete
    })
}

/// Policy and rosters. Without a policy records are still told, so that is a warning.
fn inputs(args: &ExplainArgs) -> Result<Option<AuditInputs>, Failure> {
    match AuditInputs::find(slice::from_ref(&args.what), &args.sources) {
        Ok(inputs) => Ok(Some(inputs)),
        Err(failure @ Failure::NoPolicy { .. }) => {
            stdout::tell_warning(&format!(
                "{failure}\nwithout a policy no rule judges; every role counts as elevated"
            ));
            Ok(None)
        }
        Err(failure) => Err(failure),
    }
}

/// Each record, then how the rules judge them all.
fn tell(
    records: &ExplainedRecords,
    inputs: Option<&AuditInputs>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let columns = stdout::columns();
    let all: Vec<&Seen> = records.all().collect();
    for record in &records.told {
        one(record, &all, columns, out)?;
    }
    if records.untold > 0 {
        writeln!(
            out,
            "{DIM}… and {}, not told one by one but judged{DIM:#}\n",
            counted(records.untold, "more record", "more records")
        )?;
    }
    match inputs {
        Some(inputs) => judged(&all, inputs, columns, out),
        None => Ok(()),
    }
}

/// Entries of the policy that only just miss a role of the records.
fn tell_near_misses(records: &ExplainedRecords, inputs: &AuditInputs, near: &BTreeSet<RoleArn>) {
    let world = world_of(records.all());
    for entry in unmatched(&world, &inputs.policy, &inputs.rosters, near) {
        if entry.is_near_miss() {
            stdout::tell_warning(&format!(
                "{}: line {}: {entry}",
                shown_path(&inputs.policy_file),
                entry.line
            ));
        }
    }
}

/// The last line on stderr.
fn summary(counts: &Counts, of_file: &ExplainedRecords) -> String {
    let unread = of_file.unread.count() - of_file.details;
    let partly_unread = of_file.partly;
    let not_evidence = of_file.not_evidence.count();
    let records = counted(counts.records, "record", "records");
    let others = counted(counts.other_documents, "document", "documents");
    let beside = listed([
        (
            partly_unread,
            format!("{} only in part", number(partly_unread)),
        ),
        (
            not_evidence,
            format!("{} not evidence", number(not_evidence)),
        ),
        (
            counts.other_documents,
            format!("{others} not of CloudTrail"),
        ),
    ]);
    let comma = if beside.is_empty() { "" } else { ", " };
    format!(
        "rolewatch: {records}, {} could not be read{comma}{beside}",
        number(unread)
    )
}

fn one(
    record: &ExplainedRecord,
    all: &[&Seen],
    columns: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(
        out,
        "{BOLD}record {}: {}{BOLD:#}",
        number(record.number),
        record.title
    )?;
    let Some(seen) = &record.seen else {
        let text = "not relevant: neither of STS, sign-in, IAM or Identity Center, nor by a \
                    session of an elevated role";
        line("what it is", text, columns, out)?;
        return writeln!(out);
    };
    line(
        "recorded in",
        &format!("account {}{}", seen.key.account, region(seen)),
        columns,
        out,
    )?;
    for (label, text) in facts::of(seen) {
        line(label, &text, columns, out)?;
    }
    for problem in &seen.unread {
        line("unreadable", &problem.of_detail(), columns, out)?;
    }
    for text in missing::beside(seen, all) {
        line("to complete", &text, columns, out)?;
    }
    writeln!(out)
}

fn region(seen: &Seen) -> String {
    seen.region
        .as_deref()
        .map(|region| format!(", {}", harmless(region)))
        .unwrap_or_default()
}

fn line(label: &str, text: &str, columns: usize, out: &mut dyn Write) -> io::Result<()> {
    let mut first = format!("  {DIM}{}{DIM:#}", padded(label, LABEL));
    for line in wrap(text, columns.saturating_sub(2 + LABEL)) {
        writeln!(out, "{first}{line}")?;
        first = " ".repeat(2 + LABEL);
    }
    Ok(())
}

fn world_of<'s>(all: impl Iterator<Item = &'s Seen>) -> World {
    let mut world = World::default();
    for seen in all {
        world.add(seen.clone());
    }
    world
}

/// How every rule answers, over all records of the file.
fn judged(
    all: &[&Seen],
    inputs: &AuditInputs,
    columns: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let world = world_of(all.iter().copied());
    let mut told: BTreeSet<(&'static str, String)> = BTreeSet::new();
    let mut written = Ok(());
    let judgement = judge(
        &world,
        &inputs.policy,
        &inputs.rosters,
        Scope::default(),
        &mut |examined| {
            let role = examined.switch.role.as_ref().map_or_else(
                || "an unknown role".to_owned(),
                |role| place(role.as_str(), &inputs.policy),
            );
            let (time, who) = (examined.switch.key.second, harmless(&examined.origin.name));
            let mut write = || -> io::Result<()> {
                writeln!(out, "{BOLD}switch into {role} at {time} by {who}{BOLD:#}")?;
                for (rule, verdict, because) in examined.answers() {
                    told.insert((rule.code, because.to_owned()));
                    answer(verdict, rule.code, rule.name, because, columns, out)?;
                    if verdict == Verdict::Violation
                        && let Some(allowed) =
                            allowed_by(examined, rule.code, &inputs.files, &inputs.policy)
                    {
                        line("", &allowed.to_string(), columns, out)?;
                    }
                }
                writeln!(out)
            };
            if written.is_ok() {
                written = write();
            }
        },
    );
    written?;
    others(&judgement, &told, columns, out)
}

/// Findings that are of no single switch: stretches, days, denials and root.
fn others(
    judgement: &Judgement,
    told: &BTreeSet<(&'static str, String)>,
    columns: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let findings = judgement
        .findings
        .iter()
        .chain(judgement.suppressed.iter().map(|hidden| &hidden.finding));
    let mut spoken: BTreeSet<&str> = told.iter().map(|(code, _)| *code).collect();
    let rest: Vec<_> = findings
        .filter(|finding| !told.contains(&(finding.rule, finding.message.clone())))
        .collect();
    if !rest.is_empty() {
        writeln!(out, "{BOLD}beyond single switches{BOLD:#}")?;
        for finding in rest {
            spoken.insert(finding.rule);
            answer(
                finding.verdict,
                finding.rule,
                finding.name,
                &finding.message,
                columns,
                out,
            )?;
        }
        writeln!(out)?;
    }
    if spoken.is_empty() {
        writeln!(
            out,
            "No rule was asked: the records show no switch into an elevated role, and no refusal \
             of one."
        )?;
        return Ok(());
    }
    let asked = catalogue::of_records().filter(|rule| !rule.is_live_only());
    let silent: Vec<&str> = asked
        .map(|rule| rule.code)
        .filter(|code| !spoken.contains(code))
        .collect();
    if !silent.is_empty() {
        writeln!(out, "{DIM}nothing to say: {}{DIM:#}", silent.join(", "))?;
    }
    Ok(())
}

fn answer(
    verdict: Verdict,
    code: &str,
    name: &str,
    because: &str,
    columns: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let color = match verdict {
        Verdict::Allow => AnsiColor::Green,
        Verdict::Violation => AnsiColor::Red,
        Verdict::Unproven => AnsiColor::Magenta,
        Verdict::NotApplicable => AnsiColor::BrightBlack,
    };
    let style = Style::new().fg_color(Some(color.into()));
    let names = catalogue::of_records()
        .map(|rule| rule.name.len())
        .max()
        .unwrap_or(0);
    let mut first = format!(
        "  {style}{}{style:#}  {code} {}  ",
        padded(verdict.as_str(), LABEL),
        padded(name, names)
    );
    let indent = 2 + LABEL + 2 + code.len() + 1 + names + 2;
    for line in wrap(because, columns.saturating_sub(indent)) {
        writeln!(out, "{first}{line}")?;
        first = " ".repeat(indent);
    }
    Ok(())
}
