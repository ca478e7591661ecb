use super::*;

fn there_and_back(json: &str) -> (Snapshot, String) {
    let taken = Some(Moment::from_epoch_seconds(1_772_442_000));
    let snapshot = Snapshot::read(json.as_bytes(), taken).unwrap();
    let reduced = snapshot.to_json().unwrap();
    assert_eq!(Snapshot::read(&reduced, taken).unwrap(), snapshot);
    (snapshot, String::from_utf8(reduced).unwrap())
}

#[test]
fn a_reduced_snapshot_says_the_same_and_no_more() {
    let (_, reduced) = there_and_back(
        r#"{"UserDetailList": [{"Path": "/staff/", "UserName": "Dora", "UserId": "AIDADORAEXAMPLE",
                 "Arn": "arn:aws:iam::111122223333:user/staff/Dora", "GroupList": ["Developers", "Testers"],
                 "UserPolicyList": [{"PolicyName": "sesame", "PolicyDocument": {}}], "Tags": [{"Key": "desk", "Value": "sesame"}]}],
               "GroupDetailList": [{"GroupName": "Developers", "GroupId": "AGPADEVEXAMPLE", "Arn": "arn:aws:iam::111122223333:group/Developers"},
                 {"GroupName": "Testers", "GroupId": "AGPATESTEXAMPLE", "Arn": "arn:aws:iam::111122223333:group/Testers"}],
               "RoleDetailList": [{"RoleId": "AROAEXAMPLE", "Arn": "arn:aws:iam::111122223333:role/teams/Reader", "RolePolicyList": ["sesame"]}],
               "Policies": [{"PolicyName": "sesame"}], "IsTruncated": false}"#,
    );
    assert!(!reduced.contains("sesame"), "{reduced}");
}

#[test]
fn reducing_keeps_what_is_missing_missing() {
    let (truncated, _) = there_and_back(
        r#"{"GroupDetailList": [{"GroupName": "Developers", "GroupId": "AGPADEVEXAMPLE",
                 "Arn": "arn:aws:iam::111122223333:group/Developers"}], "IsTruncated": true}"#,
    );
    assert!(truncated.truncated);
    let (without_ids, _) = there_and_back(
        r#"{"UserDetailList": [{"UserName": "dora", "UserId": "AIDADORAEXAMPLE", "Arn": "arn:aws:iam::111122223333:user/dora",
                 "GroupList": ["Developers"]}]}"#,
    );
    assert_eq!(
        without_ids.groups.keys().collect::<Vec<_>>(),
        ["developers"]
    );
}

#[test]
fn a_group_of_which_only_the_name_is_known_may_be_any_that_is_not_listed() {
    let user = r#"{"UserName": "dora", "UserId": "AIDADORAEXAMPLE", "Arn": "arn:aws:iam::111122223333:user/dora", "GroupList": ["Developers"]}"#;
    let tom = r#"{"UserName": "tom", "UserId": "AIDATOMEXAMPLE", "Arn": "arn:aws:iam::111122223333:user/tom"}"#;
    let (named, _) = there_and_back(&format!(r#"{{"UserDetailList": [{user}, {tom}]}}"#));
    assert_eq!(named.is_member("AIDADORAEXAMPLE", "AGPADEVEXAMPLE"), None);
    assert_eq!(
        named.is_member("AIDATOMEXAMPLE", "AGPADEVEXAMPLE"),
        Some(false),
        "who is in no group is in none of any id"
    );
    let group = r#"{"GroupName": "Testers", "GroupId": "AGPATESTEXAMPLE", "Arn": "arn:aws:iam::111122223333:group/Testers"}"#;
    let (listed, _) = there_and_back(&format!(
        r#"{{"UserDetailList": [{user}], "GroupDetailList": [{group}]}}"#
    ));
    assert_eq!(
        listed.is_member("AIDADORAEXAMPLE", "AGPATESTEXAMPLE"),
        Some(false),
        "it is listed under another name"
    );
}

fn reading(users: &[(&str, &str, &[&str])], groups: &[(&str, &str)]) -> Snapshot {
    let arn = |name: &str| format!("arn:aws:iam::111122223333:user/{name}");
    let user = |(name, id, groups): &(&str, &str, &[&str])| serde_json::json!({"UserName": name, "UserId": id, "Arn": arn(name), "GroupList": groups});
    let group = |(name, id): &(&str, &str)| serde_json::json!({"GroupName": name, "GroupId": id, "Arn": arn(name)});
    let details = serde_json::json!({
        "UserDetailList": users.iter().map(user).collect::<Vec<_>>(),
        "GroupDetailList": groups.iter().map(group).collect::<Vec<_>>(),
    });
    Snapshot::read(details.to_string().as_bytes(), None).unwrap()
}

#[test]
fn what_two_snapshots_show_alike_is_kept_once() {
    const GROUPS: &[(&str, &str)] = &[("Developers", "AGPADEVEXAMPLE")];
    let first = reading(
        &[
            ("dora", "AIDADORAEXAMPLE", &["Developers"]),
            ("tom", "AIDATOMEXAMPLE", &[]),
        ],
        GROUPS,
    );
    let mut second = reading(
        &[
            ("dora", "AIDADORAEXAMPLE", &["Developers"]),
            ("tom", "AIDATOMEXAMPLE", &["Developers"]),
        ],
        GROUPS,
    );
    let before = second.clone();
    second.share_unchanged(&first);
    assert_eq!(second, before, "it says the same");
    let shared = |id: &str| Arc::ptr_eq(&first.users[id], &second.users[id]);
    assert!(shared("AIDADORAEXAMPLE") && !shared("AIDATOMEXAMPLE"));
}

#[test]
fn users_in_the_same_groups_share_them() {
    const GROUPS: &[(&str, &str)] = &[("Developers", "AGPADEVEXAMPLE")];
    let listed = reading(
        &[
            ("dora", "AIDADORAEXAMPLE", &["Developers"]),
            ("dave", "AIDADAVEEXAMPLE", &["Developers"]),
            ("tom", "AIDATOMEXAMPLE", &[]),
        ],
        GROUPS,
    );
    let groups = |id: &str| &listed.users[id].groups;
    assert!(Arc::ptr_eq(
        groups("AIDADORAEXAMPLE"),
        groups("AIDADAVEEXAMPLE")
    ));
    assert_eq!(
        listed.is_member("AIDADAVEEXAMPLE", "AGPADEVEXAMPLE"),
        Some(true)
    );
    assert_eq!(
        listed.is_member("AIDATOMEXAMPLE", "AGPADEVEXAMPLE"),
        Some(false)
    );
}

#[test]
fn names_of_groups_are_told_apart_by_their_ends() {
    let listed = reading(
        &[
            ("dora", "AIDADORAEXAMPLE", &["a", "1:b"]),
            ("dave", "AIDADAVEEXAMPLE", &["a1", "b"]),
        ],
        &[
            ("a", "AGPA1"),
            ("1:b", "AGPA2"),
            ("a1", "AGPA3"),
            ("b", "AGPA4"),
        ],
    );
    assert_eq!(listed.is_member("AIDADORAEXAMPLE", "AGPA2"), Some(true));
    assert_eq!(listed.is_member("AIDADAVEEXAMPLE", "AGPA2"), Some(false));
    assert_eq!(listed.is_member("AIDADAVEEXAMPLE", "AGPA4"), Some(true));
}

#[test]
fn every_arn_is_kept_as_it_is_written() {
    let user = |arn: &str| {
        let json = format!(
            r#"{{"UserDetailList": [{{"UserName": "Dora", "UserId": "AIDADORAEXAMPLE", "Arn": "{arn}"}}],
                "GroupDetailList": [{{"GroupName": "Testers", "GroupId": "AGPATESTEXAMPLE",
                 "Arn": "arn:aws:iam::111122223333:group/Testers"}}]}}"#
        );
        there_and_back(&json).0.users["AIDADORAEXAMPLE"].arn()
    };
    for arn in [
        "arn:aws:iam::111122223333:user/Dora",
        "arn:aws:iam::111122223333:user/staff/Dora",
        "arn:aws:iam::111122223333:user/dora",
        "Dora",
    ] {
        assert_eq!(user(arn).as_deref(), Some(arn));
    }
    assert_eq!(user(""), None);
}

