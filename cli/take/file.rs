//! Writing a roster: all of it or nothing, and never over another file.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use rolewatch_guard::moment::Moment;
use rolewatch_guard::roster::file_name::dated_key;
use tempfile::{Builder, NamedTempFile};

use crate::exit::{Failure, shown_path};

/// Writes `NAME@TIME.json` into a directory.
pub(super) fn write_roster(
    directory: &Path,
    name: &str,
    taken: Moment,
    json: &str,
) -> Result<PathBuf, Failure> {
    let file = directory.join(dated_key("", name, taken));
    let unwritable = |why: io::Error| Failure::unwritable(&file, why);
    // Without the extension `.json`, so that an audit that runs meanwhile doesn't read half of it.
    let mut part = new_file(directory).map_err(unwritable)?;
    part.write_all(json.as_bytes()).map_err(unwritable)?;
    part.as_file().sync_all().map_err(unwritable)?;
    match part.persist_noclobber(&file) {
        Ok(_) => Ok(file),
        Err(why) if why.error.kind() == io::ErrorKind::AlreadyExists => {
            Err(Failure::Usage(format!(
                "`{}` already exists, and a roster never replaces another one: run the command again",
                shown_path(&file)
            )))
        }
        Err(why) => Err(Failure::unwritable(&file, why.error)),
    }
}

/// A file that is deleted unless it gets its name.
fn new_file(directory: &Path) -> io::Result<NamedTempFile<File>> {
    let mut builder = Builder::new();
    builder.prefix(".rolewatch-").suffix(".part");
    // By default, only its owner could read it. A roster is as readable as any other new file.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(directory)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn time() -> Moment {
        "2026-03-31T09:30:00Z".parse().unwrap()
    }

    fn names(directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    #[test]
    fn a_roster_is_named_as_the_audit_reads_it() {
        let directory = tempfile::tempdir().unwrap();
        let file = write_roster(directory.path(), "111122223333", time(), "{}\n").unwrap();
        assert_eq!(
            names(directory.path()),
            ["111122223333@2026-03-31T093000Z.json"]
        );
        assert_eq!(fs::read_to_string(&file).unwrap(), "{}\n");
        let taken = crate::audit::inputs::TimedRoster::from_file_name(file).taken;
        assert_eq!(taken, Some(time()));
    }

    #[test]
    fn another_file_is_never_replaced() {
        let directory = tempfile::tempdir().unwrap();
        write_roster(directory.path(), "dev", time(), "first").unwrap();
        let why = write_roster(directory.path(), "dev", time(), "second").unwrap_err();
        assert!(why.to_string().contains("already exists"), "{why}");
        assert_eq!(names(directory.path()), ["dev@2026-03-31T093000Z.json"]);
        let kept = directory.path().join("dev@2026-03-31T093000Z.json");
        assert_eq!(fs::read_to_string(kept).unwrap(), "first");
    }

    #[test]
    fn a_directory_that_is_gone_is_named() {
        let directory = tempfile::tempdir().unwrap().path().join("gone");
        let why = write_roster(&directory, "dev", time(), "{}").unwrap_err();
        assert!(why.to_string().contains("gone"), "{why}");
    }

    #[cfg(unix)]
    #[test]
    fn a_roster_is_as_readable_as_any_other_new_file() {
        use std::os::unix::fs::PermissionsExt;

        let directory = tempfile::tempdir().unwrap();
        let roster = write_roster(directory.path(), "dev", time(), "{}").unwrap();
        let other = directory.path().join("other");
        fs::write(&other, "").unwrap();
        let mode = |file: &Path| fs::metadata(file).unwrap().permissions().mode();
        assert_eq!(mode(&roster), mode(&other));
    }
}
