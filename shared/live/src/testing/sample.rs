//! Alerts to show and to test with.

use rolewatch_guard::arn::RoleArn;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::{Policy, Severity};
use rolewatch_guard::roster::Rosters;
use rolewatch_guard::seen::{Reading, read};
use rolewatch_guard::world::World;
use rolewatch_guard::{Elevated, Scope, Verdict, judge};
use serde_json::{Value, json};

use crate::recipients::Recipients;
use crate::settle::alert::alert_of_finding;
use crate::wire::{
    Alert, Broken, CallerShown, Digest, Ending, EvidenceShown, Held, Listed, NamedAccount, Open,
    Reviewed, SessionShown, Silent, Status, Stretch,
};

fn at(time: &str) -> Moment {
    time.parse().unwrap_or(Moment::from_epoch_seconds(0))
}

/// The alert of a real finding: the engine reads an event of `events/` by the policy there. This is
/// what the documentation shows.
///
/// # Panics
/// If the example events no longer have such a finding.
#[expect(
    clippy::expect_used,
    reason = "only tests and the documentation's example call it"
)]
pub fn of_engine() -> Alert {
    let policy = include_bytes!("../../../../events/rolewatch.yaml");
    let event = include_str!("../../../../events/assume-role-no-mfa-permanent-key.json");
    let policy =
        Policy::read(policy, "events/rolewatch.yaml").expect("the example policy is valid");
    let event: Value = serde_json::from_str(event).expect("the example event is JSON");
    let elevated = |role: &RoleArn| Elevated::by_policy(&policy).may_be(role);
    let detail = event.get("detail").expect("the example event has a record");
    let mut world = World::default();
    let reading = read(detail.to_string().as_bytes(), &elevated);
    if let Ok(Reading::Seen(seen)) = reading {
        world.add(*seen);
    }
    let rosters = Rosters::default();
    let judgement = judge(&world, &policy, &rosters, Scope::default(), &mut |_| {});
    let mut findings = judgement.findings.iter();
    let finding = findings.find(|finding| finding.rule == "RW002");
    let finding = finding.expect("the example event breaks RW002");
    alert_of_finding(finding, &policy, finding.time.plus_seconds(4))
}

/// `dora` of the development account enters `UpdateApp` in production with a permanent key.
pub fn alert() -> Alert {
    Alert {
        rule: "RW002".into(),
        name: "switch-without-mfa".into(),
        verdict: Verdict::Violation,
        severity: Severity::High,
        time: at("2026-01-31T18:30:05Z"),
        role: "arn:aws:iam::444455556666:role/UpdateApp".into(),
        caller: CallerShown {
            arn: Some("arn:aws:iam::111122223333:user/dora".into()),
            account: Some("111122223333".into()),
            name: "dora".into(),
        },
        message: "dora entered UpdateApp in production without MFA: a permanent key, and no device named in the call".into(),
        message_ja: None,
        events: vec!["1f0c2ad4-5d1e-4c9b-9a51-EXAMPLE00001".into(), "7a3e1b90-2f4d-4e06-8c77-EXAMPLE00002".into()],
        id: "3b1f0c5de2a94f7790d4c6b8a1e2f301".into(),
        policy: "9c2f41aa".into(),
        supersedes: Vec::new(),
        self_granted: false,
        denied: false,
        owner: None,
        events_total: 2,
        version: 1,
        status: Status::Open,
        role_account: NamedAccount { id: "444455556666".into(), name: Some("production".into()) },
        caller_account_name: Some("development".into()),
        source_ip: Some("203.0.113.7".into()),
        user_agent: Some("aws-cli/2.31.4 md/awscrt#0.27.6 ua/2.1 os/linux#6.8 lang/python#3.13".into()),
        region: Some("us-east-1".into()),
        session: Some(SessionShown {
            name: Some("dora".into()),
            key: Some("7QXZ".into()),
            granted_until: Some(at("2026-01-31T19:30:05Z")),
            ended: None,
        }),
        evidence: vec![
            evidence("1f0c2ad4-5d1e-4c9b-9a51-EXAMPLE00001", "111122223333", "development"),
            evidence("7a3e1b90-2f4d-4e06-8c77-EXAMPLE00002", "444455556666", "production"),
        ],
        uses: None,
        first_seen: None,
        together: None,
        reviewed: None,
        noticed: at("2026-01-31T18:30:09Z"),
    }
}

fn evidence(event: &str, account: &str, name: &str) -> EvidenceShown {
    EvidenceShown {
        event: event.into(),
        name: Some("AssumeRole".into()),
        account: account.into(),
        account_name: Some(name.into()),
        region: Some("us-east-1".into()),
        time: Some(at("2026-01-31T18:30:05Z")),
    }
}

