//! The findings about what was touched, as all facts would give them.

mod notes;

use std::collections::BTreeSet;

use rolewatch_guard::catalogue;
use rolewatch_guard::id::{AccountId, RecordKey};
use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::roster::{Entity, Rosters};
use rolewatch_guard::rule::Rule;
use rolewatch_guard::{ExaminedSwitch, Finding, Judgement, Person, Scope, judge};

use super::index;
use crate::ledger::{Facts, Gather, SessionAt, Touched};
use crate::outbox::record_name;
use crate::port::{Table, Trouble};
use crate::rulebook::Rulebook;
use notes::{Door, Notes};
use rolewatch_guard::time::aws::LONGEST_SESSION;
use rolewatch_guard::time::chosen::LAST_RECORD;

/// A switch that was examined.
#[derive(Debug, Clone)]
pub(super) struct Entered {
    pub(super) at: SessionAt,
    pub(super) person: [String; 2],
    /// The person's account.
    pub(super) account: Option<AccountId>,
    /// The immediate caller's, where it is another one.
    pub(super) caller_account: Option<AccountId>,
    /// The user, if the name is known: account, id and latest known name.
    pub(super) user: Option<(AccountId, String, String)>,
    pub(super) role: String,
    pub(super) limited: bool,
    pub(super) records: BTreeSet<RecordKey>,
    /// Users and devices that its judgement rests on.
    pub(super) asked: BTreeSet<Entity>,
    /// When its credentials stop to work. Where nobody says, they may do so as long as any session
    /// does.
    pub(super) until: Moment,
    pub(super) source_ip: Option<String>,
    pub(super) region: Option<String>,
}

/// What judging the touched came to.
#[derive(Debug)]
pub(super) struct Judged {
    /// The findings, in the order of the engine.
    pub(super) findings: Vec<Finding>,
    /// The touched switches.
    pub(super) entered: Vec<Entered>,
    /// The switches around them. Of those that share a finding with a touched one, everything was
    /// read.
    pub(super) around: Vec<Entered>,
    /// All records that are touched: the given ones, and those of the touched switches.
    pub(super) records: BTreeSet<RecordKey>,
    pub(super) facts: Facts,
    pub(super) policy: Policy,
}

pub(super) fn is_touched(touched: &Touched, at: &SessionAt) -> bool {
    let begin = SessionAt {
        session: at.session.clone(),
        time: at.time.plus_seconds(-LAST_RECORD),
    };
    let end = SessionAt {
        session: at.session.clone(),
        time: at.time.plus_seconds(LAST_RECORD),
    };
    touched.sessions.range(begin..=end).next().is_some()
}

/// Judges what was touched by everything that it depends on.
///
/// INVARIANT (asked): a switch is noted under what its judgement rests on before the facts about
/// that are read, and whoever brings such a fact stores it before looking there. So at least one of
/// the two sees the other.
pub(super) async fn judge_touched<T: Table>(
    table: &T,
    book: &Rulebook,
    touched: &Touched,
    now: Moment,
) -> Result<Judged, Trouble> {
    let mut gather = gather_touched(table, &book.policy, touched);
    let mut notes = Notes::new(table, now);
    // Something was noted after facts about it may have been read.
    let mut late = false;
    loop {
        gather.close().await?;
        let facts = gather.facts();
        // Who enters what is told by the records of the session alone; a roster costs time.
        let rosters = if gather.holds_accounts_back() {
            Rosters::default()
        } else {
            facts.rosters(&book.rosters, now)
        };
        let Round {
            judgement,
            own,
            others,
        } = judge_gathered(&facts, book, &rosters, touched, now);
        late |= notes.take(&own, &judgement, touched).await?;
        let limited = limited_doors(&own);
        let mut cluster: BTreeSet<SessionAt> = own.iter().map(|one| one.at.clone()).collect();
        for door in &limited {
            cluster.extend(notes.near(door, &own));
        }
        // Whole sessions, also of those that begin long before or after what touched them.
        for at in &cluster {
            gather.session(at);
        }
        let tried = notes.tried(&judgement, touched);
        for record in &tried {
            gather.record(record);
        }
        if gather.is_open() {
            continue;
        }
        if ask_about_accounts(&mut gather, &facts, late) {
            late = false;
            continue;
        }
        let findings = about(
            judgement,
            touched,
            (&own, &others),
            (&limited, &cluster),
            &tried,
        );
        return Ok(Judged {
            findings,
            records: all_touched(touched, &own),
            entered: own,
            around: others,
            facts,
            policy: book.policy.clone(),
        });
    }
}

/// Begins with what was touched. Who is who in the accounts is asked last, as it is the most.
fn gather_touched<'t, T: Table>(
    table: &'t T,
    policy: &'t Policy,
    touched: &Touched,
) -> Gather<'t, T> {
    let mut gather = Gather::new(table, policy).hold_accounts_back();
    for at in &touched.sessions {
        gather.session(at);
    }
    for record in &touched.records {
        gather.record(record);
    }
    gather
}

