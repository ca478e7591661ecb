//! Where moments lie on the time axis, and which of them it names.

use rolewatch_guard::moment::Moment;

/// The positions on the axis: a percent has a thousand.
const END: i64 = 100_000;

/// The most moments that the axis names.
const MOST_TICKS: i64 = 8;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// The distances between the moments that the axis names, in seconds.
const STEPS: [i64; 17] = [
    MINUTE,
    5 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    7 * DAY,
    14 * DAY,
    30 * DAY,
    90 * DAY,
    365 * DAY,
    5 * 365 * DAY,
    20 * 365 * DAY,
];

/// A place on the time axis, in thousandths of a percent of its length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Place(i64);

impl Place {
    /// As a length in SVG: `12.345%`.
    pub(super) fn percent(self) -> String {
        format!("{}.{:03}%", self.0 / 1_000, self.0 % 1_000)
    }

    /// The distance to a later place.
    pub(super) fn until(self, later: Self) -> Self {
        Self((later.0 - self.0).max(0))
    }

    /// One of 2,000 columns. Bars that begin and end in the same ones look the same.
    pub(super) fn column(self) -> i64 {
        self.0 / 50
    }
}

/// A moment that the axis names.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tick {
    pub(super) at: Place,
    pub(super) label: String,
}

/// The time axis.
#[derive(Debug, Clone, Copy)]
pub(super) struct TimeScale {
    pub(super) first: Moment,
    pub(super) last: Moment,
}

impl TimeScale {
    /// An axis from the first to the last of some moments. `None` if there are none.
    pub(super) fn new(moments: impl IntoIterator<Item = Moment>) -> Option<Self> {
        let mut ends: Option<(Moment, Moment)> = None;
        for moment in moments {
            let (first, last) = ends.unwrap_or((moment, moment));
            ends = Some((first.min(moment), last.max(moment)));
        }
        let (first, last) = ends?;
        // A single moment would lie on no axis.
        let last = last.max(first.plus_seconds(MINUTE));
        Some(Self { first, last })
    }

    fn seconds(&self) -> i64 {
        self.last.seconds_since(self.first).max(1)
    }

    /// The place of a moment. One outside lies at the end.
    pub(super) fn place(&self, moment: Moment) -> Place {
        let after = moment.seconds_since(self.first).clamp(0, self.seconds());
        let scaled = i128::from(after) * i128::from(END) / i128::from(self.seconds());
        Place(i64::try_from(scaled).unwrap_or(END))
    }

    /// The moments to name, at round times in UTC.
    pub(super) fn ticks(&self) -> Vec<Tick> {
        let fits = |step: &&i64| self.seconds() / **step < MOST_TICKS;
        let step = STEPS.iter().find(fits).copied().unwrap_or(100 * 365 * DAY);
        let begins = self.first.epoch_seconds();
        let mut next = begins + (step - begins.rem_euclid(step)).rem_euclid(step);
        let mut ticks = Vec::new();
        while next <= self.last.epoch_seconds() {
            let moment = Moment::from_epoch_seconds(next);
            ticks.push(Tick {
                at: self.place(moment),
                label: self.label(moment, step),
            });
            next += step;
        }
        ticks
    }

    /// `12:00` within one day, `03-02 12:00` within a few days, else `03-02`, or `2026-03-02` over
    /// more than a year.
    fn label(&self, moment: Moment, step: i64) -> String {
        let text = moment.to_string();
        let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default().to_owned();
        let is_one_day = self.first.to_string().get(..10) == self.last.to_string().get(..10);
        if step >= 365 * DAY {
            part(0, 10)
        } else if step >= DAY {
            part(5, 10)
        } else if is_one_day {
            part(11, 16)
        } else {
            format!("{} {}", part(5, 10), part(11, 16))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn scale(first: &str, last: &str) -> TimeScale {
        TimeScale::new([first, last].map(|time| time.parse().unwrap())).unwrap()
    }

    fn labels(scale: &TimeScale) -> Vec<String> {
        scale.ticks().into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn an_hour_and_ninety_days_have_a_few_round_ticks() {
        let hour = scale("2026-03-02T02:10:00Z", "2026-03-02T03:10:00Z");
        assert_eq!(labels(&hour), ["02:15", "02:30", "02:45", "03:00"]);
        let days = scale("2026-03-01T02:10:00Z", "2026-03-02T22:00:00Z");
        assert_eq!(
            labels(&days),
            [
                "03-01 06:00",
                "03-01 12:00",
                "03-01 18:00",
                "03-02 00:00",
                "03-02 06:00",
                "03-02 12:00",
                "03-02 18:00"
            ]
        );
        let quarter = scale("2026-01-01T00:00:00Z", "2026-04-01T00:00:00Z");
        assert_eq!(labels(&quarter).len(), 7);
        let years = scale("2020-01-01T00:00:00Z", "2026-04-01T00:00:00Z");
        assert!(labels(&years).iter().all(|label| label.len() == 10));
    }

    #[test]
    fn places_are_percents() {
        let hour = scale("2026-03-02T02:00:00Z", "2026-03-02T03:00:00Z");
        let at = |time: &str| hour.place(time.parse().unwrap()).percent();
        assert_eq!(at("2026-03-02T02:00:00Z"), "0.000%");
        assert_eq!(at("2026-03-02T02:20:00Z"), "33.333%");
        assert_eq!(at("2026-03-02T03:00:00Z"), "100.000%");
        assert_eq!(at("2026-03-09T03:00:00Z"), "100.000%");
        assert!(TimeScale::new([]).is_none());
    }

    proptest! {
        #[test]
        fn any_span_has_few_ticks_inside_it(
            first in -62_000_000_000_i64..250_000_000_000,
            long in 0_i64..9_000_000_000,
        ) {
            let ends = [first, first + long].map(Moment::from_epoch_seconds);
            let scale = TimeScale::new(ends).unwrap();
            let ticks = scale.ticks();
            prop_assert!(ticks.len() <= 9, "{}", ticks.len());
            for tick in ticks {
                prop_assert!((0..=END).contains(&tick.at.0));
            }
        }
    }
}
