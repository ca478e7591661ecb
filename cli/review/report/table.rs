//! The report for people: by subject, most severe first, each with the current statement and its
//! replacement.

use std::collections::BTreeSet;
use std::io::{self, Write};

use rolewatch_guard::Verdict;
use rolewatch_guard::arn::is_of_aws;
use rolewatch_guard::directory::StoreSnapshot;
use rolewatch_guard::review::{Account, DetailList, Gap, ReviewFinding};
use rolewatch_guard::text;
use rolewatch_guard::text::Text;
use rolewatch_guard::untrusted::harmless;
use serde_json::Value;

use super::ReviewReport;
use crate::exit::shown_path;
use crate::language::{counted, said, say};
use crate::report::circumstances::review_circumstances;
use crate::report::format::ReportFormat;
use crate::report::json::visible;
use crate::report::table::paint::{self, BAD, BOLD, DIM};
use crate::report::table::{TextPage, write_steps};
use crate::report::words::{amount, length, number, padded, severity_shown, width};
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
        page.heading(&say!(
            "Unproven: {count}",
            count = number(length(&unproven))
        ))?;
        page.text(
            2,
            &say!("The files aren't enough to tell whether these break a rule. Each line says what the answer depends on."),
        )?;
        let (wanting, others): (Vec<_>, Vec<_>) = unproven
            .into_iter()
            .partition(|finding| is_wanting(finding));
        not_given(report, &wanting, page)?;
        by_subject(&others, page)?;
    }
    suppressed(report, page)?;
    if !report.review.notices.is_empty() {
        page.heading(&say!("Notes"))?;
        for notice in &report.review.notices {
            page.hanging("  ", 2, &said(notice))?;
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
        page.heading(&say!(
            "Violations: {count}",
            count = number(length(violations))
        ))?;
        return by_subject(violations, page);
    }
    page.heading(&say!("Violations: none"))?;
    // What "none" means depends on what was given, so the text says that too.
    let no_store = report.inputs.setup.stores().next().is_none();
    let text = if report.review.elevated == 0 && no_store {
        say!("The files contain no elevated role of the policy, so nothing was checked.")
    } else if unproven.iter().any(|finding| is_wanting(finding)) {
        say!(
            "The files show nothing that the policy forbids, but they aren't complete: the lines below say what is missing."
        )
    } else {
        say!("As far as the files show, IAM allows nothing that the policy forbids.")
    };
    page.text(2, &text)
}

fn suppressed(report: &ReviewReport<'_>, page: &mut TextPage<'_>) -> io::Result<()> {
    let suppressed = &report.review.suppressed;
    if suppressed.is_empty() {
        return Ok(());
    }
    page.heading(&say!(
        "Suppressed: {count}",
        count = number(length(suppressed))
    ))?;
    for (finding, by) in suppressed {
        let owner = say!(
            "{reason}, {owner}, until {until}",
            reason = harmless(&by.reason),
            owner = harmless(&by.owner),
            until = by.until.to_string()
        );
        page.hanging(
            &format!("  {} ", finding.rule),
            3 + finding.rule.len(),
            &say!("{message} ({owner})", message = finding.message, owner),
        )?;
    }
    Ok(())
}

fn write_head(report: &ReviewReport<'_>, page: &mut TextPage<'_>) -> io::Result<()> {
    let paths: Vec<String> = report.paths.iter().map(|path| shown_path(path)).collect();
    page.hanging(
        &format!("{BOLD}rolewatch review{BOLD:#} "),
        "rolewatch review ".len(),
        &say!("of {paths}", paths = paths.join(", ")),
    )?;
    page.labelled(
        &say!("policy"),
        &say!(
            "{file}, version {version}",
            file = shown_path(report.policy_file),
            version = report.policy.version_hash.to_string()
        ),
    )?;
    // Only the first account gets the label.
    let mut label = say!("accounts");
    for account in report.inputs.setup.accounts() {
        let name = match report.policy.account_name(account.id) {
            Some(name) => harmless(name),
            None => say!("not in the policy"),
        };
        page.labelled(
            &label,
            &say!(
                "{id} ({name}): {counts}",
                id = account.id,
                name,
                counts = counts(account)
            ),
        )?;
        label = String::new();
    }
    for store in report.inputs.setup.stores() {
        page.labelled(&say!("directory"), &store_counts(store))?;
    }
    page.labelled(&say!("found"), &found(report))?;
    if !report.inputs.faults.is_empty() {
        let text = say!(
            "some files couldn't be read or aren't complete, so findings may be missing below; stderr lists each with its reason"
        );
        let label = say!("INCOMPLETE");
        page.hanging(&format!("{BAD}{label}{BAD:#} "), width(&label) + 1, &text)?;
    }
    Ok(())
}

