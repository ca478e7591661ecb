//! Which findings a report shows. Hidden findings still count, and the report says that there are
//! more.

use rolewatch_guard::arn::{account_of, glob_matches};
use rolewatch_guard::id::AccountId;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::untrusted::harmless;
use rolewatch_guard::{CallerShown, Finding};

use crate::alike::{is_slip, likeness};
use crate::args::{FindingFilter, SubjectFilter};
use crate::exit::Failure;
use crate::report::words::{amount, counted, length, number};
use crate::stdout;

/// The filters of a run, with the accounts that they refer to.
#[derive(Debug, Default)]
pub(crate) struct ShownFindings<'a> {
    filter: Option<&'a FindingFilter>,
    subjects: ShownSubjects<'a>,
}

impl<'a> ShownFindings<'a> {
    /// `policy` provides the names of accounts. For the stack's own policy it is `None`, because
    /// that isn't available here.
    ///
    /// # Errors
    /// Returns an error for an account that is neither a name in the policy nor 12 digits: a typo
    /// must not give a report about nothing.
    pub(crate) fn new(filter: &'a FindingFilter, policy: Option<&Policy>) -> Result<Self, Failure> {
        Ok(Self {
            filter: Some(filter),
            subjects: ShownSubjects::new(&filter.subjects, policy)?,
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
            && self.subjects.shows(&finding.caller, &finding.role)
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

    /// The callers and roles that are shown.
    pub(crate) fn subjects(&self) -> &ShownSubjects<'a> {
        &self.subjects
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
        if shown == 0 {
            let callers = findings.iter().map(|finding| &*finding.caller.name);
            let roles = findings.iter().map(|finding| &*finding.role);
            note.push_str(&self.subjects.meant("no finding is about", &callers, &roles));
        }
        Some(note)
    }
}

/// The callers and roles that are shown, with the accounts that the filters refer to.
#[derive(Debug, Default)]
pub(crate) struct ShownSubjects<'a> {
    filter: Option<&'a SubjectFilter>,
    accounts: Vec<AccountId>,
}

impl<'a> ShownSubjects<'a> {
    /// # Errors
    /// Returns an error for an account that is neither a name in the policy nor 12 digits.
    pub(crate) fn new(filter: &'a SubjectFilter, policy: Option<&Policy>) -> Result<Self, Failure> {
        let mut accounts = Vec::new();
        for name in &filter.accounts {
            accounts.push(account(name, policy)?);
        }
        Ok(Self {
            filter: Some(filter),
            accounts,
        })
    }

    /// Whether what a caller did in a role is shown. `role` is the role's ARN.
    pub(crate) fn shows(&self, caller: &CallerShown, role: &str) -> bool {
        let Some(filter) = self.filter else {
            return true;
        };
        (filter.callers.is_empty() || is_caller(&filter.callers, caller))
            && (filter.roles.is_empty() || is_role(&filter.roles, role))
            && (self.accounts.is_empty() || self.is_account(caller, role))
    }

    /// Suggestions for names of callers and roles that nothing has. `nothing`: the beginning of the
    /// sentence, such as `no finding is about`.
    pub(crate) fn meant<'n>(
        &self,
        nothing: &str,
        callers: &(impl Iterator<Item = &'n str> + Clone),
        roles: &(impl Iterator<Item = &'n str> + Clone),
    ) -> String {
        let mut note = String::new();
        let Some(filter) = self.filter else {
            return note;
        };
        for name in &filter.callers {
            note.push_str(&meant_name(nothing, "caller", name, callers.clone()));
        }
        for name in &filter.roles {
            let known = roles.clone().map(role_name);
            note.push_str(&meant_name(nothing, "role", name, known));
        }
        note
    }

    fn is_account(&self, caller: &CallerShown, role: &str) -> bool {
        let caller = caller.account.as_deref();
        let caller = caller.and_then(|account| account.parse().ok());
        let both = [account_of(role), caller];
        both.into_iter()
            .flatten()
            .any(|account| self.accounts.contains(&account))
    }
}

fn is_caller(wanted: &[String], caller: &CallerShown) -> bool {
    let arn = caller.arn.as_deref().unwrap_or_default();
    wanted
        .iter()
        .any(|glob| glob_matches(glob, &caller.name) || glob_matches(glob, arn))
}

fn is_role(wanted: &[String], role: &str) -> bool {
    let name = role_name(role);
    wanted
        .iter()
        .any(|glob| glob_matches(glob, name) || glob_matches(glob, role))
}

/// The name after the path.
fn role_name(arn: &str) -> &str {
    arn.rsplit(['/', ':']).next().unwrap_or(arn)
}

/// A suggestion for a name that nothing has.
fn meant_name<'n>(
    nothing: &str,
    what: &str,
    name: &str,
    known: impl Iterator<Item = &'n str>,
) -> String {
    let near = known
        .map(|known| (likeness(name, known), known))
        .filter(|(likeness, known)| is_slip(*likeness) && *known != name)
        .max_by(|(one, _), (other, _)| one.total_cmp(other));
    let name = harmless(name);
    match near {
        Some((_, near)) => {
            format!("; {nothing} the {what} `{name}`; did you mean `{near}`?")
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
