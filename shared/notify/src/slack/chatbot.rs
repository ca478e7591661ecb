//! A finding as a custom notification of Amazon Q Developer in chat applications.
//!
//! docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html: version `1.0`, source
//! `custom`, text type `client-markdown`. A title holds 250 characters, a description 8,000. What
//! the page says about the length of steps and keywords wasn't available, so they are kept short.

use serde_json::{Value, json};

use rolewatch_live::wire::{Alert, Status};

use super::markup::{code_block, code_span, escape};
use crate::finding::{
    account_name, headline, quoted, role_name, session_end, steps_of, when_label, who_label,
};
use crate::told::Change;
use crate::view::{View, event_page};

/// The JSON of the notification. All notifications of one finding share a thread.
pub fn notification(view: &View, alert: &Alert, change: Option<Change>) -> Value {
    let title: String = headline(view, alert, change.is_some())
        .chars()
        .take(200)
        .collect();
    json!({
        "version": "1.0",
        "source": "custom",
        "id": format!("{}-{}", escape(&alert.id, 64), alert.version),
        "content": {
            "textType": "client-markdown",
            "title": title,
            "description": description(view, alert),
            "nextSteps": next_steps(view, alert),
            "keywords": [
                escape(&alert.rule, 20).as_str(),
                alert.severity.as_str(),
                escape(&alert.role_account.id, 20).as_str(),
            ],
        },
        "metadata": {
            "threadId": escape(&alert.id, 64),
            "summary": title,
            "eventType": escape(&alert.name, 60),
        },
    })
}

/// What was found, who and where, and the evidence.
fn description(view: &View, alert: &Alert) -> String {
    let words = view.labels();
    let mut lines = vec![escape(view.message(alert), 2_000), String::new()];
    if let Some(label) = who_label(view, alert) {
        let name = code_span(&alert.caller.name, 300);
        let arn = alert.caller.arn.as_deref();
        let arn = arn.map_or_else(String::new, |arn| format!(" {}", code_span(arn, 600)));
        lines.push(format!("*{label}*: {name}{arn}"));
    }
    let account = escape(&account_name(&alert.role_account), 120);
    let role = code_span(&role_name(&alert.role), 150);
    lines.push(format!("*{}*: {role} ({account})", words.role));
    lines.push(format!(
        "*{}*: {}",
        when_label(view, alert),
        escape(&view.local_time(alert.time), 80)
    ));
    if let Some((label, time)) = session_end(view, alert) {
        let time = escape(&view.local_time(time), 80);
        lines.push(format!("*{label}*: {time}"));
    }
    if let Some(address) = &alert.source_ip {
        lines.push(format!("*{}*: {}", words.address, code_span(address, 120)));
    }
    if let Some(owner) = &alert.owner {
        lines.push(format!("*{}*: {}", words.owner, escape(owner, 200)));
    }
    for event in alert.events.iter().take(5) {
        let page = event_page(alert, alert.region.as_deref(), event);
        lines.push(page.map_or_else(|| code_span(event, 80), |page| format!("<{page}|{event}>")));
    }
    for (title, text) in quoted(view, alert) {
        lines.push(format!("*{title}*\n{}", code_block(&text, 1_200)));
    }
    lines.join("\n")
}

/// What to do. Empty for a finding that was withdrawn.
fn next_steps(view: &View, alert: &Alert) -> Vec<String> {
    let mut next = Vec::new();
    if alert.status == Status::Withdrawn {
        return next;
    }
    next.extend(steps_of(view, alert));
    if let Some(page) = view.runbook(&alert.rule, &alert.name) {
        let page = page.replace('&', "&amp;");
        next.push(format!("<{page}|{}>", view.labels().runbook));
    }
    next
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::length;
    use crate::{Language, sample};

    #[test]
    fn the_notification_has_the_form_that_is_asked_for() {
        let view = sample::view(Language::English);
        let json = notification(&view, &sample::alert(), None);
        assert_eq!(
            (json["version"].as_str(), json["source"].as_str()),
            (Some("1.0"), Some("custom"))
        );
        assert_eq!(json["content"]["textType"], "client-markdown");
        assert!(
            json["content"]["title"]
                .as_str()
                .unwrap()
                .contains("Switch without MFA")
        );
        assert!(
            json["content"]["description"]
                .as_str()
                .unwrap()
                .contains("dora")
        );
        assert!(json["content"]["nextSteps"].as_array().unwrap().len() >= 2);
        assert_eq!(json["content"]["keywords"][0], "RW002");
    }

    #[test]
    fn hostile_text_stays_text_and_under_the_limits() {
        let mut alert = sample::alert();
        alert.message = "<!channel> `*".repeat(2_000);
        alert.caller.name = alert.message.as_str().into();
        let json = notification(&sample::view(Language::Japanese), &alert, None);
        let description = json["content"]["description"].as_str().unwrap();
        assert!(
            length(description) <= 8_000 && !description.contains("<!"),
            "{description}"
        );
        assert!(length(json["content"]["title"].as_str().unwrap()) <= 250);
    }
}
