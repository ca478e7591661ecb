use super::super::tests::{HEAD, assert_problems, good_policy};
use super::*;

fn read(keys: &str) -> IdentityCenter {
    let policy = good_policy(&format!(
        "{HEAD}identity_center:\n  account: production\n  regions: [ap-northeast-1]\n  identity_store: d-1234567890\n{keys}roles: []\n"
    ));
    policy.identity_center.unwrap()
}

#[test]
fn what_is_left_out_is_what_aws_does_and_the_strict_value() {
    let center = read("");
    assert_eq!(center.account.to_string(), "444455556666");
    assert_eq!(center.directory_account, center.account);
    assert_eq!(center.home(), "ap-northeast-1");
    assert_eq!(&*center.identity_store, "d-1234567890");
    assert_eq!(center.sign_in_lasts.seconds(), 8 * 3_600);
    assert_eq!(center.external_idp, ExternalIdp::Unproven);
    assert_eq!(center.start_url, None);
    assert_eq!(
        good_policy(&format!("{HEAD}roles: []\n")).identity_center,
        None
    );
}

#[test]
fn everything_that_can_be_said_of_identity_center_is_read() {
    let policy = good_policy(&format!(
        "{HEAD}identity_center:\n  account: \"444455556666\"\n  directory_account: development\n  regions: [us-east-1, eu-west-1]\n  \
         identity_store: 0a1b2c3d-0123-4567-89ab-0123456789ab\n  sign_in_lasts: 90d\n  external_idp: trusted\n  \
         start_url: https://d-1234567890.awsapps.com/start#/\nroles: []\n"
    ));
    let center = policy.identity_center.unwrap();
    assert_eq!(center.directory_account.to_string(), "111122223333");
    assert!(center.is_administered_in(center.account));
    assert_eq!(center.regions, ["us-east-1", "eu-west-1"]);
    assert_eq!(center.home(), "us-east-1");
    assert_eq!(center.sign_in_lasts.seconds(), 90 * 86_400);
    assert_eq!(center.external_idp, ExternalIdp::Trusted);
    let portal = "https://d-1234567890.awsapps.com/start#/";
    assert_eq!(center.start_url.as_deref(), Some(portal));
    assert_eq!(read("  sign_in_lasts: 15m\n").sign_in_lasts.seconds(), 900);
}

#[test]
fn a_policy_without_identity_center_is_the_same_version() {
    let text = format!(
        "{HEAD}identity_center: {{account: production, regions: [us-east-1], identity_store: d-1234567890}}\n\
         roles:\n  - {{permission_set: Admin, groups: [identity-center/Platform]}}\n"
    );
    let policy = good_policy(&text);
    let without = policy.without_identity_center();
    assert_eq!(without.identity_center, None);
    assert_eq!(
        (&without.version_hash, &without.roles),
        (&policy.version_hash, &policy.roles)
    );
}

#[test]
fn every_slip_is_told_at_once() {
    assert_problems(
        format!(
            "{HEAD}identity_center:\n  acount: production\n  directory_account: managment\n  regions: [ap-northeast, us-east-1, us-east-1]\n  \
             identity_store: d-12345\n  sign_in_lasts: 10m\n  external_idp: trustd\n  start_url: http://example.awsapps.com/start\nroles: []\n"
        ),
        "
rolewatch.yaml:6:3: unknown key `acount`, did you mean `account`?
    6 |   acount: production
      |   ^^^^^^
rolewatch.yaml:7:22: unknown account `managment`: `accounts` has `development` and `production`
    7 |   directory_account: managment
      |                      ^^^^^^^^^
rolewatch.yaml:8:13: `ap-northeast` is not a Region: write it like `us-east-1`
    8 |   regions: [ap-northeast, us-east-1, us-east-1]
      |             ^^^^^^^^^^^^
rolewatch.yaml:8:38: `us-east-1` is listed twice
    8 |   regions: [ap-northeast, us-east-1, us-east-1]
      |                                      ^^^^^^^^^
rolewatch.yaml:9:19: `d-12345` is not the id of an identity store: write it like `d-1234567890`; `aws sso-admin list-instances` prints it as `IdentityStoreId`
    9 |   identity_store: d-12345
      |                   ^^^^^^^
rolewatch.yaml:10:18: `sign_in_lasts` of 10m isn't possible: AWS allows 15m to 90d for a session of the access portal
   10 |   sign_in_lasts: 10m
      |                  ^^^
rolewatch.yaml:11:17: `external_idp` must be `unproven` or `trusted`, not `trustd`, did you mean `trusted`?
   11 |   external_idp: trustd
      |                 ^^^^^^
rolewatch.yaml:12:14: `http://example.awsapps.com/start` is not the address of an access portal: write it like `https://example.awsapps.com/start`
   12 |   start_url: http://example.awsapps.com/start
      |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
",
    );
}

