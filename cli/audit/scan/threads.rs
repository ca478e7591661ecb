//! The reading threads: each takes the next file until none is left, then fetched objects.

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

/// The state that the threads share.
pub(super) struct SharedScan<'w, 'p> {
    policy: &'p Policy,
    filter: &'w Filter,
    sources: &'w [LogSource],
    /// The index of the next source.
    next: AtomicUsize,
    /// The number of bytes read so far, for the progress bar.
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

    /// Reads everything, and returns what each thread has read, or how it panicked. `jobs` is the
    /// number of threads; by default, one per core.
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
            // The channel is bounded, so fetching waits for the readers. Otherwise, all objects
            // would be in memory.
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
            // INVARIANT (end): only the readers hold the receiving end, so fetching stops when they
            // stop.
            drop(waiting);
            let parts = workers
                .into_iter()
                .map(thread::ScopedJoinHandle::join)
                .collect();
            drop(running);
            parts
        })
    }

    /// The total size of everything to read, as far as it is known.
    fn total_bytes(&self, objects: &[LogObject]) -> u64 {
        let mut bytes = 0;
        for source in self.sources {
            if let LogSource::File(_, size) = source {
                bytes += size;
            }
        }
        bytes + objects.iter().map(|object| object.size).sum::<u64>()
    }

    /// At least one thread, and no more than there are inputs.
    fn thread_count(&self, jobs: Option<NonZeroUsize>, objects: usize) -> usize {
        let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
        jobs.map_or(cores, NonZeroUsize::get)
            .min(self.sources.len() + objects)
            .max(1)
    }

    /// Reads the inputs of one thread.
    fn read_all(&self, waiting: &Mutex<Receiver<FetchedObject>>) -> PartialScan<'p> {
        // Each thread has its own world, so threads share no facts while they read.
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

/// The next fetched object. `None`: all were taken, or another thread panicked, which is reported
/// later.
fn next_of(waiting: &Mutex<Receiver<FetchedObject>>) -> Option<FetchedObject> {
    waiting.lock().ok()?.recv().ok()
}
