//! Who could take a permission set in an account.

use super::*;

const SET: &str = "arn:aws:sso:::permissionSet/ssoins-0123456789abcdef/ps-0123456789abcdef";
const PRODUCTION: &str = "222233334444";

fn lists(principals: &[(&str, &str)]) -> Value {
    let assignments: Vec<Value> = principals
        .iter()
        .map(|(kind, id)| json!({"AccountId": PRODUCTION, "PermissionSetArn": SET, "PrincipalType": kind, "PrincipalId": id}))
        .collect();
    json!({
        "Users": [{"UserId": "u", "UserName": "nell"}],
        "Groups": [{"GroupId": "g", "DisplayName": "Platform"}],
        "GroupMemberships": [{"MembershipId": "m", "GroupId": "g", "MemberId": {"UserId": "u"}}],
        "PermissionSets": [{"PermissionSetArn": SET, "Name": "Admin"}],
        "AccountAssignments": assignments,
    })
}

const BY_GROUP: [(&str, &str); 1] = [("GROUP", "g")];

fn assigned(store: &mut Store, at: i64, name: &str, (kind, id): (&str, &str)) {
    let request = json!({"permissionSetArn": SET, "targetId": PRODUCTION, "targetType": "AWS_ACCOUNT", "principalType": kind, "principalId": id});
    store.record(at, "sso", name, request);
}

/// `yes`, `no` or `unknown`; `-`: nothing shows the assignments.
fn may_take(store: &Store, at: i64) -> &'static str {
    let of = SetInAccount {
        account: PRODUCTION.parse().unwrap(),
        set: "Admin",
    };
    store.ask(|directory| match directory.may_take("u", of, moment(at)) {
        Some(Membership::Member { .. }) => "yes",
        Some(Membership::NotMember { .. }) => "no",
        Some(Membership::Unproven { .. }) => "unknown",
        None => "-",
    })
}

#[test]
fn nothing_is_known_of_a_set_that_nothing_lists() {
    let mut store = Store::new();
    assert_eq!(may_take(&store, 100), "-");
    let mut people = lists(&[]);
    people.as_object_mut().unwrap().remove("AccountAssignments");
    store.roster(&people, Some(0));
    assert_eq!(may_take(&store, 100), "-");
    store.roster(&lists(&[]), Some(10));
    assert_eq!(may_take(&store, 100), "no");
}

#[test]
fn rosters_and_changes_show_who_may_take_it() {
    let mut store = Store::with_roster(&lists(&BY_GROUP), Some(0));
    assert_eq!(may_take(&store, 100), "yes");
    store.removes(200, "u", "g");
    assert_eq!(
        may_take(&store, 300),
        "no",
        "the group is assigned, but not hers"
    );
    assigned(&mut store, 400, "CreateAccountAssignment", ("USER", "u"));
    assert_eq!(may_take(&store, 400), "unknown", "in that second");
    assert_eq!(may_take(&store, 500), "yes");
    assigned(&mut store, 600, "DeleteAccountAssignment", ("USER", "u"));
    assert_eq!(may_take(&store, 700), "unknown", "no later roster");
    store.roster(&lists(&BY_GROUP), Some(800));
    assert_eq!(may_take(&store, 700), "no");
    assert_eq!(may_take(&store, 500), "yes");
}

#[test]
fn a_change_that_changed_nothing_shows_nothing_about_before() {
    let mut store = Store::with_roster(&lists(&BY_GROUP), Some(0));
    assigned(&mut store, 300, "CreateAccountAssignment", ("GROUP", "g"));
    assert_eq!(may_take(&store, 100), "yes");
    // Whenever that was taken, it says nothing about the time before the change.
    store.roster(&lists(&[]), None);
    assert_eq!(may_take(&store, 100), "yes");
    let mut store = Store::with_roster(&lists(&[]), Some(0));
    assigned(&mut store, 300, "DeleteAccountAssignment", ("GROUP", "g"));
    assert_eq!(may_take(&store, 100), "no");
}

#[test]
fn a_change_that_hides_whose_it_is_leaves_everything_open() {
    let mut store = Store::with_roster(&lists(&BY_GROUP), Some(0));
    assigned(&mut store, 300, "DeleteAccountAssignment", ("GROUP", ""));
    assert_eq!(may_take(&store, 100), "yes");
    assert_eq!(may_take(&store, 400), "unknown");
    store.roster(&lists(&BY_GROUP), Some(350));
    assert_eq!(may_take(&store, 400), "yes", "a roster after it lists it");
}

#[test]
fn nothing_is_proved_across_a_gap() {
    let mut store = Store::with_roster(&lists(&BY_GROUP), Some(0));
    store.heard = false;
    assert_eq!(may_take(&store, 100), "yes");
    assert_eq!(may_take(&store, 9 * 86_400), "unknown");
}
