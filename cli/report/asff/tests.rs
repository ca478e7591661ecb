//! The limits hold for every text.

use proptest::prelude::*;
use rolewatch_guard::policy::PolicyHash;
use rolewatch_guard::{
    CallerShown, EvidenceShown, FindingContext, MissingSource, SessionShown, SettledBy, Subject,
    UsesShown,
};

use super::*;

fn hub() -> SecurityHub {
    SecurityHub {
        account: "111122223333".parse().unwrap(),
        region: "us-east-1".to_owned(),
    }
}

/// A finding in which every text is the same.
fn finding_of(text: &str) -> Finding {
    let time: Moment = "2026-03-02T09:00:00Z".parse().unwrap();
    let some = || Some(text.to_owned());
    Finding {
        rule: "RW002",
        name: "switch-without-mfa",
        verdict: Verdict::Unproven,
        severity: Severity::High,
        time,
        role: text.to_owned(),
        caller: CallerShown {
            arn: some(),
            account: some(),
            name: text.into(),
        },
        message: text.into(),
        events: Vec::new(),
        id: text.to_owned(),
        policy: PolicyHash::of_bytes(b""),
        supersedes: vec![text.to_owned()],
        self_granted: true,
        denied: true,
        owner: some(),
        context: FindingContext {
            source_ip: Some("192.0.2.1".to_owned()),
            user_agent: some(),
            region: some(),
            session: Some(SessionShown {
                name: some(),
                key: some(),
                granted_until: Some(time),
                ended: Some(time),
            }),
            uses: Some(UsesShown {
                first: time,
                last: time.plus_seconds(9),
                reads: u64::MAX,
                writes: u64::MAX,
                errors: u64::MAX,
                estimated: true,
                calls: Vec::new(),
            }),
            evidence: vec![EvidenceShown {
                event: text.to_owned(),
                name: some(),
                account: text.to_owned(),
                account_name: some(),
                region: some(),
                time: Some(time),
            }],
            first_seen: None,
            settled_by: Some(SettledBy {
                what: MissingSource::Logs,
                of: text.to_owned(),
                name: some(),
            }),
        },
        subject: Subject::default(),
    }
}

fn assert_text(value: &Value, most: usize) {
    if value.is_null() {
        return;
    }
    let text = value.as_str().unwrap();
    assert!(text.encode_utf16().count() <= most, "{most}: {text}");
    assert!(!text.trim().is_empty(), "{text:?}");
}

/// The limits as AWS documents them.
fn assert_limits(finding: &Value) {
    for (key, most) in [
        ("Id", 512),
        ("GeneratorId", 512),
        ("Title", 256),
        ("Description", 1_024),
        ("AwsAccountId", 12),
        ("Region", 16),
    ] {
        assert!(finding[key].is_string(), "{key}");
        assert_text(&finding[key], most);
    }
    assert_text(&finding["Remediation"]["Recommendation"]["Text"], 512);
    assert_text(&finding["Action"]["AwsApiCallAction"]["Api"], 128);
    let fields = finding["ProductFields"].as_object().unwrap();
    assert!(fields.len() <= 50);
    for (key, value) in fields {
        assert!(key.len() <= 128);
        assert_text(value, 2_048);
    }
    let resources = finding["Resources"].as_array().unwrap();
    assert!((1..=32).contains(&resources.len()));
    for resource in resources {
        assert!(resource["Id"].is_string() && resource["Type"].is_string());
        assert_text(&resource["Id"], 512);
        assert_text(&resource["Region"], 16);
    }
    assert!(escaped_bytes(&finding.to_string()) < 240_000);
}

fn shown(text: &str) -> Value {
    let steps = vec![text.to_owned(), text.to_owned(), "Do it.".to_owned()];
    security_finding(&finding_of(text), &steps, &hub(), None)
}

#[test]
fn the_widest_and_the_emptiest_texts_are_within_the_limits() {
    for c in [
        "", " ", "\u{0}", "\n", "\"", "\\", "a", "ä", "鍵", "🔑", "\u{202e}", "\u{e000}",
    ] {
        assert_limits(&shown(&c.repeat(300_000)));
        assert_limits(&shown(c));
    }
}

#[test]
fn a_text_that_fits_stays_whole_and_a_longer_one_ends_with_an_ellipsis() {
    assert_eq!(clipped("abc", 3), "abc");
    assert_eq!(clipped("abcd", 3), "ab…");
    assert_eq!(clipped("🔑🔑", 4), "🔑🔑");
    assert_eq!(clipped("🔑🔑🔑", 4), "🔑…");
}

#[test]
fn requests_have_at_most_a_hundred_findings_and_six_megabytes() {
    let sizes =
        |findings: &[String]| -> Vec<usize> { batches(findings).iter().map(Vec::len).collect() };
    assert_eq!(sizes(&[]), [0; 0]);
    assert_eq!(sizes(&vec!["{}".to_owned(); 201]), [100, 100, 1]);
    assert_eq!(sizes(&vec!["x".repeat(239_000); 60]), [24, 24, 12]);
    // The AWS CLI escapes each of these characters with six bytes.
    assert_eq!(sizes(&vec!["ä".repeat(39_000); 60]), [25, 25, 10]);
}

#[test]
fn the_product_is_in_the_partition_of_the_region() {
    let product = |region: &str| {
        SecurityHub {
            region: region.to_owned(),
            ..hub()
        }
        .product()
    };
    assert_eq!(
        product("us-east-1"),
        "arn:aws:securityhub:us-east-1:111122223333:product/111122223333/default"
    );
    assert!(product("cn-north-1").starts_with("arn:aws-cn:securityhub:cn-north-1:"));
}

proptest! {
    #[test]
    fn no_text_breaks_a_limit(text in ".{0,3000}", times in 1_usize..20) {
        assert_limits(&shown(&text.repeat(times)));
    }
}
