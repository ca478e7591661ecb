use proptest::prelude::*;

use super::*;
use crate::digest::{MOST_LINES, digest_mail};
use crate::text::{fill_template, length};
use crate::words::Words as _;
use crate::{Language, sample};
use rolewatch_guard::Verdict;
use rolewatch_guard::catalogue;
use rolewatch_guard::policy::Severity;
use rolewatch_live::recipients::Recipients;
use rolewatch_live::wire::{Broken, Ending, Listed, NamedAccount, Open, Unanswered};
use rolewatch_live::wire::{Held, Silent, Stretch, TurnedOff, UnreadDirectory};

const BOTH: [Language; 2] = [Language::English, Language::Japanese];

fn quiet_digest() -> Digest {
    Digest {
        held: Listed::default(),
        longest: None,
        unused: Listed::default(),
        broken: Vec::new(),
        unproven: Listed::default(),
        unacknowledged: Listed::default(),
        silent: Listed::default(),
        suppressions: Listed::default(),
        quarantined: Some(0),
        switches: 0,
        people: 0,
        elevated: 0,
        ..sample::digest()
    }
}

/// All section text, line by line.
fn section_lines(message: &SlackMessage) -> Vec<String> {
    let texts = message
        .blocks
        .iter()
        .filter(|block| block["type"] != "context")
        .filter_map(|block| block["text"]["text"].as_str());
    texts
        .flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>())
        .collect()
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
        let most = match block["type"].as_str().unwrap() {
            "header" => 150,
            "section" => 3_000,
            "context" => continue,
            other => panic!("{other}"),
        };
        assert!(
            (1..=most).contains(&length(block["text"]["text"].as_str().unwrap())),
            "{block}"
        );
    }
    assert!(
        section_lines(message).len() <= MOST_LINES,
        "{:#?}",
        section_lines(message)
    );
}

#[test]
fn a_busy_day_is_told_the_worst_first_in_few_lines() {
    let message = message(&sample::view(Language::English), &sample::digest());
    within_limits(&message);
    let lines = section_lines(&message);
    assert_eq!(
        lines,
        [
            "📋 Daily digest · 2026-02-01",
            "*14 switches by 4 people, 3 h 25 min in elevated roles.*",
            "*Alerts not confirmed as delivered: 1*",
            "• RW002 `dora` → `UpdateApp`, since 2026-02-01 03:30",
            "*No events for 24 hours: 2*",
            "• staging `555555555555`, last event 2026-01-28 13:00 … and 1 more",
            "*Messages quarantined since yesterday:* 1",
            "*Violations:* 3 (RW002 ×2 HIGH, RW004 ×1 MEDIUM)",
            "*Unproven in the last 7 days: 2*",
            "• RW001 `tom` → `UpdateApp`, 2026-02-01 03:30: can't tell whether tom was in Developers: there is no roster of account 111122223333 … and 1 more",
            "*What to do first*",
            "• RW002: End the session: `rolewatch revoke-plan ID` prints how. More steps: `rolewatch explain RW002`",
            "• RW004: Unless you know what the session is for, end it: `rolewatch revoke-plan ID` prints how. More steps: `rolewatch explain RW004`",
            "• RW001: Ask the person, on another channel, what the switch was for. Check what the session did. More steps: `rolewatch explain RW001`",
            "*Suppressions that ended or end soon: 2*",
            "• RW003 for `arn:aws:iam::111122223333:user/batch` ended on 2026-01-30 (platform) … and 1 more",
            "*Use by person and role: 4*",
            "• `dora` in `UpdateApp`: 6 switches, 2 h 5 min … and 3 more",
            "*Longest use:* `dora` → `UpdateApp`, 1 h 45 min from 2026-01-31 11:10",
            "*No recorded activity:* 1 (`tess` → `UpdateApp`)",
        ]
    );
}

#[test]
fn where_there_is_room_more_is_listed() {
    let digest = Digest {
        held: sample::digest().held,
        switches: 14,
        people: 4,
        elevated: 12_300,
        ..quiet_digest()
    };
    let lines = section_lines(&message(&sample::view(Language::English), &digest));
    assert_eq!(
        lines,
        [
            "☀️ Daily digest · 2026-02-01",
            "*Nothing to report: 14 switches by 4 people, 3 h 25 min in elevated roles.*",
            "*Use by person and role: 4*",
            "• `dora` in `UpdateApp`: 6 switches, 2 h 5 min",
            "• `dave` in `UpdateApp`: 4 switches, 1 h 0 min",
            "• `tom` in `SiteAdmin`: 3 switches, 20 min",
            "• `tess` in `UpdateApp`: 1 switch, 0 min",
        ]
    );
}

