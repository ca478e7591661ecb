//! The findings about what was touched, as all facts would give them.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;

use futures_util::future::try_join_all;
use rolewatch_guard::id::{AccountId, RecordKey};
use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::rules::Rule;
use rolewatch_guard::{Examined, Finding, Judgement, Person, Scope, judge};

use super::index;
use crate::ledger::{Facts, Gather, SessionAt, Touched};
use crate::outbox::record_name;
use crate::port::{Table, Trouble};
use crate::rulebook::Rulebook;

/// A session's records lie within this many seconds of its mint.
pub(super) const SESSION: i64 = 13 * 3_600;

/// No session of a role lasts longer, and none of the console, in seconds.
const LONGEST: i64 = 12 * 3_600;

/// Sessions further apart than this cannot be in one stretch or one sliding day: 24 hours, and the longest session before it.
const APART: i64 = 48 * 3_600;

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
    /// When its credentials stop to work. Where nobody says, they may do so as long as any session does.
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
    /// The switches around them. Of those that share a finding with a touched one, everything was read.
    pub(super) around: Vec<Entered>,
    /// All records that are touched: the given ones, and those of the touched switches.
    pub(super) records: BTreeSet<RecordKey>,
    pub(super) facts: Facts,
    pub(super) policy: Policy,
}

pub(super) fn is_touched(touched: &Touched, at: &SessionAt) -> bool {
    let begin = SessionAt { session: at.session.clone(), time: at.time.plus_seconds(-SESSION) };
    let end = SessionAt { session: at.session.clone(), time: at.time.plus_seconds(SESSION) };
    touched.sessions.range(begin..=end).next().is_some()
}

pub(super) async fn judge_touched<T: Table>(table: &T, book: &Rulebook, touched: &Touched, now: Moment) -> Result<Judged, Trouble> {
    let policy = &book.policy;
    let mut gather = Gather::new(table, policy);
    for at in &touched.sessions {
        gather.session(at);
    }
    for record in &touched.records {
        gather.record(record);
    }
    let mut noted: BTreeSet<(SessionAt, [String; 2])> = BTreeSet::new();
    let mut noted_refusals: BTreeSet<RecordKey> = BTreeSet::new();
    loop {
        gather.close().await?;
        let facts = gather.facts();
        let mut all: Vec<Entered> = Vec::new();
        let rosters = facts.rosters(&book.rosters, now);
        let scope = Scope { as_of: Some(now), since: None, until: None };
        let judgement = judge(&facts.world, policy, &rosters, scope, &mut |examined| all.push(entered(examined, policy, &facts)));
        let (own, others): (Vec<Entered>, Vec<Entered>) = all
            .into_iter()
            .partition(|entered| is_touched(touched, &entered.at) || entered.records.iter().any(|record| touched.records.contains(record)));
        // Whole sessions, also of those that begin long before or after what touched them.
        let mut cluster: BTreeSet<SessionAt> = BTreeSet::new();
        for entered in &own {
            gather.session(&entered.at);
            cluster.insert(entered.at.clone());
        }
        let doors: BTreeSet<(&[String; 2], &str)> = own.iter().map(|entered| (&entered.person, entered.role.as_str())).collect();
        let known = try_join_all(doors.iter().map(|(person, role)| behind(table, person, role, &own, &mut noted, now))).await?;
        let limited: BTreeSet<(&[String; 2], &str)> =
            own.iter().filter(|entered| entered.limited).map(|entered| (&entered.person, entered.role.as_str())).collect();
        for (door, known) in doors.iter().zip(known).filter(|(door, _)| limited.contains(door)) {
            let seconds: BTreeSet<Moment> =
                own.iter().filter(|one| (&one.person, one.role.as_str()) == *door).map(|one| one.at.time).collect();
            for at in near(known, &seconds, |at| at.time) {
                gather.session(&at);
                cluster.insert(at);
            }
        }
        let tried = refusals(table, touched, &judgement, &mut gather, &mut noted_refusals, now).await?;
        if gather.is_open() {
            continue;
        }
        let in_doors: BTreeSet<SessionAt> = own
            .iter()
            .chain(&others)
            .filter(|one| limited.contains(&(&one.person, one.role.as_str())) && cluster.contains(&one.at))
            .map(|one| one.at.clone())
            .collect();
        let own_at: BTreeSet<SessionAt> = own.iter().map(|one| one.at.clone()).collect();
        let mut findings = judgement.findings;
        findings.retain(|finding| {
            let switches = || finding.subject.switches.iter().map(|key| SessionAt { session: key.session.to_string(), time: key.second });
            let several = Rule::find(finding.rule).is_some_and(Rule::over_several);
            if several {
                switches().any(|at| in_doors.contains(&at)) || finding.subject.records.iter().any(|record| tried.contains(record))
            } else {
                switches().any(|at| own_at.contains(&at)) || finding.subject.records.iter().any(|record| touched.records.contains(record))
            }
        });
        let records = touched.records.iter().chain(own.iter().flat_map(|one| &one.records)).cloned().collect();
        return Ok(Judged { findings, entered: own, around: others, records, facts, policy: policy.clone() });
    }
}

