//! The policy and the rosters of a run: given, or found next to the archive or in the working
//! folder.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rolewatch_guard::id::AccountId;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::review::{Files, Input, List};
use rolewatch_guard::roster::{Rosters, Snapshot};
use rolewatch_guard::untrusted::harmless;

use crate::args::SourceArgs;
use crate::exit::{Failure, shown_path, shown_paths};
use crate::given;
use crate::review::inputs::lists_missing;
use crate::stdout;

/// How a policy file is called where it is to be found.
const POLICY: &str = "rolewatch.yaml";

/// The other way to write it. Both in one place are an error: nobody can tell which was meant.
const POLICY_TOO: &str = "rolewatch.yml";

/// How the folder of rosters is called.
pub(crate) const ROSTERS: &str = "roster";

/// What is wrong with a folder without rosters.
const NO_JSON: &str = "no .json file is in the directory itself";

/// What switches are judged against.
pub(crate) struct Inputs {
    pub(crate) policy: Policy,
    pub(crate) policy_file: PathBuf,
    pub(crate) rosters: Rosters,
    pub(crate) roster_files: Vec<RosterFile>,
    /// The same files with their policies.
    pub(crate) files: Files,
    /// What the rosters lack that the policy needs, each in one line.
    pub(crate) roster_faults: Vec<String>,
    /// Files and folders inside the archive that are no logs, canonical.
    pub(crate) not_logs: Vec<PathBuf>,
}

/// A roster that was read.
pub(crate) struct RosterFile {
    pub(crate) file: PathBuf,
    pub(crate) account: AccountId,
    pub(crate) taken: Option<Moment>,
    pub(crate) truncated: bool,
    /// Whether it has any users.
    has_users: bool,
    /// That it has no `UserDetailList`, not even an empty one, and how to get it.
    pub(crate) lacks_users: Option<String>,
}

impl Inputs {
    /// Reads what is given, else what is found, and says on stderr which that is.
    pub(crate) fn find(paths: &[PathBuf], sources: &SourceArgs) -> Result<Self, Failure> {
        let places = Places::of(paths);
        let policies = places.policies()?;
        let policy_file = policy_file(sources.policy.as_ref(), &places, &policies)?;
        let policy = read_policy(&policy_file)?;

        let folders = places.rosters()?;
        let files = match (&*sources.rosters, folders.first()) {
            ([], Some(folder)) => {
                let files = in_folder(folder)?;
                if files.is_empty() {
                    stdout::tell_warning(&format!(
                        "`{}` holds no roster: {NO_JSON}",
                        shown_path(folder)
                    ));
                }
                files
            }
            ([], None) => Vec::new(),
            (given, _) => all_given(given)?,
        };
        let mut rosters = Rosters::default();
        let mut roster_files = Vec::new();
        let mut policies_of = Files::default();
        for Timed { file, taken } in files {
            let bytes = fs::read(&file).map_err(|why| Failure::unreadable(&file, why))?;
            let snapshot = Snapshot::read(&bytes, taken).map_err(|why| Failure::Roster {
                file: shown_path(&file),
                why,
            })?;
            let mut lacks_users = None;
            match Input::read(&bytes) {
                Ok(Input::Account(account)) => {
                    lacks_users = lists_missing(&account, &[List::Users]);
                    policies_of.add(*account, taken);
                }
                // Who is in which group is known all the same.
                Ok(_) => {}
                Err(why) => stdout::tell_warning(&format!(
                    "{}: its policies cannot be read: {why}",
                    shown_path(&file)
                )),
            }
            let (account, truncated, has_users) = (
                snapshot.account,
                snapshot.truncated,
                !snapshot.users.is_empty(),
            );
            roster_files.push(RosterFile {
                file,
                account,
                taken,
                truncated,
                has_users,
                lacks_users,
            });
            rosters.add(snapshot);
        }

        let used = [&policy_file]
            .into_iter()
            .chain(roster_files.iter().map(|roster| &roster.file));
        let not_logs = used
            .chain(&policies)
            .chain(&folders)
            .filter_map(|path| fs::canonicalize(path).ok())
            .collect();
        let files = policies_of;
        let mut inputs = Self {
            policy,
            policy_file,
            rosters,
            roster_files,
            files,
            roster_faults: Vec::new(),
            not_logs,
        };
        inputs.tell(sources, &policies, &folders);
        inputs.roster_faults = inputs.without_users();
        Ok(inputs)
    }

