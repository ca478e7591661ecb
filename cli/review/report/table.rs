//! For people: by subject, the worst first, each with the statement as it stands and as it should
//! be.

use std::collections::BTreeSet;
use std::io::{self, Write};

use rolewatch_guard::Verdict;
use rolewatch_guard::review::{Account, Gap, List, ReviewFinding};
use rolewatch_guard::untrusted::harmless;
use serde_json::Value;

use super::ReviewReport;
use crate::exit::shown_path;
use crate::report::format::ReportFormat;
use crate::report::json::visible;
use crate::report::table::paint::{self, BAD, BOLD, DIM};
use crate::report::table::{TextPage, step};
use crate::report::words::{counted, length, number, padded};
use crate::stdout;

/// The columns of a severity, and where the text of a finding begins.
const TEXT: usize = 12;

/// `--format table`
pub(super) struct Table;

impl ReportFormat<ReviewReport<'_>> for Table {
    fn is_for_people(&self) -> bool {
        true
    }

    fn write(&self, report: &ReviewReport<'_>, out: &mut dyn Write) -> io::Result<()> {
        let columns = stdout::columns();
        write_whole(report, &mut TextPage { out, columns })
    }
}

fn write_whole(report: &ReviewReport<'_>, page: &mut TextPage<'_>) -> io::Result<()> {
    head(report, page)?;
    let violations = with_verdict(report, Verdict::Violation);
    let unproven = with_verdict(report, Verdict::Unproven);
    violated(report, &violations, &unproven, page)?;
    if !unproven.is_empty() {
        page.heading(&format!("Unproven: {}", number(length(&unproven))))?;
        page.text(
            2,
            "The files can show neither that the rule is kept nor that it is broken. \
             Each line says what it hangs on.",
        )?;
        let (wanting, others): (Vec<_>, Vec<_>) = unproven
            .into_iter()
            .partition(|finding| is_wanting(finding));
        not_given(report, &wanting, page)?;
        by_subject(&others, page)?;
    }
    suppressed(report, page)?;
    if !report.review.notices.is_empty() {
        page.heading("Also")?;
        for notice in &report.review.notices {
            page.hanging("  ", 2, notice)?;
        }
    }
    Ok(())
}

fn with_verdict<'r>(report: &ReviewReport<'r>, verdict: Verdict) -> Vec<&'r ReviewFinding> {
    report
        .review
        .findings
        .iter()
        .filter(|finding| finding.verdict == verdict)
        .collect()
}

/// Whether something that was not given leaves it unproven.
fn is_wanting(finding: &ReviewFinding) -> bool {
    !finding.wanting.gaps.is_empty()
}

/// The violations, or how much it says that there are none.
fn violated(
    report: &ReviewReport<'_>,
    violations: &[&ReviewFinding],
    unproven: &[&ReviewFinding],
    page: &mut TextPage<'_>,
) -> io::Result<()> {
    if !violations.is_empty() {
        page.heading(&format!("Violations: {}", number(length(violations))))?;
        return by_subject(violations, page);
    }
    page.heading("Violations: none")?;
    let text = if report.review.elevated == 0 {
        "No elevated role of the policy is in what was read, so nothing was judged."
    } else if unproven.iter().any(|finding| is_wanting(finding)) {
        "In what was given, nothing was found that the policy forbids. Not all was given: the \
         lines below say what is missing."
    } else {
        "IAM allows nothing that the policy forbids, as far as the files tell."
    };
    page.text(2, text)
}

fn suppressed(report: &ReviewReport<'_>, page: &mut TextPage<'_>) -> io::Result<()> {
    let suppressed = &report.review.suppressed;
    if suppressed.is_empty() {
        return Ok(());
    }
    page.heading(&format!("Suppressed: {}", number(length(suppressed))))?;
    for (finding, by) in suppressed {
        let owner = format!(
            "{}, {}, until {}",
            harmless(&by.reason),
            harmless(&by.owner),
            by.until
        );
        page.hanging(
            &format!("  {} ", finding.rule),
            3 + finding.rule.len(),
            &format!("{} ({owner})", finding.message),
        )?;
    }
    Ok(())
}

