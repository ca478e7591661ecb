//! Finds the people of other accounts to try: users and roles whose ARNs meet the trust policy's
//! conditions on ARNs, accounts and user names.

use std::collections::BTreeSet;

use super::statement::TrustStatement;
use crate::arn::{AssumedRoleArn, account_of};
use crate::iam::ASSUME_ROLE;
use crate::iam::{
    Condition, Context, Effect, MadeUp, Principal, Requester, Statement, Texts, made_up,
};
use crate::id::AccountId;
use crate::review::session;

/// The most ways of meeting conditions and avoiding Deny statements that are tried.
const WAYS: usize = 128;

/// The most names from other keys that are tried.
const NAMES: usize = 16;

/// The session name if no policy requires another.
const SESSION: &str = "outsider";

/// The accounts whose people are tried.
pub(in crate::review) enum Whose<'w> {
    /// This account.
    Of(AccountId),
    /// Any account except these.
    NoneOf(&'w BTreeSet<AccountId>),
}

/// Everybody worth trying, and whether the list is complete.
pub(super) fn people_to_try(
    trust: &TrustStatement<'_, '_>,
    whose: &Whose<'_>,
) -> (Vec<Requester>, bool) {
    match (trust.named, whose) {
        (Some(arn), Whose::Of(account)) => of_arn(trust, arn, *account),
        _ => anybody(trust, whose),
    }
}

/// The callers that an ARN names. For a session, the role's path isn't known.
fn of_arn(trust: &TrustStatement<'_, '_>, arn: &str, account: AccountId) -> (Vec<Requester>, bool) {
    if let Some(session) = AssumedRoleArn::parse(arn) {
        // A session's ARN doesn't contain the path of its role, so roles with any path may be
        // meant.
        let shape = ArnShape::new(trust, &Texts::exactly(&account.to_string()));
        let name = Texts::any_path().followed_by(&Texts::exactly(session.role_name));
        let (arns, is_all) =
            made_up_arns(trust, &shape, &shape.role(&name), false, &BTreeSet::new());
        return (
            arns.iter()
                .map(|role| Requester::session(account, role, session.session))
                .collect(),
            is_all,
        );
    }
    if arn.contains(":role/") {
        return (sessions(trust, account, arn), true);
    }
    (vec![Requester::user(account, arn)], true)
}

fn anybody(trust: &TrustStatement<'_, '_>, whose: &Whose<'_>) -> (Vec<Requester>, bool) {
    let nobody = BTreeSet::new();
    let (accounts, not) = match whose {
        Whose::Of(account) => (Texts::exactly(&account.to_string()), &nobody),
        Whose::NoneOf(known) => (Texts::account(), *known),
    };
    let shape = ArnShape::new(trust, &accounts);
    let (mut people, mut is_all) = (Vec::new(), true);
    let borne = names_asked_for(trust)
        .into_iter()
        .map(|name| Texts::any_path().followed_by(&Texts::exactly(&name)));
    for name in std::iter::once(Texts::name()).chain(borne) {
        let (users, all_users) = made_up_arns(trust, &shape, &shape.user(&name), true, not);
        let (roles, all_roles) = made_up_arns(trust, &shape, &shape.role(&name), false, not);
        is_all &= all_users && all_roles;
        people.extend(
            users
                .iter()
                .filter_map(|arn| Some(Requester::user(account_of(arn)?, arn))),
        );
        people.extend(
            roles
                .iter()
                .filter_map(|arn| Some(sessions(trust, account_of(arn)?, arn)))
                .flatten(),
        );
    }
    (people, is_all)
}

/// Names that conditions require for other keys (a tag, the session's name), if some condition
/// compares one key with another.
fn names_asked_for(trust: &TrustStatement<'_, '_>) -> BTreeSet<String> {
    // A name from another key only helps if two keys are compared with each other (a name with a
    // tag).
    if !trust
        .conditions()
        .any(|condition| condition.variables().next().is_some())
    {
        return BTreeSet::new();
    }
    let others = [
        "sts:rolesessionname",
        "sts:externalid",
        "sts:sourceidentity",
        "aws:sourceidentity",
    ];
    let is_other = |key: &str| key.starts_with("aws:principaltag/") || others.contains(&key);
    let asked = trust
        .conditions()
        .filter(|condition| is_other(&condition.key.to_ascii_lowercase()));
    let nothing = Context::partial();
    asked
        .flat_map(|condition| condition.examples(&nothing))
        .filter(|name| !name.is_empty())
        .take(NAMES)
        .collect()
}

