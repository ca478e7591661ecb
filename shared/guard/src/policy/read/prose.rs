//! Text that people read.

use crate::policy::node::ValueSlot;
use crate::policy::problem::Problems;
use crate::untrusted::shows_as_itself;

/// Text that people read: it must not be empty, and all its characters must be visible.
pub(super) fn read_prose<'a>(
    slot: &ValueSlot<'a>,
    such_as: &str,
    problems: &mut Problems,
) -> Option<&'a str> {
    let text = slot.text(such_as, problems)?;
    if text.trim().is_empty() {
        problems.report_at(slot.place, || {
            format!("{} is empty: write one such as `{such_as}`", slot.called)
        });
        return None;
    }
    // YAML turns the line ends of a folded text into spaces; a block text keeps them, as it may.
    if !text.chars().all(|c| c == '\n' || shows_as_itself(c)) {
        problems.report_at(slot.place, || {
            format!("{} contains invisible characters: remove them", slot.called)
        });
        return None;
    }
    Some(text)
}
