//! What every display of a finding has in common: its headline, its labels, what it quotes, and
//! what to do. Nothing is escaped here; that depends on where it is shown.

use rolewatch_guard::Verdict;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Severity;
use rolewatch_guard::steps::Circumstances;
use rolewatch_live::wire::{Alert, FoundToo, NamedAccount, Status};
use serde_json::Value;

use crate::text::fill_template;
use crate::view::View;
use crate::words::Words as _;

/// The headline, without any text that a caller chose.
pub(crate) fn headline(view: &View, alert: &Alert, follow_up: bool) -> String {
    let words = view.labels();
    let severity = view.language.severity(alert.severity);
    let title = view.rule_words(&alert.rule).title;
    let (mark, state) = match (alert.status, alert.verdict) {
        (Status::Withdrawn, _) if alert.reviewed.is_some() => ("✅", words.resolved),
        (Status::Withdrawn, _) => ("✅", words.withdrawn),
        (Status::Ended, Verdict::Unproven) => ("⏹️", words.ended_unproven),
        (Status::Ended, _) => ("⏹️", words.ended),
        (Status::Open, Verdict::Unproven) => ("❔", words.unproven),
        (Status::Open, _) => (severity_mark(alert.severity), words.open),
    };
    let state = fill_template(state, &[("severity", severity)]);
    let headline = fill_template(
        words.headline,
        &[("mark", mark), ("state", &state), ("title", title)],
    );
    if follow_up {
        fill_template(words.follow_up, &[("headline", &headline)])
    } else {
        headline
    }
}

fn severity_mark(severity: Severity) -> &'static str {
    match severity {
        Severity::Low => "🟡",
        Severity::Medium => "🟠",
        Severity::High => "🔴",
        Severity::Critical => "🚨",
    }
}

/// The label for the person. `None` if nobody is known, which can happen in a finding about the IAM
/// setup.
pub(crate) fn who_label(view: &View, alert: &Alert) -> Option<&'static str> {
    match (&alert.reviewed, alert.caller.name.is_empty()) {
        (None, _) => Some(view.labels().who),
        (Some(_), false) => Some(view.labels().changed_by),
        (Some(_), true) => None,
    }
}

/// The label for the event time or, if no change is known, for when the finding was first seen.
pub(crate) fn when_label(view: &View, alert: &Alert) -> &'static str {
    if alert.reviewed.is_some() && alert.events.is_empty() {
        view.labels().first_seen
    } else {
        view.labels().when
    }
}

/// When the session ends or ended, with its label. `None` if no record shows it.
pub(crate) fn session_end(view: &View, alert: &Alert) -> Option<(&'static str, Moment)> {
    let (words, session) = (view.labels(), alert.session.as_ref()?);
    // Somebody who left the role may still have its credentials.
    let until = session
        .granted_until
        .map(|until| (words.valid_until, until));
    until.or(session.ended.map(|ended| (words.left_at, ended)))
}

/// What a finding about the IAM setup quotes, each with its heading: the location, the statement,
/// its correction, open conditions.
pub(crate) fn quoted(view: &View, alert: &Alert) -> Vec<(&'static str, String)> {
    let (words, mut parts) = (view.labels(), Vec::new());
    let Some(reviewed) = &alert.reviewed else {
        return parts;
    };
    let pretty =
        |value: &Value| serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string());
    if let Some(statement) = &reviewed.statement {
        let place = reviewed
            .place
            .as_ref()
            .map_or_else(String::new, |place| format!("{place}\n"));
        parts.push((words.statement, format!("{place}{}", pretty(statement))));
    }
    if let Some(fix) = &reviewed.fix {
        let gone = fix.as_array().is_some_and(Vec::is_empty);
        parts.push(if gone {
            (words.fix, words.deletion.to_owned())
        } else {
            (words.correction, pretty(fix))
        });
    }
    if !reviewed.undecided.is_empty() {
        parts.push((words.depends_on, reviewed.undecided.join("\n")));
    }
    parts
}

