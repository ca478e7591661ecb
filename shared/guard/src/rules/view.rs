//! One switch as the rules see it.

use super::admission::Admission;
use crate::dossier::{Origin, OriginKind, Person, Switch};
use crate::finding::Verdict;
use crate::id::{AccountId, RecordKey};
use crate::moment::Moment;
use crate::policy::{
    IdentityKind, Policy, RolePolicy, Severity, StoreGroupName, account_shown, role_in_account,
};
use crate::roster::Membership;
use crate::seen::StoreUser;
use crate::text;
use crate::text::Text;

/// A rule's answer about one switch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RuleAnswer {
    /// The verdict.
    pub(crate) verdict: Verdict,
    /// The reason. For violations and unproven answers, it's one complete sentence.
    pub(crate) because: Text,
    /// Records that prove it, in addition to those of the switch itself.
    pub(crate) events: Vec<RecordKey>,
    /// The severity, if it isn't the role's own.
    pub(crate) severity: Option<Severity>,
    /// Whether the person gave themselves the membership that allowed the switch.
    pub(crate) self_granted: bool,
}

impl RuleAnswer {
    fn new(verdict: Verdict, because: impl Into<Text>) -> Self {
        Self {
            verdict,
            because: because.into(),
            events: Vec::new(),
            severity: None,
            self_granted: false,
        }
    }

    pub(crate) fn allow(because: impl Into<Text>) -> Self {
        Self::new(Verdict::Allow, because)
    }

    pub(crate) fn violation(because: impl Into<Text>) -> Self {
        Self::new(Verdict::Violation, because)
    }

    pub(crate) fn unproven(because: impl Into<Text>) -> Self {
        Self::new(Verdict::Unproven, because)
    }

    pub(crate) fn not_applicable(because: impl Into<Text>) -> Self {
        Self::new(Verdict::NotApplicable, because)
    }

    pub(crate) fn with_events(mut self, events: impl IntoIterator<Item = RecordKey>) -> Self {
        self.events.extend(events);
        self
    }

    pub(crate) fn with_severity(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }
}

/// A switch, with everything needed to judge it.
pub(crate) struct SwitchView<'a, 'w> {
    pub(crate) switch: &'a Switch<'w>,
    pub(crate) origin: &'a Origin,
    pub(crate) role: &'a RolePolicy,
    pub(crate) policy: &'a Policy,
    pub(crate) tracer: &'a crate::dossier::Tracer<'a, 'w>,
    /// The time that counts as "now", for the rule that waits for a session to end.
    pub(crate) as_of: Option<Moment>,
}

impl SwitchView<'_, '_> {
    /// The second of the switch.
    pub(crate) fn time(&self) -> Moment {
        self.switch.key.second
    }

    /// The person's name for sentences.
    pub(crate) fn person_shown(&self) -> Text {
        self.origin.name.harmless()
    }

    /// `UpdateApp in production`.
    pub(crate) fn role_in_account(&self) -> Text {
        self.switch.role.as_ref().map_or_else(
            || text!("an unknown role"),
            |role| role_in_account(role, self.policy),
        )
    }

    /// An account's name for sentences.
    pub(crate) fn account(&self, account: AccountId) -> Text {
        account_shown(account, self.policy)
    }

    /// Most rules don't apply to a switch whose mint wasn't read (RW006 reports that once), or to
    /// one whose identity the role doesn't allow (RW012 reports that).
    pub(crate) fn silenced(&self) -> Option<RuleAnswer> {
        if self.origin.mint_missing {
            return Some(RuleAnswer::not_applicable(text!(
                "the logs don't contain the call that issued this session; RW006 reports that"
            )));
        }
        (self.admission() == Some(Admission::Refused)).then(|| {
            RuleAnswer::not_applicable(text!(
                "the policy doesn't allow this identity; RW012 reports that"
            ))
        })
    }

