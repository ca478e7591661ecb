//! Cases that the IAM User Guide itself prints: the condition, what the request carries, and
//! whether they match. Each table names its page and section.
//!
//! One of its tables is left out because it contradicts the definition on the same page: *String
//! condition operators*, *Wildcard matching* (`ForAllValues:StringNotLike` with
//! `aws:ResourceOrgPaths`) says that a listed path matches and an absent key doesn't.

use serde_json::{Value, json};

use super::conditions::{context, evaluate_block};
use crate::iam::Truth;

fn expect(page: &str, condition: &Value, cases: &[(Value, bool)]) {
    for (carried, matches) in cases {
        assert_eq!(
            evaluate_block(condition, &context(carried)),
            Truth::from(*matches),
            "{page}: {condition} with {carried}"
        );
    }
}

/// `reference_policies_elements_condition_operators`, *String condition operators*.
#[test]
fn strings() {
    let page = "Conditions_String";
    let tag = "aws:PrincipalTag/job-category";
    expect(
        page,
        &json!({"StringEquals": {tag: "iamuser-admin"}}),
        &[
            (json!({tag: "iamuser-admin"}), true),
            (json!({tag: "dev-ops"}), false),
            (json!({}), false),
        ],
    );
    let prefix = "s3:prefix";
    let home = json!({"StringLike": {prefix: ["home/", "home/${aws:username}/"]}});
    expect(
        page,
        &home,
        &[
            (
                json!({prefix: "home/martha_rivera/", "aws:username": "martha_rivera"}),
                true,
            ),
            (
                json!({prefix: "home/nikki_wolf/", "aws:username": "nikki_wolf"}),
                true,
            ),
            (
                json!({prefix: "home/nikki_wolf/", "aws:username": "martha_rivera"}),
                false,
            ),
            (json!({prefix: "home/martha_rivera/"}), false),
        ],
    );
    let (keys, request, other) = (
        "aws:TagKeys",
        "aws:RequestTag/environment",
        "aws:RequestTag/Environment2",
    );
    let both = json!({"StringEqualsIgnoreCase": {request: ["preprod", "storage"]}, "ForAnyValue:StringEquals": {keys: "environment"}});
    expect(
        page,
        &both,
        &[
            (json!({keys: ["environment"], request: "preprod"}), true),
            (
                json!({keys: ["environment", "costcenter"], request: "PreProd"}),
                true,
            ),
            (json!({keys: ["Environment"], request: "preprod"}), false),
            (json!({keys: ["costcenter"], request: "preprod"}), false),
            (json!({request: "storage"}), false),
            (json!({keys: ["environment"]}), false),
            (json!({other: "preprod"}), false),
        ],
    );
}

/// `reference_policies_elements_condition`: names of keys ignore case; for values, the operator
/// decides.
#[test]
fn cases_of_letters() {
    let john = |operator: &str| json!({operator: {"aws:username": "john"}});
    expect(
        "Condition",
        &john("StringEquals"),
        &[
            (json!({"AWS:UserName": "john"}), true),
            (json!({"aws:username": "John"}), false),
        ],
    );
    expect(
        "Condition",
        &john("StringEqualsIgnoreCase"),
        &[
            (json!({"aws:username": "john"}), true),
            (json!({"aws:username": "John"}), true),
        ],
    );
}

/// `reference_policies_elements_condition_operators`, *Numeric* and *Date condition operators*.
#[test]
fn numbers_and_dates() {
    let keys = "s3:max-keys";
    expect(
        "Conditions_Numeric",
        &json!({"NumericLessThanEquals": {keys: "10"}}),
        &[
            (json!({keys: "9"}), true),
            (json!({keys: "10"}), true),
            (json!({keys: "11"}), false),
            (json!({}), false),
        ],
    );
    let issued = "aws:TokenIssueTime";
    expect(
        "Conditions_Date",
        &json!({"DateGreaterThan": {issued: "2020-01-01T00:00:01Z"}}),
        &[
            (json!({issued: "2020-06-01T00:00:00Z"}), true),
            (json!({issued: "2019-12-31T23:59:59Z"}), false),
            (json!({}), false),
        ],
    );
}

