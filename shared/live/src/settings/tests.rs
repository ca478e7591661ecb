use std::collections::BTreeMap;

use rolewatch_guard::tamper::GuardedResources;

use super::*;

const GUARD: &[(&str, &str)] = &[
    ("ROLEWATCH_LEDGER_TABLE", "rolewatch-ledger"),
    ("ROLEWATCH_OUTBOX_TABLE", "rolewatch-outbox"),
    ("ROLEWATCH_BUCKET", "rolewatch-state-111122223333"),
    (
        "ROLEWATCH_FINDINGS_TOPIC_ARN",
        "arn:aws:sns:us-east-1:111122223333:rolewatch-findings",
    ),
    (
        "ROLEWATCH_OPERATIONS_TOPIC_ARN",
        "arn:aws:sns:us-east-1:111122223333:rolewatch-operations",
    ),
    (
        "ROLEWATCH_QUEUE_URL",
        "https://sqs.us-east-1.amazonaws.com/111122223333/rolewatch-events",
    ),
    ("ROLEWATCH_READER_ROLE", "rolewatch-reader"),
    ("ROLEWATCH_STACK", "rolewatch"),
];

const NOTIFIER: &[(&str, &str)] = &[
    ("ROLEWATCH_OUTBOX_TABLE", "rolewatch-outbox"),
    (
        "ROLEWATCH_OPERATIONS_TOPIC_ARN",
        "arn:aws:sns:us-east-1:111122223333:rolewatch-operations",
    ),
    (
        "ROLEWATCH_SLACK_SECRET",
        "arn:aws:secretsmanager:us-east-1:111122223333:secret:rolewatch-slack-EXAMPLE",
    ),
];

fn with_more(
    base: &[(&'static str, &'static str)],
    more: &[(&'static str, &'static str)],
) -> BTreeMap<&'static str, &'static str> {
    base.iter().chain(more).copied().collect()
}

fn guard_settings(more: &[(&'static str, &'static str)]) -> Result<GuardSettings, SettingsError> {
    let variables = with_more(GUARD, more);
    GuardSettings::read(&|name| variables.get(name).map(ToString::to_string))
}

fn notifier(more: &[(&'static str, &'static str)]) -> Result<NotifierSettings, SettingsError> {
    let variables = with_more(NOTIFIER, more);
    NotifierSettings::read(&|name| variables.get(name).map(ToString::to_string))
}

#[test]
fn what_the_template_sets_is_read() {
    let settings = guard_settings(&[]).unwrap();
    assert_eq!(
        settings.stack.tables,
        TableNames {
            ledger: Some("rolewatch-ledger".into()),
            outbox: "rolewatch-outbox".into()
        }
    );
    assert_eq!(
        settings.findings_topic.as_str(),
        "arn:aws:sns:us-east-1:111122223333:rolewatch-findings"
    );
    assert_eq!(settings.findings_topic.partition(), "aws");
    assert_eq!(
        (
            settings.findings_topic.region(),
            &*settings.findings_topic.account().to_string()
        ),
        ("us-east-1", "111122223333")
    );
    let secret = "arn:aws:ssm:us-east-1:111122223333:parameter/rolewatch/slack";
    let key = "arn:aws:kms:us-east-1:111122223333:key/00000000-0000-4000-8000-000000000001";
    let trail_key =
        "arn:aws:kms:ap-northeast-1:555555555555:key/00000000-0000-4000-8000-000000000002";
    let more = [
        ("ROLEWATCH_KEY_ARN", key),
        ("ROLEWATCH_TRAIL_KEY_ARN", trail_key),
        ("ROLEWATCH_TRAIL_BUCKET", "trail-logs"),
        ("ROLEWATCH_SLACK_SECRET", secret),
        ("ROLEWATCH_TRAILS", "organisation, audit-trail"),
    ];
    let guarded = GuardedResources {
        stack: "rolewatch".to_owned(),
        trails: vec!["audit-trail".to_owned(), "organisation".to_owned()],
        reader_role: "rolewatch-reader".to_owned(),
        keys: vec![key.to_owned(), trail_key.to_owned()],
        buckets: vec!["trail-logs".to_owned()],
        others: vec![secret.to_owned()],
    };
    assert_eq!(
        GuardedResources::from(&guard_settings(&more).unwrap().own),
        guarded
    );
    let china = guard_settings(&[(
        "ROLEWATCH_FINDINGS_TOPIC_ARN",
        "arn:aws-cn:sns:cn-north-1:111122223333:f",
    )])
    .unwrap();
    assert_eq!(china.findings_topic.partition(), "aws-cn");
}

#[test]
fn an_empty_variable_is_an_absent_one() {
    assert!(
        guard_settings(&[("ROLEWATCH_TRAILS", "")])
            .unwrap()
            .own
            .trails
            .is_empty()
    );
    let settings = notifier(&[
        ("ROLEWATCH_CHATBOT_TOPIC_ARN", " "),
        ("ROLEWATCH_TIME_ZONE", ""),
        ("ROLEWATCH_LANGUAGE", ""),
    ])
    .unwrap();
    assert_eq!(settings, notifier(&[]).unwrap());
    assert_eq!(
        (settings.language, settings.time_zone),
        (Language::English, TimeZone::UTC)
    );
    assert_eq!(
        guard_settings(&[("ROLEWATCH_BUCKET", "")])
            .unwrap_err()
            .0
            .len(),
        1,
        "what is required may not be empty"
    );
}

