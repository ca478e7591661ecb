//! Complete decisions, as the IAM User Guide describes them (*Policy evaluation logic*,
//! *Permissions boundaries*, *Principal*).

use serde_json::{Value, json};

use crate::iam::{
    AccessDecision, AccessRequest, Context, Governing, IamDocument, Identity, PolicyPlace,
    PolicyText, Requester, ResourceSide, Truth, decide,
};
use crate::id::AccountId;

pub(super) const DEVELOPMENT: &str = "111122223333";
pub(super) const PRODUCTION: &str = "444455556666";
const ROLE: &str = "arn:aws:iam::444455556666:role/UpdateApp";
pub(super) const DORA: &str = "arn:aws:iam::111122223333:user/dora";
pub(super) const ANNA: &str = "arn:aws:iam::444455556666:user/anna";

pub(super) fn account(id: &str) -> AccountId {
    id.parse().unwrap()
}

fn governing_at(place: PolicyPlace, document: &IamDocument) -> Governing<'_> {
    Governing {
        place,
        text: PolicyText::Read(document),
    }
}

/// A caller's permissions on the role, by these policies.
pub(super) struct Case {
    pub(super) caller: Requester,
    pub(super) action: &'static str,
    pub(super) context: Context,
    pub(super) identity: Vec<Value>,
    pub(super) boundary: Option<Value>,
    pub(super) trust: Option<Value>,
}

pub(super) fn dora() -> Case {
    let caller = Requester::user(account(DEVELOPMENT), DORA);
    Case {
        caller,
        action: "sts:AssumeRole",
        context: Context::complete(),
        identity: Vec::new(),
        boundary: None,
        trust: None,
    }
}

pub(super) fn anna() -> Case {
    Case {
        caller: Requester::user(account(PRODUCTION), ANNA),
        ..dora()
    }
}

impl Case {
    pub(super) fn with_identity_policy(mut self, statements: Value) -> Self {
        self.identity.push(statements);
        self
    }

    pub(super) fn within(mut self, statements: Value) -> Self {
        self.boundary = Some(statements);
        self.caller.has_boundary = true;
        self
    }

    pub(super) fn trusted(mut self, statements: Value) -> Self {
        self.trust = Some(statements);
        self
    }