#[test]
fn a_file_that_mixes_accounts_names_the_first_two() {
    let user = |account: &str| {
        format!(
            r#"{{"UserName": "dora", "UserId": "AIDA{account}", "Arn": "arn:aws:iam::{account}:user/dora"}}"#
        )
    };
    let json = format!(
        r#"{{"UserDetailList": [{}, {}]}} {{"UserDetailList": [{}]}}"#,
        user("111122223333"),
        user("444455556666"),
        user("555566667777")
    );
    let error = Snapshot::read(json.as_bytes(), None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "it mixes accounts 111122223333 and 444455556666; use one file per account"
    );
}

#[test]
fn whoever_changed_between_two_readings_is_left_out() {
    const GROUPS: &[(&str, &str)] = &[
        ("Developers", "AGPADEVEXAMPLE"),
        ("Testers", "AGPATESTEXAMPLE"),
    ];
    let dora: (&str, &str, &[&str]) = ("dora", "AIDADORAEXAMPLE", &["Developers"]);
    let first = reading(
        &[
            dora,
            ("tom", "AIDATOMEXAMPLE", &[]),
            ("dave", "AIDADAVEEXAMPLE", &[]),
        ],
        GROUPS,
    );
    let second = reading(
        &[
            dora,
            ("tom", "AIDATOMEXAMPLE", &["Testers"]),
            ("david", "AIDADAVEEXAMPLE", &[]),
        ],
        GROUPS,
    );
    let agreed = first.agreed(&second);
    assert_eq!(
        agreed.users.keys().map(|id| &**id).collect::<Vec<_>>(),
        ["AIDADORAEXAMPLE"]
    );
    assert_eq!(agreed.groups.len(), 2);
}

#[test]
fn nobody_is_shown_without_a_group_whose_name_changed() {
    let users: &[(&str, &str, &[&str])] = &[("tom", "AIDATOMEXAMPLE", &[])];
    let member = |group: &'static str| -> Vec<(&str, &str, &[&str])> {
        let groups: &'static [&'static str] = if group == "Testers" {
            &["Testers"]
        } else {
            &["Checkers"]
        };
        users
            .iter()
            .copied()
            .chain([("tess", "AIDATESSEXAMPLE", groups)])
            .collect()
    };
    let first = reading(&member("Testers"), &[("Testers", "AGPATESTEXAMPLE")]);
    let second = reading(&member("Checkers"), &[("Checkers", "AGPATESTEXAMPLE")]);
    let agreed = first.agreed(&second);
    assert_eq!(
        agreed.is_member("AIDATESSEXAMPLE", "AGPATESTEXAMPLE"),
        None,
        "not a member, if she were written down without the group"
    );
    assert_eq!(
        agreed.is_member("AIDATOMEXAMPLE", "AGPATESTEXAMPLE"),
        Some(false)
    );
}
