//! Which finding is meant: by its id, or by the finding itself as JSON.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use rolewatch_guard::catalogue;
use rolewatch_guard::id::EventId;
use rolewatch_guard::rule::Judges;
use rolewatch_guard::untrusted::harmless;
use rolewatch_guard::{Finding, Judgement, SwitchKey, Verdict};
use serde::Deserialize;
use serde_json::Value;

use crate::exit::{Failure, shown_path};
use crate::given;

/// The digits of an id.
const DIGITS: usize = 32;

/// The fewest digits that are taken for the beginning of an id.
const FEWEST: usize = 4;

/// How many findings are named where the one that is meant is not clear.
const NAMED: usize = 8;

/// What was given as FINDING.
#[derive(Debug)]
pub(super) enum FindingRequest {
    /// An id, or its beginning.
    Id(String),
    /// The finding.
    Finding(Box<GivenFinding>),
}

/// A finding as ndjson or an alert has it; the fields that a plan needs.
#[derive(Debug, Deserialize)]
pub(super) struct GivenFinding {
    id: String,
    rule: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    time: String,
    #[serde(default)]
    message: String,
    role: String,
    events: Vec<String>,
    verdict: Option<String>,
}

/// The finding, as far as a plan needs it. Every text is harmless to print.
#[derive(Debug)]
pub(super) struct PlanSubject {
    pub(super) id: String,
    pub(super) rule: String,
    pub(super) name: String,
    pub(super) time: String,
    pub(super) message: String,
    pub(super) role: String,
    /// The finding says that the person was in none of the role's groups.
    pub(super) outside_groups: bool,
    pub(super) sessions: Vec<SwitchKey>,
    /// Where the sessions are not known.
    pub(super) events: Vec<EventId>,
}

impl FindingRequest {
    pub(super) fn read(finding: &Path, paths: &[PathBuf]) -> Result<Self, Failure> {
        let bytes = if finding.as_os_str() == "-" {
            if paths.iter().any(|path| path.as_os_str() == "-") {
                return Err(Failure::Usage(
                    "stdin can be the finding or the logs, not both".to_owned(),
                ));
            }
            let mut bytes = Vec::new();
            given::stdin("a finding")
                .read_to_end(&mut bytes)
                .map_err(|why| Failure::unreadable(finding, why))?;
            bytes
        } else if finding.is_dir() {
            return Err(Failure::Usage(format!(
                "`{}` is a directory; give the id of a finding, or a file with one",
                shown_path(finding)
            )));
        } else if finding.exists() {
            fs::read(finding).map_err(|why| Failure::unreadable(finding, why))?
        } else {
            return Self::id(&finding.to_string_lossy(), &given::meant(finding));
        };
        Self::json(&bytes).map_err(|why| {
            Failure::Usage(format!(
                "`{}` has no finding to plan for: {why}",
                shown_path(finding)
            ))
        })
    }

    /// `meant`: which file was probably meant, should it be no id.
    fn id(text: &str, meant: &str) -> Result<Self, Failure> {
        let id = text.trim().to_ascii_lowercase();
        if (FEWEST..=DIGITS).contains(&id.len()) && is_hexadecimal(&id) {
            return Ok(Self::Id(id));
        }
        Err(Failure::Usage(format!(
            "`{}`: no such file or directory, and not the id of a finding ({DIGITS} hexadecimal digits, or at least the first {FEWEST}){meant}\n\
             `rolewatch audit --format ndjson` prints findings with their ids",
            harmless(text)
        )))
    }

    fn json(bytes: &[u8]) -> Result<Self, String> {
        let mut all = Vec::new();
        for value in serde_json::Deserializer::from_slice(bytes).into_iter::<Value>() {
            all.push(value.map_err(|why| format!("it is no JSON: {why}"))?);
        }
        let one = match <[_; 1]>::try_from(all) {
            Ok([one]) => one,
            Err(others) if others.is_empty() => return Err("it is empty".to_owned()),
            Err(others) => {
                return Err(format!(
                    "it has {}, and a plan is for one: give its id",
                    others.len()
                ));
            }
        };
        if one.get("subject").is_some() && one.get("fix").is_some() {
            return Err(
                "it is one of `rolewatch review`, about what IAM allows and not about a session; to correct it, put its `fix` in place"
                    .to_owned(),
            );
        }
        if let Some(wrong) = wrong_in(&one) {
            return Err(format!(
                "it is not as `rolewatch audit --format ndjson` or an alert has it: {wrong}"
            ));
        }
        let shape =
            |_| "it is not as `rolewatch audit --format ndjson` or an alert has it".to_owned();
        let given: GivenFinding = serde_json::from_value(one).map_err(shape)?;
        if given.id.len() != DIGITS || !is_hexadecimal(&given.id) {
            return Err(format!("its id is not {DIGITS} hexadecimal digits"));
        }
        Ok(Self::Finding(Box::new(given)))
    }
}

