//! What everybody did in the week before: each person entered the role once, and an administrator
//! added people to a group and removed them again.

use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::seen::{Reading, read, reduced};
use rolewatch_guard::testing::Story;
use rolewatch_live::ledger::store_record;
use rolewatch_live::testing::{Calm, Twin, run};

use crate::company::{Company, Who};
use crate::dynamo::Rows;

/// The length of what is stored, in seconds.
const SPAN: usize = 5 * 86_400;

/// How long before the measurement it begins, in seconds.
const AGO: i64 = 6 * 86_400;

struct Writer<'c> {
    company: &'c Company,
    policy: Policy,
    twin: Twin<Calm>,
}

/// The rows of the ledger.
pub(crate) fn of_last_week(company: &Company, changes: usize) -> Rows {
    let writer = Writer {
        company,
        policy: Policy::read(company.policy().as_bytes(), "policy").unwrap(),
        twin: Twin::new(Calm, company.begin),
    };
    let begin = company.begin.plus_seconds(-AGO);
    let at = |number: usize, all: usize| {
        begin.plus_seconds(60 + i64::try_from(number * SPAN / all.max(1)).unwrap())
    };
    let mut number = 1_000_000;
    for account in 0..company.accounts {
        let mut tell = |at: Moment, step: &dyn Fn(&mut Story)| {
            number += 1;
            let mut story = Company::story(at, number);
            step(&mut story);
            writer.keep(account, &story);
        };
        // The first IAM event shows where such events are recorded.
        tell(begin, &|story| {
            story.iam(0, "admin").adds("admin", "Testers");
        });
        let people = (0..company.people).map(|number| (number, Who::Person(number)));
        let members = (0..company.members).map(|number| (number, Who::Member(number)));
        for (number, who) in people.chain(members) {
            let name = who.name(account);
            let all = company.people.max(company.members);
            tell(at(number, all), &|story| {
                drop(story.switch(&name).with_mfa().only_caller_half());
            });
        }
        for number in 0..changes / company.accounts {
            let whose = Who::Person(number % company.people.max(1)).name(account);
            tell(at(number, changes / company.accounts), &|story| {
                let step = story.iam(0, "admin");
                match number % 2 {
                    0 => step.adds(&whose, "Admins"),
                    _ => step.removes(&whose, "Admins"),
                }
            });
        }
    }
    writer.twin.rows.take()
}

impl Writer<'_> {
    /// Stores the records of a story without judging them.
    fn keep(&self, account: usize, story: &Story) {
        let elevated = |role: &_| rolewatch_guard::Elevated::by_policy(&self.policy).may_be(role);
        for record in story.records() {
            let text = self.company.record(account, record);
            let Reading::Seen(seen) = read(text.as_bytes(), &elevated).unwrap() else {
                continue;
            };
            let body = reduced(text.as_bytes()).unwrap();
            let now = story.now();
            run(store_record(
                &self.twin,
                &self.policy,
                *seen,
                body,
                true,
                now,
            ))
            .unwrap();
        }
    }
}
