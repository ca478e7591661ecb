//! Reads the logs: files in parallel, with one world per thread, joined at the end.

mod threads;

use std::cell::Cell;
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use rolewatch_archive::{
    Counts, Filter, FoundFiles, RecordPlace, Scratch, Sink, Unread, find_files, read_file,
    read_stream,
};
use rolewatch_guard::arn::RoleArn;
use rolewatch_guard::delivery::Delivery;
use rolewatch_guard::envelope::NotUsed;
use rolewatch_guard::intake::{Intake, TakenIn};
use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::seen::RecordProblem;
use rolewatch_guard::world::World;
use rolewatch_guard::{Totals, needles};

use super::objects::{self, FetchedObject, ListedObjects, ObjectStore, S3Store};
use super::totals::of_reading;
use super::unread::{InputFault, UnreadList};
use crate::exit::{Failure, shown_path};
use crate::given;
use crate::limits::OBJECTS_UNASKED;
use crate::report::words::{counted, length};
use crate::stdout;
use threads::SharedScan;

/// The result of reading.
pub(crate) struct ScannedLogs {
    pub(crate) world: World,
    pub(crate) totals: Totals,
    pub(crate) unread: UnreadList,
    /// Events that AWS didn't send.
    pub(crate) not_evidence: UnreadList,
    /// The first and the last relevant record.
    pub(crate) range: Option<(Moment, Moment)>,
    /// Roles that an entry of the policy narrowly misses.
    pub(crate) near: BTreeSet<RoleArn>,
}

/// An input that can be read directly.
enum LogSource {
    File(PathBuf, u64),
    Stdin,
}

/// How the logs are read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ScanOptions {
    /// The number of threads; by default, one per core.
    pub(crate) jobs: Option<NonZeroUsize>,
    /// The most S3 objects.
    pub(crate) max_objects: NonZeroUsize,
}

impl Default for ScanOptions {
    fn default() -> Self {
        Self {
            jobs: None,
            max_objects: OBJECTS_UNASKED,
        }
    }
}

/// Reads all files and objects under the paths. `not_logs` holds canonical paths of files and
/// folders to leave out.
pub(crate) fn scan(
    paths: &[PathBuf],
    not_logs: &[PathBuf],
    policy: &Policy,
    how: ScanOptions,
) -> Result<ScannedLogs, Failure> {
    if paths
        .iter()
        .any(|path| objects::bucket_and_prefix(path).is_some())
    {
        scan_with(Some(&S3Store::connect()?), paths, not_logs, policy, how)
    } else {
        scan_with(None::<&S3Store>, paths, not_logs, policy, how)
    }
}

fn scan_with<O: ObjectStore>(
    store: Option<&O>,
    paths: &[PathBuf],
    not_logs: &[PathBuf],
    policy: &Policy,
    how: ScanOptions,
) -> Result<ScannedLogs, Failure> {
    let filter =
        Filter::new(&needles(policy)).map_err(|why| Failure::PolicyRoles(why.to_string()))?;
    let mut whole = PartialScan::new(policy);
    let listed = list_objects(store, paths, how, &mut whole)?;
    let (sources, mut skipped) = sources(paths, not_logs, &mut whole);
    tell_skipped(&listed.skipped);
    skipped += length(&listed.skipped);

    let parts =
        SharedScan::new(policy, &filter, &sources).by_threads(store, listed.objects, how.jobs);
    for part in parts {
        match part {
            Ok(part) => whole = whole.join(part),
            // Without the lost part, the report would look complete although it isn't.
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
    Ok(whole.finish(skipped))
}

/// The S3 objects to read. A prefix without objects is probably a typo and must not count as clean.
fn list_objects<O: ObjectStore>(
    store: Option<&O>,
    paths: &[PathBuf],
    how: ScanOptions,
    part: &mut PartialScan<'_>,
) -> Result<ListedObjects, Failure> {
    let Some(store) = store else {
        return Ok(ListedObjects::default());
    };
    let listed = objects::list(store, paths, how.max_objects.get())?;
    for path in paths {
        if let Some(place) = objects::bucket_and_prefix(path)
            && !listed.objects.iter().any(|object| object.is_under(place))
        {
            part.unread.add(InputFault::of_prefix(path));
        }
    }
    Ok(listed)
}

/// The files and folders that the run uses for other purposes, and how many of them were met among
/// the logs.
struct LeftOut<'a> {
    /// Canonical paths.
    not_logs: &'a [PathBuf],
    met: Cell<u64>,
}

impl LeftOut<'_> {
    fn contains(&self, path: &Path) -> bool {
        // Names are compared first, because following links for every file of a large archive would
        // take long.
        let name = path.file_name();
        if !self.not_logs.iter().any(|other| other.file_name() == name) {
            return false;
        }
        let is_left_out = fs::canonicalize(path).is_ok_and(|real| self.not_logs.contains(&real));
        self.met.set(self.met.get() + u64::from(is_left_out));
        is_left_out
    }
}

