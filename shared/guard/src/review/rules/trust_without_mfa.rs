//! RW101 trust-without-mfa
//!
//! ## What it does
//! Fires when a user of IAM can enter an elevated role without MFA, though the policy demands it (`mfa: required`). Each user is tried with a
//! permanent access key, whose requests carry no `aws:MultiFactorAuthPresent` at all, and with a session that was opened without MFA. MFA may be
//! demanded by the trust policy, by the user's or group's policies, by a permission boundary, or by a `Deny` in any of them; where one of
//! these keeps everybody out, nothing is found. The finding quotes the trust statement, where one correction helps against all ways in.
//!
//! A group that is empty today counts too, because people may join it just in time. Each user of the account is tried as a member, and a new
//! user where the account has none. Where the entry has `chaining: allow`, users are tried through other roles too, one role back: then the
//! finding is about the role that they enter first.
//!
//! ## Why it matters
//! A condition that looks like MFA often is none. `BoolIfExists` on an `Allow` lets requests through that carry no such key, as those of permanent
//! keys do; `Bool … false` on a `Deny` misses the same requests. A key that leaks then opens the role.
//!
//! ## Blind spots
//! - Whether a device belongs to the person, and who may enrol one, is not seen here; RW106 and RW015 look at devices.
//! - Role sessions have no MFA of their own: where chaining is denied, RW104 says which roles may enter. People of an identity provider prove MFA there.
//! - Service control policies, resource control policies and session policies are not in the files.
//! - Unproven: the answer depends on a condition on the request (an address, a time), on an account that was not given, or on who joins an
//!   empty group: no user of today could enter, but a new one could.
//!
//! ## What to do
//! 1. Put the corrected statement into the trust policy: `Bool` on `aws:MultiFactorAuthPresent`, without `IfExists`.
//! 2. Tell those who use permanent keys to name their device in the call (`mfa_serial` in the profile).
//! 3. Unproven: give the authorization details of the account that is named, or move the demand for MFA into the trust policy.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::not_given;
use crate::iam::{Caller, Decision, Principal, Statement, Truth};
use crate::policy::Mfa;
use crate::review::attempt::{Entrant, Proof, WITHOUT_MFA};
use crate::review::joining::joining;
use crate::review::link::{Link, links};
use crate::review::outsider::trusted_and_not_given;
use crate::review::view::{Elevated, listed, name_of};
use crate::review::{Draft, View, fix};
use crate::untrusted::harmless;

pub(super) fn check(view: &View<'_>) -> Vec<Draft> {
    let users = view.setup.accounts().flat_map(|account| account.users.values().map(move |user| (account, user)));
    let users: Vec<(String, Entrant<'_>)> = users.map(|(account, user)| (harmless(&user.name), Entrant::user(account, user))).collect();
    let judged = view.elevated.iter().filter(|target| target.rules.mfa == Mfa::Required).flat_map(|target| of_role(view, target, &users));
    let links = links(view);
    let links = links.iter().filter(|(target, _)| target.rules.mfa == Mfa::Required);
    let over_roles = links.flat_map(|(target, links)| links.iter().flat_map(|link| over_role(view, target, link, &users)));
    let not_given = not_given(view, "whether MFA is needed to enter what the policy calls");
    judged.chain(over_roles.collect::<Vec<_>>()).chain(not_given).collect()
}

/// Who comes in by a statement, and how.
#[derive(Default)]
struct WayIn {
    who: BTreeSet<String>,
    with_key: bool,
    with_session: bool,
}

/// Ways into a role without MFA.
#[derive(Default)]
struct Ways {
    /// By which statement of the trust policy.
    sure: BTreeMap<usize, WayIn>,
    /// What it depends on, by who would enter.
    open: BTreeMap<String, BTreeSet<String>>,
}

impl Ways {
    fn add(&mut self, target: &Elevated<'_>, name: &str, proof: Proof, decision: Decision<'_>) {
        match decision.allowed {
            Truth::No => {}
            Truth::Open(reasons) => self.open.entry(name.to_owned()).or_default().extend(reasons),
            Truth::Yes => {
                let statements = statements(target);
                for grant in decision.resource.iter().filter(|grant| grant.applies.is_yes()) {
                    let at = statements.iter().position(|statement| std::ptr::eq(statement, grant.statement)).unwrap_or_default();
                    let way = self.sure.entry(at).or_default();
                    way.who.insert(name.to_owned());
                    way.with_key |= proof == Proof::PermanentKey;
                    way.with_session |= proof == Proof::WithoutMfa;
                }
            }
        }
    }
}

fn statements<'a>(target: &Elevated<'a>) -> &'a [Statement] {
    target.role.trust.as_ref().map(|trust| trust.statements.as_slice()).unwrap_or_default()
}

