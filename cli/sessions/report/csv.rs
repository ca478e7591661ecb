//! One session per line, for spreadsheets.

use std::collections::BTreeSet;
use std::io::{self, Write};

use rolewatch_guard::moment::Moment;

use super::{SessionsReport, mfa_word};
use crate::report::csv::write_inert;
use crate::report::format::ReportFormat;
use crate::sessions::list::ListedSession;

/// `--format csv`
pub(super) struct SessionsCsv;

const HEADER: [&str; 26] = [
    "entered",
    "role",
    "caller_arn",
    "caller_account",
    "caller_name",
    "entered_by",
    "session",
    "key",
    "held_until",
    "held_seconds",
    "end",
    "first_use",
    "last_use",
    "reads",
    "writes",
    "errors",
    "estimated",
    "mfa",
    "source_ip",
    "user_agent",
    "region",
    "limit_seconds",
    "violations",
    "unproven",
    "suppressed",
    "event",
];

impl ReportFormat<SessionsReport<'_>> for SessionsCsv {
    fn write(&self, report: &SessionsReport<'_>, out: &mut dyn Write) -> io::Result<()> {
        let mut lines = csv::Writer::from_writer(out);
        lines.write_record(HEADER)?;
        for session in &report.list.sessions {
            let cells = cells(session);
            write_inert(&mut lines, cells.each_ref().map(String::as_str))?;
        }
        lines.flush()
    }
}

fn cells(session: &ListedSession) -> [String; HEADER.len()] {
    let ListedSession {
        row, held, rules, ..
    } = session;
    let uses = row.uses.as_ref();
    let text = |text: Option<&String>| text.cloned().unwrap_or_default();
    let time = |time: Option<Moment>| time.map(|time| time.to_string()).unwrap_or_default();
    let count = |count: Option<u64>| count.map(|count| count.to_string()).unwrap_or_default();
    let by = if row.console { "console" } else { "api" };
    let event = row.event.as_ref().map(ToString::to_string);
    [
        row.time.to_string(),
        row.role.clone(),
        text(row.caller.arn.as_ref()),
        text(row.caller.account.as_ref()),
        row.caller.name.to_string(),
        by.to_owned(),
        text(row.session.name.as_ref()),
        text(row.session.key.as_ref()),
        time(row.held_until),
        held.seconds().to_string(),
        held.end.as_str().to_owned(),
        time(uses.map(|uses| uses.first)),
        time(uses.map(|uses| uses.last)),
        count(uses.map(|uses| uses.reads)),
        count(uses.map(|uses| uses.writes)),
        count(uses.map(|uses| uses.errors)),
        uses.map(|uses| uses.estimated.to_string())
            .unwrap_or_default(),
        mfa_word(row).to_owned(),
        text(row.source_ip.as_ref()),
        text(row.user_agent.as_ref()),
        text(row.region.as_ref()),
        row.limit()
            .map(|limit| limit.to_string())
            .unwrap_or_default(),
        codes(&rules.violations),
        codes(&rules.unproven),
        codes(&rules.suppressed),
        event.unwrap_or_default(),
    ]
}

/// A cell holds one text, so codes are separated by spaces.
fn codes(rules: &BTreeSet<&'static str>) -> String {
    let codes: Vec<&str> = rules.iter().copied().collect();
    codes.join(" ")
}
