//! The context of a request: what its condition keys hold, and what of that is not known.

use std::collections::BTreeMap;

/// What a condition key holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContextValue {
    /// The request does not carry the key.
    Absent,
    /// It may carry the key or not, with any value.
    Unknown,
    /// It carries these values, one at least.
    Values(Vec<String>),
}

/// Condition keys by name, in any case, as IAM takes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    keys: BTreeMap<String, ContextValue>,
    /// Lower-case beginnings of keys of which all that exist are in `keys`.
    complete: Vec<String>,
    others: ContextValue,
}

impl Context {
    /// A context in which only what is set exists.
    pub fn complete() -> Self {
        Self {
            keys: BTreeMap::new(),
            complete: Vec::new(),
            others: ContextValue::Absent,
        }
    }

    /// A context in which what is not set may be anything.
    pub fn partial() -> Self {
        Self {
            keys: BTreeMap::new(),
            complete: Vec::new(),
            others: ContextValue::Unknown,
        }
    }

    /// Sets one value.
    #[must_use]
    pub fn with(self, key: &str, value: impl Into<String>) -> Self {
        self.with_held(key, ContextValue::Values(vec![value.into()]))
    }

    /// Says that a key is not carried.
    #[must_use]
    pub fn without(self, key: &str) -> Self {
        self.with_held(key, ContextValue::Absent)
    }

    /// Sets what a key holds. An empty list of values is as if the key were absent, as IAM has it.
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

    /// Says that of the keys that begin like this (`aws:PrincipalTag/`) all that are not set are
    /// absent.
    #[must_use]
    pub fn knowing_all_of(mut self, beginning: &str) -> Self {
        self.complete.push(beginning.to_ascii_lowercase());
        self
    }

    /// What a key holds.
    pub fn held(&self, key: &str) -> &ContextValue {
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
            .with("aws:username", "dora")
            .without("aws:SourceIp")
            .knowing_all_of("aws:PrincipalTag/");
        assert_eq!(
            context.held("AWS:UserName"),
            &ContextValue::Values(vec!["dora".into()])
        );
        assert_eq!(context.held("aws:sourceip"), &ContextValue::Absent);
        assert_eq!(context.held("aws:PrincipalTag/team"), &ContextValue::Absent);
        assert_eq!(context.held("aws:CurrentTime"), &ContextValue::Unknown);
        assert_eq!(
            Context::complete().held("aws:CurrentTime"),
            &ContextValue::Absent
        );
        assert_eq!(
            Context::partial()
                .with_held("a:b", ContextValue::Values(Vec::new()))
                .held("a:b"),
            &ContextValue::Absent
        );
    }
}
