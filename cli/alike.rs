//! Similar names, to suggest what was probably meant.

use crate::limits::ALIKE;

/// How similar two texts are, from 0 to 1.
pub(crate) fn likeness(one: &str, other: &str) -> f64 {
    // Damerau's distance counts two swapped letters as one mistake.
    strsim::normalized_damerau_levenshtein(one, other)
}

/// Whether two texts are so similar that one is probably a typo of the other.
pub(crate) fn is_slip(likeness: f64) -> bool {
    likeness >= ALIKE
}
