//! Reads variables one by one and collects all errors, so that they can be reported together.

use super::variables::Variable;
use super::{Lookup, SettingsError, WrongVariable};

/// The variable is wrong, and [`VariableReader::into_error`] has the reason.
pub(super) struct Noted;

pub(super) struct VariableReader<'a> {
    lookup: Lookup<'a>,
    wrong: Vec<WrongVariable>,
}

impl<'a> VariableReader<'a> {
    pub(super) fn new(lookup: Lookup<'a>) -> Self {
        Self {
            lookup,
            wrong: Vec::new(),
        }
    }

    /// Reads a required variable.
    pub(super) fn required<T>(
        &mut self,
        variable: &Variable,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, Noted> {
        self.optional(variable, parse)?.ok_or_else(|| {
            let Variable { name, wanted, .. } = *variable;
            self.wrong.push(WrongVariable::Missing { name, wanted });
            Noted
        })
    }

    /// Reads an optional variable.
    pub(super) fn optional<T>(
        &mut self,
        variable: &Variable,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, Noted> {
        // A template parameter can't be absent, only empty. So empty counts as absent.
        let Some(value) = (self.lookup)(variable.name)
            .map(|value| value.trim().to_owned())
            .filter(|value| !value.is_empty())
        else {
            return Ok(None);
        };
        parse(&value).map(Some).ok_or_else(|| {
            let Variable { name, wanted, .. } = *variable;
            self.wrong.push(WrongVariable::Unfit { name, wanted });
            Noted
        })
    }

    pub(super) fn into_error(self) -> SettingsError {
        SettingsError(self.wrong)
    }
}