    /// Accounts whose groups the policy names and of which no roster has a user: a fault where the
    /// list is not there, a warning where it is empty.
    fn without_users(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let groups = self
            .policy
            .roles
            .iter()
            .flat_map(|rules| &rules.groups)
            .map(|group| (group.account, group));
        for (account, group) in groups.collect::<BTreeMap<_, _>>() {
            let of_account: Vec<&RosterFile> = self
                .roster_files
                .iter()
                .filter(|roster| roster.account == account)
                .collect();
            if of_account.iter().any(|roster| roster.has_users) {
                continue;
            }
            let is_empty = |roster: &&&RosterFile| roster.lacks_users.is_none();
            if let Some(roster) = of_account.iter().find(is_empty) {
                stdout::tell_warning(&format!(
                    "{}: no user is in it, but the policy names {}; who is in the groups of account {account} is known from changes in the \
                     logs only. If it was taken with `--filter`, take it again without",
                    shown_path(&roster.file),
                    harmless(&group.written),
                ));
            } else {
                let lacking = of_account
                    .iter()
                    .filter_map(|roster| Some((roster, roster.lacks_users.as_ref()?)));
                faults.extend(
                    lacking.map(|(roster, why)| format!("{}: {why}", shown_path(&roster.file))),
                );
            }
        }
        faults
    }

    /// What the rosters lack, on stderr.
    pub(crate) fn tell_roster_faults(&self) {
        self.roster_faults
            .iter()
            .for_each(|fault| stdout::tell(&format!("rolewatch: {fault}")));
    }

    fn tell(&self, sources: &SourceArgs, policies: &[PathBuf], folders: &[PathBuf]) {
        let unused = |found: &[PathBuf]| match found {
            [_, others @ ..] if !others.is_empty() => format!(" (not {})", shown_paths(others)),
            _ => String::new(),
        };
        let others = if sources.policy.is_none() {
            unused(policies)
        } else {
            String::new()
        };
        stdout::tell(&format!(
            "rolewatch: policy `{}`, version {}{others}",
            shown_path(&self.policy_file),
            self.policy.version_hash
        ));
        for note in &self.policy.warnings {
            stdout::tell_warning(&format!("{}: {note}", shown_path(&self.policy_file)));
        }
        let others = if sources.rosters.is_empty() {
            unused(folders)
        } else {
            String::new()
        };
        for roster in &self.roster_files {
            let taken = roster.taken.map_or_else(
                || "taken at an unknown time".to_owned(),
                |taken| format!("taken {taken}"),
            );
            stdout::tell(&format!(
                "rolewatch: roster `{}` of account {}, {taken}{others}",
                shown_path(&roster.file),
                roster.account
            ));
        }
        if self.roster_files.is_empty() {
            stdout::tell(
                "rolewatch: no roster; who is in which group is known from changes in the logs only",
            );
        }
    }
}

/// Checks that what was given on the command line is there, before anything is read.
///
/// # Errors
/// Names all that is missing.
pub(crate) fn check_given<'a>(
    paths: impl IntoIterator<Item = &'a PathBuf>,
    sources: &SourceArgs,
) -> Result<(), Failure> {
    given::check(paths)?;
    given::check_files("--policy", &sources.policy)?;
    let missing: Vec<String> = sources
        .rosters
        .iter()
        .filter_map(|text| missing_roster(text))
        .collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(Failure::Usage(missing.join("\n")))
    }
}

/// That a roster isn't there, with what may be wrong with its time.
pub(crate) fn missing_roster(text: &Path) -> Option<String> {
    if given::is_stdin(text) {
        return Some("a roster is a file or a directory, not stdin (`-`)".to_owned());
    }
    if let Some(why) = given::elsewhere("--roster", text) {
        return Some(why);
    }
    let missing = given::missing(&Timed::given(text).file)?;
    let text = text.to_string_lossy();
    let hint = text
        .rsplit_once('@')
        .filter(|(_, time)| full_time(time).is_none() && !time.contains(['.', '/']));
    let hint = hint.map(|(_, time)| {
        format!(
            "; `{}` is not a full time, which is written like `2026-03-31T09:30:00Z`",
            shown_path(Path::new(time))
        )
    });
    Some(format!("{missing}{}", hint.unwrap_or_default()))
}

/// The policy that is given, else the nearest that is found.
pub(crate) fn policy_file(
    given: Option<&PathBuf>,
    places: &Places,
    found: &[PathBuf],
) -> Result<PathBuf, Failure> {
    let file = given.or(found.first()).ok_or_else(|| Failure::NoPolicy {
        looked: shown_paths(&places.files(POLICY)),
    })?;
    let both: Vec<&PathBuf> = found
        .iter()
        .filter(|other| other.with_extension("") == file.with_extension(""))
        .collect();
    match both.as_slice() {
        [one, other] if given.is_none() && !is_same_file(one, other) => {
            Err(Failure::Usage(format!(
                "`{}` and `{}` are both there, and only one can be the policy: remove one, or say which with `--policy`",
                shown_path(one),
                shown_path(other)
            )))
        }
        _ => Ok(file.clone()),
    }
}

/// Whether one is a link to the other.
fn is_same_file(one: &Path, other: &Path) -> bool {
    fs::canonicalize(one)
        .ok()
        .zip(fs::canonicalize(other).ok())
        .is_some_and(|(one, other)| one == other)
}

pub(crate) fn read_policy(file: &Path) -> Result<Policy, Failure> {
    let bytes = fs::read(file).map_err(|why| Failure::unreadable(file, why))?;
    Ok(Policy::read(&bytes, &shown_path(file))?)
}

