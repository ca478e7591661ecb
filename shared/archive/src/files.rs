//! Finds the files to read.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use walkdir::{DirEntry, WalkDir};

use crate::place::{Reason, Unread};

/// A file to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEntry {
    /// The path as given, or as found in a given folder.
    pub path: PathBuf,
    /// Bytes as stored; 0 if unknown in advance, as for a pipe.
    pub size: u64,
}

/// The result of a search for files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FoundFiles {
    /// The files to read, each once, in the order of the given paths and by name within a folder.
    pub files: Vec<FileEntry>,
    /// Files and folders in a folder that aren't read because of their name or type, in the same
    /// order.
    pub skipped: Vec<PathBuf>,
    /// What couldn't be accessed.
    pub unread: Vec<Unread>,
}

/// Finds the files under the given paths.
///
/// A path that isn't a folder is always taken. In a folder and its subfolders, files are taken
/// whose names [`is_log`] accepts; hidden ones aren't. Links are followed, but not in circles.
/// Inside a folder, paths for which `exclude` returns `true` are left out without being listed.
pub fn find_files(paths: &[PathBuf], exclude: &dyn Fn(&Path) -> bool) -> FoundFiles {
    let mut found = FoundFiles::default();
    let mut taken = HashSet::new();
    for path in paths {
        match std::fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => walk_folder(path, exclude, &mut taken, &mut found),
            Ok(metadata) => {
                if taken.insert(path.clone()) {
                    let size = if metadata.is_file() {
                        metadata.len()
                    } else {
                        0
                    };
                    found.files.push(FileEntry {
                        path: path.clone(),
                        size,
                    });
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                found.unread.push(unread(path, Reason::Missing));
            }
            Err(error) => found
                .unread
                .push(unread(path, Reason::Refused(error.to_string()))),
        }
    }
    found
}

fn walk_folder(
    folder: &Path,
    exclude: &dyn Fn(&Path) -> bool,
    taken: &mut HashSet<PathBuf>,
    found: &mut FoundFiles,
) {
    let mut entries = WalkDir::new(folder)
        .follow_links(true)
        .sort_by_file_name()
        .into_iter();
    while let Some(entry) = entries.next() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let path = error.path().unwrap_or(folder);
                if error.loop_ancestor().is_some() {
                    found.skipped.push(path.to_owned());
                } else {
                    found.unread.push(unread(
                        path,
                        Reason::Refused(
                            error
                                .io_error()
                                .map_or_else(|| error.to_string(), ToString::to_string),
                        ),
                    ));
                }
                continue;
            }
        };
        if entry.depth() == 0 {
            continue;
        }
        let is_folder = entry.file_type().is_dir();
        if exclude(entry.path()) {
            if is_folder {
                entries.skip_current_dir();
            }
        } else if is_hidden(&entry) {
            found.skipped.push(entry.path().to_owned());
            if is_folder {
                entries.skip_current_dir();
            }
        } else if !is_folder {
            take_entry(&entry, taken, found);
        }
    }
}

fn take_entry(entry: &DirEntry, taken: &mut HashSet<PathBuf>, found: &mut FoundFiles) {
    let path = entry.path();
    if !entry.file_type().is_file() || !is_log(path) {
        found.skipped.push(path.to_owned());
    } else if taken.insert(path.to_owned()) {
        match entry.metadata() {
            Ok(metadata) => found.files.push(FileEntry {
                path: path.to_owned(),
                size: metadata.len(),
            }),
            Err(error) => found
                .unread
                .push(unread(path, Reason::Refused(error.to_string()))),
        }
    }
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.file_name().as_encoded_bytes().starts_with(b".")
}

/// Whether a file's name is that of a log: it ends in `.json`, `.jsonl`, `.ndjson` or `.gz`, or has
/// the form of Firehose's names, and doesn't begin with a dot.
pub fn is_log(path: &Path) -> bool {
    let hidden = path
        .file_name()
        .is_none_or(|name| name.as_encoded_bytes().starts_with(b"."));
    let ending = path.extension().map(OsStr::to_ascii_lowercase);
    let known = ending.is_some_and(|ending| {
        ["json", "jsonl", "ndjson", "gz"]
            .iter()
            .any(|known| ending == *known)
    });
    !hidden
        && (known
            || path
                .file_name()
                .and_then(OsStr::to_str)
                .is_some_and(is_of_firehose))
}

/// Recognizes `STREAM-1-2026-03-02-09-00-00-0d3a1b2c-1234-5678-9abc-def012345678`: a subscription
/// that delivers through Firehose writes files without an extension.
fn is_of_firehose(name: &str) -> bool {
    const SHAPE: &[u8] = b"-dddd-dd-dd-dd-dd-dd-hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh";
    let Some((stream, tail)) = name
        .len()
        .checked_sub(SHAPE.len())
        .and_then(|at| name.as_bytes().split_at_checked(at))
    else {
        return false;
    };
    let fits = |(wanted, byte): (&u8, &u8)| match wanted {
        b'd' => byte.is_ascii_digit(),
        b'h' => byte.is_ascii_hexdigit(),
        mark => byte == mark,
    };
    // The version of the stream precedes the time.
    stream.last().is_some_and(u8::is_ascii_digit) && SHAPE.iter().zip(tail).all(fits)
}

fn unread(path: &Path, reason: Reason) -> Unread {
    Unread {
        file: Arc::from(path),
        record: None,
        byte: None,
        reason,
        rest: false,
    }
}

#[cfg(test)]
mod tests;
