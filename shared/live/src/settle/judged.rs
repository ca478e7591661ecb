//! The findings about what was touched, the same as if all facts had been read.

mod notes;

use std::collections::BTreeSet;

use rolewatch_guard::catalogue;
use rolewatch_guard::id::RecordKey;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::roster::{Asked, Rosters};
use rolewatch_guard::rule::Rule;
use rolewatch_guard::{Finding, Judgement, Scope, judge};

use super::entered::{EnteredSwitch, Holder, entered, is_touched};
use crate::ledger::{Facts, Gather, ReadRows, SessionAt, TouchedEvidence};
use crate::outbox::record_name;
use crate::port::{Table, Trouble};
use crate::rulebook::Rulebook;
pub(super) use notes::Notes;

/// The result of judging what was touched.
#[derive(Debug)]
pub(super) struct TouchedJudgement {
    /// The findings, in the engine's order.
    pub(super) findings: Vec<Finding>,
    /// The touched switches.
    pub(super) entered: Vec<EnteredSwitch>,
    /// The switches around them. Of those that share a finding with a touched switch, all facts
    /// were read.
    pub(super) around: Vec<EnteredSwitch>,
    /// All touched records: the given ones, and those of the touched switches.
    pub(super) records: BTreeSet<RecordKey>,
    pub(super) facts: Facts,
    /// The rows that were read.
    pub(super) read: ReadRows,
    pub(super) policy: Policy,
}

/// Judges what was touched, with every fact that the judgment depends on.
///
/// INVARIANT (asked): a switch is added to the index under everything that its judgment depends on
/// before the facts about that are read. An invocation that stores such a fact stores it before it
/// reads the index. So at least one of the two sees the other.
pub(super) async fn judge_touched<T: Table>(
    table: &T,
    book: &Rulebook,
    touched: &TouchedEvidence,
    (read, notes): (ReadRows, &mut Notes<'_, T>),
    now: Moment,
) -> Result<TouchedJudgement, Trouble> {
    let mut gather = gather_touched(table, book, touched).with_read(read);
    loop {
        gather.ask_until_closed().await?;
        let facts = gather.facts();
        // Which roles were entered shows in the session's records alone, so skip the rosters, which
        // take time.
        let rosters = if gather.holds_back() {
            book.rosters.only_stores()
        } else {
            facts.rosters(&book.rosters, now)
        };
        let Round {
            judgement,
            own,
            others,
            asked,
        } = judge_gathered(&facts, book, &rosters, touched, now);
        let added = notes.take_note(&own, &judgement, touched).await?;
        let limited = limited_holders(&own);
        let mut cluster: BTreeSet<SessionAt> = own.iter().map(|one| one.at.clone()).collect();
        for holder in &limited {
            cluster.extend(notes.sessions_near(holder, &own));
        }
        // Read all facts of each session, including sessions that began long before or after what
        // touched them.
        for at in &cluster {
            gather.session(at);
        }
        let tried = notes.attempts_near(&judgement, touched);
        for record in &tried {
            gather.record(record);
        }
        if gather.is_open() {
            continue;
        }
        if ask_about_entities(&mut gather, &asked, &added) {
            continue;
        }
        let findings = findings_about(
            judgement,
            touched,
            (&own, &others),
            (&limited, &cluster),
            &tried,
        );
        return Ok(TouchedJudgement {
            findings,
            records: all_touched(touched, &own),
            entered: own,
            around: others,
            facts,
            read: gather.into_answers(),
            policy: book.policy.clone(),
        });
    }
}

/// Starts with what was touched. Questions about users, groups and devices come last, because the
/// sessions have to be in the index before.
fn gather_touched<'t, T: Table>(
    table: &'t T,
    book: &'t Rulebook,
    touched: &TouchedEvidence,
) -> Gather<'t, T> {
    let mut gather = Gather::new(table, book).hold_back();
    for at in &touched.sessions {
        gather.session(at);
    }
    for record in &touched.records {
        gather.record(record);
    }
    gather
}

/// Asks about the users, groups and devices that the judgment depends on, once all sessions were
/// read. Asks again if the switch was added to the index of some of them only after they were read.
/// Returns `false` if nothing is left to ask.
fn ask_about_entities<T: Table>(
    gather: &mut Gather<'_, T>,
    asked: &Asked,
    added: &BTreeSet<String>,
) -> bool {
    if gather.has_asked_about(added) {
        gather.again();
    }
    gather.need(asked);
    if gather.holds_back() {
        gather.release();
        return true;
    }
    gather.is_open()
}

