//! Why AWS let a switch happen: the statements that allowed it, and what would have stopped it.
//!
//! The switch is asked again of the policies in the files, with all that its records show of the
//! request. What they do not show (an external id, a source identity) stays open, and then the
//! answer says on what it hangs. The files are of a time of their own: policies may have been
//! others at the time of the switch, so an answer names the time of its files, and where the files
//! say no, nothing is said.

#[cfg(test)]
mod tests;

use std::fmt;

use serde::Serialize;
use serde_json::Value;

use super::account::{Account, Role};
use super::attempt::{Entrant, better, tagged};
use super::fix;
use super::view::View;
use crate::arn::{AWS, iam_arn, partition_of};
use crate::dossier::Switch;
use crate::iam::{
    Caller, CallerKind, Context, Decision, Document, Governing, Grant, Held, Place, Principal,
    Request, decide,
};
use crate::id::AccountId;
use crate::judge::Examined;
use crate::moment::Moment;
use crate::policy::Policy;
use crate::revoke::ascii;
use crate::seen::{self, MintApi};
use crate::untrusted::harmless;

/// Authorization details of accounts, with the times at which they were taken.
#[derive(Debug, Clone, Default)]
pub struct Files(Vec<(Account, Option<Moment>)>);

impl Files {
    /// Adds an account as it was at a time; `None`: nobody said when.
    pub fn add(&mut self, account: Account, taken: Option<Moment>) {
        self.0.push((account, taken));
    }

    /// The account, as near to a moment as the files have it.
    fn of(&self, id: AccountId, at: Moment) -> Option<(&Account, Option<Moment>)> {
        let distance =
            |taken: &Option<Moment>| taken.map_or(i64::MAX, |taken| taken.seconds_since(at).abs());
        let all = self.0.iter().filter(|(account, _)| account.id == id);
        all.min_by_key(|(_, taken)| distance(taken))
            .map(|(account, taken)| (account, *taken))
    }
}

/// What allowed a switch. Every text in it is harmless to print; statements are as they are
/// written.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct AllowedBy {
    /// Statements that allowed it, of the role's trust policy and of the caller's own policies.
    pub statements: Vec<Allowing>,
    /// What could not be decided: each must have been so, or the statements are not what allowed
    /// it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hangs_on: Vec<String>,
    /// Why the caller's own policies are not told. They allowed it too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unseen: Option<String>,
    /// The files, each with its account and its time.
    pub files: Vec<FileTime>,
    /// What would have stopped it: each of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stopped_by: Vec<Change>,
}

/// A statement that allowed it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Allowing {
    /// The policy that it stands in.
    pub policy: String,
    /// Its `Sid`, or which of the statements that allow it is.
    pub which: String,
    /// The statement, as text of JSON.
    #[serde(serialize_with = "as_json")]
    pub statement: String,
}

/// The time of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct FileTime {
    /// The account.
    pub account: AccountId,
    /// When it was taken; `null`: nobody said.
    pub taken: Option<Moment>,
}

/// A statement as it should have been.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Change {
    /// The policy.
    pub policy: String,
    /// Which of its statements.
    pub which: String,
    /// What to put in its place; nothing: it is to go.
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

/// The rules whose findings IAM could have prevented.
const PREVENTABLE: [&str; 6] = ["RW001", "RW002", "RW003", "RW007", "RW011", "RW012"];

/// What allowed the switch, for a finding of a rule. `None`: the files do not have the role or say
/// no, or its records are not enough to ask.
pub fn allowed_by(
    examined: &Examined<'_>,
    rule: &str,
    files: &Files,
    policy: &Policy,
) -> Option<AllowedBy> {
    let switch = examined.switch;
    if !PREVENTABLE.contains(&rule) || !switch.conflicting.is_empty() {
        return None;
    }
    let arn = switch.role.as_ref()?;
    let at = switch.key.second;
    let (owner, owner_taken) = files.of(arn.account(), at)?;
    let id = switch
        .key
        .session
        .split_once(':')
        .map(|(id, _)| id)
        .filter(|id| id.starts_with("AROA"));
    // A role that bears the name now need not be the one that was entered.
    let role = owner
        .roles
        .values()
        .find(|role| id.map_or(role.arn == arn.as_str(), |id| role.id == id))?;
    let anything = Document::read(
        &serde_json::json!({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}),
    )
    .ok()?;
    let who = Who::of(switch.caller()?, owner.id, files, at, &anything)?;
    let mut entrant = who.entrant;
    if rule == "RW001" {
        // The finding says that they were in none of these then, whatever the file says of later.
        entrant
            .identity
            .policies
            .retain(|policy| !is_of_allowed_group(policy, switch, files, at));
    }
    let decision = asked(&entrant, switch, owner.id, role);
    if decision.allowed.is_no() {
        return None;
    }
    let sure = decision.allowed.is_yes();
    let counts = |grant: &&Grant<'_>| !sure || grant.applies.is_yes();
    let trusting: Vec<&Grant<'_>> = decision.resource.iter().filter(counts).collect();
    let own: Vec<&Grant<'_>> = if who.file.is_none() {
        Vec::new()
    } else {
        decision.identity.iter().filter(counts).collect()
    };
    if trusting.is_empty() {
        return None;
    }
    let asks = Asks {
        rule,
        role,
        switch,
        policy,
        entrant: &entrant,
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
        hangs_on: decision.allowed.reasons().map(harmless).collect(),
        unseen: who.unseen,
        files: times,
        stopped_by,
    })
}

