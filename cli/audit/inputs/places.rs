//! Where a run looks for its policy and its rosters.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::audit::objects;
use crate::exit::Failure;
use crate::given;

/// The file name under which a policy is found.
pub(super) const POLICY: &str = "rolewatch.yaml";

/// The other accepted name. If both exist in one place, that is an error, because nobody can tell
/// which one was meant.
const POLICY_TOO: &str = "rolewatch.yml";

/// The name of the folder of rosters.
pub(crate) const ROSTERS: &str = "roster";

/// The places that are searched for policy and rosters, nearest first: the given folders, the
/// folders of the given files, the working directory.
pub(crate) struct InputFolders(Vec<PathBuf>);

impl InputFolders {
    pub(crate) fn near_paths(paths: &[PathBuf]) -> Self {
        let mut local = paths.to_vec();
        local.retain(|path| !given::is_stdin(path) && objects::bucket_and_prefix(path).is_none());
        let mut folders = Vec::new();
        for path in &local {
            if path.is_dir() {
                folders.push(path.clone());
            }
        }
        for path in &local {
            folders.push(beside(path));
        }
        // The working directory gets an empty path, so that its files are shown by name only.
        folders.push(PathBuf::new());

        let mut nearest = Self(Vec::new());
        let mut known = Vec::new();
        for folder in folders {
            // `./x` is shown as `x`, and `.` as an empty path.
            let shown = folder.strip_prefix(".").unwrap_or(&folder);
            let real = if shown.as_os_str().is_empty() {
                fs::canonicalize(".")
            } else {
                fs::canonicalize(shown)
            };
            if let Ok(real) = real
                && !known.contains(&real)
            {
                known.push(real);
                nearest.0.push(shown.to_owned());
            }
        }
        nearest
    }

    /// The existing policy files, nearest first.
    pub(crate) fn policies(&self) -> Result<Vec<PathBuf>, Failure> {
        let mut names = Vec::new();
        for folder in &self.0 {
            names.push(folder.join(POLICY));
            names.push(folder.join(POLICY_TOO));
        }
        existing(names, fs::Metadata::is_file)
    }

    pub(super) fn files_named(&self, name: &str) -> Vec<PathBuf> {
        self.0.iter().map(|place| place.join(name)).collect()
    }

    pub(super) fn rosters(&self) -> Result<Vec<PathBuf>, Failure> {
        existing(self.files_named(ROSTERS), fs::Metadata::is_dir)
    }
}

/// The folder that contains a path.
fn beside(path: &Path) -> PathBuf {
    match (path.file_name(), path.parent()) {
        (Some(_), Some(parent)) => parent.to_owned(),
        // `.` and `..` have no last name that could be removed.
        _ => path.join(".."),
    }
}

/// The paths that exist. A place that can't be read is an error, because the policy may be there.
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
