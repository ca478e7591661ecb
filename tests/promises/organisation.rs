//! Random stories of an organization: people who switch, chain, leave, or are denied; changes in
//! IAM; records that contradict each other.

use proptest::prelude::*;
use rolewatch_guard::testing::Story;
use serde_json::{Value, json};

const PEOPLE: [&str; 6] = ["dora", "dave", "tom", "tess", "nell", "admin"];
const ROLES: [&str; 4] = ["UpdateApp", "SiteAdmin", "ReadOnly", "Deploy"];
const GROUPS: [&str; 3] = ["Developers", "Testers", "Operators"];

/// One sentence of a generated story.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Later(i64),
    Switch {
        who: usize,
        role: usize,
        how: u8,
        seconds: i64,
        uses: Vec<i64>,
        left: Option<i64>,
        parts: u8,
    },
    Chain {
        who: usize,
        through: usize,
        start: bool,
    },
    /// Starts from the person's latest session, if there is one, goes through other roles, and ends
    /// in one of these roles.
    Again {
        who: usize,
        over: Vec<usize>,
        role: usize,
        seconds: i64,
        uses: Vec<i64>,
    },
    /// The console renews a role, with or without a call to STS, and the renewal may outlive the
    /// issued credentials.
    Renewed {
        who: usize,
        role: usize,
        mint: bool,
        seconds: i64,
        uses: Vec<i64>,
    },
    Service,
    Denied {
        who: usize,
        role: usize,
    },
    AssumeRoot {
        who: usize,
        refused: bool,
    },
    Iam {
        by: usize,
        what: u8,
        user: usize,
        other: usize,
        group: usize,
    },
    /// An event of Identity Center, which the policy of the stories doesn't mention.
    Center {
        what: usize,
        who: usize,
    },
    /// A copy of an earlier record, with a difference.
    Contradict {
        which: usize,
        how: u8,
    },
    /// A correction of an earlier record.
    Correct {
        which: usize,
    },
}

pub(crate) fn step() -> impl Strategy<Value = Step> {
    let who = 0..PEOPLE.len();
    prop_oneof![
        // Includes zero seconds, because events in the same second are the hard part.
        4 => prop_oneof![Just(0_i64), 1_i64..5, 60_i64..1_200, 3_000_i64..20_000].prop_map(Step::Later),
        6 => (who.clone(), 0..ROLES.len(), 0_u8..6, 900_i64..9_000, prop::collection::vec(0_i64..9_000, 0..3), prop::option::of(0_i64..4_000), 0_u8..8)
            .prop_map(|(who, role, how, seconds, uses, left, parts)| Step::Switch { who, role, how, seconds, uses, left, parts }),
        1 => (who.clone(), 0..2_usize, any::<bool>()).prop_map(|(who, through, start)| Step::Chain { who, through, start }),
        2 => (who.clone(), prop::collection::vec(0..ROLES.len(), 0..3), 0..ROLES.len(), 900_i64..4_000, prop::collection::vec(0_i64..4_000, 0..3))
            .prop_map(|(who, over, role, seconds, uses)| Step::Again { who, over, role, seconds, uses }),
        2 => (who.clone(), 0..ROLES.len(), any::<bool>(), 900_i64..4_000, prop::collection::vec(0_i64..5_000, 0..3))
            .prop_map(|(who, role, mint, seconds, uses)| Step::Renewed { who, role, mint, seconds, uses }),
        1 => Just(Step::Service),
        1 => (who.clone(), 0..ROLES.len()).prop_map(|(who, role)| Step::Denied { who, role }),
        1 => (who.clone(), any::<bool>()).prop_map(|(who, refused)| Step::AssumeRoot { who, refused }),
        4 => (who.clone(), 0_u8..9, who.clone(), who, 0..GROUPS.len())
            .prop_map(|(by, what, user, other, group)| Step::Iam { by, what, user, other, group }),
        2 => (0..CENTER.len(), 0..PEOPLE.len()).prop_map(|(what, who)| Step::Center { what, who }),
        1 => (any::<prop::sample::Index>(), 0_u8..4).prop_map(|(which, how)| Step::Contradict { which: which.index(1_000), how }),
        1 => any::<prop::sample::Index>().prop_map(|which| Step::Correct { which: which.index(1_000) }),
    ]
}

