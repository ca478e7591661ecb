use proptest::prelude::*;
use rolewatch_guard::Verdict;
use rolewatch_guard::policy::Severity;
use rolewatch_guard::text::Text;
use serde_json::{Value, json};

use super::*;
use crate::text::length;
use crate::words::Words as _;
use crate::{Language, sample};
use rolewatch_live::wire::{CallerShown, FoundTogether, FoundToo, Reviewed};

fn rendered(alert_: &Alert) -> Vec<SlackMessage> {
    let both = [Language::English, Language::Japanese].map(sample::view);
    let repeat = Repeat {
        id: alert_.id.clone(),
        version: 1,
        status: Status::Open,
        time: alert_.time,
        event: alert_.events.first().cloned(),
        region: alert_.region.clone(),
    };
    let many = vec![repeat; 40];
    both.iter()
        .flat_map(|view| {
            [
                alert_message(view, alert_, None, &[]),
                alert_message(view, alert_, Some(Change::Proven), &many),
                repeats_message(view, alert_, &alert_.id, &many, true),
            ]
        })
        .collect()
}

/// Every mrkdwn text of a message.
fn mrkdwn(blocks: &[Value]) -> Vec<String> {
    fn collect_texts(value: &Value, out: &mut Vec<String>) {
        match value {
            Value::Object(map) if map.get("type") == Some(&"mrkdwn".into()) => {
                out.extend(map["text"].as_str().map(str::to_owned));
            }
            Value::Object(map) => map.values().for_each(|value| collect_texts(value, out)),
            Value::Array(values) => values.iter().for_each(|value| collect_texts(value, out)),
            _ => {}
        }
    }
    let mut out = Vec::new();
    for block in blocks {
        collect_texts(block, &mut out);
    }
    out
}

fn all_text(message: &SlackMessage) -> String {
    format!(
        "{}\n{}",
        message.text,
        serde_json::to_string(&message.blocks).unwrap()
    )
}

fn within_limits(message: &SlackMessage) {
    assert!(!message.text.is_empty() && length(&message.text) <= 4_000);
    assert!(
        !message.minimal.is_empty() && length(&message.minimal) <= 4_000,
        "{}",
        length(&message.minimal)
    );
    assert!((1..=50).contains(&message.blocks.len()));
    for block in &message.blocks {
        let text = |at: &Value| length(at["text"].as_str().unwrap());
        match block["type"].as_str().unwrap() {
            "header" => assert!((1..=150).contains(&text(&block["text"])), "{block}"),
            "section" => {
                if let Some(fields) = block["fields"].as_array() {
                    assert!((1..=10).contains(&fields.len()));
                    for field in fields {
                        assert!((1..=2_000).contains(&text(field)), "{field}");
                    }
                } else {
                    assert!((1..=3_000).contains(&text(&block["text"])), "{block}");
                }
            }
            "context" => assert!((1..=10).contains(&block["elements"].as_array().unwrap().len())),
            other => panic!("{other}"),
        }
    }
    assert!(serde_json::to_string(&message.blocks).unwrap().len() < 40_000);
}

#[test]
fn the_use_of_the_session_is_one_line_that_claims_no_more_than_is_known() {
    let uses = |reads, writes, console, api| {
        let (first, last) = (
            "2026-01-31T18:31:00Z".to_owned(),
            "2026-01-31T19:42:00Z".to_owned(),
        );
        let uses = Some(rolewatch_live::wire::Uses {
            first: first.parse().unwrap(),
            last: last.parse().unwrap(),
            reads,
            writes,
            console,
            api,
            errors: 0,
            calls: Vec::new(),
        });
        let message = alert_message(
            &sample::view(Language::English),
            &Alert {
                uses,
                ..sample::alert()
            },
            None,
            &[],
        );
        assert!(message.minimal.contains("03:31–04:42"));
        all_text(&message)
    };
    assert!(
        uses(41, 3, 44, 0)
            .contains("used 03:31–04:42 (console): at least 41 reads, at least 3 writes")
    );
    assert!(uses(2, 0, 0, 2).contains("(API): at least 2 reads, no writes"));
    assert!(uses(1, 1, 1, 1).contains("(console and API)"));
    assert!(
        !all_text(&alert_message(
            &sample::view(Language::English),
            &sample::alert(),
            None,
            &[]
        ))
        .contains("Used")
    );
}

