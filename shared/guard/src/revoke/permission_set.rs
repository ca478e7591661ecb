//! The plan for the role of a permission set. Nobody can edit such a role, so the denial goes into
//! the permission set or into a service control policy, as AWS documents it.

use super::case::{account_named, name_of};
use super::plan::{
    DenialPlace, DenialPlaceKind, DenialVariant, PermissionSetPlan, PlanLimit, PlanStep, RolePlan,
    WayToStop,
};
use super::role_plan::InRole;
use super::set_address::{SetAddress, store_user};
use super::set_commands::SetCommands;
use super::{document, limits};
use crate::arn::permission_set::patterns_like;
use crate::dossier::{Origin, Person};
use crate::policy::role_in_account;
use crate::time::chosen::LAST_RECORD;
use crate::untrusted::harmless;

/// The denial of sessions of one permission set.
pub(super) struct SetDenial<'d, 'a, 'w> {
    in_role: &'d InRole<'d, 'a, 'w>,
    set: &'d str,
    /// The ARNs of the set's roles.
    roles: [String; 2],
    address: SetAddress,
    commands: SetCommands,
    /// The person's name.
    who: String,
}

impl<'d, 'a, 'w> SetDenial<'d, 'a, 'w> {
    /// `None`: the role is of no permission set.
    pub(super) fn new(in_role: &'d InRole<'d, 'a, 'w>) -> Option<Self> {
        let set = in_role.reach.set?;
        let roles = patterns_like(in_role.role.as_str())?;
        let address = SetAddress::find(in_role, set);
        let commands = SetCommands::new(in_role, &address);
        Some(Self {
            in_role,
            set,
            roles,
            commands,
            address,
            who: harmless(&in_role.origin.name),
        })
    }

    pub(super) fn plan(&self, chained: bool) -> RolePlan {
        let role = self.in_role.role;
        RolePlan {
            role: harmless(role.as_str()),
            place: role_in_account(role, self.in_role.case.policy),
            account: role.account(),
            chained,
            scoped: self.of_person(),
            whole: self.of_everybody(),
            notes: self.notes(),
            permission_set: Some(self.how()),
        }
    }

    /// Denies one person's sessions in every account. `None`: their id isn't known.
    fn of_person(&self) -> Option<DenialVariant> {
        let user = store_user(&self.in_role.origin.person)?;
        let policy = document::of_store_user(&user.user, self.in_role.before, self.commands.sid());
        Some(self.variant(policy, &|session, origin| {
            origin.person == self.in_role.origin.person || self.may_be_theirs(session, origin)
        }))
    }

    fn of_everybody(&self) -> DenialVariant {
        let policy = document::of_roles(&self.roles, self.in_role.before, self.commands.sid());
        self.variant(policy, &|_, _| true)
    }

    /// Whether a session of an unknown person has the name of the person's sessions. Identity
    /// Center names sessions after users, so it may be theirs.
    fn may_be_theirs(&self, session: &str, origin: &Origin) -> bool {
        let is_unknown = matches!(
            origin.person,
            Person::IdentityCenter(_) | Person::Unknown(_)
        );
        let name = name_of(session).to_lowercase();
        let mut targets = self.in_role.targets.iter();
        is_unknown
            && targets.any(|target| name_of(&target.switch.key.session).to_lowercase() == name)
    }

    fn variant(
        &self,
        policy: serde_json::Value,
        matches: &dyn Fn(&str, &Origin) -> bool,
    ) -> DenialVariant {
        let save = SetCommands::save(&policy);
        let name = self.commands.policy_name().to_owned();
        let variant = self.in_role.variant(name, policy, &|switch, origin| {
            matches(&switch.key.session, origin)
        });
        DenialVariant {
            save: Some(save),
            commands: None,
            ..variant
        }
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if store_user(&self.in_role.origin.person).is_none() {
            let why = match &self.in_role.origin.broken {
                Some(why) => format!(": {}", harmless(why)),
                None => String::new(),
            };
            notes.push(format!(
                "the user id of {} in Identity Center isn't known, so the denial can't be limited \
                 to them{why}",
                self.who
            ));
        }
        if !self.in_role.is_any_valid() {
            notes.push(limits::none_valid(
                "of this permission set",
                self.in_role.case.as_of,
            ));
        }
        notes
    }