/// The files, largest first so that no thread is left with a large one at the end, and how many
/// were left out.
fn sources(
    paths: &[PathBuf],
    not_logs: &[PathBuf],
    part: &mut PartialScan<'_>,
) -> (Vec<LogSource>, u64) {
    let left_out = LeftOut {
        not_logs,
        met: Cell::new(0),
    };
    let mut has_stdin = false;
    let mut named: Vec<PathBuf> = Vec::new();
    for path in paths {
        if given::is_stdin(path) {
            has_stdin = true;
        } else if objects::bucket_and_prefix(path).is_none() && !left_out.contains(path) {
            named.push(path.clone());
        }
    }
    let found = find_files(&named, &|path| left_out.contains(path));
    for problem in &found.unread {
        part.counts.files_failed += 1;
        part.unread.add(InputFault::of_archive(problem));
    }
    for folder in &named {
        // A folder without logs is probably a typo and must not count as clean.
        if folder.is_dir() && is_without_logs(folder, &found) {
            part.unread.add(InputFault::of_folder(folder));
        }
    }
    if named.is_empty() && !has_stdin && left_out.met.get() > 0 {
        // Everything that was given is the policy or a roster of this run.
        let first = paths.first().map_or(Path::new("."), PathBuf::as_path);
        part.unread.add(InputFault::of_no_logs(first));
    }
    tell_skipped(&found.skipped);
    let skipped = length(&found.skipped) + left_out.met.get();
    let mut sources = Vec::new();
    // Its size isn't known, so it may be the largest.
    if has_stdin {
        sources.push(LogSource::Stdin);
    }
    let mut files = found.files;
    files.sort_by_key(|file| Reverse(file.size));
    for file in files {
        sources.push(LogSource::File(file.path, file.size));
    }
    (sources, skipped)
}

/// Whether a folder contains no log, and everything in it could be examined.
fn is_without_logs(folder: &Path, found: &FoundFiles) -> bool {
    let holds_log = found.files.iter().any(|file| file.path.starts_with(folder));
    let holds_fault = found
        .unread
        .iter()
        .any(|fault| fault.file.starts_with(folder));
    !holds_log && !holds_fault
}

/// Names the files that don't look like logs by their names, so that a log with an unusual name
/// isn't skipped silently.
pub(crate) fn tell_skipped(skipped: &[PathBuf]) {
    if let [first, ..] = skipped {
        let files = counted(length(skipped), "file", "files");
        let shown = shown_path(first);
        let such_as = if skipped.len() > 1 {
            format!("such as `{shown}`")
        } else {
            format!("`{shown}`")
        };
        stdout::line_on_stderr(&format!(
            "rolewatch: skipped {files} in directories ({such_as}); \
             log files there end in .json, .jsonl, .ndjson or .gz"
        ));
    }
}

/// What one thread has read.
struct PartialScan<'p> {
    intake: Intake<'p>,
    counts: Counts,
    unread: UnreadList,
    not_evidence: UnreadList,
    /// The file being read, with all its folders, because CloudTrail names a folder after the
    /// account.
    file: PathBuf,
}

impl<'p> PartialScan<'p> {
    fn new(policy: &'p Policy) -> Self {
        Self {
            intake: Intake::new(policy),
            counts: Counts::default(),
            unread: UnreadList::default(),
            not_evidence: UnreadList::default(),
            file: PathBuf::new(),
        }
    }

    fn read(&mut self, source: &LogSource, filter: &Filter, scratch: &mut Scratch) {
        let counts = match source {
            LogSource::File(path, _) => {
                self.file = with_folders(path);
                read_file(path, filter, scratch, self)
            }
            LogSource::Stdin => {
                // For a pipe, nothing says to which account its records were delivered.
                self.file = PathBuf::new();
                read_stream(
                    given::stdin("CloudTrail records"),
                    "stdin",
                    filter,
                    scratch,
                    self,
                )
            }
        };
        self.counts.merge(&counts);
    }

    fn read_object(
        &mut self,
        FetchedObject { object, outcome }: &FetchedObject,
        filter: &Filter,
        scratch: &mut Scratch,
    ) {
        match outcome {
            Ok(bytes) => {
                self.file.clone_from(&object.name);
                let counts = read_stream(
                    &**bytes,
                    &object.name.to_string_lossy(),
                    filter,
                    scratch,
                    self,
                );
                self.counts.merge(&counts);
            }
            // An object that can't be read doesn't end the run: it is named, and the rest is
            // judged.
            Err(why) => {
                self.counts.files_failed += 1;
                self.unread.add(InputFault::of_object(&object.name, why));
            }
        }
    }

    /// Adds details that couldn't be read, of a record that still counts.
    fn add_details(&mut self, at: &RecordPlace, details: &[RecordProblem]) {
        for problem in details {
            self.unread.add(InputFault::of_detail(at, problem));
        }
    }

    fn join(mut self, other: Self) -> Self {
        self.intake = self.intake.join(other.intake);
        self.counts.merge(&other.counts);
        self.unread.merge(other.unread);
        self.not_evidence.merge(other.not_evidence);
        self
    }

    fn finish(self, skipped: u64) -> ScannedLogs {
        let TakenIn {
            world,
            kept,
            range,
            near,
        } = self.intake.finish();
        let totals = of_reading(&self.counts, skipped, kept);
        ScannedLogs {
            world,
            totals,
            unread: self.unread,
            not_evidence: self.not_evidence,
            range,
            near,
        }
    }
}

/// The absolute path, so that it includes CloudTrail's folders even if the given path starts inside
/// them. Links aren't followed.
pub(crate) fn with_folders(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

impl Sink for PartialScan<'_> {
    fn record(&mut self, json: &[u8], at: &RecordPlace) {
        match self.intake.take_record(json, Delivery::in_file(&self.file)) {
            Ok(details) => self.add_details(at, &details),
            Err(problem) => self.unread.add(InputFault::of_record(at, &problem)),
        }
    }

    fn event(&mut self, json: &[u8], at: &RecordPlace) {
        match self.intake.take_event(json, Delivery::in_file(&self.file)) {
            Ok(details) => self.add_details(at, &details),
            Err(NotUsed::NotEvidence(why)) => {
                self.not_evidence.add(InputFault::of_record(at, &why));
            }
            Err(NotUsed::Unreadable(problem)) => {
                self.unread.add(InputFault::of_record(at, &problem));
            }
        }
    }

    fn unread(&mut self, problem: Unread) {
        self.unread.add(InputFault::of_archive(&problem));
    }
}

#[cfg(test)]
mod tests;