/// Whoever called, as the files know them.
struct Who<'a> {
    entrant: Entrant<'a>,
    file: Option<FileTime>,
    unseen: Option<String>,
}

impl<'a> Who<'a> {
    fn of(
        caller: &seen::Caller,
        owner: AccountId,
        files: &'a Files,
        at: Moment,
        anything: &'a Document,
    ) -> Option<Self> {
        let principal = caller.principal_id.as_deref().unwrap_or_default();
        let known = |entrant, account: &Account, taken| {
            Some(Self {
                entrant,
                file: Some(FileTime {
                    account: account.id,
                    taken,
                }),
                unseen: None,
            })
        };
        let without_policies = |kind| {
            let arn = caller.provider.as_deref().unwrap_or_default().to_owned();
            let caller = Caller {
                account: owner,
                arn,
                id: None,
                kind,
                has_boundary: false,
            };
            Some(Self {
                entrant: Entrant::outsider(caller, None, anything),
                file: None,
                unseen: None,
            })
        };
        match &caller.kind {
            seen::CallerKind::Service => return without_policies(CallerKind::Service),
            seen::CallerKind::Saml | seen::CallerKind::WebIdentity => {
                return without_policies(CallerKind::Federated);
            }
            seen::CallerKind::IamUser
            | seen::CallerKind::AssumedRole
            | seen::CallerKind::OtherAccount => {}
            _ => return None,
        }
        let account = caller.account?;
        let file = files.of(account, at);
        if let Some((file, taken)) = file {
            if let Some(user) = file.users.values().find(|user| user.id == principal) {
                return known(Entrant::user(file, user), file, taken);
            }
            if let Some((id, session)) = principal.split_once(':')
                && let Some(role) = file.roles.values().find(|role| role.id == id)
            {
                return known(Entrant::session(file, role, session), file, taken);
            }
        }
        // Their own account let them, or there would be no switch.
        let asking = match (&caller.role_session(), &caller.arn) {
            (Some(session), _) => {
                let role = caller
                    .session
                    .as_ref()
                    .and_then(|context| context.issuer_arn.as_deref())?;
                Caller::session(account, role, session.split_once(':')?.1)
            }
            (None, Some(arn)) => Caller::user(account, arn),
            (None, None) => Caller::somebody(account),
        };
        let asking = Caller {
            id: Some(principal.split(':').next().unwrap_or_default().to_owned()),
            ..asking
        };
        let unseen = Some(if file.is_some() {
            format!("the roster of account {account} does not have the caller")
        } else {
            format!("account {account} has no roster")
        });
        Some(Self {
            entrant: Entrant::outsider(
                asking,
                caller
                    .arn
                    .as_deref()
                    .filter(|_| caller.role_session().is_none()),
                anything,
            ),
            file: None,
            unseen,
        })
    }
}

/// Whether a policy stands in a group that the finding says they were not in.
fn is_of_allowed_group(
    policy: &Governing<'_>,
    switch: &Switch<'_>,
    files: &Files,
    at: Moment,
) -> bool {
    let Some((rules, holder)) = switch.policy.zip(policy.place.holder()) else {
        return false;
    };
    rules
        .groups
        .iter()
        .filter_map(|named| files.of(named.account, at))
        .any(|(account, _)| {
            account
                .groups
                .values()
                .any(|group| group.arn == holder && View::admits(rules, account.id, group))
        })
}

