//! ARNs of IAM roles and role sessions, and IAM's glob.

pub(crate) mod permission_set;

use std::fmt;
use std::sync::Arc;

use crate::id::AccountId;

/// The ARN of a single role, without wildcards: `arn:aws:iam::444455556666:role/path/Name`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoleArn {
    text: Arc<str>,
    account: AccountId,
}

/// Why a text is not a role ARN.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a role ARN is written like arn:aws:iam::444455556666:role/UpdateApp")]
pub struct NotARoleArn;

impl RoleArn {
    /// Reads a role's ARN.
    pub fn parse(text: &str) -> Result<Self, NotARoleArn> {
        let (account, path) = split_iam(text, "iam").ok_or(NotARoleArn)?;
        let name = path.strip_prefix("role/").ok_or(NotARoleArn)?;
        if name.is_empty()
            || name.ends_with('/')
            || name.len() > 600
            || name.chars().any(|c| c.is_whitespace() || c.is_control())
        {
            return Err(NotARoleArn);
        }
        Ok(Self {
            text: Arc::from(text),
            account,
        })
    }

    /// The ARN as text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The role's account.
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// Whether the ARN shows a path. An ARN in a form that drops the path looks like the ARN of a
    /// role without one.
    pub(crate) fn has_path(&self) -> bool {
        self.text.matches('/').count() > 1
    }

    /// The ARN without its path, as some forms show it; `None` if it has no path.
    pub(crate) fn without_path(&self) -> Option<Self> {
        let (front, _) = self.text.split_once(":role/").filter(|_| self.has_path())?;
        Some(Self {
            text: Arc::from(format!("{front}:role/{}", self.name())),
            account: self.account,
        })
    }

    pub(crate) fn share_text(&mut self, mut keep: impl FnMut(Arc<str>) -> Arc<str>) {
        self.text = keep(Arc::clone(&self.text));
    }

    /// The role's partition: `aws`, `aws-cn` and so on.
    pub fn partition(&self) -> &str {
        partition_of(&self.text).unwrap_or(AWS)
    }

    /// The role's name, without its path.
    pub fn name(&self) -> &str {
        self.text.rsplit('/').next().unwrap_or(&self.text)
    }

    /// The permission set that the role belongs to, if it is a role of IAM Identity Center.
    ///
    /// Only AWS can create roles under this path, and it names them after the permission set. The
    /// Region in the path is missing if the home Region of Identity Center is us-east-1.
    pub fn permission_set(&self) -> Option<&str> {
        permission_set::of_role(&self.text)
    }

    /// The same, also for an ARN that lacks the path. Anybody can give a role without a path such a
    /// name.
    pub fn likely_permission_set(&self) -> Option<&str> {
        let by_name = || permission_set::of_role_name(self.name());
        self.permission_set()
            .or_else(|| by_name().filter(|_| !self.has_path()))
    }

    /// The service that the role is linked to, such as `autoscaling.amazonaws.com`. Only this
    /// service can enter the role.
    pub fn linked_service(&self) -> Option<&str> {
        linked_service(&self.text)
    }

    /// The role without the suffix of its name: all roles that one permission set ever had in an
    /// account. Any other role as it is.
    pub fn of_permission_set(&self) -> Self {
        let Some(set) = self.permission_set() else {
            return self.clone();
        };
        Self {
            text: Arc::from(permission_set::arn_of(self.partition(), self.account, set)),
            account: self.account,
        }
    }
}

impl fmt::Display for RoleArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for RoleArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The parts of `arn:aws:sts::444455556666:assumed-role/UpdateApp/alice`. In this form, AWS drops
/// the role's path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssumedRoleArn<'a> {
    /// `aws`, `aws-cn` and so on.
    pub partition: &'a str,
    /// The account of the role.
    pub account: AccountId,
    /// The role's name, without its path.
    pub role_name: &'a str,
    /// The session name, which the caller chose.
    pub session: &'a str,
}

impl<'a> AssumedRoleArn<'a> {
    /// Reads the ARN of a role session.
    pub fn parse(text: &'a str) -> Option<Self> {
        let (account, path) = split_iam(text, "sts")?;
        let (role_name, session) = path.strip_prefix("assumed-role/")?.split_once('/')?;
        let partition = partition_of(text)?;
        (!role_name.is_empty() && !session.is_empty()).then_some(Self {
            partition,
            account,
            role_name,
            session,
        })
    }

