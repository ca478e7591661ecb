//! The list for people: a line for each session, by day, then a line for each person.

mod cells;
mod layout;

use std::io::{self, Write};

use rolewatch_guard::moment::Span;

use super::SessionsReport;
use crate::exit::shown_path;
use crate::report::format::ReportFormat;
use crate::report::table::paint::{BOLD, DIM};
use crate::report::table::{TextPage, write_missing};
use crate::report::words::{counted, length, number, padded, shortened, width};
use crate::sessions::held::SessionEnd;
use crate::sessions::list::{ListedSession, PersonTotals, SessionList};
use crate::stdout;
use cells::{NOT_CHECKED, NOT_REQUIRED, SessionCells};
use layout::{Layout, write_session};

/// `--format table`
pub(super) struct SessionsTable;

/// The maximum width of a name in the list of people.
const NAME: usize = 32;

impl ReportFormat<SessionsReport<'_>> for SessionsTable {
    fn is_for_people(&self) -> bool {
        true
    }

    fn write(&self, report: &SessionsReport<'_>, out: &mut dyn Write) -> io::Result<()> {
        let columns = stdout::columns_of_table();
        write_all(report, &mut TextPage { out, columns })
    }
}

fn write_all(report: &SessionsReport<'_>, page: &mut TextPage<'_>) -> io::Result<()> {
    write_head(report, page)?;
    if report.list.sessions.is_empty() {
        writeln!(page.out)?;
        return page.text(0, &nothing_listed(report));
    }
    write_days(report, page)?;
    write_people(report.list, page)
}

fn write_head(report: &SessionsReport<'_>, page: &mut TextPage<'_>) -> io::Result<()> {
    let SessionsReport {
        inputs,
        period,
        judged,
        list,
        ..
    } = report;
    let mut found = counted(
        length(&list.sessions),
        "session in an elevated role",
        "sessions in elevated roles",
    );
    if list.hidden > 0 {
        found = format!("{found}; {} hidden by the filters", number(list.hidden));
    }
    page.hanging(&format!("{BOLD}"), 0, &found)?;
    write!(page.out, "{BOLD:#}")?;
    if let Some((first, last)) = judged.range {
        page.labelled("read", &format!("relevant records from {first} to {last}"))?;
    }
    let span = match (period.since, period.until) {
        (None, None) => None,
        (Some(since), None) => Some(format!("sessions that began at {since} or later")),
        (None, Some(until)) => Some(format!("sessions that began before {until}")),
        (Some(since), Some(until)) => Some(format!(
            "sessions that began at {since} or later and before {until}"
        )),
    };
    if let Some(span) = span {
        page.labelled("listed", &span)?;
    }
    if let Some(as_of) = list.as_of {
        page.labelled("as of", &as_of.to_string())?;
    }
    page.labelled(
        "policy",
        &format!(
            "{}, version {}",
            shown_path(&inputs.policy_file),
            inputs.policy.version_hash
        ),
    )?;
    write_missing(&judged.unread, &judged.totals, inputs, page)
}

/// Silence could be an error of the list, so an empty one says why it is empty.
fn nothing_listed(report: &SessionsReport<'_>) -> String {
    let SessionsReport {
        judged,
        list,
        period,
        ..
    } = report;
    let text = if list.hidden > 0 {
        "The filters show no session."
    } else if judged.totals.records.met == 0 {
        "No record was read, so there is nothing to list."
    } else if period.since.is_some() || period.until.is_some() {
        "The logs show no switch into an elevated role in the requested period."
    } else {
        "The logs show no switch into an elevated role."
    };
    text.to_owned()
}

fn write_days(report: &SessionsReport<'_>, page: &mut TextPage<'_>) -> io::Result<()> {
    let policy = &report.inputs.policy;
    let mut lines: Vec<SessionCells> = Vec::with_capacity(report.list.sessions.len());
    for session in &report.list.sessions {
        lines.push(SessionCells::new(session, policy));
    }
    let layout = Layout::fit(&lines, page.columns);
    if let Some(layout) = &layout {
        writeln!(page.out)?;
        layout.write_heading(page)?;
    }
    let mut day = "";
    for line in &lines {
        if line.day != day {
            day = &line.day;
            writeln!(page.out, "\n{BOLD}{day}{BOLD:#}{DIM} (UTC){DIM:#}")?;
        }
        write_session(line, layout.as_ref(), page)?;
    }
    write_legend(&report.list.sessions, layout.is_some(), page)
}

/// What the signs of the list mean, as far as it has them.
fn write_legend(
    sessions: &[ListedSession],
    is_one_line: bool,
    page: &mut TextPage<'_>,
) -> io::Result<()> {
    let has_end = |end| sessions.iter().any(|session| session.held.end == end);
    let mut notes: Vec<String> = Vec::new();
    if has_end(SessionEnd::Ongoing) {
        notes.push("+ the session hadn't ended yet".to_owned());
    }
    if has_end(SessionEnd::Unknown) {
        notes.push("? no record shows the end; the time is up to the last call".to_owned());
    }
    let estimated = |session: &ListedSession| {
        let uses = session.row.uses.as_ref();
        uses.is_some_and(|uses| uses.estimated)
    };
    if sessions.iter().any(estimated) {
        notes.push("~ estimated, because there were many calls".to_owned());
    }
    if is_one_line {
        notes.push("R/W: calls that only read, and other calls".to_owned());
        notes.push(format!("MFA {NOT_REQUIRED}: not required by the policy"));
        notes.push(format!(
            "MFA {NOT_CHECKED}: not checked, because of another finding"
        ));
    }
    let rules = |any: fn(&ListedSession) -> bool| sessions.iter().any(any);
    if rules(|session| !session.rules.unproven.is_empty()) {
        notes.push("RW001?: unproven".to_owned());
    }
    if rules(|session| !session.rules.suppressed.is_empty()) {
        notes.push("(RW001): suppressed by the policy".to_owned());
    }
    if notes.is_empty() {
        return Ok(());
    }
    writeln!(page.out)?;
    page.hanging(&format!("{DIM}"), 0, &notes.join("; "))?;
    write!(page.out, "{DIM:#}")
}

fn write_people(list: &SessionList, page: &mut TextPage<'_>) -> io::Result<()> {
    page.heading("People")?;
    let name = |person: &PersonTotals| shortened(&person.caller.name, NAME);
    let widest = list.people.iter().map(|person| width(&name(person))).max();
    let widest = widest.unwrap_or(0);
    for person in &list.people {
        let first = format!("  {}  ", padded(&name(person), widest));
        page.hanging(&first, widest + 4, &totals_of(person))?;
    }
    Ok(())
}

/// `3 sessions in 2 roles, elevated for 2h 10m, 12 reads, 3 writes`
fn totals_of(person: &PersonTotals) -> String {
    let sessions = counted(person.sessions, "session", "sessions");
    let roles = counted(person.roles, "role", "roles");
    let span = Span::from_seconds(person.elevated);
    let open = match (person.ongoing, person.unknown) {
        (true, _) => " so far",
        (false, true) => " or longer",
        (false, false) => "",
    };
    let about = if person.estimated { "about " } else { "" };
    let reads = counted(person.reads, "read", "reads");
    let writes = counted(person.writes, "write", "writes");
    let broken = match person.violating {
        0 => String::new(),
        some => format!("; rules broken in {}", counted(some, "session", "sessions")),
    };
    format!("{sessions} in {roles}, elevated for {span}{open}, {about}{reads}, {writes}{broken}")
}
