//! Where the policy and the rosters of a run are looked for.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::audit::objects;
use crate::exit::Failure;

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
    pub(crate) fn of(paths: &[PathBuf]) -> Self {
        let named = || {
            paths
                .iter()
                .filter(|path| path.as_os_str() != "-" && objects::place(path).is_none())
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

    pub(super) fn files(&self, name: &str) -> Vec<PathBuf> {
        self.0.iter().map(|place| place.join(name)).collect()
    }

    pub(super) fn rosters(&self) -> Result<Vec<PathBuf>, Failure> {
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
