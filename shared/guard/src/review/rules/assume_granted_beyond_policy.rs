//! RW104 assume-granted-beyond-policy
//!
//! ## What it does
//! Fires when a user, a group or a role that the policy does not let in may enter an elevated role all the same. Every user of the given
//! accounts is tried with all their policies (inline, managed, of their groups), permission boundary and the role's trust policy, wildcards,
//! `NotAction`, `NotResource` and every deny included; a group without members is tried with somebody made up. Roles are tried too, unless
//! the entry has `chaining: allow`. The finding is about whoever holds the statement: the group, or the user or role itself.
//!
//! ## Why it matters
//! The group is what people agreed on; the policies are what AWS does. They drift apart by a policy attached to the wrong group, or by
//! `Allow sts:AssumeRole *`, and then RW001 finds the switch after it has happened.
//!
//! ## Blind spots
//! - Accounts that are trusted and were not given are unproven, each once.
//! - Whether anybody can be in a role that may chain is not asked. Service control policies are not in the files.
//! - Unproven: it hangs on a condition on the request.
//!
//! ## What to do
//! 1. Put the corrected statement into the policy that is named, or leave it and add the group to the entry, if it is meant.
//! 2. Look for switches that came this way: RW001 and RW011 in the logs.
//! 3. Unproven: give the authorization details of the account that is named, or take the condition out.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::not_given;
use crate::arn::iam_arn;
use crate::iam::{Decision, Grant, Place, Principal, Statement, Truth};
use crate::id::AccountId;
use crate::policy::{Decision as Choice, IdentityKind, Severity};
use crate::review::account::{Account, Role};
use crate::review::attempt::{ASSUME, Entrant, best, best_of_session};
use crate::review::view::{Elevated, listed, name_of};
use crate::review::{Draft, View, fix};
use crate::untrusted::harmless;

pub(super) fn check(view: &View<'_>) -> Vec<Draft> {
    let mut found = Found::default();
    for account in view.setup.accounts() {
        people(account, &view.elevated, &mut found);
        roles(account, &view.elevated, &mut found);
    }
    let mut drafts = found.drafts(view);
    drafts.extend(not_seen(view));
    drafts.extend(not_given(view, "who may enter what the policy calls"));
    drafts
}

/// A statement that lets somebody in who is not meant; the targets are those it opens.
struct Way<'a> {
    account: AccountId,
    place: Place,
    grant: Option<Grant<'a>>,
    targets: Vec<Elevated<'a>>,
    who: BTreeSet<String>,
    /// What it hangs on; `None`: it is sure for somebody.
    open: Option<BTreeSet<String>>,
}

/// Ways by subject, place (of a trust policy also the role) and statement.
#[derive(Default)]
struct Found<'a>(BTreeMap<(String, Place, &'a str, String), Way<'a>>);

impl<'a> Found<'a> {
    /// Takes in how somebody comes in; `own` is their ARN.
    fn add(&mut self, account: AccountId, own: &str, name: &str, target: &Elevated<'a>, decision: Decision<'a>) {
        if decision.allowed.is_no() {
            return;
        }
        // What is sure is told first; what hangs on a condition beside it matters once that is gone.
        let counts = |grants: Vec<Grant<'a>>| -> Vec<Grant<'a>> {
            let sure = decision.allowed.is_yes();
            grants.into_iter().filter(|grant| !sure || grant.applies.is_yes()).collect()
        };
        // Within an account the trust policy alone may let somebody in.
        let (identity, resource) = (counts(decision.identity), counts(decision.resource));
        let grants = if identity.is_empty() { resource } else { identity };
        let grants: Vec<Option<Grant<'a>>> = if grants.is_empty() { vec![None] } else { grants.into_iter().map(Some).collect() };
        for grant in grants {
            let place = grant.as_ref().map_or(Place::Resource, |grant| grant.place.clone());
            let subject = place.holder().unwrap_or(own).to_owned();
            let quoted = grant.as_ref().map(|grant| grant.statement.json.to_string()).unwrap_or_default();
            let of = if place == Place::Resource { target.role.arn.as_str() } else { "" };
            let way = self.0.entry((subject, place.clone(), of, quoted)).or_insert_with(|| Way {
                account,
                place,
                grant,
                targets: Vec::new(),
                who: BTreeSet::new(),
                open: Some(BTreeSet::new()),
            });
            way.who.insert(harmless(name));
            if !way.targets.iter().any(|known| std::ptr::eq(known.role, target.role)) {
                way.targets.push(*target);
            }
            match (&decision.allowed, &mut way.open) {
                (Truth::Open(reasons), Some(open)) => open.extend(reasons.iter().cloned()),
                _ => way.open = None,
            }
        }
    }

