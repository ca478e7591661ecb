use std::fmt::Write;

use proptest::prelude::*;

use super::*;

fn filter(needles: &[&str]) -> Filter {
    Filter::new(
        &needles
            .iter()
            .map(|needle| (*needle).to_owned())
            .collect::<Vec<_>>(),
    )
    .unwrap()
}

#[test]
fn a_needle_is_found_as_it_is_written() {
    let filter = filter(&["\"sts.amazonaws.com\"", ":assumed-role/UpdateApp/"]);
    assert!(filter.could_match(br#"{"eventSource":"sts.amazonaws.com"}"#));
    assert!(
        !filter.could_match(br#"{"host":"sts.amazonaws.com.example","user":"xsts.amazonaws.com"}"#)
    );
    assert!(
        filter.could_match(br#"{"arn":"arn:aws:sts::111122223333:assumed-role/UpdateApp/alice"}"#)
    );
    assert!(!filter.could_match(
        br#"{"arn":"arn:aws:sts::111122223333:assumed-role/UpdateApp2/alice","x":"UpdateApp/"}"#
    ));
}

#[test]
fn an_escape_that_could_hide_a_needle_is_let_through() {
    let filter = filter(&["\"sts.amazonaws.com\"", ":assumed-role/UpdateApp/"]);
    assert!(filter.could_match(br#"{"eventSource":"s\u0074s.amazonaws.com"}"#));
    assert!(filter.could_match(br#"{"eventSource":"\u0073ts.amazonaws.com"}"#));
    assert!(
        filter
            .could_match(br#"{"arn":"arn:aws:sts::111122223333:assumed-role\/UpdateApp\/alice"}"#)
    );
    assert!(filter.could_match(br#"{"x":"\uZZZZ"}"#));
    assert!(
        !filter.could_match(br#"{"policy":"{\"Version\":\"2012-10-17\"}\u003c\u3042\n"}"#),
        "these are in no needle"
    );
}

#[test]
fn what_json_could_write_in_many_ways_is_refused() {
    for needle in ["", "\"", "\"\"", "a\"b", "a\\b", "a\nb"] {
        assert!(Filter::new(&[needle.to_owned()]).is_err(), "{needle:?}");
    }
    assert_eq!(Filter::new(&[]).unwrap_err(), BadNeedle::None);
}

#[test]
fn hundreds_of_needles_work_too() {
    let needles: Vec<String> = (0..500)
        .map(|n| format!(":assumed-role/Role{n}X/"))
        .collect();
    let filter = Filter::new(&needles).unwrap();
    assert!(
        filter.could_match(br#"{"arn":"arn:aws:sts::111122223333:assumed-role/Role417X/alice"}"#)
    );
    assert!(
        !filter.could_match(br#"{"arn":"arn:aws:sts::111122223333:assumed-role/Role500X/alice"}"#)
    );
}

/// The string as JSON, with the characters that `escape` selects written as `\uXXXX` (or `\/`).
fn written(text: &str, escape: &[bool]) -> String {
    let mut out = String::from("\"");
    for (at, c) in text.chars().enumerate() {
        if escape
            .get(at % escape.len().max(1))
            .copied()
            .unwrap_or(false)
        {
            if c == '/' && at % 2 == 0 {
                out.push_str("\\/");
            } else {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    write!(out, "\\u{unit:04x}").unwrap();
                }
            }
        } else {
            let quoted = serde_json::to_string(&c).unwrap();
            out.push_str(&quoted[1..quoted.len() - 1]);
        }
    }
    out.push('"');
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_way_of_writing_a_needle_escapes_the_filter(
        needles in prop::collection::vec("\"?[a-z:/.é]{1,12}\"?", 1..30),
        pick in any::<prop::sample::Index>(),
        before in "[ -~é\\n]{0,80}",
        after in "[ -~é\\n]{0,80}",
        escape in prop::collection::vec(prop::bool::weighted(0.1), 1..200),
    ) {
        let filter = Filter::new(&needles).unwrap();
        let needle = pick.get(&needles);
        let mut text = needle.trim_matches('"').to_owned();
        if !needle.starts_with('"') {
            text.insert_str(0, &before);
        }
        if !needle.ends_with('"') {
            text.push_str(&after);
        }
        let json = format!("{{\"k\":{}, \"z\":\"\"}}", written(&text, &escape));
        let back: serde_json::Value = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(back["k"].as_str(), Some(text.as_str()));
        prop_assert!(filter.could_match(json.as_bytes()), "{} in {}", needle, json);
    }

    #[test]
    fn without_escapes_the_filter_says_exactly_what_is_there(
        needles in prop::collection::vec("[ab:/]{1,7}", 1..30),
        text in "[ab:/]{0,100}",
    ) {
        let expected = needles.iter().any(|needle| text.contains(needle.as_str()));
        prop_assert_eq!(Filter::new(&needles).unwrap().could_match(text.as_bytes()), expected);
    }

    #[test]
    fn long_needles_are_found_wherever_they_stand(
        needles in prop::collection::vec("[ab]{8,30}", 1..6),
        text in "[ab]{0,200}",
        insert in any::<Option<(prop::sample::Index, prop::sample::Index)>>(),
    ) {
        let mut text = text;
        if let Some((which, at)) = insert {
            let needle: &String = which.get(&needles);
            text.insert_str(at.index(text.len() + 1), needle);
        }
        let expected = needles.iter().any(|needle| text.contains(needle.as_str()));
        prop_assert_eq!(Filter::new(&needles).unwrap().could_match(text.as_bytes()), expected);
    }
}
