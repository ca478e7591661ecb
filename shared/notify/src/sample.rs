//! An alert to show and to test with.

pub use rolewatch_live::testing::sample::*;

use crate::{Language, View};

/// As a team in Tokyo would see it.
pub fn view(language: Language) -> View {
    View::sample(language)
}
