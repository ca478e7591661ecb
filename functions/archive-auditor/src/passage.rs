//! Which records the rules of `template.yaml` would have forwarded. EventBridge was never supposed
//! to deliver any other record of the trail.

use rolewatch_guard::seen::{CallerKind, Fact, SeenRecord, Service, identity_center};
use rolewatch_guard::tamper::WatchedCall;

use crate::Hub;
use crate::key::LogKey;

/// The event names of MintRule. ServiceMintRule has those of them that begin with `AssumeRole`.
const MINTS: [&str; 6] = [
    "AssumeRole",
    "AssumeRoleWithSAML",
    "AssumeRoleWithWebIdentity",
    "AssumeRoot",
    "GetSessionToken",
    "GetFederationToken",
];

/// The event names of ConsoleRule.
const STEPS: [&str; 4] = ["ConsoleLogin", "SwitchRole", "RenewRole", "ExitRole"];

/// The event names of MembershipRule.
const CHANGES: [&str; 10] = [
    "AddUserToGroup",
    "RemoveUserFromGroup",
    "CreateUser",
    "UpdateUser",
    "DeleteUser",
    "CreateGroup",
    "UpdateGroup",
    "DeleteGroup",
    "EnableMFADevice",
    "DeactivateMFADevice",
];

/// Whether EventBridge was supposed to deliver this record. A service's mint is read as a fact only
/// if its role is elevated.
pub(crate) fn was_let_through(seen: &SeenRecord) -> bool {
    let name = &*seen.name;
    let by_service = seen.caller.kind == CallerKind::Service;
    let by_name = match seen.service {
        Service::Sts if by_service => {
            matches!(seen.fact, Some(Fact::Mint(_))) && name.starts_with("AssumeRole")
        }
        Service::Sts => MINTS.contains(&name),
        Service::SignIn => !by_service && STEPS.contains(&name),
        Service::Iam => !by_service && CHANGES.contains(&name),
        Service::Sso | Service::Directory | Service::SsoOauth | Service::Other => false,
    };
    // IdentityCenterRule has no condition on the caller.
    let of_center = identity_center::is_watched(seen.service, name);
    // `used`: by UseRule.
    by_name || of_center || seen.used.is_some()
}

/// The services of TamperRule. HubTamperRule, which exists only in the hub's account and Region,
/// lists the others.
const TAMPERED_ANYWHERE: [&str; 6] = [
    "events",
    "sqs",
    "cloudtrail",
    "cloudformation",
    "organizations",
    "iam",
];

/// The calls that TamperRule lists for a service whose other calls are in HubTamperRule.
const ALARMS_ANYWHERE: [&str; 2] = ["DeleteAlarms", "DisableAlarmActions"];

/// Whether EventBridge was supposed to deliver this call, which is in this log, no matter who made
/// it.
pub(crate) fn call_was_let_through(call: &WatchedCall, log: &LogKey<'_>, hub: &Hub) -> bool {
    let anywhere = TAMPERED_ANYWHERE.contains(&call.source)
        || (call.source == "monitoring" && ALARMS_ANYWHERE.contains(&call.name));
    anywhere || (log.account == hub.account && log.region == hub.region)
}

