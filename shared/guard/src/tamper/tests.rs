//! Every call on the guard's own resources is reported, and no call on others, as shown by the
//! records of `events/tamper`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::*;
use crate::finding::{Finding, Verdict};
use crate::policy::{EXAMPLE, Policy, Severity};

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The resources in the fixtures.
fn guarded() -> GuardedResources {
    GuardedResources {
        stack: "rolewatch".to_owned(),
        trails: vec!["rolewatch-organization".to_owned()],
        reader_role: "rolewatch-reader".to_owned(),
        keys: vec![
            "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
                .to_owned(),
            "arn:aws:kms:us-east-1:555555555555:key/1234abcd-34cd-56ef-12ab-1234567890ab"
                .to_owned(),
        ],
        buckets: vec!["rolewatch-organization-logs".to_owned()],
        others: Vec::new(),
    }
}

/// The record in an event of `events/tamper`.
fn record(name: &str) -> Value {
    let path = project().join("events/tamper").join(format!("{name}.json"));
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}; run `make events`", path.display()));
    serde_json::from_str::<Value>(&text).unwrap()["detail"].take()
}

fn judged(record: &Value, guarded: &GuardedResources) -> Option<Finding> {
    let found = tampering(record.to_string().as_bytes(), Delivery::default(), guarded).unwrap();
    found.map(|tampering| {
        tampering.finding(
            Policy::read(EXAMPLE.as_bytes(), "example.yaml")
                .unwrap()
                .version_hash,
        )
    })
}

fn finding(name: &str) -> Finding {
    judged(&record(name), &guarded()).unwrap_or_else(|| panic!("{name} is silent"))
}

/// The same call on somebody else's resources: nothing is named after the stack, and the key is
/// another one.
fn of_others(record: &Value) -> Value {
    let text = record
        .to_string()
        .replace("rolewatch", "shop")
        .replace("1234abcd", "0000abcd");
    serde_json::from_str(&text).unwrap()
}

/// A call on the organization whose record can't mention the guard, because it only names an id.
fn may_reach(call: &WatchedCall) -> bool {
    call.of == GuardedKind::Organization && !["CreatePolicy", "UpdatePolicy"].contains(&call.name)
}

#[test]
fn every_call_fires_on_the_guards_own_and_is_critical() {
    for call in CALLS.iter().filter(|call| !may_reach(call)) {
        let name = format!("{}-{}", call.source, call.name);
        let finding = finding(&name);
        assert_eq!(
            (finding.verdict, finding.severity),
            (Verdict::Violation, Severity::Critical),
            "{name}"
        );
        assert!(!finding.role.is_empty(), "{name}");
        assert!(
            finding.message.contains(call.does) && finding.message.contains(call.name),
            "{}",
            finding.message
        );
        assert_eq!(finding.events.len(), 1, "{name}");
    }
}

#[test]
fn every_call_is_silent_on_what_is_not_the_guards() {
    for call in CALLS
        .iter()
        .filter(|call| call.of != GuardedKind::Organization)
    {
        let name = format!("{}-{}", call.source, call.name);
        let found = judged(&of_others(&record(&name)), &guarded());
        assert_eq!(found.map(|finding| finding.message), None, "{name}");
    }
}

#[test]
fn what_changes_the_organization_may_reach_the_guard_and_is_unproven() {
    let calls: Vec<&WatchedCall> = CALLS
        .iter()
        .filter(|call| call.of == GuardedKind::Organization)
        .collect();
    assert!(calls.len() > 9);
    for call in calls {
        let name = format!("{}-{}", call.source, call.name);
        let finding = judged(&of_others(&record(&name)), &guarded())
            .unwrap_or_else(|| panic!("{name} is silent"));
        assert_eq!(
            (finding.verdict, finding.severity),
            (Verdict::Unproven, Severity::Medium),
            "{name}"
        );
        assert!(
            finding.message.contains(call.does) && finding.message.contains("doesn't show whether"),
            "{}",
            finding.message
        );
    }
    assert_eq!(finding("organizations-AttachPolicy").role, "p-examplekeep");
    assert_eq!(finding("organizations-MoveAccount").role, "444455556666");
    assert_eq!(
        finding("organizations-LeaveOrganization").role,
        "",
        "its record names nothing but the account that left"
    );
}

