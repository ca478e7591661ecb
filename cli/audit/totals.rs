//! The totals of reading, and the line that reports them.

use rolewatch_archive::Counts;
use rolewatch_guard::intake::IntakeCounts;
use rolewatch_guard::{FileTotals, RecordTotals, Totals};

use crate::report::words::{counted, listed, number};

/// `skipped`: files that weren't read because they aren't logs.
pub(crate) fn of_reading(counts: &Counts, skipped: u64, kept: IntakeCounts) -> Totals {
    Totals {
        files: FileTotals {
            // A sum and not a separate count, because every file has to end as one of these.
            met: counts.files_read + counts.files_not_relevant + counts.files_failed + skipped,
            read: counts.files_read,
            skipped: counts.files_not_relevant + skipped,
            unreadable: counts.files_failed,
        },
        records: RecordTotals {
            met: counts.records,
            kept: kept.of_use,
            duplicates: kept.duplicates,
            contradicting: kept.contradicting,
            not_relevant: counts.passed_over + counts.insights + kept.not_relevant,
            not_evidence: kept.not_evidence,
            unread: counts.records_unread + kept.unread,
            partly_unread: kept.partly_unread,
        },
        ..Totals::default()
    }
}

/// All totals on one line.
pub(crate) fn account_line(totals: &Totals) -> String {
    let Totals {
        files,
        records,
        switches,
        findings,
    } = totals;
    let part = |count: u64, what: &str| (count, format!("{} {what}", number(count)));
    let files_became = listed([
        part(files.read, "read"),
        part(files.skipped, "skipped"),
        part(files.unreadable, "unreadable"),
    ]);
    let duplicates = listed([
        (
            records.duplicates,
            counted(records.duplicates, "duplicate", "duplicates"),
        ),
        part(records.contradicting, "contradicting"),
        part(records.partly_unread, "partly unread"),
    ]);
    // These records are also counted as kept, so they are in brackets. The numbers outside add up
    // to all records.
    let kept = if duplicates.is_empty() {
        "kept".to_owned()
    } else {
        format!("kept ({duplicates})")
    };
    let records_became = listed([
        part(records.kept, &kept),
        part(records.not_relevant, "not relevant"),
        part(records.not_evidence, "not evidence"),
        part(records.unread, "unread"),
    ]);
    let switches_became = listed([
        part(switches.clean, "clean"),
        part(switches.admitted_by_kind, "admitted by kind"),
        part(switches.violating, "with violations"),
        part(switches.unproven, "unproven"),
        part(switches.suppressed, "suppressed"),
    ]);
    let with = |total: String, parts: String| {
        if parts.is_empty() {
            total
        } else {
            format!("{total}: {parts}")
        }
    };
    format!(
        "{}; {}; {}; {}, {} unproven, {} suppressed",
        with(counted(files.met, "file", "files"), files_became),
        with(counted(records.met, "record", "records"), records_became),
        with(
            counted(switches.judged, "switch", "switches"),
            switches_became
        ),
        counted(findings.violations, "violation", "violations"),
        number(findings.unproven),
        number(findings.suppressed),
    )
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
            candidates: 94,
            passed_over: 4_226,
            records_unread: 1,
            ..Counts::default()
        };
        let kept = IntakeCounts {
            of_use: 87,
            duplicates: 3,
            contradicting: 1,
            not_relevant: 1,
            not_evidence: 4,
            unread: 2,
            partly_unread: 4,
        };
        let totals = of_reading(&counts, 1, kept);
        assert_eq!(
            account_line(&totals),
            "16 files: 12 read, 2 skipped, 2 unreadable; \
             4,321 records: 87 kept (3 duplicates, 1 contradicting, 4 partly unread), \
             4,227 not relevant, 4 not evidence, 3 unread; \
             0 switches; 0 violations, 0 unproven, 0 suppressed"
        );
        let RecordTotals {
            met,
            kept,
            not_relevant,
            not_evidence,
            unread,
            ..
        } = totals.records;
        assert_eq!(kept + not_relevant + not_evidence + unread, met);
        let FileTotals {
            met,
            read,
            skipped,
            unreadable,
        } = totals.files;
        assert_eq!(read + skipped + unreadable, met);
    }
}
