//! The caller of a switch, as the files show them.

use super::files::{DetailFiles, FileTime};
use crate::iam::{IamDocument, Requester, RequesterKind};
use crate::id::AccountId;
use crate::moment::Moment;
use crate::review::account::Account;
use crate::review::attempt::Entrant;
use crate::seen;
use crate::text;
use crate::text::Text;

/// The caller of a switch, as the files show them.
pub(super) struct KnownCaller<'a> {
    pub(super) entrant: Entrant<'a>,
    /// The file with the caller's own policies.
    pub(super) file: Option<FileTime>,
    /// Why the caller's own policies aren't shown, if the caller must have some.
    pub(super) unseen: Option<Text>,
}

impl<'a> KnownCaller<'a> {
    /// `anything`: a policy that allows everything, for callers whose policies aren't in the files.
    pub(super) fn from_event(
        caller: &seen::Caller,
        owner: AccountId,
        files: &'a DetailFiles,
        at: Moment,
        anything: &'a IamDocument,
    ) -> Option<Self> {
        match &caller.kind {
            seen::CallerKind::Service => {
                let kind = RequesterKind::Service;
                return Some(Self::without_policies(caller, owner, kind, anything));
            }
            seen::CallerKind::Saml | seen::CallerKind::WebIdentity => {
                let kind = RequesterKind::Federated;
                return Some(Self::without_policies(caller, owner, kind, anything));
            }
            seen::CallerKind::IamUser
            | seen::CallerKind::AssumedRole
            | seen::CallerKind::OtherAccount => {}
            _ => return None,
        }
        let account = caller.account?;
        let Some((file, taken)) = files.account_at(account, at) else {
            let unseen = text!("there is no roster of account {account}", account);
            return Self::not_in_files(caller, account, unseen, anything);
        };
        let principal = caller.principal_id.as_deref().unwrap_or_default();
        Self::in_file(file, taken, principal).or_else(|| {
            let unseen = text!(
                "the roster of account {account} doesn't list the caller",
                account
            );
            Self::not_in_files(caller, account, unseen, anything)
        })
    }

    /// A service, or somebody from an identity provider: only the trust policy decides.
    fn without_policies(
        caller: &seen::Caller,
        owner: AccountId,
        kind: RequesterKind,
        anything: &'a IamDocument,
    ) -> Self {
        let caller = Requester {
            account: owner,
            arn: caller.provider.as_deref().unwrap_or_default().to_owned(),
            id: None,
            kind,
            has_boundary: false,
        };
        Self {
            entrant: Entrant::outsider(caller, None, anything),
            file: None,
            unseen: None,
        }
    }

    fn in_file(file: &'a Account, taken: Option<Moment>, principal: &str) -> Option<Self> {
        let user = file.users.values().find(|user| user.id == principal);
        let entrant = if let Some(user) = user {
            Entrant::user(file, user)
        } else {
            let (id, session) = principal.split_once(':')?;
            let role = file.roles.values().find(|role| role.id == id)?;
            Entrant::session(file, role, session)
        };
        Some(Self {
            entrant,
            file: Some(FileTime {
                account: file.id,
                taken,
            }),
            unseen: None,
        })
    }

    /// The caller's own account must have allowed the switch, or it wouldn't have happened.
    fn not_in_files(
        caller: &seen::Caller,
        account: AccountId,
        unseen: Text,
        anything: &'a IamDocument,
    ) -> Option<Self> {
        let principal = caller.principal_id.as_deref().unwrap_or_default();
        let asking = match (caller.role_session(), &caller.arn) {
            (Some(session), _) => {
                let context = caller.session.as_ref();
                let role = context.and_then(|context| context.issuer_arn.as_deref())?;
                Requester::session(account, role, session.split_once(':')?.1)
            }
            (None, Some(arn)) => Requester::user(account, arn),
            (None, None) => Requester::somebody(account),
        };
        let asking = Requester {
            id: Some(principal.split(':').next().unwrap_or_default().to_owned()),
            ..asking
        };
        let user = caller
            .arn
            .as_deref()
            .filter(|_| caller.role_session().is_none());
        Some(Self {
            entrant: Entrant::outsider(asking, user, anything),
            file: None,
            unseen: Some(unseen),
        })
    }
}
