//! People of Identity Center: a made-up company, judged by the engine and by a second reading of
//! the law.

mod judged;
mod law;
mod week;

use std::collections::BTreeMap;

use crate::made_up_company::{company, dice, records, telling};
use company::Company;
use dice::Dice;
use judged::{Judged, judged};
use law::{Answer, Evidence, Member, Person, Verdict, expected, held, refusals};

/// How many companies an ordinary run makes up; `ROLEWATCH_SEEDS` asks for another number.
fn seeds() -> u64 {
    std::env::var_os("ROLEWATCH_SEEDS").map_or(400, |text| {
        let number = text.to_str().and_then(|text| text.parse().ok());
        number.unwrap_or_else(|| panic!("ROLEWATCH_SEEDS is {}", text.display()))
    })
}

/// The rules whose answers depend on who it was.
const PERSONAL: [&str; 6] = ["RW001", "RW002", "RW006", "RW010", "RW015", "RW016"];

/// Where the engine and the law differ about one company, one line each.
fn differences(company: &Company, judged: &Judged) -> Vec<String> {
    let evidence = &Evidence::new(company);
    let mut lines = Vec::new();
    for session in (0..company.sessions.len()).filter(|at| law::is_judged(evidence, *at)) {
        let person = evidence.person(session);
        for (rule, verdict) in expected(evidence, session) {
            if PERSONAL.contains(&rule) && evidence.has_twin_parent(session) {
                continue;
            }
            let got = judged.of_session(session, rule);
            if verdict != Verdict::Open && got != verdict {
                lines.push(format!(
                    "{rule} of session {session}: {verdict:?} expected, {got:?} found; {person:?}"
                ));
            }
        }
    }
    for ((id, account, set), held) in held(evidence) {
        for (rule, verdict) in [("RW004", held.stretch), ("RW005", held.day)] {
            let got = judged.of_holder(evidence, (id, account, set), rule);
            if verdict != Verdict::Open && got != verdict {
                lines.push(format!(
                    "{rule} of {id:?} in {account} {set:?}: {verdict:?} expected, {got:?} found"
                ));
            }
        }
    }
    let (mut asked, found) = (refusals(evidence), judged.refusals());
    asked.retain(|run| !found.contains(run));
    lines.extend(
        asked
            .into_iter()
            .map(|run| format!("RW009 of {run:?}: expected, not found")),
    );
    let asked = refusals(evidence);
    let more = found.into_iter().filter(|run| !asked.contains(run));
    lines.extend(more.map(|run| format!("RW009 of {run:?}: found, not expected")));
    lines.extend(judged.strays());
    lines
}

/// The same company without everything that a difference doesn't need.
fn minimal(mut company: Company, line: &str) -> Company {
    let differs = |company: &Company| {
        let judged = judged(company, &company.records());
        differences(company, &judged)
            .iter()
            .any(|other| other == line)
    };
    let mut step = company.told.len() / 2;
    while step > 0 {
        let mut at = 0;
        while at < company.told.len() {
            let mut fewer = company.clone();
            let end = (at + step).min(fewer.told.len());
            let chatter: Vec<_> = fewer
                .told
                .drain(at..end)
                .filter(company::is_chatter)
                .collect();
            let kept = chatter.len();
            fewer.told.splice(at..at, chatter);
            if kept < end - at && differs(&fewer) {
                company = fewer;
                at += kept;
            } else {
                at += step;
            }
        }
        step /= 2;
    }
    for at in (0..company.rosters.len()).rev() {
        let mut fewer = company.clone();
        fewer.rosters.remove(at);
        if differs(&fewer) {
            company = fewer;
        }
    }
    company
}

#[test]
fn every_switch_of_a_made_up_company_is_judged_as_the_law_says() {
    for seed in 0..seeds() {
        let company = telling::tell(seed);
        let judged = judged(&company, &company.records());
        let differences = differences(&company, &judged);
        if let Some(first) = differences.first() {
            let story = minimal(company, first).story();
            panic!("{story}\n{}", differences.join("\n"));
        }
    }
}