/// Sessions of a role: with the usual name, and with names that the trust policy requires.
fn sessions(trust: &TrustStatement<'_, '_>, account: AccountId, role: &str) -> Vec<Requester> {
    let name = role.rsplit('/').next().unwrap_or_default();
    let named = session::named_sessions(trust.target.role)
        .filter(|named| named.account == account && named.role_name == name);
    let mut names: BTreeSet<String> = named.map(|named| named.session.to_owned()).collect();
    let by_id = trust
        .conditions()
        .filter(|condition| condition.key.eq_ignore_ascii_case("aws:userid"));
    let nothing = Context::partial();
    let by_id = by_id.flat_map(|condition| condition.examples(&nothing));
    names.extend(
        by_id
            .filter_map(|id| id.split_once(':').map(|(_, name)| name.to_owned()))
            .filter(|name| !name.is_empty()),
    );
    std::iter::once(SESSION)
        .chain(names.iter().map(String::as_str))
        .map(|name| Requester::session(account, role, name))
        .collect()
}

/// The shape of ARNs of users and roles, and where the texts of conditions belong in it.
struct ArnShape {
    /// `arn:aws:iam::`
    head: Texts,
    accounts: Texts,
}

impl ArnShape {
    fn new(trust: &TrustStatement<'_, '_>, accounts: &Texts) -> Self {
        Self {
            head: Texts::exactly(&format!("arn:{}:iam::", trust.target.partition())),
            accounts: accounts.clone(),
        }
    }

    fn user(&self, name: &Texts) -> Texts {
        self.head
            .followed_by(&self.accounts)
            .followed_by(&Texts::exactly(":user/"))
            .followed_by(name)
    }

    fn role(&self, name: &Texts) -> Texts {
        self.head
            .followed_by(&self.accounts)
            .followed_by(&Texts::exactly(":role/"))
            .followed_by(name)
    }

    /// ARNs of these accounts.
    fn of_accounts(&self, accounts: Texts) -> Texts {
        self.head
            .followed_by(&accounts.in_part())
            .followed_by(&Texts::exactly(":"))
            .followed_by(&Texts::any())
    }

    /// ARNs that match the texts of a condition on this key; `None`: the key doesn't depend on the
    /// ARN. Only users have a user name.
    fn arns_meant_by(&self, key: &str, texts: Texts, is_user: bool) -> Option<Texts> {
        match key.to_ascii_lowercase().as_str() {
            "aws:principalarn" => Some(texts),
            "aws:principalaccount" => Some(self.of_accounts(texts)),
            "aws:username" if is_user => {
                Some(self.user(&Texts::any_path().followed_by(&texts.in_segment())))
            }
            _ => None,
        }
    }

    /// ARNs that principals name completely or by their account.
    fn arns_named_by<'p>(&self, principals: impl IntoIterator<Item = &'p Principal>) -> Texts {
        principals
            .into_iter()
            .fold(Texts::default(), |all, principal| match principal {
                Principal::Everyone => all.union(Texts::any()),
                Principal::Account(account) => {
                    all.union(self.of_accounts(Texts::exactly(&account.to_string())))
                }
                Principal::Arn(arn) => all.union(Texts::exactly(arn)),
                _ => all,
            })
    }
}

/// What an ARN must match, and what it must not match.
#[derive(Clone)]
struct Demand {
    within: Vec<Texts>,
    without: Vec<Texts>,
}

impl Demand {
    /// The ways in which a condition holds, or with `false` doesn't hold; empty if it doesn't
    /// depend on ARNs. What a pattern certainly matches and what it may match are separate ways.
    fn met_by(
        &self,
        shape: &ArnShape,
        condition: &Condition,
        holds: bool,
        is_user: bool,
        context: &Context,
    ) -> Vec<Self> {
        let Some(compared) = condition.compared(context) else {
            return Vec::new();
        };
        // To make a negated condition hold, or a plain one fail, the text must not match.
        let must_match = holds != compared.negated;
        let may_match =
            (must_match && compared.possible != compared.sure).then_some(compared.possible);
        let texts = std::iter::once(compared.sure).chain(may_match);
        let meant = texts.filter_map(|texts| shape.arns_meant_by(&condition.key, texts, is_user));
        let way = |texts: Texts| {
            let mut way = self.clone();
            if must_match {
                way.within.push(texts);
            } else {
                way.without.push(texts);
            }
            way
        };
        meant.map(way).collect()
    }

