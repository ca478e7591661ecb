//! Entries that name a permission set.

use super::*;

/// The sentences about a policy with this one permission set.
fn said_of_set(set: &str, story: &Story, rosters: &Rosters) -> Vec<String> {
    let text = format!(
        "version: 1\naccounts: {{'111122223333': development, '444455556666': production}}\n\
         identity_center: {{account: production, regions: [us-east-1], identity_store: d-1234567890}}\n\
         roles:\n  - {{permission_set: {set}, groups: [identity-center/*]}}\n"
    );
    let policy = Policy::read(text.as_bytes(), "p").unwrap_or_else(|errors| panic!("{errors}"));
    let TakenIn { world, near, .. } = taken_in(&policy, story);
    let unmatched = unmatched(&world, &policy, rosters, &near);
    unmatched.iter().map(ToString::to_string).collect()
}

#[test]
fn a_permission_set_is_suggested_by_its_name() {
    let nothing = Rosters::default();
    let role = |set: &str| format!("AWSReservedSSO_{set}_0123456789abcdef");
    let whole = |set: &str| format!("{CENTER}/ap-northeast-1/{}", role(set));
    let mut used = Story::new();
    used.switch_to("dora", &whole("Operator"))
        .with_mfa()
        .used_after(600)
        .only_uses();
    for known in [
        entered(&whole("Operator")),
        entered(&role("Operator")),
        used,
    ] {
        assert_eq!(said_of_set("Operator", &known, &nothing), [""; 0]);
        assert_eq!(
            said_of_set("operator", &known, &nothing),
            [
                "no role matches permission set `operator`; did you mean permission set `Operator`, which is in the logs?"
            ]
        );
        assert_eq!(
            said_of_set("Billing", &known, &nothing),
            ["permission set `Billing` doesn't appear in the logs"]
        );
    }
    let listed = [whole("Operator"), whole("Operator").replace("0123", "4567")];
    let listed = roster(&[&listed[0], &listed[1]]);
    assert_eq!(
        said_of_set("Operater", &Story::new(), &listed),
        [
            "no role matches permission set `Operater`; did you mean permission set `Operator`, which is in the roster?"
        ]
    );
}
