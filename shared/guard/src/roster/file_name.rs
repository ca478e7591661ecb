//! File names that contain the time at which an account was read:
//! `development@2026-03-31T093000Z.json`. The command line writes and reads them; so does the live
//! guard.

use crate::moment::Moment;

/// The prefix of rosters in the live guard's bucket.
pub const ROSTER_PREFIX: &str = "roster/";

/// The key that `rolewatch roster push` gives a roster taken at this time.
pub fn roster_key(name: &str, taken: Moment) -> String {
    dated_key(ROSTER_PREFIX, name, taken)
}

/// The key of an object that shows the state at this time: `PREFIXNAME@TIME.json`. The time has no
/// colons, because not every file system allows them.
pub fn dated_key(prefix: &str, name: &str, taken: Moment) -> String {
    format!("{prefix}{name}@{}.json", taken.to_string().replace(':', ""))
}

/// When a roster was taken, from its key: `roster/development@2026-03-01T000000Z.json`.
pub fn taken_at(key: &str) -> Option<Moment> {
    let (_, taken) = name_and_time(key.strip_suffix(".json")?)?;
    Some(taken)
}

/// The parts of `NAME@TIME`. The last `@` separates them, because names may contain `@` too, as in
/// `alice@example.com`.
pub fn name_and_time(text: &str) -> Option<(&str, Moment)> {
    let (name, time) = text.rsplit_once('@')?;
    if name.is_empty() {
        return None;
    }
    Some((name, full_time(time)?))
}

/// Reads `2026-03-31T09:30:00Z`, or `2026-03-31T093000Z` for file names without colons. A date
/// alone isn't enough: it could be wrong by up to a day.
pub fn full_time(text: &str) -> Option<Moment> {
    if let Ok(moment) = text.parse() {
        return Some(moment);
    }
    let (date, clock) = text.split_once('T')?;
    let digits = clock.strip_suffix('Z')?;
    if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let hour = digits.get(..2)?;
    let minute = digits.get(2..4)?;
    let second = digits.get(4..)?;
    format!("{date}T{hour}:{minute}:{second}Z").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_says_when_its_roster_was_taken() {
        let time: Moment = "2026-03-31T09:30:00Z".parse().unwrap();
        let key = roster_key("development", time);
        assert_eq!(key, "roster/development@2026-03-31T093000Z.json");
        assert_eq!(taken_at(&key), Some(time));
        assert_eq!(taken_at("roster/dev@2026-03-31T09:30:00Z.json"), Some(time));
        assert_eq!(taken_at("roster/dev@2026-03-31T0930Z.json"), Some(time));
    }

    #[test]
    fn what_is_no_full_time_is_part_of_the_name() {
        for text in [
            "dev",
            "dev@",
            "dev@2026-03-31",
            "alice@example.com",
            "dev@2026-03-31T+93000Z",
            "@2026-03-31T09:30:00Z",
        ] {
            assert_eq!(name_and_time(text), None, "{text}");
        }
    }
}
