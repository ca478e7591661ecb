//! How a record was delivered: in an event or in a log file. If a record lacks
//! `recipientAccountId`, this shows its account.

use std::path::Path;

use crate::id::AccountId;
use crate::record::{Record, RecordProblem, UserIdentity};
use crate::untrusted::harmless;

/// What is known about a record from outside it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Delivery<'a> {
    /// `account` of the event, or the account that the record was requested from.
    event: Option<&'a str>,
    /// The path of the log file, or its path before it was copied.
    file: Option<&'a Path>,
}

impl<'a> Delivery<'a> {
    /// In a log file. A path that CloudTrail didn't choose shows nothing.
    pub fn in_file(path: &'a Path) -> Self {
        Self {
            event: None,
            file: Some(path),
        }
    }

    /// In an event of this account, or in its response.
    pub fn by_account(account: &'a str) -> Self {
        Self {
            event: Some(account),
            file: None,
        }
    }

    /// The same, but in an event of this account, if it's known.
    #[must_use]
    pub fn in_event(self, account: Option<&'a str>) -> Self {
        Self {
            event: account.or(self.event),
            ..self
        }
    }

    /// The record's account: from the record itself, else from the event, else from the path, else
    /// from its caller.
    ///
    /// `recipientAccountId` is optional. AWS also wrote the event and the path, so these two must
    /// agree.
    pub(crate) fn recipient(&self, record: &Record<'_>) -> Result<AccountId, RecordProblem> {
        const OWN: &str = "recipientAccountId";
        // A text of the wrong type is an error. An empty one is absent: some pipelines write it
        // where CloudTrail has no field.
        match &record.recipient_account_id {
            Some(text) if text.is_odd() => return Err(RecordProblem::Unlike { field: OWN }),
            Some(text) if !text.is_empty() => return parsed(OWN, text),
            _ => {}
        }
        let event = self.event.map(|text| parsed("account", text)).transpose()?;
        // CloudTrail chooses the path in its bucket, and people rarely rename files when they copy
        // them. If event and path are both wrong in the same way, nothing shows it.
        let path = self.file.map_or(Ok(None), account_of)?;
        match (event, path) {
            (Some(event), Some(path)) if event != path => Err(disagreement(
                &format!("the event belongs to account {event}"),
                &format!("the log file's path names account {path}"),
            )),
            (Some(account), _) | (None, Some(account)) => Ok(account),
            (None, None) => record
                .identity()
                .and_then(own_account)
                .ok_or(RecordProblem::Missing("recipientAccountId")),
        }
    }
}

fn parsed(field: &'static str, text: &str) -> Result<AccountId, RecordProblem> {
    text.parse()
        .map_err(|error: crate::id::NotAnAccountId| RecordProblem::Odd {
            field,
            found: harmless(text),
            expected: error.to_string(),
        })
}

fn disagreement(one: &str, other: &str) -> RecordProblem {
    RecordProblem::Whose(format!("{one}, but {other}"))
}

/// The caller's account, if a record of this caller is delivered to that account.
///
/// A service has no account. An `AWSAccount` is the caller as another account sees it, so that
/// record belongs to the other account.
fn own_account(identity: &UserIdentity<'_>) -> Option<AccountId> {
    match identity.kind.as_deref() {
        None | Some("" | "AWSService" | "AWSAccount") => None,
        Some(_) => identity.account_id.as_deref()?.parse().ok(),
    }
}

