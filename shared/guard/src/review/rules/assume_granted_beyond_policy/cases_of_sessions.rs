//! Role sessions as principals, and roles that trust themselves.

#![expect(
    clippy::needless_pass_by_value,
    reason = "a test reads better with what it makes up written in place"
)]

use serde_json::{Value, json};

use crate::finding::Verdict;
use crate::review::testing::{Company, DEVELOPMENT, PRODUCTION, ROLE, mfa_condition};

const RULE: &str = "RW104";
const JUMP: &str = "arn:aws:iam::111122223333:role/Jump";
const ALICE: &str = "arn:aws:sts::111122223333:assumed-role/Jump/alice";

fn trust_statement(principal: Value, condition: Value) -> Value {
    json!({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", "Condition": condition})
}

fn enters(resource: &str) -> Value {
    json!({"Effect": "Allow", "Action": ["sts:AssumeRole"], "Resource": [resource]})
}

/// Production's role trusts people with MFA, and also this principal.
fn also_trusting(principal: Value, condition: Value) -> Company {
    Company::new().with_trust(json!([
        trust_statement(json!({"AWS": DEVELOPMENT}), mfa_condition()),
        trust_statement(principal, condition)
    ]))
}

/// The same, with a role in development that everybody in that account can enter.
fn with_jump(principal: Value, condition: Value) -> Company {
    also_trusting(principal, condition).role(
        DEVELOPMENT,
        "Jump",
        trust_statement(json!({"AWS": DEVELOPMENT}), json!({})),
        enters(ROLE),
    )
}

#[test]
fn fires_for_a_named_session_because_whoever_enters_the_role_chooses_its_name() {
    let company = with_jump(json!({"AWS": ALICE}), json!({}));
    let finding = company.only_finding(RULE);
    assert_eq!(
        (finding.verdict, finding.subject.as_str()),
        (Verdict::Violation, JUMP)
    );
    assert!(
        finding
            .message
            .starts_with("sessions of role Jump can enter UpdateApp in production as alice ("),
        "{}",
        finding.message
    );
    assert_eq!(
        finding.place.as_deref(),
        Some("inline policy own of arn:aws:iam::111122223333:role/Jump")
    );
    company.with_fix(&finding).silent(RULE);
    // Without a policy of its own, no role can enter a role of another account. With one, it may
    // enter if chaining is allowed.
    with_jump(json!({"AWS": ALICE}), json!({}))
        .change("RoleDetailList", "Jump", "RolePolicyList", json!([]))
        .silent(RULE);
    with_jump(json!({"AWS": ALICE}), json!({}))
        .policy("chaining: deny ", "chaining: allow")
        .silent(RULE);
}

/// The principal is an account, and a condition names the roles that are meant. Such a trust policy
/// survives when the roles are deleted.
#[test]
fn an_account_trusted_for_one_role_lets_in_the_sessions_of_that_role_alone() {
    let account = || json!({"AWS": "arn:aws:iam::111122223333:root"});
    let only = |arn: &str| json!({"ArnEquals": {"aws:PrincipalArn": [arn, "arn:aws:iam::111122223333:role/Gone"]}});
    let company = with_jump(account(), only(JUMP));
    let finding = company.only_finding(RULE);
    assert_eq!(
        (finding.verdict, finding.subject.as_str()),
        (Verdict::Violation, JUMP)
    );
    company.with_fix(&finding).silent(RULE);
    for other in [
        ALICE,
        "arn:aws:iam::111122223333:role/Jump2",
        "arn:aws:iam::111122223333:role/team/Jump",
    ] {
        with_jump(account(), only(other)).fires_nothing_sure(RULE);
    }
}

#[test]
fn a_session_of_the_same_account_needs_no_policy_of_its_own() {
    let session = "arn:aws:sts::444455556666:assumed-role/Jump/alice";
    let company = || {
        also_trusting(
            json!({"AWS": [session, "arn:aws:iam::111122223333:user/dora"]}),
            json!({}),
        )
    };
    let company = || {
        company().role(
            PRODUCTION,
            "Jump",
            trust_statement(json!({"AWS": DEVELOPMENT}), json!({})),
            json!([]),
        )
    };
    let finding = company().only_finding(RULE);
    assert_eq!(
        finding.place.as_deref(),
        Some("the trust policy of arn:aws:iam::444455556666:role/UpdateApp")
    );
    assert_eq!(
        finding.fix.as_ref().unwrap()["Principal"],
        json!({"AWS": "arn:aws:iam::111122223333:user/dora"})
    );
    company().with_fix(&finding).silent(RULE);
    // What a boundary leaves out doesn't limit a session that is named.
    let boundary = json!({"PermissionsBoundaryArn": "arn:aws:iam::444455556666:policy/Limit"});
    let limit = json!({"Effect": "Allow", "Action": "s3:*", "Resource": "*"});
    company()
        .managed(PRODUCTION, "Limit", limit)
        .change("RoleDetailList", "Jump", "PermissionsBoundary", boundary)
        .assert_fires(RULE);
}

#[test]
fn the_role_is_known_by_its_name_whatever_its_path() {
    let pathed = |company: Company| {
        company.change(
            "RoleDetailList",
            "Jump",
            "Arn",
            json!("arn:aws:iam::111122223333:role/team/app/Jump"),
        )
    };
    let finding = pathed(with_jump(json!({"AWS": ALICE}), json!({}))).only_finding(RULE);
    assert_eq!(
        finding.subject,
        "arn:aws:iam::111122223333:role/team/app/Jump"
    );
    assert!(
        !finding.message.contains("has no path"),
        "{}",
        finding.message
    );
    let two = pathed(with_jump(json!({"AWS": ALICE}), json!({}))).role(
        DEVELOPMENT,
        "Jump",
        trust_statement(json!({"AWS": DEVELOPMENT}), json!({})),
        enters(ROLE),
    );
    let found = two.findings_by(RULE);
    assert_eq!(found.len(), 2);
    for finding in found {
        let says = "a session ARN has no path, so it matches arn:aws:iam::111122223333:role/Jump and arn:aws:iam::111122223333:role/team/app/Jump";
        assert!(
            finding.verdict == Verdict::Violation && finding.message.contains(says),
            "{}",
            finding.message
        );
    }
    let other = with_jump(
        json!({"AWS": "arn:aws:sts::111122223333:assumed-role/jump/alice"}),
        json!({}),
    );
    assert_eq!(
        other.only_finding(RULE).verdict,
        Verdict::Unproven,
        "letters differ"
    );
}

#[test]
fn unproven_where_the_role_or_its_account_is_missing() {
    let finding = also_trusting(json!({"AWS": ALICE}), json!({})).only_finding(RULE);
    assert_eq!(
        (finding.verdict, finding.subject.as_str()),
        (Verdict::Unproven, JUMP)
    );
    assert!(
        finding
            .message
            .contains("development has no such role; whoever creates it there can enter"),
        "{}",
        finding.message
    );
    assert_eq!(finding.fix, Some(json!([])));
    let only = |principal: &str| {
        Company::new()
            .with_trust(trust_statement(json!({"AWS": principal}), mfa_condition()))
            .without(DEVELOPMENT)
    };
    for principal in [
        ALICE,
        JUMP,
        "arn:aws:iam::111122223333:user/dora",
        DEVELOPMENT,
    ] {
        let finding = only(principal).only_finding(RULE);
        assert_eq!(
            (finding.verdict, finding.subject.as_str()),
            (Verdict::Unproven, "arn:aws:iam::111122223333:root"),
            "{principal}"
        );
    }
    let anybody = |condition: Value| {
        Company::new()
            .with_trust(trust_statement(json!("*"), condition))
            .without(DEVELOPMENT)
    };
    assert_eq!(
        anybody(json!({"StringEquals": {"aws:PrincipalAccount": DEVELOPMENT}}))
            .only_finding(RULE)
            .verdict,
        Verdict::Unproven
    );
    anybody(json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::444455556666:user/*"}}))
        .silent(RULE);
}

#[test]
fn silent_where_nobody_can_have_the_session() {
    let named = |name: &str| {
        trust_statement(
            json!({"AWS": DEVELOPMENT}),
            json!({"StringEquals": {"sts:RoleSessionName": name}}),
        )
    };
    let by = |trust: Value| {
        also_trusting(json!({"AWS": ALICE}), json!({})).role(
            DEVELOPMENT,
            "Jump",
            trust,
            enters(ROLE),
        )
    };
    by(named("build")).silent(RULE);
    by(named("alice")).assert_fires(RULE);
    by(named("${aws:username}")).assert_fires(RULE);
    by(json!([
        named("build"),
        trust_statement(json!({"AWS": PRODUCTION}), json!({}))
    ]))
    .assert_fires(RULE);
    // Only that session is a principal.
    with_jump(
        json!({"AWS": "arn:aws:sts::111122223333:assumed-role/Jumper/alice"}),
        json!({}),
    )
    .fires_nothing_sure(RULE);
    with_jump(json!({"AWS": ALICE}), mfa_condition()).silent(RULE);
}

#[test]
fn a_deny_for_one_session_leaves_the_others() {
    let denied = |principal: Value| {
        let deny =
            json!({"Effect": "Deny", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"});
        Company::new()
            .with_trust(json!([
                trust_statement(json!({"AWS": DEVELOPMENT}), json!({})),
                deny
            ]))
            .role(
                DEVELOPMENT,
                "Jump",
                trust_statement(json!({"AWS": DEVELOPMENT}), json!({})),
                enters(ROLE),
            )
    };
    denied(json!(ALICE)).assert_fires(RULE);
    denied(json!("arn:aws:sts::111122223333:assumed-role/Jump/session")).assert_fires(RULE);
    denied(json!(JUMP)).silent(RULE);
    let spared = json!([trust_statement(json!({"AWS": DEVELOPMENT}), json!({})),
        {"Effect": "Deny", "NotPrincipal": {"AWS": [DEVELOPMENT, JUMP, ALICE]}, "Action": "sts:AssumeRole"}]);
    let company = Company::new().with_trust(spared).role(
        DEVELOPMENT,
        "Jump",
        trust_statement(json!({"AWS": DEVELOPMENT}), json!({})),
        enters(ROLE),
    );
    assert!(company.only_finding(RULE).message.contains("as alice"));
}

#[test]
fn a_session_is_chosen_to_fit_its_id_too() {
    let by_id = |id: &str| {
        with_jump(
            json!({"AWS": DEVELOPMENT}),
            json!({"StringLike": {"aws:userid": id}}),
        )
    };
    for id in ["AROAJUMPEXAMPLE:alice", "AROAJUMPEXAMPLE:*", "*:alice"] {
        assert_eq!(
            by_id(id).only_finding(RULE).verdict,
            Verdict::Violation,
            "{id}"
        );
    }
    by_id("AROAOTHEREXAMPLE:*").silent(RULE);
    by_id("AIDADORAEXAMPLE").silent(RULE);
}

/// Chaining is allowed, and tom, who isn't in the role's group, may enter Jump.
fn chained(principal: Value, jump: Value) -> Company {
    also_trusting(json!({"AWS": principal}), json!({}))
        .role(DEVELOPMENT, "Jump", jump, enters(ROLE))
        .user_policy(
            "tom",
            json!({"Effect": "Allow", "Action": ["sts:AssumeRole"], "Resource": [JUMP, "arn:aws:iam::111122223333:role/Other"]}),
        )
        .policy("chaining: deny ", "chaining: allow")
        .policy("mfa: required ", "mfa: optional ")
}

#[test]
fn where_chaining_is_allowed_users_are_followed_through_the_role() {
    let anybody = || trust_statement(json!({"AWS": DEVELOPMENT}), json!({}));
    for principal in [ALICE, JUMP] {
        let company = chained(json!(principal), anybody());
        let finding = company.only_finding(RULE);
        assert_eq!(
            (finding.verdict, finding.subject.as_str()),
            (Verdict::Violation, "arn:aws:iam::111122223333:user/tom")
        );
        let says = "tom can enter UpdateApp in production through role Jump in development";
        assert!(finding.message.starts_with(says), "{}", finding.message);
        assert_eq!(
            finding.fix.as_ref().unwrap()["Resource"],
            json!(["arn:aws:iam::111122223333:role/Other"])
        );
        company.with_fix(&finding).silent(RULE);
        // Members of the group may take this way.
        chained(json!(principal), anybody())
            .change("UserDetailList", "tom", "GroupList", json!(["Developers"]))
            .silent(RULE);
    }
    let named = |name: &str| {
        trust_statement(
            json!({"AWS": DEVELOPMENT}),
            json!({"StringEquals": {"sts:RoleSessionName": name}}),
        )
    };
    chained(json!(ALICE), named("${aws:username}")).silent(RULE);
    chained(json!(ALICE), named("alice")).assert_fires(RULE);
    chained(
        json!("arn:aws:sts::111122223333:assumed-role/Jump/tom"),
        named("${aws:username}"),
    )
    .assert_fires(RULE);
    chained(
        json!(JUMP),
        trust_statement(json!({"AWS": PRODUCTION}), json!({})),
    )
    .silent(RULE);
    let by_trust = trust_statement(
        json!({"AWS": ["arn:aws:iam::111122223333:user/anna", DEVELOPMENT]}),
        json!({}),
    );
    let company = chained(json!(JUMP), by_trust)
        .user_policy("tom", json!([]))
        .user(DEVELOPMENT, "anna", &[]);
    let finding = company.only_finding(RULE);
    assert_eq!(
        finding.place.as_deref(),
        Some("the trust policy of arn:aws:iam::111122223333:role/Jump")
    );
    company.with_fix(&finding).silent(RULE);
}

/// Production's role, created on this day, with policies of its own.
fn with_own_policies(company: Company, statements: Value, created: &str) -> Company {
    let policy = json!([{"PolicyName": "own", "PolicyDocument": {"Version": "2012-10-17", "Statement": statements}}]);
    company
        .change("RoleDetailList", "UpdateApp", "RolePolicyList", policy)
        .change("RoleDetailList", "UpdateApp", "CreateDate", json!(created))
}

const NEW: &str = "2024-01-01T00:00:00+00:00";

#[test]
fn fires_for_a_role_that_trusts_itself_however_it_says_so() {
    let session = "arn:aws:sts::444455556666:assumed-role/UpdateApp/again";
    let arn = |operator: &str| json!({operator: {"aws:PrincipalArn": ROLE}});
    for (principal, condition) in [
        (json!({"AWS": ROLE}), json!({})),
        (
            json!({"AWS": [ROLE, "arn:aws:iam::111122223333:user/dora"]}),
            json!({}),
        ),
        (json!({"AWS": session}), json!({})),
        (json!("*"), arn("ArnEquals")),
        (
            json!("*"),
            json!({"StringEquals": {"aws:PrincipalAccount": PRODUCTION}}),
        ),
        (
            json!({"AWS": "*"}),
            json!({"StringLike": {"aws:userid": "AROAUPDATEAPPEXAMPLE:*"}}),
        ),
    ] {
        let company = with_own_policies(
            also_trusting(principal.clone(), condition.clone()),
            json!([]),
            NEW,
        );
        let finding = company.only_finding(RULE);
        assert_eq!(
            (finding.verdict, finding.subject.as_str()),
            (Verdict::Violation, ROLE),
            "{principal} {condition}"
        );
        assert!(
            finding
                .message
                .starts_with("sessions of UpdateApp in production can enter the role again; "),
            "{}",
            finding.message
        );
        company.with_fix(&finding).silent(RULE);
        with_own_policies(also_trusting(principal, condition), json!([]), NEW)
            .policy("chaining: deny ", "chaining: allow")
            .silent(RULE);
    }
}

#[test]
fn the_accounts_trust_is_enough_where_the_roles_own_policy_lets_it_enter_itself() {
    let root = || json!({"AWS": "arn:aws:iam::444455556666:root"});
    for condition in [json!({}), json!({"ArnEquals": {"aws:PrincipalArn": ROLE}})] {
        let company =
            with_own_policies(also_trusting(root(), condition.clone()), enters(ROLE), NEW);
        let finding = company.only_finding(RULE);
        assert_eq!(
            finding.place.as_deref(),
            Some("inline policy own of arn:aws:iam::444455556666:role/UpdateApp"),
            "{condition}"
        );
        company.with_fix(&finding).silent(RULE);
    }
    with_own_policies(also_trusting(root(), json!({})), json!([]), NEW).silent(RULE);
    with_own_policies(also_trusting(root(), mfa_condition()), enters("*"), NEW).silent(RULE);
    with_own_policies(
        also_trusting(root(), json!({"ArnEquals": {"aws:PrincipalArn": JUMP}})),
        enters("*"),
        NEW,
    )
    .silent(RULE);
}

#[test]
fn an_old_role_may_trust_itself_without_saying_so() {
    let company = |created: &str| {
        with_own_policies(
            Company::new(),
            enters("arn:aws:iam::444455556666:role/*"),
            created,
        )
    };
    let finding = company("2021-05-01T00:00:00Z").only_finding(RULE);
    assert_eq!(
        (finding.verdict, finding.subject.as_str()),
        (Verdict::Unproven, ROLE)
    );
    assert!(
        finding
            .message
            .contains("roles created before September 22, 2022 could"),
        "{}",
        finding.message
    );
    company("2021-05-01T00:00:00Z")
        .with_fix(&finding)
        .silent(RULE);
    assert_eq!(
        company("2022-09-21T23:59:59Z").only_finding(RULE).verdict,
        Verdict::Unproven
    );
    assert_eq!(
        company("").only_finding(RULE).verdict,
        Verdict::Unproven,
        "nobody said when it was made"
    );
    company("2022-09-22T00:00:00Z").silent(RULE);
    company("2021-05-01T00:00:00Z")
        .policy("chaining: deny ", "chaining: allow")
        .silent(RULE);
    let deny = json!({"Effect": "Deny", "Principal": {"AWS": ROLE}, "Action": "sts:AssumeRole"});
    let denied = Company::new().with_trust(json!([
        trust_statement(json!({"AWS": DEVELOPMENT}), mfa_condition()),
        deny
    ]));
    with_own_policies(denied, enters("*"), "2021-05-01T00:00:00Z").silent(RULE);
}