    /// An ARN that meets it and is in none of these accounts. There may be many of them and they
    /// rarely matter, so they are checked last.
    fn arn_outside(&self, shape: &ArnShape, not: &BTreeSet<AccountId>) -> MadeUp {
        let met = made_up(&self.within, &self.without);
        let MadeUp::Text(arn) = &met else { return met };
        // The shortest text usually isn't in an excluded account. Then hundreds of accounts don't
        // have to be part of the search.
        if account_of(arn).is_none_or(|account| !not.contains(&account)) {
            return met;
        }
        let accounts = not
            .iter()
            .map(|account| Texts::exactly(&account.to_string()))
            .fold(Texts::default(), Texts::union);
        let without: Vec<Texts> = self
            .without
            .iter()
            .cloned()
            .chain([shape.of_accounts(accounts)])
            .collect();
        made_up(&self.within, &without)
    }
}

/// ARNs of a shape, in none of some accounts, that meet the statement's conditions and avoid each
/// Deny statement in every way that ARNs can.
fn made_up_arns(
    trust: &TrustStatement<'_, '_>,
    shape: &ArnShape,
    form: &Texts,
    is_user: bool,
    not: &BTreeSet<AccountId>,
) -> (Vec<String>, bool) {
    let context =
        Context::partial().with_value("aws:ResourceAccount", trust.target.account.id.to_string());
    let mut demand = Demand {
        within: vec![form.clone()],
        without: Vec::new(),
    };
    if let Some(principals) = trust
        .statement
        .principal
        .as_ref()
        .filter(|principals| principals.all_but)
    {
        demand.without.push(shape.arns_named_by(&principals.named));
    }
    let mut demands = vec![demand];
    for condition in &trust.statement.conditions {
        let meets = |demand: &Demand| {
            let ways = demand.met_by(shape, condition, true, is_user, &context);
            if ways.is_empty() {
                vec![demand.clone()]
            } else {
                ways
            }
        };
        // Each condition multiplies the ways. One more than are tried shows that the list isn't
        // complete.
        demands = demands.iter().flat_map(meets).take(WAYS + 1).collect();
    }
    let denials = trust
        .target
        .role
        .trust
        .iter()
        .flat_map(|trust| &trust.statements);
    for denial in denials
        .filter(|statement| statement.effect == Effect::Deny && statement.has_action(ASSUME_ROLE))
    {
        demands = demands
            .iter()
            .flat_map(|demand| around(demand, shape, denial, is_user, &context))
            .take(WAYS + 1)
            .collect();
    }
    let mut is_all = demands.len() <= WAYS;
    let mut arns = BTreeSet::new();
    for demand in demands {
        match demand.arn_outside(shape, not) {
            MadeUp::Text(arn) => drop(arns.insert(arn)),
            MadeUp::None => {}
            MadeUp::TooHard => is_all = false,
        }
    }
    (arns.into_iter().collect(), is_all)
}

/// The ways to avoid a Deny: through something other than the ARN, through each condition on the
/// ARN, and by not being its principal.
fn around(
    demand: &Demand,
    shape: &ArnShape,
    denial: &Statement,
    is_user: bool,
    context: &Context,
) -> Vec<Demand> {
    // The Deny may have a condition on something other than the ARN that the caller can make fail,
    // so the unchanged demand is one of the ways.
    let mut ways = vec![demand.clone()];
    for condition in &denial.conditions {
        ways.extend(demand.met_by(shape, condition, false, is_user, context));
    }
    if let Some(principals) = denial
        .principal
        .as_ref()
        .filter(|principals| !principals.all_but)
    {
        let mut way = demand.clone();
        way.without.push(shape.arns_named_by(&principals.named));
        ways.push(way);
    }
    // An exception by NotPrincipal may have to name the caller completely, so each name is tried.
    for spared in denial
        .principal
        .iter()
        .filter(|principals| principals.all_but)
        .flat_map(|principals| &principals.named)
    {
        let mut way = demand.clone();
        way.within.push(shape.arns_named_by([spared]));
        ways.push(way);
    }
    ways
}
