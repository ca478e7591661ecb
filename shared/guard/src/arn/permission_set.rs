//! The roles that IAM Identity Center creates for a permission set, one in each account where it is
//! assigned: `role/aws-reserved/sso.amazonaws.com/[REGION/]AWSReservedSSO_NAME_SUFFIX`.
//!
//! The Region is missing if Identity Center's home is us-east-1. The suffix changes when the
//! permission set is provisioned again.

use super::{ArnParts, is_partition};
use crate::id::AccountId;

/// Where these roles are. Only AWS creates roles there.
pub(crate) const PATH: &str = "aws-reserved/sso.amazonaws.com/";

/// What the names of these roles begin with.
pub(crate) const PREFIX: &str = "AWSReservedSSO_";

/// The permission set that a role was created for, by its whole ARN.
pub(crate) fn of_role(arn: &str) -> Option<&str> {
    let parts = ArnParts::split(arn)?;
    let is_iam = parts.prefix == "arn" && parts.service == "iam" && parts.region.is_empty();
    let below = parts.resource.strip_prefix("role/")?.strip_prefix(PATH)?;
    let name = match below.split_once('/') {
        Some(("", _)) => return None,
        Some((_region, name)) => name,
        None => below,
    };
    of_role_name(name).filter(|_| is_iam)
}

/// The permission set that a role was created for, by its name alone. Anybody can give a role of
/// another path such a name.
pub(crate) fn of_role_name(name: &str) -> Option<&str> {
    // The name of the set may contain `_`, and the suffix never does.
    let (set, suffix) = name.strip_prefix(PREFIX)?.rsplit_once('_')?;
    (!set.is_empty() && !suffix.is_empty() && !name.contains('/')).then_some(set)
}

/// What stands for all roles of a permission set in an account: without Region and suffix.
pub(crate) fn arn_of(partition: &str, account: AccountId, set: &str) -> String {
    format!("arn:{partition}:iam::{account}:role/{PATH}{PREFIX}{set}")
}

/// The Region in the path of such a role: the home of Identity Center. `None`: us-east-1.
pub(crate) fn region_of_role(arn: &str) -> Option<&str> {
    of_role(arn)?;
    let below = ArnParts::split(arn)?
        .resource
        .strip_prefix("role/")?
        .strip_prefix(PATH)?;
    below.split_once('/').map(|(region, _)| region)
}

/// Patterns that match the roles of the same permission set in every account, with and without a
/// Region, and no roles of other sets. `None`: the role is of no set, or a character of its name
/// has a meaning in patterns.
pub(crate) fn patterns_like(arn: &str) -> Option<[String; 2]> {
    let set = of_role(arn)?;
    let parts = ArnParts::split(arn)?;
    if set.contains(['*', '?', '$']) {
        return None;
    }
    // With `*` for the suffix, the set `Admin` would include the set `Admin_ReadOnly`.
    let (_, suffix) = parts.resource.rsplit_once('_')?;
    let suffix = "?".repeat(suffix.chars().count());
    let pattern = |region: &str| {
        format!(
            "arn:{}:iam::*:role/{PATH}{region}{PREFIX}{set}_{suffix}",
            parts.partition
        )
    };
    Some([pattern(""), pattern("*/")])
}

/// The ARN of a permission set, as `aws sso-admin list-permission-sets` prints it:
/// `arn:aws:sso:::permissionSet/ssoins-0123456789abcdef/ps-0123456789abcdef`.
pub(crate) struct PermissionSetArn<'a> {
    pub(crate) text: &'a str,
    partition: &'a str,
    instance: &'a str,
}

impl<'a> PermissionSetArn<'a> {
    /// Reads the ARN. It has no characters that a shell interprets.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let parts = ArnParts::split(text)?;
        let below = parts.resource.strip_prefix("permissionSet/")?;
        let (instance, set) = below.split_once('/')?;
        let is_id = |text: &str| {
            !text.is_empty()
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.')
        };
        let fits = parts.prefix == "arn"
            && is_partition(parts.partition)
            && parts.service == "sso"
            && parts.region.is_empty()
            && parts.account.is_empty()
            && is_id(instance)
            && is_id(set);
        fits.then_some(Self {
            text,
            partition: parts.partition,
            instance,
        })
    }

    /// The ARN of the instance of Identity Center that the set belongs to.
    pub(crate) fn instance(&self) -> String {
        format!("arn:{}:sso:::instance/{}", self.partition, self.instance)
    }
}

/// The ARN of the Identity Center instance that a permission set belongs to, by the set's own ARN.
pub(crate) fn instance_of(set: &str) -> Option<String> {
    PermissionSetArn::parse(set).map(|arn| arn.instance())
}

/// Whether an ARN or id of Identity Center can be written in a shell as it is.
pub(crate) fn is_plain(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b':' | b'/');
    !text.is_empty() && !text.starts_with('-') && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arn::glob_matches;

    const ROLE: &str = "arn:aws:iam::444455556666:role/aws-reserved/sso.amazonaws.com/ap-northeast-1/AWSReservedSSO_Admin_0123456789abcdef";

    #[test]
    fn patterns_match_the_roles_of_the_set_in_every_account_and_no_others() {
        let patterns = patterns_like(ROLE).unwrap();
        let matches = |role: &str| patterns.iter().any(|pattern| glob_matches(pattern, role));
        assert!(matches(ROLE));
        for same in [
            "arn:aws:iam::777788889999:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_fedcba9876543210",
            "arn:aws:iam::777788889999:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_fedcba9876543210",
        ] {
            assert!(matches(same), "{same}");
        }
        for other in [
            "arn:aws:iam::444455556666:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_Read_0123456789abcdef",
            "arn:aws:iam::444455556666:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_AWSReservedSSO_Admin_0123456789abcdef",
            "arn:aws:iam::444455556666:role/AWSReservedSSO_Admin_0123456789abcdef",
        ] {
            assert!(!matches(other), "{other}");
        }
        for hostile in ["*", "A?min", "${aws:userid}"] {
            assert_eq!(patterns_like(&ROLE.replace("Admin", hostile)), None);
        }
        assert_eq!(patterns_like("arn:aws:iam::444455556666:role/Admin"), None);
    }

    #[test]
    fn the_path_of_a_role_shows_the_home_region() {
        assert_eq!(region_of_role(ROLE), Some("ap-northeast-1"));
        assert_eq!(region_of_role(&ROLE.replace("ap-northeast-1/", "")), None);
        assert_eq!(
            region_of_role("arn:aws:iam::444455556666:role/a/Admin"),
            None
        );
    }

    #[test]
    fn the_arn_of_a_permission_set_shows_the_instance() {
        let text = "arn:aws-cn:sso:::permissionSet/ssoins-0123456789abcdef/ps-0123456789abcdef";
        assert_eq!(
            PermissionSetArn::parse(text).unwrap().instance(),
            "arn:aws-cn:sso:::instance/ssoins-0123456789abcdef"
        );
        for odd in [
            "arn:a",
            "arn:aws:sso:::instance/ssoins-0123456789abcdef",
            "arn:aws:sso:::permissionSet/ssoins-0123456789abcdef",
            "arn:aws:sso:::permissionSet/ssoins-0/ps-0'; reboot",
            "arn:aws:sso:::permissionSet/ssoins-$(id)/ps-0",
            "arn:aws:sso::111122223333:permissionSet/ssoins-0/ps-0",
            "arn:aws:iam:::permissionSet/ssoins-0/ps-0",
        ] {
            assert!(PermissionSetArn::parse(odd).is_none(), "{odd}");
        }
    }
}
