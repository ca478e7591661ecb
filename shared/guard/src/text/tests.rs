use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::*;
use crate::tamper::CALLS;
use crate::testing::templates::{placeholders, templates};

fn japanese(text: &Text) -> String {
    text.in_language(Language::Japanese).into_owned()
}

#[test]
fn english_is_the_template_filled_in() {
    let who = "dora";
    let text = text!(
        "{who} was denied {times} when trying to enter {place}",
        who,
        times = text!("twice"),
        place = "UpdateApp"
    );
    assert_eq!(text, "dora was denied twice when trying to enter UpdateApp");
    assert_eq!(text!("{{{who}}} }} {{", who).as_str(), "{dora} } {");
    assert_eq!(format!("{:>5}", Text::data("é")), "    é");
}

#[test]
fn japanese_has_its_own_order_and_words() {
    let place = text!(
        "{role} in {account}",
        role = "UpdateApp",
        account = text!("account {account}", account = "444455556666")
    );
    let text = text!(
        "{who} was denied {times} when trying to enter {place}",
        who = "dora",
        times = text!("twice"),
        place
    );
    assert_eq!(
        japanese(&text),
        "dora が UpdateApp（アカウント 444455556666）に切り替えようとして 2 回拒否されました"
    );
    let day: Span = "1d 2h 5s".parse().unwrap();
    assert_eq!(
        japanese(&text!("member for {age}", age = day)),
        "メンバーになって 1 日 2 時間 5 秒"
    );
    assert_eq!(
        japanese(&Text::any_of(["a", "b", "c"])),
        "a または b または c"
    );
}

/// A name may be anything. It is never read as a template or as a placeholder.
#[test]
fn what_a_caller_chose_is_only_text() {
    for name in ["{place}", "twice", "{{", "}", "MFA was used", "{who}{who}"] {
        let text = text!(
            "{who} was denied {times} when trying to enter {place}",
            who = name,
            times = text!("once"),
            place = "X"
        );
        assert_eq!(
            text,
            format!("{name} was denied once when trying to enter X").as_str()
        );
        assert_eq!(
            japanese(&text),
            format!("{name} が X に切り替えようとして 1 回拒否されました")
        );
    }
}

#[test]
fn spaces_separate_only_letters_and_digits_from_japanese() {
    let said = |who: &str| japanese(&text!("{who} signs in elsewhere", who));
    assert_eq!(said("dora"), "dora のサインイン先は別の場所です");
    assert_eq!(said("山田"), "山田のサインイン先は別の場所です");
    let english = text!("{name} (user {user})", name = "山田", user = "山田");
    assert_eq!(english, "山田 (user 山田)");
}

#[test]
fn what_has_no_japanese_form_stays_english() {
    let text = Text::from_template("no such {thing}", vec![("thing", text!("twice"))]);
    assert_eq!(japanese(&text), "no such 2 回");
}

#[test]
fn a_text_that_was_made_safe_is_safe_in_both_languages() {
    let text = text!("{who} signs in elsewhere", who = "a\u{202e}b").harmless();
    assert_eq!(text, "a\u{fffd}b signs in elsewhere");
    assert_eq!(japanese(&text), "a\u{fffd}b のサインイン先は別の場所です");
}

/// Adds the templates below a folder, without those in tests.
fn collect(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if !["tests", "testing"].contains(&name.as_str()) {
                collect(&path, found);
            }
        } else if !(["tests.rs", "testing.rs"].contains(&name.as_str())
            || name.starts_with("cases"))
        {
            found.extend(templates(&fs::read_to_string(&path).unwrap()));
        }
    }
}

/// Every template in the sources has a Japanese form with the same placeholders, and every Japanese
/// form is used.
#[test]
fn every_template_is_in_japanese() {
    let mut used = BTreeSet::new();
    collect(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut used,
    );
    assert!(used.len() > 250, "{}", used.len());
    used.extend(CALLS.iter().map(|call| call.does.to_owned()));
    let known: BTreeMap<&str, &str> = ja::entries().collect();
    assert_eq!(
        known.len(),
        ja::entries().count(),
        "a template is there twice"
    );
    let missing: Vec<&String> = used
        .iter()
        .filter(|one| !known.contains_key(one.as_str()))
        .collect();
    assert!(missing.is_empty(), "without a Japanese form: {missing:#?}");
    let unused: Vec<&&str> = known.keys().filter(|one| !used.contains(**one)).collect();
    assert!(unused.is_empty(), "not in the sources: {unused:#?}");
    for (english, japanese) in known {
        assert_eq!(placeholders(english), placeholders(japanese), "{english}");
    }
}
