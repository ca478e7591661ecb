//! `defaults`: values for the keys that an entry of `roles` doesn't have.

use std::collections::BTreeMap;

use super::super::node::{Field, Fields};
use super::super::problem::Problems;
use super::account::Accounts;
use super::role;

/// The keys of `defaults`: those of an entry that don't say which roles it is about.
pub(in crate::policy) const DEFAULTS_KEYS: &[&str] = &[
    "groups",
    "mfa",
    "max_session",
    "max_stretch",
    "max_per_day",
    "min_membership",
    "min_mfa_age",
    "chaining",
    "identities",
    "severity",
    "owner",
];

/// What the file says of all entries.
#[derive(Default)]
pub(super) struct Defaults<'a> {
    fields: Option<Fields<'a>>,
    /// They are there and can't be read: a key that an entry lacks may be among them.
    doubtful: bool,
}

impl<'a> Defaults<'a> {
    pub(super) fn read(field: &Field<'a>, accounts: &Accounts, problems: &mut Problems) -> Self {
        let fields = Fields::of(field.slot().node, "`defaults`", DEFAULTS_KEYS, problems);
        if let Some(fields) = &fields {
            role::check_defaults(fields, accounts, problems);
        }
        Self {
            doubtful: fields.is_none(),
            fields,
        }
    }

    fn may_have(&self, name: &str) -> bool {
        let misspelt = |fields: &Fields<'_>| fields.has_misspelt(name);
        self.doubtful || self.fields.as_ref().is_some_and(misspelt)
    }
}

/// The keys of an entry, and those of `defaults` in place of what it lacks.
pub(super) struct Keys<'f, 'a> {
    own: &'f Fields<'a>,
    defaults: &'f Defaults<'a>,
}

impl<'f, 'a> Keys<'f, 'a> {
    pub(super) fn of(own: &'f Fields<'a>, defaults: &'f Defaults<'a>) -> Self {
        Self { own, defaults }
    }

    /// A key that may be absent.
    pub(super) fn optional(&self, name: &str) -> Option<&'f Field<'a>> {
        self.own.optional(name).or_else(|| self.default(name))
    }

    /// A key that must be there; `why` says what it is for.
    pub(super) fn required(
        &self,
        name: &str,
        why: &str,
        problems: &mut Problems,
    ) -> Option<&'f Field<'a>> {
        let field = self.optional(name);
        // One slip is one error.
        if field.is_none() && !self.defaults.may_have(name) {
            return self.own.required(name, why, problems);
        }
        field
    }

    fn default(&self, name: &str) -> Option<&'f Field<'a>> {
        self.defaults.fields.as_ref()?.optional(name)
    }

    /// Where each key of an entry that begins in `line` is written.
    pub(super) fn sources(&self, line: usize) -> KeySources {
        let lacking = DEFAULTS_KEYS
            .iter()
            .filter(|name| self.own.optional(name).is_none());
        let defaults = lacking
            .filter_map(|name| Some((*name, self.default(name)?.key_place().line)))
            .collect();
        KeySources {
            entry: line,
            defaults,
        }
    }
}

/// Where the keys of an entry are written: most of them in the entry, some in `defaults`.
#[derive(Clone)]
pub(in crate::policy) struct KeySources {
    entry: usize,
    defaults: BTreeMap<&'static str, usize>,
}

impl KeySources {
    /// The line to look at for what these keys do together: in `defaults` if all of them are from
    /// there.
    pub(in crate::policy) fn line(&self, keys: &[&str]) -> usize {
        let lines = keys.iter().map(|key| self.defaults.get(key).copied());
        let all: Option<Vec<usize>> = lines.collect();
        all.and_then(|lines| lines.first().copied())
            .unwrap_or(self.entry)
    }

    /// Whether a key is from `defaults`.
    pub(in crate::policy) fn is_default(&self, key: &str) -> bool {
        self.defaults.contains_key(key)
    }
}

#[cfg(test)]
mod tests;
