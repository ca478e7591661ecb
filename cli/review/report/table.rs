//! The report for people: by subject, most severe first, each with the current statement and its
//! replacement.

use std::collections::BTreeSet;
use std::io::{self, Write};

use rolewatch_guard::Verdict;
use rolewatch_guard::arn::is_of_aws;
use rolewatch_guard::directory::StoreSnapshot;
use rolewatch_guard::review::{Account, DetailList, Gap, ReviewFinding};
use rolewatch_guard::untrusted::harmless;
use serde_json::Value;

use super::ReviewReport;
use crate::exit::shown_path;
use crate::report::circumstances::review_circumstances;
use crate::report::format::ReportFormat;
use crate::report::json::visible;
use crate::report::table::paint::{self, BAD, BOLD, DIM};
use crate::report::table::{TextPage, write_steps};
use crate::report::words::{amount, counted, length, number, padded};
use crate::stdout;

/// The width of the severity column, after which the text of a finding begins.
const TEXT: usize = 12;

/// `--format table`
pub(super) struct ReviewTable;

impl ReportFormat<ReviewReport<'_>> for ReviewTable {
    fn is_for_people(&self) -> bool {
        true
    }

    fn write(&self, report: &ReviewReport<'_>, out: &mut dyn Write) -> io::Result<()> {
        let columns = stdout::columns();
        write_whole(report, &mut TextPage { out, columns })
    }
}

