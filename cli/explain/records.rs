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
use rolewatch_guard::seen::SeenRecord;
use rolewatch_guard::text::Text;
use rolewatch_guard::untrusted::harmless;
use rolewatch_guard::world::World;
use rolewatch_guard::{
    ExaminedSwitch, Finding, Judgement, RolesMet, Scope, Verdict, judge, unmatched,
};

use super::{facts, missing};
use crate::args::ExplainArgs;
use crate::audit::inputs::AuditInputs;
use crate::exit::{Exit, Failure, shown_path};
use crate::language::{counted, said, say};
use crate::report::words::{self, listed, number, padded, role_in_account, verdict_shown, wrap};
use crate::stdout;
use read::{ExplainedRecord, ExplainedRecords, RecordReader};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const LABEL: usize = 14;

pub(super) fn run(args: &ExplainArgs) -> Result<Exit, Failure> {
    let inputs = inputs(args)?;
    let met = inputs.as_ref().map(|inputs| RolesMet::new(&inputs.policy));
    // Without a policy, any role may be elevated.
    let may_be = |role: &RoleArn| met.as_ref().is_none_or(|met| met.may_be_elevated(role));
    let mut reader = RecordReader::new(&may_be);
    let counts = reader.read(&args.what)?;
    let records = reader.records;
    stdout::print(|out| write_records(&records, inputs.as_ref(), out))?;
    records.not_evidence.tell_not_evidence();
    records.unread.tell_unread();
    if let Some(inputs) = &inputs {
        inputs.tell_roster_faults();
    }
    if let (Some(inputs), Some(met)) = (&inputs, met) {
        tell_near_misses(&records, inputs, &met.into_near());
    }
    stdout::line_on_stderr(&summary(&counts, &records));
    let is_complete =
        records.unread.is_empty() && inputs.is_none_or(|inputs| inputs.roster_faults.is_empty());
    Ok(if is_complete {
        Exit::Clean
    } else {
        Exit::Incomplete
    })
}

/// Policy and rosters. Without a policy, records can still be explained, so that is only a warning.
fn inputs(args: &ExplainArgs) -> Result<Option<AuditInputs>, Failure> {
    match AuditInputs::find(slice::from_ref(&args.what), &args.sources) {
        Ok(inputs) => Ok(Some(inputs)),
        Err(failure @ Failure::NoPolicy { .. }) => {
            stdout::tell_warning(&format!(
                "{failure}\nwithout a policy, no rule is checked and every role counts as elevated"
            ));
            Ok(None)
        }
        Err(failure) => Err(failure),
    }
}

/// Prints each record, then how the rules judge them all.
fn write_records(
    records: &ExplainedRecords,
    inputs: Option<&AuditInputs>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let columns = stdout::columns();
    // What is missing next to a record may be in a later one.
    let all: Vec<&SeenRecord> = records.all_seen().collect();
    for record in &records.told {
        write_record(record, &all, columns, out)?;
    }
    if records.untold > 0 {
        writeln!(
            out,
            "{DIM}{}{DIM:#}\n",
            counted!(
                "… and {n} more record, checked but not shown",
                "… and {n} more records, checked but not shown",
                records.untold
            )
        )?;
    }
    match inputs {
        Some(inputs) => write_judged(&all, inputs, columns, out),
        None => Ok(()),
    }
}

/// Prints the policy entries that narrowly miss a role in the records.
fn tell_near_misses(records: &ExplainedRecords, inputs: &AuditInputs, near: &BTreeSet<RoleArn>) {
    let world = world_of(records.all_seen());
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
    // An unreadable detail is reported like a fault, but its record still counts.
    let unread = of_file.unread.count() - of_file.details;
    let partly_unread = of_file.partly;
    let not_evidence = of_file.not_evidence.count();
    let records = words::counted(counts.records, "record", "records");
    let others = words::counted(counts.other_documents, "document", "documents");
    let beside = listed([
        (
            partly_unread,
            format!("{} partly unread", number(partly_unread)),
        ),
        (
            not_evidence,
            format!("{} not evidence", number(not_evidence)),
        ),
        (
            counts.other_documents,
            format!("{others} not from CloudTrail"),
        ),
    ]);
    let comma = if beside.is_empty() { "" } else { ", " };
    format!(
        "rolewatch: {records}, {} couldn't be read{comma}{beside}",
        number(unread)
    )
}

fn write_record(
    record: &ExplainedRecord,
    all: &[&SeenRecord],
    columns: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(
        out,
        "{BOLD}{}{BOLD:#}",
        say!(
            "record {number}: {title}",
            number = number(record.number),
            title = record.title
        )
    )?;
    let Some(seen) = &record.seen else {
        let text = say!(
            "not relevant: not from STS, sign-in, IAM, or Identity Center, and not by a session of an elevated role"
        );
        write_line(&say!("what it is"), &text, columns, out)?;
        return writeln!(out);
    };
    write_line(
        &say!("recorded in"),
        &say!(
            "account {account}{region}",
            account = seen.key.account,
            region = region(seen)
        ),
        columns,
        out,
    )?;
    for (label, text) in facts::lines_of(seen) {
        write_line(&label, &text, columns, out)?;
    }
    for problem in &seen.unread {
        write_line(&say!("unreadable"), &problem.of_detail(), columns, out)?;
    }
    for text in missing::beside(seen, all) {
        write_line(&say!("missing"), &text, columns, out)?;
    }
    writeln!(out)
}

