//! The threads that read: each takes the next file until none is left, then fetched objects.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex};
use std::thread;

use rolewatch_archive::{Filter, Scratch};
use rolewatch_guard::policy::Policy;

use super::{LogSource, PartialScan};
use crate::audit::objects::{FetchedObject, LogObject, ObjectStore};
use crate::audit::progress;
use crate::limits::OBJECTS_WAITING;

/// What the threads share.
pub(super) struct SharedScan<'w, 'p> {
    policy: &'p Policy,
    filter: &'w Filter,
    sources: &'w [LogSource],
    /// Which of the sources is taken next.
    next: AtomicUsize,
    /// Bytes that were read, for the progress bar.
    read: AtomicU64,
}

impl<'w, 'p> SharedScan<'w, 'p> {
    pub(super) fn new(policy: &'p Policy, filter: &'w Filter, sources: &'w [LogSource]) -> Self {
        Self {
            policy,
            filter,
            sources,
            next: AtomicUsize::new(0),
            read: AtomicU64::new(0),
        }
    }

    /// Reads everything, and gives what each thread knows, or how it panicked. `jobs`: threads; by
    /// default one a core.
    pub(super) fn by_threads<O: ObjectStore>(
        &self,
        store: Option<&O>,
        objects: Vec<LogObject>,
        jobs: Option<NonZeroUsize>,
    ) -> Vec<thread::Result<PartialScan<'p>>> {
        let total = self.total_bytes(&objects);
        let threads = self.thread_count(jobs, objects.len());
        thread::scope(|scope| {
            let (running, done) = mpsc::channel();
            scope.spawn(move || progress::show(total, &self.read, &done));
            // Bounded: who fetches waits for those who read, or all objects would be in memory.
            let (fetched, waiting) = mpsc::sync_channel(OBJECTS_WAITING);
            let waiting = Arc::new(Mutex::new(waiting));
            if let Some(store) = store {
                scope.spawn(move || store.fetch(objects, &fetched));
            } else {
                drop(fetched);
            }
            let mut workers = Vec::new();
            for _ in 0..threads {
                let waiting = Arc::clone(&waiting);
                workers.push(scope.spawn(move || self.read_all(&waiting)));
            }
            // INVARIANT (end): only those who read hold the other end, so that whoever fetches
            // stops when they do.
            drop(waiting);
            let parts = workers
                .into_iter()
                .map(thread::ScopedJoinHandle::join)
                .collect();
            drop(running);
            parts
        })
    }

    /// All that is to be read, as far as its size is known.
    fn total_bytes(&self, objects: &[LogObject]) -> u64 {
        let mut bytes = 0;
        for source in self.sources {
            if let LogSource::File(_, size) = source {
                bytes += size;
            }
        }
        bytes + objects.iter().map(|object| object.size).sum::<u64>()
    }

    /// Not more threads than there are things to read, and at least one.
    fn thread_count(&self, jobs: Option<NonZeroUsize>, objects: usize) -> usize {
        let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
        jobs.map_or(cores, NonZeroUsize::get)
            .min(self.sources.len() + objects)
            .max(1)
    }

    /// What one thread reads.
    fn read_all(&self, waiting: &Mutex<Receiver<FetchedObject>>) -> PartialScan<'p> {
        // A world of its own, so that threads share nothing while they read.
        let mut part = PartialScan::new(self.policy);
        let mut scratch = Scratch::default();
        while let Some(source) = self.sources.get(self.next.fetch_add(1, Ordering::Relaxed)) {
            part.read(source, self.filter, &mut scratch);
            if let LogSource::File(_, size) = source {
                self.read.fetch_add(*size, Ordering::Relaxed);
            }
        }
        while let Some(fetched) = next_of(waiting) {
            part.read_object(&fetched, self.filter, &mut scratch);
            self.read.fetch_add(fetched.object.size, Ordering::Relaxed);
        }
        part
    }
}

/// The next object that was fetched. `None`: all were, or another thread failed, which will be
/// told.
fn next_of(waiting: &Mutex<Receiver<FetchedObject>>) -> Option<FetchedObject> {
    waiting.lock().ok()?.recv().ok()
}