/// `reference_policies_elements_condition_operators`, *Boolean condition operators*; policy
/// variables are supported there.
#[test]
fn booleans() {
    let tls = "aws:SecureTransport";
    expect(
        "Conditions_Boolean",
        &json!({"Bool": {tls: "false"}}),
        &[
            (json!({tls: "false"}), true),
            (json!({tls: "true"}), false),
            (json!({}), false),
        ],
    );
    let mfa = "aws:MultiFactorAuthPresent";
    expect(
        "Conditions_Boolean",
        &json!({"Bool": {tls: format!("${{{mfa}}}")}}),
        &[
            (json!({tls: "true", mfa: "true"}), true),
            (json!({tls: "true", mfa: "false"}), false),
            (json!({tls: "true"}), false),
        ],
    );
    let many = "dynamodb:flags";
    expect(
        "Conditions_Boolean",
        &json!({"ForAllValues:Bool": {many: "true"}}),
        &[
            (json!({many: ["true", "true"]}), true),
            (json!({many: ["true", "false"]}), false),
            (json!({}), true),
        ],
    );
    expect(
        "Conditions_Boolean",
        &json!({"ForAnyValue:Bool": {many: "true"}}),
        &[
            (json!({many: ["true", "false"]}), true),
            (json!({many: ["false"]}), false),
            (json!({}), false),
        ],
    );
}

/// `reference_policies_elements_condition_operators`, *Binary* and *IP address condition
/// operators*.
#[test]
fn bytes_and_addresses() {
    let encoded = "QmluYXJ5VmFsdWVJbkJhc2U2NA==";
    expect(
        "Conditions_BinaryEquals",
        &json!({"BinaryEquals": {"key": encoded}}),
        &[
            (json!({"key": encoded}), true),
            (json!({"key": "ASIAIOSFODNN7EXAMPLE"}), false),
            (json!({}), false),
        ],
    );
    let ip = "aws:SourceIp";
    expect(
        "Conditions_IPAddress",
        &json!({"IpAddress": {ip: "203.0.113.0/24"}}),
        &[
            (json!({ip: "203.0.113.1"}), true),
            (json!({ip: "198.51.100.1"}), false),
            (json!({}), false),
        ],
    );
    expect(
        "Conditions_IPAddress",
        &json!({"IpAddress": {ip: ["203.0.113.0/24", "2001:DB8:1234:5678::/64"]}}),
        &[
            (json!({ip: "203.0.113.255"}), true),
            (json!({ip: "2001:db8:1234:5678::1"}), true),
            (json!({ip: "2001:db8:1234:5679::1"}), false),
        ],
    );
}