fn head(report: &ReviewReport<'_>, page: &mut TextPage<'_>) -> io::Result<()> {
    let paths: Vec<String> = report.paths.iter().map(|path| shown_path(path)).collect();
    page.hanging(
        &format!("{BOLD}rolewatch review{BOLD:#} of "),
        "rolewatch review of ".len(),
        &paths.join(", "),
    )?;
    page.labelled(
        "policy",
        &format!(
            "{}, version {}",
            shown_path(report.policy_file),
            report.policy.version_hash
        ),
    )?;
    let mut label = "accounts";
    for account in report.inputs.setup.accounts() {
        let name = report
            .policy
            .account_name(account.id)
            .map_or_else(|| "not in the policy".to_owned(), harmless);
        page.labelled(
            label,
            &format!("{} ({name}): {}", account.id, counts(account)),
        )?;
        label = "";
    }
    let found = &report.review.findings;
    let unproven = found
        .iter()
        .filter(|finding| finding.verdict == Verdict::Unproven)
        .count();
    let violations = length(found) - u64::try_from(unproven).unwrap_or_default();
    let elevated = counted(
        u64::try_from(report.review.elevated).unwrap_or(u64::MAX),
        "elevated role",
        "elevated roles",
    );
    let suppressed = number(length(&report.review.suppressed));
    page.labelled(
        "found",
        &format!(
            "{elevated}; {}, {unproven} unproven, {suppressed} suppressed",
            counted(violations, "violation", "violations")
        ),
    )?;
    if !report.inputs.faults.is_empty() {
        let text = "some of the files could not be read, or are not complete, so findings may be \
                    missing below; stderr names each with its reason";
        page.hanging(&format!("{BAD}INCOMPLETE{BAD:#} "), 11, text)?;
    }
    Ok(())
}

/// How many users, groups and roles there are, as far as they were given.
fn counts(account: &Account) -> String {
    let (users, groups, roles) = account.counts();
    let missing = account.missing_lists();
    let counted = [
        (List::Users, users),
        (List::Groups, groups),
        (List::Roles, roles),
    ]
    .map(|(list, count)| {
        if missing.contains(&list) {
            format!("{} not given", list.word())
        } else {
            format!("{count} {}", list.word())
        }
    });
    counted.join(", ")
}

/// One line for each thing that was not given, with all that it leaves unproven: a line for each
/// rule and role would say the same many times.
fn not_given(
    report: &ReviewReport<'_>,
    findings: &[&ReviewFinding],
    page: &mut TextPage<'_>,
) -> io::Result<()> {
    let gaps: BTreeSet<Gap> = findings
        .iter()
        .flat_map(|finding| finding.wanting.gaps.iter().copied())
        .collect();
    for gap in gaps {
        let of_gap = || {
            findings
                .iter()
                .filter(|finding| finding.wanting.gaps.contains(&gap))
        };
        let Some(worst) = of_gap().map(|finding| finding.severity).max() else {
            continue;
        };
        let rules: BTreeSet<&str> = of_gap().map(|finding| finding.rule).collect();
        let about: BTreeSet<&str> = of_gap()
            .flat_map(|finding| finding.wanting.about.iter().map(String::as_str))
            .collect();
        let count = u64::try_from(of_gap().count()).unwrap_or(u64::MAX);
        let account = report
            .policy
            .account_name(gap.account)
            .map_or_else(|| format!("account {}", gap.account), harmless);
        let text = format!(
            "{}, so {} unproven: {} for {}. `--format json` lists each.",
            gap.of(&account),
            if count == 1 {
                "one finding is".to_owned()
            } else {
                format!("{} findings are", number(count))
            },
            named(rules),
            named(about),
        );
        writeln!(page.out)?;
        let style = paint::severity(Verdict::Unproven, worst);
        let severity = padded(&worst.as_str().to_uppercase(), TEXT - 2);
        page.hanging(&format!("  {style}{severity}{style:#}"), TEXT, &text)?;
    }
    Ok(())
}

