//! The context of a request: the values of its condition keys, and which of them aren't known.

use std::collections::BTreeMap;

/// The value of a condition key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContextValue {
    /// The request doesn't carry the key.
    Absent,
    /// The request may carry the key, with any value, or not.
    Unknown,
    /// The request carries these values; at least one.
    Values(Vec<String>),
}

/// Condition keys by name. Like IAM, it ignores the case of names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    keys: BTreeMap<String, ContextValue>,
    /// Lower-case prefixes of keys. Keys with such a prefix that aren't in `keys` are absent.
    complete: Vec<String>,
    others: ContextValue,
}

impl Context {
    /// A context in which all other keys are absent.
    pub fn complete() -> Self {
        Self {
            keys: BTreeMap::new(),
            complete: Vec::new(),
            others: ContextValue::Absent,
        }
    }

    /// A context in which all other keys are unknown.
    pub fn partial() -> Self {
        Self {
            keys: BTreeMap::new(),
            complete: Vec::new(),
            others: ContextValue::Unknown,
        }
    }

    /// Sets one value.
    #[must_use]
    pub fn with_value(self, key: &str, value: impl Into<String>) -> Self {
        self.with_held(key, ContextValue::Values(vec![value.into()]))
    }

    /// Marks a key as absent.
    #[must_use]
    pub fn without(self, key: &str) -> Self {
        self.with_held(key, ContextValue::Absent)
    }

    /// Sets a key. Like in IAM, an empty list of values means that the key is absent.
    #[must_use]
    pub fn with_held(mut self, key: &str, held: ContextValue) -> Self {
        let held = if held == ContextValue::Values(Vec::new()) {
            ContextValue::Absent
        } else {
            held
        };
        self.keys.insert(key.to_ascii_lowercase(), held);
        self
    }

    /// Marks all other keys with this prefix (`aws:PrincipalTag/`) as absent.
    #[must_use]
    pub fn knowing_all_of(mut self, beginning: &str) -> Self {
        self.complete.push(beginning.to_ascii_lowercase());
        self
    }

    /// The value of a key.
    pub fn value(&self, key: &str) -> &ContextValue {
        let key = key.to_ascii_lowercase();
        match self.keys.get(&key) {
            Some(held) => held,
            None if self
                .complete
                .iter()
                .any(|beginning| key.starts_with(beginning)) =>
            {
                &ContextValue::Absent
            }
            None => &self.others,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_in_any_case_and_unset_ones_are_as_the_context_says() {
        let context = Context::partial()
            .with_value("aws:username", "dora")
            .without("aws:SourceIp")
            .knowing_all_of("aws:PrincipalTag/");
        assert_eq!(
            context.value("AWS:UserName"),
            &ContextValue::Values(vec!["dora".into()])
        );
        assert_eq!(context.value("aws:sourceip"), &ContextValue::Absent);
        assert_eq!(
            context.value("aws:PrincipalTag/team"),
            &ContextValue::Absent
        );
        assert_eq!(context.value("aws:CurrentTime"), &ContextValue::Unknown);
        assert_eq!(
            Context::complete().value("aws:CurrentTime"),
            &ContextValue::Absent
        );
        assert_eq!(
            Context::partial()
                .with_held("a:b", ContextValue::Values(Vec::new()))
                .value("a:b"),
            &ContextValue::Absent
        );
    }
}