/// The touched records, and those of the touched switches.
fn all_touched(touched: &TouchedEvidence, own: &[EnteredSwitch]) -> BTreeSet<RecordKey> {
    let mut records = touched.records.clone();
    for one in own {
        records.extend(one.records.iter().cloned());
    }
    records
}

/// The judgment with the facts read so far.
struct Round {
    judgement: Judgement,
    /// The touched switches.
    own: Vec<EnteredSwitch>,
    others: Vec<EnteredSwitch>,
    /// What all of it depends on.
    asked: Asked,
}

fn judge_gathered(
    facts: &Facts,
    book: &Rulebook,
    rosters: &Rosters,
    touched: &TouchedEvidence,
    now: Moment,
) -> Round {
    let scope = Scope {
        as_of: Some(now),
        since: None,
        until: None,
    };
    let mut own = Vec::new();
    let mut others = Vec::new();
    let mut asked = Asked::default();
    let judgement = judge(
        &facts.world,
        &book.policy,
        rosters,
        scope,
        &mut |examined| {
            let entered = entered(examined, &book.policy);
            asked.join(&entered.asked);
            if is_touched(touched, &entered.at) || !entered.records.is_disjoint(&touched.records) {
                own.push(entered);
            } else {
                others.push(entered);
            }
        },
    );
    for alone in &judgement.alone {
        asked.entities.extend(alone.asked.iter().cloned());
    }
    Round {
        judgement,
        own,
        others,
        asked,
    }
}

/// The people and roles whose time is added up over several sessions.
fn limited_holders(own: &[EnteredSwitch]) -> BTreeSet<Holder> {
    let limited = own.iter().filter(|entered| entered.limited);
    limited.map(EnteredSwitch::holder).collect()
}

/// The findings about what was touched, out of all that were found.
fn findings_about(
    judgement: Judgement,
    touched: &TouchedEvidence,
    (own, others): (&[EnteredSwitch], &[EnteredSwitch]),
    (limited, cluster): (&BTreeSet<Holder>, &BTreeSet<SessionAt>),
    tried: &BTreeSet<RecordKey>,
) -> Vec<Finding> {
    let all = own.iter().chain(others);
    let of_limited: BTreeSet<&SessionAt> = all
        .filter(|one| limited.contains(&one.holder()) && cluster.contains(&one.at))
        .map(|one| &one.at)
        .collect();
    let own_at: BTreeSet<&SessionAt> = own.iter().map(|one| &one.at).collect();
    let mut findings = judgement.findings;
    findings.retain(|finding| {
        let switches = || {
            finding.subject.switches.iter().map(|key| SessionAt {
                session: key.session.to_string(),
                time: key.second,
            })
        };
        // A finding over several sessions names all switches of its stretch. It is ours if one of
        // them is near ours, no matter which of them was touched.
        let several = catalogue::find(finding.rule).is_some_and(Rule::over_several);
        if several {
            switches().any(|at| of_limited.contains(&at))
                || finding
                    .subject
                    .records
                    .iter()
                    .any(|record| tried.contains(record))
        } else {
            switches().any(|at| own_at.contains(&at))
                || finding
                    .subject
                    .records
                    .iter()
                    .any(|record| touched.records.contains(record))
        }
    });
    findings
}

impl TouchedJudgement {
    /// The switches that a finding is about, in the finding's order. They are the same no matter
    /// which of them was touched.
    pub(super) fn entered_of<'j>(
        &'j self,
        finding: &'j Finding,
    ) -> impl Iterator<Item = &'j EnteredSwitch> {
        let all = || self.entered.iter().chain(&self.around);
        finding.subject.switches.iter().filter_map(move |key| {
            all().find(|one| *one.at.session == *key.session && one.at.time == key.second)
        })
    }

    /// The judged sessions whose own rows don't show what touched them.
    pub(super) fn found_elsewhere(&self, touched: &TouchedEvidence) -> BTreeSet<SessionAt> {
        let entered = self.entered.iter().map(|one| &one.at);
        let sessions = touched.sessions.iter().chain(entered);
        let elsewhere = sessions.filter(|at| !touched.stored_under.contains(&at.question().0));
        elsewhere.cloned().collect()
    }

    pub(super) fn record_names(&self) -> Vec<String> {
        self.records.iter().map(record_name).collect()
    }
}
