//! Statements that allow everybody, or accounts that aren't trusted.

use crate::text;
use crate::text::Text;
use std::collections::{BTreeMap, BTreeSet};

use super::mentions::{Mention, Mentions, accounts_in};
use crate::arn::iam_arn;
use crate::iam::{Condition, PolicyPlace, Principal, Statement, Truth};
use crate::id::AccountId;
use crate::policy::Severity;
use crate::review::outsider::{LetIn, Organization, TrustStatement, Whose};
use crate::review::view::{ElevatedTarget, listed};
use crate::review::{ReviewDraft, SetupView, fix};

/// The account of a principal, and its ARN if it is a user, role or session.
pub(super) fn account_of(principal: &Principal) -> Option<(AccountId, Option<&str>)> {
    let arn = if let Principal::Arn(arn) = principal {
        Some(arn.as_str())
    } else {
        None
    };
    principal.account().map(|account| (account, arn))
}

/// The finding about a statement that allows somebody outside the trusted accounts.
pub(super) fn too_many<'a>(
    view: &'a SetupView<'a>,
    target: &ElevatedTarget<'a>,
    statement: &'a Statement,
) -> Option<ReviewDraft> {
    let principals = statement.principal.as_ref()?;
    let everybody = principals.all_but || principals.named.contains(&Principal::Everyone);
    let trust = TrustStatement {
        view,
        target,
        statement,
        named: None,
    };
    let trusted = RoleTrust {
        view,
        target,
        statement,
    };
    if everybody {
        trusted.everybody(&trust)
    } else {
        trusted.by_name(&trust)
    }
}

/// A statement of an elevated role's trust policy.
pub(super) struct RoleTrust<'v, 'a> {
    pub(super) view: &'a SetupView<'a>,
    pub(super) target: &'v ElevatedTarget<'a>,
    pub(super) statement: &'a Statement,
}

/// Accounts that aren't trusted, with whether a statement allows them.
#[derive(Default)]
struct OutsideAccounts {
    /// Whether accounts with this mention are allowed.
    judged: BTreeMap<Mention, bool>,
    accounts: BTreeSet<AccountId>,
    is_sure: bool,
    open: BTreeSet<Text>,
    without_external_id: bool,
    organization: Option<Organization>,
}

impl OutsideAccounts {
    /// Adds one account. Of accounts that the policy treats alike, only the first is tried.
    fn add(&mut self, trust: &TrustStatement<'_, '_>, account: AccountId, mentions: &Mentions) {
        let mention = mentions.get(account, trust.named);
        let judged = mention
            .as_ref()
            .and_then(|mention| self.judged.get(mention));
        let is_let_in = judged
            .copied()
            .unwrap_or_else(|| self.judge(trust, account));
        if is_let_in {
            self.accounts.insert(account);
        }
        self.judged
            .extend(mention.map(|mention| (mention, is_let_in)));
    }

    fn judge(&mut self, trust: &TrustStatement<'_, '_>, account: AccountId) -> bool {
        let LetIn {
            truth,
            organization,
            ..
        } = trust.lets_in(&Whose::Of(account));
        match truth {
            Truth::No => return false,
            Truth::Yes => self.is_sure = true,
            Truth::Open(reasons) => self.open.extend(reasons),
        }
        self.organization = self.organization.or(Some(organization));
        self.without_external_id |= !trust
            .lets_in_without_external_id(&Whose::Of(account))
            .truth
            .is_no();
        true
    }
}

