//! Explains why AWS allowed a switch: the statements that allowed it, and what would have prevented
//! it.
//!
//! The switch is evaluated again against the policies in the files, with everything that its
//! records show of the request. What they don't show (an external id, a source identity) stays
//! open, and the answer lists what it depends on. The files have a time of their own, and the
//! policies may have been different at the time of the switch. So the answer includes the time of
//! its files, and if the files deny the switch, there is no answer.

mod caller;
mod files;
mod request;
mod shown;
#[cfg(test)]
mod tests;

pub use files::{DetailFiles, FileTime};

use crate::text;
use crate::text::Text;
use serde::Serialize;
use serde_json::Value;

use super::account::{Account, Role};
use super::attempt::Entrant;
use super::fix;
use super::view::SetupView;
use crate::arn::{AWS, iam_arn, partition_of};
use crate::catalogue;
use crate::dossier::Switch;
use crate::iam::{
    AccessDecision, AppliedStatement, Governing, IamDocument, PolicyPlace, Principal, RequesterKind,
};
use crate::id::AccountId;
use crate::judge::ExaminedSwitch;
use crate::moment::Moment;
use crate::policy::Policy;
use crate::revoke::ascii_json;
use crate::rule::Prevention;
use crate::untrusted::harmless;
use caller::KnownCaller;
use request::decide_again;

/// What allowed a switch. Every text in it is safe to print; statements are quoted unchanged.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct AllowedBy {
    /// The statements that allowed it, from the role's trust policy and the caller's own policies.
    pub statements: Vec<Allowing>,
    /// What couldn't be decided. Unless all of it held, these statements aren't what allowed the
    /// switch.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hangs_on: Vec<Text>,
    /// Why the caller's own policies, which also allowed it, aren't shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unseen: Option<Text>,
    /// The files, each with its account and time.
    pub files: Vec<FileTime>,
    /// Changes that would have prevented it. Each one alone is enough.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stopped_by: Vec<StatementChange>,
}

/// A statement that allowed it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Allowing {
    /// The policy that contains it.
    pub policy: Text,
    /// Its `Sid`, or its number among the statements that allow.
    pub which: Text,
    /// The statement as JSON text.
    #[serde(serialize_with = "as_json")]
    pub statement: String,
}

/// A statement as it should have been.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct StatementChange {
    /// The policy.
    pub policy: Text,
    /// Which of its statements to change.
    pub which: Text,
    /// The statements to replace it with. Empty: delete it.
    #[serde(serialize_with = "all_as_json")]
    pub by: Vec<String>,
}

fn as_json<S: serde::Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serde_json::from_str::<Value>(text)
        .map_err(serde::ser::Error::custom)?
        .serialize(serializer)
}

fn all_as_json<S: serde::Serializer>(texts: &[String], serializer: S) -> Result<S::Ok, S::Error> {
    let values: Result<Vec<Value>, _> = texts
        .iter()
        .map(|text| serde_json::from_str(text))
        .collect();
    values
        .map_err(serde::ser::Error::custom)?
        .serialize(serializer)
}

/// What allowed the switch, for a finding of a rule. `None`: the files lack the role or deny the
/// switch, or its records don't show enough of the request.
pub fn allowed_by(
    examined: &ExaminedSwitch<'_>,
    rule: &str,
    files: &DetailFiles,
    policy: &Policy,
) -> Option<AllowedBy> {
    let switch = examined.switch;
    let prevention = catalogue::find(rule)?.prevention?;
    if !switch.conflicting.is_empty() {
        return None;
    }
    let arn = switch.role.as_ref()?;
    let at = switch.key.second;
    let (owner, owner_taken) = files.account_at(arn.account(), at)?;
    let role = entered_role(owner, switch)?;
    let anything = IamDocument::read(
        &serde_json::json!({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}),
    )
    .ok()?;
    let mut who = KnownCaller::from_event(switch.caller()?, owner.id, files, at, &anything)?;
    if prevention == Prevention::Permission {
        // The finding says that they were in none of these groups then, even if a later file shows
        // it.
        let policies = &mut who.entrant.identity.policies;
        policies.retain(|policy| !is_of_allowed_group(policy, switch, files, at));
    }
    let decision = decide_again(&who.entrant, switch, owner.id, role);
    if decision.allowed.is_no() {
        return None;
    }
    let trusting = counting(&decision.resource, &decision);
    if trusting.is_empty() {
        return None;
    }
    let own = match who.file {
        Some(_) => counting(&decision.identity, &decision),
        None => Vec::new(),
    };
    let asks = Asks {
        prevention,
        role,
        switch,
        policy,
        entrant: &who.entrant,
    };
    let stopped_by = asks.changes(&trusting, &own);
    let mut times = vec![FileTime {
        account: owner.id,
        taken: owner_taken,
    }];
    times.extend(who.file.filter(|file| file.account != owner.id));
    Some(AllowedBy {
        statements: trusting
            .iter()
            .chain(&own)
            .map(|grant| allowing(grant, role))
            .collect(),
        hangs_on: decision.allowed.reasons().map(Text::harmless).collect(),
        unseen: who.unseen,
        files: times,
        stopped_by,
    })
}

/// The role that was entered. The role that has the name now may be another one, so the id decides
/// if it was recorded.
fn entered_role<'a>(owner: &'a Account, switch: &Switch<'_>) -> Option<&'a Role> {
    let arn = switch.role.as_ref()?;
    let id = switch
        .key
        .session
        .split_once(':')
        .map(|(id, _)| id)
        .filter(|id| id.starts_with("AROA"));
    owner
        .roles
        .values()
        .find(|role| id.map_or(role.arn == arn.as_str(), |id| role.id == id))
}

