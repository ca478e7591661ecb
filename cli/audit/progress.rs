//! A progress bar on stderr during a long run. It appears only on a terminal, and only after half a
//! second.

use std::io::{self, IsTerminal};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::limits::{PROGRESS_AFTER, PROGRESS_PAUSE};

/// Shows how many of `total` bytes are done, until the sender of `done` is gone.
pub(super) fn show(total: u64, read: &AtomicU64, done: &Receiver<()>) {
    if !io::stderr().is_terminal()
        || done.recv_timeout(PROGRESS_AFTER) != Err(RecvTimeoutError::Timeout)
    {
        return;
    }
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template(
        "reading {wide_bar} {percent:>3}% of {binary_total_bytes}, {eta} left",
    ) {
        bar.set_style(style);
    }
    // What was done before the bar appeared must not count toward the speed.
    bar.set_position(read.load(Ordering::Relaxed));
    bar.reset_eta();
    loop {
        bar.set_position(read.load(Ordering::Relaxed));
        // Nothing is ever sent. The channel closes when reading ends.
        if done.recv_timeout(PROGRESS_PAUSE) != Err(RecvTimeoutError::Timeout) {
            break;
        }
    }
    bar.finish_and_clear();
}

/// Shows the progress of work that runs elsewhere.
pub(super) struct WaitingBar(Option<ProgressBar>);

impl WaitingBar {
    pub(super) fn begin() -> Self {
        if !io::stderr().is_terminal() {
            return Self(None);
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template(
            "reading {wide_bar} {pos} of {len} batches listed so far, {elapsed}",
        ) {
            bar.set_style(style);
        }
        Self(Some(bar))
    }

    pub(super) fn show(&self, done: u64, total: u64) {
        if let Some(bar) = &self.0 {
            bar.set_length(total);
            bar.set_position(done);
            bar.tick();
        }
    }
}

impl Drop for WaitingBar {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