/// `anna` removed the MFA condition from the trust policy of `UpdateApp`.
pub fn changed() -> Alert {
    let statement = |condition| json!({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "sts:AssumeRole", "Condition": condition});
    let role = "arn:aws:iam::444455556666:role/UpdateApp";
    Alert {
        rule: "RW101".into(),
        name: "trust-without-mfa".into(),
        caller: CallerShown {
            arn: Some("arn:aws:iam::444455556666:user/anna".into()),
            account: Some("444455556666".into()),
            name: "anna".into(),
        },
        message: "UpdateApp in production can be entered without MFA by dora in development".into(),
        reviewed: Some(Reviewed {
            account: "444455556666".into(),
            subject: role.into(),
            place: Some("the trust policy".into()),
            statement: Some(statement(
                json!({"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}),
            )),
            fix: Some(statement(
                json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
            )),
            undecided: Vec::new(),
        }),
        caller_account_name: Some("production".into()),
        session: None,
        evidence: Vec::new(),
        ..alert()
    }
}

/// A day on which something of every kind is open.
pub fn digest() -> Digest {
    Digest {
        id: "2026-02-01T00:00:00Z".into(),
        since: at("2026-01-31T00:00:00Z"),
        until: at("2026-02-01T00:00:00Z"),
        switches: 14,
        people: 4,
        elevated: 3 * 3_600 + 25 * 60,
        held: sessions_held(),
        longest: Some(stretch("dora", 6_300)),
        unused: Listed::first_of(vec![stretch("tess", 0)]),
        broken: broken(),
        unproven: unproven(),
        unacknowledged: Listed::first_of(vec![Open {
            verdict: Verdict::Violation,
            ..open("RW002", "dora", "dora entered UpdateApp without MFA")
        }]),
        silent: silent(),
        unanswered: Listed::default(),
        suppressions: suppressions(),
        rules_off: Listed::default(),
        recipients: Some(Recipients::Confirmed),
        quarantined: Some(1),
        unread_directory: None,
        signed_in_without_mfa: Listed::default(),
        unlisted: Listed::default(),
    }
}

fn role(name: &str) -> String {
    format!("arn:aws:iam::444455556666:role/{name}")
}

fn stretch(who: &str, seconds: i64) -> Stretch {
    Stretch {
        who: who.into(),
        role: role("UpdateApp"),
        began: at("2026-01-31T02:10:00Z"),
        seconds,
    }
}

fn open(rule: &str, who: &str, message: &str) -> Open {
    Open {
        id: "3b1f0c5de2a94f7790d4c6b8a1e2f301".into(),
        rule: rule.into(),
        verdict: Verdict::Unproven,
        who: who.into(),
        role: role("UpdateApp"),
        time: at("2026-01-31T18:30:05Z"),
        message: message.into(),
        message_ja: None,
    }
}

fn sessions_held() -> Listed<Held> {
    let held = |who: &str, name: &str, switches, seconds| Held {
        who: who.into(),
        role: role(name),
        switches,
        seconds,
    };
    Listed::first_of(vec![
        held("dora", "UpdateApp", 6, 7_500),
        held("dave", "UpdateApp", 4, 3_600),
        held("tom", "SiteAdmin", 3, 1_200),
        held("tess", "UpdateApp", 1, 0),
    ])
}

fn broken() -> Vec<Broken> {
    vec![
        Broken {
            rule: "RW002".into(),
            severity: Severity::High,
            count: 2,
        },
        Broken {
            rule: "RW004".into(),
            severity: Severity::Medium,
            count: 1,
        },
    ]
}

fn unproven() -> Listed<Open> {
    Listed::first_of(vec![
        open(
            "RW001",
            "tom",
            "can't tell whether tom was in Developers: there is no roster of account 111122223333",
        ),
        open(
            "RW002",
            "tess",
            "can't tell whether tess used MFA: the logs of account 111122223333 are missing",
        ),
    ])
}

fn silent() -> Listed<Silent> {
    let account = |id: &str, name: &str| NamedAccount {
        id: id.into(),
        name: Some(name.into()),
    };
    Listed::first_of(vec![
        Silent {
            account: account("555555555555", "staging"),
            regions: Vec::new(),
            last: Some(at("2026-01-28T04:00:00Z")),
        },
        Silent {
            account: account("444455556666", "production"),
            regions: vec!["ap-northeast-1".into()],
            last: None,
        },
    ])
}

fn suppressions() -> Listed<Ending> {
    Listed::first_of(vec![
        Ending {
            rule: "RW003".into(),
            caller: "arn:aws:iam::111122223333:user/batch".into(),
            owner: "platform".into(),
            until: "2026-01-30".into(),
            over: true,
        },
        Ending {
            rule: "RW004".into(),
            caller: "arn:aws:iam::111122223333:user/deploy".into(),
            owner: "platform".into(),
            until: "2026-02-10".into(),
            over: false,
        },
    ])
}
