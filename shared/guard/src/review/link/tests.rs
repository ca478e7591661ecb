//! How much access somebody gets through a role.

use serde_json::{Value, json};

use crate::finding::Verdict;
use crate::review::testing::{Company, DEVELOPMENT, PRODUCTION, ROLE};

const JUMP: &str = "arn:aws:iam::111122223333:role/Jump";

fn enters(role: &str) -> Value {
    json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": role})
}

fn trust_statement(principal: &str, condition: &Value) -> Value {
    json!({"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole", "Condition": condition})
}

/// tom can enter Jump, whose sessions can enter production's role under a condition.
fn chained(condition: &Value) -> Company {
    Company::new()
        .policy("chaining: deny ", "chaining: allow")
        .with_trust(trust_statement(JUMP, condition))
        .role(
            DEVELOPMENT,
            "Jump",
            trust_statement(DEVELOPMENT, &json!({})),
            enters(ROLE),
        )
        .user_policy("tom", enters(JUMP))
}

#[test]
fn what_the_role_before_depends_on_the_user_depends_on() {
    let address = json!({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}});
    for rule in ["RW101", "RW104"] {
        assert_eq!(
            chained(&json!({})).only_finding(rule).verdict,
            Verdict::Violation,
            "{rule}"
        );
        let finding = chained(&address).only_finding(rule);
        assert_eq!(finding.verdict, Verdict::Unproven, "{rule}");
        assert_eq!(
            finding.undecided,
            ["IpAddress aws:SourceIp 203.0.113.0/24"],
            "{rule}"
        );
        chained(&json!({"StringEquals": {"aws:PrincipalAccount": PRODUCTION}})).silent(rule);
    }
}

#[test]
fn a_role_that_enters_itself_is_no_role_before_itself() {
    let company = chained(&json!({})).with_trust(json!([
        trust_statement(DEVELOPMENT, &json!({})),
        trust_statement(ROLE, &json!({}))
    ]));
    let company = company.user_policy("tom", enters(ROLE));
    let review = company.review();
    assert!(
        !review
            .findings
            .iter()
            .any(|finding| finding.message.contains("through role UpdateApp")),
        "{:#?}",
        review.findings
    );
}