/// Whether EventBridge was supposed to deliver this change of the setup. MembershipRule leaves out
/// services, SetupRule and TamperRule don't.
pub(crate) fn change_was_let_through(name: &str, by_service: bool) -> bool {
    !by_service || !CHANGES.contains(&name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use rolewatch_guard::tamper::{CALLS, GuardedResources};

    use super::*;

    /// The service and name of each call that a rule of a template lists.
    fn listed(template: &str, rule: &str) -> BTreeSet<(String, String)> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../..")
            .join(template);
        let text = std::fs::read_to_string(&path).unwrap();
        let (_, rest) = text.split_once(&format!("\n  {rule}:\n")).unwrap();
        let (pattern, _) = rest.split_once("      Targets:\n").unwrap();
        let mut calls = BTreeSet::new();
        for branch in pattern.split("eventSource: [").skip(1) {
            let source = branch.split('.').next().unwrap();
            let (_, names) = branch.split_once("eventName:").unwrap();
            let names = names
                .split(|c: char| !c.is_ascii_alphanumeric())
                .filter(|name| !name.is_empty());
            calls.extend(names.map(|name| (source.to_owned(), name.to_owned())));
        }
        calls
    }

    fn let_through(at: &str) -> BTreeSet<(String, String)> {
        let hub = Hub {
            guarded: GuardedResources::default(),
            account: "123456789012".parse().unwrap(),
            region: "us-east-1".to_owned(),
        };
        let key = format!("AWSLogs/{at}/2026/03/02/x.json.gz");
        let log = LogKey::parse(&key, "").unwrap();
        let calls = CALLS
            .iter()
            .filter(|call| call_was_let_through(call, &log, &hub));
        calls
            .map(|call| (call.source.to_owned(), call.name.to_owned()))
            .collect()
    }

    #[test]
    fn the_rule_about_identity_center_lists_what_the_engine_reads() {
        let sources = [
            ("signin", Service::SignIn),
            ("sso", Service::Sso),
            ("sso-oauth", Service::SsoOauth),
            ("sso-directory", Service::Directory),
            ("identitystore", Service::Directory),
            ("identitystore-scim", Service::Directory),
        ];
        for template in ["template.yaml", "deploy/spoke.yaml"] {
            let path = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("../..")
                .join(template);
            let text = std::fs::read_to_string(&path).unwrap();
            let (_, rest) = text.split_once("\n  IdentityCenterRule:\n").unwrap();
            let (pattern, _) = rest.split_once("      Targets:\n").unwrap();
            let mut listed = 0;
            for branch in pattern.split("eventSource: [").skip(1) {
                let (branch_sources, names) = branch.split_once("eventName:").unwrap();
                let names: Vec<&str> = names
                    .split(|c: char| !c.is_ascii_alphanumeric())
                    .filter(|name| !name.is_empty() && *name != "com")
                    .collect();
                for (source, service) in sources {
                    let is_meant = branch_sources
                        .split([',', ']'])
                        .any(|one| one.trim() == format!("{source}.amazonaws.com"));
                    for name in names.iter().filter(|_| is_meant) {
                        listed += 1;
                        assert!(
                            identity_center::is_watched(service, name),
                            "{template}: {source} {name}"
                        );
                    }
                }
            }
            assert_eq!(listed, 5 + 8 + 2 + 3 * 21, "{template}");
        }
    }

    #[test]
    fn of_the_set_up_services_are_left_out_by_the_rule_about_membership_alone() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../template.yaml");
        let text = std::fs::read_to_string(&path).unwrap();
        for (rule, call, leaves_out) in [
            ("MembershipRule", "AddUserToGroup", true),
            ("SetupRule", "PutGroupPolicy", false),
            ("TamperRule", "PutRolePolicy", false),
        ] {
            let (_, rest) = text.split_once(&format!("\n  {rule}:\n")).unwrap();
            let (pattern, _) = rest.split_once("      Targets:\n").unwrap();
            assert!(pattern.contains(call), "{rule}");
            assert_eq!(
                pattern.contains("anything-but: AWSService"),
                leaves_out,
                "{rule}"
            );
            assert_eq!(change_was_let_through(call, true), !leaves_out, "{rule}");
        }
    }

    #[test]
    fn calls_are_let_through_where_a_rule_lists_them() {
        let anywhere = listed("deploy/spoke.yaml", "TamperRule");
        let in_the_hub: BTreeSet<_> = anywhere
            .union(&listed("template.yaml", "HubTamperRule"))
            .cloned()
            .collect();
        assert!(
            anywhere.len() > 20 && in_the_hub.len() > anywhere.len() + 20,
            "the templates are written differently now"
        );
        assert_eq!(let_through("123456789012/CloudTrail/us-east-1"), in_the_hub);
        assert_eq!(
            let_through("123456789012/CloudTrail/eu-west-1"),
            anywhere,
            "another region of the hub's account is a spoke"
        );
        assert_eq!(let_through("444455556666/CloudTrail/us-east-1"), anywhere);
    }
}
