//! Everything known about one switch: its halves, its console steps, its uses, and its parent.

mod center;
mod center_mfa;
mod chain;
mod gather;
mod halves;
mod next;
mod origin;
mod proof;
mod steps;
mod uses;
mod variants;

use std::collections::BTreeSet;
use std::sync::Arc;

pub(crate) use center::Center;
pub(crate) use chain::Tracer;
pub(crate) use gather::Dossiers;
pub(crate) use halves::DisjointSets;
pub(crate) use origin::OwnCall;
pub use origin::{Origin, OriginKind, Person};
pub use proof::Proof;

use crate::arn::{RoleArn, account_of, resource_of};
use crate::id::{AccountId, RecordKey};
use crate::moment::Moment;
use crate::policy::RolePolicy;
use crate::seen::{Caller, CallerKind, ConsoleAct, ConsoleStep, Grant, Mint, MintApi};
use crate::time::aws::{LONGEST_SESSION, RENEWED_LATE};
use crate::world::{UseAt, UseFold};

/// Identifies a switch. Each half, the uses and the SwitchRole record all contain it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SwitchKey {
    /// The second of the mint.
    pub second: Moment,
    /// `assumedRoleId` (`AROA…:session`). If the switch's records don't name one: the account and
    /// the event id of the first record, with a space between.
    pub session: Arc<str>,
    /// The access key issued, if a half was read.
    pub issued: Option<Arc<str>>,
}

/// One account's copy of the mint.
#[derive(Debug, Clone)]
pub(crate) struct Half<'w> {
    pub(crate) record: &'w RecordKey,
    pub(crate) mint: &'w Mint,
}

/// First and last use of a session.
#[derive(Debug, Clone, Copy)]
pub(crate) struct UsedSpan<'w> {
    pub(crate) first: &'w UseAt,
    pub(crate) last: &'w UseAt,
    pub(crate) delivered_by_service: bool,
    /// Whether any use showed that `aws login` or an agent works with the session.
    pub(crate) by_login: bool,
}

impl<'w> UsedSpan<'w> {
    fn from_fold(fold: &'w UseFold) -> Self {
        Self {
            first: &fold.first,
            last: &fold.last,
            delivered_by_service: fold.delivered_by_service,
            by_login: fold.by_login,
        }
    }

    fn join(self, other: Self) -> Self {
        Self {
            first: self.first.min(other.first),
            last: self.last.max(other.last),
            delivered_by_service: self.delivered_by_service || other.delivered_by_service,
            by_login: self.by_login || other.by_login,
        }
    }
}

/// One dossier.
#[derive(Debug, Clone)]
pub struct Switch<'w> {
    /// Identifies the switch.
    pub key: SwitchKey,
    /// The role's ARN, with its path if known.
    pub role: Option<RoleArn>,
    /// The policy's entry for the role; `None` for links of chains and for root sessions.
    pub(crate) policy: Option<&'w RolePolicy>,
    pub(crate) halves: Vec<Half<'w>>,
    pub(crate) steps: Vec<(&'w RecordKey, &'w ConsoleStep)>,
    pub(crate) renewed: Option<Moment>,
    pub(crate) exited: Option<Moment>,
    /// First and last use.
    pub(crate) used: Option<UsedSpan<'w>>,
    /// The uses, by the credentials that they were made with.
    pub(crate) uses: Vec<&'w UseFold>,
    /// Records whose copies contradict each other.
    pub(crate) conflicting: BTreeSet<&'w RecordKey>,
}

impl<'w> Switch<'w> {
    fn empty(key: SwitchKey) -> Self {
        Self {
            key,
            role: None,
            policy: None,
            halves: Vec::new(),
            steps: Vec::new(),
            renewed: None,
            exited: None,
            used: None,
            uses: Vec::new(),
            conflicting: BTreeSet::new(),
        }
    }

