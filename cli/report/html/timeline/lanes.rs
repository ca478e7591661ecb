//! The layout of the timeline: one lane for each person, one bar for each session.

use std::collections::{BTreeMap, HashMap, HashSet};

use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::{Policy, Severity};
use rolewatch_guard::{Finding, Person, SwitchKey, Verdict};

use super::scale::{Place, TimeScale};
use super::words::session_title;
use crate::language::said;
use crate::report::words::account_shown;
use crate::sessions::list::{ListedSession, SessionList};

/// The most bars that a lane shows above each other. Further ones cover others.
const MOST_ROWS: usize = 4;

/// Sessions of one person in one role belong to one stretch if less time than this lies between
/// them, in seconds.
const STRETCH_GAP: i64 = 15 * 60;

/// What the findings say about a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum BarMark {
    None,
    Unproven,
    Violation,
}

/// A session, or several that look the same.
#[derive(Debug)]
pub(super) struct Bar {
    /// From the top.
    pub(super) row: usize,
    pub(super) from: Place,
    pub(super) until: Place,
    /// From the first to the last call.
    pub(super) used: Option<(Place, Place)>,
    /// Where the time beyond a limit begins.
    pub(super) beyond: Option<Place>,
    /// Whether the person used MFA, if the role requires it.
    pub(super) mfa: Option<Verdict>,
    pub(super) mark: BarMark,
    pub(super) title: String,
    /// How many more sessions look the same.
    pub(super) more: u64,
    /// The id of the most severe finding that is shown about it.
    pub(super) finding: Option<String>,
}

/// The sessions of one person.
#[derive(Debug)]
pub(super) struct Lane {
    pub(super) name: String,
    pub(super) account: Option<String>,
    pub(super) sessions: u64,
    pub(super) violating: u64,
    pub(super) rows: usize,
    pub(super) bars: Vec<Bar>,
}

impl Lane {
    pub(super) fn has_findings(&self) -> bool {
        self.bars.iter().any(|bar| bar.mark != BarMark::None)
    }
}

/// The findings about each switch.
struct FindingsOfSwitches<'f> {
    by_switch: HashMap<&'f SwitchKey, Vec<&'f Finding>>,
    shown: HashSet<&'f str>,
}

impl<'f> FindingsOfSwitches<'f> {
    fn new(findings: &'f [Finding], shown: &[&'f Finding]) -> Self {
        let mut by_switch: HashMap<&SwitchKey, Vec<&Finding>> = HashMap::new();
        for finding in findings {
            for switch in &finding.subject.switches {
                by_switch.entry(switch).or_default().push(finding);
            }
        }
        Self {
            by_switch,
            shown: shown.iter().map(|finding| finding.id.as_str()).collect(),
        }
    }

    fn mark(&self, switch: &SwitchKey) -> BarMark {
        let findings = self.by_switch.get(switch).into_iter().flatten();
        let marks = findings.map(|finding| match finding.verdict {
            Verdict::Violation => BarMark::Violation,
            _ => BarMark::Unproven,
        });
        marks.max().unwrap_or(BarMark::None)
    }

    /// The most severe finding that is shown: violations first.
    fn shown_about(&self, switch: &SwitchKey) -> Option<&'f Finding> {
        let findings = self.by_switch.get(switch).into_iter().flatten();
        findings
            .filter(|finding| self.shown.contains(finding.id.as_str()))
            .max_by_key(|finding| worst(finding))
            .copied()
    }
}

fn worst(finding: &Finding) -> (bool, Severity, &str) {
    let is_violation = finding.verdict == Verdict::Violation;
    (is_violation, finding.severity, finding.rule)
}

