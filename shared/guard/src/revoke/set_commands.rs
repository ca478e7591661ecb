//! The AWS CLI commands that put a denial into a permission set or into a service control policy.
//!
//! Where a value isn't known, a command has a placeholder in capitals. No command fills one in by
//! itself, because a person has to see which permission set they change.

use crate::text;
use crate::text::Text;
use serde_json::{Value, json};

use super::command::{profile, shell_word};
use super::document::ascii_json;
use super::plan::PlanStep;
use super::role_plan::InRole;
use super::set_address::{SetAddress, store_user};
use crate::untrusted::harmless;

/// The file that the denial is saved to.
const DENIAL: &str = "deny.json";

/// The values in the commands, or placeholders.
pub(super) struct SetCommands {
    instance: String,
    set: String,
    store: String,
    /// The id of the person. `None`: unknown.
    user: Option<String>,
    /// The account of the role.
    account: String,
    /// The statement's `Sid`, by which it can be found again.
    sid: String,
    /// The name of the service control policy.
    policy_name: String,
    /// The profile, as an option.
    profile: String,
    /// Region and profile, as options.
    options: String,
}

impl SetCommands {
    pub(super) fn new(of: &InRole<'_, '_, '_>, address: &SetAddress) -> Self {
        let finding = of.case.finding;
        let finding = finding.get(..12).unwrap_or(finding);
        let known = |value: Option<&String>, placeholder: &str| {
            value.map_or_else(|| placeholder.to_owned(), String::clone)
        };
        let word = |text: Option<&String>| text.filter(|text| shell_word(text).is_some()).cloned();
        let region = word(address.region.as_ref())
            .map_or_else(String::new, |region| format!(" --region {region}"));
        let profile = profile(of.case);
        Self {
            instance: known(address.instance.as_ref(), "INSTANCE_ARN"),
            set: known(address.set.as_ref(), "PERMISSION_SET_ARN"),
            store: known(word(address.store.as_ref()).as_ref(), "IDENTITY_STORE_ID"),
            user: store_user(&of.origin.person)
                .and_then(|user| Some(shell_word(&user.user)?.to_owned())),
            account: of.role.account().to_string(),
            sid: format!("RolewatchRevoke{finding}"),
            policy_name: format!("rolewatch-revoke-{finding}"),
            options: format!("{region}{profile}"),
            profile,
        }
    }

    pub(super) fn sid(&self) -> &str {
        &self.sid
    }

    pub(super) fn policy_name(&self) -> &str {
        &self.policy_name
    }

    fn user(&self) -> &str {
        self.user.as_deref().unwrap_or("USER_ID")
    }

    fn instance_option(&self) -> String {
        format!("--instance-arn {}", self.instance)
    }

    fn set_options(&self) -> String {
        format!(
            "--instance-arn {} --permission-set-arn {}",
            self.instance, self.set
        )
    }

    /// Writes a policy to a file, which the other commands read.
    pub(super) fn save(policy: &Value) -> String {
        // `echo` would interpret the backslashes of JSON in some shells.
        format!("printf '%s\\n' '{}' > {DENIAL}", ascii_json(policy))
    }

    fn check(&self) -> PlanStep {
        step(
            text!("to see whose credentials you use"),
            format!(
                "aws sts get-caller-identity --query Account --output text{}",
                self.profile
            ),
        )
    }

    /// What shows the values for the placeholders.
    pub(super) fn lookup(&self, address: &SetAddress, set: &str, session: &str) -> Vec<PlanStep> {
        let mut steps = Vec::new();
        let options = &self.options;
        if address.instance.is_none() || self.store == "IDENTITY_STORE_ID" {
            steps.push(step(
                text!("to look up INSTANCE_ARN and the id of its identity store"),
                format!(
                    "aws sso-admin list-instances \
                     --query 'Instances[].[InstanceArn,IdentityStoreId]' --output text{options}"
                ),
            ));
        }
        if address.set.is_none() {
            let instance = self.instance_option();
            steps.push(step(
                text!(
                    "to look up PERMISSION_SET_ARN, the ARN next to the name {set}",
                    set = harmless(set)
                ),
                format!(
                    "for arn in $(aws sso-admin list-permission-sets {instance} \
                     --query 'PermissionSets[]' --output text{options}); do \
                     aws sso-admin describe-permission-set {instance} --permission-set-arn $arn \
                     --query 'PermissionSet.[PermissionSetArn,Name]' --output text{options}; done"
                ),
            ));
        }
        if self.user.is_none() {
            let name = json!({
                "UniqueAttribute": {"AttributePath": "userName", "AttributeValue": session}
            });
            steps.push(step(
                text!("to look up USER_ID, the user who is named {session} now, which may be another person", session = harmless(session)),
                format!(
                    "aws identitystore get-user-id --identity-store-id {} \
                     --alternate-identifier '{}' --query UserId --output text{options}",
                    self.store,
                    ascii_json(&name)
                ),
            ));
        }
        steps
    }

    fn read_inline_policy(&self) -> PlanStep {
        step(
            text!(
                "to save the present inline policy, which the new one replaces (an empty file: there is none)"
            ),
            format!(
                "aws sso-admin get-inline-policy-for-permission-set {} --query InlinePolicy \
                 --output text{} > inline-policy.json",
                self.set_options(),
                self.options
            ),
        )
    }