fn region(seen: &SeenRecord) -> String {
    seen.region
        .as_deref()
        .map(|region| say!(", {region}", region = harmless(region)))
        .unwrap_or_default()
}

fn write_line(label: &str, text: &str, columns: usize, out: &mut dyn Write) -> io::Result<()> {
    let mut first = format!("  {DIM}{}{DIM:#}", padded(label, LABEL));
    for line in wrap(text, columns.saturating_sub(2 + LABEL)) {
        writeln!(out, "{first}{line}")?;
        first = " ".repeat(2 + LABEL);
    }
    Ok(())
}

fn world_of<'s>(all: impl Iterator<Item = &'s SeenRecord>) -> World {
    let mut world = World::default();
    for seen in all {
        world.add(seen.clone());
    }
    world
}

/// Prints each rule's answers for all records of the file.
fn write_judged(
    all: &[&SeenRecord],
    inputs: &AuditInputs,
    columns: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let world = world_of(all.iter().copied());
    let mut answers = AnswerWriter {
        inputs,
        columns,
        out: &mut *out,
        told: BTreeSet::new(),
    };
    // The judge can't be stopped early, so an output error is kept until it is done.
    let mut written = Ok(());
    let judgement = judge(
        &world,
        &inputs.policy,
        &inputs.rosters,
        Scope::default(),
        &mut |examined| {
            if written.is_ok() {
                written = answers.write_switch(examined);
            }
        },
    );
    written?;
    let told = answers.told;
    write_others(&judgement, &told, columns, out)?;
    for off in &judgement.rules_off {
        write_line(&say!("off"), &said(&off.notice()), columns, out)?;
    }
    Ok(())
}

/// Writes the answers about each switch while it is judged.
struct AnswerWriter<'w> {
    inputs: &'w AuditInputs,
    columns: usize,
    out: &'w mut dyn Write,
    /// The rules and sentences already printed, so that no finding is printed twice.
    told: BTreeSet<(&'static str, Text)>,
}

impl AnswerWriter<'_> {
    fn write_switch(&mut self, examined: &ExaminedSwitch<'_>) -> io::Result<()> {
        let AuditInputs { policy, files, .. } = self.inputs;
        let role = match &examined.switch.role {
            Some(role) => role_in_account(role.as_str(), policy),
            None => say!("an unknown role"),
        };
        let time = examined.switch.key.second;
        let who = harmless(&examined.origin.name);
        writeln!(
            self.out,
            "{BOLD}{}{BOLD:#}",
            say!("switch into {role} at {time} by {who}", role, time, who)
        )?;
        for (rule, verdict, because) in examined.answers() {
            self.told.insert((rule.code, because.to_owned()));
            write_answer(
                verdict,
                rule.code,
                rule.name,
                &said(because),
                self.columns,
                self.out,
            )?;
            if verdict == Verdict::Violation
                && let Some(allowed) = allowed_by(examined, rule.code, files, policy)
            {
                write_line("", &said(&allowed.sentence()), self.columns, self.out)?;
            }
        }
        writeln!(self.out)
    }
}

/// Findings that aren't about a single switch: stretches, days, denials and root.
fn write_others(
    judgement: &Judgement,
    told: &BTreeSet<(&'static str, Text)>,
    columns: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut spoken: BTreeSet<&str> = told.iter().map(|(code, _)| *code).collect();
    let mut rest: Vec<&Finding> = judgement.findings.iter().collect();
    // Someone who asks what a record means also wants to see what the policy suppresses.
    rest.extend(judgement.suppressed.iter().map(|hidden| &hidden.finding));
    rest.retain(|finding| !told.contains(&(finding.rule, finding.message.clone())));
    if !rest.is_empty() {
        writeln!(out, "{BOLD}{}{BOLD:#}", say!("other findings"))?;
        for finding in rest {
            spoken.insert(finding.rule);
            write_answer(
                finding.verdict,
                finding.rule,
                finding.name,
                &said(&finding.message),
                columns,
                out,
            )?;
        }
        writeln!(out)?;
    }
    if spoken.is_empty() {
        return writeln!(
            out,
            "{}",
            say!(
                "No rule was checked: the records show no switch into an elevated role, and no denied attempt at one."
            )
        );
    }
    let mut silent = Vec::new();
    for rule in catalogue::of_records() {
        // A rule that only the live guard has wasn't evaluated.
        let is_off = judgement.rules_off.iter().any(|off| off.rule == rule.code);
        if !rule.is_live_only() && !is_off && !spoken.contains(rule.code) {
            silent.push(rule.code);
        }
    }
    if !silent.is_empty() {
        let rules = silent.join(", ");
        let text = say!("nothing to report: {rules}", rules);
        writeln!(out, "{DIM}{text}{DIM:#}")?;
    }
    Ok(())
}

pub(super) fn write_answer(
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
        padded(&verdict_shown(verdict), LABEL),
        padded(name, names)
    );
    let indent = 2 + LABEL + 2 + code.len() + 1 + names + 2;
    for line in wrap(because, columns.saturating_sub(indent)) {
        writeln!(out, "{first}{line}")?;
        first = " ".repeat(indent);
    }
    Ok(())
}
