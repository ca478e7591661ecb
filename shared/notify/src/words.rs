//! The texts of messages, in English and Japanese: labels, and for every rule its title, its
//! sentence and what to do.

mod digest;
mod en;
mod ja;
mod recipients;

use rolewatch_guard::policy::Severity;
pub use rolewatch_guard::steps::RuleWords;
use rolewatch_guard::steps::{
    Circumstances, REVOKE_IN_ENGLISH, REVOKE_IN_SHORT, applicable, ja as rules_ja,
};
use rolewatch_guard::{Verdict, catalogue};

pub use digest::DigestWords;
pub use recipients::RecipientsWords;
pub use rolewatch_live::settings::Language;

/// The words that are the same for every rule.
#[derive(Debug, Clone, Copy)]
pub struct Labels {
    /// `low`, `medium`, `high`, `critical`, in this order.
    pub severities: [&'static str; 4],
    /// The headline: `{mark}`, `{state}`, `{title}`.
    pub headline: &'static str,
    /// The headline of a follow-up, around that of the finding: `{headline}`.
    pub follow_up: &'static str,
    /// The state of a violation: `{severity}`.
    pub open: &'static str,
    /// The state of an unproven finding, in the same form.
    pub unproven: &'static str,
    /// The state of a violation whose session has ended, in the same form.
    pub ended: &'static str,
    /// The state of an unproven finding whose session has ended, in the same form.
    pub ended_unproven: &'static str,
    /// The state of a finding that was withdrawn.
    pub withdrawn: &'static str,
    /// Used instead of "withdrawn" for a finding about the IAM setup.
    pub resolved: &'static str,
    /// Why no action is needed any more.
    pub withdrawn_note: &'static str,
    /// The same for a finding about the IAM setup.
    pub resolved_note: &'static str,
    /// What an ended session means.
    pub ended_note: &'static str,
    /// What unproven means.
    pub unproven_note: &'static str,
    /// The change from unproven to violation.
    pub proven_note: &'static str,
    /// The change to a higher severity.
    pub more_severe_note: &'static str,
    /// A finding that is open again.
    pub reopened_note: &'static str,
    /// Field: the person.
    pub who: &'static str,
    /// Field: the role.
    pub role: &'static str,
    /// Field: a target that isn't a role, such as root or a resource of rolewatch.
    pub target: &'static str,
    /// Label of the role's account, in an e-mail.
    pub account: &'static str,
    /// A person or a role in an account: `{name}`, `{account}`.
    pub in_account: &'static str,
    /// Field: when the credentials expire.
    pub valid_until: &'static str,
    /// Field: when the person left the role.
    pub left_at: &'static str,
    /// Field: the owner of the role.
    pub owner: &'static str,
    /// Heading of the session.
    pub session: &'static str,
    /// Where the call came from: `{address}`.
    pub from_address: &'static str,
    /// The end of the access key: `{key}`.
    pub key: &'static str,
    /// Other findings that were found together with this one: `{n}`, `{violations}`.
    pub found_together: &'static str,
    /// Where those other findings are.
    pub found_together_where: &'static str,
    /// The person's first switch into the role in `{days}` days.
    pub first_in_role: &'static str,
    /// The person's first switch into the role from this address in `{days}` days.
    pub first_from_address: &'static str,
    /// Text of the link to all events of the session.
    pub session_events: &'static str,
    /// Field: the event time.
    pub when: &'static str,
    /// Field: the address.
    pub address: &'static str,
    /// How the sessions were used: `{span}`, `{by}`, `{reads}`, `{writes}`.
    pub used: &'static str,
    /// No reads, at least one, at least `{n}`.
    pub reads: [&'static str; 3],
    /// No writes, at least one, at least `{n}`.
    pub writes: [&'static str; 3],
    /// No errors, at least one, at least `{n}`.
    pub errors: [&'static str; 3],
    /// Between the items of a list.
    pub list_comma: &'static str,
    /// Before a list.
    pub colon: &'static str,
    /// In the console, by API, by both.
    pub used_by: [&'static str; 3],
    /// Heading of the events.
    pub proof: &'static str,
    /// What the link to an event opens.
    pub event_hint: &'static str,
    /// After the listed events: how many more there are, `{n}`.
    pub more: &'static str,
    /// Heading of the steps.
    pub what_to_do: &'static str,
    /// Text of the link.
    pub runbook: &'static str,
    /// Heading of the English sentence, in a message in another language.
    pub in_english: &'static str,
    /// The follow-up's headline: `{n}` more of the same.
    pub again: &'static str,
    /// The follow-up's sentence, with `{who}`, `{role}`, `{n}`, `{minutes}`.
    pub again_sentence: &'static str,
    /// Which of the repeats were withdrawn, `{n}`.
    pub again_withdrawn: &'static str,
    /// Heading of the repeats.
    pub repeats: &'static str,
    /// When a webhook sends the next follow-up.
    pub again_webhook: &'static str,
    /// Repeats that are still open although the first isn't, `{n}`.
    pub repeats_stand: &'static str,
    /// Used if no record names it.
    pub unknown: &'static str,
    /// Field: who changed the IAM setup.
    pub changed_by: &'static str,
    /// Field: the account of a group, user or role.
    pub subject_account: &'static str,
    /// Field: when a finding about the IAM setup was first seen, if no change is known.
    pub first_seen: &'static str,
    /// Used in place of the events if no change is known.
    pub no_change: &'static str,
    /// Heading of the current statement.
    pub statement: &'static str,
    /// Heading of its replacement.
    pub correction: &'static str,
    /// Heading of the deletion.
    pub fix: &'static str,
    /// Used in place of the correction if the statement has to be deleted.
    pub deletion: &'static str,
    /// Heading of the conditions that an unproven answer depends on.
    pub depends_on: &'static str,
    /// Why there is an e-mail in place of a Slack message: `{why}`.
    pub mailed: &'static str,
}

/// The texts of a language.
pub trait Words {
    /// The words that are the same for every rule.
    fn labels(self) -> &'static Labels;

    /// The texts of a rule. For a rule that is newer than this notifier, general texts.
    fn rule_words(self, code: &str) -> &'static RuleWords;

    /// What to do about a finding.
    fn steps(self, code: &str, of: &Circumstances<'_>) -> Vec<String>;

    /// The first step for findings of a rule, in short. `None`: it is newer than this notifier.
    fn first_step(self, code: &str, verdict: Verdict) -> Option<String>;

    /// The word for a severity.
    fn severity(self, severity: Severity) -> &'static str;

    /// The words of the digest.
    fn digest(self) -> &'static DigestWords;

    /// The words about who receives e-mail.
    fn recipients(self) -> &'static RecipientsWords;
}

impl Words for Language {
    fn labels(self) -> &'static Labels {
        match self {
            Self::English => &en::LABELS,
            Self::Japanese => &ja::LABELS,
        }
    }

    fn rule_words(self, code: &str) -> &'static RuleWords {
        let (all, other) = match self {
            Self::English => (en::RULES, &en::OTHER),
            Self::Japanese => (rules_ja::RULES, &ja::OTHER),
        };
        all.iter().find(|words| words.code == code).unwrap_or(other)
    }

    fn steps(self, code: &str, of: &Circumstances<'_>) -> Vec<String> {
        let rule = catalogue::find(code);
        if let (Self::English, Some(rule)) = (self, rule) {
            return rule.steps(of);
        }
        let words = self.rule_words(code);
        let list = match of.verdict {
            Verdict::Unproven => words.unproven_steps,
            _ => words.steps,
        };
        let revoke = match self {
            Self::English => REVOKE_IN_ENGLISH,
            Self::Japanese => rules_ja::REVOKE,
        };
        applicable(list.iter().copied(), revoke, of)
    }

    fn first_step(self, code: &str, verdict: Verdict) -> Option<String> {
        let rule = catalogue::find(code)?;
        let [english, english_unproven] = rule.written_steps();
        let words = self.rule_words(code);
        let list: Vec<&str> = match (self, verdict) {
            (Self::English, Verdict::Unproven) => {
                english_unproven.iter().map(String::as_str).collect()
            }
            (Self::English, _) => english.iter().map(String::as_str).collect(),
            (Self::Japanese, Verdict::Unproven) => words.unproven_steps.to_vec(),
            (Self::Japanese, _) => words.steps.to_vec(),
        };
        let revoke = match self {
            Self::English => REVOKE_IN_SHORT,
            Self::Japanese => rules_ja::REVOKE_IN_SHORT,
        };
        let of = Circumstances {
            verdict,
            id: "",
            stack: None,
            role: "",
            self_granted: false,
            foreign_account: false,
            denied: false,
        };
        applicable(list, revoke, &of).into_iter().next()
    }

    fn severity(self, severity: Severity) -> &'static str {
        let [low, medium, high, critical] = self.labels().severities;
        match severity {
            Severity::Low => low,
            Severity::Medium => medium,
            Severity::High => high,
            Severity::Critical => critical,
        }
    }

    fn digest(self) -> &'static DigestWords {
        match self {
            Self::English => &digest::EN,
            Self::Japanese => &digest::JA,
        }
    }

    fn recipients(self) -> &'static RecipientsWords {
        match self {
            Self::English => &recipients::EN,
            Self::Japanese => &recipients::JA,
        }
    }
}

#[cfg(test)]
mod tests {
    use rolewatch_guard::steps::StepCondition;

