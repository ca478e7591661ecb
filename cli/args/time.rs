//! Parses times on the command line.

use std::str::FromStr;

use rolewatch_guard::moment::Moment;
use rolewatch_guard::time::DAY;

pub(super) fn parse_since(text: &str) -> Result<Moment, NotATime> {
    Ok(moment_or_day_start(text)?.0)
}

pub(super) fn parse_until(text: &str) -> Result<Moment, NotATime> {
    let (moment, is_date) = moment_or_day_start(text)?;
    Ok(if is_date {
        moment.plus_seconds(DAY)
    } else {
        moment
    })
}

/// A moment, and whether the text was only a date.
fn moment_or_day_start(text: &str) -> Result<(Moment, bool), NotATime> {
    if let Ok(moment) = text.parse() {
        return Ok((moment, false));
    }
    // The parser accepts other date formats too, but only `2026-03-31` is allowed here.
    if text.len() != 10 || jiff::civil::Date::from_str(text).is_err() {
        return Err(NotATime);
    }
    Ok((
        format!("{text}T00:00:00Z").parse().map_err(|_| NotATime)?,
        true,
    ))
}

/// Why a text isn't a time.
#[derive(Debug, thiserror::Error)]
#[error("expected a time such as `2026-03-31T09:30:00Z` or a date such as `2026-03-31`")]
pub(super) struct NotATime;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_in_until_includes_that_day() {
        assert_eq!(
            parse_since("2026-03-31").unwrap().to_string(),
            "2026-03-31T00:00:00Z"
        );
        assert_eq!(
            parse_until("2026-03-31").unwrap().to_string(),
            "2026-04-01T00:00:00Z"
        );
        assert_eq!(
            parse_until("2026-03-31T00:00:00Z").unwrap().to_string(),
            "2026-03-31T00:00:00Z"
        );
        assert_eq!(
            parse_since("2026-03-31T09:00:00+09:00")
                .unwrap()
                .to_string(),
            "2026-03-31T00:00:00Z"
        );
        for odd in [
            "",
            "yesterday",
            "2026-3-1",
            "2026-02-30",
            "20260331",
            "2026-03-31 09:00:00",
        ] {
            assert!(parse_since(odd).is_err(), "{odd}");
        }
    }
}