/// What in a value keeps it from being a finding, in words of JSON.
fn wrong_in(value: &Value) -> Option<String> {
    let Some(finding) = value.as_object() else {
        return Some(format!(
            "it is {}, and one object belongs there",
            kind(value)
        ));
    };
    if let Some(key) = ["id", "rule", "role", "events"]
        .into_iter()
        .find(|key| !finding.contains_key(*key))
    {
        return Some(format!("missing field `{key}`"));
    }
    for key in ["id", "rule", "role", "name", "time", "message", "verdict"] {
        match finding.get(key) {
            None | Some(Value::String(_)) => {}
            Some(Value::Null) if key == "verdict" => {}
            Some(other) => {
                return Some(format!(
                    "`{key}` is {}, and a text belongs there",
                    kind(other)
                ));
            }
        }
    }
    let texts = |events: &Value| {
        events
            .as_array()
            .is_some_and(|events| events.iter().all(Value::is_string))
    };
    let events = finding.get("events").is_some_and(texts);
    (!events).then(|| "`events` is no list of texts".to_owned())
}

const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn is_hexadecimal(text: &str) -> bool {
    text.bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

impl PlanSubject {
    pub(super) fn find(asked: &FindingRequest, judgement: &Judgement) -> Result<Self, Failure> {
        let all: Vec<&Finding> = judgement
            .findings
            .iter()
            .chain(judgement.suppressed.iter().map(|hidden| &hidden.finding))
            .collect();
        match asked {
            FindingRequest::Id(id) => {
                let meant: Vec<&Finding> = all
                    .iter()
                    .filter(|finding| finding.id.starts_with(&**id))
                    .copied()
                    .collect();
                match &*meant {
                    [one] => Self::of(one),
                    [] => Err(unknown(id, &all)),
                    several => Err(ambiguous(id, several)),
                }
            }
            FindingRequest::Finding(given) => match all
                .iter()
                .find(|finding| finding.id == given.id || finding.supersedes.contains(&given.id))
            {
                Some(finding) => Self::of(finding),
                None => Self::given(given),
            },
        }
    }

    fn of(finding: &Finding) -> Result<Self, Failure> {
        if finding.subject.switches.is_empty() {
            return Err(no_session(&finding.id, finding.rule, finding.name));
        }
        Ok(Self {
            id: finding.id.clone(),
            rule: finding.rule.to_owned(),
            name: finding.name.to_owned(),
            time: finding.time.to_string(),
            message: finding.message.clone(),
            role: finding.role.clone(),
            outside_groups: about_membership(finding.rule) && finding.verdict == Verdict::Violation,
            sessions: finding.subject.switches.clone(),
            events: Vec::new(),
        })
    }

    /// Logs that were read in part, or another policy, may not lead to the same finding; its events
    /// still lead to its sessions.
    fn given(given: &GivenFinding) -> Result<Self, Failure> {
        if let Some(rule) = catalogue::find(&given.rule)
            && rule.code == given.rule
            && rule.judges == Judges::Refusals
        {
            return Err(no_session(&given.id, rule.code, rule.name));
        }
        let events: Result<Vec<EventId>, _> =
            given.events.iter().map(|event| event.parse()).collect();
        let events = events.map_err(|_| {
            Failure::Usage(format!(
                "finding {} has events that are no event ids of CloudTrail",
                given.id
            ))
        })?;
        let text = |text: &str| harmless(text);
        Ok(Self {
            id: given.id.clone(),
            rule: text(&given.rule),
            name: text(&given.name),
            time: text(&given.time),
            message: text(&given.message),
            role: given.role.clone(),
            // One without a verdict may say so.
            outside_groups: about_membership(&given.rule)
                && given.verdict.as_deref() != Some(Verdict::Unproven.as_str()),
            sessions: Vec::new(),
            events,
        })
    }
}

/// Whether a finding of the rule says whether somebody was in an allowed group.
fn about_membership(code: &str) -> bool {
    catalogue::listed().any(|rule| rule.code == code && rule.about_membership)
}

fn no_session(id: &str, rule: &str, name: &str) -> Failure {
    Failure::Usage(format!(
        "finding {id} ({rule} {name}) is about an attempt that was refused: no session came of it, so there is nothing to revoke"
    ))
}

fn ambiguous(id: &str, several: &[&Finding]) -> Failure {
    let more = several.len().saturating_sub(NAMED);
    let more = if more > 0 {
        format!("\n  and {more} more")
    } else {
        String::new()
    };
    Failure::Usage(format!(
        "`{id}` is the beginning of {} ids; give more of it\n{}{more}",
        several.len(),
        lines(several)
    ))
}

fn unknown(id: &str, all: &[&Finding]) -> Failure {
    let likeness = |finding: &Finding| {
        strsim::normalized_damerau_levenshtein(
            id,
            finding.id.get(..id.len()).unwrap_or(&finding.id),
        )
    };
    let mut near: Vec<(f64, &Finding)> = all
        .iter()
        .map(|finding| (likeness(finding), *finding))
        .filter(|(alike, _)| *alike >= 0.6)
        .collect();
    near.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    let near: Vec<&Finding> = near.into_iter().map(|(_, finding)| finding).collect();
    let help = match (&*near, all) {
        (_, []) => "these logs and this policy lead to no finding at all".to_owned(),
        ([], _) => {
            let mut latest: Vec<&Finding> = all
                .iter()
                .filter(|finding| !finding.subject.switches.is_empty())
                .copied()
                .collect();
            latest.sort_by_key(|finding| std::cmp::Reverse(finding.time));
            format!(
                "the latest are\n{}\n`rolewatch audit --format ndjson` prints them all",
                lines(&latest)
            )
        }
        (near, _) => format!("did you mean\n{}", lines(near)),
    };
    Failure::Usage(format!(
        "no finding has an id that begins with `{id}`; {help}"
    ))
}

/// One line a finding: its id, its rule and what tells it from others.
fn lines(findings: &[&Finding]) -> String {
    let line = |finding: &&Finding| {
        format!(
            "  {}  {} {} {}",
            finding.id, finding.time, finding.rule, finding.caller.name
        )
    };
    findings
        .iter()
        .take(NAMED)
        .map(line)
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ids_are_hexadecimal_and_long_enough() {
        assert!(
            matches!(FindingRequest::id(" 00C0ffee ", ""), Ok(FindingRequest::Id(id)) if id == "00c0ffee")
        );
        for odd in ["", "abc", "RW004", "nothing.json", &"a".repeat(33)] {
            assert!(FindingRequest::id(odd, "").is_err(), "{odd}");
        }
    }

    #[test]
    fn a_file_has_exactly_one_finding() {
        let finding = format!(
            r#"{{"id": "{}", "rule": "RW001", "role": "r", "events": [], "status": "open"}}"#,
            "a".repeat(32)
        );
        assert!(FindingRequest::json(finding.as_bytes()).is_ok());
        for (text, why) in [
            (format!("{finding}\n{finding}"), "it has 2"),
            (String::new(), "it is empty"),
            ("{".to_owned(), "it is no JSON"),
            (r#"{"Records": []}"#.to_owned(), "it is not as"),
            ("[]".to_owned(), "it is not as"),
            (finding.replace('a', "g"), "its id is not"),
        ] {
            assert!(
                FindingRequest::json(text.as_bytes())
                    .unwrap_err()
                    .starts_with(why),
                "{text}"
            );
        }
    }

    #[test]
    fn what_belongs_there_is_said_in_words_of_json() {
        let finding = json!({"id": "a".repeat(32), "rule": "RW001", "role": "r", "events": []});
        let with = |key: &str, value: Value| {
            let mut finding = finding.clone();
            finding[key] = value;
            finding
        };
        for (given, why) in [
            (json!([]), "it is a list, and one object belongs there"),
            (
                json!([finding]),
                "it is a list, and one object belongs there",
            ),
            (json!("x"), "it is a text, and one object belongs there"),
            (json!(null), "it is null, and one object belongs there"),
            (json!({}), "missing field `id`"),
            (
                with("role", json!(7)),
                "`role` is a number, and a text belongs there",
            ),
            (
                with("name", json!(null)),
                "`name` is null, and a text belongs there",
            ),
            (
                with("verdict", json!({})),
                "`verdict` is an object, and a text belongs there",
            ),
            (with("events", json!("x")), "`events` is no list of texts"),
            (with("events", json!([7])), "`events` is no list of texts"),
        ] {
            let expected =
                format!("it is not as `rolewatch audit --format ndjson` or an alert has it: {why}");
            assert_eq!(
                FindingRequest::json(given.to_string().as_bytes()).unwrap_err(),
                expected
            );
        }
        assert!(FindingRequest::json(with("verdict", json!(null)).to_string().as_bytes()).is_ok());
    }
}
