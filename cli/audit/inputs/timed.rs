//! Roster files, each with the time at which the roster was taken.

use std::fs;
use std::path::{Path, PathBuf};

use rolewatch_guard::moment::Moment;
use rolewatch_guard::roster::file_name::{full_time, name_and_time};

use crate::exit::{Failure, shown_path};
use crate::given;

/// The error for a folder without rosters.
pub(super) const NO_JSON: &str = "there is no .json file directly in this directory";

/// A roster file, and when the roster was taken.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TimedRoster {
    pub(crate) file: PathBuf,
    pub(crate) taken: Option<Moment>,
}

impl TimedRoster {
    /// Parses `FILE@TIME`, or a file with the time in its name.
    pub(crate) fn from_argument(text: &Path) -> Self {
        match text.to_str().and_then(name_and_time) {
            Some((file, taken)) => Self {
                file: file.into(),
                taken: Some(taken),
            },
            None => Self::from_file_name(text.to_owned()),
        }
    }

    /// Parses the file name `NAME@TIME.json`.
    pub(crate) fn from_file_name(file: PathBuf) -> Self {
        let stem = file.file_stem().and_then(|stem| stem.to_str());
        let taken = stem.and_then(name_and_time).map(|(_, taken)| taken);
        Self { file, taken }
    }
}

/// The given rosters: files, and all files of given folders.
pub(super) fn all_given(given: &[PathBuf]) -> Result<Vec<TimedRoster>, Failure> {
    let mut files = Vec::new();
    for text in given {
        if text.is_dir() {
            let found = in_folder(text)?;
            if found.is_empty() {
                return Err(Failure::Usage(format!(
                    "`{}` contains no roster: {NO_JSON}",
                    shown_path(text)
                )));
            }
            files.extend(found);
        } else {
            files.push(TimedRoster::from_argument(text));
        }
    }
    Ok(files)
}

/// Every `*.json` directly in the folder, sorted by name.
pub(super) fn in_folder(folder: &Path) -> Result<Vec<TimedRoster>, Failure> {
    let unreadable = |why| Failure::unreadable(folder, why);
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let file = entry.map_err(unreadable)?.path();
        let ending = file.extension();
        if ending.is_some_and(|ending| ending.eq_ignore_ascii_case("json")) {
            files.push(TimedRoster::from_file_name(file));
        }
    }
    // Folders are listed in no particular order, and the output must not depend on it.
    files.sort_by(|a, b| a.file.cmp(&b.file));
    Ok(files)
}

/// The error for a missing roster, with what may be wrong with its time.
pub(crate) fn missing_roster(text: &Path) -> Option<String> {
    if given::is_stdin(text) {
        return Some("a roster is a file or a directory, not stdin (`-`)".to_owned());
    }
    if let Some(why) = given::elsewhere("--roster", text) {
        return Some(why);
    }
    let missing = given::missing(&TimedRoster::from_argument(text).file)?;
    Some(format!("{missing}{}", time_hint(&text.to_string_lossy())))
}

/// What is wrong with a text that was probably meant as a time: `dev.json@2026-03-31`.
fn time_hint(text: &str) -> String {
    match text.rsplit_once('@') {
        // A text with a dot or a slash is part of a name or a path, not a time.
        Some((_, time)) if full_time(time).is_none() && !time.contains(['.', '/']) => format!(
            "; `{}` is not a full time such as `2026-03-31T09:30:00Z`",
            shown_path(Path::new(time))
        ),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(text: &str) -> (String, Option<String>) {
        let TimedRoster { file, taken } = TimedRoster::from_argument(Path::new(text));
        (
            file.display().to_string(),
            taken.map(|taken| taken.to_string()),
        )
    }

    #[test]
    fn a_roster_is_split_at_the_last_at_sign_only_before_a_full_time() {
        let time = Some("2026-03-31T09:30:00Z".to_owned());
        assert_eq!(
            given("dev.json@2026-03-31T09:30:00Z"),
            ("dev.json".into(), time.clone())
        );
        assert_eq!(
            given("a@b.json@2026-03-31T18:30:00+09:00"),
            ("a@b.json".into(), time.clone())
        );
        assert_eq!(
            given("dev.json@2026-03-31T093000Z"),
            ("dev.json".into(), time.clone())
        );
        assert_eq!(
            given("roster/dev@2026-03-31T093000Z.json"),
            ("roster/dev@2026-03-31T093000Z.json".into(), time)
        );
        for whole in [
            "dev.json",
            "alice@example.com.json",
            "dev.json@2026-03-31",
            "dev.json@",
            "@2026-03-31T09:30:00Z",
        ] {
            assert_eq!(given(whole), (whole.into(), None), "{whole}");
        }
    }
}
