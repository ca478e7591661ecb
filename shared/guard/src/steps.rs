//! What to do about a finding: one list of steps for each rule, which all outputs share.
//!
//! The English list is the "What to do" section of the rule's own documentation. It has two
//! numbered lists: one for violations and, after [`UNPROVEN`], one for unproven findings. A step
//! that depends on the finding begins with a label such as `Self-granted:`. Other languages write
//! their lists in the same form.

pub mod ja;

use std::borrow::Cow;

use crate::finding::Verdict;
use crate::language::Language;
use crate::rule::Rule;

/// The line between the two lists of a rule's documentation.
pub const UNPROVEN: &str = "If the finding is unproven:";

/// A language's instructions for ending a session.
#[derive(Debug, Clone, Copy)]
pub struct RevokeWords {
    /// The text in the language's lists that is replaced.
    pub written: &'static str,
    /// For most roles. `revoke-plan ID` in it gets the finding's id.
    pub role: &'static str,
    /// For the role of a permission set, which AWS doesn't allow anybody to edit.
    pub permission_set: &'static str,
}

/// The texts of one rule.
#[derive(Debug, Clone, Copy)]
pub struct RuleWords {
    /// `RW002`.
    pub code: &'static str,
    /// A few words, for a headline.
    pub title: &'static str,
    /// What is wrong, with `{who}` and `{role}`. Empty in English, where the finding has its own
    /// sentence.
    pub broken: &'static str,
    /// What is unproven, in the same form.
    pub unproven: &'static str,
    /// What to do about a violation. Empty in English, where the rule's documentation has the
    /// steps.
    pub steps: &'static [&'static str],
    /// What to do if the finding is unproven, in the same form.
    pub unproven_steps: &'static [&'static str],
}

/// How much to say about ending a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RevokeLength {
    /// The command and the console.
    Long,
    /// The command, for roles of every kind.
    Short,
}

impl RevokeLength {
    /// The words of a language.
    const fn words(self, language: Language) -> RevokeWords {
        match (language, self) {
            (Language::English, Self::Long) => REVOKE_IN_ENGLISH,
            (Language::English, Self::Short) => REVOKE_IN_SHORT,
            (Language::Japanese, Self::Long) => ja::REVOKE,
            (Language::Japanese, Self::Short) => ja::REVOKE_IN_SHORT,
        }
    }
}

impl Rule {
    /// The rule's texts in Japanese. A test finds a rule without them.
    pub fn in_japanese(&self) -> Option<&'static RuleWords> {
        ja::RULES.iter().find(|words| words.code == self.code)
    }

    /// The steps for one of its findings, in order.
    pub fn steps_in(
        &self,
        language: Language,
        length: RevokeLength,
        of: &Circumstances<'_>,
    ) -> Vec<String> {
        match self
            .in_japanese()
            .filter(|_| language == Language::Japanese)
        {
            Some(words) => {
                let list = match of.verdict {
                    Verdict::Unproven => words.unproven_steps,
                    _ => words.steps,
                };
                applicable(list.iter().copied(), length.words(language), of)
            }
            None => self.steps_with(length.words(Language::English), of),
        }
    }
}

/// The text in the documentation of the rules.
const REVOKE: &str = "`rolewatch revoke-plan ID` prints the commands, or choose Revoke sessions on \
                      the role's page in IAM.";

/// The English instructions.
pub const REVOKE_IN_ENGLISH: RevokeWords = RevokeWords {
    written: REVOKE,
    role: REVOKE,
    permission_set: "IAM's Revoke sessions doesn't work on a permission set's role. In the \
                     permission set's inline policy, deny the user (`identitystore:userId`), or \
                     everyone (`aws:TokenIssueTime`).",
};

/// English instructions in short, for roles of every kind.
pub const REVOKE_IN_SHORT: RevokeWords = RevokeWords {
    written: REVOKE,
    role: "`rolewatch revoke-plan ID` prints how.",
    permission_set: "`rolewatch revoke-plan ID` prints how.",
};

/// The prefixes of ARNs of permission sets' roles, as roles and as sessions.
const PERMISSION_SETS: [&str; 2] = [
    ":role/aws-reserved/sso.amazonaws.com/",
    ":assumed-role/AWSReservedSSO_",
];

/// The number of characters of an id that a command needs.
const SHORT_ID: usize = 8;

/// The facts of a finding that decide what to do about it.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances<'a> {
    /// Violation or unproven.
    pub verdict: Verdict,
    /// The finding's id.
    pub id: &'a str,
    /// The stack that has the finding, if it is live.
    pub stack: Option<&'a str>,
    /// The role's ARN.
    pub role: &'a str,
    /// Whether the person gave themselves the membership that allowed the switch.
    pub self_granted: bool,
    /// Whether the caller's account is known and not one of the policy's.
    pub foreign_account: bool,
    /// Whether the attempt was denied.
    pub denied: bool,
}

