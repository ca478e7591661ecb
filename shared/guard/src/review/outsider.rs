//! An invented caller from an account whose policies may allow its people everything. They have
//! whatever name, ARN and tags a trust policy requires, as far as their own side can set them.

mod people;
mod statement;
#[cfg(test)]
mod tests;

use crate::text;
use std::collections::{BTreeMap, BTreeSet};

use super::SetupView;
use super::attempt::{Authentication, Choice, Entrant, better};
use super::gap::{DetailList, Gap};
use super::view::ElevatedTarget;
use crate::iam::{
    AccessDecision, Condition, ContextValue, Effect, Principal, Requester, RequesterKind, Truth,
};
use crate::id::AccountId;
pub(super) use people::Whose;
pub(super) use statement::TrustStatement;

/// Ids as AWS generates them. Nobody can choose theirs.
const USER_ID: &str = "AIDAOUTSIDEREXAMPLE";
const ROLE_ID: &str = "AROAOUTSIDEREXAMPLE";

/// Organizations that aren't ours, whatever patterns for ids a policy has.
const ORGANIZATIONS: [&str; 2] = ["o-outsiders0", "o-1strangers"];

const ORG_ID: &str = "aws:PrincipalOrgID";
const ORG_PATHS: &str = "aws:PrincipalOrgPaths";

/// Whether a statement allows anybody.
pub(super) struct LetIn {
    pub(super) truth: Truth,
    /// The account of the caller who gets furthest.
    pub(super) account: Option<AccountId>,
    /// What the answer assumes about their organization.
    pub(super) organization: Organization,
}

/// What is known about the organization of an outsider's account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Organization {
    /// Nothing.
    Any,
    /// It isn't in any; every account can leave its organization.
    None,
    /// It's in this one.
    Other(&'static str),
}

impl Organization {
    fn context_keys(self) -> Vec<(&'static str, ContextValue)> {
        let one = |text: String| ContextValue::Values(vec![text]);
        match self {
            Self::Any => Vec::new(),
            Self::None => vec![
                (ORG_ID, ContextValue::Absent),
                (ORG_PATHS, ContextValue::Absent),
            ],
            Self::Other(id) => vec![
                (ORG_ID, one(id.to_owned())),
                (ORG_PATHS, one(format!("{id}/r-out5/ou-out5-outsider/"))),
            ],
        }
    }
}