#[test]
fn a_quiet_day_is_one_line() {
    let lines_in = |language| section_lines(&message(&sample::view(language), &quiet_digest()));
    assert_eq!(
        lines_in(Language::English),
        [
            "☀️ Daily digest · 2026-02-01",
            "*Nothing to report: 0 switches by 0 people, 0 min in elevated roles.*"
        ]
    );
    assert_eq!(
        lines_in(Language::Japanese),
        [
            "☀️ 日次まとめ · 2026-02-01",
            "*報告事項はありません：0 人が 0 回切り替え、特権ロールの使用時間は 0 分。*"
        ]
    );
    let (subject, _) = digest_mail(&sample::view(Language::Japanese), &quiet_digest());
    assert_eq!(
        subject,
        "rolewatch digest 2026-02-01: 0 switches, nothing to report"
    );
}

/// One violation of each of the first rules, and an unproven finding of another.
fn broken(rules: usize) -> Digest {
    let mut broken = Vec::new();
    for rule in catalogue::listed().take(rules) {
        broken.push(Broken {
            rule: rule.code.to_owned(),
            severity: Severity::High,
            count: 1,
        });
    }
    Digest {
        broken,
        ..quiet_digest()
    }
}

#[test]
fn each_rule_has_its_first_step_once_and_violations_come_first() {
    let open = |verdict| Open {
        verdict,
        ..sample::digest().unacknowledged.first[0].clone()
    };
    let unproven = |rule: &str| Open {
        rule: rule.to_owned(),
        ..open(Verdict::Unproven)
    };
    let digest = Digest {
        unacknowledged: Listed::first_of(vec![unproven("RW006"), open(Verdict::Violation)]),
        unproven: Listed::first_of(vec![
            unproven("RW002"),
            unproven("RW013"),
            unproven("RW999"),
        ]),
        ..quiet_digest()
    };
    let steps = |language: Language| {
        let lines = section_lines(&message(&sample::view(language), &digest));
        let title = format!("*{}*", language.digest().steps);
        let at = lines.iter().position(|line| *line == title).unwrap();
        lines[at + 1..].to_vec()
    };
    assert_eq!(
        steps(Language::English),
        [
            "• RW002: End the session: `rolewatch revoke-plan ID` prints how. More steps: `rolewatch explain RW002`",
            "• RW006: Treat the session as hostile until you know whose it is: check what it is doing. If it isn't routine work, end it: `rolewatch revoke-plan ID` prints how. More steps: `rolewatch explain RW006`",
            "• RW013: Can wait until morning: no use was logged, which doesn't prove that there was none. More steps: `rolewatch explain RW013`",
        ]
    );
    assert_eq!(
        steps(Language::Japanese),
        [
            "• RW002：セッションを失効させる（方法は `rolewatch revoke-plan ID` で表示）。続きは `rolewatch explain RW002`",
            "• RW006：正体不明のセッションとして扱い、操作内容を調べる。通常の作業でなければ失効させる（方法は `rolewatch revoke-plan ID` で表示）。続きは `rolewatch explain RW006`",
            "• RW013：夜間対応は不要。使用の記録がないだけで、使われなかったとは限らない。続きは `rolewatch explain RW013`",
        ]
    );
    let (_, text) = digest_mail(&sample::view(Language::English), &digest);
    let line = "- RW002: End the session: rolewatch revoke-plan ID prints how. More steps: rolewatch explain RW002";
    assert!(text.lines().any(|one| one == line), "{text}");
}

#[test]
fn steps_of_every_rule_fit_beside_everything_else() {
    for rules in 1..=catalogue::listed().len() {
        let digest = Digest {
            broken: broken(rules).broken,
            recipients: None,
            unanswered: Listed::first_of(vec![unanswered(&["us-east-1"], Some("refused")); 7]),
            ..sample::digest()
        };
        for language in BOTH {
            let full = message(&sample::view(language), &digest);
            within_limits(&full);
            let first = language.digest().steps;
            let lines = section_lines(&full);
            assert!(
                lines.iter().any(|line| line.contains(first)),
                "{first}: {lines:#?}"
            );
            // With room, there are five.
            let alone = message(&sample::view(language), &broken(rules));
            within_limits(&alone);
            let steps = section_lines(&alone);
            let shown = steps
                .iter()
                .filter(|line| line.contains("rolewatch explain"));
            assert_eq!(shown.count(), rules.min(5), "{steps:#?}");
        }
    }
}

fn unanswered(regions: &[&str], why: Option<&str>) -> Unanswered {
    Unanswered {
        account: NamedAccount {
            id: "444455556666".into(),
            name: Some("production".into()),
        },
        regions: regions.iter().map(ToString::to_string).collect(),
        since: "2026-01-31T21:41:02Z".parse().unwrap(),
        why: why.map(str::to_owned),
    }
}

