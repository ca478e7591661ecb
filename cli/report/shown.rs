//! Which findings a report shows. Hidden findings still count, and the report says that there are
//! more.

use rolewatch_guard::Finding;
use rolewatch_guard::arn::{account_of, glob_matches};
use rolewatch_guard::id::AccountId;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::untrusted::harmless;

use crate::alike::{is_slip, likeness};
use crate::args::FindingFilter;
use crate::exit::Failure;
use crate::report::words::{amount, counted, length, number};
use crate::stdout;

/// The filters of a run, with the accounts that they refer to.
#[derive(Debug, Default)]
pub(crate) struct ShownFindings<'a> {
    filter: Option<&'a FindingFilter>,
    accounts: Vec<AccountId>,
}

impl<'a> ShownFindings<'a> {
    /// `policy` provides the names of accounts. For the stack's own policy it is `None`, because
    /// that isn't available here.
    ///
    /// # Errors
    /// Returns an error for an account that is neither a name in the policy nor 12 digits: a typo
    /// must not give a report about nothing.
    pub(crate) fn new(filter: &'a FindingFilter, policy: Option<&Policy>) -> Result<Self, Failure> {
        let mut accounts = Vec::new();
        for name in &filter.accounts {
            accounts.push(account(name, policy)?);
        }
        Ok(Self {
            filter: Some(filter),
            accounts,
        })
    }

    /// Whether a finding is shown.
    pub(crate) fn shows(&self, finding: &Finding) -> bool {
        let Some(filter) = self.filter else {
            return true;
        };
        let rule = filter.rules.iter().any(|rule| rule.code == finding.rule);
        filter
            .min_severity
            .is_none_or(|least| finding.severity >= least)
            && filter
                .verdict
                .is_none_or(|verdict| finding.verdict == verdict)
            && (filter.rules.is_empty() || rule)
            && (filter.callers.is_empty() || is_caller(&filter.callers, finding))
            && (filter.roles.is_empty() || is_role(&filter.roles, finding))
            && (self.accounts.is_empty() || self.is_account(finding))
    }

    /// The findings that are shown.
    pub(crate) fn select<'f>(&self, findings: &'f [Finding]) -> Vec<&'f Finding> {
        let mut shown = Vec::new();
        for finding in findings {
            if self.shows(finding) {
                shown.push(finding);
            }
        }
        shown
    }

    /// Says on stderr that the filters hide something.
    pub(crate) fn report_hidden(&self, findings: &[Finding]) {
        if let Some(note) = self.hidden_note(findings) {
            stdout::line_on_stderr(&format!("rolewatch: {note}"));
        }
    }

    /// A note about hidden findings. `None` if everything is shown.
    fn hidden_note(&self, findings: &[Finding]) -> Option<String> {
        let shown = self.select(findings).len();
        if shown == findings.len() {
            return None;
        }
        let all = counted(length(findings), "finding", "findings");
        let mut note = format!("the filters show {} of {all}", number(amount(shown)));
        if shown == 0
            && let Some(filter) = self.filter
        {
            for name in &filter.callers {
                let known = findings.iter().map(|finding| &*finding.caller.name);
                note.push_str(&meant_name("caller", name, known));
            }
            for name in &filter.roles {
                let known = findings.iter().map(|finding| role_name(&finding.role));
                note.push_str(&meant_name("role", name, known));
            }
        }
        Some(note)
    }

    fn is_account(&self, finding: &Finding) -> bool {
        let caller = finding.caller.account.as_deref();
        let caller = caller.and_then(|account| account.parse().ok());
        let both = [account_of(&finding.role), caller];
        both.into_iter()
            .flatten()
            .any(|account| self.accounts.contains(&account))
    }
}

fn is_caller(wanted: &[String], finding: &Finding) -> bool {
    let arn = finding.caller.arn.as_deref().unwrap_or_default();
    wanted
        .iter()
        .any(|glob| glob_matches(glob, &finding.caller.name) || glob_matches(glob, arn))
}

fn is_role(wanted: &[String], finding: &Finding) -> bool {
    let name = role_name(&finding.role);
    wanted
        .iter()
        .any(|glob| glob_matches(glob, name) || glob_matches(glob, &finding.role))
}

/// The name after the path.
fn role_name(arn: &str) -> &str {
    arn.rsplit(['/', ':']).next().unwrap_or(arn)
}

/// A suggestion for a name that no finding has.
fn meant_name<'n>(what: &str, name: &str, known: impl Iterator<Item = &'n str>) -> String {
    let near = known
        .map(|known| (likeness(name, known), known))
        .filter(|(likeness, known)| is_slip(*likeness) && *known != name)
        .max_by(|(one, _), (other, _)| one.total_cmp(other));
    let name = harmless(name);
    match near {
        Some((_, near)) => {
            format!("; no finding is about the {what} `{name}`; did you mean `{near}`?")
        }
        None => format!("; check that the {what} `{name}` is spelled right"),
    }
}

fn account(name: &str, policy: Option<&Policy>) -> Result<AccountId, Failure> {
    if let Ok(account) = name.parse() {
        return Ok(account);
    }
    let known: Vec<(AccountId, &str)> = policy
        .into_iter()
        .flat_map(|policy| &policy.accounts)
        .map(|(account, name)| (*account, name.as_str()))
        .collect();
    if let Some((account, _)) = known.iter().find(|(_, known)| *known == name) {
        return Ok(*account);
    }
    let names: Vec<_> = known.iter().map(|(_, name)| format!("`{name}`")).collect();
    let which = if names.is_empty() {
        "give its 12 digits".to_owned()
    } else {
        format!("the policy names {}", names.join(", "))
    };
    Err(Failure::Usage(format!(
        "--account: `{}` isn't an account; {which}",
        harmless(name)
    )))
}