    fn drafts(self, view: &View<'_>) -> Vec<Draft> {
        self.0.into_iter().map(|((subject, ..), way)| way.draft(view, &subject)).collect()
    }
}

impl Way<'_> {
    fn draft(self, view: &View<'_>, subject: &str) -> Draft {
        let mut targets = self.targets;
        targets.sort_by_key(|target| (target.account.id, &target.role.arn));
        let severity = targets.iter().map(|target| target.rules.severity).max().unwrap_or(Severity::High);
        let places = view.places(&targets);
        let who = if subject.contains(":group/") {
            format!("group {} ({})", name_of(subject), listed(self.who))
        } else if subject.contains(":role/") {
            format!("sessions of role {}", name_of(subject))
        } else {
            name_of(subject)
        };
        let groups: BTreeSet<&str> = targets.iter().flat_map(|target| &target.rules.groups).map(|group| group.written.as_str()).collect();
        let allowed = if groups.is_empty() { "no group".to_owned() } else { listed(groups.into_iter().map(harmless)) };
        let draft = match self.open {
            None => {
                let message = format!("{who} may enter {places}; the policy lets in {allowed}");
                Draft::violation(severity, self.account, subject, message)
            }
            Some(reasons) => {
                let hangs = listed(reasons.iter().map(|reason| harmless(reason)));
                let message = format!("whether {who} may enter {places} hangs on {hangs}; the policy lets in {allowed}");
                Draft::unproven(severity, self.account, subject, message).hanging_on(reasons)
            }
        };
        let Some(grant) = self.grant else { return draft };
        if let (Place::Resource, Some(target)) = (&self.place, targets.first()) {
            let fix = without_caller(grant.statement, subject, target.partition());
            return draft.quoting(&self.place, &grant.statement.json, fix).in_trust_of(&target.role.arn);
        }
        let roles: Vec<&str> = targets.iter().map(|target| target.role.arn.as_str()).collect();
        let fix = fix::without(&grant, &[ASSUME], &roles);
        draft.quoting(&self.place, &grant.statement.json, fix).adding(&fix::elsewhere(&self.place))
    }
}

/// The trust statement, letting in all but one caller.
fn without_caller(statement: &Statement, caller: &str, partition: &str) -> Vec<Value> {
    let named = statement.principal.iter().flat_map(|principals| &principals.named);
    let literal = named.clone().any(|principal| *principal == Principal::Arn(caller.to_owned()));
    let others = named.filter_map(|principal| match principal {
        Principal::Arn(arn) => (arn != caller).then(|| arn.clone()),
        Principal::Account(account) => Some(format!("arn:{partition}:iam::{account}:root")),
        Principal::Id(id) => Some(id.clone()),
        Principal::Everyone => Some("*".to_owned()),
        _ => None,
    });
    if literal { fix::trusting(&statement.json, &others.collect::<Vec<_>>()) } else { fix::except(&statement.json, caller) }
}

/// Users who are in none of a role's groups, and groups that nobody is in.
fn people<'a>(account: &'a Account, targets: &[Elevated<'a>], found: &mut Found<'a>) {
    for user in account.users.values() {
        let entrant = Entrant::user(account, user);
        let may_enter = |target: &&Elevated<'a>| entrant.may_enter(target.account.id, target.role);
        for target in targets.iter().filter(may_enter).filter(|target| !View::admits_user(target.rules, account, user)) {
            found.add(account.id, &user.arn, &user.name, target, best(&entrant, target.account.id, target.role));
        }
    }
    for group in account.groups.values().filter(|group| account.members(group).next().is_none()) {
        let entrant = Entrant::member(account, group);
        let may_enter = |target: &&Elevated<'a>| entrant.may_enter(target.account.id, target.role);
        for target in targets.iter().filter(may_enter).filter(|target| !View::admits(target.rules, account.id, group)) {
            found.add(account.id, &group.arn, "no member yet", target, best(&entrant, target.account.id, target.role));
        }
    }
}

