//! The guard's own resources, compared with the names in a record.

use super::calls::GuardedKind;
use crate::arn::resource_of;

/// The resources to watch. Empty texts match nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GuardedResources {
    /// The name of the stack. In every account, the names of its resources begin with it.
    pub stack: String,
    /// Trails by name or ARN. Empty: every trail.
    pub trails: Vec<String>,
    /// The name of the reader role in every account.
    pub reader_role: String,
    /// Keys by ARN, id or alias. A key's id doesn't show its stack.
    pub keys: Vec<String>,
    /// Buckets by name: the trail's, which may be in another account.
    pub buckets: Vec<String>,
    /// Resources that aren't named after the stack, by name or ARN: the secret for sending alerts
    /// to Slack.
    pub others: Vec<String>,
}

impl GuardedResources {
    /// Whether every resource of this kind is watched, whatever its name.
    pub(super) fn watches_all(&self, of: GuardedKind) -> bool {
        of == GuardedKind::Trail && self.trails.is_empty()
    }

    /// Whether `text` (a name, an ARN, a URL or part of a message) refers to a watched resource.
    pub(super) fn includes(&self, of: GuardedKind, text: &str) -> bool {
        self.watches_all(of)
            || self
                .others
                .iter()
                .any(|other| names_same_thing(text, other))
            || match of {
                GuardedKind::Stack => self.is_of_stack(text),
                GuardedKind::Role => {
                    self.is_of_stack(text)
                        || words_in(text).any(|word| !word.is_empty() && word == self.reader_role)
                }
                GuardedKind::Key => {
                    self.is_of_stack(text)
                        || self.keys.iter().any(|key| names_same_thing(text, key))
                }
                GuardedKind::Bucket => {
                    self.is_of_stack(text)
                        || words_in(text)
                            .any(|word| self.buckets.iter().any(|bucket| bucket == word))
                }
                GuardedKind::Organization => false,
                GuardedKind::Trail => self
                    .trails
                    .iter()
                    .any(|trail| names_same_thing(text, trail)),
            }
    }

    /// Whether one part of it is the stack's name, or begins with it followed by a separator. S3
    /// only has lower case, and stacks that StackSets deploy are named `StackSet-NAME-…`.
    fn is_of_stack(&self, text: &str) -> bool {
        let prefix = self.stack.as_str();
        !prefix.is_empty()
            && words_in(text)
                .map(|word| word.strip_prefix("StackSet-").unwrap_or(word))
                .any(|word| {
                    let (Some(start), Some(rest)) =
                        (word.get(..prefix.len()), word.get(prefix.len()..))
                    else {
                        return false;
                    };
                    start.eq_ignore_ascii_case(prefix)
                        && rest
                            .chars()
                            .next()
                            .is_none_or(|c| matches!(c, '-' | '_' | '.'))
                })
    }
}

/// The parts of an ARN, a path, a URL or a sentence.
fn words_in(text: &str) -> impl Iterator<Item = &str> {
    text.split(['/', ':', ' ', '"'])
}

/// Whether two texts refer to the same resource, each by name or ARN.
fn names_same_thing(text: &str, watched: &str) -> bool {
    let (text, watched) = (name(text), name(watched));
    if watched.is_empty() || text.is_empty() {
        return false;
    }
    text == watched || without_suffix(text) == watched || text == without_suffix(watched)
}

/// The name in an ARN: the part after the kind of resource. Any other text is already a name.
fn name(text: &str) -> &str {
    let resource = if text.starts_with("arn:") {
        resource_of(text).unwrap_or(text)
    } else {
        text
    };
    let kinds = ["secret:", "parameter/", "key/", "alias/", "trail/", "role/"];
    kinds
        .iter()
        .find_map(|kind| resource.strip_prefix(kind))
        .unwrap_or(resource)
        .trim_start_matches('/')
}