#[test]
fn a_policy_that_speaks_of_the_guard_is_told_by_its_id_or_name() {
    assert_eq!(finding("organizations-UpdatePolicy").role, "p-examplekeep");
    assert_eq!(finding("organizations-CreatePolicy").role, "keep");
    let mut described = of_others(&record("organizations-UpdatePolicy"));
    described["requestParameters"]["description"] = "keeps rolewatch-reader".into();
    assert_eq!(
        judged(&described, &guarded()).map(|finding| finding.severity),
        Some(Severity::Critical)
    );
    described["requestParameters"]["description"] = "keeps rolewatching".into();
    assert_eq!(
        judged(&described, &guarded()).map(|finding| finding.severity),
        Some(Severity::Medium)
    );
}

#[test]
fn of_the_organization_what_allows_and_denies_nothing_is_silent() {
    for kind in ["TAG_POLICY", "BACKUP_POLICY", "AISERVICES_OPT_OUT_POLICY"] {
        for (name, place) in [
            ("organizations-CreatePolicy", "/requestParameters/type"),
            (
                "organizations-UpdatePolicy",
                "/responseElements/policy/policySummary/type",
            ),
            (
                "organizations-DisablePolicyType",
                "/requestParameters/policyType",
            ),
        ] {
            let mut other = record(name);
            *other
                .pointer_mut(place)
                .unwrap_or_else(|| panic!("{name} {place}")) = kind.into();
            assert_eq!(judged(&other, &guarded()), None, "{name} {kind}");
        }
    }
    let mut resources = record("organizations-DisablePolicyType");
    resources["requestParameters"]["policyType"] = "RESOURCE_CONTROL_POLICY".into();
    assert!(judged(&resources, &guarded()).is_some());
    let mut access = record("organizations-DisableAWSServiceAccess");
    for (service, told) in [
        ("ram.amazonaws.com", false),
        ("member.org.stacksets.cloudformation.amazonaws.com", true),
    ] {
        access["requestParameters"]["servicePrincipal"] = service.into();
        assert_eq!(judged(&access, &guarded()).is_some(), told, "{service}");
    }
}

#[test]
fn a_refused_call_on_the_organization_is_silent_and_left_out_parameters_hide_nothing() {
    let mut refused = record("organizations-AttachPolicy");
    refused["errorCode"] = "AccessDeniedException".into();
    refused["requestParameters"] = Value::Null;
    assert_eq!(judged(&refused, &guarded()), None);
    let mut failed = record("organizations-UpdatePolicy");
    failed["errorCode"] = "PolicyChangesInProgressException".into();
    assert_eq!(
        judged(&failed, &guarded()).map(|finding| finding.severity),
        Some(Severity::Medium),
        "it was tried on the guard's own"
    );
    let mut large = record("organizations-UpdatePolicy");
    large["requestParameters"] =
        serde_json::json!({"reason": "requestParameters too large", "omitted": true});
    let finding = judged(&large, &guarded()).unwrap();
    assert_eq!(
        (finding.verdict, finding.severity),
        (Verdict::Unproven, Severity::Critical)
    );
}

#[test]
fn the_trails_bucket_and_key_are_guarded_whatever_they_are_called_and_wherever_they_are() {
    let trail = GuardedResources {
        buckets: vec!["shop-organization-logs".to_owned()],
        ..guarded()
    };
    for name in ["s3-PutBucketPolicy.trail", "s3-PutBucketNotification"] {
        let others = of_others(&record(name));
        assert_eq!(judged(&others, &guarded()), None, "{name}");
        let finding = judged(&others, &trail).unwrap();
        assert_eq!(
            (finding.severity, finding.role.as_str()),
            (Severity::Critical, "shop-organization-logs"),
            "{name}"
        );
    }
    let key = record("kms-ScheduleKeyDeletion.trail");
    let account = judged(&key, &guarded()).unwrap().caller.account;
    assert_eq!(account.as_deref(), Some("555555555555"));
    assert_eq!(
        judged(
            &key,
            &GuardedResources {
                keys: guarded().keys[..1].to_vec(),
                ..guarded()
            }
        ),
        None
    );
}

