//! Reading until nobody changes between two readings.

use rolewatch_guard::moment::Moment;
use rolewatch_guard::take::{PeopleChanges, PeopleReading};

use crate::exit::Failure;

/// How many more times everything is read if users or groups change during a reading.
const AGAIN: usize = 2;

/// A reading, when it ended, and who changed until the next one.
pub(super) struct SettledReading<R> {
    pub(super) reading: R,
    pub(super) taken: Moment,
    pub(super) changes: PeopleChanges,
}

/// Reads everything, and then users and groups again. `rolewatch_guard::take` says why the time
/// lies between the two.
pub(super) fn settled<R>(
    mut read: impl FnMut() -> Result<(R, Moment), Failure>,
    people: impl Fn(&R) -> PeopleReading,
    mut again: impl FnMut() -> Result<PeopleReading, Failure>,
) -> Result<SettledReading<R>, Failure> {
    let mut left = AGAIN;
    loop {
        let (reading, taken) = read()?;
        let changes = people(&reading).changes_until(&again()?);
        if changes.is_empty() || left == 0 {
            return Ok(SettledReading {
                reading,
                taken,
                changes,
            });
        }
        left -= 1;
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn people(users: usize) -> PeopleReading {
        let mut people = PeopleReading::default();
        for user in 0..users {
            people.user(&user.to_string(), String::new());
        }
        people
    }

    /// Reads a number of users that grows with every reading until it has reached `most`.
    fn settle(most: usize) -> (SettledReading<usize>, usize) {
        let readings = Cell::new(0);
        let read = || {
            readings.set(readings.get() + 1);
            readings.get().min(most)
        };
        let moment = |count: usize| Moment::from_epoch_seconds(i64::try_from(count).unwrap());
        let settled = settled(
            || {
                let users = read();
                Ok((users, moment(readings.get())))
            },
            |users| people(*users),
            || Ok(people(read())),
        );
        (settled.unwrap(), readings.get())
    }

    #[test]
    fn two_readings_are_enough_if_nobody_changes() {
        let (settled, readings) = settle(1);
        assert_eq!((settled.reading, readings), (1, 2));
        assert!(settled.changes.is_empty());
        assert_eq!(settled.taken, Moment::from_epoch_seconds(1));
    }

    #[test]
    fn after_a_change_everything_is_read_again_and_has_the_later_time() {
        let (settled, readings) = settle(3);
        assert_eq!((settled.reading, readings), (3, 4));
        assert!(settled.changes.is_empty());
        assert_eq!(settled.taken, Moment::from_epoch_seconds(3));
    }

    #[test]
    fn a_directory_that_never_rests_ends_with_who_changed() {
        let (settled, readings) = settle(100);
        assert_eq!((settled.reading, readings), (5, 6));
        assert_eq!(settled.changes.users.len(), 1);
    }

    #[test]
    fn a_reading_that_fails_ends_everything() {
        let failed = settled(
            || Ok(((), Moment::from_epoch_seconds(0))),
            |()| people(0),
            || Err(Failure::Usage("denied".to_owned())),
        );
        assert!(failed.is_err());
    }
}
