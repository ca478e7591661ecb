//! `Principal` and `NotPrincipal` of a trust policy or another resource policy.

use crate::text;
use serde_json::Value;

use super::caller::{Requester, RequesterKind};
use super::text::{DocumentError, one_or_more_texts};
use super::truth::Truth;
use crate::arn::{ArnParts, account_of};
use crate::id::AccountId;

/// One principal that a policy names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    /// `*`
    Everyone,
    /// An account, by its number or the ARN of its root: everybody whom the account itself allows.
    Account(AccountId),
    /// A user, a role, or a role session, by its ARN.
    Arn(String),
    /// What IAM shows for a deleted user or role: `AIDA…`, `AROA…`. The id is never reused.
    Id(String),
    /// A SAML or web identity provider; `*` means any.
    Federated(String),
    /// An AWS service; `*` means any.
    Service(String),
    /// An S3 owner's id.
    CanonicalUser(String),
}

/// The way in which a policy names a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grip {
    /// By the caller's account. The account itself must allow the caller too.
    Account,
    /// By `*`.
    Everyone,
    /// By the caller's own ARN, or by the provider or service.
    Direct,
    /// By the ARN of the role session.
    Session,
}

/// `Principal`, or `NotPrincipal`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principals {
    /// `NotPrincipal`: everybody except these.
    pub all_but: bool,
    /// The principals that are named.
    pub named: Vec<Principal>,
}

impl Principals {
    pub(super) fn read(value: &Value, all_but: bool) -> Result<Self, DocumentError> {
        let wrong = || {
            DocumentError::new(format!(
                "`{}` must be `*` or an object of principals",
                if all_but { "NotPrincipal" } else { "Principal" }
            ))
        };
        let mut named = Vec::new();
        match value {
            Value::String(text) if text == "*" => named.push(Principal::Everyone),
            Value::Object(kinds) => {
                for (kind, names) in kinds {
                    for name in one_or_more_texts(names).ok_or_else(wrong)? {
                        named.push(match &**kind {
                            "AWS" => parse_aws_principal(name),
                            "Federated" => Principal::Federated(name),
                            "Service" => Principal::Service(name),
                            "CanonicalUser" => Principal::CanonicalUser(name),
                            other => {
                                return Err(DocumentError::new(format!(
                                    "`{other}` is not a type of principal"
                                )));
                            }
                        });
                    }
                }
            }
            _ => return Err(wrong()),
        }
        Ok(Self { all_but, named })
    }

    /// How the caller is named; the strongest grip if there are several. With `NotPrincipal`,
    /// everybody else is named as by `*`.
    pub(super) fn grip(&self, caller: &Requester, denies: bool) -> (Truth, Option<Grip>) {
        let grip = self
            .named
            .iter()
            .filter_map(|principal| principal.grip(caller))
            .max();
        if !self.all_but {
            return (grip.is_some().into(), grip);
        }
        // To be excepted from a denial, the caller and the account must be named, and for a session
        // also the role. A boundary undoes the exception.
        let excepted = match grip {
            None => Truth::No,
            Some(_) if denies && caller.has_boundary => Truth::No,
            // `NotPrincipal: *` excepts everybody, so the statement applies to nobody.
            Some(Grip::Everyone) => Truth::Yes,
            Some(_) if !denies || self.names_in_whole(caller) => Truth::Yes,
            Some(_) => Truth::open(text!(
                "a NotPrincipal that doesn't name all of account, role and caller"
            )),
        };
        (excepted.not(), Some(Grip::Everyone))
    }
}

impl Principals {
    /// Whether everything that can name the caller is named: AWS may check the account first, then
    /// the role, then the session.
    fn names_in_whole(&self, caller: &Requester) -> bool {
        let names = |arn: &str| {
            self.named
                .iter()
                .any(|named| matches!(named, Principal::Arn(name) if name == arn))
        };
        let account = self.named.contains(&Principal::Account(caller.account));
        match &caller.kind {
            RequesterKind::User => {
                account
                    && self
                        .named
                        .iter()
                        .any(|named| named.grip(caller) == Some(Grip::Direct))
            }
            RequesterKind::Session { role } => account && names(role) && names(&caller.arn),
            RequesterKind::Somebody => false,
            RequesterKind::Federated | RequesterKind::Service => true,
        }
    }
}

/// `"AWS": "…"`
fn parse_aws_principal(name: String) -> Principal {
    if name == "*" {
        return Principal::Everyone;
    }
    let is_of_account = |parts: &ArnParts<'_>| {
        parts.prefix == "arn"
            && parts.service == "iam"
            && parts.region.is_empty()
            && parts.resource == "root"
    };
    // An account is named by its id or by the ARN of its root; both mean the whole account.
    let account = ArnParts::split(&name)
        .filter(is_of_account)
        .map_or(name.as_str(), |parts| parts.account);
    match account.parse().ok() {
        Some(account) => Principal::Account(account),
        None if name.starts_with("arn:") => Principal::Arn(name),
        None => Principal::Id(name),
    }
}

impl Principal {
    /// The account, if it names an account or a user or role in one.
    pub fn account(&self) -> Option<AccountId> {
        match self {
            Self::Account(account) => Some(*account),
            Self::Arn(arn) => account_of(arn),
            _ => None,
        }
    }

    /// How it names the caller; `None`: it doesn't.
    pub fn grip(&self, caller: &Requester) -> Option<Grip> {
        match (self, &caller.kind) {
            (Self::Everyone, _) => Some(Grip::Everyone),
            (
                Self::Account(account),
                RequesterKind::User | RequesterKind::Somebody | RequesterKind::Session { .. },
            ) => (*account == caller.account).then_some(Grip::Account),
            (Self::Arn(arn), RequesterKind::User) => (*arn == caller.arn).then_some(Grip::Direct),
            (Self::Arn(arn), RequesterKind::Session { role }) => {
                if *arn == caller.arn {
                    Some(Grip::Session)
                } else {
                    (arn == role).then_some(Grip::Direct)
                }
            }
            (Self::Id(id), RequesterKind::User | RequesterKind::Session { .. }) => {
                (caller.id.as_deref() == Some(id)).then_some(Grip::Direct)
            }
            (Self::Federated(provider), RequesterKind::Federated)
            | (Self::Service(provider), RequesterKind::Service) => {
                (provider == "*" || *provider == caller.arn).then_some(Grip::Direct)
            }
            _ => None,
        }
    }
}