    /// The caller, from the half that shows most.
    pub(crate) fn caller(&self) -> Option<&'w Arc<Caller>> {
        self.caller_half()
            .or_else(|| self.halves.first())
            .map(|half| &half.mint.caller)
    }

    /// The caller's own half. A switch within one account has no other half.
    pub(crate) fn caller_half(&self) -> Option<&Half<'w>> {
        self.halves
            .iter()
            .find(|half| half.mint.caller.kind != CallerKind::OtherAccount)
    }

    /// Whether a mint was read. Without one, the switch is only known from its SwitchRole record or
    /// its uses.
    pub fn has_mint(&self) -> bool {
        !self.halves.is_empty()
    }

    pub(crate) fn api(&self) -> Option<MintApi> {
        self.halves.first().map(|half| half.mint.api)
    }

    /// Whether the console made this switch: AWS says so in a half, or the switch has a SwitchRole
    /// record.
    pub fn by_console(&self) -> bool {
        !self.steps.is_empty() || self.is_called_by_console()
    }

    /// Whether AWS says in a half that the console called: `AWS Internal`.
    pub(crate) fn is_called_by_console(&self) -> bool {
        self.halves.iter().any(|half| half.mint.caller.from_console)
    }

    /// Whether Identity Center issued the session, for a permission set.
    pub(crate) fn is_of_permission_set(&self) -> bool {
        center::is_issued_by_center(self)
    }

    pub(crate) fn grants(&self) -> impl Iterator<Item = &'w Grant> + '_ {
        self.halves
            .iter()
            .filter_map(|half| half.mint.grant.as_deref())
    }

    /// The MFA device named in the call.
    pub(crate) fn mfa_serial(&self) -> Option<&'w Arc<str>> {
        self.grants().find_map(|grant| grant.mfa_serial.as_ref())
    }

    /// Whether credentials with this `creationDate` can belong to this switch: it's at most `slack`
    /// seconds from the time of one of the halves.
    pub(crate) fn began_at(&self, created: Moment, slack: i64) -> bool {
        // A session's `creationDate` is the mint's second in nearly every record, but the two
        // halves of one mint may be a second or more apart.
        let near = |second: Moment| second.seconds_since(created).abs() <= slack;
        near(self.key.second) || self.halves.iter().any(|half| near(half.mint.time))
    }

    /// Whether the console can have made this switch for the person in `from`, the ARN that it says
    /// it switched from. The console never uses a permanent key.
    pub(crate) fn may_be_entered_by(&self, from: Option<&str>) -> bool {
        let Some(caller) = self.caller() else {
            return true;
        };
        let Some(from) = from else {
            return !caller.has_long_term_key();
        };
        let account = account_of(from);
        let same_account =
            caller.account.is_none() || account.is_none() || caller.account == account;
        // Only kind and name are compared: one side may lack the path, and the account was already
        // compared.
        let name = |arn: &str| arn.rsplit('/').next().map(str::to_owned);
        let kind = |arn: &str| {
            resource_of(arn)
                .and_then(|resource| resource.split('/').next())
                .map(str::to_owned)
        };
        let same_person = caller
            .arn
            .as_deref()
            .is_none_or(|arn| name(arn) == name(from) && kind(arn) == kind(from));
        !caller.has_long_term_key() && same_account && same_person
    }

    /// Whether the console can have made this switch for whoever made that earlier one.
    pub(crate) fn has_caller_of(&self, earlier: &Switch<'_>) -> bool {
        if let (Some(own), Some(other)) = (self.caller_half(), earlier.caller_half()) {
            let (own, other) = (&own.mint.caller, &other.mint.caller);
            return own.principal_id == other.principal_id && own.arn == other.arn;
        }
        let mut entered_from = earlier
            .steps
            .iter()
            .filter_map(|(_, step)| step.from.as_deref());
        entered_from.any(|from| self.may_be_entered_by(Some(from)))
    }

    /// Whether the console extended an earlier session with this one, rather than entered the role.
    pub(crate) fn is_renewal(&self) -> bool {
        let does = |act: ConsoleAct| self.steps.iter().any(|(_, step)| step.act == act);
        does(ConsoleAct::Renew) && !does(ConsoleAct::Enter)
    }

    /// Whether this switch can be a renewal of that console session, which was still valid then.
    pub(crate) fn may_renew(&self, before: &Switch<'w>) -> bool {
        let (own, earlier) = (&self.key, &before.key);
        let since = own.second.seconds_since(earlier.second);
        // The console renews automatically shortly before the end, so a renewal may be recorded
        // slightly late.
        let open = before
            .granted_until()
            .is_none_or(|until| own.second.seconds_since(until) <= RENEWED_LATE);
        self.is_renewal()
            && before.by_console()
            && own.session == earlier.session
            // Starts at 1: otherwise a renewal in the same second would precede itself.
            && (1..=LONGEST_SESSION).contains(&since)
            && open
    }

    /// When the credentials expire, as STS issued them, without renewals.
    pub(crate) fn expires(&self) -> Option<Moment> {
        // `durationSeconds` is only in the record if the caller sent it; `expiration` is in every
        // response of STS. So `expiration` takes precedence.
        let granted = self.grants().filter_map(|grant| {
            grant.expiration.or_else(|| {
                grant
                    .duration_seconds
                    .map(|seconds| self.key.second.plus_seconds(seconds))
            })
        });
        // The halves of one call agree. If copies contradict each other, the later end is the safe
        // choice: the session is observed longer.
        granted.max()
    }

    /// Whether the record has a lifetime that can't be read, and no other lifetime is known.
    pub fn lifetime_unread(&self) -> bool {
        self.expires().is_none()
            && self
                .grants()
                .any(|grant| grant.unread.expiration || grant.unread.duration)
    }

    /// When the credentials expire, including renewals. A person who left the role may still have
    /// them.
    pub fn works_until(&self) -> Option<Moment> {
        // `None` is less than any moment: a switch without a mint lasts at least to its renewal.
        self.expires().max(self.renewed)
    }

    /// When the role stops being held: the credentials expire, or the console leaves the role.
    pub fn granted_until(&self) -> Option<Moment> {
        self.unless_left(self.works_until())
    }

    /// The latest time at which the role may still be held. If the lifetime can't be read, AWS's
    /// longest session is assumed.
    pub(crate) fn may_be_held_until(&self) -> Option<Moment> {
        let longest = self
            .lifetime_unread()
            .then(|| self.key.second.plus_seconds(LONGEST_SESSION));
        self.unless_left(self.works_until().max(longest))
    }

    fn unless_left(&self, until: Option<Moment>) -> Option<Moment> {
        match (until, self.exited) {
            // Leaving a role ends the console's session. The credentials still work, but nobody can
            // use them through the console any more.
            (Some(until), Some(exited)) => Some(until.min(exited)),
            (until, exited) => until.or(exited),
        }
    }

    /// When the credentials were last seen in use.
    pub fn last_used(&self) -> Option<Moment> {
        self.used.as_ref().map(|used| used.last.time)
    }

    /// The accounts whose copy of the mint was read.
    pub fn heard_from(&self) -> BTreeSet<AccountId> {
        self.halves.iter().map(|half| half.record.account).collect()
    }

    /// The caller's account, if any half or console step shows it.
    pub fn caller_account(&self) -> Option<AccountId> {
        // A SwitchRole record is written in the role's account. So only the ARN that it says was
        // switched from shows the person's account.
        if let Some(account) = self.caller().and_then(|caller| caller.account) {
            return Some(account);
        }
        self.steps
            .iter()
            .find_map(|(_, step)| account_of(step.from.as_deref()?))
    }

    /// The records of the switch itself: both halves and the console's steps.
    pub(crate) fn records(&self) -> impl Iterator<Item = &'w RecordKey> + '_ {
        self.halves
            .iter()
            .map(|half| half.record)
            .chain(self.steps.iter().map(|(record, _)| *record))
    }

    /// The switch's records, and its first and last use.
    pub fn all_records(&self) -> Vec<RecordKey> {
        let used = self
            .used
            .iter()
            .flat_map(|used| [&used.first.record, &used.last.record]);
        self.records().chain(used).cloned().collect()
    }

    /// The records that prove the switch; for a switch without a mint, also the first and last use.
    pub(crate) fn evidence(&self) -> Vec<RecordKey> {
        let mut events: Vec<RecordKey> = self.records().cloned().collect();
        // Uses are only evidence of a switch if nothing else is. If there is a mint, they would
        // change the evidence of a finding's id with every use.
        if !self.has_mint()
            && let Some(used) = &self.used
        {
            events.extend([used.first.record.clone(), used.last.record.clone()]);
        }
        events.dedup();
        events
    }
}
