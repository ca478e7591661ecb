//! The keys in the stack's bucket that the live guard reads.

use std::path::Path;

use rolewatch_guard::moment::Moment;
use rolewatch_guard::roster::file_name::{self, name_and_time};

use crate::exit::shown_path;

/// The key of the policy that the live guard reads.
pub(crate) const POLICY: &str = "policy/rolewatch.yaml";

/// `roster/NAME@TIME.json`, without colons, so that a folder of rosters can have the same file
/// names on any system.
pub(super) fn roster_key(file: &Path, taken: Option<Moment>) -> Result<String, String> {
    let shown = shown_path(file);
    let Some(taken) = taken else {
        return Err(format!(
            "the live guard needs to know when `{shown}` was taken: \
             add the time after the name, as in `{shown}@2026-03-31T09:30:00Z`"
        ));
    };
    let name = name_of(file);
    // The key is printed, and people type it into AWS CLI commands.
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.@+ ".contains(c);
    if name.is_empty() || !name.chars().all(is_plain) {
        return Err(format!(
            "`{shown}` can't be the name of an object: \
             rename it, with only letters, digits, `-`, `_`, and `.`"
        ));
    }
    Ok(file_name::roster_key(name, taken))
}

/// The name of a roster file without the time, which is added separately.
fn name_of(file: &Path) -> &str {
    let stem = file.file_stem().and_then(|stem| stem.to_str());
    let stem = stem.unwrap_or_default();
    match name_and_time(stem) {
        Some((name, _)) => name,
        None => stem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::inputs::TimedRoster;

    fn key_or_error(text: &str) -> Result<String, String> {
        let TimedRoster { file, taken } = TimedRoster::from_argument(Path::new(text));
        roster_key(&file, taken)
    }

    #[test]
    fn a_roster_is_named_as_the_audit_reads_it() {
        let expected = Ok("roster/dev@2026-03-31T093000Z.json".to_owned());
        assert_eq!(key_or_error("dev.json@2026-03-31T09:30:00Z"), expected);
        assert_eq!(
            key_or_error("somewhere/dev@2026-03-31T093000Z.json"),
            expected
        );
        assert_eq!(
            key_or_error("dev.json@2026-03-31T18:30:00+09:00"),
            expected,
            "in UTC"
        );
        assert_eq!(
            key_or_error("dev@2026-01-01T000000Z.json@2026-03-31T09:30:00Z"),
            expected,
            "what is given beats what is in the name"
        );
        let key = key_or_error("dev.json@2026-03-31T09:30:00Z").unwrap();
        assert_eq!(
            TimedRoster::from_file_name(key.into()).taken,
            Some("2026-03-31T09:30:00Z".parse().unwrap())
        );
    }

    #[test]
    fn a_roster_without_a_time_is_of_no_use_to_the_live_guard() {
        let why = key_or_error("dev.json").unwrap_err();
        assert!(why.contains("dev.json@2026-03-31T09:30:00Z"), "{why}");
    }

    #[test]
    fn a_name_that_is_no_plain_text_is_refused() {
        assert!(key_or_error("d\u{202e}ev.json@2026-03-31T09:30:00Z").is_err());
    }
}
