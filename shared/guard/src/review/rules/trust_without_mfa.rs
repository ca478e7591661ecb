//! RW101 trust-without-mfa
//!
//! ## What it does
//! Fires when a user of IAM can enter an elevated role without MFA, though the policy demands it (`mfa: required`). Each user is tried with a
//! permanent access key, whose requests carry no `aws:MultiFactorAuthPresent` at all, and with a session that was opened without MFA. MFA may be
//! demanded by the trust policy, by the user's or group's policies, by a permission boundary, or by a `Deny` in any of them; where one of
//! these keeps everybody out, nothing is found. The finding quotes the trust statement, where one correction helps against all ways in.
//!
//! ## Why it matters
//! A condition that looks like MFA often is none. `BoolIfExists` on an `Allow` lets requests through that carry no such key, as those of permanent
//! keys do; `Bool … false` on a `Deny` misses the same requests. A key that leaks then opens the role.
//!
//! ## Blind spots
//! - Whether a device belongs to the person, and who may enrol one, is not seen here; RW106 and RW015 look at devices.
//! - Role sessions have no MFA of their own: RW104 says which roles may enter. People of an identity provider prove MFA there.
//! - Service control policies, resource control policies and session policies are not in the files.
//! - Unproven: the answer hangs on a condition on the request (an address, a time), or on an account that was not given.
//!
//! ## What to do
//! 1. Put the corrected statement into the trust policy: `Bool` on `aws:MultiFactorAuthPresent`, without `IfExists`.
//! 2. Tell those who use permanent keys to name their device in the call (`mfa_serial` in the profile).
//! 3. Unproven: give the authorization details of the account that is named, or move the demand for MFA into the trust policy.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::not_given;
use crate::iam::{Caller, Principal, Truth};
use crate::policy::Mfa;
use crate::review::attempt::{Entrant, Proof};
use crate::review::view::{Elevated, listed, name_of};
use crate::review::{Draft, View, fix};
use crate::untrusted::harmless;

pub(super) fn check(view: &View<'_>) -> Vec<Draft> {
    let users = view.setup.accounts().flat_map(|account| account.users.values().map(move |user| (account, user)));
    let users: Vec<(String, Entrant<'_>)> = users.map(|(account, user)| (harmless(&user.name), Entrant::user(account, user))).collect();
    let judged = view.elevated.iter().filter(|target| target.rules.mfa == Mfa::Required).flat_map(|target| of_role(view, target, &users));
    judged.chain(not_given(view, "whether MFA is needed to enter what the policy calls")).collect()
}

/// Who comes in by a statement, and how.
#[derive(Default)]
struct WayIn {
    who: BTreeSet<String>,
    with_key: bool,
    with_session: bool,
}

fn of_role<'a>(view: &View<'a>, target: &Elevated<'a>, users: &[(String, Entrant<'a>)]) -> Vec<Draft> {
    let mut ways: BTreeMap<usize, WayIn> = BTreeMap::new();
    let mut undecided: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let statements = target.role.trust.as_ref().map(|trust| trust.statements.as_slice()).unwrap_or_default();
    let others = others(view, target);
    let (owner, role) = (target.account.id, target.role);
    for (name, entrant) in users.iter().chain(&others).filter(|(_, entrant)| entrant.may_enter(owner, role)) {
        for proof in [Proof::PermanentKey, Proof::WithoutMfa] {
            let decision = entrant.enter(owner, role, proof);
            match decision.allowed {
                Truth::No => {}
                Truth::Open(reasons) => undecided.entry(name.clone()).or_default().extend(reasons),
                Truth::Yes => {
                    for grant in decision.resource.iter().filter(|grant| grant.applies.is_yes()) {
                        let at = statements.iter().position(|statement| std::ptr::eq(statement, grant.statement)).unwrap_or_default();
                        let way = ways.entry(at).or_default();
                        way.who.insert(name.clone());
                        way.with_key |= proof == Proof::PermanentKey;
                        way.with_session |= proof == Proof::WithoutMfa;
                    }
                }
            }
        }
    }
    let place = view.place(target);
    let (account, arn, severity) = (target.account.id, &target.role.arn, target.rules.severity);
    let mut drafts: Vec<Draft> = Vec::new();
    let mut told = BTreeSet::new();
    for (at, way) in ways {
        let Some(statement) = statements.get(at) else { continue };
        let how = match (way.with_key, way.with_session) {
            (true, true) => "with a permanent access key and with a session opened without it",
            (true, false) => "with a permanent access key",
            _ => "with a session opened without it",
        };
        let message = format!("{} can enter {place} without MFA, {how}: {}", listed(way.who.iter().cloned()), why(&statement.json));
        let fix = fix::demanding_mfa(&statement.json);
        drafts.push(Draft::violation(severity, account, arn, message).quoting(&crate::iam::Place::Resource, &statement.json, fix));
        told.extend(way.who);
    }
    undecided.retain(|name, _| !told.contains(name));
    if !undecided.is_empty() {
        let who = listed(undecided.keys().cloned());
        let reasons: BTreeSet<String> = undecided.into_values().flatten().collect();
        let hangs = listed(reasons.iter().map(|reason| harmless(reason)));
        let message = format!("whether {who} can enter {place} without MFA hangs on {hangs}");
        drafts.push(Draft::unproven(severity, account, arn, message).hanging_on(reasons));
    }
    drafts
}