/// The statements that matter: if the call was certainly allowed, those that certainly apply.
fn counting<'d, 'a>(
    grants: &'d [AppliedStatement<'a>],
    decision: &AccessDecision<'a>,
) -> Vec<&'d AppliedStatement<'a>> {
    let sure = decision.allowed.is_yes();
    grants
        .iter()
        .filter(|grant| !sure || grant.applies.is_yes())
        .collect()
}

/// Whether a policy belongs to a group that the finding says they weren't in.
fn is_of_allowed_group(
    policy: &Governing<'_>,
    switch: &Switch<'_>,
    files: &DetailFiles,
    at: Moment,
) -> bool {
    let Some((rules, holder)) = switch.policy.zip(policy.place.holder()) else {
        return false;
    };
    rules
        .groups
        .iter()
        .filter_map(|named| files.account_at(named.account, at))
        .any(|(account, _)| {
            account
                .groups
                .values()
                .any(|group| group.arn == holder && SetupView::admits(rules, account.id, group))
        })
}

/// What would have prevented the switch.
struct Asks<'a> {
    prevention: Prevention,
    role: &'a Role,
    switch: &'a Switch<'a>,
    policy: &'a Policy,
    entrant: &'a Entrant<'a>,
}

impl Asks<'_> {
    fn changes(
        &self,
        trusting: &[&AppliedStatement<'_>],
        own: &[&AppliedStatement<'_>],
    ) -> Vec<StatementChange> {
        let each = |grants: &[&AppliedStatement<'_>],
                    fix: &dyn Fn(&AppliedStatement<'_>) -> Vec<Value>| {
            grants
                .iter()
                .map(|grant| changed(grant, self.role, &fix(grant)))
                .collect::<Vec<_>>()
        };
        match self.prevention {
            // Nobody else's policy should allow them. If only the trust policy allows them, it
            // shouldn't.
            Prevention::Permission if !own.is_empty() => each(own, &|grant| {
                fix::without(grant, &["sts:AssumeRole"], &[&self.role.arn])
            }),
            Prevention::Mfa => each(trusting, &|grant| fix::demanding_mfa(&grant.statement.json)),
            Prevention::SessionLimit => {
                match self.switch.policy.and_then(|policy| policy.max_session) {
                    Some(limit) => each(trusting, &|grant| {
                        fix::limiting(&grant.statement.json, limit.seconds())
                    }),
                    None => Vec::new(),
                }
            }
            Prevention::Trust => each(trusting, &|grant| {
                fix::trusting(&grant.statement.json, &self.trusted_principals(grant))
            }),
            Prevention::Permission | Prevention::Caller => match &self.entrant.caller.kind {
                RequesterKind::Service => each(trusting, &|grant| {
                    fix::without_kind(&grant.statement.json, "Service")
                }),
                RequesterKind::Federated => each(trusting, &|grant| {
                    fix::without_kind(&grant.statement.json, "Federated")
                }),
                RequesterKind::Session { role } => each(trusting, &|grant| {
                    fix::without_caller(grant.statement, role, self.partition())
                }),
                RequesterKind::User => each(trusting, &|grant| {
                    fix::without_caller(grant.statement, &self.entrant.caller.arn, self.partition())
                }),
                RequesterKind::Somebody => Vec::new(),
            },
        }
    }

    fn partition(&self) -> &str {
        partition_of(&self.role.arn).unwrap_or(AWS)
    }

    /// The principals of trusted accounts; for `*`, the accounts of the role's groups.
    fn trusted_principals(&self, grant: &AppliedStatement<'_>) -> Vec<String> {
        let Some(principals) = &grant.statement.principal else {
            return Vec::new();
        };
        let root = |account: AccountId| iam_arn(Some(self.partition()), account, "root");
        if principals.all_but || principals.named.contains(&Principal::Everyone) {
            let mut homes: Vec<AccountId> = self
                .switch
                .policy
                .iter()
                .flat_map(|rules| &rules.groups)
                .map(|group| group.account)
                .collect();
            homes.sort_unstable();
            homes.dedup();
            return homes.into_iter().map(root).collect();
        }
        let kept = |principal: &Principal| match principal {
            Principal::Account(account) => self.policy.trusts(*account).then(|| root(*account)),
            Principal::Arn(arn) => self
                .policy
                .trusts(principal.account()?)
                .then(|| arn.clone()),
            _ => None,
        };
        principals.named.iter().filter_map(kept).collect()
    }
}

fn allowing(grant: &AppliedStatement<'_>, role: &Role) -> Allowing {
    Allowing {
        policy: policy_of(grant, role),
        which: statement_name(grant),
        statement: ascii_json(&grant.statement.json),
    }
}

fn changed(grant: &AppliedStatement<'_>, role: &Role, by: &[Value]) -> StatementChange {
    let policy = match grant.place.holder() {
        Some(holder) if grant.place.is_of_aws() => {
            text!("another policy of {holder}", holder).harmless()
        }
        _ => policy_of(grant, role),
    };
    StatementChange {
        policy,
        which: statement_name(grant),
        by: by.iter().map(ascii_json).collect(),
    }
}

fn policy_of(grant: &AppliedStatement<'_>, role: &Role) -> Text {
    let policy = match &grant.place {
        PolicyPlace::Resource => text!("the trust policy of {role}", role = role.name),
        place => place.to_text(),
    };
    policy.harmless()
}

fn statement_name(grant: &AppliedStatement<'_>) -> Text {
    grant.statement.sid.as_deref().map_or_else(
        || text!("the statement"),
        |sid| text!("statement {sid}", sid = harmless(sid)),
    )
}
