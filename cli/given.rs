//! Checks the paths on the command line before anything is read: a typo must not end in a report
//! about nothing.

use std::fs;
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};

use crate::alike::{is_slip, likeness};
use crate::audit::objects;
use crate::exit::{Failure, shown_path, shown_why};
use crate::stdout;

/// Checks that the given paths exist. Stdin (`-`) and S3 paths are checked by the code that reads
/// them.
///
/// # Errors
/// Names every missing path, with what was probably meant.
pub(crate) fn check_paths<'a>(paths: impl IntoIterator<Item = &'a PathBuf>) -> Result<(), Failure> {
    let local = paths
        .into_iter()
        .filter(|path| !is_stdin(path) && objects::bucket_and_prefix(path).is_none());
    let missing: Vec<String> = local.filter_map(|path| missing(path)).collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(Failure::Usage(missing.join("\n")))
    }
}

/// The same check for input that can only be local. `who` names the reader.
///
/// # Errors
/// Also returns an error for an S3 path.
pub(crate) fn check_local<'a>(
    who: &str,
    paths: impl IntoIterator<Item = &'a PathBuf>,
) -> Result<(), Failure> {
    let paths: Vec<&PathBuf> = paths.into_iter().collect();
    match paths.iter().find_map(|path| elsewhere(who, path)) {
        Some(why) => Err(Failure::Usage(why)),
        None => check_paths(paths),
    }
}

/// Checks that paths are files, and not directories or stdin.
///
/// # Errors
/// Returns an error for everything that isn't a local file.
pub(crate) fn check_files<'a>(
    flag: &str,
    paths: impl IntoIterator<Item = &'a PathBuf>,
) -> Result<(), Failure> {
    for path in paths {
        if is_stdin(path) {
            return Err(Failure::Usage(format!(
                "`{flag}` takes a file, not stdin (`-`)"
            )));
        }
        check_local(flag, [path])?;
        if path.is_dir() {
            return Err(Failure::Usage(format!(
                "`{}` is a directory; `{flag}` takes a file",
                shown_path(path)
            )));
        }
    }
    Ok(())
}

/// The error for an S3 path that was given to a reader of local files.
pub(crate) fn elsewhere(who: &str, path: &Path) -> Option<String> {
    objects::bucket_and_prefix(path)?;
    let shown = shown_path(path);
    Some(format!(
        "`{shown}` is in S3, but `{who}` reads only local files; \
         copy it with `aws s3 cp` or `aws s3 sync` first"
    ))
}

pub(crate) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// The error for a missing path, with what was probably meant. A path that exists but can't be
/// accessed is reported when it is read.
pub(crate) fn missing(path: &Path) -> Option<String> {
    match fs::metadata(path) {
        Ok(_) => None,
        // Something may exist there. The code that reads it will report the reason.
        Err(why) if why.kind() == io::ErrorKind::PermissionDenied => None,
        // The link exists but its target doesn't, so suggesting a similar name would be wrong.
        Err(why) if fs::symlink_metadata(path).is_ok() => Some(format!(
            "`{}`: {}",
            shown_path(path),
            broken_link(path, &why)
        )),
        Err(why) => Some(format!(
            "`{}`: {}{}",
            shown_path(path),
            shown_why(&why),
            did_you_mean(path)
        )),
    }
}

/// Why a link is broken.
fn broken_link(path: &Path, why: &io::Error) -> String {
    let target = fs::read_link(path)
        .map(|target| format!(" to `{}`", shown_path(&target)))
        .unwrap_or_default();
    format!("{}: it is a symbolic link{target}", shown_why(why))
}

