//! Tries the values that a caller can choose until one of them gives access.

use crate::text;
use crate::text::Text;
use std::ops::RangeInclusive;

use super::choice::{Choice, Goal};
use super::entrant::Entrant;
use crate::iam::{
    ASSUME_ROLE, AccessDecision, Condition, Context, ContextValue, ResourceSide, Truth,
};
use crate::id::AccountId;
use crate::review::account::Role;

/// The most values of a key that are tried.
const VALUES: usize = 128;

/// The session durations that may be requested, in seconds.
const DURATIONS: RangeInclusive<u32> = 900..=43_200;

/// The most evaluations of the policies before the search gives up.
const QUESTIONS: usize = 5_000;

/// A caller, a role, and the goal.
pub(super) struct ChoiceSearch<'s, 'a> {
    pub(super) entrant: &'s Entrant<'a>,
    pub(super) owner: AccountId,
    pub(super) role: &'a Role,
    pub(super) trust: ResourceSide<'a>,
    /// All conditions of the policies that apply to the request.
    pub(super) conditions: Vec<&'a Condition>,
    pub(super) goal: Goal<'s, 'a>,
}

impl<'a> ChoiceSearch<'_, 'a> {
    /// The decision with the best choices. Its `allowed` is the answer to the goal.
    pub(super) fn best_decision(
        &self,
        context: &Context,
        choices: &[Choice],
    ) -> AccessDecision<'a> {
        self.choose(context, choices, &mut QUESTIONS.clone())
    }

    /// Chooses the next key. A key that isn't chosen yet may have any value, so `no` holds for
    /// every choice. So does `yes`, and then the first choice is as good as any.
    fn choose(
        &self,
        context: &Context,
        choices: &[Choice],
        left: &mut usize,
    ) -> AccessDecision<'a> {
        let decision = self.decide_with(context);
        let Some((choice, rest)) = choices.split_first().filter(|_| !decision.allowed.is_no())
        else {
            return decision;
        };
        // Keys are chosen one after the other, and later keys are still unknown. So a no excludes a
        // whole branch, and a yes settles it, before its values are tried.
        let (values, is_cut) = values(choice, &self.conditions, context);
        let with = |held: &ContextValue| context.clone().with_held(&choice.key, held.clone());
        if decision.allowed.is_yes() {
            return values
                .first()
                .map_or(decision, |first| self.choose(&with(first), rest, left));
        }
        let mut best: Option<AccessDecision<'a>> = None;
        for held in &values {
            // A policy with many conditions on chosen keys has too many combinations to try them
            // all.
            *left = left.saturating_sub(1);
            let found = if *left == 0 {
                opened(
                    decision.clone(),
                    text!("more combinations than rolewatch tries"),
                )
            } else {
                self.choose(&with(held), rest, left)
            };
            if found.allowed.is_yes() || *left == 0 {
                return found;
            }
            if best.as_ref().is_none_or(|best| best.allowed.is_no()) {
                best = Some(found);
            }
        }
        match best {
            // A no must cover all values, but some weren't tried.
            Some(best) if is_cut && best.allowed.is_no() => opened(
                decision,
                text!(
                    "more values of {key} than rolewatch tries",
                    key = choice.key
                ),
            ),
            best => best.unwrap_or(decision),
        }
    }

    fn decide_with(&self, context: &Context) -> AccessDecision<'a> {
        let asked = |action| {
            self.entrant
                .decide_request(action, &self.role.arn, self.owner, context, &self.trust)
        };
        let mut decision = asked(ASSUME_ROLE);
        if matches!(context.value("sts:SourceIdentity"), ContextValue::Values(_)) {
            // Setting a source identity is an action of its own.
            decision.allowed = decision.allowed.and(asked("sts:SetSourceIdentity").allowed);
        }
        decision.allowed = (self.goal)(&decision);
        decision
    }
}

fn opened(decision: AccessDecision<'_>, why: Text) -> AccessDecision<'_> {
    AccessDecision {
        allowed: Truth::open(why),
        ..decision
    }
}

/// The values that a caller may use for a key: their default, those that the policies mention, and
/// a different one. Also returns whether there are more.
fn values(
    choice: &Choice,
    conditions: &[&Condition],
    context: &Context,
) -> (Vec<ContextValue>, bool) {
    let is_key = |name: &str| name.eq_ignore_ascii_case(&choice.key);
    let asked: Vec<&&Condition> = conditions
        .iter()
        .filter(|condition| is_key(&condition.key))
        .collect();
    let is_asked = !asked.is_empty()
        || conditions
            .iter()
            .any(|condition| condition.variables().any(is_key));
    let mut values: Vec<ContextValue> = choice
        .own
        .iter()
        // If no policy checks the key, its value doesn't matter.
        .take(if is_asked { choice.own.len() } else { 1 })
        .cloned()
        .collect();
    if !choice.is_free {
        return (values, false);
    }
    let wanted = asked
        .iter()
        .flat_map(|condition| condition.examples(context));
    let samples = asked.iter().flat_map(|condition| condition.samples());
    let samples = samples.filter(|value| may_hold(&choice.key, value));
    for value in wanted
        .chain(is_asked.then(|| "other".to_owned()))
        .chain(samples)
    {
        let held = ContextValue::Values(vec![value]);
        if values.contains(&held) {
            continue;
        }
        if values.len() == VALUES {
            return (values, true);
        }
        values.push(held);
    }
    (values, false)
}

/// Whether STS accepts a sample value: a session's duration is limited.
fn may_hold(key: &str, value: &str) -> bool {
    !key.eq_ignore_ascii_case("sts:DurationSeconds")
        || value
            .parse()
            .is_ok_and(|seconds: u32| DURATIONS.contains(&seconds))
}
