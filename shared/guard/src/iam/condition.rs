//! One condition of a statement: operator, key and values.

use super::context::{Context, ContextValue};
use super::made_up::Texts;
use super::operator::{Operator, OperatorKind};
use super::truth::Truth;
use crate::text;

/// The suffix of an operator that accepts an absent key, in lower case.
const IF_EXISTS: &str = "ifexists";

/// How a key with several values is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quantifier {
    One,
    All,
    Any,
}

/// One operator and key, such as `{"Bool": {"aws:MultiFactorAuthPresent": "true"}}`. Several
/// operators or keys in a block are several conditions, which must all hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The operator as written.
    pub written: String,
    /// The key as written.
    pub key: String,
    /// The values. One match is enough.
    pub values: Vec<String>,
    operator: Option<Operator>,
    over: Quantifier,
    if_exists: bool,
    variables: bool,
}

/// The texts that a condition matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// Texts that may match. A variable whose value isn't known may match any text.
    pub possible: Texts,
    /// Texts that certainly match.
    pub sure: Texts,
    /// Whether the condition is negated, so that a match makes it fail.
    pub negated: bool,
}

impl Condition {
    pub(super) fn new(written: &str, key: &str, values: Vec<String>, variables: bool) -> Self {
        let (over, name) = match written.split_once(':') {
            Some((set, name)) if set.eq_ignore_ascii_case("ForAllValues") => {
                (Quantifier::All, name)
            }
            Some((set, name)) if set.eq_ignore_ascii_case("ForAnyValue") => (Quantifier::Any, name),
            _ => (Quantifier::One, written),
        };
        let if_exists = name.to_ascii_lowercase().ends_with(IF_EXISTS);
        let base = name
            .get(
                ..name
                    .len()
                    .saturating_sub(if if_exists { IF_EXISTS.len() } else { 0 }),
            )
            .unwrap_or(name);
        let operator = Operator::by_name(base);
        Self {
            written: written.to_owned(),
            key: key.to_owned(),
            values,
            operator,
            over,
            if_exists,
            variables,
        }
    }

    /// Whether the request meets the condition.
    pub fn evaluate(&self, context: &Context) -> Truth {
        let Some(operator) = self.operator else {
            return Truth::open(text!(
                "the unknown condition operator `{operator}`",
                operator = self.written
            ));
        };
        let held = context.value(&self.key);
        if operator.kind == OperatorKind::Null {
            return self.is_null(held);
        }
        match held {
            // The files don't show what the request carries, so any definite answer would be a
            // guess.
            ContextValue::Unknown => Truth::open(self.to_string()),
            // IAM User Guide, *Condition operators*: an absent key fails an operator, but passes
            // its negation, `…IfExists` and `ForAllValues`. That is why `ForAllValues` in an Allow
            // statement also allows callers without the key.
            ContextValue::Absent => match self.over {
                _ if self.if_exists => Truth::Yes,
                Quantifier::All => Truth::Yes,
                Quantifier::Any => Truth::No,
                Quantifier::One => operator.negated.into(),
            },
            // An empty text is an empty set: `ForAllValues` holds, `ForAnyValue` doesn't.
            ContextValue::Values(values)
                if self.over != Quantifier::One && values.iter().all(String::is_empty) =>
            {
                (self.over == Quantifier::All).into()
            }
            ContextValue::Values(values) => {
                let mut answers = values
                    .iter()
                    .map(|value| self.matches(operator, value, context));
                match self.over {
                    Quantifier::All => Truth::all(answers),
                    Quantifier::Any => Truth::any(answers),
                    Quantifier::One => {
                        let first = answers.next().unwrap_or(Truth::No);
                        // One operator over several values: IAM only documents the answer if all
                        // values give the same.
                        if answers.all(|other| other == first) {
                            first
                        } else {
                            Truth::open(self.to_string())
                        }
                    }
                }
            }
        }
    }

    fn matches(&self, operator: Operator, value: &str, context: &Context) -> Truth {
        // The values of a condition are alternatives. A negated operator negates all of them
        // together: none may match.
        let matched = Truth::any(
            self.values
                .iter()
                .map(|wanted| operator.matches(wanted, self.variables, value, context)),
        );
        if operator.negated {
            matched.not()
        } else {
            matched
        }
    }

    /// Whether only certain values of this key meet the condition.
    pub(super) fn is_pinned_to(&self, key: &str) -> bool {
        self.key.eq_ignore_ascii_case(key)
            && self
                .operator
                .is_some_and(|operator| !operator.negated && operator.kind != OperatorKind::Null)
    }

    /// Example texts that match the values, for keys whose value the caller chooses.
    pub fn examples(&self, context: &Context) -> impl Iterator<Item = String> {
        let of_value = |wanted: &String| {
            self.operator
                .map(|operator| operator.examples(wanted, self.variables, context))
        };
        self.values.iter().filter_map(of_value).flatten()
    }

    /// Whether it compares its values as texts or not at all, but not by order or range.
    pub fn compares_texts(&self) -> bool {
        let of_texts = |kind: OperatorKind| {
            !matches!(
                kind,
                OperatorKind::Number(_)
                    | OperatorKind::Date(_)
                    | OperatorKind::Address
                    | OperatorKind::Binary
            )
        };
        self.operator.is_none_or(|operator| of_texts(operator.kind))
    }

    /// Sample numbers, times and addresses at, below and above the values, or inside and outside
    /// them, for keys whose value the caller chooses. Empty if the values are compared as texts.
    pub fn samples(&self) -> impl Iterator<Item = String> {
        let of_value = |wanted: &String| self.operator.map(|operator| operator.samples(wanted));
        self.values.iter().filter_map(of_value).flatten()
    }

    /// The texts that a value of its key is compared with. `None`: it doesn't compare texts.
    pub fn compared(&self, context: &Context) -> Option<Compared> {
        let operator = self.operator?;
        let mut compared = Compared {
            possible: Texts::default(),
            sure: Texts::default(),
            negated: operator.negated,
        };
        for wanted in &self.values {
            let (texts, is_sure) = operator.matching_texts(wanted, self.variables, context)?;
            if is_sure {
                compared.sure = compared.sure.union(texts.clone());
            }
            compared.possible = compared.possible.union(texts);
        }
        Some(compared)
    }

    /// The keys whose values replace variables.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        let values = self.values.iter().filter(|_| self.variables);
        values
            .flat_map(|value| value.split("${").skip(1))
            .filter_map(|rest| Some(rest.split(['}', ',']).next()?.trim()))
    }

    fn is_null(&self, held: &ContextValue) -> Truth {
        let wants = |word: &str| {
            self.values
                .iter()
                .any(|value| value.eq_ignore_ascii_case(word))
        };
        match (held, wants("true"), wants("false")) {
            // Everybody meets `"Null": {key: ["true", "false"]}`.
            (_, true, true) => Truth::Yes,
            (_, false, false) => Truth::No,
            (ContextValue::Unknown, ..) => Truth::open(self.to_string()),
            (ContextValue::Absent, absent, _) => absent.into(),
            (ContextValue::Values(_), _, present) => present.into(),
        }
    }
}

impl std::fmt::Display for Condition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} {} {}",
            self.written,
            self.key,
            self.values.join(", ")
        )
    }
}
