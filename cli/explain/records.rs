//! What the records of a file mean, and how each rule judges them together.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Write};
use std::slice;

use anstyle::{AnsiColor, Style};
use rolewatch_archive::{Counts, Filter, Place, Scratch, Sink, Unread, read_file, read_stream};
use rolewatch_guard::arn::RoleArn;
use rolewatch_guard::delivery::Delivery;
use rolewatch_guard::envelope::{self, NotUsed};
use rolewatch_guard::review::allowed_by;
use rolewatch_guard::rules::ALL;
use rolewatch_guard::seen::{self, Reading, Seen};
use rolewatch_guard::untrusted::harmless;
use rolewatch_guard::world::World;
use rolewatch_guard::{Judgement, RolesMet, Scope, Verdict, judge, unmatched};
use serde::Deserialize;

use super::{facts, missing};
use crate::args::ExplainArgs;
use crate::audit::inputs::Inputs;
use crate::audit::scan::with_folders;
use crate::audit::unread::{Fault, UnreadList};
use crate::exit::{Exit, Failure, shown_path};
use crate::given;
use crate::report::words::{counted, length, listed, number, padded, place, wrap};
use crate::stdout;

/// How many records are told one by one. All are judged.
const TOLD: usize = 100;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const LABEL: usize = 14;

/// A record of the file.
struct Record {
    number: u64,
    /// What the record calls itself, for orientation.
    title: String,
    seen: Option<Box<Seen>>,
}

pub(super) fn run(args: &ExplainArgs) -> Result<Exit, Failure> {
    let inputs = match Inputs::find(slice::from_ref(&args.what), &args.sources) {
        Ok(inputs) => Some(inputs),
        Err(failure @ Failure::NoPolicy { .. }) => {
            stdout::tell_warning(&format!(
                "{failure}\nwithout a policy no rule judges; every role counts as elevated"
            ));
            None
        }
        Err(failure) => return Err(failure),
    };
    let met = inputs.as_ref().map(|inputs| RolesMet::new(&inputs.policy));
    let may_be = |role: &RoleArn| met.as_ref().is_none_or(|met| met.may_be_elevated(role));
    let mut reader = Reader {
        elevated: &may_be,
        told: Vec::new(),
        later: Vec::new(),
        untold: 0,
        unread: UnreadList::default(),
        not_evidence: UnreadList::default(),
        partly: 0,
        details: 0,
    };
    let counts = if given::is_stdin(&args.what) {
        read_stream(
            given::stdin("CloudTrail records"),
            "stdin",
            &Filter::everything(),
            &mut Scratch::new(),
            &mut reader,
        )
    } else {
        File::open(&args.what).map_err(|why| Failure::unreadable(&args.what, why))?;
        read_file(
            &args.what,
            &Filter::everything(),
            &mut Scratch::new(),
            &mut reader,
        )
    };
    let Reader {
        told,
        later,
        untold,
        unread,
        not_evidence,
        partly,
        details,
        ..
    } = reader;
    stdout::print(|out| {
        let columns = stdout::columns();
        let all: Vec<&Seen> = told
            .iter()
            .filter_map(|record| record.seen.as_deref())
            .chain(&later)
            .collect();
        for record in &told {
            one(record, &all, columns, out)?;
        }
        if untold > 0 {
            writeln!(
                out,
                "{DIM}… and {}, not told one by one but judged{DIM:#}\n",
                counted(untold, "more record", "more records")
            )?;
        }
        if let Some(inputs) = &inputs {
            judged(&all, inputs, columns, out)?;
        }
        Ok(())
    })?;
    not_evidence.tell_not_evidence();
    unread.tell();
    if let Some(inputs) = &inputs {
        inputs.tell_roster_faults();
    }
    if let (Some(inputs), Some(met)) = (&inputs, met) {
        let all = told
            .iter()
            .filter_map(|record| record.seen.as_deref())
            .chain(&later);
        let unmatched = unmatched(
            &world_of(all),
            &inputs.policy,
            &inputs.rosters,
            &met.into_near(),
        );
        let near = unmatched.iter().filter(|entry| entry.is_near_miss());
        near.for_each(|entry| {
            stdout::tell_warning(&format!(
                "{}: line {}: {entry}",
                shown_path(&inputs.policy_file),
                entry.line
            ));
        });
    }
    stdout::tell(&summary(
        &counts,
        unread.count() - details,
        partly,
        not_evidence.count(),
    ));
    let is_complete =
        unread.is_empty() && inputs.is_none_or(|inputs| inputs.roster_faults.is_empty());
    Ok(if is_complete {
        Exit::Clean
    } else {
        Exit::Incomplete
    })
}