    use super::*;

    fn codes() -> Vec<&'static str> {
        catalogue::listed().map(|rule| rule.code).collect()
    }

    #[test]
    fn every_rule_is_spoken_of_in_both_languages() {
        for code in codes() {
            for language in [Language::English, Language::Japanese] {
                let words = language.rule_words(code);
                assert_eq!(words.code, code, "{language:?} has no entry for {code}");
            }
        }
    }

    #[test]
    fn japanese_has_the_same_steps_as_the_documentation() {
        let outline = |steps: Vec<&str>| -> Vec<(StepCondition, bool, usize)> {
            let mut outline = Vec::new();
            for step in steps {
                let (condition, text) = StepCondition::parse(step);
                assert!(text.chars().count() > 8, "{text}");
                let revokes = [REVOKE_IN_ENGLISH.written, rules_ja::REVOKE.written];
                let revokes = revokes.iter().any(|written| text.contains(written));
                // Commands, fields and other rules are the same in every language.
                outline.push((condition, revokes, text.matches("RW").count()));
            }
            outline
        };
        for rule in catalogue::listed() {
            let words = Language::Japanese.rule_words(rule.code);
            let japanese = [words.steps, words.unproven_steps];
            for (english, japanese) in rule.written_steps().iter().zip(japanese) {
                assert_eq!(
                    outline(english.iter().map(String::as_str).collect()),
                    outline(japanese.to_vec()),
                    "{}",
                    rule.code
                );
            }
        }
    }

