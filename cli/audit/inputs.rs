//! The policy and the rosters of a run: given on the command line, or found next to the archive or
//! in the working directory.

pub(crate) mod lists;
mod places;
mod timed;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rolewatch_guard::directory::StoreSnapshot;
use rolewatch_guard::id::AccountId;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::{GroupRef, Policy};
use rolewatch_guard::review::{DetailFiles, DetailList, Input};
use rolewatch_guard::roster::{Rosters, Snapshot};
use rolewatch_guard::untrusted::harmless;

use crate::args::sources::SourceArgs;
use crate::exit::{Failure, shown_path, shown_paths};
use crate::given;
use crate::stdout;
use lists::lists_missing;
use places::POLICY;
pub(crate) use places::{InputFolders, ROSTERS};
use timed::{NO_JSON, all_given, in_folder};
pub(crate) use timed::{TimedRoster, missing_roster};

/// What switches are judged with.
pub(crate) struct AuditInputs {
    pub(crate) policy: Policy,
    pub(crate) policy_file: PathBuf,
    pub(crate) rosters: Rosters,
    pub(crate) roster_files: Vec<RosterFile>,
    /// The same files, with their policies.
    pub(crate) files: DetailFiles,
    /// What the policy needs but the rosters lack, one line each.
    pub(crate) roster_faults: Vec<String>,
    /// Canonical paths of files and folders inside the archive that aren't logs.
    pub(crate) not_logs: Vec<PathBuf>,
}

/// A roster that was read.
pub(crate) struct RosterFile {
    pub(crate) file: PathBuf,
    pub(crate) whose: RosterOwner,
    pub(crate) taken: Option<Moment>,
    pub(crate) truncated: bool,
    /// Whether it contains any users.
    has_users: bool,
    /// Set if it has no `UserDetailList`, not even an empty one. Says so and how to get it.
    pub(crate) lacks_users: Option<String>,
}

/// What a roster is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RosterOwner {
    /// An account, with the groups of its IAM users.
    Account(AccountId),
    /// An identity store, with the groups of Identity Center.
    Store(Arc<str>),
}

impl RosterOwner {
    /// `account …` or `identity store …`, safe to print.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Account(account) => format!("account {account}"),
            Self::Store(store) => format!("identity store {}", harmless(store)),
        }
    }
}

impl AuditInputs {
    /// Reads what is given or, without that, what is found, and says on stderr which files are
    /// used.
    pub(crate) fn find(paths: &[PathBuf], sources: &SourceArgs) -> Result<Self, Failure> {
        let places = InputFolders::near_paths(paths);
        let policies = places.policies()?;
        let policy_file = policy_file(sources.policy.as_ref(), &places, &policies)?;
        let policy = read_policy(&policy_file)?;

        let folders = places.rosters()?;
        let read = ReadRosters::read(files_of_rosters(&sources.rosters, folders.first())?)?;
        read.check_stores(&policy)?;
        let ReadRosters {
            rosters,
            roster_files,
            files,
        } = read;

        // Policy and rosters may be among the logs. They are neither read as logs nor reported as
        // unreadable.
        let mut used = vec![&policy_file];
        used.extend(roster_files.iter().map(|roster| &roster.file));
        used.extend(&policies);
        used.extend(&folders);
        let mut not_logs = Vec::new();
        for path in used {
            not_logs.extend(fs::canonicalize(path));
        }
        let mut inputs = Self {
            policy,
            policy_file,
            rosters,
            roster_files,
            files,
            roster_faults: Vec::new(),
            not_logs,
        };
        inputs.report_inputs(sources, &policies, &folders);
        inputs.roster_faults = inputs.without_users();
        Ok(inputs)
    }

