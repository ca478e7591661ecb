//! All that is known of one switch, joined: its halves, its console steps, its uses, its parent.

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

pub(crate) use chain::Tracer;
pub(crate) use gather::Dossiers;
pub(crate) use halves::DisjointSets;
pub use origin::{Origin, OriginKind, Person};
pub use proof::Proof;

use crate::arn::{RoleArn, account_of, resource_of};
use crate::id::{AccountId, RecordKey};
use crate::moment::Moment;
use crate::policy::RolePolicy;
use crate::seen::{Caller, CallerKind, ConsoleAct, ConsoleStep, Grant, Mint, MintApi};
use crate::time::aws::{LONGEST_SESSION, RENEWED_LATE};
use crate::world::UseFold;

/// Identity of a switch: either half, its uses and its SwitchRole record all give it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SwitchKey {
    /// The second of the mint.
    pub second: Moment,
    /// `assumedRoleId` (`AROA…:session`). Of a switch whose records name none: the account and the
    /// event id of the first one, with a space between.
    pub session: Arc<str>,
    /// The access key issued, where a half was read.
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
    pub(crate) first: &'w (Moment, RecordKey),
    pub(crate) last: &'w (Moment, RecordKey),
    pub(crate) delivered_by_service: bool,
}

impl<'w> UsedSpan<'w> {
    fn of(fold: &'w UseFold) -> Self {
        Self {
            first: &fold.first,
            last: &fold.last,
            delivered_by_service: fold.delivered_by_service,
        }
    }

    fn join(self, other: Self) -> Self {
        Self {
            first: self.first.min(other.first),
            last: self.last.max(other.last),
            delivered_by_service: self.delivered_by_service || other.delivered_by_service,
        }
    }
}

