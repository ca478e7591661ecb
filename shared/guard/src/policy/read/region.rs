//! Lists of Regions.

use std::collections::BTreeSet;

use super::super::node::{Entries, Field};
use super::super::problem::Problems;
use crate::untrusted::harmless;

/// The Regions of a list, in its order. `if_empty` says what is wrong with an empty one.
pub(super) fn read_all(field: &Field<'_>, if_empty: &str, problems: &mut Problems) -> Vec<String> {
    let Some(slots) = field.list(&Entries::Texts("us-east-1"), problems) else {
        return Vec::new();
    };
    if slots.is_empty() {
        problems.report_at(field.value_slot().place, || if_empty.to_owned());
    }
    let mut seen = BTreeSet::new();
    let mut regions = Vec::new();
    for slot in slots {
        let Some(region) = slot.text("us-east-1", problems) else {
            continue;
        };
        if !is_region(region) {
            problems.report_at(slot.place, || {
                format!(
                    "`{}` is not a Region: write it like `us-east-1`",
                    harmless(region)
                )
            });
        } else if !seen.insert(region) {
            problems.report_at(slot.place, || format!("`{region}` is listed twice"));
        } else {
            regions.push(region.to_owned());
        }
    }
    regions
}

/// `us-east-1`, `us-gov-west-1`, `eusc-de-east-1`: words and a number. There is no fixed list,
/// because AWS keeps adding Regions.
fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let Some((number, words)) = parts.split_last() else {
        return false;
    };
    (2..=4).contains(&words.len())
        && words.iter().all(|word| {
            (1..=12).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_lowercase())
        })
        && (1..=2).contains(&number.len())
        && number.bytes().all(|b| b.is_ascii_digit())
}
