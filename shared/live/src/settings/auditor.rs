//! The settings of session-auditor.

use jiff::tz::TimeZone;

use super::reader::{Noted, VariableReader};
use super::variables;
use super::{
    Language, Lookup, SettingsError, StackSettings, TopicArn, has_only, role_name, variable,
    web_address,
};

/// The settings of session-auditor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditorSettings {
    /// Settings shared by every function that has a ledger.
    pub stack: StackSettings,
    /// `ROLEWATCH_SWITCH_QUEUE_URL`: the queue for switches into elevated roles and for requests to
    /// judge again. `None`: the queue of events is used.
    pub switch_queue_url: Option<String>,
    /// `ROLEWATCH_FINDINGS_TOPIC_ARN`: the topic on which findings are published.
    pub findings_topic: TopicArn,
    /// `ROLEWATCH_READER_ROLE`: the name, without a path, of the role in every account that may
    /// read the event history.
    pub reader_role: String,
    /// `ROLEWATCH_REGIONS`: the Regions in which events are searched. Empty: the Regions of the
    /// policy or, if it names none, the Region of this function.
    pub regions: Vec<String>,
    /// `ROLEWATCH_LANGUAGE`: the language of the digest's e-mail, `en` or `ja`.
    pub language: Language,
    /// `ROLEWATCH_TIME_ZONE`: the time zone of its times, such as `Asia/Tokyo`.
    pub time_zone: TimeZone,
    /// `AWS_REGION`, which Lambda sets: the Region of this function.
    pub home: String,
}

impl AuditorSettings {
    /// Reads the settings from the environment of the process.
    pub fn from_environment() -> Result<Self, SettingsError> {
        Self::read(&variable)
    }

    /// Reads the settings through `lookup`.
    pub fn read(lookup: Lookup<'_>) -> Result<Self, SettingsError> {
        let mut read = VariableReader::new(lookup);
        let stack = StackSettings::read(&mut read);
        let switch_queue_url = read.optional(&variables::SWITCH_QUEUE_URL, web_address);
        let findings_topic = read.required(&variables::FINDINGS_TOPIC, TopicArn::parse);
        let reader_role = read.required(&variables::READER_ROLE, role_name);
        let regions = read.optional(&variables::REGIONS, region_names);
        let language = read.optional(&variables::LANGUAGE, Language::parse);
        let time_zone = read.optional(&variables::TIME_ZONE, |name| TimeZone::get(name).ok());
        let home = read.required(&variables::REGION, region);
        let settings = move || {
            Ok(Self {
                stack: stack?,
                switch_queue_url: switch_queue_url?,
                findings_topic: findings_topic?,
                reader_role: reader_role?,
                regions: regions?.unwrap_or_default(),
                language: language?.unwrap_or_default(),
                time_zone: time_zone?.unwrap_or(TimeZone::UTC),
                home: home?,
            })
        };
        settings().map_err(|Noted| read.into_error())
    }
}

fn region(text: &str) -> Option<String> {
    has_only(text, 30, "-").then(|| text.to_owned())
}

fn region_names(text: &str) -> Option<Vec<String>> {
    let mut names: Vec<String> = text
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(region)
        .collect::<Option<_>>()?;
    names.sort();
    names.dedup();
    Some(names)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn read(more: &[(&'static str, &'static str)]) -> Result<AuditorSettings, SettingsError> {
        let base = [
            ("ROLEWATCH_LEDGER_TABLE", "rolewatch-ledger"),
            ("ROLEWATCH_OUTBOX_TABLE", "rolewatch-outbox"),
            ("ROLEWATCH_BUCKET", "rolewatch-state-111122223333"),
            (
                "ROLEWATCH_FINDINGS_TOPIC_ARN",
                "arn:aws:sns:us-east-1:111122223333:rolewatch-findings",
            ),
            (
                "ROLEWATCH_OPERATIONS_TOPIC_ARN",
                "arn:aws:sns:us-east-1:111122223333:rolewatch-operations",
            ),
            (
                "ROLEWATCH_QUEUE_URL",
                "https://sqs.us-east-1.amazonaws.com/111122223333/rolewatch-events",
            ),
            ("ROLEWATCH_READER_ROLE", "rolewatch-reader"),
            ("AWS_REGION", "us-east-1"),
        ];
        let variables: BTreeMap<_, _> = base.iter().chain(more).copied().collect();
        AuditorSettings::read(&|name| variables.get(name).map(ToString::to_string))
    }

    #[test]
    fn regions_are_each_named_once() {
        let settings =
            read(&[("ROLEWATCH_REGIONS", "us-east-1, ap-northeast-1,us-east-1")]).unwrap();
        assert_eq!(settings.regions, ["ap-northeast-1", "us-east-1"]);
        assert_eq!(
            read(&[("ROLEWATCH_REGIONS", "")]).unwrap().regions,
            [] as [&str; 0]
        );
        assert!(read(&[("ROLEWATCH_REGIONS", "us-east-1 eu-west-1")]).is_err());
    }

    #[test]
    fn the_digest_is_in_the_language_and_time_zone_of_its_readers() {
        let settings = read(&[
            ("ROLEWATCH_LANGUAGE", "ja"),
            ("ROLEWATCH_TIME_ZONE", "Asia/Tokyo"),
        ])
        .unwrap();
        assert_eq!(
            (settings.language, settings.time_zone.iana_name()),
            (Language::Japanese, Some("Asia/Tokyo"))
        );
        let unset = read(&[]).unwrap();
        assert_eq!(
            (unset.language, unset.time_zone),
            (Language::English, TimeZone::UTC)
        );
        assert!(read(&[("ROLEWATCH_TIME_ZONE", "Asia/Edo")]).is_err());
    }

    #[test]
    fn the_region_that_it_runs_in_has_to_be_known() {
        assert_eq!(read(&[]).unwrap().home, "us-east-1");
        assert!(
            read(&[("AWS_REGION", "")])
                .unwrap_err()
                .to_string()
                .contains("`AWS_REGION` is not set")
        );
    }
}