    /// Accounts whose groups the policy names and for which no roster has a user. A missing list is
    /// a fault, an empty list a warning.
    fn without_users(&self) -> Vec<String> {
        // One group per account is enough to say why its users matter.
        let mut groups: BTreeMap<AccountId, &GroupRef> = BTreeMap::new();
        for role in &self.policy.roles {
            for group in &role.groups {
                groups.insert(group.account, group);
            }
        }
        let mut faults = Vec::new();
        for (account, group) in groups {
            let mut of_account: Vec<&RosterFile> = self.roster_files.iter().collect();
            of_account.retain(|roster| roster.whose == RosterOwner::Account(account));
            if of_account.iter().any(|roster| roster.has_users) {
                continue;
            }
            // An empty list may be correct or the result of `--filter`. A missing list says
            // nothing.
            let empty = of_account
                .iter()
                .find(|roster| roster.lacks_users.is_none());
            if let Some(roster) = empty {
                stdout::tell_warning(&format!(
                    "{}: the roster contains no users, but the policy names {}; membership in the \
                     groups of account {account} is known only from changes in the logs. \
                     If you created it with `--filter`, create it again without that option",
                    shown_path(&roster.file),
                    harmless(&group.written),
                ));
                continue;
            }
            for roster in of_account {
                if let Some(why) = &roster.lacks_users {
                    faults.push(format!("{}: {why}", shown_path(&roster.file)));
                }
            }
        }
        faults
    }

    /// Prints on stderr what the rosters lack.
    pub(crate) fn tell_roster_faults(&self) {
        for fault in &self.roster_faults {
            stdout::line_on_stderr(&format!("rolewatch: {fault}"));
        }
    }

    /// Says which policy and which rosters are used, and which other ones were found and aren't
    /// used.
    fn report_inputs(&self, sources: &SourceArgs, policies: &[PathBuf], folders: &[PathBuf]) {
        // If a policy was given, nobody needs to know which others exist.
        let others = match &sources.policy {
            None => not_used(policies),
            Some(_) => String::new(),
        };
        let policy_file = shown_path(&self.policy_file);
        stdout::line_on_stderr(&format!(
            "rolewatch: policy `{policy_file}`, version {}{others}",
            self.policy.version_hash
        ));
        for note in &self.policy.warnings {
            stdout::tell_warning(&format!("{policy_file}: {note}"));
        }
        let others = if sources.rosters.is_empty() {
            not_used(folders)
        } else {
            String::new()
        };
        for roster in &self.roster_files {
            let taken = match roster.taken {
                Some(taken) => format!("taken {taken}"),
                None => "taken at an unknown time".to_owned(),
            };
            stdout::line_on_stderr(&format!(
                "rolewatch: roster `{}` of {}, {taken}{others}",
                shown_path(&roster.file),
                roster.whose.words()
            ));
        }
        if self.roster_files.is_empty() {
            stdout::line_on_stderr(
                "rolewatch: no roster (the list of who is in which group), \
                 so group membership is known only from changes in the logs",
            );
        }
    }
}

/// ` (not …)`: the files found after the nearest one.
fn not_used(found: &[PathBuf]) -> String {
    match found {
        [_, others @ ..] if !others.is_empty() => format!(" (not used: {})", shown_paths(others)),
        _ => String::new(),
    }
}

/// The given rosters or, without any, those of the nearest folder.
fn files_of_rosters(
    given: &[PathBuf],
    folder: Option<&PathBuf>,
) -> Result<Vec<TimedRoster>, Failure> {
    let folder = match (given, folder) {
        ([], Some(folder)) => folder,
        ([], None) => return Ok(Vec::new()),
        (given, _) => return all_given(given),
    };
    let files = in_folder(folder)?;
    if files.is_empty() {
        stdout::tell_warning(&format!(
            "`{}` contains no roster: {NO_JSON}",
            shown_path(folder)
        ));
    }
    Ok(files)
}

/// The content of the roster files.
#[derive(Default)]
struct ReadRosters {
    rosters: Rosters,
    roster_files: Vec<RosterFile>,
    files: DetailFiles,
}

impl ReadRosters {
    fn read(files: Vec<TimedRoster>) -> Result<Self, Failure> {
        let mut all = Self::default();
        for file in files {
            all.add(file)?;
        }
        Ok(all)
    }

    fn add(&mut self, TimedRoster { file, taken }: TimedRoster) -> Result<(), Failure> {
        let bytes = fs::read(&file).map_err(|why| Failure::unreadable(&file, why))?;
        if StoreSnapshot::is_meant(&bytes) {
            return self.add_store(file, taken, &bytes);
        }
        let snapshot = Snapshot::read(&bytes, taken).map_err(|why| Failure::roster(&file, why))?;
        let lacks_users = self.add_policies(&bytes, &file, taken);
        self.roster_files.push(RosterFile {
            file,
            whose: RosterOwner::Account(snapshot.account),
            taken,
            truncated: snapshot.truncated,
            has_users: !snapshot.users.is_empty(),
            lacks_users,
        });
        self.rosters.add(snapshot);
        Ok(())
    }