/// Asks again what was asked then.
fn asked<'a>(
    entrant: &Entrant<'a>,
    switch: &Switch<'_>,
    owner: AccountId,
    role: &'a Role,
) -> Decision<'a> {
    let action = format!("sts:{}", switch.api().unwrap_or(MintApi::AssumeRole).name());
    let ask = |context: &Context| {
        let request = Request {
            caller: &entrant.caller,
            action: &action,
            resource: &role.arn,
            owner,
            context,
        };
        decide(&request, &entrant.identity, &role.trusting())
    };
    contexts(entrant, switch, owner, role)
        .iter()
        .map(ask)
        .reduce(better)
        .unwrap_or_else(|| ask(&Context::partial()))
}

/// What the request carried. What a role session carries of MFA the records do not show: `false`,
/// or nothing.
fn contexts(
    entrant: &Entrant<'_>,
    switch: &Switch<'_>,
    owner: AccountId,
    role: &Role,
) -> Vec<Context> {
    let at = switch.key.second;
    let mut context = entrant
        .known()
        .with("aws:ResourceAccount", owner.to_string());
    context = tagged(context, "aws:ResourceTag/", &role.tags);
    context = tagged(context, "iam:ResourceTag/", &role.tags);
    context = context
        .with("aws:CurrentTime", at.to_string())
        .with("aws:EpochTime", at.epoch_seconds().to_string());
    if let Some((_, session)) = switch.key.session.split_once(':') {
        context = context.with("sts:RoleSessionName", session);
    }
    let unread = switch.grants().any(|grant| grant.unread.duration);
    match switch.grants().find_map(|grant| grant.duration_seconds) {
        Some(seconds) => context = context.with("sts:DurationSeconds", seconds.to_string()),
        None if !unread
            && !switch.by_console()
            && switch
                .halves
                .iter()
                .any(|half| !half.mint.omitted && half.mint.grant.is_some()) =>
        {
            context = context.without("sts:DurationSeconds");
        }
        None => {}
    }
    let address = switch
        .grants()
        .find_map(|grant| grant.source_ip.as_deref())
        .filter(|ip| ip.parse::<std::net::IpAddr>().is_ok());
    if let Some(address) = address.filter(|_| !switch.by_console()) {
        context = context.with("aws:SourceIp", address);
    }
    let (present, age, issued) = (
        "aws:MultiFactorAuthPresent",
        "aws:MultiFactorAuthAge",
        "aws:TokenIssueTime",
    );
    let Some(caller) = switch.caller() else {
        return vec![context];
    };
    let session = caller.session.as_ref();
    if let Some(created) = session.and_then(|session| session.created) {
        context = context.with(issued, created.to_string());
    }
    if caller.role_session().is_some() {
        return vec![
            context.clone().without(present).without(age),
            context.with(present, "false").without(age),
        ];
    }
    let with_mfa = |context: Context, seconds: i64| {
        context
            .with(present, "true")
            .with(age, seconds.max(0).to_string())
    };
    vec![if switch.mfa_serial().is_some() {
        with_mfa(context, 0)
    } else if session.and_then(|session| session.mfa) != Some(true)
        && (switch.grants().any(|grant| grant.unread.serial)
            || session.is_some_and(|session| session.mfa_unread))
    {
        context.with_held(present, Held::Unknown)
    } else if caller.has_long_term_key() {
        context.without(present).without(age).without(issued)
    } else {
        match (
            session.and_then(|session| session.mfa),
            session.and_then(|session| session.created),
        ) {
            (Some(true), Some(created)) => with_mfa(context, at.seconds_since(created)),
            (Some(true), None) => context.with(present, "true"),
            (Some(false), _) => context.with(present, "false").without(age),
            (None, _) => context.with_held(present, Held::Unknown),
        }
    }]
}

/// What would have stopped it.
struct Asks<'a> {
    rule: &'a str,
    role: &'a Role,
    switch: &'a Switch<'a>,
    policy: &'a Policy,
    entrant: &'a Entrant<'a>,
}

