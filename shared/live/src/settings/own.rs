//! The guard's own resources, in the settings of the functions that watch over them.

use std::collections::BTreeSet;

use rolewatch_guard::tamper::GuardedResources;

use super::reader::{Noted, VariableReader};
use super::variables;
use super::{SecretArn, arn_of, bucket, has_only, role_name};

/// For the functions that notice when somebody tampers with the guard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnSettings {
    /// `ROLEWATCH_READER_ROLE`: the name, without a path, of the role in every account that may
    /// read groups.
    pub reader_role: String,
    /// `ROLEWATCH_STACK`: the prefix of the name of every guarded resource.
    pub stack: String,
    /// `ROLEWATCH_TRAILS`: the names of the guarded trails. Empty: every trail is guarded.
    pub trails: BTreeSet<String>,
    /// `ROLEWATCH_KEY_ARN`: the stack's guarded key. It needs its own setting because a key's ID
    /// doesn't contain the stack's name.
    pub key: Option<String>,
    /// `ROLEWATCH_TRAIL_BUCKET`: the guarded bucket that the trail writes to. `None`: there is no
    /// bucket to recover events from.
    pub trail_bucket: Option<String>,
    /// `ROLEWATCH_TRAIL_KEY_ARN`: the trail's guarded key.
    pub trail_key: Option<String>,
    /// `ROLEWATCH_SLACK_SECRET`: the secret for Slack. It is guarded but not read.
    pub slack_secret: Option<String>,
}

impl OwnSettings {
    pub(super) fn read(read: &mut VariableReader<'_>) -> Result<Self, Noted> {
        let reader_role = read.required(&variables::READER_ROLE, role_name);
        let stack = read.required(&variables::STACK, stack_name);
        let trails = read.optional(&variables::TRAILS, trail_names);
        let key = read.optional(&variables::KEY, key_arn);
        let trail_bucket = read.optional(&variables::TRAIL_BUCKET, bucket);
        let trail_key = read.optional(&variables::TRAIL_KEY, key_arn);
        let slack_secret = read.optional(&variables::SLACK_SECRET, |text| {
            SecretArn::parse(text).map(|_| text.to_owned())
        });
        Ok(Self {
            reader_role: reader_role?,
            stack: stack?,
            trails: trails?.unwrap_or_default(),
            key: key?,
            trail_bucket: trail_bucket?,
            trail_key: trail_key?,
            slack_secret: slack_secret?,
        })
    }
}

impl From<&OwnSettings> for GuardedResources {
    fn from(own: &OwnSettings) -> Self {
        Self {
            stack: own.stack.clone(),
            trails: own.trails.iter().cloned().collect(),
            reader_role: own.reader_role.clone(),
            keys: own.key.iter().chain(&own.trail_key).cloned().collect(),
            buckets: own.trail_bucket.iter().cloned().collect(),
            others: own.slack_secret.iter().cloned().collect(),
        }
    }
}

fn key_arn(text: &str) -> Option<String> {
    arn_of(text, "kms").map(|_| text.to_owned())
}

pub(super) fn stack_name(text: &str) -> Option<String> {
    has_only(text, 128, "-").then(|| text.to_owned())
}

fn trail_names(text: &str) -> Option<BTreeSet<String>> {
    text.split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(|name| has_only(name, 128, "-_.").then(|| name.to_owned()))
        .collect()
}