    fn add_store(
        &mut self,
        file: PathBuf,
        taken: Option<Moment>,
        bytes: &[u8],
    ) -> Result<(), Failure> {
        let snapshot =
            StoreSnapshot::read(bytes, taken).map_err(|why| Failure::roster(&file, why))?;
        self.roster_files.push(RosterFile {
            file,
            whose: RosterOwner::Store(Arc::clone(&snapshot.store)),
            taken,
            truncated: snapshot.incomplete,
            has_users: !snapshot.users.is_empty(),
            lacks_users: None,
        });
        self.rosters.add_store(snapshot);
        Ok(())
    }

    /// Checks that the rosters of Identity Center are of the policy's identity store.
    ///
    /// # Errors
    /// Names the file and both stores.
    fn check_stores(&self, policy: &Policy) -> Result<(), Failure> {
        for roster in &self.roster_files {
            let RosterOwner::Store(store) = &roster.whose else {
                continue;
            };
            match &policy.identity_center {
                Some(center) if center.identity_store == *store => {}
                Some(center) => {
                    let why = format!(
                        "it belongs to identity store {}, but `identity_center` in the policy has \
                         `identity_store: {}`",
                        harmless(store),
                        harmless(&center.identity_store)
                    );
                    return Err(Failure::roster(&roster.file, why));
                }
                None => stdout::tell_warning(&format!(
                    "{}: the roster of identity store {} isn't used, because the policy has no \
                     `identity_center`",
                    shown_path(&roster.file),
                    harmless(store)
                )),
            }
        }
        Ok(())
    }

    /// Adds the policies of a roster, and returns a message if its list of users is missing. A file
    /// with unreadable policies still says who is in which group, so that is only a warning.
    fn add_policies(&mut self, bytes: &[u8], file: &Path, taken: Option<Moment>) -> Option<String> {
        match Input::read(bytes) {
            Ok(Input::Account(account)) => {
                let lacks_users = lists_missing(&account, &[DetailList::Users]);
                self.files.add(*account, taken);
                lacks_users
            }
            Ok(_) => None,
            Err(why) => {
                stdout::tell_warning(&format!(
                    "{}: can't read its policies: {why}",
                    shown_path(file)
                ));
                None
            }
        }
    }
}

/// Checks that the paths on the command line exist, before anything is read.
///
/// # Errors
/// Names every path that is missing.
pub(crate) fn check_given<'a>(
    paths: impl IntoIterator<Item = &'a PathBuf>,
    sources: &SourceArgs,
) -> Result<(), Failure> {
    given::check_paths(paths)?;
    given::check_files("--policy", &sources.policy)?;
    let mut missing = Vec::new();
    for roster in &sources.rosters {
        missing.extend(missing_roster(roster));
    }
    if missing.is_empty() {
        Ok(())
    } else {
        Err(Failure::Usage(missing.join("\n")))
    }
}

/// The given policy or, without one, the nearest that is found.
pub(crate) fn policy_file(
    given: Option<&PathBuf>,
    places: &InputFolders,
    found: &[PathBuf],
) -> Result<PathBuf, Failure> {
    if let Some(given) = given {
        return Ok(given.clone());
    }
    let Some(file) = found.first() else {
        return Err(Failure::no_policy(&places.files_named(POLICY)));
    };
    // `rolewatch.yaml` and `rolewatch.yml` in one place differ only in their extension.
    let mut both = found.to_vec();
    both.retain(|other| other.with_extension("") == file.with_extension(""));
    match both.as_slice() {
        [one, other] if !is_same_file(one, other) => Err(Failure::two_policies(one, other)),
        _ => Ok(file.clone()),
    }
}

/// Whether one is a link to the other.
fn is_same_file(one: &Path, other: &Path) -> bool {
    match (fs::canonicalize(one), fs::canonicalize(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

pub(crate) fn read_policy(file: &Path) -> Result<Policy, Failure> {
    let bytes = fs::read(file).map_err(|why| Failure::unreadable(file, why))?;
    Ok(Policy::read(&bytes, &shown_path(file))?)
}
