//! Calls that would blind the guard, in the middle of a story.

use rolewatch_guard::delivery::Delivery;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::tamper;
use rolewatch_guard::testing::{PEOPLE, PRODUCTION};
use serde_json::{Value, json};

use crate::invocation::guarded;
use crate::same_findings::{Said, said};
use crate::storm::Dice;

/// What an administrator does to the guard, in a third of the stories, between two times.
pub(crate) fn calls(dice: &Dice, from: Moment, to: Moment) -> Vec<Value> {
    let span = usize::try_from(to.seconds_since(from)).unwrap_or_default() + 1;
    let calls = if dice.permille(333) {
        1 + dice.below(3)
    } else {
        0
    };
    let of = |at: usize| {
        let (service, name, request) = [
            ("events", "DisableRule", json!({"name": "rolewatch-spoke-use"})),
            ("events", "RemoveTargets", json!({"rule": "rolewatch-spoke-tamper"})),
            ("sqs", "PurgeQueue", json!({"queueUrl": "https://sqs.us-east-1.amazonaws.com/444455556666/rolewatch-spoke-dead-letters"})),
            ("cloudtrail", "StopLogging", json!({"name": "organization"})),
        ][dice.below(4)]
        .clone();
        let account = if dice.permille(500) {
            PEOPLE
        } else {
            PRODUCTION
        };
        json!({
            "eventVersion": "1.11", "eventType": "AwsApiCall", "eventID": format!("00000000-0000-4000-a000-{at:012}"),
            "eventTime": from.plus_seconds(i64::try_from(dice.below(span)).unwrap()), "awsRegion": "us-east-1", "recipientAccountId": account,
            "eventSource": format!("{service}.amazonaws.com"), "eventName": name, "requestParameters": request, "responseElements": null,
            "sourceIPAddress": "192.0.2.60",
            "userIdentity": {
                "type": "IAMUser", "principalId": "AIDAEXAMPLEMIA", "userName": "mia", "accountId": account,
                "arn": format!("arn:aws:iam::{account}:user/mia"),
            },
        })
    };
    (0..calls).map(of).collect()
}

/// The findings about these calls, by ID.
pub(crate) fn findings<'a>(
    calls: &'a [Value],
    policy: &'a Policy,
) -> impl Iterator<Item = (String, Said)> + 'a {
    calls.iter().map(|call| {
        let tampering =
            tamper::tampering(call.to_string().as_bytes(), Delivery::default(), &guarded())
                .unwrap()
                .unwrap();
        said(&tampering.finding(policy.version_hash))
    })
}
