//! How people enter the roles that "Switch role" can't open.

use rolewatch_guard::arn::RoleArn;
use rolewatch_guard::untrusted::harmless;

use super::{encoded, path_of};

/// Why there's no link for a role, and how people enter it instead. `None`: "Switch role" opens
/// it, for whoever its trust policy allows.
///
/// `portal` is the address of the access portal, if the policy has it.
pub(super) fn other_entry(
    arn: &RoleArn,
    portal: impl FnOnce() -> Option<String>,
) -> Option<String> {
    if let Some(service) = arn.linked_service() {
        return Some(format!(
            "`{}` is a service-linked role: only the service {} can enter it, so there is no link \
             for it",
            harmless(path_of(arn)),
            harmless(service)
        ));
    }
    let set = arn.likely_permission_set()?;
    let account = arn.account();
    let shown = harmless(set);
    let way = match portal() {
        Some(portal) => format!(
            "at the access portal, {}, choose account {account} and {shown}, or open\n{}",
            harmless(&portal),
            shortcut(&portal, arn, set)
        ),
        None => format!(
            "at the access portal, choose account {account} and {shown} (to see the portal's \
             address here, add `start_url` to `identity_center` in the policy, and give the policy \
             with `--policy FILE`)"
        ),
    };
    Some(format!(
        "`{}` is the role of permission set {shown}, which \"Switch role\" can't open; {way}",
        harmless(path_of(arn))
    ))
}

/// The access portal's own link to a permission set in an account.
fn shortcut(portal: &str, arn: &RoleArn, set: &str) -> String {
    // People copy the address with the fragment that the portal adds.
    let address = portal.split('#').next().unwrap_or(portal);
    format!(
        "{}/#/console?account_id={}&role_name={}",
        harmless(address.trim_end_matches('/')),
        arn.account(),
        encoded(set)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(role: &str, portal: Option<&str>) -> Option<String> {
        let arn = RoleArn::parse(&format!("arn:aws:iam::444455556666:role/{role}")).unwrap();
        other_entry(&arn, || portal.map(str::to_owned))
    }

    const ADMIN: &str =
        "aws-reserved/sso.amazonaws.com/ap-northeast-1/AWSReservedSSO_Admin_0123456789abcdef";

    #[test]
    fn a_permission_set_is_entered_at_the_access_portal() {
        for portal in [
            "https://example.awsapps.com/start",
            "https://example.awsapps.com/start/",
            "https://example.awsapps.com/start#/",
            "https://example.awsapps.com/start/#/?tab=accounts",
        ] {
            let told = refusal(ADMIN, Some(portal)).unwrap();
            assert!(
                told.ends_with(
                    "open\nhttps://example.awsapps.com/start/#/console?account_id=444455556666\
                     &role_name=Admin"
                ) && told.contains(portal)
                    && told.contains("permission set Admin,"),
                "{told}"
            );
        }
        let told = refusal(ADMIN, None).unwrap();
        assert!(
            told.contains("choose account 444455556666 and Admin")
                && told.contains("start_url")
                && !told.contains("https://"),
            "{told}"
        );
    }

    #[test]
    fn the_path_may_be_missing_but_not_be_another() {
        for role in [
            "aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef",
            "AWSReservedSSO_Admin_0123456789abcdef",
        ] {
            assert!(refusal(role, None).is_some(), "{role}");
        }
        // Anybody can give a role of another path such a name.
        for role in [
            "team/AWSReservedSSO_Admin_0123456789abcdef",
            "UpdateApp",
            "AWSServiceRoleForAmazonGuardDuty",
            "service-role/Scan",
        ] {
            assert_eq!(refusal(role, None), None, "{role}");
        }
    }

    #[test]
    fn a_service_linked_role_is_for_its_service_only() {
        let role = "aws-service-role/guardduty.amazonaws.com/AWSServiceRoleForAmazonGuardDuty";
        let told = refusal(role, Some("https://example.awsapps.com/start")).unwrap();
        assert!(
            told.contains("only the service guardduty.amazonaws.com can enter it")
                && !told.contains("https://"),
            "{told}"
        );
    }
}