    fn put_inline_policy(&self) -> PlanStep {
        step(
            text!("to replace the inline policy"),
            format!(
                "aws sso-admin put-inline-policy-to-permission-set {} \
                 --inline-policy file://new-policy.json{}",
                self.set_options(),
                self.options
            ),
        )
    }

    /// A change of a permission set has no effect on its roles until it is provisioned.
    fn provision(&self) -> PlanStep {
        step(
            text!("to provision it to all its accounts, which prints REQUEST_ID"),
            format!(
                "aws sso-admin provision-permission-set {} --target-type ALL_PROVISIONED_ACCOUNTS \
                 --query PermissionSetProvisioningStatus.RequestId --output text{}",
                self.set_options(),
                self.options
            ),
        )
    }

    fn provisioned(&self) -> PlanStep {
        step(
            text!("to see the status, which is SUCCEEDED once that is done"),
            format!(
                "aws sso-admin describe-permission-set-provisioning-status {} \
                 --provision-permission-set-request-id REQUEST_ID \
                 --query PermissionSetProvisioningStatus.Status --output text{}",
                self.instance_option(),
                self.options
            ),
        )
    }

    pub(super) fn add_inline(&self) -> Vec<PlanStep> {
        vec![
            self.check(),
            self.read_inline_policy(),
            step(
                text!("to add the statement in deny.json to it; look at the result"),
                format!(
                    "jq -s '.[0] + {{Statement: (map(.Statement) | flatten)}}' inline-policy.json \
                     {DENIAL} > new-policy.json"
                ),
            ),
            self.put_inline_policy(),
            self.provision(),
            self.provisioned(),
        ]
    }

    pub(super) fn remove_inline(&self) -> Vec<PlanStep> {
        vec![
            self.read_inline_policy(),
            step(
                text!("to remove the statement from it"),
                format!(
                    "jq '.Statement |= map(select(.Sid != \"{}\"))' inline-policy.json \
                     > new-policy.json",
                    self.sid
                ),
            ),
            self.put_inline_policy(),
            step(
                text!("instead of the last command, if no statement is left"),
                format!(
                    "aws sso-admin delete-inline-policy-from-permission-set {}{}",
                    self.set_options(),
                    self.options
                ),
            ),
            self.provision(),
        ]
    }

    pub(super) fn add_control(&self) -> Vec<PlanStep> {
        let Self {
            account,
            policy_name,
            profile,
            ..
        } = self;
        vec![
            self.check(),
            step(
                text!("to create the policy, which prints POLICY_ID"),
                format!(
                    "aws organizations create-policy --type SERVICE_CONTROL_POLICY \
                     --name {policy_name} --description 'Denies revoked sessions' \
                     --content file://{DENIAL} --query Policy.PolicySummary.Id \
                     --output text{profile}"
                ),
            ),
            step(
                text!("to attach it to the account"),
                format!(
                    "aws organizations attach-policy --policy-id POLICY_ID \
                     --target-id {account}{profile}"
                ),
            ),
        ]
    }

    pub(super) fn remove_control(&self) -> Vec<PlanStep> {
        let Self {
            account, profile, ..
        } = self;
        vec![
            step(
                text!("to detach the policy"),
                format!(
                    "aws organizations detach-policy --policy-id POLICY_ID \
                     --target-id {account}{profile}"
                ),
            ),
            step(
                text!("to delete it"),
                format!("aws organizations delete-policy --policy-id POLICY_ID{profile}"),
            ),
        ]
    }

    pub(super) fn list_assignments(&self) -> PlanStep {
        step(
            text!(
                "to list the assignments that give the person access, directly or through a group"
            ),
            format!(
                "aws sso-admin list-account-assignments-for-principal {} --principal-type USER \
                 --principal-id {}{}",
                self.instance_option(),
                self.user(),
                self.options
            ),
        )
    }

    pub(super) fn delete_assignment(&self) -> PlanStep {
        step(
            text!("if the list has one of this permission set with PrincipalType USER"),
            format!(
                "aws sso-admin delete-account-assignment {} --target-type AWS_ACCOUNT \
                 --target-id {} --principal-type USER --principal-id {}{}",
                self.set_options(),
                self.account,
                self.user(),
                self.options
            ),
        )
    }

    pub(super) fn list_memberships(&self) -> PlanStep {
        step(
            text!("to list their groups, each with MEMBERSHIP_ID"),
            format!(
                "aws identitystore list-group-memberships-for-member --identity-store-id {} \
                 --member-id UserId={}{}",
                self.store,
                self.user(),
                self.options
            ),
        )
    }

    pub(super) fn delete_membership(&self) -> PlanStep {
        step(
            text!("if a group in this list has an assignment in the list above"),
            format!(
                "aws identitystore delete-group-membership --identity-store-id {} \
                 --membership-id MEMBERSHIP_ID{}",
                self.store, self.options
            ),
        )
    }
}

fn step(what: Text, line: String) -> PlanStep {
    PlanStep { what, line }
}