    #[test]
    fn japanese_says_how_to_end_sessions_of_both_kinds_of_roles() {
        let steps = |role| {
            let of = Circumstances {
                verdict: Verdict::Violation,
                id: "5d1c40aa00112233445566778899aabb",
                stack: None,
                role,
                self_granted: false,
                foreign_account: false,
                denied: false,
            };
            Language::Japanese.steps("RW001", &of).join("\n")
        };
        let plain = steps("arn:aws:iam::1:role/UpdateApp");
        assert!(
            plain.contains("`rolewatch revoke-plan 5d1c40aa`"),
            "{plain}"
        );
        let set = steps("arn:aws:iam::1:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_A_1");
        assert!(set.contains("identitystore:userId"), "{set}");
        assert!(!set.contains("revoke-plan") && !set.contains('{'), "{set}");
    }

    #[test]
    fn the_first_step_of_every_list_applies_to_every_finding_and_is_short() {
        for rule in catalogue::listed() {
            let words = Language::Japanese.rule_words(rule.code);
            let [english, english_unproven] = rule.written_steps();
            for first in [
                english[0].as_str(),
                english_unproven[0].as_str(),
                words.steps[0],
                words.unproven_steps[0],
            ] {
                assert_eq!(
                    StepCondition::parse(first).0,
                    StepCondition::Always,
                    "{first}"
                );
            }
            for verdict in [Verdict::Violation, Verdict::Unproven] {
                for (language, most, end) in [
                    (Language::English, 160, '.'),
                    (Language::Japanese, 120, '。'),
                ] {
                    let step = language.first_step(rule.code, verdict).unwrap();
                    assert!(step.ends_with(end), "{step}");
                    assert!(step.chars().count() <= most, "{step}");
                    // Not every role has that page, and a digest doesn't know which is meant.
                    assert!(
                        !step.contains("Revoke sessions") && !step.contains("取り消し"),
                        "{step}"
                    );
                    assert!(!step.contains(['{', '<', '&']), "{step}");
                }
            }
        }
        assert_eq!(
            Language::English
                .first_step("RW001", Verdict::Violation)
                .unwrap(),
            "End the session: `rolewatch revoke-plan ID` prints how."
        );
        assert_eq!(
            Language::English.first_step("RW999", Verdict::Violation),
            None
        );
    }

    #[test]
    fn every_rule_has_sentences_in_japanese_that_name_who_and_where() {
        for code in codes() {
            let words = Language::Japanese.rule_words(code);
            for sentence in [words.broken, words.unproven] {
                // For a finding about the IAM setup, it may be unknown who made the change.
                assert_eq!(
                    sentence.contains("{who}"),
                    !code.starts_with("RW1"),
                    "{code}: {sentence}"
                );
                assert!(
                    sentence.contains("{role}") || code == "RW201",
                    "{code}: {sentence}"
                );
            }
            assert_ne!(words.title, Language::English.rule_words(code).title);
        }
    }

    #[test]
    fn no_rule_is_spoken_of_twice_or_without_being_one() {
        for rules in [en::RULES, rules_ja::RULES] {
            assert_eq!(
                rules.iter().map(|words| words.code).collect::<Vec<_>>(),
                codes()
            );
        }
    }

    #[test]
    fn a_rule_that_is_newer_still_has_a_headline_and_a_step() {
        for language in [Language::English, Language::Japanese] {
            let of = Circumstances {
                verdict: Verdict::Violation,
                id: "",
                stack: None,
                role: "",
                self_granted: false,
                foreign_account: false,
                denied: false,
            };
            assert!(!language.rule_words("RW999").title.is_empty());
            assert!(!language.steps("RW999", &of).is_empty());
        }
    }
}
