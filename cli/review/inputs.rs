//! Files about the IAM setup: read one by one, with every fault named.

use std::cell::Cell;
use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rolewatch_archive::find_files;
use rolewatch_guard::directory::StoreSnapshot;
use rolewatch_guard::id::AccountId;
use rolewatch_guard::review::{CredentialReportLine, DetailList, Input, InputError, Setup};
use rolewatch_guard::untrusted::harmless;
use serde::Deserialize;

use crate::audit::inputs::ROSTERS;
use crate::audit::inputs::lists::lists_missing;
use crate::audit::scan::tell_skipped;
use crate::exit::{shown_path, shown_text, shown_why};
use crate::given;
use crate::limits::FAULTS_TOLD;
use crate::report::words::{length, number};
use crate::stdout;

/// What was read, and what couldn't be.
#[derive(Default)]
pub(crate) struct ReviewInputs {
    pub(crate) setup: Setup,
    /// Files that were read.
    pub(crate) read: u64,
    /// What is missing or wrong, one line each.
    pub(crate) faults: Vec<String>,
    /// Files that could not be read.
    pub(crate) unreadable: u64,
    /// The file that each account came from.
    accounts: Vec<(AccountId, PathBuf)>,
    /// The files read so far, by their real paths.
    met: HashSet<PathBuf>,
}

/// A line of the credential report, which has more columns.
#[derive(Deserialize)]
struct CredentialLine {
    arn: String,
    mfa_active: String,
}

impl ReviewInputs {
    /// Reads files, and all files under directories, as an audit does.
    pub(crate) fn read(&mut self, paths: &[PathBuf]) {
        for path in paths {
            if path.is_dir() {
                self.read_folder(path);
            } else {
                self.read_file(path);
            }
        }
    }

    fn read_folder(&mut self, folder: &Path) {
        // The roster folder is for an audit, and may show an account as it was at another time.
        let rosters = Cell::new(None);
        let is_rosters = |inside: &Path| {
            let is_rosters = inside.file_name().is_some_and(|name| name == ROSTERS);
            if is_rosters && inside.is_dir() {
                rosters.set(Some(inside.to_owned()));
                return true;
            }
            false
        };
        let found = find_files(&[folder.to_owned()], &is_rosters);
        if let Some(rosters) = rosters.take() {
            stdout::line_on_stderr(&format!(
                "rolewatch: skipped `{}`, which is for `audit`; \
                 to review it too, give its path explicitly",
                shown_path(&rosters)
            ));
        }
        tell_skipped(&found.skipped);
        for problem in &found.unread {
            self.add_fault(&problem.file, &problem.reason.to_string());
        }
        if found.files.is_empty() && found.unread.is_empty() {
            self.add_fault(folder, "contains no .json files");
        }
        for file in found.files {
            self.read_file(&file.path);
        }
    }

    /// Reads a file once, even if it is given by name and in a directory.
    fn read_file(&mut self, file: &Path) {
        if fs::canonicalize(file).is_ok_and(|real| !self.met.insert(real)) {
            return;
        }
        let bytes = match content(file) {
            Ok(bytes) => bytes,
            Err(why) => return self.add_fault(file, &shown_why(&why)),
        };
        if StoreSnapshot::is_meant(&bytes) {
            return self.add_store(file, &bytes);
        }
        let input = match Input::read(&bytes) {
            Ok(input) => input,
            // Saying that it is a log helps more than saying that it is compressed.
            Err(InputError::Compressed) if is_log(file) => {
                return self.add_fault(file, &InputError::Logs.to_string());
            }
            Err(why) => return self.add_fault(file, &why.to_string()),
        };
        let account = match &input {
            Input::Account(account) => Some((account.id, account.unreadable())),
            _ => None,
        };
        // The setup rejects a second, different state of an account, because it can't tell which is
        // current.
        if let Err(why) = self.setup.add(input) {
            return self.add_fault(file, &why);
        }
        self.read += 1;
        if let Some((id, unreadable)) = account {
            self.accounts.push((id, file.to_owned()));
            // The file counts as read: one bad detail doesn't hide the rest.
            for fault in unreadable {
                let fault = shown_text(&fault);
                self.faults.push(format!("{}: {fault}", shown_path(file)));
            }
        }
    }