impl<'a> TrustStatement<'_, 'a> {
    /// Whether it allows somebody of these accounts.
    pub(super) fn lets_in(&self, whose: &Whose<'_>) -> LetIn {
        self.best_let_in(whose, true)
    }

    /// The same for somebody who doesn't know an external id.
    pub(super) fn lets_in_without_external_id(&self, whose: &Whose<'_>) -> LetIn {
        self.best_let_in(whose, false)
    }

    fn best_let_in(&self, whose: &Whose<'_>, knows_id: bool) -> LetIn {
        let (people, is_all) = people::people_to_try(self, whose);
        let mut best = LetIn {
            truth: Truth::No,
            account: None,
            organization: Organization::Any,
        };
        // Not everybody worth trying was tried, so a no wouldn't be certain.
        if !is_all {
            best.truth = Truth::open(text!("patterns that are too numerous or too long to try"));
        }
        for organization in self.organizations() {
            for person in &people {
                let account = person.account;
                let truth = self.of_person(person, organization, knows_id);
                // The first open answer is kept, so that the named account doesn't change because
                // of others that get no further.
                let is_better = truth.is_yes() || (best.truth.is_no() && !truth.is_no());
                if is_better {
                    best = LetIn {
                        truth,
                        account: Some(account),
                        organization,
                    };
                }
                if best.truth.is_yes() {
                    return best;
                }
            }
        }
        best
    }

    fn of_person(&self, person: &Requester, organization: Organization, knows_id: bool) -> Truth {
        let (arn, id) = match &person.kind {
            RequesterKind::Session { .. } => (
                None,
                format!(
                    "{ROLE_ID}:{}",
                    person.arn.rsplit('/').next().unwrap_or_default()
                ),
            ),
            _ => (Some(person.arn.as_str()), USER_ID.to_owned()),
        };
        // Their own account controls its policies. So these are assumed to allow everything, and
        // only the trust policy is evaluated.
        let entrant = Entrant::outsider(person.clone(), arn, &self.view.anything)
            .carrying(organization.context_keys());
        let entrant = entrant.choosing(self.chosen(person, &id));
        let goal = |decision: &AccessDecision<'a>| {
            let of_statement = decision
                .resource
                .iter()
                .filter(|grant| std::ptr::eq(grant.statement, self.statement));
            // The role's whole trust policy decides, but only what this statement contributes
            // counts.
            Truth::any(of_statement.map(|grant| grant.applies.clone()))
                .and(decision.allowed.clone())
        };
        let proofs = [
            Authentication::WithMfa,
            Authentication::WithoutMfa,
            Authentication::PermanentKey,
        ];
        let tried = proofs.map(|proof| {
            entrant.decide_goal(
                self.target.account.id,
                self.target.role,
                proof,
                knows_id,
                &goal,
            )
        });
        tried
            .into_iter()
            .reduce(better)
            .map_or(Truth::No, |decision| decision.allowed)
    }

    /// The values that their own side can set: tags, a source identity, a provider. AWS generates
    /// ids; it isn't known whether a policy names theirs.
    fn chosen(&self, person: &Requester, id: &str) -> Vec<Choice> {
        let one = |text: &str| ContextValue::Values(vec![text.to_owned()]);
        // Nobody chooses the id that AWS gives them. But a policy may name the id of somebody in
        // such an account.
        let ids = if self.names_unknown_ids() {
            vec![one(id), ContextValue::Unknown]
        } else {
            vec![one(id)]
        };
        let own = [
            person.account.to_string(),
            person.arn.rsplit('/').next().unwrap_or_default().to_owned(),
            person.arn.clone(),
        ];
        let words = || {
            std::iter::once(ContextValue::Absent)
                .chain(own.iter().map(|text| one(text)))
                .collect::<Vec<_>>()
        };
        let mut chosen = vec![Choice::one_of("aws:userid", ids)];
        chosen.extend(
            self.demanded_tags()
                .into_values()
                .map(|tag| Choice::open_ended(&tag, words())),
        );
        let of_sessions = ["aws:SourceIdentity", "aws:FederatedProvider"];
        let is_session = matches!(person.kind, RequesterKind::Session { .. });
        chosen.extend(of_sessions.map(|key| {
            if is_session {
                Choice::open_ended(key, words())
            } else {
                // Only a session can carry a source identity or a provider from before; a user's
                // request has none.
                Choice::one_of(key, [ContextValue::Absent])
            }
        }));
        chosen
    }

    /// Keys of tags that the trust policy checks, by their lower-case form.
    fn demanded_tags(&self) -> BTreeMap<String, String> {
        let keys = self
            .conditions()
            .flat_map(|condition| condition.variables().chain([condition.key.as_str()]));
        let tags = keys.map(|key| (key.to_ascii_lowercase(), key.to_owned()));
        tags.filter(|(key, _)| key.starts_with("aws:principaltag/"))
            .collect()
    }

    /// Only `Any` if the trust policy doesn't check organizations.
    fn organizations(&self) -> Vec<Organization> {
        let is_org =
            |key: &str| key.eq_ignore_ascii_case(ORG_ID) || key.eq_ignore_ascii_case(ORG_PATHS);
        let asks = self
            .conditions()
            .any(|condition| is_org(&condition.key) || condition.variables().any(is_org));
        let others = ORGANIZATIONS.map(Organization::Other);
        std::iter::once(Organization::Any)
            // An account without an organization meets `StringNotEquals` on the organization, so
            // that has to be tried too.
            .chain(asks.then_some(Organization::None))
            .chain(others.into_iter().filter(|_| asks))
            .collect()
    }

    /// Whether a condition names the id of a user or role that isn't known to be ours, so that it
    /// may be anybody's.
    fn names_unknown_ids(&self) -> bool {
        let asked = self
            .conditions()
            .filter(|condition| condition.key.eq_ignore_ascii_case("aws:userid"));
        let ids = asked
            .flat_map(|condition| &condition.values)
            .filter_map(|value| value.split([':', '*', '?', '$']).next());
        let mut ids = ids.filter(|id| {
            id.len() > "AIDA".len() && (id.starts_with("AIDA") || id.starts_with("AROA"))
        });
        ids.any(|id| {
            !self
                .view
                .setup
                .accounts()
                .any(|account| self.view.policy.trusts(account.id) && account.has_id(id))
        })
    }

    /// All conditions of the trust policy.
    fn conditions(&self) -> impl Iterator<Item = &'a Condition> {
        self.target
            .role
            .trust
            .iter()
            .flat_map(|trust| &trust.statements)
            .flat_map(|statement| &statement.conditions)
    }
}

/// Trusted accounts whose people a role's trust policy allows, and for which one of the lists
/// wasn't supplied.
pub(super) fn trusted_and_not_given<'a>(
    view: &'a SetupView<'a>,
    target: &ElevatedTarget<'a>,
    lists: &[DetailList],
) -> BTreeSet<Gap> {
    let statements = target.role.trust.iter().flat_map(|trust| &trust.statements);
    let mut gaps = BTreeSet::new();
    for statement in statements.filter(|statement| statement.effect == Effect::Allow) {
        let Some(principals) = &statement.principal else {
            continue;
        };
        let trust = TrustStatement {
            view,
            target,
            statement,
            named: None,
        };
        let is_everybody = principals.all_but || principals.named.contains(&Principal::Everyone);
        let is_named = |account: AccountId| {
            principals
                .named
                .iter()
                .any(|principal| principal.account() == Some(account))
        };
        let lets_in = |account: AccountId| {
            if is_everybody {
                !trust.lets_in(&Whose::Of(account)).truth.is_no()
            } else {
                is_named(account)
            }
        };
        let not_given = view
            .policy
            .accounts
            .keys()
            .filter_map(|account| view.gap(*account, lists));
        gaps.extend(not_given.filter(|gap| lets_in(gap.account)));
    }
    gaps
}