#[test]
fn a_person_at_three_in_the_morning_is_told_who_where_when_what_why_and_what_to_do() {
    for language in [Language::English, Language::Japanese] {
        let message = alert_message(&sample::view(language), &sample::alert(), None, &[]);
        let text = all_text(&message);
        let words = language.rule_words("RW002");
        let steps = steps_of(&sample::view(language), &sample::alert());
        for part in [
            language.severity(Severity::High),
            "dora",
            "UpdateApp",
            "production",
            "444455556666",
            "development",
            "2026-02-01 03:30:05 (Asia/Tokyo)",
            words.title,
            "without MFA",
            &steps[0],
            &steps[1],
            "https://us-east-1.console.aws.amazon.com/cloudtrailv2/home?region=us-east-1#/events?EventId=1f0c2ad4-5d1e-4c9b-9a51-EXAMPLE00001",
            "https://wiki.example.com/rolewatch#rw002-switch-without-mfa",
            "203.0.113.7",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
}

#[test]
fn what_is_shown_on_a_locked_telephone_says_how_bad_who_and_where() {
    let message = alert_message(
        &sample::view(Language::English),
        &sample::alert(),
        None,
        &[],
    );
    assert_eq!(
        message.text,
        "🔴 HIGH · Switch without MFA: dora → UpdateApp (production), 2026-02-01 03:30:05 (Asia/Tokyo)"
    );
}

#[test]
fn unproven_withdrawn_and_ended_look_different_at_a_glance() {
    let view = sample::view(Language::English);
    let headline = |change: &dyn Fn(&mut Alert)| {
        let mut changed = sample::alert();
        change(&mut changed);
        alert_message(&view, &changed, None, &[]).blocks[0]["text"]["text"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(headline(&|_| {}), "🔴 HIGH · Switch without MFA");
    assert_eq!(
        headline(&|alert| alert.verdict = Verdict::Unproven),
        "❔ UNPROVEN (HIGH) · Switch without MFA"
    );
    assert_eq!(
        headline(&|alert| alert.status = Status::Withdrawn),
        "✅ WITHDRAWN · Switch without MFA"
    );
    assert_eq!(
        headline(&|alert| alert.status = Status::Ended),
        "⏹️ SESSION ENDED · HIGH · Switch without MFA"
    );
}

#[test]
fn a_withdrawn_finding_asks_for_nothing_but_names_the_repeats_that_stand() {
    let view = sample::view(Language::English);
    let mut gone = sample::alert();
    gone.status = Status::Withdrawn;
    let plain = all_text(&alert_message(&view, &gone, None, &[]));
    assert!(
        plain.contains("~dora entered")
            && plain.contains("No action needed")
            && !plain.contains("*What to do*"),
        "{plain}"
    );
    let repeat = Repeat {
        id: "a7".repeat(16),
        version: 1,
        status: Status::Open,
        time: gone.time,
        event: None,
        region: None,
    };
    let with = all_text(&alert_message(&view, &gone, None, &[repeat]));
    assert!(
        with.contains("still open: 1") && with.contains(&"a7".repeat(16)),
        "{with}"
    );
}

#[test]
fn the_follow_up_of_repeats_counts_those_that_stand_and_lists_them() {
    let repeat = |n: u32, status| Repeat {
        id: format!("{n:032}"),
        version: 1,
        status,
        time: "2026-01-31T18:31:00Z".parse().unwrap(),
        event: Some(format!("event-{n}")),
        region: Some("us-east-1".into()),
    };
    let repeats = [
        repeat(1, Status::Open),
        repeat(2, Status::Ended),
        repeat(3, Status::Withdrawn),
    ];
    let text = all_text(&repeats_message(
        &sample::view(Language::English),
        &sample::alert(),
        "a7",
        &repeats,
        false,
    ));
    assert!(
        text.contains("2 more of the same") && text.contains("Withdrawn repeats, not counted: 1"),
        "{text}"
    );
    assert!(
        text.contains(&format!("{:032}", 1))
            && text.contains("EventId=event-2")
            && !text.contains("event-3"),
        "{text}"
    );
}

#[test]
fn a_finding_about_the_setup_says_who_changed_it_and_shows_statement_and_correction() {
    for (language, changed_by, stands) in [
        (Language::English, "Changed by", "Current statement"),
        (Language::Japanese, "変更者", "現在の内容"),
    ] {
        let text = all_text(&alert_message(
            &sample::view(language),
            &sample::changed(),
            None,
            &[],
        ));
        for part in [
            changed_by,
            stands,
            "anna",
            "BoolIfExists\\\": {",
            "Bool\\\": {",
            "the trust policy",
            "EXAMPLE00001",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
}

#[test]
fn where_nobody_is_known_to_have_changed_the_setup_nobody_is_named() {
    let nobody = CallerShown {
        arn: None,
        account: None,
        name: Text::default(),
    };
    let alert_ = Alert {
        caller: nobody,
        events: Vec::new(),
        events_total: 0,
        ..sample::changed()
    };
    let text = all_text(&alert_message(
        &sample::view(Language::English),
        &alert_,
        None,
        &[],
    ));
    assert!(
        text.contains("First seen")
            && text.contains("It's not known which change caused this")
            && !text.contains("Changed by")
            && !text.contains("`?`"),
        "{text}"
    );
}

#[test]
fn what_is_fixed_is_resolved() {
    let text = all_text(&alert_message(
        &sample::view(Language::English),
        &Alert {
            status: Status::Withdrawn,
            ..sample::changed()
        },
        None,
        &[],
    ));
    assert!(
        text.contains("RESOLVED")
            && text.contains("The IAM setup or the policy changed")
            && !text.contains("WITHDRAWN"),
        "{text}"
    );
}

#[test]
fn a_team_that_reads_japanese_gets_the_sentence_of_the_finding_in_japanese() {
    let view = sample::view(Language::Japanese);
    let mut alert = sample::alert();
    let text = |alert: &Alert| all_text(&alert_message(&view, alert, None, &[]));
    // From a version that stored no Japanese: the sentence of the rule, and the English one.
    assert!(text(&alert).contains(&alert.message));
    assert!(text(&alert).contains(view.labels().in_english));
    alert.message_ja = Some("dora は MFA なしで UpdateApp に入りました".into());
    assert!(text(&alert).contains("dora は MFA なしで UpdateApp に入りました"));
    assert!(!text(&alert).contains(&alert.message));
    assert!(!text(&alert).contains(view.labels().in_english));
    let english = alert_message(&sample::view(Language::English), &alert, None, &[]);
    assert!(all_text(&english).contains(&alert.message));
}

#[test]
fn every_rule_renders_in_both_languages_whatever_its_state() {
    for code in rolewatch_guard::catalogue::listed()
        .map(|rule| rule.code)
        .chain(["RW999"])
    {
        for verdict in [Verdict::Violation, Verdict::Unproven] {
            for status in [Status::Open, Status::Ended, Status::Withdrawn] {
                let alert = Alert {
                    rule: code.into(),
                    verdict,
                    status,
                    ..sample::alert()
                };
                for message in rendered(&alert) {
                    within_limits(&message);
                    assert!(
                        !all_text(&message).contains("{who}")
                            && !all_text(&message).contains("{n}"),
                        "{message:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_chinese_or_government_region_opens_its_own_console() {
    for (partition, region, host) in [
        (
            "aws-cn",
            "cn-north-1",
            "https://console.amazonaws.cn/cloudtrailv2/",
        ),
        (
            "aws-us-gov",
            "us-gov-west-1",
            "https://console.amazonaws-us-gov.com/cloudtrailv2/",
        ),
        (
            "aws-eusc",
            "eusc-de-east-1",
            "https://console.amazonaws-eusc.eu/cloudtrailv2/",
        ),
    ] {
        let text = in_partition(partition, region);
        assert!(
            text.contains(host) && !text.contains("aws.amazon.com"),
            "{text}"
        );
    }
}

#[test]
fn a_partition_whose_console_is_not_known_gets_no_link() {
    for (partition, region) in [
        ("aws-iso", "us-iso-east-1"),
        ("aws-nova", "nova-lyra-2"),
        ("aws-nova", "us-east-1"),
        ("aws", "cn-north-1"),
    ] {
        let text = in_partition(partition, region);
        assert!(
            !text.contains("cloudtrailv2") && !text.contains("CloudTrail event history"),
            "{partition} {region}: {text}"
        );
        assert!(
            text.contains("1f0c2ad4-5d1e-4c9b-9a51-EXAMPLE00001"),
            "the event is named: {text}"
        );
    }
}

/// The sample as it would be in another partition: the alert, the e-mail and the chat message, in
/// one text.
fn in_partition(partition: &str, region: &str) -> String {
    let mut sample = sample::alert();
    for record in &mut sample.evidence {
        record.region = Some(region.into());
    }
    let role = sample
        .role
        .replace("arn:aws:", &format!("arn:{partition}:"));
    let told = Alert {
        region: Some(region.into()),
        role,
        ..sample
    };
    let view = sample::view(Language::English);
    let messages: Vec<String> = rendered(&told).iter().map(all_text).collect();
    let mail = crate::mail::alert_mail(&view, &told, "not found");
    format!(
        "{messages:?}\n{mail:?}\n{}",
        crate::slack::chatbot::notification(&view, &told, None)
    )
}

#[test]
fn the_issued_key_is_never_shown_whole() {
    let alert_ = Alert {
        message: "the key ASIAIOSFODNN7EXAMPLE was used".into(),
        ..sample::alert()
    };
    for message in rendered(&alert_) {
        let text = format!("{}{}", all_text(&message), message.minimal);
        assert!(!text.contains("ASIAIOSFODNN7EXAMPLE"), "{text}");
    }
}

#[test]
fn the_picture_in_the_docs_is_of_what_is_sent() {
    use sha2::{Digest, Sha256};
    let json = include_str!("../../../../../docs/slack-message.json");
    let message = alert_message(
        &sample::view(Language::English),
        &sample::of_engine(),
        None,
        &[],
    );
    let drawn: Value = serde_json::from_str(json).unwrap();
    assert_eq!(
        drawn,
        json!({"text": message.text, "blocks": message.blocks}),
        "docs/slack-message.py says how to write it again"
    );
    let digest = Sha256::digest(json)
        .iter()
        .fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    assert!(
        include_str!("../../../../../docs/slack-message.svg").contains(&digest),
        "run docs/slack-message.py"
    );
}

/// Text fragments that attackers would choose, and arbitrary text.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("<!channel>".to_owned()),
        Just("<!here|x>".to_owned()),
        Just("<@U012EXAMPLE>".to_owned()),
        Just("@here @channel @everyone #general".to_owned()),
        Just("<https://evil.example|click>".to_owned()),
        Just("https://evil.example".to_owned()),
        Just("*bold* _it_ ~gone~ `code` ```block```".to_owned()),
        Just(":white_check_mark: &amp; &lt;!here&gt;".to_owned()),
        Just("\n> quoted\n• listed\u{202e}\u{200b}".to_owned()),
        Just("{who} {role} {n}".to_owned()),
        Just("あ😀".repeat(1_200)),
        any::<String>(),
    ];
    proptest::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

prop_compose! {
    fn hostile_alert()(texts in proptest::collection::vec(hostile(), 40), verdict in any::<bool>(), status in 0..3_usize, rule in 0..23_usize) -> Alert {
        let mut texts = texts.into_iter();
        let mut text = || texts.next().unwrap();
        let mut alert = sample::alert();
        let codes: Vec<_> = rolewatch_guard::catalogue::listed().map(|rule| rule.code).collect();
        alert.rule = codes.get(rule).map_or_else(&mut text, |code| (*code).to_owned());
        alert.name = text();
        alert.message = text();
        alert.message_ja = Some(text()).filter(|_| verdict);
        alert.caller.name = text().into();
        alert.caller.arn = Some(text());
        alert.caller.account = Some(text());
        alert.role = text();
        alert.role_account.name = Some(text());
        alert.source_ip = Some(text());
        alert.region = Some(text());
        alert.events = vec![text(), text()];
        alert.id = text();
        alert.user_agent = Some(text());
        alert.owner = Some(text());
        if let Some(session) = &mut alert.session {
            (session.name, session.key) = (Some(text()), Some(text()));
        }
        for (record, event) in alert.evidence.iter_mut().zip(&alert.events) {
            record.event.clone_from(event);
            (record.name, record.account_name, record.region) = (Some(text()), Some(text()), None);
        }
        alert.verdict = if verdict { Verdict::Violation } else { Verdict::Unproven };
        alert.status = [Status::Open, Status::Ended, Status::Withdrawn][status];
        if alert.rule.starts_with("RW1") {
            let (place, statement, fix) = (Some(text()), Some(json!({text(): [text()]})), Some(json!([])));
            alert.reviewed = Some(Reviewed { account: alert.id.clone(), subject: text(), place, statement, fix, undecided: vec![text()] });
            let (verdict, severity) = (Verdict::Violation, Severity::High);
            let mut too = || FoundToo { id: text(), rule: text(), verdict, severity, subject: text() };
            alert.together = Some(FoundTogether { others: 40, violations: 39, worst: vec![too(), too(), too(), too()] });
        }
        alert
    }
}

/// The same number of quoted parts, with our own words.
fn sample_quote(reviewed: &Reviewed) -> Reviewed {
    Reviewed {
        fix: reviewed.fix.clone(),
        ..sample::changed().reviewed.unwrap()
    }
}

/// What mrkdwn would treat as a link or a mention: the text between `<` and `>`.
fn controls(text: &str) -> Vec<&str> {
    text.split('<')
        .skip(1)
        .map(|rest| rest.split('>').next().unwrap_or(rest))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn no_text_breaks_a_limit_of_slack(alert in hostile_alert()) {
        rendered(&alert).iter().for_each(within_limits);
    }

    #[test]
    fn no_text_mentions_anybody_or_links_anywhere_but_to_the_console_and_the_runbook(alert in hostile_alert()) {
        for message in rendered(&alert) {
            for text in mrkdwn(&message.blocks) {
                for control in controls(&text) {
                    let ours = control.starts_with("https://wiki.example.com/rolewatch") || control.contains(".console.aws.amazon.com/");
                    prop_assert!(ours, "{control}");
                }
                prop_assert_eq!(text.matches('<').count(), text.matches('>').count() - text.matches("\n> ").count());
            }
            for text in [&message.text, &message.minimal] {
                prop_assert!(!text.contains('<') && !text.contains('>'), "{text}");
                prop_assert!(!text.contains("evil.example") || !text.contains("//evil"), "{text}");
            }
        }
    }

    #[test]
    fn no_text_adds_formatting(alert in hostile_alert()) {
        // Outside of code spans, the markup is exactly that of the same message without any text in
        // it.
        let bare = |text: &str| text.split('`').step_by(2).collect::<String>();
        let mut calm = sample::alert();
        (calm.rule, calm.verdict, calm.status) = (alert.rule.clone(), alert.verdict, alert.status);
        calm.owner = Some("x".into());
        calm.message_ja = alert.message_ja.as_ref().map(|_| "x".into());
        calm.reviewed = alert.reviewed.as_ref().map(|reviewed| Reviewed { undecided: vec!["x".into()], ..sample_quote(reviewed) });
        if alert.reviewed.is_some() && alert.caller.name.is_empty() {
            calm.caller.name = Text::default();
        }
        calm.together = alert.together.clone().map(|mut together| {
            for one in &mut together.worst {
                (one.id, one.subject) = ("x".into(), "x".into());
            }
            together
        });
        for (hostile, calm) in rendered(&alert).iter().zip(rendered(&calm)) {
            let (hostile, calm) = (mrkdwn(&hostile.blocks), mrkdwn(&calm.blocks));
            for text in &hostile {
                prop_assert_eq!(text.matches('`').count() % 2, 0, "{}", text);
            }
            for mark in ['*', '~'] {
                let count = |texts: &[String]| texts.iter().map(|text| bare(text).matches(mark).count()).sum::<usize>();
                prop_assert_eq!(count(&hostile), count(&calm), "{} in {:?}", mark, hostile);
            }
        }
    }

    #[test]
    fn every_mrkdwn_text_is_verbatim(alert in hostile_alert()) {
        for message in rendered(&alert) {
            let json = serde_json::to_string(&message.blocks).unwrap();
            prop_assert_eq!(json.matches(r#""type":"mrkdwn""#).count(), json.matches(r#""verbatim":true"#).count());
        }
    }
}
