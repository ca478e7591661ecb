//! Durations such as `1h30m`.

use super::super::node::{Field, ValueSlot};
use super::super::problem::Problems;
use crate::moment::Span;
use crate::untrusted::harmless;

/// Whether a duration is a maximum or a minimum.
#[derive(Clone, Copy)]
pub(super) enum DurationBound {
    AtMost,
    AtLeast,
}

/// A limit, which can't be zero; `None` if the key is missing or its value is wrong.
pub(super) fn limit(
    field: Option<&Field<'_>>,
    bound: DurationBound,
    problems: &mut Problems,
) -> Option<Span> {
    let slot = field?.value_slot();
    let span = read(&slot, problems)?;
    if span.seconds() > 0 {
        return Some(span);
    }
    problems.report_at(slot.place, || match bound {
        DurationBound::AtMost => format!(
            "{} of zero would be exceeded by every use: write the longest time allowed, or leave the key out",
            slot.called
        ),
        DurationBound::AtLeast => {
            format!("{} of zero requires nothing: leave the key out", slot.called)
        }
    });
    None
}

/// A duration.
pub(super) fn read(slot: &ValueSlot<'_>, problems: &mut Problems) -> Option<Span> {
    let text = slot.text("1h", problems)?;
    match text.parse::<Span>() {
        Ok(span) => Some(span),
        Err(error) => {
            problems.report_at(slot.place, || {
                let shown = harmless(text);
                if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
                    format!("`{shown}` has no unit: write `{shown}s`, `{shown}m` or `{shown}h`")
                } else {
                    format!("`{shown}` is not a duration: {error}")
                }
            });
            None
        }
    }
}
