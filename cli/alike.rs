//! Similar names, to suggest what was probably meant.

use crate::limits::ALIKE;

/// A text that is more than this many times as long as another isn't a misspelling of it.
const LENGTHS_APART: usize = 2;

/// How similar two texts are, from 0 to 1.
pub(crate) fn likeness(one: &str, other: &str) -> f64 {
    let (one_long, other_long) = (one.chars().count(), other.chars().count());
    let (short, long) = (one_long.min(other_long), one_long.max(other_long));
    // The distance takes time and memory for each pair of letters, and the user can give a text of
    // any length.
    if short.saturating_mul(LENGTHS_APART) < long {
        return 0.0;
    }
    // Damerau's distance counts two swapped letters as one mistake.
    strsim::normalized_damerau_levenshtein(one, other)
}

/// Whether two texts are so similar that one is probably a typo of the other.
pub(crate) fn is_slip(likeness: f64) -> bool {
    likeness >= ALIKE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_different_length_are_told_apart_without_comparing_them() {
        let long = "x".repeat(100_000_000);
        assert!(!is_slip(likeness(&long, "carol")));
        assert!(!is_slip(likeness("carol", &long)));
        // Otherwise, a text of twice the length could be a misspelling.
        const { assert!(ALIKE > 0.5) };
        assert!(is_slip(likeness("carrol", "carol")));
        assert!(is_slip(likeness("Updates", "UpdateApp")));
    }
}