#[test]
fn every_event_in_the_folder_fires() {
    let mut names: Vec<String> = std::fs::read_dir(project().join("events/tamper"))
        .unwrap()
        .map(|entry| {
            entry
                .unwrap()
                .path()
                .file_stem()
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    names.sort();
    assert!(names.len() > CALLS.len());
    for name in names {
        finding(&name);
    }
}

#[test]
fn no_call_is_listed_twice() {
    let calls: BTreeSet<_> = CALLS.iter().map(|call| (call.source, call.name)).collect();
    assert_eq!(calls.len(), CALLS.len());
}

#[test]
fn the_finding_says_who_did_what_to_which_resource() {
    let finding = finding("events-DisableRule");
    assert_eq!(
        finding.message,
        "mia (role Administrator) called events:DisableRule on rolewatch-forward in account 444455556666; \
         the call stops a rule that forwards events"
    );
    assert_eq!((finding.rule, finding.name), ("RW201", "guard-tampered"));
    assert_eq!(
        finding.caller.arn.as_deref(),
        Some("arn:aws:sts::444455556666:assumed-role/Administrator/mia")
    );
    assert_eq!(
        finding.id,
        finding_id("RW201", &[&finding.events[0].to_string()])
    );
    assert_eq!(finding.subject.records.len(), 1);
}

#[test]
fn an_arn_is_shown_where_the_record_has_one() {
    assert_eq!(
        finding("ssm-PutParameter").role,
        "arn:aws:ssm:us-east-1:123456789012:parameter/rolewatch/slack"
    );
}

#[test]
fn a_refused_call_is_told_by_its_message_and_is_medium() {
    for (name, resource) in [
        (
            "events-DeleteRule.denied",
            "arn:aws:events:us-east-1:444455556666:rule/rolewatch-forward",
        ),
        ("iam-PutRolePolicy.denied", "role rolewatch-reader"),
        ("cloudtrail-StopLogging.failed", "rolewatch-organization"),
    ] {
        let finding = finding(name);
        assert_eq!(
            (finding.verdict, finding.severity),
            (Verdict::Violation, Severity::Medium),
            "{name}"
        );
        assert_eq!(finding.role, resource);
        assert!(
            finding.message.contains("which failed ("),
            "{}",
            finding.message
        );
        assert_eq!(
            judged(&of_others(&record(name)), &guarded()),
            None,
            "{name}"
        );
    }
}

#[test]
fn a_refused_call_that_names_nothing_is_silent() {
    let mut record = record("events-DeleteRule.denied");
    record["errorCode"] = "ThrottlingException".into();
    record["errorMessage"] = "Rate exceeded".into();
    assert_eq!(judged(&record, &guarded()), None);
}

#[test]
fn a_call_by_cloudformation_is_told_and_is_medium() {
    let finding = finding("sqs-SetQueueAttributes.cloudformation");
    assert_eq!(
        (finding.verdict, finding.severity),
        (Verdict::Violation, Severity::Medium)
    );
    assert!(
        finding.message.contains("through CloudFormation"),
        "{}",
        finding.message
    );
}

#[test]
fn left_out_parameters_hide_nothing() {
    let finding = finding("iam-UpdateAssumeRolePolicy.omitted");
    assert_eq!(
        (finding.verdict, finding.severity),
        (Verdict::Unproven, Severity::Critical)
    );
    assert!(finding.role.is_empty());
}

#[test]
fn a_change_set_without_its_stack_is_unproven() {
    let finding = finding("cloudformation-ExecuteChangeSet.unnamed");
    assert_eq!(
        (finding.verdict, finding.severity),
        (Verdict::Unproven, Severity::Medium)
    );
}

#[test]
fn any_trail_is_guarded_while_none_is_named() {
    let any = GuardedResources {
        trails: Vec::new(),
        ..guarded()
    };
    let mut record = of_others(&record("cloudtrail-StopLogging"));
    assert_eq!(
        judged(&record, &any).map(|finding| finding.severity),
        Some(Severity::Critical)
    );
    record["requestParameters"] = Value::Null;
    record["errorCode"] = "AccessDenied".into();
    assert_eq!(
        judged(&record, &any).map(|finding| finding.severity),
        Some(Severity::Medium)
    );
}

#[test]
fn hostile_text_is_only_text() {
    let mut record = record("events-DisableRule");
    record["requestParameters"]["name"] = "rolewatch-\u{202e}\u{1b}[2J".into();
    record["userIdentity"]["arn"] =
        "arn:aws:sts::444455556666:assumed-role/Administrator/a\u{7}b".into();
    let finding = judged(&record, &guarded()).unwrap();
    for text in [&*finding.message, &finding.role, &finding.caller.name] {
        assert!(
            text.chars()
                .all(|c| crate::untrusted::shows_as_itself(c) || c == char::REPLACEMENT_CHARACTER),
            "{text:?}"
        );
    }
}

#[test]
fn a_guarded_call_without_its_id_is_an_error_and_any_other_is_none_of_this_rules_business() {
    let mut record = record("events-DisableRule");
    record["eventID"] = Value::Null;
    assert_eq!(
        tampering(
            record.to_string().as_bytes(),
            Delivery::default(),
            &guarded()
        ),
        Err(RecordProblem::Missing("eventID"))
    );
    record["eventName"] = "DescribeRule".into();
    assert_eq!(
        tampering(
            record.to_string().as_bytes(),
            Delivery::default(),
            &guarded()
        ),
        Ok(None)
    );
    assert!(tampering(b"[", Delivery::default(), &guarded()).is_err());
}

#[test]
fn the_operations_manual_lists_the_calls() {
    let manual = std::fs::read_to_string(project().join("docs/operations.md")).unwrap();
    let table = markdown();
    assert!(
        manual.contains(&table),
        "docs/operations.md should have, in place of its list of guarded calls:\n\n{table}"
    );
}

#[test]
fn the_stacks_forward_exactly_these_calls() {
    let template = std::fs::read_to_string(project().join("template.yaml")).unwrap();
    let listed: BTreeSet<(&str, &str)> =
        CALLS.iter().map(|call| (call.source, call.name)).collect();
    let both: BTreeSet<_> = ["TamperRule", "HubTamperRule"]
        .into_iter()
        .flat_map(|rule| forwarded(&template, rule))
        .collect();
    assert_eq!(both, listed);
}

/// Service and call of each line of a rule's pattern, as the templates write them: `- eventSource:
/// [x.amazonaws.com]`, then `eventName`.
fn forwarded<'a>(template: &'a str, rule: &str) -> BTreeSet<(&'a str, &'a str)> {
    let start = format!("  {rule}:");
    let lines = template.lines().skip_while(|line| *line != start).skip(1);
    let lines = lines.take_while(|line| line.is_empty() || line.starts_with("   "));
    let (mut calls, mut source, mut in_names) = (BTreeSet::new(), "", false);
    for line in lines.map(str::trim) {
        if let Some(text) = line.strip_prefix("- eventSource: [") {
            source = text.split('.').next().unwrap();
            in_names = false;
        } else if let Some(names) = line.strip_prefix("eventName:") {
            let names = names.trim().trim_matches(['[', ']']);
            calls.extend(
                names
                    .split(", ")
                    .filter(|name| !name.is_empty())
                    .map(|name| (source, name)),
            );
            in_names = true;
        } else if let Some(name) = line.strip_prefix("- ").filter(|_| in_names) {
            calls.insert((source, name));
        } else {
            in_names = false;
        }
    }
    calls
}
