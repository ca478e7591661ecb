//! The findings about what was touched, as all facts would give them.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::try_join_all;
use rolewatch_guard::id::{AccountId, RecordKey};
use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::roster::{Entity, Rosters};
use rolewatch_guard::rules::Rule;
use rolewatch_guard::{Examined, Finding, Judgement, Person, Scope, judge};

use super::index;
use crate::ledger::{Facts, Gather, SessionAt, Touched};
use crate::outbox::record_name;
use crate::port::{Table, Trouble};
use crate::rulebook::Rulebook;
use crate::time::SESSIONS_APART;
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
    let mut gather = Gather::new(table, &book.policy).hold_accounts_back();
    for at in &touched.sessions {
        gather.session(at);
    }
    for record in &touched.records {
        gather.record(record);
    }
    let mut notes = Notes {
        table,
        now,
        switches: BTreeSet::new(),
        alone: BTreeSet::new(),
        doors: BTreeMap::new(),
        refused: BTreeMap::new(),
    };
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
        let mut all: Vec<Entered> = Vec::new();
        let scope = Scope {
            as_of: Some(now),
            since: None,
            until: None,
        };
        let judgement = judge(
            &facts.world,
            &book.policy,
            &rosters,
            scope,
            &mut |examined| all.push(entered(examined, &book.policy, &facts)),
        );
        let (own, others): (Vec<Entered>, Vec<Entered>) = all.into_iter().partition(|entered| {
            is_touched(touched, &entered.at)
                || entered
                    .records
                    .iter()
                    .any(|record| touched.records.contains(record))
        });
        late |= notes.take(&own, &judgement, touched).await?;
        let mut cluster: BTreeSet<SessionAt> = own.iter().map(|one| one.at.clone()).collect();
        let limited: BTreeSet<Door> = own
            .iter()
            .filter(|entered| entered.limited)
            .map(Entered::door)
            .collect();
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
        if gather.holds_accounts_back() {
            gather.ask_about_accounts();
            late = false;
            continue;
        }
        if late {
            for account in &facts.accounts {
                gather.account_again(*account);
            }
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
        let records = touched
            .records
            .iter()
            .chain(own.iter().flat_map(|one| &one.records))
            .cloned()
            .collect();
        return Ok(Judged {
            findings,
            entered: own,
            around: others,
            records,
            facts,
            policy: book.policy.clone(),
        });
    }
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
        let several = Rule::find(finding.rule).is_some_and(Rule::over_several);
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

/// A person and a role.
type Door = ([String; 2], String);

/// What was noted of the touched ones, and what else was found under their people and roles.
///
/// INVARIANT (held): ours are noted before the others are read: of two that are judged at once, at
/// least one sees both.
struct Notes<'t, T> {
    table: &'t T,
    now: Moment,
    switches: BTreeSet<(SessionAt, Door, BTreeSet<String>)>,
    alone: BTreeSet<(RecordKey, BTreeSet<String>)>,
    doors: BTreeMap<Door, Vec<(SessionAt, BTreeSet<String>)>>,
    refused: BTreeMap<Door, Vec<(Moment, RecordKey)>>,
}

