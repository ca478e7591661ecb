//! `rolewatch switch-link`: the console link that opens "Switch role" with all fields filled in.

mod entry;

use std::fmt::Write as _;

use rolewatch_guard::arn::RoleArn;
use rolewatch_guard::partition;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::untrusted::harmless;

use crate::args::SwitchLinkArgs;
use crate::audit::inputs::{InputFolders, policy_file, read_policy};
use crate::exit::{Exit, Failure};
use crate::given;
use crate::stdout;
use entry::other_entry;

/// The most characters that the console shows for a role.
const DISPLAY_NAME: usize = 64;

pub(crate) fn run(args: &SwitchLinkArgs) -> Result<Exit, Failure> {
    given::check_files("--policy", &args.policy)?;
    let policy = args.policy.as_deref().map(read_policy).transpose()?;
    let portal = || policy.or_else(policy_here)?.identity_center?.start_url;
    let link = SwitchLink::new(args, portal).map_err(Failure::Usage)?;
    stdout::print(|out| writeln!(out, "{}\n\n{}", link.url, link.bookmark))?;
    Ok(Exit::Clean)
}

/// The policy in the working directory. Without it, only the address of the access portal isn't
/// known, so an error in it is no reason to fail.
fn policy_here() -> Option<Policy> {
    let here = InputFolders::near_paths(&[]);
    let file = policy_file(None, &here, &here.policies().ok()?).ok()?;
    read_policy(&file).ok()
}

struct SwitchLink {
    url: String,
    bookmark: String,
}

impl SwitchLink {
    /// `portal`: the address of the access portal, if the policy has it.
    fn new(args: &SwitchLinkArgs, portal: impl FnOnce() -> Option<String>) -> Result<Self, String> {
        let text = &args.role_arn;
        // The policy's entries may be globs, and people paste them here.
        if text.contains(['*', '?']) {
            return Err(format!(
                "`{}` is a pattern; a link is for one role, so give its full ARN",
                harmless(text)
            ));
        }
        let arn = RoleArn::parse(text)
            .map_err(|why| format!("`{}` is not a role: {why}", harmless(text)))?;
        if let Some(why) = other_entry(&arn, portal) {
            return Err(why);
        }
        let Some(host) =
            partition::known_partition(arn.partition()).and_then(|known| known.sign_in)
        else {
            return Err(no_address(&arn));
        };
        let role = arn.name();
        let account = arn.account();
        let display = match &args.name {
            // A given name isn't cut, because the console would then show a different one.
            Some(name) if name.chars().count() > DISPLAY_NAME || name.trim().is_empty() => {
                return Err(format!(
                    "--name must have 1 to {DISPLAY_NAME} characters, not only spaces; it has {}",
                    name.chars().count()
                ));
            }
            Some(name) => name.clone(),
            None => format!("{role} @ {account}")
                .chars()
                .take(DISPLAY_NAME)
                .collect(),
        };
        let path = path_of(&arn);
        let mut url = format!(
            "https://{host}/switchrole?account={account}&roleName={}&displayName={}",
            encoded(path),
            encoded(&display)
        );
        if let Some(color) = &args.color {
            url.push_str("&color=");
            url.push_str(&color_digits(color)?);
        }
        let display = harmless(&display);
        let role = harmless(role);
        let bookmark = format!(
            "To enter {role} in account {account}: sign in to the console as yourself with MFA, \
             open the link above, and choose \"Switch Role\".\n\
             Account and role are filled in. While you are in the role, the console shows \
             \"{display}\" at the top right.\n\
             To return, open that menu and choose \"Switch back\". Do this as soon as you're done: \
             your time in the role is counted."
        );
        Ok(Self { url, bookmark })
    }
}

/// The six digits of a color, as the console expects them.
fn color_digits(color: &str) -> Result<String, String> {
    let digits = color.strip_prefix('#').unwrap_or(color);
    if digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(digits.to_ascii_uppercase());
    }
    Err(format!(
        "--color must be six hexadecimal digits such as `F2B0A9`, not `{}`",
        harmless(color)
    ))
}

