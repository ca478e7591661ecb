//! The policy's requirements for an elevated role, or for all roles that a pattern matches.

use std::fmt;

use super::{
    AllowOrDeny, AllowedIdentity, IdentityKind, Mfa, MfaByKind, Severity, StoreGroup,
    permission_set,
};
use crate::arn::{ArnParts, RoleArn, account_of, glob_matches};
use crate::id::AccountId;
use crate::moment::Span;
use crate::text;
use crate::text::Text;
use crate::untrusted::harmless_up_to;

/// One entry of `roles`, or one ARN of an entry that lists several. A limit that is `None` isn't
/// checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RolePolicy {
    /// The roles that it applies to.
    pub arn: RolePattern,
    /// Groups whose members may enter. Only empty when `identities` lacks
    /// [`IdentityKind::IamUser`].
    pub groups: Vec<GroupRef>,
    /// Groups of the identity store whose members may enter through Identity Center.
    pub store_groups: Vec<StoreGroup>,
    /// Whether each identity type must use MFA.
    pub mfa: MfaByKind,
    /// The longest lifetime of one set of credentials, as granted.
    pub max_session: Option<Span>,
    /// The longest continuous use by one person.
    pub max_stretch: Option<Span>,
    /// The most use by one person in any 24 hours.
    pub max_per_day: Option<Span>,
    /// How long a user must have been a member before the switch.
    pub min_membership: Option<Span>,
    /// How old the MFA device must be at the switch.
    pub min_mfa_age: Option<Span>,
    /// Whether the role may be entered by API from a session of another role.
    pub chaining: AllowOrDeny,
    /// The identities that may be the origin. Never empty, without duplicates.
    pub identities: Vec<AllowedIdentity>,
    /// The severity of findings about the role.
    pub severity: Severity,
    /// The team or address that findings about the role are for. Safe to print.
    pub owner: Option<String>,
    /// The line in the policy file that selects these roles, counted from 1: the line of the ARN in
    /// a list of ARNs, else the line where the entry begins.
    pub line: usize,
    /// The line of `groups` in `defaults` if the groups come from there, else the line where the
    /// entry begins.
    pub groups_line: usize,
}

impl RolePolicy {
    /// Whether all identities of this type, or some of them, may be the origin.
    pub fn allows(&self, kind: IdentityKind) -> bool {
        self.allowed(kind).next().is_some()
    }

    /// The entries of `identities` of this type.
    pub fn allowed(&self, kind: IdentityKind) -> impl Iterator<Item = &AllowedIdentity> {
        self.identities.iter().filter(move |one| one.kind() == kind)
    }

    /// Whether an identity of this kind must be in a group. Kinds without groups of their own must
    /// be if any group is named.
    pub fn asks_group(&self, kind: IdentityKind) -> bool {
        match kind {
            IdentityKind::IamUser => !self.groups.is_empty(),
            IdentityKind::IdentityCenter => !self.store_groups.is_empty(),
            IdentityKind::Saml | IdentityKind::WebIdentity | IdentityKind::Service => {
                !self.groups.is_empty() || !self.store_groups.is_empty()
            }
        }
    }

    /// Whether MFA may be required of a caller whose identity type isn't known.
    pub(crate) fn may_require_mfa(&self) -> bool {
        let mut listed = self.identities.iter();
        listed.any(|one| self.mfa.requires(one.kind()))
    }

    /// An entry that applies to every role and requires nothing.
    pub(super) fn of_any_role() -> Self {
        Self {
            arn: RolePattern::new("*".to_owned(), None, Vec::new()),
            groups: Vec::new(),
            store_groups: Vec::new(),
            mfa: MfaByKind::same_for_all(Mfa::Optional),
            max_session: None,
            max_stretch: None,
            max_per_day: None,
            min_membership: None,
            min_mfa_age: None,
            chaining: AllowOrDeny::Allow,
            identities: IdentityKind::ALL.map(AllowedIdentity::All).to_vec(),
            severity: Severity::Low,
            owner: None,
            line: 0,
            groups_line: 0,
        }
    }
}