/// The account in a path in CloudTrail's layout:
/// `…/AWSLogs/[o-…/]ACCOUNT/CloudTrail/REGION/…/ACCOUNT_CloudTrail_REGION_….json.gz`. Parts of it
/// may have been lost when the files were copied.
fn account_of(path: &Path) -> Result<Option<AccountId>, RecordProblem> {
    let text = path.to_string_lossy();
    let parts: Vec<&str> = text.split(['/', '\\']).collect();
    let (Some(name), folders) = (
        parts.last(),
        parts.get(..parts.len() - 1).unwrap_or_default(),
    ) else {
        return Ok(None);
    };
    // The last one counts, because copies may be kept in a folder of another trail.
    let folder = folders.windows(2).rev().find_map(|pair| match pair {
        [account, "CloudTrail"] => account.parse::<AccountId>().ok(),
        _ => None,
    });
    let file = name
        .split_once("_CloudTrail_")
        .and_then(|(account, _)| account.parse::<AccountId>().ok());
    match (folder, file) {
        (Some(folder), Some(file)) if folder != file => Err(disagreement(
            &format!("the log file's name says account {file}"),
            &format!("its folder says account {folder}"),
        )),
        (folder, file) => Ok(folder.or(file)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const LOG: &str = "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/02/111122223333_CloudTrail_us-east-1_20260302T0905Z_EXAMPLE.json.gz";

    fn recipient_of(record: &Value, delivery: Delivery<'_>) -> Result<String, String> {
        let text = record.to_string();
        let record: Record<'_> = serde_json::from_str(&text).unwrap();
        delivery
            .recipient(&record)
            .map(|account| account.to_string())
            .map_err(|problem| problem.to_string())
    }

    fn by_path(path: &str) -> Result<String, String> {
        recipient_of(&json!({}), Delivery::in_file(Path::new(path)))
    }

    fn called_by(kind: &str) -> Value {
        json!({"userIdentity": {"type": kind, "accountId": "444455556666"}})
    }

    #[test]
    fn the_records_own_word_comes_first() {
        let mut record = called_by("IAMUser");
        record["recipientAccountId"] = json!("555555555555");
        let delivery = Delivery::in_file(Path::new(LOG)).in_event(Some("999988887777"));
        assert_eq!(recipient_of(&record, delivery), Ok("555555555555".into()));
        record["recipientAccountId"] = json!("5555");
        assert_eq!(
            recipient_of(&record, delivery),
            Err("`recipientAccountId` is `5555`: an account id is twelve digits".into())
        );
        for odd in [json!(["111122223333"]), json!({"id": "111122223333"})] {
            record["recipientAccountId"] = odd;
            let why = recipient_of(&record, delivery).unwrap_err();
            assert_eq!(
                why, "`recipientAccountId` isn't in the form that CloudTrail uses",
                "what is there is not absent"
            );
        }
    }

    #[test]
    fn without_it_the_event_the_path_and_the_caller_are_asked_in_this_order() {
        for absent in [json!(null), json!("")] {
            let mut record = called_by("IAMUser");
            record["recipientAccountId"] = absent;
            let path = Delivery::in_file(Path::new(LOG));
            assert_eq!(
                recipient_of(&record, path.in_event(Some("111122223333"))),
                Ok("111122223333".into())
            );
            assert_eq!(
                recipient_of(&record, Delivery::by_account("999988887777")),
                Ok("999988887777".into())
            );
            assert_eq!(recipient_of(&record, path), Ok("111122223333".into()));
            assert_eq!(
                recipient_of(&record, path.in_event(None)),
                Ok("111122223333".into())
            );
            assert_eq!(
                recipient_of(&record, Delivery::default()),
                Ok("444455556666".into())
            );
        }
    }

    #[test]
    fn an_event_and_a_path_that_disagree_are_both_named() {
        let why = recipient_of(
            &called_by("IAMUser"),
            Delivery::in_file(Path::new(LOG)).in_event(Some("999988887777")),
        )
        .unwrap_err();
        assert!(
            why.contains("999988887777") && why.contains("111122223333"),
            "{why}"
        );
        let why = recipient_of(&called_by("IAMUser"), Delivery::by_account("9999")).unwrap_err();
        assert_eq!(why, "`account` is `9999`: an account id is twelve digits");
        let why = by_path(&LOG.replace("/111122223333_", "/444455556666_")).unwrap_err();
        assert!(
            why.contains("444455556666") && why.contains("111122223333"),
            "{why}"
        );
    }

    #[test]
    fn a_caller_says_whose_the_record_is_only_where_it_lies_in_their_account() {
        for kind in [
            "IAMUser",
            "AssumedRole",
            "Root",
            "FederatedUser",
            "IdentityCenterUser",
            "Unknown",
        ] {
            assert_eq!(
                recipient_of(&called_by(kind), Delivery::default()),
                Ok("444455556666".into()),
                "{kind}"
            );
        }
        for record in [
            called_by("AWSService"),
            called_by("AWSAccount"),
            called_by(""),
            json!({"userIdentity": {"accountId": "444455556666"}}),
            json!({"userIdentity": {"type": "IAMUser", "accountId": "HIDDEN"}}),
            json!({"userIdentity": {"type": "SAMLUser"}}),
            json!({}),
        ] {
            assert_eq!(
                recipient_of(&record, Delivery::default()),
                Err("`recipientAccountId` is missing".into()),
                "{record}"
            );
            assert_eq!(
                recipient_of(&record, Delivery::in_file(Path::new(LOG))),
                Ok("111122223333".into()),
                "{record}"
            );
        }
    }

    #[test]
    fn a_path_is_known_by_what_is_left_of_cloudtrails_layout() {
        let name = LOG.rsplit('/').next().unwrap();
        for path in [
            LOG.to_owned(),
            format!("/srv/999988887777/{LOG}"),
            format!(
                "./all/{}",
                LOG.replace("AWSLogs/", "AWSLogs/o-example1234/")
            ),
            format!("s3://trail-logs/{LOG}"),
            format!("999988887777/CloudTrail/us-east-1/{LOG}"),
            LOG.replace('/', "\\"),
            LOG.replace("AWSLogs/", ""),
            LOG.replace(name, "a.json"),
            LOG.replace(name, "other_CloudTrail_x.json"),
            name.to_owned(),
            format!("copies/{name}"),
        ] {
            assert_eq!(by_path(&path), Ok("111122223333".into()), "{path}");
        }
    }

    #[test]
    fn any_other_path_says_nothing() {
        for path in [
            "",
            "/",
            "-",
            "stdin",
            "log.json",
            "111122223333/log.json",
            "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/x.json.gz",
            "AWSLogs/111122223333/vpcflowlogs/x.json.gz",
            "AWSLogs/1111/CloudTrail/us-east-1/x.json.gz",
            "111122223333/CloudTrail",
            "111122223333_vpcflowlogs_us-east-1.json",
            "x111122223333_CloudTrail_us-east-1.json",
        ] {
            assert_eq!(
                by_path(path),
                Err("`recipientAccountId` is missing".into()),
                "{path}"
            );
        }
    }
}
