//! A finding of a review: the contract for what the CLI prints.

use crate::text;
use crate::text::Text;
use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

use super::gap::{Gap, MissingPart, Wanting, not_given};
use crate::finding::{Verdict, finding_id};
use crate::iam::PolicyPlace;
use crate::id::AccountId;
use crate::policy::{PolicyHash, Severity};
use crate::untrusted::harmless;

/// One finding of a review. The field names are a contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReviewFinding {
    /// The code, such as `RW101`.
    pub rule: &'static str,
    /// The name, such as `trust-without-mfa`.
    pub name: &'static str,
    /// `violation` or `unproven`.
    pub verdict: Verdict,
    /// The severity.
    pub severity: Severity,
    /// The account of the subject.
    pub account: AccountId,
    /// The ARN judged: a role, a group, a user.
    pub subject: String,
    /// Where the statement is, in words; `null` if there is none.
    pub place: Option<Text>,
    /// The current statement, or the setting; `null` if there is none to quote.
    pub statement: Option<Value>,
    /// What to replace it with: one statement, a list of several, or an empty list to delete it.
    /// `null` if no statement helps.
    pub fix: Option<Value>,
    /// The finding in one sentence.
    pub message: Text,
    /// The conditions that an unproven answer depends on.
    pub undecided: Vec<Text>,
    /// The same for the same finding.
    pub id: String,
    /// The version of the policy that it was judged by.
    pub policy: PolicyHash,
    /// What wasn't supplied, if the answer depends on nothing else.
    #[serde(skip)]
    pub wanting: Wanting,
}

impl ReviewFinding {
    /// Whether it's unproven because an account wasn't supplied: its own, or one that it depends
    /// on.
    pub fn lacks_account(&self, given: impl Fn(AccountId) -> bool) -> bool {
        let missing = || {
            self.undecided
                .iter()
                .any(|reason| reason.contains(&*not_given()))
        };
        self.verdict == Verdict::Unproven && (!given(self.account) || missing())
    }
}

/// A finding as a rule drafts it.
#[derive(Debug, Clone)]
pub(crate) struct ReviewDraft {
    verdict: Verdict,
    severity: Severity,
    account: AccountId,
    subject: String,
    message: Text,
    place: Option<Text>,
    statement: Option<Value>,
    fix: Option<Vec<Value>>,
    undecided: BTreeSet<Text>,
    wanting: Wanting,
    /// The severity of the role that it's about. Findings about a critical role are never hidden.
    pub(super) of_role: Option<Severity>,
}

impl ReviewDraft {
    pub(super) fn violation(
        severity: Severity,
        account: AccountId,
        subject: &str,
        message: Text,
    ) -> Self {
        Self {
            verdict: Verdict::Violation,
            severity,
            account,
            subject: subject.to_owned(),
            message,
            place: None,
            statement: None,
            fix: None,
            undecided: BTreeSet::new(),
            wanting: Wanting::default(),
            of_role: Some(severity),
        }
    }

    pub(super) fn unproven(
        severity: Severity,
        account: AccountId,
        subject: &str,
        message: Text,
    ) -> Self {
        Self {
            verdict: Verdict::Unproven,
            ..Self::violation(severity, account, subject, message)
        }
    }

    /// Adds the statement, where it is, and its correction.
    pub(super) fn quoting(
        mut self,
        place: &PolicyPlace,
        statement: &Value,
        fix: Vec<Value>,
    ) -> Self {
        self.place = Some(place.to_text());
        self.statement = Some(statement.clone());
        self.fix = Some(fix);
        self
    }

    /// Adds whose trust policy it is, if the subject isn't that role.
    pub(super) fn in_trust_of(mut self, role: &str) -> Self {
        self.place = Some(text!("the trust policy of {role}", role));
        self
    }

    /// Adds a setting that isn't a statement.
    pub(super) fn setting(mut self, now: Value, fix: Option<Value>) -> Self {
        self.statement = Some(now);
        self.fix = fix.map(|fix| vec![fix]);
        self
    }

    /// Adds a setting that should be deleted.
    pub(super) fn deleting(mut self, now: Value) -> Self {
        self.statement = Some(now);
        self.fix = Some(Vec::new());
        self
    }

    pub(super) fn hanging_on(mut self, undecided: impl IntoIterator<Item = Text>) -> Self {
        self.undecided.extend(undecided);
        self
    }

    /// Notes that it only depends on what wasn't supplied; `about` is the role or group that can't
    /// be judged.
    pub(super) fn for_want_of(mut self, gaps: impl IntoIterator<Item = Gap>, about: Text) -> Self {
        self.wanting.gaps.extend(gaps);
        self.wanting.about.insert(about);
        self
    }

    /// Whether it depends on an account that wasn't supplied at all.
    pub(super) fn wants_account(&self) -> bool {
        self.wanting
            .gaps
            .iter()
            .any(|gap| gap.part == MissingPart::Details)
    }

    pub(super) fn with_severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    pub(super) fn adding(mut self, words: Text) -> Self {
        self.message = self.message.then(words);
        self
    }

    pub(super) fn finished(
        self,
        rule: &'static str,
        name: &'static str,
        policy: PolicyHash,
    ) -> ReviewFinding {
        let place = self.place;
        let quoted = self
            .statement
            .as_ref()
            .map(Value::to_string)
            .unwrap_or_default();
        let verdict = self.verdict.as_str();
        let id = finding_id(
            rule,
            &[
                &self.subject,
                verdict,
                place.as_deref().unwrap_or_default(),
                &quoted,
            ],
        );
        let fix = self.fix.map(|mut fix| match &*fix {
            [_] => fix.remove(0),
            _ => Value::Array(fix),
        });
        ReviewFinding {
            rule,
            name,
            verdict: self.verdict,
            severity: self.severity,
            account: self.account,
            subject: harmless(&self.subject),
            place: place.as_ref().map(Text::harmless),
            statement: self.statement,
            fix,
            message: self.message,
            undecided: self.undecided.iter().map(Text::harmless).collect(),
            id,
            policy,
            wanting: self.wanting,
        }
    }
}