fn roles<'a>(account: &'a Account, targets: &[Elevated<'a>], found: &mut Found<'a>) {
    let targets: Vec<&Elevated<'a>> = targets.iter().filter(|target| target.rules.chaining == Choice::Deny).collect();
    for role in account.roles.values() {
        let entrant = Entrant::role(account, role);
        let meant = |target: &&&Elevated<'a>| target.rules.allows(IdentityKind::Service) && is_for_services(role);
        let may_enter = |target: &&&Elevated<'a>| role.arn != target.role.arn && entrant.may_enter(target.account.id, target.role);
        for target in targets.iter().filter(may_enter).filter(|target| !meant(target)) {
            let decision = best_of_session(&entrant, target.account.id, target.role);
            found.add(account.id, &role.arn, &role.name, target, decision);
        }
    }
}

fn is_for_services(role: &Role) -> bool {
    let named = role.trust.iter().flat_map(|trust| &trust.statements).filter_map(|statement| statement.principal.as_ref());
    let mut named = named.flat_map(|principals| &principals.named).peekable();
    named.peek().is_some() && named.all(|principal| matches!(principal, Principal::Service(_)))
}

/// Accounts of the zone of trust that a role trusts and that were not given.
fn not_seen(view: &View<'_>) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for target in &view.elevated {
        let trusted = target.role.trust.iter().flat_map(|trust| &trust.statements).filter_map(|statement| statement.principal.as_ref());
        let accounts: BTreeSet<AccountId> = trusted
            .flat_map(|principals| &principals.named)
            .filter_map(|principal| if let Principal::Account(account) = principal { Some(*account) } else { None })
            .filter(|account| view.setup.account(*account).is_none() && view.policy.trusts(*account))
            .collect();
        for account in accounts {
            let message = format!(
                "who of {} may enter {} cannot be told: no authorization details of it were given",
                view.account_shown(account),
                view.place(target)
            );
            drafts.push(Draft::unproven(target.rules.severity, account, &iam_arn(Some(target.partition()), account, "root"), message));
        }
    }
    drafts
}

#[cfg(test)]
mod cases {
    use serde_json::{Value, json};

    use crate::finding::Verdict;
    use crate::review::testing::{Company, DEVELOPMENT, PRODUCTION, ROLE};

    const RULE: &str = "RW104";
    const TESTERS: &str = "arn:aws:iam::111122223333:group/Testers";

    fn allow(action: &str, resource: &Value) -> Value {
        json!({"Effect": "Allow", "Action": action, "Resource": resource})
    }

    #[test]
    fn silent_where_only_the_group_of_the_policy_may() {
        Company::new().silent(RULE);
        // Who is in the group may be given the right twice.
        Company::new().user_policy("dora", allow("sts:*", &json!("*"))).silent(RULE);
    }

    #[test]
    fn fires_for_a_group_and_takes_the_role_out_of_its_statement() {
        let other = "arn:aws:iam::444455556666:role/Reports";
        let finding = Company::new().group_policy("Testers", allow("sts:AssumeRole", &json!([ROLE, other]))).one(RULE);
        assert_eq!((finding.verdict, finding.subject.as_str()), (Verdict::Violation, TESTERS));
        assert!(
            finding.message.contains("group Testers (tom) may enter UpdateApp in production; the policy lets in development/Developers"),
            "{}",
            finding.message
        );
        assert_eq!(finding.fix, Some(allow("sts:AssumeRole", &json!([other]))));
        let whole = Company::new().group_policy("Testers", allow("sts:AssumeRole", &json!(ROLE))).one(RULE);
        assert_eq!(whole.fix, Some(json!([])), "nothing else is in the statement, so it goes");
    }

    #[test]
    fn fires_for_wildcards_not_action_and_not_resource_and_denies_beside_them() {
        let denial = json!({"Effect": "Deny", "Action": "sts:AssumeRole", "Resource": ROLE});
        for statement in [
            allow("*", &json!("*")),
            allow("sts:Assume*", &json!("arn:aws:iam::444455556666:role/*")),
            json!({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}),
            json!({"Effect": "Allow", "Action": "sts:AssumeRole", "NotResource": "arn:aws:iam::444455556666:role/Other"}),
        ] {
            let finding = Company::new().user_policy("tom", statement.clone()).one(RULE);
            assert_eq!(finding.subject, "arn:aws:iam::111122223333:user/tom");
            assert_eq!(finding.fix, Some(json!([statement, denial])));
            Company::new().user_policy("tom", json!([statement, denial])).silent(RULE);
        }
    }

