//! Each partition records IAM events in one Region. Only missing logs of that Region can hide a
//! change of membership. The logs show which Region it is.

use rolewatch_guard::delivery::Delivery;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::roster::{Rosters, Snapshot};
use rolewatch_guard::testing::Elsewhere;
use serde_json::Value;

use super::*;

const EUSC: Elsewhere = Elsewhere {
    partition: "aws-eusc",
    first: "eusc-de-east-1",
    second: "eusc-de-west-1",
};
const SECRET: Elsewhere = Elsewhere {
    partition: "aws-iso-b",
    first: "us-isob-east-1",
    second: "us-isob-west-1",
};

/// Dora's switch, a roster three days later, and in between a record in some Region every 12 hours.
struct Chatter {
    story: Story,
    records: Vec<Value>,
    taken: Moment,
}

impl Chatter {
    fn new() -> Self {
        let mut story = Story::new();
        story.switch("dora").with_mfa().used_after(60);
        let taken = story.now().plus_seconds(72 * 3_600);
        Self {
            records: story.records().to_vec(),
            story,
            taken,
        }
    }

    /// Records of a service in one of the partition's Regions, during these hours.
    fn with(
        mut self,
        service: &str,
        account: &str,
        region: &str,
        hours: std::ops::Range<i64>,
    ) -> Self {
        for hour in hours.step_by(12) {
            self.story
                .count_from(u64::try_from(1_000 + self.records.len()).unwrap());
            let mut told = self.story.clone();
            told.iam(hour * 3_600, "admin")
                .creates_group("Others", "others");
            let mut record = told.records().last().unwrap().clone();
            record["eventSource"] = json!(format!("{service}.amazonaws.com"));
            record["eventName"] = json!("GetSomething");
            record["awsRegion"] = json!(region);
            record["recipientAccountId"] = json!(account);
            self.records.push(record);
        }
        self
    }

    /// The result of RW001 in a partition.
    fn verdict(&self, elsewhere: &Elsewhere) -> Option<(Verdict, String)> {
        let moved = |value: &Value| {
            serde_json::from_str::<Value>(&elsewhere.moved_text(&value.to_string())).unwrap()
        };
        let records: Vec<Value> = self.records.iter().map(moved).collect();
        let policy = rolewatch_guard::policy::Policy::read(
            elsewhere.moved_text(self.story.policy_text()).as_bytes(),
            "story",
        )
        .unwrap();
        let mut rosters = Rosters::default();
        let roster = elsewhere.moved_text(&self.story.roster_text().unwrap());
        rosters.add(Snapshot::read(roster.as_bytes(), Some(self.taken)).unwrap());
        let mut intake = rolewatch_guard::intake::Intake::new(&policy);
        for record in &records {
            intake
                .take_record(record.to_string().as_bytes(), Delivery::default())
                .unwrap();
        }
        let findings = judge(
            &intake.finish().world,
            &policy,
            &rosters,
            Scope::default(),
            &mut |_| (),
        )
        .findings;
        let found = findings.into_iter().find(|finding| finding.rule == "RW001");
        found.map(|finding| (finding.verdict, finding.message.to_string()))
    }

    fn unproven(&self, elsewhere: &Elsewhere) -> String {
        match self.verdict(elsewhere) {
            Some((Verdict::Unproven, message)) => message,
            other => panic!("in {}: {other:?}", elsewhere.partition),
        }
    }
}

const DEVELOPMENT: &str = "111122223333";
const PRODUCTION: &str = "444455556666";
const EVERYWHERE: [Elsewhere; 4] = [Elsewhere::CHINA, EUSC, SECRET, Elsewhere::MADE_UP];