/// How many roles were reviewed, and how many findings there are.
fn found(report: &ReviewReport<'_>) -> String {
    let elevated = counted!(
        "{n} elevated role",
        "{n} elevated roles",
        amount(report.review.elevated)
    );
    say!(
        "{elevated}; {violations}, {unproven} unproven, {suppressed} suppressed",
        elevated,
        violations = counted!(
            "{n} violation",
            "{n} violations",
            report.count(Verdict::Violation)
        ),
        unproven = report.count(Verdict::Unproven),
        suppressed = number(length(&report.review.suppressed))
    )
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
            say!("{what} not supplied", what = list.word())
        } else {
            say!("{count} {what}", count, what = list.word())
        });
    }
    parts.join(&say!(", "))
}

/// How much a roster of Identity Center lists.
fn store_counts(store: &StoreSnapshot) -> String {
    let sets = match &store.permission_sets {
        Some(sets) => counted!("{n} permission set", "{n} permission sets", length(sets)),
        None => say!("permission sets not supplied"),
    };
    let assignments = match &store.assignments {
        Some(assignments) => counted!("{n} assignment", "{n} assignments", length(assignments)),
        None => say!("assignments not supplied"),
    };
    say!(
        "{store} (Identity Center): {users}, {groups}, {sets}, {assignments}",
        store = harmless(&store.store),
        users = counted!("{n} user", "{n} users", amount(store.users.len())),
        groups = counted!("{n} group", "{n} groups", amount(store.groups.len())),
        sets,
        assignments
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
        let severity = padded(&severity_shown(worst), TEXT - 2);
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
    let mut about: BTreeSet<&Text> = BTreeSet::new();
    for finding in findings {
        rules.insert(finding.rule);
        about.extend(&finding.wanting.about);
    }
    let account = match report.policy.account_name(gap.account) {
        Some(name) => Text::data(harmless(name)),
        None => text!("account {account}", account = gap.account),
    };
    let gap = gap.sentence_for(&account);
    let rules = Text::listed(rules);
    let about = Text::listed(about.into_iter().cloned());
    match length(findings) {
        1 => say!(
            "{gap}, so one finding is unproven: {rules} for {about}. `--format json` lists each.",
            gap,
            rules,
            about
        ),
        several => say!(
            "{gap}, so {count} findings are unproven: {rules} for {about}. `--format json` lists each.",
            gap,
            count = number(several),
            rules,
            about
        ),
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
    let severity = padded(&severity_shown(finding.severity), TEXT - 2);
    let verdict = if finding.verdict == Verdict::Unproven {
        say!(", unproven")
    } else {
        String::new()
    };
    writeln!(
        page.out,
        "  {style}{severity}{style:#}{BOLD}{} {}{BOLD:#}{DIM}{verdict}{DIM:#}",
        finding.rule, finding.name
    )?;
    page.text(TEXT, &said(&finding.message))?;
    if let Some(statement) = &finding.statement {
        let current = match &finding.place {
            Some(place) => say!("current statement in {place}:", place),
            None => say!("current setting:"),
        };
        let label = format!("  {DIM}{}{DIM:#}", padded(&say!("now"), TEXT - 2));
        page.hanging(&label, TEXT, &current)?;
        quoted(statement, page)?;
    }
    if let Some(fix) = &finding.fix {
        write_fix(finding, fix, page)?;
    }
    let of = review_circumstances(finding);
    write_steps(finding.rule, &of, &bold_label(&say!("do")), TEXT, page)
}

/// The replacement of the statement, or an addition to it.
fn write_fix(finding: &ReviewFinding, fix: &Value, page: &mut TextPage<'_>) -> io::Result<()> {
    let label = bold_label(&say!("fix"));
    if fix.as_array().is_some_and(Vec::is_empty) {
        let text = match &finding.place {
            Some(_) => say!("delete this statement: nothing else is in it"),
            None => say!("delete it"),
        };
        return page.hanging(&label, TEXT, &text);
    }
    if let Some(denial) = added_statement(finding, fix) {
        let text =
            say!("keep it, and add this to another policy of the same user, group, or role:");
        page.hanging(&label, TEXT, &text)?;
        return quoted(denial, page);
    }
    page.hanging(&label, TEXT, &say!("replace it with:"))?;
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
