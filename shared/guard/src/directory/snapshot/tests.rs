use serde_json::{Value, json};

use super::*;

fn lists() -> Value {
    json!({
        "IdentityStoreId": "d-1",
        "Users": [
            {"UserId": "u", "UserName": "Nell", "IdentityStoreId": "d-1", "UserStatus": "DISABLED"},
            {"UserId": "v", "DisplayName": "no name"},
        ],
        "Groups": [{"GroupId": "g", "DisplayName": "Platform", "IdentityStoreId": "d-1"}],
        "GroupMemberships": [
            {"MembershipId": "m", "GroupId": "g", "MemberId": {"UserId": "u"}, "IdentityStoreId": "d-1"},
        ],
    })
}

fn read(lists: &Value) -> StoreSnapshot {
    StoreSnapshot::read(lists.to_string().as_bytes(), None).unwrap()
}

fn refused(text: &[u8]) -> String {
    StoreSnapshot::read(text, None).unwrap_err().to_string()
}

#[test]
fn the_lists_of_the_command_line_are_read() {
    let mut all = lists();
    all["PermissionSets"] = json!([
        {"PermissionSetArn": "arn:a", "Name": "Admin", "SessionDuration": "PT8H"},
        {"PermissionSetArn": "arn:b", "Name": "Reader"},
    ]);
    all["AccountAssignments"] = json!([
        {"AccountId": "111122223333", "PermissionSetArn": "arn:a", "PrincipalId": "g", "PrincipalType": "GROUP"},
        {"AccountId": "111122223333", "PermissionSetArn": "arn:a", "PrincipalId": "u", "PrincipalType": "USER"},
    ]);
    let read = read(&all);
    assert!(!read.incomplete);
    assert_eq!(&*read.store, "d-1");
    assert_eq!(read.users["u"].enabled, Some(false));
    assert_eq!(read.users["v"].enabled, None);
    assert_eq!(read.users_named("nell"), ["u".into()]);
    assert!(read.users_named("").is_empty(), "no name isn't a name");
    assert_eq!(read.group_named("PLATFORM").map(|id| &**id), Some("g"));
    assert_eq!(read.is_member("u", "g"), Some(true));
    assert_eq!(read.is_member("v", "g"), Some(false));
    assert_eq!(read.is_member("w", "g"), None);
    let (user, group) = read.of_membership("m").unwrap();
    assert_eq!((&**user, &**group), ("u", "g"));
    assert_eq!(read.of_membership("n"), None);
    let sets = read.permission_sets.unwrap();
    assert_eq!(sets[0].session, Some(Span::from_seconds(8 * 3_600)));
    assert_eq!(sets[1].session, None);
    let principals: Vec<_> = read
        .assignments
        .unwrap()
        .into_iter()
        .map(|one| one.principal)
        .collect();
    assert_eq!(
        principals,
        [Principal::Group("g".into()), Principal::User("u".into())]
    );
}

#[test]
fn both_versions_of_the_command_line_write_the_beginning_of_a_membership() {
    for (written, seconds) in [
        (
            json!("2026-03-02T10:00:00.500000+01:00"),
            Some(1_772_442_000),
        ),
        (json!("2026-03-02T09:00:00Z"), Some(1_772_442_000)),
        (json!(1_772_442_000.75), Some(1_772_442_000)),
        (json!(1_772_442_000), Some(1_772_442_000)),
        (Value::Null, None),
    ] {
        let mut lists = lists();
        lists["GroupMemberships"][0]["CreatedAt"] = written;
        let read = read(&lists);
        let created = read.listed("u", "g").unwrap().created;
        assert_eq!(created.map(Moment::epoch_seconds), seconds);
        assert!(!read.incomplete);
    }
    let mut lists = lists();
    lists["GroupMemberships"][0]["CreatedAt"] = json!("yesterday");
    assert!(read(&lists).incomplete);
}

#[test]
fn a_list_that_is_cut_off_or_has_a_member_of_another_kind_is_incomplete() {
    let incomplete = |change: &dyn Fn(&mut Value)| {
        let mut lists = lists();
        change(&mut lists);
        let read = read(&lists);
        assert_eq!(
            read.is_member("v", "g"),
            (!read.incomplete).then_some(false)
        );
        read.incomplete
    };
    assert!(!incomplete(&|_| {}));
    assert!(incomplete(&|lists| lists["NextToken"] = json!("x")));
    assert!(incomplete(
        &|lists| lists["Users"][1]["NextToken"] = json!("x")
    ));
    assert!(incomplete(
        &|lists| lists["GroupMemberships"][0]["MemberId"] = json!({"GroupId": "x"})
    ));
    assert!(incomplete(&|lists| {
        lists["AccountAssignments"] = json!([
            {"AccountId": "111122223333", "PermissionSetArn": "a", "PrincipalId": "x", "PrincipalType": "ROBOT"},
        ]);
    }));
    assert!(!incomplete(&|lists| lists["NextToken"] = Value::Null));
    assert!(!incomplete(
        &|lists| lists["Users"][1]["DisplayName"] = json!("NextToken")
    ));
    assert!(!incomplete(
        &|lists| lists["Users"][1]["DisplayName"] = json!("\"NextToken\": 1")
    ));
}