    /// The role's ARN without its path, which this form doesn't show.
    pub fn role_without_path(&self) -> Option<RoleArn> {
        RoleArn::parse(&iam_arn(
            Some(self.partition),
            self.account,
            &format!("role/{}", self.role_name),
        ))
        .ok()
    }
}

/// An example of a role's ARN, for messages.
pub(crate) const LIKE_A_ROLE: &str = "arn:aws:iam::444455556666:role/UpdateApp";

/// An example of a user's ARN, for messages.
pub(crate) const LIKE_A_USER: &str = "arn:aws:iam::111122223333:user/batch";

/// The default partition of an ARN, if nothing shows its partition.
pub(crate) const AWS: &str = "aws";

/// Whether a text has the form of a partition's name: `aws`, `aws-us-gov`. There is no fixed list,
/// because AWS adds partitions.
pub fn is_partition(text: &str) -> bool {
    let mut words = text.split('-');
    let is_word = |word: &str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    words.next() == Some(AWS) && words.all(is_word)
}

/// The partition of an ARN of any service.
pub fn partition_of(arn: &str) -> Option<&str> {
    let (partition, _) = arn.strip_prefix("arn:")?.split_once(':')?;
    is_partition(partition).then_some(partition)
}

/// The account of an ARN of any service.
pub fn account_of(arn: &str) -> Option<AccountId> {
    ArnParts::split(arn)?.account.parse().ok()
}

/// The service that a role is linked to, by the role's ARN. Only AWS creates roles under this path.
pub(crate) fn linked_service(arn: &str) -> Option<&str> {
    let below = resource_of(arn)?.strip_prefix("role/aws-service-role/")?;
    let (service, _) = below.split_once('/')?;
    (!service.is_empty()).then_some(service)
}

/// The part after the account in an ARN of any service: `role/team/UpdateApp`.
pub(crate) fn resource_of(arn: &str) -> Option<&str> {
    ArnParts::split(arn).map(|parts| parts.resource)
}

/// The six parts of an ARN of any service, or of a pattern for one. None of them is checked.
pub(crate) struct ArnParts<'a> {
    /// `arn`, if it's an ARN.
    pub(crate) prefix: &'a str,
    pub(crate) partition: &'a str,
    pub(crate) service: &'a str,
    pub(crate) region: &'a str,
    pub(crate) account: &'a str,
    /// The rest, which may contain more colons.
    pub(crate) resource: &'a str,
}

impl<'a> ArnParts<'a> {
    pub(crate) fn split(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        Some(Self {
            prefix: parts.next()?,
            partition: parts.next()?,
            service: parts.next()?,
            region: parts.next()?,
            account: parts.next()?,
            resource: parts.next()?,
        })
    }
}

/// Whether an ARN belongs to AWS rather than an account: `arn:aws:iam::aws:policy/ReadOnlyAccess`.
pub fn is_of_aws(arn: &str) -> bool {
    arn.split(':').nth(4) == Some("aws")
}

/// Builds an IAM ARN that no record shows. If the partition isn't known, `aws` is used, which most
/// accounts are in.
pub(crate) fn iam_arn(
    partition: Option<&str>,
    account: impl fmt::Display,
    resource: &str,
) -> String {
    format!("arn:{}:iam::{account}:{resource}", partition.unwrap_or(AWS))
}

/// Builds the ARN of a role session that no record shows.
pub(crate) fn session_arn(
    partition: Option<&str>,
    account: AccountId,
    role: &str,
    session: &str,
) -> String {
    format!(
        "arn:{}:sts::{account}:assumed-role/{role}/{session}",
        partition.unwrap_or(AWS)
    )
}

/// The account and the resource part of `arn:PARTITION:SERVICE::ACCOUNT:RESOURCE`.
fn split_iam<'a>(text: &'a str, service: &str) -> Option<(AccountId, &'a str)> {
    let parts = ArnParts::split(text)?;
    let fits = parts.prefix == "arn"
        && is_partition(parts.partition)
        && parts.service == service
        && parts.region.is_empty();
    let account = parts.account.parse().ok().filter(|_| fits)?;
    Some((account, parts.resource))
}

