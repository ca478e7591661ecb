use proptest::prelude::*;

use crate::arn::{RoleArn, glob_matches};
use crate::id::AccountId;
use crate::policy::RolePattern;

const ACCOUNTS: [&str; 3] = ["111122223333", "444455556666", "999988887777"];

fn account(at: usize) -> AccountId {
    ACCOUNTS[at].parse().unwrap()
}

fn pattern_of(set: &str, accounts: &[usize]) -> RolePattern {
    RolePattern::of_permission_set(set, accounts.iter().map(|at| account(*at)).collect())
}

const CENTER: &str = "arn:aws:iam::444455556666:role/aws-reserved/sso.amazonaws.com/";

#[test]
fn a_permission_set_is_found_with_and_without_a_region_whatever_the_suffix() {
    let admin = pattern_of("Admin", &[]);
    for role in [
        "AWSReservedSSO_Admin_0123456789abcdef",
        "ap-northeast-1/AWSReservedSSO_Admin_fedcba9876543210",
        "eusc-de-east-1/AWSReservedSSO_Admin_0",
    ] {
        assert!(admin.matches_text(&format!("{CENTER}{role}")), "{role}");
    }
    for other in [
        "AWSReservedSSO_Admin",
        "AWSReservedSSO_Admin_",
        "AWSReservedSSO_admin_0123456789abcdef",
        "AWSReservedSSO_Admin_ReadOnly_0123456789abcdef",
        "AWSReservedSSO_B_AWSReservedSSO_Admin_0123456789abcdef",
        "AWSReservedSSO__Admin_0123456789abcdef",
        "a/b/AWSReservedSSO_Admin_0123456789abcdef",
        "/AWSReservedSSO_Admin_0123456789abcdef",
        "x_AWSReservedSSO_Admin_0123456789abcdef",
    ] {
        assert!(!admin.matches_text(&format!("{CENTER}{other}")), "{other}");
    }
    for elsewhere in [
        "arn:aws:iam::444455556666:role/AWSReservedSSO_Admin_0123456789abcdef",
        "arn:aws:iam::444455556666:role/team/AWSReservedSSO_Admin_0123456789abcdef",
        "arn:aws:iam::444455556666:user/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0",
        "arn:aws:sts::444455556666:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0",
    ] {
        assert!(!admin.matches_text(elsewhere), "{elsewhere}");
    }
}

#[test]
fn a_role_whose_path_is_not_known_may_be_the_permission_sets() {
    let role = |name: &str| RoleArn::parse(&format!("arn:aws:iam::444455556666:role/{name}"));
    let may_be =
        |pattern: &RolePattern, name: &str| pattern.matches_without_path(&role(name).unwrap());
    let name = "AWSReservedSSO_Admin_0123456789abcdef";
    assert!(may_be(&pattern_of("Admin", &[]), name) && may_be(&pattern_of("Admin", &[1]), name));
    assert!(!may_be(&pattern_of("Admin", &[0]), name) && !may_be(&pattern_of("Admi", &[]), name));
    // Its path is known, and is another one.
    assert!(!may_be(&pattern_of("Admin", &[]), &format!("team/{name}")));
    let glob = RolePattern::new("arn:aws:iam::*:role/team/*".to_owned(), None, Vec::new());
    assert!(!may_be(&glob, "UpdateApp"));
}

#[test]
fn a_permission_set_covers_its_own_roles_only() {
    let (admin, here) = (pattern_of("Admin", &[]), pattern_of("Admin", &[1]));
    let glob = |text: &str| RolePattern::new(text.to_owned(), None, Vec::new());
    assert!(admin.covers(&admin) && admin.covers(&here) && !here.covers(&admin));
    assert!(!admin.covers(&pattern_of("Admin_ReadOnly", &[])));
    assert!(!pattern_of("Admin_ReadOnly", &[]).covers(&admin));
    let role = format!("{CENTER}AWSReservedSSO_Admin_0123456789abcdef");
    assert!(admin.covers(&glob(&role)));
    assert!(!admin.covers(&glob(&format!("{CENTER}AWSReservedSSO_Admin_*"))));
    assert!(glob("arn:*:iam::*:role/aws-reserved/*").covers(&admin));
    assert!(!glob(&format!("{CENTER}*")).covers(&admin));
}

#[test]
fn a_permission_set_shows_as_its_name() {
    let admin = pattern_of("Admin", &[1]);
    assert_eq!(admin.to_string(), "permission set Admin");
    assert_eq!(admin.quoted(), "permission set `Admin`");
    assert_eq!(admin.account(), Some(account(1)));
    assert!(admin.may_be_in(account(1)) && !admin.may_be_in(account(0)));
    assert_eq!(
        admin.in_account(account(1)),
        "arn:*:iam::444455556666:role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_Admin_*"
    );
}

/// Names that are easily taken for each other.
fn set() -> impl Strategy<Value = String> {
    prop_oneof![
        "[AB_]{1,4}",
        "[A-Za-z0-9_+=,.@-]{1,32}",
        "([AB]_)?AWSReservedSSO_[AB]",
    ]
}

proptest! {
    #[test]
    fn a_permission_set_matches_the_roles_of_its_own_name_in_its_accounts(
        (ours, theirs, same) in (set(), set(), any::<bool>()),
        suffix in "[0-9a-f]{16}",
        region in prop_oneof![Just(""), Just("us-west-2/"), Just("ap-northeast-1/")],
        partition in prop_oneof![Just("aws"), Just("aws-cn"), Just("aws-us-gov")],
        (role_in, only) in (0_usize..3, prop::collection::btree_set(0_usize..3, 0..3)),
    ) {
        let theirs = if same { ours.clone() } else { theirs };
        let (name, id) = (format!("AWSReservedSSO_{theirs}_{suffix}"), ACCOUNTS[role_in]);
        let path = format!("aws-reserved/sso.amazonaws.com/{region}");
        let arn = format!("arn:{partition}:iam::{id}:role/{path}{name}");
        let only: Vec<usize> = only.into_iter().collect();
        let pattern = pattern_of(&ours, &only);
        let listed = only.is_empty() || only.contains(&role_in);
        prop_assert_eq!(pattern.matches_text(&arn), ours == theirs && listed);
        let without_path = RoleArn::parse(&format!("arn:{partition}:iam::{id}:role/{name}")).unwrap();
        prop_assert_eq!(pattern.matches_without_path(&without_path), ours == theirs && listed);
        // What is searched for and forwarded is no narrower than what is judged.
        if pattern.matches_text(&arn) {
            prop_assert!(glob_matches(pattern.as_str(), &arn));
            prop_assert!(pattern.in_each_account().iter().any(|glob| glob_matches(glob, &arn)));
        }
    }
}