/// `; did you mean …?`, if something with a similar name exists.
pub(crate) fn did_you_mean(path: &Path) -> String {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
        return String::new();
    };
    // The parent of a bare name is an empty path, which can't be listed.
    let folder = path.parent().unwrap_or(Path::new(""));
    let read = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let mut others = names_in(read);
    // Folders are listed in no particular order. Of equally similar names, the first is suggested.
    others.sort();
    let mut nearest: Option<(f64, String)> = None;
    for other in others {
        let likeness = likeness(name, &other);
        if nearest.as_ref().is_none_or(|(best, _)| likeness > *best) {
            nearest = Some((likeness, other));
        }
    }
    match nearest {
        Some((likeness, other)) if is_slip(likeness) => {
            format!("; did you mean `{}`?", shown_path(&folder.join(other)))
        }
        _ => String::new(),
    }
}

/// The names in a folder. Empty if it can't be listed, because they are only used for an error
/// message.
fn names_in(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        names.extend(entry.file_name().into_string());
    }
    names
}

/// Reads stdin to its end. If somebody at a terminal has to type or paste it, a line on stderr says
/// so.
pub(crate) fn stdin(what: &str) -> impl Read {
    // A pipe needs no such line, and it would fill a script's log.
    if let Some(line) = waiting(io::stdin().is_terminal(), what) {
        stdout::line_on_stderr(&line);
    }
    StdinUntilEnd {
        input: io::stdin().lock(),
        ended: false,
    }
}

/// Once the input has ended, it stays ended. A terminal would otherwise ask for more input and need
/// a second end-of-file.
struct StdinUntilEnd<R> {
    input: R,
    ended: bool,
}

impl<R: Read> Read for StdinUntilEnd<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.ended {
            return Ok(0);
        }
        let read = self.input.read(buffer)?;
        self.ended = read == 0 && !buffer.is_empty();
        Ok(read)
    }
}

fn waiting(at_terminal: bool, what: &str) -> Option<String> {
    let end = if cfg!(windows) {
        "Ctrl-Z and Enter"
    } else {
        "Ctrl-D"
    };
    at_terminal.then(|| {
        format!(
            "rolewatch: waiting for {what} on stdin: \
             paste it, then press {end} on a new line"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_somebody_at_a_terminal_is_told_that_input_is_waited_for() {
        let line = waiting(true, "CloudTrail records").unwrap_or_default();
        assert!(
            line.contains("waiting for CloudTrail records on stdin"),
            "{line}"
        );
        assert_eq!(waiting(false, "CloudTrail records"), None);
    }

    #[test]
    fn all_that_is_missing_is_named_and_what_is_no_local_path_is_not_looked_for() {
        let paths = [
            "-",
            "s3://trail-logs/AWSLogs/",
            "Cargo.toml",
            "Cargo.tmol",
            "no/such/folder",
            "Cargo.toml/x",
        ]
        .map(PathBuf::from);
        let said = check_paths(&paths).unwrap_err().to_string();
        assert_eq!(
            said.lines().collect::<Vec<_>>(),
            [
                "`Cargo.tmol`: no such file or directory; did you mean `Cargo.toml`?",
                "`no/such/folder`: no such file or directory",
                "`Cargo.toml/x`: no such file or directory: a part of the path is not a directory",
            ]
        );
        assert!(check_paths(&paths[..3]).is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_not_what_was_meant_by_itself() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink("gone", &link).unwrap();
        let said = missing(&link).unwrap();
        assert!(
            said.ends_with("link`: no such file or directory: it is a symbolic link to `gone`"),
            "{said}"
        );
        fs::remove_file(&link).unwrap();
        std::os::unix::fs::symlink("link", &link).unwrap();
        assert!(
            missing(&link)
                .unwrap()
                .ends_with(": it is a symbolic link to `link`"),
            "a circle"
        );
    }

    #[test]
    fn a_folder_in_place_of_a_file_is_named_with_the_flag() {
        let said = check_files("--credential-report", &["cli".into()])
            .unwrap_err()
            .to_string();
        assert_eq!(
            said,
            "`cli` is a directory; `--credential-report` takes a file"
        );
        assert!(check_files("--credential-report", &["Cargo.toml".into()]).is_ok());
    }
}