/// When a step applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepCondition {
    /// To every finding with the verdict.
    Always,
    /// To findings in which the person gave themselves the membership.
    SelfGranted,
    /// To findings in which somebody else gave it.
    GrantedByAnother,
    /// To findings in which the caller's account isn't one of the policy's.
    ForeignAccount,
    /// To findings in which it's one of them, or isn't known.
    OwnAccount,
    /// The attempt was denied.
    Denied,
    /// It wasn't.
    Succeeded,
}

/// The labels of steps that don't always apply.
const LABELS: [(&str, StepCondition); 6] = [
    ("Self-granted: ", StepCondition::SelfGranted),
    ("Granted by another: ", StepCondition::GrantedByAnother),
    ("Foreign account: ", StepCondition::ForeignAccount),
    ("Own account: ", StepCondition::OwnAccount),
    ("Denied: ", StepCondition::Denied),
    ("Succeeded: ", StepCondition::Succeeded),
];

impl StepCondition {
    /// Splits a step into its condition and its text.
    pub fn parse(step: &str) -> (Self, &str) {
        LABELS
            .iter()
            .find_map(|(label, condition)| Some((*condition, step.strip_prefix(label)?)))
            .unwrap_or((Self::Always, step))
    }

    fn applies(self, of: &Circumstances<'_>) -> bool {
        match self {
            Self::Always => true,
            Self::SelfGranted => of.self_granted,
            Self::GrantedByAnother => !of.self_granted,
            Self::ForeignAccount => of.foreign_account,
            Self::OwnAccount => !of.foreign_account,
            Self::Denied => of.denied,
            Self::Succeeded => !of.denied,
        }
    }
}

/// The steps of a written list that apply to a finding, with the finding's id in their commands.
pub fn applicable<'s>(
    steps: impl IntoIterator<Item = &'s str>,
    revoke: RevokeWords,
    of: &Circumstances<'_>,
) -> Vec<String> {
    let how = if PERMISSION_SETS.iter().any(|part| of.role.contains(part)) {
        revoke.permission_set
    } else {
        revoke.role
    };
    let mut shown = Vec::new();
    for step in steps {
        let (condition, text) = StepCondition::parse(step);
        if !condition.applies(of) {
            continue;
        }
        let text = text.replace(revoke.written, how);
        shown.push(capitalized(&with_id(&text, of.id, of.stack)));
    }
    shown
}

/// The same for the English list.
pub(crate) fn in_english(
    section: &str,
    revoke: RevokeWords,
    of: &Circumstances<'_>,
) -> Vec<String> {
    let (violation, unproven) = split_lists(section);
    let list = match of.verdict {
        Verdict::Unproven => unproven,
        _ => violation,
    };
    let steps = numbered_items(list);
    applicable(steps.iter().map(String::as_str), revoke, of)
}

/// The two lists of a section, for violations and for unproven findings.
pub(crate) fn split_lists(section: &str) -> (&str, &str) {
    section.split_once(UNPROVEN).unwrap_or((section, ""))
}

/// The items of a numbered list, each on one line.
pub(crate) fn numbered_items(list: &str) -> Vec<String> {
    let mut steps: Vec<String> = Vec::new();
    for line in list.lines() {
        let item = line
            .split_once(". ")
            .filter(|(number, _)| number.parse::<u8>().is_ok());
        match (item, steps.last_mut()) {
            (Some((_, text)), _) => steps.push(text.to_owned()),
            (None, Some(last)) if !line.trim().is_empty() => {
                last.push(' ');
                last.push_str(line.trim());
            }
            (None, _) => {}
        }
    }
    steps
}

/// Inserts the beginning of a finding's id into the commands, and the stack that has the finding. A
/// text that isn't a valid id or name is left out, because the reader may paste the command into a
/// shell.
fn with_id<'t>(text: &'t str, id: &str, stack: Option<&str>) -> Cow<'t, str> {
    let is_name = |name: &&str| {
        let mut bytes = name.bytes();
        !name.is_empty() && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let of_stack = stack.filter(is_name);
    let of_stack = of_stack.map_or_else(String::new, |stack| format!(" --stack {stack}"));
    match id.get(..SHORT_ID) {
        Some(short) if short.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            let command = format!("revoke-plan {short}{of_stack}");
            Cow::Owned(text.replace("revoke-plan ID", &command))
        }
        _ => Cow::Borrowed(text),
    }
}

fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue;
    use crate::rule::Judges;

    const ROLE: &str = "arn:aws:iam::444455556666:role/UpdateApp";
    const ID: &str = "5d1c40aa00112233445566778899aabb";

    fn violation() -> Circumstances<'static> {
        Circumstances {
            verdict: Verdict::Violation,
            id: ID,
            stack: None,
            role: ROLE,
            self_granted: false,
            foreign_account: false,
            denied: false,
        }
    }

    fn steps_text(rule: &str, of: &Circumstances<'_>) -> String {
        catalogue::find(rule).unwrap().steps(of).join("\n")
    }

    #[test]
    fn a_step_is_one_line() {
        assert_eq!(
            numbered_items("1. Ask the person\n   on another channel.\n\n2. Read the logs."),
            ["Ask the person on another channel.", "Read the logs."]
        );
    }

    #[test]
    fn every_rule_has_two_to_five_steps_for_each_verdict() {
        for rule in catalogue::listed() {
            let section = rule.section("What to do");
            assert_eq!(section.matches(UNPROVEN).count(), 1, "{}", rule.code);
            for verdict in [Verdict::Violation, Verdict::Unproven] {
                let of = Circumstances {
                    verdict,
                    ..violation()
                };
                let steps = rule.steps(&of);
                assert!((2..=5).contains(&steps.len()), "{} {steps:?}", rule.code);
                for step in &steps {
                    assert!(step.ends_with('.'), "{}: {step}", rule.code);
                    assert!(!step.contains("revoke-plan ID"), "{}: {step}", rule.code);
                }
            }
        }
    }

    #[test]
    fn a_violation_that_a_session_goes_on_with_is_contained_first() {
        for rule in catalogue::of_records() {
            if !matches!(rule.judges, Judges::Switch | Judges::Sessions) {
                continue;
            }
            let steps = rule.steps(&violation());
            let contained = steps.iter().position(|step| step.contains("revoke-plan"));
            assert!(matches!(contained, None | Some(0)), "{}", rule.code);
        }
        assert!(steps_text("RW001", &violation()).starts_with("End the session: `rolewatch"));
    }

    #[test]
    fn commands_carry_the_id_and_nothing_that_only_claims_to_be_one() {
        assert!(
            steps_text("RW001", &violation()).contains("`rolewatch revoke-plan 5d1c40aa` prints")
        );
        for id in ["", "5d1c", "; rm -rf /", "$(id)…………"] {
            let of = Circumstances { id, ..violation() };
            assert!(steps_text("RW001", &of).contains("`rolewatch revoke-plan ID` prints"));
        }
        let live = |stack| Circumstances {
            stack: Some(stack),
            ..violation()
        };
        let text = steps_text("RW001", &live("rolewatch"));
        assert!(text.contains("`rolewatch revoke-plan 5d1c40aa --stack rolewatch` prints"));
        for stack in ["", "a b", "x;id", "$(id)", "`id`"] {
            let text = steps_text("RW001", &live(stack));
            assert!(
                text.contains("`rolewatch revoke-plan 5d1c40aa` prints"),
                "{stack}"
            );
        }
    }

    #[test]
    fn a_permission_sets_role_has_a_way_of_its_own() {
        for role in [
            "arn:aws:iam::1:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123",
            "arn:aws:sts::1:assumed-role/AWSReservedSSO_Admin_0123",
        ] {
            for rule in catalogue::of_records() {
                for verdict in [Verdict::Violation, Verdict::Unproven] {
                    let of = Circumstances {
                        verdict,
                        role,
                        ..violation()
                    };
                    let steps = rule.steps(&of).join("\n");
                    assert!(!steps.contains("revoke-plan"), "{} {steps}", rule.code);
                }
            }
            let of = Circumstances {
                role,
                ..violation()
            };
            assert!(steps_text("RW001", &of).contains("identitystore:userId"));
        }
    }

    #[test]
    fn steps_differ_by_who_granted_the_membership() {
        let by_themselves = Circumstances {
            self_granted: true,
            ..violation()
        };
        let asks = "who requested the membership";
        assert!(steps_text("RW010", &violation()).contains(asks));
        assert!(!steps_text("RW010", &by_themselves).contains(asks));
        assert!(steps_text("RW010", &by_themselves).contains("compromised"));
    }

    #[test]
    fn steps_differ_by_whether_the_attempt_was_denied() {
        let denied = Circumstances {
            denied: true,
            ..violation()
        };
        let session = "what the root session did";
        assert!(steps_text("RW008", &violation()).contains(session));
        assert!(!steps_text("RW008", &denied).contains(session));
        assert!(steps_text("RW008", &denied).contains("what else the caller did"));
    }

    #[test]
    fn steps_differ_by_whose_account_it_is() {
        let own = Circumstances {
            verdict: Verdict::Unproven,
            ..violation()
        };
        let foreign = Circumstances {
            foreign_account: true,
            ..own
        };
        assert!(steps_text("RW002", &own).contains("Supply the logs"));
        assert!(steps_text("RW002", &foreign).contains("Ask the account's owner"));
        assert!(!steps_text("RW002", &foreign).contains("Supply the logs"));
    }
}
