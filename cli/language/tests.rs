use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use rolewatch_guard::testing::templates::{placeholders, templates};

use super::*;

/// Adds the templates below a folder, without those in tests.
fn collect(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs")
            && path.file_stem().is_some_and(|name| name != "tests")
        {
            found.extend(templates(&fs::read_to_string(&path).unwrap()));
        }
    }
}

#[test]
fn every_template_is_in_japanese() {
    let mut used = BTreeSet::new();
    collect(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("cli"),
        &mut used,
    );
    assert!(used.len() > 300, "{}", used.len());
    let missing: Vec<_> = used.iter().filter(|one| template(one).is_none()).collect();
    assert!(missing.is_empty(), "without a Japanese form: {missing:#?}");
    let known: BTreeMap<&str, &str> = ja::entries().collect();
    assert_eq!(
        known.len(),
        ja::entries().count(),
        "a template is there twice"
    );
    for (english, japanese) in known {
        assert!(used.contains(english), "not in the sources: {english}");
        assert!(
            engine::template(english).is_none(),
            "the engine has it: {english}"
        );
        assert_eq!(placeholders(english), placeholders(japanese), "{english}");
    }
}

fn chosen_by(variables: &[(&'static str, &str)]) -> Result<Language, String> {
    of_environment(&|name| {
        let mut set = variables.iter().filter(|(known, _)| *known == name);
        set.next().map(|(_, value)| (*value).to_owned())
    })
}

#[test]
fn the_environment_chooses_the_language() {
    for (variables, language) in [
        (&[][..], Language::English),
        (&[("LANG", "ja_JP.UTF-8")], Language::Japanese),
        (&[("LANG", "ja")], Language::Japanese),
        (&[("LANG", "jam_JM")], Language::English),
        (
            &[("LANG", "ja_JP.UTF-8"), ("LC_ALL", "C")],
            Language::English,
        ),
        (
            &[("LANG", "en_US.UTF-8"), ("LC_MESSAGES", "ja_JP.eucJP")],
            Language::Japanese,
        ),
        (
            &[("LANG", "ja_JP.UTF-8"), ("LC_ALL", "")],
            Language::Japanese,
        ),
        (
            &[("LANG", "ja_JP.UTF-8"), (VARIABLE, "en")],
            Language::English,
        ),
        (&[("LC_ALL", "C"), (VARIABLE, "ja")], Language::Japanese),
    ] {
        assert_eq!(chosen_by(variables), Ok(language), "{variables:?}");
    }
    let wrong = chosen_by(&[(VARIABLE, "jp\u{1b}[2J")]).unwrap_err();
    assert!(
        wrong.starts_with("`ROLEWATCH_LANGUAGE` must be `en` or `ja`, not `jp\u{fffd}"),
        "{wrong}"
    );
}