    /// How to add one of the policies.
    fn how(&self) -> PermissionSetPlan {
        let session = self.in_role.targets.first();
        let session = session.map_or("", |target| name_of(&target.switch.key.session));
        PermissionSetPlan {
            name: harmless(self.set),
            arn: self.address.set.clone(),
            instance: self.address.instance.clone(),
            lookup: self.commands.lookup(&self.address, self.set, session),
            places: vec![self.inline_policy(), self.service_control_policy()],
            only_new: self.only_new(),
            without_effect: vec![
                "Revoke sessions on the role's page in IAM, and iam:PutRolePolicy: nobody can edit \
                 the role of a permission set."
                    .to_owned(),
            ],
        }
    }

    /// `management (555566667777)`
    fn center_account(&self) -> Option<String> {
        let account = self.address.account?;
        Some(account_named(account, self.in_role.case.policy))
    }

    /// What the policy for the person denies in a place; empty if there is no such policy.
    fn of_option_1(&self, denies: &str) -> String {
        match store_user(&self.in_role.origin.person) {
            Some(_) => format!(" The policy of option 1 denies {denies}"),
            None => String::new(),
        }
    }

    fn inline_policy(&self) -> DenialPlace {
        let set = harmless(self.set);
        let denies = format!("all of {}'s sessions of {set} in these accounts.", self.who);
        let account = self
            .center_account()
            .unwrap_or_else(|| "the account of Identity Center".to_owned());
        DenialPlace {
            place: DenialPlaceKind::InlinePolicy,
            what: format!(
                "The permission set's inline policy. Once provisioned, it acts in every account \
                 where {set} is provisioned, also on sessions that the logs don't show.{}",
                self.of_option_1(&denies)
            ),
            credentials: format!(
                "{account}. A delegated administrator can't change a permission set that is \
                 provisioned in the management account"
            ),
            add: self.commands.add_inline(),
            remove: self.commands.remove_inline(),
            remove_after: self.in_role.before.plus_seconds(LAST_RECORD),
        }
    }

    fn service_control_policy(&self) -> DenialPlace {
        let role = self.in_role.role.account();
        let here = account_named(role, self.in_role.case.policy);
        let is_center = self.address.account == Some(role);
        let (what, add, remove) = if is_center {
            let what = format!(
                "SCPs don't bind the management account. Identity Center is in {here}, so that is \
                 most likely the management account: use the inline policy."
            );
            (what, Vec::new(), Vec::new())
        } else {
            (
                self.about_members(),
                self.commands.add_control(),
                self.commands.remove_control(),
            )
        };
        DenialPlace {
            place: DenialPlaceKind::ServiceControlPolicy,
            what: format!("A service control policy (SCP), attached to {here}. {what}"),
            credentials: "the management account, or a delegated administrator of SCPs".to_owned(),
            add,
            remove,
            remove_after: self.in_role.before.plus_seconds(LAST_RECORD),
        }
    }

    /// What a service control policy does in accounts other than that of Identity Center.
    fn about_members(&self) -> String {
        let likely = self.center_account().map_or_else(String::new, |account| {
            format!(" (most likely {account}, where Identity Center is)")
        });
        let denies = format!("{}'s sessions of every permission set there.", self.who);
        format!(
            "It acts only on accounts that it is attached to. SCPs don't bind the management \
             account{likely}: for sessions there, use the inline policy.{}",
            self.of_option_1(&denies)
        )
    }

    /// In the order in which AWS's guide has these steps.
    fn only_new(&self) -> Vec<PlanLimit> {
        let commands = &self.commands;
        vec![
            limit(
                "Deleting their account assignments.",
                [commands.list_assignments(), commands.delete_assignment()],
            ),
            limit(
                "Removing them from groups that have an assignment. If the groups come from an \
                 external directory, remove them there.",
                [commands.list_memberships(), commands.delete_membership()],
            ),
            limit(
                "Ending their sessions of the access portal. There is no command: in the Identity \
                 Center console, choose Users, the user, Active sessions, Delete session.",
                [],
            ),
            limit(
                "Disabling the user. There is no command: in the Identity Center console, choose \
                 Users, the user, Disable user access; with an external directory, disable them \
                 there. Until their portal session ends, they can still enter what is assigned to \
                 them.",
                [],
            ),
        ]
    }
}

fn limit(what: &str, ways: impl IntoIterator<Item = PlanStep>) -> PlanLimit {
    PlanLimit {
        what: what.to_owned(),
        ways: ways
            .into_iter()
            .map(|step| WayToStop {
                what: step.what,
                line: step.line,
            })
            .collect(),
    }
}