/// The switches of one person in one role, once ours are among them.
///
/// Ours are noted before the others are read: of two that are judged at once, at least one sees both.
fn behind<'t, T: Table>(
    table: &'t T,
    person: &'t [String; 2],
    role: &'t str,
    own: &'t [Entered],
    noted: &mut BTreeSet<(SessionAt, [String; 2])>,
    now: Moment,
) -> impl Future<Output = Result<Vec<SessionAt>, Trouble>> + use<'t, T> {
    let ours: Vec<&Entered> = own.iter().filter(|one| one.person == *person && one.role == role).collect();
    let fresh: Vec<&Entered> = ours.into_iter().filter(|one| noted.insert((one.at.clone(), person.clone()))).collect();
    async move {
        let known = index::held(table, person, role).await?;
        let missing: Vec<&&Entered> = fresh.iter().filter(|one| !known.contains(&one.at)).collect();
        if missing.is_empty() {
            return Ok(known);
        }
        try_join_all(missing.into_iter().map(|one| index::note(table, one, now))).await?;
        index::held(table, person, role).await
    }
}

/// The refused attempts of the same people at the same roles, around the touched ones.
async fn refusals<T: Table>(
    table: &T,
    touched: &Touched,
    judgement: &Judgement,
    gather: &mut Gather<'_, T>,
    noted: &mut BTreeSet<RecordKey>,
    now: Moment,
) -> Result<BTreeSet<RecordKey>, Trouble> {
    let mut tried: BTreeSet<RecordKey> = BTreeSet::new();
    let mut doors: BTreeMap<([String; 2], &str), BTreeSet<Moment>> = BTreeMap::new();
    for refused in judgement.refused.iter().filter(|refused| touched.records.contains(&refused.record)) {
        let person = refused.person.parts();
        if noted.insert(refused.record.clone()) {
            index::note_refusal(table, &person, refused.role.as_str(), &refused.record, refused.time, now).await?;
        }
        doors.entry((person, refused.role.as_str())).or_default().insert(refused.time);
    }
    for ((person, role), seconds) in doors {
        let known = index::refused(table, &person, role).await?;
        for (_, record) in near(known, &seconds, |(time, _)| *time) {
            gather.record(&record);
            tried.insert(record);
        }
    }
    Ok(tried)
}

/// Those of `all` that lead, in steps of at most [`APART`], to one of `seconds`. `all` is in order.
fn near<I>(all: Vec<I>, seconds: &BTreeSet<Moment>, time: impl Fn(&I) -> Moment) -> Vec<I> {
    let mut runs: Vec<Vec<I>> = Vec::new();
    for item in all {
        match runs.last_mut() {
            Some(run) if run.last().is_some_and(|last| time(&item).seconds_since(time(last)) <= APART) => run.push(item),
            _ => runs.push(vec![item]),
        }
    }
    let reaches = |run: &Vec<I>| {
        let (Some(first), Some(last)) = (run.first(), run.last()) else { return false };
        seconds.iter().any(|second| second.seconds_since(time(last)) <= APART && time(first).seconds_since(*second) <= APART)
    };
    runs.into_iter().filter(reaches).flatten().collect()
}

fn entered(examined: &Examined<'_>, policy: &Policy, facts: &Facts) -> Entered {
    let (switch, origin) = (examined.switch, examined.origin);
    let role = switch.role.as_ref();
    let limits = role.and_then(|role| policy.role_for(role));
    let user = match &origin.person {
        Person::User(account, id) if origin.broken.is_none() => Some((*account, id.to_string(), origin.name.clone())),
        _ => None,
    };
    let records: BTreeSet<RecordKey> = switch.all_records().into_iter().collect();
    Entered {
        at: SessionAt { session: switch.key.session.to_string(), time: switch.key.second },
        person: origin.person.parts(),
        account: origin.account,
        caller_account: switch.caller_account().filter(|account| Some(*account) != origin.account),
        user,
        role: role.map(|role| role.as_str().to_owned()).unwrap_or_default(),
        limited: limits.is_none_or(|limits| limits.max_session.is_some() || limits.max_stretch.is_some() || limits.max_per_day.is_some()),
        until: switch.granted_until().unwrap_or_else(|| switch.key.second.plus_seconds(LONGEST)),
        source_ip: switch.source_ip().map(rolewatch_guard::untrusted::harmless),
        region: switch
            .all_records()
            .iter()
            .find_map(|record| facts.regions.get(record))
            .map(|region| rolewatch_guard::untrusted::harmless(region)),
        records,
    }
}

impl Judged {
    /// The switches that a finding is about, in its order: the same ones whichever of them were touched.
    pub(super) fn entered_of<'j>(&'j self, finding: &'j Finding) -> impl Iterator<Item = &'j Entered> {
        let all = || self.entered.iter().chain(&self.around);
        finding
            .subject
            .switches
            .iter()
            .filter_map(move |key| all().find(|one| *one.at.session == *key.session && one.at.time == key.second))
    }

    pub(super) fn record_names(&self) -> Vec<String> {
        self.records.iter().map(record_name).collect()
    }
}