/// Secrets Manager adds a hyphen and six characters to the ARN of each secret.
fn without_suffix(name: &str) -> &str {
    match name.rsplit_once('-') {
        Some((front, end)) if end.len() == 6 && end.chars().all(|c| c.is_ascii_alphanumeric()) => {
            front
        }
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guarded() -> GuardedResources {
        GuardedResources {
            stack: "RoleWatch".to_owned(),
            trails: vec!["organization".to_owned()],
            reader_role: "audit-reader".to_owned(),
            keys: vec![
                "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
                    .to_owned(),
            ],
            buckets: vec!["organization-logs".to_owned()],
            others: vec![
                "arn:aws:secretsmanager:us-east-1:123456789012:secret:chat/slack-AbCdEf".to_owned(),
            ],
        }
    }

    #[test]
    fn a_resource_is_the_stacks_by_any_part_of_its_name_that_begins_like_it() {
        for text in [
            "RoleWatch",
            "RoleWatch-HubBus-1A2B3C",
            "rolewatch-statebucket-1a2b3c",
            "arn:aws:sns:us-east-1:123456789012:RoleWatch-FindingsTopic-1A2B3C:0a0a",
            "https://sqs.us-east-1.amazonaws.com/123456789012/RoleWatch-EventQueue-1A2B3C",
            "/aws/lambda/RoleWatch-SwitchGuard",
            "arn:aws:cloudformation:us-east-1:123456789012:stack/RoleWatch/0a0a",
            "role RoleWatch-SwitchGuardRole-1A2B3C",
            "arn:aws:cloudformation:eu-west-1:444455556666:stack/StackSet-RoleWatch-spoke-0a0a/0b0b",
        ] {
            assert!(guarded().includes(GuardedKind::Stack, text), "{text}");
        }
        for text in [
            "RoleWatcher",
            "shop-RoleWatch",
            "",
            "arn:aws:sns:us-east-1:123456789012:shop",
            "ロールウォッチ",
        ] {
            assert!(!guarded().includes(GuardedKind::Stack, text), "{text}");
        }
        assert!(!GuardedResources::default().includes(GuardedKind::Stack, "anything"));
    }

    #[test]
    fn the_reader_role_is_watched_with_the_stacks_own() {
        for text in [
            "audit-reader",
            "arn:aws:iam::444455556666:role/path/audit-reader",
            "role audit-reader",
            "RoleWatch-SwitchGuardRole",
        ] {
            assert!(guarded().includes(GuardedKind::Role, text), "{text}");
        }
        assert!(!guarded().includes(GuardedKind::Role, "audit-reader-2"));
        assert!(!guarded().includes(GuardedKind::Stack, "audit-reader"));
        assert!(!GuardedResources::default().includes(GuardedKind::Role, ""));
    }

    #[test]
    fn a_key_is_watched_by_id_arn_or_alias() {
        let by_alias = GuardedResources {
            keys: vec!["alias/guard".to_owned()],
            ..GuardedResources::default()
        };
        assert!(guarded().includes(GuardedKind::Key, "1234abcd-12ab-34cd-56ef-1234567890ab"));
        assert!(guarded().includes(
            GuardedKind::Key,
            "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
        ));
        assert!(by_alias.includes(
            GuardedKind::Key,
            "arn:aws:kms:us-east-1:123456789012:alias/guard"
        ));
        assert!(!guarded().includes(GuardedKind::Key, "0000abcd-12ab-34cd-56ef-1234567890ab"));
    }

    #[test]
    fn the_trails_bucket_is_watched_by_its_whole_name() {
        for text in [
            "organization-logs",
            "arn:aws:s3:::organization-logs",
            "\"arn:aws:s3:::organization-logs\"",
            "rolewatch-statebucket-1a2b3c",
        ] {
            assert!(guarded().includes(GuardedKind::Bucket, text), "{text}");
        }
        for text in [
            "organization-logs-2",
            "organization",
            "logs",
            "arn:aws:s3:::shop",
            "",
        ] {
            assert!(!guarded().includes(GuardedKind::Bucket, text), "{text}");
        }
        assert!(!guarded().includes(GuardedKind::Stack, "organization-logs"));
    }

    #[test]
    fn any_trail_is_watched_unless_one_is_named() {
        assert!(guarded().includes(
            GuardedKind::Trail,
            "arn:aws:cloudtrail:us-east-1:123456789012:trail/organization"
        ));
        assert!(!guarded().includes(GuardedKind::Trail, "other"));
        assert!(GuardedResources::default().includes(GuardedKind::Trail, "other"));
    }

    #[test]
    fn a_secret_is_watched_by_name_with_and_without_its_suffix() {
        for text in [
            "chat/slack",
            "chat/slack-AbCdEf",
            "arn:aws:secretsmanager:us-east-1:123456789012:secret:chat/slack-AbCdEf",
        ] {
            assert!(guarded().includes(GuardedKind::Stack, text), "{text}");
        }
        assert!(!guarded().includes(GuardedKind::Stack, "chat/slack-2"));
        let parameter = GuardedResources {
            others: vec!["arn:aws:ssm:us-east-1:123456789012:parameter/chat/slack".to_owned()],
            ..GuardedResources::default()
        };
        assert!(parameter.includes(GuardedKind::Stack, "/chat/slack"));
    }
}