#[test]
fn what_iam_recorded_shows_where_it_records() {
    for elsewhere in EVERYWHERE {
        let iam = Chatter::new().with("iam", DEVELOPMENT, "us-east-1", 0..72);
        assert_eq!(iam.verdict(&elsewhere), None, "{}", elsewhere.partition);
        let once = Chatter::new()
            .with("iam", DEVELOPMENT, "us-east-1", 0..1)
            .with("sts", DEVELOPMENT, "us-east-1", 12..72);
        assert_eq!(
            once.verdict(&elsewhere),
            None,
            "{}: once is enough",
            elsewhere.partition
        );
    }
}

#[test]
fn other_regions_make_up_for_no_silence_where_iam_records() {
    for elsewhere in EVERYWHERE {
        let silent = Chatter::new()
            .with("iam", DEVELOPMENT, "us-east-1", 0..12)
            .with("sts", DEVELOPMENT, "ap-northeast-1", 0..72);
        let message = silent.unproven(&elsewhere);
        assert!(message.contains("have a gap from 2026-03-0"), "{message}");
    }
}

#[test]
fn an_odd_record_of_iam_makes_up_for_no_silence_where_a_known_partition_records() {
    for elsewhere in [Elsewhere::CHINA, EUSC, SECRET] {
        let odd = Chatter::new().with("iam", DEVELOPMENT, "ap-northeast-1", 0..72);
        assert!(
            odd.unproven(&elsewhere).contains("have a gap"),
            "{}",
            elsewhere.partition
        );
    }
}

#[test]
fn where_two_regions_record_for_iam_none_of_them_may_be_silent() {
    let both = |hours| {
        Chatter::new()
            .with("iam", DEVELOPMENT, "us-east-1", 0..72)
            .with("iam", DEVELOPMENT, "ap-northeast-1", hours)
    };
    assert_eq!(both(0..72).verdict(&Elsewhere::MADE_UP), None);
    assert!(
        both(0..12)
            .unproven(&Elsewhere::MADE_UP)
            .contains("have a gap")
    );
}

#[test]
fn where_nothing_shows_it_in_an_unknown_partition_membership_is_unproven_and_says_why() {
    let sts = Chatter::new().with("sts", DEVELOPMENT, "us-east-1", 0..72);
    let message = sts.unproven(&Elsewhere::MADE_UP);
    assert!(
        message.contains("don't show which Region records the IAM events of account 111122223333"),
        "{message}"
    );
    for elsewhere in [Elsewhere::CHINA, EUSC, SECRET] {
        assert_eq!(
            sts.verdict(&elsewhere),
            None,
            "{}: it is known",
            elsewhere.partition
        );
    }
}

#[test]
fn another_accounts_iam_events_show_it_too_where_the_account_is_heard_from_there() {
    let other = Chatter::new().with("iam", PRODUCTION, "us-east-1", 0..12);
    let heard = other.with("sts", DEVELOPMENT, "us-east-1", 0..72);
    assert_eq!(heard.verdict(&Elsewhere::MADE_UP), None);
    let elsewhere_only = Chatter::new().with("iam", PRODUCTION, "ap-northeast-1", 0..72);
    let unheard = elsewhere_only.with("sts", DEVELOPMENT, "us-east-1", 0..72);
    assert!(
        unheard
            .unproven(&Elsewhere::MADE_UP)
            .contains("don't show which Region")
    );
}

#[test]
fn a_roster_of_the_same_day_needs_no_log() {
    let mut chatter = Chatter::new();
    chatter.taken = chatter.story.now().plus_seconds(23 * 3_600);
    assert_eq!(chatter.verdict(&Elsewhere::MADE_UP), None);
}

#[test]
fn old_trails_that_wrote_global_count_as_the_region_of_iam() {
    let global = Chatter::new().with("iam", DEVELOPMENT, "global", 0..72);
    for elsewhere in EVERYWHERE {
        if elsewhere.partition != "aws-nova" {
            assert_eq!(global.verdict(&elsewhere), None, "{}", elsewhere.partition);
        }
    }
    assert!(
        global
            .unproven(&Elsewhere::MADE_UP)
            .contains("don't show which Region")
    );
}