/// The error if no console is known for the partition: no link is better than one into another
/// partition.
fn no_address(arn: &RoleArn) -> String {
    format!(
        "rolewatch doesn't know the sign-in address of partition `{}`; in its console, choose \
         \"Switch role\", then enter account {} and role `{}`",
        harmless(arn.partition()),
        arn.account(),
        harmless(path_of(arn))
    )
}

/// The role's path and name, as the console expects them.
fn path_of(arn: &RoleArn) -> &str {
    arn.as_str()
        .split_once(":role/")
        .map_or_else(|| arn.name(), |(_, path)| path)
}

/// Percent-encodes a text for a query. The slashes of a role's path stay, as in AWS's own links.
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~' | b'/') {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String can't fail.
            write!(encoded, "%{byte:02X}").ok();
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link_or_error(
        role_arn: &str,
        name: Option<&str>,
        color: Option<&str>,
    ) -> Result<String, String> {
        let args = SwitchLinkArgs {
            role_arn: role_arn.into(),
            name: name.map(Into::into),
            color: color.map(Into::into),
            policy: None,
        };
        SwitchLink::new(&args, || None).map(|link| link.url)
    }

    #[test]
    fn account_role_and_path_are_filled_in() {
        assert_eq!(
            link_or_error("arn:aws:iam::444455556666:role/UpdateApp", None, None).unwrap(),
            "https://signin.aws.amazon.com/switchrole?account=444455556666&roleName=UpdateApp\
             &displayName=UpdateApp%20%40%20444455556666"
        );
        assert_eq!(
            link_or_error(
                "arn:aws-cn:iam::444455556666:role/team/a+b@c",
                Some("本番 & 1"),
                Some("#f2b0a9")
            )
            .unwrap(),
            "https://signin.amazonaws.cn/switchrole?account=444455556666&roleName=team/a%2Bb%40c\
             &displayName=%E6%9C%AC%E7%95%AA%20%26%201&color=F2B0A9"
        );
        assert!(
            link_or_error("arn:aws-us-gov:iam::444455556666:role/A", None, None)
                .unwrap()
                .starts_with("https://signin.amazonaws-us-gov.com/")
        );
        let sovereign = link_or_error("arn:aws-eusc:iam::444455556666:role/A", None, None).unwrap();
        assert!(
            sovereign.starts_with("https://eusc-de-east-1.signin.amazonaws-eusc.eu/switchrole?"),
            "{sovereign}"
        );
    }

    #[test]
    fn a_partition_whose_address_is_not_known_gets_no_link_but_what_to_enter() {
        for partition in ["aws-iso", "aws-iso-b", "aws-nova"] {
            let told = link_or_error(
                &format!("arn:{partition}:iam::444455556666:role/team/A"),
                None,
                None,
            )
            .unwrap_err();
            assert!(
                told.contains(&format!("`{partition}`"))
                    && told.contains("444455556666 and role `team/A`"),
                "{told}"
            );
            assert!(!told.contains("https://"), "{told}");
        }
    }

    #[test]
    fn what_leads_to_no_single_role_is_refused() {
        for odd in [
            "UpdateApp",
            "arn:aws:iam::444455556666:role/*",
            "arn:aws:iam::444455556666:user/a",
            "arn:awscn:iam::444455556666:role/A",
            "arn:aws:iam::444455556666:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX",
        ] {
            assert!(link_or_error(odd, None, None).is_err(), "{odd}");
        }
        assert!(
            link_or_error(
                "arn:aws:iam::444455556666:role/A",
                Some(&"x".repeat(65)),
                None
            )
            .is_err()
        );
        assert!(link_or_error("arn:aws:iam::444455556666:role/A", None, Some("red")).is_err());
    }
}
