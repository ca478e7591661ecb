//! Reads variables one by one and remembers what is wrong, so that all of it is said at once.

use super::{Lookup, SettingsError, WrongVariable};

/// It is wrong, and [`VariableReader::wrong`] tells how.
pub(super) struct Noted;

pub(super) struct VariableReader<'a> {
    lookup: Lookup<'a>,
    wrong: Vec<WrongVariable>,
}

impl<'a> VariableReader<'a> {
    pub(super) fn over(lookup: Lookup<'a>) -> Self {
        Self {
            lookup,
            wrong: Vec::new(),
        }
    }

    /// A variable that has to be there.
    pub(super) fn required<T>(
        &mut self,
        name: &'static str,
        wanted: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, Noted> {
        self.optional(name, wanted, parse)?.ok_or_else(|| {
            self.wrong.push(WrongVariable::Missing { name, wanted });
            Noted
        })
    }

    /// A variable that need not be there.
    pub(super) fn optional<T>(
        &mut self,
        name: &'static str,
        wanted: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, Noted> {
        // A parameter of a template cannot be absent, only empty.
        let Some(value) = (self.lookup)(name)
            .map(|value| value.trim().to_owned())
            .filter(|value| !value.is_empty())
        else {
            return Ok(None);
        };
        parse(&value).map(Some).ok_or_else(|| {
            self.wrong.push(WrongVariable::Unfit { name, wanted });
            Noted
        })
    }

    pub(super) fn wrong(self) -> SettingsError {
        SettingsError(self.wrong)
    }
}
