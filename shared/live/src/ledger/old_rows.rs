//! Which partitions hold nothing that the previous version of rolewatch stored.
//!
//! That version doesn't write any more once this one runs. So a partition without its rows stays
//! without them, and a process has to look only once.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use rolewatch_guard::moment::Moment;

use crate::time::OLD_VERSION_ENDS;

/// The partitions of the previous version that are known to be empty.
#[derive(Debug)]
pub struct OldRows {
    /// When the process began to look.
    since: Moment,
    empty: Mutex<BTreeSet<String>>,
}

impl OldRows {
    /// Nothing is known yet.
    pub fn new(since: Moment) -> Self {
        Self {
            since,
            empty: Mutex::default(),
        }
    }

    /// Whether the partition is empty, as far as this process knows.
    pub(super) fn is_empty(&self, pk: &str) -> bool {
        self.empty
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .contains(pk)
    }

    /// Notes that a partition was read and had no rows. Just after an update, the previous version
    /// may still be working, so this isn't remembered.
    pub(super) fn note_empty(&self, pk: &str, now: Moment) {
        if now.seconds_since(self.since) >= OLD_VERSION_ENDS {
            let mut empty = self.empty.lock().unwrap_or_else(PoisonError::into_inner);
            empty.insert(pk.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_partition_is_remembered_only_when_the_previous_version_is_certainly_gone() {
        let start: Moment = "2026-03-02T09:00:00Z".parse().unwrap();
        let old = OldRows::new(start);
        old.note_empty("iam#111122223333", start.plus_seconds(OLD_VERSION_ENDS - 1));
        assert!(!old.is_empty("iam#111122223333"));
        old.note_empty("iam#111122223333", start.plus_seconds(OLD_VERSION_ENDS));
        assert!(old.is_empty("iam#111122223333") && !old.is_empty("iam#444455556666"));
    }
}