/// Asks who is who in the accounts: once all sessions are there, and again if something was noted
/// after it was read. `false`: nothing is left to ask.
fn ask_about_accounts<T: Table>(gather: &mut Gather<'_, T>, facts: &Facts, late: bool) -> bool {
    if gather.holds_accounts_back() {
        gather.ask_about_accounts();
        return true;
    }
    if late {
        for account in &facts.accounts {
            gather.account_again(*account);
        }
    }
    late
}

/// The touched records, and those of the touched switches.
fn all_touched(touched: &Touched, own: &[Entered]) -> BTreeSet<RecordKey> {
    let mut records = touched.records.clone();
    for one in own {
        records.extend(one.records.iter().cloned());
    }
    records
}

/// What was judged by the facts that are gathered so far.
struct Round {
    judgement: Judgement,
    /// The touched switches.
    own: Vec<Entered>,
    others: Vec<Entered>,
}

fn judge_gathered(
    facts: &Facts,
    book: &Rulebook,
    rosters: &Rosters,
    touched: &Touched,
    now: Moment,
) -> Round {
    let scope = Scope {
        as_of: Some(now),
        since: None,
        until: None,
    };
    let mut own = Vec::new();
    let mut others = Vec::new();
    let judgement = judge(
        &facts.world,
        &book.policy,
        rosters,
        scope,
        &mut |examined| {
            let entered = entered(examined, &book.policy, facts);
            if is_touched(touched, &entered.at) || !entered.records.is_disjoint(&touched.records) {
                own.push(entered);
            } else {
                others.push(entered);
            }
        },
    );
    Round {
        judgement,
        own,
        others,
    }
}

/// The people and roles whose time adds up over sessions.
fn limited_doors(own: &[Entered]) -> BTreeSet<Door> {
    let limited = own.iter().filter(|entered| entered.limited);
    limited.map(Entered::door).collect()
}

/// The findings about what was touched, of all that were found.
fn about(
    judgement: Judgement,
    touched: &Touched,
    (own, others): (&[Entered], &[Entered]),
    (limited, cluster): (&BTreeSet<Door>, &BTreeSet<SessionAt>),
    tried: &BTreeSet<RecordKey>,
) -> Vec<Finding> {
    let all = own.iter().chain(others);
    let in_doors: BTreeSet<&SessionAt> = all
        .filter(|one| limited.contains(&one.door()) && cluster.contains(&one.at))
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
        let several = catalogue::find(finding.rule).is_some_and(Rule::over_several);
        if several {
            switches().any(|at| in_doors.contains(&at))
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

fn entered(examined: &ExaminedSwitch<'_>, policy: &Policy, facts: &Facts) -> Entered {
    let (switch, origin) = (examined.switch, examined.origin);
    let role = switch.role.as_ref();
    let limits = role.and_then(|role| policy.role_for(role));
    let user = match &origin.person {
        Person::User(account, id) if origin.broken.is_none() => {
            Some((*account, id.to_string(), origin.name.clone()))
        }
        _ => None,
    };
    let records: BTreeSet<RecordKey> = switch.all_records().into_iter().collect();
    Entered {
        at: SessionAt {
            session: switch.key.session.to_string(),
            time: switch.key.second,
        },
        person: origin.person.parts(),
        account: origin.account,
        caller_account: switch
            .caller_account()
            .filter(|account| Some(*account) != origin.account),
        user,
        role: role
            .map(|role| role.as_str().to_owned())
            .unwrap_or_default(),
        limited: limits.is_none_or(|limits| {
            limits.max_session.is_some()
                || limits.max_stretch.is_some()
                || limits.max_per_day.is_some()
        }),
        until: switch
            .granted_until()
            .unwrap_or_else(|| switch.key.second.plus_seconds(LONGEST_SESSION)),
        source_ip: switch.source_ip().map(rolewatch_guard::untrusted::harmless),
        region: switch
            .all_records()
            .iter()
            .find_map(|record| facts.regions.get(record))
            .map(|region| rolewatch_guard::untrusted::harmless(region)),
        records,
        asked: examined.asked.clone(),
    }
}

impl Entered {
    fn door(&self) -> Door {
        (self.person.clone(), self.role.clone())
    }

    /// What is noted of it.
    fn noted(&self) -> (SessionAt, Door, BTreeSet<String>) {
        (self.at.clone(), self.door(), index::asked(&self.asked))
    }
}

impl Judged {
    /// The switches that a finding is about, in its order: the same ones whichever of them were
    /// touched.
    pub(super) fn entered_of<'j>(
        &'j self,
        finding: &'j Finding,
    ) -> impl Iterator<Item = &'j Entered> {
        let all = || self.entered.iter().chain(&self.around);
        finding.subject.switches.iter().filter_map(move |key| {
            all().find(|one| *one.at.session == *key.session && one.at.time == key.second)
        })
    }

    pub(super) fn record_names(&self) -> Vec<String> {
        self.records.iter().map(record_name).collect()
    }
}
