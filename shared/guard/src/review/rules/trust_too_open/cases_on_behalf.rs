//! Services that act on behalf of a foreign account.

use serde_json::{Value, json};

use crate::review::testing::Company;

const RULE: &str = "RW102";
const FOREIGN: &str = "999988887777";

/// A role with these trust statements, some of them for services.
fn trusting_all(statements: &Value) -> Company {
    Company::new().with_trust(statements.clone()).policy(
        "identities: [iam-user]  ",
        "identities: [iam-user, service]",
    )
}

fn statement(principal: &Value, condition: &Value) -> Value {
    json!({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", "Condition": condition})
}

#[test]
fn services_that_come_on_behalf_of_a_foreign_account() {
    let service = |condition: Value| {
        trusting_all(&statement(
            &json!({"Service": "ssm.amazonaws.com"}),
            &condition,
        ))
    };
    for condition in [
        json!({"StringEquals": {"aws:SourceAccount": FOREIGN}}),
        json!({"StringLike": {"aws:SourceAccount": ["111122223333", FOREIGN]}}),
        json!({"ArnLike": {"aws:SourceArn": "arn:aws:ssm:*:999988887777:*"}}),
        json!({"StringEquals": {"aws:SourceAccount": FOREIGN}, "ArnLike": {"aws:SourceArn": "arn:aws:ssm:*:999988887777:*"}}),
    ] {
        let finding = service(condition).only_finding(RULE);
        assert!(
            finding
                .message
                .contains("on behalf of account 999988887777"),
            "{}",
            finding.message
        );
    }
    for condition in [
        json!({}),
        json!({"StringEquals": {"aws:SourceAccount": "444455556666"}}),
        json!({"StringNotEquals": {"aws:SourceAccount": FOREIGN}}),
        json!({"ArnLike": {"aws:SourceArn": "arn:aws:ssm:*:444455556666:*"}}),
        json!({"StringEquals": {"aws:SourceAccount": "444455556666"}, "ArnLike": {"aws:SourceArn": "arn:aws:ssm:*:999988887777:*"}}),
    ] {
        service(condition).silent(RULE);
    }
}

#[test]
fn each_statement_answers_for_what_it_lets_in_itself() {
    let service = json!({"Service": "ssm.amazonaws.com"});
    // The first statement allows nobody, because its two conditions never hold together. The second
    // one doesn't check the account.
    let nobody = json!({"StringEquals": {"aws:SourceAccount": FOREIGN}, "ArnLike": {"aws:SourceArn": "arn:aws:ssm:*:444455556666:*"}});
    trusting_all(&json!([
        statement(&service, &nobody),
        statement(&service, &json!({}))
    ]))
    .silent(RULE);
    let somebody = json!({"StringEquals": {"aws:SourceAccount": FOREIGN}});
    let finding = trusting_all(&json!([
        statement(&service, &nobody),
        statement(&service, &somebody)
    ]))
    .only_finding(RULE);
    assert_eq!(finding.statement, Some(statement(&service, &somebody)));
}

#[test]
fn everybody_means_services_too() {
    let company = trusting_all(&statement(
        &json!("*"),
        &json!({"StringEquals": {"aws:SourceAccount": FOREIGN}}),
    ));
    let found = company.findings_by(RULE);
    let says = "trusts services on behalf of account 999988887777";
    assert!(
        found.iter().any(|finding| finding.message.contains(says)),
        "{found:#?}"
    );
}
