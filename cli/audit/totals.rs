//! Everything accounted for, in numbers that add up.

use std::collections::HashMap;
use std::fmt;

use rolewatch_archive::Counts;
use rolewatch_guard::{Judgement, Verdict};
use serde::Serialize;

use crate::report::words::{counted, length, listed, number};

/// What became of everything that was met.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Totals {
    pub(crate) files: Files,
    pub(crate) records: Records,
    pub(crate) switches: Switches,
    pub(crate) findings: Findings,
}

/// Files: the sum of all but `met` is `met`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Files {
    pub(crate) met: u64,
    /// To their end.
    pub(crate) read: u64,
    /// Digest and Insights files, policies and rosters.
    pub(crate) skipped: u64,
    /// Missing, refused or broken.
    pub(crate) unreadable: u64,
}

/// Records: `kept + not_relevant + unread` is `met`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Records {
    pub(crate) met: u64,
    /// Of STS, sign-in, IAM or SSO, or by a session of an elevated role.
    pub(crate) kept: u64,
    /// Of those kept, the copies of others.
    pub(crate) duplicates: u64,
    /// Of the duplicates, those that contradict another copy.
    pub(crate) contradicting: u64,
    pub(crate) not_relevant: u64,
    pub(crate) unread: u64,
}

/// Switches into elevated roles: the sum of all but `judged` is `judged`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Switches {
    pub(crate) judged: u64,
    pub(crate) clean: u64,
    /// Part of a violation.
    pub(crate) violating: u64,
    /// Part of an unproven finding, and of no violation.
    pub(crate) unproven: u64,
    /// Part of suppressed findings only.
    pub(crate) suppressed: u64,
}

/// Findings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Findings {
    pub(crate) violations: u64,
    pub(crate) unproven: u64,
    pub(crate) suppressed: u64,
}

/// What was found about a switch, the worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Standing {
    /// Nothing.
    Clean,
    /// Only what the policy hides.
    Suppressed,
    /// It cannot be told.
    Unproven,
    /// A rule was broken.
    Violating,
}

impl Totals {
    /// `skipped`: files that the archive was not asked to read, because they are no logs.
    pub(crate) fn of_reading(counts: &Counts, skipped: u64, kept: Kept) -> Self {
        Self {
            files: Files {
                met: counts.files_read + counts.files_not_relevant + counts.files_failed + skipped,
                read: counts.files_read,
                skipped: counts.files_not_relevant + skipped,
                unreadable: counts.files_failed,
            },
            records: Records {
                met: counts.records,
                kept: kept.of_use,
                duplicates: kept.duplicates,
                contradicting: kept.contradicting,
                not_relevant: counts.passed_over + counts.insights + kept.not_relevant,
                unread: counts.records_unread + kept.unread,
            },
            ..Self::default()
        }
    }

    pub(crate) fn add_judgement(&mut self, judgement: &Judgement) {
        for standing in standings(judgement) {
            self.switches.judged += 1;
            *match standing {
                Standing::Clean => &mut self.switches.clean,
                Standing::Suppressed => &mut self.switches.suppressed,
                Standing::Unproven => &mut self.switches.unproven,
                Standing::Violating => &mut self.switches.violating,
            } += 1;
        }
        for finding in &judgement.findings {
            *match finding.verdict {
                Verdict::Violation => &mut self.findings.violations,
                _ => &mut self.findings.unproven,
            } += 1;
        }
        self.findings.suppressed = length(&judgement.suppressed);
    }
}

/// What became of the records that were handed over: the sum of `of_use`, `not_relevant` and `unread` is their number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) of_use: u64,
    pub(crate) duplicates: u64,
    pub(crate) contradicting: u64,
    pub(crate) not_relevant: u64,
    pub(crate) unread: u64,
}

impl Kept {
    pub(crate) fn merge(&mut self, other: Self) {
        self.of_use += other.of_use;
        self.duplicates += other.duplicates;
        self.contradicting += other.contradicting;
        self.not_relevant += other.not_relevant;
        self.unread += other.unread;
    }
}

/// The standing of every switch, in their order. A finding over several sessions speaks of each switch that its events show.
pub(crate) fn standings(judgement: &Judgement) -> Vec<Standing> {
    let mut worst: HashMap<(&rolewatch_guard::id::EventId, &str), Standing> = HashMap::new();
    let found = judgement
        .findings
        .iter()
        .map(|finding| (finding, if finding.verdict == Verdict::Violation { Standing::Violating } else { Standing::Unproven }));
    let hidden = judgement.suppressed.iter().map(|suppressed| (&suppressed.finding, Standing::Suppressed));
    for (finding, standing) in found.chain(hidden) {
        for event in &finding.events {
            let known = worst.entry((event, &finding.role)).or_insert(standing);
            *known = standing.max(*known);
        }
    }
    let of = |switch: &rolewatch_guard::SwitchSummary| {
        let shown = switch.event.as_ref().and_then(|event| worst.get(&(event, &*switch.role)));
        shown.copied().unwrap_or(match (switch.violations, switch.unproven) {
            (0, 0) => Standing::Clean,
            (0, _) => Standing::Unproven,
            _ => Standing::Violating,
        })
    };
    judgement.switches.iter().map(of).collect()
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { files, records, switches, findings } = self;
        let part = |count: u64, what: &str| (count, format!("{} {what}", number(count)));
        let files_became = listed([part(files.read, "read"), part(files.skipped, "skipped"), part(files.unreadable, "unreadable")]);
        let duplicates = listed([
            (records.duplicates, counted(records.duplicates, "duplicate", "duplicates")),
            part(records.contradicting, "contradicting"),
        ]);
        let kept = if duplicates.is_empty() { "kept".to_owned() } else { format!("kept ({duplicates})") };
        let records_became =
            listed([part(records.kept, &kept), part(records.not_relevant, "not relevant"), part(records.unread, "unread")]);
        let switches_became = listed([
            part(switches.clean, "clean"),
            part(switches.violating, "with violations"),
            part(switches.unproven, "unproven"),
            part(switches.suppressed, "suppressed"),
        ]);
        let with = |total: String, parts: String| if parts.is_empty() { total } else { format!("{total}: {parts}") };
        write!(
            f,
            "{}; {}; {}; {}, {} unproven, {} suppressed",
            with(counted(files.met, "file", "files"), files_became),
            with(counted(records.met, "record", "records"), records_became),
            with(counted(switches.judged, "switch", "switches"), switches_became),
            counted(findings.violations, "violation", "violations"),
            number(findings.unproven),
            number(findings.suppressed),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_accounts_for_everything() {
        let counts = Counts {
            files_read: 12,
            files_not_relevant: 1,
            files_failed: 2,
            records: 4_321,
            candidates: 90,
            passed_over: 4_230,
            records_unread: 1,
            ..Counts::default()
        };
        let kept = Kept { of_use: 87, duplicates: 3, contradicting: 1, not_relevant: 1, unread: 2 };
        let totals = Totals::of_reading(&counts, 1, kept);
        assert_eq!(
            totals.to_string(),
            "16 files: 12 read, 2 skipped, 2 unreadable; \
             4,321 records: 87 kept (3 duplicates, 1 contradicting), 4,231 not relevant, 3 unread; \
             0 switches; 0 violations, 0 unproven, 0 suppressed"
        );
        let Records { met, kept, not_relevant, unread, .. } = totals.records;
        assert_eq!(kept + not_relevant + unread, met);
        let Files { met, read, skipped, unreadable } = totals.files;
        assert_eq!(read + skipped + unreadable, met);
    }
}
