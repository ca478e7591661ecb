//! Limits of time that only functions need, once.

use std::time::Duration;

/// For how long the reader role is entered, in seconds: the least that STS grants.
pub(super) const READER_SESSION: i32 = 900;

/// How long before their end credentials are renewed, in seconds: a call and its repetitions must
/// fit in.
pub(super) const RENEWED: i64 = 120;

/// CloudTrail allows two calls of LookupEvents a second in each account and Region.
pub(super) const LOOKUP_PACE: Duration = Duration::from_millis(500);