/// `a, b and c`, all of them.
fn named(names: BTreeSet<&str>) -> String {
    let mut names = Vec::from_iter(names);
    match names.pop() {
        Some(last) if !names.is_empty() => format!("{} and {last}", names.join(", ")),
        last => last.unwrap_or_default().to_owned(),
    }
}

/// The findings are sorted, the worst first; a subject stands where its worst does.
fn by_subject(findings: &[&ReviewFinding], page: &mut TextPage<'_>) -> io::Result<()> {
    let mut subjects: Vec<&str> = Vec::new();
    for finding in findings {
        if !subjects.contains(&&*finding.subject) {
            subjects.push(&finding.subject);
        }
    }
    for subject in subjects {
        writeln!(page.out)?;
        page.hanging(&format!("{BOLD}"), 0, subject)?;
        write!(page.out, "{BOLD:#}")?;
        for finding in findings.iter().filter(|finding| finding.subject == subject) {
            one(finding, page)?;
        }
    }
    Ok(())
}

fn one(finding: &ReviewFinding, page: &mut TextPage<'_>) -> io::Result<()> {
    let style = paint::severity(finding.verdict, finding.severity);
    let severity = padded(&finding.severity.as_str().to_uppercase(), TEXT - 2);
    let verdict = if finding.verdict == Verdict::Unproven {
        ", unproven"
    } else {
        ""
    };
    writeln!(
        page.out,
        "  {style}{severity}{style:#}{BOLD}{} {}{BOLD:#}{DIM}{verdict}{DIM:#}",
        finding.rule, finding.name
    )?;
    page.text(TEXT, &finding.message)?;
    if let Some(statement) = &finding.statement {
        let place = finding
            .place
            .as_deref()
            .map(|place| format!(" in {place}"))
            .unwrap_or_default();
        page.hanging(
            &format!("  {DIM}{}{DIM:#}", padded("now", TEXT - 2)),
            TEXT,
            &format!("as it stands{place}:"),
        )?;
        quoted(statement, page)?;
    }
    match &finding.fix {
        None => {}
        Some(Value::Array(none)) if none.is_empty() => {
            page.hanging(
                &format!("  {BOLD}{}{BOLD:#}", padded("better", TEXT - 2)),
                TEXT,
                "without this statement: nothing else is in it",
            )?;
        }
        Some(fix) => {
            let beside = added(finding, fix);
            let text = if beside.is_some() {
                "beside it, in another policy of the same holder:"
            } else {
                "in its place:"
            };
            page.hanging(
                &format!("  {BOLD}{}{BOLD:#}", padded("better", TEXT - 2)),
                TEXT,
                text,
            )?;
            quoted(beside.unwrap_or(fix), page)?;
        }
    }
    if let Some(step) = step(finding.rule, finding.verdict) {
        page.hanging(
            &format!("  {BOLD}{}{BOLD:#}", padded("do", TEXT - 2)),
            TEXT,
            &step,
        )?;
    }
    Ok(())
}

/// What a correction adds beside a statement that nobody can edit, as it stands in a policy of AWS
/// itself.
fn added<'a>(finding: &ReviewFinding, fix: &'a Value) -> Option<&'a Value> {
    let is_of_aws = finding
        .place
        .as_deref()?
        .strip_prefix("managed policy ")?
        .split(':')
        .nth(4)
        == Some("aws");
    match fix.as_array()?.as_slice() {
        [quoted, denial] if is_of_aws && Some(quoted) == finding.statement.as_ref() => Some(denial),
        _ => None,
    }
}

/// JSON as it is to be copied: never wrapped, what cannot be seen as escapes.
fn quoted(value: &Value, page: &mut TextPage<'_>) -> io::Result<()> {
    let text = serde_json::to_string_pretty(value)?;
    visible(&text)
        .lines()
        .try_for_each(|line| writeln!(page.out, "{:TEXT$}{line}", ""))
}