const WILD: [char; 2] = ['*', '?'];

/// An IAM glob for role ARNs (`*` and `?`, `*` crosses `/`), such as `arn:aws:iam::*:role/admin/*`,
/// or the name of a permission set, for any account or only for some.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RolePattern {
    text: String,
    /// The permission set whose roles it matches. Then `text` is a glob that also matches the roles
    /// of some other permission sets.
    permission_set: Option<Box<str>>,
    account: Option<AccountId>,
    /// The only accounts whose roles it matches, in order. Empty: it matches in every account.
    accounts: Vec<AccountId>,
    /// The number of bytes before the first wildcard, and after the last one.
    head: usize,
    tail: usize,
}

impl RolePattern {
    /// `account` is the one that the text spells out. For `accounts` see the field.
    ///
    /// INVARIANT (pattern): only the reader of the file builds a pattern, after it checked the
    /// text.
    pub(super) fn new(
        text: String,
        account: Option<AccountId>,
        mut accounts: Vec<AccountId>,
    ) -> Self {
        let (head, tail) = (
            text.find(WILD).unwrap_or(text.len()),
            text.rfind(WILD).map_or(0, |at| text.len() - at - 1),
        );
        accounts.sort();
        Self {
            account: account.or(match accounts[..] {
                [only] => Some(only),
                _ => None,
            }),
            accounts,
            text,
            permission_set: None,
            head,
            tail,
        }
    }

    /// The roles that Identity Center creates for a permission set. For `accounts` see the field.
    pub(super) fn of_permission_set(set: &str, accounts: Vec<AccountId>) -> Self {
        Self {
            permission_set: Some(Box::from(set)),
            ..Self::new(permission_set::glob(set), None, accounts)
        }
    }

    /// The text in the policy file; for a permission set, a glob that matches all its roles and
    /// some others, which [`matches`](Self::matches) tells apart.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The name of the permission set, if the policy names one instead of an ARN.
    pub fn permission_set(&self) -> Option<&str> {
        self.permission_set.as_deref()
    }

    /// What the policy file names, for messages: the ARN, or "permission set" and the name, with
    /// backticks. Safe to print, and clipped to 200 characters.
    pub fn quoted(&self) -> Text {
        self.quoted_up_to(200)
    }

    pub(crate) fn quoted_up_to(&self, most: usize) -> Text {
        match self.permission_set() {
            Some(set) => text!("permission set `{set}`", set = harmless_up_to(set, most)),
            None => Text::data(format!("`{}`", harmless_up_to(&self.text, most))),
        }
    }

    /// The account of the roles, if there is only one.
    pub fn account(&self) -> Option<AccountId> {
        self.account
    }

    /// Whether the pattern can match roles of an account.
    pub(crate) fn may_be_in(&self, account: AccountId) -> bool {
        self.is_listed(account)
            && ArnParts::split(&self.text)
                .is_some_and(|parts| glob_matches(parts.account, &account.to_string()))
    }

    pub(super) fn is_listed(&self, account: AccountId) -> bool {
        self.accounts.is_empty() || self.accounts.binary_search(&account).is_ok()
    }

    /// Globs that match the same roles in any account: one for each listed account, else the
    /// pattern as written.
    pub(super) fn in_each_account(&self) -> Vec<String> {
        if self.accounts.is_empty() {
            return vec![self.text.clone()];
        }
        self.accounts
            .iter()
            .filter(|account| self.may_be_in(**account))
            .map(|account| self.in_account(*account))
            .collect()
    }

    /// The pattern, limited to the roles of one account.
    pub(crate) fn in_account(&self, account: AccountId) -> String {
        ArnParts::split(&self.text).map_or_else(
            || self.text.clone(),
            |parts| {
                let ArnParts {
                    prefix,
                    partition,
                    service,
                    region,
                    resource,
                    ..
                } = parts;
                format!("{prefix}:{partition}:{service}:{region}:{account}:{resource}")
            },
        )
    }

