//! The argument FINDING: an ID, its beginning, or the finding itself as JSON.

mod json;

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use rolewatch_guard::untrusted::harmless;

use crate::exit::{Failure, shown_path};
use crate::finding_id::{DIGITS, as_id};
use crate::given;
use crate::limits::ID_BEGINNING;
pub(super) use json::GivenFinding;

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
        if let Some(id) = as_id(text) {
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
