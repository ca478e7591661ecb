//! The sessions of a run, with the findings about them, and the totals of each person.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rolewatch_guard::moment::Moment;
use rolewatch_guard::{
    CallerShown, ExaminedSwitch, Finding, Judgement, Person, SessionRow, SwitchKey, Verdict,
};

use super::held::{HeldTime, SessionEnd, seconds_covered};
use crate::report::shown::ShownSubjects;
use crate::report::words::{amount, counted, length, number};
use crate::stdout;

/// The rules with findings about a session, by code.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct SessionRules {
    pub(crate) violations: BTreeSet<&'static str>,
    pub(crate) unproven: BTreeSet<&'static str>,
    /// The policy hides these findings.
    pub(crate) suppressed: BTreeSet<&'static str>,
}

/// One session.
pub(crate) struct ListedSession {
    pub(crate) key: SwitchKey,
    pub(crate) person: Person,
    pub(crate) row: SessionRow,
    pub(crate) held: HeldTime,
    /// From the findings, so it also includes rules about several sessions.
    pub(crate) rules: SessionRules,
}

/// What one person did in elevated roles.
#[derive(Debug)]
pub(crate) struct PersonTotals {
    pub(crate) caller: CallerShown,
    pub(crate) sessions: u64,
    pub(crate) roles: u64,
    /// How long the person held at least one elevated role.
    pub(crate) elevated: i64,
    /// Whether a session is still ongoing.
    pub(crate) ongoing: bool,
    /// Whether the end of a session is unknown, so that the time may be longer.
    pub(crate) unknown: bool,
    pub(crate) reads: u64,
    pub(crate) writes: u64,
    /// Whether the numbers of calls are estimates.
    pub(crate) estimated: bool,
    /// The number of sessions in which a rule was broken.
    pub(crate) violating: u64,
}

/// Collects the sessions while they are judged.
pub(crate) struct SessionCollector<'a> {
    shown: &'a ShownSubjects<'a>,
    rows: Vec<(SwitchKey, Person, SessionRow)>,
    /// The callers and the roles of sessions that the filters hide.
    hidden: BTreeMap<(String, String), u64>,
}

impl<'a> SessionCollector<'a> {
    pub(crate) fn new(shown: &'a ShownSubjects<'a>) -> Self {
        Self {
            shown,
            rows: Vec::new(),
            hidden: BTreeMap::new(),
        }
    }

    /// Adds a switch while it is judged.
    pub(crate) fn note_switch(&mut self, examined: &ExaminedSwitch<'_>) {
        let row = examined.row();
        if self.shown.shows(&row.caller, &row.role) {
            let person = examined.origin.person.clone();
            self.rows.push((examined.switch.key.clone(), person, row));
        } else {
            let subject = (row.caller.name.to_string(), row.role);
            *self.hidden.entry(subject).or_default() += 1;
        }
    }

    /// All sessions that are shown, by time.
    pub(crate) fn finish(self, judgement: &Judgement) -> SessionList {
        let mut sessions: Vec<ListedSession> = Vec::with_capacity(self.rows.len());
        for (key, person, row) in self.rows {
            sessions.push(ListedSession {
                held: HeldTime::of_row(&row, judgement.as_of),
                key,
                person,
                row,
                rules: SessionRules::default(),
            });
        }
        sessions.sort_by(|a, b| a.order().cmp(&b.order()));
        add_rules(&mut sessions, judgement);
        let hidden = self.hidden.values().sum();
        let hint = if sessions.is_empty() {
            let callers = self.hidden.keys().map(|(caller, _)| &**caller);
            let roles = self.hidden.keys().map(|(_, role)| &**role);
            self.shown.meant("no session is about", &callers, &roles)
        } else {
            String::new()
        };
        SessionList {
            people: people_of(&sessions),
            as_of: judgement.as_of,
            sessions,
            hidden,
            hint,
        }
    }
}

impl ListedSession {
    fn order(&self) -> (Moment, &str, &CallerShown, &SwitchKey) {
        (self.row.time, &self.row.role, &self.row.caller, &self.key)
    }
}

/// Adds the rules of every finding to the sessions that it is about.
fn add_rules(sessions: &mut [ListedSession], judgement: &Judgement) {
    let mut at: HashMap<SwitchKey, Vec<usize>> = HashMap::new();
    for (place, session) in sessions.iter().enumerate() {
        at.entry(session.key.clone()).or_default().push(place);
    }
    let mut add = |finding: &Finding, suppressed: bool| {
        for key in &finding.subject.switches {
            for place in at.get(key).into_iter().flatten() {
                let Some(session) = sessions.get_mut(*place) else {
                    continue;
                };
                let rules = &mut session.rules;
                let list = match finding.verdict {
                    _ if suppressed => &mut rules.suppressed,
                    Verdict::Violation => &mut rules.violations,
                    _ => &mut rules.unproven,
                };
                list.insert(finding.rule);
            }
        }
    };
    for finding in &judgement.findings {
        add(finding, false);
    }
    for hidden in &judgement.suppressed {
        add(&hidden.finding, true);
    }
}

/// The totals of each person, longest time first.
fn people_of(sessions: &[ListedSession]) -> Vec<PersonTotals> {
    let mut people: BTreeMap<&Person, Vec<&ListedSession>> = BTreeMap::new();
    for session in sessions {
        people.entry(&session.person).or_default().push(session);
    }
    let mut totals: Vec<PersonTotals> = Vec::with_capacity(people.len());
    for theirs in people.values() {
        totals.extend(PersonTotals::of_sessions(theirs));
    }
    totals.sort_by(|a, b| (b.elevated, &a.caller).cmp(&(a.elevated, &b.caller)));
    totals
}

impl PersonTotals {
    fn of_sessions(sessions: &[&ListedSession]) -> Option<Self> {
        let roles: BTreeSet<&str> = sessions.iter().map(|one| &*one.row.role).collect();
        let has_end = |end| sessions.iter().any(|one| one.held.end == end);
        let violating = sessions
            .iter()
            .filter(|one| !one.rules.violations.is_empty())
            .count();
        let mut totals = Self {
            caller: sessions.first()?.row.caller.clone(),
            sessions: length(sessions),
            roles: amount(roles.len()),
            elevated: seconds_covered(sessions.iter().map(|one| one.held).collect()),
            ongoing: has_end(SessionEnd::Ongoing),
            unknown: has_end(SessionEnd::Unknown),
            reads: 0,
            writes: 0,
            estimated: false,
            violating: amount(violating),
        };
        for uses in sessions.iter().filter_map(|one| one.row.uses.as_ref()) {
            totals.reads = totals.reads.saturating_add(uses.reads);
            totals.writes = totals.writes.saturating_add(uses.writes);
            totals.estimated |= uses.estimated;
        }
        Some(totals)
    }
}

/// The sessions to show.
pub(crate) struct SessionList {
    pub(crate) sessions: Vec<ListedSession>,
    pub(crate) people: Vec<PersonTotals>,
    /// The time that counts as now.
    pub(crate) as_of: Option<Moment>,
    /// The number of sessions that the filters hide.
    pub(crate) hidden: u64,
    /// What was probably meant, if the filters hide everything.
    hint: String,
}

impl SessionList {
    /// Says on stderr that the filters hide something.
    pub(crate) fn report_hidden(&self) {
        if self.hidden == 0 {
            return;
        }
        let shown = length(&self.sessions);
        stdout::line_on_stderr(&format!(
            "rolewatch: the filters show {} of {}{}",
            number(shown),
            counted(shown + self.hidden, "session", "sessions"),
            self.hint
        ));
    }
}