/// `reference_policies_elements_condition_operators`, *Amazon Resource Name (ARN) condition
/// operators*.
#[test]
fn arn_operators() {
    let page = "Conditions_ARN";
    let source = "aws:SourceArn";
    for operator in ["ArnEquals", "ArnLike"] {
        expect(
            page,
            &json!({operator: {source: "arn:aws:sns:us-west-2:123456789012:TOPIC-ID"}}),
            &[
                (
                    json!({source: "arn:aws:sns:us-west-2:123456789012:TOPIC-ID"}),
                    true,
                ),
                (
                    json!({source: "arn:aws:sns:us-west-2:999988887777:TOPIC-ID"}),
                    false,
                ),
                (json!({}), false),
            ],
        );
    }
    let pattern = "arn:aws:someservice:*:111122223333:finance/*";
    let carried = json!({source: "arn:aws:someservice:us-east-2:999988887777:store/abc:111122223333:finance/document.txt"});
    expect(
        page,
        &json!({"StringLike": {source: pattern}}),
        &[(carried.clone(), true)],
    );
    expect(
        page,
        &json!({"ArnLike": {source: pattern}}),
        &[(carried, false)],
    );
    let logs = "logs:LogGeneratingResourceArns";
    let listed = [
        "arn:aws::cloudfront:123456789012:distribution/*",
        "arn:aws::cloudfront:123456789012:distribution/support*",
    ];
    let one =
        |account: &str, name: &str| format!("arn:aws::cloudfront:{account}:distribution/{name}");
    let cost = || one("123456789012", "costcenter");
    expect(
        page,
        &json!({"ForAllValues:ArnLike": {logs: listed}}),
        &[
            (json!({logs: [cost()]}), true),
            (
                json!({logs: [cost(), one("123456789012", "support2025")]}),
                true,
            ),
            (json!({logs: [one("999988887777", "costcenter")]}), false),
            (
                json!({logs: [cost(), one("999988887777", "costcenter")]}),
                false,
            ),
            (json!({}), true),
        ],
    );
    // The page says that `distribution/admin` doesn't match, but the first pattern of its own list
    // matches it. The case is tested without that value.
    expect(
        page,
        &json!({"ForAllValues:ArnLike": {logs: [cost(), one("123456789012", "support*")]}}),
        &[(json!({logs: [cost(), one("123456789012", "admin")]}), false)],
    );
}

/// `reference_policies_elements_condition_operators`, *…IfExists* and *Condition operator to check
/// existence of condition keys*.
#[test]
fn existence() {
    let kind = "ec2:InstanceType";
    let types = ["t1.*", "t2.*", "m3.*"];
    expect(
        "Conditions_IfExists",
        &json!({"StringLikeIfExists": {kind: types}}),
        &[
            (json!({kind: "t1.micro"}), true),
            (json!({kind: "m2.micro"}), false),
            (json!({}), true),
        ],
    );
    expect(
        "Conditions_IfExists",
        &json!({"StringLike": {kind: types}}),
        &[(json!({}), false)],
    );
    // "The request is still denied even if the condition key is not present."
    expect(
        "Conditions_IfExists",
        &json!({"StringNotEqualsIfExists": {kind: "t1.micro"}}),
        &[(json!({}), true)],
    );
    let issued = "aws:TokenIssueTime";
    let carried = || json!({issued: "2026-11-01T10:00:00Z"});
    expect(
        "Conditions_Null",
        &json!({"Null": {issued: "true"}}),
        &[(carried(), false), (json!({}), true)],
    );
    expect(
        "Conditions_Null",
        &json!({"Null": {issued: "false"}}),
        &[(carried(), true), (json!({}), false)],
    );
}

/// `reference_policies_condition-single-vs-multi-valued-context-keys` (once
/// `reference_policies_multi-value-conditions`): *Set operators*.
#[test]
fn set_operators() {
    let page = "multi-valued context keys";
    let asked = "dynamodb:requestedAttributes";
    let all = json!({"ForAllValues:StringLike": {asked: ["PostDateTime", "Message", "Tags"]}});
    let any = json!({"ForAnyValue:StringLike": {asked: ["ID", "PostDateTime"]}});
    expect(
        page,
        &all,
        &[
            (json!({asked: ["PostDateTime", "Message"]}), true),
            (json!({asked: ["PostDateTime", "Message", "ID"]}), false),
            (json!({asked: ["PostDateTime", "UserName"]}), false),
        ],
    );
    expect(
        page,
        &any,
        &[
            (json!({asked: ["PostDateTime", "Message"]}), true),
            (json!({asked: ["UserName"]}), false),
            (
                json!({asked: ["UserName", "Message", "PostDateTime"]}),
                true,
            ),
        ],
    );
    // "If the key values in the request resolve to an empty data set (for example, an empty
    // string)".
    expect(
        page,
        &all,
        &[
            (json!({asked: [""]}), true),
            (json!({asked: []}), true),
            (json!({}), true),
        ],
    );
    expect(
        page,
        &any,
        &[
            (json!({asked: [""]}), false),
            (json!({asked: []}), false),
            (json!({}), false),
        ],
    );
    // `reference_policies_elements_condition_operators`, the table of multivalued string operators.
    let not_any_of = |set: &str| json!({format!("{set}:StringNotLike"): {asked: ["ID", "Post*"]}});
    expect(
        page,
        &not_any_of("ForAllValues"),
        &[
            (json!({asked: ["Tags", "ID"]}), false),
            (json!({asked: ["Tags"]}), true),
        ],
    );
    expect(
        page,
        &not_any_of("ForAnyValue"),
        &[
            (json!({asked: ["Tags", "ID"]}), true),
            (json!({asked: ["PostDateTime", "ID"]}), false),
        ],
    );
}

