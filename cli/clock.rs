//! The machine's clock, for commands that need the current time. The engine gets the time as data.

use std::time::{SystemTime, UNIX_EPOCH};

use rolewatch_guard::moment::Moment;

use crate::exit::Failure;

/// The current time, to the second.
///
/// # Errors
/// Returns an error if the clock is before 1970, because it can't be right.
#[expect(
    clippy::disallowed_methods,
    reason = "the CLI reads the time here and nowhere else"
)]
pub(crate) fn now() -> Result<Moment, Failure> {
    moment(SystemTime::now())
}

fn moment(time: SystemTime) -> Result<Moment, Failure> {
    let seconds = time
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_secs()).ok());
    // Using 1970 instead of an error would make every expired suppression valid again.
    seconds
        .map(Moment::from_epoch_seconds)
        .ok_or(Failure::Clock)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_clock_that_cannot_be_right_is_an_error_and_not_1970() {
        assert_eq!(
            moment(UNIX_EPOCH + Duration::from_millis(1_500)).unwrap(),
            Moment::from_epoch_seconds(1)
        );
        let why = moment(UNIX_EPOCH - Duration::from_secs(1))
            .unwrap_err()
            .to_string();
        assert!(why.contains("`--as-of`"), "{why}");
    }
}