/// One dossier.
#[derive(Debug, Clone)]
pub struct Switch<'w> {
    /// Its identity.
    pub key: SwitchKey,
    /// The role's ARN, with its path as far as known.
    pub role: Option<RoleArn>,
    /// What the policy says of the role; `None` for links of chains and root sessions.
    pub(crate) policy: Option<&'w RolePolicy>,
    pub(crate) halves: Vec<Half<'w>>,
    pub(crate) steps: Vec<(&'w RecordKey, &'w ConsoleStep)>,
    pub(crate) renewed: Option<Moment>,
    pub(crate) exited: Option<Moment>,
    /// First and last use.
    pub(crate) used: Option<UsedSpan<'w>>,
    /// Records that came in copies which contradict each other.
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
            conflicting: BTreeSet::new(),
        }
    }

    /// Who called, by the half that says most.
    pub(crate) fn caller(&self) -> Option<&'w Arc<Caller>> {
        self.caller_half()
            .or_else(|| self.halves.first())
            .map(|half| &half.mint.caller)
    }

    /// The caller's own half; in a same-account switch the only one.
    pub(crate) fn caller_half(&self) -> Option<&Half<'w>> {
        self.halves
            .iter()
            .find(|half| half.mint.caller.kind != CallerKind::OtherAccount)
    }

    /// Whether a mint was read at all. Without one, the switch is known by its SwitchRole record or
    /// its uses alone.
    pub fn has_mint(&self) -> bool {
        !self.halves.is_empty()
    }

    pub(crate) fn api(&self) -> Option<MintApi> {
        self.halves.first().map(|half| half.mint.api)
    }

    /// Whether the console made this switch: AWS says so in a half, or a SwitchRole record belongs
    /// to it.
    pub fn by_console(&self) -> bool {
        !self.steps.is_empty() || self.halves.iter().any(|half| half.mint.caller.from_console)
    }

    pub(crate) fn grants(&self) -> impl Iterator<Item = &'w Grant> + '_ {
        self.halves
            .iter()
            .filter_map(|half| half.mint.grant.as_deref())
    }

    /// The MFA device that was named in the call.
    pub(crate) fn mfa_serial(&self) -> Option<&'w Arc<str>> {
        self.grants().find_map(|grant| grant.mfa_serial.as_ref())
    }

    /// Whether credentials with this `creationDate` can be those of this switch: the second of
    /// either half, or nearly so.
    pub(crate) fn began_at(&self, created: Moment, slack: i64) -> bool {
        // `creationDate` of a session is the mint's second in nearly every record, but the two
        // halves of one mint may lie a second or more apart.
        let near = |second: Moment| second.seconds_since(created).abs() <= slack;
        near(self.key.second) || self.halves.iter().any(|half| near(half.mint.time))
    }

    /// Whether the console can have made this switch for the person that it says it switched from.
    /// A permanent key is never the console's.
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
        // Only kind and name are compared: a path may be missing on one side, and the account was
        // compared already.
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

    /// Whether the console prolonged an earlier session with this one, rather than entered the
    /// role.
    pub(crate) fn is_renewal(&self) -> bool {
        let does = |act: ConsoleAct| self.steps.iter().any(|(_, step)| step.act == act);
        does(ConsoleAct::Renew) && !does(ConsoleAct::Enter)
    }

    /// Whether this renewal can be one of that console session, which was still open then.
    pub(crate) fn may_renew(&self, before: &Switch<'w>) -> bool {
        let (own, earlier) = (&self.key, &before.key);
        let since = own.second.seconds_since(earlier.second);
        // The console renews by itself shortly before the end, so a renewal may arrive a little
        // late.
        let open = before
            .granted_until()
            .is_none_or(|until| own.second.seconds_since(until) <= RENEWED_LATE);
        self.is_renewal()
            && before.by_console()
            && own.session == earlier.session
            // From 1: a renewal of the same second would be its own predecessor.
            && (1..=LONGEST_SESSION).contains(&since)
            && open
    }

    /// Until when the credentials work by themselves, as STS granted them.
    pub(crate) fn expires(&self) -> Option<Moment> {
        // `durationSeconds` is only in the record if the caller sent it; `expiration` is in every
        // answer of STS. So the expiration comes first.
        let granted = self.grants().filter_map(|grant| {
            grant.expiration.or_else(|| {
                grant
                    .duration_seconds
                    .map(|seconds| self.key.second.plus_seconds(seconds))
            })
        });
        // The halves of one call say the same. Where copies contradict each other, the later end
        // errs on the side of looking longer.
        granted.max()
    }

    /// Whether the record shows a lifetime that can't be read, and no other.
    pub fn lifetime_unread(&self) -> bool {
        self.expires().is_none()
            && self
                .grants()
                .any(|grant| grant.unread.expiration || grant.unread.duration)
    }

    /// Until when the credentials work: as granted, prolonged by renewals. Whoever left the role
    /// may still have them.
    pub fn works_until(&self) -> Option<Moment> {
        // `None` is less than any moment: a switch without a mint lasts at least to its renewal.
        self.expires().max(self.renewed)
    }

    /// Until when the role is held: as long as the credentials work, or until the console left it.
    pub fn granted_until(&self) -> Option<Moment> {
        self.unless_left(self.works_until())
    }

    /// Until when the role may be held. Where the lifetime can't be read, it is as long as the
    /// longest.
    pub(crate) fn may_be_held_until(&self) -> Option<Moment> {
        let longest = self
            .lifetime_unread()
            .then(|| self.key.second.plus_seconds(LONGEST_SESSION));
        self.unless_left(self.works_until().max(longest))
    }

    fn unless_left(&self, until: Option<Moment>) -> Option<Moment> {
        match (until, self.exited) {
            // Leaving a role ends the console's session. The credentials go on working, but nobody
            // has them by way of the console any more.
            (Some(until), Some(exited)) => Some(until.min(exited)),
            (until, exited) => until.or(exited),
        }
    }

    /// When its credentials were last seen used.
    pub fn last_used(&self) -> Option<Moment> {
        self.used.as_ref().map(|used| used.last.0)
    }

    /// The accounts whose copy of the mint was read.
    pub fn heard_from(&self) -> BTreeSet<AccountId> {
        self.halves.iter().map(|half| half.record.account).collect()
    }

    /// The account that the caller belongs to, as far as any half or step says.
    pub fn caller_account(&self) -> Option<AccountId> {
        // A SwitchRole record lies in the role's account, so whose person it was is only in the ARN
        // that it says was switched from.
        if let Some(account) = self.caller().and_then(|caller| caller.account) {
            return Some(account);
        }
        self.steps
            .iter()
            .find_map(|(_, step)| account_of(step.from.as_deref()?))
    }

    /// The address of a person where one is known: the browser's, else the call's.
    pub fn source_ip(&self) -> Option<&'w str> {
        let browser = self
            .steps
            .iter()
            .find_map(|(_, step)| step.source_ip.as_deref());
        browser.or_else(|| {
            self.grants().find_map(|grant| {
                grant
                    .source_ip
                    .as_deref()
                    // The console calls STS for the person. CloudTrail then writes these words in
                    // place of an address, and the browser's is on the SwitchRole record alone.
                    .filter(|ip| *ip != "AWS Internal")
            })
        })
    }

    /// The records of the switch itself: both halves and the console's steps.
    pub(crate) fn records(&self) -> impl Iterator<Item = &'w RecordKey> + '_ {
        self.halves
            .iter()
            .map(|half| half.record)
            .chain(self.steps.iter().map(|(record, _)| *record))
    }

    /// Its records, and first and last use.
    pub fn all_records(&self) -> Vec<RecordKey> {
        let used = self
            .used
            .iter()
            .flat_map(|used| [&used.first.1, &used.last.1]);
        self.records().chain(used).cloned().collect()
    }

    /// Its records, then first and last use.
    pub(crate) fn evidence(&self) -> Vec<RecordKey> {
        let mut events: Vec<RecordKey> = self.records().cloned().collect();
        // Uses prove a switch only where nothing else does. Beside a mint they would make the
        // evidence of an id change with every use.
        if !self.has_mint()
            && let Some(used) = &self.used
        {
            events.extend([used.first.1.clone(), used.last.1.clone()]);
        }
        events.dedup();
        events
    }
}