/// The findings that were found together with this one: how many there are, a line for each of the
/// worst, and where all of them are. `None` if there are none, or if this one no longer holds.
pub(crate) fn found_together(
    view: &View,
    alert: &Alert,
) -> Option<(String, Vec<String>, &'static str)> {
    let words = view.labels();
    let together = alert.together.as_ref();
    let together = together.filter(|_| alert.status != Status::Withdrawn)?;
    let (n, violations) = (together.others.to_string(), together.violations.to_string());
    let lead = [("n", n.as_str()), ("violations", &violations)];
    let line = |one: &FoundToo| {
        let title = view.rule_words(&one.rule).title;
        let short: String = one.id.chars().take(8).collect();
        let severity = view.language.severity(one.severity);
        format!("{severity} {title}: {} ({} {short})", one.subject, one.rule)
    };
    Some((
        fill_template(words.found_together, &lead),
        together.worst.iter().map(line).collect(),
        words.found_together_where,
    ))
}

/// The steps that the reader should take, worded for what is known.
pub(crate) fn steps_of(view: &View, alert: &Alert) -> Vec<String> {
    let of = Circumstances {
        verdict: alert.verdict,
        id: &alert.id,
        stack: view.stack(),
        role: &alert.role,
        self_granted: alert.self_granted,
        foreign_account: alert.caller.account.is_some() && alert.caller_account_name.is_none(),
        denied: alert.denied,
    };
    view.language.steps(&alert.rule, &of)
}

/// Steps as numbered lines.
pub(crate) fn numbered(steps: &[String]) -> String {
    let lines = steps
        .iter()
        .enumerate()
        .map(|(place, step)| format!("{}. {step}", place + 1));
    lines.collect::<Vec<_>>().join("\n")
}

/// The account's name in the policy or, without a name, its ID.
pub(crate) fn account_name(account: &NamedAccount) -> String {
    account
        .name
        .clone()
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| account.id.clone())
}

/// `UpdateApp` for `arn:aws:iam::444455556666:role/team/UpdateApp`. For anything else, the text
/// after the last colon.
pub(crate) fn role_name(arn: &str) -> String {
    let last = match arn.split_once(":role/") {
        Some((_, path)) => path.rsplit('/').next(),
        None => arn.rsplit(':').next(),
    };
    last.unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Language, sample};

    fn steps(alert: &Alert) -> String {
        steps_of(&sample::view(Language::English), alert).join("\n")
    }

    #[test]
    fn steps_depend_on_who_granted_the_membership() {
        let granted = |self_granted| {
            steps(&Alert {
                rule: "RW010".into(),
                self_granted,
                ..sample::alert()
            })
        };
        let (remove, ask) = (
            "Remove the person from the group, and",
            "whoever added them",
        );
        assert!(granted(true).contains(remove) && !granted(true).contains(ask));
        assert!(granted(false).contains(ask) && !granted(false).contains(remove));
    }

    #[test]
    fn only_an_account_that_is_known_and_not_in_the_policy_is_foreign() {
        let unproven = |account: Option<&str>, name: Option<&str>| {
            let mut alert = Alert {
                verdict: Verdict::Unproven,
                caller_account_name: name.map(str::to_owned),
                ..sample::alert()
            };
            alert.caller.account = account.map(str::to_owned);
            steps(&alert)
        };
        let (supply, ask) = ("Supply the logs", "Ask the account's owner");
        for (account, name) in [(Some("111122223333"), Some("development")), (None, None)] {
            let steps = unproven(account, name);
            assert!(steps.contains(supply) && !steps.contains(ask), "{steps}");
        }
        let foreign = unproven(Some("999988887777"), None);
        assert!(
            foreign.contains(ask) && !foreign.contains(supply),
            "{foreign}"
        );
    }
}
