//! Findings by person, the most severe first, for formats for people.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};

use rolewatch_guard::moment::{Moment, Span};
use rolewatch_guard::{CallerShown, Finding, SwitchKey, Verdict};

use super::moot::fold;

/// The number of characters of an id that are shown; enough to tell the findings of a report apart.
const ID_SHOWN: usize = 8;

/// The beginning of a finding's id.
pub(crate) fn short_id(finding: &Finding) -> &str {
    short(&finding.id)
}

/// The beginning of an id.
pub(crate) fn short(id: &str) -> &str {
    id.get(..ID_SHOWN).unwrap_or(id)
}

/// A finding, with what is folded under it.
pub(crate) struct FoldedEntry<'f> {
    pub(crate) finding: &'f Finding,
    /// Findings that it makes moot, or that are unproven about the same switch.
    pub(crate) under: Vec<&'f Finding>,
}

impl FoldedEntry<'_> {
    /// The words before the findings that are folded under this one.
    pub(crate) fn under_means(&self) -> &'static str {
        if self.finding.verdict == Verdict::Unproven {
            "also unproven for this switch:"
        } else {
            "this makes moot:"
        }
    }
}

/// The findings of a person.
pub(crate) struct PersonFindings<'f> {
    pub(crate) caller: &'f CallerShown,
    /// The most severe first, each by time. The entries of one list have one rule and severity.
    pub(crate) by_rule: Vec<Vec<FoldedEntry<'f>>>,
}

/// Which findings are folded under another one.
pub(crate) struct Folding<'f> {
    /// Findings that another one makes moot, by its id.
    moot: HashMap<&'f str, Vec<&'f Finding>>,
    /// The ids of all findings that are moot.
    moot_ids: HashSet<&'f str>,
}

impl<'f> Folding<'f> {
    /// `shown`: all findings of the report, whatever their verdict.
    pub(crate) fn new(shown: &[&'f Finding]) -> Self {
        let mut moot = HashMap::new();
        let mut moot_ids = HashSet::new();
        for folded in fold(shown) {
            moot_ids.extend(folded.moot.iter().map(|finding| finding.id.as_str()));
            if !folded.moot.is_empty() {
                moot.insert(folded.finding.id.as_str(), folded.moot);
            }
        }
        Self { moot, moot_ids }
    }

    /// The people of some findings: those with the most severe ones first, then by the time of the
    /// first. A person is left out if all findings are folded under others.
    pub(crate) fn by_person(&self, findings: &[&'f Finding]) -> Vec<PersonFindings<'f>> {
        let mut people: BTreeMap<&CallerShown, Vec<&Finding>> = BTreeMap::new();
        for finding in findings {
            people.entry(&finding.caller).or_default().push(finding);
        }
        let mut people: Vec<_> = people.into_iter().collect();
        people.sort_by_key(|(_, theirs)| {
            let worst = theirs.iter().map(|finding| finding.severity).max();
            let first = theirs.iter().map(|finding| finding.time).min();
            (Reverse(worst), first)
        });
        let mut grouped = Vec::with_capacity(people.len());
        for (caller, theirs) in people {
            let mut by_rule: BTreeMap<_, Vec<FoldedEntry<'f>>> = BTreeMap::new();
            for entry in self.entries(theirs) {
                let key = (Reverse(entry.finding.severity), entry.finding.rule);
                by_rule.entry(key).or_default().push(entry);
            }
            let by_rule: Vec<_> = by_rule.into_values().collect();
            if !by_rule.is_empty() {
                grouped.push(PersonFindings { caller, by_rule });
            }
        }
        grouped
    }

    /// The findings of a person, with what is folded under each. Unproven findings about one switch
    /// are folded under the most severe of them: what settles one usually settles all.
    fn entries(&self, mut findings: Vec<&'f Finding>) -> Vec<FoldedEntry<'f>> {
        let mut entries: Vec<FoldedEntry<'f>> = Vec::new();
        findings.sort_by_key(|finding| Reverse(finding.severity));
        let mut unproven_of: HashMap<&SwitchKey, usize> = HashMap::new();
        for finding in findings {
            if self.moot_ids.contains(finding.id.as_str()) {
                continue;
            }
            if let (Verdict::Unproven, [switch]) = (finding.verdict, &*finding.subject.switches) {
                let next = entries.len();
                let at = *unproven_of.entry(switch).or_insert(next);
                if let Some(entry) = entries.get_mut(at) {
                    entry.under.push(finding);
                    continue;
                }
            }
            let moot = self.moot.get(finding.id.as_str());
            entries.push(FoldedEntry {
                finding,
                under: moot.cloned().unwrap_or_default(),
            });
        }
        entries.sort_by_key(|entry| entry.finding.time);
        entries
    }
}

/// How long before the report's own time something was: the two largest units.
pub(crate) fn distance(as_of: Moment, time: Moment) -> String {
    let seconds = as_of.seconds_since(time).max(0);
    let unit = match seconds {
        86_400.. => 3_600,
        3_600.. => 60,
        _ => 1,
    };
    Span::from_seconds(seconds - seconds.rem_euclid(unit)).to_string()
}
