use super::*;
use serde_json::{Value as Json, json};

fn now() -> Moment {
    "2026-03-02T09:05:00Z".parse().unwrap()
}

fn written(metrics: &Metrics) -> Vec<Json> {
    let mut out = Vec::new();
    metrics.write(now(), &mut out).unwrap();
    String::from_utf8(out)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn a_line_is_as_the_specification_has_it() {
    let mut metrics = Metrics::of_function("switch-guard");
    metrics.count(Count::Received, 2);
    metrics.count(Count::Judged, 1);
    metrics.count(Count::Judged, 1);
    metrics.count(Count::Quarantined, 0);
    metrics.note_latency(Latency::Guard, 1_500);
    metrics.note_latency(Latency::Guard, -3);
    let expected = json!({
        "_aws": {
            "Timestamp": 1_772_442_300_000_i64,
            "CloudWatchMetrics": [{
                "Namespace": "rolewatch",
                "Dimensions": [["function"]],
                "Metrics": [
                    {"Name": "Received", "Unit": "Count"},
                    {"Name": "Judged", "Unit": "Count"},
                    {"Name": "Quarantined", "Unit": "Count"},
                    {"Name": "GuardLatency", "Unit": "Milliseconds"},
                ],
            }],
        },
        "function": "switch-guard",
        "Received": 2,
        "Judged": 2,
        "Quarantined": 0,
        "GuardLatency": [1_500, 0],
    });
    assert_eq!(written(&metrics), [expected]);
}

#[test]
fn every_metric_that_is_named_has_its_value_in_the_same_line() {
    let mut metrics = Metrics::of_function("slack-notifier");
    metrics.count(Count::Delivered, 250);
    (0..250).for_each(|took| metrics.note_latency(Latency::Alert, took));
    let lines = written(&metrics);
    assert_eq!(
        lines.len(),
        3,
        "a line has at most {MOST_VALUES} values of a metric"
    );
    for line in &lines {
        let definitions = line["_aws"]["CloudWatchMetrics"][0]["Metrics"]
            .as_array()
            .unwrap();
        assert!(
            definitions
                .iter()
                .all(|definition| !line[definition["Name"].as_str().unwrap()].is_null()),
            "{line}"
        );
    }
    let all: Vec<u64> = lines
        .iter()
        .flat_map(|line| line["AlertLatency"].as_array().unwrap())
        .map(|value| value.as_u64().unwrap())
        .collect();
    assert_eq!(all, (0..250).collect::<Vec<_>>());
    assert_eq!(
        lines
            .iter()
            .filter(|line| !line["Delivered"].is_null())
            .count(),
        1
    );
}

#[test]
fn what_is_counted_by_place_is_a_line_of_the_log_and_no_metric() {
    let mut metrics = Metrics::of_function("archive-auditor");
    metrics.count(Count::Missed, 3);
    metrics.count_in("111122223333", "us-east-1", Count::Missed, 1);
    metrics.count_in("111122223333", "us-east-1", Count::Missed, 1);
    metrics.count_in("444455556666", "eu-west-1", Count::Missed, 1);
    let lines = written(&metrics);
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert_eq!(lines[0]["account"], Json::Null);
    assert_eq!(
        (&lines[1]["_aws"], &lines[2]["_aws"]),
        (&Json::Null, &Json::Null),
        "nobody pays for 1,700 metrics"
    );
    assert_eq!(
        (
            &lines[1]["account"],
            &lines[1]["region"],
            &lines[1]["Missed"]
        ),
        (&json!("111122223333"), &json!("us-east-1"), &json!(2))
    );
    assert_eq!(
        (&lines[2]["account"], &lines[2]["Missed"]),
        (&json!("444455556666"), &json!(1))
    );
}

#[test]
fn an_invocation_that_counted_nothing_writes_nothing() {
    assert_eq!(
        written(&Metrics::of_function("switch-guard")),
        [] as [Json; 0]
    );
}

#[test]
fn an_event_that_did_not_end_is_missed() {
    let mut metrics = Metrics::of_function("switch-guard");
    metrics.count(Count::Received, 5);
    for end in Count::ENDS {
        assert_ne!(metrics.unaccounted(), 0);
        metrics.count(end, 1);
    }
    assert_eq!(metrics.unaccounted(), 0);
    metrics.count(Count::Judged, 1);
    assert_eq!(metrics.unaccounted(), -1);
}
