//! What was given on the command line, checked before anything is read: a slip must not end in a
//! report about nothing.

use std::fs;
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};

use crate::alike::{is_slip, likeness};
use crate::audit::objects;
use crate::exit::{Failure, shown_path, shown_why};
use crate::stdout;

/// Checks that what was given is there. Stdin (`-`) and places in S3 are left to whoever reads
/// them.
///
/// # Errors
/// Names all that is missing, each with what was probably meant.
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

/// Checks the same of what is read from this machine only; `who` reads it.
///
/// # Errors
/// For places in S3 too.
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

/// Checks that what takes a file wasn't given a folder, or stdin.
///
/// # Errors
/// For whatever isn't a file on this machine.
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

/// That a place in S3 was given to somebody who reads local files.
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

/// That nothing is there, with what was probably meant. What is there and can't be looked at is
/// named when it is read.
pub(crate) fn missing(path: &Path) -> Option<String> {
    match fs::metadata(path) {
        Ok(_) => None,
        // Something may be there: whoever reads it says why it could not.
        Err(why) if why.kind() == io::ErrorKind::PermissionDenied => None,
        // The link is there and its target isn't: a similar name would be the wrong hint.
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

/// Why a link leads nowhere.
fn broken_link(path: &Path, why: &io::Error) -> String {
    let target = fs::read_link(path)
        .map(|target| format!(" to `{}`", shown_path(&target)))
        .unwrap_or_default();
    format!("{}: it is a symbolic link{target}", shown_why(why))
}

/// `; did you mean …?`, where something of nearly that name is there.
pub(crate) fn did_you_mean(path: &Path) -> String {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
        return String::new();
    };
    // The parent of a bare name is empty, and can't be listed as such.
    let folder = path.parent().unwrap_or(Path::new(""));
    let read = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let mut others = names_in(read);
    // Folders are listed in no order; of names that are equally alike the first is named.
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

/// The names of what is in a folder; none where it can't be listed, for they only help to word an
/// error.
fn names_in(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        names.extend(entry.file_name().into_string());
    }
    names
}

/// Stdin, to its end. Where somebody at a terminal has to type or paste it, stderr says that it is
/// waited for.
pub(crate) fn stdin(what: &str) -> impl Read {
    // A pipe needs no such line, and a script's log would fill with it.
    if let Some(line) = waiting(io::stdin().is_terminal(), what) {
        stdout::tell(&line);
    }
    StdinUntilEnd {
        input: io::stdin().lock(),
        ended: false,
    }
}

/// What has ended stays ended: a terminal would go on after the end that was typed, and wait for
/// another one.
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