pub(crate) fn tell(steps: &[Step], roster: bool) -> Story {
    let mut story = Story::new().with_policy_line(
        "roles:\n",
        "roles:\n  - {arn: \"arn:aws:iam::444455556666:role/*Admin\", groups: [development/Operators, development/Developers], max_stretch: 1h, chaining: allow}\n  - {arn: \"arn:aws:iam::444455556666:role/Deploy\", groups: [development/Developers], max_session: 30m, chaining: allow}\n",
    );
    if !roster {
        story = story.without_roster();
    }
    for step in steps {
        match step {
            Step::Later(seconds) => story.later(*seconds),
            Step::Switch {
                who,
                role,
                how,
                seconds,
                uses,
                left,
                parts,
            } => {
                let mut switch = story
                    .switch_to(PEOPLE[*who], ROLES[*role])
                    .lasting(*seconds);
                switch = match how {
                    0 => switch.with_mfa(),
                    1 => switch.without_mfa(),
                    2 => switch.with_permanent_key(),
                    3 => switch
                        .with_permanent_key()
                        .with_serial("arn:aws:iam::111122223333:mfa/device"),
                    4 => switch.without_session_context(),
                    _ => switch.by_console(),
                };
                for at in uses {
                    switch = switch.used_after(*at);
                }
                if let Some(left) = left {
                    switch = switch.left_after(*left);
                }
                match parts {
                    0 => drop(switch.only_caller_half()),
                    1 => drop(switch.only_owner_half()),
                    2 => drop(switch.only_switch_role()),
                    3 => drop(switch.only_uses()),
                    _ => drop(switch),
                }
            }
            Step::Chain {
                who,
                through,
                start,
            } => {
                let through = ["Jump", "UpdateApp"][*through];
                if *start {
                    story.chain(PEOPLE[*who], through);
                } else {
                    story.chain_without_start(PEOPLE[*who], through);
                }
            }
            Step::Again {
                who,
                over,
                role,
                seconds,
                uses,
            } => {
                let person = PEOPLE[*who];
                if !story.is_in_a_session(person) {
                    continue;
                }
                for role in over {
                    drop(story.switch_to(person, ROLES[*role]).from_own_session());
                }
                let switch = story
                    .switch_to(person, ROLES[*role])
                    .from_own_session()
                    .lasting(*seconds);
                drop(
                    uses.iter()
                        .fold(switch, |switch, at| switch.used_after(*at)),
                );
            }
            Step::Renewed {
                who,
                role,
                mint,
                seconds,
                uses,
            } => {
                let switch = story
                    .switch_to(PEOPLE[*who], ROLES[*role])
                    .lasting(*seconds);
                let switch = if *mint {
                    switch.as_renewal()
                } else {
                    switch.by_console().renewed_after(*seconds - 100)
                };
                drop(
                    uses.iter()
                        .fold(switch, |switch, at| switch.used_after(*at)),
                );
            }
            Step::Service => story.service_switch("ec2.amazonaws.com"),
            Step::Denied { who, role } => story.denied(PEOPLE[*who], ROLES[*role]),
            Step::AssumeRoot { who, refused } => {
                if *refused {
                    story.assume_root_denied(PEOPLE[*who]);
                } else {
                    story.assume_root(PEOPLE[*who], "555566667777");
                }
            }
            Step::Iam {
                by,
                what,
                user,
                other,
                group,
            } => {
                let (user, other, group) = (PEOPLE[*user], PEOPLE[*other], GROUPS[*group]);
                let iam = story.iam(0, PEOPLE[*by]);
                match what {
                    0 | 1 => iam.adds(user, group),
                    2 => iam.removes(user, group),
                    3 => iam.enrols(user, "arn:aws:iam::111122223333:mfa/device"),
                    4 => iam.creates_user(user, other),
                    5 => iam.deletes_user(user),
                    6 => iam.renames_user(user, other),
                    7 => iam.creates_group(group, other),
                    _ => iam.renames_group(group, "Developers"),
                }
            }
            Step::Center { what, who } => {
                let record = of_identity_center(&story, CENTER[*what], PEOPLE[*who]);
                story.add_record(record);
            }
            Step::Contradict { which, how } => contradict(&mut story, *which, *how),
            Step::Correct { which } => {
                let Some(mut record) = pick(&story, *which) else {
                    continue;
                };
                record["addendum"] =
                    json!({"reason": "UPDATED_DATA", "originalEventID": record["eventID"]});
                record["eventID"] = json!(format!("corrected-{which}"));
                story.add_record(record);
            }
        }
    }
    story
}

/// Services and calls of Identity Center that are read.
const CENTER: [(&str, &str); 8] = [
    ("signin", "UserAuthentication"),
    ("sso", "GetRoleCredentials"),
    ("sso", "CreateAccountAssignment"),
    ("sso-oauth", "CreateTokenWithIAM"),
    ("sso-directory", "AddMemberToGroup"),
    ("sso-directory", "RemoveMemberFromGroup"),
    ("identitystore", "DeleteGroupMembership"),
    ("identitystore-scim", "PatchGroup"),
];

fn of_identity_center(story: &Story, (source, name): (&str, &str), person: &str) -> Value {
    json!({
        "userIdentity": {
            "type": "IdentityCenterUser",
            "accountId": "111122223333",
            "onBehalfOf": {
                "userId": person,
                "identityStoreArn": "arn:aws:identitystore::111122223333:identitystore/d-1",
            },
            "credentialId": format!("EXAMPLE-{person}"),
        },
        "eventTime": story.now().to_string(),
        "eventSource": format!("{source}.amazonaws.com"),
        "eventName": name,
        "awsRegion": "us-east-1",
        "requestParameters": {"groupId": "g", "id": "g", "member": {"memberId": person}},
        "responseElements": {},
        "serviceEventDetails": {"UserAuthentication": "Success", "role_name": "Admin"},
        "eventID": format!("center-{}", story.records().len()),
        "recipientAccountId": "111122223333",
    })
}

fn pick(story: &Story, which: usize) -> Option<Value> {
    let records = story.records();
    (!records.is_empty()).then(|| records[which % records.len()].clone())
}

fn contradict(story: &mut Story, which: usize, how: u8) {
    let Some(mut record) = pick(story, which) else {
        return;
    };
    match how {
        0 => record["userIdentity"]["principalId"] = json!("AIDASOMEBODYELSEXXX"),
        1 => record["userIdentity"]["accessKeyId"] = json!("AKIASOMEOTHERKEYXXXX"),
        2 => record["requestParameters"]["userName"] = json!("tess"),
        _ => {
            record["responseElements"]["credentials"]["accessKeyId"] =
                json!("ASIASOMEOTHERKEYXXXX");
        }
    }
    story.add_record(record);
}