impl<T: Table> Notes<'_, T> {
    /// Notes what is new, and reads what lies beside it. `true`: something rests on more than was
    /// noted before.
    async fn take(
        &mut self,
        own: &[Entered],
        judgement: &Judgement,
        touched: &Touched,
    ) -> Result<bool, Trouble> {
        let doors: BTreeSet<Door> = own.iter().map(Entered::door).collect();
        let taken = try_join_all(doors.into_iter().map(|door| {
            let ours: Vec<&Entered> = own.iter().filter(|one| one.door() == door).collect();
            let known = self.doors.get(&door);
            let fresh: Vec<&Entered> = ours
                .into_iter()
                .filter(|one| !self.switches.contains(&one.noted()))
                .collect();
            behind(self.table, door, known, fresh, self.now)
        }));
        let mut more = false;
        for (door, known, written) in taken.await? {
            more |= written;
            self.switches.extend(
                own.iter()
                    .filter(|one| one.door() == door)
                    .map(Entered::noted),
            );
            self.doors.insert(door, known);
        }
        for alone in judgement
            .alone
            .iter()
            .filter(|alone| touched.records.contains(&alone.record))
        {
            if self
                .alone
                .insert((alone.record.clone(), index::asked(&alone.asked)))
            {
                index::note_alone(self.table, alone, self.now).await?;
                more = true;
            }
        }
        self.take_refusals(judgement, touched).await?;
        Ok(more)
    }

    /// The refused attempts of the same people at the same roles, once the touched ones are among
    /// them.
    async fn take_refusals(
        &mut self,
        judgement: &Judgement,
        touched: &Touched,
    ) -> Result<(), Trouble> {
        for refused in judgement
            .refused
            .iter()
            .filter(|refused| touched.records.contains(&refused.record))
        {
            let door: Door = (refused.person.parts(), refused.role.as_str().to_owned());
            let known = self
                .refused
                .get(&door)
                .is_some_and(|known| known.iter().any(|(_, record)| *record == refused.record));
            if !known {
                index::note_refusal(
                    self.table,
                    &door.0,
                    &door.1,
                    &refused.record,
                    refused.time,
                    self.now,
                )
                .await?;
                let all = index::refused(self.table, &door.0, &door.1).await?;
                self.refused.insert(door, all);
            }
        }
        Ok(())
    }

    /// The switches behind a door that can have to do with ours.
    fn near(&self, door: &Door, own: &[Entered]) -> Vec<SessionAt> {
        let seconds: BTreeSet<Moment> = own
            .iter()
            .filter(|one| one.door() == *door)
            .map(|one| one.at.time)
            .collect();
        let known = self
            .doors
            .get(door)
            .into_iter()
            .flatten()
            .map(|(at, _)| at.clone())
            .collect();
        near(known, &seconds, |at| at.time)
    }

    /// The touched attempts, and those that can have to do with them.
    fn tried(&self, judgement: &Judgement, touched: &Touched) -> BTreeSet<RecordKey> {
        let mut doors: BTreeMap<Door, BTreeSet<Moment>> = BTreeMap::new();
        for refused in judgement
            .refused
            .iter()
            .filter(|refused| touched.records.contains(&refused.record))
        {
            doors
                .entry((refused.person.parts(), refused.role.as_str().to_owned()))
                .or_default()
                .insert(refused.time);
        }
        let near = |(door, seconds): (Door, BTreeSet<Moment>)| {
            near(
                self.refused.get(&door).cloned().unwrap_or_default(),
                &seconds,
                |(time, _)| *time,
            )
        };
        doors
            .into_iter()
            .flat_map(near)
            .map(|(_, record)| record)
            .collect()
    }
}

/// The switches of one person in one role, once ours are among them, and whether one of ours was
/// not noted so before.
async fn behind<T: Table>(
    table: &T,
    door: Door,
    known: Option<&Vec<(SessionAt, BTreeSet<String>)>>,
    fresh: Vec<&Entered>,
    now: Moment,
) -> Result<(Door, Vec<(SessionAt, BTreeSet<String>)>, bool), Trouble> {
    let known = match known {
        Some(known) if fresh.is_empty() => return Ok((door, known.clone(), false)),
        Some(known) => known.clone(),
        None => index::held(table, &door.0, &door.1).await?,
    };
    let noted = |one: &Entered| {
        known
            .iter()
            .any(|(at, asked)| *at == one.at && index::asked(&one.asked).is_subset(asked))
    };
    let missing: Vec<&Entered> = fresh.into_iter().filter(|one| !noted(one)).collect();
    if missing.is_empty() {
        return Ok((door, known, false));
    }
    try_join_all(missing.iter().map(|one| index::note(table, one, now))).await?;
    let known = index::held(table, &door.0, &door.1).await?;
    Ok((door, known, true))
}

/// Those of `all` that lead, in steps of at most [`SESSIONS_APART`], to one of `seconds`. `all` is in order.
fn near<I>(all: Vec<I>, seconds: &BTreeSet<Moment>, time: impl Fn(&I) -> Moment) -> Vec<I> {
    let mut runs: Vec<Vec<I>> = Vec::new();
    for item in all {
        match runs.last_mut() {
            Some(run)
                if run.last().is_some_and(|last| {
                    time(&item).seconds_since(time(last)) <= SESSIONS_APART
                }) =>
            {
                run.push(item);
            }
            _ => runs.push(vec![item]),
        }
    }
    let reaches = |run: &Vec<I>| {
        let (Some(first), Some(last)) = (run.first(), run.last()) else {
            return false;
        };
        seconds.iter().any(|second| {
            second.seconds_since(time(last)) <= SESSIONS_APART
                && time(first).seconds_since(*second) <= SESSIONS_APART
        })
    };
    runs.into_iter().filter(reaches).flatten().collect()
}

fn entered(examined: &Examined<'_>, policy: &Policy, facts: &Facts) -> Entered {
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
