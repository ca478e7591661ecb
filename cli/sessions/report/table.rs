//! The list for people: a line for each session, by day, then a line for each person.

mod cells;
mod layout;

use std::io::{self, Write};

use rolewatch_guard::moment::Span;
use rolewatch_guard::text::Argument;

use super::SessionsReport;
use crate::exit::shown_path;
use crate::language::{counted, said, say};
use crate::report::format::ReportFormat;
use crate::report::table::paint::{BOLD, DIM};
use crate::report::table::{TextPage, write_missing};
use crate::report::words::{length, number, padded, shortened, width};
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
    let mut found = counted!(
        "{n} session in an elevated role",
        "{n} sessions in elevated roles",
        length(&list.sessions)
    );
    if list.hidden > 0 {
        found = say!(
            "{found}; {number} hidden by the filters",
            found,
            number = number(list.hidden)
        );
    }
    page.hanging(&format!("{BOLD}"), 0, &found)?;
    write!(page.out, "{BOLD:#}")?;
    if let Some((first, last)) = judged.range {
        page.labelled(
            &say!("read"),
            &say!("relevant records from {first} to {last}", first, last),
        )?;
    }
    let span = match (period.since, period.until) {
        (None, None) => None,
        (Some(since), None) => Some(say!("sessions that began at {since} or later", since)),
        (None, Some(until)) => Some(say!("sessions that began before {until}", until)),
        (Some(since), Some(until)) => Some(say!(
            "sessions that began at {since} or later and before {until}",
            since,
            until
        )),
    };
    if let Some(span) = span {
        page.labelled(&say!("listed"), &span)?;
    }
    if let Some(as_of) = list.as_of {
        page.labelled(&say!("as of"), &as_of.to_string())?;
    }
    page.labelled(
        &say!("policy"),
        &say!(
            "{file}, version {version}",
            file = shown_path(&inputs.policy_file),
            version = inputs.policy.version_hash.to_string()
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
    if list.hidden > 0 {
        say!("The filters show no session.")
    } else if judged.totals.records.met == 0 {
        say!("No record was read, so there is nothing to list.")
    } else if period.since.is_some() || period.until.is_some() {
        say!("The logs show no switch into an elevated role in the requested period.")
    } else {
        say!("The logs show no switch into an elevated role.")
    }
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
        notes.push(say!("+ the session hadn't ended yet"));
    }
    if has_end(SessionEnd::Unknown) {
        notes.push(say!(
            "? no record shows the end; the time is up to the last call"
        ));
    }
    let estimated = |session: &ListedSession| {
        let uses = session.row.uses.as_ref();
        uses.is_some_and(|uses| uses.estimated)
    };
    if sessions.iter().any(estimated) {
        notes.push(say!("~ estimated, because there were many calls"));
    }
    if is_one_line {
        notes.push(say!("R/W: calls that only read, and other calls"));
        notes.push(say!(
            "MFA {sign}: not required by the policy",
            sign = NOT_REQUIRED
        ));
        notes.push(say!(
            "MFA {sign}: not checked, because of another finding",
            sign = NOT_CHECKED
        ));
    }
    let rules = |any: fn(&ListedSession) -> bool| sessions.iter().any(any);
    if rules(|session| !session.rules.unproven.is_empty()) {
        notes.push(say!("RW001?: unproven"));
    }
    if rules(|session| !session.rules.suppressed.is_empty()) {
        notes.push(say!("(RW001): suppressed by the policy"));
    }
    if notes.is_empty() {
        return Ok(());
    }
    writeln!(page.out)?;
    page.hanging(&format!("{DIM}"), 0, &notes.join(&say!("; ")))?;
    write!(page.out, "{DIM:#}")
}

fn write_people(list: &SessionList, page: &mut TextPage<'_>) -> io::Result<()> {
    page.heading(&say!("People"))?;
    let name = |person: &PersonTotals| shortened(&said(&person.caller.name), NAME);
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
    let sessions = counted!("{n} session", "{n} sessions", person.sessions);
    let roles = counted!("{n} role", "{n} roles", person.roles);
    let span = Span::from_seconds(person.elevated);
    let span = match (person.ongoing, person.unknown) {
        (true, _) => say!("{span} so far", span),
        (false, true) => say!("{span} or longer", span),
        (false, false) => said(&span.to_text()),
    };
    let reads = if person.estimated {
        counted!("about {n} read", "about {n} reads", person.reads)
    } else {
        counted!("{n} read", "{n} reads", person.reads)
    };
    let writes = counted!("{n} write", "{n} writes", person.writes);
    let broken = match person.violating {
        0 => String::new(),
        some => say!(
            "; rules broken in {sessions}",
            sessions = counted!("{n} session", "{n} sessions", some)
        ),
    };
    say!(
        "{sessions} in {roles}, elevated for {span}, {reads}, {writes}{broken}",
        sessions,
        roles,
        span,
        reads,
        writes,
        broken
    )
}
