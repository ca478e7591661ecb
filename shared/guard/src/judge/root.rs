//! Root sessions: AssumeRoot, successful or denied, and root users at elevated roles.

use super::{Judge, Made};
use crate::arn::{RoleArn, iam_arn, partition_of};
use crate::catalogue;
use crate::dossier::{Origin, Switch};
use crate::finding::CallerShown;
use crate::finding::{Subject, Verdict, finding_id};
use crate::id::RecordKey;
use crate::policy::{AllowOrDeny, Severity, account_shown, role_in_account};
use crate::rules;
use crate::seen::{Denial, MintApi};
use crate::text;
use crate::text::Text;
use crate::untrusted::harmless;

impl<'w> Judge<'_, 'w> {
    pub(super) fn root_session(&mut self, switch: &Switch<'w>) {
        if !self.scope.contains(switch.key.second) {
            return;
        }
        let rule = &catalogue::ROOT_SWITCH;
        drop(self.tracer.take_asked());
        let origin = self.tracer.origin(switch);
        self.asked_for(switch.key.second, switch.records());
        let answer = rules::root_switch::root_session(switch, &origin, self.policy);
        self.judgement.count(rule.code, answer.verdict);
        if answer.verdict == Verdict::Allow {
            self.judgement.root_allowed += 1;
            return;
        }
        let target = switch
            .grants()
            .find_map(|grant| grant.target.as_deref())
            .unwrap_or_default();
        let issued = switch.key.issued.as_deref().unwrap_or_default();
        let id = finding_id(rule.code, &[target, &switch.key.second.to_string(), issued]);
        let mut events = switch.evidence();
        events.extend(answer.events);
        let sentence = answer.because;
        let subject = Subject {
            switches: vec![switch.key.clone()],
            records: switch.all_records(),
        };
        let made = Made {
            rule,
            verdict: answer.verdict,
            severity: Severity::Critical,
            time: switch.key.second,
            sentence,
            events,
            id,
            self_granted: false,
            denied: false,
            settled_by: None,
            subject,
        };
        self.report(
            made,
            root_of(target, &origin),
            CallerShown::of_origin(&origin),
            None,
        );
    }

    /// Handles a denied attempt: AssumeRoot, or a root user at an elevated role. `sure`: every copy
    /// of the record says so.
    pub(super) fn root_refused(
        &mut self,
        record: &RecordKey,
        denial: &'w Denial,
        role: Option<&RoleArn>,
        sure: bool,
    ) {
        let rule = &catalogue::ROOT_SWITCH;
        if !self.scope.contains(denial.time) {
            return;
        }
        if denial.api == MintApi::AssumeRoot && self.policy.assume_root == AllowOrDeny::Allow {
            self.judgement.count(rule.code, Verdict::Allow);
            self.judgement.root_allowed += 1;
            return;
        }
        let near = denial
            .role
            .as_ref()
            .map(RoleArn::as_str)
            .or(denial.root.as_deref());
        let origin = self.behind(denial, record, near);
        let (sentence, role) = match role {
            Some(role) if denial.api != MintApi::AssumeRoot => (
                self.refused_entry(denial, role, &origin),
                harmless(role.as_str()),
            ),
            _ => refused_credentials(denial, &origin),
        };
        let verdict = if sure {
            Verdict::Violation
        } else {
            Verdict::Unproven
        };
        self.judgement.count(rule.code, verdict);
        let id = finding_id(rule.code, &[&record.event.to_string()]);
        let events = vec![record.clone()];
        let subject = Subject {
            switches: Vec::new(),
            records: events.clone(),
        };
        let made = Made {
            rule,
            verdict,
            severity: Severity::Critical,
            time: denial.time,
            sentence,
            events,
            id,
            self_granted: false,
            // A copy that contradicts this one may say that it succeeded.
            denied: sure,
            settled_by: None,
            subject,
        };
        self.report(made, role, CallerShown::of_origin(&origin), None);
    }

    /// The sentence that a root user was denied entry to an elevated role.
    fn refused_entry(&self, denial: &Denial, role: &RoleArn, origin: &Origin) -> Text {
        let account = denial.caller.account.map_or_else(
            || origin.name.harmless(),
            |account| account_shown(account, self.policy),
        );
        text!(
            "the root user of {account} was denied when trying to enter {place}",
            account,
            place = role_in_account(role, self.policy)
        )
    }
}

/// The sentence that AssumeRoot was denied, and the root user whose credentials were requested.
fn refused_credentials(denial: &Denial, origin: &Origin) -> (Text, String) {
    let sentence = text!(
        "{who} was denied root credentials (AssumeRoot)",
        who = origin.name.harmless()
    );
    let target = denial.root.as_deref();
    let root = target.map_or_else(String::new, |root| root_of(root, origin));
    (sentence, root)
}

/// The ARN of a root user, which calls only name by the account. Its partition is the caller's,
/// because nobody can enter another partition.
fn root_of(target: &str, origin: &Origin) -> String {
    if target.starts_with("arn:") {
        return harmless(target);
    }
    iam_arn(
        origin.arn.as_deref().and_then(partition_of),
        harmless(target),
        "root",
    )
}
