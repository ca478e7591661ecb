//! Where IAM events are recorded: what the live guard stores about it leads to the same findings as
//! the audit of all records.
//!
//! The world: dora switches, and a roster is taken three days later. In between, events of two
//! accounts arrive from two Regions.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use rolewatch_guard::delivery::Delivery;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::roster::{Rosters, Snapshot};
use rolewatch_guard::testing::{Elsewhere, PEOPLE, PRODUCTION, Story};
use rolewatch_guard::{Scope, judge};
use rolewatch_live::rulebook::POLICY_KEY;
use rolewatch_live::testing::{Calm, Twin, run};
use serde_json::value::to_raw_value;
use serde_json::{Value, json};
use switch_guard::Guard;

use crate::same_findings::{drain, envelope, one_by_one, said, standing};

const HERE: Elsewhere = Elsewhere {
    partition: "aws",
    first: "us-east-1",
    second: "ap-northeast-1",
};
const DAYS: i64 = 3;

/// A record that doesn't change anybody's membership.
#[derive(Debug, Clone)]
struct Chatter {
    service: &'static str,
    account: &'static str,
    region: &'static str,
    hour: i64,
}

fn chatter() -> impl Strategy<Value = Chatter> {
    let service = prop::sample::select(vec!["iam", "sts", "signin"]);
    let account = prop::sample::select(vec![PEOPLE, PEOPLE, PRODUCTION]);
    let region = prop::sample::select(vec![
        "us-east-1",
        "us-east-1",
        "us-east-1",
        "ap-northeast-1",
        "global",
    ]);
    (service, account, region, 0..DAYS * 24).prop_map(|(service, account, region, hour)| Chatter {
        service,
        account,
        region,
        hour,
    })
}

/// The story with the records in between, in a partition.
struct Told {
    elsewhere: Elsewhere,
    policy: String,
    roster: String,
    taken: Moment,
    records: Vec<Value>,
}

impl Told {
    fn new(elsewhere: Elsewhere, heard: &[Chatter]) -> Self {
        let mut story = Story::new();
        story.switch("dora").with_mfa().used_after(60);
        let taken = story.now().plus_seconds(DAYS * 86_400);
        let mut records = story.records().to_vec();
        for (
            number,
            Chatter {
                service,
                account,
                region,
                hour,
            },
        ) in heard.iter().enumerate()
        {
            records.push(json!({
                "eventVersion": "1.11", "eventTime": story.now().plus_seconds(hour * 3_600), "eventName": "GetSomething",
                "eventSource": format!("{service}.amazonaws.com"), "awsRegion": region, "recipientAccountId": account,
                "eventID": format!("9f0c2ad4-5d1e-4c9b-9a51-{number:012}"),
                "userIdentity": {"type": "IAMUser", "userName": "admin", "accountId": account, "arn": format!("arn:aws:iam::{account}:user/admin")},
            }));
        }
        let moved = |text: &str| elsewhere.moved_text(text);
        Self {
            policy: moved(story.policy_text()),
            roster: moved(&story.roster_text().unwrap()),
            taken,
            records: records
                .iter()
                .map(|record| serde_json::from_str(&moved(&record.to_string())).unwrap())
                .collect(),
            elsewhere,
        }
    }

    fn offline(&self) -> Vec<String> {
        let policy = Policy::read(self.policy.as_bytes(), "story").unwrap();
        let mut rosters = Rosters::default();
        rosters.add(Snapshot::read(self.roster.as_bytes(), Some(self.taken)).unwrap());
        let mut intake = rolewatch_guard::intake::Intake::new(&policy);
        for record in &self.records {
            intake
                .take_record(record.to_string().as_bytes(), Delivery::default())
                .unwrap();
        }
        let scope = Scope {
            as_of: Some(self.taken),
            ..Scope::default()
        };
        let judgement = judge(
            &intake.finish().world,
            &policy,
            &rosters,
            scope,
            &mut |_| (),
        );
        judgement
            .findings
            .iter()
            .map(said)
            .map(|(_, said)| format!("{said:?}"))
            .collect()
    }

    fn twin(&self) -> Twin<Calm> {
        let twin = Twin::new(Calm, self.taken);
        let name = self.taken.to_string().replace(':', "");
        let mut objects = twin.objects.borrow_mut();
        objects.insert(
            POLICY_KEY.to_owned(),
            (self.policy.clone().into_bytes(), self.taken),
        );
        objects.insert(
            format!("roster/development@{name}.json"),
            (self.roster.clone().into_bytes(), self.taken),
        );
        drop(objects);
        twin
    }
}

fn live(guard: &mut Guard, twin: &Twin<Calm>, record: &Value) {
    run(guard.handle(twin, &to_raw_value(&envelope(record)).unwrap(), None)).unwrap();
    drain(guard, twin);
}

fn stands(twin: &Twin<Calm>) -> Vec<String> {
    standing(twin)
        .values()
        .map(|said| format!("{said:?}"))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, rng_seed: RngSeed::Fixed(2_026), ..ProptestConfig::default() })]

    #[test]
    fn the_ledger_knows_where_iam_records_as_the_audit_does(
        elsewhere in prop::sample::select(vec![HERE, Elsewhere::CHINA, Elsewhere::MADE_UP]),
        heard in prop::collection::vec(chatter(), 0..14),
        shuffle in prop::collection::vec(any::<prop::sample::Index>(), 20),
    ) {
        let told = Told::new(elsewhere, &heard);
        let mut order = told.records.clone();
        for (at, other) in shuffle.iter().enumerate() {
            let (a, b) = (at % order.len(), other.index(order.len()));
            order.swap(a, b);
        }
        let twin = told.twin();
        let mut guard = Guard::default();
        for record in &order {
            live(&mut guard, &twin, record);
        }
        // A late record from another hour causes no new judgment. If something else does, it leads
        // to the audit's findings.
        for batch in one_by_one(&twin, &told.records) {
            run(guard.handle(&twin, &to_raw_value(&batch).unwrap(), None)).unwrap();
            drain(&mut guard, &twin);
        }
        prop_assert_eq!(told.offline(), stands(&twin), "in {}: {:#?}", told.elsewhere.partition, heard);
    }
}

#[test]
fn whoever_is_unproven_is_judged_again_once_it_is_known_where_iam_records() {
    let sts = (0..DAYS * 24).step_by(12).map(|hour| Chatter {
        service: "sts",
        account: PEOPLE,
        region: "us-east-1",
        hour,
    });
    for account in [PEOPLE, PRODUCTION] {
        let mut heard: Vec<Chatter> = sts.clone().collect();
        heard.push(Chatter {
            service: "iam",
            account,
            region: "us-east-1",
            hour: 5,
        });
        let told = Told::new(Elsewhere::MADE_UP, &heard);
        let (last, before) = told.records.split_last().unwrap();
        let (twin, mut guard) = (told.twin(), Guard::default());
        for record in before {
            live(&mut guard, &twin, record);
        }
        let unproven = stands(&twin);
        assert!(
            unproven
                .iter()
                .any(|said| said.contains("RW001") && said.contains("don't show which Region")),
            "{unproven:#?}"
        );
        live(&mut guard, &twin, last);
        assert_eq!(
            (stands(&twin), told.offline()),
            (vec![], vec![]),
            "IAM's event of {account} shows it"
        );
    }
}
