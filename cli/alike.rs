//! What was probably meant: names that are nearly the same.

use crate::limits::ALIKE;

/// How alike two texts are, from 0 to 1.
pub(crate) fn likeness(one: &str, other: &str) -> f64 {
    // Damerau's distance counts two letters that changed places as one slip.
    strsim::normalized_damerau_levenshtein(one, other)
}

/// Whether so much likeness is taken for a slip.
pub(crate) fn is_slip(likeness: f64) -> bool {
    likeness >= ALIKE
}
