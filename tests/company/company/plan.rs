//! What the company's policy says.

use super::{DELEGATE, GROUPS, HOUR, MANAGEMENT, PRODUCTION, Role, STORES, group_id};

/// What the policy says.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each stands for a line of the policy"
)]
pub(crate) struct Plan {
    pub(crate) home: &'static str,
    pub(crate) replica: Option<&'static str>,
    pub(crate) trusted: bool,
    pub(crate) lasts: i64,
    pub(crate) chaining_denied: bool,
    /// UpdateApp may be entered by people of Identity Center.
    pub(crate) update_app_admits: bool,
    pub(crate) power_user_mfa: bool,
    pub(crate) groups_by_id: bool,
    /// Another account administers the directory.
    pub(crate) delegated: bool,
}

/// What the policy asks of one role.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// `None`: everybody in the directory.
    pub(crate) groups: Option<Vec<usize>>,
    pub(crate) admits: bool,
    pub(crate) mfa: bool,
    pub(crate) max_session: Option<i64>,
    pub(crate) max_stretch: Option<i64>,
    pub(crate) max_per_day: Option<i64>,
    pub(crate) min_membership: Option<i64>,
    pub(crate) min_mfa_age: Option<i64>,
    pub(crate) chaining_denied: bool,
}

impl Plan {
    pub(crate) fn asked(&self, role: &Role) -> Option<Asked> {
        let asked = Asked {
            groups: Some(vec![0, 1]),
            admits: true,
            mfa: true,
            max_session: Some(HOUR),
            max_stretch: Some(2 * HOUR),
            max_per_day: Some(4 * HOUR),
            min_membership: Some(HOUR),
            min_mfa_age: Some(HOUR),
            chaining_denied: true,
        };
        match (role.set, role.account) {
            (Some(0), _) => Some(asked),
            (Some(1), PRODUCTION) => Some(Asked {
                groups: None,
                mfa: self.power_user_mfa,
                max_session: None,
                max_stretch: None,
                max_per_day: None,
                min_membership: None,
                min_mfa_age: None,
                ..asked
            }),
            (None, PRODUCTION) => Some(Asked {
                groups: Some(vec![0]),
                admits: self.update_app_admits,
                max_session: Some(HOUR / 2),
                max_stretch: None,
                max_per_day: None,
                chaining_denied: self.chaining_denied,
                ..asked
            }),
            _ => None,
        }
    }

    fn group(&self, group: usize) -> String {
        if self.groups_by_id {
            format!("identity-center/{}", group_id(group))
        } else {
            format!("identity-center/{}", GROUPS[group])
        }
    }

    /// The policy, as a file.
    pub(crate) fn text(&self) -> String {
        let delegate = if self.delegated {
            format!("  \"{DELEGATE}\": security\n")
        } else {
            String::new()
        };
        format!(
            "\
version: 1
accounts:
  \"{MANAGEMENT}\": management
  \"444455556666\": production
  \"333344445555\": staging
{delegate}assume_root: deny
{}{}",
            self.center_text(),
            self.roles_text()
        )
    }

    fn center_text(&self) -> String {
        let replica = self.replica.map(|replica| format!(", {replica}"));
        let regions = format!("{}{}", self.home, replica.unwrap_or_default());
        let directory = if self.delegated {
            "  directory_account: security\n"
        } else {
            ""
        };
        let external = if self.trusted { "trusted" } else { "unproven" };
        let (store, lasts) = (STORES[0], self.lasts / HOUR);
        format!(
            "\
identity_center:
  account: management
{directory}  regions: [{regions}]
  identity_store: {store}
  sign_in_lasts: {lasts}h
  external_idp: {external}
"
        )
    }

    fn roles_text(&self) -> String {
        let (platform, developers) = (self.group(0), self.group(1));
        let mfa = ["optional", "required"][usize::from(self.power_user_mfa)];
        let chaining = ["allow", "deny"][usize::from(self.chaining_denied)];
        let (groups, kinds) = if self.update_app_admits {
            (platform.as_str(), "identity-center")
        } else {
            ("production/Developers", "iam-user")
        };
        format!(
            "\
roles:
  - permission_set: ProductionAdmin
    groups: [{platform}, {developers}]
    identities: [identity-center]
    max_session: 1h
    max_stretch: 2h
    max_per_day: 4h
    min_membership: 1h
    min_mfa_age: 1h
  - permission_set: Power_User
    accounts: [production]
    groups: [identity-center/*]
    identities: [identity-center]
    mfa: {mfa}
  - arn: arn:aws:iam::444455556666:role/UpdateApp
    groups: [{groups}]
    identities: [{kinds}]
    max_session: 30m
    min_membership: 1h
    min_mfa_age: 1h
    chaining: {chaining}
"
        )
    }
}