/// Where policy and rosters are looked for, nearest first: in the folders given, beside what is
/// given, in the working folder.
pub(crate) struct Places(Vec<PathBuf>);

impl Places {
    pub(crate) fn of(paths: &[PathBuf]) -> Self {
        let named = || {
            paths
                .iter()
                .filter(|path| path.as_os_str() != "-" && super::objects::place(path).is_none())
        };
        let inside = named().filter(|path| path.is_dir()).cloned();
        let beside = named().map(|path| match (path.file_name(), path.parent()) {
            (Some(_), Some(parent)) => parent.to_owned(),
            _ => path.join(".."),
        });
        // `./x` is the same as `x`, and `.` as nothing, to whoever reads it.
        let shown = |place: PathBuf| place.strip_prefix(".").map(Path::to_owned).unwrap_or(place);
        let mut places = Self(Vec::new());
        let mut known = Vec::new();
        for place in inside.chain(beside).chain([PathBuf::new()]).map(shown) {
            // The working folder has no name of its own, so that files in it are shown by theirs.
            let real = fs::canonicalize(if place.as_os_str().is_empty() {
                Path::new(".")
            } else {
                &place
            });
            match real {
                Ok(real) if !known.contains(&real) => known.push(real),
                _ => continue,
            }
            places.0.push(place);
        }
        places
    }

    /// The policy files there are, nearest first.
    pub(crate) fn policies(&self) -> Result<Vec<PathBuf>, Failure> {
        let names = self
            .0
            .iter()
            .flat_map(|place| [POLICY, POLICY_TOO].map(|name| place.join(name)));
        existing(names, fs::Metadata::is_file)
    }

    fn files(&self, name: &str) -> Vec<PathBuf> {
        self.0.iter().map(|place| place.join(name)).collect()
    }

    fn rosters(&self) -> Result<Vec<PathBuf>, Failure> {
        existing(self.files(ROSTERS), fs::Metadata::is_dir)
    }
}

fn existing(
    paths: impl IntoIterator<Item = PathBuf>,
    is: fn(&fs::Metadata) -> bool,
) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    for path in paths {
        match fs::metadata(&path) {
            Ok(metadata) if is(&metadata) => found.push(path),
            Ok(_) => {}
            Err(why)
                if matches!(
                    why.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
                ) => {}
            Err(why) => return Err(Failure::unreadable(&path, why)),
        }
    }
    Ok(found)
}

/// A roster's file, and when it was taken.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Timed {
    pub(crate) file: PathBuf,
    pub(crate) taken: Option<Moment>,
}

impl Timed {
    /// `FILE@TIME`, or a file with the time in its name.
    pub(crate) fn given(text: &Path) -> Self {
        if let Some((file, taken)) = text
            .to_str()
            .and_then(|text| text.rsplit_once('@'))
            .filter(|(file, _)| !file.is_empty())
            && let Some(taken) = full_time(taken)
        {
            return Self {
                file: file.into(),
                taken: Some(taken),
            };
        }
        Self::named(text.to_owned())
    }

    /// `NAME@TIME.json`
    pub(crate) fn named(file: PathBuf) -> Self {
        let stem = file
            .file_stem()
            .and_then(|stem| stem.to_str())
            .unwrap_or_default();
        let taken = stem
            .rsplit_once('@')
            .filter(|(name, _)| !name.is_empty())
            .and_then(|(_, time)| full_time(time));
        Self { file, taken }
    }
}

/// `2026-03-31T09:30:00Z`, or `2026-03-31T093000Z` where a file name may have no colon. A mere date
/// is not enough: it would be off by up to a day.
fn full_time(text: &str) -> Option<Moment> {
    if let Ok(moment) = text.parse() {
        return Some(moment);
    }
    let (date, clock) = text.split_once('T')?;
    let digits = clock
        .strip_suffix('Z')
        .filter(|digits| digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    let (hour, minute, second) = (digits.get(..2)?, digits.get(2..4)?, digits.get(4..)?);
    format!("{date}T{hour}:{minute}:{second}Z").parse().ok()
}

fn all_given(given: &[PathBuf]) -> Result<Vec<Timed>, Failure> {
    let mut files = Vec::new();
    for text in given {
        if text.is_dir() {
            let found = in_folder(text)?;
            if found.is_empty() {
                return Err(Failure::Usage(format!(
                    "`{}` holds no roster: {NO_JSON}",
                    shown_path(text)
                )));
            }
            files.extend(found);
        } else {
            files.push(Timed::given(text));
        }
    }
    Ok(files)
}

/// Every `*.json` of the folder itself, by name.
fn in_folder(folder: &Path) -> Result<Vec<Timed>, Failure> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(|why| Failure::unreadable(folder, why))? {
        let file = entry
            .map_err(|why| Failure::unreadable(folder, why))?
            .path();
        if file
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
        {
            files.push(Timed::named(file));
        }
    }
    files.sort_by(|a, b| a.file.cmp(&b.file));
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(text: &str) -> (String, Option<String>) {
        let Timed { file, taken } = Timed::given(Path::new(text));
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
