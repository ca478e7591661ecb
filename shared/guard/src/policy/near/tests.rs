use super::*;

const IN: &str = "arn:aws:iam::444455556666:role/";
const CENTER: &str = "arn:aws:iam::444455556666:role/aws-reserved/sso.amazonaws.com/";

fn near_miss(pattern: &str, role: &str) -> Option<Miss> {
    RolePattern::new(pattern.to_owned(), None, Vec::new()).near_miss(&RoleArn::parse(role).unwrap())
}

fn of_names(pattern: &str, role: &str) -> Option<Miss> {
    near_miss(&format!("{IN}{pattern}"), &format!("{IN}{role}"))
}

fn of_sets(pattern: &str, role: &str) -> Option<Miss> {
    near_miss(&format!("{CENTER}{pattern}"), &format!("{CENTER}{role}"))
}

#[test]
fn letter_case_and_path_are_near() {
    for (pattern, role, expected) in [
        ("updateapp", "UpdateApp", Miss::LetterCase),
        ("Team/*", "team/App", Miss::LetterCase),
        ("*admin", "ops/SuperAdmin", Miss::LetterCase),
        ("UpdateApp", "team/UpdateApp", Miss::Path),
        ("team/UpdateApp", "UpdateApp", Miss::Path),
        ("team/UpdateApp", "teams/app/updateapp", Miss::Path),
        ("team/Upd*App", "UpdateApp", Miss::Path),
        ("x", "y/x", Miss::Path),
    ] {
        assert_eq!(of_names(pattern, role), Some(expected), "{pattern} {role}");
    }
}

/// Suffixes as Identity Center generates them.
const A: &str = "0123456789abcdef";
const B: &str = "fedcba9876543210";
const LETTERS: &str = "abcdefabcdefabcd";

#[test]
fn roles_of_identity_center_are_near_with_and_without_a_region() {
    for (pattern, role, expected) in [
        (
            format!("*/AWSReservedSSO_Ops_{A}"),
            format!("AWSReservedSSO_Ops_{A}"),
            Miss::Region,
        ),
        (
            "*/AWSReservedSSO_Ops_*".to_owned(),
            format!("AWSReservedSSO_Ops_{A}"),
            Miss::Region,
        ),
        (
            format!("AWSReservedSSO_Ops_{A}"),
            format!("ap-northeast-1/AWSReservedSSO_Ops_{A}"),
            Miss::Region,
        ),
        (
            format!("us-east-1/AWSReservedSSO_Ops_{A}"),
            format!("eu-west-1/AWSReservedSSO_Ops_{A}"),
            Miss::Region,
        ),
        (
            "us-east-1/*".to_owned(),
            format!("AWSReservedSSO_Ops_{A}"),
            Miss::Region,
        ),
        (
            "eu-*/AWSReservedSSO_Ops_*".to_owned(),
            format!("eusc-de-east-1/AWSReservedSSO_Ops_{A}"),
            Miss::Region,
        ),
    ] {
        assert_eq!(of_sets(&pattern, &role), Some(expected), "{pattern} {role}");
    }
}

#[test]
fn roles_of_identity_center_are_near_whatever_the_suffix() {
    for (pattern, role, expected) in [
        (
            format!("AWSReservedSSO_Ops_{A}"),
            format!("AWSReservedSSO_Ops_{B}"),
            Miss::MadeUpSuffix,
        ),
        (
            format!("us-east-1/AWSReservedSSO_Ops_{A}"),
            format!("AWSReservedSSO_ops_{B}"),
            Miss::MadeUpSuffix,
        ),
        (
            format!("AWSReservedSSO_Ops_{LETTERS}"),
            format!("AWSReservedSSO_Ops_{A}"),
            Miss::MadeUpSuffix,
        ),
        (
            format!("AWSReservedSSO_Ops_{LETTERS}"),
            "AWSReservedSSO_Ops_fedcbafedcbafedc".to_owned(),
            Miss::MadeUpSuffix,
        ),
        (
            "AWSReservedSSO_Ops_".to_owned(),
            format!("AWSReservedSSO_Ops_{LETTERS}"),
            Miss::MadeUpSuffix,
        ),
        (
            "*/AWSReservedSSO_Ops".to_owned(),
            format!("AWSReservedSSO_Ops_{A}"),
            Miss::MadeUpSuffix,
        ),
    ] {
        assert_eq!(of_sets(&pattern, &role), Some(expected), "{pattern} {role}");
    }
    assert_eq!(
        of_names(
            "ReleaseManager",
            &format!(
                "{}AWSReservedSSO_ReleaseManager_{A}",
                "aws-reserved/sso.amazonaws.com/"
            )
        ),
        Some(Miss::MadeUpSuffix)
    );
}

