//! Any bytes give either a policy or errors.

use proptest::prelude::*;

use super::super::{EXAMPLE, Policy};
use super::MOST_BYTES;
use super::tests::{HEAD, assert_problems, good_policy};

#[test]
fn a_file_that_is_no_text_is_told_where() {
    assert_problems(
        b"version: 1\nx: \xff\n",
        "
rolewatch.yaml:2:4: this is not UTF-8: save the file as UTF-8
    2 | x: �
      |    ^
",
    );
    assert_problems(
        b"version: 1\r\nx: a\0b\n",
        "
rolewatch.yaml:2:5: there is an invisible character here (U+0000): remove it
    2 | x: a�b
      |     ^
",
    );
    assert_problems(
        b"\xff\xfev\0",
        "
rolewatch.yaml:1:1: the file is UTF-16: save it as UTF-8
    1 | ��v�
      | ^
",
    );
    assert_problems(
        b"",
        "
rolewatch.yaml:1:1: the file is empty: a policy begins with `version: 1`
    1 | 
      | ^
",
    );
}

#[test]
fn a_file_is_at_most_a_mebibyte() {
    let mut text = format!("{HEAD}roles: []\n");
    text.push_str(&"#".repeat(MOST_BYTES - text.len()));
    good_policy(&text);
    text.push('#');
    let told = Policy::read(text.as_bytes(), "p")
        .expect_err("it is too large")
        .to_string();
    assert_eq!(
        told,
        "p:1:1: the file has 1048577 bytes: a policy can have at most 1 MiB\n    1 | version: 1\n      | ^"
    );
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_do_no_harm() {
    let windows = format!("\u{feff}{}", EXAMPLE.replace('\n', "\r\n"));
    let (mut read, written) = (good_policy(&windows), good_policy(EXAMPLE));
    assert_ne!(read.version_hash, written.version_hash);
    read.version_hash = written.version_hash;
    assert_eq!(read, written);
}

#[test]
fn a_large_policy_is_read() {
    use std::fmt::Write;
    let mut text = format!("{HEAD}roles:\n");
    for number in 0..500 {
        writeln!(text, "  - arn: arn:aws:iam::444455556666:role/Team{number}-*\n    groups: [development/Developers]").unwrap();
    }
    assert!(text.len() < MOST_BYTES);
    assert_eq!(good_policy(&text).roles.len(), 500);
}

#[test]
fn the_terminal_is_safe_from_the_file() {
    assert_problems(
        format!("{HEAD}roles: []\n\"\\e[31mrole\\u202es\": 1\n"),
        r#"
rolewatch.yaml:6:1: unknown key `�[31mrole�s`: a policy has `version`, `accounts`, `regions`, `identity_center`, `assume_root`, `defaults`, `roles`, `rules` and `suppress`
    6 | "\e[31mrole\u202es": 1
      | ^^^^^^^^^^^^^^^^^^^
"#,
    );
}

/// Reading gives a policy, or errors that are safe to print on a terminal.
fn ends_well(bytes: &[u8]) -> Result<(), TestCaseError> {
    if let Err(errors) = Policy::read(bytes, "rolewatch.yaml") {
        prop_assert!(!errors.errors().is_empty());
        let told = errors.to_string();
        prop_assert!(
            told.chars()
                .all(|c| c == '\n' || crate::untrusted::shows_as_itself(c)),
            "{told:?}"
        );
    }
    Ok(())
}

proptest! {
    #[test]
    fn arbitrary_bytes_end_well(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        ends_well(&bytes)?;
    }

    #[test]
    fn arbitrary_yaml_like_text_ends_well(
        parts in prop::collection::vec(
            prop::sample::select(vec![
                "version: 1\n", "accounts:", "defaults:", "roles:", "suppress:", "arn:", "groups:", "max_session:", "until:", "rule:", "\n", "\n  ", "\n- ", " ",
                "&a ", "*a", "<<", ": ", "{", "}", "[", "]", ", ", "- ", "? ", "| ", ">\n", "'", "\"", "#", "!x ", "!!str ", "%", "---", "...", "\t",
                "111122223333", "development", "development/Developers", "arn:aws:iam::*:role/A", "1h", "0s", "RW003", "開発", "identity_center:", "permission_set:", "identities:", "identity-center/*", "identity-center", "\u{202e}", "\r", "~",
            ]),
            0..40,
        )
    ) {
        ends_well(parts.concat().as_bytes())?;
        ends_well(format!("{HEAD}roles:\n  - {}", parts.concat()).as_bytes())?;
    }

    #[test]
    fn a_mutated_example_ends_well(
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..12, prop::collection::vec(any::<u8>(), 0..6)), 1..6)
    ) {
        let mut bytes = EXAMPLE.as_bytes().to_vec();
        for (at, removed, added) in edits {
            let from = at.index(bytes.len() + 1);
            let to = (from + removed).min(bytes.len());
            bytes.splice(from..to, added);
        }
        ends_well(&bytes)?;
    }
}