impl<'a> RoleTrust<'_, 'a> {
    /// `*`, or `NotPrincipal`: tries accounts that no policy names, then those that conditions
    /// name.
    fn everybody(&self, trust: &TrustStatement<'_, 'a>) -> Option<ReviewDraft> {
        let place = self.view.role_in_account(self.target);
        let named = self.named_accounts();
        let known = self
            .view
            .policy
            .accounts
            .keys()
            .copied()
            .chain(named.iter().copied())
            .collect();
        let stranger = trust.lets_in(&Whose::NoneOf(&known));
        if stranger.truth.is_yes() {
            let message = text!(
                "{place} trusts {whom}",
                place,
                whom = self.everybody_shown(&stranger)
            );
            return Some(self.violation(
                self.target.rules.severity,
                message,
                self.fix_of_everybody(trust),
            ));
        }
        let mut outside = OutsideAccounts::default();
        let mentions = Mentions::in_trust_of(self.target);
        for account in named {
            outside.add(trust, account, &mentions);
        }
        if outside.is_sure {
            let (asks, severity) = self.external_id_verdict(&outside);
            let accounts = listed(
                outside
                    .accounts
                    .iter()
                    .map(|id| text!("account {account}", account = id)),
            );
            let which = organization_shown(outside.organization);
            let message = text!(
                "{place} trusts `*`, and the conditions allow {accounts}, outside the accounts in the policy{which}{asks}",
                place,
                accounts,
                which,
                asks
            );
            return Some(self.violation(severity, message, self.fix_of_everybody(trust)));
        }
        let mut open = outside.open;
        open.extend(stranger.truth.reasons().cloned());
        if open.is_empty() {
            return None;
        }
        let depends = listed(open.iter().map(Text::harmless));
        let message = text!(
            "can't tell whether {place}, which trusts `*`, allows someone outside the accounts in the policy: depends on {depends}",
            place,
            depends
        );
        Some(self.unproven(message, open, self.fix_of_everybody(trust)))
    }

    /// Accounts, users, roles and sessions that the statement names.
    fn by_name(&self, trust: &TrustStatement<'_, 'a>) -> Option<ReviewDraft> {
        let mut outside = OutsideAccounts::default();
        let mentions = Mentions::in_trust_of(self.target);
        for principal in self
            .statement
            .principal
            .iter()
            .flat_map(|principals| &principals.named)
        {
            let Some((account, named)) =
                account_of(principal).filter(|(account, _)| !self.view.policy.trusts(*account))
            else {
                continue;
            };
            outside.add(&TrustStatement { named, ..*trust }, account, &mentions);
        }
        if outside.accounts.is_empty() {
            return None;
        }
        let place = self.view.role_in_account(self.target);
        let accounts = listed(
            outside
                .accounts
                .iter()
                .map(|id| text!("account {account}", account = id)),
        );
        let fix = fix::trusting(&self.statement.json, &self.trusted_principals());
        if outside.is_sure {
            let (asks, severity) = self.external_id_verdict(&outside);
            let which = organization_shown(outside.organization);
            return Some(self.violation(
                severity,
                text!(
                    "{place} trusts {accounts}, outside the accounts in the policy{which}{asks}",
                    place,
                    accounts,
                    which,
                    asks
                ),
                fix,
            ));
        }
        let depends = listed(outside.open.iter().map(Text::harmless));
        let message = text!(
            "can't tell whether {place} allows {accounts}, outside the accounts in the policy: depends on {depends}",
            place,
            accounts,
            depends
        );
        Some(self.unproven(message, outside.open, fix))
    }

    pub(super) fn violation(
        &self,
        severity: Severity,
        message: Text,
        fix: Vec<serde_json::Value>,
    ) -> ReviewDraft {
        let draft = ReviewDraft::violation(
            severity,
            self.target.account.id,
            &self.target.role.arn,
            message,
        );
        draft.quoting(&PolicyPlace::Resource, &self.statement.json, fix)
    }

    fn unproven(
        &self,
        message: Text,
        open: BTreeSet<Text>,
        fix: Vec<serde_json::Value>,
    ) -> ReviewDraft {
        let draft = ReviewDraft::unproven(
            self.target.rules.severity,
            self.target.account.id,
            &self.target.role.arn,
            message,
        );
        draft
            .quoting(&PolicyPlace::Resource, &self.statement.json, fix)
            .hanging_on(open)
    }

    /// What the sentence says about an external id, and the resulting severity.
    fn external_id_verdict(&self, outside: &OutsideAccounts) -> (Text, Severity) {
        let severity = self.target.rules.severity;
        if outside.without_external_id {
            (text!(", and requires no external ID"), severity)
        } else {
            (
                text!(
                    " (it requires an external ID; if this is intended, add the account to `accounts`)"
                ),
                severity.min(Severity::Medium),
            )
        }
    }

    fn everybody_shown(&self, stranger: &LetIn) -> Text {
        if self
            .statement
            .principal
            .as_ref()
            .is_some_and(|principals| principals.all_but)
        {
            return text!("everyone except some (NotPrincipal, which AWS doesn't support here)");
        }
        match (stranger.organization, stranger.account) {
            (Organization::None, _) => {
                text!("`*`, and the conditions allow every account that isn't in an organization")
            }
            (Organization::Other(_), _) => {
                text!("`*`, and the conditions allow accounts of other organizations")
            }
            (Organization::Any, Some(account)) if self.asks_for_accounts() => {
                text!(
                    "`*`, and the conditions allow accounts that are not in the policy, such as {account}",
                    account
                )
            }
            (Organization::Any, _) => text!("everyone: `*` means every AWS account"),
        }
    }

    fn asks_for_accounts(&self) -> bool {
        let of_accounts = ["aws:principalaccount", "aws:principalarn"];
        conditions(self.target)
            .any(|condition| of_accounts.contains(&condition.key.to_ascii_lowercase().as_str()))
    }

    /// The statement, limited to the accounts of the role's groups that it allows, and to the other
    /// trusted principals that it names.
    fn fix_of_everybody(&self, trust: &TrustStatement<'_, 'a>) -> Vec<serde_json::Value> {
        let groups: BTreeSet<AccountId> = self
            .target
            .rules
            .groups
            .iter()
            .map(|group| group.account)
            .collect();
        let homes = groups
            .into_iter()
            .filter(|account| self.view.policy.trusts(*account));
        let homes = homes
            .filter(|account| !trust.lets_in(&Whose::Of(*account)).truth.is_no())
            .map(|account| self.account_root_arn(account));
        let all: BTreeSet<String> = homes.chain(self.trusted_principals()).collect();
        fix::trusting(&self.statement.json, &all.into_iter().collect::<Vec<_>>())
    }

    /// AWS principals of the statement that are in trusted accounts.
    fn trusted_principals(&self) -> Vec<String> {
        let principals = self
            .statement
            .principal
            .iter()
            .filter(|principals| !principals.all_but);
        let named = principals
            .flat_map(|principals| &principals.named)
            .filter_map(account_of);
        let known = named.filter(|(account, _)| self.view.policy.trusts(*account));
        known
            .map(|(account, arn)| arn.map_or_else(|| self.account_root_arn(account), str::to_owned))
            .collect()
    }

    fn account_root_arn(&self, account: AccountId) -> String {
        iam_arn(Some(self.target.partition()), account, "root")
    }

    /// Accounts that aren't trusted and that the trust policy names anywhere.
    fn named_accounts(&self) -> BTreeSet<AccountId> {
        let values = conditions(self.target)
            .flat_map(|condition| &condition.values)
            .flat_map(|value| accounts_in(value));
        let statements = self
            .target
            .role
            .trust
            .iter()
            .flat_map(|trust| &trust.statements);
        let principals = statements
            .filter_map(|statement| statement.principal.as_ref())
            .flat_map(|principals| &principals.named);
        let named = principals
            .filter_map(account_of)
            .map(|(account, _)| account);
        values
            .chain(named)
            .filter(|account| !self.view.policy.trusts(*account))
            .collect()
    }
}

fn organization_shown(organization: Option<Organization>) -> Text {
    match organization {
        Some(Organization::None) => text!(", if it isn't in an organization"),
        Some(Organization::Other(_)) => text!(", if it is in another organization"),
        Some(Organization::Any) | None => Text::default(),
    }
}

/// All conditions of a role's trust policy.
fn conditions<'a>(target: &ElevatedTarget<'a>) -> impl Iterator<Item = &'a Condition> {
    target
        .role
        .trust
        .iter()
        .flat_map(|trust| &trust.statements)
        .flat_map(|statement| &statement.conditions)
}