fn of_role<'a>(view: &View<'a>, target: &Elevated<'a>, users: &[(String, Entrant<'a>)]) -> Vec<Draft> {
    let mut ways = Ways::default();
    let others = others(view, target);
    let (owner, role) = (target.account.id, target.role);
    for (name, entrant) in users.iter().chain(&others).filter(|(_, entrant)| entrant.may_enter(owner, role)) {
        for proof in WITHOUT_MFA {
            ways.add(target, name, proof, entrant.enter(owner, role, proof));
        }
    }
    for account in view.setup.accounts() {
        for group in account.groups.values().filter(|group| account.members(group).next().is_none()) {
            let name = format!("whoever joins group {}, which is empty today,", harmless(&group.name));
            for proof in WITHOUT_MFA {
                if let Some(decision) = joining(account, group, owner, role, proof) {
                    ways.add(target, &name, proof, decision);
                }
            }
        }
    }
    drafts(target, ways, &view.place(target))
}

/// Where chaining is allowed, MFA is proved at the role that leads on or nowhere.
fn over_role<'a>(view: &View<'a>, target: &Elevated<'a>, link: &Link<'a>, users: &[(String, Entrant<'a>)]) -> Vec<Draft> {
    let mut ways = Ways::default();
    let (owner, role) = (link.account.id, link.role);
    let first = Elevated { account: link.account, role, rules: target.rules };
    for (name, entrant) in users.iter().filter(|(_, entrant)| entrant.may_enter(owner, role)) {
        for proof in WITHOUT_MFA {
            ways.add(&first, name, proof, link.over(|session| entrant.enter_as(owner, role, proof, session)));
        }
    }
    drafts(&first, ways, &format!("{} through {}", view.place(target), link.shown(view)))
}

/// What is found at a role that leads to a place.
fn drafts(target: &Elevated<'_>, ways: Ways, place: &str) -> Vec<Draft> {
    let (account, arn, severity) = (target.account.id, &target.role.arn, target.rules.severity);
    let mut drafts: Vec<Draft> = Vec::new();
    let mut told = BTreeSet::new();
    for (at, way) in ways.sure {
        let Some(statement) = statements(target).get(at) else { continue };
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
    let mut open = ways.open;
    open.retain(|name, _| !told.contains(name));
    if !open.is_empty() {
        let who = listed(open.keys().cloned());
        let reasons: BTreeSet<String> = open.into_values().flatten().collect();
        let depends = listed(reasons.iter().map(|reason| harmless(reason)));
        let message = format!("can't tell whether {who} can enter {place} without MFA: depends on {depends}");
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
    for account in trusted_and_not_given(view, target) {
        unseen.insert(format!("people of {}", view.account_shown(account)), Caller::somebody(account));
        for principal in trust.statements.iter().filter_map(|statement| statement.principal.as_ref()).flat_map(|named| &named.named) {
            if let Principal::Arn(arn) = principal
                && arn.contains(":user/")
                && principal.account() == Some(account)
            {
                unseen.insert(name_of(arn), Caller::user(account, arn));
            }
        }
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

    /// Nobody is in Developers; tom is in Testers.
    fn empty(condition: serde_json::Value) -> Company {
        demanding(condition).change("UserDetailList", "dora", "GroupList", json!([]))
    }

    #[test]
    fn an_empty_group_silences_nothing() {
        let finding = empty(json!({})).one(RULE);
        assert_eq!(finding.verdict, Verdict::Violation);
        let says = "whoever joins group Developers, which is empty today, can enter UpdateApp in production without MFA, with a permanent access key and";
        assert!(finding.message.starts_with(says), "{}", finding.message);
        assert_eq!(finding.fix.unwrap()["Condition"], mfa());
        empty(json!({"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}})).fires(RULE);
        empty(mfa()).silent(RULE);
        // Where there is no user at all, somebody made up joins.
        demanding(json!({})).change_all("UserDetailList", json!([])).fires(RULE);
        // Whoever the group is for, and on what condition.
        empty(json!({"StringEquals": {"sts:RoleSessionName": "${aws:username}"}})).fires(RULE);
        empty(json!({"StringEquals": {"aws:username": "nobody"}})).silent(RULE);
        let named = json!({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:user/tom"}, "Action": "sts:AssumeRole"});
        empty(json!({})).trust(named).fires(RULE);
    }

    #[test]
    fn an_empty_group_whose_own_policy_demands_mfa_is_silent() {
        let grant =
            |condition: serde_json::Value| json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*", "Condition": condition});
        empty(json!({})).group_policy("Developers", grant(mfa())).silent(RULE);
        let deny = json!({"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}});
        empty(json!({})).group_policy("Developers", json!([grant(json!({})), deny])).silent(RULE);
        let accounts = json!({"StringEquals": {"aws:ResourceAccount": "444455556666"}});
        empty(json!({})).group_policy("Developers", grant(accounts)).fires(RULE);
    }

    #[test]
    fn what_binds_everybody_who_could_join_counts_and_what_binds_one_does_not() {
        let deny = json!({"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}});
        empty(json!({})).user_policy("tom", deny.clone()).fires(RULE);
        let finding = empty(json!({})).user_policy("tom", deny.clone()).user_policy("dora", deny).one(RULE);
        assert_eq!((finding.verdict, finding.undecided), (Verdict::Unproven, vec!["who joins it: no user of today could".to_owned()]));
    }

    #[test]
    fn where_chaining_is_allowed_mfa_is_asked_for_at_the_role_before() {
        let jump = "arn:aws:iam::111122223333:role/Jump";
        let session = "arn:aws:sts::111122223333:assumed-role/Jump/build";
        let enters = |role: &str| json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": role});
        let company = |principal: &str, condition: serde_json::Value| {
            let trust = json!({"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"});
            let before =
                json!({"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole", "Condition": condition});
            Company::new()
                .trust(trust)
                .policy("chaining: deny ", "chaining: allow")
                .role("111122223333", "Jump", before, enters("arn:aws:iam::444455556666:role/UpdateApp"))
                .group_policy("Developers", enters(jump))
        };
        for principal in [session, jump] {
            let company = |condition| company(principal, condition);
            let finding = company(json!({})).one(RULE);
            assert_eq!((finding.verdict, finding.subject.as_str()), (Verdict::Violation, jump));
            assert!(
                finding.message.contains("dora can enter UpdateApp in production through role Jump in development"),
                "{}",
                finding.message
            );
            company(json!({})).fixed(&finding).silent(RULE);
            company(mfa()).silent(RULE);
            company(json!({"StringEquals": {"aws:username": "tom"}})).silent(RULE);
            company(json!({})).policy("chaining: allow", "chaining: deny ").silent(RULE);
            company(json!({})).policy("mfa: required ", "mfa: optional ").silent(RULE);
        }
        let named = json!({"StringEquals": {"sts:RoleSessionName": "${aws:username}"}});
        company(session, named.clone()).silent(RULE);
        company(jump, named).fires(RULE);
    }

    #[test]
    fn unproven_for_an_account_that_was_not_given_and_that_everybody_on_a_condition_means() {
        let everybody = |account: &str| {
            Company::new().without("111122223333").trust(json!({"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"aws:PrincipalAccount": account}}}))
        };
        assert_eq!(everybody("111122223333").one(RULE).verdict, Verdict::Unproven);
        everybody("444455556666").silent(RULE);
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
