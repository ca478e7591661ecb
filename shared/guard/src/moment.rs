//! Event time in whole seconds, and durations. CloudTrail's clock has no finer resolution.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A second in UTC, like `eventTime`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(i64);

/// Why a text is not a moment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a time is written like 2026-01-31T09:30:00Z")]
pub struct NotAMoment;

impl Moment {
    /// A moment from seconds since 1970-01-01T00:00:00Z.
    pub const fn from_epoch_seconds(seconds: i64) -> Self {
        Self(seconds)
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    pub const fn epoch_seconds(self) -> i64 {
        self.0
    }

    /// Seconds from `earlier` to this moment; negative if this one is before it.
    pub const fn seconds_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// This moment moved by `seconds`.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// Reads `responseElements.credentials.expiration`: Java's English date format in UTC, in its
    /// two variants (`Jul 30, 2021 12:12:04 PM` and `Jul 10, 2023, 12:09:47 PM`), or an ISO 8601
    /// time.
    pub fn from_expiration(text: &str) -> Result<Self, NotAMoment> {
        if let Ok(moment) = text.parse() {
            return Ok(moment);
        }
        from_java(text).ok_or(NotAMoment)
    }
}

fn from_java(text: &str) -> Option<Moment> {
    // Newer JDKs put a narrow no-break space before AM and PM.
    let text = text.replace(['\u{202f}', '\u{a0}'], " ");
    let mut words = text.split_ascii_whitespace();
    let month = words.next()?;
    let month = 1 + [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    .iter()
    .position(|name| *name == month)?;
    let day: i8 = words.next()?.strip_suffix(',')?.parse().ok()?;
    let year: i16 = words.next()?.trim_end_matches(',').parse().ok()?;
    let mut clock = words.next()?.split(':').map(str::parse::<i8>);
    let (hour, minute, second) = (
        clock.next()?.ok()?,
        clock.next()?.ok()?,
        clock.next()?.ok()?,
    );
    let half = words.next()?;
    if clock.next().is_some() || words.next().is_some() || !(0..=12).contains(&hour) {
        return None;
    }
    let hour = match half {
        "AM" => hour % 12,
        "PM" => hour % 12 + 12,
        _ => return None,
    };
    let civil = jiff::civil::DateTime::new(
        year,
        i8::try_from(month).ok()?,
        day,
        hour,
        minute,
        second,
        0,
    )
    .ok()?;
    let zoned = civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(Moment(zoned.timestamp().as_second()))
}

impl FromStr for Moment {
    type Err = NotAMoment;

    /// Reads `2026-01-31T09:30:00Z`. A fraction of a second is dropped; an offset other than `Z` is
    /// converted.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.as_bytes().get(10) != Some(&b'T') {
            return Err(NotAMoment);
        }
        let stamp: Timestamp = text.parse().map_err(|_| NotAMoment)?;
        Ok(Self(stamp.as_second()))
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Timestamp::from_second(self.0) {
            Ok(stamp) => write!(f, "{stamp}"),
            Err(_) => write!(f, "{} seconds since 1970", self.0),
        }
    }
}

impl fmt::Debug for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'_, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A duration as people write it: `45s`, `15m`, `1h 30m`, `2d`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(i64);

/// Why a text is not a span.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a duration is written like `45s`, `15m`, `1h`, `1h30m` or `2d`")]
pub struct NotASpan;

impl Span {
    /// A span of whole seconds.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds)
    }

    /// The span in whole seconds.
    pub const fn seconds(self) -> i64 {
        self.0
    }
}

impl FromStr for Span {
    type Err = NotASpan;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut total = 0_i64;
        let mut number: Option<i64> = None;
        let mut smallest_unit = i64::MAX;
        for c in text.chars().filter(|c| *c != ' ') {
            if let Some(digit) = c.to_digit(10) {
                let grown = number
                    .unwrap_or(0)
                    .checked_mul(10)
                    .and_then(|n| n.checked_add(i64::from(digit)));
                number = Some(grown.ok_or(NotASpan)?);
                continue;
            }
            let unit = match c {
                's' => 1,
                'm' => 60,
                'h' => 3_600,
                'd' => 86_400,
                _ => return Err(NotASpan),
            };
            // Units go from large to small, each once: `30m1h` and `1h1h` are mistakes.
            if unit >= smallest_unit {
                return Err(NotASpan);
            }
            smallest_unit = unit;
            let part = number
                .take()
                .ok_or(NotASpan)?
                .checked_mul(unit)
                .ok_or(NotASpan)?;
            total = total.checked_add(part).ok_or(NotASpan)?;
        }
        if number.is_some() || smallest_unit == i64::MAX {
            return Err(NotASpan);
        }
        Ok(Self(total))
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        if rest < 0 {
            f.write_str("-")?;
            rest = rest.saturating_neg();
        }
        if rest == 0 {
            return f.write_str("0s");
        }
        let mut first = true;
        for (unit, name) in [(86_400, 'd'), (3_600, 'h'), (60, 'm'), (1, 's')] {
            let count = rest / unit;
            rest %= unit;
            if count > 0 {
                if !first {
                    f.write_str(" ")?;
                }
                first = false;
                write!(f, "{count}{name}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Moment {
        text.parse().unwrap()
    }

    #[test]
    fn event_time_is_read_to_the_second() {
        assert_eq!(
            at("2023-07-10T12:09:47Z").to_string(),
            "2023-07-10T12:09:47Z"
        );
        assert_eq!(at("2023-07-10T12:09:47.999Z"), at("2023-07-10T12:09:47Z"));
        for odd in [
            "2024-12-12 16:04:32.000000000",
            "redacted",
            "",
            "2023-07-10",
            "2023-13-10T00:00:00Z",
        ] {
            assert!(odd.parse::<Moment>().is_err(), "{odd}");
        }
    }

    #[test]
    fn both_java_formats_of_expiration_are_read() {
        assert_eq!(
            Moment::from_expiration("Jul 30, 2021 12:12:04 PM").unwrap(),
            at("2021-07-30T12:12:04Z")
        );
        assert_eq!(
            Moment::from_expiration("Jul 10, 2023, 12:09:47 AM").unwrap(),
            at("2023-07-10T00:09:47Z")
        );
        assert_eq!(
            Moment::from_expiration("Jul 10, 2023, 1:09:47\u{202f}PM").unwrap(),
            at("2023-07-10T13:09:47Z")
        );
        assert_eq!(
            Moment::from_expiration("2023-07-10T13:09:47Z").unwrap(),
            at("2023-07-10T13:09:47Z")
        );
        for odd in [
            "Jul 10, 2023, 13:09:47 PM",
            "Juli 10, 2023, 1:09:47 PM",
            "Feb 30, 2023, 1:09:47 PM",
            "tomorrow",
        ] {
            assert!(Moment::from_expiration(odd).is_err(), "{odd}");
        }
    }

    #[test]
    fn spans_read_and_print() {
        assert_eq!("1h30m".parse::<Span>().unwrap().seconds(), 5_400);
        assert_eq!("1h 30m".parse::<Span>().unwrap().to_string(), "1h 30m");
        assert_eq!("90m".parse::<Span>().unwrap().to_string(), "1h 30m");
        assert_eq!("0s".parse::<Span>().unwrap().to_string(), "0s");
        for odd in [
            "1",
            "",
            "h",
            "1w",
            "-1h",
            "30m1h",
            "1h1h",
            "99999999999999999999d",
        ] {
            assert!(odd.parse::<Span>().is_err(), "{odd}");
        }
    }
}
