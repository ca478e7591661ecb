//! Tries to enter a role, or to change what protects it, in every way that the caller can choose.

mod choice;
mod entrant;
mod search;

pub(super) use choice::{Choice, Goal};
pub(super) use entrant::{Authentication, Entrant, WITHOUT_MFA, tagged};

use super::account::Role;
use crate::iam::{
    ASSUME_ROLE, AccessDecision, AccessRequest, ContextValue, ResourceSide, Truth, is_possible,
};
use crate::id::AccountId;
use search::ChoiceSearch;

/// The parts of a request that the caller can't choose.
struct FixedChoices<'b> {
    /// The name of the session, if it's fixed.
    name: Option<&'b str>,
    /// Whether they don't know an external id.
    without_external_id: bool,
}

impl<'a> Entrant<'a> {
    /// Whether they could enter a role at all, ignoring conditions. Most people and roles have
    /// nothing to do with most roles.
    pub(super) fn may_enter(&self, owner: AccountId, role: &'a Role) -> bool {
        let request = AccessRequest {
            caller: &self.caller,
            action: ASSUME_ROLE,
            resource: &role.arn,
            owner,
            context: &self.facts,
        };
        is_possible(&request, &self.identity, &role.trusting())
    }

    /// Session names that conditions on `aws:userid` (`AROA…:name`) require.
    pub(super) fn asked_by_id(&self, role: &'a Role) -> impl Iterator<Item = String> {
        let conditions = self
            .conditions(&role.trusting())
            .into_iter()
            .filter(|condition| condition.key.eq_ignore_ascii_case("aws:userid"));
        let known = self.known_context();
        let ids: Vec<String> = conditions
            .flat_map(|condition| condition.examples(&known))
            .collect();
        ids.into_iter()
            .filter_map(|id| id.split_once(':').map(|(_, name)| name.to_owned()))
    }

    /// Whether they can enter a role, using the best of the values that they can choose: session
    /// name, external id, source identity, and duration of the session.
    pub(super) fn decide_entry(
        &self,
        owner: AccountId,
        role: &'a Role,
        proof: Authentication,
    ) -> AccessDecision<'a> {
        self.enter_as(owner, role, proof, None)
    }

    /// The same with this session name.
    pub(super) fn enter_as(
        &self,
        owner: AccountId,
        role: &'a Role,
        proof: Authentication,
        name: Option<&str>,
    ) -> AccessDecision<'a> {
        self.attempt(
            owner,
            role,
            proof,
            &FixedChoices {
                name,
                without_external_id: false,
            },
            &|decision| decision.allowed.clone(),
        )
    }

    /// Whether they can reach a goal by entering a role; the decision's `allowed` is the answer.
    /// Somebody who doesn't know the external id doesn't pass any.
    pub(super) fn decide_goal(
        &self,
        owner: AccountId,
        role: &'a Role,
        proof: Authentication,
        knows_id: bool,
        goal: Goal<'_, 'a>,
    ) -> AccessDecision<'a> {
        self.attempt(
            owner,
            role,
            proof,
            &FixedChoices {
                name: None,
                without_external_id: !knows_id,
            },
            goal,
        )
    }

    fn attempt(
        &self,
        owner: AccountId,
        role: &'a Role,
        proof: Authentication,
        bound: &FixedChoices<'_>,
        goal: Goal<'_, 'a>,
    ) -> AccessDecision<'a> {
        let trust = role.trusting();
        let context = self.context(proof, owner);
        let context = tagged(context, "aws:ResourceTag/", &role.tags);
        let context = tagged(context, "iam:ResourceTag/", &role.tags);
        let conditions = self.conditions(&trust);
        let own = |text: &str| ContextValue::Values(vec![text.to_owned()]);
        let external_id = if bound.without_external_id {
            Choice::one_of
        } else {
            Choice::open_ended
        };
        // STS lets the caller choose these four. A condition of the trust policy may require a
        // value of any of them.
        let name = if bound.name.is_some() {
            Choice::one_of
        } else {
            Choice::open_ended
        };
        let mut choices = self.chosen.clone();
        choices.extend([
            name(
                "sts:RoleSessionName",
                vec![own(bound.name.unwrap_or(&self.session))],
            ),
            external_id("sts:ExternalId", vec![ContextValue::Absent]),
            Choice::open_ended(
                "sts:SourceIdentity",
                [ContextValue::Absent, own(&self.session)],
            ),
            Choice::open_ended("sts:DurationSeconds", [ContextValue::Absent, own("900")]),
        ]);
        ChoiceSearch {
            entrant: self,
            owner,
            role,
            trust,
            conditions,
            goal,
        }
        .best_decision(&context, &choices)
    }

    /// Whether one of their own statements covers entering the role, ignoring conditions and the
    /// role's trust policy.
    pub(super) fn is_granted(&self, role: &str) -> bool {
        let request = AccessRequest {
            caller: &self.caller,
            action: ASSUME_ROLE,
            resource: role,
            owner: self.caller.account,
            context: &self.facts,
        };
        is_possible(&request, &self.identity, &ResourceSide::None)
    }

    /// Whether they can do something else, in their own account.
    pub(super) fn decide_action(
        &self,
        action: &str,
        resource: &str,
        proof: Authentication,
    ) -> AccessDecision<'a> {
        let context = self.context(proof, self.caller.account);
        self.decide_request(
            action,
            resource,
            self.caller.account,
            &context,
            &ResourceSide::None,
        )
    }
}

/// Whether one answer gives more access than another.
pub(super) fn is_better(answer: &AccessDecision<'_>, than: &AccessDecision<'_>) -> bool {
    matches!(
        (&than.allowed, &answer.allowed),
        (Truth::No, Truth::Yes | Truth::Open(_)) | (Truth::Open(_), Truth::Yes)
    )
}

/// The better of two answers: a caller who can choose takes the way that is allowed.
pub(super) fn better<'a>(a: AccessDecision<'a>, b: AccessDecision<'a>) -> AccessDecision<'a> {
    if is_better(&b, &a) { b } else { a }
}

/// The best answer for all kinds of authentication. MFA usually allows most, but a policy may
/// forbid it.
pub(super) fn best_entry<'a>(
    entrant: &Entrant<'a>,
    owner: AccountId,
    role: &'a Role,
) -> AccessDecision<'a> {
    best_as(entrant, owner, role, None)
}

/// The same with this session name.
pub(super) fn best_as<'a>(
    entrant: &Entrant<'a>,
    owner: AccountId,
    role: &'a Role,
    name: Option<&str>,
) -> AccessDecision<'a> {
    // MFA comes first because it allows most. The others are only tried if it isn't enough.
    let proofs = [Authentication::WithoutMfa, Authentication::PermanentKey];
    proofs.into_iter().fold(
        entrant.enter_as(owner, role, Authentication::WithMfa, name),
        |best, proof| {
            if best.allowed.is_yes() {
                best
            } else {
                better(best, entrant.enter_as(owner, role, proof, name))
            }
        },
    )
}

/// The best answer for a session of a role, which carries MFA as `false` or not at all.
pub(super) fn best_of_session<'a>(
    entrant: &Entrant<'a>,
    owner: AccountId,
    role: &'a Role,
) -> AccessDecision<'a> {
    better(
        entrant.decide_entry(owner, role, Authentication::WithoutMfa),
        entrant.decide_entry(owner, role, Authentication::PermanentKey),
    )
}
