//! External-access findings of IAM Access Analyzer.

use serde_json::{Map, Value};

use super::json::{objects, text};

/// A role that, according to Access Analyzer, can be entered from outside its zone of trust.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Outsider {
    /// The role's ARN.
    pub role: String,
    /// The id of the finding.
    pub finding: String,
}

/// Active findings about external access to roles. Other kinds of findings and other resources are
/// ignored.
pub(super) fn read(pages: &[Map<String, Value>]) -> Result<Vec<Outsider>, String> {
    let mut outsiders = Vec::new();
    for page in pages {
        for finding in objects(page, "findings")? {
            let is = |key: &str, word: &str| finding.get(key).and_then(Value::as_str) == Some(word);
            // The first version of the API has no kinds: all its findings are about external
            // access.
            let external =
                finding.get("findingType").is_none() || is("findingType", "ExternalAccess");
            if external && is("resourceType", "AWS::IAM::Role") && is("status", "ACTIVE") {
                outsiders.push(Outsider {
                    role: text(finding, "resource")?.to_owned(),
                    finding: text(finding, "id")?.to_owned(),
                });
            }
        }
    }
    Ok(outsiders)
}
