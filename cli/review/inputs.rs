//! Files about the set-up: read one by one, each fault named.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rolewatch_guard::id::AccountId;
use rolewatch_guard::review::{Credential, Input, Setup};
use serde::Deserialize;

use crate::exit::{Failure, shown_path};
use crate::stdout;

/// What was read, and what could not be.
#[derive(Default)]
pub(crate) struct Inputs {
    pub(crate) setup: Setup,
    /// Files that were read.
    pub(crate) read: u64,
    /// What is missing or wrong, each in one line.
    pub(crate) faults: Vec<String>,
    /// Files that could not be read.
    pub(crate) unreadable: u64,
    /// The name of the file that an account came from, without ending and time.
    pub(crate) names: Vec<(AccountId, String)>,
}

/// A line of the credential report; it has more columns.
#[derive(Deserialize)]
struct Line {
    arn: String,
    mfa_active: String,
}

impl Inputs {
    /// Reads files, and of folders every `*.json` in them.
    pub(crate) fn read(&mut self, paths: &[PathBuf]) -> Result<(), Failure> {
        for path in paths {
            if !path.is_dir() {
                self.one(path);
                continue;
            }
            let files = in_folder(path).map_err(|why| Failure::unreadable(path, why))?;
            if files.is_empty() {
                self.fault(path, "no .json file is in it");
            }
            for file in files {
                self.one(&file);
            }
        }
        Ok(())
    }

    fn one(&mut self, file: &Path) {
        let bytes = match content(file) {
            Ok(bytes) => bytes,
            Err(why) => return self.fault(file, &format!("{why}{}", meant(file, &why))),
        };
        let input = match Input::read(&bytes) {
            Ok(input) => input,
            Err(why) => return self.fault(file, &why.to_string()),
        };
        let account = if let Input::Account(account) = &input { Some((account.id, account.unreadable())) } else { None };
        if let Err(why) = self.setup.add(input) {
            return self.fault(file, &why);
        }
        self.read += 1;
        if let Some((id, unreadable)) = account {
            self.names.push((id, stem(file)));
            for fault in unreadable {
                let fault: String =
                    fault.chars().map(|c| if rolewatch_guard::untrusted::shows_as_itself(c) { c } else { '\u{fffd}' }).collect();
                self.faults.push(format!("{}: {fault}", shown_path(file)));
            }
        }
    }

    /// The content of a credential report.
    pub(crate) fn read_credentials(&mut self, file: &Path) {
        let lines = match fs::read(file) {
            Ok(bytes) => csv::Reader::from_reader(&*bytes).deserialize::<Line>().collect::<Result<Vec<_>, _>>(),
            Err(why) => return self.fault(file, &format!("{why}{}", meant(file, &why))),
        };
        match lines {
            Ok(lines) if !lines.is_empty() => {
                self.read += 1;
                let line = |line: Line| Credential { has_mfa: line.mfa_active.eq_ignore_ascii_case("true"), arn: line.arn };
                self.setup.add_credentials(lines.into_iter().map(line));
            }
            Ok(_) => self.fault(file, "no user is in it"),
            Err(why) => self.fault(
                file,
                &format!(
                    "{why}; a credential report is what `aws iam get-credential-report --query Content --output text | base64 -d` prints"
                ),
            ),
        }
    }

    /// Once everything is read: accounts of which a page is missing.
    pub(crate) fn finish(&mut self) {
        let truncated = self.setup.accounts().filter(|account| account.truncated);
        let faults = truncated.map(|account| {
            format!("account {}: IsTruncated: the last page is missing, so users, groups, roles or policies may be", account.id)
        });
        self.faults.extend(faults);
    }

    fn fault(&mut self, file: &Path, why: &str) {
        self.unreadable += 1;
        self.faults.push(format!("{}: {why}", shown_path(file)));
    }

    /// One line each on stderr.
    pub(crate) fn tell(&self) {
        for fault in &self.faults {
            stdout::tell(&format!("rolewatch: {fault}"));
        }
    }
}

/// Of the file, or of stdin for `-`.
fn content(file: &Path) -> io::Result<Vec<u8>> {
    if file.as_os_str() != "-" {
        return fs::read(file);
    }
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Every `*.json` of the folder itself, by name.
fn in_folder(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let file = entry?.path();
        let hidden = file.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if !hidden && file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")) {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}

/// `development` of `roster/development@2026-03-31T093000Z.json`.
fn stem(file: &Path) -> String {
    let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    stem.split('@').next().unwrap_or_default().to_owned()
}

/// `; did you mean …?`, where a file of nearly that name is there.
fn meant(file: &Path, why: &io::Error) -> String {
    if why.kind() != io::ErrorKind::NotFound {
        return String::new();
    }
    let Some(name) = file.file_name().and_then(|name| name.to_str()) else { return String::new() };
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let there = fs::read_dir(folder).into_iter().flatten().filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let like = there.map(|other| (strsim::normalized_damerau_levenshtein(name, &other), other));
    match like.max_by(|(a, _), (b, _)| a.total_cmp(b)) {
        Some((likeness, other)) if likeness >= 0.6 => format!("; did you mean `{}`?", shown_path(Path::new(&other))),
        _ => String::new(),
    }
}