#[test]
fn everything_that_is_wrong_is_said_at_once_with_what_belongs_there() {
    let error = guard_settings(&[
        ("ROLEWATCH_BUCKET", "s3://state"),
        ("ROLEWATCH_QUEUE_URL", ""),
        ("ROLEWATCH_TRAILS", "a b"),
    ])
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the environment variables are not what `template.yaml` sets: `ROLEWATCH_BUCKET` must be the name of a bucket; \
         `ROLEWATCH_QUEUE_URL` is not set; it must be the URL of an SQS queue; \
         `ROLEWATCH_TRAILS` must be a list of trail names, separated by commas"
    );
}

#[test]
fn a_secret_in_the_place_of_its_arn_is_refused_and_not_repeated() {
    let error = notifier(&[("ROLEWATCH_SLACK_SECRET", "xoxb-EXAMPLE")])
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("ROLEWATCH_SLACK_SECRET") && !error.contains("xoxb-EXAMPLE"),
        "{error}"
    );
}

#[test]
fn a_secret_is_where_its_arn_says() {
    let parameter = "arn:aws:ssm:us-east-1:111122223333:parameter/rolewatch/slack";
    assert_eq!(
        SecretArn::parse(parameter),
        Some(SecretArn::Parameter(parameter.into()))
    );
    assert!(matches!(
        notifier(&[]).unwrap().slack_secret,
        SecretArn::Secret(_)
    ));
    for name in ["slack", "a/b/c"] {
        assert!(
            SecretArn::parse(&format!(
                "arn:aws:ssm:us-east-1:111122223333:parameter/{name}"
            ))
            .is_some(),
            "{name}"
        );
    }
    let parameters = ["", "/rolewatch/slack", "rolewatch/", "a//b"]
        .map(|name| format!("arn:aws:ssm:us-east-1:111122223333:parameter/{name}"));
    let others = [
        "arn:aws:sns:us-east-1:111122223333:secret:x".to_owned(),
        "slack".to_owned(),
    ];
    for other in parameters.iter().chain(&others) {
        assert_eq!(SecretArn::parse(other), None, "{other}");
    }
}

#[test]
fn language_and_time_zone_are_the_readers() {
    let settings = notifier(&[
        ("ROLEWATCH_LANGUAGE", "ja"),
        ("ROLEWATCH_TIME_ZONE", "Asia/Tokyo"),
    ])
    .unwrap();
    assert_eq!(
        (settings.language, settings.time_zone.iana_name()),
        (Language::Japanese, Some("Asia/Tokyo"))
    );
    assert!(notifier(&[("ROLEWATCH_LANGUAGE", "fr")]).is_err());
    assert!(notifier(&[("ROLEWATCH_TIME_ZONE", "Asia/Edo")]).is_err());
}

#[test]
fn only_this_machine_can_stand_in_for_slack() {
    assert!(notifier(&[("ROLEWATCH_TEST_SLACK_ENDPOINT", "http://127.0.0.1:8080")]).is_ok());
    for elsewhere in [
        "http://192.0.2.1:8080",
        "http://127.0.0.1:8080@192.0.2.1",
        "http://127.0.0.1:8080/x",
        "https://example.com",
    ] {
        assert!(
            notifier(&[("ROLEWATCH_TEST_SLACK_ENDPOINT", elsewhere)]).is_err(),
            "{elsewhere}"
        );
    }
}

#[test]
fn a_link_cannot_break_out_of_slacks_markup() {
    assert!(notifier(&[("ROLEWATCH_RUNBOOK_URL", "https://example.com/runbook?x=1#y")]).is_ok());
    for odd in [
        "http://example.com",
        "https://example.com/|x>",
        "https://example.com/a b",
        "javascript:alert(1)",
    ] {
        assert!(
            notifier(&[("ROLEWATCH_RUNBOOK_URL", odd)]).is_err(),
            "{odd}"
        );
    }
}

#[test]
fn the_process_environment_is_what_is_read() {
    // Neither Cargo nor the tests set the variables.
    assert!(GuardSettings::from_environment().is_err());
    assert_eq!(
        variable("CARGO_PKG_NAME").as_deref(),
        Some("rolewatch-live")
    );
}

#[test]
fn the_log_level_is_the_one_that_lambda_names() {
    let named = |name: &'static str| {
        parse_level(&|variable| (variable == "AWS_LAMBDA_LOG_LEVEL").then(|| name.to_owned()))
    };
    assert_eq!(named("DEBUG"), Level::Debug);
    assert_eq!(named("whatever"), Level::Info);
    assert_eq!(parse_level(&|_| None), Level::Info);
}