/// Somebody of each account of the zone of trust that was not given and that the trust policy lets in.
fn others<'a>(view: &View<'a>, target: &Elevated<'a>) -> Vec<(String, Entrant<'a>)> {
    let Ok(trust) = &target.role.trust else {
        let caller = Caller::somebody(target.account.id);
        return vec![("somebody".to_owned(), Entrant::unseen(caller))];
    };
    let mut unseen: BTreeMap<String, Caller> = BTreeMap::new();
    for principal in trust.statements.iter().filter_map(|statement| statement.principal.as_ref()).flat_map(|named| &named.named) {
        let (account, caller) = match principal {
            Principal::Account(account) => (Some(*account), Caller::somebody(*account)),
            Principal::Arn(arn) if arn.contains(":user/") => {
                let Some(account) = arn.split(':').nth(4).and_then(|id| id.parse().ok()) else { continue };
                (Some(account), Caller::user(account, arn))
            }
            _ => continue,
        };
        let Some(account) = account.filter(|account| view.setup.account(*account).is_none() && view.policy.trusts(*account)) else {
            continue;
        };
        let who = if caller.arn.is_empty() { format!("people of {}", view.account_shown(account)) } else { name_of(&caller.arn) };
        unseen.insert(who, caller);
    }
    unseen.into_iter().map(|(who, caller)| (who, Entrant::unseen(caller))).collect()
}

/// What of the statement makes it so.
fn why(statement: &Value) -> &'static str {
    let condition = statement.get("Condition").and_then(Value::as_object);
    let asks = |operator: &str| {
        condition.into_iter().flatten().any(|(written, keys)| {
            let keys = keys.as_object().into_iter().flatten();
            written.eq_ignore_ascii_case(operator)
                && keys.into_iter().any(|(key, _)| key.eq_ignore_ascii_case("aws:MultiFactorAuthPresent"))
        })
    };
    if asks("BoolIfExists") {
        "`BoolIfExists` in this statement of the trust policy lets requests through that carry no aws:MultiFactorAuthPresent, as those of permanent keys do"
    } else {
        "this statement of the trust policy does not ask for it, and nothing else does"
    }
}

#[cfg(test)]
#[expect(clippy::needless_pass_by_value, reason = "a test reads better with what it makes up written in place")]
mod cases {
    use serde_json::json;

    use crate::finding::Verdict;
    use crate::review::testing::{Company, mfa};

    const RULE: &str = "RW101";

    fn demanding(condition: serde_json::Value) -> Company {
        Company::new().trust(json!({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "sts:AssumeRole",
            "Condition": condition}))
    }

