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
use crate::text;
use crate::text::Text;
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
    who: Text,
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
            who: in_role.origin.name.harmless(),
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

    fn notes(&self) -> Vec<Text> {
        let mut notes = Vec::new();
        if store_user(&self.in_role.origin.person).is_none() {
            let who = &self.who;
            notes.push(match &self.in_role.origin.broken {
                Some(why) => text!(
                    "the user id of {who} in Identity Center isn't known, so the denial can't be limited to them: {why}",
                    who,
                    why = why.harmless()
                ),
                None => text!(
                    "the user id of {who} in Identity Center isn't known, so the denial can't be limited to them",
                    who
                ),
            });
        }
        if !self.in_role.is_any_valid() {
            notes.push(limits::none_valid(
                &text!("of this permission set"),
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
            without_effect: vec![text!(
                "Revoke sessions on the role's page in IAM, and iam:PutRolePolicy: nobody can edit \
                 the role of a permission set."
            )],
        }
    }

    /// `management (555566667777)`
    fn center_account(&self) -> Option<Text> {
        let account = self.address.account?;
        Some(account_named(account, self.in_role.case.policy))
    }

    /// Whether there is a policy for the person alone.
    fn has_option_1(&self) -> bool {
        store_user(&self.in_role.origin.person).is_some()
    }

    fn inline_policy(&self) -> DenialPlace {
        let set = harmless(self.set);
        let who = &self.who;
        let account = self
            .center_account()
            .unwrap_or_else(|| text!("the account of Identity Center"));
        let mut what = vec![text!(
            "The permission set's inline policy. Once provisioned, it acts in every account where {set} is provisioned, also on sessions that the logs don't show.",
            set
        )];
        if self.has_option_1() {
            what.push(text!(
                "The policy of option 1 denies all of {who}'s sessions of {set} in these accounts.",
                who,
                set
            ));
        }
        DenialPlace {
            place: DenialPlaceKind::InlinePolicy,
            what: Text::list(what, text!(" ")),
            credentials: text!(
                "{account}. A delegated administrator can't change a permission set that is provisioned in the management account",
                account
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
            let what = text!(
                "SCPs don't bind the management account. Identity Center is in {here}, so that is most likely the management account: use the inline policy.",
                here
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
            what: text!(
                "A service control policy (SCP), attached to {here}. {what}",
                here,
                what
            ),
            credentials: text!("the management account, or a delegated administrator of SCPs"),
            add,
            remove,
            remove_after: self.in_role.before.plus_seconds(LAST_RECORD),
        }
    }

    /// What a service control policy does in accounts other than that of Identity Center.
    fn about_members(&self) -> Text {
        let mut what = vec![match self.center_account() {
            Some(account) => text!(
                "It acts only on accounts that it is attached to. SCPs don't bind the management account (most likely {account}, where Identity Center is): for sessions there, use the inline policy.",
                account
            ),
            None => text!(
                "It acts only on accounts that it is attached to. SCPs don't bind the management account: for sessions there, use the inline policy."
            ),
        }];
        if self.has_option_1() {
            let who = &self.who;
            what.push(text!(
                "The policy of option 1 denies {who}'s sessions of every permission set there.",
                who
            ));
        }
        Text::list(what, text!(" "))
    }

    /// In the order in which AWS's guide has these steps.
    fn only_new(&self) -> Vec<PlanLimit> {
        let commands = &self.commands;
        vec![
            limit(
                text!("Deleting their account assignments."),
                [commands.list_assignments(), commands.delete_assignment()],
            ),
            limit(
                text!(
                    "Removing them from groups that have an assignment. If the groups come from an external directory, remove them there."
                ),
                [commands.list_memberships(), commands.delete_membership()],
            ),
            limit(
                text!(
                    "Ending their sessions of the access portal. There is no command: in the Identity Center console, choose Users, the user, Active sessions, Delete session."
                ),
                [],
            ),
            limit(
                text!(
                    "Disabling the user. There is no command: in the Identity Center console, choose Users, the user, Disable user access; with an external directory, disable them there. Until their portal session ends, they can still enter what is assigned to them."
                ),
                [],
            ),
        ]
    }
}

fn limit(what: Text, ways: impl IntoIterator<Item = PlanStep>) -> PlanLimit {
    PlanLimit {
        what,
        ways: ways
            .into_iter()
            .map(|step| WayToStop {
                what: step.what,
                line: step.line,
            })
            .collect(),
    }
}