#[test]
fn roles_of_other_permission_sets_are_not_near() {
    for (pattern, role) in [
        (
            "*/AWSReservedSSO_Ops_*".to_owned(),
            format!("AWSReservedSSO_OpsReadOnly_{A}"),
        ),
        (
            format!("AWSReservedSSO_Ops_{A}"),
            format!("AWSReservedSSO_Dev_{A}"),
        ),
        (
            "AWSReservedSSO_Ops_*".to_owned(),
            format!("ap-northeast-1/AWSReservedSSO_Dev_{A}"),
        ),
    ] {
        assert_eq!(of_sets(&pattern, &role), None, "{pattern} {role}");
    }
}

#[test]
fn a_suffix_is_near_and_a_longer_name_is_not() {
    for (pattern, role, expected) in [
        ("UpdateApp", "UpdateAppRole", Miss::Word),
        ("UpdateApp", "UpdateApp-prod", Miss::Word),
        ("UpdateApp-prod", "team/updateapp", Miss::Word),
        ("UpdateApp", "UpdateApp2", Miss::Word),
        ("UpdateApp", "Update", Miss::Word),
        ("UpdateApp", "UpdateApp-1QK4ZJ7M2W8XN", Miss::MadeUpSuffix),
        (
            "UpdateApp-1QK4ZJ7M2W8XN",
            "UpdateApp-9AB4ZJ7M2W8YY",
            Miss::MadeUpSuffix,
        ),
        ("UpdateApp-*", "UpdateApp", Miss::MadeUpSuffix),
        ("Update*pp", "UpdateApp-Role-1QK4ZJ7M2W8XN", Miss::Word),
        ("UpdateApp-eu-west-1", "UpdateApp", Miss::Word),
        ("UpdateApp", "UpdateApp_for_the_west", Miss::Word),
        ("UpdateApp-1ABC", "UpdateApp", Miss::Word),
        ("UpdateApp-prod", "UpdateApp-dev", Miss::Ending),
        ("UpdateApp-prod", "UpdateApp-Production", Miss::Ending),
        ("UpdateApp_prod", "team/updateapp_dev", Miss::Ending),
        ("UpdateApp-eu-west-1", "UpdateApp-us-east-1", Miss::Ending),
        ("UpdateApp-prod", "UpdateApp-prd", Miss::Letter),
    ] {
        assert_eq!(of_names(pattern, role), Some(expected), "{pattern} {role}");
    }
    for (pattern, role) in [
        ("UpdateApp", "UpdateDb"),
        ("UpdateApp", "UpdateAppFunctionRole-1QK4ZJ7M2W8XN"),
        ("Admin", "Administrator"),
        ("Ops", "OpsRole"),
        ("App", "App-1QK4ZJ7M2W8XN"),
        ("UpdateApp", "ReadApp"),
        ("UpdateApp1", "UpdateApp2"),
        ("Admin", "Admix"),
        ("team-reader", "team-admin"),
        ("Update*-read-only-logs", "UpdateDb"),
        ("UpdateApp-eu-west-1", "UpdateDb-eu-west-1"),
        ("AWSReservedSSO_Admin", "AWSReservedSSO_Audit"),
    ] {
        assert_eq!(of_names(pattern, role), None, "{pattern} {role}");
    }
}

#[test]
fn a_wrong_letter_is_near() {
    for role in ["UpdateAp", "UpdaetApp", "team/UpdateAppp", "updateAqp"] {
        assert_eq!(of_names("UpdateApp", role), Some(Miss::Letter), "{role}");
    }
}