    #[test]
    fn silent_where_the_trust_policy_demands_mfa() {
        Company::new().silent(RULE);
        demanding(json!({"NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}})).silent(RULE);
        demanding(json!({"Null": {"aws:MultiFactorAuthAge": "false"}})).silent(RULE);
    }

    #[test]
    fn fires_without_a_condition_and_prints_the_statement_with_one() {
        let company = demanding(json!({}));
        let finding = company.one(RULE);
        assert_eq!((finding.verdict, finding.subject.as_str()), (Verdict::Violation, "arn:aws:iam::444455556666:role/UpdateApp"));
        assert!(
            finding.message.starts_with("dora can enter UpdateApp in production without MFA, with a permanent access key and"),
            "{}",
            finding.message
        );
        assert_eq!(finding.fix.unwrap()["Condition"], mfa());
    }

    #[test]
    fn fires_for_bool_if_exists_which_lets_permanent_keys_through() {
        let company = demanding(
            json!({"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}, "StringEquals": {"sts:RoleSessionName": "${aws:username}"}}),
        );
        let finding = company.one(RULE);
        assert!(finding.message.contains("with a permanent access key: `BoolIfExists`"), "{}", finding.message);
        let fixed = finding.fix.unwrap();
        assert_eq!(
            fixed["Condition"],
            json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}, "StringEquals": {"sts:RoleSessionName": "${aws:username}"}})
        );
    }

    #[test]
    fn silent_where_the_groups_policy_or_a_deny_demands_it_instead() {
        let grant = json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "arn:aws:iam::444455556666:role/UpdateApp", "Condition": mfa()});
        demanding(json!({})).group_policy("Developers", json!([grant])).silent(RULE);
        let deny = |operator: &str| json!({"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole", "Condition": {operator: {"aws:MultiFactorAuthPresent": "false"}}});
        let allow = json!({"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole"});
        Company::new().trust(json!([allow, deny("BoolIfExists")])).silent(RULE);
        // `Bool` misses the requests that carry no such key.
        let finding = Company::new().trust(json!([allow, deny("Bool")])).one(RULE);
        assert!(finding.message.contains("without MFA, with a permanent access key:"), "{}", finding.message);
    }

    #[test]
    fn a_condition_on_what_the_caller_chooses_is_no_obstacle() {
        demanding(json!({"StringEquals": {"sts:ExternalId": "sesame"}})).fires(RULE);
        demanding(json!({"StringNotEquals": {"sts:RoleSessionName": "dora"}})).fires(RULE);
        demanding(json!({"StringEquals": {"sts:RoleSessionName": "${aws:username}"}})).fires(RULE);
        demanding(json!({"StringEquals": {"aws:username": "tom"}})).silent(RULE);
    }

    #[test]
    fn unproven_where_it_hangs_on_the_request_or_on_an_account_that_is_missing() {
        let finding = demanding(json!({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}})).one(RULE);
        assert_eq!(finding.verdict, Verdict::Unproven);
        assert_eq!(finding.undecided, ["IpAddress aws:SourceIp 203.0.113.0/24"]);
        let finding = demanding(json!({})).without("111122223333").one(RULE);
        assert_eq!(finding.verdict, Verdict::Unproven);
        assert!(finding.message.contains("people of development"), "{}", finding.message);
        Company::new().without("111122223333").silent(RULE);
        let finding = Company::new().without("444455556666").one(RULE);
        assert_eq!(finding.verdict, Verdict::Unproven);
    }

    #[test]
    fn a_service_in_the_same_statement_is_not_asked_for_mfa() {
        let statement = json!({"Sid": "Both", "Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": {"AWS": "111122223333", "Service": "ec2.amazonaws.com"}});
        let fix = Company::new().trust(statement).one(RULE).fix.unwrap();
        assert_eq!(fix[0]["Principal"], json!({"AWS": "111122223333"}));
        assert_eq!(fix[0]["Condition"], mfa());
        assert_eq!((&fix[1]["Principal"], fix[1].get("Condition")), (&json!({"Service": "ec2.amazonaws.com"}), None));
    }
}