fn write_whole(report: &ReviewReport<'_>, page: &mut TextPage<'_>) -> io::Result<()> {
    write_head(report, page)?;
    let violations = with_verdict(report, Verdict::Violation);
    let unproven = with_verdict(report, Verdict::Unproven);
    violated(report, &violations, &unproven, page)?;
    if !unproven.is_empty() {
        page.heading(&format!("Unproven: {}", number(length(&unproven))))?;
        page.text(
            2,
            "The files aren't enough to tell whether these break a rule. \
             Each line says what the answer depends on.",
        )?;
        let (wanting, others): (Vec<_>, Vec<_>) = unproven
            .into_iter()
            .partition(|finding| is_wanting(finding));
        not_given(report, &wanting, page)?;
        by_subject(&others, page)?;
    }
    suppressed(report, page)?;
    if !report.review.notices.is_empty() {
        page.heading("Notes")?;
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

/// Whether it is unproven because something wasn't given.
fn is_wanting(finding: &ReviewFinding) -> bool {
    !finding.wanting.gaps.is_empty()
}

/// The violations, or what it means that there are none.
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
    // What "none" means depends on what was given, so the text says that too.
    let no_store = report.inputs.setup.stores().next().is_none();
    let text = if report.review.elevated == 0 && no_store {
        "The files contain no elevated role of the policy, so nothing was checked."
    } else if unproven.iter().any(|finding| is_wanting(finding)) {
        "The files show nothing that the policy forbids, but they aren't complete: the lines below \
         say what is missing."
    } else {
        "As far as the files show, IAM allows nothing that the policy forbids."
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

fn write_head(report: &ReviewReport<'_>, page: &mut TextPage<'_>) -> io::Result<()> {
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
    // Only the first account gets the label.
    let mut label = "accounts";
    for account in report.inputs.setup.accounts() {
        let name = match report.policy.account_name(account.id) {
            Some(name) => harmless(name),
            None => "not in the policy".to_owned(),
        };
        page.labelled(
            label,
            &format!("{} ({name}): {}", account.id, counts(account)),
        )?;
        label = "";
    }
    for store in report.inputs.setup.stores() {
        page.labelled("directory", &store_counts(store))?;
    }
    let elevated = counted(
        amount(report.review.elevated),
        "elevated role",
        "elevated roles",
    );
    page.labelled(
        "found",
        &format!(
            "{elevated}; {}, {} unproven, {} suppressed",
            counted(report.count(Verdict::Violation), "violation", "violations"),
            report.count(Verdict::Unproven),
            number(length(&report.review.suppressed))
        ),
    )?;
    if !report.inputs.faults.is_empty() {
        let text = "some files couldn't be read or aren't complete, so findings may be missing \
                    below; stderr lists each with its reason";
        page.hanging(&format!("{BAD}INCOMPLETE{BAD:#} "), 11, text)?;
    }
    Ok(())
}

/// How many users, groups and roles there are, as far as they were given.
fn counts(account: &Account) -> String {
    let (users, groups, roles) = account.counts();
    let missing = account.missing_lists();
    let mut parts = Vec::new();
    for (list, count) in [
        (DetailList::Users, users),
        (DetailList::Groups, groups),
        (DetailList::Roles, roles),
    ] {
        // Nothing is known about a missing list, so 0 would be a false claim.
        parts.push(if missing.contains(&list) {
            format!("{} not supplied", list.word())
        } else {
            format!("{count} {}", list.word())
        });
    }
    parts.join(", ")
}

/// How much a roster of Identity Center lists.
fn store_counts(store: &StoreSnapshot) -> String {
    let count = |list: Option<usize>, one, several| match list {
        Some(count) => counted(amount(count), one, several),
        None => format!("{several} not supplied"),
    };
    let sets = store.permission_sets.as_ref().map(Vec::len);
    let assignments = store.assignments.as_ref().map(Vec::len);
    format!(
        "{} (Identity Center): {}, {}, {}, {}",
        harmless(&store.store),
        count(Some(store.users.len()), "user", "users"),
        count(Some(store.groups.len()), "group", "groups"),
        count(sets, "permission set", "permission sets"),
        count(assignments, "assignment", "assignments")
    )
}

/// One line for each thing that wasn't given, with everything that it leaves unproven. A line for
/// each rule and role would repeat the same text many times.
fn not_given(
    report: &ReviewReport<'_>,
    findings: &[&ReviewFinding],
    page: &mut TextPage<'_>,
) -> io::Result<()> {
    // A finding with several gaps is listed under each, because all of them would have to be given.
    let mut gaps: BTreeSet<Gap> = BTreeSet::new();
    for finding in findings {
        gaps.extend(&finding.wanting.gaps);
    }
    for gap in gaps {
        let mut of_gap = findings.to_vec();
        of_gap.retain(|finding| finding.wanting.gaps.contains(&gap));
        let Some(worst) = of_gap.iter().map(|finding| finding.severity).max() else {
            continue;
        };
        writeln!(page.out)?;
        let style = paint::severity(Verdict::Unproven, worst);
        let severity = padded(&worst.as_str().to_uppercase(), TEXT - 2);
        page.hanging(
            &format!("  {style}{severity}{style:#}"),
            TEXT,
            &left_unproven(report, gap, &of_gap),
        )?;
    }
    Ok(())
}

/// What a gap leaves unproven, in one sentence.
fn left_unproven(report: &ReviewReport<'_>, gap: Gap, findings: &[&ReviewFinding]) -> String {
    let mut rules: BTreeSet<&str> = BTreeSet::new();
    let mut about: BTreeSet<&str> = BTreeSet::new();
    for finding in findings {
        rules.insert(finding.rule);
        about.extend(finding.wanting.about.iter().map(String::as_str));
    }
    let account = match report.policy.account_name(gap.account) {
        Some(name) => harmless(name),
        None => format!("account {}", gap.account),
    };
    let count = match length(findings) {
        1 => "one finding is".to_owned(),
        several => format!("{} findings are", number(several)),
    };
    format!(
        "{}, so {count} unproven: {} for {}. `--format json` lists each.",
        gap.sentence_for(&account),
        joined_names(rules),
        joined_names(about),
    )
}

/// All names, as `a, b and c`.
fn joined_names(names: BTreeSet<&str>) -> String {
    let mut names = Vec::from_iter(names);
    match names.pop() {
        Some(last) if !names.is_empty() => format!("{} and {last}", names.join(", ")),
        last => last.unwrap_or_default().to_owned(),
    }
}

/// The findings are sorted, most severe first. The position of a subject is that of its most severe
/// finding.
fn by_subject(findings: &[&ReviewFinding], page: &mut TextPage<'_>) -> io::Result<()> {
    let mut subjects: Vec<&str> = Vec::new();
    // Not a map, because it would lose the order.
    for finding in findings {
        if !subjects.contains(&&*finding.subject) {
            subjects.push(&finding.subject);
        }
    }
    for subject in subjects {
        writeln!(page.out)?;
        // The style continues over all lines of the subject.
        page.hanging(&format!("{BOLD}"), 0, subject)?;
        write!(page.out, "{BOLD:#}")?;
        for finding in findings {
            if finding.subject == subject {
                write_finding(finding, page)?;
            }
        }
    }
    Ok(())
}

fn write_finding(finding: &ReviewFinding, page: &mut TextPage<'_>) -> io::Result<()> {
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
        let current = match &finding.place {
            Some(place) => format!("current statement in {place}:"),
            None => "current setting:".to_owned(),
        };
        let label = format!("  {DIM}{}{DIM:#}", padded("now", TEXT - 2));
        page.hanging(&label, TEXT, &current)?;
        quoted(statement, page)?;
    }
    if let Some(fix) = &finding.fix {
        write_fix(finding, fix, page)?;
    }
    let of = review_circumstances(finding);
    write_steps(finding.rule, &of, &bold_label("do"), TEXT, page)
}

/// The replacement of the statement, or an addition to it.
fn write_fix(finding: &ReviewFinding, fix: &Value, page: &mut TextPage<'_>) -> io::Result<()> {
    let label = bold_label("fix");
    if fix.as_array().is_some_and(Vec::is_empty) {
        let text = match &finding.place {
            Some(_) => "delete this statement: nothing else is in it",
            None => "delete it",
        };
        return page.hanging(&label, TEXT, text);
    }
    if let Some(denial) = added_statement(finding, fix) {
        let text = "keep it, and add this to another policy of the same user, group, or role:";
        page.hanging(&label, TEXT, text)?;
        return quoted(denial, page);
    }
    page.hanging(&label, TEXT, "replace it with:")?;
    quoted(fix, page)
}

fn bold_label(label: &str) -> String {
    format!("  {BOLD}{}{BOLD:#}", padded(label, TEXT - 2))
}

/// The statement that a correction adds to one that nobody can edit, because it's in an AWS managed
/// policy.
fn added_statement<'a>(finding: &ReviewFinding, fix: &'a Value) -> Option<&'a Value> {
    let policy = finding.place.as_deref()?.strip_prefix("managed policy ")?;
    let is_of_aws = is_of_aws(policy);
    match fix.as_array()?.as_slice() {
        [quoted, denial] if is_of_aws && Some(quoted) == finding.statement.as_ref() => Some(denial),
        _ => None,
    }
}

/// JSON to be copied: never wrapped, with invisible characters as escapes.
fn quoted(value: &Value, page: &mut TextPage<'_>) -> io::Result<()> {
    let text = serde_json::to_string_pretty(value)?;
    visible(&text)
        .lines()
        .try_for_each(|line| writeln!(page.out, "{:TEXT$}{line}", ""))
}