/// The companies have something of everything.
#[test]
fn every_answer_of_every_rule_is_asked_for() {
    let mut counts: BTreeMap<(&str, String), usize> = BTreeMap::new();
    let mut count = |rule, verdict: Verdict| {
        *counts.entry((rule, format!("{verdict:?}"))).or_default() += 1;
    };
    for seed in 0..seeds() {
        let company = telling::tell(seed);
        let evidence = Evidence::new(&company);
        for session in (0..company.sessions.len()).filter(|at| law::is_judged(&evidence, *at)) {
            for (rule, verdict) in expected(&evidence, session) {
                count(rule, verdict);
            }
        }
        for held in held(&evidence).into_values() {
            count("RW004", held.stretch);
            count("RW005", held.day);
        }
        for _ in refusals(&evidence) {
            count("RW009", Verdict::Violation);
        }
    }
    println!("{counts:#?}");
    let unproven = ["RW001", "RW002", "RW004", "RW005", "RW006", "RW012"];
    let all = [
        "RW001", "RW002", "RW003", "RW004", "RW005", "RW009", "RW010", "RW011", "RW012", "RW015",
    ];
    let of = |rule, verdict: &str| {
        counts
            .get(&(rule, verdict.to_owned()))
            .copied()
            .unwrap_or(0)
    };
    // A run of a few seeds needn't have all of it.
    let least = usize::try_from(seeds() / 40).unwrap();
    for (rules, verdict) in [(&all[..], "Violation"), (&unproven[..], "Unproven")] {
        for rule in rules {
            assert!(of(rule, verdict) >= least, "{rule} {verdict}: {counts:#?}");
        }
    }
}

/// The oracle itself: what it calls proved is so.
#[test]
fn the_law_never_takes_the_innocent_for_guilty_or_the_other_way_round() {
    let (mut people, mut wrong) = (0, 0);
    for seed in 0..seeds() {
        let company = telling::tell(seed);
        let evidence = Evidence::new(&company);
        for session in (0..company.sessions.len()).filter(|at| law::is_judged(&evidence, *at)) {
            let of = &company.sessions[session];
            if of.forged {
                continue;
            }
            let Person::Known(id, answer) = evidence.person(session) else {
                continue;
            };
            people += 1;
            if of.truly.store != 0 {
                continue;
            }
            if id != of.truly {
                // A call at the portal that isn't the switch's own, where its own is missing and
                // nothing shows a name; or a name that changed hands unseen, in a silence that is
                // too short between the moment and what shows the name.
                assert!(
                    answer == Answer::Portal || company.silence.is_some(),
                    "session {session}\n{}",
                    company.story()
                );
                wrong += 1;
                continue;
            }
            for group in 0..company::GROUPS.len() {
                let user = &company.users[id.user];
                let member = user.stay(group, of.at).is_some() && user.is_alive(of.at);
                let active = user.is_active(of.at);
                let hidden = company.silence.is_some();
                match evidence.member(id, Some(group), of.at) {
                    Member::Yes(_) if !hidden => assert!(
                        member && active,
                        "session {session} group {group}\n{}",
                        company.story()
                    ),
                    Member::No if !hidden => assert!(
                        !(member && active),
                        "session {session} group {group}\n{}",
                        company.story()
                    ),
                    _ => {}
                }
            }
        }
    }
    assert!(people > 100 && wrong * 100 < people, "{wrong} of {people}");
}

/// The same under any order, with records twice, and split over several files.
#[test]
fn order_repetition_and_split_change_nothing() {
    for seed in 0..seeds() / 4 {
        let company = telling::tell(seed);
        let records = company.records();
        let straight = judged::seen(&judged(&company, &records).judgement);
        let mut dice = Dice::new(seed ^ 0x5eed);
        let mut mixed = records.clone();
        mixed.extend((0..dice.below(30)).map(|_| records[dice.below(records.len())].clone()));
        dice.shuffle(&mut mixed);
        let again = judged::seen(&judged(&company, &mixed).judgement);
        assert_eq!(straight, again, "{}", company.story());
        let policy = judged::policy(&company);
        let parts = 2 + dice.below(4);
        let worlds =
            (0..parts).map(|part| judged::world(&policy, mixed.iter().skip(part).step_by(parts)));
        let joined = worlds
            .rev()
            .reduce(rolewatch_guard::world::World::join)
            .unwrap();
        let again = judged::seen(&judged::judged_world(&company, &policy, &joined));
        assert_eq!(straight, again, "{}", company.story());
    }
}