    #[test]
    fn managed_policies_count_in_their_default_version() {
        let attached = json!([{"PolicyName": "Wide", "PolicyArn": "arn:aws:iam::111122223333:policy/Wide"}]);
        let company = Company::new().managed(DEVELOPMENT, "Wide", allow("sts:AssumeRole", &json!("*"))).change(
            "GroupDetailList",
            "Testers",
            "AttachedManagedPolicies",
            attached.clone(),
        );
        let finding = company.one(RULE);
        assert_eq!(
            finding.place.as_deref(),
            Some("managed policy arn:aws:iam::111122223333:policy/Wide of arn:aws:iam::111122223333:group/Testers")
        );
        let missing = Company::new().change("GroupDetailList", "Testers", "AttachedManagedPolicies", attached).one(RULE);
        assert_eq!(missing.verdict, Verdict::Unproven);
        assert!(missing.undecided[0].contains("is not in the authorization details"), "{:?}", missing.undecided);
    }

    #[test]
    fn a_permission_boundary_keeps_out() {
        let bounded = |statements: Value| {
            Company::new().managed(DEVELOPMENT, "Limit", statements).group_policy("Testers", allow("*", &json!("*"))).change(
                "UserDetailList",
                "tom",
                "PermissionsBoundary",
                json!({"PermissionsBoundaryArn": "arn:aws:iam::111122223333:policy/Limit"}),
            )
        };
        bounded(allow("s3:*", &json!("*"))).silent(RULE);
        bounded(allow("sts:*", &json!("*"))).fires(RULE);
    }

    #[test]
    fn a_group_that_nobody_is_in_is_tried_too() {
        let company = Company::new().group(DEVELOPMENT, "Interns").group_policy("Interns", allow("sts:*", &json!("*")));
        assert!(company.one(RULE).message.contains("group Interns (no member yet)"));
    }

    #[test]
    fn roles_may_only_chain_where_the_policy_says_so() {
        let trust = json!({"Effect": "Allow", "Principal": {"AWS": DEVELOPMENT}, "Action": "sts:AssumeRole"});
        let company = || {
            let service = json!({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"});
            Company::new().trust(trust.clone()).role(DEVELOPMENT, "Server", service, allow("sts:AssumeRole", &json!(ROLE)))
        };
        assert_eq!(company().one(RULE).subject, "arn:aws:iam::111122223333:role/Server");
        company().policy("chaining: deny ", "chaining: allow").silent(RULE);
        company().policy("identities: [iam-user] ", "identities: [iam-user, service]").silent(RULE);
    }

    #[test]
    fn a_user_whom_the_trust_policy_names_in_its_own_account_needs_nothing_else() {
        let anna = "arn:aws:iam::444455556666:user/anna";
        let trust = json!({"Effect": "Allow", "Principal": {"AWS": [DEVELOPMENT, anna]}, "Action": "sts:AssumeRole"});
        let finding = Company::new().user(PRODUCTION, "anna", &[]).trust(trust).one(RULE);
        assert_eq!(
            (finding.subject.as_str(), finding.place.as_deref()),
            (anna, Some("the trust policy of arn:aws:iam::444455556666:role/UpdateApp"))
        );
        assert_eq!(finding.fix.unwrap()["Principal"], json!({"AWS": "arn:aws:iam::111122223333:root"}));
    }

    #[test]
    fn unproven_where_it_hangs_on_the_request() {
        let mut statement = allow("sts:AssumeRole", &json!(ROLE));
        statement["Condition"] = json!({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}});
        let finding = Company::new().group_policy("Testers", statement).one(RULE);
        assert_eq!(finding.verdict, Verdict::Unproven);
        assert_eq!(finding.undecided, ["IpAddress aws:SourceIp 203.0.113.0/24"]);
    }

    #[test]
    fn what_is_sure_is_told_before_what_hangs_on_a_condition() {
        let mut narrow = allow("sts:AssumeRole", &json!(ROLE));
        narrow["Condition"] = json!({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}});
        let finding = Company::new().user_policy("tom", json!([narrow, allow("sts:*", &json!("*"))])).one(RULE);
        assert_eq!((finding.verdict, &finding.statement), (Verdict::Violation, &Some(allow("sts:*", &json!("*")))));
    }

    #[test]
    fn unproven_for_a_trusted_account_that_was_not_given() {
        let finding = Company::new().without(DEVELOPMENT).one(RULE);
        assert_eq!((finding.verdict, finding.subject.as_str()), (Verdict::Unproven, "arn:aws:iam::111122223333:root"));
    }
}