#[test]
fn where_no_events_come_from_is_named_with_the_regions_and_the_reason() {
    let regions = [
        "af-south-1",
        "ap-east-1",
        "eu-west-1",
        "us-east-1",
        "us-west-2",
    ];
    let refused = "sts:AssumeRole failed: AccessDenied: *not* authorized";
    let list = vec![
        unanswered(&regions, None),
        unanswered(&["me-south-1"], Some(refused)),
    ];
    let digest = Digest {
        unanswered: Listed::first_of(list),
        ..quiet_digest()
    };
    assert!(!digest.is_quiet());
    let in_words =
        |language| section_lines(&message(&sample::view(language), &digest))[2..].to_vec();
    assert_eq!(
        in_words(Language::English),
        [
            "*Accounts with no events from at least one Region: 2*",
            "• production `444455556666`: af-south-1, ap-east-1, eu-west-1, us-east-1 …, since 2026-02-01 06:41",
            "• production `444455556666`: me-south-1, since 2026-02-01 06:41: sts:AssumeRole failed: AccessDenied: \
             ∗not∗ authorized",
        ]
    );
    assert_eq!(
        in_words(Language::Japanese)[0],
        "*イベントが届いていないアカウント（一部のリージョンのみの場合を含む）：2 件*"
    );
    for language in BOTH {
        let view = sample::view(language);
        let all = Digest {
            recipients: None,
            unanswered: digest.unanswered.clone(),
            ..sample::digest()
        };
        within_limits(&message(&view, &all));
        assert!(
            digest_mail(&view, &all)
                .1
                .contains("production 444455556666: af-south-1")
        );
    }
}

#[test]
fn a_directory_that_was_not_read_for_a_day_is_no_quiet_day() {
    let digest = Digest {
        unread_directory: Some(UnreadDirectory {
            store: "d-1234567890".to_owned(),
            last: "2026-01-30T03:47:00Z".parse().unwrap(),
        }),
        ..quiet_digest()
    };
    assert!(!digest.is_quiet());
    for language in BOTH {
        let lines = section_lines(&message(&sample::view(language), &digest));
        let told = lines.iter().filter(|line| line.contains("d-1234567890"));
        assert_eq!(told.count(), 1, "{lines:?}");
    }
}

#[test]
fn people_of_identity_center_who_need_a_look_are_named() {
    let names = |name: &str| Listed::first_of(vec![name.to_owned()]);
    let digest = Digest {
        signed_in_without_mfa: names("nell"),
        unlisted: names("nora"),
        ..quiet_digest()
    };
    assert!(!digest.is_quiet());
    for language in BOTH {
        let text = section_lines(&message(&sample::view(language), &digest)).join("\n");
        assert!(text.contains("nell") && text.contains("nora"), "{text}");
    }
}

#[test]
fn what_could_not_be_counted_is_no_quiet_day() {
    let digest = Digest {
        quarantined: None,
        ..quiet_digest()
    };
    assert!(
        section_lines(&message(&sample::view(Language::English), &digest))
            .contains(&"*Couldn't count the messages in quarantine*".to_owned())
    );
}

