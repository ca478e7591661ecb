//! The settings of archive-auditor.

use super::reader::{Noted, VariableReader};
use super::variables;
use super::{Lookup, OwnSettings, SettingsError, StackSettings, is_visible, variable};

/// The settings of archive-auditor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveSettings {
    /// Settings shared by every function that has a ledger.
    pub stack: StackSettings,
    /// The guarded resources. Tampering with them is searched for in the log files.
    pub own: OwnSettings,
    /// `ROLEWATCH_TRAIL_PREFIX`: the trail's own prefix in that bucket, before `AWSLogs/`.
    pub trail_prefix: String,
}

impl ArchiveSettings {
    /// Reads the settings from the environment of the process.
    pub fn from_environment() -> Result<Self, SettingsError> {
        Self::read(&variable)
    }

    /// Reads the settings through `lookup`.
    pub fn read(lookup: Lookup<'_>) -> Result<Self, SettingsError> {
        let mut read = VariableReader::new(lookup);
        let stack = StackSettings::read(&mut read);
        let own = OwnSettings::read(&mut read);
        let trail_prefix = read.optional(&variables::TRAIL_PREFIX, prefix);
        let settings = move || {
            Ok(Self {
                stack: stack?,
                own: own?,
                trail_prefix: trail_prefix?.unwrap_or_default(),
            })
        };
        settings().map_err(|Noted| read.into_error())
    }
}

/// Accepts the prefix with or without slashes around it.
fn prefix(text: &str) -> Option<String> {
    let text = text.trim_matches('/');
    (text.len() <= 200 && is_visible(text)).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(extra: &[(&str, &str)]) -> Result<ArchiveSettings, SettingsError> {
        let base = [
            ("ROLEWATCH_LEDGER_TABLE", "ledger"),
            ("ROLEWATCH_OUTBOX_TABLE", "outbox"),
            ("ROLEWATCH_BUCKET", "state-bucket"),
            (
                "ROLEWATCH_OPERATIONS_TOPIC_ARN",
                "arn:aws:sns:us-east-1:111122223333:operations",
            ),
            ("ROLEWATCH_QUEUE_URL", "https://sqs.example/queue"),
            ("ROLEWATCH_READER_ROLE", "rolewatch-reader"),
            ("ROLEWATCH_STACK", "rolewatch"),
        ];
        let find = |name: &str| {
            extra
                .iter()
                .chain(&base)
                .find(|(known, _)| *known == name)
                .map(|(_, value)| (*value).to_owned())
        };
        ArchiveSettings::read(&find)
    }

    #[test]
    fn without_a_trail_there_is_nothing_to_recover_from() {
        let settings = read(&[]).unwrap();
        assert_eq!(
            (settings.own.trail_bucket, &*settings.trail_prefix),
            (None, "")
        );
        let settings = read(&[
            ("ROLEWATCH_TRAIL_BUCKET", "trail-logs"),
            ("ROLEWATCH_TRAIL_PREFIX", "/organization/"),
        ])
        .unwrap();
        assert_eq!(
            (
                settings.own.trail_bucket.as_deref(),
                &*settings.trail_prefix
            ),
            (Some("trail-logs"), "organization")
        );
    }

    #[test]
    fn a_bucket_given_as_an_address_is_refused() {
        let why = read(&[("ROLEWATCH_TRAIL_BUCKET", "s3://trail-logs")])
            .unwrap_err()
            .to_string();
        assert!(
            why.contains("`ROLEWATCH_TRAIL_BUCKET` must be the name of a bucket"),
            "{why}"
        );
    }
}
