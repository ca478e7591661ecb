//! Where the policy and the rosters of a run are looked for.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::audit::objects;
use crate::exit::Failure;
use crate::given;

/// How a policy file is called where it is to be found.
pub(super) const POLICY: &str = "rolewatch.yaml";

/// The other way to write it. Both in one place are an error: nobody can tell which was meant.
const POLICY_TOO: &str = "rolewatch.yml";

/// How the folder of rosters is called.
pub(crate) const ROSTERS: &str = "roster";

/// Where policy and rosters are looked for, nearest first: in the folders given, beside what is
/// given, in the working folder.
pub(crate) struct InputFolders(Vec<PathBuf>);

impl InputFolders {
    pub(crate) fn near(paths: &[PathBuf]) -> Self {
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
        // The working folder has no name of its own, so that files in it are shown by theirs.
        folders.push(PathBuf::new());

        let mut nearest = Self(Vec::new());
        let mut known = Vec::new();
        for folder in folders {
            // `./x` is the same as `x`, and `.` as nothing, to whoever reads it.
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

    /// The policy files there are, nearest first.
    pub(crate) fn policies(&self) -> Result<Vec<PathBuf>, Failure> {
        let mut names = Vec::new();
        for folder in &self.0 {
            names.push(folder.join(POLICY));
            names.push(folder.join(POLICY_TOO));
        }
        existing(names, fs::Metadata::is_file)
    }

    pub(super) fn files(&self, name: &str) -> Vec<PathBuf> {
        self.0.iter().map(|place| place.join(name)).collect()
    }

    pub(super) fn rosters(&self) -> Result<Vec<PathBuf>, Failure> {
        existing(self.files(ROSTERS), fs::Metadata::is_dir)
    }
}

/// The folder that something lies in.
fn beside(path: &Path) -> PathBuf {
    match (path.file_name(), path.parent()) {
        (Some(_), Some(parent)) => parent.to_owned(),
        // `.` and `..` have no name that could be taken off.
        _ => path.join(".."),
    }
}

/// Those that are there. A place that can't be looked at is an error: the policy may be in it.
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