#[test]
fn the_mail_says_what_slack_says_without_its_signs() {
    for language in BOTH {
        let view = sample::view(language);
        let (subject, text) = digest_mail(&view, &sample::digest());
        assert_eq!(
            subject,
            "rolewatch digest 2026-02-01: 14 switches, 3 violations, 2 unproven, 1 unacknowledged"
        );
        for part in [
            "dora → UpdateApp",
            fill_template(
                view.language.digest().broken_rule,
                &[
                    ("rule", "RW002"),
                    ("n", "2"),
                    ("severity", view.language.severity(Severity::High)),
                ],
            )
            .as_str(),
            "555555555555",
            "user/batch",
            "2026-01-30",
            "(Asia/Tokyo)",
            view.language.digest().mail_note,
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(!text.contains(['`', '*', '{']), "{text}");
    }
}

#[test]
fn rules_that_are_off_take_one_line_even_where_there_is_no_room() {
    let off = |rule: &str, reason: &str| TurnedOff {
        rule: rule.into(),
        reason: reason.into(),
    };
    let rules_off = Listed {
        total: 3,
        first: vec![
            off("RW009", "handled by the help desk"),
            off("RW013", "the release bot"),
        ],
    };
    let quiet = Digest {
        rules_off: rules_off.clone(),
        ..quiet_digest()
    };
    assert!(quiet.is_quiet());
    let full = Digest {
        rules_off,
        recipients: None,
        unanswered: Listed::first_of(vec![unanswered(&["us-east-1"], None); 7]),
        ..sample::digest()
    };
    for (language, line) in [
        (
            Language::English,
            "*Rules turned off:* RW009 (handled by the help desk), RW013 (the release bot), and 1 more",
        ),
        (
            Language::Japanese,
            "*無効にしているルール：* RW009（handled by the help desk）、RW013（the release bot）、ほか 1 件",
        ),
    ] {
        let view = sample::view(language);
        assert_eq!(section_lines(&message(&view, &quiet))[2..], [line]);
        let message = message(&view, &full);
        within_limits(&message);
        let lines = section_lines(&message);
        assert!(lines.iter().any(|one| one == line), "{lines:#?}");
        let steps = language.digest().steps;
        assert!(lines.iter().any(|one| one.contains(steps)), "{lines:#?}");
    }
}

#[test]
fn that_alarms_reach_nobody_is_said_first_and_no_day_is_quiet_then() {
    let quiet = quiet_digest();
    assert!(quiet.is_quiet());
    for language in BOTH {
        let words = language.digest();
        let cases = [
            (Some(Recipients::Nobody), words.nobody),
            (Some(Recipients::Pending), words.pending),
            (None, words.recipients_unknown),
        ];
        for (recipients, said) in cases {
            let digest = Digest {
                recipients,
                ..quiet.clone()
            };
            assert!(!digest.is_quiet(), "{recipients:?}");
            let view = sample::view(language);
            let (_, text) = digest_mail(&view, &digest);
            assert!(
                text.lines().nth(3).is_some_and(|line| line == said),
                "{text}"
            );
            let message = message(
                &view,
                &Digest {
                    recipients,
                    ..sample::digest()
                },
            );
            within_limits(&message);
            let start: String = said.chars().take(12).collect();
            assert!(
                section_lines(&message)[2].contains(&start) && message.minimal.contains(said),
                "{:#?}",
                section_lines(&message)
            );
        }
        let (_, text) = digest_mail(&sample::view(language), &quiet);
        assert!(
            ![words.nobody, words.pending, words.recipients_unknown]
                .iter()
                .any(|said| text.contains(said)),
            "{text}"
        );
    }
}

#[test]
fn both_languages_fill_every_gap() {
    for language in BOTH {
        let message = message(&sample::view(language), &sample::digest());
        within_limits(&message);
        assert!(
            section_lines(&message)
                .iter()
                .all(|line| !line.contains('{')),
            "{:#?}",
            section_lines(&message)
        );
        assert!(
            message.minimal.lines().count() > 5 && message.text.lines().count() == 1,
            "{message:?}"
        );
    }
}

proptest! {
    #[test]
    fn no_text_and_no_number_of_entries_runs_over(text in ".{0,600}", total in 0_usize..10_000) {
        let mut digest = sample::digest();
        let hostile = format!("<!channel> *{text}* `<@U1>`\n");
        let account = NamedAccount { id: hostile.clone(), name: Some(hostile.clone()) };
        let open = Open { id: hostile.clone(), rule: hostile.clone(), verdict: Verdict::Unproven, who: hostile.clone(), role: hostile.clone(), time: digest.since, message: hostile.clone(), message_ja: Some(hostile.clone()) };
        let unanswered = Unanswered { account: account.clone(), regions: vec![hostile.clone(); 40], since: digest.since, why: Some(hostile.clone()) };
        let silent = Silent { account, regions: vec![hostile.clone(); 40], last: Some(digest.since) };
        let ending = Ending { rule: hostile.clone(), caller: hostile.clone(), owner: hostile.clone(), until: hostile.clone(), over: true };
        let held = Held { who: hostile.clone(), role: hostile.clone(), switches: total, seconds: i64::MAX };
        let off = TurnedOff { rule: hostile.clone(), reason: hostile.clone() };
        let stretch = Stretch { who: hostile.clone(), role: hostile.clone(), began: digest.since, seconds: i64::MIN };
        digest.unproven = Listed { total, first: vec![open.clone(); 10] };
        digest.unacknowledged = Listed { total, first: vec![open; 10] };
        digest.unanswered = Listed { total, first: vec![unanswered; 10] };
        digest.silent = Listed { total, first: vec![silent; 10] };
        digest.suppressions = Listed { total, first: vec![ending; 10] };
        digest.rules_off = Listed { total, first: vec![off; 10] };
        digest.held = Listed { total, first: vec![held; 10] };
        digest.unused = Listed { total, first: vec![stretch.clone(); 10] };
        digest.longest = Some(stretch);
        for broken in &mut digest.broken {
            broken.rule = hostile.clone();
        }
        for language in BOTH {
            let view = sample::view(language);
            let message = message(&view, &digest);
            within_limits(&message);
            let all = serde_json::to_string(&message.blocks).unwrap();
            prop_assert!(!all.contains("<!") && !all.contains("<@"), "{}", all);
            let (subject, _) = digest_mail(&view, &digest);
            prop_assert!(subject.is_ascii() && subject.len() <= 100 && !subject.contains('\n'));
        }
    }
}
