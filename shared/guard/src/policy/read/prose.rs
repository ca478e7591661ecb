//! Text for people.

use crate::policy::node::ValueSlot;
use crate::policy::problem::Problems;
use crate::untrusted::shows_as_itself;

/// Text for people that must say something, in characters that can be seen.
pub(super) fn prose<'a>(
    slot: &ValueSlot<'a>,
    such_as: &str,
    problems: &mut Problems,
) -> Option<&'a str> {
    let text = slot.text(such_as, problems)?;
    if text.trim().is_empty() {
        problems.at(slot.place, || {
            format!("{} is empty: write one such as `{such_as}`", slot.called)
        });
        return None;
    }
    // A folded text ends its lines with spaces; a block text keeps them, and may.
    if !text.chars().all(|c| c == '\n' || shows_as_itself(c)) {
        problems.at(slot.place, || {
            format!("{} contains invisible characters: remove them", slot.called)
        });
        return None;
    }
    Some(text)
}
