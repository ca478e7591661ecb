//! The argument FINDING: an ID, its beginning, or the finding itself as JSON.

mod json;

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use rolewatch_guard::untrusted::harmless;

use crate::exit::{Failure, shown_path};
use crate::given;
use crate::limits::ID_BEGINNING;
pub(super) use json::GivenFinding;

/// The number of digits in a finding's ID.
const DIGITS: usize = 32;

/// The argument FINDING.
#[derive(Debug)]
pub(super) enum FindingRequest {
    /// An ID or its beginning.
    Id(String),
    /// The finding.
    Finding(Box<GivenFinding>),
}

impl FindingRequest {
    /// Parses the argument. `paths` are the logs given with it.
    pub(super) fn read(finding: &Path, paths: &[PathBuf]) -> Result<Self, Failure> {
        let bytes = if given::is_stdin(finding) {
            from_stdin(finding, paths)?
        } else if finding.is_dir() {
            return Err(Failure::Usage(format!(
                "`{}` is a directory; give the id of a finding, or a file with one",
                shown_path(finding)
            )));
        } else if finding.exists() {
            fs::read(finding).map_err(|why| Failure::unreadable(finding, why))?
        } else {
            // Only now: if a file has a name that looks like an ID, the file is meant.
            return Self::from_id(&finding.to_string_lossy(), &given::did_you_mean(finding));
        };
        match GivenFinding::from_json(&bytes) {
            Ok(given) => Ok(Self::Finding(Box::new(given))),
            Err(why) => Err(Failure::Finding(format!(
                "can't take a finding from `{}`: {why}",
                shown_path(finding)
            ))),
        }
    }

    /// `meant`: a suggestion for a file name, used if the text isn't an ID.
    fn from_id(text: &str, meant: &str) -> Result<Self, Failure> {
        let id = text.trim().to_ascii_lowercase();
        if (ID_BEGINNING..=DIGITS).contains(&id.len()) && is_hexadecimal(&id) {
            return Ok(Self::Id(id));
        }
        Err(Failure::Usage(format!(
            "`{}`: no such file or directory, and not the id of a finding \
             ({DIGITS} hexadecimal digits, or at least the first {ID_BEGINNING}){meant}\n\
             `rolewatch audit --format ndjson` prints findings with their ids",
            harmless(text)
        )))
    }
}

/// Stdin can be read only once.
fn from_stdin(finding: &Path, paths: &[PathBuf]) -> Result<Vec<u8>, Failure> {
    if paths.iter().any(|path| given::is_stdin(path)) {
        return Err(Failure::Usage(
            "stdin can be the finding or the logs, not both".to_owned(),
        ));
    }
    let mut bytes = Vec::new();
    given::stdin("a finding")
        .read_to_end(&mut bytes)
        .map_err(|why| Failure::unreadable(finding, why))?;
    Ok(bytes)
}

/// Whether a text consists of the characters of IDs: digits and lowercase letters from `a` to `f`.
fn is_hexadecimal(text: &str) -> bool {
    text.bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_hexadecimal_and_long_enough() {
        let read = FindingRequest::from_id(" 00C0ffee ", "");
        assert!(matches!(read, Ok(FindingRequest::Id(id)) if id == "00c0ffee"));
        for odd in ["", "abc", "RW004", "nothing.json", &"a".repeat(33)] {
            assert!(FindingRequest::from_id(odd, "").is_err(), "{odd}");
        }
    }
}