    /// Whether the pattern can match more than one ARN.
    pub fn has_wildcards(&self) -> bool {
        self.text.contains(WILD)
    }

    /// Whether a role's ARN (with its path) matches.
    pub fn matches(&self, arn: &RoleArn) -> bool {
        self.matches_text(arn.as_str())
    }

    /// Whether a role whose path isn't known may be one of the permission set's.
    pub(crate) fn matches_without_path(&self, role: &RoleArn) -> bool {
        self.permission_set.is_some()
            && !role.has_path()
            && self.permission_set() == permission_set::of_role_name(role.name())
            && self.is_listed(role.account())
    }

    /// Whether an ARN in text form matches.
    pub fn matches_text(&self, arn: &str) -> bool {
        if self.permission_set.is_some() {
            return self.permission_set() == permission_set::of_role(arn) && self.is_listed_in(arn);
        }
        // Most roles already differ at one end, and a trail has many more roles than a policy.
        let (glob, text) = (self.text.as_bytes(), arn.as_bytes());
        let same_ends = glob.get(..self.head) == text.get(..self.head)
            && last_bytes(glob, self.tail) == last_bytes(text, self.tail);
        same_ends && glob_matches(&self.text, arn) && self.is_listed_in(arn)
    }

    fn is_listed_in(&self, arn: &str) -> bool {
        self.accounts.is_empty() || account_of(arn).is_some_and(|account| self.is_listed(account))
    }

    /// Whether this pattern matches everything that `other` matches. `false` may also mean that
    /// this can't be decided.
    pub fn covers(&self, other: &Self) -> bool {
        let text = match (self.permission_set(), other.permission_set()) {
            (Some(ours), Some(theirs)) => ours == theirs,
            // Some roles that another glob matches may be another set's.
            (Some(_), None) => !other.has_wildcards() && self.matches_text(&other.text),
            (None, _) => self.covers_text_of(other),
        };
        text && self.covers_accounts_of(other)
    }

    fn covers_text_of(&self, other: &Self) -> bool {
        // `other` is matched as plain text: a `*` here takes the other's wildcards like any other
        // character, and so takes whatever they expand to. A `?` here takes exactly one character,
        // but a `*` in `other` may expand to none or several.
        self.text == other.text
            || (!(self.text.contains('?') && other.text.contains('*'))
                && glob_matches(&self.text, &other.text))
    }

    fn covers_accounts_of(&self, other: &Self) -> bool {
        let own = other.account.as_slice();
        let theirs = if other.accounts.is_empty() {
            own
        } else {
            &other.accounts
        };
        // Without a list, the other pattern matches in every account.
        self.accounts.is_empty()
            || (!theirs.is_empty() && theirs.iter().all(|account| self.is_listed(*account)))
    }
}

fn last_bytes(bytes: &[u8], count: usize) -> Option<&[u8]> {
    bytes.get(bytes.len().checked_sub(count)?..)
}

/// The ARN, or `permission set` and the name.
impl fmt::Display for RolePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.permission_set() {
            Some(set) => write!(f, "permission set {set}"),
            None => f.write_str(&self.text),
        }
    }
}

impl fmt::Debug for RolePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A group as the policy names it: `development/Developers`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupRef {
    /// The group's account; always one of the policy's.
    pub account: AccountId,
    /// The group's name or id.
    pub group: GroupName,
    /// The whole reference as written, for messages.
    pub written: String,
}

/// What identifies a group within its account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GroupName {
    /// Its name, which a later group may reuse.
    ByName(String),
    /// Its id (`AGPA…`), which is never reused.
    ById(String),
}

impl GroupName {
    /// The name or the id.
    pub fn as_str(&self) -> &str {
        match self {
            Self::ByName(text) | Self::ById(text) => text,
        }
    }
}

#[cfg(test)]
mod tests;