    /// Adds a roster of Identity Center.
    fn add_store(&mut self, file: &Path, bytes: &[u8]) {
        // A review is about what the files show, whenever they were taken.
        let snapshot = match StoreSnapshot::read(bytes, None) {
            Ok(snapshot) => snapshot,
            Err(why) => return self.add_fault(file, &why.to_string()),
        };
        let (store, is_incomplete) = (harmless(&snapshot.store), snapshot.incomplete);
        if let Err(why) = self.setup.add_store(snapshot) {
            return self.add_fault(file, &why);
        }
        self.read += 1;
        if is_incomplete {
            self.faults.push(format!(
                "{}: the roster of identity store {store} isn't complete: a list has a `NextToken`, \
                 or an entry that can't be used",
                shown_path(file)
            ));
        }
    }

    /// The content of a credential report.
    pub(crate) fn read_credentials(&mut self, file: &Path) {
        let bytes = match fs::read(file) {
            Ok(bytes) => bytes,
            Err(why) => return self.add_fault(file, &shown_why(&why)),
        };
        let mut credentials = Vec::new();
        for line in csv::Reader::from_reader(&*bytes).deserialize::<CredentialLine>() {
            match line {
                Ok(line) => credentials.push(CredentialReportLine {
                    has_mfa: line.mfa_active.eq_ignore_ascii_case("true"),
                    arn: line.arn,
                }),
                Err(why) => {
                    let why = format!(
                        "{why}; a credential report is the output of \
                         `aws iam get-credential-report --query Content --output text \
                         | base64 -d`"
                    );
                    return self.add_fault(file, &why);
                }
            }
        }
        // Every report has a line for the root user, so a file without any lines isn't a report.
        if credentials.is_empty() {
            return self.add_fault(file, "contains no users");
        }
        self.read += 1;
        self.setup.add_credentials(credentials);
    }

    /// Called after everything is read: reports accounts with a missing list or page.
    pub(crate) fn finish(&mut self) {
        let mut faults = Vec::new();
        for account in self.setup.accounts() {
            if account.truncated {
                faults.push(format!(
                    "account {}: the last page is missing (`IsTruncated`), \
                     so users, groups, roles, or policies may be missing",
                    account.id
                ));
            }
        }
        for account in self.setup.accounts() {
            if let Some(missing) = lists_missing(account, &DetailList::ALL) {
                let files = self.files_of(account.id).join(", ");
                faults.push(format!("{files}: {missing}"));
            }
        }
        self.faults.extend(faults);
    }

    /// The files that an account came from, safe to print.
    pub(crate) fn files_of(&self, account: AccountId) -> Vec<String> {
        let mut files = Vec::new();
        for (id, file) in &self.accounts {
            if *id == account {
                files.push(shown_path(file));
            }
        }
        files
    }

    /// The name of a file that each account came from, without extension and time.
    pub(crate) fn account_names(&self) -> BTreeMap<AccountId, String> {
        self.accounts
            .iter()
            .map(|(id, file)| (*id, account_file_name(file)))
            .collect()
    }

    fn add_fault(&mut self, file: &Path, why: &str) {
        self.unreadable += 1;
        self.faults.push(format!("{}: {why}", shown_path(file)));
    }

    /// One line each on stderr, up to a limit.
    pub(crate) fn tell_faults(&self) {
        for fault in self.faults.iter().take(FAULTS_TOLD) {
            stdout::line_on_stderr(&format!("rolewatch: {fault}"));
        }
        let untold = length(&self.faults).saturating_sub(length(
            self.faults.get(..FAULTS_TOLD).unwrap_or(&self.faults),
        ));
        if untold > 0 {
            stdout::line_on_stderr(&format!(
                "rolewatch: … and {} more (`--format json` lists them)",
                number(untold)
            ));
        }
    }
}

/// The content of the file, or of stdin for `-`.
fn content(file: &Path) -> io::Result<Vec<u8>> {
    if !given::is_stdin(file) {
        return fs::read(file);
    }
    let mut bytes = Vec::new();
    given::stdin("the output of the AWS CLI").read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Whether CloudTrail named the file, as in `111122223333_CloudTrail_us-east-1_….json.gz`.
fn is_log(file: &Path) -> bool {
    file.file_name()
        .is_some_and(|name| name.to_string_lossy().contains("_CloudTrail_"))
}

/// `development` for `roster/development@2026-03-31T093000Z.json`.
fn account_file_name(file: &Path) -> String {
    let stem = file
        .file_stem()
        .map(|stem| stem.to_string_lossy().into_owned())
        .unwrap_or_default();
    stem.split('@').next().unwrap_or_default().to_owned()
}
