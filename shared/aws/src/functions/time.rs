//! Time limits that only functions need.

use std::time::Duration;

/// The duration of a reader session, in seconds: the shortest that STS grants.
pub(super) const READER_SESSION: i32 = 900;

/// How long before they expire credentials are renewed, in seconds. A call and its retries must fit
/// in.
pub(super) const RENEWED: i64 = 120;

/// The pause between two calls: CloudTrail allows two LookupEvents calls a second per account and
/// Region.
pub(super) const LOOKUP_PACE: Duration = Duration::from_millis(500);

/// The longest reading of Identity Center's directory, or of its assignments. Two fit into an
/// invocation of session-auditor.
pub(super) const STORE_READING: Duration = Duration::from_mins(2);