/// The lanes, most severe first, then by the time that the person was elevated.
pub(super) fn lanes(
    list: &SessionList,
    findings: &[Finding],
    shown: &[&Finding],
    policy: &Policy,
    scale: &TimeScale,
) -> Vec<Lane> {
    let about = FindingsOfSwitches::new(findings, shown);
    let mut people: BTreeMap<&Person, Vec<&ListedSession>> = BTreeMap::new();
    for session in &list.sessions {
        people.entry(&session.person).or_default().push(session);
    }
    let mut lanes = Vec::with_capacity(people.len());
    for theirs in people.into_values() {
        let worst = theirs
            .iter()
            .filter_map(|one| about.by_switch.get(&one.key))
            .flatten()
            .map(|finding| (finding.verdict == Verdict::Violation, finding.severity))
            .max();
        let elevated: i64 = theirs.iter().map(|one| one.held.seconds()).sum();
        let lane = lane(&theirs, &about, policy, scale);
        lanes.extend(lane.map(|lane| ((worst, elevated), lane)));
    }
    lanes.sort_by(|(one, a), (other, b)| other.cmp(one).then_with(|| a.name.cmp(&b.name)));
    lanes.into_iter().map(|(_, lane)| lane).collect()
}

/// `sessions`: by time.
fn lane(
    sessions: &[&ListedSession],
    about: &FindingsOfSwitches<'_>,
    policy: &Policy,
    scale: &TimeScale,
) -> Option<Lane> {
    let caller = &sessions.first()?.row.caller;
    let limits = limits(sessions);
    let mut rows: Vec<Moment> = Vec::new();
    let mut bars: Vec<Bar> = Vec::new();
    let mut alike = HashMap::new();
    let (mut count, mut violating) = (0, 0);
    for (session, limit) in sessions.iter().zip(limits) {
        let mark = about.mark(&session.key);
        count += 1;
        violating += u64::from(mark == BarMark::Violation);
        let finding = about.shown_about(&session.key);
        let bar = Bar {
            row: free_row(&mut rows, session),
            from: scale.place(session.held.from),
            until: scale.place(session.held.until),
            used: used(session, scale),
            beyond: limit
                .filter(|limit| *limit < session.held.until)
                .map(|limit| scale.place(limit)),
            mfa: session.row.mfa_required.then_some(session.row.mfa),
            mark,
            title: session_title(session, finding, policy),
            more: 0,
            finding: finding.map(|finding| finding.id.clone()),
        };
        if bar.finding.is_some() || mark != BarMark::None {
            bars.push(bar);
            continue;
        }
        // Thousands of bars at one place would look like one, and make the page slow.
        let columns = (bar.row, bar.from.column(), bar.until.column(), bar.mfa);
        let same = *alike.entry(columns).or_insert(bars.len());
        match bars.get_mut(same) {
            Some(same) => same.more += 1,
            None => bars.push(bar),
        }
    }
    let account = caller.account.as_deref();
    Some(Lane {
        name: said(&caller.name),
        account: account.map(|account| account_shown(account, policy)),
        sessions: count,
        violating,
        rows: rows.len(),
        bars,
    })
}

fn used(session: &ListedSession, scale: &TimeScale) -> Option<(Place, Place)> {
    let uses = session.row.uses.as_ref()?;
    Some((scale.place(uses.first), scale.place(uses.last)))
}

/// The first row that is free when a session begins.
fn free_row(rows: &mut Vec<Moment>, session: &ListedSession) -> usize {
    let held = session.held;
    let free = rows.iter().position(|until| *until <= held.from);
    let row = free.unwrap_or_else(|| rows.len().min(MOST_ROWS - 1));
    match rows.get_mut(row) {
        Some(until) => *until = held.until.max(*until),
        None => rows.push(held.until),
    }
    row
}

