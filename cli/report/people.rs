//! Findings by person, the most severe first, for formats for people.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};

use rolewatch_guard::moment::{Moment, Span};
use rolewatch_guard::policy::Severity;
use rolewatch_guard::text::Argument;
use rolewatch_guard::{CallerShown, Finding, SwitchKey, Verdict};

use super::moot::fold;
use crate::language::{said, say};

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
    pub(crate) fn under_means(&self) -> String {
        if self.finding.verdict == Verdict::Unproven {
            say!("also unproven for this switch:")
        } else {
            say!("not relevant because of this:")
        }
    }
}

/// The findings of a person.
pub(crate) struct PersonFindings<'f> {
    pub(crate) caller: &'f CallerShown,
    /// The most severe first, each by time. The entries of one list have one rule and severity.
    pub(crate) by_rule: Vec<Vec<FoldedEntry<'f>>>,
    /// Further people with this one finding and no other. Empty before [`merged`].
    pub(crate) alike: Vec<(&'f CallerShown, FoldedEntry<'f>)>,
}

impl<'f> PersonFindings<'f> {
    /// The only finding of the person.
    pub(crate) fn only_entry(&self) -> Option<&FoldedEntry<'f>> {
        let [of_rule] = &*self.by_rule else {
            return None;
        };
        let [only] = &**of_rule else {
            return None;
        };
        Some(only)
    }

    /// What its only finding says, without what differs from person to person: their name, and the
    /// end of their key.
    fn only_sentence(&self) -> Option<(String, Severity, Vec<&'f str>)> {
        let entry = self.only_entry()?;
        let finding = entry.finding;
        let mut sentence = finding.message.replace(&*self.caller.name, "…");
        if let Some(at) = sentence.find("(…") {
            let key_ends = sentence.get(at..).and_then(|rest| rest.find(')'));
            if let Some(length) = key_ends {
                sentence.replace_range(at..=at + length, "");
            }
        }
        let under = entry.under.iter().map(|finding| finding.rule);
        let rules = std::iter::once(finding.rule).chain(under);
        Some((sentence, finding.severity, rules.collect()))
    }
}

/// Lists people who have one and the same finding under the first of them. Fifteen people whom one
/// account's missing logs make unknown would otherwise fill pages with one sentence.
pub(crate) fn merged(people: Vec<PersonFindings<'_>>) -> Vec<PersonFindings<'_>> {
    let mut at = HashMap::new();
    let mut merged: Vec<PersonFindings<'_>> = Vec::with_capacity(people.len());
    for mut person in people {
        let next = merged.len();
        let first = person.only_sentence();
        let first = first.map_or(next, |sentence| *at.entry(sentence).or_insert(next));
        match merged.get_mut(first) {
            Some(first) => {
                let entries = person.by_rule.drain(..).flatten();
                let theirs = entries.map(|entry| (person.caller, entry));
                first.alike.extend(theirs);
            }
            None => merged.push(person),
        }
    }
    merged
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
                grouped.push(PersonFindings {
                    caller,
                    by_rule,
                    alike: Vec::new(),
                });
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
    let span = Span::from_seconds(seconds - seconds.rem_euclid(unit));
    said(&span.to_text())
}

#[cfg(test)]
mod tests {
    use rolewatch_guard::testing::Story;

    use super::*;

    #[test]
    fn people_with_one_and_the_same_finding_are_listed_together_and_nobody_is_lost() {
        let mut story = Story::new();
        for stranger in ["nell", "nora", "nick"] {
            story.switch(stranger).with_permanent_key();
            story.later(60);
        }
        story.switch("tess").with_mfa();
        let all = story.findings();
        let shown: Vec<&Finding> = all.iter().filter(|one| one.rule == "RW002").collect();
        let folding = Folding::new(&shown);
        let people = folding.by_person(&shown);
        assert_eq!(people.len(), 3);
        let merged = merged(people);
        let [together] = &*merged else {
            panic!("{} people", merged.len());
        };
        let others: Vec<&str> = together.alike.iter().map(|(who, _)| &*who.name).collect();
        assert_eq!(together.caller.name, "nell");
        assert_eq!(others, ["nora", "nick"]);
    }

    #[test]
    fn people_with_other_findings_stand_alone() {
        let mut story = Story::new();
        story.switch("nell").with_permanent_key();
        story.later(60);
        story.switch("nora").with_permanent_key();
        let all = story.findings();
        let shown: Vec<&Finding> = all.iter().collect();
        let folding = Folding::new(&shown);
        let before = folding.by_person(&shown);
        let entries: usize = before
            .iter()
            .flat_map(|one| &one.by_rule)
            .map(Vec::len)
            .sum();
        let after = merged(before);
        let kept: usize = after
            .iter()
            .flat_map(|one| &one.by_rule)
            .map(Vec::len)
            .sum();
        let alike: usize = after.iter().map(|one| one.alike.len()).sum();
        assert_eq!(kept + alike, entries);
    }
}
