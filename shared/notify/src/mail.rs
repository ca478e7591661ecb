//! A finding as an e-mail, for when Slack doesn't accept it.

use rolewatch_live::port::Notice;
use rolewatch_live::wire::{Alert, Status};

use crate::finding::{
    account_name, found_together, headline, numbered, quoted, session_end, steps_of, when_label,
    who_label,
};
use crate::text::{fill_template, plain_text};
use crate::view::{View, event_page};

/// The notice for the operations topic. `why` is Slack's own error word.
pub fn alert_mail(view: &View, alert: &Alert, why: &str) -> Notice {
    let words = view.labels();
    let mut lines = vec![
        headline(view, alert, false),
        plain_text(view.message(alert), 2_000),
        String::new(),
    ];
    if let Some((lead, others, place)) = found_together(view, alert) {
        lines.push(lead);
        lines.extend(
            others
                .iter()
                .map(|line| format!("- {}", plain_text(line, 600))),
        );
        lines.push(format!("{place}\n"));
    }
    lines.extend(who_and_when(view, alert));
    for (title, text) in quoted(view, alert) {
        let text: Vec<String> = text.lines().map(|line| plain_text(line, 600)).collect();
        lines.push(format!("\n{title}:\n{}", text.join("\n")));
    }
    lines.push(format!("\n{}:", words.proof));
    for event in &alert.events {
        lines.push(
            event_page(alert, alert.region.as_deref(), event)
                .unwrap_or_else(|| plain_text(event, 100)),
        );
    }
    if alert.status != Status::Withdrawn {
        lines.push(format!(
            "\n{}:\n{}",
            words.what_to_do,
            numbered(&steps_of(view, alert))
        ));
        lines.extend(
            view.runbook(&alert.rule, &alert.name)
                .map(|page| format!("{}: {page}", words.runbook)),
        );
    }
    lines.push(format!(
        "\n{}",
        fill_template(words.mailed, &[("why", &plain_text(why, 200))])
    ));
    lines.push(format!(
        "{} {}",
        plain_text(&alert.rule, 10),
        plain_text(&alert.id, 64)
    ));
    Notice::Operations {
        subject: subject(alert),
        body: lines.join("\n"),
    }
}

/// Who entered which role in which account, when and from where.
fn who_and_when(view: &View, alert: &Alert) -> Vec<String> {
    let words = view.labels();
    let line = |label: &str, text: &str| format!("{label}: {}", plain_text(text, 600));
    let mut lines = Vec::new();
    if let Some(label) = who_label(view, alert) {
        let arn = alert.caller.arn.as_deref();
        let arn = arn.map_or_else(String::new, |arn| format!(" ({arn})"));
        lines.push(line(label, &format!("{}{arn}", alert.caller.name)));
    }
    lines.push(line(words.role, &alert.role));
    let account = account_name(&alert.role_account);
    lines.push(line(
        words.account,
        &format!("{account} ({})", alert.role_account.id),
    ));
    lines.push(line(
        when_label(view, alert),
        &format!("{}, {}", view.local_time(alert.time), alert.time),
    ));
    if let Some((label, time)) = session_end(view, alert) {
        lines.push(line(label, &format!("{}, {time}", view.local_time(time))));
    }
    if let Some(address) = &alert.source_ip {
        lines.push(line(words.address, address));
    }
    if let Some(owner) = &alert.owner {
        lines.push(line(words.owner, owner));
    }
    lines
}

/// SNS accepts at most 100 ASCII characters.
fn subject(alert: &Alert) -> String {
    let what = match alert.status {
        Status::Withdrawn => "withdrawn",
        Status::Open | Status::Ended => alert.severity.as_str(),
    };
    let text = format!(
        "rolewatch {what}: {} {} (not accepted by Slack)",
        alert.rule, alert.name
    );
    // SNS also rejects a line break in a subject.
    text.chars()
        .filter(|c| (' '..='~').contains(c))
        .take(100)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Language, sample};

    #[test]
    fn the_mail_says_what_the_message_would_have_and_why_it_is_a_mail() {
        for language in [Language::English, Language::Japanese] {
            let view = sample::view(language);
            let Notice::Operations { subject, body } =
                alert_mail(&view, &sample::alert(), "404 no_service")
            else {
                panic!("not a mail")
            };
            assert!(subject.is_ascii() && subject.len() <= 100, "{subject}");
            for part in [
                "dora",
                "UpdateApp",
                "production",
                "2026-02-01 03:30:05",
                "EXAMPLE00001",
                "404 no_service",
                "1. ",
                "#rw002",
            ] {
                assert!(body.contains(part), "{part}: {body}");
            }
        }
    }

    #[test]
    fn the_sentence_is_in_the_language_of_the_reader() {
        let mut alert = sample::alert();
        alert.message_ja = Some("dora は MFA なしで UpdateApp に入りました".into());
        let body = |language| match alert_mail(&sample::view(language), &alert, "") {
            Notice::Operations { body, .. } => body,
            other @ Notice::Finding { .. } => panic!("{other:?}"),
        };
        assert!(body(Language::Japanese).contains("MFA なしで UpdateApp"));
        assert!(!body(Language::Japanese).contains("without MFA"));
        assert!(body(Language::English).contains("entered UpdateApp in production without MFA"));
    }

    #[test]
    fn a_subject_never_breaks_what_sns_takes() {
        let mut alert = sample::alert();
        alert.name = "名\n前".repeat(100);
        let Notice::Operations { subject, .. } =
            alert_mail(&sample::view(Language::English), &alert, "")
        else {
            panic!()
        };
        assert!(
            subject.is_ascii() && subject.len() <= 100 && !subject.contains('\n'),
            "{subject}"
        );
    }
}
