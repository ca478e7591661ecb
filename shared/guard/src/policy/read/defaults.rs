//! `defaults`: values for keys that an entry of `roles` leaves out.

use std::collections::BTreeMap;

use super::super::node::{Field, Fields};
use super::super::problem::Problems;
use super::{Known, role};

/// The keys of `defaults`: all keys of an entry except those that select roles.
pub(in crate::policy) const DEFAULTS_KEYS: &[&str] = role::ROLE_KEYS.split_at(role::WHICH_ROLES).1;

/// The values that apply to all entries.
#[derive(Default)]
pub(super) struct Defaults<'a> {
    fields: Option<Fields<'a>>,
    /// `defaults` is present but can't be read, so it may contain a key that an entry lacks.
    doubtful: bool,
}

impl<'a> Defaults<'a> {
    pub(super) fn read(field: &Field<'a>, known: &Known, problems: &mut Problems) -> Self {
        let fields = Fields::of_map(
            field.value_slot().node,
            "`defaults`",
            DEFAULTS_KEYS,
            problems,
        );
        if let Some(fields) = &fields {
            role::check_defaults(fields, known, problems);
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

/// The keys of an entry, plus those of `defaults` that the entry lacks.
pub(super) struct Keys<'f, 'a> {
    own: &'f Fields<'a>,
    defaults: &'f Defaults<'a>,
}

impl<'f, 'a> Keys<'f, 'a> {
    pub(super) fn new(own: &'f Fields<'a>, defaults: &'f Defaults<'a>) -> Self {
        Self { own, defaults }
    }

    /// A key that may be missing.
    pub(super) fn optional(&self, name: &str) -> Option<&'f Field<'a>> {
        self.own.optional(name).or_else(|| self.default(name))
    }

    /// A key that must be present; `why` says what it is for.
    pub(super) fn required(
        &self,
        name: &str,
        why: &str,
        problems: &mut Problems,
    ) -> Option<&'f Field<'a>> {
        let field = self.optional(name);
        // One mistake is reported as one error.
        if field.is_none() && !self.defaults.may_have(name) {
            return self.own.required(name, why, problems);
        }
        field
    }

    /// The key of the entry itself, where messages about this key and others point to.
    pub(super) fn own(&self, name: &str) -> Option<&'f Field<'a>> {
        self.own.optional(name)
    }

    fn default(&self, name: &str) -> Option<&'f Field<'a>> {
        self.defaults.fields.as_ref()?.optional(name)
    }

    /// The place of each key that applies to an entry that begins in `line`.
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

/// Where the keys of an entry are written: in the entry itself or in `defaults`.
#[derive(Clone)]
pub(in crate::policy) struct KeySources {
    entry: usize,
    defaults: BTreeMap<&'static str, usize>,
}

impl KeySources {
    /// The line to point at for an effect of these keys together: in `defaults` if all of them are
    /// there.
    pub(in crate::policy) fn line_of(&self, keys: &[&str]) -> usize {
        let lines = keys.iter().map(|key| self.defaults.get(key).copied());
        let all: Option<Vec<usize>> = lines.collect();
        all.and_then(|lines| lines.first().copied())
            .unwrap_or(self.entry)
    }

    /// Whether a key comes from `defaults`.
    pub(in crate::policy) fn is_default(&self, key: &str) -> bool {
        self.defaults.contains_key(key)
    }
}

#[cfg(test)]
mod tests;
