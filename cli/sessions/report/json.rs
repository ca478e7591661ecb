//! One JSON document with everything.

use std::collections::BTreeSet;
use std::io::{self, Write};

use rolewatch_guard::id::EventId;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::{CallerShown, SessionShown, Totals, UsesShown};
use serde::Serialize;

use super::{SessionsReport, mfa_word};
use crate::audit::unread::FaultShown;
use crate::exit::shown_path;
use crate::report::format::ReportFormat;
use crate::report::json::{PolicyShown, write_pretty};
use crate::sessions::held::SessionEnd;
use crate::sessions::list::{ListedSession, PersonTotals};

/// `--format json`
pub(super) struct SessionsJson;

#[derive(Serialize)]
struct SessionsDocument<'a> {
    policy: PolicyShown,
    paths: Vec<String>,
    since: Option<Moment>,
    until: Option<Moment>,
    as_of: Option<Moment>,
    sessions: Vec<SessionDocument<'a>>,
    people: Vec<PersonDocument<'a>>,
    /// The number of sessions that the filters leave out.
    hidden_by_filters: u64,
    /// The first of them. `unread_count` counts all.
    unread: Vec<FaultShown<'a>>,
    unread_count: u64,
    counts: &'a Totals,
}

#[derive(Serialize)]
struct SessionDocument<'a> {
    entered: Moment,
    role: &'a str,
    caller: &'a CallerShown,
    console: bool,
    session: &'a SessionShown,
    held_until: Option<Moment>,
    /// Until now if the session is ongoing, and until the last call if its end is unknown.
    held_seconds: i64,
    end: SessionEnd,
    limit_seconds: Option<i64>,
    source_ip: Option<&'a str>,
    user_agent: Option<&'a str>,
    region: Option<&'a str>,
    uses: Option<&'a UsesShown>,
    mfa: &'static str,
    violations: &'a BTreeSet<&'static str>,
    unproven: &'a BTreeSet<&'static str>,
    suppressed: &'a BTreeSet<&'static str>,
    event: Option<&'a EventId>,
}

impl<'a> SessionDocument<'a> {
    fn new(session: &'a ListedSession) -> Self {
        let ListedSession {
            row, held, rules, ..
        } = session;
        Self {
            entered: row.time,
            role: &row.role,
            caller: &row.caller,
            console: row.console,
            session: &row.session,
            held_until: row.held_until,
            held_seconds: held.seconds(),
            end: held.end,
            limit_seconds: row.limit(),
            source_ip: row.source_ip.as_deref(),
            user_agent: row.user_agent.as_deref(),
            region: row.region.as_deref(),
            uses: row.uses.as_ref(),
            mfa: mfa_word(row),
            violations: &rules.violations,
            unproven: &rules.unproven,
            suppressed: &rules.suppressed,
            event: row.event.as_ref(),
        }
    }
}

#[derive(Serialize)]
struct PersonDocument<'a> {
    caller: &'a CallerShown,
    sessions: u64,
    violating: u64,
    roles: u64,
    /// How long the person held at least one elevated role.
    elevated_seconds: i64,
    ongoing: bool,
    /// Whether the end of a session is unknown, so that the time may be longer.
    unknown_end: bool,
    reads: u64,
    writes: u64,
    estimated: bool,
}

impl<'a> PersonDocument<'a> {
    fn new(person: &'a PersonTotals) -> Self {
        Self {
            caller: &person.caller,
            sessions: person.sessions,
            violating: person.violating,
            roles: person.roles,
            elevated_seconds: person.elevated,
            ongoing: person.ongoing,
            unknown_end: person.unknown,
            reads: person.reads,
            writes: person.writes,
            estimated: person.estimated,
        }
    }
}

impl ReportFormat<SessionsReport<'_>> for SessionsJson {
    fn write(&self, report: &SessionsReport<'_>, out: &mut dyn Write) -> io::Result<()> {
        let SessionsReport {
            paths,
            inputs,
            period,
            judged,
            list,
        } = report;
        let document = SessionsDocument {
            policy: PolicyShown::new(inputs),
            paths: paths.iter().map(|path| shown_path(path)).collect(),
            since: period.since,
            until: period.until,
            as_of: list.as_of,
            sessions: list.sessions.iter().map(SessionDocument::new).collect(),
            people: list.people.iter().map(PersonDocument::new).collect(),
            hidden_by_filters: list.hidden,
            unread: judged.unread.faults_shown().collect(),
            unread_count: judged.unread.count(),
            counts: &judged.totals,
        };
        write_pretty(&document, out)
    }
}
