use std::collections::BTreeMap;

use crate::catalogue;
use crate::finding::Finding;
use crate::judge::{Judgement, SwitchStanding, Totals, standings};
use crate::policy::Severity;
use crate::rule::Judges;
use crate::testing::{Story, Verdicts};
use crate::text::Text;

/// The story with these lines in `rules`.
fn with_rules(story: &Story, lines: &str) -> Story {
    story.clone().with_policy_line(
        "assume_root: deny\n",
        &format!("assume_root: deny\nrules:\n{lines}"),
    )
}

fn without(story: &Story, rule: &str) -> Story {
    with_rules(
        story,
        &format!("  {rule}: {{enabled: false, reason: on purpose}}\n"),
    )
}

/// Everything goes wrong in it.
fn bad_day() -> Story {
    let mut story = Story::new();
    story.iam(-60, "tom").adds("tom", "Developers");
    story.switch("tom").with_mfa();
    story.later(60);
    story.switch("tess").without_mfa();
    story.later(60);
    story.switch("dora").with_mfa();
    story.service_switch("ec2.amazonaws.com");
    story.chain("dora", "Jump");
    for _ in 0..6 {
        story.later(60);
        story.denied("tess", "UpdateApp");
    }
    story.root_denied("UpdateApp");
    story.later(20_000);
    story.switch("dora").with_mfa();
    story
}

/// The findings without the version of the policy.
fn plain(findings: Vec<Finding>) -> Vec<Finding> {
    let nameless = crate::policy::PolicyHash::of_bytes(b"");
    findings
        .into_iter()
        .map(|finding| Finding {
            policy: nameless,
            ..finding
        })
        .collect()
}

fn totals(judgement: &Judgement) -> Totals {
    let mut totals = Totals::default();
    totals.add_judgement(judgement);
    totals
}

#[test]
fn a_rule_that_is_off_loses_exactly_its_findings_and_no_total() {
    let story = bad_day();
    let before = story.judgement();
    let mut fired: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in &before.findings {
        *fired.entry(finding.rule).or_default() += 1;
    }
    assert!(fired.len() >= 6, "{fired:?}");
    for rule in catalogue::listed().filter(|rule| rule.suppressible) {
        let after = without(&story, rule.code).judgement();
        let mut kept = plain(before.findings.clone());
        kept.retain(|finding| finding.rule != rule.code);
        assert_eq!(plain(after.findings.clone()), kept, "{}", rule.code);
        let named: Vec<_> = after.rules_off.iter().map(|off| off.rule).collect();
        let of_records = rule.judges != Judges::Setup;
        assert_eq!(named, Vec::from_iter(of_records.then_some(rule.code)));
        assert!(!after.tallies.contains_key(rule.code), "{}", rule.code);
        let (old, new) = (totals(&before).switches, totals(&after).switches);
        assert_eq!(old.judged, new.judged);
        let parts = [
            new.clean,
            new.admitted_by_kind,
            new.violating,
            new.unproven,
            new.suppressed,
        ];
        assert_eq!(parts.iter().sum::<u64>(), new.judged);
    }
}

#[test]
fn a_switch_whose_group_or_mfa_nobody_judged_is_not_clean() {
    let mut no_mfa = Story::new();
    no_mfa.switch("dora").without_mfa();
    let mut outsider = Story::new();
    outsider.switch("tess").with_mfa();
    let mut service = Story::new();
    service.service_switch("ec2.amazonaws.com");
    let mut good = Story::new();
    good.switch("dora").with_mfa();
    let unjudged = [SwitchStanding::AdmittedByKind];
    for (story, rule) in [
        (&no_mfa, "RW002"),
        (&outsider, "RW001"),
        (&service, "RW012"),
        (&good, "RW001"),
        (&good, "RW002"),
    ] {
        let judgement = without(story, rule).judgement();
        assert_eq!(standings(&judgement), unjudged, "{rule}");
        assert_eq!(judgement.findings, [], "{rule}");
    }
    for rule in ["RW003", "RW006", "RW007", "RW012", "RW013"] {
        let judgement = without(&good, rule).judgement();
        assert_eq!(standings(&judgement), [SwitchStanding::Clean], "{rule}");
    }
    // Where the role doesn't ask for MFA, nothing is left unjudged.
    let optional =
        good.with_policy_line("max_session: 1h\n", "max_session: 1h\n    mfa: optional\n");
    let judgement = without(&optional, "RW002").judgement();
    assert_eq!(standings(&judgement), [SwitchStanding::Clean]);
}

#[test]
fn what_a_rule_that_is_off_would_have_found_is_allowed() {
    let mut story = Story::new();
    story.switch("dora").with_mfa();
    story.later(1_000);
    story.switch("dora").with_mfa();
    story.later(90_000);
    story.denied("tess", "UpdateApp");
    assert_eq!(story.verdict("RW013"), Verdicts::Unproven);
    let judgement = without(&story, "unused-elevation").judgement();
    assert_eq!(standings(&judgement), [SwitchStanding::Clean; 2]);
    assert_eq!(
        judgement.notices.first().map(Text::as_str),
        Some("RW013 unused-elevation is turned off (line 7 of the policy): on purpose")
    );
}

#[test]
fn the_notice_says_which_switches_are_not_clean() {
    let judgement = without(&Story::new(), "RW002").judgement();
    assert_eq!(
        judgement.notices.first().map(Text::as_str),
        Some(
            "RW002 switch-without-mfa is turned off (line 7 of the policy): on purpose; \
             switches that depend on it don't count as clean"
        )
    );
}

#[test]
fn a_severity_replaces_the_roles_and_the_rules_own_in_every_finding() {
    let story = bad_day();
    for (rule, severity) in [
        ("RW009", Severity::Low),
        ("RW002", Severity::Low),
        ("RW013", Severity::Critical),
    ] {
        let lines = format!("  {rule}: {{severity: {severity}, reason: r}}\n");
        let changed = with_rules(&story, &lines);
        assert_ne!(story.finding(rule).severity, severity, "{rule}");
        let expected = plain(story.findings()).into_iter().map(|finding| Finding {
            severity: if finding.rule == rule {
                severity
            } else {
                finding.severity
            },
            ..finding
        });
        assert_eq!(
            plain(changed.findings()),
            expected.collect::<Vec<_>>(),
            "{rule}"
        );
        assert_eq!(changed.judgement().rules_off, []);
    }
}

#[test]
fn somebody_who_let_themselves_in_is_never_rated_lower() {
    for (by, low) in [("tom", Severity::Critical), ("admin", Severity::Low)] {
        let mut story = Story::new();
        story.iam(-60, by).adds("tom", "Developers");
        story.switch("tom").with_mfa();
        let lines = "  RW010: {severity: low, reason: r}\n";
        assert_eq!(
            with_rules(&story, lines).finding("RW010").severity,
            low,
            "{by}"
        );
    }
}
