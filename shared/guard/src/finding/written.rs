//! Reads a finding from its JSON, which another engine wrote, to print it here.

use serde::Deserialize;

use super::{CallerShown, Finding, FindingContext, Subject, Verdict};
use crate::catalogue;
use crate::id::EventId;
use crate::moment::Moment;
use crate::policy::PolicyHash;
use crate::text::Text;
use crate::untrusted::{harmless, harmless_up_to};

/// The most characters of an ARN or a sentence; the engine never writes as many.
const LONG: usize = 8_000;

/// Why a text isn't a finding.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a finding: {0}")]
pub struct NotAFinding(String);

#[derive(Deserialize)]
struct Written {
    rule: String,
    verdict: String,
    severity: String,
    time: Moment,
    role: String,
    caller: WrittenCaller,
    message: String,
    events: Vec<String>,
    id: String,
    policy: String,
    #[serde(default)]
    supersedes: Vec<String>,
    #[serde(default)]
    self_granted: bool,
    #[serde(default)]
    denied: bool,
    owner: Option<String>,
    #[serde(flatten)]
    context: FindingContext,
}

#[derive(Deserialize)]
struct WrittenCaller {
    arn: Option<String>,
    account: Option<String>,
    name: String,
}

impl Finding {
    /// Reads a line of `ndjson`. The line doesn't contain the finding's subject, which is only used
    /// to keep findings up to date.
    ///
    /// # Errors
    /// If the text isn't a finding, or its rule isn't known in this version.
    pub fn from_json(text: &str) -> Result<Self, NotAFinding> {
        let written: Written =
            serde_json::from_str(text).map_err(|error| NotAFinding(error.to_string()))?;
        let unknown =
            |what: &str, found: &str| NotAFinding(format!("unknown {what} `{}`", harmless(found)));
        let rule = catalogue::find(&written.rule).ok_or_else(|| unknown("rule", &written.rule))?;
        let verdict = [Verdict::Violation, Verdict::Unproven]
            .into_iter()
            .find(|verdict| verdict.as_str() == written.verdict);
        let event = |text: &String| text.parse::<EventId>().map_err(|_| unknown("event", text));
        Ok(Self {
            rule: rule.code,
            name: rule.name,
            verdict: verdict.ok_or_else(|| unknown("verdict", &written.verdict))?,
            severity: written
                .severity
                .parse()
                .map_err(|_| unknown("severity", &written.severity))?,
            time: written.time,
            role: harmless_up_to(&written.role, LONG),
            caller: CallerShown {
                arn: written
                    .caller
                    .arn
                    .as_deref()
                    .map(|arn| harmless_up_to(arn, LONG)),
                account: written.caller.account.as_deref().map(harmless),
                name: harmless(&written.caller.name).into(),
            },
            message: Text::data(harmless_up_to(&written.message, LONG)),
            events: written.events.iter().map(event).collect::<Result<_, _>>()?,
            id: harmless(&written.id),
            policy: PolicyHash::parse(&written.policy)
                .ok_or_else(|| unknown("policy", &written.policy))?,
            supersedes: written.supersedes.iter().map(|id| harmless(id)).collect(),
            self_granted: written.self_granted,
            denied: written.denied,
            owner: written.owner.as_deref().map(harmless),
            context: written.context.cleaned(),
            subject: Subject::default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Story;

    #[test]
    fn a_finding_is_read_as_it_was_written() {
        let mut story = Story::new().with_policy_line(
            "    max_session: 1h\n",
            "    max_session: 1h\n    owner: platform\n",
        );
        story.iam(-60, "tom").adds("tom", "Developers");
        story.switch("tom").without_mfa().used_after(9_000);
        story.denied("nell", "UpdateApp");
        let findings = story.findings();
        assert!(findings.len() > 2);
        assert!(findings.iter().any(|finding| finding.self_granted));
        assert!(findings.iter().any(|finding| finding.denied));
        for finding in findings {
            assert_eq!(finding.owner.as_deref(), Some("platform"));
            let text = serde_json::to_string(&finding).unwrap();
            assert_eq!(
                Finding::from_json(&text).unwrap(),
                Finding {
                    subject: Subject::default(),
                    ..finding
                }
            );
        }
    }

    #[test]
    fn what_is_no_finding_says_why() {
        for text in ["", "{}", "[]"] {
            assert!(Finding::from_json(text).is_err());
        }
        let mut story = Story::new();
        story.switch("tom").without_mfa();
        let text = serde_json::to_string(&story.findings()[0])
            .unwrap()
            .replace("RW00", "RX\u{202e}");
        let why = Finding::from_json(&text).unwrap_err().to_string();
        assert!(why.contains("rule `RX\u{fffd}"), "{why}");
    }
}
