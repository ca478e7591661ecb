//! The ways that a caller may choose between, tried until one leads in.

use std::ops::RangeInclusive;

use super::choice::{Choice, Goal};
use super::entrant::Entrant;
use crate::iam::{
    ASSUME_ROLE, AccessDecision, Condition, Context, ContextValue, ResourceSide, Truth,
};
use crate::id::AccountId;
use crate::review::account::Role;

/// How many values of a key are tried.
const VALUES: usize = 128;

/// How many seconds a session may be asked to last.
const DURATIONS: RangeInclusive<u32> = 900..=43_200;

/// How many times the policies are asked before giving up.
const QUESTIONS: usize = 5_000;

/// A caller before a role, and what they want.
pub(super) struct ChoiceSearch<'s, 'a> {
    pub(super) entrant: &'s Entrant<'a>,
    pub(super) owner: AccountId,
    pub(super) role: &'a Role,
    pub(super) trust: ResourceSide<'a>,
    /// All conditions of the policies that govern the request.
    pub(super) conditions: Vec<&'a Condition>,
    pub(super) goal: Goal<'s, 'a>,
}

impl<'a> ChoiceSearch<'_, 'a> {
    /// The decision by the best of all choices; its `allowed` is the answer to the goal.
    pub(super) fn best(&self, context: &Context, choices: &[Choice]) -> AccessDecision<'a> {
        self.choose(context, choices, &mut QUESTIONS.clone())
    }

    /// A key that isn't chosen yet may hold anything. So a `no` holds for every choice, and a `yes`
    /// too: then the first is as good as any.
    fn choose(
        &self,
        context: &Context,
        choices: &[Choice],
        left: &mut usize,
    ) -> AccessDecision<'a> {
        let decision = self.ask(context);
        let Some((choice, rest)) = choices.split_first().filter(|_| !decision.allowed.is_no())
        else {
            return decision;
        };
        // Keys are chosen one after the other, and a key that is not chosen yet is unknown. So
        // whole branches are closed by a no, or settled by a yes, before their values are tried.
        let (values, is_cut) = values(choice, &self.conditions, context);
        let with = |held: &ContextValue| context.clone().with_held(&choice.key, held.clone());
        if decision.allowed.is_yes() {
            return values
                .first()
                .map_or(decision, |first| self.choose(&with(first), rest, left));
        }
        let mut best: Option<AccessDecision<'a>> = None;
        for held in &values {
            // A policy with many conditions on chosen keys has more combinations than anybody can
            // try.
            *left = left.saturating_sub(1);
            let found = if *left == 0 {
                opened(decision.clone(), "more combinations than rolewatch tries")
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
            // A no rests on all values; some were not tried.
            Some(best) if is_cut && best.allowed.is_no() => opened(
                decision,
                &format!("more values of {} than rolewatch tries", choice.key),
            ),
            best => best.unwrap_or(decision),
        }
    }

    fn ask(&self, context: &Context) -> AccessDecision<'a> {
        let asked = |action| {
            self.entrant
                .asked(action, &self.role.arn, self.owner, context, &self.trust)
        };
        let mut decision = asked(ASSUME_ROLE);
        if matches!(context.held("sts:SourceIdentity"), ContextValue::Values(_)) {
            // To set a source identity is an action of its own.
            decision.allowed = decision.allowed.and(asked("sts:SetSourceIdentity").allowed);
        }
        decision.allowed = (self.goal)(&decision);
        decision
    }
}

fn opened<'a>(decision: AccessDecision<'a>, why: &str) -> AccessDecision<'a> {
    AccessDecision {
        allowed: Truth::open(why),
        ..decision
    }
}

/// What a caller may put under a key: what they would anyway, what the policies ask for, and
/// something else. Also whether there are more.
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
        // Where no policy looks at the key, its value makes no difference.
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

/// Whether STS takes a value that was made up: how long a session lasts is bounded.
fn may_hold(key: &str, value: &str) -> bool {
    !key.eq_ignore_ascii_case("sts:DurationSeconds")
        || value
            .parse()
            .is_ok_and(|seconds: u32| DURATIONS.contains(&seconds))
}