impl Asks<'_> {
    fn changes(&self, trusting: &[&Grant<'_>], own: &[&Grant<'_>]) -> Vec<Change> {
        let each = |grants: &[&Grant<'_>], fix: &dyn Fn(&Grant<'_>) -> Vec<Value>| {
            grants
                .iter()
                .map(|grant| changed(grant, self.role, &fix(grant)))
                .collect::<Vec<_>>()
        };
        match self.rule {
            // Nobody else's policy should let them; where only the trust policy does, it should
            // not.
            "RW001" if !own.is_empty() => each(own, &|grant| {
                fix::without(grant, &["sts:AssumeRole"], &[&self.role.arn])
            }),
            "RW002" => each(trusting, &|grant| fix::demanding_mfa(&grant.statement.json)),
            "RW003" => match self.switch.policy.and_then(|policy| policy.max_session) {
                Some(limit) => each(trusting, &|grant| {
                    fix::limiting(&grant.statement.json, limit.seconds())
                }),
                None => Vec::new(),
            },
            "RW007" => each(trusting, &|grant| {
                fix::trusting(&grant.statement.json, &self.kept(grant))
            }),
            _ => match &self.entrant.caller.kind {
                CallerKind::Service => each(trusting, &|grant| {
                    fix::without_kind(&grant.statement.json, "Service")
                }),
                CallerKind::Federated => each(trusting, &|grant| {
                    fix::without_kind(&grant.statement.json, "Federated")
                }),
                CallerKind::Session { role } => each(trusting, &|grant| {
                    fix::without_caller(grant.statement, role, self.partition())
                }),
                CallerKind::User => each(trusting, &|grant| {
                    fix::without_caller(grant.statement, &self.entrant.caller.arn, self.partition())
                }),
                CallerKind::Somebody => Vec::new(),
            },
        }
    }

    fn partition(&self) -> &str {
        partition_of(&self.role.arn).unwrap_or(AWS)
    }

    /// The principals of accounts in the zone of trust; for `*`, the accounts of the role's groups.
    fn kept(&self, grant: &Grant<'_>) -> Vec<String> {
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

fn allowing(grant: &Grant<'_>, role: &Role) -> Allowing {
    Allowing {
        policy: policy_of(grant, role),
        which: which(grant),
        statement: ascii(&grant.statement.json),
    }
}

fn changed(grant: &Grant<'_>, role: &Role, by: &[Value]) -> Change {
    let policy = match grant.place.holder() {
        Some(holder) if grant.place.is_of_aws() => harmless(&format!("another policy of {holder}")),
        _ => policy_of(grant, role),
    };
    Change {
        policy,
        which: which(grant),
        by: by.iter().map(ascii).collect(),
    }
}

fn policy_of(grant: &Grant<'_>, role: &Role) -> String {
    harmless(&match &grant.place {
        Place::Resource => format!("the trust policy of {}", role.name),
        place => place.to_string(),
    })
}

fn which(grant: &Grant<'_>) -> String {
    grant.statement.sid.as_deref().map_or_else(
        || "the statement".to_owned(),
        |sid| format!("statement {}", harmless(sid)),
    )
}

/// The most characters of a statement in a sentence.
const QUOTED: usize = 100;

fn quoted(statement: &str) -> String {
    let cut: String = statement.chars().take(QUOTED).collect();
    if cut.len() < statement.len() {
        format!("{cut}…")
    } else {
        cut
    }
}

impl fmt::Display for AllowedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AWS allowed it by ")?;
        for (at, allowing) in self.statements.iter().enumerate() {
            let between = if at == 0 { "" } else { " and " };
            write!(
                f,
                "{between}{} in {}: {}",
                allowing.which,
                allowing.policy,
                quoted(&allowing.statement)
            )?;
        }
        if let Some(unseen) = &self.unseen {
            write!(
                f,
                "; {unseen}, so which of their own policies allowed it is not told"
            )?;
        }
        if !self.hangs_on.is_empty() {
            write!(
                f,
                "; that is so if these hold, which the records do not show: {}",
                self.hangs_on.join("; ")
            )?;
        }
        let times: Vec<String> = self
            .files
            .iter()
            .map(|file| {
                file.taken
                    .map_or_else(|| "an unknown time".to_owned(), |taken| taken.to_string())
            })
            .collect();
        write!(
            f,
            ". That is as of {}, the time of the rosters, not of the switch.",
            times.join(" and ")
        )?;
        for (at, change) in self.stopped_by.iter().enumerate() {
            f.write_str(if at == 0 { " To stop it, " } else { "; and " })?;
            // A statement that stays as it is need not be told again.
            let stays = |text: &&String| {
                self.statements
                    .iter()
                    .any(|allowing| allowing.statement == **text)
            };
            let new: Vec<&str> = change
                .by
                .iter()
                .filter(|text| !stays(text))
                .map(String::as_str)
                .collect();
            match (change.by.is_empty(), new.len() < change.by.len()) {
                (true, _) => write!(f, "remove {} in {}", change.which, change.policy)?,
                (false, true) => write!(f, "add to {}: {}", change.policy, new.join(" and "))?,
                (false, false) => write!(
                    f,
                    "change {} in {} to {}",
                    change.which,
                    change.policy,
                    new.join(" and ")
                )?,
            }
        }
        Ok(())
    }
}