/// Until when each session may be held: by `max_session` from its own begin, and by `max_stretch`
/// from the begin of its stretch.
fn limits(sessions: &[&ListedSession]) -> Vec<Option<Moment>> {
    struct Stretch {
        from: Moment,
        until: Moment,
    }
    let mut stretches: HashMap<&str, Stretch> = HashMap::new();
    let mut limits = Vec::with_capacity(sessions.len());
    for session in sessions {
        let (row, held) = (&session.row, session.held);
        let stretch = stretches.entry(&row.role).or_insert(Stretch {
            from: held.from,
            until: held.until,
        });
        if held.from.seconds_since(stretch.until) > STRETCH_GAP {
            stretch.from = held.from;
        }
        stretch.until = stretch.until.max(held.until);
        // The console chooses the length of its sessions, so `max_session` doesn't apply to them.
        let max_session = row.max_session.filter(|_| !row.console);
        let of_session = max_session.map(|most| held.from.plus_seconds(most));
        let of_stretch = row.max_stretch.map(|most| stretch.from.plus_seconds(most));
        limits.push(of_session.into_iter().chain(of_stretch).min());
    }
    limits
}

#[cfg(test)]
mod tests {
    use rolewatch_guard::testing::Story;
    use rolewatch_guard::{Scope, judge};

    use super::*;
    use crate::report::shown::ShownSubjects;
    use crate::sessions::list::SessionCollector;

    fn lanes_of(story: &Story) -> Vec<Lane> {
        let (policy, rosters) = (story.policy(), story.rosters());
        let world = story.world_of(story.records());
        let subjects = ShownSubjects::default();
        let mut collector = SessionCollector::new(&subjects);
        let judgement = judge(
            &world,
            &policy,
            &rosters,
            Scope::default(),
            &mut |examined| {
                collector.note_switch(examined);
            },
        );
        let list = collector.finish(&judgement);
        let ends = list
            .sessions
            .iter()
            .flat_map(|one| [one.held.from, one.held.until]);
        let scale = TimeScale::new(ends).unwrap();
        let shown: Vec<&Finding> = judgement.findings.iter().collect();
        lanes(&list, &judgement.findings, &shown, &policy, &scale)
    }

    #[test]
    fn the_limit_counts_from_the_beginning_of_a_stretch() {
        let mut story = Story::new();
        for _ in 0..3 {
            story.switch("dora").with_mfa().used_after(3_000);
            story.later(3_000);
        }
        // Much later: a stretch of its own.
        story.later(40_000);
        story.switch("dora").with_mfa().used_after(60);
        let lanes = lanes_of(&story);
        let [lane] = &*lanes else {
            panic!("{} lanes", lanes.len());
        };
        let beyond: Vec<bool> = lane.bars.iter().map(|bar| bar.beyond.is_some()).collect();
        assert_eq!(beyond, [false, false, true, false]);
        assert_eq!(lane.rows, 2, "sessions that overlap stand above each other");
    }

    #[test]
    fn violations_are_marked_and_lead_to_their_finding() {
        let mut story = Story::new();
        story.switch("dora").with_mfa().used_after(60);
        story.later(7_200);
        story.switch("tom").with_permanent_key().used_after(60);
        let lanes = lanes_of(&story);
        let names: Vec<(&str, bool)> = lanes
            .iter()
            .map(|lane| (lane.name.as_str(), lane.has_findings()))
            .collect();
        assert_eq!(
            names,
            [("tom", true), ("dora", false)],
            "findings come first"
        );
        let bar = lanes.first().and_then(|lane| lane.bars.first()).unwrap();
        assert_eq!(bar.mark, BarMark::Violation);
        assert_eq!(bar.mfa, Some(Verdict::Violation));
        assert!(bar.finding.is_some());
    }

    #[test]
    fn bars_that_look_the_same_are_one_and_still_counted() {
        let mut story = Story::new();
        for _ in 0..40 {
            story.switch("dora").with_mfa().used_after(1);
            story.later(1);
        }
        story.later(300 * 86_400);
        story.switch("dora").with_mfa().used_after(1);
        let lanes = lanes_of(&story);
        let lane = lanes.first().unwrap();
        let counted: u64 = lane.bars.iter().map(|bar| 1 + bar.more).sum();
        assert_eq!(lane.sessions, 41);
        assert_eq!(counted, 41);
        assert!(lane.rows <= MOST_ROWS);
    }
}