    fn decided<T>(&self, then: impl FnOnce(AccessDecision<'_>) -> T) -> T {
        let read = |statements: &Value| {
            IamDocument::read(&json!({"Version": "2012-10-17", "Statement": statements})).unwrap()
        };
        let identity: Vec<IamDocument> = self.identity.iter().map(read).collect();
        let boundary = self.boundary.as_ref().map(read);
        let trust = self.trust.as_ref().map_or(
            IamDocument {
                statements: Vec::new(),
            },
            read,
        );
        let place = |name: &str| PolicyPlace::Inline {
            holder: self.caller.arn.clone(),
            name: name.to_owned(),
        };
        let request = AccessRequest {
            caller: &self.caller,
            action: self.action,
            resource: ROLE,
            owner: account(PRODUCTION),
            context: &self.context,
        };
        let identity = Identity {
            policies: identity
                .iter()
                .map(|document| governing_at(place("p"), document))
                .collect(),
            boundary: boundary
                .as_ref()
                .map(|document| governing_at(PolicyPlace::Boundary { arn: "b".into() }, document)),
        };
        then(decide(
            &request,
            &identity,
            &ResourceSide::Trust(governing_at(PolicyPlace::Resource, &trust)),
        ))
    }

    pub(super) fn allowed(&self) -> Truth {
        self.decided(|decision| decision.allowed)
    }
}

pub(super) fn assume() -> Value {
    json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": ROLE})
}

pub(super) fn trust_policy(principal: &Value) -> Value {
    json!({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})
}

pub(super) fn root_arn(id: &str) -> Value {
    json!({"AWS": format!("arn:aws:iam::{id}:root")})
}

#[test]
fn across_accounts_both_sides_must_allow() {
    assert_eq!(
        dora()
            .with_identity_policy(assume())
            .trusted(trust_policy(&root_arn(DEVELOPMENT)))
            .allowed(),
        Truth::Yes
    );
    assert_eq!(
        dora()
            .with_identity_policy(assume())
            .trusted(trust_policy(&json!({"AWS": DEVELOPMENT})))
            .allowed(),
        Truth::Yes
    );
    assert_eq!(
        dora()
            .with_identity_policy(assume())
            .trusted(trust_policy(&json!({"AWS": DORA})))
            .allowed(),
        Truth::Yes
    );
    assert_eq!(
        dora()
            .with_identity_policy(assume())
            .trusted(trust_policy(&json!("*")))
            .allowed(),
        Truth::Yes
    );
    assert_eq!(
        dora()
            .trusted(trust_policy(&json!({"AWS": DORA})))
            .allowed(),
        Truth::No
    );
    assert_eq!(
        dora()
            .with_identity_policy(assume())
            .trusted(trust_policy(&root_arn(PRODUCTION)))
            .allowed(),
        Truth::No
    );
    assert_eq!(
        dora()
            .with_identity_policy(assume())
            .trusted(trust_policy(
                &json!({"AWS": "arn:aws:iam::111122223333:user/tom"})
            ))
            .allowed(),
        Truth::No
    );
    // What IAM shows for a deleted user matches nobody.
    assert_eq!(
        dora()
            .with_identity_policy(assume())
            .trusted(trust_policy(&json!({"AWS": "AIDAEXAMPLEGONE"})))
            .allowed(),
        Truth::No
    );
}

#[test]
fn within_an_account_it_is_enough_to_be_named_in_the_trust_policy() {
    assert_eq!(
        anna()
            .trusted(trust_policy(&json!({"AWS": ANNA})))
            .allowed(),
        Truth::Yes
    );
    assert_eq!(
        anna().trusted(trust_policy(&json!({"AWS": "*"}))).allowed(),
        Truth::Yes
    );
    // Naming the account doesn't name the user, and without trust no policy of the user helps.
    assert_eq!(
        anna()
            .trusted(trust_policy(&root_arn(PRODUCTION)))
            .allowed(),
        Truth::No
    );
    assert_eq!(
        anna()
            .with_identity_policy(assume())
            .trusted(trust_policy(&root_arn(PRODUCTION)))
            .allowed(),
        Truth::Yes
    );
    assert_eq!(anna().with_identity_policy(assume()).allowed(), Truth::No);
}

#[test]
fn a_deny_anywhere_wins() {
    let deny = |principal: Option<&str>| {
        let mut statement = json!({"Effect": "Deny", "Action": "sts:*", "Resource": "*"});
        if let Some(principal) = principal {
            statement["Principal"] = json!({"AWS": principal});
        }
        statement
    };
    let open = || dora().with_identity_policy(assume());
    assert_eq!(
        open()
            .with_identity_policy(deny(None))
            .trusted(trust_policy(&root_arn(DEVELOPMENT)))
            .allowed(),
        Truth::No
    );
    assert_eq!(
        open()
            .trusted(json!([
                trust_policy(&root_arn(DEVELOPMENT)),
                deny(Some(DEVELOPMENT))
            ]))
            .allowed(),
        Truth::No
    );
    assert_eq!(
        open()
            .trusted(json!([
                trust_policy(&root_arn(DEVELOPMENT)),
                deny(Some(ANNA))
            ]))
            .allowed(),
        Truth::Yes
    );
    assert_eq!(
        anna()
            .trusted(json!([
                trust_policy(&json!({"AWS": ANNA})),
                deny(Some("*"))
            ]))
            .allowed(),
        Truth::No
    );
}

#[test]
fn not_action_and_not_resource_grant_all_the_rest() {
    let trusting = || trust_policy(&root_arn(DEVELOPMENT));
    let not_action = json!({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"});
    assert_eq!(
        dora()
            .with_identity_policy(not_action)
            .trusted(trusting())
            .allowed(),
        Truth::Yes
    );
    let not_resource =
        |arn: &str| json!({"Effect": "Allow", "Action": "sts:AssumeRole", "NotResource": [arn]});
    assert_eq!(
        dora()
            .with_identity_policy(not_resource("arn:aws:iam::444455556666:role/Other"))
            .trusted(trusting())
            .allowed(),
        Truth::Yes
    );
    assert_eq!(
        dora()
            .with_identity_policy(not_resource("arn:aws:iam::444455556666:role/Up*"))
            .trusted(trusting())
            .allowed(),
        Truth::No
    );
    let deny = json!({"Effect": "Deny", "NotAction": ["iam:ChangePassword"], "Resource": "*"});
    assert_eq!(
        dora()
            .with_identity_policy(assume())
            .with_identity_policy(deny)
            .trusted(trusting())
            .allowed(),
        Truth::No
    );
}

#[test]
fn the_documented_deny_without_mfa_misses_permanent_keys_unless_it_says_if_exists() {
    let policy = |operator: &str| {
        json!([assume(), {"Effect": "Deny", "Action": "sts:AssumeRole", "Resource": "*",
            "Condition": {operator: {"aws:MultiFactorAuthPresent": "false"}}}])
    };
    let permanent_key = |operator: &str| {
        dora()
            .with_identity_policy(policy(operator))
            .trusted(trust_policy(&root_arn(DEVELOPMENT)))
            .allowed()
    };
    assert_eq!(permanent_key("Bool"), Truth::Yes);
    assert_eq!(permanent_key("BoolIfExists"), Truth::No);
}

#[test]
fn providers_and_services_come_in_by_trust_alone() {
    let by = |kind, name: &str| {
        let caller = Requester {
            account: account(PRODUCTION),
            arn: name.to_owned(),
            id: None,
            kind,
            has_boundary: false,
        };
        Case {
            caller,
            action: "sts:AssumeRoleWithSAML",
            ..dora()
        }
    };
    let saml = "arn:aws:iam::444455556666:saml-provider/Corp";
    let statement = json!({"Effect": "Allow", "Principal": {"Federated": saml}, "Action": "sts:AssumeRoleWithSAML"});
    assert_eq!(
        by(crate::iam::RequesterKind::Federated, saml)
            .trusted(statement.clone())
            .allowed(),
        Truth::Yes
    );
    assert_eq!(
        by(crate::iam::RequesterKind::Federated, "other")
            .trusted(statement.clone())
            .allowed(),
        Truth::No
    );
    assert_eq!(
        by(crate::iam::RequesterKind::Service, saml)
            .trusted(statement)
            .allowed(),
        Truth::No
    );
}

#[test]
fn not_principal_denies_whoever_is_not_named_with_the_account() {
    let deny = |named: &Value| {
        let all_but =
            json!({"Effect": "Deny", "NotPrincipal": {"AWS": named}, "Action": "sts:AssumeRole"});
        dora()
            .with_identity_policy(assume())
            .trusted(json!([trust_policy(&root_arn(DEVELOPMENT)), all_but]))
    };
    assert_eq!(deny(&json!([ANNA])).allowed(), Truth::No);
    assert_eq!(deny(&json!([DORA, DEVELOPMENT])).allowed(), Truth::Yes);
    assert!(!deny(&json!([DORA])).allowed().is_yes());
    let bounded = deny(&json!([DORA, DEVELOPMENT]))
        .within(json!({"Effect": "Allow", "Action": "*", "Resource": "*"}));
    assert_eq!(bounded.allowed(), Truth::No);
}

#[test]
fn what_hangs_on_an_unknown_condition_is_open_and_says_on_which() {
    let mut case = dora().with_identity_policy(assume()).trusted(
        json!({"Effect": "Allow", "Principal": root_arn(DEVELOPMENT), "Action": "sts:AssumeRole",
        "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}),
    );
    case.context = Context::partial();
    assert_eq!(
        case.allowed().reasons().collect::<Vec<_>>(),
        ["IpAddress aws:SourceIp 203.0.113.0/24"]
    );
    // An Allow statement without the condition decides the answer; so does a certain deny.
    let wide = case.with_identity_policy(assume());
    assert!(!wide.allowed().is_no());
    let sure = wide.with_identity_policy(json!({"Effect": "Deny", "Action": "*", "Resource": "*"}));
    assert_eq!(sure.allowed(), Truth::No);
}

#[test]
fn a_decision_names_the_statements_that_made_it() {
    let case = dora()
        .with_identity_policy(
            json!([{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}, assume()]),
        )
        .trusted(trust_policy(&root_arn(DEVELOPMENT)));
    case.decided(|decision| {
        assert_eq!(decision.identity.len(), 1);
        assert_eq!(decision.identity[0].statement.json, assume());
        assert_eq!(decision.resource[0].place, PolicyPlace::Resource);
        assert!(decision.denies.is_empty());
    });
}

#[test]
fn a_policy_that_is_missing_leaves_open_what_it_could_say() {
    let caller = Requester::user(account(DEVELOPMENT), DORA);
    let context = Context::complete();
    let request = AccessRequest {
        caller: &caller,
        action: "sts:AssumeRole",
        resource: ROLE,
        owner: account(PRODUCTION),
        context: &context,
    };
    let place = PolicyPlace::Managed {
        holder: DORA.into(),
        arn: "arn:aws:iam::aws:policy/ReadOnlyAccess".into(),
    };
    let identity = Identity {
        policies: vec![Governing {
            place,
            text: PolicyText::Missing("it is not among the policies given".into()),
        }],
        boundary: None,
    };
    let document =
        IamDocument::read(&json!({"Statement": trust_policy(&root_arn(DEVELOPMENT))})).unwrap();
    let trusted = ResourceSide::Trust(Governing {
        place: PolicyPlace::Resource,
        text: PolicyText::Read(&document),
    });
    let allowed = decide(&request, &identity, &trusted).allowed;
    assert!(
        allowed.reasons().next().is_some_and(|reason| reason.contains("ReadOnlyAccess") && reason.contains("not among")),
        "{allowed:?}"
    );
}
