//! What would most likely settle an unproven finding about a switch.

use super::Verdict;
use super::context::{MissingSource, SettledBy};
use crate::arn::RoleArn;
use crate::dossier::{Origin, Switch};
use crate::id::AccountId;
use crate::policy::Policy;
use crate::rule::Rule;
use crate::untrusted::harmless;

impl SettledBy {
    /// What would settle a rule's answer about a switch. `None` if it isn't unproven.
    pub(crate) fn of_answer(
        rule: &Rule,
        verdict: Verdict,
        switch: &Switch<'_>,
        origin: &Origin,
        policy: &Policy,
    ) -> Option<Self> {
        let logs = |account: AccountId| {
            let name = policy.account_name(account).map(harmless);
            Some(Self {
                what: MissingSource::Logs,
                of: account.to_string(),
                name,
            })
        };
        let source = rule.settled_by.filter(|_| verdict == Verdict::Unproven)?;
        let owner = || switch.role.as_ref().map(RoleArn::account);
        if !switch.has_mint() {
            return logs(switch.caller_account().or_else(owner)?);
        }
        // The call that issued the caller's own session belongs in the caller's account.
        if switch.caller_half().is_none() || (origin.broken.is_some() && origin.center.is_none()) {
            return logs(switch.caller_account().or_else(owner)?);
        }
        if source == MissingSource::Roster {
            return Self::roster(origin, policy);
        }
        let center = policy
            .identity_center
            .as_ref()
            .filter(|_| origin.center.is_some());
        match center {
            Some(center) => logs(center.account),
            None => logs(origin.account?),
        }
    }

    fn roster(origin: &Origin, policy: &Policy) -> Option<Self> {
        if origin.center.is_some() {
            let store = &policy.identity_center.as_ref()?.identity_store;
            return Some(Self {
                what: MissingSource::Roster,
                of: harmless(store),
                name: None,
            });
        }
        let account = origin.account?;
        Some(Self {
            what: MissingSource::Roster,
            of: account.to_string(),
            name: policy.account_name(account).map(harmless),
        })
    }
}
