//! The language of reports. Formats that machines read, errors and help are always English.

mod ja;

use std::sync::OnceLock;

use rolewatch_guard::language::Language;
use rolewatch_guard::text::{Text, ja as engine};
use rolewatch_guard::untrusted::harmless;

/// The variable that chooses the language.
pub(crate) const VARIABLE: &str = "ROLEWATCH_LANGUAGE";

/// The variables that a system sets, the strongest first.
pub(crate) const OF_SYSTEM: [&str; 3] = ["LC_ALL", "LC_MESSAGES", "LANG"];

/// Set once, before anything is printed.
static CHOSEN: OnceLock<Language> = OnceLock::new();

/// Makes a sentence in the chosen language from a template and its arguments, like
/// [`text!`](rolewatch_guard::text!).
macro_rules! say {
    ($($sentence:tt)*) => {
        $crate::language::said(&rolewatch_guard::text!($($sentence)*))
    };
}

/// A number with what is counted, in the chosen language: one template for 1, one for all others,
/// each with `{n}`.
macro_rules! counted {
    ($one:literal, $many:literal, $count:expr) => {{
        let count: u64 = $count;
        let n = $crate::report::words::number(count);
        if count == 1 {
            $crate::language::say!($one, n)
        } else {
            $crate::language::say!($many, n)
        }
    }};
}

pub(crate) use {counted, say};

/// Chooses the language of everything that is printed from now on.
pub(crate) fn choose(language: Language) {
    CHOSEN.set(language).ok();
}

/// The chosen language.
pub(crate) fn chosen() -> Language {
    CHOSEN.get().copied().unwrap_or_default()
}

/// A text in the chosen language.
pub(crate) fn said(text: &Text) -> String {
    match chosen() {
        Language::English => text.to_string(),
        Language::Japanese => text.translated(&template).into_owned(),
    }
}

/// The Japanese form of a template of this program or of the engine.
fn template(english: &str) -> Option<&'static str> {
    engine::template(english).or_else(|| ja::template(english))
}

/// The language that the environment asks for. `lookup` returns the value of a variable.
///
/// # Errors
/// If `ROLEWATCH_LANGUAGE` is set to something else than a language.
pub(crate) fn of_environment(
    lookup: &dyn Fn(&'static str) -> Option<String>,
) -> Result<Language, String> {
    let set = |name: &'static str| lookup(name).filter(|value| !value.is_empty());
    if let Some(own) = set(VARIABLE) {
        return Language::parse(&own).ok_or_else(|| {
            format!(
                "`{VARIABLE}` must be `en` or `ja`, not `{}`",
                harmless(&own)
            )
        });
    }
    // As for the programs of the system, only the strongest variable that is set counts.
    let system = OF_SYSTEM.into_iter().find_map(set).unwrap_or_default();
    Ok(if is_japanese(&system) {
        Language::Japanese
    } else {
        Language::English
    })
}

/// Whether a locale is a Japanese one, such as `ja_JP.UTF-8`.
fn is_japanese(locale: &str) -> bool {
    locale
        .strip_prefix("ja")
        .is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphabetic()))
}

#[cfg(test)]
mod tests;