    /// For rules about what only IAM users, and people of Identity Center where the policy says
    /// where that is, can be checked for.
    pub(crate) fn silenced_unless_known(&self) -> Option<RuleAnswer> {
        let known_center = self.policy.identity_center.is_some();
        self.silenced().or(match self.origin.kind {
            OriginKind::Listed(IdentityKind::IamUser) | OriginKind::Unknown => None,
            OriginKind::Listed(IdentityKind::IdentityCenter) if known_center => None,
            _ => Some(RuleAnswer::not_applicable(text!(
                "rolewatch can't check this for the caller's type of identity"
            ))),
        })
    }

    /// Whether the person is one of Identity Center, and the policy says where that is.
    pub(crate) fn is_of_center(&self) -> bool {
        self.policy.identity_center.is_some()
            && self.origin.kind == OriginKind::Listed(IdentityKind::IdentityCenter)
    }

    /// The records that show who made the switch: the calls that led to it, then those of Identity
    /// Center.
    pub(crate) fn evidence_of_person(&self) -> Vec<RecordKey> {
        let center = self.origin.center.iter();
        let portal = center.flat_map(|evidence| &evidence.portal);
        self.origin.links.iter().chain(portal).cloned().collect()
    }

    /// The immediate caller's account, if it isn't one of the trusted accounts. The person further
    /// back in the chain is judged nevertheless.
    pub(crate) fn outside_trust(&self) -> Option<AccountId> {
        self.switch
            .caller_account()
            .filter(|account| !self.policy.trusts(*account))
    }

    /// The groups whose members may enter, of those that people of this kind can be in.
    pub(crate) fn allowed_groups(&self) -> Vec<&str> {
        if self.is_of_center() {
            let groups = self.role.store_groups.iter();
            return groups.map(|group| group.written.as_str()).collect();
        }
        let groups = self.role.groups.iter();
        groups.map(|group| group.written.as_str()).collect()
    }

    /// The person's membership at the second of the switch, for each group that may allow it; with
    /// the group as the policy writes it.
    pub(crate) fn memberships(&self) -> Vec<(&str, Membership)> {
        self.memberships_at(self.time())
    }

    /// The same at another moment.
    pub(crate) fn memberships_at(&self, at: Moment) -> Vec<(&str, Membership)> {
        match &self.origin.person {
            Person::User(account, user) => self.in_account(*account, user, at),
            Person::StoreUser(user) => self.in_store(user, at),
            _ => Vec::new(),
        }
    }

    fn in_account(&self, account: AccountId, user: &str, at: Moment) -> Vec<(&str, Membership)> {
        let roster = self.tracer.roster;
        let own = self
            .role
            .groups
            .iter()
            .filter(|group| group.account == account);
        own.map(|group| {
            let membership = match roster.group(group) {
                Some(id) => roster.membership(account, user, &id, at),
                None if !roster.has_roster(account) => Membership::Unproven {
                    missing: text!("there is no roster of account {account}, and the logs don't name group {group}", account, group = group.written),
                },
                None => Membership::Unproven {
                    missing: text!("group {group} from the policy doesn't appear in any roster of account {account} or in the logs", group = group.written, account),
                },
            };
            (group.written.as_str(), membership)
        })
        .collect()
    }

    fn in_store(&self, user: &StoreUser, at: Moment) -> Vec<(&str, Membership)> {
        let Some(center) = &self.tracer.gathered.center else {
            return Vec::new();
        };
        let groups = self.role.store_groups.iter();
        groups
            .map(|group| {
                let membership = if !center.is_ours(user) {
                    Membership::NotMember {
                        evidence: Vec::new(),
                    }
                } else if group.group == StoreGroupName::Everybody {
                    center.directory.is_in_directory(&user.user, at)
                } else if let Some(id) = center.directory.group(&group.group) {
                    center.directory.membership(&user.user, &id, at)
                } else {
                    Membership::Unproven {
                        missing: text!("group {group} from the policy doesn't appear in any roster of Identity Center or in the logs", group = group.written),
                    }
                };
                (group.written.as_str(), membership)
            })
            .collect()
    }
}
