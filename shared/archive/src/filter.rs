//! Decides which records could matter: those that contain one of the needles, or may hide one
//! behind an escape.

mod sampled;

use std::collections::BTreeSet;

use aho_corasick::AhoCorasick;
use memchr::memmem::Finder;
use sampled::Sampled;

/// The texts to search for.
///
/// A needle is text in a JSON string, without escapes. A quotation mark as its first or last
/// character means the beginning or end of the string: `"sts.amazonaws.com"` is that whole string;
/// `:assumed-role/Admin/` can be anywhere in a string.
#[derive(Debug)]
pub struct Filter {
    /// `None`: every record could matter.
    needles: Option<Needles>,
}

/// Why needles can't be searched for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadNeedle {
    /// There are no needles.
    #[error("there is nothing to search for")]
    None,
    /// A needle has no text.
    #[error("`{0}` has no text to search for")]
    Empty(String),
    /// JSON can write the needle in more than one way.
    #[error(
        "`{0}` has a backslash, a control character or an inner quotation mark, which can't be searched for"
    )]
    Character(String),
    /// The needles are more than the search can hold.
    #[error("too much to search for: {0}")]
    TooMany(String),
}

#[derive(Debug)]
struct Needles {
    search: NeedleSearch,
    /// The ASCII characters of the needles.
    ascii: [bool; 128],
    /// Whether some needle has non-ASCII characters.
    beyond_ascii: bool,
    unicode_escape: Finder<'static>,
    event_source: Finder<'static>,
    slash_escape: Option<Finder<'static>>,
}

#[derive(Debug)]
enum NeedleSearch {
    /// For needles of a certain length, such as names of services and roles with the text around
    /// them.
    Sampled(Sampled),
    Automaton(AhoCorasick),
}

impl Filter {
    /// A filter for records that contain at least one of the needles.
    ///
    /// # Errors
    /// If a needle is empty, or JSON could write it in a way that isn't searched for.
    pub fn new(needles: &[String]) -> Result<Self, BadNeedle> {
        Needles::new(needles).map(|needles| Self {
            needles: Some(needles),
        })
    }

    /// A filter that accepts every record.
    pub fn everything() -> Self {
        Self { needles: None }
    }

    /// Whether the JSON text could contain a needle. `false` is certain.
    pub fn could_match(&self, json: &[u8]) -> bool {
        self.could_match_where(json, true)
    }

    /// The same; `backslash` is `false` if the text is known to have no backslash.
    #[inline]
    pub(crate) fn could_match_where(&self, json: &[u8], backslash: bool) -> bool {
        match &self.needles {
            None => true,
            Some(needles) => {
                needles.search.finds_any(json) || (backslash && needles.hidden_in(json))
            }
        }
    }
}

/// The key of the record's service.
const EVENT_SOURCE: &[u8] = b"\"eventSource\"";

impl Filter {
    /// Whether a record has its service as a text that isn't empty. A record without it may always
    /// matter.
    pub(crate) fn names_its_service(&self, json: &[u8]) -> bool {
        let Some(needles) = &self.needles else {
            return true;
        };
        let Some(at) = needles.event_source.find(json) else {
            return false;
        };
        let after = json
            .get(at + EVENT_SOURCE.len()..)
            .unwrap_or_default()
            .trim_ascii_start();
        let value = after
            .strip_prefix(b":")
            .unwrap_or_default()
            .trim_ascii_start();
        matches!(value, [b'"', first, ..] if *first != b'"')
    }
}

impl Needles {
    fn new(needles: &[String]) -> Result<Self, BadNeedle> {
        let mut ascii = [false; 128];
        let mut beyond_ascii = false;
        let needles: BTreeSet<&str> = needles.iter().map(String::as_str).collect();
        for needle in &needles {
            let text = needle.strip_prefix('"').unwrap_or(needle);
            let text = text.strip_suffix('"').unwrap_or(text);
            if text.is_empty() {
                return Err(BadNeedle::Empty((*needle).to_owned()));
            }
            if text
                .chars()
                .any(|c| c.is_control() || matches!(c, '"' | '\\'))
            {
                return Err(BadNeedle::Character((*needle).to_owned()));
            }
            beyond_ascii |= !text.is_ascii();
            for byte in text.bytes() {
                if let Some(slot) = ascii.get_mut(usize::from(byte)) {
                    *slot = true;
                }
            }
        }
        if needles.is_empty() {
            return Err(BadNeedle::None);
        }
        let texts: Vec<&[u8]> = needles.iter().map(|needle| needle.as_bytes()).collect();
        let slash_escape = ascii
            .get(usize::from(b'/'))
            .is_some_and(|used| *used)
            .then(|| Finder::new("\\/").into_owned());
        Ok(Self {
            search: NeedleSearch::new(&texts)?,
            ascii,
            beyond_ascii,
            unicode_escape: Finder::new("\\u").into_owned(),
            event_source: Finder::new(EVENT_SOURCE).into_owned(),
            slash_escape,
        })
    }

    /// Whether a character of some needle is written as an escape. An escaped backslash before a
    /// `u` also counts as one.
    fn hidden_in(&self, json: &[u8]) -> bool {
        if self
            .slash_escape
            .as_ref()
            .is_some_and(|escape| escape.find(json).is_some())
        {
            return true;
        }
        self.unicode_escape.find_iter(json).any(|at| {
            let digits = json
                .get(at + 2..at + 6)
                .and_then(|digits| std::str::from_utf8(digits).ok());
            match digits.and_then(|digits| u16::from_str_radix(digits, 16).ok()) {
                Some(code) => self
                    .ascii
                    .get(usize::from(code))
                    .map_or(self.beyond_ascii, |used| *used),
                None => true,
            }
        })
    }
}

impl NeedleSearch {
    fn new(needles: &[&[u8]]) -> Result<Self, BadNeedle> {
        if let Some(sampled) = Sampled::new(needles) {
            return Ok(Self::Sampled(sampled));
        }
        AhoCorasick::new(needles)
            .map(Self::Automaton)
            .map_err(|error| BadNeedle::TooMany(error.to_string()))
    }

    #[inline]
    fn finds_any(&self, text: &[u8]) -> bool {
        match self {
            Self::Sampled(sampled) => sampled.finds_any(text),
            Self::Automaton(automaton) => automaton.is_match(text),
        }
    }
}

#[cfg(test)]
mod tests;
