//! Which records could matter: those that hold one of the needles, or may hide one behind an escape.

use std::collections::BTreeSet;

use aho_corasick::packed;
use aho_corasick::{AhoCorasick, Input, Span};
use memchr::memmem::Finder;

/// The bytes of a needle that are searched for first. Four are the most that the vector search compares at once.
const ANCHOR: usize = 4;

/// What is searched for.
///
/// A needle is text of a JSON string as it reads without escapes. A quotation mark as its first or last character stands for the
/// beginning or end of the string: `"sts.amazonaws.com"` is that string, `:assumed-role/Admin/` is anywhere in one.
#[derive(Debug)]
pub struct Filter {
    /// Nothing here: every record could matter.
    needles: Option<Needles>,
}

/// Why needles cannot be searched for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadNeedle {
    /// There is none.
    #[error("there is nothing to search for")]
    None,
    /// It has no text.
    #[error("`{0}` has no text to search for")]
    Empty(String),
    /// JSON writes it in more than one way.
    #[error("`{0}` has a backslash, a control character or an inner quotation mark, which cannot be searched for")]
    Character(String),
    /// More than the search can hold.
    #[error("too much to search for: {0}")]
    TooMany(String),
}

#[derive(Debug)]
struct Needles {
    search: Search,
    /// For each anchor, the needles it may belong to.
    verify: Vec<Vec<Anchored>>,
    /// The ASCII characters of the needles.
    ascii: [bool; 128],
    /// Whether some needle has other characters.
    beyond_ascii: bool,
    unicode_escape: Finder<'static>,
    slash_escape: Option<Finder<'static>>,
}

/// A needle and how many of its bytes come before its anchor.
#[derive(Debug, Clone)]
struct Anchored {
    before: usize,
    needle: Box<[u8]>,
}

#[derive(Debug)]
enum Search {
    /// Up to some sixty needles: vector instructions.
    Packed(packed::Searcher),
    Automaton(AhoCorasick),
}

impl Filter {
    /// A filter for records that hold at least one of the needles.
    ///
    /// # Errors
    /// Of needles that are empty or could be written in JSON in a way that is not looked for.
    pub fn new(needles: &[String]) -> Result<Self, BadNeedle> {
        Needles::new(needles).map(|needles| Self { needles: Some(needles) })
    }

    /// A filter that lets every record through.
    pub fn everything() -> Self {
        Self { needles: None }
    }

    /// Whether the JSON text could hold a needle. `false` is certain.
    pub fn could_match(&self, json: &[u8]) -> bool {
        self.could_match_where(json, true)
    }

    /// The same where it may be known that the text has no backslash.
    #[inline]
    pub(crate) fn could_match_where(&self, json: &[u8], backslash: bool) -> bool {
        match &self.needles {
            None => true,
            Some(needles) => needles.written_in(json) || (backslash && needles.hidden_in(json)),
        }
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
            if text.chars().any(|c| c.is_control() || matches!(c, '"' | '\\')) {
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
        let anchored: Vec<(&[u8], Anchored)> = needles
            .iter()
            .map(|needle| {
                let before = anchor(needle);
                let rest = needle.as_bytes().get(before..).unwrap_or_default();
                (rest.get(..ANCHOR).unwrap_or(rest), Anchored { before, needle: Box::from(needle.as_bytes()) })
            })
            .collect();
        let mut anchors: Vec<&[u8]> = anchored.iter().map(|(anchor, _)| *anchor).collect();
        anchors.sort_unstable();
        anchors.dedup();
        // Of two anchors that both stand in one place the search tells one only, so each knows the needles of the other.
        let verify = anchors
            .iter()
            .map(|anchor| {
                anchored.iter().filter(|(own, _)| own.starts_with(anchor) || anchor.starts_with(own)).map(|(_, n)| n.clone()).collect()
            })
            .collect();
        let slash_escape = ascii.get(usize::from(b'/')).is_some_and(|used| *used).then(|| Finder::new("\\/").into_owned());
        Ok(Self {
            search: Search::new(&anchors)?,
            verify,
            ascii,
            beyond_ascii,
            unicode_escape: Finder::new("\\u").into_owned(),
            slash_escape,
        })
    }

    #[inline]
    fn written_in(&self, json: &[u8]) -> bool {
        let mut from = 0;
        while let Some((which, at)) = self.search.find(json, from) {
            if self.stands_at(json, which, at) {
                return true;
            }
            from = at + 1;
        }
        false
    }

    /// Whether a needle of the anchor at `at` is there as a whole.
    fn stands_at(&self, json: &[u8], which: usize, at: usize) -> bool {
        self.verify.get(which).is_none_or(|needles| {
            needles.iter().any(|Anchored { before, needle }| {
                at.checked_sub(*before).and_then(|start| json.get(start..)).is_some_and(|text| text.starts_with(needle))
            })
        })
    }

    /// Whether a character of some needle is written as an escape. An escaped backslash before a `u` is taken for one too.
    fn hidden_in(&self, json: &[u8]) -> bool {
        if self.slash_escape.as_ref().is_some_and(|escape| escape.find(json).is_some()) {
            return true;
        }
        self.unicode_escape.find_iter(json).any(|at| {
            let digits = json.get(at + 2..at + 6).and_then(|digits| std::str::from_utf8(digits).ok());
            match digits.and_then(|digits| u16::from_str_radix(digits, 16).ok()) {
                Some(code) => self.ascii.get(usize::from(code)).map_or(self.beyond_ascii, |used| *used),
                None => true,
            }
        })
    }
}

impl Search {
    /// `anchors` are distinct.
    fn new(anchors: &[&[u8]]) -> Result<Self, BadNeedle> {
        if let Some(packed) = packed::Config::new().builder().extend(anchors).build() {
            return Ok(Self::Packed(packed));
        }
        AhoCorasick::new(anchors).map(Self::Automaton).map_err(|error| BadNeedle::TooMany(error.to_string()))
    }

    /// The first anchor at or after `from`: which one and where.
    #[inline]
    fn find(&self, text: &[u8], from: usize) -> Option<(usize, usize)> {
        let found = match self {
            Self::Packed(packed) => packed.find_in(text, Span::from(from..text.len())),
            Self::Automaton(automaton) => automaton.find(Input::new(text).span(from..text.len())),
        };
        found.map(|found| (found.pattern().as_usize(), found.start()))
    }
}

/// Where in a needle the bytes begin that are searched for first: with its last name, since what comes before, such as
/// `:assumed-role/`, is in nearly every record.
fn anchor(needle: &str) -> usize {
    let text = needle.strip_suffix(['/', ':', '"']).unwrap_or(needle);
    let name = text.rfind(['/', ':']).map_or(0, |at| at + 1);
    name.min(needle.len().saturating_sub(ANCHOR))
}

#[cfg(test)]
mod tests;