/// The last line on stderr.
fn summary(counts: &Counts, unread: u64, partly_unread: u64, not_evidence: u64) -> String {
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

struct Reader<'a> {
    elevated: &'a dyn Fn(&RoleArn) -> bool,
    told: Vec<Record>,
    /// What is known from records that are not told one by one.
    later: Vec<Seen>,
    untold: u64,
    unread: UnreadList,
    /// Events that AWS did not send.
    not_evidence: UnreadList,
    /// Records with details that can't be read, and how many details that are.
    partly: u64,
    details: u64,
}

/// The few fields that tell a reader which record is meant.
#[derive(Deserialize)]
struct Title {
    #[serde(rename = "eventName")]
    name: Option<String>,
    #[serde(rename = "eventSource")]
    source: Option<String>,
    #[serde(rename = "eventTime")]
    time: Option<String>,
    #[serde(rename = "eventID")]
    id: Option<String>,
}

impl Sink for Reader<'_> {
    fn record(&mut self, json: &[u8], at: &Place) {
        let file = with_folders(&at.file);
        self.take(json, Delivery::in_file(&file), at);
    }

    fn event(&mut self, json: &[u8], at: &Place) {
        let file = with_folders(&at.file);
        match envelope::open(json) {
            Ok(event) => self.take(
                event.record.as_bytes(),
                event.delivery(Delivery::in_file(&file)),
                at,
            ),
            Err(NotUsed::NotEvidence(why)) => self.not_evidence.add(Fault::of_record(at, &why)),
            Err(NotUsed::Unreadable(problem)) => self.unread.add(Fault::of_record(at, &problem)),
        }
    }

    fn unread(&mut self, problem: Unread) {
        self.unread.add(Fault::of_archive(&problem));
    }
}

impl Reader<'_> {
    fn take(&mut self, json: &[u8], delivery: Delivery<'_>, at: &Place) {
        let seen = match seen::read_from(json, delivery, self.elevated) {
            Ok(Reading::Seen(seen)) => Some(seen),
            // To explain it, it is read whole, as if the role were listed.
            Ok(Reading::Service(_)) => match seen::read_from(json, delivery, &|_| true) {
                Ok(Reading::Seen(seen)) => Some(seen),
                _ => None,
            },
            Ok(Reading::NotRelevant) => None,
            Err(problem) => return self.unread.add(Fault::of_record(at, &problem)),
        };
        if let Some(seen) = &seen {
            seen.unread
                .iter()
                .for_each(|problem| self.unread.add(Fault::of_detail(at, problem)));
            self.partly += u64::from(!seen.unread.is_empty());
            self.details += length(&seen.unread);
        }
        if self.told.len() >= TOLD {
            self.untold += 1;
            self.later.extend(seen.map(|seen| *seen));
            return;
        }
        let title = serde_json::from_slice(json).map_or_else(
            |_| "a record without the usual fields".to_owned(),
            |title: Title| {
                let part = |text: Option<String>| harmless(text.as_deref().unwrap_or("?"));
                let source = part(title.source);
                let source = source.strip_suffix(".amazonaws.com").unwrap_or(&source);
                format!(
                    "{} ({source}) at {}, event {}",
                    part(title.name),
                    part(title.time),
                    part(title.id)
                )
            },
        );
        self.told.push(Record {
            number: at.record,
            title,
            seen,
        });
    }
}

fn one(record: &Record, all: &[&Seen], columns: usize, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "{BOLD}record {}: {}{BOLD:#}",
        number(record.number),
        record.title
    )?;
    let Some(seen) = &record.seen else {
        let text = "not relevant: neither of STS, sign-in, IAM or Identity Center, nor by a session of an elevated role";
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
fn judged(all: &[&Seen], inputs: &Inputs, columns: usize, out: &mut dyn Write) -> io::Result<()> {
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
            "No rule was asked: the records show no switch into an elevated role, and no refusal of one."
        )?;
        return Ok(());
    }
    let asked = ALL.iter().filter(|rule| !rule.is_live_only());
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
    let names = ALL.iter().map(|rule| rule.name.len()).max().unwrap_or(0);
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
