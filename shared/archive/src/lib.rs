//! CloudTrail log files to records.