#[test]
fn one_membership_listed_twice_began_at_the_later_time() {
    let mut lists = lists();
    for (id, at) in [("m2", 200), ("m3", 100)] {
        lists["GroupMemberships"]
            .as_array_mut()
            .unwrap()
            .push(json!(
                {"MembershipId": id, "GroupId": "g", "MemberId": {"UserId": "u"}, "CreatedAt": at}
            ));
    }
    let read = read(&lists);
    assert_eq!(
        read.listed("u", "g").unwrap().created,
        Some(Moment::from_epoch_seconds(200))
    );
}

#[test]
fn what_is_not_such_a_roster_is_refused_in_words() {
    let mut mixed = lists();
    mixed["Groups"][0]["IdentityStoreId"] = json!("d-2");
    assert_eq!(
        refused(mixed.to_string().as_bytes()),
        "it mixes the identity stores d-1 and d-2; use one file per identity store"
    );
    let users = json!({"Users": [], "IdentityStoreId": "d-1"}).to_string();
    assert!(refused(users.as_bytes()).contains("missing field `Groups`"));
    assert!(refused(&[0x1f, 0x8b, 8]).contains("gunzip"));
    assert!(refused(&[0xff, 0xfe, b'{', 0]).contains("UTF-16"));
    let mut marked = b"\xef\xbb\xbf".to_vec();
    marked.extend(lists().to_string().as_bytes());
    assert!(StoreSnapshot::read(&marked, None).is_ok());
}

#[test]
fn it_is_recognized_by_its_content() {
    assert!(StoreSnapshot::is_meant(lists().to_string().as_bytes()));
    assert!(StoreSnapshot::is_meant(br#"{ "IdentityStoreId" : "d-1" }"#));
    assert!(!StoreSnapshot::is_meant(br#"{"Key": "IdentityStoreId"}"#));
    assert!(
        !StoreSnapshot::is_meant(br#"{"UserDetailList": [], "Tags": {"IdentityStoreId": "d-1"}}"#),
        "an account's roster may have such a key"
    );
}

#[test]
fn the_order_of_lists_does_not_matter() {
    let mut there = lists();
    for (user, name) in [("x", "tom"), ("y", "TOM"), ("z", "ann")] {
        there["Users"]
            .as_array_mut()
            .unwrap()
            .push(json!({"UserId": user, "UserName": name}));
        there["GroupMemberships"]
            .as_array_mut()
            .unwrap()
            .push(json!(
                {"MembershipId": format!("m-{user}"), "GroupId": "g", "MemberId": {"UserId": user}}
            ));
    }
    let mut back = there.clone();
    for list in ["Users", "GroupMemberships"] {
        back[list].as_array_mut().unwrap().reverse();
    }
    assert_eq!(read(&there), read(&back));
    assert_eq!(read(&there).users_named("tom").len(), 2);
}

#[test]
fn a_reduced_file_reads_the_same_and_has_no_other_data_of_people() {
    let whole = json!({
        "IdentityStoreId": "d-1234567890",
        "Users": [{
            "UserId": "u1", "UserName": "dora", "UserStatus": "DISABLED",
            "Emails": [{"Value": "dora@example.com"}], "PhoneNumbers": [{"Value": "+1 555 0100"}],
        }],
        "Groups": [{"GroupId": "g1", "DisplayName": "Platform", "Description": "secret"}],
        "GroupMemberships": [
            {"MembershipId": "m1", "GroupId": "g1", "MemberId": {"UserId": "u1"}, "CreatedAt": 1_772_355_600.123},
        ],
    });
    for more in [json!(null), json!("eyJ…")] {
        let mut lists = whole.clone();
        if more.is_string() {
            lists["NextToken"] = more;
        }
        let text = lists.to_string();
        let reduced = StoreSnapshot::reduced(text.as_bytes()).unwrap();
        let shown = String::from_utf8(reduced.clone()).unwrap();
        for hidden in ["example.com", "555 0100", "secret", "eyJ"] {
            assert!(!shown.contains(hidden), "{shown}");
        }
        let read = |bytes: &[u8]| StoreSnapshot::read(bytes, None).unwrap();
        assert_eq!(read(&reduced), read(text.as_bytes()));
        assert_eq!(read(&reduced).incomplete, lists.get("NextToken").is_some());
    }
}
