//! Reads the input of a review: output of the AWS CLI, recognized by its content.

mod details;
mod json;
mod outsiders;

use serde_json::{Map, Value};

pub use outsiders::Outsider;

use super::account::Account;

/// One file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// `aws iam get-account-authorization-details`
    Account(Box<Account>),
    /// `aws iam list-roles` or `get-role`: the maximum session duration of each role, by ARN, in
    /// seconds.
    Durations(Vec<(String, i64)>),
    /// `aws accessanalyzer list-findings-v2`
    Outsiders(Vec<Outsider>),
}

/// Why a file can't be used.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// Not JSON, or cut off.
    #[error("not JSON: {0}")]
    Json(serde_json::Error),
    /// A compressed file.
    #[error("it is compressed: decompress it first (`gunzip`)")]
    Compressed,
    /// Two bytes per character.
    #[error(
        "it is UTF-16, which PowerShell's `>` writes; save it as UTF-8 (`| Out-File -Encoding utf8`)"
    )]
    Utf16,
    /// An empty file.
    #[error("the file is empty")]
    Empty,
    /// JSON of another kind.
    #[error(
        "neither the output of `aws iam get-account-authorization-details`, `list-roles` or `get-role` nor of `aws accessanalyzer list-findings-v2`, nor a roster of Identity Center"
    )]
    Other,
    /// CloudTrail records.
    #[error(
        "neither the output of `aws iam get-account-authorization-details` nor of another command about the IAM setup: it has CloudTrail \
         records, which `rolewatch audit` checks"
    )]
    Logs,
    /// Output of one of these commands, with an error in it.
    #[error("{0}")]
    Wrong(String),
}

impl Input {
    /// Reads a file. Several pages in a row are one input.
    ///
    /// # Errors
    /// If it isn't such output; the error says where that shows.
    pub fn read(bytes: &[u8]) -> Result<Self, InputError> {
        match bytes {
            [0x1f, 0x8b, ..] => return Err(InputError::Compressed),
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => return Err(InputError::Utf16),
            _ => {}
        }
        let marked = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut pages: Vec<Map<String, Value>> = Vec::new();
        for page in serde_json::Deserializer::from_slice(marked).into_iter::<Value>() {
            match page.map_err(InputError::Json)? {
                Value::Object(page) => pages.push(page),
                _ => return Err(InputError::Other),
            }
        }
        let has = |keys: &[&str]| {
            pages
                .iter()
                .all(|page| keys.iter().any(|key| page.contains_key(*key)))
        };
        if pages.is_empty() {
            Err(InputError::Empty)
        } else if has(&[
            "UserDetailList",
            "GroupDetailList",
            "RoleDetailList",
            "Policies",
        ]) {
            details::account(&pages)
                .map(|account| Self::Account(Box::new(account)))
                .map_err(InputError::Wrong)
        } else if has(&["Roles", "Role"]) {
            details::durations(&pages)
                .map(Self::Durations)
                .map_err(InputError::Wrong)
        } else if has(&["findings"]) {
            outsiders::read(&pages)
                .map(Self::Outsiders)
                .map_err(InputError::Wrong)
        } else if has(&["Records", "eventSource", "detail-type", "Events"]) {
            Err(InputError::Logs)
        } else {
            Err(InputError::Other)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        Input::read(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn what_is_no_such_output_is_refused_with_the_place() {
        assert!(
            refused("{\"UserDetailList\": [\n{\"UserName\"").contains("line 2 column 11"),
            "{}",
            refused("{\"UserDetailList\": [\n{\"UserName\"")
        );
        assert!(matches!(
            Input::read(b"\x1f\x8b\x08rest"),
            Err(InputError::Compressed)
        ));
        assert!(matches!(
            Input::read(b"\xff\xfe{\0"),
            Err(InputError::Utf16)
        ));
        assert_eq!(refused(" "), "the file is empty");
        assert!(
            refused("{\"findings\": [], \"Records\": 1} {}").starts_with("neither the output of")
        );
        for logs in [
            "{\"Records\": []}",
            "{\"eventSource\": \"sts.amazonaws.com\"}",
            "{\"detail-type\": \"\"}",
            "{\"Events\": []}",
        ] {
            assert!(
                refused(logs)
                    .ends_with("it has CloudTrail records, which `rolewatch audit` checks"),
                "{logs}"
            );
        }
        assert!(refused("[]").starts_with("neither the output of"));
        assert_eq!(
            refused("{\"RoleDetailList\": [{\"RoleName\": \"x\"}]}"),
            "entry 1 of `RoleDetailList`: an entry has no `Arn`"
        );
        assert_eq!(
            refused("{\"RoleDetailList\": 7}"),
            "`RoleDetailList` is not a list"
        );
        let nobody =
            "it contains no user, group or role, so it doesn't show which account it belongs to";
        let empty = r#"{"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [], "Policies": []}"#;
        assert_eq!(refused(empty), nobody);
        let how = "with `aws iam get-account-authorization-details`, without `--filter`";
        assert_eq!(
            refused(&empty.replace("\"RoleDetailList\": [], ", "")),
            format!("{nobody}; `RoleDetailList` (roles) is missing: export it {how}")
        );
        assert_eq!(
            refused(r#"{"RoleDetailList": [], "Policies": []}"#),
            format!(
                "{nobody}; `UserDetailList` (users), `GroupDetailList` (groups) are missing: export them {how}"
            )
        );
    }

    #[test]
    fn durations_come_from_either_listing_of_roles() {
        let role = "{\"Arn\": \"arn:aws:iam::444455556666:role/A\", \"MaxSessionDuration\": 7200}";
        let expected = Input::Durations(vec![("arn:aws:iam::444455556666:role/A".into(), 7_200)]);
        assert_eq!(
            Input::read(format!("{{\"Roles\": [{role}]}}").as_bytes()).unwrap(),
            expected
        );
        assert_eq!(
            Input::read(format!("{{\"Role\": {role}}}").as_bytes()).unwrap(),
            expected
        );
    }
}
