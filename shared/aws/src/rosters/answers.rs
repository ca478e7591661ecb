//! When AWS answered, by AWS's own clock.
//!
//! A roster's time has to agree with the times in CloudTrail. A laptop's clock may be minutes off,
//! and the SDK corrects its signatures for that without a word.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::DateTime;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::date_time::Format;
use rolewatch_guard::moment::Moment;
use rolewatch_live::port::Clock;

use crate::clock::SystemClock;

/// The latest `Date` of an answer, in seconds since 1970. 0: no answer had one.
#[derive(Debug, Clone, Default)]
pub(super) struct AnswerTimes(Arc<AtomicI64>);

impl AnswerTimes {
    /// When the last answer was given. Without any `Date`, the time of this machine.
    pub(super) fn last(&self) -> Moment {
        match self.0.load(Ordering::Relaxed) {
            0 => SystemClock.now(),
            seconds => Moment::from_epoch_seconds(seconds),
        }
    }

    fn note(&self, date: &str) {
        if let Ok(date) = DateTime::from_str(date, Format::HttpDate) {
            self.0.fetch_max(date.secs(), Ordering::Relaxed);
        }
    }
}

impl Intercept for AnswerTimes {
    fn name(&self) -> &'static str {
        "AnswerTimes"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(date) = context.response().headers().get("date") {
            self.note(date);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_date_counts_and_anything_else_does_not() {
        let answers = AnswerTimes::default();
        for date in [
            "Tue, 31 Mar 2026 09:30:00 GMT",
            "yesterday",
            "",
            "Tue, 31 Mar 2026 09:29:59 GMT",
        ] {
            answers.note(date);
        }
        assert_eq!(answers.last(), "2026-03-31T09:30:00Z".parse().unwrap());
    }

    #[test]
    fn without_a_date_the_machine_tells_the_time() {
        let before = SystemClock.now();
        assert!(AnswerTimes::default().last() >= before);
    }
}