/// `reference_policies_condition-logic-multiple-context-keys-or-values`: operators and keys are
/// combined by AND, values by OR, and values of negated operators by NOR.
#[test]
fn several_operators_keys_and_values() {
    let page = "logic of multiple keys or values";
    let (dept, role, arn) = (
        "aws:PrincipalTag/department",
        "aws:PrincipalTag/role",
        "aws:PrincipalArn",
    );
    let block = json!({
        "StringEquals": {dept: ["finance", "hr", "legal"], role: ["audit", "security"]},
        "ArnLike": {arn: ["arn:aws:iam::111122223333:user/Ana", "arn:aws:iam::111122223333:user/Mary"]},
    });
    let ana = "arn:aws:iam::111122223333:user/Ana";
    expect(
        page,
        &block,
        &[
            (json!({dept: "finance", role: "audit", arn: ana}), true),
            (
                json!({dept: "hr", role: "audit", arn: "arn:aws:iam::111122223333:user/Nikki"}),
                false,
            ),
            (json!({dept: "finance", role: "payroll", arn: ana}), false),
            (json!({dept: "it", role: "audit", arn: ana}), false),
            (json!({role: "audit", arn: ana}), false),
        ],
    );
    expect(
        page,
        &json!({"StringNotEquals": {role: ["audit", "security"]}}),
        &[
            (json!({role: "payroll"}), true),
            (json!({role: "audit"}), false),
            (json!({role: "security"}), false),
            (json!({}), true),
        ],
    );
}

/// `reference_policies_variables`: *Policy variables with no value*, *Special characters*,
/// *Specifying default values*.
#[test]
fn variables() {
    let page = "policy variables";
    let (object, own) = ("s3:ExistingObjectTag/Team", "aws:PrincipalTag/Team");
    expect(
        page,
        &json!({"StringNotEquals": {object: format!("${{{own}}}")}}),
        &[
            (json!({object: "red", own: "red"}), false),
            (json!({object: "red", own: "blue"}), true),
            (json!({object: "red"}), true),
        ],
    );
    for operator in ["StringEquals", "StringLike"] {
        expect(
            page,
            &json!({operator: {object: format!("${{{own}}}")}}),
            &[(json!({object: "red"}), false)],
        );
    }
    let name = "aws:username";
    for (special, plain, other) in [
        ("a${*}", "a*", "ab"),
        ("a${?}", "a?", "ab"),
        ("a${$}{x}", "a${x}", "ax"),
    ] {
        expect(
            page,
            &json!({"StringLike": {name: special}}),
            &[(json!({name: plain}), true), (json!({name: other}), false)],
        );
    }
    let team = json!({"StringEquals": {"s3:prefix": "amzn-s3-demo-bucket-${aws:PrincipalTag/team, 'company-wide'}"}});
    expect(
        page,
        &team,
        &[
            (
                json!({"s3:prefix": "amzn-s3-demo-bucket-yellow", "aws:PrincipalTag/team": "yellow"}),
                true,
            ),
            (
                json!({"s3:prefix": "amzn-s3-demo-bucket-company-wide", "aws:PrincipalTag/team": "yellow"}),
                false,
            ),
            (
                json!({"s3:prefix": "amzn-s3-demo-bucket-company-wide"}),
                true,
            ),
        ],
    );
}
