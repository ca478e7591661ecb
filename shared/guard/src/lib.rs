//! The pure engine of rolewatch: CloudTrail records in, findings out.
//!
//! The world is data: records become facts ([`seen`]), facts are joined into dossiers, rules judge dossiers against a policy and
//! rosters. Nothing here does I/O, reads a clock or an environment variable, or knows an AWS SDK.

pub mod arn;
pub mod id;
pub mod moment;
pub mod policy;
pub mod untrusted;