/// Whether `text` matches an IAM glob: `*` matches any characters, including `/`, and `?` matches
/// any single character.
pub fn glob_matches(glob: &str, text: &str) -> bool {
    let glob: Vec<char> = glob.chars().collect();
    let text: Vec<char> = text.chars().collect();
    let (mut g, mut t) = (0, 0);
    // Where to continue when a later character doesn't match: after the last `*`, one character
    // further.
    let mut retry: Option<(usize, usize)> = None;
    while let Some(c) = text.get(t) {
        match glob.get(g) {
            Some('*') => {
                retry = Some((g + 1, t));
                g += 1;
            }
            Some(p) if *p == '?' || p == c => {
                g += 1;
                t += 1;
            }
            _ => match retry {
                Some((after_star, from)) => {
                    retry = Some((after_star, from + 1));
                    g = after_star;
                    t = from + 1;
                }
                None => return false,
            },
        }
    }
    glob.get(g..)
        .is_some_and(|rest| rest.iter().all(|p| *p == '*'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_arn_keeps_its_path_and_gives_its_name() {
        let arn = RoleArn::parse("arn:aws:iam::444455556666:role/team/app/UpdateApp").unwrap();
        assert_eq!(arn.name(), "UpdateApp");
        assert_eq!(arn.account().to_string(), "444455556666");
        for odd in [
            "arn:aws:iam::444455556666:user/a",
            "arn:aws:iam::4444:role/a",
            "arn:aws:iam::444455556666:role/",
            "arn:aws:sts::444455556666:role/a",
        ] {
            assert!(RoleArn::parse(odd).is_err(), "{odd}");
        }
    }

    #[test]
    fn only_aws_links_a_role_to_a_service() {
        let service = |path: &str| {
            let arn = RoleArn::parse(&format!("arn:aws:iam::444455556666:role/{path}")).unwrap();
            arn.linked_service().map(str::to_owned)
        };
        assert_eq!(
            service("aws-service-role/guardduty.amazonaws.com/AWSServiceRoleForAmazonGuardDuty")
                .as_deref(),
            Some("guardduty.amazonaws.com")
        );
        for other in [
            "AWSServiceRoleForAmazonGuardDuty",
            "service-role/guardduty.amazonaws.com/Scan",
            "team/aws-service-role/guardduty.amazonaws.com/Scan",
            "aws-service-role//Scan",
            "aws-service-role/Scan",
        ] {
            assert_eq!(service(other), None, "{other}");
        }
    }

    #[test]
    fn any_partition_is_kept() {
        for partition in [
            "aws",
            "aws-cn",
            "aws-us-gov",
            "aws-eusc",
            "aws-iso",
            "aws-iso-b",
            "aws-nova-x2",
        ] {
            let role = format!("arn:{partition}:iam::444455556666:role/UpdateApp");
            assert_eq!(RoleArn::parse(&role).unwrap().partition(), partition);
            let session = format!("arn:{partition}:sts::444455556666:assumed-role/UpdateApp/alice");
            assert_eq!(
                AssumedRoleArn::parse(&session)
                    .unwrap()
                    .role_without_path()
                    .unwrap()
                    .as_str(),
                role
            );
        }
        for odd in [
            "", "awscn", "aws-", "aws--cn", "AWS", "aws_cn", "azure", "aws-cn/x", "aws-*",
        ] {
            assert!(!is_partition(odd), "{odd}");
            assert!(
                RoleArn::parse(&format!("arn:{odd}:iam::444455556666:role/UpdateApp")).is_err(),
                "{odd}"
            );
        }
        assert_eq!(partition_of("arn:aws-cn:s3:::bucket"), Some("aws-cn"));
        assert_eq!(partition_of("UpdateApp"), None);
    }

    #[test]
    fn an_assumed_role_arn_gives_role_and_session() {
        let arn = AssumedRoleArn::parse(
            "arn:aws:sts::444455556666:assumed-role/UpdateApp/bob@example.com",
        )
        .unwrap();
        assert_eq!(
            (arn.role_name, arn.session),
            ("UpdateApp", "bob@example.com")
        );
        assert_eq!(
            arn.role_without_path().unwrap().as_str(),
            "arn:aws:iam::444455556666:role/UpdateApp"
        );
        assert!(AssumedRoleArn::parse("arn:aws:sts::444455556666:federated-user/x").is_none());
    }

    #[test]
    fn a_star_crosses_slashes_and_a_question_mark_is_one_character() {
        assert!(glob_matches(
            "arn:aws:iam::*:role/*Admin",
            "arn:aws:iam::444455556666:role/a/b/SuperAdmin"
        ));
        assert!(glob_matches("a?c*", "abc"));
        assert!(!glob_matches("a?c", "ac"));
        assert!(!glob_matches("abc", "abcd"));
        assert!(glob_matches("*a*b*a", "xxaybbza"));
        assert!(!glob_matches("*a*b", "ba"));
        assert!(glob_matches("", ""));
        assert!(!glob_matches("", "a"));
    }
}
