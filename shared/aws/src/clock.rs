//! The machine's clock.

use std::time::{SystemTime, UNIX_EPOCH};

use rolewatch_guard::moment::Moment;

use rolewatch_live::port::Clock;

/// Returns the current time.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the functions read the time here and nowhere else"
    )]
    fn now(&self) -> Moment {
        // A clock before 1970 is wrong; it counts as the earliest possible time.
        let seconds = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs());
        Moment::from_epoch_seconds(i64::try_from(seconds).unwrap_or(i64::MAX))
    }
}
