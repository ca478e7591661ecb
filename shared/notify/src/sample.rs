//! An alert to show and to test with.

pub use rolewatch_live::testing::sample::*;

use crate::{Language, View};

/// The view of a team in Tokyo.
pub fn view(language: Language) -> View {
    View::sample(language)
}