#[test]
fn three_keys_are_required() {
    assert_problems(
        format!("{HEAD}identity_center: {{}}\nroles: []\n"),
        "
rolewatch.yaml:5:18: `identity_center` needs `account`: the account where Identity Center is enabled, by name or id
    5 | identity_center: {}
      |                  ^
rolewatch.yaml:5:18: `identity_center` needs `identity_store`: the id of the identity store, such as `d-1234567890`; `aws sso-admin list-instances` prints it
    5 | identity_center: {}
      |                  ^
rolewatch.yaml:5:18: `identity_center` needs `regions`: every Region that Identity Center is in, the home Region first, such as `[us-east-1]`
    5 | identity_center: {}
      |                  ^
",
    );
    assert_problems(
        format!(
            "{HEAD}identity_center: {{account: production, regions: [], identity_store: d-1234567890}}\nroles: []\n"
        ),
        "
rolewatch.yaml:5:49: `regions` is empty: list every Region that Identity Center is in, the home Region first
    5 | identity_center: {account: production, regions: [], identity_store: d-1234567890}
      |                                                 ^
",
    );
}

#[test]
fn an_identity_store_is_named_by_its_id() {
    assert_problems(
        format!(
            "{HEAD}identity_center:\n  account: production\n  regions: [us-east-1]\n  \
             identity_store: arn:aws:identitystore::444455556666:identitystore/d-1234567890\nroles: []\n"
        ),
        "
rolewatch.yaml:8:19: `arn:aws:identitystore::444455556666:identitystore/d-1234567890` is not the id of an identity store: write `d-1234567890`
    8 |   identity_store: arn:aws:identitystore::444455556666:identitystore/d-1234567890
      |                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
",
    );
    for odd in [
        "d-123456789",
        "d-12345678901",
        "D-1234567890",
        "d-123456789A",
        "0a1b2c3d",
    ] {
        assert!(!is_store(odd), "{odd}");
    }
}

#[test]
fn an_address_can_be_shown_as_a_link() {
    for good in [
        "https://example.awsapps.com/start",
        "https://identitycenter.amazonaws.com/ssoins-1234567890abcdef",
        "https://ssoins-1234567890abcdef.portal.us-east-1.app.aws",
    ] {
        assert!(is_address(good), "{good}");
    }
    for odd in [
        "https://",
        "https://example",
        "https://example..com",
        "https://user:secret@example.com/start",
        "https://example.com/a b",
        "https://example.com/<script>",
        "https://example.com/\u{202e}",
        "https://example.com/\"",
        "https://example.com/|",
        "javascript:alert(1)",
        "ftp://example.com/",
    ] {
        assert!(!is_address(odd), "{odd}");
    }
}

#[test]
fn the_name_of_identity_center_is_no_accounts_name() {
    assert_problems(
        "version: 1\naccounts:\n  \"111122223333\": identity-center\nroles: []\n",
        r#"
rolewatch.yaml:3:19: `identity-center` can't be an account's name: in `groups` it means the groups of Identity Center
    3 |   "111122223333": identity-center
      |                   ^^^^^^^^^^^^^^^
"#,
    );
}