#[test]
fn a_pattern_that_means_any_role_is_near_to_none() {
    for (pattern, role) in [
        ("team/*", "Other"),
        ("team/*", "ops/Other"),
        ("us-east-1/*", "Other"),
        ("*/a*", "admin"),
        ("team/??", "ab"),
    ] {
        assert_eq!(of_names(pattern, role), None, "{pattern} {role}");
    }
}

#[test]
fn another_account_is_near_only_by_a_slip() {
    let role = "arn:aws:iam::444455556666:role/team/UpdateApp";
    for (pattern, expected) in [
        (
            "arn:aws:iam::444455556665:role/team/UpdateApp",
            Some(Miss::Account),
        ),
        ("arn:aws:iam::444455565666:role/team/*", Some(Miss::Account)),
        ("arn:aws:iam::444455556665:role/UpdateApp", None),
        ("arn:aws:iam::111122223333:role/team/UpdateApp", None),
        ("arn:aws:iam::544455556667:role/team/UpdateApp", None),
        ("arn:aws:iam::*:role/UpdateApp", Some(Miss::Path)),
        ("arn:aws:iam::4444*:role/UpdateApp", Some(Miss::Path)),
        ("arn:aws:iam::1111*:role/UpdateApp", None),
        (
            "arn:aws-cn:iam::444455556666:role/team/UpdateApp",
            Some(Miss::Partition),
        ),
        (
            "arn:aws-cn:iam::444455556666:role/UpdateApp",
            Some(Miss::Path),
        ),
        (
            "arn:aws-cn:iam::444455556666:role/TEAM/UpdateApp",
            Some(Miss::Partition),
        ),
        ("arn:aws:iam::444455556666:role/team/UpdateApp", None),
    ] {
        assert_eq!(near_miss(pattern, role), expected, "{pattern}");
    }
}

#[test]
fn names_of_any_characters_are_compared() {
    for name in ["更新アプリ2", "-", "a--b", "Ünlaut_Äpfel9", "________"] {
        assert_eq!(of_names("UpdateApp", name), None, "{name}");
        assert_eq!(
            of_names(name, &format!("p/{name}")),
            Some(Miss::Path),
            "{name}"
        );
    }
}

#[test]
fn a_role_in_an_account_that_the_entry_leaves_out_is_not_meant() {
    let only = vec!["444455556666".parse().unwrap()];
    let pattern = RolePattern::new("arn:aws:iam::*:role/UpdateApp".to_owned(), None, only);
    let miss = |role: &str| pattern.near_miss(&RoleArn::parse(role).unwrap());
    assert_eq!(
        miss("arn:aws:iam::444455556666:role/updateapp"),
        Some(Miss::LetterCase)
    );
    assert_eq!(miss("arn:aws:iam::111122223333:role/updateapp"), None);
    assert_eq!(miss("arn:aws:iam::111122223333:role/UpdateApp"), None);
}

#[test]
fn a_permission_set_is_near_others_of_nearly_the_same_name() {
    let set = RolePattern::of_permission_set("ReleaseManager", Vec::new());
    let miss = |role: &str| set.near_miss(&RoleArn::parse(role).unwrap());
    for (name, expected) in [
        ("releasemanager", Some(Miss::LetterCase)),
        ("ReleaseManagr", Some(Miss::Letter)),
        ("ReleaseManager-Tokyo", Some(Miss::Word)),
        ("ReleaseManager", None),
        ("Billing", None),
    ] {
        let role = format!("AWSReservedSSO_{name}_{A}");
        let whole = miss(&format!("{CENTER}ap-northeast-1/{role}"));
        assert_eq!(
            (whole, miss(&format!("{IN}{role}"))),
            (expected, expected),
            "{name}"
        );
        // Not a role of Identity Center.
        assert_eq!(miss(&format!("{IN}team/{role}")), None, "{name}");
    }
    assert_eq!(miss(&format!("{IN}ReleaseManager")), None);
    let only = vec!["444455556666".parse().unwrap()];
    let here = RolePattern::of_permission_set("releasemanager", only);
    let elsewhere = format!("{CENTER}AWSReservedSSO_ReleaseManager_{A}").replace('4', "1");
    assert_eq!(here.near_miss(&RoleArn::parse(&elsewhere).unwrap()), None);
}
