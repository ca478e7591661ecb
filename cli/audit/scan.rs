//! Reading: files in parallel, each thread with a world of its own, joined at the end.

use std::cell::Cell;
use std::fs;
use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use rolewatch_archive::{Counts, Filter, Place, Scratch, Sink, Unread, find_files, read_file, read_stream};
use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::seen::{self, Reading};
use rolewatch_guard::world::{Added, World};
use rolewatch_guard::{Elevated, needles};

use super::progress;
use super::totals::{Kept, Totals};
use super::unread::{Fault, UnreadList};
use crate::exit::{Failure, shown_path};
use crate::report::words::{counted, length};
use crate::stdout;

/// What reading came to.
pub(crate) struct Scanned {
    pub(crate) world: World,
    pub(crate) totals: Totals,
    pub(crate) unread: UnreadList,
    /// The first and the last relevant record.
    pub(crate) range: Option<(Moment, Moment)>,
}

/// One thing to be read.
enum Source {
    File(PathBuf, u64),
    Stdin,
}

/// Reads all files behind the paths. `not_logs`: canonical paths of files and folders that are left out.
pub(crate) fn scan(paths: &[PathBuf], not_logs: &[PathBuf], policy: &Policy, jobs: Option<NonZeroUsize>) -> Result<Scanned, Failure> {
    let filter =
        Filter::new(&needles(policy)).map_err(|why| Failure::Usage(format!("the policy's roles cannot be searched for: {why}")))?;
    let mut whole = Part::new(policy);
    let (sources, skipped) = sources(paths, not_logs, &mut whole);
    let total = sources.iter().map(|source| if let Source::File(_, size) = source { *size } else { 0 }).sum();

    let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let threads = jobs.map_or(cores, NonZeroUsize::get).min(sources.len()).max(1);
    let (next, read) = (AtomicUsize::new(0), AtomicU64::new(0));
    let parts = thread::scope(|scope| {
        let (running, done) = mpsc::channel();
        scope.spawn(|| {
            let done = done;
            progress::show(total, &read, &done);
        });
        let work = || {
            let mut part = Part::new(policy);
            let mut scratch = Scratch::default();
            while let Some(source) = sources.get(next.fetch_add(1, Ordering::Relaxed)) {
                part.read(source, &filter, &mut scratch);
                if let Source::File(_, size) = source {
                    read.fetch_add(*size, Ordering::Relaxed);
                }
            }
            part
        };
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let parts: Vec<_> = workers.into_iter().map(thread::ScopedJoinHandle::join).collect();
        drop(running);
        parts
    });
    for part in parts {
        match part {
            Ok(part) => whole = whole.join(part),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
    Ok(whole.finish(skipped))
}

/// The files, the largest first so that no thread is left with one at the end, and how many were left out.
fn sources(paths: &[PathBuf], not_logs: &[PathBuf], part: &mut Part<'_>) -> (Vec<Source>, u64) {
    let left_out = Cell::new(0_u64);
    let is_no_log = |path: &Path| {
        // Names are compared first: to follow links for every file of a large archive would take long.
        let same_name = not_logs.iter().any(|no_log| no_log.file_name() == path.file_name());
        let no_log = same_name && fs::canonicalize(path).is_ok_and(|real| not_logs.contains(&real));
        left_out.set(left_out.get() + u64::from(no_log));
        no_log
    };
    let (stdin, named): (Vec<&PathBuf>, Vec<&PathBuf>) = paths.iter().partition(|path| path.as_os_str() == "-");
    let named: Vec<PathBuf> = named.into_iter().filter(|path| !is_no_log(path)).cloned().collect();
    let found = find_files(&named, &is_no_log);
    for problem in &found.unread {
        part.counts.files_failed += 1;
        part.unread.add(Fault::of_archive(problem));
    }
    let mut sources: Vec<Source> = found.files.into_iter().map(|file| Source::File(file.path, file.size)).collect();
    if !stdin.is_empty() {
        sources.push(Source::Stdin);
    }
    if sources.is_empty() && found.unread.is_empty() {
        // A folder without logs is a slip, and must not pass for a clean one.
        part.unread.add(Fault::of_folder(paths.first().map_or(Path::new("."), PathBuf::as_path)));
    }
    sources.sort_by_key(|source| match source {
        Source::Stdin => u64::MIN,
        Source::File(_, size) => u64::MAX - size,
    });
    tell_skipped(&found.skipped);
    (sources, length(&found.skipped) + left_out.get())
}

/// Files that are no logs by their names, so that a log under an odd name is not missed without a word.
fn tell_skipped(skipped: &[PathBuf]) {
    if let [first, ..] = skipped {
        let files = counted(length(skipped), "file", "files");
        let shown = shown_path(first);
        let such_as = if skipped.len() > 1 { format!("such as `{shown}`") } else { format!("`{shown}`") };
        stdout::tell(&format!("rolewatch: skipped {files} in folders, {such_as}; logs end in .json, .jsonl, .ndjson or .gz"));
    }
}

/// What one thread knows.
struct Part<'p> {
    elevated: Elevated<'p>,
    world: World,
    counts: Counts,
    kept: Kept,
    /// Facts added to the world, copies included.
    facts: u64,
    unread: UnreadList,
    range: Option<(Moment, Moment)>,
}

impl<'p> Part<'p> {
    fn new(policy: &'p Policy) -> Self {
        Self {
            elevated: Elevated::by_policy(policy),
            world: World::default(),
            counts: Counts::default(),
            kept: Kept::default(),
            facts: 0,
            unread: UnreadList::default(),
            range: None,
        }
    }

    fn read(&mut self, source: &Source, filter: &Filter, scratch: &mut Scratch) {
        let counts = match source {
            Source::File(path, _) => read_file(path, filter, scratch, self),
            Source::Stdin => read_stream(io::stdin().lock(), "stdin", filter, scratch, self),
        };
        self.counts.merge(&counts);
    }

    fn join(mut self, other: Self) -> Self {
        self.world = self.world.join(other.world);
        self.counts.merge(&other.counts);
        self.kept.merge(other.kept);
        self.facts += other.facts;
        self.unread.merge(other.unread);
        self.range = match (self.range, other.range) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (a, b) => a.or(b),
        };
        self
    }

    fn finish(mut self, skipped: u64) -> Scanned {
        self.kept.duplicates = self.facts.saturating_sub(u64::try_from(self.world.len()).unwrap_or(u64::MAX));
        self.kept.contradicting = u64::try_from(self.world.conflicts()).unwrap_or(u64::MAX);
        let totals = Totals::of_reading(&self.counts, skipped, self.kept);
        Scanned { world: self.world, totals, unread: self.unread, range: self.range }
    }
}

impl Sink for Part<'_> {
    fn record(&mut self, json: &[u8], at: &Place) {
        match seen::read(json, &|role| self.elevated.may_be(role)) {
            Ok(Reading::Seen(seen)) => {
                let time = seen.time;
                self.range = Some(self.range.map_or((time, time), |(first, last)| (first.min(time), last.max(time))));
                self.kept.of_use += 1;
                if self.world.add(*seen) != Added::Nothing {
                    self.facts += 1;
                }
            }
            Ok(Reading::Service(seen)) => {
                let time = seen.time;
                self.range = Some(self.range.map_or((time, time), |(first, last)| (first.min(time), last.max(time))));
                self.kept.of_use += 1;
                self.facts += 1;
                self.world.add_service(seen);
            }
            Ok(Reading::NotRelevant) => self.kept.not_relevant += 1,
            Err(problem) => {
                self.kept.unread += 1;
                self.unread.add(Fault::of_record(at, &problem));
            }
        }
    }

    fn unread(&mut self, problem: Unread) {
        self.unread.add(Fault::of_archive(&problem));
    }
}
